// Who calls whom: clients that call nothing, nodes nobody calls, links that cannot be, cycles, lost classes.

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/structure/failover_plan.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace alwayson::validation {

namespace {

void checkClients(const Context& c, Issues& issues) {
    bool any = false;
    for (Index i = 0; i < c.design.nodes.size(); ++i) {
        if (!c.client[i]) continue;
        any = true;
        if (c.branches[i].empty())
            issues.error("connectivity.idle_client", {c.node(i).id.str()},
                         fmt::format("{} calls nothing, so none of its requests can be served.", c.name(i)),
                         fmt::format("Link {} to a load balancer or a server.", c.name(i)));
    }
    if (!any && !c.design.nodes.empty())
        issues.warning("connectivity.no_client", {},
                       "The design has no clients, so there is no flow whose availability could be computed.",
                       "Add clients and link them to what they call.");
}

void checkCallers(const Context& c, Issues& issues) {
    for (Index i = 0; i < c.design.nodes.size(); ++i) {
        if (c.client[i]) continue;
        if (hasMechanism(c.node(i), "vote")) {
            if (!c.node(i).group)
                issues.warning("connectivity.idle_voter", {c.node(i).id.str()},
                               fmt::format("{} votes in no quorum, so it decides nothing.", c.name(i)),
                               fmt::format("Put {} into a quorum, or remove it.", c.name(i)));
            continue;
        }
        if (c.callers[i].empty())
            issues.warning(
                "connectivity.never_called", {c.node(i).id.str()},
                fmt::format("Nothing calls {}: it costs money and serves no request.", c.name(i)),
                fmt::format("Link something to {}, put it into a pool that is called, or remove it.",
                            c.name(i)));
        else if (!c.reached[i] && c.load.cycle.empty())
            issues.warning(
                "connectivity.unreachable", {c.node(i).id.str()},
                fmt::format("{} is called, but by nothing that a client's requests reach.", c.name(i)),
                "Link its callers to a client, or remove them.");
        if (c.balancer[i] && c.targetsOf(i).empty())
            issues.error(
                "connectivity.no_targets", {c.node(i).id.str()},
                fmt::format("{} has no server to send requests to: every request fails with 503.", c.name(i)),
                fmt::format("Link {} to a pool or to servers.", c.name(i)));
    }
}

// A manager of its own takes over between members of this group.
bool isManaged(const Context& c, const Group& group) {
    if (!hasRole(group, "one_writer") || membersOf(c.design, group.id).size() < 2) return false;
    const FailoverBy by = failoverPlan(c.design, group).by;
    return by == FailoverBy::orchestrator || by == FailoverBy::mha;
}

void checkGroups(const Context& c, Issues& issues) {
    std::set<std::string, std::less<>> inUse;
    for (const Node& node : c.design.nodes)
        if (node.group) inUse.insert(node.group->str());
    for (const Group& group : c.design.groups) {
        const std::string& id = group.id.str();
        if (inUse.contains(id)) continue;
        const std::string name = nameOf(c.design, id);
        const bool called = anyIn(c.design.links, [&](const Link& l) { return l.to == id; });
        const bool manages = anyIn(c.design.groups, [&](const Group& g) {
            return std::find(g.managerOn.begin(), g.managerOn.end(), id) != g.managerOn.end() &&
                   isManaged(c, g);
        });
        if (manages) continue; // failover.no_voters says it
        if (called)
            issues.error("connectivity.empty_group", {id},
                         fmt::format("{} is called but has no members: every call fails.", name),
                         fmt::format("Put servers into {}.", name));
        else
            issues.hint("connectivity.unused_group", {id},
                        fmt::format("{} has no members and nothing calls it.", name),
                        fmt::format("Put servers into {} or remove it.", name));
    }
}

bool mayCall(const Node& from, const Node& to) {
    const Descriptor* kind = Catalogue::builtIn().kind(from.kind);
    const Descriptor* target = Catalogue::builtIn().kind(to.kind);
    return kind && target && from.id != to.id &&
           std::any_of(kind->calls.begin(), kind->calls.end(),
                       [&](const std::string& role) { return target->hasRole(role); });
}

// The sentence that the canvas shows when such a link is drawn.
std::string reasonAgainst(const Design& design, const Link& link) {
    Design without = design;
    without.links.erase(without.links.indexOf(link.id.str()));
    return whyLinkRefused(without, link.from, link.to, link.parameters);
}

void checkLinks(const Context& c, Issues& issues) {
    std::set<std::string> refused;
    for (Index from = 0; from < c.branches.size(); ++from)
        for (const Branch& branch : c.branches[from])
            for (Index to : branch.targets)
                if (!mayCall(c.node(from), c.node(to))) refused.insert(branch.link->id.str());
    for (const std::string& id : refused) {
        const Link& link = *c.design.links.find(id);
        Issue& issue =
            issues.error("connectivity.link_refused", {id, link.from, link.to}, reasonAgainst(c.design, link),
                         "Remove this link, or link to something that can be called.");
        issue.operation = operation::removeAll(c.design, {id});
    }
    using key::link::request::Access;
    const auto accessOf = [](const Link& link) { return get(link.parameters, key::link::request::access); };
    std::map<std::pair<std::string, std::string>, const Link*> seen;
    for (const Link& link : c.design.links) {
        const auto [first, isNew] = seen.try_emplace({link.from, link.to}, &link);
        const Access here = accessOf(link), there = accessOf(*first->second);
        if (here != there && here != Access::asRequest && there != Access::asRequest) continue;
        const std::vector<std::string>& before = first->second->classes;
        const bool overlaps =
            link.classes.empty() || before.empty() ||
            std::any_of(before.begin(), before.end(), [&](const auto& id) { return link.carries(id); });
        if (isNew || !overlaps) continue;
        Issue& issue =
            issues.warning("connectivity.duplicate_link", {link.id.str(), first->second->id.str()},
                           fmt::format("Two links lead from {} to {} for the same requests.",
                                       nameOf(c.design, link.from), nameOf(c.design, link.to)),
                           "Remove one of them; for several calls per request set Calls per request.");
        issue.operation = operation::removeAll(c.design, {link.id.str()});
    }
}

void checkCycle(const Context& c, Issues& issues) {
    if (c.load.cycle.empty()) return;
    std::vector<std::string> path = c.names(c.load.cycle);
    path.push_back(path.front());
    std::string text;
    for (const std::string& name : path)
        text += (text.empty() ? "" : " -> ") + shownName(name);
    issues.error("connectivity.cycle", c.ids(c.load.cycle),
                 fmt::format("Requests go in a circle: {}. A request would never be answered.", text),
                 "Remove one of the links of the circle.");
}

bool carriesOn(const Context& c, Index node, const std::string& classId) {
    return std::any_of(c.branches[node].begin(), c.branches[node].end(),
                       [&](const Branch& branch) { return branch.link->carries(classId); });
}

// Balancers that a class reaches and that pass it on to nobody.
void followClass(const Context& c, Index client, const std::string& classId,
                 std::set<std::pair<Index, std::string>>& lost) {
    std::vector<bool> here(c.design.nodes.size(), false);
    here[client] = true;
    for (Index at : c.load.order) {
        if (!here[at]) continue;
        if (c.balancer[at] && !c.branches[at].empty() && !carriesOn(c, at, classId))
            lost.emplace(at, classId);
        for (const Branch& branch : c.branches[at])
            if (branch.link->carries(classId))
                for (Index to : branch.targets)
                    here[to] = true;
    }
}

void checkClasses(const Context& c, Issues& issues) {
    std::set<std::string> sent;
    std::set<std::pair<Index, std::string>> lost;
    for (Index i = 0; i < c.design.nodes.size(); ++i) {
        if (!c.client[i]) continue;
        double shares = 0;
        for (const RequestClass& requestClass : classesOf(c.node(i))) {
            sent.insert(requestClass.id);
            shares += requestClass.share;
            if (!c.branches[i].empty() && !carriesOn(c, i, requestClass.id))
                issues.error("connectivity.class_not_carried", {c.node(i).id.str()},
                             fmt::format("No link of {} carries its class {}, so all of these requests fail.",
                                         c.name(i), shownName(requestClass.id)),
                             "Add the class to a link, or let a link carry all classes.");
            followClass(c, i, requestClass.id, lost);
        }
        if (shares < 0.999 || shares > 1.001)
            issues.warning("connectivity.class_shares", {c.node(i).id.str()},
                           fmt::format("The shares of the classes of {} add up to {:.4g}, not to 1: it sends "
                                       "{:.4g} times its rate.",
                                       c.name(i), shares, shares),
                           "Change the shares so that they add up to 1.");
    }
    for (const auto& [node, classId] : lost)
        issues.error("connectivity.class_stops", {c.node(node).id.str()},
                     fmt::format("Requests of class {} reach {}, and none of its links carries them on.",
                                 shownName(classId), c.name(node)),
                     "Add the class to one of its links.");
    for (const Link& link : c.design.links)
        for (const std::string& classId : link.classes)
            if (!sent.contains(classId))
                issues.warning(
                    "connectivity.unknown_class", {link.id.str()},
                    fmt::format("The link from {} to {} names the class {}, which no client sends.",
                                nameOf(c.design, link.from), nameOf(c.design, link.to), shownName(classId)),
                    "Correct the name of the class or remove it from the link.");
}

} // namespace

void checkConnectivity(const Context& context, Issues& issues) {
    checkClients(context, issues);
    checkCallers(context, issues);
    checkGroups(context, issues);
    checkLinks(context, issues);
    checkCycle(context, issues);
    checkClasses(context, issues);
}

} // namespace alwayson::validation
