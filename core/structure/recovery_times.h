#pragma once
// When a group serves again after its active member has failed: a race of the take-over, or a human, against
// the return of what failed. What runs over the years count as take-overs is what the take-over wins.

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
    double perYear = 0;                  // such failures
    double takenOver = 0;                // share of them that a take-over ends
    std::vector<WeightedTime> takeOvers; // s until it serves again, ascending; weights: shares, their sum is
                                         // takenOver
    bool nobodyLeft = false;             // no other member that may lead is left, or too few to decide it
    bool managerLost = false;            // it goes along: only what is done by hand takes over
    double backP95S = 0;                 // s until what failed is back, 95 % of all; crews have time
};

// `active`: a member of the group; `plan`: its own. Failures that leave it serving are left out, places too
// that hold all members. Of places everything in them and what depends on them is lost: candidates, the
// majority of group replication, the manager or its quorum. A crew is free when it is called; nothing else
// fails meanwhile. Some milliseconds for each mode.
std::vector<RecoveryTimes> recoveryTimes(const Design& design, const Group& group, const FailoverPlan& plan,
                                         const Node& active);

// Of all take-overs after all of these, each kind as often as it happens: a year, their mean, and the time
// within which a share p of them is done. 0 where there is none.
double takeOversPerYear(const std::vector<RecoveryTimes>& all);
double meanTakeOver(const std::vector<RecoveryTimes>& all);
double takeOverQuantile(const std::vector<RecoveryTimes>& all, double p);

} // namespace alwayson
