#include "exporters/haproxy/parse.h"

#include <fmt/format.h>

#include <optional>

namespace alwayson::exporters::haproxy {

namespace {

// isspace of the C locale, which is what HAProxy uses.
bool isBlank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool isNameStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool isNameCharacter(char c) {
    return isNameStart(c) || (c >= '0' && c <= '9');
}

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

class Splitter {
public:
    explicit Splitter(std::string_view line) : m_line(line) {}

    Result<std::vector<Word>> run() {
        while (!m_error && m_at < m_line.size() && step()) {
        }
        if (!m_error && m_quote != 0) fail("haproxy.quote", "a quote is never closed.", m_quoteAt);
        if (m_error) return *m_error;
        endWord();
        return std::move(m_words);
    }

    std::optional<std::size_t> commentAt() const { return m_commentAt; }

private:
    bool step() {
        const char c = m_line[m_at];
        if (m_quote == '\'') {
            if (c == '\'')
                m_quote = 0;
            else
                put(c);
            ++m_at;
            return true;
        }
        if (c == '\\') return escape();
        if (c == '"' || (c == '\'' && m_quote == 0)) {
            m_quote = m_quote == 0 ? c : '\0';
            m_quoteAt = m_at++;
            m_inWord = true;
            return true;
        }
        if (m_quote == '"') return c == '$' ? variable() : plain(c);
        if (c == '#') {
            m_commentAt = m_at;
            return false;
        }
        if (!isBlank(c)) return plain(c);
        endWord();
        ++m_at;
        return true;
    }

    bool plain(char c) {
        put(c);
        ++m_at;
        return true;
    }

    bool escape() {
        const char next = m_at + 1 < m_line.size() ? m_line[m_at + 1] : '\0';
        switch (next) {
        case ' ':
        case '\\':
        case '"':
        case '\'':
        case '#':
            return escaped(next, 2);
        case 'n':
            return escaped('\n', 2);
        case 'r':
            return escaped('\r', 2);
        case 't':
            return escaped('\t', 2);
        case '$':
            if (m_quote == '"') return escaped('$', 2);
            break;
        case 'x':
            return hexEscape();
        default:
            break;
        }
        return plain('\\');
    }

    bool hexEscape() {
        const int high = m_at + 2 < m_line.size() ? hexDigit(m_line[m_at + 2]) : -1;
        const int low = m_at + 3 < m_line.size() ? hexDigit(m_line[m_at + 3]) : -1;
        if (high < 0 || low < 0) return fail("haproxy.escape", "\\x needs two hexadecimal digits.", m_at);
        return escaped(static_cast<char>(high * 16 + low), 4);
    }

    bool escaped(char c, std::size_t length) {
        put(c);
        m_at += length;
        return true;
    }

    bool variable() {
        const std::size_t start = m_at++;
        const bool braces = m_at < m_line.size() && m_line[m_at] == '{';
        if (braces) ++m_at;
        std::string name;
        if (m_at >= m_line.size() || !isNameStart(m_line[m_at]))
            return fail("haproxy.variable", "$ is not followed by the name of a variable.", start);
        while (m_at < m_line.size() && isNameCharacter(m_line[m_at]))
            name += m_line[m_at++];
        if (braces && (m_at >= m_line.size() || m_line[m_at++] != '}'))
            return fail("haproxy.variable", fmt::format("${{{} has no closing brace.", name), start);
        m_word.add(Word::variable(name));
        m_inWord = true;
        return true;
    }

    void put(char c) {
        m_word.add(Word::text(std::string_view(&c, 1)));
        m_inWord = true;
    }

    void endWord() {
        if (m_inWord) m_words.push_back(std::move(m_word));
        m_word = Word();
        m_inWord = false;
    }

    bool fail(std::string code, std::string message, std::size_t at) {
        m_error = Error{ErrorKind::invalidInput, std::move(code), std::move(message), "", {}};
        m_error->place.column = at + 1;
        return false;
    }

    std::string_view m_line;
    std::size_t m_at = 0;
    char m_quote = 0;
    std::size_t m_quoteAt = 0;
    Word m_word;
    bool m_inWord = false;
    std::vector<Word> m_words;
    std::optional<std::size_t> m_commentAt;
    std::optional<Error> m_error;
};

std::string commentText(std::string_view comment) {
    comment.remove_prefix(1);
    if (!comment.empty() && comment.front() == ' ') comment.remove_prefix(1);
    return std::string(comment);
}

} // namespace

Result<std::vector<Word>> splitLine(std::string_view line) {
    return Splitter(line).run();
}

Result<Config> parse(std::string_view text) {
    Config config;
    std::vector<std::string> comments;
    std::uint64_t number = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        if (line.find('\0') != std::string_view::npos)
            return Error{ErrorKind::invalidInput,
                         "haproxy.nul",
                         "the line holds a NUL byte.",
                         "",
                         {"", "", number, 0}};
        Splitter splitter(line);
        Result<std::vector<Word>> words = splitter.run();
        if (!words) {
            Error error = std::move(words).error();
            error.place.line = number;
            return error;
        }
        if (splitter.commentAt()) comments.push_back(commentText(line.substr(*splitter.commentAt())));
        if (words->empty()) {
            // What stands at the top, before an empty line, belongs to the file.
            if (!splitter.commentAt() && config.sections.empty() && config.preamble.empty() &&
                config.comments.empty())
                config.comments = std::exchange(comments, {});
            continue;
        }
        const std::string first = words->front().shown();
        if (isSectionKeyword(first)) {
            config.sections.push_back(
                {first, {words->begin() + 1, words->end()}, {}, std::exchange(comments, {})});
            continue;
        }
        std::vector<Statement>& into =
            config.sections.empty() ? config.preamble : config.sections.back().statements;
        into.push_back({std::move(*words), std::exchange(comments, {})});
    }
    return config;
}

} // namespace alwayson::exporters::haproxy
