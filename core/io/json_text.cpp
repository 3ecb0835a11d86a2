#include "core/io/json_text.h"

#include "core/text/utf8.h"

#include <algorithm>
#include <fmt/format.h>

namespace alwayson::io {

namespace {

unsigned byteOf(char c) {
    return static_cast<unsigned char>(c);
}

int hexValue(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

void appendUtf8(std::string& out, long c) {
    const auto put = [&](long byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | (c >> 6));
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | (c >> 18));
        put(0x80 | ((c >> 12) & 0x3F));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

char simpleEscape(char c) {
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return c;
    }
}

} // namespace

std::size_t utf8Length(std::string_view text, std::size_t at) {
    return characterAt(text, at).length;
}

bool isForbiddenControl(long codePoint) {
    if (codePoint == '\t' || codePoint == '\n' || codePoint == '\r') return false;
    return codePoint < 0x20 || (codePoint >= 0x80 && codePoint < 0xA0);
}

long hex4(std::string_view text, std::size_t at) {
    if (at + 4 > text.size()) return -1;
    long value = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
        const int digit = hexValue(text[i]);
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

std::size_t bomSize(std::string_view text) {
    return text.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
}

Place placeAt(std::string_view text, std::size_t offset, const std::string& fileName) {
    Place place;
    place.file = fileName;
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    place.line = 1 + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
    const std::size_t lineBreak = before.rfind('\n');
    const std::size_t lineStart =
        lineBreak == std::string_view::npos ? std::min(bomSize(text), before.size()) : lineBreak + 1;
    place.column = 1 + before.size() - lineStart;
    return place;
}

std::string unescape(std::string_view raw) {
    std::string out;
    out.reserve(raw.size());
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] != '\\' || i + 1 >= raw.size()) {
            out += raw[i];
            continue;
        }
        ++i;
        if (raw[i] != 'u') {
            out += simpleEscape(raw[i]);
            continue;
        }
        long code = std::max(0L, hex4(raw, i + 1));
        i += 4;
        if (code >= 0xD800 && code < 0xDC00) {
            const long low = std::max(0L, hex4(raw, i + 3));
            code = 0x10000 + ((code - 0xD800) << 10) + ((low - 0xDC00) & 0x3FF);
            i += 6;
        }
        appendUtf8(out, code);
    }
    return out;
}

std::string pointerStep(std::string_view key) {
    std::string step = "/";
    for (const char c : key) {
        if (c == '~')
            step += "~0";
        else if (c == '/')
            step += "~1";
        else
            step += c;
    }
    return step;
}

std::string shown(std::string_view text, std::size_t at) {
    if (at >= text.size()) return "the end of the file";
    const unsigned byte = byteOf(text[at]);
    if (byte > 0x20 && byte < 0x7F) return fmt::format("'{}'", text[at]);
    if (byte == '\n') return "the end of the line";
    return fmt::format("byte 0x{:02x}", byte);
}

} // namespace alwayson::io
