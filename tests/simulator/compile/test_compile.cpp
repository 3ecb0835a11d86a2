// What the request engine makes of kinds: each node is read with the defaults of its own kind.

#include "simulator/compile/compile.h"
#include "tests/core/structure/design_maker.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using alwayson::test::DesignMaker;

class TestCompile : public QObject {
    Q_OBJECT

    static void add(DesignMaker& maker, const char* kind, Parameters parameters = {}) {
        Node node;
        node.id = NodeId(kind);
        node.kind = kind;
        node.parameters = std::move(parameters);
        maker.edit().nodes.append(node);
        maker.link("shoppers", kind);
    }

private slots:
    void stationsOfEveryKind() {
        DesignMaker maker;
        maker.client("shoppers", 10);
        for (const char* kind : {"server", "mysql", "cache"})
            add(maker, kind);
        const auto model = sim::compileModel(maker.design(), nullptr);
        QVERIFY2(model.ok(), model ? "" : describe(model.error()).c_str());
        QCOMPARE(model->stations.size(),
                 std::size_t{4}); // and the junction from which the client calls all three
        const std::uint32_t workers[] = {8, 16, 8}, limits[] = {200, 150, 1000};
        const bool writes[] = {false, true, false};
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(model->stations[i].workers, workers[i]);
            QCOMPARE(model->stations[i].queueLimit, limits[i]);
            QCOMPARE(model->stations[i].hasWriteService, writes[i]);
        }
        DesignMaker own;
        own.client("shoppers", 10);
        add(own, "mysql", {{"workers", 3.0}, {"queue_limit", Value{}}, {"discipline", std::string("ps")}});
        const auto changed = sim::compileModel(own.design(), nullptr);
        QVERIFY(changed.ok());
        QCOMPARE(changed->stations[0].workers, 3U);
        QCOMPARE(changed->stations[0].queueLimit, sim::kNone);
        QVERIFY(changed->stations[0].sharing);
    }

    // Events that nothing carries out yet stop the run in words, whatever they are aimed at.
    void unknownEventsAreRefused() {
        DesignMaker maker;
        maker.client("shoppers", 10).group("web").server("web1", "web").link("shoppers", "web");
        for (const auto& [action, what] : {std::pair{"explode", "web1"}, {"melt", "web"}}) {
            Scenario scenario;
            scenario.id = ScenarioId("s");
            ScenarioEvent event;
            event.action = action;
            event.what = what;
            scenario.events = {event};
            const auto model = sim::compileModel(maker.design(), &scenario);
            QVERIFY(!model.ok());
            QVERIFY2(model.error().message.find(std::string("events \"") + action +
                                                "\" cannot be simulated") != std::string::npos,
                     model.error().message.c_str());
        }
    }
};

ALWAYSON_TEST_MAIN(TestCompile, test_compile)
#include "test_compile.moc"
