// Any bytes as a design file: an error with a place, or a design that saves and reads back the same.
#include "core/io/project_file.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

using namespace alwayson;

static void require(bool condition, const char* what, const std::string& detail) {
    if (condition) return;
    std::fprintf(stderr, "%s: %s\n", what, detail.c_str());
    std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Result<LoadedDesign> loaded = parseDesign(text, "fuzz.aon.json");
    if (!loaded) {
        const Error& error = loaded.error();
        require(error.kind == ErrorKind::invalidInput || error.kind == ErrorKind::unsupportedVersion, "kind",
                describe(error));
        require(error.place.line > 0 && error.place.column > 0, "place", describe(error));
        require(!error.code.empty() && !error.message.empty(), "message", describe(error));
        return 0;
    }
    const Result<std::string> saved = checkedText(loaded->design, "fuzz.aon.json");
    require(saved.ok(), "save", saved.ok() ? "" : describe(saved.error()));
    const Result<LoadedDesign> again = parseDesign(*saved, "fuzz.aon.json");
    require(again.ok(), "load of what was saved", again.ok() ? "" : describe(again.error()));
    require(serialiseDesign(again->design) == *saved, "canonical text", *saved);
    require(again->hash == loaded->hash, "hash", again->hash);
    return 0;
}
