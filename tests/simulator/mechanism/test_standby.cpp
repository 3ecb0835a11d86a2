// Members of a pool that stand by: called when another one does not work, after a start of their own, and off
// again when it is back. The failure run means the same.

#include "simulator/compile/compile.h"
#include "simulator/mechanism/context.h"
#include "simulator/run/request_engine.h"
#include "tests/simulator/mechanism/engines_agree.h"

using namespace alwayson;
using namespace alwayson::test::scenario;

namespace {

const char* const kClient = "'rate_per_s':100,'arrivals':'regular','network_rtt_ms':0,'attempts':1,"
                            "'attempt_timeout_ms':200";
const char* const kChecks = "'check_inter_ms':1000,'check_fall':3,'check_rise':2";

// `members` servers, one of which stands by.
Parts pool(int members, const std::string& group, const std::string& balancer, const std::string& more = {},
           const std::string& service = "'dist':'constant','value_ms':1") {
    Parts p;
    const std::string comma = group.empty() ? "" : ",";
    p.groups = {"{'id':'web','kind':'pool','parameters':{'standby':1" + comma + group + "}}"};
    p.nodes = {node("c", "client", kClient)};
    for (int i = 1; i <= members; ++i)
        p.nodes.push_back(node("s" + std::to_string(i), "server", "'workers':8,'service':{" + service + "}",
                               "'group':'web'" + more));
    if (balancer.empty()) {
        p.links = {calls("c", "web", "'latency_ms':0")};
    } else {
        p.nodes.push_back(node("lb", "haproxy", balancer));
        p.links = {calls("c", "lb", "'latency_ms':0"), calls("lb", "web", "'latency_ms':0")};
    }
    return p;
}

std::uint64_t failures(const SimulationResult& result) {
    const RequestCounts& counts = flowOf(result, "c").requests;
    return counts.offered - counts.succeeded;
}
std::uint64_t arrivals(const SimulationResult& result, const std::string& id) {
    return nodeOf(result, id).arrivals;
}
bool near(std::uint64_t count, double wanted, double by) {
    return std::abs(static_cast<double>(count) - wanted) <= by;
}

} // namespace

class TestStandby : public QObject {
    Q_OBJECT

private slots:
    void standsByWhileTheOthersWork() {
        for (const char* balancer : {"", kChecks}) {
            const SimulationResult result = run(pool(3, "", balancer));
            QCOMPARE(failures(result), std::uint64_t(0));
            QCOMPARE(arrivals(result, "s3"), std::uint64_t(0));
            QVERIFY(near(arrivals(result, "s1"), 3000, 1) && near(arrivals(result, "s2"), 3000, 1));
        }
    }

    // Callers without views of their own: at once, and back at once.
    void servesInPlaceOfAnother() {
        Parts p = pool(3, "", "");
        p.events = {at(20, "fail", "s1", "'mode':'crash','repair_after_s':20")};
        const SimulationResult result = run(p);
        QVERIFY2(failures(result) <= 1, log(result).c_str());
        QVERIFY(near(arrivals(result, "s1"), 2000, 2) && near(arrivals(result, "s2"), 3000, 2) &&
                near(arrivals(result, "s3"), 1000, 2));
        QCOMPARE(told(result, "role_changed", "s3 stood by in web and serves now"), 20.0);
        QCOMPARE(told(result, "role_changed", "s3 stands by in web again"), 40.0);
    }

    // It has to be started: until then the ones that are left serve, and with none of them nobody.
    void hasToBeStarted() {
        for (const int members : {2, 3}) {
            Parts p = pool(members, "'activation':{'dist':'constant','value_s':10}", "");
            p.events = {at(20, "fail", "s1", "'mode':'crash','repair_after_s':1000")};
            const SimulationResult result = run(p);
            QVERIFY2(near(failures(result), members == 2 ? 1000 : 0, 2), log(result).c_str());
            QVERIFY(near(arrivals(result, "s" + std::to_string(members)), members == 2 ? 3000 : 1500, 2));
            QCOMPARE(told(result, "role_changed", "has started"), 30.0);
            const double down = members == 2 ? 10.0 / 60 : 0;
            QVERIFY(std::abs(timeDown(result) - down) < 1e-9);
        }
    }

    // A balancer goes by its checks: three that fail, and for a server that has been started two that pass.
    void behindABalancer() {
        for (const bool cold : {false, true}) {
            Parts p = pool(2, cold ? "'activation':{'dist':'constant','value_s':10}" : "",
                           std::string(kChecks) + ",'retries':0");
            p.events = {at(20, "fail", "s1", "'mode':'crash','repair_after_s':1000")};
            const SimulationResult result = run(p);
            const double left = cold ? told(result, "marked_up", "marks s2 up", 20)
                                     : told(result, "marked_down", "marks s1 down", 20);
            QVERIFY2(cold ? left > 31 && left < 32 : left > 22 && left < 23, log(result).c_str());
            QVERIFY2(near(failures(result), 100 * (left - 20), 2), log(result).c_str());
            QVERIFY(near(arrivals(result, "s2"), 100 * (60 - left), 2));
        }
    }

    // Off again, it ends what it has.
    void whatItHasIsFinished() {
        Parts p = pool(2, "'activation':{'dist':'constant','value_s':5}", "", "",
                       "'dist':'constant','value_ms':70");
        p.events = {at(20, "fail", "s1", "'mode':'crash','repair_after_s':20")};
        const SimulationResult result = run(p);
        // What the crash reset, and 5 s of nobody.
        QVERIFY2(near(failures(result), 507, 3), log(result).c_str());
    }

    // Unless it crashes before it has.
    void whatItHasMayBeLost() {
        for (const bool crashes : {false, true}) {
            Parts p = pool(2, "'activation':{'dist':'constant','value_s':5}", "", "",
                           "'dist':'constant','value_ms':3000");
            p.nodes[0] = node("c", "client",
                              "'rate_per_s':2,'arrivals':'regular','network_rtt_ms':0,'attempts':1,"
                              "'attempt_timeout_ms':9000",
                              "'classes':[{'id':'r','share':1,'deadline_ms':9000}]");
            p.events = {at(20.1, "fail", "s1", "'mode':'crash','repair_after_s':15")};
            if (crashes) p.events.push_back(at(36.1, "fail", "s2", "'mode':'crash','repair_after_s':100"));
            const SimulationResult result = run(p);
            // 6 reset by the first crash, 5 s of nobody; 4 of the 6 that it had when it stood by again.
            QVERIFY2(near(failures(result), crashes ? 20 : 16, 1.5), log(result).c_str());
        }
    }

    void mayNotStart() {
        Parts p = pool(2, "'start_failure':1,'activation':{'dist':'constant','value_s':1}", "",
                       ",'failure_modes':[{'id':'fault','effect':'crash','mttf_h':1e9,"
                       "'repair':{'dist':'constant','value_s':10}}]");
        p.events = {at(20, "fail", "s1", "'mode':'fault','repair_after_s':1000")};
        const SimulationResult result = run(p);
        QCOMPARE(told(result, "failover_failed", "s2 stood by in web and does not start"), 20.0);
        // Back from its repair it serves without further ado.
        QVERIFY2(near(failures(result), 1000, 2), log(result).c_str());
    }

    void acrossACut() {
        Parts p = pool(2, "", "", ",'domain':'z'");
        p.domains = {"{'id':'z','kind':'zone'}", "{'id':'y','kind':'zone'}"};
        p.nodes[2] =
            node("s2", "server", "'service':{'dist':'constant','value_ms':1}", "'group':'web','domain':'y'");
        p.events = {at(20, "isolate", "z", "'heal_after_s':20")};
        const SimulationResult result = run(p);
        QVERIFY2(near(failures(result), 0, 1), log(result).c_str());
        QVERIFY(near(arrivals(result, "s2"), 2000, 2));
    }

    // Time down over long runs with failures of their own, beside the failure run.
    void enginesAgree_data() {
        QTest::addColumn<QString>("group");
        QTest::addColumn<QString>("balancer");
        QTest::addColumn<int>("members");
        QTest::newRow("hot") << "'needed':2"
                             << "" << 3;
        QTest::newRow("cold") << "'standby_hazard':0,'start_failure':0.1,"
                                 "'activation':{'dist':'exponential','mean_s':30}"
                              << "" << 2;
        QTest::newRow("warm, behind a balancer")
            << "'standby_hazard':0.3,'activation':{'dist':'constant','value_s':20}" << kChecks << 2;
    }
    void enginesAgree() {
        QFETCH(QString, group);
        QFETCH(QString, balancer);
        QFETCH(int, members);
        Parts p = pool(members, group.toStdString() + ",'beta':0", balancer.toStdString(),
                       ",'failure_modes':[{'id':'fault','effect':'crash','mttf_h':0.5,'mttr_h':0.05}]");
        p.nodes[0] = node("c", "client", "'rate_per_s':1,'network_rtt_ms':0,'attempts':1");
        verifyEnginesAgree(p);
    }

    // Copied at any moment, a run goes on alike.
    void copies() {
        Parts p = pool(2, "'standby_hazard':0,'activation':{'dist':'exponential','mean_s':30}", kChecks,
                       ",'failure_modes':[{'id':'fault','effect':'crash','mttf_h':0.02,'mttr_h':0.01}]");
        p.background = true;
        const Design design = designOf(p);
        auto model = sim::compileModel(design, &design.scenarios.at(0));
        QVERIFY(model.ok());
        sim::RequestEngine one(std::make_shared<const sim::Model>(std::move(model).value()), nullptr, 3, 0,
                               0);
        one.advanceTo(sim::toSimTime(137));
        sim::RequestEngine two = one;
        one.advanceTo(sim::toSimTime(600));
        two.advanceTo(sim::toSimTime(600));
        QCOMPARE(one.fingerprint(), two.fingerprint());
    }
};

ALWAYSON_TEST_MAIN(TestStandby, test_standby)
#include "test_standby.moc"
