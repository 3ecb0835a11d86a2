#pragma once
// The four kinds of things of a design (node, domain, group, link) and what stands beside them, as plain
// values. Field by field they are the design file (2-model); JSON in core/model/codec.h.

#include "core/base/ids.h"
#include "core/base/quantity.h"
#include "core/model/failure_mode.h"
#include "core/model/value.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace alwayson {

// A class of requests that a client sends. The default classes are read (0.8) and write (0.2).
struct RequestClass {
    std::string id;
    double share = 1; // of the client's rate; shares of one client add up to 1
    bool writes = false;
    std::optional<bool> idempotent;           // default: not writes
    Duration deadline = Duration::seconds(3); // "deadline_ms": right answer before this or it is a failure
    std::optional<Duration> latencyObjective; // "latency_objective_ms": good = success within it
    std::optional<Duration>
        maxStaleness; // "max_staleness_ms": an answer from a replica further behind is a failure
    UnknownFields unknown;
    bool isIdempotent() const { return idempotent.value_or(!writes); }
    friend bool operator==(const RequestClass&, const RequestClass&) = default;
};

enum class Ageing : std::uint8_t { always, whilePowered, whileSystemUp };
std::string_view toString(Ageing ageing); // "always", "while_powered", "while_system_up"
bool ageingFromString(std::string_view name, Ageing& ageing);

struct Node {
    NodeId id;
    std::string kind; // catalogue id
    std::string name; // "" shows the id
    std::optional<DomainId> domain;
    std::vector<DomainId> dependsOn; // "depends_on": further domains it needs (power feed, switch)
    std::optional<GroupId> group;
    std::optional<std::string>
        crew; // id in Settings::crews: who repairs it; none: its group's, else nobody has to wait
    Parameters parameters;             // only what differs from the catalogue
    std::vector<RequestClass> classes; // clients; empty means the default classes
    std::vector<FailureMode> failureModes;
    bool defaultFailureModes = true; // false: only the modes listed here
    Ageing ageing = Ageing::always;
    Parameters deploy; // host, port, instance_type, ... for exports
    UnknownFields unknown;
    const std::string& displayName() const { return name.empty() ? id.str() : name; }
    friend bool operator==(const Node&, const Node&) = default;
};

struct Domain {
    DomainId id;
    std::string kind; // region, zone, rack, host
    std::string name;
    std::optional<DomainId> parent;
    Parameters parameters;
    std::vector<FailureMode> failureModes;
    bool defaultFailureModes = true;
    UnknownFields unknown;
    const std::string& displayName() const { return name.empty() ? id.str() : name; }
    friend bool operator==(const Domain&, const Domain&) = default;
};

struct Group {
    GroupId id;
    std::string kind; // pool, vrrp_pair, mysql_replication, quorum
    std::string name;
    std::optional<std::string> crew;    // for members that name none themselves
    std::vector<std::string> managerOn; // "manager_on": the nodes its failover manager runs on, or one quorum
                                        // group; empty: a manager that is never down and cut off from nobody
    Parameters parameters;
    UnknownFields unknown;
    const std::string& displayName() const { return name.empty() ? id.str() : name; }
    friend bool operator==(const Group&, const Group&) = default;
};

struct Link {
    LinkId id;
    std::string kind = "request";     // catalogue id of the link kind
    std::string from;                 // id of a node or group
    std::string to;                   // id of a node or group
    std::vector<std::string> classes; // class ids it carries; empty: all
    Parameters parameters;
    UnknownFields unknown;
    bool carries(const std::string& classId) const {
        return classes.empty() || std::find(classes.begin(), classes.end(), classId) != classes.end();
    }
    friend bool operator==(const Link&, const Link&) = default;
};

// "flow": "client:class", "client" or "design". metric: availability_time, _requests or _good,
// latency_p50_ms, _p95_ms or _p99_ms, cost_usd_per_month; of a group: rto_ or rpo_ with mean_s or p95_s.
struct Objective {
    ObjectiveId id;
    std::string flow = "design";
    std::string of; // id of a group, for figures of its recovery; "" for figures of a flow
    std::string metric;
    std::optional<double> atLeast;
    std::optional<double> atMost;
    std::optional<double> windowDays; // "window_d": the period it is judged over; none: the whole run
    UnknownFields unknown;
    friend bool operator==(const Objective&, const Objective&) = default;
};

struct ScenarioEvent {
    Duration at;
    std::string action; // "do": catalogue id of the event (fail, repair, load, ...)
    std::string what;   // id of a node, domain or link; "" for events without a target
    std::string mode;   // fail: a failure mode id or effect; "" = the first mode of the thing
    Parameters parameters;
    UnknownFields unknown;
    friend bool operator==(const ScenarioEvent&, const ScenarioEvent&) = default;
};

struct Scenario {
    ScenarioId id;
    std::string name;
    Duration duration = Duration::seconds(300);
    std::optional<double> seed;
    bool backgroundFailures = false;
    std::vector<ScenarioEvent> events; // ordered by time when run, kept as written
    UnknownFields unknown;
    const std::string& displayName() const { return name.empty() ? id.str() : name; }
    friend bool operator==(const Scenario&, const Scenario&) = default;
};

// A named list of Operations on top of the design, kept as JSON text and checked when it is used.
struct Variant {
    std::string id;
    std::string name;
    std::vector<std::string> operations;
    UnknownFields unknown;
    friend bool operator==(const Variant&, const Variant&) = default;
};

// People who repair, so many at a time, first come first served.
struct Crew {
    std::string id;
    int size = 1; // repairs at the same time, 1 to 1,000,000
    Distribution response = Distribution::constantValue(
        0, "s"); // from being called, or free again, until the repair begins; part of the crew's time
    UnknownFields unknown;
    friend bool operator==(const Crew&, const Crew&) = default;
};

struct Settings {
    std::string priceBook = "realistic";
    std::string capacityBook = "realistic";
    std::string haproxyVersion = "2.6"; // "haproxy_version": what the export is written for, 2.4 to 3.2
    std::vector<Crew> crews;            // ids of their own
    UnknownFields unknown;
    const Crew* crew(std::string_view id) const; // nullptr when there is none
    friend bool operator==(const Settings&, const Settings&) = default;
};

// Scene units (pixels at zoom 1); width and height only for domains.
struct CanvasBox {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
    friend bool operator==(const CanvasBox&, const CanvasBox&) = default;
};

} // namespace alwayson
