#pragma once
// A canvas on a small design, and hands to use it: coordinates only through the view, assertions on the
// document.

#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/canvas_view.h"
#include "app/gui/canvas/node_item.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "core/base/json.h"
#include "core/model/codec.h"
#include "tests/support/test_support.h"

#include <QDropEvent>
#include <QMimeData>

namespace alwayson::gui::test {

inline Operation addNode(const char* id, const char* kind, const char* domain = nullptr,
                         const char* group = nullptr) {
    Node node;
    node.id = NodeId(id);
    node.kind = kind;
    if (domain) node.domain = DomainId(domain);
    if (group) node.group = GroupId(group);
    return operation::insertNode(node);
}

inline Operation addDomain(const char* id, const char* kind, const char* parent = nullptr) {
    Domain domain;
    domain.id = DomainId(id);
    domain.kind = kind;
    if (parent) domain.parent = DomainId(parent);
    return operation::insertDomain(domain);
}

inline Operation addGroup(const char* id) {
    Group group;
    group.id = GroupId(id);
    group.kind = "pool";
    return operation::insertGroup(group);
}

inline Operation addLink(const char* id, const char* from, const char* to) {
    Link link;
    link.id = LinkId(id);
    link.from = from;
    link.to = to;
    return operation::insertLink(link);
}

// Clients, a balancer and web1 in zone a, web2 in zone b; nothing below (0, 480).
struct CanvasFixture {
    CanvasFixture() {
        session.apply(operation::batch(
            "Fixture", {addDomain("a", "zone"), addDomain("b", "zone"), addGroup("web"),
                        addNode("users", "client"), addNode("lb", "haproxy", "a"),
                        addNode("web1", "server", "a", "web"), addNode("web2", "server", "b", "web"),
                        addLink("users-lb", "users", "lb"), addLink("lb-web", "lb", "web"),
                        operation::place("a", {240, 0, 312, 384}), operation::place("b", {600, 0, 312, 384}),
                        operation::place("users", {0, 96}), operation::place("lb", {312, 96}),
                        operation::place("web1", {312, 240}), operation::place("web2", {672, 240})}));
        session.undoStack().clear();
        view.resize(1200, 800);
        view.show();
    }
    bool ready() { return QTest::qWaitForWindowExposed(&view); }
    const Design& design() const { return session.design(); }
    std::string bytes() const { return toJson(session.design()).dump(2); }
    QPoint at(double x, double y) const { return view.mapFromScene(QPointF(x, y)); }
    QPoint middleOf(const char* id) const {
        return view.mapFromScene(view.canvasScene().shown().find(id)->second.center());
    }

    void press(QPoint pos, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mousePress(view.viewport(), Qt::LeftButton, modifiers, pos);
    }
    void release(QPoint pos, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mouseRelease(view.viewport(), Qt::LeftButton, modifiers, pos);
    }
    // QTest::mouseMove sends no buttons and no modifiers.
    void moveTo(QPoint pos, Qt::KeyboardModifiers modifiers = {}) {
        QMouseEvent move(QEvent::MouseMove, pos, view.viewport()->mapToGlobal(pos), Qt::NoButton,
                         Qt::LeftButton, modifiers);
        QCoreApplication::sendEvent(view.viewport(), &move);
    }
    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = {}) {
        press(from, modifiers);
        moveTo((from * 2 + to) / 3, modifiers);
        moveTo(to, modifiers);
        release(to, modifiers);
    }
    void dropKind(const char* path, QPoint pos) {
        QMimeData mime;
        mime.setData(QLatin1String(CanvasView::kPaletteMime), path);
        QDragEnterEvent enter(pos, Qt::CopyAction, &mime, Qt::LeftButton, {});
        QCoreApplication::sendEvent(view.viewport(), &enter);
        QDragMoveEvent move(pos, Qt::CopyAction, &mime, Qt::LeftButton, {});
        QCoreApplication::sendEvent(view.viewport(), &move);
        QDropEvent drop(QPointF(pos), Qt::CopyAction, &mime, Qt::LeftButton, {});
        QCoreApplication::sendEvent(view.viewport(), &drop);
    }

    Session session;
    Theme theme;
    CanvasView view{session, theme};
};

} // namespace alwayson::gui::test
