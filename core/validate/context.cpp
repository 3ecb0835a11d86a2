#include "core/validate/context.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/text/sentence.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
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

bool areClose(double a, double b) {
    return a == b || std::abs(a - b) <= 1e-9 * a; // both may be infinite
}

bool areAlike(const Context& c, Index a, Index b) {
    const Node& x = c.node(a);
    const Node& y = c.node(b);
    const auto sameLink = [](const Branch& left, const Branch& right) { return left.link == right.link; };
    const auto& ofA = c.branches[a];
    const auto& ofB = c.branches[b];
    return x.kind == y.kind && x.parameters == y.parameters && x.failureModes == y.failureModes &&
           x.defaultFailureModes == y.defaultFailureModes &&
           areClose(c.carried[a].perSecond, c.carried[b].perSecond) &&
           std::equal(ofA.begin(), ofA.end(), ofB.begin(), ofB.end(), sameLink) &&
           areClose(c.load.requestsPerS[a], c.load.requestsPerS[b]);
}

std::vector<Alike> findAlike(const Context& c) {
    std::vector<Alike> all;
    std::map<std::string, std::vector<std::size_t>, std::less<>> ofGroup; // positions in all
    for (Index i = 0; i < c.design.nodes.size(); ++i) {
        const auto& group = c.node(i).group;
        Alike* home = nullptr;
        if (group)
            for (std::size_t candidate : ofGroup[group->str()])
                if (areAlike(c, all[candidate].first(), i)) home = &all[candidate];
        if (home) {
            home->nodes.push_back(i);
            continue;
        }
        if (group) ofGroup[group->str()].push_back(all.size());
        all.push_back({{i}, {}});
    }
    for (Alike& each : all) {
        each.name = c.name(each.first());
        if (each.nodes.size() == 2) each.name += fmt::format(" (and {})", c.name(each.nodes[1]));
        if (each.nodes.size() > 2) each.name += fmt::format(" (and {} like it)", each.nodes.size() - 1);
    }
    return all;
}

} // namespace

Context::Context(const Design& d, const NormalOperation& n)
    : design(d), normal(n), load(n.load), carried(n.carried), branches(d.nodes.size()),
      callers(d.nodes.size()), reached(d.nodes.size(), false), lookups(d),
      longestTimeouts(lookups.longestTimeouts()) {
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
    for (const Link& link : design.links)
        linkTargets.push_back(nodesOf(link.to));
    for (std::size_t i = 0; i < design.links.size(); ++i) {
        const Link& link = design.links.at(i);
        Branch branch{&link, static_cast<Index>(i), linkTargets[i],
                      get(link.parameters, key::link::request::optional), 1};
        if (const Group* group = design.groups.find(link.to))
            if (const auto needed = get(*group, key::group::pool::needed))
                branch.needed = static_cast<std::size_t>(*needed);
        for (Index from : nodesOf(link.from))
            branches[from].push_back(branch);
    }
    for (std::size_t from = 0; from < branches.size(); ++from)
        for (const Branch& branch : branches[from])
            for (Index to : branch.targets)
                if (callers[to].empty() || callers[to].back() != from)
                    callers[to].push_back(static_cast<Index>(from));
    alike = findAlike(*this);
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

std::vector<std::string> Context::where(const Alike& nodes, const std::vector<std::string>& more) const {
    std::vector<std::string> list = ids(nodes.nodes);
    for (const std::string& id : more)
        if (std::find(list.begin(), list.end(), id) == list.end()) list.push_back(id);
    return list;
}

Operation forAll(const Context& context, const Alike& alike,
                 const std::function<Operation(const Node&)>& fix) {
    if (alike.nodes.size() == 1) return fix(context.node(alike.first()));
    std::vector<Operation> operations;
    for (Index node : alike.nodes)
        operations.push_back(fix(context.node(node)));
    std::string label = operations.front().label;
    return operation::batch(std::move(label), std::move(operations));
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

std::string placeName(const Domain& domain) {
    const auto lower = [](std::string text) {
        for (char& one : text)
            if (one >= 'A' && one <= 'Z') one = static_cast<char>(one - 'A' + 'a');
        return text;
    };
    const Descriptor* kind = Catalogue::builtIn().domain(domain.kind);
    const std::string title = kind ? lower(kind->title) : "place";
    const std::string name = shownName(domain.displayName());
    return lower(name).starts_with(title) ? name : title + " " + name;
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
