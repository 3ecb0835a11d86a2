#include "simulator/markov/aggregation.h"

#include "simulator/markov/elimination.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace alwayson::sim {

namespace {

using Vector = std::vector<double>;
constexpr StateIndex kNone = std::numeric_limits<StateIndex>::max();
constexpr std::size_t kCoarsest = 60;

bool allPositive(const Vector& v) {
    return std::all_of(v.begin(), v.end(), [](double x) { return x > 0 && std::isfinite(x); });
}

} // namespace

Aggregation::Aggregation(const RateMatrix& outgoing) {
    Level finest;
    finest.in = outgoing.transposed();
    finest.exit.assign(outgoing.rows(), 0);
    for (std::size_t i = 0; i < outgoing.rows(); ++i)
        for (const double rate : outgoing.valuesOf(i))
            finest.exit[i] += rate;
    m_levels.push_back(std::move(finest));
}

double Aggregation::sweep(const Level& level, Vector& p) {
    const auto updated = [&](std::size_t j) {
        const auto from = level.in.columnsOf(j);
        const auto rates = level.in.valuesOf(j);
        double inflow = 0;
        for (std::size_t i = 0; i < from.size(); ++i)
            inflow += p[from[i]] * rates[i];
        return inflow / level.exit[j];
    };
    for (std::size_t j = 0; j < p.size(); ++j)
        p[j] = updated(j);
    const double smallest = kNegligible * *std::max_element(p.begin(), p.end());
    double change = 0;
    for (std::size_t j = p.size(); j-- > 0;) {
        const double value = updated(j);
        if (value > smallest) change = std::max(change, std::abs(value - p[j]) / value);
        p[j] = value;
    }
    return change;
}

// Puts every state together with the neighbour to which, or from which, a jump is most likely: states that
// mix fast end in one block, parts that hardly meet stay apart.
void Aggregation::pairUp(Level& level) {
    const std::size_t n = level.exit.size();
    std::vector<StateIndex> best(n, kNone);
    Vector strongest(n, 0);
    const auto consider = [&](StateIndex state, StateIndex other, double strength) {
        if (strength <= strongest[state]) return;
        strongest[state] = strength;
        best[state] = other;
    };
    for (std::size_t j = 0; j < n; ++j) {
        const auto from = level.in.columnsOf(j);
        const auto rates = level.in.valuesOf(j);
        for (std::size_t t = 0; t < from.size(); ++t) {
            const double strength = rates[t] / level.exit[from[t]];
            consider(static_cast<StateIndex>(j), from[t], strength);
            consider(from[t], static_cast<StateIndex>(j), strength);
        }
    }
    level.block.assign(n, kNone);
    level.blocks = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (level.block[i] != kNone) continue;
        if (best[i] != kNone && level.block[best[i]] != kNone) {
            level.block[i] = level.block[best[i]];
            continue;
        }
        level.block[i] = static_cast<StateIndex>(level.blocks++);
        if (best[i] != kNone) level.block[best[i]] = level.block[i];
    }
}

// Which blocks lead to which, and where each rate between states goes.
RateMatrix Aggregation::blockPattern(Level& level) {
    std::vector<std::size_t> first(level.blocks + 1, 0);
    for (const StateIndex b : level.block)
        ++first[b + 1];
    std::partial_sum(first.begin(), first.end(), first.begin());
    std::vector<StateIndex> members(level.block.size());
    std::vector<std::size_t> next(first.begin(), first.end() - 1);
    for (std::size_t i = 0; i < level.block.size(); ++i)
        members[next[level.block[i]]++] = static_cast<StateIndex>(i);

    RateMatrix pattern;
    level.slot.assign(level.in.column.size(), kInside);
    std::vector<std::size_t> place(level.blocks, 0);
    for (std::size_t b = 0; b < level.blocks; ++b) {
        const std::size_t rowStart = pattern.column.size();
        for (std::size_t m = first[b]; m < first[b + 1]; ++m)
            for (std::size_t at = level.in.start[members[m]]; at < level.in.start[members[m] + 1]; ++at) {
                const StateIndex a = level.block[level.in.column[at]];
                if (a == b) continue;
                const bool known =
                    place[a] >= rowStart && place[a] < pattern.column.size() && pattern.column[place[a]] == a;
                if (!known) {
                    place[a] = pattern.column.size();
                    pattern.column.push_back(a);
                }
                level.slot[at] = place[a];
            }
        pattern.start.push_back(pattern.column.size());
    }
    pattern.value.assign(pattern.column.size(), 0);
    return pattern;
}

// Rates between blocks when the states of a block stand in the proportions of p. False when a block is so
// unlikely that its rates cannot be told.
bool Aggregation::refill(const Level& level, Level& coarse, const Vector& p, const Vector& weight) {
    if (!allPositive(weight)) return false;
    std::ranges::fill(coarse.in.value, 0.0);
    std::ranges::fill(coarse.exit, 0.0);
    for (std::size_t at = 0; at < level.slot.size(); ++at) {
        if (level.slot[at] == kInside) continue;
        const StateIndex from = level.in.column[at];
        const double rate = p[from] / weight[level.block[from]] * level.in.value[at];
        coarse.in.value[level.slot[at]] += rate;
        coarse.exit[level.block[from]] += rate;
    }
    return allPositive(coarse.exit);
}

std::vector<double> Aggregation::solved(const Level& level) {
    SubChain part;
    part.members.resize(level.exit.size());
    std::iota(part.members.begin(), part.members.end(), StateIndex{0});
    part.inside = level.in.transposed();
    part.leaving.assign(level.exit.size(), 0);
    const Result<Elimination> elimination = Elimination::run(part, {});
    return elimination ? elimination->stationary() : Vector{};
}

void Aggregation::correct(std::vector<double>& p) {
    if (p.size() > 1) correct(0, p);
}

void Aggregation::correct(std::size_t depth, Vector& p) {
    sweep(m_levels[depth], p);
    if (m_levels[depth].block.empty()) {
        pairUp(m_levels[depth]);
        if (m_levels.size() == depth + 1) {
            Level coarse;
            coarse.in = blockPattern(m_levels[depth]);
            coarse.exit.assign(m_levels[depth].blocks, 0);
            m_levels.push_back(std::move(coarse));
        }
    }
    const Level& level = m_levels[depth];
    if (level.blocks <= 1) return;
    Vector weight(level.blocks, 0);
    for (std::size_t i = 0; i < p.size(); ++i)
        weight[level.block[i]] += p[i];
    if (!refill(level, m_levels[depth + 1], p, weight)) return;
    Vector share = weight;
    if (level.blocks > kCoarsest)
        correct(depth + 1, share);
    else
        share = solved(m_levels[depth + 1]);
    if (share.size() != weight.size() || !allPositive(share)) return;
    const std::vector<StateIndex>& block = m_levels[depth].block; // the levels may have moved
    for (std::size_t i = 0; i < p.size(); ++i)
        p[i] *= share[block[i]] / weight[block[i]];
    sweep(m_levels[depth], p);
}

} // namespace alwayson::sim
