#pragma once
// Confidence intervals. All two-sided, 95 % unless a level is given. Boost.Math quantiles: reports only,
// never sampling.

#include "core/results/estimate.h"

#include <cstdint>
#include <vector>

namespace alwayson::sim {

// Quantile of Student's t, 0 < p < 1, degrees >= 1.
double tQuantile(double p, double degrees);
// Two-sided factor: interval = mean +- factor * standard error. level 0.95 or 0.999.
double tFactor(double degrees, double level = 0.95);

// Wilson's score interval for a share: `hits` of `trials`. trials 0 gives [0, 1].
Interval wilson(std::uint64_t hits, std::uint64_t trials, double level = 0.95);

// Exact interval (Garwood) for the mean of a Poisson count. events 0 gives [0, 3.69].
Interval poissonMean(std::uint64_t events, double level = 0.95);

// Ranks (from 0) of the order statistics of a sorted sample of n that enclose its p-quantile with at least
// the level; false when n is too small for such ranks.
bool quantileRanks(std::uint64_t n, double p, std::uint64_t& low, std::uint64_t& high, double level = 0.95);

// The ratio sum(x) / sum(t) of independent pairs (work units, batches or cycles): delta method, Student's t.
// Keeps only sums, so adding is O(1) and merging in a fixed order gives fixed bits.
class RatioEstimator {
public:
    void add(double x, double t);
    void merge(const RatioEstimator& other);

    std::uint64_t count() const { return m_n; }
    double sumX() const { return m_x; }
    double sumT() const { return m_t; }
    double ratio() const { return m_t > 0 ? m_x / m_t : 0; }
    // Standard error of ratio(); 0 with fewer than two pairs.
    double standardError() const;
    // Third standardised moment of ratio(): that of the residuals x - ratio t, by the square root of count().
    double skewness() const;

private:
    double squaredResiduals() const;

    std::uint64_t m_n = 0;
    double m_x = 0, m_t = 0, m_xx = 0, m_xt = 0, m_tt = 0;
    double m_xxx = 0, m_xxt = 0, m_xtt = 0, m_ttt = 0;
};

// Interval of a share of time that is lost in `events` rare events (outages): the ratio is downtime / time.
// From 2000 events on ratio +- t * se; between 10 and 2000 the same on the logarithm, which follows the skew
// of a sum of few long tails; below 10 the classical interval of (Poisson rate) x (exponential mean) by the F
// distribution; with none [0, 3.69 / time * longestEvent]: what the rate may still be times what an event may
// cost at most on average. The result lies in [0, 1].
Interval rareShareInterval(const RatioEstimator& share, std::uint64_t events, double longestEvent,
                           double level = 0.95);

// Mean of independent values from their count, sum and sum of squares. Lower end never below 0 when all
// values are >= 0 and count is small: then the logarithmic form is used (below 2000 values).
Interval positiveMeanInterval(std::uint64_t n, double sum, double sumSquares, double level = 0.95);

} // namespace alwayson::sim
