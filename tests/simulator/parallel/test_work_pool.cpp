#include "simulator/parallel/work_pool.h"
#include "tests/support/test_support.h"

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>

using alwayson::sim::WorkPool;

class TestWorkPool : public QObject {
    Q_OBJECT
private slots:
    void everyUnitOnceForAnyNumberOfThreads() {
        for (const unsigned threads : {1U, 2U, 3U, 8U}) {
            WorkPool pool(threads);
            QCOMPARE(pool.threads(), threads);
            for (const std::size_t count :
                 {std::size_t(0), std::size_t(1), std::size_t(7), std::size_t(5000)}) {
                std::vector<std::atomic<int>> times(count);
                std::atomic<bool> strangeWorker = false;
                const std::size_t done = pool.run(count, [&](std::size_t index, unsigned worker) {
                    ++times[index];
                    if (worker >= threads) strangeWorker = true;
                    return true;
                });
                QCOMPARE(done, count);
                QVERIFY(!strangeWorker);
                for (const auto& t : times)
                    QCOMPARE(t.load(), 1);
            }
        }
    }

    void usesItsThreads() {
        WorkPool pool(4);
        std::atomic<int> inside = 0;
        // Ends only when four units run at the same time.
        const std::size_t done = pool.run(4, [&](std::size_t, unsigned) {
            ++inside;
            while (inside < 4)
                std::this_thread::yield();
            return true;
        });
        QCOMPARE(done, std::size_t(4));
    }

    void stopsBetweenUnits() {
        for (const unsigned threads : {1U, 3U}) {
            WorkPool pool(threads);
            std::stop_source stop;
            std::atomic<std::size_t> started = 0;
            const std::size_t done = pool.run(
                100000,
                [&](std::size_t index, unsigned) {
                    ++started;
                    if (index == 20) stop.request_stop();
                    return true;
                },
                stop.get_token());
            QVERIFY(done >= 1 && done < 100000);
            QVERIFY(started < 100000);
            QVERIFY(started >= done);
        }
    }

    // A unit that gives up leaves a gap: only what lies before it counts.
    void countsUpToTheFirstGap() {
        WorkPool pool(2);
        const std::size_t done = pool.run(50, [&](std::size_t index, unsigned) { return index != 10; });
        QCOMPARE(done, std::size_t(10));
        QCOMPARE(pool.run(50, [](std::size_t, unsigned) { return true; }),
                 std::size_t(50)); // usable afterwards
    }

    void exceptionsComeBackToTheCaller() {
        for (const unsigned threads : {1U, 4U}) {
            WorkPool pool(threads);
            std::string message;
            try {
                pool.run(1000, [](std::size_t index, unsigned) -> bool {
                    if (index == 5) throw std::runtime_error("unit 5");
                    return true;
                });
            } catch (const std::runtime_error& error) {
                message = error.what();
            }
            QCOMPARE(message, std::string("unit 5"));
            QCOMPARE(pool.run(10, [](std::size_t, unsigned) { return true; }), std::size_t(10));
        }
    }

    void ticksOnTheCallingThread() {
        WorkPool pool(2);
        const auto caller = std::this_thread::get_id();
        std::size_t ticks = 0, last = 0;
        bool elsewhere = false;
        pool.run(
            40,
            [](std::size_t, unsigned) {
                const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
                while (std::chrono::steady_clock::now() < end) {
                }
                return true;
            },
            {},
            [&](std::size_t finished) {
                ++ticks;
                elsewhere |= std::this_thread::get_id() != caller || finished < last;
                last = finished;
            });
        QVERIFY(ticks >= 1);
        QVERIFY(!elsewhere && last <= 40);
    }
};

ALWAYSON_TEST_MAIN(TestWorkPool, test_work_pool)
#include "test_work_pool.moc"
