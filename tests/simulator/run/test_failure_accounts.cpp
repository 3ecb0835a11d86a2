// Accounts of a failure run that have to agree: downtime by cause with the downtime, and the recovery times
// of all losses with the time down.
#include "simulator/run/failure_run.h"
#include "tests/core/structure/design_maker.h"
#include "tests/simulator/run/failure_support.h"

#include <algorithm>
#include <array>
#include <cmath>

using namespace alwayson;
using namespace alwayson::test;

namespace {

// A set of two, db1 and db2, whose client writes only.
Design set(double mttfHours, double mttrHours, const std::string& manager, double coverage) {
    DesignMaker maker;
    maker.groupOf("mysql_replication", "db",
                  {{"manager", manager},
                   {"failover_coverage", coverage},
                   {"uncovered_recovery", Distribution::exponentialMean(30, "min")},
                   {"beta", 0.0}});
    maker.client("users").link("users", "db");
    Design& design = maker.edit();
    Node client = design.nodes.at(0);
    client.classes[0].writes = true;
    design.nodes.replace(0, std::move(client));
    for (const char* member : {"db1", "db2"}) {
        maker.server(member, "db").fails(member, FailureEffect::crash, mttfHours, mttrHours);
        const std::size_t at = design.nodes.indexOf(member);
        Node node = design.nodes.at(at);
        node.kind = "mysql";
        node.parameters.clear();
        design.nodes.replace(at, std::move(node));
    }
    return design;
}

SimulationResult yearsOf(const Design& design, double years) {
    sim::FailureRunOptions options;
    options.years = years;
    auto result = sim::runFailures(design, options);
    if (!result) qFatal("%s", describe(result.error()).c_str());
    return std::move(*result);
}

double minutesOf(const SimulationResult& result, const std::string& cause) {
    for (const WaterfallItem& item : result.waterfall)
        if (item.cause == cause) return item.downtimeMinutesPerYear;
    return 0;
}

double downShare(const SimulationResult& result) {
    return 1 - *flowOf(result, "design").availabilityTime.value;
}

} // namespace

class TestFailureAccounts : public QObject {
    Q_OBJECT
private slots:
    // What a take-over waits for because its manager is down is no time that it takes.
    void aManagerThatIsDownIsACauseOfItsOwn() {
        Design design = set(1000, 2, "orchestrator", 1);
        Node manager;
        manager.id = NodeId("m1");
        manager.kind = "server";
        manager.defaultFailureModes = false;
        design.nodes.append(manager);
        Group group = design.groups.at(0);
        group.managerOn = {"m1"};
        design.groups.replace(0, group);
        const auto causes = [&] {
            const SimulationResult result = yearsOf(design, 1000);
            double sum = 0;
            for (const WaterfallItem& item : result.waterfall)
                sum += item.downtimeMinutesPerYear;
            const double away = sum / (downShare(result) * kMinutesPerYear) - 1;
            return std::array{minutesOf(result, "db: take-over"), minutesOf(result, "db: manager down"),
                              away};
        };
        const auto fine = causes();
        QCOMPARE(fine[1], 0.0);
        QVERIFY(std::fabs(fine[2]) < 1e-9);
        DesignMaker maker;
        maker.edit() = design;
        maker.fails("m1", FailureEffect::crash, 90, 10); // down a tenth of the time
        design = maker.design();
        const auto late = causes();
        const QString figures = QString("%1 and %2, without %3").arg(late[0]).arg(late[1]).arg(fine[0]);
        QVERIFY2(late[0] > fine[0] * 0.85 && late[0] < fine[0] * 1.05, qPrintable(figures));
        QVERIFY2(late[1] > 20 * late[0], qPrintable(figures));
        QVERIFY(std::fabs(late[2]) < 1e-9);
    }

    // The recovery times of all losses are the time down: taken over, by hand, or when what failed is back.
    void everyLossIsInTheRecoveryTimes_data() {
        QTest::addColumn<QString>("manager");
        QTest::addColumn<double>("coverage");
        QTest::newRow("taken over") << "orchestrator" << 1.0;
        QTest::newRow("some by hand") << "orchestrator" << 0.7;
        QTest::newRow("by a human") << "manual" << 1.0;
        QTest::newRow("by nobody") << "none" << 1.0;
    }
    void everyLossIsInTheRecoveryTimes() {
        QFETCH(QString, manager);
        QFETCH(double, coverage);
        constexpr double kYears = 1000;
        const SimulationResult result = yearsOf(set(500, 2, manager.toStdString(), coverage), kYears);
        const auto any =
            std::find_if(result.recovery.begin(), result.recovery.end(),
                         [](const Recovery& one) { return one.what == "db" && one.mode == "any"; });
        QVERIFY(any != result.recovery.end());
        QCOMPARE(any->servedMeanS.samples, any->losses());
        QCOMPARE(any->count == 0, manager == "none");
        QVERIFY(any->resumed > 0);
        const double lost = double(any->losses()) * *any->servedMeanS.value / kSecondsPerYear;
        const double down = downShare(result) * kYears;
        QVERIFY2(std::fabs(lost / down - 1) < 2e-3, qPrintable(QString("%1 of %2").arg(lost).arg(down)));
    }
};

ALWAYSON_TEST_MAIN(TestFailureAccounts, test_failure_accounts)
#include "test_failure_accounts.moc"
