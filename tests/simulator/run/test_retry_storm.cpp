// Row H7: a server that freezes for 20 s under load; retries keep it down for good, unless something stops
// them.

#include "tests/simulator/run/reference_case.h"

using namespace alwayson;
using namespace alwayson::test::requests;

class TestRetryStorm : public QObject {
    Q_OBJECT

private slots:
    void goodputAfterTheFreeze_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("recovers");
        QTest::newRow("load .30") << "h7-storm-30" << true;
        QTest::newRow("load .36") << "h7-storm-36" << false;
        QTest::newRow("load .50") << "h7-storm-50" << false;
        QTest::newRow("load .70") << "h7-storm-70" << false;
        QTest::newRow("load .70, one attempt") << "h7-storm-70-one-attempt" << true;
        QTest::newRow("load .70, jitter alone") << "h7-storm-70-jitter" << false;
        QTest::newRow("load .70, retry budget") << "h7-storm-70-budget" << true;
        QTest::newRow("load .70, newest first") << "h7-storm-70-lifo" << true;
        QTest::newRow("load .70, queue bound 50") << "h7-storm-70-bound" << true;
        QTest::newRow("load .90, retry budget") << "h7-storm-90-budget" << false;
    }
    // Goodput over offered load 480 to 580 s after the freeze.
    void goodputAfterTheFreeze() {
        QFETCH(QString, name);
        QFETCH(bool, recovers);
        const SimulationResult result = runReference(referenceDesign("haproxy/" + name.toStdString()), {});
        double offered = 0, succeeded = 0, before = 0, beforeOffered = 0;
        for (const SeriesPoint& point : result.series.back().points) {
            if (point.atS > 520) offered += double(point.offered), succeeded += double(point.succeeded);
            if (point.atS < 18) beforeOffered += double(point.offered), before += double(point.succeeded);
        }
        QVERIFY(before > 0.9 * beforeOffered);
        if (recovers)
            QVERIFY2(succeeded > 0.95 * offered, qPrintable(QString("%1 of %2").arg(succeeded).arg(offered)));
        else
            QVERIFY2(succeeded < 0.01 * offered, qPrintable(QString("%1 of %2").arg(succeeded).arg(offered)));
    }
};

ALWAYSON_TEST_MAIN(TestRetryStorm, test_retry_storm)
#include "test_retry_storm.moc"
