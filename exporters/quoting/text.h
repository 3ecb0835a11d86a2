#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace alwayson::exporters::quoting {

// Text of a user on one line, for comments and prose: every control character, NEL, U+2028, U+2029,
// bidirectional control, byte order mark and invalid UTF-8 byte becomes a space; runs of spaces become one;
// cut after `limit` bytes (at a character) with "...". O(n).
std::string oneLine(std::string_view text, std::size_t limit = 120);

} // namespace alwayson::exporters::quoting
