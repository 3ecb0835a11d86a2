// The first journey, in the real window: drag a server from the palette, link it, run, kill it, see the state
// change, undo everything and find the file byte-identical.

#include "app/gui/theme/theme.h"
#include "app/gui/window/actions.h"
#include "app/gui/window/main_window.h"
#include "tests/e2e/gui/journey_support.h"

#include <QAction>
#include <QFile>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>

using namespace alwayson;
using namespace alwayson::gui;
using namespace alwayson::gui::test;

class TestJourney : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    static QByteArray bytes(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private slots:
    void initTestCase() { QStandardPaths::setTestModeEnabled(true); }

    void drawLinkRunKillUndo() {
        Theme theme;
        Session session;
        MainWindow window(session, theme);
        window.resize(1440, 900);
        window.start({});
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        CanvasView& canvas = window.canvas();
        const QString path = m_folder.filePath("shop.aon.json");
        QVERIFY(session.saveFile(path));
        const QByteArray original = bytes(path);
        QVERIFY(!original.isEmpty());

        // The verdict is there, and follows.
        QTRY_VERIFY_WITH_TIMEOUT(session.report() != nullptr, 5000);
        const double costBefore = session.report()->cost.usdPerMonth;

        // A server from the palette into zone b.
        const Design before = session.design();
        dropKind(canvas, "kinds/server", {756, 180});
        const QString server = newNode(before, session.design());
        QVERIFY(!server.isEmpty());
        QCOMPARE(session.design().nodes.find(server.toStdString())->domain->str(), std::string("eu-b"));
        QTRY_VERIFY_WITH_TIMEOUT(session.report() && session.report()->cost.usdPerMonth > costBefore, 5000);

        // Linked from the balancer by dragging.
        window.actions().at("tool.connect")->trigger();
        const std::size_t links = session.design().links.size();
        drag(canvas, middleOf(session, "lb1"), middleOf(session, server));
        QCOMPARE(session.design().links.size(), links + 1);
        const Link& link = session.design().links.at(links);
        QCOMPARE(link.from, std::string("lb1"));
        QCOMPARE(link.to, server.toStdString());

        // The other way round is refused with a reason, and nothing changes.
        QTest::mousePress(canvas.viewport(), Qt::LeftButton, Qt::NoModifier,
                          viewPoint(canvas, middleOf(session, server)));
        QTest::mouseMove(canvas.viewport(), viewPoint(canvas, middleOf(session, "web1")));
        QTest::mouseMove(canvas.viewport(), viewPoint(canvas, middleOf(session, "shoppers")));
        QTRY_VERIFY(!canvas.linkHint().isEmpty());
        QTest::mouseRelease(canvas.viewport(), Qt::LeftButton, Qt::NoModifier,
                            viewPoint(canvas, middleOf(session, "shoppers")));
        QCOMPARE(session.design().links.size(), links + 1);
        window.actions().at("tool.select")->trigger();

        // Run, and kill the new server while it plays.
        session.setSpeed(20);
        session.startRun({});
        QTRY_VERIFY_WITH_TIMEOUT(session.currentFrame() != nullptr, 10000);
        QTRY_VERIFY_WITH_TIMEOUT(session.playTimeS() > 2, 10000);
        QVERIFY(frameOf(session, server));
        QCOMPARE(frameOf(session, server)->state, NodeState::up);
        session.select({server});
        session.kill(server, "crash");
        QTRY_VERIFY_WITH_TIMEOUT(
            frameOf(session, server) && frameOf(session, server)->state == NodeState::down, 10000);
        QCOMPARE(frameOf(session, server)->mode, std::string("crash"));
        session.heal(server);
        QTRY_VERIFY_WITH_TIMEOUT(
            frameOf(session, server) && frameOf(session, server)->state != NodeState::down, 10000);
        // What is broken while it runs belongs to the run: not to the file, nor to undo.
        QCOMPARE(session.undoStack().count(), 2);
        QVERIFY(session.design().scenarios.size() == before.scenarios.size());
        QVERIFY(session.hasLiveEvents());
        session.stopRun();

        // Unless it is kept.
        QVERIFY(session.keepLiveEvents(QStringLiteral("New server dies")));
        QCOMPARE(session.undoStack().count(), 3);
        const Scenario* kept = session.design().scenarios.find("new-server-dies");
        QVERIFY(kept != nullptr && kept->events.size() == 2);
        QVERIFY(!session.hasLiveEvents());

        // Back to the first byte.
        QVERIFY(session.isModified());
        while (session.undoStack().canUndo())
            session.undoStack().undo();
        const QString again = m_folder.filePath("again.aon.json");
        QVERIFY(session.saveFile(again));
        QCOMPARE(bytes(again), original);

        // And forth: all of it once more.
        while (session.undoStack().canRedo())
            session.undoStack().redo();
        QVERIFY(session.design().nodes.contains(server.toStdString()));
    }

    void aBadFileLeavesTheDocumentAlone() {
        Theme theme;
        Session session;
        MainWindow window(session, theme);
        window.start({});
        const std::string name = session.design().name;
        const QString path = m_folder.filePath("bad.aon.json");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            "{\"format\":\"alwayson-design\",\"version\":1,\"nodes\":[{\"id\":\"a\",\"kind\":\"servr\"}]}");
        file.close();
        QString message;
        connect(&session, &Session::errorRaised, this,
                [&](const QString&, const QString& text) { message = text; });
        QVERIFY(!session.openFile(path));
        QVERIFY2(message.contains("server") && message.contains("1:"), qPrintable(message));
        QCOMPARE(session.design().name, name);
    }
};

ALWAYSON_TEST_MAIN(TestJourney, test_journey)
#include "test_journey.moc"
