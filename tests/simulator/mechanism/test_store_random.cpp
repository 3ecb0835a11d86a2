// Small designs of chance: replication sets, pairs of balancers and quorums under failures, cuts and changes
// of the source. Whatever happens, a run ends, the same seed gives the same result, and writes fail as long
// as they are said to be down.

#include "tests/simulator/mechanism/chance.h"
#include "tests/simulator/mechanism/store_cases.h"

#include <algorithm>
#include <cmath>
#include <set>

using namespace alwayson;
using alwayson::test::Chance;
using namespace alwayson::test::scenario;

namespace {

constexpr double kDeadlineS = 0.2;
constexpr double kSeconds = 60;

std::string fixed(const std::string& seconds) {
    return "{'dist':'constant','value_s':" + seconds + "}";
}

std::string setOfChance(Chance& chance, bool& managed) {
    const std::string replication = chance.of({"async", "semi_sync", "group"});
    const bool group = replication == "group";
    const std::string manager = group ? "group" : chance.of({"none", "manual", "orchestrator", "mha"});
    managed = manager == "orchestrator" || manager == "mha";
    std::string text = "'replication':'" + replication + "','manager':'" + manager + "'";
    const auto add = [&](const std::string& key, const std::string& value) {
        text += ",'" + key + "':" + value;
    };
    add("failover_coverage", chance.of({"0", "0.5", "1"}));
    add("uncovered_recovery", fixed(chance.of({"0", "5", "20"})));
    add("promotion", fixed(chance.of({"0", "3", "8"})));
    add("fencing", chance.of({"0", "0.5", "1"}));
    add("fencing_time", fixed(chance.of({"0", "4"})));
    add("recovery_block_s", chance.of({"0", "3600"}));
    add("rejoin", chance.of({"'automatic'", "'manual'"}));
    add("rejoin_time", fixed("7"));
    add("reconcile", fixed("9"));
    add("all_replicas_agree", chance.of({"true", "false"}));
    add("write_route", chance.of({"'virtual_ip'", "'dns'", "'proxy'", "'connector'"}));
    add("dns_ttl_s", "3");
    add("reads_go_to", chance.of({"'source'", "'replicas'", "'all'"}));
    add("semisync_acks", chance.of({"1", "2", "7"}));
    add("semisync_timeout_ms", chance.of({"null", "100"}));
    if (group)
        add("gr_unreachable_majority_timeout_s", chance.of({"0", "4"}));
    else
        add("topology", chance.of({"'star'", "'chain'"}));
    if (chance.one(0.3)) add("failover", fixed(chance.of({"0", "4"})));
    if (chance.one(0.3)) add("candidate_max_lag_s", chance.of({"null", "0"}));
    return text;
}

std::string eventOfChance(Chance& chance, double seconds, const std::vector<std::string>& things, int members,
                          const std::string& clientIn) {
    const std::string what = chance.of(things);
    switch (chance.from(0, 6)) {
    case 0:
    case 1:
        return at(seconds, "fail", what,
                  "'mode':'" + chance.of({"crash", "hang", "gone"}) + "'" +
                      (chance.one(0.6) ? ",'repair_after_s':" + chance.of({"1", "5", "10"}) : ""));
    case 2:
    case 3: {
        if (chance.one(0.1)) // a whole place, though not with its client
            return at(seconds, "fail", clientIn == "a" ? "b" : "a", "'repair_after_s':5");
        const std::string cut = chance.one(0.25) ? chance.of({"a", "b"}) : what;
        const std::string other = chance.of(things);
        std::string more = chance.one(0.7) ? "'heal_after_s':" + chance.of({"1", "5", "10"}) : "";
        if (other != cut && chance.one(0.4))
            more += (more.empty() ? "'other_side':'" : ",'other_side':'") + other + "'";
        if (chance.one(0.4))
            more += (more.empty() ? "" : ",") + ("'direction':'" + chance.of({"in", "out"}) + "'");
        return at(seconds, "isolate", cut, more);
    }
    case 4:
        return at(seconds, "repair", what);
    case 5:
        return at(seconds, "heal", what);
    default:
        return at(seconds, "promote", "db" + std::to_string(chance.from(1, members)),
                  "'takes_s':" + chance.of({"0", "5"}));
    }
}

Parts designOfChance(std::uint64_t seed) {
    Chance chance(seed);
    Parts p;
    p.seconds = kSeconds;
    p.domains = {"{'id':'r','kind':'region','parameters':{'rtt_ms':" + chance.of({"0", "20"}) + "}}",
                 "{'id':'a','kind':'zone','parent':'r'}", "{'id':'b','kind':'zone','parent':'r'}"};
    bool managed = false;
    const std::string parameters = setOfChance(chance, managed);
    const auto place = [&] { return chance.of({"a", "b"}); };
    const std::string asks = "'arrivals':'regular','network_rtt_ms':0,'attempts':1,'rate_per_s':50";
    const std::string clientIn = chance.of({"a", "b", "r"});
    p.nodes = {
        node("c", "client", asks,
             "'domain':'" + clientIn + "','classes':[{'id':'w','share':1,'writes':true,'deadline_ms':200}]"),
        node("reader", "client", asks,
             "'domain':'" + place() + "','classes':[{'id':'r','share':1,'deadline_ms':200}]")};
    std::vector<std::string> things;
    const int members = chance.from(1, 5);
    for (int i = 1; i <= members; ++i) {
        things.push_back("db" + std::to_string(i));
        p.nodes.push_back(database(things.back(), place()));
    }
    std::string more;
    if (managed && chance.one(0.6)) {
        const bool quorum = chance.one(0.5);
        more = quorum ? ",'manager_on':['q']" : ",'manager_on':['w1']";
        if (quorum) p.groups.push_back("{'id':'q','kind':'quorum'}");
        for (int i = 1; i <= (quorum ? 3 : 1); ++i) {
            things.push_back("w" + std::to_string(i));
            p.nodes.push_back(node(things.back(), "voter", {},
                                   "'domain':'" + place() + "'" + (quorum ? ",'group':'q'" : "")));
        }
    }
    p.groups.push_back("{'id':'db','kind':'mysql_replication'" + more + ",'parameters':{" + parameters +
                       "}}");
    p.links = {calls("c", "db", "'latency_ms':0"), calls("reader", "db", "'latency_ms':0")};
    if (chance.one(0.5)) {
        p.groups.push_back("{'id':'lb','kind':'vrrp_pair','parameters':{'failover_coverage':" +
                           chance.of({"0", "0.5", "1"}) + ",'uncovered_recovery':" + fixed("6") +
                           (chance.one(0.4) ? ",'failover':" + fixed("3") : "") + "}}");
        const int pair = chance.from(1, 3);
        for (int i = 1; i <= pair; ++i) {
            things.push_back("lb" + std::to_string(i));
            p.nodes.push_back(node(things.back(), "haproxy", "'check_type':'tcp'",
                                   "'group':'lb','domain':'" + place() + "'"));
        }
        p.links = {calls("c", "lb", "'latency_ms':0"), calls("reader", "lb", "'latency_ms':0"),
                   calls("lb", "db", "'latency_ms':0")};
    }
    std::vector<double> moments(static_cast<std::size_t>(chance.from(1, 7)));
    for (double& moment : moments)
        moment = std::round((1 + 44 * chance.number()) * 100) / 100;
    std::sort(moments.begin(), moments.end());
    for (const double moment : moments)
        p.events.push_back(eventOfChance(chance, moment, things, members, clientIn));
    return p;
}

// When something changed for somebody, and not only in what a check has counted.
std::size_t changesIn(const SimulationResult& result) {
    std::set<double> moments;
    for (const RunEvent& event : result.events)
        if (event.kind != "check_failed" && event.kind != "check_passed") moments.insert(event.atS);
    return moments.size();
}

std::string textOf(const Parts& p) {
    return quoted(joined(p.nodes) + "\n" + joined(p.groups) + "\n" + joined(p.events)) + "\n";
}

// What went wrong is longer than a test's message may be.
bool holds(bool good, const std::string& told) {
    if (!good) qWarning("%s", told.c_str());
    return good;
}

} // namespace

class TestStoreRandom : public QObject {
    Q_OBJECT

private slots:
    // A request that fails ends within its deadline, so that around each change as many seconds of requests
    // may fail, or still succeed, as the deadline is long. Apart from that writes fail while they are down.
    void whateverHappens() {
        const bool isLong = qEnvironmentVariableIsSet("ALWAYSON_LONG");
        const std::uint64_t designs = isLong ? 2000 : 200;
        std::uint64_t refused = 0;
        double down = 0;
        for (std::uint64_t seed = 1; seed <= designs; ++seed) {
            const Parts parts = designOfChance(seed);
            const Design design = designOf(parts);
            sim::RequestRunOptions options;
            options.scenario = &design.scenarios.at(0);
            options.warmupS = 0;
            options.seed = seed;
            options.maxEvents = 3'000'000;
            const auto result = sim::runRequests(design, options, {}, {});
            if (!result) { // a cut that separates nothing
                QVERIFY2(result.error().code == "simulate.event", describe(result.error()).c_str());
                ++refused;
                continue;
            }
            const std::string told = "seed " + std::to_string(seed) + "\n" + textOf(parts) + log(*result);
            QVERIFY(holds(!result->partial, told));
            const auto again = sim::runRequests(design, options, {}, {});
            QVERIFY(holds(toJson(*again).dump() == toJson(*result).dump(), told));
            const FlowResult& writes = flowOf(*result, "c");
            const double downS = kSeconds * (1 - *writes.availabilityTime.value);
            const double failedS = kSeconds * (1 - static_cast<double>(writes.requests.succeeded) /
                                                       static_cast<double>(writes.requests.offered));
            const double bound = kDeadlineS * static_cast<double>(changesIn(*result) + 1);
            QVERIFY(holds(std::abs(downS - failedS) <= bound, "down " + std::to_string(downS) +
                                                                  " s, failed " + std::to_string(failedS) +
                                                                  " s, " + told));
            down += downS;
        }
        QVERIFY(refused < designs / 8);
        QVERIFY(down > 5 * static_cast<double>(designs)); // so that there is something to compare
    }
};

ALWAYSON_TEST_MAIN(TestStoreRandom, test_store_random)
#include "test_store_random.moc"
