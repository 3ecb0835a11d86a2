// Replication sets: who notices the loss of a source, who takes over, when, and by whom.

#include "core/structure/failover_plan.h"
#include "tests/simulator/mechanism/engines_agree.h"
#include "tests/simulator/mechanism/store_cases.h"

using namespace alwayson;
using namespace alwayson::test::scenario;

class TestStoreFailover : public QObject {
    Q_OBJECT

private slots:
    // The whole of it by a manager: inside the law, whatever the route.
    void failoverTakesTheTimeOfItsLaw_data() {
        QTest::addColumn<QString>("parameters");
        QTest::addColumn<QString>("mode");
        QTest::newRow("gone") << ""
                              << "gone";
        QTest::newRow("crash") << ""
                               << "crash";
        QTest::newRow("hang") << ""
                              << "hang";
        QTest::newRow("mha") << "'manager':'mha'"
                             << "gone";
        QTest::newRow("group") << "'manager':'group','replication':'group'"
                               << "gone";
        QTest::newRow("dns") << "'write_route':'dns'"
                             << "gone";
        QTest::newRow("address") << "'write_route':'virtual_ip'"
                                 << "gone";
        QTest::newRow("connector") << "'write_route':'connector'"
                                   << "gone";
        QTest::newRow("fencing") << "'manager':'mha','fencing':1"
                                 << "gone";
        QTest::newRow("cut off") << ""
                                 << "cut_off";
        QTest::newRow("isolated") << ""
                                  << "isolated";
        QTest::newRow("isolated, replicas not asked") << "'all_replicas_agree':false"
                                                      << "isolated";
        QTest::newRow("isolated, mha") << "'manager':'mha'"
                                       << "isolated";
        QTest::newRow("isolated, human") << "'manager':'manual'"
                                         << "isolated";
    }
    void failoverTakesTheTimeOfItsLaw() {
        QFETCH(QString, parameters);
        QFETCH(QString, mode);
        Parts p = writes(3, parameters.toStdString());
        p.nodes[0] = node("c", "client", std::string("'rate_per_s':20,") + kPatient, kOneWrite);
        p.seconds = 120;
        p.events = {mode == "isolated" ? at(20.005, "isolate", "db1")
                                       : at(20.005, "fail", "db1", "'mode':'" + mode.toStdString() + "'")};
        const Design design = designOf(p);
        const FailureEffect effect = mode == "crash"  ? FailureEffect::crash
                                     : mode == "hang" ? FailureEffect::hang
                                     : mode == "gone" ? FailureEffect::gone
                                                      : FailureEffect::cutOff;
        const FailoverLaw law = failoverLaw(failoverPlan(design, design.groups.at(0)), effect);
        double sum = 0;
        const int seeds = 40;
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            const SimulationResult result = run(p, seed);
            const Recovery* found = nullptr;
            for (const Recovery& one : result.recovery)
                if (one.what == "db") found = &one;
            QVERIFY2(found, log(result).c_str());
            const double total = *found->totalMeanS.value;
            sum += total;
            QVERIFY2(total >= law.total.minS - 1e-6 && total <= law.total.maxS + 1e-6,
                     (std::to_string(total) + "\n" + log(result)).c_str());
            QCOMPARE(ended(result, "c", std::ceil(20.005 + total) + 4, 120).failed, std::uint64_t(0));
        }
        const double deviation = (law.total.maxS - law.total.minS) / std::sqrt(12.0 * seeds);
        QVERIFY(near(sum / seeds, law.total.meanS, 4 * deviation));
    }

    // A second failure soon after the first waits for a human; the first source rejoins meanwhile.
    void noSecondFailoverAtOnce() {
        Parts p = writes(3, {});
        p.seconds = 160;
        p.events = {at(20.005, "fail", "db1", "'mode':'crash','repair_after_s':20"),
                    at(80, "fail", "db2", "'mode':'gone'")};
        const SimulationResult result = run(p);
        QVERIFY(told(result, "rejoined", "db1 follows db2 now") >= 40);
        const double blocked = told(result, "failover_failed", "the loss of db2 waits for a human");
        QVERIFY2(blocked > 80, log(result).c_str());
        QVERIFY(told(result, "role_changed", "is the source of db now, in place of db2") == blocked + 20);
        QCOMPARE(*result.data.lostWrites.value, 0.0);
    }

    // A group elects as often as it must, a time of its own comes as often; where nobody takes over, the loss
    // lasts until what failed is back.
    void onlyManagersLeaveASetAlone() {
        for (const char* parameters :
             {"'replication':'group','manager':'group'", "'failover':{'dist':'constant','value_s':5}"}) {
            Parts p = writes(5, parameters);
            p.seconds = 120;
            p.events = {at(20, "fail", "db1", "'mode':'gone'"), at(60, "fail", "db2", "'mode':'gone'")};
            const SimulationResult result = run(p);
            QVERIFY2(told(result, "role_changed", "db2 is the source of db now") > 20, log(result).c_str());
            const double again = told(result, "role_changed", "in place of db2");
            QVERIFY2(again > 60 && again < 80, log(result).c_str());
            QCOMPARE(told(result, "failover_failed", "waits for a human"), -1.0);
        }
        Parts p = writes(3, "'manager':'none'");
        p.events = {at(20, "fail", "db1", "'mode':'gone'")};
        const SimulationResult none = run(p); // which is told as one that has not ended
        for (const Recovery& one : none.recovery)
            QVERIFY2(one.what != "db" || (one.losses() == 0 && one.unfinished == 1), one.mode.c_str());
        p.events = {at(20, "fail", "db1", "'mode':'crash','repair_after_s':20")};
        const SimulationResult back = run(p);
        const auto set = std::find_if(back.recovery.begin(), back.recovery.end(),
                                      [](const Recovery& one) { return one.what == "db"; });
        QVERIFY(set != back.recovery.end() && set->count == 0 && set->resumed == 1);
        QVERIFY2(near(*set->servedMeanS.value, 20, 0.01), log(back).c_str());
    }

    // Back before anybody took over: it goes on as the source.
    void theSourceComesBackInTime() {
        Parts p = writes(3, {});
        p.events = {at(20.005, "fail", "db1", "'mode':'gone','repair_after_s':3")};
        const SimulationResult result = run(p);
        QVERIFY(told(result, "role_changed", "is the source of db now") < 0);
        QVERIFY2(told(result, "role_changed", "still the source of db") > 23, log(result).c_str());
        QCOMPARE(ended(result, "c", 27, 60).failed, std::uint64_t(0));
    }

    // Five voters: two may be lost, three may not. The source fails with them.
    void aQuorumManagesOnlyWithItsMajority_data() {
        QTest::addColumn<int>("lost");
        QTest::addColumn<bool>("promotes");
        QTest::newRow("none") << 0 << true;
        QTest::newRow("two") << 2 << true;
        QTest::newRow("three") << 3 << false;
    }
    void aQuorumManagesOnlyWithItsMajority() {
        QFETCH(int, lost);
        QFETCH(bool, promotes);
        Parts p = writes(3, {});
        p.groups = {set({}, ",'manager_on':['etcd']"), "{'id':'etcd','kind':'quorum'}"};
        p.seconds = 100;
        p.events = {at(20.005, "fail", "db1", "'mode':'gone'")};
        for (int i = 1; i <= 5; ++i) {
            const std::string id = "w" + std::to_string(i);
            p.nodes.push_back(node(id, "voter", {}, "'group':'etcd'"));
            if (i <= lost) p.events.push_back(at(20.005, "fail", id, "'mode':'gone','repair_after_s':50"));
        }
        const SimulationResult result = run(p);
        const double promoted = told(result, "role_changed", "is the source of db now");
        if (promotes)
            QVERIFY2(promoted > 26 && promoted < 40, log(result).c_str());
        else
            QVERIFY2(promoted > 76, log(result).c_str()); // when its voters are back
    }

    // Who is chosen: not one that is never to be, one that is preferred among equals; nobody without a
    // manager.
    void successors() {
        Parts p = writes(4, {});
        p.nodes[2] = database("db2", {}, "'promotion_rule':'never'");
        p.nodes[4] = database("db4", {}, "'promotion_rule':'prefer'");
        p.seconds = 100;
        p.events = {at(20.005, "fail", "db1", "'mode':'gone'")};
        const SimulationResult chosen = run(p);
        QVERIFY2(told(chosen, "role_changed", "db4 is the source of db now") > 20, log(chosen).c_str());
        p = writes(2, {});
        p.nodes[2] = database("db2", {}, "'promotion_rule':'never'");
        p.events = {at(20.005, "fail", "db1", "'mode':'gone','repair_after_s':20")};
        const SimulationResult nobody = run(p);
        QVERIFY2(told(nobody, "failover_failed", "No member can take over from db1") > 20,
                 log(nobody).c_str());
        QCOMPARE(ended(nobody, "c", 43.5, 60).failed, std::uint64_t(0));
        p = writes(3, "'manager':'none'");
        p.events = {at(20.005, "fail", "db1", "'mode':'gone','repair_after_s':20")};
        const SimulationResult none = run(p);
        QVERIFY(told(none, "role_changed", "is the source of db now") < 0);
        QCOMPARE(ended(none, "c", 43.5, 60).failed, std::uint64_t(0));
        p = writes(3, "'manager':'manual'");
        p.events = {at(20.005, "fail", "db1", "'mode':'gone'")};
        QCOMPARE(told(run(p), "role_changed", "is the source of db now"), 40.005);
    }

    // The node of the manager dies while a promotion is under way and the source is cut off.
    void aManagerThatDiesStopsNoPromotion() {
        Parts p = writes(3, "'promotion':{'dist':'constant','value_s':10},'all_replicas_agree':false");
        p.groups = {set("'promotion':{'dist':'constant','value_s':10},'all_replicas_agree':false",
                        ",'manager_on':['mon']")};
        p.nodes.push_back(node("mon", "voter"));
        p.events = {at(20, "isolate", "db1"), at(33, "fail", "mon", "'mode':'gone'")};
        const SimulationResult result = run(p);
        QVERIFY2(told(result, "role_changed", "is the source") > 33, log(result).c_str());
    }

    // The members hear their source again while they elect another.
    void anElectionEndsWhenTheSourceIsHeard() {
        Parts p = writes(
            3, "'replication':'group','manager':'group','gr_election':{'dist':'constant','value_s':20}");
        p.events = {at(10, "isolate", "db3"), at(12, "heal", "db3"),
                    at(20, "isolate", "db1", "'heal_after_s':16"), at(30, "isolate", "c")};
        const SimulationResult result = run(p);
        QVERIFY2(!result.partial, log(result).c_str());
    }

    // A manager that hears nobody knows nothing of the source: nothing happens, by whomever.
    void aManagerThatHearsNobodyDoesNothing() {
        for (const char* coverage : {"1", "0"}) {
            Parts p = writes(2, "");
            p.groups = {
                std::string("{'id':'db','kind':'mysql_replication','manager_on':['mon'],'parameters':{"
                            "'failover_coverage':") +
                coverage + ",'uncovered_recovery':{'dist':'constant','value_s':0}}}"};
            p.nodes.push_back(node("mon", "voter"));
            p.events = {at(20, "isolate", "mon")};
            const SimulationResult result = run(p);
            QCOMPARE(told(result, "role_changed", "is the source"), -1.0);
            QCOMPARE(told(result, "failover_failed", "has no source"), -1.0);
            const RequestCounts& counts = flowOf(result, "c").requests;
            QVERIFY2(counts.succeeded + 5 > counts.offered, log(result).c_str());
        }
    }

    // What a human did is told as such.
    void humansAreCounted() {
        Parts p = writes(2, "'manager':'manual'");
        p.events = {at(20, "fail", "db1", "'mode':'gone'")};
        int seen = 0;
        for (const Recovery& one : run(p).recovery)
            if (one.what == "db") seen += one.count == 1 && one.byHand == 1;
        QCOMPARE(seen, 1);
    }

    // A manager that runs nowhere in particular, and a human, are on the side with most members and callers.
    void aCutThatLeavesTheSourceWithMostIsNoLoss_data() {
        QTest::addColumn<QString>("cut");
        QTest::newRow("a replica") << "db2";
        QTest::newRow("the caller") << "c";
        QTest::newRow("between two members") << "db1 db2";
    }
    void aCutThatLeavesTheSourceWithMostIsNoLoss() {
        QFETCH(QString, cut);
        const QStringList sides = cut.split(' ');
        for (const char* parameters : {"", "'manager':'mha'", "'manager':'manual'"}) {
            Parts p = writes(2, parameters);
            p.events = {at(20, "isolate", sides[0].toStdString(),
                           sides.size() > 1 ? "'other_side':'" + sides[1].toStdString() + "'" : "")};
            const SimulationResult result = run(p);
            QCOMPARE(told(result, "role_changed", "db"), -1.0);
            QCOMPARE(told(result, "failover_failed", "db"), -1.0);
            QCOMPARE(told(result, "detected", "db"), -1.0);
        }
    }

    // Two of three members and one of two callers are on the other side: the source is lost for them, and
    // only for them.
    void theSideWithMostDecides() {
        Parts p = twoSides("", "");
        const SimulationResult result = run(p);
        QVERIFY2(told(result, "role_changed", "is the source of db now") > 44, log(result).c_str());
        QVERIFY(told(result, "role_changed", "is the source of db now") < 56);
        p.nodes.push_back(database("db4", "a"));
        const SimulationResult equal = run(p); // three on each side: the source stays
        QCOMPARE(told(equal, "role_changed", "is the source"), -1.0);
    }

    // A human who has nobody to promote starts when there is somebody, whoever that is.
    void nobodyIsPromotedByNobody() {
        Parts p = writes(2, "'manager':'manual'");
        p.seconds = 160;
        p.events = {at(20, "fail", "db2", "'mode':'gone','repair_after_s':60"),
                    at(30, "fail", "db1", "'mode':'gone'")};
        const SimulationResult manual = run(p);
        QCOMPARE(told(manual, "failover_failed", "No member can take over from db1"), 30.0);
        QCOMPARE(told(manual, "role_changed", "db2 is the source of db now"), 100.0);
        // Within the recovery block the same.
        p = writes(3, "");
        p.seconds = 160;
        p.events = {at(20, "fail", "db1", "'mode':'gone'"),
                    at(50, "fail", "db3", "'mode':'gone','repair_after_s':40"),
                    at(60, "fail", "db2", "'mode':'gone'")};
        const SimulationResult blocked = run(p);
        QVERIFY2(told(blocked, "role_changed", "db2 is the source of db now") < 40, log(blocked).c_str());
        QCOMPARE(told(blocked, "role_changed", "db3 is the source of db now"), 110.0);
        int byHand = 0;
        for (const Recovery& one : blocked.recovery)
            if (one.what == "db") byHand += static_cast<int>(one.byHand);
        QCOMPARE(byHand, 1);
    }

    // A take-over that failed is forgotten with those who could have taken over: the first one back does.
    void theFirstOneBackIsPromoted() {
        Parts p = writes(2, "");
        p.groups = {"{'id':'db','kind':'mysql_replication','parameters':{'failover_coverage':0,"
                    "'uncovered_recovery':{'dist':'constant','value_s':500}}}"};
        p.seconds = 120;
        p.events = {at(20, "fail", "db1", "'mode':'gone'"),
                    at(50, "fail", "db2", "'mode':'crash','repair_after_s':20")};
        const SimulationResult result = run(p);
        QVERIFY2(told(result, "failover_failed", "a human has to end it") >= 20, log(result).c_str());
        const double promoted = told(result, "role_changed", "db2 is the source of db now");
        QVERIFY2(promoted >= 70 && promoted < 100, log(result).c_str());
    }

    // Its stream would flow again only later.
    void aMemberThatWaitsForItsStreamIsPromoted() {
        Parts p = writes(3, "");
        p.nodes[3] = database("db3", {}, "'net_timeout_s':4,'connect_retry_s':10");
        p.events = {at(10, "isolate", "db3", "'other_side':'db1','heal_after_s':6"),
                    at(17, "promote", "db3", "'takes_s':0")};
        const Design design = designOf(p);
        sim::RequestRunOptions options;
        options.scenario = &design.scenarios.at(0);
        options.warmupS = 0;
        options.maxEvents = 1'000'000;
        const SimulationResult result = sim::runRequests(design, options).value();
        QVERIFY2(!result.partial, log(result).c_str());
        QCOMPARE(told(result, "role_changed", "db3 is the source of db now"), 17.0);
        QCOMPARE(ended(result, "c", 23, 60).failed, std::uint64_t(0));
    }

    // Writes that no replica acknowledges are down, until the source goes on without.
    void whatCannotBeCommittedIsDown() {
        Parts p = writes(2, "'replication':'semi_sync','semisync_timeout_ms':8000");
        p.nodes[0] = node("c", "client", std::string("'rate_per_s':100,") + kPatient,
                          "'classes':[{'id':'w','share':1,'writes':true,'deadline_ms':200}]");
        p.events = {at(20, "fail", "db2", "'mode':'gone'")};
        const SimulationResult result = run(p);
        QVERIFY(near(60 * (1 - *flowOf(result, "c").availabilityTime.value), 8, 0.05));
        QVERIFY(near(static_cast<double>(failedBy(result, "c", "deadline")) / 100, 7.8, 0.05));
        // Of a chain only the first replica acknowledges.
        p = writes(
            3, "'replication':'semi_sync','semisync_acks':2,'semisync_timeout_ms':null,'topology':'chain'");
        const SimulationResult chain = run(p);
        QCOMPARE(*flowOf(chain, "c").availabilityTime.value, 0.0);
        QCOMPARE(flowOf(chain, "c").requests.succeeded, std::uint64_t(0));
    }

    // A manager that comes and goes does not try its luck again each time.
    void coverageIsDrawnOncePerLoss() {
        std::uint64_t byHand = 0, count = 0;
        for (std::uint64_t seed = 1; seed <= 100; ++seed) {
            Parts p = writes(3, "");
            p.nodes[0] = node("c", "client", std::string("'rate_per_s':1,") + kPatient, kOneWrite);
            p.groups = {"{'id':'db','kind':'mysql_replication','manager_on':['mon'],'parameters':{"
                        "'failover_coverage':0.5,'uncovered_recovery':{'dist':'constant','value_s':500}}}"};
            p.nodes.push_back(node("mon", "voter"));
            p.seconds = 700;
            p.events = {at(20, "fail", "db1", "'mode':'gone'")};
            for (int i = 0; i < 40; ++i)
                p.events.push_back(at(21 + i, "fail", "mon", "'mode':'crash','repair_after_s':0.8"));
            for (const Recovery& one : run(p, seed).recovery)
                if (one.what == "db") count += one.count, byHand += one.byHand;
        }
        QCOMPARE(count, std::uint64_t(100));
        QVERIFY2(byHand > 32 && byHand < 68, std::to_string(byHand).c_str()); // 3.6 deviations
    }

    // A source whose errors the manager never learns of, as its replicas still hear it: nobody takes over,
    // and no human is called where the take-over would not have worked. Failure runs say the same.
    void whatNobodyNoticesIsLeftAlone() {
        Parts p = writes(2, "");
        p.nodes[0] = node("c", "client", std::string("'rate_per_s':1,") + kPatient, kOneWrite);
        std::string& source = p.nodes[1];
        source.insert(source.find("\"default_failure_modes\""),
                      "'failure_modes':[{'id':'m','effect':'errors','error_share':1,'mttf_h':0.5,"
                      "'mttr_h':0.1}],");
        p.groups = {"{'id':'db','kind':'mysql_replication','parameters':{'failover_coverage':0.5,"
                    "'uncovered_recovery':{'dist':'constant','value_s':60}}}"};
        double down = 0;
        verifyEnginesAgree(p, &down);
        QVERIFY(std::abs(down - 1.0 / 6) < 0.01);
    }

    // Until its place is out, which is. Failure runs: test_failure_notice.
    void whatNobodyNoticesAndThenSomebodyDoes() {
        Parts p = farApart("");
        p.nodes[0] = node("c", "client", std::string("'rate_per_s':20,") + kPatient, kOneWrite);
        p.seconds = 200;
        p.events = {at(20, "fail", "db1", "'mode':'errors','error_share':1"),
                    at(90, "fail", "a", "'mode':'outage'")};
        p.nodes[0].insert(p.nodes[0].find("\"default_failure_modes\""), "'domain':'b',");
        const Design design = designOf(p);
        const FailoverLaw law = failoverLaw(design, design.groups.at(0), FailureEffect::outage);
        const SimulationResult result = run(p);
        const double promoted = told(result, "role_changed", "is the source of db now");
        QVERIFY2(promoted > 90 && promoted <= 90 + law.total.maxS, log(result).c_str());
        const double down = 200 * (1 - *flowOf(result, "c").availabilityTime.value);
        QVERIFY2(down >= promoted - 20 - 0.01 && down <= 70 + law.total.maxS + 0.01,
                 (std::to_string(down) + "\n" + log(result)).c_str());
    }

    // Managers ask a member before they promote it; who answers by errors only is none. Failure runs and
    // chains have it so as well (test_failure_notice, test_exact_against_failures).
    void whoAnswersByErrorsIsNotPromoted_data() {
        QTest::addColumn<QString>("manager");
        QTest::newRow("orchestrator") << "'manager':'orchestrator'";
        QTest::newRow("MHA") << "'manager':'mha'";
        QTest::newRow("a human") << "'manager':'manual'";
        QTest::newRow("the group") << "'manager':'group','replication':'group'";
    }
    void whoAnswersByErrorsIsNotPromoted() {
        QFETCH(QString, manager);
        Parts p = writes(manager.contains("group") ? 5 : 3, manager.toStdString());
        p.seconds = 120;
        p.events = {at(20, "fail", "db2", "'mode':'errors','error_share':1"),
                    at(30, "fail", "db1", "'mode':'gone'")};
        const SimulationResult result = run(p);
        QVERIFY2(told(result, "role_changed", "db3 is the source of db now") > 30, log(result).c_str());
        // Some right answers do.
        p.events[0] = at(20, "fail", "db2", "'mode':'errors','error_share':0.9");
        const SimulationResult some = run(p);
        QVERIFY2(told(some, "role_changed", "db2 is the source of db now") > 30, log(some).c_str());
    }

    // The only other one errs: nobody is promoted before it is well again. Reads go elsewhere meanwhile.
    void nobodyIsLeftBesideErrors() {
        Parts p = writes(2, "");
        p.seconds = 120;
        p.events = {at(20, "fail", "db2", "'mode':'errors','error_share':1,'repair_after_s':50"),
                    at(30, "fail", "db1", "'mode':'gone'")};
        const SimulationResult result = run(p);
        QVERIFY2(told(result, "role_changed", "db2 is the source of db now") > 70, log(result).c_str());
    }

    // A source that errs: MHA, and an orchestrator that asks it alone, are answered by errors as well.
    void whoAsksTheSourceNoticesErrors_data() {
        QTest::addColumn<QString>("manager");
        QTest::newRow("MHA") << "'manager':'mha'";
        QTest::newRow("orchestrator") << "'all_replicas_agree':false";
        QTest::newRow("a human") << "'manager':'manual'";
    }
    void whoAsksTheSourceNoticesErrors() {
        QFETCH(QString, manager);
        Parts p = writes(3, manager.toStdString());
        p.seconds = 90;
        p.events = {at(20, "fail", "db1", "'mode':'errors','error_share':1")};
        const Design design = designOf(p);
        const FailoverLaw law = failoverLaw(design, design.groups.at(0), FailureEffect::errors);
        const SimulationResult result = run(p);
        const double promoted = told(result, "role_changed", "is the source of db now");
        QVERIFY2(promoted >= 20 + law.total.minS - law.reroute.maxS - 0.1 &&
                     promoted <= 20 + law.total.maxS + 0.1,
                 log(result).c_str());
    }

    // Failures by chance, errors among them: both runs have the same time down.
    void enginesAgreeWhereMembersErr_data() {
        QTest::addColumn<QString>("manager");
        QTest::newRow("orchestrator") << "'manager':'orchestrator'";
        QTest::newRow("MHA") << "'manager':'mha'";
    }
    void enginesAgreeWhereMembersErr() {
        QFETCH(QString, manager);
        Parts p =
            writes(3, manager.toStdString() + ",'recovery_block_s':0,'beta':0,'candidate_max_lag_s':null,"
                                              "'reconcile':{'dist':'constant','value_s':0}");
        p.nodes[0] = node("c", "client", std::string("'rate_per_s':1,") + kPatient, kOneWrite);
        for (std::size_t n = 1; n < p.nodes.size(); ++n)
            p.nodes[n].insert(p.nodes[n].find("\"default_failure_modes\""),
                              "'failure_modes':[{'id':'m','effect':'errors','error_share':1,'mttf_h':1,"
                              "'mttr_h':0.1},{'id':'x','effect':'crash','mttf_h':1,'mttr_h':0.05}],");
        verifyEnginesAgree(p);
    }
};

ALWAYSON_TEST_MAIN(TestStoreFailover, test_store_failover)
#include "test_store_failover.moc"
