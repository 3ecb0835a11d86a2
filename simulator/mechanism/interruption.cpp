// Pools that serve nothing for a while when a member that served fails, or that such a failure takes down, as
// failure runs have it. Their members work on and pass their checks, but each call is answered by an error.

#include "simulator/mechanism/pool_support.h"

#include <utility>

namespace alwayson::sim {
namespace {

// What has failed or come back since the last look. A member that stood by is no loss.
void noteLosses(Context& c) {
    for (Index i = 0; i < c.model.interruptions.size(); ++i) {
        const PoolModel& pool = c.model.interruptions[i].pool;
        InterruptionState& st = c.s.interruptions[i];
        for (std::size_t k = 0; k < pool.members.size(); ++k) {
            const bool able = isAble(c, pool, pool.members[k]);
            if (able == (st.able[k] != 0)) continue;
            st.able[k] = able ? 1 : 0;
            st.justLost[k] = !able && !c.truth.components[pool.members[k]].stands ? 1 : 0;
        }
    }
}

void enter(Context& c, Index index, InterruptionPhase phase, SimTime until) {
    const InterruptionModel& m = c.model.interruptions[index];
    InterruptionState& st = c.s.interruptions[index];
    const bool was = st.phase != InterruptionPhase::steady, is = phase != InterruptionPhase::steady;
    st.phase = phase;
    if (until == kNever)
        c.s.tree.cancel(m.slot);
    else
        c.s.tree.set(m.slot, until, c.s.sequence++);
    if (was == is) return;
    if (was) logEvent(c, LogKind::poolServes, m.pool.members.front(), kNone, m.pool.group);
    ++c.s.viewChanges;
    for (const Index node : m.pool.members) {
        c.truth.components[node].interrupted = is;
        settleNode(c, node);
    }
}

// A failure that was not contained: the others go down in the same way.
void failOthers(Context& c, Index index) {
    const InterruptionModel& m = c.model.interruptions[index];
    InterruptionState& st = c.s.interruptions[index];
    enter(c, index, InterruptionPhase::steady, kNever);
    logEvent(c, LogKind::tookOthersDown, st.lost, kNone, m.pool.group);
    const std::uint16_t its = c.truth.components[st.lost].mode;
    const std::string id = its ? c.model.components[st.lost].modes[its - 1U].id : std::string();
    for (const Index node : m.pool.members) {
        const std::vector<ModelMode>& modes = c.model.components[node].modes;
        if (c.truth.components[node].mode != 0 || modes.empty()) continue;
        std::uint32_t mode = anyStop(c, st.draws, node);
        for (std::uint32_t k = 0; k < modes.size(); ++k)
            if (its && modes[k].id == id) mode = k;
        if (mode == kNone) continue; // nothing that could befall it stops it
        failNode(c, node, mode, toSimTime(modes[mode].repair.seconds(st.draws.next(c.s.key))));
    }
    for (std::size_t k = 0; k < m.pool.members.size(); ++k) {
        st.able[k] = isAble(c, m.pool, m.pool.members[k]) ? 1 : 0;
        st.justLost[k] = 0;
    }
}

void lose(Context& c, Index index) {
    const InterruptionModel& m = c.model.interruptions[index];
    InterruptionState& st = c.s.interruptions[index];
    SimTime takes = kNever;
    if (m.coverage >= 1 || st.draws.next(c.s.key) < m.coverage) {
        if (!m.interrupts) return;
        takes = st.takeOver.next(c.s.key, m.takeOver);
        enter(c, index, InterruptionPhase::takingOver, after(c.s.now, takes));
    } else if (m.hasByHand) {
        takes = st.byHand.next(c.s.key, m.byHand);
        enter(c, index, InterruptionPhase::byHand, after(c.s.now, takes));
    } else {
        return failOthers(c, index);
    }
    logEvent(c, LogKind::poolInterrupted, st.lost, kNone, m.pool.group,
             st.phase == InterruptionPhase::byHand ? 1 : 0, toSeconds(takes));
}

void followLosses(Context& c) {
    for (Index i = 0; i < c.model.interruptions.size(); ++i) {
        const InterruptionModel& m = c.model.interruptions[i];
        InterruptionState& st = c.s.interruptions[i];
        std::uint32_t able = 0, lost = kNone;
        for (std::size_t k = 0; k < m.pool.members.size(); ++k) {
            able += st.able[k];
            if (std::exchange(st.justLost[k], std::uint8_t{0}) && lost == kNone) lost = m.pool.members[k];
        }
        const bool steady = st.phase == InterruptionPhase::steady;
        // Down until repairs bring back enough, which then serve at once.
        if (able < m.needed) {
            if (!steady) enter(c, i, InterruptionPhase::steady, kNever);
            continue;
        }
        if (!steady && isAble(c, m.pool, st.lost)) enter(c, i, InterruptionPhase::steady, kNever);
        if (lost == kNone || st.phase == InterruptionPhase::byHand) continue;
        st.lost = lost;
        lose(c, i);
    }
}

} // namespace

void startPools(Context& c) {
    for (Index i = 0; i < c.model.interruptions.size(); ++i) {
        const std::size_t members = c.model.interruptions[i].pool.members.size();
        c.s.interruptions[i].able.assign(members, 1);
        c.s.interruptions[i].justLost.assign(members, 0);
    }
    startStandbys(c);
}

void poolsChanged(Context& c) {
    if (c.model.interruptions.empty()) return arrangeStandbys(c);
    noteLosses(c);
    arrangeStandbys(c);
    noteLosses(c); // those that did not start
    followLosses(c);
    arrangeStandbys(c); // who is needed when others have gone down with it
}

void onInterruption(Context& c, Index index) {
    enter(c, index, InterruptionPhase::steady, kNever);
}

} // namespace alwayson::sim
