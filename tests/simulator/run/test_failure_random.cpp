// Random small designs: the failure run with perfect views agrees with the sum over all states.
#include "simulator/kernel/stream.h"
#include "tests/core/structure/design_maker.h"
#include "tests/simulator/run/failure_support.h"

#include <cmath>

using namespace alwayson;
using namespace alwayson::test;

namespace {

// Dice of the test itself, the same on every machine.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : m_key{seed, 0} {}
    double share() { return m_stream.next(m_key); }
    int roll(int low, int high) { return low + static_cast<int>(share() * (high - low + 1)); }

private:
    sim::RandomKey m_key;
    sim::UniformStream m_stream{sim::streamId("dice", sim::Purpose::failure), 0, sim::kBlockDraws, {}};
};

Distribution anyDistribution(Dice& dice, double meanHours) {
    switch (dice.roll(0, 6)) {
    case 0:
        return {DistributionFamily::weibull,
                {{"shape", "", 0.7 + dice.share() * 2}, {"mean", "h", meanHours}},
                {},
                {}};
    case 1:
        return {DistributionFamily::lognormal,
                {{"mean", "h", meanHours}, {"sigma", "", 0.2 + dice.share()}},
                {},
                {}};
    case 2:
        return {DistributionFamily::uniform,
                {{"min", "h", meanHours / 2}, {"max", "h", meanHours * 1.5}},
                {},
                {}};
    case 3:
        return {DistributionFamily::erlang,
                {{"stages", "", double(dice.roll(2, 4))}, {"mean", "h", meanHours}},
                {},
                {}};
    case 4:
        return {DistributionFamily::empirical, {}, {meanHours / 4, meanHours, meanHours * 1.75}, "h"};
    case 5:
        return {DistributionFamily::hyperexponential,
                {{"p1", "", 0.3}, {"mean1", "h", meanHours * 2}, {"mean2", "h", meanHours * 4 / 7}},
                {},
                {}};
    default:
        return Distribution::exponentialMean(meanHours, "h");
    }
}

FailureMode anyMode(Dice& dice, int number) {
    FailureMode mode;
    mode.id = "mode" + std::to_string(number);
    const FailureEffect effects[] = {FailureEffect::crash, FailureEffect::hang, FailureEffect::gone};
    mode.effect = effects[dice.roll(0, 2)];
    mode.timeToFailure = anyDistribution(dice, 50 + 400 * dice.share());
    mode.repair = anyDistribution(dice, 2 + 30 * dice.share());
    return mode;
}

Design anyDesign(std::uint64_t seed) {
    Dice dice(seed);
    DesignMaker maker;
    maker.domain("region").domain("za", "region").domain("zb", "region").client("c", 10);
    const bool balanced = dice.share() < 0.6;
    const int servers = dice.roll(1, 4);
    maker.group("web", dice.share() < 0.5 ? dice.roll(1, servers) : 0);
    if (balanced)
        maker.haproxy("lb").in(dice.share() < 0.5 ? "za" : "region").link("c", "lb").link("lb", "web");
    else
        maker.link("c", "web");
    for (int s = 0; s < servers; ++s)
        maker.server("s" + std::to_string(s), "web", 4 + 8 * dice.share())
            .in(dice.share() < 0.5 ? "za" : "zb");
    if (dice.share() < 0.5) maker.server("db", {}, 1000).link("web", "db");
    Design& design = maker.edit();
    for (std::size_t n = 0; n < design.nodes.size(); ++n) {
        Node node = design.nodes.at(n);
        if (node.kind == "client") continue;
        for (int m = 0, modes = dice.roll(1, 2); m < modes; ++m)
            node.failureModes.push_back(anyMode(dice, m));
        design.nodes.replace(n, std::move(node));
    }
    for (std::size_t d = 0; d < design.domains.size(); ++d) {
        Domain domain = design.domains.at(d);
        domain.failureModes.push_back(anyMode(dice, 0));
        domain.failureModes.back().effect = FailureEffect::outage;
        design.domains.replace(d, std::move(domain));
    }
    return design;
}

} // namespace

class TestFailureRandom : public QObject {
    Q_OBJECT
private slots:
    void agreesWithTheSumOverStates() {
        constexpr int kDesigns = 60;
        int outside95 = 0;
        for (std::uint64_t seed = 1; seed <= kDesigns; ++seed) {
            const Design design = anyDesign(seed);
            const double exact = bruteForceAvailability(design);
            sim::FailureRunOptions options;
            options.seed = seed;
            options.perfectViews = true;
            options.replications = 200;
            options.threads = 1;
            const auto result = sim::runFailures(design, options);
            QVERIFY2(result.ok(), result ? "" : result.error().message.c_str());
            const Estimate& a = flowOf(*result, "design").availabilityTime;
            if (exact == 0) {
                QCOMPARE(*a.value, 0.0);
                continue;
            }
            const double half = (a.ci95->high - a.ci95->low) / 2;
            outside95 += !covers(a, exact);
            // 99.9 % is 1.7 times as wide; among 60 not even one is expected outside.
            QVERIFY2(std::fabs(*a.value - exact) < 1.75 * half,
                     qPrintable(QString("design %1: exact %2, simulated %3 +- %4")
                                    .arg(seed)
                                    .arg(exact, 0, 'g', 9)
                                    .arg(*a.value, 0, 'g', 9)
                                    .arg(half)));
        }
        QVERIFY2(outside95 <= 9, qPrintable(QString::number(outside95))); // 3 expected
    }
};

ALWAYSON_TEST_MAIN(TestFailureRandom, test_failure_random)
#include "test_failure_random.moc"
