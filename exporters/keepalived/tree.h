#pragma once
// A keepalived configuration as a value: statements of words, some of which open a block. Comments stand
// beside it and carry no meaning.

#include <string>
#include <string_view>
#include <vector>

namespace alwayson::exporters::keepalived {

struct Part {
    bool variable =
        false; // "${text}", a parameter that is defined above the configuration when it is installed
    std::string text;
    friend bool operator==(const Part&, const Part&) = default;
};

// One word of a line: literal text, parameters, or both one after the other.
struct Word {
    std::vector<Part> parts; // never two literals in a row, never an empty literal
    bool quoted = false;     // in double quotes: a script with its arguments

    static Word text(std::string_view text);
    static Word variable(std::string_view name);
    Word& add(const Word& more); // joins without a space
    std::string shown() const;   // with ${NAME} in place of parameters
    friend bool operator==(const Word& a, const Word& b) { return a.parts == b.parts; }
};

struct Statement {
    std::vector<Word> words;
    bool opens = false;           // followed by { block }
    std::vector<Statement> block; // only when it opens
    std::vector<std::string> comments;
    friend bool operator==(const Statement& a, const Statement& b) {
        return a.words == b.words && a.opens == b.opens && a.block == b.block;
    }
    // The statements of the block that start with this word, in order.
    std::vector<const Statement*> find(std::string_view first) const;
    // The second word of the only such statement; "" when there is none or more than one.
    std::string value(std::string_view first) const;
};

struct Config {
    std::vector<std::string> comments; // at the top
    std::vector<Statement> statements;
    friend bool operator==(const Config& a, const Config& b) { return a.statements == b.statements; }
    // The first statement with this word in front; nullptr when there is none.
    const Statement* find(std::string_view first) const;
};

} // namespace alwayson::exporters::keepalived
