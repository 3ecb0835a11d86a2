#pragma once
// What store.cpp and failover.cpp share.

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

// Callers find the present source and notice which members are there, each after its time.
void watchStoreRoutes(Context& c, Index store);

} // namespace alwayson::sim
