#pragma once
// Random small designs are held against full enumeration of their states.

#include "core/structure/availability.h"
#include "core/structure/state_function.h"
#include "tests/support/test_support.h"

#include <bit>
#include <cmath>
#include <set>

namespace alwayson::test {

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

inline std::string id(const char* prefix, int i) {
    return prefix + std::to_string(i);
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
                    // The worst way to fail: without a word.
                    const bool again = !can.empty() && can.back().first == p;
                    if (!again) can.emplace_back(p, static_cast<ComponentState>(m + 1));
                    if (isSilent(parts[p].modes[m].effect)) {
                        can.back().second = static_cast<ComponentState>(m + 1);
                        break;
                    }
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

inline bool near(double actual, double expected, double relative, const char* what, int seed) {
    if (std::abs(actual - expected) <= relative * std::abs(expected) + 1e-300) return true;
    qWarning("design %d, %s: %.17g instead of %.17g", seed, what, actual, expected);
    return false;
}

} // namespace alwayson::test
