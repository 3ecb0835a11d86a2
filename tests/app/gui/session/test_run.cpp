#include "app/gui/session/live_scenario.h"
#include "app/gui/session/session.h"
#include "core/io/project_file.h"
#include "tests/support/test_support.h"

#include <algorithm>

using namespace alwayson;
using namespace alwayson::gui;

namespace {

constexpr int kPatienceMs = 30000;

const NodeFrame& frameOf(const SimulationResult& result, const char* node, double atS) {
    const Trace& trace = *result.trace;
    const auto found = std::find(trace.nodes.begin(), trace.nodes.end(), node);
    return trace.frames[std::size_t(atS / trace.stepS + 1e-9)]
        .nodes[std::size_t(found - trace.nodes.begin())];
}

} // namespace

class TestRun : public QObject {
    Q_OBJECT
private slots:
    void yearsOfOneDesignAreNotShownForAnother() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        session.startAvailabilityRun();
        QVERIFY(session.availabilityRunning());
        session.newFromTemplate(QStringLiteral("one-server"));
        QVERIFY(!session.availabilityRunning());
        // The stopped run may still deliver a partial result; the next one waits behind it.
        session.startAvailabilityRun();
        const QString hash = QString::fromStdString(designHash(session.design()));
        QTest::qWait(50);
        session.cancelAvailabilityRun();
        QTRY_VERIFY_WITH_TIMEOUT(!session.availabilityRunning(), kPatienceMs);
        if (session.availabilityResult())
            QCOMPARE(QString::fromStdString(session.availabilityResult()->designHash), hash);
    }

    void aKillGoesOnWithoutAJumpAndCanBeUndone() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        session.startRun({});
        QCOMPARE(session.runState(), Session::RunState::running);
        QTRY_VERIFY_WITH_TIMEOUT(session.runResult() != nullptr, kPatienceMs);
        session.pauseRun();
        session.seek(10);
        const auto before = session.runResult();
        QVERIFY(session.currentFrame() != nullptr);
        QVERIFY(frameOf(*before, "web1", 12).state == NodeState::up);

        session.kill(QStringLiteral("web1"), {});
        QCOMPARE(session.playTimeS(), 10.0);
        QCOMPARE(session.runState(), Session::RunState::paused);
        QCOMPARE(session.runScenario(), QLatin1String(live::kId));
        QTRY_VERIFY_WITH_TIMEOUT(session.runResult() != before, kPatienceMs);
        const auto after = session.runResult();
        QVERIFY(frameOf(*after, "web1", 12).state == NodeState::down);
        // What has been played stays as it was.
        for (double atS = 0; atS < 9.95; atS += 0.1)
            for (const char* node : {"lb1", "web1", "web2"}) {
                QCOMPARE(frameOf(*after, node, atS).busyShare, frameOf(*before, node, atS).busyShare);
                QCOMPARE(frameOf(*after, node, atS).requestsPerS, frameOf(*before, node, atS).requestsPerS);
            }

        session.seek(20);
        session.heal(QStringLiteral("web1"));
        QTRY_VERIFY_WITH_TIMEOUT(frameOf(*session.runResult(), "web1", 25).state == NodeState::up,
                                 kPatienceMs);
        session.undoStack().undo();
        QTRY_VERIFY_WITH_TIMEOUT(frameOf(*session.runResult(), "web1", 25).state == NodeState::down,
                                 kPatienceMs);
        session.undoStack().undo();
        QTRY_VERIFY_WITH_TIMEOUT(frameOf(*session.runResult(), "web1", 12).state == NodeState::up,
                                 kPatienceMs);
        QVERIFY(!session.design().scenarios.contains(live::kId));
        session.stopRun();
        QVERIFY(session.runResult() == nullptr);
        QVERIFY(session.currentFrame() == nullptr);
    }

    void playbackEndsAndStartsAgain() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        session.startRun(QStringLiteral("kill-web2"));
        QTRY_VERIFY_WITH_TIMEOUT(session.runResult() != nullptr, kPatienceMs);
        QCOMPARE(session.runEndS(), 120.0);
        session.setSpeed(1000);
        QTRY_COMPARE_WITH_TIMEOUT(session.runState(), Session::RunState::finished, kPatienceMs);
        QCOMPARE(session.playTimeS(), 120.0);
        session.seek(50);
        QCOMPARE(session.runState(), Session::RunState::paused);
    }

    void anUnknownScenarioIsAnErrorInWords() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        QSignalSpy errors(&session, &Session::errorRaised);
        session.startRun(QStringLiteral("nope"));
        QCOMPARE(errors.count(), 1);
        QCOMPARE(session.runState(), Session::RunState::idle);
    }

    void yearsOfFailuresCanBeCancelledAtOnce() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        session.startAvailabilityRun();
        QVERIFY(session.availabilityRunning());
        QSignalSpy done(&session, &Session::availabilityResultChanged);
        QTest::qWait(50); // well into the work
        QElapsedTimer clock;
        clock.start();
        session.cancelAvailabilityRun();
        QTRY_VERIFY_WITH_TIMEOUT(!session.availabilityRunning(), 2000);
        QVERIFY2(clock.elapsed() < 400,
                 qPrintable(QString::number(clock.elapsed()))); // 100 ms on a machine of its own
        QCOMPARE(done.count(), 1);
    }

    void latencyIsSimulatedWhereNoFormulaHolds() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        QTRY_VERIFY_WITH_TIMEOUT(session.report() != nullptr, kPatienceMs);
        if (session.report()->latencyP99Ms.value) return; // a formula holds
        QTRY_VERIFY_WITH_TIMEOUT(session.latencyEstimate().value.has_value(), kPatienceMs);
        QVERIFY(*session.latencyEstimate().value > 0);
    }
};

ALWAYSON_TEST_MAIN(TestRun, test_run)
#include "test_run.moc"
