#include "simulator/markov/gauss_seidel.h"

#include "simulator/markov/aggregation.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numeric>

namespace alwayson::sim {

namespace {

using Vector = std::vector<double>;

constexpr double kPatience =
    60; // sweeps; a correction costs about ten, and leaves errors that some more must smooth

void normalise(Vector& p) {
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    for (double& x : p)
        x /= sum;
}

// Largest relative change that a correction makes: parts that hardly exchange probability look converged to
// the sweeps long before their shares are right.
double correctedBy(Aggregation& chain, Vector& p) {
    normalise(p);
    const Vector before = p;
    chain.correct(p);
    normalise(p);
    const double smallest = Aggregation::kNegligible * *std::max_element(p.begin(), p.end());
    double change = 0;
    for (std::size_t i = 0; i < p.size(); ++i)
        if (p[i] > smallest) change = std::max(change, std::abs(p[i] - before[i]) / p[i]);
    return change;
}

// A first guess that is positive everywhere: each state gets what flows in from the one it was found
// from.
Vector firstGuess(const RateMatrix& out, const Vector& exit, StateIndex first) {
    Vector p(out.rows(), 0);
    std::vector<bool> seen(out.rows(), false);
    std::vector<StateIndex> queue{first};
    p[first] = 1;
    seen[first] = true;
    for (std::size_t next = 0; next < queue.size(); ++next) {
        const StateIndex i = queue[next];
        if (i != first) p[i] = std::max(p[i] / exit[i], std::numeric_limits<double>::min());
        const auto to = out.columnsOf(i);
        const auto rates = out.valuesOf(i);
        for (std::size_t t = 0; t < to.size(); ++t) {
            if (seen[to[t]]) continue;
            seen[to[t]] = true;
            queue.push_back(to[t]);
            p[to[t]] = p[i] * rates[t];
        }
    }
    return p;
}

// Error left when the changes shrink by `ratio` from sweep to sweep.
double errorLeft(double change, double ratio) {
    return ratio < 1 ? change * std::max(ratio, .1) / (1 - ratio) : std::numeric_limits<double>::infinity();
}

double sweepsLeft(double error, double ratio, double tolerance) {
    return ratio < 1 ? std::log(tolerance / std::min(error, 1.0)) / std::log(ratio)
                     : std::numeric_limits<double>::infinity();
}

} // namespace

Result<GaussSeidelSolution> gaussSeidel(const RateMatrix& inside, StateIndex first,
                                        const GaussSeidelOptions& options) {
    Aggregation chain(inside);
    GaussSeidelSolution solution;
    Vector& p = solution.probability;
    p = firstGuess(inside, chain.exitRates(), first);
    if (p.size() == 1) return solution;
    double before = 0;
    std::size_t quiet = 0; // sweeps since the last correction, whose jump says nothing about convergence
    for (solution.sweeps = 1; solution.sweeps <= options.maxSweeps; ++solution.sweeps) {
        if (options.stop.stop_requested())
            return Error{
                ErrorKind::cancelled, "markov.cancelled", "Solving the Markov chain was stopped.", {}, {}};
        const double change = chain.sweep(p);
        const double ratio = before > 0 ? change / before : 1;
        before = change;
        if (++quiet < 2) continue;
        // At the rounding limit the changes stop shrinking: the ratio then means nothing.
        solution.estimatedError = change < 1e-15 ? change : errorLeft(change, ratio);
        if (solution.estimatedError <= options.tolerance) {
            const double moved = correctedBy(chain, p);
            ++solution.corrections;
            solution.estimatedError = std::max(solution.estimatedError, moved);
            if (moved <= 10 * options.tolerance) return solution;
            quiet = 0;
            continue;
        }
        normalise(p);
        if (quiet >= 6 && sweepsLeft(solution.estimatedError, ratio, options.tolerance) > kPatience) {
            chain.correct(p);
            ++solution.corrections;
            quiet = 0;
        }
    }
    return Error{
        ErrorKind::budgetExceeded,
        "markov.not_converged",
        fmt::format(
            "After {} sweeps the probabilities of this Markov chain of {} states are still uncertain by a "
            "factor of {:.3g}.",
            options.maxSweeps, p.size(), solution.estimatedError),
        "Allow more sweeps, or solve it by elimination.",
        {}};
}

} // namespace alwayson::sim
