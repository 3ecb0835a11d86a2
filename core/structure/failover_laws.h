#pragma once
// How long a group needs until another member serves: one law for the verdict, the engines, the exports and
// the tests. VRRP: keepalived's timing, as its source has it and as measured with version 2.2.7 between two
// network namespaces.

#include "core/model/design.h"

#include <cstdint>

namespace alwayson {

// Seconds of one phase. Infinity: never.
struct PhaseLaw {
    double minS = 0;
    double meanS = 0;
    double maxS = 0;
};

struct FailoverLaw {
    PhaseLaw detection;  // until the group knows
    PhaseLaw promotion;  // until the new one serves
    PhaseLaw reroute;    // until callers reach it
    PhaseLaw total;      // all of it
    double coverage = 1; // chance that it works at all
};

// What becomes of the active member of a VRRP pair.
enum class VrrpEvent : std::uint8_t {
    machineGone,  // no more adverts arrive: machine dead, place out, cut off
    stopped,      // keepalived is stopped cleanly and says goodbye (priority 0)
    balancerDead, // every run of the script fails at once
    balancerHung  // no run of the script ends by itself
};

// The timers of a VRRP pair with `active` as the holder of the address, in seconds.
struct VrrpTimers {
    double advert = 1;   // a
    double skew = 0;     // k = (256 - priority of the standby) / 256 x (version 3: a, version 2: 1 s)
    bool tracked = true; // a script watches the balancer; the rest is its
    double interval = 1; // i
    double timeout = 1;  // tau
    double fall = 1;
    double weight = 0;
    bool preempt = false;
    double preemptDelay = 0;
    double arpUpdate = 0;
    // With its script failing, the active member's priority is below that of a standby which may preempt.
    bool weightGivesWay = false;
};

// Priority of a member in the VRRP election, 1 to 254: its own, else 150 for the first member of its group,
// 100 for the second and 10 less for each further one. 0: in no group. O(nodes).
double priorityOf(const Design& design, const Node& member);

// `active`: the holder of the address, a member of the group. The standby is the other member that takes
// over, the one of highest priority. O(nodes).
VrrpTimers vrrpTimersOf(const Design& design, const Group& group, const Node& active);

// From the event until a standby holds the address, without the neighbours' part (arpUpdate):
//   machineGone   3a + k - U(0, a): three adverts are missed since the last one
//   stopped       k
//   balancerDead  U(0, i) + (fall - 1) i + k, the member says goodbye
//   balancerHung  U(0, i) + (fall - 1) i + tau + k: keepalived before 2.3.3 starts a run every interval,
//                 even while the last one lasts (source and measured; where tau is a multiple of i it may
//                 lose one that ends just then, i more). From 2.3.3 on see vrrpTakeoverHungNewer.
// With a weight other than 0 the member stays in the election with a lower priority instead of saying
// goodbye. When a standby may preempt it, 3a - U(0, a) come on top: the standby ignores its adverts from then
// on; a preempt delay d adds U(0, a) + floor(d / a) a. Otherwise it keeps the address: never (measured).
PhaseLaw vrrpTakeover(const VrrpTimers& timers, VrrpEvent event);

// The same hang with keepalived 2.3.3 or later: (fall - 1) (floor(tau / i) + 1) i in place of (fall - 1) i.
PhaseLaw vrrpTakeoverHungNewer(const VrrpTimers& timers);

// The active member (the first of the group) fails with this effect. errorShare: share of the balancer's
// answers that fail, errors only; the runs of the script fail alike. Groups without a law here: all zero,
// coverage 1. With a take-over time of its own (`failover`) that distribution is the total, between 0 and
// infinity.
FailoverLaw failoverLaw(const Design& design, const Group& group, FailureEffect effect,
                        double errorShare = 1);

} // namespace alwayson
