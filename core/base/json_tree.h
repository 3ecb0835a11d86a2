#pragma once
#include "core/base/json_fwd.h"

#include <optional>
#include <string>
#include <string_view>

namespace alwayson {

// The tree of text that is known to be good: it passed core/io/json_reader.h or was written by this program.
// Keys of one object must differ. O(n), where nlohmann's own builder is quadratic in the keys of an object.
// nullopt when the text is no JSON after all.
std::optional<Json> treeOf(std::string_view text);

// Adds a member whose key is known to be new, without looking it up. The JSON must be an object.
void appendMember(Json& object, std::string key, Json value);

} // namespace alwayson
