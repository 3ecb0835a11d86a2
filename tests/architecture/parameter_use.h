#pragma once
// Who reads which parameter of the catalogue, found by the names of the generated keys.

#include "core/catalogue/catalogue.h"
#include "tests/architecture/source_tree.h"

#include <cctype>

namespace alwayson::test {

// "check_inter_ms" with unit "ms" -> "checkInter", as the generated key is called.
inline std::string keyName(const std::string& id, const std::string& unit) {
    const std::size_t size = unit.empty() ? id.size() : id.size() - unit.size() - 1;
    std::string name;
    for (std::size_t i = 0; i < size; ++i) {
        if (id[i] == '_')
            name += static_cast<char>(std::toupper(id[++i]));
        else
            name += id[i];
    }
    return name;
}

// A source reads a parameter when it names the owner's keys ("key::haproxy") and the key ("checkInter").
inline bool reads(const SourceFile& file, const std::string& owner, const std::string& key) {
    if (file.text.find("key::" + owner) == std::string::npos) return false;
    const std::regex word("\\b" + key + "\\b");
    return std::regex_search(file.text, word);
}

struct Family {
    const char* space; // in front of the owner: "", "group::", ...
    const std::vector<Descriptor>* list;
};

inline std::vector<Family> families() {
    const Catalogue& c = Catalogue::builtIn();
    return {{"", &c.kinds()},
            {"domain::", &c.domains()},
            {"group::", &c.groups()},
            {"link::", &c.links()},
            {"event::", &c.events()}};
}

// Places share their parameters: they are read for all kinds of places at once, by the id of the parameter.
inline bool readsAs(const SourceFile& file, const Family& family, const Descriptor& descriptor,
                    const ParameterSpec& p) {
    if (std::string_view(family.space) == "domain::")
        return file.text.find("{\"domains\", ") != std::string::npos &&
               file.text.find('"' + p.id + '"') != std::string::npos;
    return reads(file, family.space + keyName(descriptor.id, ""), keyName(p.id, p.unit));
}

} // namespace alwayson::test
