#include "exporters/quoting/text.h"

#include "core/text/utf8.h"

namespace alwayson::exporters::quoting {

std::string oneLine(std::string_view text, std::size_t limit) {
    std::string clean;
    for (std::size_t at = 0; at < text.size();) {
        const Character character = characterAt(text, at);
        const bool blank = character.length == 0 || isHidden(character.code) || character.code == ' ';
        const std::size_t length = character.length == 0 ? 1 : character.length;
        if (clean.size() + length > limit) {
            while (!clean.empty() && clean.back() == ' ')
                clean.pop_back();
            return clean + "...";
        }
        if (!blank)
            clean.append(text.substr(at, length));
        else if (!clean.empty() && clean.back() != ' ')
            clean += ' ';
        at += length;
    }
    while (!clean.empty() && clean.back() == ' ')
        clean.pop_back();
    return clean;
}

} // namespace alwayson::exporters::quoting
