// Two journeys with groups in the real window: draw a replica, watch a failover.

#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/node_item.h"
#include "app/gui/canvas/replication_item.h"
#include "app/gui/run/run_words.h"
#include "app/gui/theme/theme.h"
#include "app/gui/window/main_window.h"
#include "tests/e2e/gui/journey_support.h"

#include <QStandardPaths>

using namespace alwayson;
using namespace alwayson::gui;
using namespace alwayson::gui::test;

namespace {

struct Shop {
    Theme theme;
    Session session;
    MainWindow window{session, theme};
    bool open() {
        window.resize(1440, 900);
        window.start({});
        session.newFromTemplate(QStringLiteral("e-commerce"));
        window.show();
        return QTest::qWaitForWindowExposed(&window);
    }
    const CardContent& card(const QString& id) {
        return window.canvas().canvasScene().node(id.toStdString())->content();
    }
};

} // namespace

class TestFailoverJourney : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { QStandardPaths::setTestModeEnabled(true); }
    void drawsAReplica();
    void watchesABalancerTakeOver();
};

void TestFailoverJourney::drawsAReplica() {
    Shop shop;
    QVERIFY(shop.open());
    Session& session = shop.session;
    QTRY_VERIFY_WITH_TIMEOUT(session.report() != nullptr, 5000);
    const double cost = session.report()->cost.usdPerMonth;
    const Design before = session.design();
    // Onto the right end of the outline of the set, in zone c.
    dropKind(shop.window.canvas(), "kinds/mysql", middleOf(session, "db3") + QPointF(100, 0));
    const QString replica = newNode(before, session.design());
    QVERIFY(!replica.isEmpty());
    const Node& node = *session.design().nodes.find(replica.toStdString());
    QVERIFY(node.group.has_value());
    QCOMPARE(node.group->str(), std::string("db"));
    QCOMPARE(node.domain->str(), std::string("eu-c"));
    // No link has to be drawn: it copies from the source, and says so.
    QCOMPARE(shop.card(replica).fact, QStringLiteral("replica"));
    QVERIFY(shop.window.canvas().canvasScene().stream("db1", node.id.str()));
    QTRY_VERIFY_WITH_TIMEOUT(session.report() && session.report()->cost.usdPerMonth > cost, 5000);
    session.undoStack().undo();
    QCOMPARE(session.design().nodes.size(), before.nodes.size());
    QVERIFY(!shop.window.canvas().canvasScene().stream("db1", replica.toStdString()));
}

void TestFailoverJourney::watchesABalancerTakeOver() {
    Shop shop;
    QVERIFY(shop.open());
    Session& session = shop.session;
    QCOMPARE(shop.card("lb1").badge, QStringLiteral("active"));
    QCOMPARE(shop.card("lb2").fact, QStringLiteral("standby"));
    session.setSpeed(40);
    session.startRun(QStringLiteral("kill-lb1"));
    QTRY_VERIFY_WITH_TIMEOUT(session.playTimeS() > 45 && frameOf(session, "lb2"), 30000);
    session.pauseRun();
    session.seek(41); // the process is dead and the script has not said so twice
    QTRY_COMPARE(shop.card("lb1").state, CardState::down);
    QCOMPARE(shop.card("lb2").badge, QString());
    session.seek(44);
    QTRY_COMPARE(shop.card("lb2").badge, QStringLiteral("active"));
    QVERIFY(frameOf(session, "lb2")->requestsPerS > 0);
    const QString sentence = runSentence(session.design(), *session.runResult(), 44);
    QVERIFY2(sentence.contains(QStringLiteral("lb2 takes the address of lb from lb1, ")),
             qPrintable(sentence));
    // Until the address has moved, requests are refused.
    QVERIFY2(!sentence.startsWith(QStringLiteral("0 of")), qPrintable(sentence));
    session.stopRun();
}

ALWAYSON_TEST_MAIN(TestFailoverJourney, test_failover_journey)
#include "test_failover_journey.moc"
