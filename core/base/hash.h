#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace alwayson {

// Lower-case hexadecimal SHA-256 (OpenSSL). 64 characters.
std::string sha256Hex(std::string_view bytes);

} // namespace alwayson
