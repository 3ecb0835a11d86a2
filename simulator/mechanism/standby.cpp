// Pools with members that stand by. Who serves follows from what is really the case, as in failure runs: the
// first members in order that work, up to the size less the standbys. Balancers use the first servers that
// they see up, whoever that is; other callers call those that serve.

#include "simulator/mechanism/pool_support.h"

#include <algorithm>

namespace alwayson::sim {
namespace {

bool stops(const ModelMode& mode) {
    const bool serves =
        mode.effect == FailureEffect::slow || (mode.effect == FailureEffect::errors && mode.errorShare < 1);
    return !serves && mode.timeToFailure.mean() < 1e17; // beyond: only a scenario brings it about
}

// Ageing of a member's failure clocks: 1 as usual, 0 not at all.
void setAgeing(Context& c, Index node, double speed) {
    ComponentTruth& truth = c.truth.components[node];
    if (truth.ageing == speed) return;
    const double before = truth.ageing;
    truth.ageing = speed;
    if (!c.model.backgroundFailures) return;
    const SimTime from = truth.mode ? truth.modeSince : c.s.now; // clocks stand still while one mode is on
    for (std::size_t k = 0; k < c.model.components[node].modes.size(); ++k) {
        const std::size_t at = truth.firstClock + k;
        if (at >= c.truth.clocks.size()) break;
        SimTime& clock = c.truth.clocks[at];
        SimTime& left = c.truth.clocksLeft[at]; // of its age, while it does not age
        if (before > 0) left = clock == kNever ? kNever : toSimTime(toSeconds(clock - from) * before);
        clock = speed > 0 && left != kNever ? after(from, toSimTime(toSeconds(left) / speed)) : kNever;
    }
    scheduleFaults(c, node);
}

void showAsleep(Context& c, Index node, bool asleep) {
    ComponentTruth& truth = c.truth.components[node];
    truth.asleep = asleep;
    settleNode(c, node);
}

// A member that does not work has no role: what it does when it is back is decided then.
void takeRole(Context& c, const StandbyModel& m, Index node, bool able, bool stands, bool initial) {
    ComponentTruth& truth = c.truth.components[node];
    const bool starts = truth.asleep && !stands && able;
    if (stands && !truth.stands && !initial) logEvent(c, LogKind::standsBy, node, kNone, m.pool.group);
    truth.stands = stands;
    setAgeing(c, node, stands || starts ? m.hazard : 1);
    if (starts || !m.asleep) return; // asleep until it has started
    truth.activeAt = kNever;
    scheduleFaults(c, node);
    if (stands != truth.asleep) showAsleep(c, node, stands);
}

// A member that stood by is called. False when it fails to start.
bool startsUp(Context& c, Index pool, Index node) {
    const StandbyModel& m = c.model.standbys[pool];
    StandbyState& st = c.s.standbys[pool];
    ComponentTruth& truth = c.truth.components[node];
    if (m.startFailure > 0 && truth.mode == 0) {
        const std::vector<ModelMode>& modes = c.model.components[node].modes;
        const bool canStop = std::any_of(modes.begin(), modes.end(), stops);
        if (canStop && st.draws.next(c.s.key) < m.startFailure) {
            const std::uint32_t mode = anyStop(c, st.draws, node);
            const SimTime repair = toSimTime(modes[mode].repair.seconds(st.draws.next(c.s.key)));
            logEvent(c, LogKind::startFails, node, kNone, m.pool.group);
            truth.asleep = false;
            failNode(c, node, mode, repair);
            return false;
        }
    }
    const SimTime takes = m.asleep ? st.activation.next(c.s.key, m.activation) : 0;
    logEvent(c, LogKind::calledUp, node, kNone, m.pool.group, 0, toSeconds(takes));
    if (!m.asleep) return true;
    truth.activeAt = after(c.s.now, takes);
    scheduleFaults(c, node);
    return true;
}

void arrange(Context& c, Index pool, bool initial) {
    const StandbyModel& m = c.model.standbys[pool];
    StandbyState& st = c.s.standbys[pool];
    std::uint32_t serving = 0;
    st.callees.clear();
    std::vector<Index> starting;
    for (Index i = 0; i < m.pool.members.size(); ++i) {
        const Index node = m.pool.members[i];
        const ComponentTruth& truth = c.truth.components[node];
        const bool able = isAble(c, m.pool, node);
        const bool serves = able && serving < m.serving;
        const bool isCalled = serves && truth.stands;
        takeRole(c, m, node, able, able && !serves, initial);
        if (!serves || (isCalled && !startsUp(c, pool, node))) continue;
        ++serving;
        (truth.asleep ? starting : st.callees).push_back(i);
    }
    // With nobody there a call goes to the one that is to serve next, or to the first.
    if (st.callees.empty()) st.callees = starting;
    if (st.callees.empty()) st.callees.push_back(0);
}

} // namespace

bool isAble(const Context& c, const PoolModel& pool, Index node) {
    const ComponentTruth& truth = c.truth.components[node];
    if (truth.outages > 0 || truth.restarting || truth.errors() >= 1) return false;
    if (truth.mode) {
        const FailureEffect effect = c.model.components[node].modes[truth.mode - 1U].effect;
        if (effect != FailureEffect::slow && effect != FailureEffect::errors) return false;
    }
    return !c.truth.borders || pool.callers.empty() ||
           std::any_of(pool.callers.begin(), pool.callers.end(),
                       [&](Index caller) { return passes(c, caller, node) && passes(c, node, caller); });
}

std::uint32_t anyStop(Context& c, UniformStream& draws, Index node) {
    const std::vector<ModelMode>& modes = c.model.components[node].modes;
    double total = 0;
    std::uint32_t count = 0, mode = kNone;
    for (std::uint32_t k = 0; k < modes.size(); ++k) {
        if (!stops(modes[k])) continue;
        total += 1 / modes[k].timeToFailure.mean();
        ++count;
        mode = k;
    }
    if (count < 2) return mode;
    double u = draws.next(c.s.key) * total;
    for (std::uint32_t k = 0; k < modes.size(); ++k) {
        if (!stops(modes[k])) continue;
        mode = k;
        u -= 1 / modes[k].timeToFailure.mean();
        if (u < 0) break;
    }
    return mode;
}

void startStandbys(Context& c) {
    for (Index pool = 0; pool < c.model.standbys.size(); ++pool)
        arrange(c, pool, true);
    // Balancers know at the start which of their servers are not there.
    for (Index b = 0; b < c.model.balancers.size(); ++b) {
        const BalancerModel& m = c.model.balancers[b];
        if (!m.checks || m.ranked.empty()) continue;
        for (const Index offset : m.ranked) {
            TargetState& t = c.s.targets[m.firstTarget + offset];
            if (!c.truth.components[c.model.targets[m.firstTarget + offset].node].asleep) continue;
            t.up = false;
            t.health = 0;
        }
        rebuildUpList(c, b);
    }
}

void arrangeStandbys(Context& c) {
    for (Index pool = 0; pool < c.model.standbys.size(); ++pool)
        arrange(c, pool, false);
}

void standbyStarted(Context& c, Index node) {
    const Index pool = c.model.nodes[node].standby;
    c.truth.components[node].activeAt = kNever;
    logEvent(c, LogKind::started, node, kNone, c.model.standbys[pool].pool.group);
    setAgeing(c, node, 1);
    showAsleep(c, node, false);
    scheduleFaults(c, node);
}

} // namespace alwayson::sim
