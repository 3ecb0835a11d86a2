#include "core/structure/analysis.h"

#include <algorithm>

namespace alwayson {

namespace {

// States of the chain: the elimination is cubic, this many take milliseconds.
constexpr std::size_t kMostStates = 256;

// What takes part in the flow (or in any): nodes and the places that they stand in; nullopt: not all
// exponential.
std::optional<std::vector<std::uint32_t>> partsOf(const CompiledStructure& all,
                                                  std::optional<std::size_t> flow) {
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
    std::vector<std::uint32_t> parts;
    std::size_t states = 1;
    for (std::uint32_t c = 0; c < takesPart.size(); ++c) {
        if (!takesPart[c] || all.components[c].modes.empty()) continue;
        for (const ResolvedFailureMode& mode : all.components[c].modes)
            if (!mode.timeToFailure.isExponential() || !mode.repair.isExponential()) return std::nullopt;
        states *= all.components[c].modes.size() + 1;
        if (states > kMostStates) return std::nullopt;
        parts.push_back(c);
    }
    return parts;
}

class Chain {
public:
    Chain(const StateFunction& function, std::vector<std::uint32_t> parts, std::optional<std::size_t> flow)
        : m_all(StructureAccess::of(function)), m_parts(std::move(parts)) {
        std::size_t states = 1;
        for (const std::uint32_t part : m_parts) {
            m_stride.push_back(states);
            states *= m_all.components[part].modes.size() + 1;
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
        return code / m_stride[part] % (m_all.components[m_parts[part]].modes.size() + 1);
    }
    void numberUpStates(const StateFunction& function, std::optional<std::size_t> flow, std::size_t states) {
        const auto scratch = function.makeScratch();
        std::vector<ComponentState> state(m_all.components.size(), 0);
        std::vector<std::uint8_t> up(m_all.flows.size());
        m_number.assign(states, -1);
        for (std::size_t code = 0; code < states; ++code) {
            for (std::size_t p = 0; p < m_parts.size(); ++p)
                state[m_parts[p]] = static_cast<ComponentState>(digit(code, p));
            const bool all = function.evaluateUp(state.data(), nullptr, up.data(), *scratch);
            if (!(flow ? up[*flow] != 0 : all)) continue;
            m_number[code] = static_cast<int>(m_states.size());
            m_states.push_back(code);
        }
    }
    void addTransitions(std::size_t i) {
        const auto add = [&](std::size_t code, double meanSeconds) {
            const double perHour = 3600 / meanSeconds;
            if (m_number[code] < 0)
                m_absorb[i] += perHour;
            else
                m_rate[i * m_states.size() + static_cast<std::size_t>(m_number[code])] += perHour;
        };
        for (std::size_t p = 0; p < m_parts.size(); ++p) {
            const auto& modes = m_all.components[m_parts[p]].modes;
            const std::size_t now = digit(m_states[i], p), fixed = m_states[i] - now * m_stride[p];
            if (now > 0)
                add(fixed, modes[now - 1].repair.mean());
            else
                for (std::size_t m = 0; m < modes.size(); ++m)
                    add(fixed + (m + 1) * m_stride[p], modes[m].timeToFailure.mean());
        }
    }

    const CompiledStructure& m_all;
    std::vector<std::uint32_t> m_parts;
    std::vector<std::size_t> m_stride;
    std::vector<int> m_number;            // of an up state; -1: down
    std::vector<std::size_t> m_states;    // codes of the up states, all-up first
    std::vector<double> m_rate, m_absorb; // per hour
};

} // namespace

std::optional<double> meanTimeToFirstOutage(const StateFunction& function, std::optional<std::size_t> flow) {
    const CompiledStructure& all = StructureAccess::of(function);
    std::optional<std::vector<std::uint32_t>> parts = partsOf(all, flow);
    if (!parts || parts->empty()) return std::nullopt;
    return Chain(function, std::move(*parts), flow).meanHours();
}

} // namespace alwayson
