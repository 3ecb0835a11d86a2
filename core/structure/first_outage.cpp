#include "core/structure/analysis.h"
#include "core/structure/compiled.h"

#include <algorithm>

namespace alwayson {

namespace {

// States of the chain: the elimination is cubic, this many take a tenth of a second.
constexpr std::size_t kMostStates = 600;

// A component, or a block of them, with its states and moves; state 0: all of it works.
struct Part {
    std::vector<std::uint32_t> components;
    const JointBlock* block = nullptr;
    std::size_t states = 1;
    std::vector<std::vector<JointMove>> moves; // by the state they leave
};

std::vector<bool> takingPart(const CompiledStructure& all, std::optional<std::size_t> flow) {
    std::vector<bool> takesPart(all.components.size(), false);
    for (std::size_t p = 0; p < all.programs.size(); ++p) {
        if (flow && all.programOf[*flow] != p) continue;
        for (const CompiledStep& step : all.programs[p].steps) {
            if (step.isSet) continue;
            const std::uint32_t node = all.programs[p].nodes[step.index].component;
            takesPart[node] = true;
            for (std::uint32_t i = all.firstPlace[node]; i < all.firstPlace[node + 1]; ++i)
                takesPart[all.places[i]] = true;
        }
    }
    return takesPart;
}

std::optional<Part> partOf(const CompiledStructure& all, std::uint32_t component) {
    Part part;
    part.components = {component};
    const auto& modes = all.components[component].modes;
    part.states = modes.size() + 1;
    part.moves.resize(part.states);
    for (std::uint32_t m = 0; m < modes.size(); ++m) {
        if (!modes[m].timeToFailure.isExponential() || !modes[m].repair.isExponential() ||
            modes[m].meanRepair() > modes[m].repair.mean())
            return std::nullopt;
        part.moves[0].push_back({0, m + 1, 3600 / modes[m].timeToFailure.mean()});
        part.moves[m + 1].push_back({m + 1, 0, 3600 / modes[m].repair.mean()});
    }
    return part;
}

// What takes part in the flow (or in any): nodes and the places that they stand in, blocks as one; nullopt:
// not all exponential, or too many states.
std::optional<std::vector<Part>> partsOf(const CompiledStructure& all, std::optional<std::size_t> flow,
                                         const std::vector<JointBlock>& blocks) {
    std::vector<bool> takesPart = takingPart(all, flow);
    std::vector<Part> parts;
    for (const JointBlock& block : blocks) {
        const bool used = std::any_of(block.components.begin(), block.components.end(),
                                      [&](std::uint32_t c) { return takesPart[c]; });
        for (const std::uint32_t component : block.components)
            takesPart[component] = false;
        if (!used) continue;
        parts.push_back({block.components, &block, block.states.size(), {}});
        parts.back().moves.resize(block.states.size());
        for (const JointMove& move : block.moves)
            parts.back().moves[move.from].push_back(move);
    }
    for (std::uint32_t c = 0; c < takesPart.size(); ++c) {
        if (!takesPart[c] || all.components[c].modes.empty()) continue;
        std::optional<Part> part = partOf(all, c);
        if (!part) return std::nullopt;
        parts.push_back(std::move(*part));
    }
    std::size_t states = 1;
    for (const Part& part : parts) {
        states *= part.states;
        if (states > kMostStates) return std::nullopt;
    }
    return parts;
}

class Chain {
public:
    Chain(const StateFunction& function, std::vector<Part> parts, std::optional<std::size_t> flow)
        : m_all(StructureAccess::of(function)), m_parts(std::move(parts)) {
        std::size_t states = 1;
        for (const Part& part : m_parts) {
            m_stride.push_back(states);
            states *= part.states;
        }
        numberUpStates(function, flow, states);
        m_rate.assign(m_states.size() * m_states.size(), 0);
        m_absorb.assign(m_states.size(), 0);
        for (std::size_t i = 0; i < m_states.size(); ++i)
            addTransitions(i);
    }

    std::optional<double> meanHours() {
        if (m_states.empty() || m_states[0] != 0) return 0.0; // down from the start
        const std::size_t n = m_states.size();
        std::vector<double> stay(n, 1);
        for (std::size_t k = n; k-- > 1;) {
            double out = m_absorb[k];
            for (std::size_t j = 0; j < k; ++j)
                out += m_rate[k * n + j];
            if (!(out > 0)) return std::nullopt;
            for (std::size_t i = 0; i < k; ++i) {
                const double share = m_rate[i * n + k] / out;
                if (share == 0) continue;
                for (std::size_t j = 0; j < k; ++j)
                    if (j != i) m_rate[i * n + j] += share * m_rate[k * n + j];
                m_absorb[i] += share * m_absorb[k];
                stay[i] += share * stay[k];
            }
        }
        if (!(m_absorb[0] > 0)) return std::nullopt;
        return stay[0] / m_absorb[0];
    }

private:
    std::size_t digit(std::size_t code, std::size_t part) const {
        return code / m_stride[part] % m_parts[part].states;
    }
    void setState(const Part& part, std::size_t now, std::vector<ComponentState>& state,
                  std::vector<GroupRole>& roles) const {
        if (!part.block) {
            state[part.components[0]] = static_cast<ComponentState>(now);
            return;
        }
        const JointState& joint = part.block->states[now];
        for (std::size_t c = 0; c < part.components.size(); ++c)
            state[part.components[c]] = joint.levels[c];
        for (std::size_t g = 0; g < part.block->groups.size(); ++g)
            roles[part.block->groups[g]] = {joint.active[g], joint.interrupted[g] != 0};
    }
    // While a place keeps the active one from working, the first that works is.
    void setActive(const StateFunction& function, const std::vector<ComponentState>& state,
                   std::vector<GroupRole>& roles) const {
        for (const Part& part : m_parts) {
            if (!part.block) continue;
            for (const std::uint32_t g : part.block->groups) {
                std::uint32_t& active = roles[g].active;
                if (active == kFirstWorking) continue;
                const auto places = function.placesOf(active);
                if (std::any_of(places.begin(), places.end(),
                                [&](std::uint32_t place) { return state[place] != 0; }))
                    active = kFirstWorking;
            }
        }
    }
    void numberUpStates(const StateFunction& function, std::optional<std::size_t> flow, std::size_t states) {
        const auto scratch = function.makeScratch();
        std::vector<ComponentState> state(m_all.components.size(), 0);
        std::vector<GroupRole> roles(m_all.groups.size(), GroupRole{kFirstWorking, false});
        std::vector<std::uint8_t> up(m_all.flows.size());
        m_number.assign(states, -1);
        for (std::size_t code = 0; code < states; ++code) {
            for (std::size_t p = 0; p < m_parts.size(); ++p)
                setState(m_parts[p], digit(code, p), state, roles);
            setActive(function, state, roles);
            const bool all = function.evaluateUp(state.data(), nullptr, roles.data(), up.data(), *scratch);
            if (!(flow ? up[*flow] != 0 : all)) continue;
            m_number[code] = static_cast<int>(m_states.size());
            m_states.push_back(code);
        }
    }
    void addTransitions(std::size_t i) {
        for (std::size_t p = 0; p < m_parts.size(); ++p) {
            const std::size_t now = digit(m_states[i], p), fixed = m_states[i] - now * m_stride[p];
            for (const JointMove& move : m_parts[p].moves[now]) {
                const int to = m_number[fixed + move.to * m_stride[p]];
                if (to < 0)
                    m_absorb[i] += move.perHour;
                else
                    m_rate[i * m_states.size() + static_cast<std::size_t>(to)] += move.perHour;
            }
        }
    }

    const CompiledStructure& m_all;
    std::vector<Part> m_parts;
    std::vector<std::size_t> m_stride;
    std::vector<int> m_number;            // of an up state; -1: down
    std::vector<std::size_t> m_states;    // codes of the up states, all-up first
    std::vector<double> m_rate, m_absorb; // per hour
};

} // namespace

std::optional<double> meanTimeToFirstOutage(const StateFunction& function, std::optional<std::size_t> flow,
                                            const std::vector<JointBlock>& blocks) {
    const CompiledStructure& all = StructureAccess::of(function);
    std::optional<std::vector<Part>> parts = partsOf(all, flow, blocks);
    if (!parts || parts->empty()) return std::nullopt;
    return Chain(function, std::move(*parts), flow).meanHours();
}

} // namespace alwayson
