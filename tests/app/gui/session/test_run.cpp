#include "app/gui/run/run_words.h"
#include "app/gui/session/session.h"
#include "core/io/project_file.h"
#include "tests/support/test_support.h"

#include <algorithm>
#include <cmath>

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

// Starts a run ("": normal operation), waits until it is computed and stands still there.
bool startAndPause(Session& session, const QString& scenario) {
    session.startRun(scenario);
    if (!QTest::qWaitFor([&] { return session.runResult() != nullptr; }, kPatienceMs)) return false;
    session.pauseRun();
    return true;
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

    void timeStandsStillWhileItIsHeld() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        session.startRun({});
        QTRY_VERIFY_WITH_TIMEOUT(session.playTimeS() > 0, kPatienceMs);
        session.holdTime(true);
        const double held = session.playTimeS();
        QTest::qWait(150);
        QCOMPARE(session.playTimeS(), held);
        QCOMPARE(session.runState(), Session::RunState::running);
        session.holdTime(false);
        QTRY_VERIFY(session.playTimeS() > held);
        session.stopRun();
    }

    void atAMarkTheStateIsTheOneAfterIt() {
        Session session;
        session.newFromTemplate(QStringLiteral("e-commerce"));
        QVERIFY(startAndPause(session, QStringLiteral("kill-source")));
        const auto result = session.runResult();
        const auto shown = [&](const std::string& id) {
            const auto found = std::find(result->trace->nodes.begin(), result->trace->nodes.end(), id);
            return session.currentFrame()->nodes[std::size_t(found - result->trace->nodes.begin())];
        };
        int failures = 0, roles = 0, repairs = 0;
        for (const RunEvent& event : result->events) {
            session.seek(event.atS);
            if (event.kind == "failed") {
                ++failures;
                QCOMPARE(shown(event.what).state, NodeState::down);
            } else if (event.kind == "repaired") {
                ++repairs;
                QVERIFY(shown(event.what).state != NodeState::down);
            } else if (event.kind == "role_changed") {
                ++roles;
                QVERIFY(shown(event.what).role == MemberRole::source);
                // A moment before, it was not.
                session.seek(event.atS - 2 * result->trace->stepS);
                QVERIFY(shown(event.what).role == MemberRole::replica);
            }
        }
        QVERIFY(failures > 0 && roles > 0 && repairs > 0);
        session.stopRun();
    }

    // Nobody sees requests fail before the crash that makes them fail, and what is counted by then agrees
    // with the whole.
    void ratesAndCountsEndAtTheTimeShown() {
        Session session;
        session.newFromTemplate(QStringLiteral("e-commerce"));
        QVERIFY(startAndPause(session, QStringLiteral("kill-source")));
        const auto result = session.runResult();
        const Trace& trace = *result->trace;
        const auto failure = std::find_if(result->events.begin(), result->events.end(),
                                          [](const RunEvent& event) { return event.kind == "failed"; });
        QVERIFY(failure != result->events.end());
        session.seek(failure->atS);
        for (const NodeFrame& node : session.currentFrame()->nodes)
            QCOMPARE(node.failedPerS, 0.0f);
        for (const LinkFrame& link : session.currentFrame()->links)
            QCOMPARE(link.failedPerS, 0.0f);
        QCOMPARE(countsOf(*result, failure->atS).failed, std::uint64_t(0));
        // One step on, both tell of the same failures.
        const double laterS = failure->atS + 5;
        const Counts later = countsOf(*result, laterS), before = countsOf(*result, laterS - 1);
        const std::size_t shoppers =
            std::size_t(std::find(trace.nodes.begin(), trace.nodes.end(), "shoppers") - trace.nodes.begin());
        double failed = 0;
        for (const Frame& frame : trace.frames)
            if (frame.atS > laterS - 1 + 1e-6 && frame.atS <= laterS + 1e-6)
                failed += double(frame.nodes[shoppers].failedPerS) * trace.stepS;
        QVERIFY(later.failed > before.failed);
        QCOMPARE(double(later.failed - before.failed), std::round(failed));
        const Counts nearEnd = countsOf(*result, result->simulatedSeconds - trace.stepS),
                     whole = countsOf(*result, std::nullopt);
        QCOMPARE(nearEnd.failed, whole.failed);
        QVERIFY(nearEnd.offered<whole.offered&& double(nearEnd.offered)> 0.998 * double(whole.offered));
        session.stopRun();
    }

    // Over hours a frame stands for seconds: what happens within them is told at its own time.
    void betweenFramesTheEventsTellWhoIsDown() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        const auto at = [](double atS, const char* action, const char* what) {
            ScenarioEvent event;
            event.at = Duration::seconds(atS);
            event.action = action;
            event.what = what;
            return event;
        };
        Scenario scenario;
        scenario.id = ScenarioId("long");
        scenario.name = "Long";
        scenario.duration = Duration::seconds(7200);
        scenario.events = {at(3600.3, "fail", "web1"), at(3600.5, "repair", "web1"),
                           at(3601.0, "fail", "web2"), at(3700, "repair", "web2")};
        session.apply(operation::insertScenario(scenario));
        QVERIFY(startAndPause(session, QStringLiteral("long")));
        const auto result = session.runResult();
        QVERIFY(result->trace->stepS > 1.1); // all three before the next frame
        const auto shown = [&](const std::string& id, double atS) {
            session.seek(atS);
            if (std::abs(session.currentFrame()->atS - atS) > result->trace->stepS) return NodeState::slow;
            const auto found = std::find(result->trace->nodes.begin(), result->trace->nodes.end(), id);
            return session.currentFrame()->nodes[std::size_t(found - result->trace->nodes.begin())].state;
        };
        QCOMPARE(shown("web1", 3600.2), NodeState::up);
        QCOMPARE(shown("web1", 3600.4), NodeState::down);
        QCOMPARE(shown("web2", 3600.4), NodeState::up);
        QCOMPARE(shown("web1", 3600.7), NodeState::up);
        QCOMPARE(shown("web2", 3600.7), NodeState::up);
        QCOMPARE(shown("web2", 3601.1), NodeState::down);
        QCOMPARE(shown("web2", 3699), NodeState::down);
        QCOMPARE(shown("web2", 3703), NodeState::up);
        session.stopRun();
    }

    void theTraceTellsWhoWorksAndDoesHarm() {
        Session session;
        session.newFromTemplate(QStringLiteral("e-commerce"));
        const auto run = [&](const char* scenario) {
            session.stopRun();
            session.startRun(QLatin1String(scenario));
            return QTest::qWaitFor([&] { return session.runResult() != nullptr; }, kPatienceMs);
        };
        QVERIFY(run("bad-version"));
        QCOMPARE(frameOf(*session.runResult(), "web1", 39).badShare, 0.0f);
        QCOMPARE(frameOf(*session.runResult(), "web1", 60).badShare, 1.0f);
        QCOMPARE(frameOf(*session.runResult(), "web2", 60).badShare, 0.0f);
        QCOMPARE(frameOf(*session.runResult(), "web1", 130).badShare, 0.0f);
        // A MariaDB drops what waited when it starts again, and comes back; a MySQL stays out.
        QVERIFY(run("zone-a-cut-off"));
        QVERIFY(!frameOf(*session.runResult(), "db1", 90).apart);
        session.stopRun();
        session.apply(operation::setParameter(Collection::groups, "db", "flavour", "mysql_8_4"));
        QVERIFY(run("zone-a-cut-off"));
        QVERIFY(!frameOf(*session.runResult(), "db1", 39).apart);
        QVERIFY(frameOf(*session.runResult(), "db1", 90).apart);
        QVERIFY(frameOf(*session.runResult(), "db1", 90).diverged);
        QVERIFY(!frameOf(*session.runResult(), "db2", 90).apart);
        QVERIFY(!frameOf(*session.runResult(), "db3", 90).apart);
        session.stopRun();
    }

    void aKillGoesOnWithoutAJumpAndBelongsToTheRun() {
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
        QVERIFY(session.hasLiveEvents());
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
        // Not of the design.
        QVERIFY(!session.isModified());
        QVERIFY(!session.undoStack().canUndo());
        QCOMPARE(session.runResult()->designHash, designHash(session.design()));

        // Stopping keeps what was computed; the canvas shows the design again.
        session.seek(33);
        session.stopRun();
        QVERIFY(session.runResult() != nullptr);
        QVERIFY(session.currentFrame() == nullptr);
        QCOMPARE(session.stoppedAtS(), std::optional(33.0));
        QVERIFY(!session.runIsOutdated());
        session.apply(operation::setParameter(Collection::nodes, "web1", "workers", 9));
        QVERIFY(session.runIsOutdated());
        session.undoStack().undo();

        // The next run starts clean.
        session.startRun({});
        QVERIFY(!session.hasLiveEvents());
        QVERIFY(!session.stoppedAtS());
        QTRY_VERIFY_WITH_TIMEOUT(session.runResult() != nullptr, kPatienceMs);
        QVERIFY(session.runResult()->events.empty());
        session.newFromTemplate(QStringLiteral("one-server"));
        QVERIFY(session.runResult() == nullptr);
    }

    void whatWasDoneLiveCanBeKept() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        QVERIFY(startAndPause(session, QStringLiteral("kill-web2")));
        session.seek(10);
        session.kill(QStringLiteral("web1"), {});
        QCOMPARE(session.runScenario(), QStringLiteral("kill-web2"));
        const std::size_t named = session.design().scenarios.find("kill-web2")->events.size();
        QVERIFY(session.keepLiveEvents(QStringLiteral("Both die")));
        QCOMPARE(session.undoStack().count(), 1);
        const Scenario* kept = session.design().scenarios.find("both-die");
        QVERIFY(kept != nullptr);
        QCOMPARE(kept->events.size(), named + 1);
        QCOMPARE(session.design().scenarios.find("kill-web2")->events.size(), named);
        QVERIFY(!session.hasLiveEvents());
        session.undoStack().undo();
        QVERIFY(!session.isModified());
    }

    void aBalancerThatNobodyCallsStopsNothing() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        Node node;
        node.id = NodeId("lb9");
        node.kind = "haproxy";
        QVERIFY(session.apply(operation::insertNode(node)));
        session.startRun({});
        QTRY_VERIFY_WITH_TIMEOUT(session.runResult() != nullptr, kPatienceMs);
        const auto& said = session.runResult()->assumptions;
        QVERIFY(std::any_of(said.begin(), said.end(), [](const std::string& sentence) {
            return sentence.find("lb9 has no servers behind it and no request can reach it") == 0;
        }));
        QVERIFY(session.latencyRefusal().isEmpty());
        session.stopRun();
        // One that is called refuses, and the strip can say why.
        Link link;
        link.id = LinkId("shoppers-lb9");
        link.from = "shoppers";
        link.to = "lb9";
        QVERIFY(session.apply(operation::insertLink(link)));
        QSignalSpy errors(&session, &Session::errorRaised);
        session.startRun({});
        QTRY_COMPARE_WITH_TIMEOUT(errors.count(), 1, kPatienceMs);
        QVERIFY(errors[0][1].toString().contains(QStringLiteral("lb9 has no servers behind it")));
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
