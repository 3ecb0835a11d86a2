// When a set serves again after its source has failed: what findings say of it lies where the take-overs of
// simulated years lie, for a manager, for a human, and for every kind of failure.
#include "core/catalogue/catalogue.h"
#include "core/io/project_file.h"
#include "core/structure/recovery_times.h"
#include "simulator/run/failure_run.h"
#include "tests/support/test_support.h"

using namespace alwayson;

namespace {

Design shopBy(const char* manager) {
    const auto loaded =
        loadDesign(std::string(ALWAYSON_SOURCE_DIR) + "/resources/templates/e-commerce.aon.json");
    if (!loaded) qFatal("%s", describe(loaded.error()).c_str());
    Design design = loaded->design;
    Group group = *design.groups.find("db");
    group.parameters["manager"] = Value(std::string(manager));
    if (std::string(manager) != "orchestrator") group.managerOn.clear();
    design.groups.replace(design.groups.indexOf("db"), group);
    return design;
}

} // namespace

class TestRecoveryTimes : public QObject {
    Q_OBJECT
private slots:
    void asInSimulatedYears_data() {
        QTest::addColumn<QString>("manager");
        QTest::addColumn<double>("years");
        QTest::newRow("a manager") << "orchestrator" << 20000.0;
        QTest::newRow("another manager") << "mha" << 20000.0;
        QTest::newRow("a human") << "manual" << 60000.0;
    }
    void asInSimulatedYears() {
        QFETCH(QString, manager);
        QFETCH(double, years);
        const Design design = shopBy(manager.toUtf8().constData());
        const Group& group = *design.groups.find("db");
        const Node& source = *design.nodes.find("db1");
        const std::vector<RecoveryTimes> all =
            recoveryTimes(design, group, failoverPlan(design, group), source);
        sim::FailureRunOptions options;
        options.years = years;
        const auto run = sim::runFailures(design, options);
        QVERIFY2(run.ok(), run ? "" : run.error().message.c_str());
        // The sampling error, and 2 %: a crew that is busy, a second failure, draws of the law itself.
        const auto verify = [&](const std::string& mode, double p95, double mean, double takenOver) {
            for (const Recovery& one : run->recovery) {
                if (one.what != "db" || one.mode != mode) continue;
                QVERIFY(one.count > 100);
                const Interval in = *one.totalP95S.ci95;
                const Interval around = *one.totalMeanS.ci95;
                QVERIFY2(in.low * 0.98 <= p95 && p95 <= in.high * 1.02,
                         qPrintable(QString("%1: %2 s").arg(mode.c_str()).arg(p95)));
                QVERIFY2(around.low * 0.95 <= mean && mean <= around.high * 1.05,
                         qPrintable(QString("%1: mean %2 s").arg(mode.c_str()).arg(mean)));
                // An outage of the region, which nobody takes over, counts as one of a place, too.
                const double share = double(one.count) / double(one.count + one.resumed);
                QVERIFY2(mode == "place" || mode == "any" || std::abs(share / takenOver - 1) < 0.15,
                         qPrintable(QString("%1: %2 taken over").arg(mode.c_str()).arg(takenOver)));
                return;
            }
            QFAIL(mode.c_str());
        };
        for (const RecoveryTimes& one : all) {
            const std::vector<ResolvedFailureMode> modes = failureModesOf(source);
            const auto mode = std::find_if(modes.begin(), modes.end(), [&](const ResolvedFailureMode& m) {
                return one.what == "db1" && m.title == one.title;
            });
            verify(mode == modes.end() ? "place" : mode->id, takeOverQuantile({one}, 0.95),
                   meanTakeOver({one}), one.takenOver);
        }
        verify("any", takeOverQuantile(all, 0.95), meanTakeOver(all), 0);
        QCOMPARE(all.size(), std::size_t{5}); // crash, hang, gone, data lost, its zone
    }
};

ALWAYSON_TEST_MAIN(TestRecoveryTimes, test_recovery_times)
#include "test_recovery_times.moc"
