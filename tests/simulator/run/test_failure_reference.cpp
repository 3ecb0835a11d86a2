// Reference rows with a known answer: the simulated 95 % interval covers it as often as it says. With
// ALWAYSON_LONG=1 1000 seeds per row instead of 200.
#include "tests/simulator/run/failure_support.h"

#include <cmath>

using namespace alwayson;
using namespace alwayson::test;

class TestFailureReference : public QObject {
    Q_OBJECT
private slots:
    void coverage_data() {
        QTest::addColumn<QString>("row");
        QTest::addColumn<double>("unavailability");
        QTest::addColumn<double>("outageHours"); // mean; 0: not checked
        QTest::addColumn<double>("precision");
        QTest::newRow("R1") << "R1" << 1.0 / 101 << 10.0 << 0.15;
        QTest::newRow("R2") << "R2" << 1 - 0.999901970395059 << 5.0 << 0.25;
        QTest::newRow("R4") << "R4" << 1 - 0.999707852365474 << 5.0166667 << 0.25;
        QTest::newRow("C1") << "C1" << 1 - 0.999702 << 0.0 << 0.25;
        QTest::newRow("C8") << "C8" << 1 - 0.99972229936 << 1.0 << 0.15;
    }
    void coverage() {
        QFETCH(QString, row);
        QFETCH(double, unavailability);
        QFETCH(double, outageHours);
        QFETCH(double, precision);
        const Design design = referenceDesign(row.toStdString());
        const int seeds = longForm() ? 1000 : 200;
        int covered = 0;
        double downtime = 0, outages = 0;
        for (int seed = 1; seed <= seeds; ++seed) {
            sim::FailureRunOptions options;
            options.seed = static_cast<std::uint64_t>(seed);
            options.precision = precision;
            options.threads = 1;
            const auto result = sim::runFailures(design, options);
            QVERIFY2(result.ok(), result ? "" : result.error().message.c_str());
            const FlowResult& flow = flowOf(*result, "design");
            QVERIFY(!result->partial);
            covered += covers(flow.availabilityTime, 1 - unavailability);
            downtime += 1 - *flow.availabilityTime.value;
            outages += *flow.outages.perYear.value;
        }
        const QString seen = QString("%1 of %2 intervals cover").arg(covered).arg(seeds);
        qInfo("%s %s", qPrintable(row), qPrintable(seen));
        QVERIFY2(covered >= (longForm() ? 929 : 180) && covered <= (longForm() ? 971 : 198),
                 qPrintable(seen));
        const double relative = downtime / seeds / unavailability;
        QVERIFY2(std::fabs(relative - 1) < 4 * precision / 2 / std::sqrt(seeds),
                 qPrintable(QString::number(relative)));
        if (outageHours > 0) {
            const double mean = downtime / outages * kHoursPerYear;
            QVERIFY2(std::fabs(mean / outageHours - 1) < 0.02, qPrintable(QString::number(mean)));
        }
    }

    // Few outages: 20 years of R2 see about 3, 150 years of R4 some 75. The intervals are wide, and still
    // honest.
    void coverageWhenOutagesAreRare_data() {
        QTest::addColumn<QString>("row");
        QTest::addColumn<double>("unavailability");
        QTest::addColumn<double>("years");
        QTest::newRow("R2 in 20 years") << "R2" << 1 - 0.999901970395059 << 20.0;
        QTest::newRow("R2 in 80 years") << "R2" << 1 - 0.999901970395059 << 80.0;
        QTest::newRow("R4 in 40 years") << "R4" << 1 - 0.999707852365474 << 40.0;
        QTest::newRow("R4 in 150 years") << "R4" << 1 - 0.999707852365474 << 150.0;
    }
    void coverageWhenOutagesAreRare() {
        QFETCH(QString, row);
        QFETCH(double, unavailability);
        QFETCH(double, years);
        const Design design = referenceDesign(row.toStdString());
        const int seeds = longForm() ? 1000 : 200;
        int covered = 0, none = 0;
        for (int seed = 1; seed <= seeds; ++seed) {
            sim::FailureRunOptions options;
            options.seed = static_cast<std::uint64_t>(seed);
            options.years = years;
            options.threads = 1;
            const auto result = sim::runFailures(design, options);
            QVERIFY(result.ok());
            const Estimate& a = flowOf(*result, "design").availabilityTime;
            covered += covers(a, 1 - unavailability);
            none += a.method == Method::bound;
            if (a.method == Method::bound) QVERIFY(*a.value < 1 && a.note.find("No outage was seen") == 0);
        }
        qInfo("%s, %g years: %d of %d cover, %d saw none", qPrintable(row), years, covered, seeds, none);
        QVERIFY2(covered >= (longForm() ? 929 : 180), qPrintable(QString::number(covered)));
    }

    // D1: no randomness at all, so every number is known.
    void deterministicWalk() {
        sim::FailureRunOptions options;
        options.years = 300 / kHoursPerYear;
        options.listOutages = true;
        const auto result = sim::runFailures(referenceDesign("D1"), options);
        QVERIFY2(result.ok(), result ? "" : result.error().message.c_str());
        std::vector<double> hours;
        for (const RunEvent& event : result->events) {
            hours.push_back(event.atS / 3600);
            QCOMPARE(event.kind, std::string(hours.size() % 2 == 1 ? "outage_began" : "outage_ended"));
        }
        const std::vector<double> expected{100, 110, 130, 140, 220, 230, 270, 280};
        QCOMPARE(hours.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY(std::fabs(hours[i] - expected[i]) < 1e-9);
        const FlowResult& design = flowOf(*result, "design");
        QVERIFY(std::fabs(*design.availabilityTime.value - 260.0 / 300) < 1e-12);
        QVERIFY(std::fabs(*design.outages.meanSeconds.value - 36000) < 1e-6);
        QVERIFY(std::fabs(*design.outages.longestSeconds.value - 36000) < 1e-6);
        QCOMPARE(result->waterfall.size(), std::size_t(2)); // 20 h each
        QVERIFY(std::fabs(result->waterfall[0].downtimeMinutesPerYear -
                          result->waterfall[1].downtimeMinutesPerYear) < 1e-6);
    }
};

ALWAYSON_TEST_MAIN(TestFailureReference, test_failure_reference)
#include "test_failure_reference.moc"
