#include "core/io/project_file.h"

#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/io/atomic_save.h"
#include "core/io/canonical_json.h"
#include "core/io/json_reader.h"

#include <fmt/format.h>

namespace alwayson {

namespace {

Result<Design> designOf(std::string_view text, const std::string& fileName,
                        std::vector<LoadWarning>* warnings) {
    const Result<Json> json = readJson(text, fileName);
    if (!json) return json.error();
    Result<Design> design = designFromJson(*json, warnings);
    if (design) return design;
    Error error = std::move(design).error();
    error.place = locate(text, error.place.pointer, fileName);
    return error;
}

} // namespace

Result<LoadedDesign> parseDesign(std::string_view text, const std::string& fileName) {
    LoadedDesign loaded;
    Result<Design> design = designOf(text, fileName, &loaded.warnings);
    if (!design) return std::move(design).error();
    loaded.design = std::move(design).value();
    loaded.hash = designHash(loaded.design);
    return loaded;
}

Result<LoadedDesign> loadDesign(const std::filesystem::path& path) {
    const Result<std::string> text = readFile(path, ReadLimits{}.bytes);
    if (!text) return text.error();
    return parseDesign(*text, path.string());
}

std::string serialiseDesign(const Design& design) {
    return io::canonicalText(toJson(design));
}

Result<std::string> checkedText(const Design& design, const std::string& fileName) {
    const Json json = toJson(design);
    if (const std::optional<std::string> field = io::firstNonFinite(json))
        return Error{
            ErrorKind::invalidInput, "design.not_finite",
            fmt::format("the field {} is not a finite number, so the design cannot be saved.", *field),
            "Give the field a number.", Place{fileName, *field, 0, 0}};
    std::string text = io::canonicalText(json);
    const Result<Design> again = designOf(text, fileName, nullptr);
    if (!again) {
        Error error = again.error();
        error.message = "the design cannot be saved, because it would not open again: " + error.message;
        // Line and column are those of a text that nobody has.
        error.place.line = error.place.column = 0;
        return error;
    }
    // Equal designs have equal texts; others may still, as a parameter that is given its default is left out.
    if (!(*again == design) && serialiseDesign(*again) != text)
        return Error{ErrorKind::internal, "design.round_trip",
                     "the design is not saved, because it would read back differently.",
                     "Please report this as a bug. The old file is unchanged.", Place{fileName, "", 0, 0}};
    return text;
}

Status saveDesign(const Design& design, const std::filesystem::path& path) {
    const Result<std::string> text = checkedText(design, path.string());
    if (!text) return text.error();
    return atomicSave(path, *text);
}

std::string designHash(const Design& design) {
    Json json = toJson(design);
    json.erase("canvas");
    return sha256Hex(io::canonicalText(json));
}

} // namespace alwayson
