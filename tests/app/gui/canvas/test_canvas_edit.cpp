// What gestures mean: places, memberships, clipboard and the automatic layout, without a window.

#include "app/gui/canvas/canvas_edit.h"
#include "app/gui/canvas/words.h"
#include "core/base/json.h"
#include "core/edit/document.h"
#include "core/model/codec.h"
#include "tests/app/gui/canvas/canvas_fixture.h"

using namespace alwayson;
using namespace alwayson::gui;
using namespace alwayson::gui::test;

class TestCanvasEdit : public QObject {
    Q_OBJECT

    static Design threeZones() {
        Document document;
        std::vector<Operation> operations{addDomain("eu", "region"), addNode("users", "client")};
        for (const char* zone : {"a", "b", "c"}) {
            operations.push_back(addDomain(zone, "zone", "eu"));
            operations.push_back(addNode((std::string("lb-") + zone).c_str(), "haproxy", zone));
            operations.push_back(addNode((std::string("web-") + zone).c_str(), "server", zone));
        }
        for (const char* zone : {"a", "b", "c"}) {
            operations.push_back(
                addLink((std::string("in-") + zone).c_str(), "users", (std::string("lb-") + zone).c_str()));
            operations.push_back(addLink((std::string("up-") + zone).c_str(),
                                         (std::string("lb-") + zone).c_str(),
                                         (std::string("web-") + zone).c_str()));
        }
        if (!document.apply(operation::batch("Build", operations))) return {};
        return document.design();
    }

private slots:
    void automaticPlacesDoNotOverlapAndRespectPlaces() {
        const Design design = threeZones();
        QCOMPARE(design.nodes.size(), std::size_t(7));
        const Boxes boxes = layoutBoxes(design);
        for (const Node& one : design.nodes) {
            const QRectF card = boxes.at(one.id.str());
            if (one.domain) QVERIFY2(boxes.at(one.domain->str()).contains(card), one.id.str().c_str());
            for (const Node& other : design.nodes)
                if (other.id != one.id) QVERIFY(!card.intersects(boxes.at(other.id.str())));
        }
        for (const char* zone : {"a", "b", "c"})
            QVERIFY(boxes.at("eu").contains(boxes.at(zone)));
        QVERIFY(!boxes.at("a").intersects(boxes.at("b")));
        QVERIFY(boxes.at("users").right() < boxes.at("eu").left());
        // Callers stand above those they call, in every zone on the same line.
        QVERIFY(boxes.at("lb-a").bottom() < boxes.at("web-a").top());
        QCOMPARE(boxes.at("web-a").top(), boxes.at("web-b").top());
    }

    void automaticPlacesAvoidGivenOnes() {
        Design design = threeZones();
        const Boxes all = layoutBoxes(design);
        design.canvas["lb-a"] = {all.at("web-a").x(), all.at("web-a").y(), 0, 0};
        design.canvas["a"] = {all.at("a").x(), all.at("a").y(), 480, 480};
        const Boxes boxes = layoutBoxes(design);
        QVERIFY(!boxes.at("lb-a").intersects(boxes.at("web-a")));
        QVERIFY(boxes.at("a").contains(boxes.at("web-a")));
    }

    void innermostPlaceWins() {
        const Design design = threeZones();
        const Boxes boxes = layoutBoxes(design);
        QCOMPARE(domainAt(design, boxes, boxes.at("web-b").center()), std::string("b"));
        QCOMPARE(domainAt(design, boxes, boxes.at("web-b").center(), {"b"}), std::string("eu"));
        QCOMPARE(domainAt(design, boxes, boxes.at("eu").topLeft() + QPointF(3, 3)), std::string("eu"));
        QCOMPARE(domainAt(design, boxes, boxes.at("eu").topLeft() - QPointF(3, 3)), std::string());
    }

    void routesStartAndEndAtTheBoxes_data() {
        QTest::addColumn<QRectF>("to");
        QTest::newRow("right") << QRectF(400, 10, 172, 62);
        QTest::newRow("left") << QRectF(-400, 60, 172, 62);
        QTest::newRow("below") << QRectF(20, 300, 172, 62);
        QTest::newRow("above") << QRectF(-30, -300, 172, 62);
        QTest::newRow("diagonal") << QRectF(500, 400, 172, 62);
    }
    void routesStartAndEndAtTheBoxes() {
        QFETCH(QRectF, to);
        const QRectF from(0, 0, 172, 62);
        const Route route = routeBetween(from, to);
        const auto onEdge = [](const QRectF& box, QPointF point) {
            return box.adjusted(-0.01, -0.01, 0.01, 0.01).contains(point) &&
                   !box.adjusted(0.01, 0.01, -0.01, -0.01).contains(point);
        };
        QVERIFY(onEdge(from, route.from));
        QVERIFY(onEdge(to, route.tip));
        QVERIFY(!to.adjusted(1, 1, -1, -1).intersects(QRectF(pointAlong(route, 0.9), QSizeF(0.1, 0.1))));
        // Samples are evenly spaced.
        const double step = QLineF(route.samples[0], route.samples[1]).length();
        for (std::size_t i = 1; i < route.samples.size(); ++i)
            QVERIFY(qAbs(QLineF(route.samples[i - 1], route.samples[i]).length() - step) < 0.05 * step + 0.2);
    }

    void linksGoAroundCards() {
        // A row below, two columns away; a card stands where a sideways curve would pass.
        const QRectF from(528, 0, 172, 62), to(0, 142, 172, 62), neighbour(264, 0, 172, 62);
        const auto crosses = [&](const Route& route) {
            return std::any_of(route.samples.begin(), route.samples.end(),
                               [&](QPointF point) { return neighbour.contains(point); });
        };
        QVERIFY(crosses(routeBetween(from, to)));
        const Route free = routeBetween(from, to, 0, {from, neighbour, to});
        QVERIFY(!crosses(free));
        QCOMPARE(free.from.y(), from.bottom());
        QCOMPARE(free.tip.y(), to.top());
        // In one row nothing else is possible.
        QCOMPARE(routeBetween(from, neighbour, 0, {from, neighbour}).tip.x(), neighbour.right());
    }

    void linksOfAPoolToASetAreABundle() {
        Design design;
        const auto add = [&](const Operation& operation) { QVERIFY(applyTo(design, operation).ok()); };
        add(addGroup("web"));
        Group set;
        set.id = GroupId("db");
        set.kind = "mysql_replication";
        add(operation::insertGroup(set));
        for (const char* id : {"web1", "web2"})
            add(addNode(id, "server", nullptr, "web"));
        for (const char* id : {"db1", "db2", "db3"})
            add(addNode(id, "mysql", nullptr, "db"));
        add(addLink("web-db", "web", "db"));
        const LinkEnds ends = linkEnds(design, *design.links.find("web-db"));
        QCOMPARE(ends.from, std::vector<std::string>{"web"});
        QCOMPARE(ends.to.size(), std::size_t(3));
    }

    void newPlacesLieInsideAndApart() {
        Design design;
        const auto drop = [&](const char* what, QPointF at) {
            const auto creation = createFromCatalogue(design, layoutBoxes(design), what, at);
            if (!creation || !applyTo(design, creation->operation).ok()) return std::string();
            return creation->id;
        };
        const std::string region = drop("domains/region", {0, 0});
        // At its very corner, over the first one, and a third that finds no room.
        const std::string one = drop("domains/zone", {2, 3}), two = drop("domains/zone", {40, 30}),
                          three = drop("domains/zone", {100, 60});
        const Boxes boxes = layoutBoxes(design);
        for (const std::string& zone : {one, two, three}) {
            QCOMPARE(design.domains.find(zone)->parent->str(), region);
            const QRectF inside =
                boxes.at(region).adjusted(kDomainPadding, kDomainHeader, -kDomainPadding, -kDomainPadding);
            QVERIFY2(inside.contains(boxes.at(zone)), zone.c_str());
        }
        QVERIFY(!boxes.at(one).adjusted(-8, -8, 8, 8).intersects(boxes.at(two)));
        QVERIFY(!boxes.at(three).adjusted(-8, -8, 8, 8).intersects(boxes.at(two)));
        // A card at the edge of a zone lies in it, with room for the outline of a group.
        const QRectF zone = boxes.at(one);
        const std::string card = drop("kinds/mysql", zone.bottomRight() - QPointF(100, 40));
        QVERIFY(zone.contains(layoutBoxes(design).at(card).adjusted(-16, -16, 16, 16)));
    }

    void pasteGetsNewIdsAndKeepsInnerLinks() {
        const Design design = threeZones();
        const Boxes boxes = layoutBoxes(design);
        const std::string text = copyText(design, boxes, {"lb-a", "web-a"});
        QVERIFY(isFragment(text));
        Design changed = design;
        const Result<Pasting> pasting = pasteOperation(changed, boxes, text, std::nullopt);
        QVERIFY(pasting.ok());
        QVERIFY(applyTo(changed, pasting->operation).ok());
        QCOMPARE(changed.nodes.size(), design.nodes.size() + 2);
        // up-a was between the two; in-a comes from users, who were not copied.
        QCOMPARE(changed.links.size(), design.links.size() + 1);
        const Link& copy = changed.links.at(changed.links.size() - 1);
        QVERIFY(!design.nodes.contains(copy.from) && changed.nodes.contains(copy.from));
        QVERIFY(!design.nodes.contains(copy.to) && changed.nodes.contains(copy.to));
    }

    void pasteRefusesWhatIsNoFragment_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("not json") << QByteArray("alwayson-fragment");
        QTest::newRow("other format") << QByteArray("{\"format\":\"x\"}");
        QTest::newRow("empty") << QByteArray("{\"format\":\"alwayson-fragment\",\"version\":1}");
        QTest::newRow("wrong list") << QByteArray("{\"format\":\"alwayson-fragment\",\"nodes\":3}");
        QTest::newRow("wrong node") << QByteArray(
            "{\"format\":\"alwayson-fragment\",\"nodes\":[{\"id\":5}]}");
    }
    void pasteRefusesWhatIsNoFragment() {
        QFETCH(QByteArray, text);
        const Result<Pasting> pasting = pasteOperation({}, {}, text.toStdString(), std::nullopt);
        QVERIFY(!pasting.ok());
        QVERIFY(!pasting.error().message.empty());
    }

    void wordsSayTheFactThatMatters() {
        Node node;
        node.id = NodeId("x");
        node.kind = "client";
        node.parameters["rate_per_s"] = 400.0;
        QCOMPARE(words::fact(node), QStringLiteral("400/s · 80 % reads"));
        node = {};
        node.kind = "haproxy";
        node.parameters["balance"] = std::string("leastconn");
        QCOMPARE(words::fact(node), QStringLiteral("leastconn"));
        node = {};
        node.kind = "server";
        QCOMPARE(words::fact(node), QStringLiteral("8 workers · 12 ms"));
        NodeFrame frame;
        frame.state = NodeState::down;
        frame.mode = "crash";
        frame.sinceS = 60;
        QCOMPARE(words::liveFact(node, frame, 64.1), QStringLiteral("crashed 4.1 s ago"));
        frame.mode = "slow";
        frame.state = NodeState::slow;
        QCOMPARE(words::liveFact(node, frame, 72), QStringLiteral("slow for 12 s"));
        ViewFrame view;
        view.failedChecks = 2;
        QCOMPARE(words::view(view, false), QStringLiteral("check 2 of 3 failed"));
    }
};

ALWAYSON_TEST_MAIN(TestCanvasEdit, test_canvas_edit)
#include "test_canvas_edit.moc"
