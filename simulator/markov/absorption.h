#pragma once
// Time until a Markov chain first meets a set of states: mean time to the first failure or to data loss,
// where it ends, and how much time it spends where before that.

#include "simulator/markov/elimination.h"
#include "simulator/markov/gauss_seidel.h"

#include <optional>

namespace alwayson::sim {

struct AbsorptionOptions {
    // Elimination up to these; otherwise by iteration; elimination again if that does not converge.
    std::size_t quickStates = 20'000;
    double quickOperations = 1e8;
    Elimination::Limits elimination; // its stop token is used throughout
    double tolerance = 1e-11;        // of the iteration, relative
    std::size_t maxSweeps = 2'000;
    bool wantVariance = true; // about as much work as the mean
};

struct Absorption {
    double probability = 0; // that a target is ever met; exactly 1 when no state can avoid it for ever
    double meanTime = 0;    // infinity unless a target is met for sure
    // Of the time; infinity unless a target is met for sure; nullopt where it was not asked for or the
    // times come from iteration.
    std::optional<double> variance;
    std::vector<double> reached; // per state: probability that it is the first target met; 0 for others
    std::vector<double> timeIn;  // per state: expected time in it until a target is, or none can be, met
};

// `target`: one flag per state. Weight of `initial` that is on a target counts as met at time 0.
//
// All sums are of positive terms: times by elimination without subtraction (see Elimination), the variance as
// the sum over the states of (1/exit^2 + spread of the means after the jump), never as E[T^2] - E[T]^2. Where
// elimination would take too long, the chain is sent back to its start whenever it meets a target, and the
// long-run probabilities of that chain divided by its flow into the targets are the times (renewal-reward
// theorem); the accuracy is then that of the iteration. Errors: "markov.distribution", "markov.too_dense",
// "markov.not_converged", "markov.cancelled".
Result<Absorption> absorption(const MarkovChain& chain, std::span<const double> initial,
                              const std::vector<bool>& target, const AbsorptionOptions& options = {});

// The distribution that is certain of one state.
std::vector<double> certainly(const MarkovChain& chain, StateIndex state);

} // namespace alwayson::sim
