#pragma once
// Design -> configuration tree of each member of a VRRP pair. Every timer, count and priority comes from the
// typed key that the simulation and core/structure/failover_laws.h read.

#include "core/base/result.h"
#include "core/model/design.h"
#include "core/structure/failover_laws.h"
#include "exporters/keepalived/tree.h"
#include "exporters/quoting/slugs.h"

#include <string>
#include <vector>

namespace alwayson::exporters::keepalived {

// Where things are on the machine keepalived runs on.
struct Paths {
    std::string folder = "/etc/keepalived";
    std::string scriptUser = "keepalived_script";
    // What the HAProxy export answers while the process works (its metrics page).
    std::string healthUrl = "http://127.0.0.1:8404/healthz";
};

inline constexpr std::string_view kCheckScript = "check-haproxy.sh";
// What a configuration is written for: unicast without multicast fall-back, both protocol versions.
inline constexpr std::string_view kOldest = "2.2";

// An address the design does not say: defined above the configuration when it is installed.
struct Variable {
    std::string name;    // "LB1_ADDRESS"
    std::string meaning; // "IP address of lb1"
};

// From the event until a standby holds the address, when this member held it.
struct Figures {
    PhaseLaw machineGone, stopped, balancerDead, balancerHung;
    PhaseLaw balancerHungNewer; // keepalived 2.3.3 or later
};

struct Built {
    Config config;
    std::string member; // node id
    std::string group;  // group id
    std::string slug;   // name of its folder
    std::string interface;
    bool tracked = false; // needs kCheckScript
    bool starts = false;  // holds the address when all start together
    int priority = 0;
    std::vector<Variable> variables;
    std::vector<std::string> notes; // what is missing or cannot be said in keepalived's language
    Figures figures;
};

// "after 2.61 s to 3.61 s", "never".
std::string window(const PhaseLaw& law);

// The VRRP pairs of a design with members, in design order.
std::vector<const Group*> pairsOf(const Design& design);

// One configuration for each member, in design order; `slugs` makes their folder names. Both start as BACKUP,
// with nopreempt unless the pair goes back. Errors: "export.vrrp_one_member"; "export.vrrp_member" (a member
// that is no balancer this export can check); "export.host", "export.vrrp_same_address", "export.virtual_ip",
// "export.interface", "export.vrrp_family" (IPv4 and IPv6 mixed, or IPv6 with version 2);
// "export.vrrp_seconds" (a timer that keepalived cannot hold: version 2 counts adverts in seconds, version 3
// in 10 ms, scripts run in whole seconds); "export.vrrp_weight" (a weight without preempting: the address
// would stay at the failed member).
Result<std::vector<Built>> build(const Design& design, const Group& group, quoting::Slugs& slugs,
                                 const Paths& paths = {});

} // namespace alwayson::exporters::keepalived
