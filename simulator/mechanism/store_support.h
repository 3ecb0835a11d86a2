#pragma once
// What the parts of replication sets share: positions (store.cpp), streams (store_streams.cpp), the source
// (failover.cpp) and who calls whom (store_routes.cpp).

#include "simulator/mechanism/context.h"

namespace alwayson::sim {

inline const StoreModel& storeOf(const Context& c, Index member) {
    return c.model.stores[c.model.storeMembers[member].store];
}
inline SimTime oneWayOf(const StoreModel& m, Index from, Index to) {
    return m.oneWay[(from - m.firstMember) * m.memberCount + (to - m.firstMember)];
}
// Both work and hear each other.
inline bool talks(const Context& c, Index a, Index b) {
    return connected(c, a, b) && connected(c, b, a);
}

// Brings a replica's positions to the present time. O(1) amortised per commit.
void advanceReplica(Context& c, Index member);
// Streams to this member's replicas have begun to flow again.
void replicasChanged(Context& c, Index member);

// One that takes no more writes while commits wait is ended, and its callers are cut off: none of them is
// told that it is safe (what guard.sh of the export does).
void endWaitingCommits(Context& c, Index member);

// Streams break and flow again, former sources stop and rejoin, two sources are noticed.
void watchStoreMembers(Context& c, Index store);
// What a former source has that the others have not is counted, once. `together`: others took writes beside
// it.
void settleFormerSource(Context& c, Index store, Index member, bool together);
// A former source follows the present one from now on, if it can reach it.
void rejoinStore(Context& c, Index store, Index member);

// Callers find the present source and notice which members are there, each after its time.
void watchStoreRoutes(Context& c, Index store);

// One set, for those who act on it.
class StoreAccess {
public:
    StoreAccess(Context& context, Index store)
        : c(context), s(context.s), m(context.model.stores[store]), st(context.s.stores[store]),
          m_store(store) {}

protected:
    Index first() const { return m.firstMember; }
    Index end() const { return m.firstMember + m.memberCount; }
    Index node(Index i) const { return c.model.storeMembers[i].node; }
    StoreMemberState& member(Index i) const { return s.storeMembers[i]; }
    bool works(Index i) const { return connected(c, node(i), node(i)); }
    // Its answers are not all errors: else it takes no part in its set (stillServes).
    bool serves(Index i) const { return works(i) && servesNow(c, node(i)); }
    bool hung(Index i) const { return s.stations[c.model.nodes[node(i)].sub].frozen; }
    bool runs(Index i) const { return runsOn(c, node(i)); } // cut off or not
    double draw() { return st.draws.next(s.key); }
    SimTime drawFrom(const Sampler& sampler) { return toSimTime(sampler.seconds(draw())); }

    Context& c;
    RunState& s;
    const StoreModel& m;
    StoreState& st;
    Index m_store;
};

} // namespace alwayson::sim
