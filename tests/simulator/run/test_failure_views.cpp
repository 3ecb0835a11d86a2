// Truth and view: what balancers do not know yet costs requests, by HAProxy's timing.
#include "tests/core/structure/design_maker.h"
#include "tests/simulator/run/failure_support.h"

#include <algorithm>
#include <cmath>

using namespace alwayson;
using namespace alwayson::test;

namespace {

// One server behind a balancer with inter 2 s, fall 3, rise 2.
DesignMaker one(FailureEffect effect, double mttfHours, double mttrHours, double share = 0) {
    DesignMaker maker;
    maker.client("c", 1).haproxy("lb").server("s", {}, 100).link("c", "lb").link("lb", "s");
    return maker.fails("s", effect, mttfHours, mttrHours, share);
}

const Recovery& recoveryOf(const SimulationResult& result, const std::string& what, const std::string& mode) {
    for (const Recovery& recovery : result.recovery)
        if (recovery.what == what && recovery.mode == mode) return recovery;
    qFatal("no recovery of %s %s", what.c_str(), mode.c_str());
}

SimulationResult runYears(const Design& design, double years, bool perfect = false, std::uint64_t seed = 1) {
    sim::FailureRunOptions options;
    options.years = years;
    options.perfectViews = perfect;
    options.seed = seed;
    auto result = sim::runFailures(design, options);
    if (!result) qFatal("%s", result.error().message.c_str());
    return std::move(result).value();
}

} // namespace

class TestFailureViews : public QObject {
    Q_OBJECT
private slots:
    // H1: refused U(4, 6); H2: hung U(10, 12), the check's timeout being 2 s; gone by the connect timeout,
    // capped by inter.
    void detectionFollowsTheLaw_data() {
        QTest::addColumn<int>("effect");
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::newRow("crash") << int(FailureEffect::crash) << 4.0 << 6.0;
        QTest::newRow("hang") << int(FailureEffect::hang) << 10.0 << 12.0;
        QTest::newRow("gone") << int(FailureEffect::gone) << 10.0 << 12.0;
    }
    void detectionFollowsTheLaw() {
        QFETCH(int, effect);
        QFETCH(double, low);
        QFETCH(double, high);
        const SimulationResult result =
            runYears(one(static_cast<FailureEffect>(effect), 100, 5).design(), 20);
        std::vector<double> samples = recoveryOf(result, "s", "mode0").detectionSamplesS;
        QVERIFY(samples.size() > 1000);
        std::sort(samples.begin(), samples.end());
        QVERIFY2(samples.front() >= low && samples.back() <= high,
                 qPrintable(QString("%1 %2").arg(samples.front()).arg(samples.back())));
        // Kolmogorov's distance to the uniform law, 99.9 % point 1.95 / sqrt(n).
        double distance = 0;
        const double n = static_cast<double>(samples.size());
        for (std::size_t i = 0; i < samples.size(); ++i)
            distance =
                std::max(distance, std::fabs((samples[i] - low) / (high - low) - static_cast<double>(i) / n));
        QVERIFY2(distance < 1.95 / std::sqrt(n) + 1 / n, qPrintable(QString::number(distance)));
        QVERIFY(covers(recoveryOf(result, "s", "mode0").detectionMeanS, (low + high) / 2));
    }

    // H3: a server that was refusing is back after U(2, 4).
    void theWayBack() {
        const SimulationResult result = runYears(one(FailureEffect::crash, 100, 5).design(), 20);
        const std::vector<double>& samples = recoveryOf(result, "s", "back").detectionSamplesS;
        QVERIFY(samples.size() > 1000);
        QVERIFY(*std::min_element(samples.begin(), samples.end()) >= 2 &&
                *std::max_element(samples.begin(), samples.end()) <= 4);
        QVERIFY(std::fabs(*recoveryOf(result, "s", "back").detectionMeanS.value - 3) < 0.1);
    }

    // Its way back adds U(2, 4) to every repair: the unavailability is that of perfect views plus rate x
    // window.
    void windowsCostTheirShare() {
        const Design design = one(FailureEffect::crash, 20, 0.1).design();
        const double perfect = 1 - *flowOf(runYears(design, 100, true), "design").availabilityTime.value;
        const double seen = 1 - *flowOf(runYears(design, 100), "design").availabilityTime.value;
        QVERIFY(std::fabs(perfect / (0.1 / 20.1) - 1) < 0.02);
        const double window = (seen - perfect) * 20.1 * 3600; // seconds per failure
        QVERIFY2(std::fabs(window - 3) < 0.15, qPrintable(QString::number(window)));
    }

    // Two servers, no redispatch: half the requests end at the dead one until it is noticed, so each failure
    // is an outage of 5 s on average (11 s when it hangs), although the pair is redundant. With redispatch a
    // crash costs nothing.
    void aRedundantPairHasWindows_data() {
        QTest::addColumn<int>("effect");
        QTest::addColumn<bool>("redispatch");
        QTest::addColumn<double>("seconds");
        QTest::newRow("crash") << int(FailureEffect::crash) << false << 5.0;
        QTest::newRow("crash, redispatch") << int(FailureEffect::crash) << true << 0.0;
        QTest::newRow("hang, redispatch") << int(FailureEffect::hang) << true << 11.0;
    }
    void aRedundantPairHasWindows() {
        QFETCH(int, effect);
        QFETCH(bool, redispatch);
        QFETCH(double, seconds);
        DesignMaker maker;
        maker.client("c", 1).group("web").haproxy("lb").server("a", "web", 100).server("b", "web", 100);
        maker.link("c", "lb").link("lb", "web").set("lb", "redispatch", redispatch);
        for (const char* id : {"a", "b"})
            maker.fails(id, static_cast<FailureEffect>(effect), 1000, 0.5);
        const SimulationResult seen = runYears(maker.design(), 200),
                               perfect = runYears(maker.design(), 200, true);
        const auto unavailability = [](const Estimate& a) {
            return a.method == Method::bound ? 0 : 1 - *a.value;
        };
        const double both = unavailability(flowOf(perfect, "design").availabilityTime);
        const double all = unavailability(flowOf(seen, "design").availabilityTime);
        const double failuresPerSecond = 2 / (1000.5 * 3600);
        const double extra = (all - both) / failuresPerSecond;
        // 3500 failures: the mean of a window of 2 s width is known to 0.02 s.
        QVERIFY2(std::fabs(extra - seconds) < 0.15, qPrintable(QString::number(extra)));
        // While it lasts half of the requests are lost.
        const double lost = unavailability(flowOf(seen, "design").availabilityRequests);
        QVERIFY2(std::fabs((lost - both) / failuresPerSecond - seconds / 2) < 0.12,
                 qPrintable(QString::number(lost / failuresPerSecond)));
        if (seconds > 0)
            QVERIFY(seen.waterfall.size() >= 2 && seen.waterfall[0].cause.find(":") != std::string::npos);
    }

    // Answers that fail by chance: the check fails with the same chance, so a share of 1 is noticed as a
    // crash is, and a small share hardly ever.
    void errorsAreNoticedByTheirShare() {
        const SimulationResult all = runYears(one(FailureEffect::errors, 100, 5, 1.0).design(), 10);
        QVERIFY(std::fabs(*recoveryOf(all, "s", "mode0").detectionMeanS.value - 5) < 0.15);
        const SimulationResult some = runYears(one(FailureEffect::errors, 100, 5, 0.5).design(), 10);
        // Three failures in a row at 1/2 take 14 checks on average: U(0, 2) + 13 x 2 s.
        const Estimate& mean = recoveryOf(some, "s", "mode0").detectionMeanS;
        QVERIFY2(std::fabs(*mean.value - 27) < 2.5, qPrintable(QString::number(*mean.value)));
    }

    void tcpChecksDoNotSeeAHang() {
        DesignMaker maker = one(FailureEffect::hang, 100, 5);
        maker.set("lb", "check_type", std::string("tcp"));
        const SimulationResult result = runYears(maker.design(), 5);
        for (const Recovery& recovery : result.recovery)
            QVERIFY(recovery.detectionSamplesS.empty());
    }

    void slowServersStayInTheView() {
        DesignMaker maker = one(FailureEffect::slow, 100, 5, 4);
        const SimulationResult result = runYears(maker.design(), 5);
        QVERIFY(flowOf(result, "design").availabilityTime.method == Method::bound);
    }
};

ALWAYSON_TEST_MAIN(TestFailureViews, test_failure_views)
#include "test_failure_views.moc"
