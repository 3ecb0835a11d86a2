#include "exporters/quoting/sql.h"

#include "core/text/sentence.h"
#include "core/text/utf8.h"
#include "exporters/quoting/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson::exporters::quoting {

namespace {

Error refusal(std::string code, std::string_view text, std::string_view why) {
    return Error{ErrorKind::invalidInput,
                 std::move(code),
                 fmt::format("\"{}\" cannot stand in SQL: {}.", shownName(text), why),
                 "",
                 {}};
}

// Length in characters; -1 for what is no UTF-8, or with `basicOnly` holds a character beyond U+FFFF.
int characters(std::string_view text, bool basicOnly) {
    int count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) {
        const Character character = characterAt(text, at);
        if (character.length == 0 || (basicOnly && character.code > 0xffff)) return -1;
        at += character.length;
    }
    return count;
}

bool isPlain(char c) {
    return c >= ' ' && c < 0x7f && c != '\\';
}

Result<std::string> backticked(std::string_view name, std::string_view code, int most) {
    const int length = characters(name, true);
    if (length < 0) return refusal(std::string(code), name, "it is no text of the basic plane of Unicode");
    if (length > most)
        return refusal(std::string(code), name, fmt::format("it has more than {} characters", most));
    const auto isControl = [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; };
    if (std::any_of(name.begin(), name.end(), isControl))
        return refusal(std::string(code), name, "it holds a control character");
    if (!name.empty() && name.back() == ' ') return refusal(std::string(code), name, "it ends in a space");
    std::string out = "`";
    for (const char c : name) {
        if (c == '`') out += '`';
        out += c;
    }
    return out + '`';
}

} // namespace

Result<std::string> sqlText(std::string_view text) {
    if (characters(text, false) < 0) return refusal("sql.text", text, "it is no valid UTF-8");
    if (std::all_of(text.begin(), text.end(), isPlain)) {
        std::string out = "'";
        for (const char c : text) {
            if (c == '\'') out += '\'';
            out += c;
        }
        return out + '\'';
    }
    std::string out = "_utf8mb4 0x";
    for (const char c : text)
        out += fmt::format("{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    return out;
}

Result<std::string> sqlIdentifier(std::string_view name) {
    if (name.empty()) return refusal("sql.identifier", name, "it is empty");
    return backticked(name, "sql.identifier", 64);
}

Result<std::string> sqlAccount(std::string_view user, std::string_view host) {
    Result<std::string> first = backticked(user, "sql.account", 32);
    if (!first) return first;
    Result<std::string> second = backticked(host, "sql.account", 60);
    if (!second) return second;
    return *first + '@' + *second;
}

std::string sqlComment(std::string_view text) {
    return "-- " + oneLine(text, 200);
}

} // namespace alwayson::exporters::quoting
