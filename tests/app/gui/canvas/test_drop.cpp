// Where a dropped card lands: in a place, in no outline that it does not belong to, near where it was let go.

#include "app/gui/canvas/drop.h"
#include "app/gui/canvas/places.h"
#include "app/verbs/verbs.h"
#include "tests/app/gui/canvas/canvas_fixture.h"

#include <QLineF>

using namespace alwayson;
using namespace alwayson::gui;
using namespace alwayson::gui::test;

namespace {

// What is wrong with the drawing; "" when nothing is.
QString disorder(const Design& design, const Boxes& boxes) {
    const auto name = [](const std::string& id) { return QString::fromStdString(id); };
    for (const Node& one : design.nodes)
        for (const Node& other : design.nodes)
            if (one.id.str() < other.id.str() && boxes.at(one.id.str()).intersects(boxes.at(other.id.str())))
                return name(one.id.str()) + " covers " + name(other.id.str());
    for (const Group& group : design.groups) {
        const QRectF outline = groupOutline(design, group.id, boxes);
        for (const Node& node : design.nodes)
            if ((!node.group || *node.group != group.id) && outline.intersects(boxes.at(node.id.str())))
                return name(group.id.str()) + " takes in " + name(node.id.str());
    }
    for (const Domain& one : design.domains)
        for (const Domain& other : design.domains) {
            const QRectF box = boxes.at(one.id.str()), second = boxes.at(other.id.str());
            if (one.parent == other.parent && one.id.str() < other.id.str() && box.intersects(second))
                return name(one.id.str()) + " lies over " + name(other.id.str());
            if (other.parent && *other.parent == one.id && !box.contains(second))
                return name(other.id.str()) + " leaves " + name(one.id.str());
        }
    for (const auto& [id, place] : drawnElsewhere(design, boxes))
        return name(id) + " is drawn in '" + name(place) + "'";
    return {};
}

struct Dropped {
    Design design;
    Boxes boxes;
    std::string id;
};

std::optional<Dropped> dropAt(const Design& design, const char* path, QPointF middle) {
    const QPointF corner = snapped(middle - QPointF(kCardWidth, kCardHeight) / 2);
    std::optional<Creation> creation = createFromCatalogue(design, layoutBoxes(design), path, corner);
    if (!creation) return std::nullopt;
    Document document(design);
    if (!document.apply(creation->operation)) return std::nullopt;
    return Dropped{document.design(), layoutBoxes(document.design()), creation->id};
}

} // namespace

class TestDrop : public QObject {
    Q_OBJECT
private slots:
    void aServerOnThePoolBetweenTwoZones();
    void onEveryPointOfEveryOutline_data();
    void onEveryPointOfEveryOutline();
    void aReplicaStandsInTheRow();
    void betweenTwoPlacesTheOneItCovers();
    void aStrangerStaysOutOfTheOutline();
    void movedOntoAnOutlineBetweenPlaces();
};

// The second step of the README.
void TestDrop::aServerOnThePoolBetweenTwoZones() {
    const Design before = *verbs::newFromTemplate("web-pair");
    const QRectF outline = groupOutline(before, GroupId("web"), layoutBoxes(before));
    const std::optional<Dropped> dropped = dropAt(before, "kinds/server", outline.center());
    QVERIFY(dropped);
    const Node& server = *dropped->design.nodes.find(dropped->id);
    QVERIFY(server.group && server.group->str() == "web");
    QVERIFY(server.domain);
    QCOMPARE(dropped->design.domains.find(server.domain->str())->kind, std::string("zone"));
    QCOMPARE(disorder(dropped->design, dropped->boxes), QString());
}

void TestDrop::onEveryPointOfEveryOutline_data() {
    QTest::addColumn<QString>("design");
    QTest::addColumn<QString>("group");
    QTest::addColumn<QString>("path");
    for (const char* design : {"web-pair", "e-commerce"})
        for (const auto& [group, path] : {std::pair("lb", "kinds/haproxy"), std::pair("web", "kinds/server"),
                                          std::pair("db", "kinds/mysql"), std::pair("voters", "kinds/voter")})
            if (verbs::newFromTemplate(design)->groups.contains(group))
                QTest::addRow("%s %s", design, group) << design << group << path;
}

// The rows of the template lie between the lines of the grid.
void TestDrop::aReplicaStandsInTheRow() {
    const Design before = *verbs::newFromTemplate("e-commerce");
    const QRectF outline = groupOutline(before, GroupId("db"), layoutBoxes(before));
    for (const double below : {-20.0, -6.0, 0.0, 6.0, 20.0}) {
        const QPointF at(outline.right() - 14, outline.center().y() + below);
        const std::optional<Dropped> dropped = dropAt(before, "kinds/mysql", at);
        QVERIFY(dropped);
        QCOMPARE(dropped->boxes.at(dropped->id).top(), dropped->boxes.at("db3").top());
    }
}

void TestDrop::onEveryPointOfEveryOutline() {
    QFETCH(QString, design);
    QFETCH(QString, group);
    QFETCH(QString, path);
    const Design before = *verbs::newFromTemplate(design.toStdString());
    QCOMPARE(disorder(before, layoutBoxes(before)), QString());
    const QRectF outline = groupOutline(before, GroupId(group.toStdString()), layoutBoxes(before));
    for (double x = outline.left() + 4; x < outline.right(); x += 2 * kGrid)
        for (const double y : {outline.top() + 2, outline.center().y(), outline.bottom() - 2}) {
            const std::optional<Dropped> dropped = dropAt(before, path.toUtf8(), {x, y});
            QVERIFY(dropped);
            const QString at = QStringLiteral("at %1, %2: ").arg(x).arg(y);
            QCOMPARE(at + disorder(dropped->design, dropped->boxes), at);
            const Node& node = *dropped->design.nodes.find(dropped->id);
            QVERIFY2(node.group && node.group->str() == group.toStdString(), qPrintable(at));
            QVERIFY2(node.domain && dropped->design.domains.find(node.domain->str())->kind == "zone",
                     qPrintable(at));
            const double away = QLineF(dropped->boxes.at(dropped->id).center(), QPointF(x, y)).length();
            QVERIFY2(away < 260, qPrintable(at + QString::number(away)));
        }
}

void TestDrop::betweenTwoPlacesTheOneItCovers() {
    CanvasFixture canvas;
    // Zone a ends at 552, zone b begins at 600.
    const auto placeAt = [&](double x) {
        const std::optional<Dropped> dropped = dropAt(canvas.design(), "kinds/server", {x, 100});
        const Node& node = *dropped->design.nodes.find(dropped->id);
        if (!disorder(dropped->design, dropped->boxes).isEmpty())
            return disorder(dropped->design, dropped->boxes).toStdString();
        return node.domain ? node.domain->str() : std::string();
    };
    QCOMPARE(QString::fromStdString(placeAt(566)), QStringLiteral("a"));
    QCOMPARE(placeAt(590), std::string("b"));
    QCOMPARE(placeAt(1100), std::string());
    QCOMPARE(placeAt(930), std::string()); // more of it outside
}

void TestDrop::aStrangerStaysOutOfTheOutline() {
    const Design before = *verbs::newFromTemplate("web-pair");
    const QRectF outline = groupOutline(before, GroupId("web"), layoutBoxes(before));
    for (const QPointF point : {outline.topLeft() + QPointF(100, -20), outline.center(),
                                QPointF(outline.center().x(), outline.bottom() + 20)}) {
        const std::optional<Dropped> dropped = dropAt(before, "kinds/mysql", point);
        QVERIFY(dropped);
        QVERIFY(!dropped->design.nodes.find(dropped->id)->group);
        QCOMPARE(disorder(dropped->design, dropped->boxes), QString());
    }
}

void TestDrop::movedOntoAnOutlineBetweenPlaces() {
    CanvasFixture canvas;
    QVERIFY(canvas.ready());
    canvas.session.apply(
        operation::batch("Add", {addNode("web3", "server"), operation::place("web3", {0, 500})}));
    canvas.session.undoStack().clear();
    const QRectF outline = groupOutline(canvas.design(), GroupId("web"), canvas.view.canvasScene().boxes());
    canvas.drag(canvas.middleOf("web3"), canvas.at(outline.center().x() + 6, outline.center().y()));
    const Node& moved = *canvas.design().nodes.find("web3");
    QVERIFY(moved.group && moved.group->str() == "web");
    QVERIFY(moved.domain && moved.domain->str() == "b");
    QCOMPARE(disorder(canvas.design(), canvas.view.canvasScene().boxes()), QString());
    QCOMPARE(canvas.session.undoStack().count(), 1);
}

ALWAYSON_TEST_MAIN(TestDrop, test_drop)
#include "test_drop.moc"
