#pragma once
// The one way JSON of ours is laid out in files.

#include "core/base/json_fwd.h"

#include <optional>
#include <string>

namespace alwayson::io {

// Two-space indent, one field per line, keys in the order of the tree, up to eight plain numbers of an array
// on one line, whole numbers without a fraction, other numbers in the shortest form that reads back as the
// same double, strings as UTF-8 with the fewest escapes, a line feed at the end. No recursion, O(n). Numbers
// must be finite.
std::string canonicalText(const Json& json);

// The JSON pointer of the first number that is NaN or infinite.
std::optional<std::string> firstNonFinite(const Json& json);

} // namespace alwayson::io
