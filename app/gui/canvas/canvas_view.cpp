#include "app/gui/canvas/canvas_view.h"

#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/context_menu.h"
#include "app/gui/canvas/domain_item.h"
#include "app/gui/canvas/gestures.h"
#include "app/gui/canvas/group_item.h"
#include "app/gui/canvas/inline_rename.h"
#include "app/gui/canvas/link_item.h"
#include "app/gui/canvas/link_tip.h"
#include "app/gui/canvas/minimap.h"
#include "app/gui/canvas/node_item.h"
#include "app/gui/canvas/palette_drag.h"
#include "app/gui/canvas/playback.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"

#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QLineF>
#include <QMenu>
#include <QMouseEvent>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

CanvasView::CanvasView(Session& session, const Theme& theme, QWidget* parent)
    : QGraphicsView(parent), m_session(session), m_theme(theme),
      m_scene(new CanvasScene(session, theme, this)) {
    setScene(m_scene);
    setObjectName(QStringLiteral("canvas"));
    setFrameShape(QFrame::NoFrame);
    setViewportUpdateMode(MinimalViewportUpdate);
    setOptimizationFlag(DontSavePainterState);
    setOptimizationFlag(DontAdjustForAntialiasing);
    setTransformationAnchor(NoAnchor);
    setResizeAnchor(NoAnchor);
    setDragMode(NoDrag);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAcceptDrops(true);
    viewport()->setAcceptDrops(true);
    setAccessibleName(QStringLiteral("Canvas"));
    m_minimap = new Minimap(*this);
    m_tip = new LinkTip(theme, viewport());
    m_playback = std::make_unique<PlaybackAnimator>(session, theme, *m_scene);
    connect(&session, &Session::documentReplaced, this, &CanvasView::documentReplaced);
    connect(&session, &Session::designChanged, this,
            [this](const ChangeSet& changes) { m_drawn = m_drawn || !changes.added.empty(); });
    connect(m_scene, &CanvasScene::itemsChanged, this, [this] {
        growSceneRect();
        viewport()->update();
    });
    connect(&theme, &Theme::changed, this, [this] { viewport()->update(); });
    growSceneRect();
    updateCursor();
    m_minimap->setWanted(true);
}

CanvasView::~CanvasView() = default;

double CanvasView::zoom() const {
    return transform().m11();
}

void CanvasView::setZoom(double zoom, QPointF anchor) {
    const double wanted = std::clamp(zoom, kMinimumZoom, kMaximumZoom);
    if (std::abs(wanted - this->zoom()) < 1e-9) return;
    const QPointF before = viewportTransform().inverted().map(anchor);
    setTransform(QTransform::fromScale(wanted, wanted));
    const QPointF after = viewportTransform().map(before) - anchor;
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() + int(std::lround(after.x())));
    verticalScrollBar()->setValue(verticalScrollBar()->value() + int(std::lround(after.y())));
    if (!m_arranging) m_ownView = true;
    m_scene->setZoom(wanted);
    m_minimap->schedule();
    emit zoomChanged(wanted);
}

void CanvasView::zoomIn() {
    setZoom(zoom() * 1.25, QRectF(viewport()->rect()).center());
}
void CanvasView::zoomOut() {
    setZoom(zoom() / 1.25, QRectF(viewport()->rect()).center());
}
void CanvasView::zoomTo100() {
    setZoom(1, QRectF(viewport()->rect()).center());
}

void CanvasView::zoomToFit() {
    const QScopedValueRollback arranging(m_arranging, true);
    m_ownView = m_drawn = false;
    QRectF content = m_scene->contentRect();
    if (content.isNull()) {
        setZoom(1, {});
        centerOn(0, 0);
        return;
    }
    content.adjust(-kGrid, -kGrid, kGrid, kGrid);
    const double wanted =
        std::min({viewport()->width() / content.width(), viewport()->height() / content.height(), 1.0});
    setZoom(wanted, QRectF(viewport()->rect()).center());
    centerOn(content.center());
    m_minimap->schedule();
}

void CanvasView::refit() {
    if (!m_ownView && isVisible()) zoomToFit();
}

void CanvasView::refitIfHidden() {
    if (!mapToScene(viewport()->rect()).boundingRect().contains(m_scene->contentRect())) refit();
}

void CanvasView::zoomToSelection() {
    QRectF around;
    for (const QString& id : m_session.selection())
        if (const CanvasItem* thing = m_scene->item(id.toStdString()))
            around = around.united(thing->sceneBoundingRect());
    if (around.isNull()) return zoomToFit();
    around.adjust(-2 * kGrid, -2 * kGrid, 2 * kGrid, 2 * kGrid);
    setZoom(std::min({viewport()->width() / around.width(), viewport()->height() / around.height(), 2.0}),
            QRectF(viewport()->rect()).center());
    centerOn(around.center());
}

void CanvasView::centreOn(const QString& id) {
    const CanvasItem* thing = m_scene->item(id.toStdString());
    if (!thing) return;
    const QRectF box = thing->sceneBoundingRect();
    // Who sees it already keeps the view.
    if (mapToScene(viewport()->rect()).boundingRect().contains(box)) return;
    centerOn(box.center());
    m_minimap->schedule();
}

void CanvasView::growSceneRect() {
    // Generous and rarely changed: a rect that follows the content makes the view jump.
    const QRectF content = m_scene->contentRect();
    const QRectF needed = content.adjusted(-2000, -2000, 2000, 2000);
    if (sceneRect().contains(needed)) return;
    const QScopedValueRollback arranging(m_arranging, true);
    const QPointF middle = mapToScene(viewport()->rect().center());
    setSceneRect(needed.adjusted(-4000, -4000, 4000, 4000).united(sceneRect()));
    centerOn(middle);
}

void CanvasView::documentReplaced() {
    cancelGesture();
    m_fitPending = true;
    if (isVisible() && viewport()->width() > 50) {
        m_fitPending = false;
        zoomToFit();
    }
}

void CanvasView::resizeEvent(QResizeEvent* event) {
    const QScopedValueRollback arranging(m_arranging, true);
    // The middle stays in the middle when a dock is moved.
    const QPointF middle = mapToScene(QRect(QPoint(), event->oldSize()).center());
    const bool newWindow = window()->size() != m_windowSize;
    m_windowSize = window()->size();
    QGraphicsView::resizeEvent(event);
    m_minimap->place();
    if (m_fitPending && viewport()->width() > 50) {
        m_fitPending = !isVisible(); // until then the size may still change
        zoomToFit();
    } else if (isVisible() && !m_ownView && (newWindow || !m_drawn)) {
        zoomToFit();
    } else if (event->oldSize().isValid()) {
        centerOn(middle);
    }
}

void CanvasView::showEvent(QShowEvent* event) {
    QGraphicsView::showEvent(event);
    if (!m_fitPending || viewport()->width() <= 50) return;
    m_fitPending = false;
    zoomToFit();
}

void CanvasView::setMinimapVisible(bool visible) {
    m_minimap->setWanted(visible);
}

void CanvasView::scrollContentsBy(int dx, int dy) {
    QGraphicsView::scrollContentsBy(dx, dy);
    if (!m_arranging) m_ownView = true;
    // Scrolling moves child widgets of the viewport along.
    if (m_minimap) m_minimap->place();
}

// ---- tools

void CanvasView::setTool(Tool tool) {
    cancelGesture();
    if (tool == m_tool) return;
    m_tool = tool;
    updateCursor();
    updateHint();
    emit toolChanged(tool);
}

void CanvasView::updateCursor() {
    if (m_gesture) return;
    if (m_tool == Tool::pan || m_spaceHeld)
        viewport()->setCursor(Qt::OpenHandCursor);
    else if (m_tool == Tool::connect)
        viewport()->setCursor(Qt::CrossCursor);
    else
        viewport()->setCursor(Qt::ArrowCursor);
}

void CanvasView::updateHint() {
    QString hint = m_gesture ? m_gesture->hint() : QString();
    if (hint.isEmpty()) switch (m_tool) {
        case Tool::select:
            hint = QStringLiteral("Drag to move or select   Drag from the dots at a card's edge to link   "
                                  "Wheel: zoom   Space: pan");
            break;
        case Tool::connect:
            hint = QStringLiteral("Drag from what calls to what is called");
            break;
        case Tool::pan:
            hint = QStringLiteral("Drag to move the view");
            break;
        }
    emit statusHint(hint);
}

void CanvasView::updateTip(QPoint globalPos) {
    const QString tip = m_gesture ? m_gesture->tip() : QString();
    if (tip.isEmpty()) return m_tip->hide();
    const QPoint cursor = viewport()->mapFromGlobal(globalPos);
    const QPointF scenePos = mapToScene(cursor);
    QRect over;
    std::vector<QRect> cards;
    for (const auto& [id, box] : m_scene->shown()) {
        if (!m_scene->node(id)) continue;
        cards.push_back(mapFromScene(box).boundingRect());
        if (m_gesture->tipIsRefusal() && box.contains(scenePos)) over = cards.back();
    }
    m_tip->say(tip, m_gesture->tipIsRefusal(), cursor, over, cards);
}

QString CanvasView::linkHint() const {
    return m_gesture ? m_gesture->tip() : QString();
}

void CanvasView::beginGesture(std::unique_ptr<Gesture> gesture) {
    m_nudgeGesture = 0;
    m_gesture = std::move(gesture);
    m_scene->setPortsShown({});
    updateHint();
}

void CanvasView::endGesture() {
    m_gesture.reset();
    updateCursor();
    updateHint();
    updateTip({});
    m_minimap->schedule();
}

void CanvasView::cancelGesture() {
    clearPaletteGhost();
    if (!m_gesture) return;
    m_gesture->cancel();
    endGesture();
}

void CanvasView::linkFrom(const QString& id, QPointF scenePos) {
    cancelGesture();
    beginGesture(std::make_unique<LinkGesture>(*this, id.toStdString(), scenePos, true));
}

std::unique_ptr<Gesture> CanvasView::gestureFor(QPointF scenePos, QPoint viewPos,
                                                Qt::KeyboardModifiers modifiers) {
    const double pixel = 1 / zoom();
    if (m_tool == Tool::pan || m_spaceHeld) return std::make_unique<PanGesture>(*this, viewPos);
    if (m_tool == Tool::connect) {
        const std::string from = m_scene->linkEndAt(scenePos, pixel);
        if (!from.empty()) return std::make_unique<LinkGesture>(*this, from, scenePos);
        return std::make_unique<BandGesture>(*this, scenePos, viewPos, modifiers);
    }
    for (const QString& id : m_session.selection())
        if (const DomainItem* place = m_scene->domain(id.toStdString()))
            if (const Qt::Edges edges = place->handleAt(scenePos, pixel))
                return std::make_unique<ResizeGesture>(*this, id.toStdString(), edges, scenePos);
    for (const QString& selected : m_session.selection())
        if (const LinkItem* link = m_scene->link(selected.toStdString()))
            for (const Strand& strand : link->strands())
                if (QLineF(strand.route.tip, scenePos).length() <= 8 * pixel)
                    return LinkGesture::reroute(*this, link->id(), scenePos);
    const std::string top = m_scene->cardAt(scenePos, pixel); // hides the ports of the cards beneath
    for (const Node& node : m_session.design().nodes)
        if (const NodeItem* card = m_scene->node(node.id.str());
            card && (top.empty() || top == node.id.str()) && zoom() >= kPlainBelow &&
            card->portAt(scenePos, pixel))
            return std::make_unique<LinkGesture>(*this, node.id.str(), scenePos);
    const std::string id = m_scene->idAt(scenePos, pixel);
    if (!id.empty()) return std::make_unique<MoveGesture>(*this, id, scenePos, viewPos, modifiers);
    return std::make_unique<BandGesture>(*this, scenePos, viewPos, modifiers);
}

void CanvasView::mousePressEvent(QMouseEvent* event) {
    const QPoint viewPos = event->position().toPoint();
    const QPointF scenePos = mapToScene(viewPos);
    setFocus(Qt::MouseFocusReason);
    m_scene->setKeyboardFocus({});
    event->accept();
    if (auto* link = dynamic_cast<LinkGesture*>(m_gesture.get()); link && link->waitsForClick()) {
        if (event->button() == Qt::LeftButton)
            link->move(scenePos, viewPos, event->modifiers());
        else
            cancelGesture();
        return;
    }
    if (m_gesture) return;
    if (event->button() == Qt::LeftButton) {
        beginGesture(gestureFor(scenePos, viewPos, event->modifiers()));
    } else if (event->button() == Qt::MiddleButton) {
        beginGesture(std::make_unique<PanGesture>(*this, viewPos));
    } else if (event->button() == Qt::RightButton) {
        const QPoint globalPos = event->globalPosition().toPoint();
        beginGesture(std::make_unique<PanGesture>(*this, viewPos, [this, viewPos, globalPos] {
            QMetaObject::invokeMethod(
                this, [this, viewPos, globalPos] { showContextMenu(viewPos, globalPos); },
                Qt::QueuedConnection);
        }));
    }
}

void CanvasView::mouseMoveEvent(QMouseEvent* event) {
    const QPoint viewPos = event->position().toPoint();
    m_lastMouse = viewPos;
    if (!m_gesture) return updateHover(viewPos);
    m_gesture->move(mapToScene(viewPos), viewPos, event->modifiers());
    updateHint();
    updateTip(event->globalPosition().toPoint());
}

void CanvasView::mouseReleaseEvent(QMouseEvent* event) {
    if (!m_gesture) return;
    const QPoint viewPos = event->position().toPoint();
    m_gesture->release(mapToScene(viewPos), viewPos, event->modifiers());
    // Releasing may have opened a document or asked for a second click.
    if (const auto* link = dynamic_cast<LinkGesture*>(m_gesture.get()); link && link->waitsForClick())
        return updateHint();
    if (m_gesture) endGesture();
    updateHover(viewPos);
}

void CanvasView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || m_tool == Tool::pan) return mousePressEvent(event);
    const std::string id = m_scene->areaAt(mapToScene(event->position().toPoint()), 1 / zoom());
    if (id.empty()) return mousePressEvent(event);
    cancelGesture();
    m_session.select({QString::fromStdString(id)});
    if (m_scene->link(id))
        emit inspectRequested(QString::fromStdString(id));
    else
        startRename(id);
}

void CanvasView::wheelEvent(QWheelEvent* event) {
    // Trackpads send many small steps: use all of them, in proportion.
    const QPoint pixels = event->pixelDelta();
    const bool trackpad = !pixels.isNull();
    if (trackpad && !(event->modifiers() & Qt::ControlModifier)) {
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() - pixels.x());
        verticalScrollBar()->setValue(verticalScrollBar()->value() - pixels.y());
    } else if (event->modifiers() & Qt::ShiftModifier) {
        const int by = event->angleDelta().y() != 0 ? event->angleDelta().y() : event->angleDelta().x();
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() - by);
    } else {
        const double steps = trackpad ? pixels.y() / 80.0 : event->angleDelta().y() / 120.0;
        setZoom(zoom() * std::pow(1.2, steps), event->position());
    }
    event->accept();
    m_minimap->schedule();
}

void CanvasView::updateHover(QPoint viewPos) {
    const QPointF scenePos = mapToScene(viewPos);
    const double pixel = 1 / zoom();
    const std::string id = m_tool == Tool::pan ? std::string() : m_scene->idAt(scenePos, pixel);
    m_scene->setHovered(id);
    // Ports show on the card under the mouse, and stay while the mouse is on a port that sticks out.
    std::string ports =
        m_scene->node(id) && zoom() >= kPlainBelow && m_tool != Tool::pan ? id : std::string();
    bool onPort = false;
    const std::string top = m_scene->cardAt(scenePos, pixel);
    for (const Node& node : m_session.design().nodes) {
        const NodeItem* card = m_scene->node(node.id.str());
        if (!card || (!top.empty() && top != node.id.str()) || zoom() < kPlainBelow || m_tool == Tool::pan ||
            !card->portAt(scenePos, pixel))
            continue;
        ports = node.id.str();
        onPort = true;
    }
    m_scene->setPortsShown(ports);
    if (m_tool != Tool::select || m_spaceHeld) return updateCursor();
    Qt::CursorShape shape = onPort ? Qt::CrossCursor : Qt::ArrowCursor;
    for (const QString& selected : m_session.selection())
        if (const DomainItem* place = m_scene->domain(selected.toStdString())) {
            const Qt::Edges edges = place->handleAt(scenePos, pixel);
            if (edges == (Qt::LeftEdge | Qt::TopEdge) || edges == (Qt::RightEdge | Qt::BottomEdge))
                shape = Qt::SizeFDiagCursor;
            else if (edges == (Qt::RightEdge | Qt::TopEdge) || edges == (Qt::LeftEdge | Qt::BottomEdge))
                shape = Qt::SizeBDiagCursor;
            else if (edges & (Qt::LeftEdge | Qt::RightEdge))
                shape = Qt::SizeHorCursor;
            else if (edges)
                shape = Qt::SizeVerCursor;
        }
    viewport()->setCursor(shape);
}

void CanvasView::leaveEvent(QEvent* event) {
    QGraphicsView::leaveEvent(event);
    m_scene->setHovered({});
    m_scene->setPortsShown({});
}

bool CanvasView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const std::string id = m_gesture ? std::string() : m_scene->idAt(mapToScene(help->pos()), 1 / zoom());
        if (!id.empty())
            QToolTip::showText(help->globalPos(), m_scene->describe(id), viewport());
        else if (!m_gesture)
            QToolTip::hideText();
        return true;
    }
    return QGraphicsView::viewportEvent(event);
}

bool CanvasView::event(QEvent* event) {
    if (event->type() == QEvent::FocusOut && m_spaceHeld) {
        m_spaceHeld = false;
        updateCursor();
    }
    return QGraphicsView::event(event);
}

void CanvasView::contextMenuEvent(QContextMenuEvent* event) {
    event->accept();
    // The mouse's menu comes with the release of the right button; this is the menu key.
    if (event->reason() == QContextMenuEvent::Mouse) return;
    const QStringList selection = m_session.selection();
    const CanvasItem* thing = selection.isEmpty() ? nullptr : m_scene->item(selection.first().toStdString());
    const QPoint at = thing ? mapFromScene(thing->sceneBoundingRect().center()) : viewport()->rect().center();
    showContextMenu(at, viewport()->mapToGlobal(at));
}

void CanvasView::showContextMenu(QPoint viewPos, QPoint globalPos) {
    const QPointF scenePos = mapToScene(viewPos);
    const std::string id = m_scene->areaAt(scenePos, 1 / zoom());
    if (!id.empty() && !m_session.selection().contains(QString::fromStdString(id)))
        m_session.select({QString::fromStdString(id)});
    QMenu* menu = makeContextMenu(*this, id, scenePos);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    m_session.holdTime(true); // who reads a menu does not want to miss the moment
    connect(menu, &QMenu::aboutToHide, &m_session, [&session = m_session] { session.holdTime(false); });
    menu->popup(globalPos);
}

} // namespace alwayson::gui
