#include "simulator/markov/explore.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>

namespace alwayson::sim {

namespace {

std::uint64_t hashOf(StateView state) {
    std::uint64_t h = 0x9e3779b97f4a7c15ULL;
    for (const std::int32_t value : state) {
        h ^= static_cast<std::uint32_t>(value);
        h *= 0xbf58476d1ce4e5b9ULL; // splitmix64's multiplier; the shift brings the high bits down
        h ^= h >> 29;
    }
    return h;
}

// Open addressing over the flat array of values: a slot holds a state's number + 1.
class Numbering {
public:
    explicit Numbering(std::size_t width) : m_width(width), m_slots(64, 0) {}

    std::size_t size() const { return m_size; }
    StateView state(std::size_t index) const { return {m_values.data() + index * m_width, m_width}; }
    std::vector<std::int32_t> takeValues() { return std::move(m_values); }

    StateIndex numberOf(StateView wanted) {
        if (2 * (m_size + 1) > m_slots.size()) grow();
        std::size_t slot = slotOf(wanted);
        if (m_slots[slot] == 0) {
            m_values.insert(m_values.end(), wanted.begin(), wanted.end());
            m_slots[slot] = static_cast<StateIndex>(++m_size);
        }
        return m_slots[slot] - 1;
    }

private:
    std::size_t m_width;
    std::size_t m_size = 0;
    std::vector<std::int32_t> m_values;
    std::vector<StateIndex> m_slots;

    std::size_t slotOf(StateView wanted) const {
        const std::size_t mask = m_slots.size() - 1;
        std::size_t slot = hashOf(wanted) & mask;
        while (m_slots[slot] != 0 && !std::ranges::equal(state(m_slots[slot] - 1), wanted))
            slot = (slot + 1) & mask;
        return slot;
    }
    void grow() {
        m_slots.assign(2 * m_slots.size(), 0);
        for (std::size_t i = 0; i < m_size; ++i)
            m_slots[slotOf(state(i))] = static_cast<StateIndex>(i + 1);
    }
};

class Collector final : public TransitionSink {
public:
    Collector(Numbering& states, std::size_t width) : m_states(states), m_width(width) {}

    void leave(StateIndex from, StateView state) {
        m_from = from;
        m_current = state;
    }
    void to(StateView target, double rate) override {
        if (m_error) return;
        if (target.size() != m_width) {
            fail("markov.width", fmt::format("State ({}) leads to a state of {} numbers instead of {}.",
                                             fmt::join(m_current, ", "), target.size(), m_width));
            return;
        }
        if (!(rate >= 0) || std::isinf(rate)) {
            fail("markov.rate", fmt::format("The rate from state ({}) to state ({}) is {}.",
                                            fmt::join(m_current, ", "), fmt::join(target, ", "), rate));
            return;
        }
        if (rate > 0) m_transitions.push_back({m_from, m_states.numberOf(target), rate});
    }
    const std::optional<Error>& error() const { return m_error; }
    const std::vector<Transition>& transitions() const { return m_transitions; }

private:
    Numbering& m_states;
    std::size_t m_width;
    StateIndex m_from = 0;
    StateView m_current;
    std::vector<Transition> m_transitions;
    std::optional<Error> m_error;

    void fail(std::string code, std::string message) {
        m_error = Error{ErrorKind::invalidInput,
                        std::move(code),
                        std::move(message),
                        "The rule that makes the chain is wrong for this state.",
                        {}};
    }
};

} // namespace

Error tooManyStates(std::size_t limit) {
    return Error{ErrorKind::budgetExceeded,
                 "markov.too_many_states",
                 fmt::format("The Markov chain has more than {} states.", limit),
                 "Lump equal parts into counts, leave out a mechanism, or simulate instead.",
                 {}};
}

std::optional<StateIndex> StateSpace::find(StateView wanted) const {
    for (std::size_t i = 0; i < size(); ++i)
        if (std::ranges::equal(state(i), wanted)) return static_cast<StateIndex>(i);
    return std::nullopt;
}

Result<StateSpace> explore(StateView first, const TransitionRule& rule, const ExploreOptions& options) {
    if (first.empty())
        return Error{ErrorKind::invalidInput, "markov.width", "The first state is empty.", {}, {}};
    const std::size_t limit =
        std::min<std::size_t>(options.maxStates, std::numeric_limits<StateIndex>::max() - 2);
    Numbering states(first.size());
    Collector collector(states, first.size());
    states.numberOf(first);
    std::vector<std::int32_t> current(first.size()); // a copy: the array of states grows while the rule runs
    for (std::size_t next = 0; next < states.size(); ++next) {
        if (states.size() > limit) return tooManyStates(limit);
        if (next % 4096 == 0 && options.stop.stop_requested())
            return Error{
                ErrorKind::cancelled, "markov.cancelled", "Building the Markov chain was stopped.", {}, {}};
        std::ranges::copy(states.state(next), current.begin());
        collector.leave(static_cast<StateIndex>(next), current);
        rule(current, collector);
        if (collector.error()) return *collector.error();
    }
    Result<MarkovChain> chain = MarkovChain::make(states.size(), collector.transitions());
    if (!chain) return chain.error();
    StateSpace space;
    space.chain = std::move(chain).value();
    space.width = first.size();
    space.named = collector.transitions().size();
    space.values = states.takeValues();
    return space;
}

} // namespace alwayson::sim
