#include "exporters/quoting/keepalived.h"

#include "exporters/quoting/text.h"

#include <algorithm>

namespace alwayson::exporters::quoting {

namespace {

bool isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool consistsOf(std::string_view text, std::string_view marks) {
    return std::all_of(text.begin(), text.end(), [marks](char c) {
        return isLetterOrDigit(c) || marks.find(c) != std::string_view::npos;
    });
}

} // namespace

bool keepalivedIsBare(std::string_view text) {
    return !text.empty() && text.substr(0, 7) != "include" && consistsOf(text, "_.:/-");
}

bool isInterfaceName(std::string_view text) {
    return !text.empty() && text.size() <= 15 && isLetterOrDigit(text.front()) && consistsOf(text, "_.:-");
}

std::string keepalivedComment(std::string_view text) {
    std::string line = "# " + oneLine(text, 200);
    while (line.back() == '\\' || line.back() == ' ')
        line.pop_back();
    return line;
}

} // namespace alwayson::exporters::quoting
