#include "simulator/estimate/interval.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace alwayson::sim {

namespace {

constexpr std::uint64_t kManyEvents = 2000;
constexpr std::uint64_t kFewEvents = 10;

Interval logInterval(double value, double standardError, double factor) {
    const double spread = std::exp(factor * standardError / value);
    return {value / spread, value * spread};
}

Interval intoUnit(Interval i) {
    return {std::clamp(i.low, 0.0, 1.0), std::clamp(i.high, 0.0, 1.0)};
}

} // namespace

double tQuantile(double p, double degrees) {
    if (degrees > 1e6) return boost::math::quantile(boost::math::normal(), p);
    return boost::math::quantile(boost::math::students_t(degrees), p);
}

double tFactor(double degrees, double level) {
    return tQuantile(0.5 + level / 2, degrees);
}

Interval wilson(std::uint64_t hits, std::uint64_t trials, double level) {
    if (trials == 0) return {0, 1};
    const double z = boost::math::quantile(boost::math::normal(), 0.5 + level / 2);
    const double n = static_cast<double>(trials), p = static_cast<double>(hits) / n;
    const double centre = p + z * z / (2 * n);
    const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    const double scale = 1 + z * z / n;
    return {hits == 0 ? 0.0 : std::max(0.0, (centre - half) / scale),
            hits == trials ? 1.0 : std::min(1.0, (centre + half) / scale)};
}

Interval poissonMean(std::uint64_t events, double level) {
    const double k = static_cast<double>(events), tail = (1 - level) / 2;
    const double low = events == 0 ? 0 : boost::math::quantile(boost::math::chi_squared(2 * k), tail) / 2;
    return {low, boost::math::quantile(boost::math::chi_squared(2 * (k + 1)), 1 - tail) / 2};
}

bool quantileRanks(std::uint64_t n, double p, std::uint64_t& low, std::uint64_t& high, double level) {
    if (n < 2) return false;
    const double tail = (1 - level) / 2, count = static_cast<double>(n);
    if (n > 1000000) { // the normal limit; the exact quantile is slow there
        const double z = boost::math::quantile(boost::math::normal(), 1 - tail);
        const double half = z * std::sqrt(count * p * (1 - p));
        low = static_cast<std::uint64_t>(std::max(0.0, std::floor(count * p - half)));
        high = static_cast<std::uint64_t>(std::min(count - 1, std::ceil(count * p + half)));
        return true;
    }
    // The value of rank r (from 0) lies above the quantile when at most r values lie below it: P(Binomial(n,
    // p) <= r).
    const boost::math::binomial below(count, p);
    if (boost::math::cdf(below, 0.0) > tail || boost::math::cdf(below, count - 1) < 1 - tail) return false;
    std::uint64_t k = static_cast<std::uint64_t>(boost::math::quantile(below, tail));
    while (k > 0 && boost::math::cdf(below, static_cast<double>(k)) > tail)
        --k;
    std::uint64_t m = static_cast<std::uint64_t>(boost::math::quantile(below, 1 - tail));
    while (m + 1 < n && boost::math::cdf(below, static_cast<double>(m)) < 1 - tail)
        ++m;
    low = k;
    high = std::min(m, n - 1);
    return true;
}

void RatioEstimator::add(double x, double t) {
    ++m_n;
    m_x += x;
    m_t += t;
    m_xx += x * x;
    m_xt += x * t;
    m_tt += t * t;
    m_xxx += x * x * x;
    m_xxt += x * x * t;
    m_xtt += x * t * t;
    m_ttt += t * t * t;
}

void RatioEstimator::merge(const RatioEstimator& other) {
    m_n += other.m_n;
    m_x += other.m_x;
    m_t += other.m_t;
    m_xx += other.m_xx;
    m_xt += other.m_xt;
    m_tt += other.m_tt;
    m_xxx += other.m_xxx;
    m_xxt += other.m_xxt;
    m_xtt += other.m_xtt;
    m_ttt += other.m_ttt;
}

double RatioEstimator::squaredResiduals() const {
    const double r = ratio();
    return std::max(0.0, m_xx - 2 * r * m_xt + r * r * m_tt);
}

double RatioEstimator::standardError() const {
    if (m_n < 2 || !(m_t > 0)) return 0;
    const double n = static_cast<double>(m_n);
    return std::sqrt(squaredResiduals() * n / (n - 1)) / m_t;
}

double RatioEstimator::skewness() const {
    const double squares = squaredResiduals(), r = ratio();
    if (m_n < 2 || !(squares > 0)) return 0;
    return (m_xxx - 3 * r * m_xxt + 3 * r * r * m_xtt - r * r * r * m_ttt) / (squares * std::sqrt(squares));
}

constexpr double kMostSkew = 0.35; // of the estimate; beyond it the expansion does not hold

Interval rareShareInterval(const RatioEstimator& share, std::uint64_t events, double longestEvent,
                           double level) {
    const double value = share.ratio(), time = share.sumT();
    if (!(time > 0)) return {0, 1};
    if (value <= 0) return intoUnit({0, poissonMean(0, level).high / time * longestEvent});
    // Down all the time: one event that began before the run.
    double n = static_cast<double>(std::max<std::uint64_t>(1, events));
    const double tail = (1 - level) / 2;
    // Few long outages among many short ones weigh like few: as many as would spread alike if all lengths
    // were exponential.
    if (const double se = share.standardError(); se > 0) n = std::min(n, 2 * value / se * value / se);
    if (events < kFewEvents || share.count() < 2) {
        const double low = boost::math::quantile(boost::math::fisher_f(2 * n, 2 * n), 1 - tail);
        const double high =
            boost::math::quantile(boost::math::fisher_f(2 * (n + 1), 2 * n), 1 - tail) * (n + 1) / n;
        return intoUnit({value / low, value * high});
    }
    const double degrees = std::max(1.0, std::min(static_cast<double>(share.count()), n) - 1);
    const double factor = tFactor(degrees, level), se = share.standardError();
    Interval interval{value - factor * se, value + factor * se};
    if (n < kManyEvents) interval = logInterval(value, se, factor);
    // More skew than that of exponential lengths: what was seen is rather too little.
    const double skew = std::clamp(share.skewness(), 0.0, kMostSkew);
    if (skew > 0) {
        const double above = 3 / skew * (1 - std::cbrt(1 - skew * (factor + skew / 6)));
        interval.high = std::max(interval.high, value + above * se);
    }
    return intoUnit(interval);
}

Interval positiveMeanInterval(std::uint64_t n, double sum, double sumSquares, double level) {
    if (n == 0) return {0, 0};
    const double count = static_cast<double>(n), mean = sum / count;
    if (n == 1) return {0, mean * 40}; // one exponential value: mean within [x / 3.7, x * 39.5]
    const double variance = std::max(0.0, sumSquares - sum * mean) / (count - 1);
    const double se = std::sqrt(variance / count), factor = tFactor(count - 1, level);
    if (n < kManyEvents && mean > 0) return logInterval(mean, se, factor);
    return {std::max(0.0, mean - factor * se), mean + factor * se};
}

} // namespace alwayson::sim
