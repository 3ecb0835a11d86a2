#include "core/validate/context.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/text/sentence.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace alwayson::validation {

namespace {

std::map<std::string, std::vector<Index>, std::less<>> membersByGroup(const Design& design) {
    std::map<std::string, std::vector<Index>, std::less<>> members;
    for (std::size_t i = 0; i < design.nodes.size(); ++i)
        if (design.nodes.at(i).group)
            members[design.nodes.at(i).group->str()].push_back(static_cast<Index>(i));
    return members;
}

} // namespace

Context::Context(const Design& d, const StaticLoad& l)
    : design(d), load(l), branches(d.nodes.size()), callers(d.nodes.size()), reached(d.nodes.size(), false) {
    for (const Node& each : design.nodes) {
        balancer.push_back(hasRole(each, "balancer"));
        client.push_back(hasRole(each, "client"));
    }
    const auto members = membersByGroup(design);
    const auto nodesOf = [&](const std::string& id) -> std::vector<Index> {
        const std::size_t at = design.nodes.indexOf(id);
        if (at != Table<Node>::npos) return {static_cast<Index>(at)};
        const auto found = members.find(id);
        return found == members.end() ? std::vector<Index>{} : found->second;
    };
    for (const Link& link : design.links) {
        Branch branch{&link, nodesOf(link.to), get(link.parameters, key::link::request::optional), 1};
        if (const Group* group = design.groups.find(link.to))
            if (const auto needed = get(group->parameters, key::group::pool::needed))
                branch.needed = static_cast<std::size_t>(*needed);
        for (Index from : nodesOf(link.from))
            branches[from].push_back(branch);
    }
    for (std::size_t from = 0; from < branches.size(); ++from)
        for (const Branch& branch : branches[from])
            for (Index to : branch.targets)
                if (callers[to].empty() || callers[to].back() != from)
                    callers[to].push_back(static_cast<Index>(from));
    for (Index at : load.order) {
        if (client[at]) reached[at] = true;
        if (!reached[at]) continue;
        for (const Branch& branch : branches[at])
            for (Index to : branch.targets)
                reached[to] = true;
    }
}

std::string Context::name(Index index) const {
    return shownName(node(index).displayName());
}

std::vector<std::string> Context::names(const std::vector<Index>& nodes) const {
    std::vector<std::string> list;
    for (Index index : nodes)
        list.push_back(node(index).displayName());
    return list;
}

std::vector<std::string> Context::ids(const std::vector<Index>& nodes) const {
    std::vector<std::string> list;
    for (Index index : nodes)
        list.push_back(node(index).id.str());
    return list;
}

std::vector<Index> Context::targetsOf(Index caller) const {
    std::vector<Index> all;
    for (const Branch& branch : branches[caller])
        all.insert(all.end(), branch.targets.begin(), branch.targets.end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

Issue& Issues::add(Severity severity, std::string code, std::vector<std::string> where, std::string message,
                   std::string fix) {
    m_issues.push_back(
        {std::move(code), severity, std::move(message), std::move(where), std::move(fix), std::nullopt});
    return m_issues.back();
}

Issue& Issues::error(std::string code, std::vector<std::string> where, std::string message, std::string fix) {
    return add(Severity::error, std::move(code), std::move(where), std::move(message), std::move(fix));
}

Issue& Issues::warning(std::string code, std::vector<std::string> where, std::string message,
                       std::string fix) {
    return add(Severity::warning, std::move(code), std::move(where), std::move(message), std::move(fix));
}

Issue& Issues::hint(std::string code, std::vector<std::string> where, std::string message, std::string fix) {
    return add(Severity::hint, std::move(code), std::move(where), std::move(message), std::move(fix));
}

std::vector<Issue> Issues::sorted() && {
    std::stable_sort(m_issues.begin(), m_issues.end(), [](const Issue& a, const Issue& b) {
        return std::tie(a.severity, a.code, a.where) < std::tie(b.severity, b.code, b.where);
    });
    return std::move(m_issues);
}

std::string nameOf(const Design& design, const std::string& id) {
    if (const Node* node = design.nodes.find(id)) return shownName(node->displayName());
    if (const Group* group = design.groups.find(id)) return shownName(group->displayName());
    if (const Domain* domain = design.domains.find(id)) return shownName(domain->displayName());
    return shownName(id);
}

const Domain* placeWithRole(const Design& design, const Node& node, std::string_view role) {
    if (!node.domain) return nullptr;
    for (const Domain* domain : domainChain(design, *node.domain)) {
        const Descriptor* kind = Catalogue::builtIn().domain(domain->kind);
        if (kind && kind->hasRole(role)) return domain;
    }
    return nullptr;
}

std::vector<bool> insideOf(const Design& design, const Domain& domain) {
    const auto within = [&](const DomainId& id) {
        const auto chain = domainChain(design, id);
        return std::find(chain.begin(), chain.end(), &domain) != chain.end();
    };
    std::vector<bool> inside;
    for (const Node& node : design.nodes)
        inside.push_back((node.domain && within(*node.domain)) ||
                         std::any_of(node.dependsOn.begin(), node.dependsOn.end(), within));
    return inside;
}

} // namespace alwayson::validation
