#include "core/structure/state_function.h"

#include "core/structure/compiled.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace alwayson {

namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

struct Worth {
    double r = 0;
    double carry = 0;
    double reach = 0;
};

struct NodeTruth {
    NodeCondition condition = NodeCondition::works;
    double success = 1;
    double capacity = 1;
};

} // namespace

struct StateFunction::Scratch {
    std::vector<NodeTruth> truth;
    std::vector<Worth> node; // of one program
    std::vector<Worth> set;
    std::vector<std::uint8_t> taken; // members of one program
    std::vector<double> programValue;
    std::vector<double> a;
};

namespace {

class Evaluation {
public:
    Evaluation(const CompiledProgram& program, const CompiledStructure& all, const ComponentState* state,
               const std::uint8_t* viewUp, const GroupRole* roles, StateFunction::Scratch& scratch)
        : m_program(program), m_all(all), m_state(state), m_viewUp(viewUp), m_roles(roles),
          m_scratch(scratch) {}

    double run() const {
        for (const CompiledStep& step : m_program.steps) {
            if (step.isSet)
                m_scratch.set[step.index] = setWorth(step.index);
            else
                m_scratch.node[step.index] = nodeWorth(step.index);
        }
        Worth client{1, kUnlimited, kUnlimited};
        callAll(client, m_program.firstRootCall, static_cast<std::uint32_t>(m_program.calls.size()));
        return client.r * std::min(1.0, client.reach);
    }

private:
    void callAll(Worth& worth, std::uint32_t first, std::uint32_t end) const {
        for (std::uint32_t c = first; c < end; ++c) {
            const CompiledCall& call = m_program.calls[c];
            if (call.optional || isFollowed(call)) continue;
            const Worth& target = m_scratch.set[call.set];
            const double load = m_program.sets[call.set].load;
            worth.r *= callSuccess(target.r, call.calls);
            if (!(target.r > 0)) continue; // its share is lost; capacity adds nothing to that
            double reach = target.reach;
            if (!call.limitsMembers && load > 0) reach = std::min(reach, target.carry / load);
            worth.reach = std::min(worth.reach, callReach(reach, call.calls));
        }
    }

    bool isFollowed(const CompiledCall& call) const {
        return call.leaseOf != kNoIndex && m_roles && m_roles[call.leaseOf].leased;
    }

    Worth nodeWorth(std::uint32_t index) const {
        const CompiledNode& node = m_program.nodes[index];
        const NodeTruth& truth = m_scratch.truth[node.component];
        const bool works = truth.condition == NodeCondition::works;
        if (!works) return {};
        Worth worth{truth.success, m_all.capacity[node.component] * truth.capacity, kUnlimited};
        if (node.passedBy && truth.success < 1) { // its errors are made good behind it
            worth.r = 1;
            passCalls(worth, node, 1 - truth.success, node.reads);
            return worth;
        }
        callAll(worth, node.firstCall, node.endCall);
        return worth;
    }
    void passCalls(Worth& worth, const CompiledNode& node, double share, double reads) const {
        for (std::uint32_t c = node.firstCall; c < node.endCall; ++c) {
            const CompiledCall& call = m_program.calls[c];
            if (call.optional) continue;
            const Worth& target = m_scratch.set[call.set];
            passCall(call, share, reads, target.r, target.carry, target.reach, m_program.sets[call.set].load,
                     worth.r, worth.reach);
        }
    }

    // A routed member that does not work: is the share of requests that is sent to it lost?
    bool isLost(const CompiledSet& set, const CompiledNode& node) const {
        switch (m_scratch.truth[node.component].condition) {
        case NodeCondition::refused:
            return !set.survivesRefused;
        case NodeCondition::gone:
            return !set.survivesGone && !set.countsConnections;
        case NodeCondition::hangs:
            return !set.countsConnections;
        case NodeCondition::errs:
        case NodeCondition::works:
            break; // its own errors, or those of what it depends on
        }
        return true;
    }

    Worth setWorth(std::uint32_t index) const {
        const CompiledSet& set = m_program.sets[index];
        const bool byViews = m_viewUp && set.observer != kNoIndex;
        if (!m_viewUp && set.same != kNoIndex) return m_scratch.set[set.same];
        double success = 0, carry = 0, reach = 0, lost = 0, usable = 0;
        for (std::uint32_t p = set.firstPart; p < set.endPart; ++p) {
            const PartWorth part = partWorth(set, m_program.parts[p], byViews);
            lost += part.lost;
            if (part.usable == 0) continue;
            usable += part.usable;
            success += part.success;
            carry += part.carry;
            reach = std::max(reach, part.reach);
        }
        const bool inTurn = (set.keepsWaiting || set.passesShare) && !byViews;
        const Missed missed = inTurn ? missedBy(set) : Missed{};
        if (usable == 0) {
            Worth past = set.looksAside ? pastWorth(set) : Worth{};
            if (missed.silent > 0) past.r *= missed.passed / (missed.passed + missed.silent);
            return past;
        }
        // Callers ask its caches in turn: those that wait for a silent one are lost, and who is refused goes
        // past it. What is behind then has all of their calls besides what the others miss.
        const double behind = set.passesShare ? missed.passed + missed.errs : 0;
        if (missed.silent > 0 || missed.passed > 0) {
            success += missed.passed > 0 ? missed.passed * pastWorth(set).r : 0;
            lost += missed.passed + missed.silent;
        }
        if (behind > 0) reach = std::min(reach, reachPast(set, behind / (usable + lost)));
        return {success / (usable + lost), carry, reach};
    }
    // Members of a set of caches that serve nobody. Who is refused asks the next ones: passed by are groups
    // of as many as it tries; they stand side by side, which is the careful side.
    struct Missed {
        double passed = 0, silent = 0;
        double errs = 0; // of those that serve: shares of answers that are errors and made good behind them
    };
    Missed missedBy(const CompiledSet& set) const {
        Missed missed;
        for (std::uint32_t p = set.firstPart; p < set.endPart; ++p) {
            const CompiledPart& part = m_program.parts[p];
            if (!asksInTurn(part)) continue;
            const bool serves = partWorth(set, part, false).usable > 0;
            for (std::uint32_t b = part.firstBlock; b < part.endBlock; ++b)
                for (std::uint32_t m = m_program.blocks[b].firstMember; m < m_program.blocks[b].endMember;
                     ++m) {
                    const CompiledMember& member = m_program.members[m];
                    const NodeTruth& truth = m_scratch.truth[m_program.nodes[member.node].component];
                    if (worksItself(member) && serves)
                        missed.errs += 1 - truth.success;
                    else if (worksItself(member))
                        missed.passed += m_scratch.node[member.node].r > 0;
                    else if (!set.survivesSilence && saysNothing(m_program.nodes[member.node].component))
                        missed.silent += 1;
                    else
                        missed.passed += 1;
                }
        }
        missed.passed = std::floor(missed.passed / set.attempts);
        return missed;
    }
    // Caches of which none serves: who gets past one of them is served by what is behind.
    Worth pastWorth(const CompiledSet& set) const {
        Worth best;
        for (std::uint32_t m = set.firstMember; m < set.endMember; ++m) {
            const CompiledNode& node = m_program.nodes[m_program.members[m].node];
            if (!set.survivesSilence && saysNothing(node.component)) continue;
            Worth past{1, kUnlimited, kUnlimited};
            passCalls(past, node, 1, node.readsOfGroup);
            best.r = std::max(best.r, past.r);
            best.reach = std::max(best.reach, past.reach);
        }
        best.carry = kUnlimited;
        return best;
    }
    // What is behind lets through while callers go past this share of its caches.
    double reachPast(const CompiledSet& set, double share) const {
        Worth past{1, kUnlimited, kUnlimited};
        for (std::uint32_t m = set.firstMember; m < set.endMember; ++m) {
            const CompiledNode& node = m_program.nodes[m_program.members[m].node];
            passCalls(past, node, share, node.readsOfGroup);
        }
        return past.reach;
    }
    bool saysNothing(std::uint32_t component) const {
        if (isSilent(m_all.modeOf(component, m_state[component]).condition)) return true;
        for (std::uint32_t p = m_all.firstPlace[component]; p < m_all.firstPlace[component + 1]; ++p)
            if (m_state[m_all.places[p]] != 0 && !m_all.refusesWhenOut[m_all.places[p]]) return true;
        return false;
    }

    bool worksItself(const CompiledMember& member) const {
        return m_scratch.truth[m_program.nodes[member.node].component].condition == NodeCondition::works;
    }
    bool isRouted(const CompiledMember& member, bool byViews) const {
        return !byViews || member.view == kNoIndex || m_viewUp[member.view];
    }

    PartWorth partWorth(const CompiledSet& set, const CompiledPart& part, bool byViews) const {
        const bool interrupted = m_roles && part.group != kNoIndex && m_roles[part.group].interrupted;
        if (part.rule == GroupRule::oneWriter) return storeWorth(set, part, byViews, interrupted);
        if (interrupted) return {};
        if (part.rule == GroupRule::oneActive) return activeWorth(set, part, byViews);
        return sharedWorth(set, part, byViews, part.serving != kNoIndex);
    }

    // Marks the members that serve, the first ones that can be used.
    void takeServing(const CompiledPart& part, bool byViews) const {
        std::uint32_t taken = 0;
        for (std::uint32_t i = part.firstRanked; i < part.endRanked; ++i) {
            const std::uint32_t m = m_program.ranked[i];
            const CompiledMember& member = m_program.members[m];
            const bool can = byViews ? isRouted(member, byViews) : m_scratch.node[member.node].r > 0;
            m_scratch.taken[m] = can && taken < part.serving;
            taken += m_scratch.taken[m];
        }
    }
    PartWorth sharedWorth(const CompiledSet& set, const CompiledPart& part, bool byViews, bool chosen) const {
        if (chosen) takeServing(part, byViews);
        PartWorth sum;
        for (std::uint32_t b = part.firstBlock; b < part.endBlock; ++b) {
            const CompiledBlock& block = m_program.blocks[b];
            double blockCarry = 0;
            for (std::uint32_t i = block.firstMember; i < block.endMember; ++i) {
                const CompiledMember& member = m_program.members[i];
                if (!isRouted(member, byViews) || (chosen && !m_scratch.taken[i])) continue;
                const Worth& worth = m_scratch.node[member.node];
                if (worth.r > 0) {
                    sum.usable += 1;
                    sum.success += worth.r;
                    blockCarry += worth.carry;
                    sum.reach = std::max(sum.reach, worth.reach);
                } else if (byViews && isLost(set, m_program.nodes[member.node])) {
                    sum.lost += 1;
                }
            }
            sum.carry += limited(block, blockCarry);
        }
        if (sum.usable < part.needed) {
            if (byViews) sum.lost += sum.usable;
            sum.usable = 0;
        }
        if (part.needed > 0) sum.carry = kUnlimited;
        if (votes(m_all.groups, part)) sum.success = sum.usable;
        return sum;
    }
    double limited(const CompiledBlock& block, double carry) const {
        for (std::uint32_t l = block.firstLimit; l < block.endLimit; ++l) {
            const CompiledLimit& limit = m_program.limits[l];
            const Worth& behind = m_scratch.set[limit.set];
            if (behind.r > 0) carry = std::min(carry, behind.carry * limit.perUnit);
        }
        return carry;
    }

    // Position in the part's ranking of the active member; kNoIndex: there is none.
    std::uint32_t activeOf(const CompiledPart& part) const {
        const std::uint32_t candidates = m_all.groups[part.group].candidates;
        const bool given = m_roles && m_roles[part.group].active != kFirstWorking;
        for (std::uint32_t i = part.firstRanked; i < part.endRanked; ++i) {
            const CompiledMember& member = m_program.members[m_program.ranked[i]];
            if (given ? m_program.nodes[member.node].component == m_roles[part.group].active
                      : member.rank < candidates && worksItself(member))
                return i;
        }
        return kNoIndex;
    }

    PartWorth activeWorth(const CompiledSet& set, const CompiledPart& part, bool byViews) const {
        const std::uint32_t at = activeOf(part);
        if (at == kNoIndex) return {};
        const std::uint32_t m = m_program.ranked[at];
        const CompiledMember& member = m_program.members[m];
        if (!isRouted(member, byViews)) return {};
        const Worth& worth = m_scratch.node[member.node];
        if (!(worth.r > 0))
            return {0, 0, 0, 0, byViews && isLost(set, m_program.nodes[member.node]) ? 1.0 : 0.0};
        double carry = worth.carry;
        for (std::uint32_t b = part.firstBlock; b < part.endBlock; ++b)
            if (m >= m_program.blocks[b].firstMember && m < m_program.blocks[b].endMember)
                carry = limited(m_program.blocks[b], carry);
        return {1, worth.r, carry, worth.reach, 0};
    }

    PartWorth storeWorth(const CompiledSet& set, const CompiledPart& part, bool byViews,
                         bool interrupted) const {
        const bool nobody = interrupted && (part.writes || m_roles[part.group].active == kFirstWorking);
        const std::uint32_t active = nobody ? kNoIndex : activeOf(part);
        const StructureGroup& group = m_all.groups[part.group];
        const bool readsOthers = !part.writes && !group.readsSource;
        WriterMembers members;
        double lost = 0;
        for (std::uint32_t i = part.firstRanked; i < part.endRanked; ++i) {
            const CompiledMember& member = m_program.members[m_program.ranked[i]];
            const std::uint32_t component = m_program.nodes[member.node].component;
            const double r = m_scratch.node[member.node].r, factor = m_scratch.truth[component].capacity;
            members.working += worksItself(member);
            if (!isRouted(member, byViews)) continue;
            if (!(r > 0)) {
                const bool used = i == active ? !readsOthers || group.readsAll : readsOthers;
                lost += byViews && used && isLost(set, m_program.nodes[member.node]);
            } else if (i == active) {
                if (interrupted) continue;
                members.found = true;
                members.success = r;
                members.writeCapacity = m_all.writeCapacity[component] * factor;
                members.readCapacity = m_all.readCapacity[component] * factor;
            } else {
                members.others += 1;
                members.othersSuccess += r;
                members.othersReadCapacity += m_all.readCapacity[component] * factor;
            }
        }
        if (m_roles && m_roles[part.group].commits)
            members.working = std::max(members.working, static_cast<double>(group.needed));
        PartWorth worth = writerWorth(group, m_all.groupLoads[part.group], part, members);
        worth.lost = lost;
        return worth;
    }

    const CompiledProgram& m_program;
    const CompiledStructure& m_all;
    const ComponentState* m_state;
    const std::uint8_t* m_viewUp;
    const GroupRole* m_roles;
    StateFunction::Scratch& m_scratch;
};

void readTruth(const CompiledStructure& all, const ComponentState* state, const PartialWork* partial,
               std::vector<NodeTruth>& truth) {
    for (std::uint32_t n = 0; n < all.nodeCount; ++n) {
        const CompiledMode mode = all.modeOf(n, state[n]);
        truth[n] = {mode.condition, mode.success, mode.capacity};
        if (partial && state[n] == 0) {
            truth[n].success = partial[n].success;
            truth[n].capacity = capacityAt(partial[n].speed, all.ownShare[n]);
            if (partial[n].success <= 0) truth[n] = {NodeCondition::errs, 0, 0};
        }
        for (std::uint32_t p = all.firstPlace[n]; p < all.firstPlace[n + 1]; ++p)
            if (state[all.places[p]] != 0) truth[n].condition = NodeCondition::gone;
    }
    // Clients are where requests come from, not a part of the service.
    for (const CompiledProgram& program : all.programs)
        truth[program.client] = {};
}

} // namespace

double StructureComponent::availability() const {
    double ratios = 0;
    for (const ResolvedFailureMode& mode : modes)
        ratios += mode.ratio();
    return 1 / (1 + ratios);
}

double StructureComponent::modeProbability(std::size_t mode) const {
    return modes[mode].ratio() * availability();
}

StateFunction::StateFunction() = default;
StateFunction::~StateFunction() = default;
StateFunction::StateFunction(StateFunction&&) noexcept = default;
StateFunction& StateFunction::operator=(StateFunction&&) noexcept = default;

Result<StateFunction> StateFunction::compile(const Design& design) {
    return compile(design, normalOperation(design));
}

Result<StateFunction> StateFunction::compile(const Design& design, const NormalOperation& normal) {
    Result<CompiledStructure> compiled = compileStructure(design, normal);
    if (!compiled) return std::move(compiled).error();
    StateFunction function;
    function.m = std::make_unique<Impl>(Impl{std::move(compiled).value()});
    return function;
}

const std::vector<StructureComponent>& StateFunction::components() const {
    return m->compiled.components;
}
bool StateFunction::tellsSilence(std::uint32_t node) const {
    return m->compiled.tellsSilence[node];
}
std::span<const std::uint32_t> StateFunction::placesOf(std::uint32_t node) const {
    const CompiledStructure& all = m->compiled;
    return std::span(all.places)
        .subspan(all.firstPlace[node], all.firstPlace[node + 1] - all.firstPlace[node]);
}
const std::vector<StructureFlow>& StateFunction::flows() const {
    return m->compiled.flows;
}
const std::vector<StructureView>& StateFunction::views() const {
    return m->compiled.views;
}
const std::vector<StructureGroup>& StateFunction::groups() const {
    return m->compiled.groups;
}

std::unique_ptr<StateFunction::Scratch, void (*)(StateFunction::Scratch*)>
StateFunction::makeScratch() const {
    auto* scratch = new Scratch;
    std::unique_ptr<Scratch, void (*)(Scratch*)> owner(scratch, [](Scratch* s) { delete s; });
    std::size_t nodes = 0, sets = 0, members = 0;
    for (const CompiledProgram& program : m->compiled.programs) {
        nodes = std::max(nodes, program.nodes.size());
        sets = std::max(sets, program.sets.size());
        members = std::max(members, program.members.size());
    }
    scratch->truth.resize(m->compiled.nodeCount);
    scratch->node.resize(nodes);
    scratch->taken.resize(members);
    scratch->set.resize(sets);
    scratch->programValue.resize(m->compiled.programs.size());
    scratch->a.resize(m->compiled.flows.size());
    return owner;
}

void StateFunction::evaluate(const ComponentState* state, const std::uint8_t* viewUp, const GroupRole* roles,
                             double* a, Scratch& scratch, const PartialWork* partial) const {
    const CompiledStructure& all = m->compiled;
    readTruth(all, state, partial, scratch.truth);
    for (std::size_t p = 0; p < all.programs.size(); ++p)
        scratch.programValue[p] = Evaluation(all.programs[p], all, state, viewUp, roles, scratch).run();
    for (std::size_t f = 0; f < all.flows.size(); ++f)
        a[f] = scratch.programValue[all.programOf[f]];
}

bool StateFunction::evaluateUp(const ComponentState* state, const std::uint8_t* viewUp,
                               const GroupRole* roles, std::uint8_t* up, Scratch& scratch,
                               const PartialWork* partial) const {
    evaluate(state, viewUp, roles, scratch.a.data(), scratch, partial);
    bool all = true;
    for (std::size_t f = 0; f < scratch.a.size(); ++f) {
        up[f] = scratch.a[f] >= m->compiled.flows[f].upThreshold - kUpSlack;
        all = all && up[f];
    }
    return all;
}

} // namespace alwayson
