// Replication sets: what each member has committed, received and applied, who must acknowledge a commit, and
// how old the answer of a replica is. Positions are counts of commits. A replica is brought up to date only
// when somebody looks, so replication costs no events.

#include "simulator/mechanism/context.h"
#include "simulator/mechanism/store_support.h"

#include <algorithm>

namespace alwayson::sim {
namespace {

// Replicas that acknowledge commits of this member: those whose stream flows directly from it.
void acknowledgers(Context& c, Index member, std::vector<Index>& list) {
    list.clear();
    const StoreModel& m = storeOf(c, member);
    if (c.s.stores[c.model.storeMembers[member].store].source != member) return;
    for (Index i = m.firstMember; i < m.firstMember + m.memberCount; ++i) {
        const StoreMemberState& st = c.s.storeMembers[i];
        if (i != member && st.flowing && st.direct) list.push_back(i);
    }
}

SimTime acknowledgedAfter(Context& c, Index member, std::uint32_t wanted) {
    const StoreModel& m = storeOf(c, member);
    std::vector<Index> list;
    acknowledgers(c, member, list);
    if (list.size() < wanted) return kNever;
    if (wanted == 0) return 0;
    std::vector<SimTime> times;
    for (const Index replica : list) {
        StoreMemberState& st = c.s.storeMembers[replica];
        times.push_back(2 * oneWayOf(m, member, replica) +
                        st.acks.next(c.s.key, c.model.storeMembers[replica].ackTime));
    }
    std::nth_element(times.begin(), times.begin() + (wanted - 1), times.end());
    return times[wanted - 1];
}

// The client has its answer.
void release(Context& c, Index call, std::uint64_t position) {
    RunState& s = c.s;
    const Index node = s.calls[call].node;
    StationState& station = s.stations[c.model.nodes[node].sub];
    StoreMemberState& st = s.storeMembers[c.model.stations[c.model.nodes[node].sub].member];
    const Call& message = s.calls[call];
    st.inEngine = std::max(st.inEngine, position);
    if (alive(s, message.parent, message.parentGeneration))
        st.acknowledged = std::max(st.acknowledged, position);
    else
        noteAmbiguous(c, call); // its caller has given up meanwhile
    stationDone(c, station, call);
}

void waitForReplicas(Context& c, Index member, Index call, std::uint64_t position) {
    RunState& s = c.s;
    const StoreModel& m = storeOf(c, member);
    s.calls[call].state = CallState::acking;
    s.storeMembers[member].waiting.push_back({call, s.calls[call].generation, position, s.now});
    const SimTime most = m.replication == Replication::group ? m.minorityTimeout : m.semisyncTimeout;
    if (most != kNever) startTimer(c, after(s.now, most), call, Action::semisyncTimeout);
}

// Times are kept for those who still lack the commit.
void forgetOldTimes(Context& c, const StoreModel& m, StoreState& store) {
    std::uint64_t needed = store.committed;
    for (Index i = m.firstMember; i < m.firstMember + m.memberCount; ++i) {
        if (i == store.source) continue;
        advanceReplica(c, i);
        const StoreMemberState& st = c.s.storeMembers[i];
        needed = std::min(needed, st.following ? st.applied : st.common);
    }
    store.times.makeRoom(needed);
}

void fallBack(Context& c, Index member) {
    StoreMemberState& st = c.s.storeMembers[member];
    st.fallenBack = true;
    st.inEngine = st.committed;
    // It can commit again: those who watch availability look when the set is due.
    ++c.s.viewChanges;
    c.s.tree.set(storeOf(c, member).slot, c.s.now, c.s.sequence++);
    if (!st.readOnly) // one that takes no writes any more only tells those that still wait
        logEvent(c, LogKind::fellBack, c.model.storeMembers[member].node, kNone,
                 c.model.storeMembers[member].store);
    const std::uint64_t before = std::max(st.acknowledged, st.fork);
    std::vector<WaitingCommit> waiting;
    waiting.swap(st.waiting);
    for (const WaitingCommit& one : waiting)
        if (alive(c.s, one.call, one.generation)) release(c, one.call, one.position);
    if (st.following || !st.settled || st.acknowledged <= before) return;
    // A former source: the others went on without these commits before their callers were told.
    StoreState& store = c.s.stores[c.model.storeMembers[member].store];
    const std::uint64_t lost = st.acknowledged - before;
    store.lost += lost;
    logEvent(c, LogKind::lostCommits, c.model.storeMembers[member].node,
             c.model.storeMembers[store.source].node, c.model.storeMembers[member].store, 0,
             static_cast<double>(lost));
}

} // namespace

void advanceReplica(Context& c, Index member) {
    const StoreMemberModel& m = c.model.storeMembers[member];
    StoreState& store = c.s.stores[m.store];
    StoreMemberState& st = c.s.storeMembers[member];
    if (store.source == member) return;
    const SimTime now = c.s.now;
    if (st.flowing)
        while (st.received < store.committed && store.timeOf(st.received) <= now - st.delay)
            ++st.received;
    while (st.running && st.applied < st.received) {
        if (st.nextApplied == kNever) {
            const SimTime start = std::max(st.appliedAt, after(store.timeOf(st.applied), st.delay));
            const SimTime work = st.applies.next(c.s.key, m.writeService);
            st.nextApplied = after(start, toSimTime(toSeconds(work) * st.speed / m.applierSpeed));
        }
        if (st.nextApplied > now) break;
        st.appliedAt = st.nextApplied;
        st.nextApplied = kNever;
        ++st.applied;
    }
}

double lagOf(Context& c, Index member) {
    advanceReplica(c, member);
    const StoreState& store = c.s.stores[c.model.storeMembers[member].store];
    const StoreMemberState& st = c.s.storeMembers[member];
    // A former source has what there was when the others went on without it.
    const std::uint64_t has = st.following ? st.applied : st.fork;
    if (store.source == member || has >= store.committed) return 0;
    return std::max(0.0, toSeconds(c.s.now - store.timeOf(has)));
}

bool storeTakes(Context& c, Index member, Index call) {
    RunState& s = c.s;
    const Call& message = s.calls[call];
    StoreMemberState& st = s.storeMembers[member];
    StoreState& store = s.stores[c.model.storeMembers[member].store];
    if (message.writes()) {
        if (!st.readOnly) return true;
        reply(c, call, Cause::noPrimary, flag::httpError);
        return false;
    }
    if (store.source == member) return true;
    advanceReplica(c, member);
    double age = 0;
    bool stale = false;
    if (!st.following) { // a former source: what others have written meanwhile is not there
        stale = store.committed > st.common;
        age = stale ? toSeconds(s.now - store.timeOf(st.common)) : 0;
    } else if (st.applied < store.committed) {
        stale = true;
        age = toSeconds(s.now - store.timeOf(st.applied));
    } else if (store.committed > store.base) {
        if (st.idleFor != store.committed) {
            st.idleFor = store.committed;
            st.idle = st.idles.next(s.key, c.model.storeMembers[member].idleLag);
        }
        const SimTime seen = store.timeOf(store.committed - 1);
        stale = s.now < after(seen, after(st.delay, st.idle));
        age = toSeconds(s.now - seen);
    }
    if (message.flags & flag::counted) {
        const SimTime lacked = stale ? toSimTime(std::max(0.0, age)) : 0;
        ++store.replicaReads;
        store.readAges.add(lacked);
        store.readAgeMax = std::max(store.readAgeMax, lacked);
        if (stale) ++s.flows[message.flow].stale;
    }
    if (!stale) return true;
    const Flow& flow = c.model.flows[message.flow];
    if (flow.maxStaleness == kNever || age <= toSeconds(flow.maxStaleness)) return true;
    reply(c, call, Cause::error, flag::httpError);
    return false;
}

double storeFactor(const Context& c, Index member) {
    const StoreMemberModel& m = c.model.storeMembers[member];
    const StoreMemberState& st = c.s.storeMembers[member];
    if (st.coldSince == kNever || m.warmUp <= 0) return 1;
    const double age = toSeconds(c.s.now - st.coldSince) / toSeconds(m.warmUp);
    return age >= 1 ? 1 : 1 + (m.coldFactor - 1) * (1 - age);
}

bool storeCanCommit(Context& c, Index member) {
    const StoreModel& m = storeOf(c, member);
    if (m.replication == Replication::async || c.s.storeMembers[member].fallenBack) return true;
    std::vector<Index> list;
    acknowledgers(c, member, list);
    return list.size() >= m.acks;
}

bool storeTakesWrites(Context& c, Index member) {
    if (c.s.storeMembers[member].readOnly || !runsOn(c, c.model.storeMembers[member].node)) return false;
    return storeOf(c, member).replication != Replication::group || storeCanCommit(c, member);
}

bool storeCommits(Context& c, Index member, Index call) {
    RunState& s = c.s;
    const StoreModel& m = storeOf(c, member);
    StoreState& store = s.stores[c.model.storeMembers[member].store];
    StoreMemberState& st = s.storeMembers[member];
    if (!s.calls[call].writes()) return true;
    const bool group = m.replication == Replication::group;
    const bool waits = m.replication != Replication::async && !st.fallenBack;
    const SimTime acked = waits ? acknowledgedAfter(c, member, m.acks) : 0;
    if (group && acked == kNever) { // no majority: nothing is committed
        waitForReplicas(c, member, call, kNoPosition);
        return false;
    }
    const std::uint64_t position = ++st.committed;
    if (store.source == member) {
        if (store.times.full()) forgetOldTimes(c, m, store);
        store.commit(s.now);
    }
    if (!waits) {
        st.acknowledged = st.inEngine = position;
        return true;
    }
    if (acked == kNever) {
        waitForReplicas(c, member, call, position);
        return false;
    }
    s.calls[call].state = CallState::acking;
    s.calls[call].aux = static_cast<std::uint32_t>(position);
    startTimer(c, after(s.now, acked), call, Action::acknowledged);
    return false;
}

void onAcknowledged(Context& c, Index call) {
    RunState& s = c.s;
    if (s.calls[call].state != CallState::acking) return;
    const Index member = c.model.stations[c.model.nodes[s.calls[call].node].sub].member;
    const StoreModel& m = storeOf(c, member);
    StoreMemberState& st = s.storeMembers[member];
    // Positions are kept in 32 bits here: the nearest one at or below the last commit.
    std::uint64_t position = (st.committed & ~0xffffffffULL) | s.calls[call].aux;
    if (position > st.committed) position -= 1ULL << 32;
    std::vector<Index> list;
    acknowledgers(c, member, list);
    std::uint32_t have = 0;
    for (const Index replica : list) {
        advanceReplica(c, replica);
        have += s.storeMembers[replica].received >= position;
    }
    // A cut came between, or the process stands still: wait on.
    const bool silent = s.stations[c.model.nodes[s.calls[call].node].sub].frozen;
    if (silent || (have < m.acks && !st.fallenBack)) return waitForReplicas(c, member, call, position);
    release(c, call, position);
}

void onSemisyncTimeout(Context& c, Index call) {
    RunState& s = c.s;
    if (s.calls[call].state != CallState::acking) return;
    const Index member = c.model.stations[c.model.nodes[s.calls[call].node].sub].member;
    StoreMemberState& st = s.storeMembers[member];
    const auto found = std::find_if(st.waiting.begin(), st.waiting.end(),
                                    [call](const WaitingCommit& one) { return one.call == call; });
    if (found == st.waiting.end()) return;
    if (s.stations[c.model.nodes[s.calls[call].node].sub].frozen)
        return startTimer(c, after(s.now, kSecond), call, Action::semisyncTimeout);
    if (storeOf(c, member).replication != Replication::group) return fallBack(c, member);
    st.waiting.erase(found);
    stationFails(c, s.stations[c.model.nodes[s.calls[call].node].sub], call, Cause::noQuorum);
}

void replicasChanged(Context& c, Index member) {
    RunState& s = c.s;
    const StoreModel& m = storeOf(c, member);
    StoreMemberState& st = s.storeMembers[member];
    if (m.replication == Replication::async) return;
    const SimTime acked = acknowledgedAfter(c, member, m.acks);
    if (acked == kNever) return;
    if (st.fallenBack) {
        st.fallenBack = false;
        ++s.viewChanges;
        logEvent(c, LogKind::caughtUp, c.model.storeMembers[member].node, kNone,
                 c.model.storeMembers[member].store);
    }
    std::vector<WaitingCommit> waiting;
    waiting.swap(st.waiting);
    for (const WaitingCommit& one : waiting) {
        if (!alive(s, one.call, one.generation)) continue;
        std::uint64_t position = one.position;
        if (position == kNoPosition) {
            position = ++st.committed;
            s.stores[c.model.storeMembers[member].store].commit(s.now);
        }
        s.calls[one.call].aux = static_cast<std::uint32_t>(position);
        startTimer(c, after(s.now, acked), one.call, Action::acknowledged);
    }
}

void endWaitingCommits(Context& c, Index member) {
    std::vector<WaitingCommit> waiting;
    waiting.swap(c.s.storeMembers[member].waiting);
    for (const WaitingCommit& one : waiting) {
        if (!alive(c.s, one.call, one.generation) || c.s.calls[one.call].state != CallState::acking) continue;
        noteAmbiguous(c, one.call);
        const Index node = c.s.calls[one.call].node;
        stationFails(c, c.s.stations[c.model.nodes[node].sub], one.call, Cause::reset);
    }
}

void noteAmbiguous(Context& c, Index call) {
    const Call& message = c.s.calls[call];
    if (message.flags & flag::counted) ++c.s.flows[message.flow].ambiguous;
}

} // namespace alwayson::sim
