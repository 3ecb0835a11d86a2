#include "exporters/quoting/markdown.h"

#include "exporters/quoting/text.h"

#include <algorithm>

namespace alwayson::exporters::quoting {

static bool isWord(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::string markdownText(std::string_view text, std::size_t limit) {
    // Parentheses make a link only behind a square bracket, an underscore emphasises only at the edge of a
    // word.
    static constexpr std::string_view kSpecial = "\\`*_[]#|~$^@";
    const std::string line = oneLine(text, limit);
    const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
    std::string out;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const bool startsList = (i == 0 && (c == '-' || c == '+' || c == '=')) || (i == digits && c == '.');
        const bool startsLink = (c == ':' && line.compare(i, 3, "://") == 0) ||
                                (c == '.' && i >= 3 && line.compare(i - 3, 3, "www") == 0);
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else {
            const bool insideWord =
                c == '_' && i > 0 && isWord(line[i - 1]) && i + 1 < line.size() && isWord(line[i + 1]);
            if ((kSpecial.find(c) != std::string_view::npos && !insideWord) || startsList || startsLink)
                out += '\\';
            out += c;
        }
    }
    return out;
}

std::string markdownCode(std::string_view text, std::size_t limit) {
    const std::string line = oneLine(text, limit);
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const char c : line) {
        run = c == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    std::string shown;
    for (const char c : line) {
        if (c == '|') shown += '\\';
        shown += c;
    }
    const std::string fence(longest + 1, '`');
    if (shown.empty()) return fence + ' ' + fence;
    const bool pad = shown.front() == '`' || shown.back() == '`';
    return fence + (pad ? " " : "") + shown + (pad ? " " : "") + fence;
}

} // namespace alwayson::exporters::quoting
