#pragma once
// Hands and eyes of the journeys: what a user does with the mouse in the real window, and what is then there.

#include "app/gui/canvas/canvas_view.h"
#include "app/gui/session/session.h"
#include "core/results/trace.h"
#include "tests/support/test_support.h"

#include <QDragEnterEvent>
#include <QMimeData>

namespace alwayson::gui::test {

inline QPoint viewPoint(CanvasView& canvas, QPointF scene) {
    return canvas.mapFromScene(scene);
}

// The middle of a node's card.
inline QPointF middleOf(const Session& session, const QString& id) {
    const CanvasBox box = session.design().canvas.at(id.toStdString());
    return {box.x + 86, box.y + 31};
}

inline void dropKind(CanvasView& canvas, const char* kind, QPointF scene) {
    QMimeData mime;
    mime.setData(CanvasView::kPaletteMime, kind);
    const QPoint at = viewPoint(canvas, scene);
    QDragEnterEvent enter(at, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(canvas.viewport(), &enter);
    QDragMoveEvent move(at, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(canvas.viewport(), &move);
    QDropEvent drop(at, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(canvas.viewport(), &drop);
}

inline void drag(CanvasView& canvas, QPointF from, QPointF to) {
    QWidget* viewport = canvas.viewport();
    QTest::mousePress(viewport, Qt::LeftButton, Qt::NoModifier, viewPoint(canvas, from));
    QTest::mouseMove(viewport, viewPoint(canvas, (from + to) / 2));
    QTest::mouseMove(viewport, viewPoint(canvas, to));
    QTest::mouseRelease(viewport, Qt::LeftButton, Qt::NoModifier, viewPoint(canvas, to));
}

inline QString newNode(const Design& before, const Design& after) {
    for (const Node& node : after.nodes)
        if (!before.nodes.contains(node.id.str())) return QString::fromStdString(node.id.str());
    return {};
}

inline const NodeFrame* frameOf(const Session& session, const QString& id) {
    const Frame* frame = session.currentFrame();
    const auto result = session.runResult();
    if (!frame || !result || !result->trace) return nullptr;
    for (std::size_t i = 0; i < result->trace->nodes.size(); ++i)
        if (result->trace->nodes[i] == id.toStdString()) return &frame->nodes[i];
    return nullptr;
}

} // namespace alwayson::gui::test
