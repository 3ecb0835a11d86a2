#pragma once
// The distribution of the time until a Markov chain first meets a set of states (a phase-type distribution):
// how long outages are, how long the system lives.

#include "simulator/markov/absorption.h"
#include "simulator/markov/transient.h"

namespace alwayson::sim {

struct PhaseTypeOptions {
    AbsorptionOptions absorption;
    std::size_t denseStates = 160; // up to this many states by doubling steps, however long the time
    double maxOperations = 3e9;    // beyond: jump by jump, up to this many multiplications
};

class PhaseType {
public:
    // `initial` and `target` as for absorption(), and the same errors. Weight on targets gives time 0.
    static Result<PhaseType> make(const MarkovChain& chain, std::span<const double> initial,
                                  const std::vector<bool>& target, const PhaseTypeOptions& options = {});

    double mean() const { return m_mean; } // infinity when targets may be missed for ever
    std::optional<double> variance() const { return m_variance; } // see Absorption
    double reached() const { return m_reached; }                  // probability that a target is ever met

    // Neither is computed as 1 minus the other: a cdf of 1e-12 and a tail of 1e-12 have relative accuracy,
    // with more than denseStates states down to 1e-20 (what is below 1e-30 is left out there). time: finite,
    // >= 0. Errors: "markov.time"; "markov.too_many_steps" for a long time with many states.
    struct Split {
        double cdf = 0;  // P(T <= t)
        double tail = 1; // P(T > t)
    };
    Result<Split> at(double time);

    // Smallest t with P(T <= t) >= p, to 1e-12 relative; 0 <= p < 1; infinity when p > reached().
    // Errors: "markov.quantile" (p out of range), "markov.too_many_steps".
    Result<double> quantile(double p);

private:
    PhaseTypeOptions m_options;
    MarkovChain m_chain; // states before a target; last, all targets as one
    std::vector<double> m_initial;
    double m_mean = 0;
    std::optional<double> m_variance;
    double m_reached = 0;
    std::optional<StepMatrices> m_steps; // few states
    // Many states: distribution after the last jump taken, and the weight of the target and the rest after
    // each.
    std::optional<UniformChain> m_uniform;
    std::vector<double> m_jumped, m_met, m_notYet;

    static Split split(const std::vector<double>& distribution);
    Split bySteps(double time);
    Result<Split> byJumps(double time);
    double quantileBySteps(double p);
    Result<double> quantileByJumps(double p);
};

} // namespace alwayson::sim
