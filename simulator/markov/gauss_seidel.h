#pragma once
// Symmetric Gauss-Seidel for the long-run probabilities of one closed class: p(j) = inflow(j) / exit(j),
// first in the order of the states, then backwards. Nothing is subtracted, so small probabilities converge to
// the same relative accuracy as large ones. Chains of failures and repairs are nearly triangular in
// breadth-first order and need about 20 sweeps (Stewart, Introduction to the Numerical Solution of Markov
// Chains, 1994, ch. 3). Parts that hardly exchange probability would need thousands: when convergence is
// slow, the probabilities of whole blocks are put right by aggregation and disaggregation (Koury, McAllister
// and Stewart, SIAM J. Algebraic Discrete Methods 5 (1984) 164), on several levels (Horton and Leutenegger,
// SIGMETRICS 1994).

#include "simulator/markov/chain.h"

#include <stop_token>

namespace alwayson::sim {

struct GaussSeidelOptions {
    double tolerance = 1e-11; // wanted relative error of each probability, as estimated from the convergence
    std::size_t maxSweeps = 2'000; // pairs of a forward and a backward sweep
    std::stop_token stop;
};

struct GaussSeidelSolution {
    std::vector<double> probability; // sum 1
    std::size_t sweeps = 0;
    std::size_t corrections = 0; // aggregation steps
    double estimatedError = 0;   // relative, of the worst state
};

// `inside`: rates of a closed class (irreducible). `first`: a state to start from, best a frequent one.
// O(sweeps x transitions). Errors: "markov.not_converged" (budgetExceeded), "markov.cancelled".
Result<GaussSeidelSolution> gaussSeidel(const RateMatrix& inside, StateIndex first,
                                        const GaussSeidelOptions& options = {});

} // namespace alwayson::sim
