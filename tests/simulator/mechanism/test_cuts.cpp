// Cuts of the network, complete, partial and one-way, and bad versions, against pencil and paper.

#include "simulator/compile/compile.h"
#include "simulator/run/request_engine.h"
#include "tests/simulator/mechanism/cut_support.h"

using namespace alwayson;
using namespace alwayson::test::scenario;

namespace {

const char* const kRegular = "'rate_per_s':100,'arrivals':'regular','network_rtt_ms':0";
const char* const kQuick = "'workers':8,'service':{'dist':'constant','value_ms':1}";

// 100 requests per second, a balancer and web1 in zone a, web2 in zone b.
Parts twoZones() {
    Parts p;
    p.domains = {"{'id':'a','kind':'zone'}", "{'id':'b','kind':'zone'}"};
    p.nodes = {node("c", "client", kRegular), node("lb", "haproxy", "'balance':'roundrobin'", "'domain':'a'"),
               node("web1", "server", kQuick, "'domain':'a'"),
               node("web2", "server", kQuick, "'domain':'b'")};
    p.links = {calls("c", "lb"), calls("lb", "web1", "'latency_ms':0"),
               calls("lb", "web2", "'latency_ms':0")};
    return p;
}

// 100 requests per second to one server, with the deadline of 3 s that classes have.
Parts direct() {
    Parts p;
    p.nodes = {node("c", "client", std::string(kRegular) + ",'attempts':1,'attempt_timeout_ms':1000"),
               node("s", "server", kQuick)};
    p.links = {calls("c", "s")};
    return p;
}

} // namespace

class TestCuts : public QObject {
    Q_OBJECT

private slots:
    void cutsThatSeparateNothingAreRefused() {
        const auto refusal = [](const std::string& what, const std::string& other) {
            Parts p;
            p.domains = {"{'id':'r','kind':'region'}", "{'id':'a','kind':'zone','parent':'r'}",
                         "{'id':'empty','kind':'zone','parent':'r'}"};
            p.nodes = {node("c", "client"), node("s", "server", {}, "'domain':'a'")};
            p.links = {calls("c", "s")};
            p.events = {at(10, "isolate", what, other.empty() ? "" : "'other_side':'" + other + "'")};
            try {
                run(p);
            } catch (const std::exception& error) {
                return QString::fromUtf8(error.what());
            }
            return QString();
        };
        QCOMPARE(refusal("a", ""), QString());
        QCOMPARE(refusal("s", "c"), QString());
        QVERIFY2(refusal("r", "a").contains("separates nothing"), qPrintable(refusal("r", "a")));
        QVERIFY(refusal("s", "s").contains("separates nothing"));
        QVERIFY(refusal("empty", "").contains("separates nothing"));
    }

    // The balancer sees the other zone vanish, serves on with its own, and takes it back when the cut heals.
    void completeCutOfAZone() {
        Parts p = twoZones();
        p.events = {at(10, "isolate", "b", "'heal_after_s':30")};
        const SimulationResult result = run(p);
        const double down = told(result, "marked_down", "web2");
        QVERIFY2(down > 19.9 && down < 22.1, log(result).c_str()); // fall 3, every 2 s, packets vanish
        QVERIFY(told(result, "marked_down", "web1") < 0);
        const double up = told(result, "marked_up", "web2");
        QVERIFY2(up > 41.9 && up < 46.1, log(result).c_str());
        QCOMPARE(told(result, "cut", "b is cut off from everything outside"), 10.0);
        QCOMPARE(told(result, "healed", "b: the cut has healed"), 40.0);
        QCOMPARE(ended(result, "c", 25.5, 60).failed, std::uint64_t(0));
        bool detected = false;
        for (const Recovery& recovery : result.recovery)
            detected = detected || (recovery.what == "web2" && recovery.mode == "isolation" &&
                                    *recovery.detectionMeanS.value > 9.9);
        QVERIFY(detected);
    }

    // Cut off with the balancer: nobody is served, and the time-based figure says so.
    void completeCutOfTheEntrance() {
        Parts p = twoZones();
        p.events = {at(10, "isolate", "a", "'heal_after_s':15")};
        const SimulationResult result = run(p);
        QCOMPARE(ended(result, "c", 10, 25).succeeded, std::uint64_t(0));
        QCOMPARE(ended(result, "c", 28.5, 60).failed, std::uint64_t(0));
        QVERIFY(failedBy(result, "c", "error") == 0 && failedBy(result, "c", "no_server") == 0);
        QCOMPARE(*flowOf(result, "c").availabilityTime.value, 1 - 15.0 / 60);
        QCOMPARE(*flowOf(result, "c").outages.longestSeconds.value, 15.0);
    }

    // Only between the two zones; the client reaches both.
    void partialCut() {
        Parts p = twoZones();
        p.nodes.push_back(
            node("d", "client", "'rate_per_s':50,'arrivals':'regular','network_rtt_ms':0,'attempts':1"));
        p.links.push_back(calls("d", "web2"));
        p.events = {at(10, "isolate", "a", "'other_side':'b'"), at(30, "heal", "b")};
        const SimulationResult result = run(p);
        QVERIFY(flowOf(result, "d").requests.failed.empty());
        QVERIFY(told(result, "marked_down", "web2") > 13.9);
        QVERIFY(told(result, "marked_up", "web2") > 31.9);
        QCOMPARE(told(result, "cut", "a is cut off from b"), 10.0);
        QCOMPARE(told(result, "healed", "a and b"), 30.0);
        QVERIFY(*flowOf(result, "d").availabilityTime.value == 1);
    }

    // Into it: nothing arrives. Out of it: requests are carried out and nobody hears of it.
    void oneWay_data() {
        QTest::addColumn<QString>("direction");
        QTest::addColumn<QString>("cause");
        QTest::addColumn<int>("arrivals");
        QTest::newRow("in") << "in"
                            << "connect_timeout" << 5000;
        QTest::newRow("out") << "out"
                             << "response_timeout" << 6000;
        QTest::newRow("both") << "both"
                              << "connect_timeout" << 5000;
    }
    void oneWay() {
        QFETCH(QString, direction);
        QFETCH(QString, cause);
        QFETCH(int, arrivals);
        Parts p = direct();
        p.events = {
            at(20.005, "isolate", "s", "'direction':'" + direction.toStdString() + "','heal_after_s':10")};
        const SimulationResult result = run(p);
        QCOMPARE(failedBy(result, "c", cause.toStdString()), std::uint64_t(1000));
        QCOMPARE(flowOf(result, "c").requests.succeeded, std::uint64_t(4999));
        QCOMPARE(nodeOf(result, "s").arrivals, std::uint64_t(arrivals) - 1);
    }

    // A node that is cut off is what the failure effect cut_off makes of it.
    void cutOffNodeIsTheSameAsTheFailure() {
        Parts cut = direct(), failure = direct();
        cut.events = {at(20.005, "isolate", "s", "'heal_after_s':10")};
        failure.events = {at(20.005, "fail", "s", "'mode':'cut_off','repair_after_s':10")};
        const SimulationResult one = run(cut), other = run(failure);
        QCOMPARE(flowOf(one, "c").requests.failed, flowOf(other, "c").requests.failed);
        QCOMPARE(flowOf(one, "c").requests.succeeded, flowOf(other, "c").requests.succeeded);
        QCOMPARE(nodeOf(one, "s").completed, nodeOf(other, "s").completed);
    }

    // What is cut off does not get out either: a balancer's own calls and checks vanish.
    void aCallerIsCutOff() {
        Parts p = twoZones();
        p.events = {at(10, "fail", "lb", "'mode':'cut_off','repair_after_s':20")};
        const SimulationResult result = run(p);
        QVERIFY2(told(result, "marked_down", "web1") > 13.9, log(result).c_str());
        QVERIFY(told(result, "marked_down", "web2") > 13.9);
        QVERIFY(told(result, "marked_up", "web1") > 30);
    }

    // Two cuts around the same thing end each at its time; a heal event ends all.
    void severalCuts() {
        Parts p = direct();
        p.events = {at(10, "isolate", "s", "'heal_after_s':20"), at(12, "isolate", "s", "'heal_after_s':3"),
                    at(25, "heal", "s")};
        const SimulationResult result = run(p);
        QCOMPARE(told(result, "healed", "s", 0), 15.0);
        QCOMPARE(told(result, "healed", "s", 16), 25.0);
        QCOMPARE(ended(result, "c", 12, 25).succeeded, std::uint64_t(0));
        QCOMPARE(ended(result, "c", 27, 60).failed, std::uint64_t(0));
    }

    void aCopyInTheMiddleOfACutGoesOnAlike() {
        Parts p = twoZones();
        p.events = {at(10, "isolate", "b", "'heal_after_s':30"),
                    at(15, "isolate", "web1", "'direction':'out','heal_after_s':5")};
        const Design design = designOf(p);
        auto model = sim::compileModel(design, &design.scenarios.at(0));
        QVERIFY(model.ok());
        const auto shared = std::make_shared<const sim::Model>(std::move(model).value());
        sim::RequestEngine original(shared, nullptr, 7, 0, 0);
        original.advanceTo(sim::toSimTime(17));
        sim::RequestEngine copy = original;
        original.advanceTo(sim::toSimTime(60));
        copy.advanceTo(sim::toSimTime(60));
        QCOMPARE(copy.fingerprint(), original.fingerprint());
    }

    // A bad version on two of four members: half of all answers, until it is rolled back.
    void badVersion() {
        Parts p;
        p.groups = {"{'id':'web','kind':'pool','parameters':{'deploy_batch':2}}"};
        p.nodes = {node("c", "client", std::string(kRegular) + ",'attempts':1")};
        for (const char* id : {"w1", "w2", "w3", "w4"})
            p.nodes.push_back(node(id, "server", kQuick, "'group':'web'"));
        p.links = {calls("c", "web")};
        p.events = {at(10, "deploy", "web", "'bad':false"),
                    at(20.005, "deploy", "web", "'bad':true,'rollback_after_s':20")};
        const SimulationResult result = run(p);
        QCOMPARE(failedBy(result, "c", "error"), std::uint64_t(1000));
        QCOMPARE(nodeOf(result, "w3").failed, std::uint64_t(0));
        QVERIFY(told(result, "deployed", "web gets a bad version on w1, w2: 100 %") > 20);
        QVERIFY(told(result, "rolled_back", "w2: the bad version of web is off again") > 40);
    }

    // A good version that comes later takes the place of a bad one on every member, and is not rolled back.
    void goodVersionEndsABadOne() {
        Parts p;
        p.groups = {"{'id':'web','kind':'pool','parameters':{'deploy_batch':1}}"};
        p.nodes = {node("c", "client", std::string(kRegular) + ",'attempts':1"),
                   node("w1", "server", kQuick, "'group':'web'"),
                   node("w2", "server", kQuick, "'group':'web'")};
        p.links = {calls("c", "web")};
        p.events = {at(20.005, "deploy", "web", "'bad':true,'rollback_after_s':30"),
                    at(30.005, "deploy", "web", "'bad':false")};
        const SimulationResult result = run(p);
        QCOMPARE(failedBy(result, "c", "error"), std::uint64_t(500)); // half of 100 per s for 10 s
        QCOMPARE(told(result, "rolled_back", "w1: the bad version of web is off again"), 30.005);
        QVERIFY(told(result, "rolled_back", "w1", 31) < 0);
        QVERIFY(told(result, "deployed", "web gets a new version: w1, w2") > 30);
    }

    // How long a bad version stays is drawn per group: neither names nor what happens before change it.
    void rollbacksAreDrawnPerGroup() {
        const auto over = [](const std::string& name, bool more) {
            Parts p;
            p.groups = {"{'id':'web','kind':'pool','name':'" + name +
                            "','parameters':{'rollback':{'dist':'exponential','mean_s':10}}}",
                        "{'id':'app','kind':'pool','parameters':{}}"};
            p.nodes = {node("c", "client", kRegular), node("w", "server", kQuick, "'group':'web'"),
                       node("a", "server", kQuick, "'group':'app'")};
            p.links = {calls("c", "web")};
            p.events = {at(10, "deploy", "web", "'bad':true,'error_share':0.1")};
            if (more) p.events.push_back(at(5, "deploy", "app", "'bad':true,'error_share':0.1"));
            if (more) p.events.push_back(at(6, "deploy", "web", "'bad':false"));
            p.seconds = 200;
            return told(run(p), "rolled_back", "w:");
        };
        const double once = over("web", false);
        QVERIFY(once > 10);
        QCOMPARE(over("Shop", true), once);
    }

    // Some wrong answers of the only server are no outage; all of them are.
    void timeWithABadVersion() {
        const auto up = [](const std::string& share) {
            Parts p;
            p.groups = {"{'id':'web','kind':'pool'}"};
            p.nodes = {node("c", "client", std::string(kRegular) + ",'attempts':1"),
                       R"({"id":"w","kind":"server","group":"web"})"};
            p.links = {calls("c", "web")};
            p.events = {at(20, "deploy", "web", "'bad':true,'rollback_after_s':15,'error_share':" + share)};
            return *flowOf(run(p), "c").availabilityTime.value;
        };
        QCOMPARE(up("0.03"), 1.0);
        QVERIFY(std::abs(up("1") - 0.75) < 1e-9);
    }
};

ALWAYSON_TEST_MAIN(TestCuts, test_cuts)
#include "test_cuts.moc"
