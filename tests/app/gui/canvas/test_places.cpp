// Cards and the places they belong to; cards that cover each other.

#include "app/gui/canvas/places.h"
#include "app/gui/panels/problems.h"
#include "app/verbs/verbs.h"
#include "tests/app/gui/canvas/canvas_fixture.h"

using namespace alwayson;
using namespace alwayson::gui;
using namespace alwayson::gui::test;

class TestPlaces : public QObject {
    Q_OBJECT

    static bool coversAny(const Design& design, const Boxes& boxes, const std::string& id) {
        for (const Node& other : design.nodes)
            if (other.id.str() != id && boxes.at(other.id.str()).intersects(boxes.at(id))) return true;
        return false;
    }

private slots:
    void aCardFollowsItsPlaceInOneStep() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        const std::string before = canvas.bytes();
        QVERIFY(canvas.session.apply(
            moveToPlace(canvas.design(), layoutBoxes(canvas.design()), {"web1"}, "b", "Place of web1")));
        QCOMPARE(canvas.design().nodes.find("web1")->domain->str(), std::string("b"));
        const Boxes boxes = canvas.view.canvasScene().boxes();
        QVERIFY(boxes.at("b").contains(boxes.at("web1")));
        QVERIFY(!coversAny(canvas.design(), boxes, "web1"));
        QVERIFY(drawnElsewhere(canvas.design(), boxes).empty());
        QCOMPARE(canvas.session.undoStack().count(), 1);
        canvas.session.undoStack().undo();
        QCOMPARE(canvas.bytes(), before);
    }

    void outOfAllPlaces() {
        CanvasFixture canvas;
        QVERIFY(canvas.session.apply(
            moveToPlace(canvas.design(), layoutBoxes(canvas.design()), {"web1", "lb"}, {}, "Place")));
        const Boxes boxes = canvas.view.canvasScene().boxes();
        QVERIFY(drawnElsewhere(canvas.design(), boxes).empty());
        QVERIFY(!coversAny(canvas.design(), boxes, "web1"));
        QVERIFY(!coversAny(canvas.design(), boxes, "lb"));
    }

    void aFullPlaceGrows() {
        CanvasFixture canvas;
        QVERIFY(canvas.session.apply(operation::place("b", {600, 210, 204, 110}))); // web2 and no more
        QVERIFY(canvas.session.apply(
            moveToPlace(canvas.design(), layoutBoxes(canvas.design()), {"web1"}, "b", "Place of web1")));
        const Boxes boxes = canvas.view.canvasScene().boxes();
        QVERIFY(boxes.at("b").height() > 110);
        QVERIFY(boxes.at("b").contains(boxes.at("web1")));
        QVERIFY(!coversAny(canvas.design(), boxes, "web1"));
    }

    void aFileThatDisagreesIsMarkedAndCanBeFixed() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        Problems problems(canvas.session, canvas.theme);
        QTRY_VERIFY_WITH_TIMEOUT(canvas.session.report() != nullptr, 10000);
        QVERIFY(drawingIssues(canvas.design(), layoutBoxes(canvas.design())).empty());
        QVERIFY(canvas.session.apply(
            operation::set(Collection::nodes, "web1", "/domain", Json("b"), "As from a file")));
        QCOMPARE(canvas.view.canvasScene().node("web1")->content().state, CardState::warn);
        QCOMPARE(canvas.view.canvasScene().node("web1")->content().fact, QStringLiteral("is in b"));
        QVERIFY(canvas.view.canvasScene().describe("web1").contains(QStringLiteral("but drawn in a")));
        QTRY_VERIFY_WITH_TIMEOUT(canvas.session.report() != nullptr, 10000);
        std::optional<QModelIndex> found;
        for (int row = 0; row < problems.count(); ++row)
            if (problems.model().issue(problems.model().index(row))->code == "canvas.drawn_elsewhere")
                found = problems.model().index(row);
        QVERIFY(found);
        QCOMPARE(QString::fromStdString(problems.model().issue(*found)->message),
                 QStringLiteral("web1 belongs to b, but its card is drawn in a."));
        problems.applyFix(*found);
        QVERIFY(drawingIssues(canvas.design(), canvas.view.canvasScene().boxes()).empty());
        QCOMPARE(canvas.design().nodes.find("web1")->domain->str(), std::string("b"));
    }

    void aSmallMoveChoosesNoPlace() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        QVERIFY(canvas.session.apply(
            operation::set(Collection::nodes, "web1", "/domain", Json("b"), "As from a file")));
        const QPoint from = canvas.middleOf("web1");
        canvas.drag(from, from + QPoint(0, 25));
        QCOMPARE(canvas.design().nodes.find("web1")->domain->str(), std::string("b"));
        QVERIFY(canvas.design().canvas.at("web1").y > 240);
    }

    void theTemplatesAgree() {
        for (const verbs::TemplateInfo& info : verbs::templates()) {
            const auto design = verbs::newFromTemplate(info.id);
            QVERIFY(design.ok());
            const std::vector<Issue> issues = drawingIssues(*design, layoutBoxes(*design));
            QVERIFY2(issues.empty(), issues.empty() ? "" : issues.front().message.c_str());
        }
    }

    void aFullPlaceMakesRoomForWhatIsDroppedIntoIt() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        // web1 fills zone a from edge to edge below lb.
        QVERIFY(canvas.session.apply(operation::place("a", {288, 60, 220, 260})));
        canvas.dropKind("kinds/server", canvas.at(398, 310));
        QVERIFY(canvas.design().nodes.contains("server1"));
        const Boxes boxes = canvas.view.canvasScene().boxes();
        QCOMPARE(canvas.design().nodes.find("server1")->domain->str(), std::string("a"));
        QVERIFY(boxes.at("a").contains(boxes.at("server1")));
        QVERIFY(!coversAny(canvas.design(), boxes, "server1"));
    }

    void theCardOnTopIsMeant() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        // "aa" comes first by name and by design, but is painted last.
        QVERIFY(canvas.session.apply(operation::batch(
            "Add", {addNode("aa", "server", "b"), operation::place("aa", {684, 252, 0, 0})})));
        QTest::mouseClick(canvas.view.viewport(), Qt::LeftButton, {}, canvas.middleOf("aa"));
        QCOMPARE(canvas.session.selection(), QStringList{QStringLiteral("aa")});
        QVERIFY(canvas.session.apply(operation::batch(
            "Add", {addNode("zz", "server", "b"), operation::place("zz", {696, 264, 0, 0})})));
        QTest::mouseClick(canvas.view.viewport(), Qt::LeftButton, {}, canvas.middleOf("zz"));
        QCOMPARE(canvas.session.selection(), QStringList{QStringLiteral("zz")});
    }

    void duplicatesCoverNothing() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        for (int copies = 0; copies < 3; ++copies) {
            canvas.session.select({QStringLiteral("lb")});
            const std::size_t before = canvas.design().nodes.size();
            canvas.view.duplicateSelection();
            QCOMPARE(canvas.design().nodes.size(), before + 1);
            const std::string copy = canvas.session.selection().front().toStdString();
            const Boxes boxes = canvas.view.canvasScene().boxes();
            QVERIFY(!coversAny(canvas.design(), boxes, copy));
            QCOMPARE(canvas.design().nodes.find(copy)->domain, canvas.design().nodes.find("lb")->domain);
        }
    }
};

ALWAYSON_TEST_MAIN(TestPlaces, test_places)
#include "test_places.moc"
