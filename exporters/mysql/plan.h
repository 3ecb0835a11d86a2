#pragma once
// A replication set of a design as an export needs it: every value is the typed key that the simulator reads.

#include "core/base/quantity.h"
#include "core/base/result.h"
#include "core/catalogue/keys.h"
#include "core/model/design.h"

#include <optional>
#include <string>
#include <vector>

namespace alwayson::exporters::mysql {

namespace group_key = key::group::mysqlReplication;
namespace member_key = key::mysql;

// Where things are on the machines.
struct Paths {
    std::string tls = "/etc/mysql/tls"; // holds ca.pem, server.pem and server.key
};

// An address the design does not say.
struct Variable {
    std::string name;    // "DB1_HOST"
    std::string meaning; // "address of db1"
};

struct Member {
    const Node* node = nullptr;
    std::string name; // in files and scripts: [A-Za-z][A-Za-z0-9_.-]*
    std::string host; // "": the variable says it
    std::string variable;
    std::int64_t port = 3306;
    std::int64_t serverId = 0;
    std::int64_t groupPort = 0; // group replication: where the members talk among themselves
    member_key::PromotionRule rule{};
    std::int64_t netTimeoutS = 4;   // whole seconds, at least 1
    std::int64_t connectRetryS = 1; // whole seconds, at least 1
    double heartbeatS = 2;          // half of the net timeout
};

struct Plan {
    const Group* group = nullptr;
    std::string slug;            // name of its folder
    std::vector<Member> members; // in design order: the first is the source at the start
    group_key::Flavour flavour{};
    bool groupReplication = false; // MySQL only: the members elect the source
    std::string groupName;         // of the group: a UUID that follows from the design's and the set's name
    std::int64_t expelTimeoutS = 5, majorityTimeoutS = 0; // whole seconds, group replication only
    bool semiSync = false;
    std::int64_t acks = 1;         // replicas that a commit waits for, semi-synchronous only
    bool chain = false;            // each member follows the one before it
    std::int64_t ackTimeoutMs = 0; // semi-synchronous only
    std::string network;           // host pattern of the accounts
    std::vector<Variable> variables;
    std::vector<std::string> notes; // what is missing, rounded or cannot be said in the target's language

    // Members that may become the source: preferred ones first, each in design order.
    std::vector<const Member*> successors() const;
    bool isMaria() const { return flavour == group_key::Flavour::mariadb1011; }
    // MySQL 8.0.26 or later says source and replica, MySQL 5.7 (and MariaDB, mostly) master and slave.
    bool isModern() const { return !isMaria() && flavour != group_key::Flavour::mysql57; }
    std::string_view product() const { return isMaria() ? "MariaDB" : "MySQL"; }
    std::string_view target() const;  // "MySQL 8.0.26": the oldest version that takes what is written
    std::string_view written() const; // "MySQL 8.0 (8.0.26 or later)": all that take it
    bool balancer = false;            // an HAProxy of the design stands in front of it
    bool orchestrator = false;        // orchestrator fails over: it has an account of its own
    // What guard.sh does on each member. A source that hears no majority of `voters`, addresses of
    // orchestrator's machines, takes no more writes after leaseMs; 0: there are none that it could ask.
    std::vector<std::string> voters;
    std::int64_t leaseMs = 0;
    bool rejoins = false; // an old source that is back follows the new one by itself
    // How long a closed source sees nobody take over before guard.sh opens it: the take-over at its longest
    // (or in 999 of 1000 cases where that has no end) and kReopenMarginS; 0: it never does.
    std::int64_t reopenS = 0;
    bool guarded() const { return leaseMs > 0 || rejoins; }
    // Ways of the callers to the set that lead through a proxy which the design does not hold: "writers and
    // readers", "writers", "readers"; "" when there is none.
    std::string_view foreignProxy() const;
};

// The replication sets of a design that MySQL or MariaDB can be, in design order: one of their members' kinds
// exports "mysql".
std::vector<const Group*> setsOf(const Design& design);

// Errors: "export.mysql_members" (fewer than one), "export.mysql_group_replication" (MariaDB and
// MySQL 5.7), "export.mysql_group_address" (a member whose address the design does not say),
// "export.mysql_acks" (MariaDB, and the source of a chain, wait for one replica only),
// "export.mysql_server_id" (one number twice), "export.host", "export.user_network" (no host pattern of an
// account, or one that keeps a member out).
Result<Plan> planOf(const Design& design, const Group& group, const std::string& slug);

} // namespace alwayson::exporters::mysql
