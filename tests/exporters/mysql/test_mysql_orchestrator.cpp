// orchestrator's configuration: one file for each machine that it runs on, with the timers of the design. The
// keys are those of its own source (go/config/config.go of 3.2.6).
#include "core/base/json.h"
#include "core/structure/failover_plan.h"
#include "exporters/mysql/folder.h"
#include "tests/exporters/mysql/mysql_support.h"
#include "tests/support/test_support.h"

#include <map>
#include <set>

using namespace alwayson;
using namespace alwayson::exporters;

namespace {

std::vector<File> filesOf(const Design& design) {
    auto files = mysql::exportFolders(design);
    if (!files) qFatal("%s", describe(files.error()).c_str());
    return std::move(files).value();
}

// By name of the file.
std::map<std::string, Json> configsOf(const Design& design) {
    std::map<std::string, Json> all;
    for (const File& file : filesOf(design))
        if (file.path.ends_with(".conf.json"))
            all[file.path.substr(file.path.rfind('/') + 1)] = Json::parse(file.bytes);
    return all;
}

bool noted(const Design& design, const char* words) {
    const std::vector<File> files = filesOf(design);
    for (const std::string& note : files.front().notes)
        if (note.find(words) != std::string::npos) return true;
    return false;
}

// Two members, watched from three voters with addresses.
Design watched(Parameters parameters = {}) {
    return test::watchedSet(2, std::move(parameters), "10.0.9.");
}

void runsOn(Design& design, std::vector<std::string> where) {
    Group set = design.groups.at(0);
    set.managerOn = std::move(where);
    design.groups.replace(0, set);
}

} // namespace

class TestMysqlOrchestrator : public QObject {
    Q_OBJECT

private slots:
    void oneForEachMachine() {
        const auto configs = configsOf(watched());
        QCOMPARE(configs.size(), std::size_t(3));
        for (int i = 1; i <= 3; ++i) {
            const Json& json = configs.at("orchestrator-vote" + std::to_string(i) + ".conf.json");
            QCOMPARE(json["RaftBind"], Json("10.0.9." + std::to_string(i)));
            QCOMPARE(json["RaftNodes"], Json::array({"10.0.9.1", "10.0.9.2", "10.0.9.3"}));
            QCOMPARE(json["RaftEnabled"], Json(true));
        }
    }

    void machinesOfOtherKinds() {
        Design design = watched();
        runsOn(design, {"vote2"});
        auto configs = configsOf(design);
        QCOMPARE(configs.size(), std::size_t(1));
        QVERIFY(!configs.at("orchestrator.conf.json").contains("RaftEnabled"));
        QCOMPARE(configs.at("orchestrator.conf.json")["ListenAddress"], Json("127.0.0.1:3000"));
        runsOn(design, {});
        QCOMPARE(configsOf(design).size(), std::size_t(1));
        // A majority needs addresses, not names.
        runsOn(design, {"vote1", "vote2", "vote3"});
        QCOMPARE(configsOf(design).size(), std::size_t(3));
        test::deploy(design, "vote3", "host", std::string("vote3.example.com"));
        QVERIFY(!configsOf(design).at("orchestrator.conf.json").contains("RaftEnabled"));
        QVERIFY(noted(design, "RaftNodes are not written"));
        const std::vector<File> files = filesOf(design);
        QVERIFY(test::fileNamed(files, "README.md")
                    .bytes.find("| one of `vote1`, `vote2`, `vote3`: all of them only") != std::string::npos);
        for (const char* other : {"manual", "mha", "none"}) {
            test::changeSet(design, "manager", std::string(other));
            QVERIFY2(configsOf(design).empty(), other);
        }
    }

    // What is simulated is what is written; what it cannot hold is said.
    void timersAreTheDesigns() {
        Design design = watched({{"poll_s", 7.0},
                                 {"poll_timeout_s", 3.0},
                                 {"recovery_block_s", 600.0},
                                 {"candidate_max_lag_s", 25.0}});
        const Json json = configsOf(design).begin()->second;
        QCOMPARE(json["InstancePollSeconds"], Json(7));
        QCOMPARE(json["MySQLConnectTimeoutSeconds"], Json(3));
        QCOMPARE(json["MySQLDiscoveryReadTimeoutSeconds"], Json(3));
        QCOMPARE(json["RecoveryPeriodBlockSeconds"], Json(600));
        QCOMPARE(json["ReasonableReplicationLagSeconds"], Json(25));
        QVERIFY(!noted(design, "orchestrator counts in whole seconds"));
        test::changeSet(design, "poll_s", 0.4);
        QCOMPARE(configsOf(design).begin()->second["InstancePollSeconds"], Json(1));
        QVERIFY(
            noted(design, "poll_s is 400 ms in the design; orchestrator counts in whole seconds, so 1 s"));
    }

    void whoMayBecomeTheSource() {
        Design design = watched();
        QVERIFY(!configsOf(design).begin()->second.contains("DetectPromotionRuleQuery"));
        test::change(design, "db1", "promotion_rule", std::string("prefer"));
        test::change(design, "db2", "promotion_rule", std::string("never"));
        QCOMPARE(configsOf(design).begin()->second["DetectPromotionRuleQuery"],
                 Json("SELECT CASE @@GLOBAL.server_id WHEN 1 THEN 'prefer' WHEN 2 THEN 'must_not' ELSE "
                      "'neutral' END"));
        QCOMPARE(configsOf(design).begin()->second["RecoverIntermediateMasterClusterFilters"], Json::array());
        test::changeSet(design, "topology", std::string("chain"));
        QCOMPARE(configsOf(design).begin()->second["RecoverIntermediateMasterClusterFilters"],
                 Json::array({"*"}));
    }

    // It knows semi-synchronous replication in the old words only.
    void semiSynchronousSources() {
        for (const auto& [flavour, knows] : {std::pair{"mariadb_10_11", true}, std::pair{"mysql_5_7", true},
                                             std::pair{"mysql_8_0", false}, std::pair{"mysql_8_4", false}}) {
            Design design =
                watched({{"replication", std::string("semi_sync")}, {"flavour", std::string(flavour)}});
            QCOMPARE(configsOf(design).begin()->second.contains("DetectSemiSyncEnforcedQuery"), knows);
            QCOMPARE(noted(design, "SET GLOBAL rpl_semi_sync_source_enabled = ON"), !knows);
            test::changeSet(design, "replication", std::string("async"));
            QVERIFY(!configsOf(design).begin()->second.contains("DetectSemiSyncEnforcedQuery"));
        }
    }

    void onlyKeysThatItKnows() {
        const std::set<std::string> known{"MySQLTopologyCredentialsConfigFile",
                                          "MySQLTopologyUseMixedTLS",
                                          "MySQLConnectTimeoutSeconds",
                                          "MySQLDiscoveryReadTimeoutSeconds",
                                          "DefaultInstancePort",
                                          "HostnameResolveMethod",
                                          "MySQLHostnameResolveMethod",
                                          "DiscoverByShowSlaveHosts",
                                          "SkipMaxScaleCheck",
                                          "InstancePollSeconds",
                                          "RecoveryPeriodBlockSeconds",
                                          "ReasonableReplicationLagSeconds",
                                          "RecoverMasterClusterFilters",
                                          "RecoverIntermediateMasterClusterFilters",
                                          "ApplyMySQLPromotionAfterMasterFailover",
                                          "DelayMasterPromotionIfSQLThreadNotUpToDate",
                                          "DetachLostReplicasAfterMasterFailover",
                                          "UseSuperReadOnly",
                                          "DetectPromotionRuleQuery",
                                          "DetectSemiSyncEnforcedQuery",
                                          "BackendDB",
                                          "SQLite3DataFile",
                                          "ListenAddress",
                                          "RaftEnabled",
                                          "RaftDataDir",
                                          "RaftNodes",
                                          "RaftBind"};
        Design design = watched({{"replication", std::string("semi_sync")}});
        test::change(design, "db2", "promotion_rule", std::string("never"));
        std::set<std::string> written;
        for (const auto& [name, json] : configsOf(design))
            for (const auto& [key, value] : json.items())
                written.insert(key);
        QVERIFY(written == known); // no password, and nothing it would ignore
    }

    // Nobody opens a source that somebody may be replacing: the wait is longer than detection and promotion.
    void reopensAfterATakeOver() {
        const auto waits = [](const Design& design) {
            const std::string text = test::fileNamed(filesOf(design), "lib.sh").bytes;
            const std::string name = "reopen_s=${REOPEN_S:-";
            const std::size_t at = text.find(name);
            return at == std::string::npos ? -1 : std::atoi(text.c_str() + at + name.size());
        };
        Design design = watched();
        const FailoverPlan plan = failoverPlan(design, design.groups.at(0));
        const FailoverLaw law = failoverLaw(plan, FailureEffect::hang);
        const double most = std::isfinite(law.promotion.maxS)
                                ? law.detection.maxS + law.promotion.maxS
                                : failoverQuantile(plan, FailureEffect::hang, 0.999);
        QVERIFY(most > 0 && waits(design) >= most + 10 && waits(design) <= most + 30);
        const int before = waits(design);
        test::changeSet(design, "poll_s", 60.0);
        QVERIFY(waits(design) >= before + 50);
        test::changeSet(design, "manager", std::string("manual"));
        QCOMPARE(waits(design), 10);
    }

    // The model's lease, twice the election timeout, is what guard.sh is told; without an IP address of every
    // voter, or with MHA, nobody can be asked and a note says that the lease is not here.
    void theLeaseIsOfTheGuard() {
        Design design = watched();
        const auto library = [](const Design& one) { return test::fileNamed(filesOf(one), "lib.sh").bytes; };
        const auto has = [](const std::string& text, const char* part) {
            return text.find(part) != std::string::npos;
        };
        QVERIFY(has(library(design), "voters=('10.0.9.1' '10.0.9.2' '10.0.9.3')"));
        QVERIFY(has(library(design), "lease_ms=2000"));
        QVERIFY(has(library(design), "rejoin=1"));
        QVERIFY(!noted(design, "takes no more writes after"));
        const std::string readme = test::fileNamed(filesOf(design), "README.md").bytes;
        const std::size_t application = readme.find("Your application's database");
        const std::size_t manager = readme.find("## orchestrator"), guard = readme.find("## guard.sh");
        QVERIFY(application < manager && manager < guard && guard < readme.find("--install"));
        QVERIFY(has(readme, "stops a majority of the voters for longer than 2 s stops the writes"));
        test::changeGroup(design, "voters", "election_timeout_ms", 3000.0);
        QVERIFY(has(library(design), "lease_ms=6000"));
        QVERIFY(has(test::fileNamed(filesOf(design), "README.md").bytes, "for 6 s takes no more writes"));
        test::changeGroup(design, "voters", "election_timeout_ms", 100.0);
        QVERIFY(noted(design, "closes after 200 ms. guard.sh needs up to a quarter of that more"));
        test::changeGroup(design, "voters", "election_timeout_ms", 1000.0);

        Design unknown = design;
        Node voter = *unknown.nodes.find("vote2");
        voter.deploy.erase("host");
        unknown.nodes.replace(unknown.nodes.indexOf("vote2"), voter);
        QVERIFY(has(library(unknown), "lease_ms=0"));
        QVERIFY(noted(unknown, "hears no majority of voters takes no more writes after 2 s"));
        QVERIFY(noted(unknown, "once the design has an IP address for each of them"));
        test::changeSet(unknown, "manager", std::string("mha"));
        QVERIFY(noted(unknown, "Nothing here does that."));
        runsOn(design, {"vote1"});
        QVERIFY(!noted(design, "takes no more writes after"));
        QVERIFY(has(library(design), "lease_ms=0"));
        test::changeSet(design, "rejoin", std::string("manual"));
        for (const File& file : filesOf(design))
            QVERIFY(!file.path.ends_with("guard.sh"));
    }

    void itsMachinesAreInTheReadme() {
        const std::vector<File> files = filesOf(watched());
        const std::string& readme = test::fileNamed(files, "README.md").bytes;
        QVERIFY(readme.find("| `vote2` | `orchestrator-vote2.conf.json` |") != std::string::npos);
        QVERIFY(readme.find("`orchestrator-client -c discover -i 10.0.2.11:3306`") != std::string::npos);
    }
};

ALWAYSON_TEST_MAIN(TestMysqlOrchestrator, test_mysql_orchestrator)
#include "test_mysql_orchestrator.moc"
