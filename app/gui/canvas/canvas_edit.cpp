#include "app/gui/canvas/canvas_edit.h"

#include "app/gui/canvas/drop.h"
#include "core/catalogue/catalogue.h"

#include <algorithm>
#include <utility>

namespace alwayson::gui {

namespace {

CanvasBox placeOf(const QRectF& box, bool sized) {
    return {box.x(), box.y(), sized ? box.width() : 0, sized ? box.height() : 0};
}

Operation placed(const Design& design, const std::string& id, const QRectF& box) {
    return operation::place(id, placeOf(box, design.domains.contains(id)));
}

// Places of what is shown where the automatic layout put it.
void pinTheRest(const Design& design, const Boxes& boxes, const Ids& except,
                std::vector<Operation>& operations) {
    for (const auto& [id, box] : boxes)
        if (!design.canvas.contains(id) && !except.contains(id))
            operations.push_back(placed(design, id, box));
}

Ids placeAll(const Design& design, const Boxes& moved, std::vector<Operation>& operations) {
    Ids ids;
    for (const auto& [id, box] : moved) {
        operations.push_back(placed(design, id, box));
        ids.insert(id);
    }
    return ids;
}

const Descriptor* descriptorAt(std::string_view path, std::string_view& family) {
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return nullptr;
    family = path.substr(0, slash);
    const std::string_view id = path.substr(slash + 1);
    const Catalogue& catalogue = Catalogue::builtIn();
    if (family == "kinds") return catalogue.kind(id);
    if (family == "domains") return catalogue.domain(id);
    if (family == "groups") return catalogue.group(id);
    return nullptr;
}

// "web1", "web2", ... instead of "web", "web-2": what people write for machines.
std::string numberedId(const Design& design, std::string_view base) {
    for (int number = 1; number < 100000; ++number) {
        std::string id = std::string(base) + std::to_string(number);
        if (!design.hasId(id)) return id;
    }
    return freshId(design, base);
}

// The places around a new one at their edge, as large as they have to be.
Ids makeRoom(const Design& design, const Boxes& boxes, const std::string& place, QRectF inside,
             std::vector<Operation>& operations) {
    Ids grown;
    for (const Domain* domain : domainChain(design, DomainId(place))) {
        const auto found = boxes.find(domain->id.str());
        if (found == boxes.end()) break;
        const QRectF needed =
            inside.adjusted(-kDomainPadding, -kDomainHeader, kDomainPadding, kDomainPadding);
        const bool holds = found->second.adjusted(4, kDomainHeader - 4, -4, -4).contains(inside);
        if (holds) break;
        inside = found->second.united(needed);
        operations.push_back(operation::place(domain->id.str(), placeOf(inside, true)));
        grown.insert(domain->id.str());
    }
    return grown;
}

// Where a new place goes: inside of the one that holds it and apart from its neighbours, to the right of them
// where there is no room.
QRectF spotForPlace(const Design& design, const Boxes& boxes, const QRectF& dropped,
                    const std::string& parent) {
    std::vector<QRectF> neighbours;
    QRectF all;
    for (const Domain& domain : design.domains) {
        const auto found = boxes.find(domain.id.str());
        if ((domain.parent ? domain.parent->str() : std::string()) != parent || found == boxes.end())
            continue;
        neighbours.push_back(found->second);
        all = all.united(found->second);
    }
    const auto outer = boxes.find(parent);
    const QRectF room =
        outer == boxes.end() ? QRectF() : outer->second.adjusted(kGrid, 2 * kGrid, -kGrid, -kGrid);
    const auto fits = [&](const QRectF& box) {
        if (!room.isNull() && !room.contains(box)) return false;
        return std::none_of(neighbours.begin(), neighbours.end(), [&](const QRectF& other) {
            return other.adjusted(-kGrid + 1, -kGrid + 1, kGrid - 1, kGrid - 1).intersects(box);
        });
    };
    constexpr int kFarthest = 30; // steps of the grid
    const QRectF wish(snapped(dropped.topLeft()), dropped.size());
    std::optional<QRectF> best;
    double nearest = 0;
    for (int y = -kFarthest; y <= kFarthest; ++y)
        for (int x = -kFarthest; x <= kFarthest; ++x) {
            const QRectF box = wish.translated(x * kGrid, y * kGrid);
            const double distance = x * x + 1.5 * y * y; // rather beside it than below it
            if ((best && distance >= nearest) || !fits(box)) continue;
            best = box;
            nearest = distance;
        }
    if (best) return *best;
    if (all.isNull()) return {room.topLeft(), dropped.size()};
    return {{all.right() + kGrid, all.top()}, dropped.size()};
}

} // namespace

QSizeF sizeOfNew(std::string_view path) {
    if (path.starts_with("domains/")) {
        const Descriptor* descriptor = Catalogue::builtIn().domain(path.substr(8));
        const bool top = descriptor && descriptor->parents.empty();
        return top ? QSizeF(20 * kGrid, 14 * kGrid) : QSizeF(10 * kGrid, 9 * kGrid);
    }
    if (path.starts_with("groups/")) return {kCardWidth + 4 * kGrid, kCardHeight + 2 * kGrid};
    return {kCardWidth, kCardHeight};
}

bool mayJoin(const Node& node, std::string_view groupKind) {
    const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
    return kind && std::find(kind->groups.begin(), kind->groups.end(), groupKind) != kind->groups.end();
}

std::optional<Creation> createFromCatalogue(const Design& design, const Boxes& boxes, std::string_view path,
                                            QPointF topLeft) {
    std::string_view family;
    const Descriptor* descriptor = descriptorAt(path, family);
    if (!descriptor) return std::nullopt;
    const QRectF box(topLeft, sizeOfNew(path));
    Creation creation;
    std::vector<Operation> operations;
    Ids placedAlready;
    if (family == "kinds") {
        Node node;
        node.kind = descriptor->id;
        node.id = NodeId(numberedId(design, descriptor->hasRole("client") ? "clients" : descriptor->id));
        const DropTarget target = dropTargetOfNew(design, boxes, path, box);
        if (!target.domain.empty()) node.domain = DomainId(target.domain);
        if (!target.group.empty()) node.group = GroupId(target.group);
        creation.id = node.id.str();
        operations.push_back(operation::insertNode(node));
        const Landing landing =
            landingOf(design, boxes, box, target.drawn, target.group, !target.group.empty());
        operations.push_back(operation::place(creation.id, placeOf(landing.card, false)));
        placedAlready = placeAll(design, landing.moved, operations);
    } else if (family == "domains") {
        Domain domain;
        domain.kind = descriptor->id;
        domain.id = DomainId(numberedId(design, descriptor->id));
        // Up through the places until one may hold it.
        const Domain* parent = design.domains.find(domainAt(design, boxes, box.center()));
        while (parent && !domainMayLieIn(domain.kind, parent->kind))
            parent = parent->parent ? design.domains.find(parent->parent->str()) : nullptr;
        if (parent) domain.parent = parent->id;
        creation.id = domain.id.str();
        operations.push_back(operation::insertDomain(domain));
        const std::string holder = domain.parent ? domain.parent->str() : std::string();
        const QRectF spot = spotForPlace(design, boxes, box, holder);
        operations.push_back(operation::place(creation.id, placeOf(spot, true)));
        if (!holder.empty()) placedAlready = makeRoom(design, boxes, holder, spot, operations);
    } else {
        Group group;
        group.kind = descriptor->id;
        group.id = GroupId(numberedId(design, descriptor->id));
        creation.id = group.id.str();
        operations.push_back(operation::insertGroup(group));
        operations.push_back(operation::place(creation.id, placeOf(box, false)));
    }
    pinTheRest(design, boxes, placedAlready, operations);
    creation.operation = operation::batch("Add " + creation.id, std::move(operations));
    return creation;
}

Ids withContents(const Design& design, const std::vector<std::string>& ids) {
    Ids all;
    for (const std::string& id : ids) {
        all.insert(id);
        if (design.domains.contains(id))
            for (std::string& inner : contentsOf(design, id))
                all.insert(std::move(inner));
        if (design.groups.contains(id))
            for (const Node* member : membersOf(design, GroupId(id)))
                all.insert(member->id.str());
    }
    return all;
}

std::optional<Operation> moveOperation(const Design& design, const Boxes& before, const Boxes& dropped,
                                       const std::vector<std::string>& roots) {
    const Ids moving = withContents(design, roots);
    Boxes after = dropped;
    const Node* alone = roots.size() == 1 ? design.nodes.find(roots.front()) : nullptr;
    Boxes aside;
    if (const Boxes::iterator box = alone ? after.find(roots.front()) : after.end(); box != after.end()) {
        const DropTarget target = dropTargetOf(design, before, dropped, roots.front(), moving);
        const bool joins = !target.group.empty();
        const std::string own = alone->group ? alone->group->str() : std::string();
        Landing landing =
            landingOf(design, before, box->second, target.drawn, joins ? target.group : own, joins, moving);
        box->second = landing.card;
        aside = std::move(landing.moved);
    }
    Ids carried; // moved by a place that moves: their memberships stay
    for (const std::string& root : roots)
        if (design.domains.contains(root))
            for (const std::string& inner : contentsOf(design, root))
                carried.insert(inner);
    std::vector<Operation> operations;
    for (const std::string& id : moving) {
        const auto to = std::as_const(after).find(id), from = before.find(id);
        if (to == after.end() || from == before.end() || to->second == from->second) continue;
        operations.push_back(placed(design, id, to->second));
    }
    if (operations.empty()) return std::nullopt;
    std::size_t things = 0;
    std::string joined;
    for (const std::string& id : moving) {
        if (carried.contains(id)) continue;
        ++things;
        if (design.groups.contains(id)) continue;
        // By where it was dropped, not by where it found room.
        const DropTarget target = dropTargetOf(design, before, dropped, id, moving);
        const Node* node = design.nodes.find(id);
        const Domain* domain = design.domains.find(id);
        const std::optional<DomainId>& now = node ? node->domain : domain->parent;
        const std::string nowText = now ? now->str() : std::string();
        const Collection in = node ? Collection::nodes : Collection::domains;
        if (target.domain != nowText) {
            operations.push_back(operation::set(in, id, node ? "/domain" : "/parent",
                                                target.domain.empty() ? Json() : Json(target.domain),
                                                "Place " + id));
            if (!target.domain.empty()) joined = target.domain;
        }
        if (node && !target.group.empty()) {
            operations.push_back(
                operation::set(in, id, "/group", Json(target.group), "Add " + id + " to " + target.group));
            joined = target.group;
        }
    }
    Ids placedAlready = placeAll(design, aside, operations);
    placedAlready.insert(moving.begin(), moving.end());
    pinTheRest(design, before, placedAlready, operations);
    std::string label = "Move ";
    label += roots.size() == 1 ? roots.front() : std::to_string(things) + " things";
    if (!joined.empty()) label += " to " + joined;
    return operation::batch(label, std::move(operations));
}

Operation resizeOperation(const Design& design, const Boxes& boxes, const std::string& domain,
                          const QRectF& box) {
    std::vector<Operation> operations{operation::place(domain, placeOf(box, true))};
    pinTheRest(design, boxes, {domain}, operations);
    return operation::batch("Resize " + domain, std::move(operations));
}

std::optional<Creation> groupOperation(const Design& design, const std::vector<std::string>& ids,
                                       const std::string& groupKind) {
    Group group;
    group.kind = groupKind;
    std::vector<Operation> members;
    std::string base;
    for (const std::string& id : ids) {
        const Node* node = design.nodes.find(id);
        if (!node || !mayJoin(*node, groupKind)) continue;
        if (base.empty()) base = id.substr(0, id.find_last_not_of("0123456789-_") + 1);
    }
    if (base.empty()) {
        bool any = false;
        for (const std::string& id : ids)
            if (const Node* node = design.nodes.find(id)) any = any || mayJoin(*node, groupKind);
        if (!any) return std::nullopt;
        base = groupKind;
    }
    group.id = GroupId(freshId(design, base));
    members.push_back(operation::insertGroup(group));
    for (const std::string& id : ids)
        if (const Node* node = design.nodes.find(id); node && mayJoin(*node, groupKind))
            members.push_back(
                operation::set(Collection::nodes, id, "/group", Json(group.id.str()), "Group " + id));
    return Creation{operation::batch("Group into " + group.id.str(), std::move(members)), group.id.str()};
}

LinkCreation linkOperation(const Design& design, const std::string& from, const std::string& to) {
    Link link;
    link.from = from;
    link.to = to;
    std::string base = from + "-" + to;
    if (base.size() > 56) base = "link";
    link.id = LinkId(freshId(design, base));
    Operation insert = operation::insertLink(link);
    insert.label = "Link " + from + " to " + to;
    return {operation::batch("Link " + from + " to " + to, {std::move(insert)}), link.id.str()};
}

} // namespace alwayson::gui
