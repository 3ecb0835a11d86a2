// Which member of a replication set a caller sends a request to, by what the caller knows.

#include "simulator/mechanism/store_support.h"

namespace alwayson::sim {

bool storeUses(const Context& c, const BalancerState& balancer, const BalancerModel& b, Index target,
               bool writes) {
    const TargetModel& t = c.model.targets[target];
    if (t.member == kNone) return true;
    const StoreModel& m = c.model.stores[c.model.storeRoutes[t.route].store];
    const Index writer = c.s.storeRoutes[t.route].writer;
    if (writes || m.reads == ReadsGoTo::source) return t.member == writer;
    if (m.reads == ReadsGoTo::all || t.member != writer) return true;
    for (const Index offset : balancer.up) {
        const TargetModel& other = c.model.targets[b.firstTarget + offset];
        if (other.route == t.route && other.member != writer) return false;
    }
    return true; // the source is alone
}

Way wayToStore(Context& c, const Dependency& dependency, bool writes) {
    const StoreModel& m = c.model.stores[c.model.storeRoutes[dependency.route].store];
    StoreRouteState& here = c.s.storeRoutes[dependency.route];
    const auto to = [&](Index member) { return Way{dependency.firstEdge + (member - m.firstMember), false}; };
    if (writes || m.reads == ReadsGoTo::source) return to(here.writer);
    for (Index tries = 0; tries < m.memberCount; ++tries) {
        const Index i = here.turn;
        if (++here.turn == m.memberCount) here.turn = 0;
        const Index member = m.firstMember + i;
        if (here.seen[i] && (m.reads == ReadsGoTo::all || member != here.writer)) return to(member);
    }
    return to(here.writer);
}

namespace {

// A station turns its own reads away from a member; a balancer does by its checks, which are told themselves.
void noteReads(Context& c, const StoreRoute& route, Index writer, Index member, bool there) {
    const StoreModel& m = c.model.stores[route.store];
    if (m.reads == ReadsGoTo::source || c.model.nodes[route.caller].role == Role::balancer) return;
    if (m.reads == ReadsGoTo::replicas && member == writer) return; // it does not read there
    logEvent(c, there ? LogKind::readsReturn : LogKind::readsLeave, c.model.storeMembers[member].node,
             route.caller, route.store);
}

} // namespace

void watchStoreRoutes(Context& c, Index store) {
    RunState& s = c.s;
    const StoreModel& m = c.model.stores[store];
    const Index source = s.stores[store].source;
    for (Index r = 0; r < c.model.storeRoutes.size(); ++r) {
        const StoreRoute& route = c.model.storeRoutes[r];
        if (route.store != store) continue;
        StoreRouteState& here = s.storeRoutes[r];
        if (here.writerAt <= s.now && talks(c, route.caller, c.model.storeMembers[source].node)) {
            here.writer = source;
            here.writerAt = kNever;
            ++s.viewChanges;
        }
        for (Index i = 0; i < m.memberCount; ++i) {
            const Index node = c.model.storeMembers[m.firstMember + i].node;
            const bool there = connected(c, route.caller, node) && servesNow(c, node);
            if (there == (here.seen[i] != 0)) {
                here.seenAt[i] = kNever;
            } else if (here.seenAt[i] == kNever) {
                const double u = here.draws.next(s.key);
                here.seenAt[i] = after(s.now, toSimTime(there ? route.backS + route.backWidthS * u
                                                              : route.outS + route.outWidthS * u));
            } else if (here.seenAt[i] <= s.now) {
                here.seen[i] = there ? 1 : 0;
                noteReads(c, route, here.writer, m.firstMember + i, there);
                here.seenAt[i] = kNever;
            }
        }
    }
}

} // namespace alwayson::sim
