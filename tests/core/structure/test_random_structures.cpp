// The diagram, single points, cut sets and frequencies against full enumeration of small random designs.
// ALWAYSON_LONG=1 runs 5,000 designs instead of 300.

#include "core/catalogue/catalogue.h"
#include "core/structure/availability.h"
#include "core/structure/state_function.h"
#include "tests/core/structure/design_maker.h"
#include "tests/support/test_support.h"

#include <bit>
#include <cmath>
#include <set>

using namespace alwayson;
using alwayson::test::DesignMaker;

namespace {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : m_state(seed) {}
    int upTo(int n) { // 0 .. n - 1
        m_state += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return static_cast<int>((z ^ (z >> 31)) % static_cast<std::uint64_t>(n));
    }
    bool chance(int percent) { return upTo(100) < percent; }

private:
    std::uint64_t m_state;
};

std::string id(const char* prefix, int i) {
    return prefix + std::to_string(i);
}

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

struct Truth {
    std::vector<double> down; // per flow, then the design
    std::vector<double> perHour;
    std::vector<bool> coherent;
};

class Enumeration {
public:
    explicit Enumeration(const Design& design)
        : m_function(std::move(StateFunction::compile(design)).value()), m_scratch(m_function.makeScratch()),
          m_flows(m_function.flows().size()) {}

    const StateFunction& function() const { return m_function; }
    std::size_t states() const {
        std::size_t count = 1;
        for (const StructureComponent& component : m_function.components())
            count *= component.modes.size() + 1;
        return count;
    }

    Truth run() {
        const auto& parts = m_function.components();
        std::vector<std::size_t> stride;
        std::size_t count = 1;
        for (const StructureComponent& part : parts) {
            stride.push_back(count);
            count *= part.modes.size() + 1;
        }
        std::vector<std::vector<std::uint8_t>> up(count);
        std::vector<double> probability(count, 1);
        std::vector<ComponentState> state(parts.size());
        for (std::size_t code = 0; code < count; ++code) {
            for (std::size_t p = 0; p < parts.size(); ++p) {
                state[p] = static_cast<ComponentState>(code / stride[p] % (parts[p].modes.size() + 1));
                probability[code] *=
                    state[p] == 0 ? parts[p].availability() : parts[p].modeProbability(state[p] - 1U);
            }
            up[code] = upOf(state);
        }
        Truth truth{std::vector<double>(m_flows + 1, 0), std::vector<double>(m_flows + 1, 0),
                    std::vector<bool>(m_flows + 1, true)};
        for (std::size_t f = 0; f <= m_flows; ++f)
            for (std::size_t code = 0; code < count; ++code) {
                if (!up[code][f]) {
                    truth.down[f] += probability[code];
                    continue;
                }
                for (std::size_t p = 0; p < parts.size(); ++p) {
                    const std::size_t now = code / stride[p] % (parts[p].modes.size() + 1),
                                      fine = code - now * stride[p];
                    if (now > 0) {
                        if (!up[fine][f]) truth.coherent[f] = false;
                        continue;
                    }
                    for (std::size_t m = 0; m < parts[p].modes.size(); ++m)
                        if (!up[fine + (m + 1) * stride[p]][f])
                            truth.perHour[f] +=
                                probability[code] * 3600 / parts[p].modes[m].timeToFailure.mean();
                }
            }
        return truth;
    }

    // Sets of components that can stop working, up to `order`, minimal; as sorted ids.
    std::set<std::vector<std::string>> cutSets(std::size_t order) {
        std::vector<std::pair<std::size_t, ComponentState>> can;
        const auto& parts = m_function.components();
        for (std::size_t p = 0; p < parts.size(); ++p)
            for (std::size_t m = 0; m < parts[p].modes.size(); ++m)
                if (parts[p].isDomain || (parts[p].modes[m].effect != FailureEffect::slow &&
                                          parts[p].modes[m].effect != FailureEffect::errors)) {
                    can.emplace_back(p, static_cast<ComponentState>(m + 1));
                    break;
                }
        std::vector<std::uint32_t> cuts;
        std::set<std::vector<std::string>> found;
        std::vector<std::uint32_t> subsets;
        for (std::uint32_t subset = 0; subset < 1U << can.size(); ++subset)
            subsets.push_back(subset);
        std::stable_sort(subsets.begin(), subsets.end(),
                         [](auto a, auto b) { return std::popcount(a) < std::popcount(b); });
        for (const std::uint32_t subset : subsets) {
            if (static_cast<std::size_t>(std::popcount(subset)) > order) break;
            if (std::any_of(cuts.begin(), cuts.end(),
                            [&](std::uint32_t cut) { return (cut & subset) == cut; }))
                continue;
            std::vector<ComponentState> state(parts.size(), 0);
            std::vector<std::string> ids;
            for (std::size_t i = 0; i < can.size(); ++i)
                if (subset >> i & 1U) {
                    state[can[i].first] = can[i].second;
                    ids.push_back(parts[can[i].first].id);
                }
            if (upOf(state).back()) continue;
            cuts.push_back(subset);
            found.insert(ids);
        }
        return found;
    }

private:
    std::vector<std::uint8_t> upOf(const std::vector<ComponentState>& state) {
        std::vector<std::uint8_t> up(m_flows + 1);
        up[m_flows] = m_function.evaluateUp(state.data(), nullptr, up.data(), *m_scratch);
        return up;
    }
    StateFunction m_function;
    std::unique_ptr<StateFunction::Scratch, void (*)(StateFunction::Scratch*)> m_scratch;
    std::size_t m_flows;
};

bool near(double actual, double expected, double relative, const char* what, int seed) {
    if (std::abs(actual - expected) <= relative * std::abs(expected) + 1e-300) return true;
    qWarning("design %d, %s: %.17g instead of %.17g", seed, what, actual, expected);
    return false;
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
