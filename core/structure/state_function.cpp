#include "core/structure/state_function.h"

#include "core/structure/compiled.h"

#include <algorithm>
#include <cassert>
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
    std::vector<double> programValue;
    std::vector<double> a;
};

namespace {

class Evaluation {
public:
    Evaluation(const CompiledProgram& program, const CompiledStructure& all, const std::uint8_t* viewUp,
               StateFunction::Scratch& scratch)
        : m_program(program), m_all(all), m_viewUp(viewUp), m_scratch(scratch) {}

    double run() const {
        for (const CompiledStep& step : m_program.steps) {
            if (step.isSet)
                m_scratch.set[step.index] = setWorth(step.index);
            else
                m_scratch.node[step.index] = nodeWorth(m_program.nodes[step.index]);
        }
        Worth client{1, kUnlimited, kUnlimited};
        callAll(client, m_program.firstRootCall, static_cast<std::uint32_t>(m_program.calls.size()));
        return client.r * std::min(1.0, client.reach);
    }

private:
    void callAll(Worth& worth, std::uint32_t first, std::uint32_t end) const {
        for (std::uint32_t c = first; c < end; ++c) {
            const CompiledCall& call = m_program.calls[c];
            if (call.optional) continue;
            const Worth& target = m_scratch.set[call.set];
            const double load = m_program.sets[call.set].load;
            worth.r *= callSuccess(target.r, call.calls);
            if (!(target.r > 0)) continue; // its share is lost; capacity adds nothing to that
            double reach = target.reach;
            if (!call.limitsMembers && load > 0) reach = std::min(reach, target.carry / load);
            worth.reach = std::min(worth.reach, callReach(reach, call.calls));
        }
    }

    Worth nodeWorth(const CompiledNode& node) const {
        const NodeTruth& truth = m_scratch.truth[node.component];
        if (truth.condition != NodeCondition::works) return {};
        Worth worth{truth.success, m_all.capacity[node.component] * truth.capacity, kUnlimited};
        callAll(worth, node.firstCall, node.endCall);
        return worth;
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
        double success = 0, carry = 0, reach = 0, lost = 0;
        std::uint32_t usable = 0;
        for (std::uint32_t p = set.firstPart; p < set.endPart; ++p) {
            const CompiledPart& part = m_program.parts[p];
            double partSuccess = 0, partCarry = 0, partReach = 0;
            std::uint32_t partUsable = 0;
            for (std::uint32_t b = part.firstBlock; b < part.endBlock; ++b) {
                const CompiledBlock& block = m_program.blocks[b];
                double blockCarry = 0;
                for (std::uint32_t i = block.firstMember; i < block.endMember; ++i) {
                    const CompiledMember& member = m_program.members[i];
                    if (byViews && member.view != kNoIndex && !m_viewUp[member.view]) continue;
                    const Worth& worth = m_scratch.node[member.node];
                    if (worth.r > 0) {
                        ++partUsable;
                        partSuccess += worth.r;
                        blockCarry += worth.carry;
                        partReach = std::max(partReach, worth.reach);
                    } else if (byViews && isLost(set, m_program.nodes[member.node])) {
                        lost += 1;
                    }
                }
                for (std::uint32_t l = block.firstLimit; l < block.endLimit; ++l) {
                    const CompiledLimit& limit = m_program.limits[l];
                    const Worth& behind = m_scratch.set[limit.set];
                    if (behind.r > 0) blockCarry = std::min(blockCarry, behind.carry * limit.perUnit);
                }
                partCarry += blockCarry;
            }
            if (partUsable < part.needed) {
                if (byViews) lost += partUsable;
                continue;
            }
            usable += partUsable;
            success += partSuccess;
            carry += part.needed > 0 ? kUnlimited : partCarry;
            reach = std::max(reach, partReach);
        }
        if (usable == 0) return {};
        return {success / (usable + lost), carry, reach};
    }

    const CompiledProgram& m_program;
    const CompiledStructure& m_all;
    const std::uint8_t* m_viewUp;
    StateFunction::Scratch& m_scratch;
};

void readTruth(const CompiledStructure& all, const ComponentState* state, std::vector<NodeTruth>& truth) {
    for (std::uint32_t n = 0; n < all.nodeCount; ++n) {
        const CompiledMode mode = all.modeOf(n, state[n]);
        truth[n] = {mode.condition, mode.success, mode.capacity};
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
    Result<CompiledStructure> compiled = compileStructure(design);
    if (!compiled) return std::move(compiled).error();
    StateFunction function;
    function.m = std::make_unique<Impl>(Impl{std::move(compiled).value()});
    return function;
}

const std::vector<StructureComponent>& StateFunction::components() const {
    return m->compiled.components;
}
const std::vector<StructureFlow>& StateFunction::flows() const {
    return m->compiled.flows;
}
const std::vector<StructureView>& StateFunction::views() const {
    return m->compiled.views;
}

std::unique_ptr<StateFunction::Scratch, void (*)(StateFunction::Scratch*)>
StateFunction::makeScratch() const {
    auto* scratch = new Scratch;
    std::unique_ptr<Scratch, void (*)(Scratch*)> owner(scratch, [](Scratch* s) { delete s; });
    std::size_t nodes = 0, sets = 0;
    for (const CompiledProgram& program : m->compiled.programs) {
        nodes = std::max(nodes, program.nodes.size());
        sets = std::max(sets, program.sets.size());
    }
    scratch->truth.resize(m->compiled.nodeCount);
    scratch->node.resize(nodes);
    scratch->set.resize(sets);
    scratch->programValue.resize(m->compiled.programs.size());
    scratch->a.resize(m->compiled.flows.size());
    return owner;
}

void StateFunction::evaluate(const ComponentState* state, const std::uint8_t* viewUp, double* a,
                             Scratch& scratch) const {
    const CompiledStructure& all = m->compiled;
    readTruth(all, state, scratch.truth);
    for (std::size_t p = 0; p < all.programs.size(); ++p)
        scratch.programValue[p] = Evaluation(all.programs[p], all, viewUp, scratch).run();
    for (std::size_t f = 0; f < all.flows.size(); ++f)
        a[f] = scratch.programValue[all.programOf[f]];
}

bool StateFunction::evaluateUp(const ComponentState* state, const std::uint8_t* viewUp, std::uint8_t* up,
                               Scratch& scratch) const {
    evaluate(state, viewUp, scratch.a.data(), scratch);
    bool all = true;
    for (std::size_t f = 0; f < scratch.a.size(); ++f) {
        up[f] = scratch.a[f] >= m->compiled.flows[f].upThreshold - kUpSlack;
        all = all && up[f];
    }
    return all;
}

} // namespace alwayson
