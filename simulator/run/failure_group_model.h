#pragma once
// A group that does something when a member fails: a failure run's view of a VRRP pair, a replication set or
// a pool that is interrupted.

#include "core/structure/failover_plan.h"
#include "simulator/kernel/sampler.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace alwayson::sim {

inline constexpr std::uint32_t kNone = 0xffffffffU;

// What a group is doing. All but steady and leaderless: callers are not served for its sake.
enum class GroupPhase : std::uint8_t {
    steady,     // the active one serves; pools: whoever works
    detecting,  // nobody knows yet; with a take-over time of its own: all of the take-over
    promoting,  // another member is being made the active one
    rerouting,  // it is, and callers do not know yet
    byHand,     // a human has to do it
    leaderless, // nobody is left who could: the next one that is back serves
};

struct FailureModelGroup {
    std::string id;
    std::uint32_t index = 0;            // in StateFunction::groups()
    bool one = false;                   // one member at a time is reached by callers; else a pool
    std::vector<std::uint32_t> members; // components, by preference
    std::uint32_t candidates = 0;       // the first so many may become the active one
    std::uint32_t needed = 1;           // pools: to serve at all; group replication: to decide
    bool frozen = false;                // while it fails over nothing in it fails or is repaired
    double coverage = 1;
    bool automatic = false; // some mechanism takes over by itself
    bool human = false;     // a human always does
    bool byMajority = false;
    std::optional<Sampler> takeOver, byHand;
    std::vector<Sampler> promotion;
    std::optional<Sampler> addressMove;
    std::vector<FailoverPlan> plans;     // with the member of the same place in `members` as the active one
    double recoveryBlock = 0;            // seconds
    std::optional<Sampler> rejoin;       // by hand; none: by itself
    std::vector<std::uint32_t> managers; // components the manager runs on; empty: it is never down
    std::uint32_t managersNeeded = 1;
    std::uint32_t takeOverCause = 0, managerCause = 0, handCause = 0;
    std::uint32_t placeRecovery = kNone; // in FailureModel::recoveries
    // Replication sets: what is lost with the source.
    enum class Keeps : std::uint8_t { all, acknowledged, sent };
    Keeps keeps = Keeps::all;   // group replication; semi-synchronous; asynchronous
    std::uint32_t acks = 1;     // semi-synchronous
    double semisyncTimeout = 0; // s until it goes on asynchronously; infinity: never
    double writesPerS = 0;      // of its clients
    std::vector<double> oneWay; // [source * members + replica]: s that a change is under way
    std::uint64_t coverageStream = 0, failoverStream = 0, rerouteStream = 0;
};

// Recoveries of a group from one kind of failure.
struct FailureModelRecovery {
    std::string group;
    std::string mode; // id of a failure mode; "place": an outage around the active member
};

} // namespace alwayson::sim
