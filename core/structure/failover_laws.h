#pragma once
// How long a group needs until another member serves: one law for the verdict, the engines, the exports and
// the tests. VRRP: keepalived's timing, as its source has it and as measured with version 2.2.7 between two
// network namespaces.

#include "core/graph/call_rules.h"
#include "core/model/design.h"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>

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

// Does what failed in this way still serve: is it slow, or are some of its answers right? Who does not is no
// more the active one of a group than one that is gone. A member of a replication set takes no part in it
// then: it receives and acknowledges nothing, is not counted in a majority, is not read, and is not promoted.
// Managers ask a member before they promote it, and are answered by errors as everybody is (orchestrator
// takes none whose last check failed, MHA none that it cannot ask). Its own replicas still hear such a
// source: whether its loss is noticed is another question (isNoticed in failover_plan.h).
bool stillServes(FailureEffect effect, double errorShare);

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
// on. With a preempt delay d it heeds them until d after the first of them, so that 3a + U(0, a) +
// (ceil(d / a) - 1) a come on top (source, and measured with 2.2.7: the advert that is due just then comes a
// little late). Otherwise it keeps the address: never (measured).
PhaseLaw vrrpTakeover(const VrrpTimers& timers, VrrpEvent event);

// One draw of it from two uniform numbers in [0, 1), in seconds: the phase of the last advert or of the
// script's next run, and of the adverts after a change of weight.
using VrrpDraws = std::array<double, 2>;
double vrrpTakeoverAt(const VrrpTimers& timers, VrrpEvent event, const VrrpDraws& draws);

// From the return of a member of higher priority, in a pair that preempts, until it holds the address: 3a +
// k, and with a preempt delay d U(0, a) + (ceil(d / a) - 1) a more, as above. u: uniform in [0, 1). O(1).
double vrrpPreemptAt(const VrrpTimers& timers, double u);

// The same hang with keepalived 2.3.3 or later: (fall - 1) (floor(tau / i) + 1) i in place of (fall - 1) i.
PhaseLaw vrrpTakeoverHungNewer(const VrrpTimers& timers);

// What a failure of this kind is to a pair; none: nobody notices.
std::optional<VrrpEvent> vrrpEventOf(FailureEffect effect, double errorShare);

// Trials until `fall` failures in a row, when each fails with probability e, 0 < e <= 1: the mean,
// (1 - e^fall) / (e^fall (1 - e)), and one draw from a uniform number in [0, 1), by inversion.
double meanFailedRun(double fall, double e);
double failedRunAt(double fall, double e, double u);

// Sums, and a constant added to all three.
PhaseLaw operator+(const PhaseLaw& a, const PhaseLaw& b);
PhaseLaw operator+(const PhaseLaw& a, double seconds);
PhaseLaw uniformLaw(double width, double offset);
inline constexpr PhaseLaw kNeverLaw{std::numeric_limits<double>::infinity(),
                                    std::numeric_limits<double>::infinity(),
                                    std::numeric_limits<double>::infinity()};

// The active member (the first of the group) fails with this effect. errorShare: share of its answers that
// fail, errors only.
//   VRRP pair          detection until another member holds the address, reroute until neighbours follow
//   replication set    detection, promotion (fencing, promotion or election), reroute of the last caller; by
//                      a human: only the total. core/structure/failover_plan.h has the phases
//   quorum             detection: until there is a leader again
// With a take-over time of its own (`failover`) that distribution is the total. Pools without one: all zero;
// coverage as the group says. O(nodes + links), and the request rates of the design.
FailoverLaw failoverLaw(const Design& design, const Group& group, FailureEffect effect,
                        double errorShare = 1);

} // namespace alwayson
