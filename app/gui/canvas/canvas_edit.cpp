#include "app/gui/canvas/canvas_edit.h"

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

constexpr double kReach = 8; // who aims at an outline's line means the group
constexpr double kAir = 8;   // between a card that found a free spot and its neighbours

std::string groupAt(const Design& design, const Boxes& boxes, QPointF point, const Ids& moving) {
    for (const Group& group : design.groups) {
        Boxes resting;
        for (const Node* member : membersOf(design, group.id))
            if (const auto found = boxes.find(member->id.str());
                found != boxes.end() && !moving.contains(member->id.str()))
                resting.insert(*found);
        if (const auto own = boxes.find(group.id.str()); own != boxes.end()) resting.insert(*own);
        const QRectF outline = groupOutline(design, group.id, resting);
        if (outline.isNull()) continue;
        if (outline.adjusted(-kReach, -kReach, kReach, kReach).contains(point)) return group.id.str();
    }
    return {};
}

// The places around a card that found its spot at their edge, as large as they have to be.
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

} // namespace

namespace {

// Room between the edge of a place and what lies in it, so that the outline of a group fits, too.
constexpr double kInset = kDomainPadding + 8;

QRectF interior(const QRectF& place) {
    return place.adjusted(kInset, kDomainHeader + kInset / 2, -kInset, -kInset);
}

// Moved by as little as it takes to lie in `room`; as it is where that is too small.
QRectF pushedInto(QRectF box, const QRectF& room) {
    if (box.width() <= room.width())
        box.moveLeft(std::clamp(box.left(), room.left(), room.right() - box.width()));
    if (box.height() <= room.height())
        box.moveTop(std::clamp(box.top(), room.top(), room.bottom() - box.height()));
    return box;
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

QRectF freeSpot(const Design& design, const Boxes& boxes, const QRectF& dropped, const std::string& joins,
                const Ids& moving) {
    std::vector<QRectF> cards, strangers; // those of no matter which group, those of another than it joins
    for (const Node& node : design.nodes)
        if (const auto found = boxes.find(node.id.str());
            found != boxes.end() && !moving.contains(node.id.str())) {
            cards.push_back(found->second);
            if (!joins.empty() && (!node.group || node.group->str() != joins))
                strangers.push_back(found->second);
        }
    const auto covers = [&](const QRectF& box) {
        return std::any_of(cards.begin(), cards.end(),
                           [&](const QRectF& card) { return card.intersects(box); });
    };
    const std::vector<std::string> except(moving.begin(), moving.end());
    const std::string place = domainAt(design, boxes, dropped.center(), except);
    const auto placeBox = boxes.find(place);
    // What hangs over the edge of its place is drawn in two of them.
    if (!covers(dropped)) {
        if (placeBox == boxes.end() || placeBox->second.contains(dropped)) return dropped;
        const QRectF inside = pushedInto(dropped, interior(placeBox->second));
        if (!covers(inside)) return inside;
    }
    bool whole = true; // inside its place with all of it
    const auto fits = [&](const QRectF& box) {
        if (covers(box.adjusted(-kAir, -kAir, kAir, kAir))) return false;
        if (domainAt(design, boxes, box.center(), except) != place) return false;
        if (whole && placeBox != boxes.end() &&
            !placeBox->second.adjusted(4, kDomainHeader - 4, -4, -4).contains(box))
            return false;
        const std::string group = groupAt(design, boxes, box.center(), moving);
        return group.empty() || group == joins;
    };
    // The outline that grows around a new member should not touch other cards.
    Boxes resting;
    if (!joins.empty())
        for (const Node* member : membersOf(design, GroupId(joins)))
            if (const auto found = boxes.find(member->id.str());
                found != boxes.end() && !moving.contains(member->id.str()))
                resting.insert(*found);
    const QRectF outline = joins.empty() ? QRectF() : groupOutline(design, GroupId(joins), resting);
    const auto crowds = [&](const QRectF& box) {
        constexpr double kRoom = kGroupMargin + 4;
        const QRectF around = outline.united(box.adjusted(-kRoom, -kRoom, kRoom, kRoom));
        return std::any_of(strangers.begin(), strangers.end(),
                           [&](const QRectF& card) { return card.intersects(around); });
    };
    constexpr int kFarthest = 24; // steps of the grid
    constexpr double kDetour = 10 * kGrid * 10 * kGrid;
    const QPointF corner = snapped(dropped.topLeft());
    std::optional<QRectF> best;
    double nearest = 0;
    const auto search = [&] {
        for (int y = -kFarthest; y <= kFarthest; ++y)
            for (int x = -kFarthest; x <= kFarthest; ++x) {
                const QRectF box(corner + QPointF(x, y) * kGrid, dropped.size());
                const QPointF away = box.topLeft() - dropped.topLeft();
                double distance = QPointF::dotProduct(away, away);
                if (crowds(box)) distance += kDetour; // rather a little farther
                if ((best && distance >= nearest) || !fits(box)) continue;
                best = box;
                nearest = distance;
            }
    };
    search();
    whole = false; // a full place makes room
    if (!best) search();
    return best.value_or(dropped);
}

std::string groupJoinedByNew(const Design& design, const Boxes& boxes, std::string_view path,
                             const QRectF& box) {
    if (!path.starts_with("kinds/")) return {};
    Node node;
    node.kind = std::string(path.substr(6));
    const std::string group = groupAt(design, boxes, box.center(), {});
    return !group.empty() && mayJoin(node, design.groups.find(group)->kind) ? group : std::string();
}

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
        const std::string domain = domainAt(design, boxes, box.center());
        if (!domain.empty()) node.domain = DomainId(domain);
        const std::string group = groupJoinedByNew(design, boxes, path, box);
        if (!group.empty()) node.group = GroupId(group);
        creation.id = node.id.str();
        operations.push_back(operation::insertNode(node));
        const QRectF spot = freeSpot(design, boxes, box, group);
        operations.push_back(operation::place(creation.id, placeOf(spot, false)));
        if (spot != box) placedAlready = makeRoom(design, boxes, domain, spot, operations);
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

DropTarget dropTargetOf(const Design& design, const Boxes& before, const Boxes& after, std::string_view id,
                        const Ids& moving) {
    DropTarget target;
    const auto found = after.find(id);
    if (found == after.end()) return target;
    const QPointF middle = found->second.center();
    // Places that move along cannot be entered by what moves with them, unless they hold it already.
    std::vector<std::string> movingPlaces;
    for (const std::string& other : moving)
        if (design.domains.contains(other)) movingPlaces.push_back(other);
    target.domain = domainAt(design, before, middle, movingPlaces);
    // Who moves a thing about inside one place does not choose a place, wherever the thing is drawn.
    const auto start = before.find(id);
    const bool stays = start != before.end() &&
                       domainAt(design, before, start->second.center(), movingPlaces) == target.domain;
    if (const Node* node = design.nodes.find(id)) {
        if (stays) target.domain = node->domain ? node->domain->str() : std::string();
        const std::string group = groupAt(design, before, middle, moving);
        const bool groupMoves =
            node->group && (moving.contains(node->group->str()) || group == node->group->str());
        if (groupMoves) return target;
        if (!group.empty() && mayJoin(*node, design.groups.find(group)->kind)) target.group = group;
    } else if (const Domain* domain = design.domains.find(id)) {
        // Up through the places until one may hold it.
        while (!target.domain.empty() &&
               !domainMayLieIn(domain->kind, design.domains.find(target.domain)->kind)) {
            const Domain* place = design.domains.find(target.domain);
            target.domain = place->parent ? place->parent->str() : std::string();
        }
        if (stays) target.domain = domain->parent ? domain->parent->str() : std::string();
    }
    return target;
}

std::optional<Operation> moveOperation(const Design& design, const Boxes& before, const Boxes& dropped,
                                       const std::vector<std::string>& roots) {
    const Ids moving = withContents(design, roots);
    Boxes after = dropped;
    const Node* alone = roots.size() == 1 ? design.nodes.find(roots.front()) : nullptr;
    if (const Boxes::iterator box = alone ? after.find(roots.front()) : after.end(); box != after.end()) {
        const std::string joins = dropTargetOf(design, before, dropped, roots.front(), moving).group;
        const std::string own = alone->group ? alone->group->str() : std::string();
        box->second = freeSpot(design, before, box->second, joins.empty() ? own : joins, moving);
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
    pinTheRest(design, before, moving, operations);
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
