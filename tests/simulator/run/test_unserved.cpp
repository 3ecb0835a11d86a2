// When users were not served, against pencil and paper.

#include "simulator/run/unserved.h"

#include "tests/simulator/mechanism/cut_support.h"

using namespace alwayson;
using namespace alwayson::sim;
using namespace alwayson::test::scenario;

namespace {

// 100 requests per second, one step a second, and so many failures in each.
std::vector<UnservedTime> found(std::vector<std::uint32_t> failures, std::uint64_t perStep = 100) {
    const std::vector<std::uint64_t> offered(failures.size(), perStep);
    return unservedTimes(offered, failures, 1, 0.95);
}

// Regular requests to one server that works on each for 1 ms.
Parts oneServer(const std::string& more) {
    Parts p;
    p.nodes = {node("c", "client",
                    "'rate_per_s':100,'arrivals':'regular','network_rtt_ms':0,'attempts':1,"
                    "'attempt_timeout_ms':1000"),
               node("s", "server", "'workers':8,'service':{'dist':'constant','value_ms':1}" + more)};
    p.links = {calls("c", "s")};
    return p;
}

} // namespace

class TestUnserved : public QObject {
    Q_OBJECT

private slots:
    void fromTheFirstToTheLastFailure() {
        const auto times = found({0, 0, 100, 100, 100, 0, 0, 40, 0});
        QCOMPARE(times.size(), std::size_t(2));
        QCOMPARE(times[0].fromS, 2.0);
        QCOMPARE(times[0].toS, 5.0);
        QCOMPARE(times[1].seconds(), 1.0);
        QVERIFY(found({0, 0, 0}).empty());
        QVERIFY(found({}).empty());
    }

    // 5 % of 100 and two standard errors of it are 9.4.
    void aFewErrorsAreNoOutage() {
        QVERIFY(found({9, 9, 9, 9}).empty());
        QCOMPARE(found({0, 10, 0}).size(), std::size_t(1));
        QVERIFY(found({0, 2, 0}, 2).empty()); // two failures in all
    }

    // At two requests per second ten seconds are looked at together; the ends stay exact.
    void fewRequestsAreLookedAtTogether() {
        std::vector<std::uint32_t> failures(40, 0);
        for (int second = 13; second < 17; ++second)
            failures[second] = 2;
        const auto times = found(failures, 2);
        QCOMPARE(times.size(), std::size_t(1));
        QCOMPARE(times[0].fromS, 13.0);
        QCOMPARE(times[0].toS, 17.0);
    }

    void cellsAreFinerThanSteps() {
        const std::vector<std::uint64_t> offered{1000, 1000};
        std::vector<std::uint32_t> failures(20, 0);
        failures[9] = failures[10] = failures[11] = 100;
        const auto times = unservedTimes(offered, failures, 10, 0.95);
        QCOMPARE(times.size(), std::size_t(1));
        QCOMPARE(times[0].fromS, 9.0);
        QCOMPARE(times[0].toS, 12.0);
    }

    // Who wants every answer is not served whenever one is missing; one or two in all may be chance.
    void whoWantsAllOfThem() {
        const std::vector<std::uint64_t> offered(10, 100);
        std::vector<std::uint32_t> failures(10, 0);
        failures[3] = 3;
        failures[7] = 2;
        const auto times = unservedTimes(offered, failures, 1, 1);
        QCOMPARE(times.size(), std::size_t(1));
        QCOMPARE(times[0].fromS, 3.0);
        QVERIFY(unservedTimes(offered, std::vector<std::uint32_t>(10, 0), 1, 1).empty());
    }

    void overlappingTimesAreOne() {
        const std::vector<UnservedTime> a{{0, 2}, {5, 7}}, b{{1, 3}, {7, 8}, {9, 10}};
        const auto all = unite(a, b);
        QCOMPARE(all.size(), std::size_t(3));
        QCOMPARE(all[0].toS, 3.0);
        QCOMPARE(all[1].fromS, 5.0);
        QCOMPARE(all[1].toS, 8.0);
    }

    // A process that hangs: requests begun in the second before it answers again are answered in time.
    void aHangAsUsersSeeIt() {
        Parts p = oneServer(",'queue_limit':100000");
        p.events = {at(10, "fail", "s", "'mode':'hang','repair_after_s':20")};
        const SimulationResult result = run(p);
        const FlowResult& flow = flowOf(result, "c");
        QCOMPARE(flow.unserved.count, std::uint64_t(1));
        QVERIFY2(std::fabs(*flow.unserved.totalS.value - 19) < 1.1,
                 qPrintable(QString::number(*flow.unserved.totalS.value)));
        QCOMPARE(*flow.unserved.longestS.value, *flow.unserved.totalS.value);
    }

    // Nothing is down, and nobody notices: answers are too late.
    void partsThatWorkAndDoNotServe() {
        Parts p = oneServer("");
        p.events = {at(10, "fail", "s", "'mode':'slow','slow_factor':5000,'repair_after_s':30")};
        const SimulationResult result = run(p);
        const FlowResult& flow = flowOf(result, "c");
        QVERIFY(*flow.unserved.totalS.value > 25);
        QVERIFY(*flow.unserved.totalS.value < 40);
    }

    // Two clients of two servers that crash one after the other: each is unserved for its own time, the
    // design for both.
    void theDesignIsUnservedWhileAnybodyIs() {
        Parts p;
        for (const std::string n : {"1", "2"}) {
            p.nodes.push_back(node("c" + n, "client",
                                   "'rate_per_s':100,'arrivals':'regular','network_rtt_ms':0,'attempts':1"));
            p.nodes.push_back(
                node("s" + n, "server", "'workers':8,'service':{'dist':'constant','value_ms':1}"));
            p.links.push_back(calls("c" + n, "s" + n));
        }
        p.events = {at(10, "fail", "s1", "'mode':'crash','repair_after_s':12"),
                    at(18, "fail", "s2", "'mode':'crash','repair_after_s':12")};
        const SimulationResult result = run(p);
        const auto seconds = [&](const char* id) { return *flowOf(result, id).unserved.totalS.value; };
        QVERIFY2(std::fabs(seconds("c1") - 12) < 0.5, qPrintable(QString::number(seconds("c1"))));
        QVERIFY2(std::fabs(seconds("c2") - 12) < 0.5, qPrintable(QString::number(seconds("c2"))));
        QVERIFY2(std::fabs(seconds("design") - 20) < 0.5, qPrintable(QString::number(seconds("design"))));
        QCOMPARE(flowOf(result, "design").unserved.count, std::uint64_t(1));
    }

    void aHealthyRunServesAlways() {
        const SimulationResult result = run(oneServer(""));
        QCOMPARE(flowOf(result, "c").unserved.count, std::uint64_t(0));
        QCOMPARE(*flowOf(result, "c").unserved.totalS.value, 0.0);
    }
};

ALWAYSON_TEST_MAIN(TestUnserved, test_unserved)
#include "test_unserved.moc"
