#include "core/text/sentence.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson {

std::string shownName(std::string_view name) {
    constexpr std::size_t kLongest = 60;
    std::size_t size = std::min(name.size(), kLongest);
    // A cut must not split a UTF-8 sequence: continuation bytes are 10xxxxxx.
    while (size < name.size() && size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0u) == 0x80u)
        --size;
    std::string shown(name.substr(0, size));
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20u || c == 0x7f) c = ' ';
    if (size < name.size()) shown += "...";
    return shown;
}

std::string listNames(const std::vector<std::string>& names, std::size_t limit) {
    const std::size_t shown = names.size() <= limit ? names.size() : std::max<std::size_t>(limit, 2) - 1;
    std::string text;
    for (std::size_t i = 0; i < shown; ++i) {
        if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
        text += shownName(names[i]);
    }
    if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
    return text;
}

std::string countOf(std::size_t count, std::string_view singular) {
    return fmt::format("{} {}{}", count, singular, count == 1 ? "" : "s");
}

} // namespace alwayson
