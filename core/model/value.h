#pragma once
// The value of one parameter as a design file holds it, in the unit its key names ("timeout_ms": 500 ->
// 500.0).

#include "core/model/distribution.h"

#include <map>
#include <string>
#include <variant>

namespace alwayson {

// monostate is an explicit null: "unset", for parameters that the catalogue marks optional.
using Value = std::variant<std::monostate, bool, double, std::string, Distribution>;
using Parameters = std::map<std::string, Value, std::less<>>;

// Fields of a file that this version does not know, kept word for word (key -> JSON text).
using UnknownFields = std::map<std::string, std::string, std::less<>>;

} // namespace alwayson
