// Keyboard of the canvas, and the edits that actions and shortcuts call.

#include "app/gui/canvas/canvas_edit.h"
#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/canvas_view.h"
#include "app/gui/canvas/domain_item.h"
#include "app/gui/canvas/gestures.h"
#include "app/gui/canvas/group_item.h"
#include "app/gui/canvas/inline_rename.h"
#include "app/gui/canvas/link_item.h"
#include "app/gui/canvas/minimap.h"
#include "app/gui/canvas/node_item.h"
#include "app/gui/session/session.h"

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>
#include <QScrollBar>

#include <cmath>
#include <limits>

namespace alwayson::gui {

namespace {

std::vector<std::string> toIds(const QStringList& list) {
    std::vector<std::string> ids;
    for (const QString& id : list)
        ids.push_back(id.toStdString());
    return ids;
}

QStringList toQt(const std::vector<std::string>& ids) {
    QStringList list;
    for (const std::string& id : ids)
        list << QString::fromStdString(id);
    return list;
}

QPointF direction(int key) {
    switch (key) {
    case Qt::Key_Left:
        return {-1, 0};
    case Qt::Key_Right:
        return {1, 0};
    case Qt::Key_Up:
        return {0, -1};
    case Qt::Key_Down:
        return {0, 1};
    default:
        return {};
    }
}

} // namespace

void CanvasView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) {
        if (m_gesture || m_paletteDrag)
            cancelGesture();
        else if (m_tool != Tool::select)
            setTool(Tool::select);
        else
            m_session.select({});
        return event->accept();
    }
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat() && !m_gesture) {
        m_spaceHeld = true;
        updateCursor();
        return event->accept();
    }
    if (moveKey(event) || editKey(event)) return event->accept();
    QGraphicsView::keyPressEvent(event);
}

void CanvasView::keyReleaseEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) {
        m_spaceHeld = false;
        updateCursor();
        return event->accept();
    }
    QGraphicsView::keyReleaseEvent(event);
}

bool CanvasView::moveKey(QKeyEvent* event) {
    const QPointF way = direction(event->key());
    if (way.isNull()) return false;
    if (event->modifiers() & Qt::ControlModifier) {
        walk(event->key());
        return true;
    }
    if (m_session.selection().isEmpty()) {
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() + int(way.x() * 60));
        verticalScrollBar()->setValue(verticalScrollBar()->value() + int(way.y() * 60));
        return true;
    }
    const double step = event->modifiers() & Qt::AltModifier     ? 1
                        : event->modifiers() & Qt::ShiftModifier ? 10 * kGrid
                                                                 : kGrid;
    nudge(way * step);
    return true;
}

bool CanvasView::editKey(QKeyEvent* event) {
    if (event->matches(QKeySequence::SelectAll))
        selectAll();
    else if (event->matches(QKeySequence::Copy))
        copySelection();
    else if (event->matches(QKeySequence::Cut))
        cutSelection();
    else if (event->matches(QKeySequence::Paste))
        paste();
    else if (event->key() == Qt::Key_D && event->modifiers() == Qt::ControlModifier)
        duplicateSelection();
    else if (event->key() == Qt::Key_Delete || event->key() == Qt::Key_Backspace)
        deleteSelection();
    else if (event->key() == Qt::Key_F2)
        renameSelection();
    else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        if (m_session.selection().isEmpty()) return false;
        emit inspectRequested(m_session.selection().first());
    } else
        return false;
    return true;
}

void CanvasView::nudge(QPointF by) {
    std::vector<std::string> roots;
    for (const std::string& id : toIds(m_session.selection()))
        if (!m_scene->link(id)) roots.push_back(id);
    if (roots.empty()) return;
    Boxes after;
    for (const std::string& id : withContents(m_session.design(), roots))
        if (const auto box = m_scene->boxes().find(id); box != m_scene->boxes().end())
            after[id] = box->second.translated(by);
    const std::optional<Operation> operation =
        moveOperation(m_session.design(), m_scene->boxes(), after, roots);
    if (!operation) return;
    if (m_nudgeGesture == 0) m_nudgeGesture = m_session.newGesture();
    m_session.apply(*operation, m_nudgeGesture);
}

void CanvasView::focusThing(const std::string& id) {
    m_nudgeGesture = 0;
    m_session.select({QString::fromStdString(id)});
    m_scene->setKeyboardFocus(id);
    if (const CanvasItem* thing = m_scene->item(id)) ensureVisible(thing->sceneBoundingRect(), 40, 40);
    const QString spoken = m_scene->describe(id);
    setAccessibleDescription(spoken);
    QAccessibleEvent changed(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&changed);
    emit statusHint(spoken);
}

// Tab visits the nodes in the order of the design; after the last one it leaves the canvas.
bool CanvasView::focusNextPrevChild(bool next) {
    const auto& nodes = m_session.design().nodes;
    if (nodes.empty() || !hasFocus()) return QGraphicsView::focusNextPrevChild(next);
    const std::string& now = m_scene->keyboardFocus();
    std::size_t at = now.empty() ? nodes.npos : nodes.indexOf(now);
    if (at == nodes.npos)
        at = next ? 0 : nodes.size() - 1;
    else if (next ? at + 1 == nodes.size() : at == 0) {
        m_scene->setKeyboardFocus({});
        return QGraphicsView::focusNextPrevChild(next);
    } else
        at = next ? at + 1 : at - 1;
    focusThing(nodes.at(at).id.str());
    return true;
}

void CanvasView::walk(int key) {
    const QPointF way = direction(key);
    const QStringList selection = m_session.selection();
    const CanvasItem* from = selection.isEmpty() ? nullptr : m_scene->item(selection.first().toStdString());
    if (!from) {
        if (!m_session.design().nodes.empty()) focusThing(m_session.design().nodes.at(0).id.str());
        return;
    }
    const QPointF start = from->sceneBoundingRect().center();
    std::string best;
    double bestCost = std::numeric_limits<double>::infinity();
    for (const Node& node : m_session.design().nodes) {
        const NodeItem* card = m_scene->node(node.id.str());
        if (!card || card == from) continue;
        const QPointF to = card->card().center() - start;
        const double along = QPointF::dotProduct(to, way);
        const double aside = std::abs(QPointF::dotProduct(to, QPointF(way.y(), way.x())));
        if (along < 1 || along + 2 * aside >= bestCost || aside > 2 * along) continue;
        bestCost = along + 2 * aside;
        best = node.id.str();
    }
    if (!best.empty()) focusThing(best);
}

void CanvasView::selectAll() {
    const Design& design = m_session.design();
    QStringList all;
    for (const Node& node : design.nodes)
        all << QString::fromStdString(node.id.str());
    for (const Domain& domain : design.domains)
        all << QString::fromStdString(domain.id.str());
    for (const Group& group : design.groups)
        all << QString::fromStdString(group.id.str());
    for (const Link& link : design.links)
        all << QString::fromStdString(link.id.str());
    m_session.select(all);
}

void CanvasView::deleteSelection() {
    const std::vector<std::string> ids = toIds(m_session.selection());
    if (ids.empty()) return;
    cancelGesture();
    if (m_session.apply(operation::removeAll(m_session.design(), ids))) m_session.select({});
}

void CanvasView::copySelection() {
    const std::vector<std::string> ids = toIds(m_session.selection());
    if (ids.empty()) return;
    QApplication::clipboard()->setText(
        QString::fromStdString(copyText(m_session.design(), m_scene->boxes(), ids)));
    emit m_session.notice(ids.size() == 1
                              ? QStringLiteral("Copied %1").arg(QString::fromStdString(ids.front()))
                              : QStringLiteral("Copied %1 things").arg(ids.size()));
}

void CanvasView::cutSelection() {
    copySelection();
    deleteSelection();
}

void CanvasView::paste() {
    const std::string text = QApplication::clipboard()->text().toStdString();
    if (!isFragment(text)) {
        emit m_session.notice(QStringLiteral("The clipboard holds no part of a design"));
        return;
    }
    const bool mouseHere = viewport()->rect().contains(m_lastMouse) && viewport()->underMouse();
    const QPoint at = mouseHere ? m_lastMouse : viewport()->rect().center() - QPoint(90, 40);
    const Result<Pasting> pasting =
        pasteOperation(m_session.design(), m_scene->boxes(), text, snapped(mapToScene(at)));
    if (!pasting) {
        emit m_session.errorRaised(QStringLiteral("Nothing was pasted"),
                                   QString::fromStdString(describe(pasting.error())));
        return;
    }
    if (m_session.apply(pasting->operation)) m_session.select(toQt(pasting->ids));
}

void CanvasView::duplicateSelection() {
    const std::vector<std::string> ids = toIds(m_session.selection());
    if (ids.empty()) return;
    const Result<Pasting> pasting =
        pasteOperation(m_session.design(), m_scene->boxes(),
                       copyText(m_session.design(), m_scene->boxes(), ids), std::nullopt);
    if (pasting && m_session.apply(pasting->operation)) m_session.select(toQt(pasting->ids));
}

void CanvasView::groupSelection(const QString& groupKind) {
    const std::optional<Creation> creation =
        groupOperation(m_session.design(), toIds(m_session.selection()), groupKind.toStdString());
    if (!creation) {
        emit m_session.notice(
            QStringLiteral("Select nodes that can stand in for each other first, for instance two servers"));
        return;
    }
    if (m_session.apply(creation->operation)) m_session.select({QString::fromStdString(creation->id)});
}

void CanvasView::alignSelection(Qt::Alignment alignment) {
    const auto operation =
        alignOperation(m_session.design(), m_scene->boxes(), toIds(m_session.selection()), alignment);
    if (operation) m_session.apply(*operation);
}

void CanvasView::distributeSelection(Qt::Orientation orientation) {
    const auto operation =
        distributeOperation(m_session.design(), m_scene->boxes(), toIds(m_session.selection()), orientation);
    if (operation) m_session.apply(*operation);
}

void CanvasView::renameSelection() {
    for (const std::string& id : toIds(m_session.selection()))
        if (!m_scene->link(id)) return startRename(id);
}

void CanvasView::startRename(const std::string& id) {
    const Design& design = m_session.design();
    QString name;
    QRectF place;
    Collection collection = Collection::nodes;
    if (const Node* node = design.nodes.find(id)) {
        name = QString::fromStdString(node->displayName());
        place = QRectF(m_scene->node(id)->card().topLeft() + QPointF(50, 10), QSizeF(114, 26));
    } else if (const Domain* domain = design.domains.find(id)) {
        name = QString::fromStdString(domain->displayName());
        collection = Collection::domains;
        place = QRectF(m_scene->domain(id)->box().topLeft() + QPointF(10, 4), QSizeF(150, 26));
    } else if (const Group* group = design.groups.find(id)) {
        name = QString::fromStdString(group->displayName());
        collection = Collection::groups;
        place = QRectF(m_scene->group(id)->tab().topLeft() + QPointF(4, -4), QSizeF(130, 26));
    } else
        return;
    QRect rect = mapFromScene(place).boundingRect();
    rect.setSize(rect.size().expandedTo(QSize(114, 26)));
    if (m_rename) m_rename->setFocus();
    m_rename = new InlineRename(viewport(), rect, name, [this, id, collection](const QString& wanted) {
        // The id itself is shown when there is no name, so an empty name means that again.
        const std::string text = wanted.toStdString() == id ? std::string() : wanted.toStdString();
        m_session.apply(operation::rename(collection, id, text));
        setFocus(Qt::OtherFocusReason);
    });
}

} // namespace alwayson::gui
