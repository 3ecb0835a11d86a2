// Timers behind one slot: a timer fires when it is due, also when those in front of it have died meanwhile.

#include "core/base/json.h"
#include "core/io/project_file.h"
#include "resources/resources.h"
#include "simulator/run/request_run.h"
#include "tests/support/test_support.h"

using namespace alwayson;

class TestTimers : public QObject {
    Q_OBJECT

private slots:
    // Every request is answered within 0.5 s, so no deadline of 3 s may fire. Making room in the ring of
    // deadlines used to drop a dead front without moving the slot: the next deadline then fired early, for
    // about one request in 10 000.
    void aCalmSystemFailsNothing() {
        const auto loaded = parseDesign(resources::find("templates/web-pair.aon.json"), "web-pair");
        QVERIFY(loaded.ok());
        sim::RequestRunOptions options;
        options.durationS = 300;
        const Result<SimulationResult> result = sim::runRequests(loaded->design, options, {}, {});
        QVERIFY(result.ok());
        const FlowResult& flow = result->flows.back();
        QVERIFY(flow.requests.offered > 100000);
        QCOMPARE(flow.requests.succeeded, flow.requests.offered);
        QVERIFY(*flow.latencyMs.max.value < 3000);
    }
};

ALWAYSON_TEST_MAIN(TestTimers, test_timers)
#include "test_timers.moc"
