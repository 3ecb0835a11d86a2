#include "core/model/distribution.h"

#include "core/base/units.h"

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <fmt/format.h>
#include <numeric>
#include <optional>

namespace alwayson {

namespace {

constexpr double kZ95 = 1.6448536269514722;
constexpr double kZ99 = 2.3263478740408408;

Error entriesError(std::string message, std::string cure) {
    return Error{ErrorKind::invalidInput, "distribution.entries", std::move(message), std::move(cure), {}};
}
Error rangeError(std::string message, std::string cure) {
    return Error{ErrorKind::invalidInput, "distribution.range", std::move(message), std::move(cure), {}};
}

// Reads entries by name and notices those nobody asked for.
class EntryReader {
public:
    explicit EntryReader(const Distribution& distribution) : m_distribution(distribution) {}

    std::optional<double> take(std::string_view name) {
        for (const DistributionEntry& entry : m_distribution.entries) {
            if (entry.name != name) continue;
            ++m_taken;
            return entry.unit.empty() ? entry.value : entry.value * secondsPer(entry.unit);
        }
        return std::nullopt;
    }
    bool allTaken() const { return m_taken == m_distribution.entries.size(); }

private:
    const Distribution& m_distribution;
    std::size_t m_taken = 0;
};

std::string needs(DistributionFamily family) {
    switch (family) {
    case DistributionFamily::constant:
        return "value_U";
    case DistributionFamily::exponential:
        return "mean_U";
    case DistributionFamily::weibull:
        return "shape, and scale_U or mean_U";
    case DistributionFamily::lognormal:
        return "mean_U or median_U, and p95_U, p99_U or sigma";
    case DistributionFamily::gamma:
        return "shape and mean_U";
    case DistributionFamily::erlang:
        return "stages and mean_U";
    case DistributionFamily::uniform:
        return "min_U and max_U";
    case DistributionFamily::triangular:
        return "min_U, mode_U and max_U";
    case DistributionFamily::hyperexponential:
        return "p1, mean1_U and mean2_U";
    case DistributionFamily::empirical:
        return "values_U";
    }
    return {};
}

Result<DistributionShape> resolveLognormal(EntryReader& in) {
    const auto mean = in.take("mean"), median = in.take("median"), p95 = in.take("p95"), p99 = in.take("p99"),
               sigma = in.take("sigma");
    const auto quantile = p95 ? p95 : p99;
    const double z = p95 ? kZ95 : kZ99;
    if (mean.has_value() == median.has_value() ||
        (p95.has_value() + p99.has_value() + sigma.has_value()) != 1)
        return entriesError("lognormal takes one of mean and median, and one of p95, p99 and sigma.", "");
    const double centre = mean ? *mean : *median;
    if (!(centre > 0) || (quantile && *quantile < centre) || (sigma && *sigma < 0))
        return rangeError("lognormal needs a positive mean or median that is not above its percentile.", "");
    double s = sigma.value_or(0);
    if (quantile && median) s = std::log(*quantile / centre) / z;
    if (quantile && mean) {
        const double discriminant = z * z - 2 * std::log(*quantile / centre);
        if (discriminant < 0)
            return rangeError(fmt::format("no lognormal has a {} more than {:.3g} times its mean.",
                                          p95 ? "p95" : "p99", std::exp(z * z / 2)),
                              "Lower the percentile or give the median instead of the mean.");
        s = z - std::sqrt(discriminant);
    }
    const double mu = mean ? std::log(centre) - s * s / 2 : std::log(centre);
    return DistributionShape{DistributionFamily::lognormal, mu, s, 0, {}};
}

Result<DistributionShape> resolveByFamily(const Distribution& d, EntryReader& in) {
    DistributionShape shape{d.family, 0, 0, 0, {}};
    const auto missing = [&] {
        return entriesError(fmt::format("{} needs {}.", toString(d.family), needs(d.family)),
                            "U is a unit of time: ms, s, min, h.");
    };
    switch (d.family) {
    case DistributionFamily::constant: {
        const auto value = in.take("value");
        if (!value) return missing();
        shape.a = *value;
        if (!(shape.a >= 0)) return rangeError("a constant duration must not be negative.", "");
        return shape;
    }
    case DistributionFamily::exponential: {
        const auto mean = in.take("mean");
        if (!mean) return missing();
        shape.a = *mean;
        break;
    }
    case DistributionFamily::weibull: {
        const auto k = in.take("shape"), scale = in.take("scale"), mean = in.take("mean");
        if (!k || scale.has_value() == mean.has_value()) return missing();
        shape.a = *k;
        shape.b = scale ? *scale : *mean / std::tgamma(1 + 1 / *k);
        break;
    }
    case DistributionFamily::lognormal:
        return resolveLognormal(in);
    case DistributionFamily::gamma:
    case DistributionFamily::erlang: {
        const auto k = in.take(d.family == DistributionFamily::gamma ? "shape" : "stages"),
                   mean = in.take("mean");
        if (!k || !mean) return missing();
        if (d.family == DistributionFamily::erlang && *k != std::floor(*k))
            return rangeError("stages must be a whole number.", "");
        shape.a = *k;
        shape.b = *mean / *k;
        break;
    }
    case DistributionFamily::uniform: {
        const auto low = in.take("min"), high = in.take("max");
        if (!low || !high) return missing();
        shape.a = *low;
        shape.b = *high;
        if (!(shape.a >= 0 && shape.b >= shape.a)) return rangeError("uniform needs 0 <= min <= max.", "");
        return shape;
    }
    case DistributionFamily::triangular: {
        const auto low = in.take("min"), mode = in.take("mode"), high = in.take("max");
        if (!low || !mode || !high) return missing();
        shape.a = *low;
        shape.b = *mode;
        shape.c = *high;
        if (!(shape.a >= 0 && shape.b >= shape.a && shape.c >= shape.b && shape.c > shape.a))
            return rangeError("triangular needs 0 <= min <= mode <= max and min < max.", "");
        return shape;
    }
    case DistributionFamily::hyperexponential: {
        const auto p = in.take("p1"), m1 = in.take("mean1"), m2 = in.take("mean2");
        if (!p || !m1 || !m2) return missing();
        shape.a = *p;
        shape.b = *m1;
        shape.c = *m2;
        if (!(*p >= 0 && *p <= 1 && *m1 > 0 && *m2 > 0))
            return rangeError("hyperexponential needs 0 <= p1 <= 1 and positive means.", "");
        return shape;
    }
    case DistributionFamily::empirical: {
        if (d.values.empty()) return missing();
        for (double v : d.values)
            shape.values.push_back(v * secondsPer(d.valuesUnit));
        std::sort(shape.values.begin(), shape.values.end());
        if (!(shape.values.front() >= 0)) return rangeError("empirical values must not be negative.", "");
        return shape;
    }
    }
    if (!(shape.a > 0) || (d.family != DistributionFamily::exponential && !(shape.b > 0)))
        return rangeError(fmt::format("{} needs positive parameters.", toString(d.family)), "");
    return shape;
}

} // namespace

Distribution Distribution::constantValue(double value, std::string unit) {
    return {DistributionFamily::constant, {{"value", std::move(unit), value}}, {}, {}};
}

Distribution Distribution::exponentialMean(double mean, std::string unit) {
    return {DistributionFamily::exponential, {{"mean", std::move(unit), mean}}, {}, {}};
}

Result<DistributionShape> resolve(const Distribution& distribution) {
    for (const DistributionEntry& entry : distribution.entries)
        if (!std::isfinite(entry.value)) return rangeError(entry.name + " is not a finite number.", "");
    EntryReader in(distribution);
    Result<DistributionShape> shape = resolveByFamily(distribution, in);
    if (shape && !in.allTaken())
        return entriesError(fmt::format("{} has entries it does not take.", toString(distribution.family)),
                            fmt::format("It takes {}.", needs(distribution.family)));
    if (shape && !(std::isfinite(shape->mean()) && std::isfinite(shape->secondMoment())))
        return rangeError(
            fmt::format("this {} has no finite mean and variance.", toString(distribution.family)),
            "Use smaller times or a larger shape.");
    return shape;
}

double DistributionShape::mean() const {
    switch (family) {
    case DistributionFamily::constant:
    case DistributionFamily::exponential:
        return a;
    case DistributionFamily::weibull:
        return b * std::tgamma(1 + 1 / a);
    case DistributionFamily::lognormal:
        return std::exp(a + b * b / 2);
    case DistributionFamily::gamma:
    case DistributionFamily::erlang:
        return a * b;
    case DistributionFamily::uniform:
        return (a + b) / 2;
    case DistributionFamily::triangular:
        return (a + b + c) / 3;
    case DistributionFamily::hyperexponential:
        return a * b + (1 - a) * c;
    case DistributionFamily::empirical:
        return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    }
    return 0;
}

double DistributionShape::secondMoment() const {
    switch (family) {
    case DistributionFamily::constant:
        return a * a;
    case DistributionFamily::exponential:
        return 2 * a * a;
    case DistributionFamily::weibull:
        return b * b * std::tgamma(1 + 2 / a);
    case DistributionFamily::lognormal:
        return std::exp(2 * a + 2 * b * b);
    case DistributionFamily::gamma:
    case DistributionFamily::erlang:
        return a * (a + 1) * b * b;
    case DistributionFamily::uniform:
        return (a * a + a * b + b * b) / 3;
    case DistributionFamily::triangular:
        return (a * a + b * b + c * c + a * b + a * c + b * c) / 6;
    case DistributionFamily::hyperexponential:
        return 2 * (a * b * b + (1 - a) * c * c);
    case DistributionFamily::empirical: {
        double sum = 0;
        for (double v : values)
            sum += v * v;
        return sum / static_cast<double>(values.size());
    }
    }
    return 0;
}

double DistributionShape::cdf(double x) const {
    if (x < 0) return 0;
    switch (family) {
    case DistributionFamily::constant:
        return x >= a ? 1 : 0;
    case DistributionFamily::exponential:
        return -std::expm1(-x / a);
    case DistributionFamily::weibull:
        return -std::expm1(-std::pow(x / b, a));
    case DistributionFamily::lognormal:
        if (b == 0) return x >= std::exp(a) ? 1 : 0;
        return x == 0 ? 0 : boost::math::cdf(boost::math::normal(a, b), std::log(x));
    case DistributionFamily::gamma:
    case DistributionFamily::erlang:
        return boost::math::cdf(boost::math::gamma_distribution<>(a, b), x);
    case DistributionFamily::uniform:
        return x >= b ? 1 : x <= a ? 0 : (x - a) / (b - a);
    case DistributionFamily::triangular:
        if (x <= a) return 0;
        if (x >= c) return 1;
        return x <= b ? (x - a) * (x - a) / ((c - a) * (b - a)) : 1 - (c - x) * (c - x) / ((c - a) * (c - b));
    case DistributionFamily::hyperexponential:
        return a * -std::expm1(-x / b) + (1 - a) * -std::expm1(-x / c);
    case DistributionFamily::empirical:
        return static_cast<double>(std::upper_bound(values.begin(), values.end(), x) - values.begin()) /
               static_cast<double>(values.size());
    }
    return 0;
}

double DistributionShape::quantile(double p) const {
    switch (family) {
    case DistributionFamily::constant:
        return a;
    case DistributionFamily::exponential:
        return -a * std::log1p(-p);
    case DistributionFamily::weibull:
        return b * std::pow(-std::log1p(-p), 1 / a);
    case DistributionFamily::lognormal:
        return std::exp(a + b * boost::math::quantile(boost::math::normal(), p));
    case DistributionFamily::gamma:
    case DistributionFamily::erlang:
        return boost::math::quantile(boost::math::gamma_distribution<>(a, b), p);
    case DistributionFamily::uniform:
        return a + p * (b - a);
    case DistributionFamily::triangular: {
        const double split = (b - a) / (c - a);
        return p < split ? a + std::sqrt(p * (c - a) * (b - a)) : c - std::sqrt((1 - p) * (c - a) * (c - b));
    }
    case DistributionFamily::hyperexponential: {
        double low = 0, high = std::max(b, c) * -std::log1p(-p);
        for (int i = 0; i < 200 && high - low > 1e-15 * high; ++i) {
            const double middle = (low + high) / 2;
            (cdf(middle) < p ? low : high) = middle;
        }
        return high;
    }
    case DistributionFamily::empirical: {
        const double n = static_cast<double>(values.size());
        const auto index = static_cast<std::size_t>(std::clamp(std::ceil(p * n) - 1, 0.0, n - 1));
        return values[index];
    }
    }
    return 0;
}

std::string describe(const Distribution& distribution) {
    std::string text(toString(distribution.family));
    for (const DistributionEntry& entry : distribution.entries) {
        text += fmt::format("{}{} {}", &entry == distribution.entries.data() ? " " : ", ", entry.name,
                            formatSignificant(entry.value));
        if (!entry.unit.empty()) text += " " + entry.unit;
    }
    if (distribution.family == DistributionFamily::empirical)
        text += fmt::format(", {} values", distribution.values.size());
    return text;
}

} // namespace alwayson
