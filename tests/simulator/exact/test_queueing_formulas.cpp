// Rows Q1 to Q7 of the reference numbers by formula.

#include "core/io/project_file.h"
#include "simulator/exact/queueing.h"
#include "tests/support/test_support.h"

#include <cmath>

using namespace alwayson;
using namespace alwayson::sim;

class TestQueueingFormulas : public QObject {
    Q_OBJECT

    static bool near(double value, double wanted) {
        return std::abs(value - wanted) <= 1e-9 * std::abs(wanted);
    }

private slots:
    void oneServer() {
        QVERIFY(near(MmcQueue{.5, 1, 1}.meanSojourn(), 2));
        QVERIFY(near(MmcQueue{.8, 1, 1}.meanSojourn(), 5));
        QVERIFY(near(MmcQueue{.9, 1, 1}.meanSojourn(), 10));
        QVERIFY(near(MmcQueue{.8, 1, 1}.sojournQuantile(.99), 23.0258509299405));
        QVERIFY(!MmcQueue({1, 1, 1}).stable());
        QVERIFY(std::isinf(MmcQueue{1.2, 1, 1}.meanWait()));
    }
    void severalServers() {
        QVERIFY(near(MmcQueue{1.8, 1, 2}.waitProbability(), .852631578947368));
        QVERIFY(near(MmcQueue{1.8, 1, 2}.meanWait(), 4.26315789473684));
        QVERIFY(near(MmcQueue{3.2, 1, 4}.waitProbability(), .596432471787099));
        QVERIFY(std::abs(MmcQueue{3.2, 1, 4}.meanWait() - .745540589734) < 1e-11);
        const MmcQueue ten{9, 1, 10};
        QVERIFY(std::abs(ten.waitProbability() - .668731524108) < 1e-11);
        QVERIFY(std::abs(ten.meanWait() - .668731524108) < 1e-11);
        QVERIFY(std::abs(ten.waitQuantile(.95) - 2.593359665) < 1e-8);
        QVERIFY(std::abs(ten.waitQuantile(.99) - 4.202797577) < 1e-8);
        QCOMPARE(ten.waitQuantile(.3), 0.0);
        // the time in system is at least the service: its tail joins both
        QVERIFY(std::abs(ten.sojournTail(ten.sojournQuantile(.999)) - .001) < 1e-12);
    }
    void loss() {
        QVERIFY(std::abs(erlangB(10, 8) - .121661064253) < 1e-11);
        QCOMPARE(erlangB(0, 3), 1.0);
        QVERIFY(erlangB(1'000'000, 1e6) > 7e-4 && erlangB(1'000'000, 1e6) < 9e-4);
    }
    void generalService() {
        QVERIFY(near(mg1MeanWait(.8, 1, 1), 2));
        QVERIFY(near(mg1MeanWait(.8, 1, 2), 4));
        QVERIFY(std::abs(mg1MeanWait(.8, 1, std::exp(1.0)) - 5.43656365692) < 1e-10);
        QVERIFY(near(psMeanSojourn(.8, 1), 5));
    }
};

ALWAYSON_TEST_MAIN(TestQueueingFormulas, test_queueing_formulas)
#include "test_queueing_formulas.moc"
