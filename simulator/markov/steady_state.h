#pragma once
// Long-run probabilities of a Markov chain.

#include "simulator/markov/elimination.h"
#include "simulator/markov/gauss_seidel.h"

#include <string_view>

namespace alwayson::sim {

enum class ChainMethod : std::uint8_t {
    automatic,   // elimination where it is quick, else Gauss-Seidel, else elimination after all
    elimination, // GTH, the reference
    gaussSeidel
};
std::string_view toString(ChainMethod method); // "gth", "gauss-seidel", "automatic"

struct SteadyStateOptions {
    ChainMethod method = ChainMethod::automatic;
    // Automatic: what elimination may cost before iteration is tried.
    std::size_t quickStates = 2'000;
    double quickOperations = 1e8;
    Elimination::Limits elimination; // limits of elimination; its stop token is used throughout
    double tolerance = 1e-11;        // Gauss-Seidel: wanted relative error of each probability
    std::size_t maxSweeps = 2'000;
    // Where the chain starts. Needed only when it has several closed classes, whose shares depend on it.
    std::vector<double> initial;
};

struct SteadyState {
    std::vector<double> probability;               // per state; sum 1; exactly 0 for transient states
    ChainMethod method = ChainMethod::elimination; // the slowest one used
    std::size_t sweeps = 0;                        // Gauss-Seidel only
    double residual = 0;                           // largest |inflow - outflow| / outflow over the states
    std::size_t closedClasses = 1;
    std::size_t transientStates = 0;
};

// With one closed class the answer does not depend on the start. With several, it is the answer given the
// initial distribution, each class weighted with the probability of ending there; without one it is an error.
// Relative accuracy of each probability: about 1e-14 by elimination, options.tolerance by iteration.
// Errors: "markov.several_closed_classes", "markov.distribution", "markov.too_dense", "markov.not_converged",
// "markov.cancelled".
Result<SteadyState> steadyState(const MarkovChain& chain, const SteadyStateOptions& options = {});

} // namespace alwayson::sim
