#pragma once
// Characters, escapes and places of JSON text: what the scan, the reader and locate share. Not for use
// outside core/io.

#include "core/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace alwayson::io {

// Length of the UTF-8 character at `at`; 0 when it is malformed: overlong, a surrogate, beyond U+10FFFF or
// cut off (RFC 3629, section 4).
std::size_t utf8Length(std::string_view text, std::size_t at);
// C0 and C1 controls but for tab, line feed and carriage return.
bool isForbiddenControl(long codePoint);
// The value of the four hexadecimal digits at `at`; -1 when they are not there.
long hex4(std::string_view text, std::size_t at);

// The bytes of a byte order mark in front (0 or 3).
std::size_t bomSize(std::string_view text);
// Line and column (from 1, bytes; a byte order mark does not count) of a byte. O(offset).
Place placeAt(std::string_view text, std::size_t offset, const std::string& fileName);
// What stands between the quotes of a valid JSON string, with its escapes resolved.
std::string unescape(std::string_view raw);
// A key as one step of a JSON pointer: "/" and the key with ~ as ~0 and / as ~1.
std::string pointerStep(std::string_view key);
// A byte or character as a message names it.
std::string shown(std::string_view text, std::size_t at);

} // namespace alwayson::io
