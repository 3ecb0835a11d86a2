#include "simulator/markov/gauss_seidel.h"

#include "simulator/markov/elimination.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numeric>

namespace alwayson::sim {

namespace {

using Vector = std::vector<double>;

// Probabilities this much smaller than the largest are at the edge of what a double can hold.
constexpr double kNegligible = 1e-280;
constexpr std::size_t kCoarsest = 60;

struct Level {
    RateMatrix in; // incoming rates: row j holds (i, rate i -> j)
    Vector exit;
    std::vector<StateIndex> block; // state -> block of the next coarser level
    std::size_t blocks = 0;
};

Vector exitRates(const RateMatrix& out) {
    Vector exit(out.rows(), 0);
    for (std::size_t i = 0; i < out.rows(); ++i)
        for (const double rate : out.valuesOf(i))
            exit[i] += rate;
    return exit;
}

double updated(const Level& level, const Vector& p, std::size_t j) {
    const auto from = level.in.columnsOf(j);
    const auto rates = level.in.valuesOf(j);
    double inflow = 0;
    for (std::size_t i = 0; i < from.size(); ++i)
        inflow += p[from[i]] * rates[i];
    return inflow / level.exit[j];
}

// One forward and one backward sweep. Returns the largest relative change of the backward one.
double sweep(const Level& level, Vector& p) {
    for (std::size_t j = 0; j < p.size(); ++j)
        p[j] = updated(level, p, j);
    const double smallest = kNegligible * *std::max_element(p.begin(), p.end());
    double change = 0;
    for (std::size_t j = p.size(); j-- > 0;) {
        const double value = updated(level, p, j);
        if (value > smallest) change = std::max(change, std::abs(value - p[j]) / value);
        p[j] = value;
    }
    return change;
}

void normalise(Vector& p) {
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    for (double& x : p)
        x /= sum;
}

// Puts every state together with the neighbour that it exchanges most with, measured against the smaller of
// the two exits: states that mix fast end in one block, parts that hardly meet stay apart.
void pairUp(Level& level, const RateMatrix& out) {
    constexpr StateIndex kNone = std::numeric_limits<StateIndex>::max();
    const std::size_t n = level.exit.size();
    level.block.assign(n, kNone);
    level.blocks = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (level.block[i] != kNone) continue;
        StateIndex best = kNone;
        double strongest = 0;
        const auto consider = [&](const RateMatrix& side, bool outgoing) {
            const auto other = side.columnsOf(i);
            const auto rates = side.valuesOf(i);
            for (std::size_t t = 0; t < other.size(); ++t) {
                const double strength = rates[t] / level.exit[outgoing ? i : other[t]];
                if (strength > strongest) {
                    strongest = strength;
                    best = other[t];
                }
            }
        };
        consider(out, true);
        consider(level.in, false);
        if (best != kNone && level.block[best] != kNone)
            level.block[i] = level.block[best];
        else {
            const auto number = static_cast<StateIndex>(level.blocks++);
            level.block[i] = number;
            if (best != kNone) level.block[best] = number;
        }
    }
}

// Rates between blocks when the states of a block stand in the proportions of p.
RateMatrix aggregated(const Level& level, const Vector& p, const Vector& weight) {
    std::vector<Transition> between;
    between.reserve(level.in.column.size());
    for (std::size_t j = 0; j < p.size(); ++j) {
        const auto from = level.in.columnsOf(j);
        const auto rates = level.in.valuesOf(j);
        for (std::size_t t = 0; t < from.size(); ++t) {
            const StateIndex a = level.block[from[t]], b = level.block[j];
            if (a != b && weight[a] > 0) between.push_back({a, b, p[from[t]] / weight[a] * rates[t]});
        }
    }
    Result<MarkovChain> chain = MarkovChain::make(weight.size(), between);
    return chain ? chain->rates() : RateMatrix{};
}

bool allLeave(const RateMatrix& out) {
    for (std::size_t i = 0; i < out.rows(); ++i)
        if (out.columnsOf(i).empty()) return false;
    return out.rows() > 1;
}

bool allPositive(const Vector& v) {
    return std::all_of(v.begin(), v.end(), [](double x) { return x > 0 && std::isfinite(x); });
}

// One correction of all levels: sweep, solve the chain of the blocks in the same way, scale each block to its
// share.
void correct(const RateMatrix& out, Vector& p) {
    Level level{out.transposed(), exitRates(out), {}, 0};
    sweep(level, p);
    pairUp(level, out);
    if (level.blocks <= 1 || level.blocks >= p.size()) return;
    Vector weight(level.blocks, 0);
    for (std::size_t i = 0; i < p.size(); ++i)
        weight[level.block[i]] += p[i];
    const RateMatrix coarse = aggregated(level, p, weight);
    if (!allLeave(coarse)) return; // probabilities too small to tell: leave it to the sweeps
    Vector share = weight;
    if (level.blocks > kCoarsest)
        correct(coarse, share);
    else {
        SubChain part;
        part.members.resize(level.blocks);
        std::iota(part.members.begin(), part.members.end(), 0U);
        part.inside = coarse;
        part.leaving.assign(level.blocks, 0);
        if (auto solved = Elimination::run(part, {})) share = solved->stationary();
    }
    if (!allPositive(weight) || !allPositive(share)) return;
    for (std::size_t i = 0; i < p.size(); ++i)
        p[i] *= share[level.block[i]] / weight[level.block[i]];
    sweep(level, p);
}

// Largest relative change that a correction makes: parts that hardly exchange probability look converged to
// the sweeps long before their shares are right.
double correctedBy(const RateMatrix& out, Vector& p) {
    normalise(p);
    const Vector before = p;
    correct(out, p);
    normalise(p);
    const double smallest = kNegligible * *std::max_element(p.begin(), p.end());
    double change = 0;
    for (std::size_t i = 0; i < p.size(); ++i)
        if (p[i] > smallest) change = std::max(change, std::abs(p[i] - before[i]) / p[i]);
    return change;
}

// A first guess that is positive everywhere: each state gets what flows in from the one it was
// found from.
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

} // namespace

Result<GaussSeidelSolution> gaussSeidel(const RateMatrix& inside, StateIndex first,
                                        const GaussSeidelOptions& options) {
    const Level level{inside.transposed(), exitRates(inside), {}, 0};
    GaussSeidelSolution solution;
    Vector& p = solution.probability;
    p = firstGuess(inside, level.exit, first);
    if (p.size() == 1) return solution;
    double before = 0;
    std::size_t quiet = 0; // sweeps since the last correction, whose jump says nothing about convergence
    for (solution.sweeps = 1; solution.sweeps <= options.maxSweeps; ++solution.sweeps) {
        if (options.stop.stop_requested())
            return Error{
                ErrorKind::cancelled, "markov.cancelled", "Solving the Markov chain was stopped.", {}, {}};
        const double change = sweep(level, p);
        const double ratio = before > 0 ? change / before : 1;
        before = change;
        if (++quiet < 2) continue;
        // At the rounding limit the changes stop shrinking: the ratio then means nothing.
        solution.estimatedError = change < 1e-15 ? change : errorLeft(change, ratio);
        if (solution.estimatedError <= options.tolerance) {
            const double moved = correctedBy(inside, p);
            ++solution.corrections;
            solution.estimatedError = std::max(solution.estimatedError, moved);
            if (moved <= 10 * options.tolerance) return solution;
            quiet = 0;
            continue;
        }
        normalise(p);
        if (quiet >= 6 && ratio > .5) {
            correct(inside, p);
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
