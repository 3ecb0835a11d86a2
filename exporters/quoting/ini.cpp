#include "exporters/quoting/ini.h"

#include "core/text/sentence.h"
#include "exporters/quoting/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson::exporters::quoting {

namespace {

constexpr std::string_view kEscaped = "\b\t\n\r\\\"'";
constexpr std::string_view kEscapes = "btnr\\\"'";

bool isBare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_.:/%*,+-").find(c) != std::string_view::npos;
}

bool isBlank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Where a comment starts: a # outside of quotes; quotes that are escaped do not count.
std::size_t endOf(std::string_view value) {
    char quote = 0;
    bool escaped = false;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if ((c == '"' || c == '\'') && !escaped) {
            if (quote == 0)
                quote = c;
            else if (quote == c)
                quote = 0;
        }
        if (quote == 0 && c == '#') return i;
        escaped = quote != 0 && c == '\\' && !escaped;
    }
    return value.size();
}

} // namespace

Result<std::string> iniValue(std::string_view text) {
    if (!text.empty() && std::all_of(text.begin(), text.end(), isBare)) return std::string(text);
    std::string out = "\"";
    for (const char c : text) {
        const std::size_t escape = kEscaped.find(c);
        if (c == '\'')
            out += c;
        else if (escape != std::string_view::npos)
            (out += '\\') += kEscapes[escape];
        else if ((c >= 0 && c < ' ') || c == 0x7f)
            return Error{ErrorKind::invalidInput,
                         "ini.value",
                         fmt::format("\"{}\" holds a control character, which an option file cannot.",
                                     shownName(text)),
                         "",
                         {}};
        else
            out += c;
    }
    return out + '"';
}

std::string iniRead(std::string_view value) {
    value = value.substr(0, endOf(value));
    while (!value.empty() && isBlank(value.front()))
        value.remove_prefix(1);
    while (!value.empty() && isBlank(value.back()))
        value.remove_suffix(1);
    if (value.size() > 1 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
        value = value.substr(1, value.size() - 2);
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char next = value[i] == '\\' && i + 1 < value.size() ? value[i + 1] : '\0';
        const std::size_t escape = next == '\0' ? std::string_view::npos : kEscapes.find(next);
        if (next == 's')
            out += ' ';
        else if (escape != std::string_view::npos)
            out += kEscaped[escape];
        else {
            out += value[i];
            continue;
        }
        ++i;
    }
    return out;
}

std::string iniComment(std::string_view text) {
    return "# " + oneLine(text, 200);
}

} // namespace alwayson::exporters::quoting
