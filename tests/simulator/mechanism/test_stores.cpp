// Replication sets: acknowledgements, lag and staleness against pencil and paper, what a failover loses, two
// sources at once and its cures.

#include "core/results/trace.h"
#include "core/structure/failover_plan.h"
#include "simulator/compile/compile.h"
#include "simulator/mechanism/store_support.h"
#include "simulator/run/request_engine.h"
#include "tests/simulator/mechanism/store_cases.h"

using namespace alwayson;
using namespace alwayson::test::scenario;

class TestStores : public QObject {
    Q_OBJECT

    // Does a source that starts again drop the commits that were waiting for an acknowledgement?
    static void ofServers() {
        QTest::addColumn<QString>("parameters");
        QTest::addColumn<bool>("drops");
        QTest::newRow("MariaDB") << "'flavour':'mariadb_10_11'" << true;
        QTest::newRow("MariaDB, committed before they wait")
            << "'flavour':'mariadb_10_11','semisync_wait_point':'after_commit'" << false;
        QTest::newRow("MariaDB, by hand") << "'flavour':'mariadb_10_11','rejoin':'manual'" << false;
        QTest::newRow("MySQL") << "'flavour':'mysql_8_4'" << false;
    }

private slots:
    // Q12: the k-th of three exponential acknowledgements.
    void semiSyncAcknowledgements_data() {
        QTest::addColumn<int>("acks");
        QTest::addColumn<double>("seconds");
        QTest::newRow("1") << 1 << 1.0 / 3;
        QTest::newRow("2") << 2 << 1.0 / 3 + 1.0 / 2;
        QTest::newRow("3") << 3 << 1.0 / 3 + 1.0 / 2 + 1;
    }
    void semiSyncAcknowledgements() {
        QFETCH(int, acks);
        QFETCH(double, seconds);
        Parts p = writes(4, "'replication':'semi_sync','semisync_timeout_ms':null,'semisync_acks':" +
                                std::to_string(acks));
        p.nodes[0] = node("c", "client", std::string("'rate_per_s':500,") + kPatient,
                          "'classes':[{'id':'w','share':1,'writes':true,'deadline_ms':60000}]");
        for (int i = 1; i <= 4; ++i) {
            std::string& text = p.nodes[std::size_t(i)];
            const std::string from = "'ack_time':{'dist':'constant','value_ms':0}";
            text.replace(text.find(from), from.size(), "'ack_time':{'dist':'exponential','mean_s':1}");
        }
        const SimulationResult result = run(p);
        QVERIFY(flowOf(result, "c").requests.failed.empty());
        QVERIFY(near(*flowOf(result, "c").latencyMs.mean.value / 1000, seconds, 0.02 * seconds));
    }

    // S2: where replicas never show the last writes, two reads of three are stale.
    void staleReads() {
        Parts p = writes(3, "'reads_go_to':'all'");
        p.nodes[0] = node("c", "client", std::string("'rate_per_s':300,") + kPatient,
                          "'classes':[{'id':'r','share':0.9},{'id':'w','share':0.1,'writes':true}]");
        for (int i = 1; i <= 3; ++i) {
            std::string& text = p.nodes[std::size_t(i)];
            const std::string from = "'idle_lag':{'dist':'constant','value_ms':0}";
            text.replace(text.find(from), from.size(), "'idle_lag':{'dist':'constant','value_s':100000}");
        }
        const SimulationResult result = run(p);
        const auto reads = static_cast<double>(flowOf(result, "c:r").requests.offered);
        QVERIFY(near(*result.data.staleReads.value / reads, 2.0 / 3, 0.005));
        QVERIFY(near(*result.data.replicaReads.value / reads, 2.0 / 3, 0.005));
        // 30 commits a second: the time since the last one is exponential.
        QVERIFY(near(*result.data.readAgeP50S.value, std::log(2.0) / 30, 0.02 * std::log(2.0) / 30));
        QVERIFY(near(*result.data.readAgeP99S.value, std::log(100.0) / 30, 0.1 * std::log(100.0) / 30));
        QVERIFY(*result.data.readAgeMaxS.value > *result.data.readAgeP99S.value);
        // A reader that wants to see what is younger than a second fails on all of them.
        p.nodes[0] = node("c", "client", std::string("'rate_per_s':300,") + kPatient,
                          "'classes':[{'id':'r','share':0.9,'max_staleness_ms':0},{'id':'w','share':0.1,"
                          "'writes':true}]");
        const SimulationResult strict = run(p);
        QVERIFY(near(static_cast<double>(failedBy(strict, "c:r", "error")) / reads, 2.0 / 3, 0.005));
    }

    // A slow replica falls behind by 84.375 commits per second and catches up by 25 per second.
    void lag() {
        Parts p = writes(2, {}, "'write_service':{'dist':'constant','value_ms':8}");
        p.seconds = 400;
        p.events = {at(20, "fail", "db2", "'mode':'slow','slow_factor':8,'repair_after_s':60")};
        const Design design = designOf(p);
        auto model = sim::compileModel(design, &design.scenarios.at(0));
        QVERIFY(model.ok());
        sim::RequestEngine engine(std::make_shared<const sim::Model>(std::move(model).value()), nullptr, 1, 0,
                                  0);
        sim::Context c{engine.model(), engine.state(), const_cast<sim::Truth&>(engine.truth())};
        const auto backlog = [&](double seconds) {
            engine.advanceTo(sim::toSimTime(seconds));
            sim::advanceReplica(c, 1);
            return static_cast<double>(engine.state().stores[0].committed) -
                   static_cast<double>(engine.state().storeMembers[1].applied);
        };
        QVERIFY(backlog(19.999) <= 1);
        QVERIFY(near(backlog(80), 5062.5, 2));
        QVERIFY(near(sim::lagOf(c, 1), 5062.5 / 100, 0.05));
        QVERIFY(backlog(80 + 200) > 30);
        QVERIFY(backlog(80 + 203) <= 2);
    }

    // What a former source lacks began with the writes to the new one, not with the run.
    void lagOfAFormerSource() {
        Parts p = writes(3, "'manager':'none'");
        p.events = {at(20, "isolate", "db1"), at(40, "promote", "db2", "'takes_s':5")};
        const Design design = designOf(p);
        auto model = sim::compileModel(design, &design.scenarios.at(0));
        QVERIFY(model.ok());
        sim::RequestEngine engine(std::make_shared<const sim::Model>(std::move(model).value()), nullptr, 1, 0,
                                  0);
        sim::Context c{engine.model(), engine.state(), const_cast<sim::Truth&>(engine.truth())};
        engine.advanceTo(sim::toSimTime(70));
        QCOMPARE(engine.state().stores[0].source, sim::Index(1));
        const double lag = sim::lagOf(c, 0);
        QVERIFY2(lag > 15 && lag <= 25, qPrintable(QString::number(lag)));
    }

    // The only replica is gone from 40 s on: commits wait for 10 s, callers for 3 s.
    void semiSyncStallsAndFallsBack() {
        Parts p = writes(2, "'replication':'semi_sync'");
        p.seconds = 160;
        p.events = {at(40.005, "fail", "db2", "'mode':'gone','repair_after_s':60")};
        const SimulationResult result = run(p);
        QVERIFY(near(static_cast<double>(failedBy(result, "c", "deadline")), 700, 1));
        QCOMPARE(flowOf(result, "c").requests.failed.size(), std::size_t(1));
        QVERIFY(near(told(result, "fell_back", "db1 fell back to asynchronous"), 50.005, 0.02));
        QVERIFY(near(told(result, "caught_up", "db1 waits for its replicas again"), 100.005, 0.02));
        QVERIFY(near(*result.data.ambiguousWrites.value, 700, 1));
        QCOMPARE(*result.data.lostWrites.value, 0.0);
    }

    void whatAFailoverLoses() {
        const std::vector<std::string> end{at(40.005, "fail", "db1", "'mode':'gone'"),
                                           at(45, "promote", "db2", "'takes_s':5")};
        Parts p = farApart("'manager':'none'");
        p.events = end;
        const SimulationResult async = run(p);
        QVERIFY2(near(*async.data.lostWrites.value, 50, 1), log(async).c_str());
        QVERIFY(near(*async.data.rpoMeanS.value, 0.5, 0.011));
        QVERIFY(told(async, "role_changed", "db2 is the source of db now, in place of db1") == 50);
        QVERIFY(ended(async, "c", 52, 60).succeeded > 700);
        p = farApart("'manager':'none','replication':'semi_sync'");
        p.events = end;
        const SimulationResult semi = run(p);
        QCOMPARE(*semi.data.lostWrites.value, 0.0);
        QVERIFY(*semi.data.ambiguousWrites.value > 50); // not acknowledged yet
        // Fallen back: what was written since the replicas were cut off is lost as well.
        p.events.insert(p.events.begin(), at(20, "isolate", "b", "'heal_after_s':24"));
        const SimulationResult fallen = run(p);
        QVERIFY(told(fallen, "fell_back", "db1") > 29);
        QVERIFY2(*fallen.data.lostWrites.value > 1500, log(fallen).c_str());
        p = farApart("'manager':'group','replication':'group'");
        p.events = {end[0]};
        QCOMPARE(*run(p).data.lostWrites.value, 0.0);
    }

    // Both sides take writes while the network is cut.
    void twoSourcesWithoutACure() {
        const SimulationResult result = run(twoSides({}));
        QVERIFY2(near(*result.data.divergedWrites.value, 3000, 2), log(result).c_str());
        QCOMPARE(*result.data.lostWrites.value, 0.0);
        const double promoted = told(result, "role_changed", "is the source of db now");
        QVERIFY(promoted > 44 && promoted < 56);
        QVERIFY(near(*result.data.splitBrainS.value, 100 - promoted, 0.01));
        QVERIFY(told(result, "split_brain", "both take writes for db") == promoted);
        QVERIFY(told(result, "diverged", "db1 has 3000 commits") == 100 ||
                told(result, "diverged", "db1 has") == 100);
        QVERIFY(told(result, "reconciling", "db1 stays out of db") == 100);
        QVERIFY(told(result, "reconciling", "commits that db2 has not (all acknowledged)") == 100);
        QCOMPARE(*result.data.errantWrites.value, *result.data.divergedWrites.value);
    }

    // What the frames show of a source that is cut off until 100 s, every second.
    void framesTellWhoTakesWritesAndWhatWasFound() {
        const auto shown = [](const Parts& parts, const char* id, int second) {
            const Design design = designOf(parts);
            sim::RequestRunOptions options;
            options.scenario = &design.scenarios.at(0);
            options.warmupS = 0;
            options.traceStepS = 1;
            const auto result = sim::runRequests(design, options, {}, {});
            const auto at = std::find(result->trace->nodes.begin(), result->trace->nodes.end(), id);
            return result->trace->frames[std::size_t(second)]
                .nodes[std::size_t(at - result->trace->nodes.begin())];
        };
        const Parts lease = twoSides({}, ",'manager_on':['etcd']");
        QVERIFY(shown(lease, "db1", 41).takesWrites); // its lease runs out at 42 s
        QVERIFY(shown(lease, "db1", 43).role == MemberRole::source && !shown(lease, "db1", 43).takesWrites);
        QVERIFY(!shown(lease, "db2", 41).takesWrites);
        QVERIFY(shown(lease, "db2", 90).takesWrites && shown(lease, "db2", 90).role == MemberRole::source);
        // Nobody can know before the cut has healed.
        QVERIFY(shown(lease, "db1", 90).apart && !shown(lease, "db1", 90).diverged);
        QVERIFY(shown(lease, "db1", 101).apart && shown(lease, "db1", 101).diverged);
        const NodeFrame beside = shown(twoSides({}), "db1", 90);
        QVERIFY(beside.apart && beside.takesWrites && !beside.diverged);
        const Parts group = twoSides("'replication':'group','manager':'group'", {});
        QVERIFY(shown(group, "db1", 39).takesWrites && !shown(group, "db1", 43).takesWrites);
    }

    // 50 writes a second wait at a source whose replicas are cut off, until its lease has run out: it is
    // ended then, as the guard of the export does, and nobody who waits is told that all went well.
    void whoWaitsWhenTheLeaseEndsIsNotTold_data() { ofServers(); }
    void whoWaitsWhenTheLeaseEndsIsNotTold() {
        QFETCH(QString, parameters);
        QFETCH(bool, drops);
        Parts p = twoSides("'replication':'semi_sync'," + parameters.toStdString(), ",'manager_on':['etcd']");
        for (std::string& one : p.nodes)
            if (one.find("\"client\"") != std::string::npos)
                one.replace(one.find("'deadline_ms':3000"), 18, "'deadline_ms':60000");
        const SimulationResult result = run(p);
        const double promoted = told(result, "role_changed", "is the source of db now");
        QVERIFY2(promoted > 42 && promoted < 50, log(result).c_str());
        QCOMPARE(*result.data.lostWrites.value, 0.0);
        QVERIFY(near(static_cast<double>(failedBy(result, "ca", "reset")), 100, 2));
        QVERIFY(near(*result.data.ambiguousWrites.value, 100, 2));
        QVERIFY(near(*result.data.errantWrites.value, drops ? 0 : 100, drops ? 0 : 2));
        if (drops)
            QCOMPARE(told(result, "rejoined", "db1 follows db2 now"), 100.0);
        else // what its callers took for failed keeps it out all the same
            QVERIFY2(told(result, "reconciling", "commits that db2 has not (none of them acknowledged)") ==
                         100,
                     log(result).c_str());
    }

    // Its last commits had reached nobody when the source crashed, and its callers do not know.
    void aSourceThatCrashedMayDropThem_data() { ofServers(); }
    void aSourceThatCrashedMayDropThem() {
        QFETCH(QString, parameters);
        QFETCH(bool, drops);
        Parts p = farApart("'replication':'semi_sync'," + parameters.toStdString());
        p.seconds = 100;
        p.events = {at(40.005, "fail", "db1", "'mode':'crash','repair_after_s':30")};
        const SimulationResult result = run(p);
        QVERIFY2(told(result, "role_changed", "is the source of db now") < 70, log(result).c_str());
        QCOMPARE(*result.data.lostWrites.value, 0.0);
        QVERIFY(near(*result.data.errantWrites.value, drops ? 0 : 50, drops ? 0 : 2));
        QVERIFY2((told(result, "rejoined", "db1 follows") > 0) == drops &&
                     (told(result, "reconciling", "db1 stays out") > 0) == !drops,
                 log(result).c_str());
    }

    // What a source committed alone, after its wait for replicas had timed out, stays on it.
    void whatWasCommittedAloneIsNotDropped() {
        Parts p = farApart("'replication':'semi_sync','manager':'none'");
        p.seconds = 100;
        p.events = {at(20, "isolate", "b", "'heal_after_s':24"),
                    at(40.005, "fail", "db1",
                       "'mode':'crash',"
                       "'repair_after_s':30"),
                    at(45, "promote", "db2", "'takes_s':5")};
        const SimulationResult result = run(p);
        QVERIFY(told(result, "fell_back", "db1") > 29);
        QVERIFY2(*result.data.errantWrites.value >= *result.data.lostWrites.value &&
                     *result.data.lostWrites.value > 1000,
                 log(result).c_str());
        QVERIFY2(told(result, "reconciling", "db1 stays out") > 0, log(result).c_str());
    }

    // What stands beside a mark, without parsing sentences.
    void eventsHaveBriefWords() {
        const SimulationResult result = run(twoSides({}, ",'manager_on':['etcd']"));
        const auto brief = [&](const char* kind) -> std::string {
            for (const RunEvent& event : result.events)
                if (event.kind == kind) return event.brief;
            return {};
        };
        QCOMPARE(brief("cut"), std::string("a is cut off from b"));
        QCOMPARE(brief("lease_lost"), std::string("db1 hears no majority"));
        QCOMPARE(brief("promoting"), std::string("db2 is being made the source"));
        QCOMPARE(brief("role_changed"), std::string("db2 is the source now"));
        QCOMPARE(brief("reconciling"), std::string("db1 stays out"));
        for (const RunEvent& event : result.events)
            QVERIFY2(!event.brief.empty() && event.brief.size() <= event.text.size(), event.text.c_str());
    }

    void curesOfTwoSources() {
        const SimulationResult lease = run(twoSides({}, ",'manager_on':['etcd']"));
        QVERIFY2(near(*lease.data.lostWrites.value, 100, 2), log(lease).c_str());
        QCOMPARE(*lease.data.divergedWrites.value, 0.0);
        QCOMPARE(*lease.data.splitBrainS.value, 0.0);
        QVERIFY(near(told(lease, "lease_lost", "db1 hears no majority"), 42, 1e-6));
        const SimulationResult fenced =
            run(twoSides("'fencing':1,'fencing_time':{'dist':'constant','value_s':3}"));
        const double shut = told(fenced, "fenced", "db1 has been shut off");
        QVERIFY2(shut > 40 && near(*fenced.data.lostWrites.value, 50 * (shut - 40), 2), log(fenced).c_str());
        QCOMPARE(*fenced.data.divergedWrites.value, 0.0);
        const SimulationResult group = run(twoSides("'replication':'group','manager':'group'", {}));
        QVERIFY2(*group.data.divergedWrites.value == 0 && *group.data.lostWrites.value == 0,
                 log(group).c_str());
        QVERIFY(told(group, "role_changed", "is the source of db now") > 50);
        QCOMPARE(*group.data.splitBrainS.value, 0.0); // a minority commits nothing
        QCOMPARE(told(group, "split_brain", "db"), -1.0);
        const SimulationResult semi = run(twoSides("'replication':'semi_sync'"));
        QVERIFY2(near(*semi.data.divergedWrites.value, 3000, 2), log(semi).c_str());
        QVERIFY(near(*semi.data.ambiguousWrites.value, 350, 2));
        QVERIFY(told(semi, "fell_back", "db1") > 49);
    }

    // A take-over that is quicker than the lease does not end it: the old source takes writes until it has
    // run out, 2 s after the cut, and no longer.
    void aQuickTakeOverDoesNotEndTheLease_data() {
        QTest::addColumn<std::string>("parameters");
        QTest::addColumn<double>("after");
        QTest::newRow("at once") << std::string("'failover':{'dist':'constant','value_s':0.3}") << 0.3;
        QTest::newRow("just before") << std::string("'failover':{'dist':'constant','value_s':1.9}") << 1.9;
    }
    void aQuickTakeOverDoesNotEndTheLease() {
        QFETCH(std::string, parameters);
        QFETCH(double, after);
        const SimulationResult result = run(twoSides(parameters, ",'manager_on':['etcd']"));
        QVERIFY2(near(told(result, "lease_lost", "db1 hears no majority"), 42, 1e-6), log(result).c_str());
        const double both = 2 - after;
        QVERIFY2(*result.data.splitBrainS.value > 0 && *result.data.splitBrainS.value < both + 0.1,
                 log(result).c_str());
        // All since the fork, which was at the cut: those before the take-over as well.
        QVERIFY2(near(*result.data.divergedWrites.value, 50 * 2, 3), log(result).c_str());
        QCOMPARE(*result.data.lostWrites.value, 0.0);
    }
    // Nor does a lease end that nobody needs any more.
    void aHealedCutEndsNoLease() {
        Parts p = twoSides("'failover':{'dist':'constant','value_s':0.3}", ",'manager_on':['etcd']");
        p.events = {at(40, "isolate", "a", "'other_side':'b','heal_after_s':1")};
        const SimulationResult result = run(p);
        QCOMPARE(told(result, "lease_lost", "db1"), -1.0);
        QVERIFY2(near(*result.data.divergedWrites.value, 50, 3), log(result).c_str());
    }
    void aSourceThatHearsItsMajorityAgainSaysSo() {
        Parts p = twoSides({}, ",'manager_on':['etcd']");
        p.events = {at(40, "fail", "w2", "'mode':'crash'"), at(40, "fail", "w3", "'mode':'crash'"),
                    at(80, "repair", "w2"), at(80, "repair", "w3")};
        const SimulationResult result = run(p);
        QVERIFY2(near(told(result, "lease_lost", "db1 hears no majority"), 42, 1e-6), log(result).c_str());
        QVERIFY2(told(result, "lease_back", "db1 hears a majority again and takes writes") == 80,
                 log(result).c_str());
    }

    // Reads at replicas, writes at the source, also through a balancer; after a failover at the new one.
    void readsAndWritesFindTheirMembers() {
        for (const bool balanced : {false, true}) {
            Parts p = writes(3, {});
            p.nodes[0] = node("c", "client", std::string("'rate_per_s':100,") + kPatient,
                              "'classes':[{'id':'r','share':0.5},{'id':'w','share':0.5,'writes':true}]");
            if (balanced) {
                p.nodes.push_back(node("lb", "haproxy", "'check_type':'tcp'"));
                p.links = {calls("c", "lb"), calls("lb", "db", "'latency_ms':0")};
            }
            p.events = {};
            const SimulationResult calm = run(p);
            const auto total = static_cast<double>(flowOf(calm, "c").requests.offered);
            QVERIFY(flowOf(calm, "c").requests.failed.empty());
            QVERIFY(near(static_cast<double>(nodeOf(calm, "db1").arrivals) / total, 0.5, 0.03));
            QVERIFY(near(static_cast<double>(nodeOf(calm, "db2").arrivals) / total, 0.25, 0.03));
            p.seconds = 120;
            p.events = {at(20, "fail", "db1", "'mode':'gone'")};
            const SimulationResult after = run(p);
            QVERIFY2(told(after, "role_changed", "db2 is the source") > 20, log(after).c_str());
            QCOMPARE(ended(after, "c", 45, 120).failed, std::uint64_t(0));
            QVERIFY(ended(after, "c", 45, 120).succeeded > 7000);
            const double down = 1 - *flowOf(after, "c:w").availabilityTime.value;
            const double took = told(after, "role_changed", "db2 is the source") - 20;
            QVERIFY2(120 * down > took && 120 * down < took + 5,
                     (std::to_string(120 * down) + "\n" + log(after)).c_str());
        }
    }

    // A caller that is lost together with the source never follows, and keeps nobody else waiting.
    void aLostCallerHoldsNothingUp() {
        Parts p = farApart({});
        p.domains[0] = "{'id':'r','kind':'region','parameters':{'rtt_ms':0}}";
        p.groups.push_back("{'id':'web','kind':'pool'}");
        p.nodes.push_back(node("lb", "haproxy", {}, "'domain':'b'"));
        p.nodes.push_back(node("web1", "server", {}, "'group':'web','domain':'a'"));
        p.nodes.push_back(node("web2", "server", {}, "'group':'web','domain':'b'"));
        p.nodes[0] = node("c", "client", std::string("'rate_per_s':20,") + kPatient, kOneWrite);
        p.links = {calls("c", "lb"), calls("lb", "web"), calls("web", "db")};
        p.seconds = 200;
        p.events = {at(20.005, "fail", "a", {})};
        const SimulationResult result = run(p);
        const double took = told(result, "role_changed", "is the source of db now") - 20.005;
        QVERIFY2(took > 5, log(result).c_str());
        const double down = 200 * (1 - *flowOf(result, "c").availabilityTime.value);
        QVERIFY2(down > took && down < took + 5, (std::to_string(down) + "\n" + log(result)).c_str());
        QCOMPARE(ended(result, "c", 60, 200).failed, std::uint64_t(0));
    }

    // In a chain the second replica is behind by both ways.
    void chains() {
        Parts p = farApart("'topology':'chain','manager':'none'");
        p.nodes[3] = database("db3", "a");
        const Design design = designOf(p);
        sim::RequestRunOptions options;
        options.scenario = &design.scenarios.at(0);
        options.warmupS = 0;
        options.traceStepS = 1;
        const auto result = sim::runRequests(design, options, {}, {});
        QVERIFY(result.ok() && result->trace);
        const Frame& last = result->trace->frames.back();
        QCOMPARE(last.replication.size(), std::size_t(2));
        QCOMPARE(last.replication[1].from, 2U); // db2
        QVERIFY(near(double(last.replication[0].lagS), 0.5, 0.02));
        QVERIFY(near(double(last.replication[1].lagS), 1.0, 0.02));
        QVERIFY(last.replication[0].flowing && last.replication[1].flowing);
        QVERIFY(last.nodes[1].role == MemberRole::source && last.nodes[3].role == MemberRole::replica);
    }

    // A replica that is 11 s behind at a failover is as far behind after it, not since the start of the run.
    void whatIsNotAppliedAtAFailoverKeepsItsAge() {
        Parts p = writes(3, "");
        p.nodes[0] =
            node("c", "client", "'rate_per_s':400,'arrivals':'regular','network_rtt_ms':0,'attempts':1",
                 "'classes':[{'id':'w','share':0.5,'writes':true},"
                 "{'id':'r','share':0.5,'max_staleness_ms':60000}]");
        p.nodes[3] = database("db3", {}, "'write_service':{'dist':'constant','value_ms':5.8}");
        p.seconds = 140;
        p.events = {at(80.0005, "fail", "db1", "'mode':'crash'")};
        const SimulationResult result = run(p);
        QVERIFY2(told(result, "role_changed", "db2 is the source of db now") > 80, log(result).c_str());
        QVERIFY(*result.data.staleReads.value > 1000);
        QCOMPARE(failedBy(result, "c:r", "error"), std::uint64_t(0));
    }

    // 180,000 commits that the replica has not received are those of one minute.
    void manyCommitsKeepTheirAge() {
        Parts p = writes(2, "'candidate_max_lag_s':null");
        p.nodes[0] =
            node("c", "client", "'rate_per_s':3000,'arrivals':'regular','network_rtt_ms':0,'attempts':1",
                 kOneWrite);
        p.seconds = 100;
        p.events = {at(20, "isolate", "db1", "'other_side':'db2'"), at(80, "fail", "db1", "'mode':'crash'")};
        const SimulationResult result = run(p);
        QVERIFY2(near(*result.data.lostWrites.value, 180000, 3), log(result).c_str());
        QVERIFY(near(*result.data.rpoMeanS.value, 60, 0.02));
    }

    // A planned change: writes are refused meanwhile, which both availabilities tell; it is no failover.
    void aPlannedChange() {
        Parts p = writes(2, "");
        p.events = {at(20, "promote", "db2", "'takes_s':5")};
        const SimulationResult result = run(p);
        const double down = 60 * (1 - *flowOf(result, "c").availabilityTime.value);
        const double refused = static_cast<double>(failedBy(result, "c", "no_primary")) / 100;
        QVERIFY2(refused > 4 && std::abs(down - refused) < 0.5,
                 qPrintable(QString("%1 %2\n").arg(down).arg(refused) + log(result).c_str()));
        QVERIFY(told(result, "role_changed", "as planned") > 0);
        for (const Recovery& one : result.recovery)
            QVERIFY2(one.what != "db", one.mode.c_str());
    }

    void whoIsDownIsNotMadeTheSource() {
        Parts p = writes(2, "");
        p.events = {at(10, "fail", "db2", "'mode':'gone'"), at(20, "promote", "db2")};
        const SimulationResult result = run(p);
        QVERIFY2(std::abs(told(result, "failover_failed", "db2 cannot be made the source") - 20) < 1e-6,
                 log(result).c_str());
        const RequestCounts& counts = flowOf(result, "c").requests;
        QVERIFY2(counts.succeeded + 5 > counts.offered, log(result).c_str());
        // It cannot be reached from where most are.
        p.events = {at(10, "isolate", "db2"), at(20, "promote", "db2")};
        const SimulationResult away = run(p);
        QCOMPARE(told(away, "failover_failed", "db2 cannot be made the source"), 20.0);
        QCOMPARE(told(away, "split_brain", "db"), -1.0);
        // It dies while the change is under way: the old source goes on.
        p.events = {at(20, "promote", "db2", "'takes_s':10"), at(25, "fail", "db2", "'mode':'gone'")};
        const SimulationResult late = run(p);
        QVERIFY2(std::abs(told(late, "failover_failed", "db2 cannot be made the source") - 30) < 1e-6,
                 log(late).c_str());
        QCOMPARE(told(late, "role_changed", "is the source"), -1.0);
    }

    // People who promote after a loss end it: that is a take-over, by hand. A promotion that cannot be leaves
    // what is under way alone.
    void anEventEndsALoss() {
        Parts p = writes(3, "'manager':'none'");
        p.events = {at(10, "fail", "db3", "'mode':'gone'"), at(20, "fail", "db1", "'mode':'gone'"),
                    at(30, "promote", "db2", "'takes_s':5"), at(32, "promote", "db3")};
        const SimulationResult result = run(p);
        QVERIFY2(std::abs(told(result, "role_changed", "db2 is the source") - 35) < 1e-6,
                 log(result).c_str());
        QCOMPARE(told(result, "role_changed", "as planned"), -1.0);
        int seen = 0;
        for (const Recovery& one : result.recovery)
            if (one.what == "db") {
                ++seen;
                QVERIFY(one.count == 1 && one.byHand == 1 && *one.totalMeanS.value >= 15);
            }
        QCOMPARE(seen, 1);
    }

    // A group without majority commits nothing: what waits when its source dies is not there.
    void whatWaitsForAMajorityIsNotCommitted() {
        Parts p = writes(3, "'replication':'group','manager':'group'");
        p.events = {at(20, "fail", "db2", "'mode':'crash'"), at(20, "fail", "db3", "'mode':'crash'"),
                    at(40, "fail", "db1", "'mode':'crash'")};
        QCOMPARE(*run(p).data.ambiguousWrites.value, 0.0);
    }

    void aCopyGoesOnAlike() {
        Parts p = twoSides("'replication':'semi_sync'");
        const Design design = designOf(p);
        auto model = sim::compileModel(design, &design.scenarios.at(0));
        QVERIFY(model.ok());
        const auto shared = std::make_shared<const sim::Model>(std::move(model).value());
        for (const double moment : {41.0, 45.0, 51.0, 70.0, 101.0}) {
            sim::RequestEngine original(shared, nullptr, 7, 0, 0);
            original.advanceTo(sim::toSimTime(moment));
            sim::RequestEngine copy = original;
            original.advanceTo(sim::toSimTime(160));
            copy.advanceTo(sim::toSimTime(160));
            QCOMPARE(copy.fingerprint(), original.fingerprint());
            QCOMPARE(copy.state().stores[0].diverged, original.state().stores[0].diverged);
        }
    }
};

ALWAYSON_TEST_MAIN(TestStores, test_stores)
#include "test_stores.moc"
