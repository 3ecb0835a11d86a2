#include "exporters/quoting/shell.h"

#include "exporters/quoting/text.h"

namespace alwayson::exporters::quoting {

std::string shellWord(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'')
            out += "'\\''";
        else if (c != '\0')
            out += c;
    }
    return out + '\'';
}

std::string shellComment(std::string_view text) {
    return "# " + oneLine(text);
}

} // namespace alwayson::exporters::quoting
