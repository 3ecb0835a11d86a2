// Calls that are made to each of several nodes, though only one of them is meant: links do not stand in for
// each other, members of a group do.

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace alwayson::validation {

namespace {

namespace req = key::link::request;

// Both are called for at least some of the same requests.
bool sameRequests(const Link& a, const Link& b) {
    const auto access = [](const Link& link) { return get(link.parameters, req::access); };
    if (access(a) != access(b) && access(a) != req::Access::asRequest && access(b) != req::Access::asRequest)
        return false;
    return a.classes.empty() || b.classes.empty() ||
           std::any_of(a.classes.begin(), a.classes.end(), [&](const auto& id) { return b.carries(id); });
}

// A chance below one call per request is how people write "one or the other".
bool isChance(const Link& link) {
    return get(link.parameters, req::callsPerRequest) < 1;
}

template <class A, class B>
bool intersect(const A& a, const B& b) {
    return std::any_of(a.begin(), a.end(),
                       [&](Index one) { return std::find(b.begin(), b.end(), one) != b.end(); });
}

// "web" of web1: what is left in front of a number at the end; the whole name when it has none.
std::string_view stem(std::string_view id) {
    return id.substr(0, id.find_last_not_of("0123456789") + 1);
}

// Balancers in front of the same servers.
bool balanceTheSame(const Context& c, const Branch& a, const Branch& b) {
    const auto behind = [&](const Branch& branch) {
        std::vector<Index> all;
        for (Index balancer : branch.targets)
            for (Index target : c.targetsOf(balancer))
                all.push_back(target);
        return all;
    };
    const auto isBalancer = [&](Index node) { return c.balancer[node]; };
    return std::all_of(a.targets.begin(), a.targets.end(), isBalancer) &&
           std::all_of(b.targets.begin(), b.targets.end(), isBalancer) && intersect(behind(a), behind(b));
}

// web1 and web2, called by a client itself: a server may well call several shards, a person's browser does
// not.
bool areNumbered(const Context& c, Index caller, const Branch& a, const Branch& b) {
    const Node* one = c.design.nodes.find(a.link->to);
    const Node* other = c.design.nodes.find(b.link->to);
    return c.client[caller] && one && other && one->kind == other->kind && hasRole(*one, "compute") &&
           stem(one->id.str()) == stem(other->id.str()) && stem(one->id.str()) != one->id.str();
}

bool standIn(const Context& c, Index caller, const Branch& a, const Branch& b) {
    if (a.targets.empty() || b.targets.empty() || intersect(a.targets, b.targets)) return false;
    if (!sameRequests(*a.link, *b.link) || isChance(*a.link) || isChance(*b.link)) return false;
    return balanceTheSame(c, a, b) || areNumbered(c, caller, a, b);
}

std::string freeId(const Design& design) {
    const auto taken = [&](const std::string& id) {
        return design.nodes.contains(id) || design.domains.contains(id) || design.groups.contains(id) ||
               design.links.contains(id) || design.scenarios.contains(id) || design.objectives.contains(id);
    };
    std::string id = "pool";
    for (int i = 2; taken(id); ++i)
        id = fmt::format("pool{}", i);
    return id;
}

// Into one group, with one link to it; nothing where the nodes are in groups already or of different kinds.
std::optional<Operation> grouped(const Design& design, const std::vector<const Link*>& links) {
    const Node* first = design.nodes.find(links.front()->to);
    const Descriptor* kind = first ? Catalogue::builtIn().kind(first->kind) : nullptr;
    if (!kind || kind->groups.empty()) return std::nullopt;
    Group group{GroupId(freeId(design)), kind->groups.front(), "", std::nullopt, {}, {}, {}};
    const std::string id = group.id.str();
    std::vector<Operation> steps{operation::insertGroup(group)};
    std::vector<std::string> others;
    for (const Link* link : links) {
        const Node* node = design.nodes.find(link->to);
        if (!node || node->group || node->kind != first->kind || link->classes != links.front()->classes ||
            link->parameters != links.front()->parameters)
            return std::nullopt;
        steps.push_back(operation::set(Collection::nodes, node->id.str(), "/group", id,
                                       "Put " + node->id.str() + " into " + id));
        if (link != links.front()) others.push_back(link->id.str());
    }
    steps.push_back(operation::set(Collection::links, links.front()->id.str(), "/to", id, "Link to " + id));
    steps.push_back(operation::removeAll(design, others));
    return operation::batch("Let the callers use either", std::move(steps));
}

void checkCallsEach(const Context& c, Issues& issues) {
    std::set<std::string> reported; // first links: callers in a group share them
    for (Index caller = 0; caller < c.branches.size(); ++caller) {
        if (c.balancer[caller]) continue; // it sends each request to one of them
        const auto& branches = c.branches[caller];
        std::vector<bool> told(branches.size(), false);
        for (std::size_t i = 0; i < branches.size(); ++i) {
            if (told[i]) continue;
            std::vector<const Link*> links{branches[i].link};
            for (std::size_t j = i + 1; j < branches.size(); ++j) {
                if (told[j] || !standIn(c, caller, branches[i], branches[j])) continue;
                told[j] = true;
                links.push_back(branches[j].link);
            }
            if (links.size() < 2 || !reported.insert(links.front()->id.str()).second) continue;
            std::vector<std::string> where{c.node(caller).id.str()}, names;
            for (const Link* link : links) {
                where.push_back(link->id.str());
                names.push_back(nameOf(c.design, link->to));
            }
            const std::string all = listNames(names, 4);
            Issue& issue =
                issues.warning("redundancy.calls_each", std::move(where),
                               fmt::format("{} calls {} for every request, one after the other: they do not "
                                           "stand in for each other, and when any one of "
                                           "them fails, so does the request.",
                                           c.name(caller), all),
                               fmt::format("Put {} into one group (a pool) and link {} to the group: each "
                                           "call then goes to one of them.",
                                           all, c.name(caller)));
            if (auto fix = grouped(c.design, links)) issue.operation = std::move(*fix);
        }
    }
}

// The same caller, or the group it is in.
bool sameCaller(const Design& design, const std::string& a, const std::string& b) {
    const auto isIn = [&](const std::string& node, const std::string& group) {
        const Node* found = design.nodes.find(node);
        return found && found->group && found->group->str() == group;
    };
    return a == b || isIn(a, b) || isIn(b, a);
}

void checkBesideGroup(const Context& c, const Link& link, Issues& issues) {
    const Node* to = c.design.nodes.find(link.to);
    const Group* group = to && to->group ? c.design.groups.find(to->group->str()) : nullptr;
    // Of these groups only the one member that serves may be called: a finding of its own.
    if (!group || hasRole(*group, "one_active") || hasRole(*group, "one_writer")) return;
    for (const Link& other : c.design.links) {
        if (other.to != group->id.str() || !sameCaller(c.design, link.from, other.from) ||
            !sameRequests(link, other))
            continue;
        const Node* from = c.design.nodes.find(link.from);
        const auto members = from ? std::vector{from} : membersOf(c.design, GroupId(link.from));
        const bool balancer = !members.empty() && hasRole(*members.front(), "balancer");
        const std::string who = nameOf(c.design, link.from), member = nameOf(c.design, link.to),
                          name = nameOf(c.design, group->id.str());
        Issue& issue =
            issues.warning("redundancy.link_beside_group",
                           {link.id.str(), other.id.str(), link.from, link.to, group->id.str()},
                           balancer ? fmt::format("{} has a link to {} beside the one to {}, in which it is: "
                                                  "it is one server all the same and gets no "
                                                  "larger share.",
                                                  who, member, name)
                                    : fmt::format("{} calls {} for every request besides calling {}, in "
                                                  "which it is: when {} fails, so does every request, "
                                                  "whatever the rest of {} does.",
                                                  who, member, name, member, name),
                           fmt::format("Remove the link to {}.", member));
        issue.operation = operation::removeAll(c.design, {link.id.str()});
        return;
    }
}

// Calls to a member that has to be started before it serves, past the pool that would start it.
void checkCallsStandby(const Context& c, const Link& link, Issues& issues) {
    const Node* to = c.design.nodes.find(link.to);
    const Group* group = to && to->group ? c.design.groups.find(to->group->str()) : nullptr;
    if (!group || !hasRole(*group, "pool") || !(get(*group, key::group::pool::activation).mean() > 0)) return;
    const std::vector<const Node*> members = membersOf(c.design, group->id);
    const std::int64_t standby = get(*group, key::group::pool::standby);
    const auto serving = std::max<std::int64_t>(1, static_cast<std::int64_t>(members.size()) - standby);
    const auto rank = std::find(members.begin(), members.end(), to) - members.begin();
    // Who calls all of them one by one calls the pool.
    const bool callsAll = std::all_of(members.begin(), members.end(), [&](const Node* member) {
        return anyIn(c.design.links, [&](const Link& other) {
            return other.to == member->id.str() && sameCaller(c.design, link.from, other.from);
        });
    });
    if (standby <= 0 || rank < serving || callsAll) return;
    const std::string name = nameOf(c.design, link.to), pool = nameOf(c.design, group->id.str());
    issues.warning(
        "redundancy.calls_standby", {link.id.str(), link.from, link.to, group->id.str()},
        fmt::format("{} calls {}, which stands by in {} and has to be started first: it refuses every "
                    "call for as long as the others work.",
                    nameOf(c.design, link.from), name, pool),
        fmt::format("Link {} to {} instead.", nameOf(c.design, link.from), pool));
}

} // namespace

void checkStandIns(const Context& context, Issues& issues) {
    checkCallsEach(context, issues);
    for (const Link& link : context.design.links)
        checkBesideGroup(context, link, issues);
    for (const Link& link : context.design.links)
        checkCallsStandby(context, link, issues);
}

} // namespace alwayson::validation
