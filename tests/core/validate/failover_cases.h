#pragma once
// Findings about failover: VRRP pairs, quorums and replication sets.

#include "tests/core/validate/rule_cases.h"

namespace alwayson::test {

// The sound design with a replication set db1 (eu-a), db2, db3, ... (eu-b) that the web servers call.
inline std::vector<Change> withSet(const Json& parameters, int members = 3,
                                   const Json& group = Json::object()) {
    Json set{{"id", "db"}, {"kind", "mysql_replication"}, {"parameters", parameters}};
    set.update(group);
    std::vector<Change> changes{{"groups/+", set}};
    for (int i = 1; i <= members; ++i)
        changes.push_back({"nodes/+", node(("db" + std::to_string(i)).c_str(), "mysql",
                                           {{"group", "db"}, {"domain", i == 1 ? "eu-a" : "eu-b"}})});
    changes.push_back({"links/+", link("l3", "web", "db")});
    return changes;
}

inline Change replica(const char* id, const char* parameter, const Json& value) {
    return {std::string("nodes/") + id + "/parameters/" + parameter, value};
}

// Voters v1, v2, ... in these zones.
inline std::vector<Change> withVoters(const std::vector<const char*>& zones,
                                      const Json& parameters = Json::object()) {
    std::vector<Change> changes{
        {"groups/+", {{"id", "etcd"}, {"kind", "quorum"}, {"parameters", parameters}}},
        {"domains/+", {{"id", "eu-c"}, {"kind", "zone"}, {"parent", "eu"}}}};
    for (std::size_t i = 0; i < zones.size(); ++i)
        changes.push_back({"nodes/+", node(("v" + std::to_string(i + 1)).c_str(), "voter",
                                           {{"group", "etcd"}, {"domain", zones[i]}})});
    return changes;
}

inline std::vector<Case> pairCases() {
    using S = Severity;
    const auto pair = [](const Json& parameters) {
        return std::vector<Change>{{"groups/lb/kind", "vrrp_pair"}, {"groups/lb/parameters", parameters}};
    };
    const auto equal = [](int second) {
        return std::vector<Change>{{"groups/lb/kind", "vrrp_pair"},
                                   {"groups/lb/parameters", Json::object()},
                                   {"nodes/lb1/parameters/vrrp_priority", 120},
                                   {"nodes/lb2/parameters/vrrp_priority", second}};
    };
    const auto addresses = [](const char* shared, const char* first, const char* second) {
        return std::vector<Change>{{"groups/lb/kind", "vrrp_pair"},
                                   {"groups/lb/parameters", {{"virtual_ip", shared}}},
                                   {"nodes/lb1/deploy/host", first},
                                   {"nodes/lb2/deploy/host", second}};
    };
    return {
        {"vrrp.balancer_not_watched", S::warning, "lb", "when the balancer on lb1 dies or hangs",
         pair({{"track", "none"}}), pair(Json::object())},
        {"vrrp.weight_keeps_address", S::warning, "lb", "(-60) changes nothing, because no other may preempt",
         pair({{"track_weight", -60}}), pair({{"track_weight", -60}, {"preempt", true}})},
        {"vrrp.weight_keeps_address", S::warning, "lb", "leaves it at priority 100, not below the others",
         pair({{"track_weight", -50}, {"preempt", true}}), pair({{"track_weight", 0}})},
        {"vrrp.equal_priorities", S::warning, "lb", "lb1 and lb2 have the same VRRP priority, 120",
         equal(120), equal(119)},
        {"vrrp.other_network", S::warning, "lb",
         "lb2 (10.0.2.10) is not in 10.0.0.0/24, the network of the shared address 10.0.0.100/24 of lb",
         addresses("10.0.0.100/24", "10.0.0.11", "10.0.2.10"),
         addresses("10.0.0.100/22", "10.0.0.11", "10.0.2.10")},
        {"vrrp.other_network", S::warning, "lb", "lb1 (fd00:1::1) and lb2 (fd00:2::1) are not in fd00::/32",
         addresses("fd00::9/32", "fd00:1::1", "fd00:2::1"), addresses("fd00::9", "fd00:1::1", "fd00:2::1")},
        {"vrrp.advert_fraction", S::warning, "lb", "lb sends an advert every 500 ms",
         pair({{"version", 2}, {"advert_ms", 500}}), pair({{"version", 2}, {"advert_ms", 2000}})},
    };
}

inline std::vector<Case> quorumCases() {
    using S = Severity;
    const std::vector<const char*> spread{"eu-a", "eu-b", "eu-c"};
    const std::vector<Change> far{{"domains/eu/parameters", {{"rtt_ms", 20}}}};
    return {
        {"quorum.no_spare", S::warning, "etcd", "etcd has 2 voters: the loss of one",
         withVoters({"eu-a", "eu-b"}), withVoters(spread)},
        {"quorum.even", S::warning, "etcd", "4 voters and bears the loss of 1, no more than with 3",
         withVoters({"eu-a", "eu-b", "eu-c", "eu-c"}), withVoters(spread)},
        {"quorum.one_zone", S::warning, "etcd", "All 3 voters of etcd are in zone eu-a",
         withVoters({"eu-a", "eu-a", "eu-a"}), withVoters(spread)},
        {"quorum.one_zone", S::warning, "etcd", "2 of the 3 voters of etcd are in zone eu-b",
         withVoters({"eu-a", "eu-b", "eu-b"}), withVoters({"eu-a", "eu-b", "eu-c", "eu-a", "eu-b"})},
        {"quorum.heartbeat", S::warning, "etcd", "heard every 1 s, and voters stand for election after 1 s",
         withVoters(spread, {{"heartbeat_ms", 1000}}), withVoters(spread, {{"heartbeat_ms", 500}})},
        {"quorum.short_election", S::warning, "etcd",
         "after 150 ms of silence, only 7.5 round trips of 20 ms",
         withVoters(spread, {{"election_timeout_ms", 150}}) + far,
         withVoters(spread, {{"election_timeout_ms", 200}}) + far},
    };
}

inline std::vector<Case> setCases() {
    using S = Severity;
    const auto quorum = [](const Json& parameters) {
        return withVoters({"eu-a", "eu-b", "eu-c"}) + withSet(parameters, 3, {{"manager_on", {"etcd"}}});
    };
    const auto rates = [](double perS) { return Change{"nodes/shoppers/parameters/rate_per_s", perS}; };
    // Two classes that read, with these fields besides, and one that writes.
    const auto ages = [](const Json& first, const Json& second) {
        Json read{{"id", "read"}, {"share", 0.5}}, look{{"id", "look"}, {"share", 0.3}};
        read.update(first);
        look.update(second);
        const Json write{{"id", "write"}, {"share", 0.2}, {"writes", true}};
        return std::vector<Change>{{"nodes/shoppers/classes", Json::array({read, look, write})}};
    };
    const auto on = [](const Json& where) { return withSet(Json::object(), 3, {{"manager_on", where}}); };
    return {
        {"failover.no_manager", S::warning, "db", "when db1 fails, writes wait until it is back, ",
         withSet({{"manager", "none"}}), withSet({{"manager", "manual"}})},
        {"failover.manager_nowhere", S::hint, "db", "it is on the side with most of the members",
         withSet(Json::object()), quorum(Json::object())},
        {"failover.no_voters", S::error, "db", "runs on etcd, which has no voters",
         withVoters({}) + on({"etcd"}), quorum(Json::object())},
        {"failover.wrong_manager", S::warning, "db", "which only group replication does",
         withSet({{"manager", "group"}}), withSet({{"manager", "group"}, {"replication", "group"}})},
        {"failover.wrong_manager", S::warning, "db", "orchestrator beside it",
         withSet({{"replication", "group"}}, 3, {{"manager_on", {"web1"}}}),
         withSet({{"manager", "manual"}, {"replication", "group"}})},
        {"failover.manager_beside_source", S::warning, "db",
         "The failover manager of db runs in zone eu-a, as does the source db1", on({"web1", "web2"}),
         on({"web1", "web3"})},
        {"failover.manager_beside_source", S::warning, "db",
         "2 of the 3 voters on which the failover manager of db runs, without which there is no majority, "
         "run in zone eu-a",
         withVoters({"eu-a", "eu-a", "eu-b"}) + on({"etcd"}),
         withVoters({"eu-a", "eu-b", "eu-b"}) + on({"etcd"})},
        {"failover.two_sources", S::warning, "db", "When db1 is only cut off", on({"web3"}),
         withSet({{"fencing", 0.95}}, 3, {{"manager_on", {"web3"}}})},
        {"failover.two_sources", S::warning, "db", "while MHA makes another member",
         withSet({{"manager", "mha"}}), quorum({{"manager", "mha"}})},
        {"failover.lease_not_exported", S::warning, "db",
         "A source of db that hears no majority of etcd takes no more writes in the simulation",
         quorum({{"manager", "mha"}}), quorum(Json::object())},
        {"failover.no_candidate", S::warning, "db", "db2 and db3 are never promoted",
         withSet(Json::object()) + std::vector<Change>{replica("db2", "promotion_rule", "never"),
                                                       replica("db3", "promotion_rule", "never")},
         withSet(Json::object()) + std::vector<Change>{replica("db2", "promotion_rule", "never")}},
        {"failover.no_candidate", S::warning, "db", "db2 is mostly more than 5 s behind",
         withSet({{"candidate_max_lag_s", 5}}, 2) +
             std::vector<Change>{replica("db2", "idle_lag", {{"dist", "constant"}, {"value_s", 8}})},
         withSet(Json::object(), 2) +
             std::vector<Change>{replica("db2", "idle_lag", {{"dist", "constant"}, {"value_s", 8}})}},
        {"failover.waits_for_replicas", S::warning, "db",
         "waits until db3 gives up its connection: 60 s to 61 s",
         withSet(Json::object()) + std::vector<Change>{replica("db3", "net_timeout_s", 60)},
         withSet({{"all_replicas_agree", false}}) + std::vector<Change>{replica("db3", "net_timeout_s", 60)}},
        {"failover.waits_for_replicas", S::warning, "db", "at most, but waits until db2 and db3 give up",
         withSet(Json::object()) +
             std::vector<Change>{replica("db2", "net_timeout_s", 8), replica("db3", "net_timeout_s", 60)},
         withSet(Json::object()) +
             std::vector<Change>{replica("db2", "net_timeout_s", 7), replica("db1", "net_timeout_s", 60)}},
        {"replication.no_spare_replica", S::warning, "db",
         "waits for 1 replica, and there is 1: while one is down, commits wait 10 s",
         withSet({{"replication", "semi_sync"}}, 2), withSet({{"replication", "semi_sync"}}, 3)},
        {"replication.no_spare_replica", S::warning, "db", "and there are 2: no write succeeds",
         withSet({{"replication", "semi_sync"}, {"semisync_acks", 3}, {"semisync_timeout_ms", nullptr}}),
         withSet({{"semisync_acks", 3}})},
        {"replication.group_size", S::warning, "db", "fewer than 3 bears no loss",
         withSet({{"replication", "group"}, {"manager", "group"}}, 2),
         withSet({{"replication", "group"}, {"manager", "group"}}, 3)},
        {"replication.group_size", S::warning, "db", "4 members and bears the loss of 1, no more than with 3",
         withSet({{"replication", "group"}, {"manager", "group"}}, 4), withSet(Json::object(), 4)},
        // 20 % of the requests write, 4 ms each.
        {"replication.cannot_keep_up", S::warning, "db",
         "300/s of writes are 1.2 s of work per second for db2",
         withSet(Json::object()) + std::vector<Change>{rates(1500), replica("db3", "applier_speed", 2)},
         withSet(Json::object()) + std::vector<Change>{rates(1240)}},
        {"replication.no_lag_limit", S::hint, "db",
         "however old their data is: one that has fallen behind, or is cut off from db1, goes on answering. "
         "So does "
         "an old source that waits to be rebuilt",
         withSet(Json::object()), withSet({{"reads_go_to", "source"}})},
        // Said by every class that reads: what is older fails.
        {"replication.no_lag_limit", S::hint, "db", "goes on answering",
         withSet({{"manager", "none"}, {"reads_go_to", "all"}}) +
             ages({{"max_staleness_ms", 2000}}, Json::object()),
         withSet({{"manager", "none"}, {"reads_go_to", "all"}}) +
             ages({{"max_staleness_ms", 2000}}, {{"max_staleness_ms", 0}})},
    };
}

} // namespace alwayson::test
