// The diagram, single points, cut sets and frequencies against full enumeration of small random designs.
// ALWAYSON_LONG=1 runs 5,000 designs instead of 300.

#include "core/catalogue/catalogue.h"
#include "tests/core/structure/design_maker.h"
#include "tests/core/structure/enumeration.h"

using namespace alwayson;
using namespace alwayson::test;

namespace {

// Tiers of pools behind balancers, with places, capacities, numbers needed, links of single members, several
// clients.
DesignMaker randomDesign(Dice& dice) {
    DesignMaker maker;
    const int domains = dice.upTo(3);
    for (int d = 0; d < domains; ++d) {
        maker.domain(id("zone", d), d > 0 && dice.chance(40) ? "zone0" : "");
        if (dice.chance(80))
            maker.fails(id("zone", d), FailureEffect::outage, 10 + dice.upTo(90), 1 + dice.upTo(5));
    }
    const int clients = 1 + dice.chance(25), tiers = 1 + dice.upTo(3);
    for (int c = 0; c < clients; ++c)
        maker.client(id("client", c), dice.upTo(4));
    std::vector<std::vector<std::string>> members(static_cast<std::size_t>(tiers));
    int nodes = 0;
    for (int t = 0; t < tiers; ++t) {
        const bool balancers = t == 0 && dice.chance(50);
        maker.group(id("tier", t), dice.chance(25) ? 1 + dice.upTo(2) : 0);
        const int size = 1 + dice.upTo(t == 0 ? 2 : 3);
        for (int m = 0; m < size && nodes < 7; ++m, ++nodes) {
            const std::string node = id("n", nodes);
            if (balancers)
                maker.haproxy(node, id("tier", t));
            else
                maker.server(node, id("tier", t), 1 + dice.upTo(4));
            if (domains > 0 && dice.chance(70)) maker.in(id("zone", dice.upTo(domains)));
            const int modes = dice.upTo(3);
            static constexpr FailureEffect kEffects[] = {FailureEffect::crash, FailureEffect::hang,
                                                         FailureEffect::slow, FailureEffect::errors,
                                                         FailureEffect::gone};
            for (int f = 0; f < modes; ++f) {
                const FailureEffect effect = kEffects[dice.upTo(5)];
                const double amount =
                    effect == FailureEffect::slow ? 2 + dice.upTo(3) : 0.04 * (1 + dice.upTo(20));
                maker.fails(node, effect, 10 + dice.upTo(90), 1 + dice.upTo(10), amount);
            }
            members[static_cast<std::size_t>(t)].push_back(node);
        }
    }
    for (int c = 0; c < clients; ++c)
        maker.link(id("client", c), "tier0");
    for (int t = 0; t + 1 < tiers; ++t) {
        const auto& from = members[static_cast<std::size_t>(t)];
        const auto& to = members[static_cast<std::size_t>(t) + 1];
        if (from.empty() || to.empty()) continue;
        const bool balancers = maker.design().nodes.find(from[0])->kind == "haproxy";
        if (dice.chance(60)) {
            maker.link(id("tier", t), id("tier", t + 1),
                       balancers || dice.chance(70) ? 1 : 0.5 * (1 + dice.upTo(4)),
                       !balancers && dice.chance(10));
        } else {
            for (const std::string& caller : from)
                maker.link(caller, to[static_cast<std::size_t>(dice.upTo(static_cast<int>(to.size())))]);
        }
    }
    if (clients > 1 && tiers > 1 && !members[1].empty() && dice.chance(50)) maker.link("client1", "tier1");
    return maker;
}

} // namespace

class TestRandomStructures : public QObject {
    Q_OBJECT
private slots:
    void agreesWithEnumeration() {
        const int designs = qEnvironmentVariableIsSet("ALWAYSON_LONG") ? 5000 : 300;
        int compared = 0, coherent = 0, interesting = 0;
        for (int seed = 0; compared < designs; ++seed) {
            Dice dice(static_cast<std::uint64_t>(seed) + 1);
            const DesignMaker maker = randomDesign(dice);
            Enumeration enumeration(maker.design());
            if (enumeration.states() > 20000) continue;
            ++compared;
            const Truth truth = enumeration.run();
            const auto result = analyse(maker.design());
            QVERIFY(result);
            const auto& flows = enumeration.function().flows();
            for (std::size_t f = 0; f <= flows.size(); ++f) {
                const FlowAvailability& flow = f < flows.size() ? result->flows[f] : result->flows.back();
                QCOMPARE(flow.flow, f < flows.size() ? flows[f].id : std::string("design"));
                QVERIFY(near(flow.unavailability.value(), truth.down[f], 1e-12, flow.flow.c_str(), seed));
                interesting += truth.down[f] > 0 && truth.down[f] < 1;
                if (!truth.coherent[f]) continue;
                ++coherent;
                QVERIFY(near(flow.outagesPerYear.value(), truth.perHour[f] * kHoursPerYear, 1e-9, "frequency",
                             seed));
            }
        }
        QVERIFY(coherent > compared);
        QVERIFY(interesting > compared);
    }
    void findsEveryCutSet() {
        int compared = 0, found = 0;
        for (int seed = 0; compared < 300; ++seed) {
            Dice dice(static_cast<std::uint64_t>(seed) + 1);
            const DesignMaker maker = randomDesign(dice);
            Enumeration enumeration(maker.design());
            const auto expected = enumeration.cutSets(4);
            if (expected.count({})) continue; // down with everything working: nothing to look for
            ++compared;
            const auto result = analyse(maker.design());
            QVERIFY(result);
            QCOMPARE(result->cutSetsOrder, std::size_t{4});
            std::set<std::string> single;
            for (const auto& set : expected)
                if (set.size() == 1) single.insert(set[0]);
            const auto& points = result->singlePointsOfFailure;
            QCOMPARE(std::set<std::string>(points.begin(), points.end()), single);
            if (result->minimalCutSetsTotal != static_cast<double>(expected.size()))
                qWarning("design %d", seed);
            QCOMPARE(result->minimalCutSetsTotal, static_cast<double>(expected.size()));
            for (const CutSet& set : result->minimalCutSets) {
                if (std::any_of(set.ids.begin(), set.ids.end(),
                                [](const std::string& i) { return i.starts_with("any "); }))
                    continue;
                std::vector<std::string> ids = set.ids;
                const auto same = [&](const std::vector<std::string>& other) {
                    return std::set<std::string>(ids.begin(), ids.end()) ==
                           std::set<std::string>(other.begin(), other.end());
                };
                QVERIFY(std::any_of(expected.begin(), expected.end(), same));
            }
            found += static_cast<int>(expected.size());
        }
        QVERIFY(found > compared);
    }
    void birnbaumIsTheDerivative() {
        for (int seed = 0; seed < 60; ++seed) {
            Dice dice(static_cast<std::uint64_t>(seed) + 1);
            DesignMaker maker = randomDesign(dice);
            const auto before = analyse(maker.design());
            for (const Importance& part : before->importance) {
                if (part.unavailability > 0.5) continue;
                // The same part without its failure modes: U falls by birnbaum x unavailability.
                Design perfect = maker.design();
                if (const std::size_t n = perfect.nodes.indexOf(part.id); n != Table<Node>::npos) {
                    Node node = perfect.nodes.at(n);
                    node.failureModes.clear();
                    perfect.nodes.replace(n, node);
                } else {
                    Domain domain = *perfect.domains.find(part.id);
                    domain.failureModes.clear();
                    perfect.domains.replace(perfect.domains.indexOf(part.id), domain);
                }
                const double u = before->flows.back().unavailability.value();
                const double without = analyse(perfect)->flows.back().unavailability.value();
                QVERIFY(std::abs(u - without - part.birnbaum * part.unavailability) < 1e-12);
                QVERIFY(std::abs(part.downtimeMinutesPerYear - (u - without) * kMinutesPerYear) < 1e-6);
            }
        }
    }
};

ALWAYSON_TEST_MAIN(TestRandomStructures, test_random_structures)
#include "test_random_structures.moc"
