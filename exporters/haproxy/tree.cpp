#include "exporters/haproxy/tree.h"

#include <algorithm>
#include <cassert>

namespace alwayson::exporters::haproxy {

namespace {

bool isPlain(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '\\' && c != '#' && c != '$';
    });
}

} // namespace

Word Word::keyword(std::string_view text) {
    assert(isPlain(text));
    Word word = Word::text(text);
    word.m_keyword = isPlain(text); // without asserts a bad keyword is still quoted
    return word;
}

Word Word::keyword(std::string_view name, long long number) {
    return keyword(std::string(name) + std::to_string(number));
}

Word Word::text(std::string_view text) {
    Word word;
    if (!text.empty()) word.m_parts.push_back({false, std::string(text)});
    return word;
}

Word Word::variable(std::string_view name) {
    Word word;
    word.m_parts.push_back({true, std::string(name)});
    return word;
}

Word& Word::add(const Word& more) {
    m_keyword = m_keyword && more.m_keyword;
    for (const Part& part : more.m_parts) {
        if (!part.variable && !m_parts.empty() && !m_parts.back().variable)
            m_parts.back().text += part.text;
        else
            m_parts.push_back(part);
    }
    return *this;
}

std::string Word::shown() const {
    std::string out;
    for (const Part& part : m_parts)
        out += part.variable ? "${" + part.text + "}" : part.text;
    return out;
}

std::vector<const Statement*> Section::find(std::string_view first, std::string_view second) const {
    std::vector<const Statement*> found;
    for (const Statement& statement : statements) {
        const auto is = [&](std::size_t i, std::string_view text) {
            return i < statement.words.size() && statement.words[i] == Word::text(text);
        };
        if (is(0, first) && (second.empty() || is(1, second))) found.push_back(&statement);
    }
    return found;
}

const Section* Config::find(std::string_view type, std::string_view name) const {
    for (const Section& section : sections) {
        if (section.type != type) continue;
        if (name.empty() || (!section.arguments.empty() && section.arguments.front() == Word::text(name)))
            return &section;
    }
    return nullptr;
}

bool isSectionKeyword(std::string_view word) {
    static constexpr std::string_view kKeywords[] = {
        "global",    "defaults",    "frontend",    "backend",   "listen",      "peers",
        "resolvers", "userlist",    "mailers",     "program",   "cache",       "ring",
        "fcgi-app",  "http-errors", "log-forward", "crt-store", "log-profile", "traces"};
    return std::find(std::begin(kKeywords), std::end(kKeywords), word) != std::end(kKeywords);
}

} // namespace alwayson::exporters::haproxy
