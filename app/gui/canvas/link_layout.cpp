// Between which ends the links of the scene are drawn, and by which way.

#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/link_item.h"
#include "app/gui/canvas/node_item.h"
#include "app/gui/canvas/words.h"
#include "app/gui/session/session.h"

#include <algorithm>

namespace alwayson::gui {

namespace {

constexpr std::size_t kMostCardsAvoided = 300; // in larger designs links do not look for a free way

// 0, 1, -1, 2, ...: to which side of the middle.
double laneOf(int number) {
    return number % 2 ? (number + 1) / 2 : -number / 2;
}

// Cards are painted above labels.
double labelPlace(const Route& route, const std::vector<QRectF>& cards) {
    const QSizeF label(110, 32);
    double best = 0.5, least = -1;
    for (const double share : {0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9}) {
        QRectF box(QPointF(), label);
        box.moveCenter(pointAlong(route, share));
        double hidden = 0;
        for (const QRectF& card : cards) {
            const QRectF both = card.intersected(box);
            hidden += both.width() * both.height();
        }
        if (least >= 0 && hidden >= least) continue;
        least = hidden;
        best = share;
    }
    return best;
}

std::string groupOf(const Design& design, const std::string& end) {
    const Node* node = design.nodes.find(end);
    return node && node->group ? node->group->str() : std::string();
}

} // namespace

bool CanvasScene::standsBy(const std::string& end) const {
    const Design& design = m_session.design();
    const Node* node = design.nodes.find(end);
    return node && words::standsBy(design, *node, roleAtStart(design, *node));
}

bool CanvasScene::crossesFellow(const Strand& strand, const std::string& end) const {
    const std::string group = groupOf(m_session.design(), end);
    if (group.empty()) return false;
    for (const Node* member : membersOf(m_session.design(), GroupId(group))) {
        const auto box = m_shown.find(member->id.str());
        if (member->id.str() == end || box == m_shown.end()) continue;
        if (std::any_of(strand.route.samples.begin(), strand.route.samples.end(),
                        [&](QPointF point) { return box->second.contains(point); }))
            return true;
    }
    return false;
}

void CanvasScene::relayoutLinks() {
    std::map<std::pair<std::string, std::string>, int> lanes;
    std::vector<QRectF> cards;
    for (const auto& [id, card] : m_nodes)
        cards.push_back(card->card());
    if (cards.size() > kMostCardsAvoided) cards.clear();
    for (const Link& link : m_session.design().links) {
        const auto found = m_links.find(link.id.str());
        if (found == m_links.end()) continue;
        LinkItem* curve = found->second;
        Routed routed;
        const auto addStrands = [&](const LinkEnds& ends) {
            for (const std::string& from : ends.from)
                for (const std::string& to : ends.to) {
                    const QRectF a = endBox(from), b = endBox(to);
                    if (from == to || a.isNull() || b.isNull()) continue;
                    routed.strands.push_back(
                        {from, to, standsBy(from) || standsBy(to), a, b, lanes[{from, to}]++});
                    for (const QRectF& card : cards)
                        if (card.intersects(a.united(b))) routed.inTheWay.push_back(card);
                }
        };
        const auto route = [&] {
            std::vector<Strand> strands;
            for (const Routed::Ends& ends : routed.strands) {
                Strand strand;
                strand.from = ends.from;
                strand.to = ends.to;
                strand.idle = ends.idle;
                strand.route = routeBetween(ends.a, ends.b, laneOf(ends.lane), routed.inTheWay);
                strand.labelAt = labelPlace(strand.route, cards);
                strands.push_back(std::move(strand));
            }
            return strands;
        };
        LinkEnds ends = linkEnds(m_session.design(), link);
        addStrands(ends);
        Routed& before = m_routed[link.id.str()];
        if (before == routed) continue;
        before = routed;
        std::vector<Strand> strands = route();
        // A line through the card of another member would tell of a call between the two: the group is the
        // end then.
        const auto whole = [&](std::vector<std::string>& side, auto member) {
            const bool through = std::any_of(strands.begin(), strands.end(), [&](const Strand& strand) {
                return crossesFellow(strand, strand.*member);
            });
            if (through) side = {groupOf(m_session.design(), side.front())};
            return through;
        };
        const bool from = whole(ends.from, &Strand::from), to = whole(ends.to, &Strand::to);
        if (from || to) {
            routed = {};
            addStrands(ends);
            strands = route();
        }
        curve->setStrands(std::move(strands));
    }
}

} // namespace alwayson::gui
