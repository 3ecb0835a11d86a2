#pragma once
// A distribution of a duration, kept as it was entered (mean, or median and p95, ...), so that files
// round-trip.

#include "core/base/quantity.h"
#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alwayson {

enum class DistributionFamily : std::uint8_t {
    constant,         // value_U
    exponential,      // mean_U
    weibull,          // shape and scale_U or mean_U
    lognormal,        // mean_U or median_U, and p95_U, p99_U or sigma
    gamma,            // shape and mean_U
    erlang,           // stages and mean_U
    uniform,          // min_U, max_U
    triangular,       // min_U, mode_U, max_U
    hyperexponential, // p1, mean1_U, mean2_U: with p1 the first mean, else the second
    empirical         // values_U: each value equally likely
};

std::string_view toString(DistributionFamily family);
// False when the name is unknown.
bool familyFromString(std::string_view name, DistributionFamily& family);

struct DistributionEntry {
    std::string name; // "mean", "p99", "shape", ...
    std::string unit; // unit of time "ns".."y"; "" for plain numbers (shape, sigma, p1, stages)
    double value = 0;
    friend bool operator==(const DistributionEntry&, const DistributionEntry&) = default;
};

struct Distribution {
    DistributionFamily family = DistributionFamily::constant;
    std::vector<DistributionEntry> entries;
    std::vector<double> values; // empirical only, in valuesUnit
    std::string valuesUnit;

    static Distribution constantValue(double value, std::string unit);
    static Distribution exponentialMean(double mean, std::string unit);
    friend bool operator==(const Distribution&, const Distribution&) = default;
};

// The same in canonical parameters, in seconds: what engines compute with.
//   constant a          exponential a=mean         weibull a=shape b=scale      lognormal a=mu b=sigma
//   gamma, erlang a=shape b=scale                  uniform a=min b=max          triangular a=min b=mode c=max
//   hyperexponential a=p1 b=mean1 c=mean2          empirical: sorted values
struct DistributionShape {
    DistributionFamily family = DistributionFamily::constant;
    double a = 0;
    double b = 0;
    double c = 0;
    std::vector<double> values;

    double mean() const;         // seconds
    double secondMoment() const; // seconds squared
    double quantile(
        double p) const; // seconds, 0 < p < 1; Boost.Math, for reports (engines sample by their own code)
    double cdf(double seconds) const; // for reports
    bool isExponential() const { return family == DistributionFamily::exponential; }
};

// Errors: code "distribution.entries" (missing, unknown or contradicting entries), "distribution.range".
// lognormal from mean m and p99 q solves sigma = z - sqrt(z^2 - 2 ln(q/m)), z = 2.3263...; needs ln(q/m) <=
// z^2/2.
Result<DistributionShape> resolve(const Distribution& distribution);

// "lognormal, mean 12 ms, p99 60 ms": for labels and reports.
std::string describe(const Distribution& distribution);

} // namespace alwayson
