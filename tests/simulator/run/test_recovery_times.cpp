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
    group.parameters["beta"] = Value(0.0); // nothing befalls all members at once
    design.groups.replace(design.groups.indexOf("db"), group);
    Domain region = *design.domains.find("eu"); // nobody takes over what holds all members
    region.defaultFailureModes = false;
    design.domains.replace(design.domains.indexOf("eu"), region);
    return design;
}

template <class Change>
void changeNode(Design& design, const char* id, Change&& change) {
    Node node = *design.nodes.find(id);
    change(node);
    design.nodes.replace(design.nodes.indexOf(id), node);
}

// Answers with errors only, which no manager notices that asks whether the replicas agree.
void addErrors(Design& design) {
    FailureMode errors;
    errors.id = "errors";
    errors.effect = FailureEffect::errors;
    errors.errorShare = 1;
    errors.timeToFailure = Distribution::exponentialMean(5000, "h");
    errors.repair = Distribution::exponentialMean(2, "h");
    for (const char* member : {"db1", "db2", "db3"})
        changeNode(design, member, [&](Node& node) { node.failureModes.push_back(errors); });
}

// The zone of the source fails, and nothing else.
void onlyZoneFails(Design& design) {
    for (std::size_t i = 0; i < design.nodes.size(); ++i) {
        Node node = design.nodes.at(i);
        node.defaultFailureModes = false;
        design.nodes.replace(i, node);
    }
    for (const char* id : {"eu-b", "eu-c"}) {
        Domain zone = *design.domains.find(id);
        zone.defaultFailureModes = false;
        design.domains.replace(design.domains.indexOf(id), zone);
    }
}

} // namespace

class TestRecoveryTimes : public QObject {
    Q_OBJECT
private slots:
    void asInSimulatedYears_data() {
        QTest::addColumn<QString>("manager");
        QTest::addColumn<double>("years");
        QTest::addColumn<int>("kinds"); // crash, hang, gone, data lost, its zone
        QTest::newRow("a manager") << "orchestrator" << 20000.0 << 5;
        QTest::newRow("another manager") << "mha" << 20000.0 << 5;
        QTest::newRow("a human") << "manual" << 60000.0 << 5;
        QTest::newRow("errors") << "orchestrator errors" << 20000.0 << 6;
    }
    void asInSimulatedYears() {
        QFETCH(QString, manager);
        QFETCH(double, years);
        QFETCH(int, kinds);
        Design design = shopBy(manager.section(' ', 0, 0).toUtf8().constData());
        if (manager.endsWith("errors")) addErrors(design);
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
                if (takenOver == 0 && mode != "any") {
                    QCOMPARE(one.count, std::uint64_t{0});
                    QVERIFY(one.resumed > 100);
                    return;
                }
                QVERIFY(one.count > 100);
                const Interval in = *one.servedP95S.ci95;
                const Interval around = *one.servedMeanS.ci95;
                QVERIFY2(in.low * 0.98 <= p95 && p95 <= in.high * 1.02,
                         qPrintable(QString("%1: %2 s, not %3 to %4")
                                        .arg(mode.c_str())
                                        .arg(p95)
                                        .arg(in.low)
                                        .arg(in.high)));
                QVERIFY2(around.low * 0.95 <= mean && mean <= around.high * 1.05,
                         qPrintable(QString("%1: mean %2 s, not %3 to %4")
                                        .arg(mode.c_str())
                                        .arg(mean)
                                        .arg(around.low)
                                        .arg(around.high)));
                const double share = double(one.count) / double(one.count + one.resumed);
                QVERIFY2(mode == "any" || std::abs(share / takenOver - 1) < 0.15,
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
            verify(mode == modes.end() ? "place" : mode->id, untilServedQuantile({one}, 0.95),
                   meanUntilServed({one}), one.takenOver);
        }
        verify("any", untilServedQuantile(all, 0.95), meanUntilServed(all), 0);
        QCOMPARE(all.size(), static_cast<std::size_t>(kinds));
    }

    // What goes along with the zone of the source: the manager, the majority, all that may follow.
    void nobodyTakesOver_data() {
        QTest::addColumn<QString>("manager");
        QTest::newRow("the manager goes along") << "orchestrator";
        QTest::newRow("no majority is left") << "group";
        QTest::newRow("the others are never promoted") << "mha";
    }
    void nobodyTakesOver() {
        QFETCH(QString, manager);
        Design design = shopBy(manager.toUtf8().constData());
        onlyZoneFails(design);
        Group group = *design.groups.find("db");
        if (manager == "orchestrator") {
            group.managerOn = {"vote1"};
            group.parameters["failover_coverage"] = Value(1.0); // else some end by hand
        } else {
            changeNode(design, "db2", [](Node& node) { node.domain = DomainId("eu-a"); });
            if (manager == "group")
                group.parameters["replication"] = Value(std::string("group"));
            else
                changeNode(design, "db3", [](Node& node) {
                    node.parameters["promotion_rule"] = Value(std::string("never"));
                });
        }
        design.groups.replace(design.groups.indexOf("db"), group);
        const std::vector<RecoveryTimes> all =
            recoveryTimes(design, group, failoverPlan(design, group), *design.nodes.find("db1"));
        QCOMPARE(all.size(), std::size_t{1});
        QCOMPARE(all[0].takenOver, 0.0);
        QCOMPARE(all[0].managerLost, manager == "orchestrator");
        QCOMPARE(all[0].nobodyLeft, manager != "orchestrator");
        sim::FailureRunOptions options;
        options.years = 3000;
        const auto run = sim::runFailures(design, options);
        QVERIFY2(run.ok(), run ? "" : run.error().message.c_str());
        const auto place = std::find_if(run->recovery.begin(), run->recovery.end(), [](const Recovery& one) {
            return one.what == "db" && one.mode == "place";
        });
        QVERIFY(place != run->recovery.end());
        QCOMPARE(place->count, std::uint64_t{0});
        QVERIFY(place->resumed > 100);
    }
};

ALWAYSON_TEST_MAIN(TestRecoveryTimes, test_recovery_times)
#include "test_recovery_times.moc"
