#include "app/gui/canvas/drop.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

namespace alwayson::gui {

namespace {

constexpr double kReach = 8;                  // who aims at an outline's line means the group
constexpr double kAir = 8;                    // between a card that found a free spot and its neighbours
constexpr double kRow = 4 * kGrid;            // from card to card, one below the other
constexpr double kColumn = 9 * kGrid;         // and side by side
constexpr double kNear = 8 * kGrid;           // a free spot up to here is where it was dropped
constexpr double kLine = 4 * kGrid;           // rather this much farther than out of line
constexpr double kDetour = 10 * kGrid;        // rather this much farther than in the way of others
constexpr int kFarthest = 24;                 // steps of the grid
constexpr double kInset = kDomainPadding + 8; // from the edge of a place: the outline of a group fits in, too

double area(const QRectF& box) {
    return std::max(0.0, box.width()) * std::max(0.0, box.height());
}

double squared(QPointF way) {
    return QPointF::dotProduct(way, way);
}

// The boxes of the members that stay where they are, and the group's own.
Boxes restingOf(const Design& design, const Boxes& boxes, const GroupId& group, const Ids& moving) {
    Boxes resting;
    for (const Node* member : membersOf(design, group))
        if (const auto found = boxes.find(member->id.str());
            found != boxes.end() && !moving.contains(member->id.str()))
            resting.insert(*found);
    if (const auto own = boxes.find(group.str()); own != boxes.end()) resting.insert(*own);
    return resting;
}

std::string groupAt(const Design& design, const Boxes& boxes, QPointF point, const Ids& moving) {
    for (const Group& group : design.groups) {
        const QRectF outline = groupOutline(design, group.id, restingOf(design, boxes, group.id, moving));
        if (!outline.isNull() && outline.adjusted(-kReach, -kReach, kReach, kReach).contains(point))
            return group.id.str();
    }
    return {};
}

std::vector<std::string> movingPlaces(const Design& design, const Ids& moving) {
    std::vector<std::string> places;
    for (const std::string& id : moving)
        if (design.domains.contains(id)) places.push_back(id);
    return places;
}

// The member that rests nearest to the point; nullptr when none does.
const Node* nearestMember(const Design& design, const Boxes& boxes, const std::string& group, QPointF point,
                          const Ids& moving) {
    const Node* nearest = nullptr;
    double least = 0;
    for (const Node* member : membersOf(design, GroupId(group))) {
        const auto found = boxes.find(member->id.str());
        if (found == boxes.end() || moving.contains(member->id.str())) continue;
        const double distance = squared(found->second.center() - point);
        if (nearest && distance >= least) continue;
        nearest = member;
        least = distance;
    }
    return nearest;
}

// Whether `outer` holds `inner`, at any depth; "" holds every place.
bool holds(const Design& design, const std::string& outer, const std::string& inner) {
    if (inner.empty() || inner == outer) return false;
    if (outer.empty()) return true;
    const std::vector<const Domain*> chain = domainChain(design, DomainId(inner));
    return std::any_of(chain.begin(), chain.end(),
                       [&](const Domain* domain) { return domain->id.str() == outer; });
}

// Dropped on the outline of a group whose members lie in finer places: the one of the nearest.
std::string refined(const Design& design, const Boxes& boxes, std::string place, const std::string& group,
                    QPointF point, const Ids& moving) {
    const Node* nearest = group.empty() ? nullptr : nearestMember(design, boxes, group, point, moving);
    if (nearest && nearest->domain && holds(design, place, nearest->domain->str()))
        return nearest->domain->str();
    return place;
}

} // namespace

std::string placeUnder(const Design& design, const Boxes& boxes, const QRectF& card,
                       const std::vector<std::string>& except) {
    std::string place = domainAt(design, boxes, card.center(), except);
    for (;;) {
        const Domain* best = nullptr;
        double most = 0, all = 0;
        for (const Domain& domain : design.domains) {
            const auto found = boxes.find(domain.id.str());
            if ((domain.parent ? domain.parent->str() : std::string()) != place || found == boxes.end() ||
                std::find(except.begin(), except.end(), domain.id.str()) != except.end())
                continue;
            const double covered = area(found->second.intersected(card));
            all += covered;
            if (covered <= most) continue;
            most = covered;
            best = &domain;
        }
        if (!best || all < area(card) / 2) return place;
        place = best->id.str();
    }
}

DropTarget dropTargetOf(const Design& design, const Boxes& before, const Boxes& after, std::string_view id,
                        const Ids& moving) {
    DropTarget target;
    const auto found = after.find(id);
    if (found == after.end()) return target;
    const QPointF middle = found->second.center();
    // Places that move along cannot be entered by what moves with them, unless they hold it already.
    const std::vector<std::string> except = movingPlaces(design, moving);
    // A card alone is put where it belongs; of several, each keeps its distance to the others.
    const Node* node = design.nodes.find(id);
    const bool alone = node && moving.size() == 1;
    const auto under = [&](const QRectF& box) {
        return alone ? placeUnder(design, before, box, except)
                     : domainAt(design, before, box.center(), except);
    };
    target.domain = under(found->second);
    // Who moves a thing about inside one place does not choose a place, wherever the thing is drawn.
    const auto start = before.find(id);
    const bool stays = start != before.end() && under(start->second) == target.domain;
    if (node) {
        const std::string group = groupAt(design, before, middle, moving);
        const std::string own = node->group ? node->group->str() : std::string();
        const bool groupMoves = node->group && (moving.contains(own) || group == own);
        if (!groupMoves && !group.empty() && mayJoin(*node, design.groups.find(group)->kind))
            target.group = group;
        if (!stays && alone)
            target.domain =
                refined(design, before, target.domain, groupMoves ? own : target.group, middle, moving);
        target.drawn = target.domain;
        if (stays) target.domain = node->domain ? node->domain->str() : std::string();
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

DropTarget dropTargetOfNew(const Design& design, const Boxes& boxes, std::string_view path,
                           const QRectF& box) {
    DropTarget target;
    if (!path.starts_with("kinds/")) return target;
    Node node;
    node.kind = std::string(path.substr(6));
    const std::string group = groupAt(design, boxes, box.center(), {});
    if (!group.empty() && mayJoin(node, design.groups.find(group)->kind)) target.group = group;
    target.domain = refined(design, boxes, placeUnder(design, boxes, box), target.group, box.center(), {});
    target.drawn = target.domain;
    return target;
}

namespace {

// Moved by as little as it takes to lie in `room`; as it is where that is too small.
QRectF pushedInto(QRectF box, const QRectF& room) {
    if (box.width() <= room.width())
        box.moveLeft(std::max(room.left(), std::min(box.left(), room.right() - box.width())));
    if (box.height() <= room.height())
        box.moveTop(std::max(room.top(), std::min(box.top(), room.bottom() - box.height())));
    return box;
}

// One drop of one card, among everything else.
class Room {
public:
    Room(const Design& design, const Boxes& boxes, const std::string& place, const std::string& group,
         bool joins, const Ids& moving)
        : m_design(design), m_boxes(boxes), m_place(place), m_group(group), m_joins(joins), m_moving(moving),
          m_except(moving.begin(), moving.end()) {
        if (const auto found = boxes.find(place); found != boxes.end()) m_area = found->second;
        look();
    }

    bool covers(const QRectF& card) const {
        return std::any_of(m_cards.begin(), m_cards.end(),
                           [&](const auto& other) { return other.second.intersects(card); });
    }
    // In the outline of others, or with others in the one it joins.
    bool crowds(const QRectF& card) const {
        const auto meets = [](const std::vector<QRectF>& boxes, const QRectF& with) {
            return std::any_of(boxes.begin(), boxes.end(),
                               [&](const QRectF& box) { return box.intersects(with); });
        };
        if (meets(m_outlines, card)) return true;
        if (!m_joins) return false;
        constexpr double kMargin = kGroupMargin;
        return meets(m_strangers, m_outline.united(card.adjusted(-kMargin, -kMargin, kMargin, kMargin)));
    }
    bool isInside(const QRectF& card) const {
        return m_area.isNull() || m_area.adjusted(4, kDomainHeader - 4, -4, -4).contains(card);
    }
    bool liesIn(const QRectF& card) const {
        return domainAt(m_design, m_boxes, card.center(), m_except) == m_place;
    }
    QRectF pushedInside(const QRectF& card) const {
        if (isInside(card)) return card; // and off its name
        return pushedInto(card, m_area.adjusted(kInset, kDomainHeader + kInset / 2, -kInset, -kInset));
    }
    std::optional<QRectF> nearest(const QRectF& dropped, bool whole) const {
        const QPointF corner = snapped(pushedInside(dropped).topLeft());
        std::optional<QRectF> best;
        double least = 0;
        const std::vector<double> lefts = linesAround(corner.x(), &QRectF::left);
        for (const double y : linesAround(corner.y(), &QRectF::top))
            for (const double x : lefts) {
                const QRectF card(QPointF(x, y), dropped.size());
                double distance = squared(card.topLeft() - dropped.topLeft());
                if (best && distance >= least) continue;
                if (crowds(card)) distance += kDetour * kDetour;
                if (!isAligned(card)) distance += kLine * kLine;
                if ((best && distance >= least) || (whole && !isInside(card)) || !liesIn(card) ||
                    covers(card.adjusted(-kAir, -kAir, kAir, kAir)))
                    continue;
                best = card;
                least = distance;
            }
        return best;
    }
    // Beside a card of the place, rather a member and rather a near one.
    std::optional<Landing> cutOpen(const QRectF& dropped) const;

private:
    // In line with a member, when it joins them.
    bool isAligned(const QRectF& card) const {
        return !m_joins || std::any_of(m_members.begin(), m_members.end(), [&](const QRectF& member) {
            return member.left() == card.left() || member.top() == card.top();
        });
    }
    // Lines of the grid around, and those of the members it joins: rows need not lie on the grid.
    std::vector<double> linesAround(double at, double (QRectF::*edge)() const) const {
        std::vector<double> lines;
        for (int step = -kFarthest; step <= kFarthest; ++step)
            lines.push_back(at + step * kGrid);
        for (const QRectF& member : m_members)
            if (const double line = (member.*edge)();
                std::abs(line - at) <= kFarthest * kGrid &&
                std::find(lines.begin(), lines.end(), line) == lines.end())
                lines.push_back(line);
        return lines;
    }
    Landing beside(const QRectF& anchor, QSizeF size, Qt::Orientation cut) const;
    void look() {
        for (const Node& node : m_design.nodes) {
            const auto found = m_boxes.find(node.id.str());
            if (found == m_boxes.end() || m_moving.contains(node.id.str())) continue;
            m_cards[node.id.str()] = found->second;
            if (m_joins && node.group && node.group->str() == m_group) m_members.push_back(found->second);
        }
        if (m_design.groups.contains(m_group))
            m_outline = groupOutline(m_design, GroupId(m_group),
                                     restingOf(m_design, m_boxes, GroupId(m_group), m_moving));
        for (const Group& group : m_design.groups) {
            if (group.id.str() == m_group) continue;
            const QRectF outline =
                groupOutline(m_design, group.id, restingOf(m_design, m_boxes, group.id, m_moving));
            if (outline.isNull()) continue;
            m_outlines.push_back(outline);
            // Who drew them over each other wants them so.
            if (!outline.intersects(m_outline)) m_strangers.push_back(outline);
        }
        for (const auto& [id, card] : m_cards) {
            const Node& node = *m_design.nodes.find(id);
            if (!node.group && !card.intersects(m_outline)) m_strangers.push_back(card);
        }
    }
    const Design& m_design;
    const Boxes& m_boxes;
    const std::string m_place, m_group;
    const bool m_joins;
    const Ids& m_moving;
    const std::vector<std::string> m_except;
    QRectF m_area;                               // of the place; null for none
    QRectF m_outline;                            // of its group without it
    Boxes m_cards;                               // all others
    std::vector<QRectF> m_members;               // of the group it joins
    std::vector<QRectF> m_outlines, m_strangers; // of other groups; these and cards of no group, outside
};

// Everything beyond the cut moves away, places on both sides of it grow.
Boxes opened(const Design& design, const Boxes& boxes, const Ids& moving, Qt::Orientation cut, double at,
             double by) {
    Boxes moved;
    const QPointF way = cut == Qt::Horizontal ? QPointF(0, by) : QPointF(by, 0);
    for (const auto& [id, box] : boxes) {
        if (moving.contains(id)) continue;
        const double start = cut == Qt::Horizontal ? box.top() : box.left();
        const double end = cut == Qt::Horizontal ? box.bottom() : box.right();
        if (start >= at)
            moved[id] = box.translated(way);
        else if (end > at && design.domains.contains(id))
            moved[id] = box.adjusted(0, 0, way.x(), way.y());
    }
    return moved;
}

Landing Room::beside(const QRectF& anchor, QSizeF size, Qt::Orientation cut) const {
    const bool below = cut == Qt::Horizontal;
    Landing landing;
    landing.card = QRectF(anchor.topLeft() + (below ? QPointF(0, kRow) : QPointF(kColumn, 0)), size);
    landing.moved = opened(m_design, m_boxes, m_moving, cut, (below ? anchor.bottom() : anchor.right()) + 1,
                           below ? kRow : kColumn);
    return landing;
}

std::optional<Landing> Room::cutOpen(const QRectF& dropped) const {
    // The cards of the place, those of its group first, the nearest first.
    std::vector<std::tuple<bool, double, QRectF>> anchors;
    for (const auto& [id, card] : m_cards) {
        const Node& node = *m_design.nodes.find(id);
        const bool member = m_joins && node.group && node.group->str() == m_group;
        if (liesIn(card)) anchors.emplace_back(!member, squared(card.center() - dropped.center()), card);
    }
    std::stable_sort(anchors.begin(), anchors.end(), [](const auto& one, const auto& other) {
        return std::tie(std::get<0>(one), std::get<1>(one)) <
               std::tie(std::get<0>(other), std::get<1>(other));
    });
    QRectF all;
    for (const auto& [id, box] : m_boxes)
        all = all.united(box);
    // A row makes the drawing higher by its share of the height, a column wider by its share of the width.
    const bool row = kRow * all.width() <= kColumn * all.height();
    const Qt::Orientation first = row ? Qt::Horizontal : Qt::Vertical;
    const Qt::Orientation second = row ? Qt::Vertical : Qt::Horizontal;
    for (const auto& [stranger, distance, anchor] : anchors)
        for (const Qt::Orientation cut : {first, second}) {
            Landing landing = beside(anchor, dropped.size(), cut);
            Boxes then = m_boxes;
            for (const auto& [id, box] : landing.moved)
                then[id] = box;
            const Room after(m_design, then, m_place, m_group, m_joins, m_moving);
            if (!after.covers(landing.card) && !after.crowds(landing.card) && after.liesIn(landing.card) &&
                after.isInside(landing.card))
                return landing;
        }
    return std::nullopt;
}

// The places around a card that found its spot at their edge, as large as they have to be.
Boxes grownAround(const Design& design, const Boxes& boxes, const std::string& place, QRectF inside) {
    Boxes grown;
    for (const Domain* domain : domainChain(design, DomainId(place))) {
        const auto found = boxes.find(domain->id.str());
        if (found == boxes.end()) break;
        if (found->second.adjusted(4, kDomainHeader - 4, -4, -4).contains(inside)) break;
        inside = found->second.united(
            inside.adjusted(-kDomainPadding, -kDomainHeader, kDomainPadding, kDomainPadding));
        grown[domain->id.str()] = inside;
    }
    return grown;
}

} // namespace

Landing landingOf(const Design& design, const Boxes& boxes, const QRectF& dropped, const std::string& place,
                  const std::string& group, bool joins, const Ids& moving) {
    const Room room(design, boxes, place, group, joins, moving);
    for (const QRectF& card : {dropped, room.pushedInside(dropped)})
        if (!room.covers(card) && !room.crowds(card) && room.liesIn(card) && room.pushedInside(card) == card)
            return {card, {}};
    const std::optional<QRectF> spot = room.nearest(dropped, true);
    const bool near = spot && squared(spot->topLeft() - dropped.topLeft()) <= kNear * kNear;
    if (spot && !room.crowds(*spot) && (near || !joins)) return {*spot, {}};
    // Who moves a card about in its own group wants no other drawing.
    if (joins || group.empty() || !spot)
        if (std::optional<Landing> opened = room.cutOpen(dropped)) return std::move(*opened);
    if (spot) return {*spot, {}};
    const QRectF card = room.nearest(dropped, false).value_or(dropped);
    return {card, grownAround(design, boxes, place, card)};
}

} // namespace alwayson::gui
