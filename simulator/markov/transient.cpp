#include "simulator/markov/transient.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numeric>

namespace alwayson::sim {

namespace {

constexpr double kHalfUlp = std::numeric_limits<double>::epsilon() / 2;
constexpr double kOutside = 1e-33; // of the weight at the mode: all that is left out is then below 1e-30

// Faster than the fastest state by this factor, so that no probability to stay is a small difference.
constexpr double kMargin = 1.05;

using Matrix = std::vector<double>; // row-major, square

// Rows sum to 1. The diagonal is whatever the others leave, unless that would cancel.
void makeStochastic(Matrix& m, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        double* row = m.data() + i * n;
        const double stay = row[i];
        row[i] = 0;
        const double others = std::accumulate(row, row + n, 0.0);
        if (others < .5) {
            row[i] = 1 - others;
            continue;
        }
        row[i] = stay;
        for (std::size_t j = 0; j < n; ++j)
            row[j] /= others + stay;
    }
}

Matrix product(const Matrix& a, const Matrix& b, std::size_t n) {
    Matrix c(n * n, 0);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < n; ++k) {
            const double factor = a[i * n + k];
            if (factor <= 0) continue;
            const double* from = b.data() + k * n;
            double* to = c.data() + i * n;
            for (std::size_t j = 0; j < n; ++j)
                to[j] += factor * from[j];
        }
    return c;
}

// exp(Q t) and its integral, row by row.
void firstStep(const UniformChain& chain, double time, Matrix& at, Matrix* spent) {
    const std::size_t n = chain.size();
    at.assign(n * n, 0);
    if (spent) spent->assign(n * n, 0);
    for (std::size_t i = 0; i < n; ++i) {
        std::vector<double> here(n, 0);
        here[i] = 1;
        const Stay stay = uniformised(chain, std::move(here), time);
        std::ranges::copy(stay.probability, at.begin() + static_cast<std::ptrdiff_t>(i * n));
        if (spent) std::ranges::copy(stay.timeIn, spent->begin() + static_cast<std::ptrdiff_t>(i * n));
    }
    makeStochastic(at, n);
}

Transient byDoubling(const UniformChain& chain, std::span<const double> initial, double time, int doublings) {
    const std::size_t n = chain.size();
    Matrix at, spent;
    firstStep(chain, std::ldexp(time, -doublings), at, &spent);
    for (int d = 0; d < doublings; ++d) {
        const Matrix later = product(at, spent, n);
        for (std::size_t i = 0; i < spent.size(); ++i)
            spent[i] += later[i];
        at = product(at, at, n);
        makeStochastic(at, n);
    }
    Transient result;
    result.byDoubling = true;
    result.error = chain.speed() * time * static_cast<double>(n + 2) * kHalfUlp;
    result.probability.assign(n, 0);
    result.timeIn.assign(n, 0);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            result.probability[j] += initial[i] * at[i * n + j];
            result.timeIn[j] += initial[i] * spent[i * n + j];
        }
    return result;
}

} // namespace

Error tooManySteps(std::size_t states, double steps) {
    return Error{ErrorKind::budgetExceeded,
                 "markov.too_many_steps",
                 fmt::format("Following this Markov chain of {} states through time takes {:.3g} steps.",
                             states, steps),
                 "Ask for a shorter time, lump equal parts, or simulate instead.",
                 {}};
}

PoissonWeights poissonWeights(double load) {
    const double mode = std::floor(load);
    std::vector<double> down; // mode, mode - 1, ...
    double weight = 1;
    for (double k = mode; weight > kOutside; --k) {
        down.push_back(weight);
        if (k <= 0) break;
        weight *= k / load;
    }
    PoissonWeights result;
    result.first = static_cast<std::uint64_t>(mode) + 1 - down.size();
    result.weight.assign(down.rbegin(), down.rend());
    weight = 1;
    for (double k = mode + 1; (weight *= load / k) > kOutside; ++k)
        result.weight.push_back(weight);
    std::vector<double> ascending = result.weight;
    std::sort(ascending.begin(), ascending.end());
    const double sum = std::accumulate(ascending.begin(), ascending.end(), 0.0);
    for (double& w : result.weight)
        w /= sum;
    return result;
}

UniformChain::UniformChain(const MarkovChain& chain)
    : m_speed(kMargin * chain.maxExitRate()), m_into(chain.rates().transposed()), m_stay(chain.size(), 1) {
    if (m_speed <= 0) return;
    for (double& rate : m_into.value)
        rate /= m_speed;
    for (std::size_t i = 0; i < chain.size(); ++i)
        m_stay[i] = 1 - chain.exitRate(i) / m_speed;
}

std::vector<double> UniformChain::jumped(const std::vector<double>& distribution) const {
    std::vector<double> next(distribution.size());
    for (std::size_t j = 0; j < next.size(); ++j) {
        const auto from = m_into.columnsOf(j);
        const auto probabilities = m_into.valuesOf(j);
        double sum = distribution[j] * m_stay[j];
        for (std::size_t i = 0; i < from.size(); ++i)
            sum += distribution[from[i]] * probabilities[i];
        next[j] = sum;
    }
    return next;
}

Stay uniformised(const UniformChain& chain, std::vector<double> distribution, double time) {
    const std::size_t n = chain.size();
    Stay stay;
    if (chain.speed() <= 0 || time <= 0) {
        stay.timeIn = distribution;
        for (double& t : stay.timeIn)
            t *= time;
        stay.probability = std::move(distribution);
        return stay;
    }
    const PoissonWeights poisson = poissonWeights(chain.speed() * time);
    std::vector<double> more(poisson.weight.size(), 0); // P(N > k)
    for (std::size_t i = more.size() - 1; i-- > 0;)
        more[i] = more[i + 1] + poisson.weight[i + 1];
    stay.probability.assign(n, 0);
    stay.timeIn.assign(n, 0);
    stay.jumps = poisson.last();
    for (std::uint64_t k = 0;; ++k) {
        const bool inWindow = k >= poisson.first;
        const double longer = (inWindow ? more[k - poisson.first] : 1) / chain.speed();
        for (std::size_t i = 0; i < n; ++i)
            stay.timeIn[i] += longer * distribution[i];
        if (inWindow)
            for (std::size_t i = 0; i < n; ++i)
                stay.probability[i] += poisson.weight[k - poisson.first] * distribution[i];
        if (k == poisson.last()) return stay;
        distribution = chain.jumped(distribution);
    }
}

StepMatrices::StepMatrices(const MarkovChain& chain) : m_uniform(chain) {
    if (m_uniform.speed() > 0) m_step = .5 / m_uniform.speed();
    m_matrices.emplace_back();
    firstStep(m_uniform, m_step, m_matrices.back(), nullptr);
}

std::vector<double> StepMatrices::advance(const std::vector<double>& distribution, std::size_t level) {
    const std::size_t n = m_uniform.size();
    while (m_matrices.size() <= level) {
        m_matrices.push_back(product(m_matrices.back(), m_matrices.back(), n));
        makeStochastic(m_matrices.back(), n);
    }
    std::vector<double> next(n, 0);
    for (std::size_t i = 0; i < n; ++i)
        if (distribution[i] > 0)
            for (std::size_t j = 0; j < n; ++j)
                next[j] += distribution[i] * m_matrices[level][i * n + j];
    return next;
}

Result<Transient> transientAt(const MarkovChain& chain, std::span<const double> initial, double time,
                              const TransientOptions& options) {
    if (Status s = checkDistribution(chain, initial); !s) return std::move(s).error();
    if (!(time >= 0) || std::isinf(time))
        return Error{ErrorKind::invalidInput,
                     "markov.time",
                     fmt::format("The time {} is not finite or negative.", time),
                     "Ask for a time from 0 on.",
                     {}};
    const UniformChain uniform(chain);
    const double jumps = uniform.speed() * time;
    const double size = static_cast<double>(chain.size());
    const double byJumps =
        (jumps + 12 * std::sqrt(jumps) + 30) * (static_cast<double>(uniform.operationsPerJump()) + 2 * size);
    const int doublings = jumps > 1 ? static_cast<int>(std::ceil(std::log2(jumps))) : 0;
    const double bySquaring =
        2 * doublings * size * size * size + 25 * size * static_cast<double>(uniform.operationsPerJump());
    if (std::min(byJumps, bySquaring) > options.maxOperations) return tooManySteps(chain.size(), jumps);
    Transient result;
    if (bySquaring < byJumps)
        result = byDoubling(uniform, initial, time, doublings);
    else {
        Stay stay = uniformised(uniform, {initial.begin(), initial.end()}, time);
        std::size_t terms = 0; // most rates into one state
        const RateMatrix into = chain.rates().transposed();
        for (std::size_t j = 0; j < chain.size(); ++j)
            terms = std::max(terms, into.columnsOf(j).size());
        result.error =
            static_cast<double>(stay.jumps + 1) * static_cast<double>(terms + 3) * kHalfUlp + 1e-30;
        result.probability = std::move(stay.probability);
        result.timeIn = std::move(stay.timeIn);
    }
    return result;
}

} // namespace alwayson::sim
