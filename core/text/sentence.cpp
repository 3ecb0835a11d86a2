#include "core/text/sentence.h"

#include "core/text/utf8.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson {

namespace {

void appendEscape(std::string& out, std::uint32_t code) {
    if (code == '\n')
        out += "\\n";
    else if (code == '\r')
        out += "\\r";
    else if (code == '\t')
        out += "\\t";
    else if (code < 0x10000)
        out += fmt::format("\\u{:04x}", code);
    else
        out += fmt::format("\\u{:04x}\\u{:04x}", 0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
}

} // namespace

std::string visible(std::string_view text, Lines lines) {
    constexpr std::uint32_t kNonJoiner = 0x200c, kJoiner = 0x200d;
    std::string shown;
    shown.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const Character character = characterAt(text, at);
        const std::size_t length = std::max<std::size_t>(character.length, 1);
        const std::uint32_t code = character.code;
        const bool layout = lines == Lines::keep && (code == '\n' || code == '\t');
        // Persian words and joined emoji need the two joiners; they cannot disguise anything.
        const bool plain = !isHidden(code) || layout || code == kNonJoiner || code == kJoiner;
        if (character.length == 0)
            shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
        else if (plain)
            shown.append(text.substr(at, length));
        else
            appendEscape(shown, code);
        at += length;
    }
    return shown;
}

std::string shownName(std::string_view name) {
    const std::string_view cut = cutAtCharacter(name, 60);
    std::string shown = visible(cut);
    if (cut.size() < name.size()) shown += "...";
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

std::string grouped(std::string_view number) {
    constexpr std::string_view kDigits = "0123456789";
    const std::size_t start = std::min(number.find_first_of(kDigits), number.size());
    const std::size_t end = std::min(number.find_first_not_of(kDigits, start), number.size());
    std::string text(number);
    if (end - start < 5) return text;
    for (std::size_t at = end; at > start + 3;)
        text.insert(at -= 3, 1, ' ');
    return text;
}

std::string countOf(std::size_t count, std::string_view singular) {
    return fmt::format("{} {}{}", grouped(std::to_string(count)), singular, count == 1 ? "" : "s");
}

} // namespace alwayson
