#pragma once
// One run of the request engine, driven by simulated time. A value: a copy goes on exactly as the original
// would.

#include "simulator/kernel/truth.h"
#include "simulator/mechanism/run_state.h"
#include "simulator/run/loaded_structures.h"

#include <memory>
#include <stop_token>

namespace alwayson::sim {

// Time a flow is up, from truth and views (2-model, Definitions: Up).
struct UpTracker {
    std::vector<std::uint8_t> up; // per structure flow, then the design
    std::vector<SimTime> upTime;  // same
    std::vector<SimTime> downSince;
    struct Outage {
        std::uint32_t flow = 0;
        SimTime from = 0, to = 0;
    };
    std::vector<Outage> outages; // finished ones
    SimTime last = 0;
    std::uint64_t seenTruth = ~0ULL, seenViews = ~0ULL, seenLoads = ~0ULL;
};

class RequestEngine {
public:
    // `structures` may be nullptr: then no time-based availability. The model must outlive nothing: it is
    // shared. originS: when the scenario's clock starts, after the warm-up.
    RequestEngine(std::shared_ptr<const Model> model, std::shared_ptr<const LoadedStructures> structures,
                  std::uint64_t seed, std::uint64_t unit, double originS);

    enum class Outcome { reached, stopped, exhausted };
    // Handles every event before `time`. Stops within some 10 ms of a stop request; exhausted: maxEvents were
    // handled.
    Outcome advanceTo(SimTime time, std::stop_token stop = {}, std::uint64_t maxEvents = ~0ULL);

    const Model& model() const { return *m_model; }
    RunState& state() { return m_state; }
    const RunState& state() const { return m_state; }
    const Truth& truth() const { return m_truth; }
    const UpTracker& upTracker() const { return m_up; }
    // Starts or restarts the time-based figures at the present time.
    void resetUp();
    // How far a member of a replication set is behind its source now; brings its positions up to date, which
    // changes no result. Index into Model::storeMembers.
    double lagSeconds(Index member);
    // Whether it is there and takes writes: none while it is read-only, or its group has no majority.
    bool takesWrites(Index member);
    // Time that a node itself did not work (own failure or its place's) since restartDownTimes().
    double downSeconds(Index node) const;
    void restartDownTimes();
    // Brings the integrals of all stations and balancers, and of the up times, to the present time.
    void touch();
    // Logical requests of the measured window that have not finished.
    std::uint64_t inFlight() const;
    // Over the event stream so far and the integer accumulators.
    std::uint64_t fingerprint() const;

private:
    void followUp();
    const StateFunction& structureNow() const; // under the loads of now
    // What the structure is to make of the truth: states, and what serves in another way than they say.
    struct Seen {
        std::vector<ComponentState> states;
        std::vector<PartialWork> partial; // empty: nothing does
    };
    Seen structureStates() const;
    std::vector<std::uint8_t> reachedBy(Index client); // one flag per node
    std::vector<GroupRole> rolesFor(Index client, const std::vector<std::uint8_t>& reached);
    Index writerFor(Index store, const std::vector<std::uint8_t>& reached);
    void hideUnreached(const std::vector<std::uint8_t>& reached, std::vector<ComponentState>& states) const;
    std::shared_ptr<const Model> m_model;
    std::shared_ptr<const LoadedStructures> m_structures;
    std::shared_ptr<const StateFunction> m_structure; // under the loads of the design
    RunState m_state;
    Truth m_truth;
    UpTracker m_up;
    std::vector<std::uint32_t> m_viewTargets;      // target of each structure view
    std::vector<std::vector<Index>> m_pairCallers; // nodes that call each VRRP pair
};

} // namespace alwayson::sim
