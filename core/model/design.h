#pragma once
// A design: a value. Copying is cheap (rows are shared). It changes only through core/edit/document.h.

#include "core/model/entities.h"
#include "core/model/table.h"

#include <map>
#include <string>

namespace alwayson {

struct Design {
    std::string name;
    Settings settings;
    Table<Domain> domains;
    Table<Node> nodes;
    Table<Group> groups;
    Table<Link> links;
    Table<Objective> objectives;
    Table<Scenario> scenarios;
    Table<Variant> variants;
    std::map<std::string, std::string, std::less<>> attachments; // target -> JSON text, word for word
    std::map<std::string, CanvasBox, std::less<>> canvas;        // id of a node, domain or group -> place
    UnknownFields unknown;

    // "haproxy", "web1": what an id names, among nodes, domains, groups and links.
    bool hasId(std::string_view id) const {
        return nodes.contains(id) || domains.contains(id) || groups.contains(id) || links.contains(id);
    }
    friend bool operator==(const Design&, const Design&) = default;
};

// Members of a group, in the order of the nodes. O(nodes).
std::vector<const Node*> membersOf(const Design& design, const GroupId& group);
// The domain and all that contain it, innermost first. Empty when the id is unknown. Safe on cyclic input.
std::vector<const Domain*> domainChain(const Design& design, const DomainId& domain);
// The innermost domain that holds both; nullptr when there is none.
const Domain* lowestCommonDomain(const Design& design, const Node& a, const Node& b);
// The classes a client sends: its own, or the default read and write.
std::vector<RequestClass> classesOf(const Node& client);
// An id that is free in the design, made from a base: "web" -> "web", "web-2", ...
std::string freshId(const Design& design, std::string_view base);

} // namespace alwayson
