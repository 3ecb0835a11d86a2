// What follows from a load that an event brings: the same as from a load that was designed.
#include "core/io/project_file.h"
#include "core/results/trace.h"
#include "simulator/run/request_run.h"
#include "tests/support/test_support.h"

#include <algorithm>

using namespace alwayson;

namespace {

Design shop() {
    const auto loaded =
        loadDesign(std::string(ALWAYSON_SOURCE_DIR) + "/resources/templates/e-commerce.aon.json");
    if (!loaded) qFatal("%s", describe(loaded.error()).c_str());
    return loaded->design;
}

SimulationResult runOf(const Design& design, const Scenario& scenario, double traceStepS = 0) {
    sim::RequestRunOptions options;
    options.scenario = &scenario;
    options.traceStepS = traceStepS;
    auto result = sim::runRequests(design, options);
    if (!result) qFatal("%s", describe(result.error()).c_str());
    return std::move(*result);
}

} // namespace

class TestLoads : public QObject {
    Q_OBJECT
private slots:
    // A zone goes dark at 2.5 times the load, which the servers left cannot carry.
    void anEventIsALoadLikeAnother() {
        const Design design = shop();
        const Scenario dark = *design.scenarios.find("zone-a-dark");
        Scenario busy = dark;
        ScenarioEvent event;
        event.action = "load";
        event.at = Duration::seconds(0);
        event.what = "shoppers";
        event.parameters["factor"] = 2.5;
        busy.events.insert(busy.events.begin(), event);
        const SimulationResult byEvent = runOf(design, busy);
        Design larger = design;
        Node client = *larger.nodes.find("shoppers");
        client.parameters["rate_per_s"] = 2000.0;
        larger.nodes.replace(larger.nodes.indexOf("shoppers"), client);
        const SimulationResult byDesign = runOf(larger, dark);
        const SimulationResult asUsual = runOf(design, dark);
        for (std::size_t f = 0; f < byEvent.flows.size(); ++f) {
            const double brought = *byEvent.flows[f].availabilityTime.value;
            const double designed = *byDesign.flows[f].availabilityTime.value;
            QVERIFY2(std::abs(brought - designed) < 5e-3, qPrintable(QString("%1: %2, designed %3")
                                                                         .arg(byEvent.flows[f].flow.c_str())
                                                                         .arg(brought)
                                                                         .arg(designed)));
            QVERIFY(brought < *asUsual.flows[f].availabilityTime.value - 0.2);
            QCOMPARE(byEvent.flows[f].outages.meanSeconds.value.has_value(),
                     byDesign.flows[f].outages.meanSeconds.value.has_value());
        }
    }

    // Requests sent while nobody had the address of the pair end in a timeout of their connection, after the
    // other one has taken it.
    void attemptsAreNamedByTheirEnd() {
        const Design design = shop();
        const SimulationResult result = runOf(design, *design.scenarios.find("kill-lb1"), 0.1);
        QVERIFY(result.trace);
        const Trace& trace = *result.trace;
        const auto lb1 = std::find(trace.nodes.begin(), trace.nodes.end(), "lb1") - trace.nodes.begin();
        double without = 0, refused = 0, later = 0;
        for (const Frame& frame : trace.frames)
            for (const LinkFrame& link : frame.links) {
                if (link.toNode != lb1 || link.failedPerS <= 0) continue;
                (link.failure == AttemptFailure::noConnection ? without : refused) += double(link.failedPerS);
                if (frame.atS > 43.2 && link.failure == AttemptFailure::refused)
                    later += double(link.failedPerS);
            }
        QVERIFY2(without > 0, qPrintable(QString("%1 refused").arg(refused)));
        QCOMPARE(later, 0.0);
    }
};

ALWAYSON_TEST_MAIN(TestLoads, test_loads)
#include "test_loads.moc"
