#pragma once
// What a Markov chain of a repairable system says about its outages: unavailability, how often, how long, how
// soon.

#include "simulator/markov/phase_type.h"
#include "simulator/markov/steady_state.h"

namespace alwayson::sim {

struct OutageOptions {
    SteadyStateOptions steady;
    AbsorptionOptions absorption;
};

// An outage is a maximal time in down states. Times and rates in the chain's unit.
struct OutageFigures {
    double unavailability =
        0; // long-run share of time in down states: a sum of small terms, not 1 - availability
    double availability = 1;
    double frequency = 0;  // outages per unit of time: flow from up states to down states
    double meanOutage = 0; // unavailability / frequency; 0 when there are no outages
    double meanUp = 0;     // between outages: availability / frequency; infinity when there are none
    double meanTimeToFirst =
        0; // MTTFF, from the start state; infinity when it may never come; 0 if it starts down
    std::vector<double> probability; // long run, per state
    std::vector<double> entry; // per state: probability that an outage starts in it; all 0 without outages
    ChainMethod method = ChainMethod::elimination;
};

// `up`: one flag per state. `start`: where the system begins. Relative accuracy of every figure is that of
// steadyState() and absorption(). Errors: those of both; "markov.target" when `up` has another size.
Result<OutageFigures> outageFigures(const MarkovChain& chain, const std::vector<bool>& up, StateIndex start,
                                    const OutageOptions& options = {});

// Length of an outage in the long run. Error "markov.no_outage" when there is none.
Result<PhaseType> outageLength(const MarkovChain& chain, const std::vector<bool>& up,
                               const OutageFigures& figures, const PhaseTypeOptions& options = {});

// Time from `start` to the first outage: reliability R(t) is its tail, mission unreliability its cdf.
Result<PhaseType> timeToFirstOutage(const MarkovChain& chain, const std::vector<bool>& up, StateIndex start,
                                    const PhaseTypeOptions& options = {});

// Expected time in down states during [0, time] from `start`, over time: interval unavailability.
Result<double> intervalUnavailability(const MarkovChain& chain, const std::vector<bool>& up, StateIndex start,
                                      double time, const TransientOptions& options = {});

} // namespace alwayson::sim
