#pragma once
// An option file of MariaDB or MySQL as a value: sections of settings.

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace alwayson::exporters::mysql {

struct Setting {
    std::string name;                  // [a-z0-9_]+
    std::string value;                 // what the server reads; the name of a variable when `variable`
    std::vector<std::string> comments; // lines above it, without "#"
    bool variable = false;             // written ${NAME}: filled in by apply.sh, the server never sees it
    friend bool operator==(const Setting& a, const Setting& b) {
        return a.name == b.name && a.value == b.value && a.variable == b.variable;
    }
};

struct OptionSection {
    std::string name; // "mariadbd"
    std::vector<Setting> settings;
    friend bool operator==(const OptionSection&, const OptionSection&) = default;
    // nullptr when it is not set.
    const Setting* find(std::string_view name) const;
};

struct OptionFile {
    std::vector<std::string> comments; // at the top
    std::vector<OptionSection> sections;
    friend bool operator==(const OptionFile& a, const OptionFile& b) { return a.sections == b.sections; }
};

// Values go through quoting/ini.h, comments are cleaned; parse(toText(f)) == f. Errors: those of
// quoting::iniValue. O(n).
Result<std::string> toText(const OptionFile& file);

// Reads a file as the server does: blank lines, # and ; comments, [section], name = value, names with - or _
// alike. Errors: "ini.section" (a setting before the first section, a bracket that is not closed), with the
// line. O(n).
Result<OptionFile> parseOptionFile(std::string_view text);

} // namespace alwayson::exporters::mysql
