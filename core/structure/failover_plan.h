#pragma once
// Everything about the take-over of one group as plain values, read once from the design, and one draw of
// each of its phases. The engines supply the uniform numbers, so that a run, the verdict and the tests share
// one definition. detectionLaw, rerouteLaw and electionLaw are the laws of these very draws.

#include "core/structure/failover_laws.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace alwayson {

// Who makes another member the active one.
enum class FailoverBy : std::uint8_t { nobody, human, vrrp, orchestrator, mha, group };

// When one caller reaches the new source after its promotion: U(0, widthS) + offsetS, each for itself.
struct RerouteTimer {
    std::string caller; // node id; "" when nobody calls the group
    double widthS = 0;
    double offsetS = 0; // infinity: never (a balancer in front of the group that checks nothing)
};

struct FailoverPlan {
    FailoverBy by = FailoverBy::nobody;
    double coverage = 1;                       // chance that the automatic take-over works at all
    std::optional<DistributionShape> takeOver; // `failover`: the whole of it, in place of all phases
    std::optional<DistributionShape> byHand;   // `uncovered_recovery`; none: until the repair
    double recoveryBlock = 0;                  // s; no second automatic take-over within it
    bool anyCandidate = true;                  // some other member may become the active one

    VrrpTimers vrrp;

    double poll = 0, pollTimeout = 0, analysis = 0; // orchestrator, s
    bool allReplicasAgree = true;
    double netTimeout = 0;   // s, the longest among the replicas
    double longestQuiet = 0; // s: a working source is heard at least this often; min(net timeout / 2, 1 /
                             // writes per s)
    double ping = 0, pingFails = 1;      // MHA
    double grDetection = 0, grExpel = 0; // group replication, s

    // One draw of each, added up: fencing first when there is any, then the promotion; group replication: the
    // election. What the chosen one has received and not applied yet comes on top.
    std::vector<DistributionShape> promotionSteps;
    double fencing = 0; // chance that the old source is shut off

    // Callers of the source; links for reads only are left out. One without a name when nobody calls.
    std::vector<RerouteTimer> callers;
    std::optional<DistributionShape>
        addressMove; // virtual address: one draw for all callers; they need no more
};

// `active`: the member that fails; nullptr: the first of the group. O(nodes + links), and the request rates
// of the design (requestRates).
FailoverPlan failoverPlan(const Design& design, const Group& group, const Node* active = nullptr);

// Uniform numbers in [0, 1) of one detection; fewer are used by most laws, all are always drawn.
inline constexpr std::size_t kDetectionDraws = 4;
using DetectionDraws = std::array<double, kDetectionDraws>;

// From the failure until it is known, in seconds; infinity: never. O(1); errors of a share below 1: up to
// 10 us. With a take-over time of its own, or by a human, there is no detection: 0.
//   VRRP             vrrpTakeover: until another member holds the address
//   orchestrator     refused: U(0, poll) + U(0, analysis)
//                    silent (hang, gone, cut off): max(U(0, poll) + poll timeout, N) + U(0, analysis), where
//                    N = net timeout - U(0, longest quiet) is when the last replica gives the source up;
//                    without N when replicas need not agree
//                    errors: the replicas still hear it, so never when they must agree; else as refused, and
//                    one more poll for each that was answered
//   MHA              U(0, ping) + ping fails x ping
//   group            detection + expel timeout + U(0, 1): suspicions are looked at once a second; errors
//                    never
//   slow             never
// Sources: documentation of orchestrator, MHA and MySQL; errors are derived.
double detectionAt(const FailoverPlan& plan, FailureEffect effect, double errorShare,
                   const DetectionDraws& draws);
PhaseLaw detectionLaw(const FailoverPlan& plan, FailureEffect effect, double errorShare = 1);

// Of a manager that asks or listens, and of group replication: does it ever learn of the failure? Where it
// does not, nobody takes over and no human is called, whatever the coverage. Others: true.
bool isNoticed(const FailoverPlan& plan, FailureEffect effect, double errorShare = 1);

// What the failure of the one that is being promoted is to whoever promotes it, who asks it all the time:
// errors are noticed as a refusal is.
FailureEffect asPromotionFails(FailureEffect effect);

// draw(): a uniform number in [0, 1).
template <class Draw>
double sampleDetection(const FailoverPlan& plan, FailureEffect effect, double errorShare, Draw&& draw) {
    DetectionDraws draws;
    for (double& u : draws)
        u = draw();
    return detectionAt(plan, effect, errorShare, draws);
}

// One caller, from the promotion on, in seconds: U(0, dns ttl), U(0, connector ttl), a proxy beside it
// U(0, check) + (rise - 1) check, a balancer in front of the group its own checks; VRRP: the neighbours'
// time.
inline double rerouteAt(const RerouteTimer& caller, double u) {
    return caller.offsetS + caller.widthS * u;
}
// The last caller; one draw per caller.
template <class Draw>
double sampleLastReroute(const FailoverPlan& plan, Draw&& draw) {
    double last = 0;
    for (const RerouteTimer& caller : plan.callers) {
        const double at = rerouteAt(caller, draw());
        if (at > last) last = at;
    }
    return last;
}
// Until the last caller reaches the new one, the move of a virtual address included.
PhaseLaw rerouteLaw(const FailoverPlan& plan);

// All phases; infinite when nobody, or no candidate, can take over.
FailoverLaw failoverLaw(const FailoverPlan& plan, FailureEffect effect, double errorShare = 1);

// One take-over that nothing ends before its time, in seconds from the failure: until another member is the
// active one, and until the last caller has found it. Callers that never would are told by a human.
struct TakeOverDraw {
    double promotedS = 0;
    double servedS = 0;
};
// `count` of them; the same each time. By a human, or with a time of its own: equally likely ones, ascending.
// None where it never is. Microseconds each.
std::vector<TakeOverDraw> takeOverDraws(const FailoverPlan& plan, FailureEffect effect, double errorShare,
                                        std::size_t count);

// Nobody was left who could take over, and now one is back before the old one: equally likely times in
// seconds until callers reach it, ascending, the same each time. Nothing has to be detected any more. Empty:
// at once (VRRP, and where `failover` says how long a take-over takes); one that never ends is infinite.
std::vector<double> leadAgainTimes(const FailoverPlan& plan, std::size_t count);

// Times of `count` take-overs in seconds, ascending; the same each time. None where it never is, or where
// callers never find the new one. Microseconds each.
std::vector<double> failoverTimes(const FailoverPlan& plan, FailureEffect effect, double errorShare,
                                  std::size_t count);
// A time within which that share (0 < p < 1) of all take-overs is done, from 8192 draws that are the same
// each time: some per cent off in the tails. Infinity where it never is. Some milliseconds.
double failoverQuantile(const FailoverPlan& plan, FailureEffect effect, double p);

// A quorum that has lost its leader.
struct ElectionPlan {
    double timeout = 1;   // s; each voter waits U(1, 2) times this long
    double splitVote = 0; // chance that a round has no winner
    double roundTrip = 0; // s, the longest between two voters
};
ElectionPlan electionPlan(const Design& design, const Group& quorum);

// U(1, 2) x timeout + round trip, and another such round after each split vote (Raft as in etcd).
template <class Draw>
double sampleElection(const ElectionPlan& plan, Draw&& draw) {
    double t = 0;
    do
        t += plan.timeout * (1 + draw()) + plan.roundTrip;
    while (draw() < plan.splitVote);
    return t;
}
PhaseLaw electionLaw(const ElectionPlan& plan);

} // namespace alwayson
