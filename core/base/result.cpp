#include "core/base/result.h"

#include <fmt/format.h>

namespace alwayson {

std::string describe(const Error& error) {
    // A message of the system names the file itself; a place inside the file is worth its name again.
    const bool named = error.place.line == 0 && error.place.pointer.empty() && !error.place.file.empty() &&
                       error.message.find(error.place.file) != std::string::npos;
    std::string place = named ? "" : error.place.file;
    if (error.place.line > 0) place += fmt::format(":{}:{}", error.place.line, error.place.column);
    if (!error.place.pointer.empty())
        place += fmt::format("{}({})", place.empty() ? "" : " ", error.place.pointer);
    std::string text = place.empty() ? error.message : place + ": " + error.message;
    if (!error.cure.empty()) text += " " + error.cure;
    return text;
}

} // namespace alwayson
