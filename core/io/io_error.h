#pragma once
// errno as an Error that people understand. Not for use outside core/io.

#include "core/base/result.h"

#include <filesystem>
#include <string_view>

namespace alwayson::io {

// doing: "save", "read". The code is one of io.full, io.permission, io.read_only, io.not_found, io.too_large,
// io.name, io.not_a_file, io.busy, io.device, io.failed.
Error ioError(int errorNumber, std::string_view doing, const std::filesystem::path& path);
Error notAFile(std::string_view doing, const std::filesystem::path& path, std::string_view whatItIs);
// "a folder", "a pipe", ... for a st_mode that is not a regular file.
std::string_view fileType(unsigned mode);

} // namespace alwayson::io
