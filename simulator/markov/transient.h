#pragma once
// Where a Markov chain is at a given time, and how much time it has spent where until then.

#include "simulator/markov/chain.h"

namespace alwayson::sim {

// Poisson probabilities P(N = k), k = first .. first + weight.size() - 1, with mean `load` >= 0. What lies
// outside is below 1e-30 in all; the weights are scaled to the sum 1. Recurrence outwards from the mode, as
// Fox and Glynn, Comm. ACM 31 (1988) 440; O(sqrt(load)).
struct PoissonWeights {
    std::uint64_t first = 0;
    std::vector<double> weight;
    std::uint64_t last() const { return first + weight.size() - 1; }
};
PoissonWeights poissonWeights(double load);

// The chain seen at the jumps of a Poisson process that is a little faster than its fastest state (Jensen
// 1953).
class UniformChain {
public:
    explicit UniformChain(const MarkovChain& chain);

    std::size_t size() const { return m_stay.size(); }
    double speed() const { return m_speed; } // jumps per unit of time; 0 when nothing ever happens
    std::size_t operationsPerJump() const { return m_into.column.size() + m_stay.size(); }
    std::vector<double> jumped(const std::vector<double>& distribution) const;

private:
    double m_speed = 0;
    RateMatrix m_into; // row j: (i, probability i -> j)
    std::vector<double> m_stay;
};

// Expected time in each state, and where it is in the end. Cost: jumps x operations per jump.
struct Stay {
    std::vector<double> probability;
    std::vector<double> timeIn; // sum: the time
    std::uint64_t jumps = 0;
};
// exp(Q t) and its integral by uniformisation. Only sums of positive terms; nothing is checked.
Stay uniformised(const UniformChain& chain, std::vector<double> distribution, double time);

// Dense exp(Q h), exp(2 Q h), exp(4 Q h), ... by squaring; row-major. Entries are sums of positive products;
// the probability to stay is 1 minus the others where these are few, so that rows keep their sum and entries
// their relative accuracy. (Xue and Ye, Numerische Mathematik 110 (2008) 393: the exponential of such a
// matrix is determined entry by entry to relative accuracy.)
class StepMatrices {
public:
    // O(20 states x transitions). h: at most half a jump of the uniformised chain.
    explicit StepMatrices(const MarkovChain& chain);

    double step() const { return m_step; }
    // distribution exp(Q h 2^level). Level by level O(n^3) on first use, then O(n^2).
    std::vector<double> advance(const std::vector<double>& distribution, std::size_t level);
    const UniformChain& uniform() const { return m_uniform; }

private:
    UniformChain m_uniform;
    double m_step = 1;
    std::vector<std::vector<double>> m_matrices;
};

struct TransientOptions {
    double maxOperations = 3e9; // multiplications, about a nanosecond each
};

struct Transient {
    std::vector<double> probability; // per state, at the time; sum 1
    std::vector<double> timeIn;      // per state, expected time in it during [0, time]; sum = time
    double error = 0; // worst case of the relative error of an entry above 1e-20; usually far less
    bool byDoubling = false;
};

// By uniformisation: Poisson-many jumps, q t x transitions operations, truncated at 1e-30 of the weight.
// Where that is more than n^3 log2(q t) - seconds against years - and the chain is small, by doubling steps
// with the integral carried along. time: finite, >= 0. Errors: "markov.time", "markov.distribution",
// "markov.too_many_steps" (budgetExceeded).
Result<Transient> transientAt(const MarkovChain& chain, std::span<const double> initial, double time,
                              const TransientOptions& options = {});

Error tooManySteps(std::size_t states, double steps);

} // namespace alwayson::sim
