#include "app/gui/session/live_scenario.h"
#include "app/gui/session/session.h"
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

Design webPair() {
    Session session;
    session.newFromTemplate(QStringLiteral("web-pair"));
    return session.design();
}

} // namespace

class TestLiveScenario : public QObject {
    Q_OBJECT
private slots:
    void eventsAreKeptInOrderOfTime() {
        const Design design = webPair();
        Scenario live = live::begun(design, {});
        QCOMPARE(live.duration.seconds(), live::kSeconds);
        live::add(live, eventAt(30, "fail", "web1"));
        live::add(live, eventAt(10, "fail", "web2"));
        QCOMPARE(live.events[0].what, std::string("web2"));
        QCOMPARE(live.events[1].what, std::string("web1"));
        QCOMPARE(live::suggestedName(design, live), std::string("Kill web2, kill web1"));
    }

    void aNamedScenarioIsCopiedAndNotChanged() {
        const Design design = webPair();
        const Scenario before = *design.scenarios.find("kill-web2");
        Scenario live = live::begun(design, "kill-web2");
        live::add(live, eventAt(20, "repair", "web2"));
        QCOMPARE(live.duration.seconds(), before.duration.seconds());
        QCOMPARE(live.events.size(), before.events.size() + 1);
        std::string id;
        const Design recorded = live::withScenario(design, live, id);
        QVERIFY(*recorded.scenarios.find("kill-web2") == before);
        QCOMPARE(recorded.scenarios.find(id)->events.size(), live.events.size());
        QVERIFY(!design.scenarios.contains(id));
    }

    void anOldFileWithAScenarioOfThatNameKeepsIt() {
        Design design = webPair();
        Scenario old;
        old.id = ScenarioId("live");
        old.name = "Live";
        design.scenarios.append(old);
        std::string id;
        const Design recorded = live::withScenario(design, live::begun(design, {}), id);
        QVERIFY(id != "live");
        QVERIFY(*recorded.scenarios.find("live") == old);
        const Scenario kept = live::named(design, live::begun(design, {}), "Live");
        QVERIFY(!design.scenarios.contains(kept.id.str()));
    }

    void eventsOfWhatIsGoneAreLeftOut() {
        const Design design = webPair();
        Scenario live = live::begun(design, {});
        live::add(live, eventAt(1, "fail", "nobody"));
        live::add(live, eventAt(2, "fail", "web1"));
        QCOMPARE(live::fitting(design, live).events.size(), std::size_t(1));
    }
};

ALWAYSON_TEST_MAIN(TestLiveScenario, test_live_scenario)
#include "test_live_scenario.moc"
