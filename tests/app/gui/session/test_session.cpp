#include "app/gui/session/session.h"
#include "core/model/codec.h"
#include "tests/support/test_support.h"

#include <QTemporaryDir>

using namespace alwayson;
using namespace alwayson::gui;

namespace {

std::string bytes(const Session& session) {
    return toJson(session.design()).dump(2);
}

Operation workers(int count) {
    return operation::setParameter(Collection::nodes, "web1", "workers", count);
}

} // namespace

class TestSession : public QObject {
    Q_OBJECT
private slots:
    void undoAndRedoAreByteIdentical() {
        Session session;
        QVERIFY(session.newFromTemplate(QStringLiteral("web-pair")));
        const std::string before = bytes(session);
        QVERIFY(session.apply(workers(16)));
        QVERIFY(session.apply(operation::rename(Collection::nodes, "lb1", "Front door")));
        QVERIFY(session.apply(operation::place("web1", {10, 20, 0, 0})));
        QVERIFY(session.apply(operation::removeAll(session.design(), {"web2", "lb1"})));
        const std::string after = bytes(session);
        QCOMPARE(session.undoStack().count(), 4);
        QVERIFY(session.isModified());
        while (session.undoStack().canUndo())
            session.undoStack().undo();
        QCOMPARE(bytes(session), before);
        QVERIFY(!session.isModified());
        while (session.undoStack().canRedo())
            session.undoStack().redo();
        QCOMPARE(bytes(session), after);
        while (session.undoStack().canUndo())
            session.undoStack().undo();
        QCOMPARE(bytes(session), before);
    }

    void aGestureIsOneEntry() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        const std::string before = bytes(session);
        const int gesture = session.newGesture();
        for (int count = 9; count < 40; ++count)
            QVERIFY(session.apply(workers(count), gesture));
        QVERIFY(session.apply(operation::place("web1", {5, 5, 0, 0}), gesture));
        QCOMPARE(session.undoStack().count(), 1);
        QVERIFY(session.apply(workers(50), session.newGesture()));
        QCOMPARE(session.undoStack().count(), 2);
        QVERIFY(session.apply(workers(60)));
        QVERIFY(session.apply(workers(61)));
        QCOMPARE(session.undoStack().count(), 4);
        session.undoStack().setIndex(0);
        QCOMPARE(bytes(session), before);
    }

    void aGestureThatEndsWhereItBeganLeavesNoEntry() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        session.apply(workers(12));
        const int gesture = session.newGesture();
        session.apply(workers(13), gesture);
        session.apply(workers(12), gesture);
        QCOMPARE(session.undoStack().count(), 1);
    }

    void aRefusedChangeChangesNothing() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        const std::string before = bytes(session);
        QSignalSpy errors(&session, &Session::errorRaised);
        QVERIFY(!session.apply(workers(-1)));
        QVERIFY(!session.apply(operation::rename(Collection::nodes, "nobody", "x")));
        QCOMPARE(errors.count(), 2);
        QCOMPARE(bytes(session), before);
        QCOMPARE(session.undoStack().count(), 0);
    }

    void aFileThatCannotBeReadKeepsTheOpenDesign() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("broken.aon.json"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{ \"format\": \"alwayson-design\", ");
        file.close();
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        session.apply(workers(12));
        const std::string before = bytes(session);
        QSignalSpy errors(&session, &Session::errorRaised);
        QVERIFY(!session.openFile(path));
        QVERIFY(!session.openFile(folder.filePath(QStringLiteral("missing.aon.json"))));
        QCOMPARE(errors.count(), 2);
        QVERIFY(errors[0][1].toString().contains(QStringLiteral("broken.aon.json")));
        QCOMPARE(bytes(session), before);
        QVERIFY(session.undoStack().canUndo());
    }

    void savingAndOpeningRoundTrips() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("shop.aon.json"));
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        session.apply(workers(12));
        QVERIFY(session.saveFile(path));
        QVERIFY(!session.isModified());
        const std::string saved = bytes(session);
        session.apply(workers(20));
        QVERIFY(session.isModified());
        QVERIFY(session.openFile(path));
        QCOMPARE(bytes(session), saved);
        QCOMPARE(session.filePath(), path);
        QVERIFY(!session.undoStack().canUndo());
        QSignalSpy errors(&session, &Session::errorRaised);
        QVERIFY(!session.saveFile(folder.filePath(QStringLiteral("no/such/folder/x.aon.json"))));
        QCOMPARE(errors.count(), 1);
        QCOMPARE(session.filePath(), path);
    }

    void theVerdictFollowsEveryEdit() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        QVERIFY(session.reportIsStale());
        QVERIFY(!session.report());
        QTRY_VERIFY_WITH_TIMEOUT(session.report() != nullptr, 10000);
        const double before = session.report()->cost.usdPerMonth;
        session.apply(operation::setParameter(Collection::nodes, "web1", "price_usd_per_h", 100));
        QVERIFY(session.reportIsStale());
        QVERIFY(!session.report());
        QVERIFY(session.lastReport() != nullptr);
        session.apply(operation::setParameter(Collection::nodes, "web1", "price_usd_per_h", 10));
        QTRY_VERIFY_WITH_TIMEOUT(session.report() != nullptr, 10000);
        // Of the latest design, never of the one in between.
        QVERIFY(session.report()->cost.usdPerMonth > before);
        QVERIFY(session.report()->cost.usdPerMonth < before + 100 * 730);
    }

    void movingOnTheCanvasKeepsTheVerdict() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        QTRY_VERIFY_WITH_TIMEOUT(session.report() != nullptr, 10000);
        session.apply(operation::place("web1", {1, 2, 0, 0}));
        QVERIFY(session.report() != nullptr);
    }

    void selectionForgetsWhatIsGone() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        session.select({QStringLiteral("web1"), QStringLiteral("lb1"), QStringLiteral("nobody")});
        QCOMPARE(session.selection(), QStringList({QStringLiteral("web1"), QStringLiteral("lb1")}));
        QSignalSpy changed(&session, &Session::selectionChanged);
        session.apply(operation::removeAll(session.design(), {"web1"}));
        QCOMPARE(session.selection(), QStringList{QStringLiteral("lb1")});
        QCOMPARE(changed.count(), 1);
        session.undoStack().undo();
        QCOMPARE(session.selection(), QStringList{QStringLiteral("lb1")});
    }
};

ALWAYSON_TEST_MAIN(TestSession, test_session)
#include "test_session.moc"
