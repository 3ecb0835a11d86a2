#include "core/io/json_scan.h"

#include "core/io/json_text.h"
#include "core/text/sentence.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <deque>
#include <fmt/format.h>
#include <vector>

namespace alwayson::io {

namespace {

constexpr std::size_t kNumberBytes = 2048; // the longest exact double has about 1100
constexpr std::uint64_t kLargestInteger = std::uint64_t{1} << 53;
constexpr std::size_t kShownBytes = 64; // of a key or number in a message

struct Key {
    std::string_view text; // into the document, or into m_unescaped
    std::size_t offset = 0;
    bool hasEscapes = false;
};

struct Frame {
    bool object = false;
    std::size_t firstKey = 0; // of this object in the stack of keys
    std::size_t children = 0;
};

bool isSpace(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

std::string shortened(std::string_view text) {
    if (text.size() <= kShownBytes) return std::string(text);
    std::size_t end = kShownBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return std::string(text.substr(0, end)) + "...";
}

class Scanner {
public:
    Scanner(std::string_view text, const std::string& fileName, const ReadLimits& limits)
        : m_text(text), m_fileName(fileName), m_limits(limits) {}

    std::optional<Error> run();

private:
    enum class Expect : std::uint8_t { value, firstElement, firstKey, key, afterValue };

    bool atEnd() const { return m_at >= m_text.size(); }
    char peek() const { return atEnd() ? '\0' : m_text[m_at]; }
    void skipSpace() {
        while (!atEnd() && isSpace(m_text[m_at]))
            ++m_at;
    }
    std::string pointer(std::size_t frames) const;
    bool fail(const char* code, std::string message, const char* cure, std::size_t offset);
    bool unexpected(const char* wanted);
    const char* hint() const;

    bool step();
    bool value();
    bool open(bool object);
    bool close();
    bool key();
    bool comma();
    bool string(std::string_view& raw, bool& hasEscapes);
    bool escape();
    bool badCharacter();
    bool number();
    bool checkNumber(std::string_view token, std::size_t start, bool whole);
    bool literal(std::string_view word);
    bool keysAreUnique(std::size_t first);

    std::string_view m_text;
    const std::string& m_fileName;
    const ReadLimits& m_limits;
    std::size_t m_at = 0;
    std::size_t m_values = 0;
    Expect m_expect = Expect::value;
    std::vector<Frame> m_frames;
    std::vector<Key> m_keys;             // of all open objects, innermost last
    std::deque<std::string> m_unescaped; // a deque, because m_keys points into it
    std::optional<Error> m_error;
};

std::string Scanner::pointer(std::size_t frames) const {
    std::string path;
    for (std::size_t i = 0; i < frames; ++i) {
        const Frame& frame = m_frames[i];
        if (!frame.object) {
            if (frame.children > 0) path += fmt::format("/{}", frame.children - 1);
            continue;
        }
        const std::size_t endKey = i + 1 < m_frames.size() ? m_frames[i + 1].firstKey : m_keys.size();
        if (endKey > frame.firstKey) path += pointerStep(m_keys[endKey - 1].text);
    }
    return path;
}

bool Scanner::fail(const char* code, std::string message, const char* cure, std::size_t offset) {
    Place place = placeAt(m_text, offset, m_fileName);
    place.pointer = pointer(m_frames.size());
    m_error = Error{ErrorKind::invalidInput, code, std::move(message), cure, std::move(place)};
    return false;
}

bool Scanner::unexpected(const char* wanted) {
    if (atEnd())
        return fail("json.syntax", fmt::format("the file ends where {} should stand.", wanted),
                    "The file is cut off: restore it from a copy.", m_at);
    return fail("json.syntax", fmt::format("found {} where {} should stand.", shown(m_text, m_at), wanted),
                hint(), m_at);
}

const char* Scanner::hint() const {
    switch (peek()) {
    case '/':
    case '#':
        return "JSON has no comments: remove it.";
    case '\'':
        return "JSON strings stand in double quotes.";
    case 'N':
    case 'I':
        return "JSON has neither NaN nor Infinity: write a number, or null where the field may be unset.";
    case ']':
    case '}':
        return "Check for a comma too many or a bracket of the wrong kind.";
    case ',':
        return "Remove the comma too many, or write the value that is missing.";
    case '+':
    case '.':
        return "Numbers start with a digit or a minus: 0.5, not .5 or +0.5.";
    case 'T':
    case 'F':
        return "Write true and false in lower case.";
    default:
        return "Correct the file at this place.";
    }
}

std::optional<Error> Scanner::run() {
    m_at = bomSize(m_text);
    skipSpace();
    if (atEnd()) fail("json.empty", "the file is empty.", "Restore it from a copy.", m_at);
    while (!m_error) {
        skipSpace();
        if (m_expect == Expect::afterValue && m_frames.empty()) {
            if (!atEnd())
                fail("json.syntax",
                     fmt::format("found {} after the end of the document.", shown(m_text, m_at)),
                     "Remove what follows the last bracket.", m_at);
            break;
        }
        step();
    }
    return std::move(m_error);
}

bool Scanner::step() {
    switch (m_expect) {
    case Expect::value:
        return value();
    case Expect::firstElement:
        return peek() == ']' ? close() : value();
    case Expect::firstKey:
        return peek() == '}' ? close() : key();
    case Expect::key:
        return key();
    case Expect::afterValue:
        return comma();
    }
    return false;
}

bool Scanner::value() {
    if (!m_frames.empty()) ++m_frames.back().children;
    if (++m_values > m_limits.values)
        return fail("json.values", fmt::format("the document has more than {} values.", m_limits.values),
                    "Split the design.", m_at);
    m_expect = Expect::afterValue;
    switch (peek()) {
    case '{':
        return open(true);
    case '[':
        return open(false);
    case '"': {
        std::string_view raw;
        bool hasEscapes = false;
        return string(raw, hasEscapes);
    }
    case 't':
        return literal("true");
    case 'f':
        return literal("false");
    case 'n':
        return literal("null");
    default:
        if (peek() == '-' || isDigit(peek())) return number();
        return unexpected("a value");
    }
}

bool Scanner::open(bool object) {
    if (m_frames.size() >= m_limits.depth)
        return fail("json.depth",
                    fmt::format("arrays and objects are nested more than {} deep.", m_limits.depth),
                    "No design needs this: check what wrote the file.", m_at);
    m_frames.push_back(Frame{object, m_keys.size(), 0});
    ++m_at;
    m_expect = object ? Expect::firstKey : Expect::firstElement;
    return true;
}

bool Scanner::close() {
    const Frame frame = m_frames.back();
    if (frame.object) {
        if (!keysAreUnique(frame.firstKey)) return false;
        for (std::size_t i = frame.firstKey; i < m_keys.size(); ++i)
            if (m_keys[i].hasEscapes) m_unescaped.pop_back();
        m_keys.resize(frame.firstKey);
    }
    m_frames.pop_back();
    ++m_at;
    m_expect = Expect::afterValue;
    return true;
}

bool Scanner::comma() {
    const bool object = m_frames.back().object;
    if (peek() == (object ? '}' : ']')) return close();
    if (peek() != ',') return unexpected(object ? "a comma or '}'" : "a comma or ']'");
    ++m_at;
    m_expect = object ? Expect::key : Expect::value;
    return true;
}

bool Scanner::key() {
    if (peek() != '"') return unexpected("a key in double quotes");
    if (m_keys.size() - m_frames.back().firstKey >= m_limits.keysPerObject)
        return fail("json.keys", fmt::format("one object has more than {} keys.", m_limits.keysPerObject),
                    "Check what wrote the file.", m_at);
    Key found;
    found.offset = m_at;
    if (!string(found.text, found.hasEscapes)) return false;
    if (found.hasEscapes) found.text = m_unescaped.emplace_back(unescape(found.text));
    m_keys.push_back(found);
    skipSpace();
    if (peek() != ':') return unexpected("a colon");
    ++m_at;
    m_expect = Expect::value;
    return true;
}

// `raw` becomes what stands between the quotes.
bool Scanner::string(std::string_view& raw, bool& hasEscapes) {
    const std::size_t start = ++m_at;
    while (!atEnd()) {
        const char c = m_text[m_at];
        if (c == '"') {
            raw = m_text.substr(start, m_at - start);
            ++m_at;
            return true;
        }
        if (m_at - start >= m_limits.stringBytes)
            return fail("json.string_size",
                        fmt::format("a string is longer than {} bytes.", m_limits.stringBytes),
                        "Shorten it, or check for a quote that is missing.", start - 1);
        if (c == '\\') {
            hasEscapes = true;
            if (!escape()) return false;
        } else if (static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80) {
            ++m_at;
        } else if (!badCharacter()) {
            return false;
        }
    }
    return fail("json.syntax", "a string that starts here has no closing quote.",
                "Add the quote, or restore the file from a copy.", start - 1);
}

// A byte outside ASCII, or a control character.
bool Scanner::badCharacter() {
    const auto byte = static_cast<unsigned char>(m_text[m_at]);
    if (byte < 0x20)
        return fail("json.control", fmt::format("a string holds the control character 0x{:02x}.", byte),
                    "Remove it; tabs and line breaks are written \\t and \\n.", m_at);
    const std::size_t length = utf8Length(m_text, m_at);
    if (length == 0)
        return fail("json.utf8", fmt::format("byte 0x{:02x} is not valid UTF-8 here.", byte),
                    "Save the file as UTF-8.", m_at);
    if (length == 2 && byte == 0xC2 && static_cast<unsigned char>(m_text[m_at + 1]) < 0xA0)
        return fail("json.control",
                    fmt::format("a string holds the control character U+00{:02X}.",
                                static_cast<unsigned char>(m_text[m_at + 1])),
                    "Remove it.", m_at);
    m_at += length;
    return true;
}

bool Scanner::escape() {
    const std::size_t start = m_at;
    const char kind = m_at + 1 < m_text.size() ? m_text[m_at + 1] : '\0';
    if (kind == '"' || kind == '\\' || kind == '/' || kind == 'n' || kind == 'r' || kind == 't') {
        m_at += 2;
        return true;
    }
    if (kind == 'b' || kind == 'f')
        return fail("json.control", fmt::format("a string holds the control character \\{}.", kind),
                    "Remove it.", start);
    if (kind != 'u')
        return fail("json.escape", "a backslash is followed by no known escape.",
                    "Write \\\\ for a backslash; known are \\\" \\\\ \\/ \\n \\r \\t and \\u with four "
                    "hexadecimal digits.",
                    start);
    const long code = hex4(m_text, m_at + 2);
    if (code < 0)
        return fail("json.escape", "\\u is not followed by four hexadecimal digits.",
                    "Write it like \\u00e9.", start);
    if (isForbiddenControl(code))
        return fail("json.control", fmt::format("a string holds the control character \\u{:04x}.", code),
                    "Remove it.", start);
    m_at += 6;
    if (code < 0xD800 || code > 0xDFFF) return true;
    const bool pair = code < 0xDC00 && m_text.substr(m_at, 2) == "\\u";
    const long low = pair ? hex4(m_text, m_at + 2) : -1;
    if (low < 0xDC00 || low > 0xDFFF)
        return fail("json.escape", fmt::format("\\u{:04x} is half of a pair of surrogates, alone.", code),
                    "Write the character itself in UTF-8.", start);
    m_at += 6;
    return true;
}

bool Scanner::number() {
    const std::size_t start = m_at;
    if (peek() == '-') ++m_at;
    if (!isDigit(peek())) return unexpected("a digit");
    const auto digits = [&] {
        while (isDigit(peek()))
            ++m_at;
    };
    if (peek() == '0') {
        ++m_at;
        if (isDigit(peek()))
            return fail("json.number", "a number starts with a zero that is too many.",
                        "Remove the leading zero.", start);
    } else {
        digits();
    }
    bool whole = true;
    if (peek() == '.') {
        whole = false;
        ++m_at;
        if (!isDigit(peek())) return unexpected("a digit");
        digits();
    }
    if (peek() == 'e' || peek() == 'E') {
        whole = false;
        ++m_at;
        if (peek() == '+' || peek() == '-') ++m_at;
        if (!isDigit(peek())) return unexpected("a digit");
        digits();
    }
    return checkNumber(m_text.substr(start, m_at - start), start, whole);
}

bool Scanner::checkNumber(std::string_view token, std::size_t start, bool whole) {
    if (token.size() > kNumberBytes)
        return fail("json.number", fmt::format("a number has more than {} characters.", kNumberBytes),
                    "Seventeen digits are all that count.", start);
    if (whole) {
        const std::string_view digits = token.substr(token.front() == '-' ? 1 : 0);
        std::uint64_t magnitude = 0;
        const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
        if (parsed.ec == std::errc{} && magnitude <= kLargestInteger) return true;
        return fail("json.number",
                    fmt::format("the whole number {} does not fit into 53 bits.", shortened(token)),
                    "Write it with an exponent (1e20), or as a string where the digits matter.", start);
    }
    double value = 0;
    const auto parsed = std::from_chars(token.data(), token.data() + token.size(), value);
    if (parsed.ec == std::errc{}) return true;
    return fail("json.number", fmt::format("the number {} cannot be represented.", shortened(token)),
                "Its magnitude must lie between 5e-324 and 1.79e308, or be 0.", start);
}

bool Scanner::literal(std::string_view word) {
    if (m_text.substr(m_at, word.size()) != word) return unexpected("true, false or null");
    m_at += word.size();
    return true;
}

bool Scanner::keysAreUnique(std::size_t first) {
    const auto begin = m_keys.begin() + static_cast<std::ptrdiff_t>(first);
    if (m_keys.end() - begin < 2) return true;
    std::sort(begin, m_keys.end(), [](const Key& a, const Key& b) {
        const int order = a.text.compare(b.text);
        return order != 0 ? order < 0 : a.offset < b.offset;
    });
    const auto same = [](const Key& a, const Key& b) { return a.text == b.text; };
    auto worst = m_keys.end(); // the repetition that stands first in the file
    for (auto twin = std::adjacent_find(begin, m_keys.end(), same); twin != m_keys.end();
         twin = std::adjacent_find(twin + 1, m_keys.end(), same))
        if (worst == m_keys.end() || (twin + 1)->offset < (worst + 1)->offset) worst = twin;
    if (worst == m_keys.end()) return true;
    const std::string path = pointer(m_frames.size() - 1) + pointerStep(worst->text);
    const Place earlier = placeAt(m_text, worst->offset, m_fileName);
    const std::string name = shownName(worst->text);
    const std::size_t offset = (worst + 1)->offset;
    fail("json.duplicate_key",
         fmt::format("the key \"{}\" stands twice in one object, first in line {}.", name, earlier.line),
         "Remove one of the two.", offset);
    m_error->place.pointer = path;
    return false;
}

} // namespace

std::optional<Error> scanJson(std::string_view text, const std::string& fileName, const ReadLimits& limits) {
    return Scanner(text, fileName, limits).run();
}

} // namespace alwayson::io
