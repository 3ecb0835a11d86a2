#pragma once
// Between the JSON writers of results only: numbers that JSON can hold, null for the rest.

#include "core/base/json.h"

#include <cmath>
#include <optional>

namespace alwayson {

// null for infinity and NaN.
inline Json finiteOrNull(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

inline Json finiteOrNull(const std::optional<double>& value) {
    return value ? finiteOrNull(*value) : Json(nullptr);
}

} // namespace alwayson
