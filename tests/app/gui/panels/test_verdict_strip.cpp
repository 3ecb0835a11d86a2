// What the strip says where nothing is served, and what a run says of the objectives.

#include "app/gui/panels/design_form.h"
#include "app/gui/panels/inspector.h"
#include "app/gui/panels/objectives.h"
#include "app/gui/panels/verdict_strip.h"
#include "app/gui/panels/verdict_text.h"
#include "tests/app/gui/canvas/canvas_fixture.h"

#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>

using namespace alwayson;
using namespace alwayson::gui;
using namespace alwayson::gui::test;

namespace {

Objective objectiveOf(const char* id, const char* metric, double atLeast) {
    Objective objective;
    objective.id = ObjectiveId(id);
    objective.metric = metric;
    objective.atLeast = atLeast;
    return objective;
}

Operation removeLink(const char* id) {
    Operation remove;
    remove.type = Operation::Type::remove;
    remove.collection = Collection::links;
    remove.id = id;
    return remove;
}

} // namespace

class TestVerdictStrip : public QObject {
    Q_OBJECT
private slots:
    void aNarrowStripKeepsFiguresAndUnits() {
        CanvasFixture canvas;
        VerdictStrip strip(canvas.session, canvas.theme);
        QTRY_VERIFY(canvas.session.report());
        strip.resize(1400, strip.height());
        strip.show();
        const int roomy = strip.availability().sizeHint().width();
        strip.resize(560, strip.height());
        const auto cells = {&strip.availability(), &strip.latency(), &strip.cost(), &strip.singlePoints(),
                            &strip.objectives()};
        QVERIFY(strip.availability().sizeHint().width() < roomy);
        int least = 0;
        for (const FigureCell* cell : cells)
            least += cell->minimumSizeHint().width();
        QVERIFY2(least <= 560, qPrintable(QString::number(least)));
        strip.resize(1400, strip.height());
        QCOMPARE(strip.availability().sizeHint().width(), roomy);
    }

    void whoCallsNothingHasNoAvailability() {
        CanvasFixture canvas;
        VerdictStrip strip(canvas.session, canvas.theme);
        canvas.session.apply(operation::insertObjective(objectiveOf("o1", "availability_time", 0.9)));
        QTRY_VERIFY(canvas.session.report());
        QVERIFY(strip.availability().figure().contains(QLatin1Char('%')));
        QVERIFY(canvas.session.whyNotRun().isEmpty());
        canvas.session.apply(removeLink("users-lb"));
        QVERIFY2(canvas.session.whyNotRun().startsWith("users calls nothing"),
                 qPrintable(canvas.session.whyNotRun()));
        QTRY_VERIFY(canvas.session.report());
        for (FigureCell* cell : {&strip.availability(), &strip.singlePoints()}) {
            QCOMPARE(cell->figure(), QStringLiteral("\u2013"));
            QCOMPARE(cell->detail(), QStringLiteral("users calls nothing"));
        }
        QCOMPARE(strip.objectives().figure(), QStringLiteral("0 of 1"));
        const Explanation why = explainAvailability(canvas.design(), *canvas.session.report());
        QVERIFY2(why.improve.contains("Link users to"), qPrintable(why.improve));
        canvas.session.undoStack().undo();
        QVERIFY(canvas.session.whyNotRun().isEmpty());
        QTRY_COMPARE(strip.objectives().figure(), QStringLiteral("1 of 1"));
    }

    void theRunSaysWhatItMet() {
        CanvasFixture canvas;
        VerdictStrip strip(canvas.session, canvas.theme);
        // Met over the years; a run that loses the only balancer is judged by the last alone.
        canvas.session.apply(operation::batch(
            "Objectives", {operation::insertObjective(objectiveOf("o1", "availability_requests", 0.01)),
                           operation::insertObjective(objectiveOf("o2", "availability_requests", 0.9)),
                           operation::insertObjective(objectiveOf("o3", "cost_usd_per_month", 0))}));
        QTRY_COMPARE(strip.objectives().figure(), QStringLiteral("3 of 3"));
        QVERIFY(strip.objectives().second().isEmpty());
        Scenario scenario;
        scenario.id = ScenarioId("lost");
        scenario.duration = Duration::seconds(30);
        ScenarioEvent event;
        event.at = Duration::seconds(2);
        event.action = "fail";
        event.what = "lb";
        scenario.events = {event};
        canvas.session.apply(operation::insertScenario(scenario));
        canvas.session.startRun(QStringLiteral("lost"));
        QTRY_VERIFY_WITH_TIMEOUT(canvas.session.runResult(), 20000);
        // Not before it was seen.
        QVERIFY(canvas.session.runState() == Session::RunState::running);
        QVERIFY2(strip.objectives().second().isEmpty(), qPrintable(strip.objectives().second()));
        canvas.session.setSpeed(1000);
        QTRY_VERIFY(canvas.session.runState() == Session::RunState::finished);
        QCOMPARE(strip.objectives().second(), QStringLiteral("this run: 1 of 1"));
        const Explanation why = explainObjectives(canvas.design(), *canvas.session.lastReport(), {},
                                                  canvas.session.runResult().get(), nullptr);
        QCOMPARE(why.further.size(), std::size_t(3));
        const QString used = why.further[1].second;
        QVERIFY2(used.contains("uses ") && used.contains("of the budget"), qPrintable(used));
        canvas.session.stopRun();
        QVERIFY(strip.objectives().second().isEmpty());
    }

    void whatARunCannotJudgeIsNotCounted() {
        SimulationResult run;
        run.objectives.resize(3);
        run.objectives[0].met = true;
        run.objectives[0].value = Estimate::exactly(1);
        run.objectives[1].value = Estimate::exactly(1); // undecided
        const RunVerdict verdict = verdictOf(run);
        QCOMPARE(verdict.met, 1);
        QCOMPARE(verdict.judged, 2);
        QCOMPARE(verdictWords(run.objectives[2]), QStringLiteral("not judged in this mode"));
    }

    void aRunOverYearsSaysHowLongItTakes() {
        CanvasFixture canvas;
        Group pair;
        pair.id = GroupId("lbs");
        pair.kind = "vrrp_pair";
        Node second;
        second.id = NodeId("lb2");
        second.kind = "haproxy";
        second.domain = DomainId("b");
        second.group = GroupId("lbs");
        canvas.session.apply(
            operation::batch("Pair", {operation::insertGroup(pair), operation::insertNode(second),
                                      operation::set(Collection::nodes, "lb", "/group", "lbs", "Join"),
                                      addLink("users-lbs", "users", "lbs"), addLink("lbs-web", "lbs", "web"),
                                      removeLink("users-lb"), removeLink("lb-web")}));
        VerdictStrip strip(canvas.session, canvas.theme);
        strip.resize(1500, strip.height());
        strip.show();
        QTRY_VERIFY(canvas.session.report());
        QVERIFY(!strip.recovery().isVisible());
        canvas.session.startAvailabilityRun();
        QTest::qWait(400);
        canvas.session.cancelAvailabilityRun();
        QTRY_VERIFY_WITH_TIMEOUT(!canvas.session.availabilityRunning(), 20000);
        QTRY_VERIFY(strip.recovery().isVisible());
        QVERIFY2(strip.recovery().figure().endsWith(" s"), qPrintable(strip.recovery().figure()));
        QCOMPARE(strip.recovery().detail(), QStringLiteral("p95"));
        QCOMPARE(strip.recovery().tag(), QStringLiteral("simulated"));
        const Explanation why = explainRecovery(canvas.design(), *canvas.session.availabilityResult());
        QCOMPARE(why.parts.size(), std::size_t(1));
        QVERIFY2(why.parts[0].second.startsWith("mean "), qPrintable(why.parts[0].second));
        strip.resize(700, strip.height()); // the others come first
        QVERIFY(!strip.recovery().isVisible());
        strip.resize(1500, strip.height());
        canvas.session.apply(operation::setParameter(Collection::nodes, "web1", "workers", 3));
        QTRY_VERIFY(canvas.session.report());
        QVERIFY(!strip.recovery().isVisible()); // it was of another design
    }

    void takeOversHaveObjectives() {
        Session session;
        Theme theme;
        Inspector inspector(session, theme);
        QVERIFY(session.newFromTemplate(QStringLiteral("e-commerce")));
        inspector.show();
        auto* add = inspector.findChild<QPushButton*>(QStringLiteral("addObjective"));
        QVERIFY(add);
        const std::size_t before = session.design().objectives.size();
        add->click();
        auto* menu = inspector.findChild<QMenu*>(QStringLiteral("objectiveMenu"));
        QVERIFY(menu);
        const Group* writers = nullptr;
        const Group* pair = nullptr;
        for (const Group& group : session.design().groups) {
            if (group.kind == "mysql_replication") writers = &group;
            if (group.kind == "vrrp_pair") pair = &group;
        }
        QVERIFY(writers && pair);
        const auto offered = [&](const Group& group, const char* metric) {
            return menu->findChild<QAction*>(QString::fromStdString(group.id.str() + ':' + metric));
        };
        QVERIFY(!offered(*pair, "rpo_mean_s"));
        QAction* rto = offered(*writers, "rto_p95_s");
        QVERIFY(rto && offered(*pair, "rto_p95_s"));
        QSignalSpy refused(&session, &Session::errorRaised);
        rto->trigger();
        QVERIFY2(refused.isEmpty(), qPrintable(refused.value(0).value(1).toString()));
        menu->close();
        QCOMPARE(session.design().objectives.size(), before + 1);
        const Objective& made = session.design().objectives.at(before);
        QCOMPARE(made.of, writers->id.str());
        QCOMPARE(made.metric, std::string("rto_p95_s"));
        QCOMPARE(made.atMost, std::optional<double>(30));
        const ObjectiveView view = viewOf(session.design(), made, nullptr, {});
        QVERIFY2(view.title.startsWith("Recovery time (RTO), p95, "), qPrintable(view.title));
        QCOMPARE(view.target, QStringLiteral("at most 30 s"));
        // Only a run over the years knows it, and only one of this design.
        CheckReport report;
        report.designHash = "now";
        SimulationResult years;
        years.designHash = "now";
        ObjectiveResult result;
        result.id = made.id.str();
        result.met = false;
        result.value = {40.0, std::nullopt, Method::simulated, 100, {}};
        years.objectives = {result};
        const ObjectiveView known = viewOf(session.design(), made, &report, {}, &years);
        QCOMPARE(known.met, std::optional(false));
        QCOMPARE(known.value, QStringLiteral("40 s"));
        years.designHash = "before";
        QVERIFY(!viewOf(session.design(), made, &report, {}, &years).met);
        QString error;
        QCOMPARE(parseMetric(made.metric, QStringLiteral("at most 2 min"), error),
                 std::optional<double>(120));
        QVERIFY(parseMetric("rpo_p95_s", QStringLiteral("0 s"), error));
        QVERIFY(!parseMetric(made.metric, QStringLiteral("soon"), error) && !error.isEmpty());
    }
};

ALWAYSON_TEST_MAIN(TestVerdictStrip, test_verdict_strip)
#include "test_verdict_strip.moc"
