#pragma once
// The check behind readJson. Not for use outside core/io.

#include "core/io/json_reader.h"

#include <optional>
#include <string>
#include <string_view>

namespace alwayson::io {

// The first fault of a text, or nothing when every rule of json_reader.h but the size holds. No recursion,
// O(n).
std::optional<Error> scanJson(std::string_view text, const std::string& fileName, const ReadLimits& limits);

} // namespace alwayson::io
