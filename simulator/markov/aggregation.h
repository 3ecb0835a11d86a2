#pragma once
// Blocks of states, blocks of blocks and so on, for correcting the shares of whole parts of a chain at once:
// the multi-level method of Horton and Leutenegger (SIGMETRICS 1994), after Koury, McAllister and Stewart
// (SIAM J. Algebraic Discrete Methods 5 (1984) 164). A part of GaussSeidel.

#include "simulator/markov/chain.h"

namespace alwayson::sim {

class Aggregation {
public:
    // Rates of an irreducible chain.
    explicit Aggregation(const RateMatrix& outgoing);

    // One forward and one backward sweep of p(j) = inflow(j) / exit(j). Returns the largest relative change
    // of the backward one. O(transitions).
    double sweep(std::vector<double>& p) const { return sweep(m_levels.front(), p); }

    // Sweeps, puts the blocks into the proportions in which they would be if those inside each block were
    // right, and sweeps again. About as much work as ten sweeps; more the first time, when the blocks are
    // made.
    void correct(std::vector<double>& p);

    const std::vector<double>& exitRates() const { return m_levels.front().exit; }

    // Probabilities this much smaller than the largest are at the edge of what a double can hold.
    static constexpr double kNegligible = 1e-280;

private:
    struct Level {
        RateMatrix in; // row j: (i, rate i -> j); rows need not ascend
        std::vector<double> exit;
        std::vector<StateIndex> block; // -> state of the next level; empty: not made yet
        std::size_t blocks = 0;
        std::vector<std::size_t> slot; // per rate: its place in the next level's `in`; kInside within a block
    };
    static constexpr std::size_t kInside = static_cast<std::size_t>(-1);

    std::vector<Level> m_levels; // the finest first

    static double sweep(const Level& level, std::vector<double>& p);
    static void pairUp(Level& level);
    static RateMatrix blockPattern(Level& level);
    static bool refill(const Level& level, Level& coarse, const std::vector<double>& p,
                       const std::vector<double>& weight);
    static std::vector<double> solved(const Level& level);
    void correct(std::size_t depth, std::vector<double>& p);
};

} // namespace alwayson::sim
