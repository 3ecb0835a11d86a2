#pragma once
// Design files: text <-> Design. Format "alwayson-design", version 1 (2-model, Design file).

#include "core/base/result.h"
#include "core/model/codec.h"
#include "core/model/design.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace alwayson {

struct LoadedDesign {
    Design design;
    std::vector<LoadWarning> warnings; // unknown fields and the like: they survive a save
    std::string hash;                  // designHash of it
};

// A text as a design. Errors: those of readJson and designFromJson, always with file, and with pointer, line
// and column where there is one. ErrorKind::unsupportedVersion, "design.version", for a newer format.
Result<LoadedDesign> parseDesign(std::string_view text, const std::string& fileName);

// The same from a file of at most ReadLimits::bytes. Errors of readFile too (ErrorKind::io). The file is not
// changed.
Result<LoadedDesign> loadDesign(const std::filesystem::path& path);

// The text of a design file: canonical, so equal designs give equal bytes. Two-space indent, a line feed at
// the end.
std::string serialiseDesign(const Design& design);

// serialiseDesign, but refuses what would not read back as the same design: "design.not_finite" (NaN or
// infinite numbers, with the pointer of the field), the errors of parseDesign (a control character in a name,
// a dangling reference, ...), "design.round_trip" (a bug). Nothing is written anywhere.
Result<std::string> checkedText(const Design& design, const std::string& fileName);

// checkedText, then atomicSave (core/io/atomic_save.h): after any error the old file is untouched.
Status saveDesign(const Design& design, const std::filesystem::path& path);

// SHA-256 of the canonical text without the canvas: a moved box does not make results stale. 64 hexadecimal
// digits.
std::string designHash(const Design& design);

} // namespace alwayson
