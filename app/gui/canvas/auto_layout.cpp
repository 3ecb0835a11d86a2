// Places for what has none: clients to the left, places side by side, nodes in rows by how far they are from
// the clients.

#include "app/gui/canvas/geometry.h"
#include "core/catalogue/catalogue.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace alwayson::gui {

namespace {

constexpr double kColumn = 240; // from card to card
constexpr double kRow = 120;

using Levels = std::map<std::string, int, std::less<>>;

// Calls away from the clients. Longest path, bounded so that cycles (an error elsewhere) end.
Levels levelsOf(const Design& design) {
    const auto ends = [&](const std::string& id) {
        std::vector<std::string> nodes;
        if (design.nodes.contains(id))
            nodes.push_back(id);
        else if (const Group* group = design.groups.find(id))
            for (const Node* member : membersOf(design, group->id))
                nodes.push_back(member->id.str());
        return nodes;
    };
    std::vector<std::pair<std::string, std::string>> calls;
    for (const Link& link : design.links)
        for (const std::string& from : ends(link.from))
            for (const std::string& to : ends(link.to))
                calls.emplace_back(from, to);
    Levels levels;
    for (const Node& node : design.nodes)
        levels[node.id.str()] = hasRole(node, "client") ? 0 : 1;
    const int limit = int(std::min<std::size_t>(design.nodes.size(), 64));
    for (int round = 0; round < limit; ++round) {
        bool changed = false;
        for (const auto& [from, to] : calls) {
            const int wanted = std::min(levels[from] + 1, limit);
            if (levels[to] < wanted) {
                levels[to] = wanted;
                changed = true;
            }
        }
        if (!changed) break;
    }
    return levels;
}

class Layout {
public:
    explicit Layout(const Design& design) : m_design(design), m_levels(levelsOf(design)) {
        for (const auto& [id, box] : design.canvas)
            takeGiven(id, box);
    }

    Boxes run() {
        std::vector<const Domain*> tops;
        for (const Domain& domain : m_design.domains)
            if (!domain.parent || !m_design.domains.contains(domain.parent->str())) tops.push_back(&domain);
        // The clients' column comes first when nothing is placed yet.
        const bool fresh = m_boxes.empty();
        bool clientsOutside = false;
        for (const Node& node : m_design.nodes)
            clientsOutside = clientsOutside || !node.domain;
        const bool outsideOnly = tops.empty();
        double x = fresh ? (clientsOutside && !outsideOnly ? kColumn + kGrid : 0)
                         : snapped(bounds().right() + 2 * kGrid);
        const double y = fresh ? 0 : snapped(bounds().top());
        for (const Domain* domain : tops) {
            const QRectF box = placeDomain(*domain, {x, y}, 0);
            if (!m_given.contains(domain->id.str())) x = snapped(box.right() + 2 * kGrid);
        }
        placeOutside(outsideOnly);
        placeGroups();
        return std::move(m_boxes);
    }

private:
    void takeGiven(const std::string& id, const CanvasBox& box) {
        if (m_design.nodes.contains(id))
            m_boxes[id] = {box.x, box.y, kCardWidth, kCardHeight};
        else if (m_design.domains.contains(id) && box.width > 0 && box.height > 0)
            m_boxes[id] = {box.x, box.y, box.width, box.height};
        else if (m_design.groups.contains(id))
            m_boxes[id] = {box.x, box.y, kCardWidth + 4 * kGrid, kCardHeight + 2 * kGrid};
        else
            return;
        m_given.insert(m_boxes.find(id)->first);
    }

    QRectF bounds() const {
        QRectF all;
        for (const auto& [id, box] : m_boxes)
            all = all.united(box);
        return all;
    }

    // Rows by level, same rows in every place of the same depth, so that pools line up across zones.
    QRectF placeDomain(const Domain& domain, QPointF at, int depth) {
        if (depth > 32) return {at, QSizeF(8 * kGrid, 5 * kGrid)};
        const std::string& id = domain.id.str();
        const auto given = m_boxes.find(id);
        if (given != m_boxes.end()) {
            at = given->second.topLeft();
        }
        double x = at.x() + kGrid;
        const double top = at.y() + 2 * kGrid;
        for (const Domain& child : m_design.domains)
            if (child.parent == domain.id)
                x = snapped(placeDomain(child, {x, top}, depth + 1).right() + kGrid);
        std::map<int, int> used; // row -> cards in it
        const int first = firstLevel();
        for (const Node& node : m_design.nodes) {
            if (node.domain != domain.id || m_boxes.contains(node.id.str())) continue;
            const int row = std::max(0, m_levels.find(node.id.str())->second - first);
            QRectF card(x + used[row]++ * (kCardWidth + kGrid), top + kGrid + row * kRow, kCardWidth,
                        kCardHeight);
            if (given != m_boxes.end()) card = freeCard(given->second, card);
            m_boxes[node.id.str()] = card;
        }
        if (given != m_boxes.end()) return given->second;
        QRectF need = minimalDomainBox(m_design, m_boxes, id);
        if (contentsOf(m_design, id).empty()) need.moveTopLeft(at);
        const QRectF box(at, QPointF(std::max(need.right() + kGrid / 2, at.x() + 8 * kGrid),
                                     std::max(need.bottom() + kGrid, at.y() + 5 * kGrid)));
        m_boxes[id] = box;
        return box;
    }

    int firstLevel() const {
        int first = 64;
        for (const Node& node : m_design.nodes)
            if (node.domain) first = std::min(first, m_levels.find(node.id.str())->second);
        return first;
    }

    bool isFree(const QRectF& card) const {
        const QRectF around = card.adjusted(-kGrid / 2, -kGrid / 2, kGrid / 2, kGrid / 2);
        return std::none_of(m_boxes.begin(), m_boxes.end(), [&](const auto& entry) {
            return m_design.nodes.contains(entry.first) && entry.second.intersects(around);
        });
    }

    // The first free place in the box, row by row from the wish; the wish itself when all is taken.
    QRectF freeCard(const QRectF& box, const QRectF& wish) const {
        if (box.contains(wish) && isFree(wish)) return wish;
        for (double y = box.top() + 3 * kGrid; y + kCardHeight <= box.bottom(); y += kGrid)
            for (double x = box.left() + kGrid; x + kCardWidth <= box.right(); x += kGrid)
                if (const QRectF card(x, y, kCardWidth, kCardHeight); isFree(card)) return card;
        return wish;
    }

    void placeOutside(bool alone) {
        const QRectF rest = bounds();
        const double left = alone ? 0 : rest.left() - kColumn - kGrid;
        const double top = alone ? 0 : rest.top() + 4 * kGrid;
        std::map<int, int> used;
        for (const Node& node : m_design.nodes) {
            if (m_boxes.contains(node.id.str())) continue;
            const int level = m_levels.find(node.id.str())->second;
            QRectF card(alone ? level * kColumn : left, 0, kCardWidth, kCardHeight);
            // Outside services that somebody calls stand to the right.
            if (!alone && level > 1) card.moveLeft(rest.right() + 2 * kGrid);
            int& row = used[alone ? level : (level > 1 ? 1 : 0)];
            do {
                card.moveTop(top + row++ * (alone ? kRow : 4 * kGrid));
            } while (!isFree(card) && row < 10000);
            m_boxes[node.id.str()] = card;
        }
    }

    void placeGroups() {
        for (const Group& group : m_design.groups) {
            if (m_boxes.contains(group.id.str()) || !membersOf(m_design, group.id).empty()) continue;
            const QRectF all = bounds();
            m_boxes[group.id.str()] = {snapped(all.left()), snapped(all.bottom() + 3 * kGrid),
                                       kCardWidth + 4 * kGrid, kCardHeight + 2 * kGrid};
        }
    }

    const Design& m_design;
    Levels m_levels;
    Boxes m_boxes;
    std::set<std::string_view> m_given;
};

} // namespace

Boxes layoutBoxes(const Design& design) {
    return Layout(design).run();
}

} // namespace alwayson::gui
