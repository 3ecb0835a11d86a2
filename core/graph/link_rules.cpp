#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/graph/request_graph.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace alwayson {

namespace {

// One end of a link: a node, or a group with its members.
struct End {
    std::string name;
    bool isGroup = false;
    std::vector<const Node*> nodes;
};

std::optional<End> endOf(const Design& design, std::string_view id) {
    if (const Node* node = design.nodes.find(id)) return End{node->displayName(), false, {node}};
    if (const Group* group = design.groups.find(id))
        return End{group->displayName(), true, membersOf(design, group->id)};
    return std::nullopt;
}

const Descriptor* kindOf(const Node& node) {
    return Catalogue::builtIn().kind(node.kind);
}

std::string titleOf(const Node& node) {
    const Descriptor* kind = kindOf(node);
    return kind ? kind->title : node.kind;
}

bool mayCall(const Descriptor& caller, const Descriptor& called) {
    return std::any_of(called.roles.begin(), called.roles.end(), [&](const std::string& role) {
        return std::find(caller.calls.begin(), caller.calls.end(), role) != caller.calls.end();
    });
}

std::string joined(const std::vector<std::string>& titles, const char* last) {
    std::string text;
    for (std::size_t i = 0; i < titles.size(); ++i)
        text += (i == 0 ? "" : i + 1 == titles.size() ? fmt::format(" {} ", last) : ", ") + titles[i];
    return text;
}

// "It can call HAProxy, Server or External service."
std::string whatItMayCall(const Descriptor& caller) {
    std::vector<std::string> titles;
    for (const Descriptor& kind : Catalogue::builtIn().kinds())
        if (mayCall(caller, kind)) titles.push_back(kind.title);
    if (titles.empty())
        return fmt::format("{} calls nothing: draw the link towards it instead.", caller.title);
    return fmt::format("{} can call: {}.", caller.title, joined(titles, "and"));
}

std::string whoMayCall(const Descriptor& called) {
    std::vector<std::string> titles;
    for (const Descriptor& kind : Catalogue::builtIn().kinds())
        if (mayCall(kind, called)) titles.push_back(kind.title);
    if (titles.empty())
        return fmt::format("Nothing calls {}: draw the link from there instead.", called.title);
    return fmt::format("{} can be called by: {}.", called.title, joined(titles, "and"));
}

std::string whyKindsRefuse(const Node& caller, const Node& called) {
    const Descriptor* from = kindOf(caller);
    const Descriptor* to = kindOf(called);
    if (!from || !to) return {}; // an unknown kind is refused when the file is read
    if (mayCall(*from, *to)) return {};
    return fmt::format("{} ({}) cannot be called by {} ({}). {} {}", called.displayName(), titleOf(called),
                       caller.displayName(), titleOf(caller), whatItMayCall(*from), whoMayCall(*to));
}

std::string whyEndsRefuse(const End& from, const End& to) {
    for (const End* end : {&from, &to})
        if (end->isGroup && end->nodes.empty())
            return fmt::format("The group {} has no members yet. Put nodes into it first, then link it.",
                               end->name);
    std::set<std::pair<std::string, std::string>> seen; // kinds decide: one pair of each is enough
    for (const Node* caller : from.nodes)
        for (const Node* called : to.nodes) {
            if (!seen.emplace(caller->kind, called->kind).second) continue;
            std::string why = whyKindsRefuse(*caller, *called);
            if (!why.empty()) return why;
        }
    return {};
}

// A balancer reaches each server once: a second way to it would get it a double share here, and none in
// HAProxy.
std::string whyReachedTwice(const Design& design, const End& caller, std::string_view from,
                            const End& called) {
    if (caller.nodes.empty() || !hasRole(*caller.nodes.front(), "balancer")) return {};
    for (const Link& link : design.links) {
        if (link.from != from) continue;
        const std::optional<End> other = endOf(design, link.to);
        if (!other || other->isGroup == called.isGroup) continue;
        for (const Node* node : other->nodes)
            if (std::find(called.nodes.begin(), called.nodes.end(), node) != called.nodes.end())
                return fmt::format(
                    "{} already reaches {} through {}. Remove that link first, or leave this one out.",
                    caller.name, node->displayName(),
                    other->isGroup ? "the group " + other->name : "a link of its own");
    }
    return {};
}

// A second link between the same ends: only one for reads beside one for writes.
std::string whyThereAlready(const Design& design, const Link& added, const End& caller, const End& called) {
    using key::link::request::Access;
    const auto accessOf = [](const Link& link) { return get(link.parameters, key::link::request::access); };
    const Access wanted = accessOf(added);
    for (const Link& link : design.links) {
        if (link.from != added.from || link.to != added.to) continue;
        const Access there = accessOf(link);
        if (there != wanted && there != Access::asRequest && wanted != Access::asRequest) continue;
        return fmt::format("{} already calls {}. Select that link to change how often and how.", caller.name,
                           called.name);
    }
    return {};
}

} // namespace

std::string whyLinkRefused(const Design& design, std::string_view from, std::string_view to,
                           const Parameters& parameters) {
    const std::optional<End> caller = endOf(design, from), called = endOf(design, to);
    if (!caller)
        return fmt::format("There is no node or group named \"{}\". A link starts at a node or a group.",
                           from);
    if (!called)
        return fmt::format("There is no node or group named \"{}\". A link ends at a node or a group.", to);
    if (from == to)
        return fmt::format("{} cannot call itself. Draw the link to another node or group.", caller->name);
    std::string why = whyEndsRefuse(*caller, *called);
    if (!why.empty()) return why;
    Link link;
    link.from = from;
    link.to = to;
    link.parameters = parameters;
    why = whyThereAlready(design, link, *caller, *called);
    if (!why.empty()) return why;
    why = whyReachedTwice(design, *caller, from, *called);
    if (!why.empty()) return why;
    const std::vector<std::string> cycle = findRequestCycle(design, &link);
    if (!cycle.empty())
        return fmt::format(
            "This link would close a request cycle: {}. Requests would never end; remove one of these "
            "links or draw this one the other way round.",
            describeCycle(design, cycle));
    return {};
}

} // namespace alwayson
