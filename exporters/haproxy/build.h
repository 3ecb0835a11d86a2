#pragma once
// Design -> configuration tree of one balancer. Every timer, count and limit comes from the typed key the
// simulator reads.

#include "core/base/result.h"
#include "core/model/design.h"
#include "exporters/haproxy/figures.h"
#include "exporters/haproxy/tree.h"
#include "exporters/haproxy/version.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alwayson::exporters::haproxy {

// Where things are on the machine HAProxy runs on. An empty text leaves the line out.
struct Paths {
    std::string adminSocket = "/run/haproxy/admin.sock";
    std::string chroot = "/var/lib/haproxy";
    std::string user = "haproxy";
    std::string group = "haproxy";
    std::string log = "/dev/log";
    std::string metricsBind = "127.0.0.1:8404"; // statistics page and Prometheus metrics
    bool sharePort = true; // false: a second HAProxy on the same port fails instead of sharing it (tests)
};

// An address the design does not say: read from the environment when HAProxy starts.
struct Variable {
    std::string name;    // "WEB1_HOST"
    std::string meaning; // "address of web1"
};

struct ServerName {
    std::string node; // id
    std::string name; // in the configuration
};

// A port that callers connect to.
struct Port {
    std::int64_t number = 0;
    std::string_view what; // "requests", "writes", "reads"
};

// What each server must answer, or HAProxy takes it out.
struct Probe {
    bool http = true;    // else a connection is enough
    std::string request; // "GET / HTTP/1.0"
    std::string host;    // of its Host header; "" without one
    Duration within;
};

struct Built {
    Config config;
    std::string balancer;    // node id
    std::string slug;        // name of its folder
    std::string backend;     // in front of a replication set: the members that may write
    std::string readBackend; // in front of a replication set: those that are read; "" otherwise
    std::vector<ServerName> servers;
    std::vector<Port> ports;
    std::optional<Probe> probe; // of HTTP servers; nullopt: nobody checks
    std::vector<Variable> variables;
    std::vector<std::string> notes; // what is missing, rounded or cannot be said in HAProxy's language
    std::vector<std::string>
        notSimulated;        // times in the configuration that no figure depends on: "timeout client"
    long long openFiles = 0; // what HAProxy asks the system for when it starts, a little generous
    Figures figures;
    // "timeout client, timeout tunnel and hard-stop-after"
    std::string notSimulatedNames() const;
};

// The balancers of a design that HAProxy can be, in design order.
std::vector<const Node*> balancersOf(const Design& design);

// Errors: "export.haproxy_no_servers" (linked to nothing), "export.host" (an address that is neither an IP
// address nor a DNS name), "export.haproxy_too_many_servers" (more than 4095 with a dynamic algorithm),
// "export.haproxy_not_http" (a target that speaks neither HTTP nor MySQL), "export.haproxy_mixed" (more than
// one replication set, or one beside HTTP servers), "export.haproxy_no_set" (a database of no replication
// set), "export.haproxy_unchecked" (a replication set without health checks), "export.haproxy_port" (no port
// left for reads).
Result<Built> build(const Design& design, const Node& balancer, const std::string& slug, Version version,
                    const Paths& paths = {});

} // namespace alwayson::exporters::haproxy
