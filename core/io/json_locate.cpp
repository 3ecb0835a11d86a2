// Finds a JSON pointer in text without a tree. The text passed readJson before; any other must only not
// crash.

#include "core/io/json_reader.h"
#include "core/io/json_text.h"

#include <vector>

namespace alwayson {

namespace {

std::vector<std::string> stepsOf(std::string_view pointer) {
    std::vector<std::string> steps;
    for (std::size_t i = 0; i < pointer.size(); ++i) {
        const char c = pointer[i];
        if (c == '/')
            steps.emplace_back();
        else if (steps.empty())
            return {};
        else if (c == '~' && i + 1 < pointer.size())
            steps.back() += pointer[++i] == '1' ? '/' : '~';
        else
            steps.back() += c;
    }
    return steps;
}

bool isSpace(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

class Finder {
public:
    explicit Finder(std::string_view text) : m_text(text), m_at(io::bomSize(text)) {}

    // The offset of the value, or of its nearest ancestor that exists.
    std::size_t find(const std::vector<std::string>& steps) {
        skipSpace();
        std::size_t found = m_at;
        for (const std::string& step : steps) {
            if (!enter(step)) break;
            found = m_at;
        }
        return found;
    }

private:
    bool atEnd() const { return m_at >= m_text.size(); }
    char peek() const { return atEnd() ? '\0' : m_text[m_at]; }
    void skipSpace() {
        while (!atEnd() && isSpace(m_text[m_at]))
            ++m_at;
    }

    // Moves from a container to its child; false when there is none.
    bool enter(const std::string& step) {
        const char bracket = peek();
        if (bracket != '{' && bracket != '[') return false;
        ++m_at;
        for (std::size_t index = 0; !atEnd(); ++index) {
            skipSpace();
            if (peek() == '}' || peek() == ']') return false;
            bool wanted = step == std::to_string(index);
            if (bracket == '{') {
                wanted = io::unescape(takeString()) == step;
                skipSpace();
                ++m_at;
                skipSpace();
            }
            if (wanted) return !atEnd();
            skipValue();
            skipSpace();
            if (peek() == ',') ++m_at;
        }
        return false;
    }

    std::string_view takeString() {
        const std::size_t start = ++m_at;
        while (!atEnd() && peek() != '"')
            m_at += peek() == '\\' ? 2 : 1;
        const std::size_t end = m_at < m_text.size() ? m_at : m_text.size();
        m_at = end + 1;
        return start <= end ? m_text.substr(start, end - start) : std::string_view();
    }

    void skipValue() {
        std::size_t depth = 0;
        do {
            const char c = peek();
            if (c == '"') {
                takeString();
                continue;
            }
            if (c == '{' || c == '[')
                ++depth;
            else if ((c == '}' || c == ']') && depth > 0)
                --depth;
            else if (depth == 0) {
                skipScalar();
                return;
            }
            ++m_at;
        } while (depth > 0 && !atEnd());
    }

    void skipScalar() {
        if (atEnd()) return;
        ++m_at;
        while (!atEnd() && !isSpace(peek()) && peek() != ',' && peek() != '}' && peek() != ']')
            ++m_at;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

} // namespace

Place locate(std::string_view text, const std::string& pointer, const std::string& fileName) {
    const std::size_t offset = Finder(text).find(stepsOf(pointer));
    Place place = offset < text.size() ? io::placeAt(text, offset, fileName) : Place{fileName, "", 0, 0};
    place.pointer = pointer;
    return place;
}

} // namespace alwayson
