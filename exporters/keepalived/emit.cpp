#include "exporters/keepalived/emit.h"

#include "exporters/quoting/keepalived.h"

#include <algorithm>
#include <cassert>

namespace alwayson::exporters::keepalived {

namespace {

void emitComments(std::string& out, const std::vector<std::string>& comments, const std::string& indent) {
    for (const std::string& comment : comments)
        out.append(indent).append(quoting::keepalivedComment(comment)) += '\n';
}

// Anything else would be read as something else; build lets no such literal in. What a file had in quotes
// (parse) may go back into quotes.
[[maybe_unused]] bool canBeWritten(const Word& word) {
    return std::all_of(word.parts.begin(), word.parts.end(), [&word](const Part& part) {
        return quoting::keepalivedIsBare(part.text) ||
               (word.quoted && part.text.find_first_of("\"\\\n\r") == std::string::npos);
    });
}

void emitStatement(std::string& out, const Statement& statement, const std::string& indent) {
    emitComments(out, statement.comments, indent);
    out += indent;
    for (std::size_t i = 0; i < statement.words.size(); ++i) {
        const Word& word = statement.words[i];
        assert(canBeWritten(word));
        if (i > 0) out += ' ';
        out += word.quoted ? '"' + word.shown() + '"' : word.shown();
    }
    if (statement.opens) {
        out += " {\n";
        for (const Statement& inner : statement.block)
            emitStatement(out, inner, indent + "    ");
        out += indent + "}";
    }
    out += '\n';
}

} // namespace

std::string toText(const Config& config) {
    std::string out;
    emitComments(out, config.comments, "");
    for (const Statement& statement : config.statements) {
        out += '\n';
        emitStatement(out, statement, "");
    }
    return out;
}

} // namespace alwayson::exporters::keepalived
