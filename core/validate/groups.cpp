// Groups whose members have different parts: who may be called, and by which way.

#include "core/catalogue/catalogue.h"
#include "core/validate/context.h"

#include <fmt/format.h>

namespace alwayson::validation {

namespace {

// A group with one active member is called as such: whoever is called directly may just not be the active
// one.
void checkLinkPastGroup(const Context& c, const Link& link, Issues& issues) {
    const Node* to = c.design.nodes.find(link.to);
    const Group* group = to && to->group ? c.design.groups.find(to->group->str()) : nullptr;
    if (!group || !(hasRole(*group, "one_active") || hasRole(*group, "one_writer"))) return;
    const std::string member = nameOf(c.design, link.to), name = nameOf(c.design, group->id.str());
    Issue& issue = issues.warning(
        "link.past_the_group", {link.id.str(), link.from, link.to, group->id.str()},
        fmt::format("{} calls {} past {}: after a take-over it still calls {}, which is then not the one "
                    "that serves.",
                    nameOf(c.design, link.from), member, name, member),
        fmt::format("Link to {} instead.", name));
    issue.operation = operation::set(Collection::links, link.id.str(), "/to", group->id.str(),
                                     "Link to " + group->id.str());
}

} // namespace

void checkGroupCalls(const Context& context, Issues& issues) {
    for (const Link& link : context.design.links)
        checkLinkPastGroup(context, link, issues);
}

} // namespace alwayson::validation
