#include "core/io/json_reader.h"

#include "core/base/json.h"
#include "core/base/json_tree.h"
#include "core/io/canonical_json.h"
#include "core/io/json_scan.h"
#include "core/io/json_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace alwayson {

Result<Json> readJson(std::string_view text, const std::string& fileName, const ReadLimits& limits) {
    if (text.size() > limits.bytes)
        return Error{
            ErrorKind::invalidInput, "json.size",
            fmt::format("the file has {} bytes, more than the limit of {}.", text.size(), limits.bytes),
            "Split the design.", Place{fileName, "", 0, 0}};
    if (std::optional<Error> fault = io::scanJson(text, fileName, limits)) return std::move(*fault);
    std::optional<Json> tree = treeOf(text.substr(io::bomSize(text)));
    if (tree) return std::move(*tree);
    return Error{ErrorKind::internal, "json.internal", "the text passed the check but not the parser.",
                 "Please report this file as a bug.", Place{fileName, "", 0, 0}};
}

Status checkJson(const Json& json, std::size_t above) {
    ReadLimits limits;
    limits.depth -= std::min(limits.depth, above);
    std::optional<Error> fault = io::scanJson(io::canonicalText(json), "", limits);
    if (!fault) return success();
    fault->place.line = fault->place.column = 0;
    return std::move(*fault);
}

} // namespace alwayson
