#pragma once
// Random chains, and the same questions answered in a hundred digits by another method: Gaussian elimination
// with complete pivoting, which subtracts freely.

#include "simulator/markov/chain.h"
#include "tests/support/test_support.h"

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <numeric>

namespace alwayson::test {

using Exact = boost::multiprecision::cpp_bin_float_100;
using ExactVector = std::vector<Exact>;
using ExactMatrix = std::vector<ExactVector>;

inline double relativeError(double value, double wanted) {
    return value == wanted ? 0 : std::abs(value - wanted) / std::abs(wanted);
}

inline double worstError(const std::vector<double>& values, const std::vector<double>& wanted) {
    double worst = values.size() == wanted.size() ? 0 : 1e300;
    for (std::size_t i = 0; i < std::min(values.size(), wanted.size()); ++i)
        worst = std::max(worst, relativeError(values[i], wanted[i]));
    return worst;
}

inline ExactVector solveExactly(ExactMatrix a, ExactVector b) {
    const std::size_t n = b.size();
    std::vector<std::size_t> column(n);
    std::iota(column.begin(), column.end(), 0);
    for (std::size_t k = 0; k < n; ++k) {
        std::size_t row = k, pivot = k;
        for (std::size_t i = k; i < n; ++i)
            for (std::size_t j = k; j < n; ++j)
                if (abs(a[i][j]) > abs(a[row][pivot])) row = i, pivot = j;
        std::swap(a[k], a[row]);
        std::swap(b[k], b[row]);
        for (ExactVector& r : a)
            std::swap(r[k], r[pivot]);
        std::swap(column[k], column[pivot]);
        for (std::size_t i = k + 1; i < n; ++i) {
            const Exact factor = a[i][k] / a[k][k];
            if (factor == 0) continue;
            for (std::size_t j = k; j < n; ++j)
                a[i][j] -= factor * a[k][j];
            b[i] -= factor * b[k];
        }
    }
    ExactVector x(n);
    for (std::size_t k = n; k-- > 0;) {
        Exact sum = b[k];
        for (std::size_t j = k + 1; j < n; ++j)
            sum -= a[k][j] * x[column[j]];
        x[column[k]] = sum / a[k][k];
    }
    return x;
}

inline ExactMatrix generator(const sim::MarkovChain& chain) {
    ExactMatrix q(chain.size(), ExactVector(chain.size(), 0));
    for (std::size_t i = 0; i < chain.size(); ++i)
        for (std::size_t t = 0; t < chain.targets(i).size(); ++t) {
            q[i][chain.targets(i)[t]] += Exact(chain.ratesFrom(i)[t]);
            q[i][i] -= Exact(chain.ratesFrom(i)[t]);
        }
    return q;
}

inline std::vector<double> rounded(const ExactVector& x) {
    std::vector<double> result;
    for (const Exact& value : x)
        result.push_back(static_cast<double>(value));
    return result;
}

inline std::vector<double> exactSteadyState(const sim::MarkovChain& chain) {
    const ExactMatrix q = generator(chain);
    const std::size_t n = chain.size();
    ExactMatrix a(n, ExactVector(n));
    ExactVector b(n, 0);
    for (std::size_t j = 0; j < n; ++j)
        for (std::size_t i = 0; i < n; ++i)
            a[j][i] = j + 1 == n ? Exact(1) : q[i][j];
    b[n - 1] = 1;
    return rounded(solveExactly(std::move(a), std::move(b)));
}

// First two moments of the time until a target is met, from each state that is none (0 for targets).
inline std::pair<ExactVector, ExactVector> exactMoments(const sim::MarkovChain& chain,
                                                        const std::vector<bool>& target) {
    const ExactMatrix q = generator(chain);
    std::vector<std::size_t> inside;
    for (std::size_t i = 0; i < chain.size(); ++i)
        if (!target[i]) inside.push_back(i);
    ExactMatrix a(inside.size(), ExactVector(inside.size()));
    for (std::size_t i = 0; i < inside.size(); ++i)
        for (std::size_t j = 0; j < inside.size(); ++j)
            a[i][j] = -q[inside[i]][inside[j]];
    const ExactVector mean = solveExactly(a, ExactVector(inside.size(), 1));
    ExactVector twice = mean;
    for (Exact& m : twice)
        m *= 2;
    const ExactVector second = solveExactly(a, twice);
    std::pair<ExactVector, ExactVector> result{ExactVector(chain.size(), 0), ExactVector(chain.size(), 0)};
    for (std::size_t i = 0; i < inside.size(); ++i) {
        result.first[inside[i]] = mean[i];
        result.second[inside[i]] = second[i];
    }
    return result;
}

class RandomChains {
public:
    explicit RandomChains(std::uint64_t seed) : m_state(seed) {}

    double uniform() { // splitmix64
        std::uint64_t z = m_state += 0x9e3779b97f4a7c15ULL;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
    }
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(uniform() * static_cast<double>(n)); }

    // Irreducible: a ring through all states, and `extra` more transitions per state. Rates over `decades`
    // decades.
    sim::MarkovChain irreducible(std::size_t states, std::size_t extra, double decades) {
        std::vector<sim::Transition> list;
        const auto add = [&](std::size_t from, std::size_t to) {
            list.push_back({static_cast<sim::StateIndex>(from), static_cast<sim::StateIndex>(to),
                            std::pow(10.0, -decades * uniform())});
        };
        for (std::size_t i = 0; i < states; ++i) {
            add(i, (i + 1) % states);
            for (std::size_t e = 0; e < extra; ++e)
                add(i, below(states));
        }
        return std::move(sim::MarkovChain::make(states, list)).value();
    }

private:
    std::uint64_t m_state;
};

// States 0 .. up.size() in a line: up[i] from i to i + 1, down[i] back.
inline sim::MarkovChain birthDeath(const std::vector<double>& up, const std::vector<double>& down) {
    std::vector<sim::Transition> list;
    for (std::size_t i = 0; i < up.size(); ++i) {
        const auto here = static_cast<sim::StateIndex>(i);
        list.push_back({here, here + 1, up[i]});
        list.push_back({here + 1, here, down[i]});
    }
    return std::move(sim::MarkovChain::make(up.size() + 1, list)).value();
}

} // namespace alwayson::test
