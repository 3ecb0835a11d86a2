#include "exporters/quoting/haproxy.h"

#include "exporters/quoting/text.h"

#include <algorithm>

namespace alwayson::exporters::quoting {

namespace {

constexpr char kHex[] = "0123456789ABCDEF";

bool isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool isBare(char c) {
    return isLetterOrDigit(c) || c == '_' || c == '.' || c == ':' || c == '/' || c == '-';
}

void appendHex(std::string& out, std::string_view prefix, char c) {
    const auto byte = static_cast<unsigned char>(c);
    out.append(prefix);
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
}

} // namespace

bool haproxyIsBare(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), isBare);
}

bool holdsNul(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

std::string haproxyEscaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\' || c == '$')
            (out += '\\') += c;
        else if (c == '\n')
            out += "\\n";
        else if (c == '\r')
            out += "\\r";
        else if (c == '\t')
            out += "\\t";
        else if (byte < 0x20 || byte >= 0x7f)
            appendHex(out, "\\x", c);
        else
            out += c;
    }
    return out;
}

std::string haproxyWord(std::string_view text) {
    return haproxyIsBare(text) ? std::string(text) : '"' + haproxyEscaped(text) + '"';
}

std::string haproxyComment(std::string_view text) {
    return "# " + oneLine(text, 200);
}

std::string haproxyLogFormat(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '%') out += '%';
        out += c;
    }
    return out;
}

std::string requestTarget(std::string_view path) {
    static constexpr std::string_view kAllowed = "-._~!$&'()*+,;=:@/?%";
    std::string out;
    if (path.empty() || path.front() != '/') out += '/';
    for (const char c : path) {
        if (isLetterOrDigit(c) || kAllowed.find(c) != std::string_view::npos)
            out += c;
        else
            appendHex(out, "%", c);
    }
    return out;
}

} // namespace alwayson::exporters::quoting
