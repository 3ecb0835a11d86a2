#include "exporters/keepalived/parse.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>

namespace alwayson::exporters::keepalived {

namespace {

bool isBlank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string commentText(std::string_view comment) {
    comment.remove_prefix(1);
    if (!comment.empty() && comment.front() == ' ') comment.remove_prefix(1);
    return std::string(comment);
}

// One line, comments taken off, split into words.
class Line {
public:
    std::vector<Word> words;
    std::optional<std::string> comment;
    bool joinsNext = false;
    std::optional<Error> error;

    explicit Line(std::string_view line) {
        std::size_t end = line.find_last_not_of(" \t\r");
        line = line.substr(0, end == std::string_view::npos ? 0 : end + 1);
        joinsNext = !line.empty() && line.back() == '\\';
        if (joinsNext) line.remove_suffix(1);
        for (std::size_t at = 0; at < line.size() && !comment && !error;)
            at = step(line, at);
        if (!error && m_quoted) fail("keepalived.quote", "a quote is never closed.");
        endWord();
    }

private:
    std::size_t step(std::string_view line, std::size_t at) {
        const char c = line[at];
        if (c == '"') {
            m_quoted = !m_quoted;
            m_inWord = true;
            m_word.quoted = true;
            return at + 1;
        }
        if (c == '\\' &&
            (m_quoted || at + 1 >= line.size() || (line[at + 1] != '#' && line[at + 1] != '!'))) {
            fail("keepalived.unsupported", "escapes are not supported.");
            return at + 1;
        }
        if (c == '\\') return put(line[at + 1], at + 2);
        if (c == '$') return parameter(line, at);
        if (m_quoted) return put(c, at + 1);
        if (c == '#' || c == '!') {
            comment = commentText(line.substr(at));
            return line.size();
        }
        if (isBlank(c)) {
            endWord();
            return at + 1;
        }
        if (c == '\'') fail("keepalived.unsupported", "single quotes are not supported.");
        if (words.empty() && !m_inWord && (c == '@' || c == '~'))
            fail("keepalived.unsupported", "conditions and sequences are not supported.");
        return put(c, at + 1);
    }

    std::size_t parameter(std::string_view line, std::size_t at) {
        std::size_t end = at + 2;
        while (end < line.size() && isNameCharacter(line[end]))
            ++end;
        if (at + 1 >= line.size() || line[at + 1] != '{' || end == at + 2 || end >= line.size() ||
            line[end] != '}') {
            fail("keepalived.unsupported", "$ that is not ${NAME} is not supported.");
            return line.size();
        }
        m_word.add(Word::variable(line.substr(at + 2, end - at - 2)));
        m_inWord = true;
        return end + 1;
    }

    std::size_t put(char c, std::size_t next) {
        m_word.add(Word::text(std::string_view(&c, 1)));
        m_inWord = true;
        return next;
    }

    void endWord() {
        if (m_inWord) words.push_back(std::move(m_word));
        m_word = Word();
        m_inWord = false;
    }

    void fail(std::string code, std::string message) {
        if (!error) error = Error{ErrorKind::invalidInput, std::move(code), std::move(message), "", {}};
    }

    Word m_word;
    bool m_inWord = false;
    bool m_quoted = false;
};

bool isMark(const Word& word, std::string_view mark) {
    return !word.quoted && word == Word::text(mark);
}

class Parser {
public:
    Result<Config> run(std::string_view text) {
        m_open.push_back(&m_config.statements);
        while (!text.empty() && !m_error) {
            const std::size_t end = text.find('\n');
            const std::string_view line = text.substr(0, end);
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
            ++m_number;
            if (line.find('\0') != std::string_view::npos)
                fail("keepalived.nul", "the line holds a NUL byte.");
            else
                take(Line(line));
        }
        if (!m_error && m_open.size() > 1) fail("keepalived.block", "a block is never closed.");
        if (m_error) return *m_error;
        return std::move(m_config);
    }

private:
    void take(Line line) {
        if (line.error) return fail(line.error->code, line.error->message);
        if (line.comment) m_comments.push_back(*line.comment);
        m_words.insert(m_words.end(), std::make_move_iterator(line.words.begin()),
                       std::make_move_iterator(line.words.end()));
        if (line.joinsNext) return;
        if (m_words.empty()) return endOfHead(line.comment.has_value());
        statement(std::exchange(m_words, {}));
    }

    // What stands at the top, before an empty line, belongs to the file.
    void endOfHead(bool comment) {
        if (!comment && m_config.statements.empty() && m_config.comments.empty())
            m_config.comments = std::exchange(m_comments, {});
    }

    void statement(std::vector<Word> words) {
        if (words.size() == 1 && isMark(words.front(), "}")) {
            if (m_open.size() == 1) return fail("keepalived.block", "} closes nothing.");
            m_open.pop_back();
            return;
        }
        if (words.front().shown().substr(0, 7) == "include")
            return fail("keepalived.unsupported", "includes are not supported.");
        const bool opens = isMark(words.back(), "{");
        if (opens) words.pop_back();
        for (const Word& word : words)
            if (isMark(word, "{") || isMark(word, "}") || word.parts.empty())
                return fail("keepalived.block", "braces stand at the end of a line or on one of their own.");
        if (words.empty()) return fail("keepalived.block", "{ opens nothing.");
        std::vector<Statement>& into = *m_open.back();
        into.push_back({std::move(words), opens, {}, std::exchange(m_comments, {})});
        // Only the last statement of a block is ever open, so the vectors above it do not move.
        if (opens) m_open.push_back(&into.back().block);
    }

    void fail(std::string code, std::string message) {
        m_error =
            Error{ErrorKind::invalidInput, std::move(code), std::move(message), "", {"", "", m_number, 0}};
    }

    Config m_config;
    std::vector<std::vector<Statement>*> m_open;
    std::vector<Word> m_words;
    std::vector<std::string> m_comments;
    std::uint64_t m_number = 0;
    std::optional<Error> m_error;
};

} // namespace

Result<Config> parse(std::string_view text) {
    return Parser().run(text);
}

} // namespace alwayson::exporters::keepalived
