#pragma once
// The only door through which JSON from outside enters the program. The text is checked byte by byte without
// recursion before a tree is built, so that no input can overflow the stack, exhaust memory or take long.

#include "core/base/json_fwd.h"
#include "core/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace alwayson {

struct ReadLimits {
    std::size_t bytes = std::size_t{256} << 20;
    std::size_t depth = 64;                         // nested arrays and objects
    std::size_t stringBytes = std::size_t{1} << 20; // of one string or key, as it stands in the file
    std::size_t keysPerObject = 100'000;
    std::size_t values =
        20'000'000; // of the whole document; bounds memory to about 1.4 GB (a node has about 20)
};

// Strict JSON (RFC 8259) and then some: valid UTF-8, no key twice in one object, no control characters in
// strings (written raw or as escapes) except \t \n \r, no lone surrogates, numbers finite as double and not
// rounded to zero, whole numbers within +-2^53 unless written with a fraction or an exponent. A byte order
// mark is accepted. Errors are ErrorKind::invalidInput with file, pointer, line and column. Codes:
// "json.size", "json.empty", "json.syntax", "json.depth", "json.duplicate_key", "json.utf8", "json.control",
// "json.escape", "json.number", "json.string_size", "json.keys", "json.values". O(n), for objects O(k log k)
// in their keys.
Result<Json> readJson(std::string_view text, const std::string& fileName, const ReadLimits& limits = {});

// Whether readJson would take this value from a file in which `above` arrays and objects stand around it: its
// error, with the pointer inside the value and no line. For values that come another way and are to be saved.
// O(n).
Status checkJson(const Json& json, std::size_t above = 0);

// Where in `text` the value stands that a JSON pointer names; where its nearest existing ancestor stands when
// it is missing. For errors found after reading. Never fails: line 0 when the text has no such place. O(n).
Place locate(std::string_view text, const std::string& pointer, const std::string& fileName);

} // namespace alwayson
