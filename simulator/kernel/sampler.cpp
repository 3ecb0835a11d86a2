#include "simulator/kernel/sampler.h"

#include "simulator/kernel/fixed_math.h"

#include <algorithm>
#include <cmath>

namespace alwayson::sim {
namespace {

constexpr double kTableLow = -8.5;
constexpr double kTableStep = 1.0 / 32;
constexpr int kTableSize = 545; // up to +8.5

// Standard normal distribution function through P(1/2, z^2/2); the lower tail without cancellation is not
// needed here because the table is made from both tails.
double upperTail(double z) { // P(Z > z), z >= 0
    if (z < 1) return 0.5 - 0.5 * gammaP(0.5, 0.5 * z * z);
    // continued fraction of Mills' ratio: relative accuracy in the far tail
    double fraction = 0;
    for (int k = 200; k >= 1; --k)
        fraction = k / (z + fraction);
    return 0.39894228040143267794 * fixedExp(-0.5 * z * z) / (z + fraction);
}

// ln Q(a, x), the upper tail, accurate when it is small.
double logUpperGamma(double a, double x) {
    if (x < a + 1.0) return fixedLog(std::max(1.0 - gammaP(a, x), 1e-300));
    return a * fixedLog(x) - x - fixedLogGamma(a) + fixedLog(upperGammaFraction(a, x));
}

// ln of the unit-scale gamma quantile whose normal quantile is z: bisection in ln x between generous bounds.
double logGammaQuantile(double shape, double z, double low, double high) {
    const bool upper = z > 0;
    const double target = fixedLog(upperTail(upper ? z : -z));
    for (int i = 0; i < 60; ++i) {
        const double y = 0.5 * (low + high);
        const double x = fixedExp(y);
        bool below = false;
        if (upper) {
            below = logUpperGamma(shape, x) > target;
        } else {
            // P(a, x) ~ x^a / gamma(a + 1) for tiny x: keeps relative accuracy where gammaP would underflow
            const double p = gammaP(shape, x);
            const double logP = p > 1e-290 ? fixedLog(p) : shape * y - fixedLogGamma(shape + 1.0);
            below = logP < target;
        }
        (below ? low : high) = y;
        if (high - low < 1e-13 * std::max(1.0, std::fabs(y))) break;
    }
    return 0.5 * (low + high);
}

} // namespace

Sampler::Sampler(const DistributionShape& shape) : m_shape(shape), m_mean(shape.mean()) {
    if (shape.family != DistributionFamily::gamma && shape.family != DistributionFamily::erlang) return;
    m_table.reserve(kTableSize);
    const double highest = fixedLog(shape.a + 80.0 + 14.0 * std::sqrt(shape.a));
    double low = -60.0 / shape.a - 40.0;
    for (int i = 0; i < kTableSize; ++i) {
        const double y = logGammaQuantile(shape.a, kTableLow + i * kTableStep, low, highest);
        m_table.push_back(y);
        low = y - 1e-9;
    }
}

double Sampler::gammaSeconds(double u) const {
    const double z = std::clamp((normalQuantile(u) - kTableLow) / kTableStep, 1.0, kTableSize - 2.001);
    const int i = static_cast<int>(z);
    const double t = z - i;
    const double* y = m_table.data() + i;
    // four-point Lagrange interpolation
    const double value = -t * (t - 1) * (t - 2) / 6 * y[-1] + (t + 1) * (t - 1) * (t - 2) / 2 * y[0] -
                         (t + 1) * t * (t - 2) / 2 * y[1] + (t + 1) * t * (t - 1) / 6 * y[2];
    return m_shape.b * fixedExp(value);
}

double Sampler::seconds(double u) const {
    const DistributionShape& s = m_shape;
    switch (s.family) {
    case DistributionFamily::constant:
        return s.a;
    case DistributionFamily::exponential:
        return -s.a * fixedLog(1.0 - u);
    case DistributionFamily::weibull:
        return s.b * fixedPow(-fixedLog(1.0 - u), 1.0 / s.a);
    case DistributionFamily::lognormal:
        return fixedExp(s.a + s.b * normalQuantile(u));
    case DistributionFamily::gamma:
    case DistributionFamily::erlang:
        return gammaSeconds(u);
    case DistributionFamily::uniform:
        return s.a + (s.b - s.a) * u;
    case DistributionFamily::triangular: {
        const double width = s.c - s.a;
        if (!(width > 0)) return s.a;
        const double cut = (s.b - s.a) / width;
        if (u < cut) return s.a + std::sqrt(u * width * (s.b - s.a));
        return s.c - std::sqrt((1.0 - u) * width * (s.c - s.b));
    }
    case DistributionFamily::hyperexponential: {
        // branch and time from one number: below p1 the first mean, the rest of u rescaled
        const bool first = u < s.a;
        const double v = first ? u / s.a : (u - s.a) / (1.0 - s.a);
        return -(first ? s.b : s.c) * fixedLog(std::max(1.0 - v, 1e-300));
    }
    case DistributionFamily::empirical: {
        if (s.values.empty()) return 0;
        const auto n = static_cast<double>(s.values.size());
        return s.values[std::min(static_cast<std::size_t>(u * n), s.values.size() - 1)];
    }
    }
    return 0;
}

} // namespace alwayson::sim
