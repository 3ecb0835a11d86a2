#include "app/gui/canvas/places.h"

#include "app/gui/canvas/words.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace alwayson::gui {

namespace {

constexpr double kAir = 8;    // between cards
constexpr double kBorder = 4; // between a card and the edge of its place
constexpr int kFarthest = 40; // steps of the grid, when it goes outside of all places

struct Area {
    std::string id;
    QRectF box;
};

std::vector<Area> placesBySize(const Design& design, const Boxes& boxes) {
    std::vector<Area> areas;
    for (const Domain& domain : design.domains)
        if (const auto found = boxes.find(domain.id.str()); found != boxes.end())
            areas.push_back({domain.id.str(), found->second});
    std::stable_sort(areas.begin(), areas.end(), [](const Area& a, const Area& b) {
        return a.box.width() * a.box.height() < b.box.width() * b.box.height();
    });
    return areas;
}

std::string innermost(const std::vector<Area>& areas, QPointF point) {
    for (const Area& area : areas)
        if (area.box.contains(point)) return area.id;
    return {};
}

std::string placeOf(const Node& node) {
    return node.domain ? node.domain->str() : std::string();
}

class Spots {
public:
    Spots(const Design& design, const Boxes& boxes, const Node& node, const std::string& place)
        : m_place(place), m_areas(placesBySize(design, boxes)) {
        for (const Node& other : design.nodes)
            if (const auto found = boxes.find(other.id.str()); other.id != node.id && found != boxes.end())
                m_taken.push_back(found->second.adjusted(-kAir, -kAir, kAir, kAir));
        for (const Group& group : design.groups) {
            if (node.group && *node.group == group.id) continue;
            const QRectF outline = groupOutline(design, group.id, boxes);
            if (!outline.isNull()) m_outlines.push_back(outline);
        }
        for (const Area& area : m_areas) {
            if (area.id == place) m_inside = area.box.adjusted(kBorder, kDomainHeader, -kBorder, -kBorder);
            if (inside(design, area.id, place)) m_taken.push_back(area.box);
        }
    }

    // The free box of a card nearest to the wish; null when there is none.
    QRectF nearest(const QRectF& wish) const {
        const double reach = kFarthest * kGrid;
        const QRectF search = m_place.empty() ? wish.adjusted(-reach, -reach, reach, reach) : m_inside;
        QRectF best;
        double least = std::numeric_limits<double>::max();
        for (double y = std::ceil(search.top() / kGrid) * kGrid; y + kCardHeight <= search.bottom();
             y += kGrid)
            for (double x = std::ceil(search.left() / kGrid) * kGrid; x + kCardWidth <= search.right();
                 x += kGrid) {
                const QPointF away = QPointF(x, y) - wish.topLeft();
                const QRectF card(x, y, kCardWidth, kCardHeight);
                double distance = QPointF::dotProduct(away, away);
                if (crowds(card))
                    distance += 1e9; // in the outline of others only when there is nothing better
                if (distance >= least || !isFree(card)) continue;
                best = card;
                least = distance;
            }
        return best;
    }

private:
    // Whether a place lies in another, at any depth; all of them lie in "".
    static bool inside(const Design& design, const std::string& id, const std::string& outer) {
        if (outer.empty()) return true;
        for (const Domain* domain : domainChain(design, DomainId(id)))
            if (domain->id.str() == outer) return id != outer;
        return false;
    }
    bool isFree(const QRectF& card) const {
        return std::none_of(m_taken.begin(), m_taken.end(),
                            [&](const QRectF& box) { return box.intersects(card); }) &&
               innermost(m_areas, card.center()) == m_place;
    }
    bool crowds(const QRectF& card) const {
        return std::any_of(m_outlines.begin(), m_outlines.end(),
                           [&](const QRectF& outline) { return outline.intersects(card); });
    }
    std::string m_place;
    std::vector<Area> m_areas;
    std::vector<QRectF> m_taken, m_outlines;
    QRectF m_inside;
};

// Room for one more row of cards at the bottom of the place and of those it lies in; an empty map when
// something else is there.
Boxes grown(const Design& design, const Boxes& boxes, const std::string& place) {
    Boxes larger;
    double bottom = 0;
    Ids chain;
    for (const Domain* domain : domainChain(design, DomainId(place)))
        chain.insert(domain->id.str());
    for (const Domain* domain : domainChain(design, DomainId(place))) {
        const auto found = boxes.find(domain->id.str());
        if (found == boxes.end()) return {};
        QRectF box = found->second;
        const double wanted = larger.empty() ? box.bottom() + 4 * kGrid : bottom + kDomainPadding;
        if (wanted <= box.bottom()) break;
        const QRectF strip(box.left(), box.bottom(), box.width(), wanted - box.bottom());
        const std::vector<std::string> contents = contentsOf(design, domain->id.str());
        const Ids own(contents.begin(), contents.end());
        for (const auto& [id, other] : boxes)
            if (!own.contains(id) && !chain.contains(id) && other.intersects(strip)) return {};
        box.setBottom(wanted);
        bottom = wanted;
        larger[domain->id.str()] = box;
    }
    return larger;
}

} // namespace

std::map<std::string, std::string, std::less<>> drawnElsewhere(const Design& design, const Boxes& boxes) {
    std::map<std::string, std::string, std::less<>> elsewhere;
    const std::vector<Area> areas = placesBySize(design, boxes);
    for (const Node& node : design.nodes) {
        const auto card = boxes.find(node.id.str());
        if (card == boxes.end() || !design.canvas.contains(node.id.str())) continue;
        std::string drawn = innermost(areas, card->second.center());
        if (drawn != placeOf(node)) elsewhere[node.id.str()] = std::move(drawn);
    }
    return elsewhere;
}

Operation moveToPlace(const Design& design, const Boxes& boxes, const std::vector<std::string>& nodes,
                      const std::string& place, std::string label) {
    Boxes now = boxes;
    Boxes moved;
    std::vector<Operation> operations;
    for (const std::string& id : nodes) {
        const Node* node = design.nodes.find(id);
        if (!node) continue;
        if (placeOf(*node) != place)
            operations.push_back(operation::set(Collection::nodes, id, "/domain",
                                                place.empty() ? Json(nullptr) : Json(place), {}));
        const auto card = now.find(id);
        if (card == now.end() || !design.canvas.contains(id)) continue;
        if (innermost(placesBySize(design, now), card->second.center()) == place) continue;
        QRectF spot = Spots(design, now, *node, place).nearest(card->second);
        if (const Boxes larger = spot.isNull() && !place.empty() ? grown(design, now, place) : Boxes();
            !larger.empty()) {
            for (const auto& [outer, box] : larger)
                now[outer] = moved[outer] = box;
            spot = Spots(design, now, *node, place).nearest(now[id]);
        }
        if (!spot.isNull()) now[id] = moved[id] = spot;
    }
    for (const auto& [id, box] : moved) {
        const bool sized = design.domains.contains(id);
        operations.push_back(
            operation::place(id, {box.x(), box.y(), sized ? box.width() : 0, sized ? box.height() : 0}));
    }
    return operation::batch(std::move(label), std::move(operations));
}

std::vector<Issue> drawingIssues(const Design& design, const Boxes& boxes) {
    std::vector<Issue> issues;
    for (const auto& [id, drawn] : drawnElsewhere(design, boxes)) {
        const Node& node = *design.nodes.find(id);
        const std::string own = placeOf(node), name = node.displayName();
        const auto title = [&](const std::string& place) {
            return words::nameOf(design, place).toStdString();
        };
        Issue issue;
        issue.code = "canvas.drawn_elsewhere";
        issue.where = {id};
        const std::string belongs = own.empty() ? fmt::format("{} belongs to no place", name)
                                                : fmt::format("{} belongs to {}", name, title(own));
        issue.message = drawn.empty()
                            ? fmt::format("{}, but its card is drawn outside of every place.", belongs)
                            : fmt::format("{}, but its card is drawn in {}.", belongs, title(drawn));
        const std::string target = own.empty() ? "out of the places" : "into " + title(own);
        issue.fix = drawn.empty()
                        ? fmt::format("Move the card {}.", target)
                        : fmt::format("Move the card {}, or choose {} as its place.", target, title(drawn));
        Operation move = moveToPlace(design, boxes, {id}, own, "Move " + id + " " + target);
        if (!move.children.empty()) issue.operation = std::move(move);
        issues.push_back(std::move(issue));
    }
    return issues;
}

} // namespace alwayson::gui
