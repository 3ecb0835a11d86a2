#pragma once
// What the exporter tests share.

#include "core/io/project_file.h"
#include "core/model/design.h"
#include "resources/resources.h"

#include <QtTest/QtTest>
#include <cstdlib>

#include <string>
#include <vector>

namespace alwayson::test {

inline Design designFrom(const std::string& resource) {
    Result<LoadedDesign> loaded = parseDesign(resources::find(resource), resource);
    if (!loaded) qFatal("%s", describe(loaded.error()).c_str());
    return std::move(loaded->design);
}

inline void change(Design& design, std::string_view node, const std::string& key, Value value) {
    Node changed = *design.nodes.find(node);
    changed.parameters[key] = std::move(value);
    design.nodes.replace(design.nodes.indexOf(node), std::move(changed));
}

inline void deploy(Design& design, std::string_view node, const std::string& key, Value value) {
    Node changed = *design.nodes.find(node);
    changed.deploy[key] = std::move(value);
    design.nodes.replace(design.nodes.indexOf(node), std::move(changed));
}

inline void changeGroup(Design& design, std::string_view group, const std::string& key, Value value) {
    Group changed = *design.groups.find(group);
    changed.parameters[key] = std::move(value);
    design.groups.replace(design.groups.indexOf(group), std::move(changed));
}

// The template's pair of servers behind two balancers that share 10.0.0.100.
inline Design vrrpDesign() {
    Design design = designFrom("templates/web-pair.aon.json");
    Group lb;
    lb.id = GroupId("lb");
    lb.kind = "vrrp_pair";
    lb.parameters["virtual_ip"] = std::string("10.0.0.100/24");
    design.groups.append(std::move(lb));
    Node first = *design.nodes.find("lb1");
    first.group = GroupId("lb");
    first.deploy["host"] = std::string("10.0.0.11");
    Node second = first;
    second.id = NodeId("lb2");
    second.domain = DomainId("eu-b");
    second.deploy["host"] = std::string("10.0.0.12");
    design.nodes.replace(design.nodes.indexOf("lb1"), std::move(first));
    design.nodes.append(std::move(second));
    for (std::size_t i = 0; i < design.links.size(); ++i) {
        Link link = design.links.at(i);
        if (link.from == "lb1") link.from = "lb";
        if (link.to == "lb1") link.to = "lb";
        design.links.replace(i, std::move(link));
    }
    return design;
}

// Text that breaks programs which paste strings together (behaviours B.5).
inline std::vector<std::string> hostileTexts() {
    return {"\"; DROP",
            "${file(\"/etc/passwd\")}",
            "%{ for",
            "$(id)",
            "`id`",
            "'",
            "\\",
            "\\'",
            "a\nglobal",
            "a\nserver evil 6.6.6.6:80",
            "a\r\nserver evil 6.6.6.6:80",
            "#",
            "a#b",
            "*/",
            "-->",
            "{{",
            "\"\"\"",
            "\xe2\x80\xa8server evil 6.6.6.6:80",
            "\xe2\x80\xa9x",
            "\xc2\x85server evil 6.6.6.6:80",
            "\xe2\x80\xae"
            "evil",
            "con",
            "..",
            "../../etc/passwd",
            "=cmd|",
            "$HOME",
            "${HOME}",
            "a b",
            "\ttab",
            "a\\",
            "\"",
            "\"\n    server evil 6.6.6.6:80\n",
            "\x01\x02\x7f",
            "\xff\xfe",
            "%[env(HOME)]",
            "]]>",
            "$(reboot)",
            "'; reboot; '",
            "EOF\nreboot",
            "zürich 東京 🎈",
            std::string(10240, 'x'),
            std::string(10240, '"'),
            std::string(5000, '\n'),
            "-n",
            "--help",
            "a|b",
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "\xc0\xaf"};
}

// Private namespaces may be made here: not in a chroot, whose "/" is no mount point, nor in some containers.
inline constexpr const char* kNoNamespaces =
    "keepalived's own check needs namespaces, which are not permitted here";
inline bool namespacesArePermitted() {
    static const bool permitted =
        std::system("unshare -nm true 2>/dev/null || unshare -Urnm true 2>/dev/null") == 0;
    return permitted;
}

// Changes each row of a table, its id too if need be.
template <class T, class Edit>
void editAll(Table<T>& table, Edit edit) {
    for (std::size_t i = 0; i < table.size(); ++i) {
        T entity = table.at(i);
        edit(entity);
        table.erase(i); // not replace(), which keeps the id
        table.insert(i, std::move(entity));
    }
}

} // namespace alwayson::test
