#include "simulator/estimate/interval.h"
#include "simulator/estimate/stopping.h"
#include "simulator/kernel/stream.h"
#include "tests/support/test_support.h"

#include <cmath>
#include <limits>

using namespace alwayson;
using namespace alwayson::sim;

namespace {
bool near(double a, double b, double relative = 1e-6) {
    return std::fabs(a - b) <= relative * std::fabs(b);
}
} // namespace

class TestInterval : public QObject {
    Q_OBJECT
private slots:
    // Values of printed tables.
    void knownQuantiles() {
        QVERIFY(near(tFactor(9), 2.26215716, 1e-7));
        QVERIFY(near(tFactor(1e9), 1.95996398, 1e-7));
        QVERIFY(near(tFactor(30, 0.999), 3.64595864, 1e-6));
        const Interval none = poissonMean(0), ten = poissonMean(10);
        QVERIFY(none.low == 0 && near(none.high, 3.688879, 1e-6));
        QVERIFY(near(ten.low, 4.795389, 1e-6) && near(ten.high, 18.390356, 1e-6));
        const Interval half = wilson(5, 10);
        QVERIFY(near(half.low, 0.236593, 1e-5) && near(half.high, 0.763407, 1e-5));
        QVERIFY(wilson(0, 20).low == 0 && near(wilson(0, 20).high, 0.161125, 1e-4));
        QVERIFY(wilson(20, 20).high == 1);
        QVERIFY(wilson(0, 0).low == 0 && wilson(0, 0).high == 1);
    }

    void ratioByHand() {
        RatioEstimator one, left, right;
        const double x[] = {1, 0, 3, 2}, t[] = {10, 12, 8, 10};
        for (int i = 0; i < 4; ++i) {
            one.add(x[i], t[i]);
            (i < 2 ? left : right).add(x[i], t[i]);
        }
        left.merge(right);
        QVERIFY(near(one.ratio(), 6.0 / 40));
        // residuals x - 0.15 t: -0.5, -1.8, 1.8, 0.5; sum of squares 6.98; se = sqrt(6.98 * 4 / 3) / 40
        QVERIFY(near(one.standardError(), std::sqrt(6.98 * 4 / 3) / 40));
        QVERIFY(left.ratio() == one.ratio() && left.standardError() == one.standardError());
        QCOMPARE(RatioEstimator().ratio(), 0.0);
    }

    // n = 100, median: ranks 40 and 61 counted from 1 enclose it with 95 % (Conover, Practical Nonparametric
    // Statistics).
    void ranksOfQuantiles() {
        std::uint64_t low = 0, high = 0;
        QVERIFY(quantileRanks(100, 0.5, low, high));
        QCOMPARE(low, std::uint64_t(39));
        QCOMPARE(high, std::uint64_t(60));
        QVERIFY(!quantileRanks(50, 0.99, low, high)); // none of 50 values is surely above the p99
        QVERIFY(quantileRanks(5'000'000, 0.99, low, high));
        QVERIFY(low < 4'950'000 && high > 4'950'000 && high - low < 2000);
    }

    // Downtime made of Poisson outages with exponential lengths: covered as often as said, for few and for
    // many of them.
    void coversRareShares_data() {
        QTest::addColumn<double>("outages");
        QTest::addColumn<int>("least");
        QTest::newRow("1") << 1.0 << 1860; // conservative: often none is seen
        QTest::newRow("4") << 4.0 << 1860;
        QTest::newRow("12") << 12.0 << 1860;
        QTest::newRow("60") << 60.0 << 1860;
        QTest::newRow("400") << 400.0 << 1870;
    }
    void coversRareShares() {
        QFETCH(double, outages);
        QFETCH(int, least);
        constexpr int kBatches = 40, kRuns = 2000;
        const double meanLength = 1e-3, truth = outages / kBatches * meanLength / (1 + 0.0);
        int covered = 0;
        for (std::uint64_t run = 0; run < kRuns; ++run) {
            UniformStream stream{streamId("interval", Purpose::failure), 0, kBlockDraws, {}};
            const RandomKey key{run + 1, 0};
            RatioEstimator share;
            std::uint64_t events = 0;
            for (int b = 0; b < kBatches; ++b) {
                double down = 0;
                for (double at = -std::log(stream.next(key)); at < outages / kBatches;
                     at -= std::log(stream.next(key))) {
                    ++events;
                    down -= meanLength * std::log(stream.next(key));
                }
                share.add(down, 1);
            }
            const Interval interval = rareShareInterval(share, events, meanLength);
            covered += interval.low <= truth && truth <= interval.high;
        }
        QVERIFY2(covered >= least, qPrintable(QString::number(covered)));
        QVERIFY2(outages < 5 || covered <= 1950, qPrintable(QString::number(covered)));
    }

    // Down before the run and to its end: no outage began, but the interval holds what was seen.
    void alwaysDownIsNoBoundFromBelow() {
        RatioEstimator share;
        for (int i = 0; i < 64; ++i)
            share.add(1, 1);
        const Interval interval = rareShareInterval(share, 0, 0.001);
        QVERIFY(interval.low < 1);
        QCOMPARE(interval.high, 1.0);
    }

    void stopsOnlyWhenSureTwice() {
        StoppingRule rule;
        rule.maxUnits = 1000;
        Stopping stopping(rule);
        QVERIFY(stopping.decide(32, 0.01, 99) == StopReason::goOn);   // too few outages
        QVERIFY(stopping.decide(64, 0.04, 200) == StopReason::goOn);  // precise for the first time
        QVERIFY(stopping.decide(128, 0.06, 400) == StopReason::goOn); // not any more
        QVERIFY(stopping.decide(256, 0.049, 800) == StopReason::goOn);
        QVERIFY(stopping.decide(512, 0.03, 1600) == StopReason::precise);
        Stopping endless(rule);
        QVERIFY(endless.decide(1000, std::numeric_limits<double>::infinity(), 0) == StopReason::budget);
        std::size_t units = 0, rounds = 0;
        for (std::size_t next = 0; (next = nextRound(rule, units)) > 0; ++rounds)
            units += next;
        QCOMPARE(units, std::size_t(1000));
        QCOMPARE(rounds, std::size_t(6)); // 32, 64, 128, 256, 512, 1000
    }
};

ALWAYSON_TEST_MAIN(TestInterval, test_interval)
#include "test_interval.moc"
