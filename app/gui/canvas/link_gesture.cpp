#include "app/gui/canvas/canvas_edit.h"
#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/canvas_view.h"
#include "app/gui/canvas/gestures.h"
#include "app/gui/canvas/words.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "core/catalogue/catalogue.h"

#include <QPainter>

namespace alwayson::gui {

LinkGesture::LinkGesture(CanvasView& view, std::string from, QPointF scenePos, bool fromClick)
    : Gesture(view), m_from(std::move(from)), m_start(scenePos), m_at(scenePos), m_waitsForClick(fromClick) {
    const Design& design = view.session().design();
    for (const Node& node : design.nodes)
        if (node.id.str() != m_from)
            m_refusals[node.id.str()] = whyLinkRefused(design, m_from, node.id.str());
    for (const Group& group : design.groups)
        if (group.id.str() != m_from)
            m_refusals[group.id.str()] = whyLinkRefused(design, m_from, group.id.str());
    emphasise();
}

std::unique_ptr<LinkGesture> LinkGesture::reroute(CanvasView& view, const std::string& link,
                                                  QPointF scenePos) {
    const Link* existing = view.session().design().links.find(link);
    if (!existing) return nullptr;
    auto gesture = std::make_unique<LinkGesture>(view, existing->from, scenePos);
    gesture->m_rerouted = link;
    gesture->m_moved = true; // a click on the arrow does not begin a link
    return gesture;
}

void LinkGesture::emphasise() {
    std::map<std::string, Emphasis> emphasis;
    for (const auto& [id, refusal] : m_refusals)
        emphasis[id] = refusal.empty() ? Emphasis::target : Emphasis::dimmed;
    m_view.canvasScene().setEmphasis(emphasis);
}

void LinkGesture::move(QPointF scenePos, QPoint, Qt::KeyboardModifiers) {
    m_at = scenePos;
    CanvasScene& scene = m_view.canvasScene();
    const Design& design = m_view.session().design();
    std::string over = scene.linkEndAt(scenePos, 1 / m_view.zoom());
    // Over a card that refuses, its group may still be meant: the group is what the tip names then.
    if (const Node* node = design.nodes.find(over); node && node->group && over != m_from) {
        const auto own = m_refusals.find(over), group = m_refusals.find(node->group->str());
        if (own != m_refusals.end() && !own->second.empty() && group != m_refusals.end() &&
            group->second.empty())
            over = node->group->str();
    }
    if (over != m_from) m_moved = true;
    m_over = over == m_from ? std::string() : over;
    const auto refusal = m_refusals.find(m_over);
    m_refused = refusal != m_refusals.end() && !refusal->second.empty();
    if (refusal == m_refusals.end())
        m_tip.clear();
    else if (m_refused)
        m_tip = QString::fromStdString(refusal->second);
    else
        m_tip =
            QStringLiteral("Link %1 to %2").arg(words::nameOf(design, m_from), words::nameOf(design, m_over));
    m_view.viewport()->update();
}

void LinkGesture::release(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers) {
    move(scenePos, viewPos, modifiers);
    // Released where it began: a click, so the second click ends it.
    if (!m_moved && !m_waitsForClick) {
        m_waitsForClick = true;
        return;
    }
    m_waitsForClick = false;
    m_view.canvasScene().setEmphasis({});
    m_view.viewport()->update();
    Session& session = m_view.session();
    const auto refusal = m_refusals.find(m_over);
    if (refusal == m_refusals.end()) return;
    if (m_refused) {
        emit m_view.statusHint(m_tip);
        return;
    }
    if (!m_rerouted.empty()) {
        session.apply(operation::set(Collection::links, m_rerouted, "/to", Json(m_over),
                                     "Link " + m_from + " to " + m_over));
        return;
    }
    const LinkCreation created = linkOperation(session.design(), m_from, m_over);
    if (session.apply(created.operation)) session.select({QString::fromStdString(created.id)});
}

void LinkGesture::cancel() {
    m_waitsForClick = false;
    m_view.canvasScene().setEmphasis({});
    m_view.viewport()->update();
}

QString LinkGesture::hint() const {
    if (!m_tip.isEmpty()) return m_tip;
    return QStringLiteral("Drop on what %1 should call. Esc: cancel")
        .arg(words::nameOf(m_view.session().design(), m_from));
}

void LinkGesture::paint(QPainter& painter) {
    const CanvasScene& scene = m_view.canvasScene();
    const Design& design = m_view.session().design();
    const auto boxOf = [&](const std::string& id) {
        if (design.groups.contains(id)) return groupOutline(design, GroupId(id), scene.shown());
        const auto found = scene.shown().find(id);
        return found == scene.shown().end() ? QRectF() : found->second;
    };
    const QRectF from = boxOf(m_from);
    if (from.isNull() || from.contains(m_at)) return;
    const QRectF to = m_over.empty() ? QRectF() : boxOf(m_over);
    const Route route = to.isNull() || m_refused ? routeToPoint(from, m_at) : routeBetween(from, to);
    const QColor color = m_view.theme().color(m_refused ? Tone::bad : Tone::accent);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(color, 2, m_refused ? Qt::DashLine : Qt::SolidLine, Qt::RoundCap));
    painter.drawPath(route.path);
    painter.save();
    painter.translate(route.tip);
    painter.rotate(route.angle);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    const QPointF head[] = {{-9, -4}, {0, 0}, {-9, 4}};
    painter.drawPolygon(head, 3);
    painter.restore();
}

} // namespace alwayson::gui
