#include "exporters/haproxy/emit.h"

#include "exporters/quoting/haproxy.h"

namespace alwayson::exporters::haproxy {

namespace {

void emitComments(std::string& out, const std::vector<std::string>& comments, std::string_view indent) {
    for (const std::string& comment : comments)
        out.append(indent).append(quoting::haproxyComment(comment)) += '\n';
}

void emitStatement(std::string& out, const Statement& statement, std::string_view indent) {
    emitComments(out, statement.comments, indent);
    if (statement.words.empty()) {
        if (statement.comments.empty()) out += '\n';
        return;
    }
    out.append(indent);
    for (std::size_t i = 0; i < statement.words.size(); ++i) {
        if (i > 0) out += ' ';
        out += toText(statement.words[i]);
    }
    out += '\n';
}

} // namespace

std::string toText(const Word& word) {
    const std::vector<Part>& parts = word.parts();
    if (parts.size() == 1 && !parts.front().variable)
        return word.isKeyword() ? parts.front().text : quoting::haproxyWord(parts.front().text);
    // Variables are only read between double quotes.
    std::string out = "\"";
    for (const Part& part : parts)
        out += part.variable ? "${" + part.text + "}" : quoting::haproxyEscaped(part.text);
    return out + '"';
}

std::string toText(const Config& config) {
    std::string out;
    emitComments(out, config.comments, "");
    if (!config.preamble.empty()) out += '\n';
    std::size_t depth = 0;
    for (const Statement& statement : config.preamble) {
        const auto starts = [&](std::string_view with) {
            return !statement.words.empty() && statement.words.front() == Word::text(with);
        };
        if (starts(".endif") && depth > 0) --depth;
        emitStatement(out, statement, std::string(4 * depth, ' '));
        if (starts(".if")) ++depth;
    }
    for (const Section& section : config.sections) {
        out += '\n';
        emitComments(out, section.comments, "");
        out += section.type;
        for (const Word& argument : section.arguments)
            (out += ' ') += toText(argument);
        out += '\n';
        for (const Statement& statement : section.statements)
            emitStatement(out, statement, "    ");
    }
    return out;
}

} // namespace alwayson::exporters::haproxy
