#include "core/model/design.h"

#include <algorithm>
#include <fmt/format.h>

namespace alwayson {

std::vector<const Node*> membersOf(const Design& design, const GroupId& group) {
    std::vector<const Node*> members;
    for (const Node& node : design.nodes)
        if (node.group == group) members.push_back(&node);
    return members;
}

std::vector<const Domain*> domainChain(const Design& design, const DomainId& domain) {
    std::vector<const Domain*> chain;
    const Domain* at = design.domains.find(domain.str());
    while (at && std::find(chain.begin(), chain.end(), at) == chain.end()) {
        chain.push_back(at);
        at = at->parent ? design.domains.find(at->parent->str()) : nullptr;
    }
    return chain;
}

const Domain* lowestCommonDomain(const Design& design, const Node& a, const Node& b) {
    if (!a.domain || !b.domain) return nullptr;
    const auto ofB = domainChain(design, *b.domain);
    for (const Domain* domain : domainChain(design, *a.domain))
        if (std::find(ofB.begin(), ofB.end(), domain) != ofB.end()) return domain;
    return nullptr;
}

std::vector<RequestClass> classesOf(const Node& client) {
    if (!client.classes.empty()) return client.classes;
    RequestClass read;
    read.id = "read";
    read.share = 0.8;
    RequestClass write;
    write.id = "write";
    write.share = 0.2;
    write.writes = true;
    return {read, write};
}

const Crew* Settings::crew(std::string_view id) const {
    const auto found =
        std::find_if(crews.begin(), crews.end(), [&](const Crew& one) { return one.id == id; });
    return found == crews.end() ? nullptr : &*found;
}

std::string freshId(const Design& design, std::string_view base) {
    std::string id = slugId(base);
    for (int suffix = 2; design.hasId(id); ++suffix)
        id = fmt::format("{}-{}", slugId(base), suffix);
    return id;
}

} // namespace alwayson
