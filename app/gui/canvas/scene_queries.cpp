// What lies where on the canvas, how it is emphasised, and what a run shows of it.

#include "app/gui/canvas/bubble_item.h"
#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/domain_item.h"
#include "app/gui/canvas/group_item.h"
#include "app/gui/canvas/link_item.h"
#include "app/gui/canvas/node_item.h"
#include "app/gui/canvas/words.h"
#include "app/gui/session/session.h"
#include "core/results/check_report.h"

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

namespace {

template <class Map>
auto* lookup(const Map& map, std::string_view id) {
    const auto found = map.find(id);
    return found == map.end() ? nullptr : found->second;
}

} // namespace

NodeItem* CanvasScene::node(std::string_view id) const {
    return lookup(m_nodes, id);
}
DomainItem* CanvasScene::domain(std::string_view id) const {
    return lookup(m_domains, id);
}
GroupItem* CanvasScene::group(std::string_view id) const {
    return lookup(m_groups, id);
}
LinkItem* CanvasScene::link(std::string_view id) const {
    return lookup(m_links, id);
}
const BubbleItem* CanvasScene::bubble(std::string_view nodeId) const {
    return lookup(m_bubbles, nodeId);
}

CanvasItem* CanvasScene::item(std::string_view id) const {
    if (CanvasItem* found = node(id)) return found;
    if (CanvasItem* found = domain(id)) return found;
    if (CanvasItem* found = group(id)) return found;
    return link(id);
}

QRectF CanvasScene::contentRect() const {
    QRectF content;
    for (const auto& [id, box] : m_shown)
        content = content.united(box);
    for (const auto& [id, outline] : m_groups)
        content = content.united(outline->outline()).united(outline->tab());
    return content;
}

std::string CanvasScene::cardAt(QPointF scenePos, double pixel) const {
    // As painted: where cards cover each other, the one on top is meant.
    for (const QGraphicsItem* shownItem :
         items(scenePos, Qt::IntersectsItemBoundingRect, Qt::DescendingOrder))
        if (const auto* card = dynamic_cast<const NodeItem*>(shownItem); card && card->isHit(scenePos, pixel))
            return card->id();
    for (const auto& [id, card] : m_nodes) // far out, a card is hit from farther than it is painted
        if (card->isHit(scenePos, pixel)) return id;
    return {};
}

std::string CanvasScene::idAt(QPointF scenePos, double pixel) const {
    const auto hit = [&](const auto& items) -> std::string {
        for (const auto& [id, shownItem] : items)
            if (shownItem->isHit(scenePos, pixel)) return id;
        return {};
    };
    if (std::string id = cardAt(scenePos, pixel); !id.empty()) return id;
    for (const auto& [id, outline] : m_groups)
        if (outline->tab().contains(scenePos)) return id;
    if (std::string id = hit(m_links); !id.empty()) return id;
    if (std::string id = hit(m_groups); !id.empty()) return id;
    const DomainItem* deepest = nullptr;
    for (const auto& [id, place] : m_domains)
        if (place->isHit(scenePos, pixel) && (!deepest || place->zValue() > deepest->zValue()))
            deepest = place;
    return deepest ? deepest->id() : std::string();
}

std::string CanvasScene::areaAt(QPointF scenePos, double pixel) const {
    if (std::string id = idAt(scenePos, pixel); !id.empty()) return id;
    for (const auto& [id, outline] : m_groups)
        if (outline->outline().contains(scenePos)) return id;
    return domainAt(m_session.design(), m_shown, scenePos);
}

std::string CanvasScene::linkEndAt(QPointF scenePos, double pixel) const {
    if (std::string id = cardAt(scenePos, pixel); !id.empty()) return id;
    for (const auto& [id, outline] : m_groups)
        if (outline->outline().contains(scenePos) || outline->tab().contains(scenePos)) return id;
    return {};
}

std::vector<std::string> CanvasScene::idsIn(const QRectF& rect, bool wholly) const {
    std::vector<std::string> found;
    const auto takes = [&](const QRectF& box) { return wholly ? rect.contains(box) : rect.intersects(box); };
    for (const Node& node : m_session.design().nodes)
        if (const NodeItem* card = lookup(m_nodes, node.id.str()); card && takes(card->card()))
            found.push_back(card->id());
    // Places and groups only when wholly inside: who touches their area means what is in it.
    for (const auto& [id, place] : m_domains)
        if (rect.contains(place->box())) found.push_back(id);
    for (const auto& [id, outline] : m_groups)
        if (rect.contains(outline->outline())) found.push_back(id);
    for (const auto& [id, curve] : m_links)
        if (curve->touches(rect, wholly)) found.push_back(id);
    return found;
}

void CanvasScene::setHovered(const std::string& id) {
    if (id == m_hovered) return;
    if (CanvasItem* before = item(m_hovered)) before->setHovered(false);
    m_hovered = id;
    if (CanvasItem* now = item(id)) now->setHovered(true);
}

void CanvasScene::setKeyboardFocus(const std::string& id) {
    if (id == m_focus) return;
    if (CanvasItem* before = item(m_focus)) before->setKeyboardFocus(false);
    m_focus = id;
    if (CanvasItem* now = item(id)) now->setKeyboardFocus(true);
}

void CanvasScene::setPortsShown(const std::string& id) {
    if (id == m_ports) return;
    if (NodeItem* before = node(m_ports)) before->setPortsShown(false);
    m_ports = id;
    if (NodeItem* now = node(id)) now->setPortsShown(true);
}

void CanvasScene::setEmphasis(const std::map<std::string, Emphasis>& emphasis) {
    const auto give = [&](const auto& items) {
        for (const auto& [id, shownItem] : items) {
            const auto found = emphasis.find(id);
            const Emphasis wanted = found == emphasis.end() ? Emphasis::none : found->second;
            if (shownItem->emphasis() != wanted) shownItem->setEmphasis(wanted);
        }
    };
    give(m_nodes);
    give(m_domains);
    give(m_groups);
    give(m_links);
}

const LiveNode* CanvasScene::live(std::string_view nodeId) const {
    const auto found = m_live.find(nodeId);
    return found == m_live.end() ? nullptr : &found->second;
}

void CanvasScene::setLive(const std::string& nodeId, const LiveNode& live) {
    m_live[nodeId] = live;
    if (const Node* changed = m_session.design().nodes.find(nodeId)) refreshNode(*changed);
}

void CanvasScene::setBubble(const std::string& nodeId, const QString& text, bool recovering) {
    const auto existing = m_bubbles.find(nodeId);
    if (text.isEmpty()) {
        if (existing == m_bubbles.end()) return;
        delete existing->second;
        m_bubbles.erase(existing);
        placeTabs();
        return;
    }
    const NodeItem* card = node(nodeId);
    if (!card) return;
    BubbleItem* bubble = existing == m_bubbles.end() ? nullptr : existing->second;
    const bool fresh = bubble == nullptr;
    if (fresh) {
        bubble = new BubbleItem(m_theme);
        addItem(bubble);
        m_bubbles[nodeId] = bubble;
    }
    bubble->setText(text, recovering ? BubbleItem::Mood::recovering : BubbleItem::Mood::bad);
    bubble->setAbove(card->card());
    if (fresh) placeTabs();
}

void CanvasScene::setOutage(const std::string& domainId, bool outage, const QString& sentence) {
    if (DomainItem* place = domain(domainId)) place->setOutage(outage, sentence);
}

void CanvasScene::setTab(const std::string& groupId, const QString& text) {
    const Group* outlined = m_session.design().groups.find(groupId);
    QString& shown = m_liveTabs[groupId];
    if (!outlined || shown == text) return;
    const bool wider = shown.size() != text.size();
    shown = text;
    refreshGroup(*outlined);
    if (wider) placeTabs();
}

void CanvasScene::clearLive() {
    m_live.clear();
    m_liveTabs.clear();
    for (const Group& outlined : m_session.design().groups)
        refreshGroup(outlined);
    for (const auto& [id, bubble] : m_bubbles)
        delete bubble;
    m_bubbles.clear();
    for (const auto& [id, curve] : m_links)
        curve->clearTraffic();
    for (const auto& [id, place] : m_domains)
        place->setOutage(false);
    followStreams();
    for (const Node& shownNode : m_session.design().nodes)
        refreshNode(shownNode);
    placeTabs();
}

QString CanvasScene::describe(const std::string& id) const {
    const Design& design = m_session.design();
    QStringList parts;
    if (const Node* thing = design.nodes.find(id)) {
        parts << QString::fromStdString(thing->displayName()) << words::kindTitle(*thing);
        if (thing->domain) parts << QStringLiteral("in %1").arg(words::nameOf(design, thing->domain->str()));
        if (const auto drawn = m_elsewhere.find(id); drawn != m_elsewhere.end())
            parts << (drawn->second.empty()
                          ? QStringLiteral("but drawn outside of every place")
                          : QStringLiteral("but drawn in %1").arg(words::nameOf(design, drawn->second)));
        if (thing->group)
            parts << QStringLiteral("member of %1").arg(words::nameOf(design, thing->group->str()));
        if (const LiveNode* now = live(id)) {
            parts << words::stateSentence(*thing, now->frame, now->atS);
            if (!now->why.isEmpty()) parts.back() += QStringLiteral(" (%1)").arg(now->why);
            if (now->farBehind && now->frame.state != NodeState::down)
                parts << QStringLiteral("%1 behind its source").arg(words::elapsed(now->lagS));
        }
        if (m_weak.contains(id))
            parts << QStringLiteral("single point of failure: when it fails, requests fail");
        if (const auto load = m_loads.find(id); load != m_loads.end() && !live(id))
            parts << QStringLiteral("load %1 %").arg(std::lround(load->second * 100));
        if (m_report)
            for (const Issue& issue : m_report->issues)
                if (issue.severity == Severity::error && !issue.where.empty() && issue.where.front() == id)
                    parts << QString::fromStdString(issue.message);
    } else if (const Domain* place = design.domains.find(id)) {
        parts << QString::fromStdString(place->displayName()) << words::kindTitle(*place)
              << QStringLiteral("%1 nodes inside")
                     .arg(std::ranges::count_if(contentsOf(design, id), [&](const std::string& inner) {
                         return design.nodes.contains(inner);
                     }));
        if (m_weak.contains(id)) parts << QStringLiteral("single point of failure");
    } else if (const Group* set = design.groups.find(id)) {
        const QString takeover = words::takeoverByFailure(design, *set);
        parts << words::groupTab(design, *set, m_report.get()) +
                     (takeover.isEmpty() ? QString() : QLatin1Char('\n') + takeover);
    } else if (design.links.contains(id)) {
        parts << QStringLiteral("Link from %1").arg(words::nameOf(design, id));
    }
    return parts.join(QStringLiteral(", "));
}

} // namespace alwayson::gui
