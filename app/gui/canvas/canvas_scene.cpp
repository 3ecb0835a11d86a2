#include "app/gui/canvas/canvas_scene.h"

#include "app/gui/canvas/bubble_item.h"
#include "app/gui/canvas/domain_item.h"
#include "app/gui/canvas/group_item.h"
#include "app/gui/canvas/link_item.h"
#include "app/gui/canvas/node_item.h"
#include "app/gui/canvas/places.h"
#include "app/gui/canvas/replication_item.h"
#include "app/gui/canvas/words.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "core/catalogue/catalogue.h"

#include <QLineF>

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

namespace {

constexpr double kLeastTab = 0.85;  // size of a tab on the screen, of that at 100 %
constexpr double kLargestTab = 1.6; // in the scene, of that at 100 %: it hides what is near it

QString qt(const std::string& text) {
    return QString::fromStdString(text);
}

template <class Map, class Key>
auto* lookup(const Map& map, const Key& id) {
    const auto found = map.find(id);
    return found == map.end() ? nullptr : found->second;
}

bool crosses(const QLineF& line, const QRectF& box) {
    const QPointF corners[] = {box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft()};
    for (int i = 0; i < 4; ++i)
        if (line.intersects(QLineF(corners[i], corners[(i + 1) % 4])) == QLineF::BoundedIntersection)
            return true;
    return false;
}

// Makes the items of one kind match the entities of one table.
template <class Item, class Entities, class Make>
void match(std::map<std::string, Item*, std::less<>>& items, const Entities& entities, Make make) {
    for (auto it = items.begin(); it != items.end();) {
        if (entities.contains(it->first)) {
            ++it;
            continue;
        }
        delete it->second;
        it = items.erase(it);
    }
    for (const auto& entity : entities)
        if (!items.contains(entity.id.str())) items[entity.id.str()] = make(entity.id.str());
}

} // namespace

CanvasScene::CanvasScene(Session& session, const Theme& theme, QObject* parent)
    : QGraphicsScene(parent), m_session(session), m_theme(theme) {
    setItemIndexMethod(BspTreeIndex);
    connect(&session, &Session::documentReplaced, this, &CanvasScene::rebuild);
    connect(&session, &Session::designChanged, this, &CanvasScene::follow);
    connect(&session, &Session::selectionChanged, this, &CanvasScene::followSelection);
    connect(&session, &Session::reportChanged, this, &CanvasScene::followReport);
    connect(&theme, &Theme::changed, this, [this] {
        update();
        placeTabs();
    });
    rebuild();
}

CanvasScene::~CanvasScene() = default;

void CanvasScene::rebuild() {
    clearLive();
    m_report.reset();
    m_loads.clear();
    m_weak.clear();
    m_faulty.clear();
    m_focus.clear();
    syncItems();
    followReport();
    followSelection();
}

void CanvasScene::follow(const ChangeSet&) {
    syncItems();
}

void CanvasScene::syncItems() {
    const Design& design = m_session.design();
    const auto make = [this](auto* made) {
        addItem(made);
        return made;
    };
    match(m_domains, design.domains,
          [&](const std::string& id) { return make(new DomainItem(id, m_theme)); });
    match(m_groups, design.groups, [&](const std::string& id) { return make(new GroupItem(id, m_theme)); });
    for (const auto& [id, outline] : m_groups)
        outline->setTabScale(m_tabScale);
    match(m_links, design.links, [&](const std::string& id) { return make(new LinkItem(id, m_theme)); });
    match(m_nodes, design.nodes, [&](const std::string& id) { return make(new NodeItem(id, m_theme)); });
    for (auto it = m_bubbles.begin(); it != m_bubbles.end();) {
        if (m_nodes.contains(it->first)) {
            ++it;
            continue;
        }
        delete it->second;
        it = m_bubbles.erase(it);
    }
    if (!m_focus.empty() && !item(m_focus)) m_focus.clear();
    if (!m_hovered.empty() && !item(m_hovered)) m_hovered.clear();
    if (!m_ports.empty() && !m_nodes.contains(m_ports)) m_ports.clear();
    std::erase_if(m_routed, [&](const auto& entry) { return !m_links.contains(entry.first); });
    m_boxes = layoutBoxes(design);
    m_shown = m_boxes;
    m_elsewhere = drawnElsewhere(design, m_boxes);
    refreshAll();
    followStreams();
    relayout();
    placeTabs();
    followSelection();
    emit itemsChanged();
}

void CanvasScene::refreshAll() {
    const Design& design = m_session.design();
    for (const Domain& domain : design.domains)
        refreshDomain(domain);
    for (const Group& group : design.groups)
        refreshGroup(group);
    for (const Node& node : design.nodes)
        refreshNode(node);
    for (const Link& link : design.links)
        refreshLink(link);
}

void CanvasScene::refreshNode(const Node& node) {
    NodeItem* card = lookup(m_nodes, node.id.str());
    if (!card) return;
    const std::string& id = node.id.str();
    const bool weak = m_weak.contains(id);
    if (const LiveNode* now = live(id))
        return card->setContent(liveCard(m_session.design(), node, weak, *now));
    NodeFindings findings;
    findings.weak = weak;
    findings.faulty = m_faulty.contains(id);
    if (const auto load = m_loads.find(id); load != m_loads.end()) findings.load = load->second;
    if (const auto drawn = m_elsewhere.find(id); drawn != m_elsewhere.end()) findings.drawn = drawn->second;
    card->setContent(restingCard(m_session.design(), node, findings));
}

void CanvasScene::refreshDomain(const Domain& domain) {
    if (DomainItem* place = lookup(m_domains, domain.id.str())) {
        const QString name = qt(domain.displayName()), kind = words::kindTitle(domain);
        place->setWords(name, name.contains(kind, Qt::CaseInsensitive) ? QString() : kind);
        place->setDepth(int(domainChain(m_session.design(), domain.id).size()) - 1);
    }
}

void CanvasScene::refreshGroup(const Group& group) {
    GroupItem* outline = lookup(m_groups, group.id.str());
    if (!outline) return;
    const std::vector<const Node*> members = membersOf(m_session.design(), group.id);
    const Descriptor* kind = members.empty() ? nullptr : Catalogue::builtIn().kind(members.front()->kind);
    const auto now = m_liveTabs.find(group.id.str());
    outline->setContent(now == m_liveTabs.end() ? words::groupTab(m_session.design(), group, m_report.get())
                                                : now->second,
                        kind ? kind->category : std::string(), members.empty());
}

void CanvasScene::refreshLink(const Link& link) {
    if (LinkItem* curve = lookup(m_links, link.id.str())) curve->setLabel(words::linkLabel(link));
}

QRectF CanvasScene::endBox(const std::string& end) const {
    const auto found = m_shown.find(end);
    if (m_nodes.contains(end)) return found == m_shown.end() ? QRectF() : found->second;
    return groupOutline(m_session.design(), GroupId(end), m_shown);
}

void CanvasScene::relayout() {
    const Design& design = m_session.design();
    for (const auto& [id, card] : m_nodes)
        if (const auto found = m_shown.find(id); found != m_shown.end())
            card->setPos(found->second.topLeft());
    for (const auto& [id, place] : m_domains)
        if (const auto found = m_shown.find(id); found != m_shown.end()) {
            place->setPos(found->second.topLeft());
            place->setSize(found->second.size());
        }
    for (const auto& [id, outline] : m_groups) {
        const QRectF around = groupOutline(design, GroupId(id), m_shown);
        if (around != outline->outline()) outline->setOutline(around);
    }
    for (const auto& [id, bubble] : m_bubbles)
        if (const auto found = m_shown.find(id); found != m_shown.end()) bubble->setAbove(found->second);
    relayoutLinks();
    relayoutStreams();
}

void CanvasScene::followStreams() {
    const Design& design = m_session.design();
    std::vector<ShownStream> streams;
    for (const Group& group : design.groups) {
        if (!hasMechanism(group, "replication")) continue;
        const std::vector<const Node*> members = membersOf(design, group.id);
        if (members.empty()) continue;
        for (const ReplicationStream& stream : replicationStreams(design, group, *members.front()))
            streams.push_back({stream.from->id.str(), stream.to->id.str(), tr("replicates"), false});
    }
    setStreams(streams);
}

void CanvasScene::setStreams(const std::vector<ShownStream>& streams) {
    std::map<std::pair<std::string, std::string>, ReplicationItem*> kept;
    for (const ShownStream& stream : streams) {
        ReplicationItem*& item = kept[{stream.from, stream.to}];
        const auto before = m_streams.find({stream.from, stream.to});
        if (before != m_streams.end()) {
            item = before->second;
            m_streams.erase(before);
        } else if (!item) {
            item = new ReplicationItem(m_theme);
            addItem(item);
        }
        item->setWords(stream.words, stream.broken);
    }
    for (const auto& [ends, item] : m_streams)
        delete item;
    m_streams = std::move(kept);
    relayoutStreams();
}

void CanvasScene::relayoutStreams() {
    for (const auto& [ends, item] : m_streams) {
        const QRectF from = endBox(ends.first), to = endBox(ends.second);
        item->setVisible(!from.isNull() && !to.isNull());
        if (!item->isVisible()) continue;
        const QLineF straight(from.center(), to.center());
        const bool around = std::any_of(m_nodes.begin(), m_nodes.end(), [&](const auto& card) {
            return card.first != ends.first && card.first != ends.second &&
                   crosses(straight, card.second->card());
        });
        item->setEnds(from, to, around);
    }
}

const ReplicationItem* CanvasScene::stream(const std::string& from, const std::string& to) const {
    return lookup(m_streams, std::pair(from, to));
}

void CanvasScene::setZoom(double zoom) {
    // In steps, so that tabs are not placed anew with every turn of the wheel.
    const double wanted = std::ceil(std::clamp(kLeastTab / zoom, 1.0, kLargestTab) * 10 - 1e-6) / 10;
    const double scale = zoom < kPlainBelow ? 1 : wanted;
    if (scale == m_tabScale) return;
    m_tabScale = scale;
    for (const auto& [id, outline] : m_groups)
        outline->setTabScale(scale);
    placeTabs();
}

void CanvasScene::placeTabs() {
    if (m_groups.empty()) return;
    std::vector<QPolygonF> lines;
    for (const auto& [id, curve] : m_links)
        for (const Strand& strand : curve->strands()) {
            QPolygonF line;
            for (const QPointF& sample : strand.route.samples)
                line << sample;
            lines.push_back(std::move(line));
        }
    for (const auto& [ends, stream] : m_streams) {
        QPolygonF line;
        for (const QPointF& sample : stream->route().samples)
            line << sample;
        lines.push_back(std::move(line));
    }
    std::vector<QRectF> tabs; // placed so far
    for (const auto& [id, outline] : m_groups) {
        const QRectF near = outline->boundingRect().translated(outline->pos()).adjusted(-20, -20, 20, 20);
        std::vector<QPolygonF> crossing;
        for (const QPolygonF& line : lines)
            if (line.boundingRect().adjusted(-1, -1, 1, 1).intersects(near)) crossing.push_back(line);
        std::vector<QRectF> bubbles;
        for (const auto& [nodeId, bubble] : m_bubbles)
            bubbles.push_back(bubble->boundingRect().translated(bubble->pos()));
        for (const auto& [nodeId, card] : m_nodes) // cards are painted above labels
            if (card->card().intersects(near)) bubbles.push_back(card->card());
        std::vector<QRectF> names;
        for (const auto& [placeId, place] : m_domains) {
            const QRectF box = place->box();
            const QRectF name(box.left() + 8, box.top() + 4, std::min(120.0, box.width()),
                              kDomainHeader - 12);
            if (name.intersects(near)) names.push_back(name);
        }
        for (const QRectF& tab : tabs)
            bubbles.push_back(tab.adjusted(-4, -4, 4, 4)); // two that touch read as one
        std::vector<QPolygonF> edges;
        for (const auto& [other, box] : m_groups)
            if (other != id && box->outline().intersects(near)) edges.emplace_back(box->outline());
        outline->placeTab(crossing, bubbles, names, edges);
        tabs.push_back(outline->tab());
    }
}

void CanvasScene::setPreview(const Boxes& moved) {
    m_shown = m_boxes;
    for (const auto& [id, box] : moved)
        m_shown[id] = box;
    relayout();
}

void CanvasScene::clearPreview() {
    m_shown = m_boxes;
    relayout();
    placeTabs();
}

void CanvasScene::followReport() {
    const std::shared_ptr<const CheckReport> report = m_session.lastReport();
    if (report == m_report && report) return;
    m_report = report;
    m_weak.clear();
    m_faulty.clear();
    m_loads.clear();
    if (report) {
        m_weak.insert(report->singlePointsOfFailure.begin(), report->singlePointsOfFailure.end());
        for (const Issue& issue : report->issues)
            if (issue.severity == Severity::error && !issue.where.empty())
                m_faulty.insert(issue.where.front());
        for (const Load& load : report->loads)
            if (std::isfinite(load.utilisation)) m_loads[load.id] = load.utilisation;
    }
    const Design& design = m_session.design();
    for (const Node& node : design.nodes)
        refreshNode(node);
    for (const Group& group : design.groups)
        refreshGroup(group);
    placeTabs();
}

void CanvasScene::followSelection() {
    std::vector<std::string> ids;
    for (const QString& id : m_session.selection())
        ids.push_back(id.toStdString());
    markPreview(ids);
}

void CanvasScene::markPreview(const std::vector<std::string>& ids) {
    const Ids marked(ids.begin(), ids.end());
    const auto mark = [&](const auto& items) {
        for (const auto& [id, shownItem] : items)
            shownItem->setMarked(marked.contains(id));
    };
    mark(m_nodes);
    mark(m_domains);
    mark(m_groups);
    mark(m_links);
}

} // namespace alwayson::gui
