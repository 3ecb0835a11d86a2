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

// A source reads the parameter of things of any kind when it asks a thing, not its parameters, with the key
// of another kind: get(node, key::server::workers) is what MySQL says about workers too.
inline bool readsOfAnyKind(const SourceFile& file, const std::string& owner, const std::string& key) {
    const std::string name = "key::" + owner + "::";
    std::size_t at = 0;
    while ((at = file.text.find(", " + name + key, at)) != std::string::npos) {
        const std::size_t end = at + 2 + name.size() + key.size();
        const bool whole = end < file.text.size() &&
                           !std::isalnum(static_cast<unsigned char>(file.text[end])) &&
                           file.text[end] != '_' && file.text[end] != ':' && file.text[end] != '.';
        const std::size_t call = file.text.rfind("get(", at);
        const std::string asked = call == std::string::npos ? "" : file.text.substr(call + 4, at - call - 4);
        const bool thing =
            !asked.empty() && asked != "p" && !asked.ends_with("parameters") && !asked.ends_with("deploy");
        if (whole && thing) return true;
        at = end;
    }
    return false;
}

struct Family {
    const char* space; // in front of the owner: "", "group::", "part::", ...
    const std::vector<Descriptor>* list;
};

inline std::vector<Family> families() {
    const Catalogue& c = Catalogue::builtIn();
    return {{"", &c.kinds()},       {"domain::", &c.domains()}, {"group::", &c.groups()},
            {"link::", &c.links()}, {"event::", &c.events()},   {"part::", &c.parts()}};
}

// Places share their parameters: they are read for all kinds of places at once, by the id of the parameter.
inline bool readsAs(const SourceFile& file, const Family& family, const Descriptor& descriptor,
                    const ParameterSpec& p) {
    if (std::string_view(family.space) == "domain::")
        return file.text.find("{\"domains\", ") != std::string::npos &&
               file.text.find('"' + p.id + '"') != std::string::npos;
    // Nodes and groups may be asked with the key of any kind that has the parameter.
    const bool asked = std::string_view(family.space).empty() || std::string_view(family.space) == "group::";
    for (const Descriptor& other : *family.list)
        if (asked && other.id != descriptor.id && other.parameter(p.id) &&
            readsOfAnyKind(file, family.space + keyName(other.id, ""), keyName(p.id, p.unit)))
            return true;
    // Parts are plain structs: a member of a crew or of a failure mode is asked for.
    if (std::string_view(family.space) == "part::")
        return std::regex_search(
            file.text, std::regex("\\b(crew|known|mode|resolved)(\\.|->)" + keyName(p.id, p.unit) + "\\b"));
    return reads(file, family.space + keyName(descriptor.id, ""), keyName(p.id, p.unit));
}

} // namespace alwayson::test
