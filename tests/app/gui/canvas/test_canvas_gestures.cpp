// The canvas as it is used: mouse, keyboard and drops from the palette. Key gestures run at several zooms.

#include "app/gui/canvas/context_menu.h"
#include "app/gui/canvas/domain_item.h"
#include "app/gui/canvas/group_item.h"
#include "app/gui/canvas/inline_rename.h"
#include "app/gui/canvas/link_item.h"
#include "app/gui/canvas/link_tip.h"
#include "tests/app/gui/canvas/canvas_fixture.h"

#include <QApplication>
#include <QClipboard>
#include <QMenu>
#include <QSignalSpy>

using namespace alwayson;
using namespace alwayson::gui;
using namespace alwayson::gui::test;

class TestCanvasGestures : public QObject {
    Q_OBJECT

    static void zooms() {
        QTest::addColumn<double>("zoom");
        QTest::newRow("50 %") << 0.5;
        QTest::newRow("100 %") << 1.0;
        QTest::newRow("200 %") << 2.0;
    }
    static void zoomTo(CanvasFixture& canvas, double zoom, QPointF centre) {
        canvas.view.setZoom(zoom, QPointF(canvas.view.viewport()->rect().center()));
        canvas.view.centerOn(centre);
    }
    static std::string domainOf(const CanvasFixture& canvas, const char* id) {
        const Node* node = canvas.design().nodes.find(id);
        return node && node->domain ? node->domain->str() : std::string();
    }

private slots:
    void allOfItIsShownAgainUntilTheViewIsChosen() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        canvas.view.zoomToFit();
        const double before = canvas.view.zoom();
        const auto showsAll = [&] {
            return canvas.view.mapToScene(canvas.view.viewport()->rect())
                .boundingRect()
                .contains(canvas.view.canvasScene().contentRect());
        };
        const QSize size = canvas.view.size();
        canvas.view.resize(size / 2);
        QTRY_VERIFY(canvas.view.zoom() < before && showsAll());
        canvas.view.resize(size);
        QTRY_COMPARE(canvas.view.zoom(), before);
        canvas.view.zoomIn();
        const double chosen = canvas.view.zoom();
        canvas.view.resize(size / 2);
        QTRY_COMPARE(canvas.view.size(), size / 2);
        QCOMPARE(canvas.view.zoom(), chosen);
        canvas.view.refit();
        QCOMPARE(canvas.view.zoom(), chosen);
    }

    void tabsStayLegibleFarOut() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        canvas.view.zoomTo100();
        const double height = canvas.view.canvasScene().group("web")->tab().height();
        canvas.view.setZoom(0.6, {});
        const double onScreen = 0.6 * canvas.view.canvasScene().group("web")->tab().height();
        QVERIFY2(onScreen >= 0.89 * height, qPrintable(QString::number(onScreen)));
        canvas.view.zoomTo100();
        QCOMPARE(canvas.view.canvasScene().group("web")->tab().height(), height);
    }

    void dropFromThePaletteCreatesANodeInTheRightPlace_data() { zooms(); }
    void dropFromThePaletteCreatesANodeInTheRightPlace() {
        QFETCH(double, zoom);
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        zoomTo(canvas, zoom, {750, 130});
        const std::string before = canvas.bytes();
        canvas.dropKind("kinds/server", canvas.at(758, 127));
        QCOMPARE(canvas.session.undoStack().count(), 1);
        const Node* made = canvas.design().nodes.find("server1");
        QVERIFY(made);
        QCOMPARE(domainOf(canvas, "server1"), std::string("b"));
        const CanvasBox box = canvas.design().canvas.find("server1")->second;
        QCOMPARE(box.x, 672.0); // on the grid
        QCOMPARE(box.y, 96.0);
        QCOMPARE(canvas.session.selection(), QStringList{"server1"});
        QVERIFY(canvas.view.canvasScene().node("server1"));
        canvas.session.undoStack().undo();
        QCOMPARE(canvas.bytes(), before);
        QVERIFY(!canvas.view.canvasScene().node("server1"));
    }

    void dropOnAnOutlineJoinsTheGroup() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        // Between the two members of the pool, which lie on one line.
        canvas.dropKind("kinds/server", canvas.at(575, 271));
        const Node* made = canvas.design().nodes.find("server1");
        QVERIFY(made && made->group);
        QCOMPARE(made->group->str(), std::string("web"));
    }

    void dropsOnAnotherCardGoBesideIt() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        const auto apart = [&] {
            const Boxes& boxes = canvas.view.canvasScene().boxes();
            for (const Node& a : canvas.design().nodes)
                for (const Node& b : canvas.design().nodes)
                    if (a.id < b.id && boxes.at(a.id.str()).intersects(boxes.at(b.id.str()))) return false;
            return true;
        };
        canvas.dropKind("kinds/server", canvas.middleOf("lb"));
        QVERIFY(canvas.design().nodes.contains("server1"));
        QCOMPARE(domainOf(canvas, "server1"), std::string("a"));
        QVERIFY(canvas.view.canvasScene().domain("a")->box().contains(
            canvas.view.canvasScene().boxes().at("server1")));
        QVERIFY(apart());
        QCOMPARE(canvas.session.undoStack().count(), 1);
        // Dragged onto a member of the pool: joins it, beside the member.
        canvas.press(canvas.middleOf("server1"));
        canvas.moveTo(canvas.at(600, 300));
        canvas.moveTo(canvas.middleOf("web2"));
        QCOMPARE(canvas.view.linkHint(), QStringLiteral("joins web in b"));
        canvas.release(canvas.middleOf("web2"));
        QCOMPARE(canvas.session.undoStack().count(), 2);
        QCOMPARE(domainOf(canvas, "server1"), std::string("b"));
        QCOMPARE(canvas.design().nodes.find("server1")->group->str(), std::string("web"));
        QVERIFY(apart());
    }

    void unknownDropsAreIgnored() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        const std::string before = canvas.bytes();
        canvas.dropKind("kinds/nonsense", canvas.at(100, 100));
        QCOMPARE(canvas.bytes(), before);
        QCOMPARE(canvas.session.undoStack().count(), 0);
    }

    void moveIsOneUndoEntryAndUndoRestoresBytes_data() { zooms(); }
    void moveIsOneUndoEntryAndUndoRestoresBytes() {
        QFETCH(double, zoom);
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        zoomTo(canvas, zoom, {400, 240});
        const std::string before = canvas.bytes();
        const QPoint from = canvas.at(400, 262);
        canvas.drag(from, canvas.at(400, 262 + 72));
        QCOMPARE(canvas.session.undoStack().count(), 1);
        QCOMPARE(canvas.design().canvas.find("web1")->second.y, 240.0 + 72);
        QCOMPARE(canvas.view.canvasScene().node("web1")->pos(), QPointF(312, 312));
        QCOMPARE(domainOf(canvas, "web1"), std::string("a"));
        canvas.session.undoStack().undo();
        QCOMPARE(canvas.bytes(), before);
        QCOMPARE(canvas.view.canvasScene().node("web1")->pos(), QPointF(312, 240));
        canvas.session.undoStack().redo();
        QCOMPARE(canvas.design().canvas.find("web1")->second.y, 312.0);
    }

    void dropInAnotherPlaceChangesMembership() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        QSignalSpy hints(&canvas.view, &CanvasView::statusHint);
        canvas.press(canvas.middleOf("lb"));
        canvas.moveTo(canvas.at(500, 127));
        canvas.moveTo(canvas.at(758, 127));
        QCOMPARE(canvas.view.canvasScene().domain("b")->emphasis(), Emphasis::target);
        QVERIFY(hints.last().first().toString().contains("place lb in b"));
        canvas.release(canvas.at(758, 127));
        QCOMPARE(domainOf(canvas, "lb"), std::string("b"));
        QCOMPARE(canvas.view.canvasScene().domain("b")->emphasis(), Emphasis::none);
        QCOMPARE(canvas.session.undoStack().count(), 1);
        canvas.drag(canvas.middleOf("lb"), canvas.at(758, 480));
        QCOMPARE(domainOf(canvas, "lb"), std::string());
        canvas.session.undoStack().undo();
        canvas.session.undoStack().undo();
        QCOMPARE(domainOf(canvas, "lb"), std::string("a"));
    }

    void escapeCancelsAMove() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        canvas.press(canvas.middleOf("web1"));
        canvas.moveTo(canvas.at(800, 500));
        QVERIFY(canvas.view.canvasScene().node("web1")->pos() != QPointF(312, 240));
        QTest::keyClick(&canvas.view, Qt::Key_Escape);
        QCOMPARE(canvas.view.canvasScene().node("web1")->pos(), QPointF(312, 240));
        canvas.release(canvas.at(800, 500));
        QCOMPARE(canvas.session.undoStack().count(), 0);
    }

    void altSuspendsTheGrid() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        zoomTo(canvas, 1, {400, 240});
        canvas.drag(canvas.at(400, 262), canvas.at(407, 330), Qt::AltModifier);
        QCOMPARE(canvas.design().canvas.find("web1")->second.x, 319.0);
        QCOMPARE(canvas.design().canvas.find("web1")->second.y, 308.0);
    }

    void movingAPlaceMovesWhatIsInIt() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        zoomTo(canvas, 1, {400, 240});
        canvas.drag(canvas.at(252, 14), canvas.at(252, 14 + 48));
        QCOMPARE(canvas.design().canvas.find("a")->second.y, 48.0);
        QCOMPARE(canvas.design().canvas.find("web1")->second.y, 288.0);
        QCOMPARE(canvas.design().canvas.find("web2")->second.y, 240.0);
        QCOMPARE(domainOf(canvas, "web1"), std::string("a"));
        QCOMPARE(canvas.session.undoStack().count(), 1);
    }

    void resizingKeepsMembersInside() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        zoomTo(canvas, 1, {400, 240});
        canvas.session.select({"a"});
        canvas.drag(canvas.at(552, 192), canvas.at(300, 192));
        const CanvasBox box = canvas.design().canvas.find("a")->second;
        QCOMPARE(box.x, 240.0);
        QVERIFY(box.x + box.width >= 312 + kCardWidth);
        QVERIFY(box.width < 312);
        QCOMPARE(canvas.session.undoStack().count(), 1);
    }

    void linkByDraggingFromAPort_data() { zooms(); }
    void linkByDraggingFromAPort() {
        QFETCH(double, zoom);
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        canvas.session.apply(addNode("pay", "external"));
        canvas.session.apply(operation::place("pay", {312, 480}));
        zoomTo(canvas, zoom, {400, 390});
        const int before = canvas.session.undoStack().count();
        // From the lower port of web1 down to the external service.
        canvas.drag(canvas.at(312 + 86, 240 + 62), canvas.at(400, 512));
        QCOMPARE(canvas.session.undoStack().count(), before + 1);
        QCOMPARE(canvas.design().links.size(), std::size_t(3));
        const Link& made = canvas.design().links.at(2);
        QCOMPARE(made.from, std::string("web1"));
        QCOMPARE(made.to, std::string("pay"));
        QVERIFY(canvas.view.canvasScene().link(made.id.str()));
    }

    void refusedLinkSaysWhyAndChangesNothing() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        canvas.view.setTool(CanvasView::Tool::connect);
        const std::string before = canvas.bytes();
        canvas.press(canvas.middleOf("lb"));
        canvas.moveTo(canvas.at(200, 127));
        canvas.moveTo(canvas.middleOf("users"));
        QVERIFY2(canvas.view.linkHint().size() > 10, qPrintable(canvas.view.linkHint()));
        QCOMPARE(canvas.view.canvasScene().node("users")->emphasis(), Emphasis::dimmed);
        // The reason stands on the canvas and hides neither end of the link.
        QVERIFY(canvas.view.tip().isVisible());
        const QRectF hidden = canvas.view.mapToScene(canvas.view.tip().geometry()).boundingRect();
        for (const char* end : {"lb", "users"})
            QVERIFY2(!canvas.view.canvasScene().shown().at(end).intersects(hidden), end);
        canvas.release(canvas.middleOf("users"));
        QVERIFY(!canvas.view.tip().isVisible());
        QCOMPARE(canvas.bytes(), before);
        QCOMPARE(canvas.session.undoStack().count(), 0);
        QCOMPARE(canvas.view.canvasScene().node("users")->emphasis(), Emphasis::none);
    }

    void linkDroppedOnAGroupGoesToTheGroup() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        canvas.session.apply(operation::removeAll(canvas.design(), {"lb-web"}));
        canvas.view.setTool(CanvasView::Tool::connect);
        canvas.drag(canvas.middleOf("lb"), canvas.at(575, 271));
        QCOMPARE(canvas.design().links.size(), std::size_t(2));
        QCOMPARE(canvas.design().links.at(1).to, std::string("web"));
        // A link to a pool is drawn to each member.
        QCOMPARE(canvas.view.canvasScene().link(canvas.design().links.at(1).id.str())->strands().size(),
                 std::size_t(2));
    }

    void linkDroppedOnNothingIsCancelled() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        canvas.view.setTool(CanvasView::Tool::connect);
        canvas.drag(canvas.middleOf("lb"), canvas.at(100, 500));
        QCOMPARE(canvas.session.undoStack().count(), 0);
        QVERIFY(!canvas.view.gestureRunning());
    }

    void draggingAnArrowReroutesTheLink() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        canvas.session.apply(
            operation::batch("More", {addNode("lb2", "haproxy"), operation::place("lb2", {0, 480})}));
        const int before = canvas.session.undoStack().count();
        canvas.session.select({"users-lb"});
        const QPointF tip = canvas.view.canvasScene().link("users-lb")->strands().front().route.tip;
        canvas.drag(canvas.view.mapFromScene(tip), canvas.middleOf("lb2"));
        QCOMPARE(canvas.design().links.find("users-lb")->to, std::string("lb2"));
        QCOMPARE(canvas.design().links.size(), std::size_t(2));
        QCOMPARE(canvas.session.undoStack().count(), before + 1);
    }

    void alignAndDistribute_data() { zooms(); }
    void alignAndDistribute() {
        QFETCH(double, zoom);
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        zoomTo(canvas, zoom, {400, 240});
        canvas.session.apply(
            operation::batch("More", {addNode("x", "server"), addNode("y", "server"), addNode("z", "server"),
                                      operation::place("x", {0, 480}), operation::place("y", {216, 600}),
                                      operation::place("z", {720, 504})}));
        const int before = canvas.session.undoStack().count();
        canvas.session.select({"x", "y", "z"});
        canvas.view.alignSelection(Qt::AlignTop);
        for (const char* id : {"x", "y", "z"})
            QCOMPARE(canvas.design().canvas.find(id)->second.y, 480.0);
        canvas.view.distributeSelection(Qt::Horizontal);
        QCOMPARE(canvas.design().canvas.find("x")->second.x, 0.0);
        QCOMPARE(canvas.design().canvas.find("y")->second.x, 360.0);
        QCOMPARE(canvas.design().canvas.find("z")->second.x, 720.0);
        QCOMPARE(canvas.session.undoStack().count(), before + 2);
        canvas.view.alignSelection(Qt::AlignTop); // nothing to do: no entry
        QCOMPARE(canvas.session.undoStack().count(), before + 2);
    }

    void rubberBand_data() { zooms(); }
    void rubberBand() {
        QFETCH(double, zoom);
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        zoomTo(canvas, zoom, {480, 200});
        // Left to right inside zone a: what lies wholly inside.
        canvas.drag(canvas.at(280, 220), canvas.at(540, 330));
        QCOMPARE(canvas.session.selection(), QStringList{"web1"});
        // Right to left: what is touched.
        canvas.drag(canvas.at(530, 60), canvas.at(470, 250));
        QVERIFY(canvas.session.selection().contains("lb"));
        QVERIFY(canvas.session.selection().contains("web1"));
        QCOMPARE(canvas.session.undoStack().count(), 0);
    }

    void clicksSelectAddAndToggle() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        const auto click = [&](const char* id, Qt::KeyboardModifiers modifiers = {}) {
            QTest::mouseClick(canvas.view.viewport(), Qt::LeftButton, modifiers, canvas.middleOf(id));
        };
        click("web1");
        QCOMPARE(canvas.session.selection(), QStringList{"web1"});
        click("web2", Qt::ShiftModifier);
        QCOMPARE(canvas.session.selection(), (QStringList{"web1", "web2"}));
        click("web1", Qt::ControlModifier);
        QCOMPARE(canvas.session.selection(), QStringList{"web2"});
        QVERIFY(canvas.view.canvasScene().node("web2")->isMarked());
        QVERIFY(!canvas.view.canvasScene().node("web1")->isMarked());
        // From outside, too.
        canvas.session.select({"lb"});
        QVERIFY(canvas.view.canvasScene().node("lb")->isMarked());
        QTest::mouseClick(canvas.view.viewport(), Qt::LeftButton, {}, canvas.at(100, 500));
        QCOMPARE(canvas.session.selection(), QStringList());
    }

    void deleteTakesLinksAlongAndUndoBringsThemBack() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        const std::string before = canvas.bytes();
        canvas.session.select({"lb", "users"});
        QTest::keyClick(&canvas.view, Qt::Key_Delete);
        QCOMPARE(canvas.design().nodes.size(), std::size_t(2));
        QCOMPARE(canvas.design().links.size(), std::size_t(0));
        QVERIFY(!canvas.view.canvasScene().link("lb-web"));
        QCOMPARE(canvas.session.undoStack().count(), 1);
        canvas.session.undoStack().undo();
        QCOMPARE(canvas.bytes(), before);
        QVERIFY(canvas.view.canvasScene().link("lb-web"));
    }

    void renameInPlace() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        canvas.session.select({"web1"});
        QTest::keyClick(&canvas.view, Qt::Key_F2);
        auto* editor = canvas.view.viewport()->findChild<InlineRename*>();
        QVERIFY(editor);
        editor->setText("Shop front");
        // Delete edits the text, not the design.
        QTest::keyClick(editor, Qt::Key_Delete);
        QCOMPARE(canvas.design().nodes.size(), std::size_t(4));
        QTest::keyClick(editor, Qt::Key_Return);
        QCOMPARE(canvas.design().nodes.find("web1")->name, std::string("Shop front"));
        QCOMPARE(canvas.view.canvasScene().node("web1")->content().name, QStringLiteral("Shop front"));
        QCOMPARE(canvas.session.undoStack().count(), 1);
        QTest::mouseDClick(canvas.view.viewport(), Qt::LeftButton, {}, canvas.middleOf("web2"));
        QPointer<InlineRename> second;
        for (auto* one : canvas.view.viewport()->findChildren<InlineRename*>())
            if (one->isVisible()) second = one;
        QVERIFY(second);
        second->setText("Never");
        QTest::keyClick(second, Qt::Key_Escape);
        QCOMPARE(canvas.design().nodes.find("web2")->name, std::string());
    }

    void copyAndPasteThroughTheClipboard() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        canvas.session.select({"lb", "web"});
        canvas.view.copySelection();
        QVERIFY(QApplication::clipboard()->text().contains("alwayson-fragment"));
        canvas.view.paste();
        QCOMPARE(canvas.session.undoStack().count(), 1);
        QCOMPARE(canvas.design().nodes.size(), std::size_t(7)); // lb and both members
        QCOMPARE(canvas.design().groups.size(), std::size_t(2));
        QCOMPARE(canvas.design().links.size(), std::size_t(3));
        for (const QString& id : canvas.session.selection())
            QVERIFY(!QStringList({"lb", "web", "web1", "web2"}).contains(id));
        QApplication::clipboard()->setText("something else");
        canvas.view.paste();
        QCOMPARE(canvas.session.undoStack().count(), 1);
    }

    void duplicateAndControlDragCopy() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        canvas.session.select({"web2"});
        canvas.view.duplicateSelection();
        QCOMPARE(canvas.design().nodes.size(), std::size_t(5));
        QCOMPARE(canvas.design().nodes.at(4).group->str(), std::string("web"));
        QCOMPARE(canvas.session.undoStack().count(), 1);
    }

    void groupIntoAPool() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        canvas.session.apply(
            operation::batch("More", {addNode("app1", "server", "a"), addNode("app2", "server", "b")}));
        canvas.session.select({"app1", "app2"});
        canvas.view.groupSelection("pool");
        const Node* app1 = canvas.design().nodes.find("app1");
        QVERIFY(app1->group);
        QCOMPARE(app1->group->str(), std::string("app"));
        QVERIFY(canvas.view.canvasScene().group("app")->outline().contains(
            canvas.view.canvasScene().node("app2")->card()));
    }

    void arrowsNudgeAndMergeIntoOneEntry() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        const std::string before = canvas.bytes();
        canvas.session.select({"web1"});
        QTest::keyClick(&canvas.view, Qt::Key_Right);
        QTest::keyClick(&canvas.view, Qt::Key_Down);
        QCOMPARE(canvas.design().canvas.find("web1")->second.x, 336.0);
        QCOMPARE(canvas.design().canvas.find("web1")->second.y, 264.0);
        QCOMPARE(canvas.session.undoStack().count(), 1);
        canvas.session.undoStack().undo();
        QCOMPARE(canvas.bytes(), before);
    }

    void tabAndControlArrowsWalkTheNodes() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        canvas.view.activateWindow();
        canvas.view.setFocus();
        QTRY_VERIFY(canvas.view.hasFocus());
        QTest::keyClick(&canvas.view, Qt::Key_Tab);
        QCOMPARE(canvas.session.selection(), QStringList{"users"});
        QTest::keyClick(&canvas.view, Qt::Key_Tab);
        QCOMPARE(canvas.session.selection(), QStringList{"lb"});
        QTest::keyClick(&canvas.view, Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(canvas.session.selection(), QStringList{"web1"});
        QTest::keyClick(&canvas.view, Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(canvas.session.selection(), QStringList{"web2"});
        QVERIFY(canvas.view.accessibleDescription().contains("Server"));
    }

    void zoomKeepsThePointUnderTheCursor() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        zoomTo(canvas, 1, {400, 240});
        const QPoint cursor(300, 200);
        const QPointF before = canvas.view.mapToScene(cursor);
        QWheelEvent wheel(cursor, canvas.view.viewport()->mapToGlobal(cursor), {}, {0, 120}, Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(canvas.view.viewport(), &wheel);
        QVERIFY(canvas.view.zoom() > 1.1);
        const QPointF after = canvas.view.mapToScene(cursor);
        QVERIFY(QLineF(before, after).length() < 1.5);
        for (int i = 0; i < 40; ++i)
            canvas.view.zoomIn();
        QCOMPARE(canvas.view.zoom(), CanvasView::kMaximumZoom);
        for (int i = 0; i < 80; ++i)
            canvas.view.zoomOut();
        QCOMPARE(canvas.view.zoom(), CanvasView::kMinimumZoom);
    }

    void rightDragPansAndRightClickOpensTheMenu() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        const QPointF before = canvas.view.mapToScene(QPoint(0, 0));
        const QPoint from(600, 600), to(540, 570);
        QTest::mousePress(canvas.view.viewport(), Qt::RightButton, {}, from);
        QMouseEvent move(QEvent::MouseMove, to, canvas.view.viewport()->mapToGlobal(to), Qt::NoButton,
                         Qt::RightButton, Qt::NoModifier);
        QCoreApplication::sendEvent(canvas.view.viewport(), &move);
        QTest::mouseRelease(canvas.view.viewport(), Qt::RightButton, {}, to);
        QVERIFY(QLineF(canvas.view.mapToScene(QPoint(0, 0)), before + QPointF(60, 30) / canvas.view.zoom())
                    .length() < 2 / canvas.view.zoom());
        QVERIFY(!QApplication::activePopupWidget());
        QCOMPARE(canvas.session.undoStack().count(), 0);
        QTest::mouseClick(canvas.view.viewport(), Qt::RightButton, {}, canvas.middleOf("web1"));
        QTRY_VERIFY(canvas.view.findChild<QMenu*>());
        QCOMPARE(canvas.session.selection(), QStringList{"web1"});
        canvas.view.findChild<QMenu*>()->close();
    }

    void menuOffersTheFailureModes() {
        CanvasFixture canvas;
        canvas.session.select({"web1"});
        const std::unique_ptr<QMenu> menu(makeContextMenu(canvas.view, "web1", {}));
        QStringList names;
        for (const QAction* action : menu->findChildren<QAction*>())
            names << action->objectName();
        QVERIFY(names.contains("kill:crash"));
        QVERIFY(names.contains("kill:hang"));
        QVERIFY(!names.contains("group:pool")); // it is in one
        QVERIFY(!names.contains("reconnect") && !names.contains("heal"));
        QVERIFY(names.contains("link-from-here"));
    }

    void menuOffersCutsAndDeployments() {
        CanvasFixture canvas;
        const auto namesOf = [&](const char* id) {
            const std::unique_ptr<QMenu> menu(makeContextMenu(canvas.view, id, {}));
            QStringList names;
            for (const QAction* action : menu->findChildren<QAction*>())
                names << action->objectName();
            return names;
        };
        QVERIFY(namesOf("web1").contains("cut:in"));
        QVERIFY(namesOf("a").contains("cut:both"));
        QVERIFY(namesOf("web").contains("deploy-bad"));
        QVERIFY(!namesOf("web1").contains("reconnect")); // nothing runs
        const std::unique_ptr<QMenu> menu(makeContextMenu(canvas.view, "a", {}));
        menu->findChild<QAction*>(QStringLiteral("cut:out"))->trigger();
        QVERIFY(canvas.session.runState() == Session::RunState::idle); // the menu goes first
        QTRY_VERIFY(canvas.session.runState() != Session::RunState::idle);
        QVERIFY(canvas.session.hasLiveEvents());
        QVERIFY(canvas.session.keepLiveEvents({}));
        const Scenario& kept = *canvas.design().scenarios.begin();
        QCOMPARE(kept.name, std::string("Cut off a"));
        QCOMPARE(kept.events.front().action, std::string("isolate"));
        QCOMPARE(std::get<std::string>(kept.events.front().parameters.at("direction")), std::string("out"));
        QVERIFY(!namesOf("a").contains("heal")); // it is cut off, not broken
        QTRY_VERIFY_WITH_TIMEOUT(canvas.session.runResult(), 20000);
        canvas.session.pauseRun();
        canvas.session.seek(5);
        QVERIFY(namesOf("a").contains("reconnect"));
        QVERIFY(!namesOf("b").contains("reconnect"));
        canvas.session.seek(canvas.session.runEndS());
        canvas.session.resumeRun();
        QTRY_COMPARE(canvas.session.runState(), Session::RunState::finished);
        QVERIFY(namesOf("web1").contains("kill-not-now") && !namesOf("web1").contains("cut:in"));
        canvas.session.stopRun();
    }

    void tabsKeepClearOfLinks() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        const GroupItem* pool = canvas.view.canvasScene().group("web");
        for (const auto& [id, link] : canvas.view.canvasScene().links())
            for (const Strand& strand : link->strands())
                for (const QPointF& sample : strand.route.samples)
                    QVERIFY(!pool->tab().contains(sample));
    }
};

ALWAYSON_TEST_MAIN(TestCanvasGestures, test_canvas_gestures)
#include "test_canvas_gestures.moc"
