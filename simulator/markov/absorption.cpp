#include "simulator/markov/absorption.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace alwayson::sim {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The states passed on the way, and whether the way may miss the targets.
struct Passage {
    SubChain part;              // can still meet a target
    std::vector<double> weight; // initial weight of its members
    double met = 0;             // initial weight of the targets
    bool certain = true;        // no state is visited from which no target can be met
};

Passage findPassage(const MarkovChain& chain, std::span<const double> initial,
                    const std::vector<bool>& target) {
    std::vector<bool> start(chain.size());
    for (std::size_t i = 0; i < chain.size(); ++i)
        start[i] = initial[i] > 0;
    const std::vector<bool> visited = reachable(chain.rates(), start, target);
    const std::vector<bool> canMeet = reachable(chain.rates().transposed(), target);
    Passage passage;
    std::vector<StateIndex> members;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (target[i]) passage.met += initial[i];
        if (!visited[i] || target[i]) continue;
        if (canMeet[i]) {
            members.push_back(static_cast<StateIndex>(i));
            passage.weight.push_back(initial[i]);
        } else
            passage.certain = false;
    }
    passage.part = restrictTo(chain, std::move(members));
    return passage;
}

// Times by sending the chain back to its start.
Result<std::vector<double>> timesByIteration(const Passage& passage, const GaussSeidelOptions& options) {
    const SubChain& part = passage.part;
    const double mass = std::accumulate(passage.weight.begin(), passage.weight.end(), 0.0);
    std::vector<Transition> transitions;
    for (std::size_t i = 0; i < part.members.size(); ++i) {
        const auto from = static_cast<StateIndex>(i);
        const auto to = part.inside.columnsOf(i);
        const auto rates = part.inside.valuesOf(i);
        for (std::size_t t = 0; t < to.size(); ++t)
            transitions.push_back({from, to[t], rates[t]});
        if (part.leaving[i] <= 0) continue;
        for (std::size_t j = 0; j < passage.weight.size(); ++j)
            if (passage.weight[j] > 0)
                transitions.push_back(
                    {from, static_cast<StateIndex>(j), part.leaving[i] * (passage.weight[j] / mass)});
    }
    Result<MarkovChain> renewed = MarkovChain::make(part.members.size(), transitions);
    if (!renewed) return renewed.error();
    const auto heaviest = std::max_element(passage.weight.begin(), passage.weight.end());
    Result<GaussSeidelSolution> solved =
        gaussSeidel(renewed->rates(), static_cast<StateIndex>(heaviest - passage.weight.begin()), options);
    if (!solved) return solved.error();
    std::vector<double> times = std::move(solved->probability);
    double flow = 0;
    for (std::size_t i = 0; i < times.size(); ++i)
        flow += times[i] * part.leaving[i];
    for (double& time : times)
        time *= mass / flow;
    return times;
}

// Var(T) from state i = 1/exit^2 + sum over the jumps of p (m_j - m)^2 + sum of p Var(T from j), where m is
// the mean that is left after the jump: a sum of positive terms, solved like a reward.
double varianceOf(const Passage& passage, const Elimination& elimination) {
    const SubChain& part = passage.part;
    const std::size_t n = part.members.size();
    const std::vector<double> mean = elimination.untilLeft(std::vector<double>(n, 1.0));
    std::vector<double> spread(n, 0);
    for (std::size_t i = 0; i < n; ++i) {
        const auto to = part.inside.columnsOf(i);
        const auto rates = part.inside.valuesOf(i);
        double exit = part.leaving[i], afterwards = 0;
        for (std::size_t t = 0; t < to.size(); ++t) {
            exit += rates[t];
            afterwards += rates[t] * mean[to[t]];
        }
        afterwards /= exit;
        spread[i] = 1 / exit + part.leaving[i] * afterwards * afterwards;
        for (std::size_t t = 0; t < to.size(); ++t)
            spread[i] += rates[t] * (mean[to[t]] - afterwards) * (mean[to[t]] - afterwards);
    }
    const std::vector<double> variance = elimination.untilLeft(spread);
    // A mixture over starts adds the spread of their means; weight on targets has mean 0.
    double overall = 0;
    for (std::size_t i = 0; i < n; ++i)
        overall += passage.weight[i] * mean[i];
    double result = passage.met * overall * overall;
    for (std::size_t i = 0; i < n; ++i)
        result += passage.weight[i] * (variance[i] + (mean[i] - overall) * (mean[i] - overall));
    return result;
}

Result<std::vector<double>> timesByElimination(const Passage& passage, const AbsorptionOptions& options,
                                               const Elimination::Limits& limits,
                                               std::optional<double>& variance) {
    Result<Elimination> elimination = Elimination::run(passage.part, limits);
    if (!elimination) return elimination.error();
    if (options.wantVariance && passage.certain) variance = varianceOf(passage, *elimination);
    return elimination->timeIn(passage.weight);
}

Result<std::vector<double>> timesOf(const Passage& passage, const AbsorptionOptions& options,
                                    std::optional<double>& variance) {
    const auto final = [](const Result<std::vector<double>>& result) {
        return result.ok() || result.error().kind != ErrorKind::budgetExceeded;
    };
    if (passage.part.members.size() <= options.quickStates) {
        Elimination::Limits quick = options.elimination;
        quick.operations = std::min(quick.operations, options.quickOperations);
        auto times = timesByElimination(passage, options, quick, variance);
        if (final(times)) return times;
    }
    auto iterated =
        timesByIteration(passage, {options.tolerance, options.maxSweeps, options.elimination.stop});
    if (final(iterated)) return iterated;
    auto slowly = timesByElimination(passage, options, options.elimination, variance);
    return final(slowly) ? slowly : iterated;
}

Status checkTarget(const MarkovChain& chain, const std::vector<bool>& target) {
    if (target.size() == chain.size()) return success();
    return Error{ErrorKind::internal,
                 "markov.target",
                 "The set of target states does not belong to this chain.",
                 {},
                 {}};
}

void countEnds(const MarkovChain& chain, const Passage& passage, const std::vector<double>& times,
               const std::vector<bool>& target, Absorption& result) {
    for (std::size_t m = 0; m < times.size(); ++m) {
        const StateIndex state = passage.part.members[m];
        result.timeIn[state] = times[m];
        const auto to = chain.targets(state);
        const auto rates = chain.ratesFrom(state);
        for (std::size_t t = 0; t < to.size(); ++t)
            if (target[to[t]]) result.reached[to[t]] += times[m] * rates[t];
    }
}

} // namespace

std::vector<double> certainly(const MarkovChain& chain, StateIndex state) {
    std::vector<double> initial(chain.size(), 0);
    initial[state] = 1;
    return initial;
}

Result<Absorption> absorption(const MarkovChain& chain, std::span<const double> initial,
                              const std::vector<bool>& target, const AbsorptionOptions& options) {
    if (Status s = checkTarget(chain, target); !s) return std::move(s).error();
    if (Status s = checkDistribution(chain, initial); !s) return std::move(s).error();
    const Passage passage = findPassage(chain, initial, target);
    Absorption result;
    result.reached.assign(chain.size(), 0);
    result.timeIn.assign(chain.size(), 0);
    for (std::size_t i = 0; i < chain.size(); ++i)
        if (target[i]) result.reached[i] = initial[i];

    Result<std::vector<double>> times = std::vector<double>{};
    if (!passage.part.members.empty())
        times = timesOf(passage, options, result.variance);
    else if (options.wantVariance)
        result.variance = 0;
    if (!times) return times.error();
    countEnds(chain, passage, *times, target, result);
    result.probability =
        passage.certain ? 1 : std::accumulate(result.reached.begin(), result.reached.end(), 0.0);
    result.meanTime = passage.certain ? std::accumulate(times->begin(), times->end(), 0.0) : kInfinity;
    if (!passage.certain && options.wantVariance) result.variance = kInfinity;
    return result;
}

} // namespace alwayson::sim
