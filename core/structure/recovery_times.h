#pragma once
// When a group serves again after its active member has failed: a race of the take-over, or a human, against
// the return of what failed.

#include "core/structure/failover_plan.h"

#include <string>
#include <vector>

namespace alwayson {

struct WeightedTime {
    double seconds = 0;
    double weight = 0;
};

// One kind of failure of the active member, or of a place around it.
struct RecoveryTimes {
    std::string what;  // id of the node or place
    std::string title; // of the failure mode
    FailureEffect effect = FailureEffect::crash;
    double perYear = 0;   // such failures
    double takenOver = 0; // share of them that a take-over ends, not the return of what failed
    // s until it serves again, either way, ascending; weights: their sum is 1
    std::vector<WeightedTime> served;
    bool ofAll = false;       // a place that holds all members
    bool nobodyLeft = false;  // no other member that may lead is left, or too few to decide it
    bool managerLost = false; // it goes along: only what is done by hand takes over
    double backP95S = 0;      // s until what failed is back, 95 % of all; crews have time
};

// `active`: a member of the group; `plan`: its own. Failures that leave it serving are left out. Of places
// everything in them and what depends on them is lost: candidates, the majority of group replication, the
// manager or its quorum. A crew is free when it is called, nothing else fails meanwhile, and nothing befalls
// several members at once but outages of places. Some milliseconds for each mode.
std::vector<RecoveryTimes> recoveryTimes(const Design& design, const Group& group, const FailoverPlan& plan,
                                         const Node& active);

// Until it serves again after any of these, each kind as often as it happens: the mean, and the time within
// which a share p of them is over. 0 where there is none.
double meanUntilServed(const std::vector<RecoveryTimes>& all);
double untilServedQuantile(const std::vector<RecoveryTimes>& all, double p);

} // namespace alwayson
