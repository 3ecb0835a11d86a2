// Any bytes as JSON: what the reader accepts, an independent parser reads as the same tree; what that one
// refuses, the reader refuses; every value of the tree is found again by its pointer.
#include "core/base/json.h"
#include "core/io/canonical_json.h"
#include "core/io/json_reader.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

using namespace alwayson;

static void require(bool condition, const char* what) {
    if (condition) return;
    std::fprintf(stderr, "%s\n", what);
    std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    const Result<Json> read = readJson(text, "fuzz.json");
    const Place place = locate(text, "/a/0/b~1", "fuzz.json");
    require(place.column <= size + 1, "a place outside the text");
    if (!read) {
        require(read.error().kind == ErrorKind::invalidInput, "the reader and its parser disagree");
        require(read.error().place.line > 0 && read.error().place.column > 0, "an error without a place");
        return 0;
    }
    if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
    const Json other = Json::parse(text, nullptr, false);
    require(!other.is_discarded(), "accepted what is no JSON");
    require(other == *read, "another tree");
    const std::string canonical = io::canonicalText(*read);
    const Result<Json> again = readJson(canonical, "fuzz.json");
    require(again.ok() && io::canonicalText(*again) == canonical, "canonical text is not stable");
    return 0;
}
