// Members of a group stand in for each other; one that calls less than the others serves only half of what it
// is asked for, and nothing shows it.

#include "core/catalogue/catalogue.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson::validation {

namespace {

// Something of the same kind does the same work: a cache of its own, a shard.
bool callsSuch(const Context& c, Index member, const Branch& branch) {
    const std::string& kind = c.node(branch.targets.front()).kind;
    return std::any_of(c.branches[member].begin(), c.branches[member].end(), [&](const Branch& own) {
        return !own.targets.empty() && c.node(own.targets.front()).kind == kind;
    });
}

// The links of some members become one of the group.
std::optional<Operation> fromTheGroup(const Design& design, const Group& group, const Link& link,
                                      const std::vector<std::string>& others) {
    Design without = design;
    without.links.erase(without.links.indexOf(link.id.str()));
    for (const std::string& other : others)
        without.links.erase(without.links.indexOf(other));
    const std::string id = group.id.str();
    if (!whyLinkRefused(without, id, link.to, link.parameters).empty()) return std::nullopt;
    std::vector<Operation> steps{
        operation::set(Collection::links, link.id.str(), "/from", id, "Link from " + id)};
    if (!others.empty()) steps.push_back(operation::removeAll(design, others));
    return operation::batch("Let all members of " + id + " call it", std::move(steps));
}

void checkGroup(const Context& c, const Group& group, Issues& issues) {
    std::vector<Index> members;
    for (const Node* member : membersOf(c.design, group.id))
        members.push_back(static_cast<Index>(c.design.nodes.indexOf(member->id.str())));
    std::vector<std::string> told; // what is called
    for (const Index member : members)
        for (const Branch& branch : c.branches[member]) {
            const std::string& to = branch.link->to;
            if (branch.link->from == group.id.str() || branch.targets.empty() ||
                std::find(told.begin(), told.end(), to) != told.end())
                continue;
            std::vector<std::string> callers, idle, where{group.id.str(), branch.link->id.str()}, others;
            for (const Index other : members) {
                (callsSuch(c, other, branch) ? callers : idle).push_back(c.node(other).displayName());
                if (!callsSuch(c, other, branch)) where.push_back(c.node(other).id.str());
                for (const Branch& its : c.branches[other])
                    if (its.link != branch.link && its.link->to == to &&
                        its.link->from == c.node(other).id.str())
                        others.push_back(its.link->id.str());
            }
            if (idle.empty()) continue;
            told.push_back(to);
            const std::string name = nameOf(c.design, group.id.str()), what = nameOf(c.design, to);
            Issue& issue = issues.warning(
                "group.members_differ", std::move(where),
                fmt::format(
                    "Of the members of {} only {} {} {}: requests that {} {} never get there, and count "
                    "as served all the same.",
                    name, listNames(callers), callers.size() == 1 ? "calls" : "call", what, listNames(idle),
                    idle.size() == 1 ? "serves" : "serve"),
                fmt::format("Let the link to {} start at {}, so that it is the link of every member.", what,
                            name));
            if (auto fix = fromTheGroup(c.design, group, *branch.link, others)) issue.operation = *fix;
        }
}

} // namespace

void checkMemberCalls(const Context& context, Issues& issues) {
    for (const Group& group : context.design.groups)
        checkGroup(context, group, issues);
}

} // namespace alwayson::validation
