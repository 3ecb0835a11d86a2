#include "core/graph/time_moments.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

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

double normalCdf(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

// Never below the constant; beyond it exponential, or lognormal where it varies more than that.
struct Fitted {
    double constant = 0, mean = 0; // of what is beyond the constant
    double mu = 0, sigma = 0;      // lognormal when sigma > 0

    double cdf(double t) const {
        const double beyond = t - constant;
        if (mean == 0) return beyond < 0 ? 0 : 1;
        if (beyond <= 0) return 0;
        return sigma > 0 ? normalCdf((std::log(beyond) - mu) / sigma) : 1 - std::exp(-beyond / mean);
    }
    // Moments of what is beyond the constant, but no more than `most`.
    std::pair<double, double> upTo(double most) const {
        if (mean == 0) return {0, 0};
        if (sigma > 0) {
            const double z = (std::log(most) - mu) / sigma, later = 1 - normalCdf(z);
            return {mean * normalCdf(z - sigma) + most * later,
                    mean * mean * std::exp(sigma * sigma) * normalCdf(z - 2 * sigma) + most * most * later};
        }
        const double after = most / mean, later = std::exp(-after);
        return {mean * (1 - later), 2 * mean * mean * (1 - later * (1 + after))};
    }
};

Fitted fitted(const TimeMoments& time) {
    const double beyond = time.mean - time.least, deviation = std::sqrt(time.variance);
    if (!(beyond > 0)) return {time.mean, 0, 0, 0};
    if (deviation <= beyond) return {time.mean - deviation, deviation, 0, 0};
    const double ofLog = std::log1p(time.variance / (beyond * beyond));
    return {time.least, beyond, std::log(beyond) - ofLog / 2, std::sqrt(ofLog)};
}

// That all of so many have ended by t.
double allBy(const Fitted& each, double count, double t) {
    const double one = each.cdf(t), whole = std::floor(count);
    return std::pow(one, whole) * (1 - (count - whole) * (1 - one));
}

double leastOf(const DistributionShape& shape) {
    switch (shape.family) {
    case DistributionFamily::constant:
    case DistributionFamily::uniform:
    case DistributionFamily::triangular:
        return shape.a;
    case DistributionFamily::empirical:
        return shape.values.empty() ? 0 : *std::min_element(shape.values.begin(), shape.values.end());
    default:
        return 0;
    }
}

// `tried` is the moments of one attempt, `late` the chance that it brings no answer.
Waited waitedFor(const TimeMoments& tried, double late, double attempts) {
    double tries = 0, chance = 1; // that so many have failed
    for (int i = 0; i < attempts; ++i, chance *= late)
        tries += chance;
    return {times(tries, tried), chance};
}

bool isSame(const Delayed& a, const Delayed& b) {
    return a.delay == b.delay && a.after.family == b.after.family && a.after.a == b.after.a &&
           a.after.b == b.after.b && a.after.c == b.after.c && a.after.values == b.after.values;
}

} // namespace

TimeMoments momentsOf(const DistributionShape& shape) {
    const double mean = shape.mean();
    return {mean, std::max(0.0, shape.secondMoment() - mean * mean), std::min(mean, leastOf(shape))};
}

TimeMoments operator+(const TimeMoments& a, const TimeMoments& b) {
    return {a.mean + b.mean, a.variance + b.variance, a.least + b.least};
}

TimeMoments times(double count, const TimeMoments& each) {
    const double whole = std::floor(count), extra = count - whole;
    return {count * each.mean, count * each.variance + extra * (1 - extra) * each.mean * each.mean,
            whole * each.least};
}

void Mixture::add(double weight, const TimeMoments& time) {
    if (!(weight > 0)) return;
    m_least = m_weight > 0 ? std::min(m_least, time.least) : time.least;
    m_weight += weight;
    m_first += weight * time.mean;
    m_second += weight * (time.variance + time.mean * time.mean);
}

TimeMoments Mixture::moments() const {
    if (!(m_weight > 0)) return {};
    const double mean = m_first / m_weight;
    return {mean, std::max(0.0, m_second / m_weight - mean * mean), m_least};
}

TimeMoments lastOf(const std::vector<SideBySide>& calls) {
    if (calls.size() == 1 && calls.front().count <= 1) return times(calls.front().count, calls.front().each);
    std::vector<std::pair<Fitted, double>> all;
    double start = 0, scale = 0;
    for (const SideBySide& one : calls) {
        all.emplace_back(fitted(one.each), one.count);
        if (one.count >= 1) start = std::max(start, all.back().first.constant);
    }
    for (const auto& [one, count] : all)
        scale = std::max(scale, std::max(one.mean, one.constant - start));
    return integrate(start, scale, [&](double t) {
        double ended = 1;
        for (const auto& [one, count] : all)
            ended *= allBy(one, count, t);
        return 1 - ended;
    });
}

Waited waitFor(const TimeMoments& answer, double timeout, double attempts) {
    const Fitted one = fitted(answer);
    if (timeout <= one.constant && one.constant > 0)
        return waitedFor({timeout, 0, timeout}, timeout < one.constant || one.mean > 0 ? 1 : 0, attempts);
    const auto [first, second] = one.upTo(timeout - one.constant);
    const TimeMoments tried{one.constant + first, std::max(0.0, second - first * first), one.constant};
    return waitedFor(tried, 1 - one.cdf(timeout), attempts);
}

Waited waitFor(const DistributionShape& answer, double way, double timeout, double attempts) {
    const double left = timeout - way;
    if (left <= leastOf(answer)) // a constant that arrives with the timeout is there in time
        return waitedFor({timeout, 0, timeout}, left > 0 ? 1 - answer.cdf(left) : 1, attempts);
    constexpr int kSteps = 200;
    double first = 0, second = 0;
    for (int i = 0; i < kSteps; ++i) {
        const double t = left * (i + 0.5) / kSteps, later = (1 - answer.cdf(t)) * left / kSteps;
        first += later;
        second += 2 * t * later;
    }
    const TimeMoments tried{way + first, std::max(0.0, second - first * first), way + leastOf(answer)};
    return waitedFor(tried, 1 - answer.cdf(left), attempts);
}

double meanUntil(std::uint32_t wanted, const std::vector<Delayed>& answers) {
    if (wanted == 0 || answers.size() < wanted) return 0;
    std::vector<double> delays;
    std::vector<const Delayed*> laws; // each once
    std::vector<std::size_t> lawOf;
    double scale = 0;
    for (const Delayed& one : answers) {
        delays.push_back(one.delay);
        scale = std::max(scale, one.after.mean());
        const auto same =
            std::find_if(laws.begin(), laws.end(), [&](const Delayed* law) { return isSame(*law, one); });
        lawOf.push_back(static_cast<std::size_t>(same - laws.begin()));
        if (same == laws.end()) laws.push_back(&one);
    }
    std::sort(delays.begin(), delays.end());
    const double start = delays[wanted - 1];
    scale = std::max(scale, delays.back() - start);
    std::vector<double> come(laws.size()), chance(wanted); // of so many answers
    return integrate(start, scale,
                     [&](double t) {
                         for (std::size_t law = 0; law < laws.size(); ++law)
                             come[law] = laws[law]->after.cdf(t - laws[law]->delay);
                         std::fill(chance.begin(), chance.end(), 0);
                         chance[0] = 1;
                         for (const std::size_t law : lawOf) {
                             for (std::size_t n = wanted - 1; n > 0; --n)
                                 chance[n] = chance[n] * (1 - come[law]) + chance[n - 1] * come[law];
                             chance[0] *= 1 - come[law];
                         }
                         double fewer = 0;
                         for (const double each : chance)
                             fewer += each;
                         return fewer;
                     })
        .mean;
}

} // namespace alwayson
