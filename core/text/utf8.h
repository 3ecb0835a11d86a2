#pragma once
// UTF-8, character by character.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace alwayson {

struct Character {
    std::uint32_t code = 0;
    std::size_t length = 0; // bytes; 0: malformed here
};

// The character at `at` (inside the text); length 0 when it is malformed: overlong, a surrogate, beyond
// U+10FFFF or cut off (RFC 3629, section 4).
Character characterAt(std::string_view text, std::size_t at);

// Characters that nobody sees but that change what one sees: C0 and C1 controls, DEL, line and paragraph
// separators, zero-width and bidirectional controls, the byte order mark and tags.
bool isHidden(std::uint32_t code);

// At most `bytes` of the text from its start, cut at a character.
std::string_view cutAtCharacter(std::string_view text, std::size_t bytes);

} // namespace alwayson
