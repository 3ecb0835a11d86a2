// Nodes that are in no zone while those around them are: no failure of a zone can be felt there.

#include "core/catalogue/catalogue.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

namespace alwayson::validation {

namespace {

// Half the size of a card, roughly: boxes of nodes have a corner only.
constexpr double kHalfCard[] = {86, 36};

bool stands(const Node& node) {
    return !hasRole(node, "client") && !hasRole(node, "external");
}

// From the middle of the card to the box of the place; infinite where one of them is not drawn.
double distance(const Design& design, const Node& node, const Domain& zone) {
    const auto card = design.canvas.find(node.id.str());
    const auto box = design.canvas.find(zone.id.str());
    if (card == design.canvas.end() || box == design.canvas.end())
        return std::numeric_limits<double>::infinity();
    const auto outside = [](double at, double from, double length) {
        return std::max({0.0, from - at, at - from - length});
    };
    const double x = outside(card->second.x + kHalfCard[0], box->second.x, box->second.width);
    const double y = outside(card->second.y + kHalfCard[1], box->second.y, box->second.height);
    return x * x + y * y;
}

// Those around a node that are in zones: members of its group, else whom it calls and who calls it.
std::map<const Domain*, int> zonesAround(const Context& c, Index index, bool& mates) {
    const Node& node = c.node(index);
    std::map<const Domain*, int> zones;
    const auto add = [&](const Node& other) {
        if (const Domain* zone = stands(other) ? placeWithRole(c.design, other, "zone") : nullptr)
            ++zones[zone];
    };
    if (node.group)
        for (const Node* other : membersOf(c.design, *node.group))
            add(*other);
    mates = !zones.empty();
    if (mates || (node.group && membersOf(c.design, *node.group).size() > 1)) return zones;
    for (const Index caller : c.callers[index])
        add(c.node(caller));
    for (const Index target : c.targetsOf(index))
        add(c.node(target));
    return zones;
}

// The nearest on the canvas, else the one with the most of those around it.
const Domain* zoneFor(const Context& c, const Node& node, const std::map<const Domain*, int>& around) {
    const Domain* best = nullptr;
    double nearest = 0;
    int most = 0;
    for (const Domain& zone : c.design.domains) {
        const auto chain = domainChain(c.design, zone.id);
        const auto isOwn = [&](const Domain* place) { return node.domain && place->id == *node.domain; };
        const Descriptor* kind = Catalogue::builtIn().domain(zone.kind);
        if (!kind || !kind->hasRole("zone") ||
            (node.domain && std::none_of(chain.begin(), chain.end(), isOwn)))
            continue;
        const double far = distance(c.design, node, zone);
        const auto at = around.find(&zone);
        const int count = at == around.end() ? 0 : at->second;
        if (best && (far > nearest || (far == nearest && count <= most))) continue;
        best = &zone;
        nearest = far;
        most = count;
    }
    return best;
}

void checkNode(const Context& c, Index index, Issues& issues) {
    const Node& node = c.node(index);
    if (!stands(node) || !node.dependsOn.empty() || placeWithRole(c.design, node, "zone")) return;
    bool mates = false;
    const auto around = zonesAround(c, index, mates);
    if (around.empty()) return;
    const Domain* zone = zoneFor(c, node, around);
    const std::string name = c.name(index);
    const std::string says = fmt::format(
        "{} is in no zone, but {} {}: no outage of a zone touches it, and its traffic with what is in one is "
        "priced as traffic between zones.",
        name,
        mates ? fmt::format("other members of {}", nameOf(c.design, node.group->str()))
              : std::string("what it works with"),
        mates ? "are" : "is");
    const std::string cure = zone ? fmt::format("Put {} into {}.", name, placeName(*zone))
                                  : fmt::format("Put {} into a zone.", name);
    Issue& issue = mates ? issues.warning("place.no_zone", {node.id.str()}, says, cure)
                         : issues.hint("place.no_zone", {node.id.str()}, says, cure);
    if (zone)
        issue.operation = operation::set(Collection::nodes, node.id.str(), "/domain", zone->id.str(),
                                         "Put " + node.id.str() + " into " + zone->id.str());
}

} // namespace

void checkPlaces(const Context& context, Issues& issues) {
    for (Index i = 0; i < context.design.nodes.size(); ++i)
        checkNode(context, i, issues);
}

} // namespace alwayson::validation
