#pragma once
// Replication sets under 100 writes per second, whole or on two sides of a cut.

#include "tests/simulator/mechanism/cut_support.h"

namespace alwayson::test::scenario {

inline const char* const kOneWrite =
    "'classes':[{'id':'w','share':1,'writes':true,'idempotent':true,'deadline_ms':3000}]";
inline const char* const kPatient =
    "'arrivals':'regular','network_rtt_ms':0,'attempts':1,'attempt_timeout_ms':1e7";

inline std::string set(const std::string& parameters, const std::string& more = {}) {
    return "{'id':'db','kind':'mysql_replication'" + more +
           ",'parameters':{'failover_coverage':1,'uncovered_recovery':{'dist':'constant','value_s':20}" +
           (parameters.empty() ? "" : "," + parameters) + "}}";
}

inline std::string database(const std::string& id, const std::string& place = {},
                            const std::string& more = {}) {
    return node(
        id, "mysql",
        "'workers':64,'queue_limit':null,'cold_factor':1,'service':{'dist':'constant','value_ms':0.1},"
        "'idle_lag':{'dist':'constant','value_ms':0},'ack_time':{'dist':'constant','value_ms':0}" +
            (more.find("write_service") == std::string::npos
                 ? std::string(",'write_service':{'dist':'constant','value_ms':0.1}")
                 : "") +
            (more.empty() ? "" : "," + more),
        "'group':'db'" + (place.empty() ? "" : ",'domain':'" + place + "'"));
}

// 100 writes per second to a set of `members`.
inline Parts writes(int members, const std::string& parameters, const std::string& more = {}) {
    Parts p;
    p.groups = {set(parameters)};
    p.nodes = {node("c", "client", std::string("'rate_per_s':100,") + kPatient, kOneWrite)};
    for (int i = 1; i <= members; ++i)
        p.nodes.push_back(database("db" + std::to_string(i), {}, more));
    p.links = {calls("c", "db", "'latency_ms':0")};
    return p;
}

// Two places, 0.5 s apart each way; the source in a, two others in b, and the client in a.
inline Parts farApart(const std::string& parameters) {
    Parts p;
    p.groups = {set(parameters)};
    p.domains = {"{'id':'r','kind':'region','parameters':{'rtt_ms':1000}}",
                 "{'id':'a','kind':'zone','parent':'r'}", "{'id':'b','kind':'zone','parent':'r'}"};
    p.nodes = {node("c", "client", std::string("'rate_per_s':100,") + kPatient, kOneWrite),
               database("db1", "a"), database("db2", "b"), database("db3", "b")};
    p.links = {calls("c", "db", "'latency_ms':0")};
    return p;
}

// Two zones with 50 writes per second each; the source is in a, two others and the manager in b.
inline Parts twoSides(const std::string& parameters, const std::string& more = ",'manager_on':['w2']") {
    Parts p;
    p.groups = {set(parameters, more)};
    p.domains = {"{'id':'r','kind':'region','parameters':{'rtt_ms':0}}",
                 "{'id':'a','kind':'zone','parent':'r'}", "{'id':'b','kind':'zone','parent':'r'}"};
    const std::string client = std::string("'rate_per_s':50,") + kPatient;
    p.nodes = {node("ca", "client", client, std::string(kOneWrite) + ",'domain':'a'"),
               node("cb", "client", client, std::string(kOneWrite) + ",'domain':'b'"), database("db1", "a"),
               database("db2", "b"), database("db3", "b")};
    if (more.find("etcd") == std::string::npos) {
        p.nodes.push_back(node("w2", "voter", {}, "'domain':'b'"));
    } else {
        p.groups.push_back("{'id':'etcd','kind':'quorum'}");
        p.nodes.push_back(node("w1", "voter", {}, "'domain':'a','group':'etcd'"));
        p.nodes.push_back(node("w2", "voter", {}, "'domain':'b','group':'etcd'"));
        p.nodes.push_back(node("w3", "voter", {}, "'domain':'b','group':'etcd'"));
    }
    p.links = {calls("ca", "db", "'latency_ms':0"), calls("cb", "db", "'latency_ms':0")};
    p.seconds = 160;
    p.events = {at(40, "isolate", "a", "'other_side':'b','heal_after_s':60")};
    return p;
}

inline bool near(double value, double wanted, double off) {
    if (std::abs(value - wanted) <= off) return true;
    qWarning("%g is not %g", value, wanted);
    return false;
}

} // namespace alwayson::test::scenario
