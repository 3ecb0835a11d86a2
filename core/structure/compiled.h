#pragma once
// The flat form of a design behind StateFunction (private to core/structure).
//
// A program is what one or several flows of one client walk through: nodes that call sets, sets of nodes of
// which one is chosen per request. Steps are in an order in which everything called comes before its caller.
// Each node and each set has three values:
//   r     share of the requests that arrive there and succeed, capacity aside
//   carry requests per second that it can take itself (infinity: no limit)
//   reach smallest capacity / load of the shared parts behind it (infinity: no limit)
// A call reads or writes; where that matters (stores with one writer, caches) a node that gets both kinds is
// two nodes of the program. The flow's a is r min(1, reach) at the client. A set that is called by only some
// members of one other set limits those members' carry (max-flow of nested sets); one that is called by all
// of them counts in reach, with its whole load.

#include "core/catalogue/catalogue.h"
#include "core/graph/held_times.h"
#include "core/structure/state_function.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace alwayson {

inline constexpr std::uint32_t kNoIndex = 0xffffffffU;
// a is compared with the threshold with this slack, so that 19 of 20 servers reach 0.95 whatever the
// rounding.
inline constexpr double kUpSlack = 1e-12;

enum class NodeCondition : std::uint8_t { works, refused, gone, hangs, errs };
// It says nothing, as isSilent(FailureEffect).
constexpr bool isSilent(NodeCondition condition) {
    return condition == NodeCondition::gone || condition == NodeCondition::hangs;
}

struct CompiledMode {
    NodeCondition condition = NodeCondition::works;
    double success = 1;  // share of answers that are right
    double capacity = 1; // factor
};

struct CompiledCall {
    std::uint32_t set = 0;
    double calls = 1;           // per request; below 1: a chance
    bool limitsMembers = false; // the set's capacity is counted in the caller's carry by a block
    bool optional = false;      // carries load only
    // The source of this group asks its quorum for the lease: no call of requests, yet it must succeed.
    std::uint32_t leaseOf = kNoIndex;
    // Of a cache: calls per request when it answers nothing, and how many more requests per second then
    // arrive at the set for each read per second that arrives at the cache.
    double passedCalls = 1;
    double morePerRead = 0;
};

struct CompiledNode {
    std::uint32_t component = 0;
    std::uint32_t firstCall = 0, endCall = 0;
    bool passedBy = false; // a cache that is looked aside: its callers make its calls when it does not answer
    // passedBy: reads per second at this cache, and at all that stand in for each other.
    double reads = 0, readsOfGroup = 0;
};

struct CompiledMember {
    std::uint32_t node = 0;        // of the program
    std::uint32_t view = kNoIndex; // of the observer; none: always routed
    std::uint32_t rank = 0;        // in StructureGroup::members, where the part has a group
};

// Members that share sets which no other member of the set calls.
struct CompiledLimit {
    std::uint32_t set = 0;
    double perUnit = 0; // requests at the block per request at the limiting set
};
struct CompiledBlock {
    std::uint32_t firstMember = 0, endMember = 0;
    std::uint32_t firstLimit = 0, endLimit = 0;
};
// Members of one group with rules of its own, or members without (needed 0: capacity decides).
struct CompiledPart {
    std::uint32_t firstBlock = 0, endBlock = 0;
    std::uint32_t needed = 0;       // share
    std::uint32_t group = kNoIndex; // StateFunction::groups()
    GroupRule rule = GroupRule::share;
    bool writes = false;                          // oneWriter: what the calls are
    std::uint32_t serving = kNoIndex;             // share: at most so many members serve
    std::uint32_t firstRanked = 0, endRanked = 0; // members by rank; empty where the order does not matter
    double base = 0; // oneWriter: requests per second that its carry is compared with
};

// Callers ask its members in turn, those that do not work included.
inline bool asksInTurn(const CompiledPart& part) {
    return part.rule == GroupRule::share && part.serving == kNoIndex;
}

// Its members vote: each counts or does not, whatever share of its answers is right.
inline bool votes(const std::vector<StructureGroup>& groups, const CompiledPart& part) {
    return part.group != kNoIndex && groups[part.group].quorum;
}

struct CompiledSet {
    std::uint32_t firstPart = 0, endPart = 0;
    std::uint32_t firstMember = 0, endMember = 0;
    std::uint32_t observer = kNoIndex; // component of the balancer that chooses by its views
    std::uint32_t same = kNoIndex;     // earlier set with the same members: equal under perfect views
    double load = 0;                   // requests per second on all members, from all flows, all up
    bool survivesRefused = true;       // redispatch: a refused connection costs nothing
    bool survivesGone = true;          // the connect timeout fits into the deadline
    bool countsConnections = false;    // leastconn: one that answers nothing soon gets nothing more
    bool looksAside = false;           // its members are passedBy; when none works, all calls are made
    bool survivesSilence = false;      // looksAside: by those that say nothing as well
    std::uint32_t attempts = 1;        // looksAside: who is refused asks the next member, so many in all
    bool keepsWaiting = false;         // looksAside: of several members; who asks a silent one waits in vain
    // looksAside, of several members: who asks one that refuses goes past all of them, while the others
    // serve.
    bool passesShare = false;
};

struct CompiledStep {
    bool isSet = false;
    std::uint32_t index = 0;
};

struct CompiledProgram {
    std::uint32_t client = 0; // component
    std::vector<CompiledNode> nodes;
    std::vector<CompiledCall> calls; // those of the client: [firstRootCall, calls.size())
    std::uint32_t firstRootCall = 0;
    std::vector<CompiledSet> sets;
    std::vector<CompiledPart> parts;
    std::vector<CompiledBlock> blocks;
    std::vector<CompiledMember> members;
    std::vector<CompiledLimit> limits;
    std::vector<std::uint32_t> ranked;
    std::vector<CompiledStep> steps;    // what decides up
    std::vector<CompiledStep> allSteps; // with what is behind optional links: what carries load
};

struct GroupLoad {
    double writes = 0, reads = 0; // requests per second at all members together, everything up
};

struct CompiledStructure {
    std::uint32_t nodeCount = 0;
    std::vector<StructureComponent> components;
    std::vector<StructureFlow> flows;
    std::vector<StructureView> views;
    std::vector<StructureGroup> groups;
    std::vector<GroupLoad> groupLoads;    // per group
    std::vector<std::uint32_t> programOf; // per flow
    std::vector<CompiledProgram> programs;

    // Per component: its modes and the domains it stands in or depends on (component indices), flat.
    std::vector<CompiledMode> modes;
    std::vector<std::uint32_t> firstMode; // components + 1
    std::vector<std::uint32_t> places;
    std::vector<std::uint32_t> firstPlace; // nodes + 1

    std::vector<double> load;                        // per node: requests per second, everything up
    std::vector<double> capacity;                    // per node: requests per second
    std::vector<double> readCapacity, writeCapacity; // per node: if all its requests were reads, writes
    std::vector<std::string> capacityWhy;            // per node: CarriedRate::why
    std::vector<double> ownShare; // per node: of the time that a worker is kept; the rest are calls

    // Per component. Of nodes: some look it aside and get past it when it refuses, not when it is silent. Of
    // places: what is in it refuses while it is out (a fault that members of a group share), where that
    // matters to somebody.
    std::vector<bool> tellsSilence, refusesWhenOut;

    // What a component in this state does; 0 works.
    CompiledMode modeOf(std::size_t component, ComponentState state) const {
        if (state == 0) return {};
        if (state < kAnswersErrors) return modes[firstMode[component] + state - 1U];
        if (state == kAnswersErrors) return {NodeCondition::errs, 0, 0};
        return {state == kSaysNothing ? NodeCondition::gone : NodeCondition::refused, 0, 0};
    }
};

Result<CompiledStructure> compileStructure(const Design& design, const NormalOperation& normal);

struct StateFunction::Impl {
    CompiledStructure compiled;
};

struct StructureAccess {
    static const CompiledStructure& of(const StateFunction& function) { return function.m->compiled; }
};

// What a server carries whose own work goes on at this speed, as a share: what it calls takes what it takes.
inline double capacityAt(double speed, double ownShare) {
    return ownShare < 1 && speed > 0 && speed < 1 ? 1 / (ownShare / speed + 1 - ownShare) : speed;
}

// r of a call that is made `calls` times per request to something with success share r.
inline double callSuccess(double r, double calls) {
    if (calls < 1) return 1 - calls + calls * r;
    if (r == 1 || r == 0) return r;
    double all = 1;
    while (calls >= 1) {
        all *= r;
        calls -= 1;
    }
    return all * (1 - calls + calls * r);
}
// Share of requests that a call lets through whose target lets through `reach`.
inline double callReach(double reach, double calls) {
    return calls < 1 && reach < 1 ? 1 - calls + calls * reach : reach;
}

// What a call to a target of this worth and load adds to the worth (r, reach) of a cache that answers `share`
// less of `reads` reads per second than it does when it works.
inline void passCall(const CompiledCall& call, double share, double reads, double targetR, double targetCarry,
                     double targetReach, double load, double& r, double& reach) {
    const double calls = call.calls + share * (call.passedCalls - call.calls);
    r *= callSuccess(targetR, calls);
    if (!(targetR > 0)) return;
    const double more = share * reads * call.morePerRead;
    double through = load > 0 ? targetReach * (load / (load + more)) : targetReach;
    if (!call.limitsMembers && load + more > 0) through = std::min(through, targetCarry / (load + more));
    reach = std::min(reach, callReach(through, calls));
}

// What the members of a part with one writer make of it: the active one, and the others that work.
struct WriterMembers {
    bool found = false; // the active one, and it works
    double success = 0, writeCapacity = 0, readCapacity = 0;
    double others = 0, othersSuccess = 0, othersReadCapacity = 0;
    double working = 0; // of all members, up to what is needed
};
struct PartWorth {
    double usable = 0, success = 0, carry = 0, reach = 0, lost = 0;
};
// A member's time is shared between what it reads and writes: with W and R requests per second it carries
// all when W / writeCapacity + R / readCapacity <= 1. Where several read, reads take what writes leave.
PartWorth writerWorth(const StructureGroup& group, const GroupLoad& load, const CompiledPart& part,
                      const WriterMembers& members);

} // namespace alwayson
