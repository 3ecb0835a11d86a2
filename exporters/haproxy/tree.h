#pragma once
// An HAProxy configuration as a value: sections of statements of words. Comments stand beside it and carry no
// meaning.

#include <string>
#include <string_view>
#include <vector>

namespace alwayson::exporters::haproxy {

struct Part {
    bool variable = false; // "${text}", read from the environment when HAProxy starts
    std::string text;
    friend bool operator==(const Part&, const Part&) = default;
};

// One word of a line: literal text, environment variables, or both one after the other.
class Word {
public:
    Word() = default;
    // Part of HAProxy's language: written bare. Must hold no space, control character, quote, backslash, # or
    // $.
    static Word keyword(std::string_view text);
    static Word keyword(std::string_view name,
                        long long number); // "web" "1"-style: the name, then the number
    // Text of a user or anything else that is data: quoted where it has to be.
    static Word text(std::string_view text);
    static Word variable(std::string_view name);
    Word& add(const Word& more); // joins without a space

    const std::vector<Part>& parts() const { return m_parts; }
    bool isKeyword() const { return m_keyword; }
    // The word when it holds no variable; with ${NAME} in place of variables otherwise.
    std::string shown() const;
    // Equal when HAProxy reads the same; how it is quoted does not matter.
    friend bool operator==(const Word& a, const Word& b) { return a.m_parts == b.m_parts; }

private:
    std::vector<Part> m_parts; // never two literals in a row, never an empty literal
    bool m_keyword = false;
};

struct Statement {
    std::vector<Word> words;           // empty: an empty line in the file, or comments only
    std::vector<std::string> comments; // lines above it, without "#"
    friend bool operator==(const Statement& a, const Statement& b) { return a.words == b.words; }
};

struct Section {
    std::string type;            // "global", "defaults", "frontend", "backend", ...
    std::vector<Word> arguments; // its name, "from http", ...
    std::vector<Statement> statements;
    std::vector<std::string> comments;
    friend bool operator==(const Section& a, const Section& b) {
        return a.type == b.type && a.arguments == b.arguments && a.statements == b.statements;
    }
    // The statements whose first words are these, in order.
    std::vector<const Statement*> find(std::string_view first, std::string_view second = {}) const;
};

struct Config {
    std::vector<std::string> comments; // at the top
    std::vector<Statement> preamble;   // before the first section: .if, .alert, .endif
    std::vector<Section> sections;
    friend bool operator==(const Config& a, const Config& b) {
        return a.preamble == b.preamble && a.sections == b.sections;
    }
    // The section with this type and first argument; nullptr when there is none.
    const Section* find(std::string_view type, std::string_view name = {}) const;
};

bool isSectionKeyword(std::string_view word);

} // namespace alwayson::exporters::haproxy
