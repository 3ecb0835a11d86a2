// Pools that a failure of a serving member interrupts, or takes down. The failure run means the same.

#include "tests/simulator/mechanism/engines_agree.h"

using namespace alwayson;
using namespace alwayson::test::scenario;

namespace {

Parts pool(const std::string& group, bool balancer = false, const std::string& modes = {}) {
    Parts p;
    p.groups = {"{'id':'web','kind':'pool','parameters':{'beta':0," + group + "}}"};
    p.nodes = {node("c", "client",
                    "'rate_per_s':100,'arrivals':'regular','network_rtt_ms':0,'attempts':1,"
                    "'attempt_timeout_ms':200")};
    for (const char* id : {"s1", "s2"})
        p.nodes.push_back(node(id, "server", "'workers':8,'service':{'dist':'constant','value_ms':1}",
                               "'group':'web'" + modes));
    if (balancer) p.nodes.push_back(node("lb", "haproxy", "'check_inter_ms':500,'check_fall':2"));
    if (balancer) p.links.push_back(calls("c", "lb", "'latency_ms':0"));
    p.links.push_back(calls(balancer ? "lb" : "c", "web", "'latency_ms':0"));
    return p;
}

const char* const kFault = ",'failure_modes':[{'id':'fault','effect':'crash','mttf_h':1e9,"
                           "'repair':{'dist':'constant','value_s':20}}]";

std::uint64_t failures(const SimulationResult& result) {
    const RequestCounts& counts = flowOf(result, "c").requests;
    return counts.offered - counts.succeeded;
}
bool near(std::uint64_t count, double wanted, double by) {
    return std::abs(static_cast<double>(count) - wanted) <= by;
}
} // namespace

class TestInterruption : public QObject {
    Q_OBJECT

private slots:
    // Five seconds of errors from all of it; then the checks have seen the lost one and the other serves.
    void servesNothingForAWhile() {
        Parts p = pool("'failover':{'dist':'constant','value_s':5}", true);
        p.events = {at(20, "fail", "s1", "'mode':'crash','repair_after_s':1000")};
        const SimulationResult result = run(p);
        QVERIFY2(near(failures(result), 500, 2), log(result).c_str());
        QVERIFY(failedBy(result, "c", "error") > 400);
        QCOMPARE(told(result, "failover_failed", "web serves nothing for 5 s: s1 was lost"), 20.0);
        QCOMPARE(told(result, "role_changed", "web serves again"), 25.0);
        QVERIFY(std::abs(timeDown(result) - 5.0 / 60) < 1e-9);
        QCOMPARE(told(result, "marked_down", "s2"), -1.0); // its checks pass
    }

    // The lost one back before the end: nothing to take over.
    void endsWithTheLostOne() {
        Parts p = pool("'failover':{'dist':'constant','value_s':30}");
        p.events = {at(20, "fail", "s1", "'mode':'crash','repair_after_s':4")};
        const SimulationResult result = run(p);
        QVERIFY2(near(failures(result), 400, 2), log(result).c_str());
    }

    // What was not contained waits for a human, or takes the others down.
    void notContained() {
        Parts p = pool("'failover_coverage':0,'uncovered_recovery':{'dist':'constant','value_s':12}");
        p.events = {at(20, "fail", "s1", "'mode':'crash','repair_after_s':1000")};
        const SimulationResult byHand = run(p);
        QCOMPARE(told(byHand, "failover_failed", "a human ends it"), 20.0);
        QVERIFY(std::abs(timeDown(byHand) - 12.0 / 60) < 1e-9);

        p = pool("'failover_coverage':0", false, kFault);
        p.events = {at(20, "fail", "s1", "'mode':'fault','repair_after_s':1000")};
        const SimulationResult all = run(p);
        QCOMPARE(told(all, "failover_failed", "takes the other members of web down"), 20.0);
        QCOMPARE(told(all, "failed", "s2"), 20.0);
        QVERIFY2(std::abs(timeDown(all) - 20.0 / 60) < 1e-9, log(all).c_str());
    }

    void oneThatStandsByIsNoLoss() {
        Parts p = pool("'standby':1,'failover':{'dist':'constant','value_s':5}");
        p.events = {at(20, "fail", "s2", "'mode':'crash','repair_after_s':10"),
                    at(40, "fail", "s1", "'mode':'crash','repair_after_s':10")};
        const SimulationResult result = run(p);
        QVERIFY2(near(failures(result), 500, 2), log(result).c_str());
        QCOMPARE(told(result, "failover_failed", "s1 was lost"), 40.0);
    }

    void enginesAgree_data() {
        QTest::addColumn<QString>("group");
        QTest::newRow("contained or by hand")
            << "'needed':1,'failover':{'dist':'exponential','mean_s':20},'failover_coverage':0.8,"
               "'uncovered_recovery':{'dist':'exponential','mean_s':90}";
        QTest::newRow("contained or all down") << "'needed':1,'failover_coverage':0.9";
        QTest::newRow("with a standby")
            << "'standby':1,'standby_hazard':0.2,'failover':{'dist':'constant','value_s':10},"
               "'failover_coverage':0.9,'uncovered_recovery':{'dist':'constant','value_s':100}";
    }
    void enginesAgree() {
        QFETCH(QString, group);
        Parts p = pool(group.toStdString(), false,
                       ",'failure_modes':[{'id':'fault','effect':'crash','mttf_h':0.5,'mttr_h':0.05}]");
        p.nodes[0] = node("c", "client", "'rate_per_s':1,'network_rtt_ms':0,'attempts':1");
        verifyEnginesAgree(p);
    }
};

ALWAYSON_TEST_MAIN(TestInterruption, test_interruption)
#include "test_interruption.moc"
