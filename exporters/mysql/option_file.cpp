#include "exporters/mysql/option_file.h"

#include "exporters/quoting/ini.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson::exporters::mysql {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n\v\f";
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

Error wrong(std::uint64_t line, std::string message) {
    return Error{ErrorKind::invalidInput, "ini.section", std::move(message), "", {"", "", line, 0}};
}

Setting settingFrom(std::string_view line) {
    const std::size_t equals = line.find('=');
    Setting setting;
    setting.name = trimmed(line.substr(0, equals));
    std::replace(setting.name.begin(), setting.name.end(), '-', '_');
    if (equals == std::string_view::npos) return setting;
    const std::string_view raw = trimmed(line.substr(equals + 1));
    setting.variable = raw.size() > 3 && raw.substr(0, 2) == "${" && raw.back() == '}';
    setting.value = setting.variable ? std::string(raw.substr(2, raw.size() - 3)) : quoting::iniRead(raw);
    return setting;
}

} // namespace

const Setting* OptionSection::find(std::string_view wanted) const {
    const auto found =
        std::find_if(settings.begin(), settings.end(), [&](const Setting& s) { return s.name == wanted; });
    return found == settings.end() ? nullptr : &*found;
}

Result<std::string> toText(const OptionFile& file) {
    std::string out;
    for (const std::string& comment : file.comments)
        out += quoting::iniComment(comment) + '\n';
    for (const OptionSection& section : file.sections) {
        out += fmt::format("\n[{}]\n", section.name);
        for (const Setting& setting : section.settings) {
            for (const std::string& comment : setting.comments)
                out += quoting::iniComment(comment) + '\n';
            Result<std::string> value = setting.variable ? Result<std::string>("${" + setting.value + "}")
                                                         : quoting::iniValue(setting.value);
            if (!value) return value.error();
            out += fmt::format("{} = {}\n", setting.name, *value);
        }
    }
    return out;
}

Result<OptionFile> parseOptionFile(std::string_view text) {
    OptionFile file;
    std::uint64_t number = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        if (line.empty() || line.front() == '#' || line.front() == ';') continue;
        if (line.front() == '[') {
            const std::size_t close = line.find(']');
            if (close == std::string_view::npos)
                return wrong(number, "the name of a section has no closing bracket.");
            file.sections.push_back({std::string(trimmed(line.substr(1, close - 1))), {}});
            continue;
        }
        if (file.sections.empty()) return wrong(number, "a setting stands before the first section.");
        file.sections.back().settings.push_back(settingFrom(line));
    }
    return file;
}

} // namespace alwayson::exporters::mysql
