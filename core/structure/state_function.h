#pragma once
// When is a flow up? One definition for every engine (2-model, Definitions: Up, Structural availability, k of
// n).
//
//   a = r * min(1, C / load)      up when a >= the client's up_threshold
//
// r: share of routing choices, by the given views and after redispatch and retries, that reach working
// members; C: what the working, routed members can carry. A group with a number needed has no C: the number
// decides. Clients always work; optional links and client retries are not part of it. The function is
// compiled from a Design once, then evaluated on states.
//
// Groups (StructureGroup, by preference):
//   pool         its members share; with standby only the first so many that work do
//   VRRP pair    exactly one member counts: the holder of the address, with what it can carry itself
//   replication  writes: exactly one member, and enough members working; reads: the others (the one when no
//                other works), all of them, or the one. What a member carries is shared between what it
//                reads and writes.
// The one is the first candidate that works itself, whatever is behind it, unless roles say otherwise.
// A cache answers its share of reads itself and calls for the rest. One that is looked aside is passed by
// when it refuses and none of its set works: all calls are then made, and what is behind must carry that much
// more. One that is silent (gone, hanging, its place out) is passed by only over a link with a timeout that
// leaves the requests time enough; else they fail (core/graph/lookups.h, which has the cases). Callers ask
// the members of a pool in turn, whatever these do: the share of lookups that silent members get is lost.
// The time for which callers wait, and their workers with them, is not part of it.

#include "core/base/result.h"
#include "core/graph/call_rules.h"
#include "core/model/design.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alwayson {

// The state of one component (node or domain): 0 is working, m > 0 is its failure mode m - 1 (failureModesOf
// order).
using ComponentState = std::uint16_t;
// A node without a failure that is not back yet after an outage of its place (restart_after_outage): it
// refuses.
inline constexpr ComponentState kNotStarted = 0xffff;
// A node that says nothing for a reason beyond its failure modes: somebody cannot reach it.
inline constexpr ComponentState kSaysNothing = 0xfffe;
// A node all of whose answers are errors for such a reason.
inline constexpr ComponentState kAnswersErrors = 0xfffd;

// Failure mode that only deployments of the node's pool bring about, the last of its modes.
inline constexpr std::string_view kBadVersion = "bad version";

struct StructureComponent {
    bool isDomain = false;
    std::string id;
    std::vector<struct ResolvedFailureMode> modes; // what can happen to it, with its clocks
    std::string title = {}; // of places that the design does not draw: faults that a group shares
    // Steady state: availability 1 / (1 + sum MTTR_i / MTTF_i); probability of mode i = ratio_i *
    // availability.
    double availability() const;
    double modeProbability(std::size_t mode) const;
};

struct StructureFlow {
    std::string id;      // "shoppers:read"
    std::string client;  // node id
    double weight = 0;   // of the class in the client by share, for sums
    double ratePerS = 0; // offered logical requests
    double upThreshold = 0.95;
};

// A balancer's view of one of its direct targets (node). Index into StateFunction::views().
struct StructureView {
    std::uint32_t observer = 0; // component index of the balancer
    std::uint32_t target = 0;   // component index of the node it checks
};

inline constexpr std::uint32_t kNobody = 0xffffffffU;
inline constexpr std::uint32_t kFirstWorking = 0xfffffffeU; // a perfect manager

// What a group does beyond the state of its members, where that is followed.
struct GroupRole {
    std::uint32_t active = kNobody; // component that callers reach as source or holder of the address
    // The group serves nothing, whoever works; reads of replicas go on. For pools too.
    bool interrupted = false;
    // The active one is known to have enough others for a commit: they are not counted in the state, which
    // may be what a client sees.
    bool commits = false;
    // Whether its source has a lease is followed too, in `interrupted`: voters are not asked.
    bool leased = false;
};

// A node that works, though not as its state 0 says: it is slow, or some of its answers are errors, in a way
// that is no failure mode of the design.
struct PartialWork {
    double success = 1; // share of right answers, 0..1
    double speed = 1;   // of its own work, 0..1; what it calls keeps its own
};

struct NormalOperation; // core/graph/held_times.h

class StateFunction {
public:
    // Errors: "structure.cycle" with the cycle named; "structure.too_large".
    static Result<StateFunction> compile(const Design& design, const NormalOperation& normal);
    static Result<StateFunction> compile(const Design& design);
    ~StateFunction();
    StateFunction(StateFunction&&) noexcept;
    StateFunction& operator=(StateFunction&&) noexcept;

    // Nodes in design order, domains, then faults that a group shares ("web#crash").
    const std::vector<StructureComponent>& components() const;
    // Does it matter to somebody whether this node refuses or says nothing when it does not work? Caches that
    // are looked aside over links without a timeout that helps.
    bool tellsSilence(std::uint32_t node) const;
    // Places that a node stands in or needs, as components, shared faults included.
    std::span<const std::uint32_t> placesOf(std::uint32_t node) const;
    const std::vector<StructureFlow>& flows() const;   // per client and class, design order
    const std::vector<StructureView>& views() const;   // empty where nothing is checked
    const std::vector<StructureGroup>& groups() const; // all groups, in design order

    // a of each flow (0..1). `state` has one entry per component. `viewUp` one flag per view (1: the observer
    // routes to the target); nullptr: perfect views (so pass some address even when views() is empty but the
    // truth is not known to balancers: targets that nobody checks are always routed to). With views, a target
    // seen up that does not work costs the share of requests that end there: none when refused and
    // redispatched, all of it when it hangs. No allocation; O(nodes + links). `scratch` must come from
    // makeScratch() of the same function; one per thread.
    // `roles`: one per group; nullptr: perfect managers, the first candidate that works is the active one at
    // once. An active that does not work serves nothing.
    // `partial`: one per node, of those in state 0; nullptr: they work as they should.
    struct Scratch;
    std::unique_ptr<Scratch, void (*)(Scratch*)> makeScratch() const;
    void evaluate(const ComponentState* state, const std::uint8_t* viewUp, const GroupRole* roles, double* a,
                  Scratch& scratch, const PartialWork* partial = nullptr) const;
    void evaluate(const ComponentState* state, const std::uint8_t* viewUp, double* a,
                  Scratch& scratch) const {
        evaluate(state, viewUp, nullptr, a, scratch);
    }

    // up[f] for each flow, plus whether the design is up (all flows up).
    bool evaluateUp(const ComponentState* state, const std::uint8_t* viewUp, const GroupRole* roles,
                    std::uint8_t* up, Scratch& scratch, const PartialWork* partial = nullptr) const;
    bool evaluateUp(const ComponentState* state, const std::uint8_t* viewUp, std::uint8_t* up,
                    Scratch& scratch) const {
        return evaluateUp(state, viewUp, nullptr, up, scratch);
    }

private:
    StateFunction();
    struct Impl;
    std::unique_ptr<Impl> m;
    friend struct StructureAccess; // the decision diagram builder reads the compiled form
};

} // namespace alwayson
