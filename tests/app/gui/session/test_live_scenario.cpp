#include "app/gui/session/live_scenario.h"
#include "app/gui/session/session.h"
#include "core/model/codec.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using namespace alwayson::gui;

namespace {

ScenarioEvent eventAt(double atS, const char* action, const char* what) {
    ScenarioEvent result;
    result.at = Duration::seconds(atS);
    result.action = action;
    result.what = what;
    return result;
}

} // namespace

class TestLiveScenario : public QObject {
    Q_OBJECT
private slots:
    void theFirstKillMakesTheScenarioAndUndoTakesItAway() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        const std::string before = toJson(session.design()).dump();
        QVERIFY(session.apply(live::withEvent(session.design(), {}, eventAt(12.3456789, "fail", "web1"))));
        const Scenario* scenario = session.design().scenarios.find(live::kId);
        QVERIFY(scenario != nullptr);
        QCOMPARE(scenario->events.size(), std::size_t(1));
        QCOMPARE(session.undoStack().undoText(), QStringLiteral("Kill web1"));
        session.undoStack().undo();
        QCOMPARE(toJson(session.design()).dump(), before);
    }

    void furtherEventsAreKeptInOrderOfTime() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        session.apply(live::withEvent(session.design(), {}, eventAt(30, "fail", "web1")));
        session.apply(live::withEvent(session.design(), live::kId, eventAt(10, "fail", "web2")));
        const auto& events = session.design().scenarios.find(live::kId)->events;
        QCOMPARE(events.size(), std::size_t(2));
        QCOMPARE(events[0].what, std::string("web2"));
        QCOMPARE(events[1].what, std::string("web1"));
    }

    void aNamedScenarioIsCopiedAndNotChanged() {
        Session session;
        session.newFromTemplate(QStringLiteral("web-pair"));
        Scenario scenario;
        scenario.id = ScenarioId("peak");
        scenario.name = "Peak";
        scenario.duration = Duration::seconds(120);
        scenario.events = {eventAt(5, "fail", "web2")};
        QVERIFY(session.apply(operation::insertScenario(scenario)));
        const Json named = toJson(*session.design().scenarios.find("peak"));
        QVERIFY(session.apply(live::withEvent(session.design(), "peak", eventAt(20, "repair", "web2"))));
        QCOMPARE(toJson(*session.design().scenarios.find("peak")).dump(), named.dump());
        const Scenario* copy = session.design().scenarios.find(live::kId);
        QCOMPARE(copy->duration.seconds(), 120.0);
        QCOMPARE(copy->events.size(), std::size_t(2));
        QVERIFY(session.apply(live::cleared(session.design())));
        QVERIFY(session.design().scenarios.find(live::kId)->events.empty());
    }
};

ALWAYSON_TEST_MAIN(TestLiveScenario, test_live_scenario)
#include "test_live_scenario.moc"
