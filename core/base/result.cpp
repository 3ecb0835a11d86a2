#include "core/base/result.h"

#include <fmt/format.h>

namespace alwayson {

std::string describe(const Error& error) {
    std::string place = error.place.file;
    if (error.place.line > 0) place += fmt::format(":{}:{}", error.place.line, error.place.column);
    if (!error.place.pointer.empty()) place += fmt::format("{}({})", place.empty() ? "" : " ", error.place.pointer);
    std::string text = place.empty() ? error.message : place + ": " + error.message;
    if (!error.cure.empty()) text += " " + error.cure;
    return text;
}

} // namespace alwayson
