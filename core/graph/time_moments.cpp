#include "core/graph/time_moments.h"

#include <algorithm>
#include <cmath>

namespace alwayson {

namespace {

// Moments of a time by its survival function, which is 1 up to `start` and falls within about `scale` after
// it.
template <class Survival>
TimeMoments integrate(double start, double scale, Survival&& survival) {
    if (!(scale > 0)) return {start, 0};
    constexpr int kSteps = 1000;
    double first = 0, second = 0;
    for (int i = 0; i < kSteps; ++i) {
        const double x = (i + 0.5) / kSteps; // midpoints, more of them where more happens
        const double after = scale * x / (1 - x);
        const double weight = scale / ((1 - x) * (1 - x)) / kSteps * survival(start + after);
        first += weight;
        second += 2 * after * weight;
    }
    return {start + first, std::max(0.0, second - first * first)};
}

// Nothing but the constant, or with chance p an exponential time more.
struct Fitted {
    double count = 1, constant = 0, p = 1, mean = 0;

    // That all have ended by t.
    double cdf(double t) const {
        const double one = t < constant ? 0 : mean > 0 ? 1 - p * std::exp(-(t - constant) / mean) : 1;
        const double whole = std::floor(count);
        return std::pow(one, whole) * (1 - (count - whole) * (1 - one));
    }
};

Fitted fitted(const SideBySide& calls) {
    const double mean = calls.each.mean, deviation = std::sqrt(calls.each.variance);
    if (deviation <= mean) return {calls.count, mean - deviation, 1, deviation};
    const double ratio = calls.each.variance / (mean * mean);
    const double p = 2 / (1 + ratio);
    return {calls.count, 0, p, mean / p};
}

} // namespace

TimeMoments momentsOf(const DistributionShape& shape) {
    const double mean = shape.mean();
    return {mean, std::max(0.0, shape.secondMoment() - mean * mean)};
}

TimeMoments operator+(const TimeMoments& a, const TimeMoments& b) {
    return {a.mean + b.mean, a.variance + b.variance};
}

TimeMoments times(double count, const TimeMoments& each) {
    const double extra = count - std::floor(count);
    return {count * each.mean, count * each.variance + extra * (1 - extra) * each.mean * each.mean};
}

void Mixture::add(double weight, const TimeMoments& time) {
    m_weight += weight;
    m_first += weight * time.mean;
    m_second += weight * (time.variance + time.mean * time.mean);
}

TimeMoments Mixture::moments() const {
    if (!(m_weight > 0)) return {};
    const double mean = m_first / m_weight;
    return {mean, std::max(0.0, m_second / m_weight - mean * mean)};
}

TimeMoments lastOf(const std::vector<SideBySide>& calls) {
    if (calls.size() == 1 && calls.front().count <= 1) return times(calls.front().count, calls.front().each);
    std::vector<Fitted> all;
    double start = 0, scale = 0;
    for (const SideBySide& one : calls) {
        all.push_back(fitted(one));
        if (one.count >= 1) start = std::max(start, all.back().constant);
    }
    for (const Fitted& one : all)
        scale = std::max(scale, std::max(one.mean, one.constant - start));
    return integrate(start, scale, [&](double t) {
        double ended = 1;
        for (const Fitted& one : all)
            ended *= one.cdf(t);
        return 1 - ended;
    });
}

TimeMoments waitFor(const TimeMoments& answer, double timeout, double attempts) {
    const Fitted one = fitted({1, answer});
    if (timeout <= one.constant) return times(attempts, {timeout, 0});
    const double after = one.mean > 0 ? (timeout - one.constant) / one.mean : 0;
    const double late = one.mean > 0 ? std::exp(-after) : 0;
    const double first = one.constant + one.p * one.mean * (1 - late);
    const double second =
        one.constant * one.constant +
        2 * one.p * one.mean * (one.constant * (1 - late) + one.mean * (1 - late * (1 + after)));
    double tries = 0, chance = 1; // that so many have failed
    for (int i = 0; i < attempts; ++i, chance *= one.p * late)
        tries += chance;
    return times(tries, {first, std::max(0.0, second - first * first)});
}

double meanUntil(std::uint32_t wanted, const std::vector<Delayed>& answers) {
    if (wanted == 0 || answers.size() < wanted) return 0;
    std::vector<double> delays;
    double scale = 0;
    for (const Delayed& one : answers) {
        delays.push_back(one.delay);
        scale = std::max(scale, one.after.mean());
    }
    std::sort(delays.begin(), delays.end());
    const double start = delays[wanted - 1];
    scale = std::max(scale, delays.back() - start);
    std::vector<double> chance; // of so many answers
    return integrate(start, scale,
                     [&](double t) {
                         chance.assign(1, 1.0);
                         for (const Delayed& one : answers) {
                             const double come = one.after.cdf(t - one.delay);
                             chance.push_back(0);
                             for (std::size_t n = chance.size() - 1; n > 0; --n)
                                 chance[n] = chance[n] * (1 - come) + chance[n - 1] * come;
                             chance[0] *= 1 - come;
                         }
                         double fewer = 0;
                         for (std::uint32_t n = 0; n < wanted; ++n)
                             fewer += chance[n];
                         return fewer;
                     })
        .mean;
}

} // namespace alwayson
