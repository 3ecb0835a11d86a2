// When each commit was made, against a list of all of them.

#include "simulator/mechanism/commit_times.h"
#include "tests/support/test_support.h"

#include <random>

using namespace alwayson;

namespace {

// One per millisecond, so that a position is its time.
constexpr std::uint64_t kMs = 1000000;

bool right(const sim::CommitTimes& times, std::uint64_t position) {
    const auto at = static_cast<std::uint64_t>(times.at(position)) / kMs;
    const std::uint64_t exact = times.size() - std::min<std::uint64_t>(times.size(), 65536);
    const bool good = position >= exact ? at == position : at <= position && at + times.stride() > position;
    if (!good)
        qWarning("%llu is %llu of %llu, stride %llu", static_cast<unsigned long long>(position),
                 static_cast<unsigned long long>(at), static_cast<unsigned long long>(times.size()),
                 static_cast<unsigned long long>(times.stride()));
    return good;
}

void addTo(sim::CommitTimes& times, std::uint64_t size) {
    while (times.size() < size)
        times.add(static_cast<sim::SimTime>(times.size() * kMs));
}

} // namespace

class TestCommitTimes : public QObject {
    Q_OBJECT

private slots:
    void old() {
        sim::CommitTimes times;
        QCOMPARE(times.at(0), sim::SimTime(0));
        for (const std::uint64_t size : {1000, 65536, 65537, 73728, 73729, 73730, 200000, 1000000, 3000000}) {
            addTo(times, size);
            for (std::uint64_t position = 0; position < size; position += 1 + size / 997)
                QVERIFY(right(times, position));
            QVERIFY(right(times, size - 1));
            QCOMPARE(times.at(size), sim::SimTime(0));
        }
        QVERIFY(times.stride() <= 3000000 / 4096);
    }

    // What is cut off is taken anew, with other times; what is before stays.
    void cutAndTakenAnew() {
        for (const std::uint64_t position : {999000, 940000, 900001, 12345, 0}) {
            sim::CommitTimes times;
            addTo(times, 1000000);
            times.cut(position);
            QCOMPARE(times.size(), position);
            QCOMPARE(times.at(position), sim::SimTime(0));
            for (const std::uint64_t more : {0, 100000, 2000000}) {
                addTo(times, position + more);
                for (std::uint64_t i = 0; i < times.size(); i += 997) {
                    const auto at = static_cast<std::uint64_t>(times.at(i)) / kMs;
                    QVERIFY(at <= i && at + times.stride() > i);
                }
            }
        }
    }

    // As long as few are still needed the times are as good as at the beginning.
    void forgotten() {
        sim::CommitTimes times;
        std::mt19937 numbers(1); // of a test, not of a result
        for (std::uint64_t size = 1; size < 3000000; ++size) {
            const std::uint64_t needed = size > 70000 ? size - 70000 : 0;
            if (times.full()) times.makeRoom(needed);
            addTo(times, size);
            if (size % 1000 == 0) QVERIFY(right(times, needed + numbers() % (size - needed)));
        }
        QVERIFY(times.stride() <= 2);
        QVERIFY(right(times, times.size() - 70000));
        times.makeRoom(2999999);
        QCOMPARE(times.stride(), std::uint64_t(1));
        QVERIFY(right(times, 2999998));
    }
};

ALWAYSON_TEST_MAIN(TestCommitTimes, test_commit_times)
#include "test_commit_times.moc"
