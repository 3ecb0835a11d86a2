#pragma once
// A continuous-time Markov chain as flat arrays. Rates are per unit of time of the caller's choice; every
// answer is in that unit.

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace alwayson::sim {

using StateIndex = std::uint32_t;

struct Transition {
    StateIndex from = 0;
    StateIndex to = 0;
    double rate = 0; // > 0, finite
};

// Rows of (column, value), compressed. Columns of a row ascend.
struct RateMatrix {
    std::vector<std::size_t> start{0}; // rows + 1
    std::vector<StateIndex> column;
    std::vector<double> value;

    std::size_t rows() const { return start.size() - 1; }
    std::span<const StateIndex> columnsOf(std::size_t row) const {
        return {column.data() + start[row], start[row + 1] - start[row]};
    }
    std::span<const double> valuesOf(std::size_t row) const {
        return {value.data() + start[row], start[row + 1] - start[row]};
    }
    RateMatrix transposed() const; // O(entries)
};

class MarkovChain {
public:
    MarkovChain() = default;

    // Transitions between the same two states add up, in the order given; a transition to its own state
    // changes nothing and is left out, and so is a rate of 0. O(t log t) in the number of transitions.
    // Errors: "markov.no_states", "markov.state_range", "markov.rate" (negative, not finite).
    static Result<MarkovChain> make(std::size_t states, std::span<const Transition> transitions);

    std::size_t size() const { return m_exit.size(); }
    std::size_t transitionCount() const { return m_rates.column.size(); }
    const RateMatrix& rates() const { return m_rates; }
    std::span<const StateIndex> targets(std::size_t state) const { return m_rates.columnsOf(state); }
    std::span<const double> ratesFrom(std::size_t state) const { return m_rates.valuesOf(state); }
    // Sum of the rates out of the state; 0 for an absorbing state.
    double exitRate(std::size_t state) const { return m_exit[state]; }
    double maxExitRate() const; // 0 when nothing ever happens

private:
    RateMatrix m_rates;
    std::vector<double> m_exit;
};

// Rates inside a set of states, renumbered in the order of `members`, and the rate of leaving the set.
struct SubChain {
    std::vector<StateIndex> members; // new number -> state of the whole chain
    RateMatrix inside;
    std::vector<double> leaving; // per member: sum of the rates to states outside the set
};
// O(states + transitions of the members).
SubChain restrictTo(const MarkovChain& chain, std::vector<StateIndex> members);

// Communicating classes (strongly connected components): states that reach each other. A closed class is
// never left; the others are transient. O(states + transitions).
struct ChainClasses {
    std::vector<std::uint32_t> classOf; // per state, 0 .. count - 1; numbered by their first state
    std::vector<bool> closed;           // per class
    std::size_t count = 0;
    std::size_t closedCount() const;
    std::vector<StateIndex> membersOf(std::uint32_t number) const; // ascending
};
ChainClasses classify(const MarkovChain& chain);

// States that can be reached from those marked, themselves included, without passing through a state of
// `stopAt` (which is marked when it is reached; empty: none). One flag per state. O(states + transitions).
std::vector<bool> reachable(const RateMatrix& rates, const std::vector<bool>& from,
                            const std::vector<bool>& stopAt = {});

// Checks a distribution over the states: one weight per state, none negative, sum 1 within 1e-9.
// Error "markov.distribution".
Status checkDistribution(const MarkovChain& chain, std::span<const double> distribution);

} // namespace alwayson::sim
