#include "exporters/keepalived/tree.h"

namespace alwayson::exporters::keepalived {

Word Word::text(std::string_view text) {
    Word word;
    if (!text.empty()) word.parts.push_back({false, std::string(text)});
    return word;
}

Word Word::variable(std::string_view name) {
    Word word;
    word.parts.push_back({true, std::string(name)});
    return word;
}

Word& Word::add(const Word& more) {
    for (const Part& part : more.parts) {
        if (!part.variable && !parts.empty() && !parts.back().variable)
            parts.back().text += part.text;
        else
            parts.push_back(part);
    }
    return *this;
}

std::string Word::shown() const {
    std::string out;
    for (const Part& part : parts)
        out += part.variable ? "${" + part.text + "}" : part.text;
    return out;
}

std::vector<const Statement*> Statement::find(std::string_view first) const {
    std::vector<const Statement*> found;
    for (const Statement& statement : block)
        if (!statement.words.empty() && statement.words.front() == Word::text(first))
            found.push_back(&statement);
    return found;
}

std::string Statement::value(std::string_view first) const {
    const std::vector<const Statement*> found = find(first);
    return found.size() == 1 && found.front()->words.size() > 1 ? found.front()->words[1].shown() : "";
}

const Statement* Config::find(std::string_view first) const {
    for (const Statement& statement : statements)
        if (!statement.words.empty() && statement.words.front() == Word::text(first)) return &statement;
    return nullptr;
}

} // namespace alwayson::exporters::keepalived
