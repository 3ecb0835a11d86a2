#pragma once
// From a description of single steps to a whole chain: states are small integer vectors, found breadth first.

#include "simulator/markov/chain.h"

#include <functional>
#include <optional>
#include <stop_token>

namespace alwayson::sim {

// What a state is made of: counts, stages, flags. All states of a chain have the same width.
using StateView = std::span<const std::int32_t>;

// Takes the transitions out of one state.
class TransitionSink {
public:
    virtual ~TransitionSink() = default;
    // Adds a transition; rate 0 is ignored, a rate that is negative or not finite makes explore() fail.
    virtual void to(StateView target, double rate) = 0;
};

// Says what can happen in a state. Must give the same answer each time it is asked.
using TransitionRule = std::function<void(StateView state, TransitionSink& out)>;

struct ExploreOptions {
    std::size_t maxStates = 2'000'000; // at most 2^32 - 2
    std::stop_token stop;
};

// The states that the first one leads to, numbered breadth first in the order in which the rule names them:
// state 0 is the first one, and the same rule gives the same numbers on every machine.
class StateSpace {
public:
    MarkovChain chain;
    std::size_t width = 0;
    std::vector<std::int32_t> values; // width numbers per state
    std::size_t named = 0;            // transitions as the rule named them, before equal ones were added up

    std::size_t size() const { return chain.size(); }
    StateView state(std::size_t index) const { return {values.data() + index * width, width}; }
    // Number of a state, or nullopt when it cannot be reached. O(states).
    std::optional<StateIndex> find(StateView wanted) const;
};

// O(transitions x width) time on average. Errors: "markov.rate" naming the state, "markov.width" (a target
// with another width, or an empty state), "markov.too_many_states" (budgetExceeded), "markov.cancelled".
Result<StateSpace> explore(StateView first, const TransitionRule& rule, const ExploreOptions& options = {});
// Of a chain with more states than that, for who knows it beforehand: "markov.too_many_states".
Error tooManyStates(std::size_t limit);

} // namespace alwayson::sim
