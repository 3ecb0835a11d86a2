#pragma once
// Every finding with a design that has it and a near miss that has not.

#include "core/validate/validate.h"
#include "tests/core/validate/design_cases.h"

#include <algorithm>
#include <string>
#include <vector>

namespace alwayson::test {

inline const Json kUnset{{"unset", true}};

struct Case {
    const char* code;
    Severity severity;
    const char* mainId; // where[0], "" for findings about the whole design
    const char* says;   // part of the message: the figures
    std::vector<Change> having;
    std::vector<Change> nearMiss;
};

inline std::vector<Change> both(const char* path, const Json& value) {
    const auto at = [&](const char* id) {
        return Change{std::string("nodes/") + id + "/parameters/" + path, value};
    };
    return {at("lb1"), at("lb2")};
}

inline std::vector<Change> servers(const char* path, const Json& value) {
    std::vector<Change> changes;
    for (const char* id : {"web1", "web2", "web3", "web4"})
        changes.push_back({std::string("nodes/") + id + "/" + path, value});
    return changes;
}

inline std::vector<Change> operator+(std::vector<Change> a, const std::vector<Change>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

// A server that calls a database pair, for rules about inner calls.
inline std::vector<Change> withDatabase(Json linkMore = Json::object()) {
    return {{"groups/+", {{"id", "db"}, {"kind", "pool"}}},
            {"nodes/+", node("db1", "server",
                             {{"group", "db"}, {"domain", "eu-a"}, {"deploy", {{"host", "10.0.1.1"}}}})},
            {"nodes/+", node("db2", "server",
                             {{"group", "db"}, {"domain", "eu-b"}, {"deploy", {{"host", "10.0.1.2"}}}})},
            {"links/+", link("l3", "web", "db", std::move(linkMore))}};
}

// Two caches before a database, the second one of this pattern.
inline std::vector<Change> cachePool(const char* pattern) {
    return {{"groups/+", {{"id", "keep"}, {"kind", "pool"}}},
            {"nodes/+", node("k1", "cache", {{"group", "keep"}})},
            {"nodes/+", node("k2", "cache", {{"group", "keep"}, {"parameters", {{"pattern", pattern}}}})},
            {"nodes/+", node("db", "server")},
            {"links/+", link("l8", "web", "keep", {{"parameters", {{"timeout_ms", 50}}}})},
            {"links/+", link("l9", "keep", "db")}};
}

// A cache before a database, and the parameters of the link to it.
inline std::vector<Change> lookup(Json parameters) {
    return {{"nodes/+", node("cache1", "cache")},
            {"nodes/+", node("db", "server")},
            {"links/+", link("l9", "web", "cache1", {{"parameters", std::move(parameters)}})},
            {"links/+", link("l10", "cache1", "db")}};
}

// A link to the member of a pool that stands by.
inline std::vector<Change> standbyPool(double activation) {
    const Json starts{{"dist", "constant"}, {"value_s", activation}};
    return {{"groups/+",
             {{"id", "keep"}, {"kind", "pool"}, {"parameters", {{"standby", 1}, {"activation", starts}}}}},
            {"nodes/+", node("first", "server", {{"group", "keep"}})},
            {"nodes/+", node("spare", "server", {{"group", "keep"}})},
            {"links/+", link("l8", "web", "keep")},
            {"links/+", link("l9", "web", "spare")}};
}

// Groups with roles, and what can be drawn before anything computes with it.
inline std::vector<Case> laterCases() {
    using S = Severity;
    const Change pair{"groups/lb/kind", "vrrp_pair"};
    const auto events = [](const Json& event) { return Change{"scenarios/s1/events", Json::array({event})}; };
    const Change isolation{"domains/eu-a/failure_modes",
                           {{{"id", "isolation"}, {"effect", "isolation"}, {"mttf_h", 1e4}, {"mttr_h", 1}}}};
    const Change outage{"domains/eu-a/failure_modes",
                        {{{"id", "cut"}, {"effect", "outage"}, {"mttf_h", 1e4}, {"mttr_h", 1}}}};
    return {
        {"quorum.not_asked",
         S::warning,
         "etcd",
         "Nothing asks etcd for its majority",
         {{"groups/+", {{"id", "etcd"}, {"kind", "quorum"}}}},
         {{"groups/+", {{"id", "etcd"}, {"kind", "quorum"}}},
          {"groups/+", {{"id", "db"}, {"kind", "mysql_replication"}, {"manager_on", {"etcd"}}}}}},
        {"group.not_simulated_yet",
         S::warning,
         "web",
         "repairs of web begin at the failure",
         {{"groups/web/parameters", {{"failover_coverage", 0.9}, {"repair_starts", "after"}}}},
         {{"groups/web/parameters", {{"failover_coverage", 0.9}}}}},
        {"place.no_zone",
         S::warning,
         "web1",
         "web1 is in no zone, but other members of web are: no outage of a zone touches it",
         {{"nodes/web1/domain", "eu"}},
         {{"nodes/web1/domain", "eu-a"}}},
        {"place.no_zone",
         S::hint,
         "proxy",
         "proxy is in no zone, but what it works with is",
         {{"nodes/+", node("proxy", "server")}, {"links/+", link("l9", "proxy", "web1")}},
         {{"nodes/+", node("proxy", "server", {{"domain", "eu-b"}})},
          {"links/+", link("l9", "proxy", "web1")}}},
        {"group.members_differ",
         S::warning,
         "web",
         "Of the members of web only web1 calls db1: requests that web2, web3 and web4 serve never get there",
         {{"nodes/+", node("db1", "server", {{"domain", "eu-a"}})}, {"links/+", link("l9", "web1", "db1")}},
         {{"nodes/+", node("db1", "server", {{"domain", "eu-a"}})}, {"links/+", link("l9", "web", "db1")}}},
        {"link.past_the_group",
         S::warning,
         "l9",
         "shoppers calls lb2 past lb",
         {pair, {"links/l1", nullptr}, {"links/+", link("l9", "shoppers", "lb2")}},
         {pair}},
        {"connectivity.idle_voter",
         S::warning,
         "w1",
         "w1 votes in no quorum",
         {{"nodes/+", node("w1", "voter")}},
         {{"groups/+", {{"id", "etcd"}, {"kind", "quorum"}}},
          {"nodes/+", node("w1", "voter", {{"group", "etcd"}})}}},
        {"node.not_simulated_yet", S::warning, "keep", "The caches of keep are not alike",
         cachePool("read_through"), cachePool("look_aside")},
        {"redundancy.calls_standby", S::warning, "l9", "calls spare, which stands by in keep",
         standbyPool(30), standbyPool(0)},
        {"timers.cache_lookup", S::warning, "l9", "gives cache1 all the time there is",
         lookup(Json::object()), lookup({{"timeout_ms", 50}})},
        {"redundancy.single_member", S::warning, "cache1",
         "its callers wait for it: when it says nothing, shoppers", lookup(Json::object()),
         lookup({{"timeout_ms", 50}})},
        {"failure_mode.not_simulated_yet",
         S::warning,
         "eu-a",
         "computed as an outage",
         {isolation},
         {outage}},
        {"scenario.wrong_target",
         S::warning,
         "s1",
         "Deploy at 1 s cannot be done to web1",
         {events({{"at_s", 1}, {"do", "deploy"}, {"what", "web1"}})},
         {events({{"at_s", 1}, {"do", "deploy"}, {"what", "web"}})}},
        {"objective.not_simulated_yet",
         S::warning,
         "o1",
         "periods are counted for",
         {{"objectives/o1/window_d", 30}, {"objectives/o1/metric", "availability_good"}},
         {{"objectives/o1/metric", "availability_time"}}},
    };
}

inline std::vector<Case> connectivityCases() {
    using S = Severity;
    return {
        {"connectivity.idle_client",
         S::error,
         "bots",
         "bots calls nothing",
         {{"nodes/+", node("bots", "client")}},
         {{"nodes/+", node("bots", "client")}, {"links/+", link("l9", "bots", "lb")}}},
        {"connectivity.no_client",
         S::warning,
         "",
         "no clients",
         {{"links/l1", nullptr}, {"objectives/o1", nullptr}, {"nodes/shoppers", nullptr}},
         {{"objectives/o1", nullptr}}},
        {"connectivity.never_called",
         S::warning,
         "spare",
         "Nothing calls spare",
         {{"nodes/+", node("spare", "server", {{"domain", "eu-a"}})}},
         {{"nodes/+", node("spare", "server", {{"domain", "eu-a"}, {"group", "web"}})}}},
        {"connectivity.unreachable",
         S::warning,
         "b",
         "by nothing that a client's requests reach",
         {{"nodes/+", node("a", "server")},
          {"nodes/+", node("b", "server")},
          {"links/+", link("l9", "a", "b")}},
         {{"nodes/+", node("b", "server")}, {"links/+", link("l9", "web", "b")}}},
        {"connectivity.no_targets",
         S::error,
         "edge",
         "no server",
         {{"nodes/+", node("edge", "haproxy")}, {"links/+", link("l9", "shoppers", "edge")}},
         {{"nodes/+", node("edge", "haproxy")},
          {"links/+", link("l9", "shoppers", "edge")},
          {"links/+", link("l10", "edge", "web")}}},
        {"connectivity.empty_group",
         S::error,
         "db",
         "has no members",
         {{"groups/+", {{"id", "db"}, {"kind", "pool"}}}, {"links/+", link("l9", "web", "db")}},
         withDatabase()},
        {"connectivity.unused_group",
         S::hint,
         "db",
         "nothing calls it",
         {{"groups/+", {{"id", "db"}, {"kind", "pool"}}}},
         withDatabase()},
        {"connectivity.link_refused",
         S::error,
         "l9",
         "shoppers",
         {{"links/+", link("l9", "web1", "shoppers")}},
         withDatabase()},
        {"connectivity.duplicate_link",
         S::warning,
         "l9",
         "Two links lead from shoppers to lb",
         {{"links/+", link("l9", "shoppers", "lb")}},
         {{"links/l1/classes", {"read"}},
          {"links/+", link("l9", "shoppers", "lb", {{"classes", {"write"}}})}}},
        {"connectivity.cycle",
         S::error,
         "web1",
         "web1 -> web2 -> web1",
         {{"links/+", link("l8", "web1", "web2")}, {"links/+", link("l9", "web2", "web1")}},
         {{"links/+", link("l8", "web1", "web2")}}},
        {"connectivity.class_not_carried",
         S::error,
         "shoppers",
         "carries its class write",
         {{"links/l1/classes", {"read"}}},
         {{"links/l1/classes", {"read", "write"}}}},
        {"connectivity.class_stops",
         S::error,
         "lb1",
         "Requests of class write reach lb1",
         {{"links/l2/classes", {"read"}}},
         {{"links/l2/classes", {"read", "write"}}}},
        {"connectivity.class_shares",
         S::warning,
         "shoppers",
         "add up to 1.2, not to 1",
         {{"nodes/shoppers/classes", {{{"id", "read"}, {"share", 0.9}}, {{"id", "write"}, {"share", 0.3}}}}},
         {{"nodes/shoppers/classes", {{{"id", "read"}, {"share", 0.7}}, {{"id", "write"}, {"share", 0.3}}}}}},
        {"connectivity.unknown_class",
         S::warning,
         "l2",
         "which no client sends",
         {{"links/l2/classes", {"read", "write", "admin"}}},
         {{"links/l2/classes", {"write", "read"}}}},
    };
}

// Without the one that every pair of balancers without a virtual address has.
inline std::vector<Issue> warnings(const Design& design) {
    std::vector<Issue> issues = validate(design);
    std::erase_if(issues, [](const Issue& issue) { return issue.code == "redundancy.blind_choice"; });
    return issues;
}

inline std::vector<Case> redundancyCases() {
    using S = Severity;
    return {
        {"redundancy.blind_choice",
         S::warning,
         "lb",
         "while one is down, one request in 2 goes to it",
         {},
         {{"links/l1/to", "lb1"}}},
        {"redundancy.single_member",
         S::warning,
         "lb1",
         "lb1 has no stand-in: when it fails, shoppers cannot be served",
         {{"links/l1/to", "lb1"}},
         {}},
        {"redundancy.one_zone",
         S::warning,
         "web",
         "(web1, web2 and 2 more) are in zone eu-a",
         servers("domain", "eu-a"),
         {{"nodes/web3/domain", "eu-a"}}},
        {"redundancy.one_place",
         S::warning,
         "web",
         "are in rack1",
         servers("domain", "rack1"),
         {{"nodes/web1/domain", "rack1"}}},
        {"redundancy.shared_dependency",
         S::warning,
         "web",
         "depend on rack1",
         servers("depends_on", {"rack1"}),
         {{"nodes/web1/depends_on", {"rack1"}}}},
        {"redundancy.no_place",
         S::hint,
         "web",
         "lie in no zone",
         servers("domain", nullptr),
         {{"nodes/web1/domain", nullptr}}},
        {"redundancy.needed_too_many",
         S::error,
         "web",
         "needs 5 working members but has 4",
         {{"groups/web/parameters/needed", 5}},
         {{"groups/web/parameters/needed", 2}}},
        {"redundancy.no_spare",
         S::warning,
         "web",
         "needs all of its 4 members",
         {{"groups/web/parameters/needed", 4}},
         {{"groups/web/parameters/needed", 2}}},
        {"redundancy.single_place",
         S::warning,
         "eu-a",
         "takes 3 nodes at once",
         {{"groups/web/parameters/needed", 3}},
         {{"groups/web/parameters/needed", 2}}},
    };
}

// Something that the servers call and that may be so many times slower.
inline std::vector<Change> slowCallee(double factor) {
    const Json slow{
        {"id", "slow"}, {"effect", "slow"}, {"slow_factor", factor}, {"mttf_h", 100}, {"mttr_h", 1}};
    return {{"nodes/+", node("dep", "server",
                             {{"parameters", {{"workers", 500}}},
                              {"default_failure_modes", false},
                              {"failure_modes", Json::array({slow})}})},
            {"links/+", link("l9", "web", "dep")}};
}
// A cache that answers nearly all, and a database behind it that takes so long.
inline std::vector<Change> cacheBefore(double milliseconds) {
    const Json time{{"dist", "constant"}, {"value_ms", milliseconds}};
    return {{"nodes/+", node("cache1", "cache", {{"parameters", {{"hit_ratio", 0.95}}}})},
            {"nodes/+",
             node("db", "server",
                  {{"parameters", {{"workers", 500}, {"service", time}}}, {"default_failure_modes", false}})},
            {"links/+", link("l9", "web", "cache1", {{"parameters", {{"timeout_ms", 50}}}})},
            {"links/+", link("l10", "cache1", "db")}};
}

inline std::vector<Case> timerCases() {
    using S = Severity;
    const char* attempts = "nodes/shoppers/parameters/attempts";
    const char* timeout = "nodes/shoppers/parameters/attempt_timeout_ms";
    const char* rate = "nodes/shoppers/parameters/rate_per_s";
    const auto deadline = [](int ms) {
        return Json{{{"id", "read"}, {"share", 0.8}, {"deadline_ms", ms}},
                    {{"id", "write"}, {"share", 0.2}, {"writes", true}, {"deadline_ms", ms}}};
    };
    return {
        {"timers.deadline_too_short",
         S::error,
         "shoppers",
         "wants an answer within 20 ms, but a typical one takes 32 ms",
         {{"nodes/shoppers/classes", deadline(20)}},
         {{"nodes/shoppers/classes", deadline(40)}}},
        {"timers.attempt_timeout_exceeds_deadline",
         S::hint,
         "shoppers",
         "waits 5 s for an answer",
         {{timeout, 5000}},
         {{timeout, 3000}}},
        {"timers.retries_exceed_deadline",
         S::warning,
         "shoppers",
         "tries 3 times",
         {{attempts, 3}},
         {{attempts, 3}, {timeout, 900}}},
        {"timers.redispatch_off", S::warning, "lb1", "one request in 4", both("redispatch", false), {}},
        {"timers.connect_retries_exceed_client", S::warning, "lb1", "1.2 s on retries",
         both("redispatch", false) + both("retries", 4), both("redispatch", false) + both("retries", 3)},
        {"timers.connect_timeout_exceeds_client", S::hint, "lb1", "When a server vanishes",
         both("timeout_connect_ms", 1000), both("timeout_connect_ms", 999)},
        {"timers.slow_detection", S::hint, "lb1", "after 5 s to 6 s",
         both("check_fall", 3) + both("check_timeout_ms", kUnset) + both("check_inter_ms", 1000),
         both("check_fall", 2)},
        // Nobody waits: nothing is gained.
        {"timers.slow_detection", S::hint, "lb1", "about 1000 per failure",
         both("check_fall", 3) + both("check_timeout_ms", 5000) + both("check_inter_ms", 2000),
         both("check_fall", 3) + both("check_timeout_ms", 5000) + both("check_inter_ms", 2000) +
             std::vector<Change>{{"nodes/shoppers/parameters/rate_per_s", 0.001}}},
        {"timers.queue_timeout_exceeds_deadline", S::warning, "lb1", "may wait 10 s",
         both("server_maxconn", 16), both("server_maxconn", 16) + both("timeout_queue_ms", 3000)},
        {"timers.call_exceeds_deadline", S::warning, "l3", "2 x 2 s",
         withDatabase({{"parameters", {{"timeout_ms", 2000}, {"attempts", 2}}}}),
         withDatabase({{"parameters", {{"timeout_ms", 1500}, {"attempts", 2}}}})},
        {"timers.retry_amplification", S::warning, "l3", "can become 6 calls to db (3 x 2)",
         withDatabase({{"parameters", {{"attempts", 2}}}}) + std::vector<Change>{{attempts, 3}},
         withDatabase({{"parameters", {{"attempts", 2}}}})},
        {"timers.retry_storm", S::warning, "web1", "web1 (and 3 like it) is 37.5 % busy",
         servers("parameters/queue_limit", 700) + std::vector<Change>{{attempts, 3}, {rate, 1000}},
         servers("parameters/queue_limit", 600) + std::vector<Change>{{attempts, 3}, {rate, 1000}}},
    };
}

inline std::vector<Case> checkCases() {
    using S = Severity;
    const Json noHang{{{"id", "hang"}, {"removed", true}}};
    return {
        {"health.check_off", S::warning, "lb1", "does not check", both("check", false), {}},
        {"health.tcp_check", S::warning, "lb1", "web1, web2 and 2 more can hang", both("check_type", "tcp"),
         both("check_type", "tcp") + servers("failure_modes", noHang)},
        {"health.fall_one", S::warning, "lb1", "after a single failed check", both("check_fall", 1),
         both("check_fall", 2)},
        {"health.fastinter_above_inter", S::warning, "lb1", "checks every 500 ms, but only every 3 s",
         both("check_fastinter_ms", 3000), both("check_fastinter_ms", 500)},
        {"health.check_timeout_unset",
         S::hint,
         "lb1",
         "share Check every (500 ms)",
         both("check_timeout_ms", kUnset),
         {}},
        {"health.check_timeout_short", S::warning, "lb1", "time out after 500 ms",
         both("check_timeout_ms", 500), both("check_timeout_ms", 1000)},
        {"health.check_timeout_below_service", S::warning, "lb1",
         "one answer in a hundred of web1 takes longer than",
         std::vector<Change>{{"nodes/web1/parameters/service", {{"dist", "exponential"}, {"mean_ms", 300}}}},
         std::vector<Change>{{"nodes/web1/parameters/service", {{"dist", "exponential"}, {"mean_ms", 200}}}}},
    };
}

inline std::vector<Case> otherCases() {
    using S = Severity;
    const Json newMode{{{"id", "flood"}, {"effect", "gone"}, {"mttf_h", 1000}}};
    const Json wholeMode{{{"id", "flood"}, {"effect", "gone"}, {"mttf_h", 1000}, {"mttr_h", 1}}};
    return {
        {"failure.unusable_mode",
         S::error,
         "web1",
         "how long it lasts",
         {{"nodes/web1/failure_modes", newMode}},
         {{"nodes/web1/failure_modes", wholeMode}}},
        {"failure.nothing_to_remove",
         S::hint,
         "web1",
         "flood",
         {{"nodes/web1/failure_modes", {{{"id", "flood"}, {"removed", true}}}}},
         {{"nodes/web1/failure_modes", {{{"id", "slow"}, {"removed", true}}}}}},
        {"failure.never_fails",
         S::hint,
         "web1",
         "always available",
         {{"nodes/web1/default_failure_modes", false}},
         {{"nodes/web1/default_failure_modes", false}, {"nodes/web1/failure_modes", wholeMode}}},
        {"deploy.missing_host", S::hint, "web1", "no address", {{"nodes/web1/deploy", nullptr}}, {}},
        {"deploy.invalid_host",
         S::warning,
         "web1",
         "\"http://web1\"",
         {{"nodes/web1/deploy/host", "http://web1"}},
         {{"nodes/web1/deploy/host", "web-1.example.com"}}},
        {"deploy.duplicate_address",
         S::warning,
         "web1",
         "10.0.0.1 port 80",
         {{"nodes/web2/deploy/host", "10.0.0.1"}},
         {{"nodes/web2/deploy/host", "10.0.0.1"}, {"nodes/web2/deploy/port", 81}}},
        {"effect.ignored_parameter", S::hint, "lb1", "Random draws of lb1 has no effect",
         both("random_draws", 3), both("random_draws", 3) + both("balance", "random")},
        {"effect.ignored_parameter",
         S::hint,
         "l2",
         "Timeout of l2 has no effect",
         {{"links/l2/parameters", {{"timeout_ms", 500}}}},
         {}},
        {"failure.misspelt_mode",
         S::warning,
         "web1",
         "web1 gets a failure mode crsh in addition to its crash",
         {{"nodes/web1/failure_modes", {{{"id", "crsh"}, {"mttf_h", 100}, {"mttr_h", 1}}}}},
         {{"nodes/web1/failure_modes",
           {{{"id", "crsh"}, {"effect", "hang"}, {"mttf_h", 100}, {"mttr_h", 1}}}}}},
        {"effect.redispatch_without_retries", S::hint, "lb1", "no retries", both("retries", 0),
         both("retries", 1)},
        {"crew.not_called",
         S::hint,
         "",
         "The crew night repairs nothing",
         {{"settings", {{"crews", {{{"id", "night"}, {"size", 1}}}}}}},
         {{"settings", {{"crews", {{{"id", "night"}, {"size", 1}}}}}}, {"nodes/web1/crew", "night"}}},
        {"objective.impossible",
         S::warning,
         "o1",
         "is up at least 9990 % of the time: more than all",
         {{"objectives/o1/at_least", 99.9}},
         {{"objectives/o1/at_least", 1}}},
        {"scenario.unknown_mode",
         S::warning,
         "s1",
         "meltdown",
         {{"scenarios/s1/events", {{{"at_s", 1}, {"do", "fail"}, {"what", "web1"}, {"mode", "meltdown"}}}}},
         {{"scenarios/s1/events", {{{"at_s", 1}, {"do", "fail"}, {"what", "web1"}, {"mode", "hang"}}}}}},
        {"scenario.wrong_target",
         S::warning,
         "s1",
         "cannot be done to web1",
         {{"scenarios/s1/events", {{{"at_s", 1}, {"do", "load"}, {"what", "web1"}, {"factor", 2}}}}},
         {{"scenarios/s1/events", {{{"at_s", 1}, {"do", "load"}, {"what", "shoppers"}, {"factor", 2}}}}}},
        {"scenario.event_after_end",
         S::hint,
         "s1",
         "ends after",
         {{"scenarios/s1/duration_s", 9}},
         {{"scenarios/s1/duration_s", 10}}},
    };
}

const Issue* find(const std::vector<Issue>& issues, const Case& wanted) {
    const auto found = std::find_if(issues.begin(), issues.end(), [&](const Issue& issue) {
        return issue.code == wanted.code &&
               (*wanted.mainId == '\0' ? issue.where.empty()
                                       : !issue.where.empty() && issue.where[0] == wanted.mainId);
    });
    return found == issues.end() ? nullptr : &*found;
}

} // namespace alwayson::test
