#include "simulator/markov/outage.h"

#include <algorithm>
#include <limits>

namespace alwayson::sim {

namespace {

std::vector<bool> inverted(std::vector<bool> flags) {
    flags.flip();
    return flags;
}

Status checkUp(const MarkovChain& chain, const std::vector<bool>& up, StateIndex start) {
    if (up.size() == chain.size() && start < chain.size()) return success();
    return Error{ErrorKind::internal,
                 "markov.target",
                 "The set of up states or the start does not belong to this chain.",
                 {},
                 {}};
}

// Flow into each down state from the up states.
std::vector<double> entryFlow(const MarkovChain& chain, const std::vector<bool>& up,
                              const std::vector<double>& p) {
    std::vector<double> flow(chain.size(), 0);
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (!up[i]) continue;
        const auto to = chain.targets(i);
        const auto rates = chain.ratesFrom(i);
        for (std::size_t t = 0; t < to.size(); ++t)
            if (!up[to[t]]) flow[to[t]] += p[i] * rates[t];
    }
    return flow;
}

} // namespace

Result<OutageFigures> outageFigures(const MarkovChain& chain, const std::vector<bool>& up, StateIndex start,
                                    const OutageOptions& options) {
    if (Status s = checkUp(chain, up, start); !s) return std::move(s).error();
    SteadyStateOptions steadyOptions = options.steady;
    if (steadyOptions.initial.empty()) steadyOptions.initial = certainly(chain, start);
    Result<SteadyState> steady = steadyState(chain, steadyOptions);
    if (!steady) return steady.error();
    AbsorptionOptions firstOptions = options.absorption;
    firstOptions.wantVariance = false;
    Result<Absorption> first = absorption(chain, certainly(chain, start), inverted(up), firstOptions);
    if (!first) return first.error();

    OutageFigures figures;
    figures.method = steady->method;
    figures.probability = std::move(steady->probability);
    double upSum = 0;
    for (std::size_t i = 0; i < chain.size(); ++i)
        (up[i] ? upSum : figures.unavailability) += figures.probability[i];
    figures.availability = figures.unavailability < .5 ? 1 - figures.unavailability : upSum;
    figures.entry = entryFlow(chain, up, figures.probability);
    for (const double flow : figures.entry)
        figures.frequency += flow;
    if (figures.frequency > 0) {
        for (double& flow : figures.entry)
            flow /= figures.frequency;
        figures.meanOutage = figures.unavailability / figures.frequency;
        figures.meanUp = figures.availability / figures.frequency;
    } else
        figures.meanUp = std::numeric_limits<double>::infinity();
    figures.meanTimeToFirst = first->meanTime;
    return figures;
}

Result<PhaseType> outageLength(const MarkovChain& chain, const std::vector<bool>& up,
                               const OutageFigures& figures, const PhaseTypeOptions& options) {
    if (figures.frequency <= 0)
        return Error{ErrorKind::invalidInput,
                     "markov.no_outage",
                     "There are no outages, so they have no length.",
                     {},
                     {}};
    return PhaseType::make(chain, figures.entry, up, options);
}

Result<PhaseType> timeToFirstOutage(const MarkovChain& chain, const std::vector<bool>& up, StateIndex start,
                                    const PhaseTypeOptions& options) {
    if (Status s = checkUp(chain, up, start); !s) return std::move(s).error();
    return PhaseType::make(chain, certainly(chain, start), inverted(up), options);
}

Result<double> intervalUnavailability(const MarkovChain& chain, const std::vector<bool>& up, StateIndex start,
                                      double time, const TransientOptions& options) {
    if (Status s = checkUp(chain, up, start); !s) return std::move(s).error();
    if (time == 0) return up[start] ? 0.0 : 1.0;
    Result<Transient> until = transientAt(chain, certainly(chain, start), time, options);
    if (!until) return until.error();
    double down = 0;
    for (std::size_t i = 0; i < chain.size(); ++i)
        if (!up[i]) down += until->timeIn[i];
    return down / time;
}

} // namespace alwayson::sim
