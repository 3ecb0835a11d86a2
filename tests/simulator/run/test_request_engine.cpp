// The run state is one value: copies go on alike, threads do not matter, builds do not matter, events
// allocate nothing.

#include "simulator/compile/compile.h"
#include "simulator/run/request_engine.h"
#include "tests/simulator/run/reference_case.h"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <new>

namespace {
std::atomic<std::uint64_t> allocations{0};
} // namespace

void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { // std::stable_sort's buffers
    ++allocations;
    return std::malloc(size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    ++allocations;
    const auto align = static_cast<std::size_t>(alignment);
    if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}

using namespace alwayson;
using namespace alwayson::test::requests;
using sim::RequestEngine;

class TestRequestEngine : public QObject {
    Q_OBJECT

    static RequestEngine start(const Design& design, std::uint64_t seed = 7) {
        auto model = sim::compileModel(design, design.scenarios.empty() ? nullptr : &design.scenarios.at(0));
        if (!model) throw std::runtime_error(describe(model.error()));
        return RequestEngine(std::make_shared<const sim::Model>(std::move(model).value()), nullptr, seed, 0,
                             2);
    }

private slots:
    void aCopyGoesOnAlike_data() {
        QTest::addColumn<QString>("name");
        for (const char* name :
             {"queueing/q4-mm10", "queueing/q7-ps-lognormal", "queueing/q8-two-choices", "haproxy/h1-killed",
              "haproxy/h2-hung", "haproxy/h3-back", "haproxy/h5b-cookie", "haproxy/h7-storm-70-jitter"})
            QTest::newRow(name) << name;
    }
    void aCopyGoesOnAlike() {
        QFETCH(QString, name);
        RequestEngine original = start(referenceDesign(name.toStdString()));
        double at = 0;
        for (int i = 1; i <= 12; ++i) {
            at += 0.37 * i;
            original.advanceTo(sim::toSimTime(at));
            RequestEngine copy = original;
            copy.advanceTo(sim::toSimTime(at + 9));
            RequestEngine again = original;
            again.advanceTo(sim::toSimTime(at + 4.5)); // in two steps
            again.advanceTo(sim::toSimTime(at + 9));
            QCOMPARE(copy.fingerprint(), again.fingerprint());
            QVERIFY(copy.fingerprint() != original.fingerprint());
        }
        RequestEngine straight = start(referenceDesign(name.toStdString()));
        straight.advanceTo(sim::toSimTime(at));
        QCOMPARE(straight.fingerprint(), original.fingerprint());
    }

    void threadsDoNotMatter() {
        const Design design = referenceDesign("haproxy/h2-hung");
        const SimulationResult one = runReference(design, {}, 7, 1);
        const SimulationResult two = runReference(design, {}, 7, 2);
        QCOMPARE(one.fingerprint, two.fingerprint);
        QCOMPARE(*designFlow(one).latencyMs.p99.value, *designFlow(two).latencyMs.p99.value);
        sim::RequestRunOptions other;
        other.seed = 2;
        QVERIFY(runReference(design, other, 7, 1).fingerprint != one.fingerprint);
    }

    // The list is checked in: every compiler, level and machine must give these. A change of the engine that
    // is meant to change them: ALWAYSON_UPDATE=1 build/release/test_simulator test_request_engine, and say so
    // in the commit.
    void fingerprintsAreTheSameEverywhere() {
        const std::string path = std::string(ALWAYSON_TEST_DATA) + "/fingerprints.txt";
        std::ifstream list(path);
        QVERIFY(list.is_open());
        std::string name, wanted, actual;
        int rows = 0;
        while (list >> name >> wanted) {
            sim::RequestRunOptions options;
            options.seed = 42;
            options.durationS = 50;
            const SimulationResult result = runReference(referenceDesign(name), options);
            actual += name + " " + result.fingerprint + "\n";
            if (!qEnvironmentVariableIsSet("ALWAYSON_UPDATE"))
                QCOMPARE(QString::fromStdString(name + " " + result.fingerprint),
                         QString::fromStdString(name + " " + wanted));
            ++rows;
        }
        QVERIFY(rows >= 8);
        if (qEnvironmentVariableIsSet("ALWAYSON_UPDATE")) std::ofstream(path) << actual;
    }

    void eventsAllocateNothing_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"queueing/q1-mm1-80", "queueing/q4-mm10", "queueing/q7-ps-exponential",
                                 "queueing/q8-two-choices", "haproxy/h4-no-redispatch"})
            QTest::newRow(name) << name;
    }
    void eventsAllocateNothing() {
        QFETCH(QString, name);
        RequestEngine engine = start(referenceDesign(name.toStdString()));
        engine.advanceTo(sim::toSimTime(30'000)); // the pools have their size
        const std::uint64_t events = engine.state().events;
        const std::uint64_t before = allocations;
        engine.advanceTo(sim::toSimTime(60'000));
        const std::uint64_t made = allocations - before;
        const std::uint64_t handled = engine.state().events - events;
        QVERIFY(handled > 10'000);
        // A new longest queue may make a pool grow once more.
        QVERIFY2(made <= 4, qPrintable(QString("%1 allocations in %2 events").arg(made).arg(handled)));
    }

    // What was under way when the budget ended has neither failed nor succeeded.
    void aPartialRunCountsFinishedRequestsOnly() {
        sim::RequestRunOptions options;
        options.durationS = 50'000;
        options.maxEvents = 20'000;
        const SimulationResult result = runReference(referenceDesign("queueing/q1-mm1-90"), options);
        QVERIFY(result.partial);
        QCOMPARE(designFlow(result).requests.succeeded, designFlow(result).requests.offered);
        QCOMPARE(*designFlow(result).availabilityRequests.value, 1.0);
    }

    void percentilesStayBelowTheLongest() {
        sim::RequestRunOptions options;
        options.durationS = 200;
        const SimulationResult result = runReference(referenceDesign("queueing/q6-constant"), options);
        const LatencyFigures& latency = designFlow(result).latencyMs;
        for (const Estimate* quantile : {&latency.p50, &latency.p90, &latency.p99, &latency.p999}) {
            QVERIFY(*quantile->value <= *latency.max.value);
            if (quantile->ci95) QVERIFY(quantile->ci95->low < quantile->ci95->high);
        }
    }

    void stopsSoon() {
        RequestEngine engine = start(referenceDesign("queueing/q1-mm1-90"));
        std::stop_source source;
        source.request_stop();
        QCOMPARE(engine.advanceTo(sim::toSimTime(1e8), source.get_token()), RequestEngine::Outcome::stopped);
        QVERIFY(engine.state().events <= 8192);
        QCOMPARE(engine.advanceTo(sim::toSimTime(1e8), {}, 20'000), RequestEngine::Outcome::exhausted);
    }
};

ALWAYSON_TEST_MAIN(TestRequestEngine, test_request_engine)
#include "test_request_engine.moc"
