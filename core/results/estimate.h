#pragma once
// Figures with their honesty attached (3-simulation, Honesty).

#include "core/base/json_fwd.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace alwayson {

// Weakest last: a figure made of several carries the weakest tag of its parts.
enum class Method : std::uint8_t { exact, bound, approximate, simulated, contract, none };
std::string_view toString(Method method);

struct Interval {
    double low = 0;
    double high = 0;
};

struct Estimate {
    std::optional<double> value;  // nullopt: not known (JSON null), for instance 0 requests offered
    std::optional<Interval> ci95; // only when simulated: sampling error, 95 %
    Method method = Method::none;
    std::uint64_t samples = 0; // independent samples behind it; 0 unless simulated
    std::string note;          // "no failure was seen: this is the upper bound", ...
    static Estimate exactly(double v) { return {v, std::nullopt, Method::exact, 0, {}}; }
    static Estimate unknown() { return {}; }
};

Json toJson(const Estimate& estimate);

} // namespace alwayson
