// Random numbers, elementary functions, samplers, pending events and timers.

#include "core/model/distribution.h"
#include "simulator/kernel/fixed_math.h"
#include "simulator/kernel/slot_tree.h"
#include "simulator/kernel/stream.h"
#include "simulator/kernel/timers.h"
#include "tests/support/test_support.h"

#include <Random123/threefry.h>
#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <map>

using namespace alwayson;
using namespace alwayson::sim;

class TestKernel : public QObject {
    Q_OBJECT

private slots:
    void threefryIsRandom123s() {
        for (const std::uint64_t seed : {0ULL, 1ULL, 0xdeadbeefcafef00dULL})
            for (const std::uint64_t unit : {0ULL, 5ULL})
                for (const std::uint64_t stream : {0ULL, 77ULL, ~0ULL})
                    for (const std::uint64_t block : {0ULL, 1ULL, 123456789ULL}) {
                        std::uint64_t words[kBlockDraws];
                        wordBlock({seed, unit}, stream, block, words);
                        for (std::uint64_t i = 0; i < kBlockDraws / 2; ++i) {
                            const threefry2x64_ctr_t counter{{stream, block * 8 + i}};
                            const threefry2x64_key_t key{{seed, unit}};
                            const threefry2x64_ctr_t wanted = threefry2x64_R(13, counter, key);
                            QCOMPARE(words[i], std::uint64_t(wanted.v[0]));
                            QCOMPARE(words[i + 8], std::uint64_t(wanted.v[1]));
                        }
                    }
    }

    // Published known answers (Random123, kat_vectors: threefry2x64, 13 rounds).
    void threefryKnownAnswers() {
        std::uint64_t words[kBlockDraws];
        wordBlock({0, 0}, 0, 0, words);
        QCOMPARE(words[0], std::uint64_t(0xf167b032c3b480bdULL));
        QCOMPARE(words[8], std::uint64_t(0xe91f9fee4b7a6fb5ULL));
    }

    void uniformIsInsideAndEven() {
        double sum = 0, squares = 0, least = 1, most = 0;
        const int blocks = 20'000;
        for (int b = 0; b < blocks; ++b) {
            double u[kBlockDraws];
            uniformBlock({3, 1}, 99, static_cast<std::uint64_t>(b), u);
            double e[kBlockDraws];
            exponentialBlock({3, 1}, 99, static_cast<std::uint64_t>(b), e);
            for (std::size_t i = 0; i < kBlockDraws; ++i) {
                sum += u[i];
                squares += u[i] * u[i];
                least = std::min(least, u[i]);
                most = std::max(most, u[i]);
                QCOMPARE(e[i], -fixedLog(u[i])); // lanes and scalar give the same bits
            }
        }
        const double n = blocks * 16.0;
        QVERIFY(least > 0 && most < 1);
        QVERIFY(std::abs(sum / n - 0.5) < 4 * std::sqrt(1 / 12.0 / n));
        QVERIFY(std::abs(squares / n - 1 / 3.0) < 4 * std::sqrt(4 / 45.0 / n));
    }

    void elementaryFunctions() {
        for (double x = 1e-300; x < 1e300; x *= 3.7) {
            const double wanted = std::log(x);
            QVERIFY(std::abs(fixedLog(x) - wanted) <= 4e-16 * std::max(1.0, std::abs(wanted)));
        }
        for (double x = -700; x < 700; x += 0.731)
            QVERIFY(std::abs(fixedExp(x) / std::exp(x) - 1) < 1e-15);
        for (double p = 1e-15; p < 0.5; p *= 1.9) {
            const double z = normalQuantile(p);
            QVERIFY(std::abs(0.5 * std::erfc(-z / std::sqrt(2.0)) / p - 1) < 1e-12);
            if (p > 1e-9) QVERIFY(std::abs(normalQuantile(1 - p) + z) < 1e-6);
        }
        QCOMPARE(normalQuantile(0.5), 0.0);
        for (const double a : {0.3, 1.0, 4.5, 80.0})
            for (const double x : {0.01, 0.5, 3.0, 90.0})
                QVERIFY(std::abs(gammaP(a, x) - boost::math::gamma_p(a, x)) < 1e-12);
    }

    void samplersInvert_data() {
        QTest::addColumn<int>("family");
        QTest::addColumn<double>("a");
        QTest::addColumn<double>("b");
        QTest::addColumn<double>("c");
        const auto row = [](const char* name, DistributionFamily f, double a, double b, double c) {
            QTest::newRow(name) << static_cast<int>(f) << a << b << c;
        };
        row("exponential", DistributionFamily::exponential, 2, 0, 0);
        row("weibull", DistributionFamily::weibull, 1.5, 3, 0);
        row("lognormal", DistributionFamily::lognormal, 0.3, 1.2, 0);
        row("gamma .4", DistributionFamily::gamma, 0.4, 2, 0);
        row("gamma 7.3", DistributionFamily::gamma, 7.3, 0.1, 0);
        row("erlang 200", DistributionFamily::erlang, 200, 0.01, 0);
        row("uniform", DistributionFamily::uniform, 1, 4, 0);
        row("triangular", DistributionFamily::triangular, 1, 2, 5);
    }
    void samplersInvert() {
        QFETCH(int, family);
        QFETCH(double, a);
        QFETCH(double, b);
        QFETCH(double, c);
        const DistributionShape shape{static_cast<DistributionFamily>(family), a, b, c, {}};
        const Sampler sampler(shape);
        double last = 0;
        for (const double u : {1e-9, 1e-4, 0.01, 0.2, 0.5, 0.8, 0.99, 0.9999, 1 - 1e-9}) {
            const double x = sampler.seconds(u);
            const double wanted = shape.quantile(u);
            QVERIFY2(
                std::abs(x / wanted - 1) < 2e-6,
                qPrintable(QString("%1: %2 against %3").arg(u).arg(x, 0, 'g', 12).arg(wanted, 0, 'g', 12)));
            QVERIFY(x > last);
            last = x;
        }
    }

    void meansOfSamples() {
        const DistributionShape shapes[]{{DistributionFamily::exponential, 0.02, 0, 0, {}},
                                         {DistributionFamily::hyperexponential, 0.9, 0.01, 0.5, {}},
                                         {DistributionFamily::empirical, 0, 0, 0, {0.1, 0.2, 0.9}},
                                         {DistributionFamily::constant, 0.25, 0, 0, {}}};
        for (const DistributionShape& shape : shapes) {
            const Sampler sampler(shape);
            DurationStream stream;
            stream.id = streamId("server", Purpose::service);
            double sum = 0;
            const int n = 200'000;
            for (int i = 0; i < n; ++i)
                sum += toSeconds(stream.next({1, 0}, sampler));
            const double sigma = std::sqrt(shape.secondMoment() - shape.mean() * shape.mean());
            QVERIFY(std::abs(sum / n - shape.mean()) < 4 * sigma / std::sqrt(double(n)) + 1e-9);
        }
    }

    void streamsOfOthersDoNotShift() {
        UniformStream alone, beside;
        alone.id = beside.id = streamId("web1", Purpose::service);
        UniformStream other;
        other.id = streamId("web2", Purpose::service);
        for (int i = 0; i < 100; ++i) {
            other.next({1, 2});
            QCOMPARE(alone.next({1, 2}), beside.next({1, 2}));
        }
        QVERIFY(streamId("web1", Purpose::service) != streamId("web1", Purpose::arrival));
        UniformStream unit3;
        unit3.id = alone.id;
        UniformStream unit2 = unit3;
        QVERIFY(unit3.next({1, 3}) != unit2.next({1, 2}));
    }

    // Against a sorted map: set, move, cancel and grow at random.
    void slotTreeOrder() {
        SlotTree tree;
        tree.grow(5);
        std::map<std::tuple<SimTime, unsigned, std::uint64_t>, std::uint32_t> wanted;
        std::map<std::uint32_t, std::tuple<SimTime, unsigned, std::uint64_t>> pending;
        UniformStream random;
        std::uint32_t slotCount = 5;
        for (std::uint64_t step = 0; step < 20'000; ++step) {
            if (step % 2000 == 1999) tree.grow(slotCount *= 2);
            const auto slot = static_cast<std::uint32_t>(random.next({1, 1}) * slotCount);
            if (const auto found = pending.find(slot); found != pending.end()) {
                wanted.erase(found->second);
                pending.erase(found);
            }
            if (random.next({1, 1}) < 0.2) {
                tree.cancel(slot);
            } else {
                const std::tuple key{static_cast<SimTime>(random.next({1, 1}) * 50),
                                     static_cast<unsigned>(random.next({1, 1}) * 16), step};
                tree.set(slot, std::get<0>(key), step, std::get<1>(key));
                wanted[key] = slot;
                pending[slot] = key;
            }
            if (wanted.empty()) {
                QCOMPARE(tree.time(), kNever);
            } else {
                QCOMPARE(tree.slot(), wanted.begin()->second);
                QCOMPARE(tree.time(), std::get<0>(wanted.begin()->first));
            }
        }
    }

    void delayLineKeepsOnlyTheLiving() {
        DelayLine line;
        const auto dead = [](const Timer& t) { return t.call % 10 != 0; };
        for (std::uint32_t i = 0; i < 100'000; ++i) {
            line.push({SimTime(i), i, i, 0, 0, 0}, dead);
            // What lives longest is the last hundred multiples of ten.
            while (!line.empty() && line.front().at + 1000 < i)
                line.pop();
        }
        SimTime last = -1;
        int living = 0;
        while (!line.empty()) {
            QVERIFY(line.front().at > last);
            last = line.front().at;
            if (!dead(line.front())) ++living;
            line.pop();
        }
        QCOMPARE(last, SimTime(99'999));
        QCOMPARE(living, 100);
    }

    void quadHeapSorts() {
        QuadHeap<Timer> heap;
        UniformStream random;
        for (std::uint64_t i = 0; i < 1000; ++i)
            heap.push({SimTime(random.next({2, 2}) * 100), i, 0, 0, 0, 0});
        std::erase_if(heap.items(), [](const Timer& t) { return t.sequence % 3 == 0; });
        heap.heapify();
        std::pair<SimTime, std::uint64_t> last{-1, 0};
        std::size_t count = 0;
        for (; !heap.empty(); heap.pop(), ++count) {
            const std::pair now{heap.top().at, heap.top().sequence};
            QVERIFY(last < now);
            last = now;
        }
        QCOMPARE(count, std::size_t(666));
    }

    void timeSaturates() {
        QCOMPARE(toSimTime(1.5), SimTime(1'500'000'000));
        QCOMPARE(toSimTime(-1), SimTime(0));
        QCOMPARE(toSimTime(1e12), kNever);
        QCOMPARE(after(5, kNever), kNever);
        QCOMPARE(after(kNever - 3, 10), kNever);
    }
};

ALWAYSON_TEST_MAIN(TestKernel, test_kernel)
#include "test_kernel.moc"
