// A balancer whose server is the address of a VRRP pair: only who holds the address is called and checked.

#include "core/structure/availability.h"
#include "tests/simulator/mechanism/engines_agree.h"

using namespace alwayson;
using namespace alwayson::test::scenario;

namespace {

const char* const kClient = "'rate_per_s':100,'arrivals':'regular','network_rtt_ms':0,'attempts':1,"
                            "'attempt_timeout_ms':200";

// A pair in front of one server. Behind a balancer, or called by the client itself.
Parts pairBehind(const std::string& edge, const std::string& group = {}, const std::string& more = {}) {
    Parts p;
    const std::string comma = group.empty() ? "" : ",";
    p.groups = {"{'id':'lb','kind':'vrrp_pair','parameters':{'failover_coverage':1" + comma + group + "}}"};
    p.nodes = {node("c", "client", kClient), node("lb1", "haproxy", "", "'group':'lb'" + more),
               node("lb2", "haproxy", "", "'group':'lb'" + more),
               node("web", "server", "'workers':8,'service':{'dist':'constant','value_ms':1}")};
    if (edge.empty()) {
        p.links = {calls("c", "lb", "'latency_ms':0")};
    } else {
        p.nodes.push_back(node("edge", "haproxy", edge == "plain" ? "" : edge));
        p.links = {calls("c", "edge", "'latency_ms':0"), calls("edge", "lb", "'latency_ms':0")};
    }
    p.links.push_back(calls("lb", "web", "'latency_ms':0"));
    return p;
}

std::uint64_t failures(const SimulationResult& result) {
    const RequestCounts& counts = flowOf(result, "c").requests;
    return counts.offered - counts.succeeded;
}

} // namespace

class TestSharedAddress : public QObject {
    Q_OBJECT

private slots:
    void onlyTheHolderIsCalled() {
        const SimulationResult result = run(pairBehind("plain"));
        QCOMPARE(failures(result), std::uint64_t(0));
        QCOMPARE(nodeOf(result, "lb2").arrivals, std::uint64_t(0));
        QVERIFY(nodeOf(result, "lb1").arrivals > 5900);
    }

    // Whoever calls the address misses its holder for the same time.
    void takeOver_data() {
        QTest::addColumn<QString>("mode");
        QTest::newRow("gone") << "gone";
        QTest::newRow("crash") << "crash";
        QTest::newRow("hang") << "hang";
    }
    void takeOver() {
        QFETCH(QString, mode);
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            Parts direct = pairBehind(""), behind = pairBehind("'check_inter_ms':1000000");
            direct.events = behind.events = {
                at(40, "fail", "lb1", "'mode':'" + mode.toStdString() + "','repair_after_s':1000")};
            const SimulationResult one = run(direct, seed), two = run(behind, seed);
            const double took = told(one, "role_changed", "takes", 40);
            QCOMPARE(told(two, "role_changed", "takes", 40), took);
            QVERIFY2(took > 41 && took < 46, qPrintable(QString::number(took)));
            const double gap = 100 * (took - 40);
            QVERIFY2(std::abs(static_cast<double>(failures(one)) - gap) <= 2, log(one).c_str());
            // HAProxy tries a refused server again, 1 s later: too late for these clients.
            QVERIFY2(std::abs(static_cast<double>(failures(two)) - gap) <= 2, log(two).c_str());
            QVERIFY(nodeOf(two, "lb2").arrivals > 1000);
        }
    }

    // An attempt at the address that nobody holds ends by the connect timeout and is tried again: who waits
    // long enough loses nothing.
    void connectionsAreTriedAgain() {
        Parts p = pairBehind("'timeout_connect_ms':1500,'check_inter_ms':1000000");
        p.nodes[0] = node("c", "client",
                          "'rate_per_s':100,'arrivals':'regular','network_rtt_ms':0,'attempts':1,"
                          "'attempt_timeout_ms':20000",
                          "'classes':[{'id':'r','share':1,'deadline_ms':20000}]");
        p.events = {at(40, "fail", "lb1", "'mode':'gone','repair_after_s':1000")};
        const SimulationResult result = run(p);
        QCOMPARE(failures(result), std::uint64_t(0));
        const double longest = *flowOf(result, "c").latencyMs.max.value;
        QVERIFY2(longest > 2900 && longest < 4600, qPrintable(QString::number(longest)));
    }

    // One server, one check: down while nobody answers at the address, up again with the next holder.
    void theAddressIsChecked() {
        Parts p = pairBehind("'check_inter_ms':300,'check_fall':3,'check_rise':2");
        p.events = {at(40, "fail", "lb1", "'mode':'gone','repair_after_s':1000")};
        const SimulationResult result = run(p);
        const double took = told(result, "role_changed", "takes", 40),
                     down = told(result, "marked_down", "", 40), up = told(result, "marked_up", "", 40);
        QVERIFY2(down > 40.8 && down < 42.2 && up > took + 0.29 && up < took + 1.0, log(result).c_str());
        QVERIFY(failedBy(result, "c", "no_server") > 50);
        QVERIFY(std::abs(static_cast<double>(failures(result)) - 100 * (up - 40)) <= 3);
    }

    // All three engines mean the same: a pair is up while its holder is.
    void enginesAgree() {
        Parts p = pairBehind("'check_inter_ms':1000000000",
                             "'failover':{'dist':'exponential','mean_s':20},'repair_starts':'beside'",
                             ",'failure_modes':[{'id':'fault','effect':'gone','mttf_h':0.5,'mttr_h':0.05}]");
        p.nodes[0] = node("c", "client", "'rate_per_s':2,'network_rtt_ms':0,'attempts':1");
        double expected = 0;
        SimulationResult runs;
        verifyEnginesAgree(p, &expected, &runs);
        QVERIFY(expected > 0);
        const Estimate& requests = flowOf(runs, "design").availabilityRequests;
        QVERIFY2(std::abs(1 - *requests.value - expected) < 0.1 * expected,
                 qPrintable(QString("%1 against %2").arg(1 - *requests.value).arg(expected)));
    }
};

ALWAYSON_TEST_MAIN(TestSharedAddress, test_shared_address)
#include "test_shared_address.moc"
