#include "app/gui/canvas/gestures.h"

#include "app/gui/canvas/canvas_edit.h"
#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/canvas_view.h"
#include "app/gui/canvas/drop.h"
#include "app/gui/canvas/words.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"

#include <QApplication>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

namespace {

QStringList toQt(const std::vector<std::string>& ids) {
    QStringList list;
    for (const std::string& id : ids)
        list << QString::fromStdString(id);
    return list;
}

std::vector<std::string> selectionOf(const CanvasView& view) {
    std::vector<std::string> ids;
    for (const QString& id : view.session().selection())
        ids.push_back(id.toStdString());
    return ids;
}

} // namespace

// ---- move

MoveGesture::MoveGesture(CanvasView& view, std::string grabbed, QPointF scenePos, QPoint viewPos,
                         Qt::KeyboardModifiers modifiers)
    : Gesture(view), m_grabbed(std::move(grabbed)), m_start(scenePos), m_startPixel(viewPos) {
    const QString id = QString::fromStdString(m_grabbed);
    QStringList selection = view.session().selection();
    const bool selected = selection.contains(id);
    if (modifiers & Qt::ControlModifier) {
        if (selected)
            selection.removeAll(id);
        else
            selection << id;
        view.session().select(selection);
    } else if (!selected) {
        if (!(modifiers & Qt::ShiftModifier)) selection.clear();
        view.session().select(selection << id);
    } else {
        m_narrowOnClick = selection.size() > 1 && !(modifiers & Qt::ShiftModifier);
    }
}

void MoveGesture::move(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers) {
    CanvasScene& scene = m_view.canvasScene();
    const Design& design = m_view.session().design();
    if (!m_moving) {
        if ((viewPos - m_startPixel).manhattanLength() < QApplication::startDragDistance()) return;
        m_moving = true;
        m_roots.clear();
        std::vector<std::string> selected = selectionOf(m_view);
        if (std::find(selected.begin(), selected.end(), m_grabbed) == selected.end())
            selected.push_back(m_grabbed);
        for (const std::string& id : selected)
            if (!design.links.contains(id)) m_roots.push_back(id);
    }
    if (m_roots.empty()) return;
    QPointF delta = scenePos - m_start;
    if (modifiers & Qt::ShiftModifier)
        (std::abs(delta.x()) > std::abs(delta.y()) ? delta.ry() : delta.rx()) = 0;
    if (!(modifiers & Qt::AltModifier)) {
        // The grabbed thing lands on the grid; what moves along keeps its distance to it.
        const auto grabbed = scene.boxes().find(m_grabbed);
        const QPointF corner = grabbed == scene.boxes().end() ? QPointF() : grabbed->second.topLeft();
        delta = snapped(corner + delta) - corner;
    }
    m_after.clear();
    for (const std::string& id : withContents(design, m_roots))
        if (const auto box = scene.boxes().find(id); box != scene.boxes().end())
            m_after[id] = box->second.translated(delta);
    scene.setPreview(m_after);
    showTarget(m_after);
}

void MoveGesture::showTarget(const Boxes& after) {
    CanvasScene& scene = m_view.canvasScene();
    const Design& design = m_view.session().design();
    std::map<std::string, Emphasis> emphasis;
    m_hint.clear();
    m_tip.clear();
    const Ids moving = withContents(design, m_roots);
    for (const std::string& root : m_roots) {
        const DropTarget target = dropTargetOf(design, scene.boxes(), after, root, moving);
        const Node* node = design.nodes.find(root);
        const Domain* domain = design.domains.find(root);
        const std::string now = node && node->domain       ? node->domain->str()
                                : domain && domain->parent ? domain->parent->str()
                                                           : std::string();
        if (!target.group.empty()) {
            emphasis[target.group] = Emphasis::target;
            m_hint = QStringLiteral("Release to add %1 to %2")
                         .arg(words::nameOf(design, root), words::nameOf(design, target.group));
            if (!node || !node->group || node->group->str() != target.group)
                m_tip = QStringLiteral("joins %1").arg(words::nameOf(design, target.group)) +
                        (target.domain.empty()
                             ? QString()
                             : QStringLiteral(" in %1").arg(words::nameOf(design, target.domain)));
        } else if ((node || domain) && target.domain != now) {
            if (!target.domain.empty()) emphasis[target.domain] = Emphasis::target;
            m_hint = target.domain.empty()
                         ? QStringLiteral("Release to take %1 out of %2")
                               .arg(words::nameOf(design, root), words::nameOf(design, now))
                         : QStringLiteral("Release to place %1 in %2")
                               .arg(words::nameOf(design, root), words::nameOf(design, target.domain));
        }
    }
    scene.setEmphasis(emphasis);
    if (m_hint.isEmpty())
        m_hint = QStringLiteral("Alt: off the grid   Shift: one direction   Ctrl: copy   Esc: cancel");
}

void MoveGesture::release(QPointF, QPoint, Qt::KeyboardModifiers modifiers) {
    CanvasScene& scene = m_view.canvasScene();
    Session& session = m_view.session();
    scene.setEmphasis({});
    if (!m_moving) {
        if (m_narrowOnClick && !(modifiers & Qt::ControlModifier))
            session.select({QString::fromStdString(m_grabbed)});
        return;
    }
    if (m_after.empty()) return;
    const Boxes after = m_after;
    if (modifiers & Qt::ControlModifier) {
        QRectF around;
        for (const auto& [id, box] : after)
            around = around.united(box);
        const std::string text = copyText(session.design(), scene.boxes(), m_roots);
        scene.clearPreview();
        Result<Pasting> copies = pasteOperation(session.design(), scene.boxes(), text, around.topLeft());
        if (copies && session.apply(copies->operation)) session.select(toQt(copies->ids));
        return;
    }
    const std::optional<Operation> operation = moveOperation(session.design(), scene.boxes(), after, m_roots);
    if (!operation || !session.apply(*operation)) return scene.clearPreview();
    m_view.refitIfHidden();
}

void MoveGesture::cancel() {
    m_view.canvasScene().setEmphasis({});
    m_view.canvasScene().clearPreview();
}

// ---- resize

ResizeGesture::ResizeGesture(CanvasView& view, std::string domain, Qt::Edges edges, QPointF scenePos)
    : Gesture(view), m_domain(std::move(domain)), m_edges(edges), m_start(scenePos) {
    const CanvasScene& scene = view.canvasScene();
    m_before = m_after = scene.boxes().find(m_domain)->second;
    const bool empty = contentsOf(view.session().design(), m_domain).empty();
    m_needed = empty ? QRectF() : minimalDomainBox(view.session().design(), scene.boxes(), m_domain);
}

void ResizeGesture::move(QPointF scenePos, QPoint, Qt::KeyboardModifiers modifiers) {
    const QPointF delta = scenePos - m_start;
    const auto edge = [&](double before, double by) {
        return modifiers & Qt::AltModifier ? before + by : snapped(before + by);
    };
    constexpr double kLeast = 4 * kGrid;
    m_after = m_before;
    // What lies inside stays inside: a place never loses a member by being made smaller.
    const bool full = !m_needed.isNull();
    if (m_edges & Qt::LeftEdge)
        m_after.setLeft(std::min(
            {edge(m_before.left(), delta.x()), m_before.right() - kLeast, full ? m_needed.left() : 1e9}));
    if (m_edges & Qt::RightEdge)
        m_after.setRight(std::max(
            {edge(m_before.right(), delta.x()), m_before.left() + kLeast, full ? m_needed.right() : -1e9}));
    if (m_edges & Qt::TopEdge)
        m_after.setTop(std::min(
            {edge(m_before.top(), delta.y()), m_before.bottom() - kLeast, full ? m_needed.top() : 1e9}));
    if (m_edges & Qt::BottomEdge)
        m_after.setBottom(std::max(
            {edge(m_before.bottom(), delta.y()), m_before.top() + kLeast, full ? m_needed.bottom() : -1e9}));
    m_view.canvasScene().setPreview({{m_domain, m_after}});
}

void ResizeGesture::release(QPointF, QPoint, Qt::KeyboardModifiers) {
    Session& session = m_view.session();
    if (m_after == m_before ||
        !session.apply(resizeOperation(session.design(), m_view.canvasScene().boxes(), m_domain, m_after)))
        m_view.canvasScene().clearPreview();
}

void ResizeGesture::cancel() {
    m_view.canvasScene().clearPreview();
}

QString ResizeGesture::hint() const {
    return QStringLiteral("%1 x %2   Alt: off the grid   Esc: cancel")
        .arg(m_after.width())
        .arg(m_after.height());
}

// ---- rubber band

BandGesture::BandGesture(CanvasView& view, QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers)
    : Gesture(view), m_start(scenePos), m_at(scenePos), m_startPixel(viewPos), m_modifiers(modifiers) {}

std::vector<std::string> BandGesture::chosen() const {
    const bool wholly = m_at.x() >= m_start.x();
    std::vector<std::string> inside = m_view.canvasScene().idsIn(QRectF(m_start, m_at).normalized(), wholly);
    if (!(m_modifiers & (Qt::ShiftModifier | Qt::ControlModifier))) return inside;
    std::vector<std::string> result = selectionOf(m_view);
    for (const std::string& id : inside) {
        const auto found = std::find(result.begin(), result.end(), id);
        if (found == result.end())
            result.push_back(id);
        else if (m_modifiers & Qt::ControlModifier)
            result.erase(found);
    }
    return result;
}

void BandGesture::move(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers) {
    if (!m_banding && (viewPos - m_startPixel).manhattanLength() < QApplication::startDragDistance()) return;
    m_banding = true;
    m_at = scenePos;
    m_view.canvasScene().markPreview(chosen());
    m_view.viewport()->update();
}

void BandGesture::release(QPointF scenePos, QPoint, Qt::KeyboardModifiers) {
    Session& session = m_view.session();
    if (m_banding) {
        session.select(toQt(chosen()));
        m_view.canvasScene().markPreview(selectionOf(m_view));
        m_view.viewport()->update();
        return;
    }
    // A click: on the area of a place or group selects it, on nothing clears.
    const std::string id = m_view.canvasScene().areaAt(scenePos, 1 / m_view.zoom());
    QStringList selection =
        m_modifiers & (Qt::ShiftModifier | Qt::ControlModifier) ? session.selection() : QStringList();
    if (!id.empty() && !selection.contains(QString::fromStdString(id)))
        selection << QString::fromStdString(id);
    session.select(selection);
}

void BandGesture::cancel() {
    m_view.canvasScene().markPreview(selectionOf(m_view));
    m_view.viewport()->update();
}

void BandGesture::paint(QPainter& painter) {
    if (!m_banding) return;
    const bool wholly = m_at.x() >= m_start.x();
    QPen pen(m_view.theme().color(Tone::accent), 1, wholly ? Qt::SolidLine : Qt::DashLine);
    pen.setCosmetic(true);
    painter.setPen(pen);
    painter.setBrush(m_view.theme().color(Tone::accent, 0.08));
    painter.drawRect(QRectF(m_start, m_at).normalized());
}

QString BandGesture::hint() const {
    return m_at.x() >= m_start.x() ? QStringLiteral("Selects what lies wholly inside")
                                   : QStringLiteral("Selects what it touches");
}

// ---- pan

PanGesture::PanGesture(CanvasView& view, QPoint viewPos, std::function<void()> onClick)
    : Gesture(view), m_start(viewPos), m_last(viewPos), m_onClick(std::move(onClick)) {
    view.viewport()->setCursor(m_onClick ? Qt::ArrowCursor : Qt::ClosedHandCursor);
}

PanGesture::~PanGesture() = default;

void PanGesture::move(QPointF, QPoint viewPos, Qt::KeyboardModifiers) {
    constexpr int kClick = 5; // pixels: less is a click
    if (!m_panning && m_onClick && (viewPos - m_start).manhattanLength() < kClick) return;
    m_panning = true;
    m_view.viewport()->setCursor(Qt::ClosedHandCursor);
    const QPoint by = viewPos - m_last;
    m_last = viewPos;
    m_view.horizontalScrollBar()->setValue(m_view.horizontalScrollBar()->value() - by.x());
    m_view.verticalScrollBar()->setValue(m_view.verticalScrollBar()->value() - by.y());
}

void PanGesture::release(QPointF, QPoint, Qt::KeyboardModifiers) {
    if (!m_panning && m_onClick) m_onClick();
}

} // namespace alwayson::gui
