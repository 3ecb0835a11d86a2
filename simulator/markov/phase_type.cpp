#include "simulator/markov/phase_type.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numeric>

namespace alwayson::sim {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kPrecision = 1e-13;
constexpr std::size_t kMostLevels = 400; // 2^400 steps: nothing takes longer

bool arrived(const PhaseType::Split& split, double p) {
    return p < .5 ? split.cdf >= p : split.tail <= 1 - p;
}

// Smallest x in (low, high] where `done` holds, by halving; offset + x is what has to be precise.
template <class Predicate>
double firstWhere(double low, double high, double offset, const Predicate& done) {
    while (high - low > kPrecision * (offset + high)) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) break;
        (done(middle) ? high : low) = middle;
    }
    return high;
}

} // namespace

Result<PhaseType> PhaseType::make(const MarkovChain& chain, std::span<const double> initial,
                                  const std::vector<bool>& target, const PhaseTypeOptions& options) {
    Result<Absorption> ends = absorption(chain, initial, target, options.absorption);
    if (!ends) return ends.error();
    PhaseType result;
    result.m_options = options;
    result.m_mean = ends->meanTime;
    result.m_variance = ends->variance;
    result.m_reached = ends->probability;

    std::vector<bool> start(chain.size());
    for (std::size_t i = 0; i < chain.size(); ++i)
        start[i] = initial[i] > 0;
    const std::vector<bool> visited = reachable(chain.rates(), start, target);
    std::vector<StateIndex> members;
    double met = 0;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (target[i]) met += initial[i];
        if (!visited[i] || target[i]) continue;
        members.push_back(static_cast<StateIndex>(i));
        result.m_initial.push_back(initial[i]);
    }
    result.m_initial.push_back(met);
    const SubChain part = restrictTo(chain, std::move(members));
    const auto outside = static_cast<StateIndex>(part.members.size());
    std::vector<Transition> transitions;
    for (StateIndex i = 0; i < outside; ++i) {
        const auto to = part.inside.columnsOf(i);
        const auto rates = part.inside.valuesOf(i);
        for (std::size_t t = 0; t < to.size(); ++t)
            transitions.push_back({i, to[t], rates[t]});
        transitions.push_back({i, outside, part.leaving[i]});
    }
    Result<MarkovChain> absorbing = MarkovChain::make(outside + 1, transitions);
    if (!absorbing) return absorbing.error();
    result.m_chain = std::move(absorbing).value();
    if (outside <= options.denseStates)
        result.m_steps.emplace(result.m_chain);
    else {
        result.m_uniform.emplace(result.m_chain);
        result.m_jumped = result.m_initial;
    }
    return result;
}

PhaseType::Split PhaseType::split(const std::vector<double>& distribution) {
    return {distribution.back(), std::accumulate(distribution.begin(), distribution.end() - 1, 0.0)};
}

Result<PhaseType::Split> PhaseType::at(double time) {
    if (!(time >= 0) || std::isinf(time))
        return Error{ErrorKind::invalidInput,
                     "markov.time",
                     fmt::format("The time {} is not finite or negative.", time),
                     "Ask for a time from 0 on.",
                     {}};
    if (m_steps) return bySteps(time);
    return byJumps(time);
}

PhaseType::Split PhaseType::bySteps(double time) {
    std::vector<double> now = m_initial;
    const double ratio = time / m_steps->step();
    for (std::size_t level = ratio < 1 ? 0 : static_cast<std::size_t>(std::ilogb(ratio)) + 1; level-- > 0;) {
        if (level >= kMostLevels) return {m_reached, 1 - m_reached};
        const double step = std::ldexp(m_steps->step(), static_cast<int>(level));
        if (step > time) continue;
        now = m_steps->advance(now, level);
        time -= step;
    }
    return split(uniformised(m_steps->uniform(), std::move(now), time).probability);
}

Result<PhaseType::Split> PhaseType::byJumps(double time) {
    const double load = m_uniform->speed() * time;
    if ((load + 12 * std::sqrt(load)) * static_cast<double>(m_uniform->operationsPerJump()) >
        m_options.maxOperations)
        return tooManySteps(m_chain.size() - 1, load);
    const PoissonWeights poisson = poissonWeights(load);
    while (m_met.size() <= poisson.last()) {
        const Split now = split(m_jumped);
        m_met.push_back(now.cdf);
        m_notYet.push_back(now.tail);
        m_jumped = m_uniform->jumped(m_jumped);
    }
    Split result{0, 0};
    for (std::size_t i = 0; i < poisson.weight.size(); ++i) {
        result.cdf += poisson.weight[i] * m_met[poisson.first + i];
        result.tail += poisson.weight[i] * m_notYet[poisson.first + i];
    }
    return result;
}

Result<double> PhaseType::quantile(double p) {
    if (!(p >= 0 && p < 1))
        return Error{ErrorKind::invalidInput,
                     "markov.quantile",
                     fmt::format("There is no quantile {}.", p),
                     "Ask for one from 0 to below 1.",
                     {}};
    if (p <= m_initial.back()) return 0;
    if (p > m_reached) return kInfinity;
    if (m_steps) return quantileBySteps(p);
    return quantileByJumps(p);
}

double PhaseType::quantileBySteps(double p) {
    std::size_t level = 0;
    while (!arrived(split(m_steps->advance(m_initial, level)), p))
        if (++level >= kMostLevels) return kInfinity;
    std::vector<double> now = m_initial;
    double time = 0;
    while (level-- > 0) {
        std::vector<double> later = m_steps->advance(now, level);
        if (arrived(split(later), p)) continue;
        now = std::move(later);
        time += std::ldexp(m_steps->step(), static_cast<int>(level));
    }
    return time + firstWhere(0, m_steps->step(), time, [&](double more) {
               return arrived(split(uniformised(m_steps->uniform(), now, more).probability), p);
           });
}

Result<double> PhaseType::quantileByJumps(double p) {
    double low = 0, high = 1 / m_uniform->speed();
    for (;; low = high, high *= 2) {
        Result<Split> now = byJumps(high);
        if (!now) return now.error();
        if (arrived(*now, p)) break;
    }
    return firstWhere(low, high, 0, [&](double time) {
        const Result<Split> now = byJumps(time); // shorter than what has just worked
        return now && arrived(*now, p);
    });
}

} // namespace alwayson::sim
