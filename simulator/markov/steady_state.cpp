#include "simulator/markov/steady_state.h"

#include "simulator/markov/absorption.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace alwayson::sim {

namespace {

struct ClassSolution {
    std::vector<double> probability;
    ChainMethod method = ChainMethod::elimination;
    std::size_t sweeps = 0;
};

Result<ClassSolution> eliminated(const SubChain& part, const Elimination::Limits& limits) {
    Result<Elimination> e = Elimination::run(part, limits);
    if (!e) return e.error();
    return ClassSolution{e->stationary(), ChainMethod::elimination, 0};
}

Result<ClassSolution> iterated(const SubChain& part, const SteadyStateOptions& options) {
    const GaussSeidelOptions how{options.tolerance, options.maxSweeps, options.elimination.stop};
    Result<GaussSeidelSolution> solved = gaussSeidel(part.inside, 0, how);
    if (!solved) return solved.error();
    return ClassSolution{std::move(solved->probability), ChainMethod::gaussSeidel, solved->sweeps};
}

bool mayGoOn(const Error& error) {
    return error.kind == ErrorKind::budgetExceeded;
}

Result<ClassSolution> solveClass(const SubChain& part, const SteadyStateOptions& options) {
    if (options.method == ChainMethod::elimination) return eliminated(part, options.elimination);
    if (options.method == ChainMethod::gaussSeidel) return iterated(part, options);
    if (part.members.size() <= options.quickStates) {
        Elimination::Limits quick = options.elimination;
        quick.operations = std::min(quick.operations, options.quickOperations);
        Result<ClassSolution> solved = eliminated(part, quick);
        if (solved || !mayGoOn(solved.error())) return solved;
    }
    Result<ClassSolution> byIteration = iterated(part, options);
    if (byIteration || !mayGoOn(byIteration.error())) return byIteration;
    Result<ClassSolution> slowly = eliminated(part, options.elimination);
    return slowly || !mayGoOn(slowly.error()) ? slowly : byIteration;
}

// Probability of ending in each closed class, by class number.
Result<std::vector<double>> shares(const MarkovChain& chain, const ChainClasses& classes,
                                   const SteadyStateOptions& options) {
    if (options.initial.empty())
        return Error{
            ErrorKind::invalidInput,
            "markov.several_closed_classes",
            fmt::format(
                "This Markov chain has {} sets of states that are never left, so its long run depends "
                "on where it starts.",
                classes.closedCount()),
            "Say where it starts, or add the repair that is missing.",
            {}};
    std::vector<bool> target(chain.size());
    for (std::size_t state = 0; state < chain.size(); ++state)
        target[state] = classes.closed[classes.classOf[state]];
    AbsorptionOptions how;
    how.elimination = options.elimination;
    how.wantVariance = false;
    Result<Absorption> ends = absorption(chain, options.initial, target, how);
    if (!ends) return ends.error();
    std::vector<double> share(classes.count, 0);
    for (std::size_t state = 0; state < chain.size(); ++state)
        share[classes.classOf[state]] += ends->reached[state];
    return share;
}

double residualOf(const MarkovChain& chain, const std::vector<double>& p) {
    std::vector<double> inflow(chain.size(), 0);
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const auto targets = chain.targets(i);
        const auto rates = chain.ratesFrom(i);
        for (std::size_t t = 0; t < targets.size(); ++t)
            inflow[targets[t]] += p[i] * rates[t];
    }
    double worst = 0;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const double outflow = p[i] * chain.exitRate(i);
        if (outflow > 0) worst = std::max(worst, std::abs(inflow[i] - outflow) / outflow);
    }
    return worst;
}

} // namespace

std::string_view toString(ChainMethod method) {
    switch (method) {
    case ChainMethod::automatic:
        return "automatic";
    case ChainMethod::elimination:
        return "gth";
    case ChainMethod::gaussSeidel:
        return "gauss-seidel";
    }
    return "";
}

Result<SteadyState> steadyState(const MarkovChain& chain, const SteadyStateOptions& options) {
    if (!options.initial.empty())
        if (Status s = checkDistribution(chain, options.initial); !s) return std::move(s).error();
    const ChainClasses classes = classify(chain);
    SteadyState result;
    result.closedClasses = classes.closedCount();
    result.probability.assign(chain.size(), 0);
    std::vector<double> share(classes.count, 1);
    if (result.closedClasses > 1) {
        Result<std::vector<double>> split = shares(chain, classes, options);
        if (!split) return split.error();
        share = std::move(split).value();
    }
    std::vector<std::vector<StateIndex>> members(classes.count);
    for (std::size_t state = 0; state < chain.size(); ++state) {
        const std::uint32_t mine = classes.classOf[state];
        if (classes.closed[mine])
            members[mine].push_back(static_cast<StateIndex>(state));
        else
            ++result.transientStates;
    }
    for (std::size_t c = 0; c < classes.count; ++c) {
        if (!classes.closed[c] || share[c] <= 0) continue;
        Result<ClassSolution> solved = solveClass(restrictTo(chain, members[c]), options);
        if (!solved) return solved.error();
        for (std::size_t i = 0; i < members[c].size(); ++i)
            result.probability[members[c][i]] = share[c] * solved->probability[i];
        result.method = std::max(result.method, solved->method);
        result.sweeps = std::max(result.sweeps, solved->sweeps);
    }
    result.residual = residualOf(chain, result.probability);
    return result;
}

} // namespace alwayson::sim
