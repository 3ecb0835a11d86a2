// The chain of coupled parts against the lumped group chain, and blocks in the diagram against full
// enumeration.

#include "core/catalogue/catalogue.h"
#include "core/structure/availability.h"
#include "simulator/exact/coupled_chain.h"
#include "simulator/exact/group_blocks.h"
#include "simulator/markov/group_chain.h"
#include "simulator/markov/outage.h"
#include "tests/core/structure/design_maker.h"
#include "tests/core/structure/enumeration.h"
#include "tests/support/test_support.h"

#include <cmath>
#include <tuple>

using namespace alwayson;
using namespace alwayson::sim;
using alwayson::test::DesignMaker;
using alwayson::test::Dice;

namespace {

// One group of equal units, told the one way and the other.
struct Twin {
    GroupParameters lumped;
    Coupled parts;
};

Twin randomGroup(Dice& dice) {
    Twin twin;
    GroupParameters& p = twin.lumped;
    p.units = 1 + dice.upTo(4);
    p.active = 1 + dice.upTo(p.units);
    p.needed = 1 + dice.upTo(p.active);
    p.modes = {{0.01 * (1 + dice.upTo(5)), 0.1 * (1 + dice.upTo(9))}};
    if (dice.chance(40)) p.modes.push_back({0.02, 0.05 * (1 + dice.upTo(9))});
    p.spareHazard = 0.5 * dice.upTo(3);
    p.crews = dice.upTo(3);
    p.commonCause = dice.chance(30) ? 0.2 : 0;
    p.failover.coverage = dice.chance(50) ? 1 : 0.8;
    p.failover.uncoveredRecovery = dice.chance(50) ? 3 : 0;
    if (dice.chance(70)) p.failover.stages = {{0.1 * (1 + dice.upTo(9)), 1}};
    p.failover.startFailure = !p.failover.stages.empty() && dice.chance(30) ? 0.1 : 0;
    p.failover.interrupts = true;
    p.failover.frozen = dice.chance(30);

    CoupledGroup group;
    group.places = static_cast<std::uint32_t>(p.active);
    group.needed = static_cast<std::uint32_t>(p.needed);
    group.spareHazard = p.spareHazard;
    group.startFailure = p.failover.startFailure;
    group.coverage = p.failover.coverage;
    if (p.failover.uncoveredRecovery > 0) group.byHandPerHour = {p.failover.uncoveredRecovery};
    group.allFail = p.failover.uncoveredRecovery == 0;
    group.frozen = p.failover.frozen;
    if (!p.failover.stages.empty()) group.failoverPerHour = {1 / p.failover.stages[0].mean};
    CoupledPart part;
    part.group = 0;
    if (p.crews > 0) twin.parts.crews = {p.crews};
    for (std::uint32_t m = 0; m < p.modes.size(); ++m) {
        part.failures.push_back({p.modes[m].failure * (1 - p.commonCause), m, true,
                                 p.failover.stages.empty() ? kAtOnce : 0,
                                 p.failover.uncoveredRecovery > 0 ? 0 : kNever});
        part.phases.push_back({m, p.modes[m].repair, p.crews > 0 ? 0 : -1, 0, 0});
    }
    twin.parts.parts.assign(static_cast<std::size_t>(p.units), part);
    twin.parts.groups = {group};
    for (std::uint32_t m = 0; p.commonCause > 0 && m < p.modes.size(); ++m) {
        CoupledShock shock;
        shock.perHour = p.modes[m].failure * p.commonCause;
        for (std::uint32_t u = 0; u < twin.parts.parts.size(); ++u)
            shock.hits.push_back({u, m});
        twin.parts.shocks.push_back(shock);
    }
    return twin;
}

double unavailabilityOf(const Twin& twin, bool lump) {
    Coupled coupled = twin.parts;
    for (std::uint32_t u = 0; u < coupled.parts.size(); ++u)
        coupled.parts[u].kind = lump ? 0 : u;
    const auto space = exploreCoupled(coupled);
    if (!space) qFatal("%s", describe(space.error()).c_str());
    const auto steady = steadyState(space->chain);
    if (!steady) qFatal("%s", describe(steady.error()).c_str());
    double down = 0;
    for (std::size_t s = 0; s < space->size(); ++s) {
        int working = 0;
        for (std::size_t u = 0; u < coupled.parts.size(); ++u)
            working += coupled.levelOf(space->state(s), u) == 0;
        if (working < twin.lumped.needed || coupled.isInterrupted(space->state(s), 0))
            down += steady->probability[s];
    }
    return down;
}

bool near(double actual, double expected, double relative) {
    if (std::abs(actual - expected) <= relative * std::abs(expected)) return true;
    qWarning("%.17g instead of %.17g", actual, expected);
    return false;
}

Distribution hours(double mean) {
    return Distribution::exponentialMean(mean, "h");
}

// Balancers in front of servers in front of a store; some groups fail over, some parts share a crew.
DesignMaker randomDesign(Dice& dice) {
    DesignMaker maker;
    maker.edit().settings = [] {
        Settings settings;
        Crew crew;
        crew.id = "ops";
        crew.size = 1;
        crew.response = Distribution::constantValue(0, "s");
        settings.crews = {crew};
        return settings;
    }();
    if (dice.chance(50)) maker.domain("zone").fails("zone", FailureEffect::outage, 50, 2);
    maker.readerAndWriter("users", dice.upTo(4), 0.5);
    Parameters lb{{"failover", hours(0.2)}, {"failover_coverage", 0.9}, {"uncovered_recovery", hours(1)}};
    Parameters db{{"failover", hours(0.5)}, {"failover_coverage", 1.0}};
    db["reads_go_to"] = std::string(dice.chance(50) ? "replicas" : "source");
    maker.groupOf("vrrp_pair", "lb", lb).haproxy("lb1", "lb").haproxy("lb2", "lb");
    maker.group("web").server("web1", "web", 2).server("web2", "web", 1 + dice.upTo(2));
    maker.groupOf("mysql_replication", "db", db).mysql("db1", "db", 10).mysql("db2", "db", 10);
    for (const char* id : {"lb1", "lb2", "web1", "web2", "db1", "db2"}) {
        maker.fails(id, FailureEffect::crash, 20 + (id[0] == 'w' ? 0 : dice.upTo(2)), 1 + dice.upTo(3));
        if (dice.chance(30)) maker.fails(id, FailureEffect::slow, 30, 2, 4);
        if (!dice.chance(40)) continue;
        const std::size_t at = maker.design().nodes.indexOf(id);
        Node node = maker.design().nodes.at(at);
        node.crew = "ops";
        if (maker.design().domains.size() > 0 && dice.chance(50)) node.domain = DomainId("zone");
        maker.edit().nodes.replace(at, node);
    }
    maker.link("users", "lb").link("lb", "web").link("web", "db");
    return maker;
}

} // namespace

class TestGroupBlocks : public QObject {
    Q_OBJECT
private slots:
    void agreesWithTheLumpedChain() {
        int spares = 0, interrupted = 0;
        for (int seed = 0; seed < 300; ++seed) {
            Dice dice(static_cast<std::uint64_t>(seed) + 1);
            const Twin twin = randomGroup(dice);
            const auto figures = groupFigures(twin.lumped);
            QVERIFY(figures);
            spares += twin.lumped.active < twin.lumped.units;
            interrupted += !twin.lumped.failover.stages.empty();
            const bool same = near(unavailabilityOf(twin, true), figures->unavailability, 1e-10) &&
                              near(unavailabilityOf(twin, false), figures->unavailability, 1e-10);
            if (!same) qWarning("group %d", seed);
            QVERIFY(same);
        }
        QVERIFY(spares > 50 && interrupted > 100);
    }

    // The chain of everything: all blocks and all other components as one product, state by state.
    void blocksAgreeWithEnumeration() {
        int shared = 0, compared = 0;
        for (int seed = 0; seed < 40; ++seed) {
            Dice dice(static_cast<std::uint64_t>(seed) + 1);
            const DesignMaker maker = randomDesign(dice);
            const auto function = StateFunction::compile(maker.design());
            QVERIFY(function);
            // A group in a place that fails is in no exact figure; its chain is held to the diagram too.
            const bool inPlace = std::any_of(function->components().begin(), function->components().end(),
                                             [](const StructureComponent& part) { return part.isDomain; });
            const auto blocks = groupBlocks(maker.design(), *function, inPlace);
            QVERIFY(blocks);
            QVERIFY(blocks->leftOut.empty());
            shared += blocks->blocks.size() == 1 || blocks->blocks[0].components.size() > 2;
            StructuralOptions options;
            options.joint = blocks->blocks;
            const auto result = analyse(maker.design(), {}, options);
            QVERIFY(result);
            const auto [down, perYear, coherent] = enumerate(*function, blocks->blocks);
            QVERIFY(near(result->flows.back().unavailability.value(), down, 1e-11));
            if (!coherent) continue;
            ++compared;
            QVERIFY(near(result->flows.back().outagesPerYear.value(), perYear, 1e-9));
        }
        QVERIFY(shared > 5);
        QVERIFY(compared > 20);
    }
    // Twelve that differ and one person: more orders of repair than a chain may have states. A chain that is
    // approximate anyway stops at three in repair; all of it is in product form, p(a, b, c) = p(0) abc /
    // mu^3.
    void tooManyStatesAreBounded() {
        DesignMaker maker;
        maker.client("c").group("web");
        Settings settings;
        Crew crew;
        crew.id = "ops";
        crew.size = 1;
        settings.crews = {crew};
        maker.edit().settings = settings;
        double sums[4] = {1, 0, 0, 0}; // elementary symmetric sums of the ratios
        for (int i = 0; i < 12; ++i) {
            const std::string id = "w" + std::to_string(i);
            maker.server(id, "web").fails(id, FailureEffect::crash, 1000 + i, 1);
            const std::size_t at = maker.design().nodes.indexOf(id);
            Node node = maker.design().nodes.at(at);
            node.crew = "ops";
            maker.edit().nodes.replace(at, node);
            for (int k = 3; k > 0; --k)
                sums[k] += sums[k - 1] / (1000 + i);
        }
        maker.link("c", "web");
        const auto function = StateFunction::compile(maker.design());
        const auto given = groupBlocks(maker.design(), *function, false);
        QVERIFY(given && given->blocks.empty());
        QCOMPARE(given->leftOut, (std::vector<std::string>{"ops", "web"}));
        const auto blocks = groupBlocks(maker.design(), *function, true);
        QVERIFY(blocks && blocks->leftOut.empty());
        QCOMPARE(blocks->blocks.size(), std::size_t(1));
        QCOMPARE(blocks->blocks[0].states.size(), std::size_t(1 + 12 + 12 * 11 + 12 * 11 * 10));
        const double allWell = 1 / (1 + sums[1] + 2 * sums[2] + 6 * sums[3]);
        QVERIFY(near(blocks->blocks[0].states[0].probability, allWell, 1e-12));
    }
    // Who knows beforehand that there will be too many states is right about it.
    void whatIsTooLargeIsKnownAtOnce() {
        for (int seed = 0; seed < 200; ++seed) {
            Dice dice(static_cast<std::uint64_t>(seed) + 1);
            Coupled coupled = randomGroup(dice).parts;
            for (std::uint32_t u = 0; seed % 2 == 0 && u < coupled.parts.size(); ++u)
                coupled.parts[u].kind = u;
            for (const std::size_t mostFailed : {std::size_t{1}, std::size_t{2}, SIZE_MAX}) {
                const auto space = exploreCoupled(coupled, {}, mostFailed);
                QVERIFY(space);
                ExploreOptions options;
                options.maxStates = space->size();
                QVERIFY(exploreCoupled(coupled, options, mostFailed).ok());
                --options.maxStates;
                QVERIFY(!exploreCoupled(coupled, options, mostFailed).ok());
            }
        }
    }
    // One of parts in the same state speaks for all of them: the work does not grow with their number.
    void equalPartsCostOne() {
        Coupled coupled;
        CoupledGroup group;
        group.failoverPerHour = {100};
        coupled.groups = {group};
        CoupledPart part;
        part.group = 0;
        part.failures = {{0.001, 0, true, 0, kNever}, {0.002, 1, true, 0, kNever}};
        part.phases = {{0, 1, -1, 0, 0}, {1, 0.5, -1, 0, 0}};
        coupled.parts.assign(60, part);
        const auto space = exploreCoupled(coupled, {}, 2);
        QVERIFY(space);
        QVERIFY(space->named <= space->chain.transitionCount() * 3 / 2);
        QVERIFY(near(space->chain.exitRate(0), 60 * 0.003, 1e-12));
    }
    // A chain that is known is not solved again.
    void knownChainsAreTakenOver() {
        Dice dice(1);
        const DesignMaker maker = randomDesign(dice);
        const auto function = StateFunction::compile(maker.design());
        auto known = groupBlocks(maker.design(), *function, true);
        QVERIFY(known && !known->blocks.empty());
        QCOMPARE(known->chains.size(), known->blocks.size());
        for (JointBlock& block : known->blocks)
            block.states[0].probability = 2; // a mark
        const auto same = groupBlocks(maker.design(), *function, true, {}, &*known);
        QVERIFY(same);
        QCOMPARE(same->blocks.size(), known->blocks.size());
        for (const JointBlock& block : same->blocks)
            QCOMPARE(block.states[0].probability, 2.0);
        for (Coupled& chain : known->chains)
            chain.parts[0].failures[0].perHour *= 2;
        const auto other = groupBlocks(maker.design(), *function, true, {}, &*known);
        QVERIFY(other);
        for (const JointBlock& block : other->blocks)
            QVERIFY(block.states[0].probability < 1);
        // Nor is one tried again that was too large.
        known->tooLarge = same->chains;
        known->chains.clear();
        known->blocks.clear();
        const auto none = groupBlocks(maker.design(), *function, true, {}, &*known);
        QVERIFY(none && none->blocks.empty() && !none->leftOut.empty());
    }
    // What takes the others along does so, however many there are.
    void whatFailsTogetherIsNotBounded() {
        Coupled coupled;
        CoupledGroup group;
        group.pool = true;
        group.places = 5;
        group.coverage = 0.9;
        group.allFail = true;
        coupled.groups = {group};
        for (std::uint32_t i = 0; i < 5; ++i) {
            CoupledPart part;
            part.group = 0;
            part.kind = i;
            part.failures = {{0.001 * (1 + i), 0, true, kAtOnce, kNever}};
            part.phases = {{0, 1, -1, 0, 0}};
            coupled.parts.push_back(part);
        }
        const auto space = exploreCoupled(coupled, {}, 2);
        QVERIFY(space);
        std::size_t most = 0, three = 0;
        for (std::size_t s = 0; s < space->size(); ++s) {
            most = std::max(most, coupled.failedParts(space->state(s)));
            for (const StateIndex target : space->chain.targets(s))
                three += coupled.failedParts(space->state(s)) == 2 &&
                         coupled.failedParts(space->state(target)) == 3;
        }
        QCOMPARE(most, std::size_t(5));
        QCOMPARE(three, std::size_t(0));
    }
    void stopsWhenAsked() {
        Dice dice(1);
        const DesignMaker maker = randomDesign(dice);
        const auto function = StateFunction::compile(maker.design());
        std::stop_source source;
        source.request_stop();
        const auto blocks = groupBlocks(maker.design(), *function, true, source.get_token());
        QVERIFY(!blocks);
        QVERIFY(blocks.error().kind == ErrorKind::cancelled);
    }

private:
    // Unavailability of the design, outages per year, and whether no failure ever ends one (a place that goes
    // out with a slow source in it does).
    static std::tuple<double, double, bool> enumerate(const StateFunction& function,
                                                      const std::vector<JointBlock>& blocks) {
        struct Part {
            const JointBlock* block = nullptr;
            std::uint32_t component = 0;
            std::size_t states = 1;
        };
        const auto& components = function.components();
        std::vector<Part> parts;
        std::vector<bool> inBlock(components.size(), false);
        for (const JointBlock& block : blocks) {
            parts.push_back({&block, 0, block.states.size()});
            for (const std::uint32_t c : block.components)
                inBlock[c] = true;
        }
        for (std::uint32_t c = 0; c < components.size(); ++c)
            if (!inBlock[c] && !components[c].modes.empty())
                parts.push_back({nullptr, c, components[c].modes.size() + 1});
        std::vector<std::size_t> stride;
        std::size_t count = 1;
        for (const Part& part : parts) {
            stride.push_back(count);
            count *= part.states;
        }
        const auto scratch = function.makeScratch();
        std::vector<ComponentState> state(components.size(), 0);
        std::vector<GroupRole> roles(function.groups().size(), GroupRole{kFirstWorking, false});
        std::vector<std::uint8_t> flows(function.flows().size()), up(count);
        std::vector<double> probability(count, 1);
        for (std::size_t code = 0; code < count; ++code) {
            for (std::size_t p = 0; p < parts.size(); ++p) {
                const std::size_t now = code / stride[p] % parts[p].states;
                if (!parts[p].block) {
                    const StructureComponent& one = components[parts[p].component];
                    state[parts[p].component] = static_cast<ComponentState>(now);
                    probability[code] *= now == 0 ? one.availability() : one.modeProbability(now - 1);
                    continue;
                }
                const JointBlock& block = *parts[p].block;
                probability[code] *= block.states[now].probability;
                for (std::size_t c = 0; c < block.components.size(); ++c)
                    state[block.components[c]] = block.states[now].levels[c];
                for (std::size_t g = 0; g < block.groups.size(); ++g)
                    roles[block.groups[g]] = {block.states[now].active[g],
                                              block.states[now].interrupted[g] != 0};
            }
            for (const JointBlock& block : blocks) // while its place is out another one is
                for (const std::uint32_t g : block.groups)
                    if (roles[g].active != kFirstWorking)
                        for (const std::uint32_t place : function.placesOf(roles[g].active))
                            if (state[place] != 0) {
                                roles[g].active = kFirstWorking;
                                break;
                            }
            up[code] = function.evaluateUp(state.data(), nullptr, roles.data(), flows.data(), *scratch);
        }
        double down = 0, perHour = 0;
        bool coherent = true;
        for (std::size_t code = 0; code < count; ++code) {
            if (!up[code]) {
                down += probability[code];
                for (std::size_t p = 0; p < parts.size(); ++p) {
                    const std::size_t now = code / stride[p] % parts[p].states, rest = code - now * stride[p];
                    for (std::size_t m = 1; !parts[p].block && now == 0 && m < parts[p].states; ++m)
                        coherent = coherent && !up[rest + m * stride[p]];
                }
                continue;
            }
            for (std::size_t p = 0; p < parts.size(); ++p) {
                const std::size_t now = code / stride[p] % parts[p].states, rest = code - now * stride[p];
                if (parts[p].block) {
                    for (const JointMove& move : parts[p].block->moves)
                        if (move.from == now && !up[rest + move.to * stride[p]])
                            perHour += probability[code] * move.perHour;
                } else if (now == 0) {
                    const auto& modes = components[parts[p].component].modes;
                    for (std::size_t m = 0; m < modes.size(); ++m)
                        if (!up[rest + (m + 1) * stride[p]])
                            perHour += probability[code] * 3600 / modes[m].timeToFailure.mean();
                }
            }
        }
        return {down, perHour * kHoursPerYear, coherent};
    }
};

ALWAYSON_TEST_MAIN(TestGroupBlocks, test_group_blocks)
#include "test_group_blocks.moc"
