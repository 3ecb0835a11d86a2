// Health checks as HAProxy runs them: the counter machine of check.c / server.c and its timing. The next
// check starts one interval after the previous one has completed.

#include "simulator/mechanism/context.h"

#include <algorithm>

namespace alwayson::sim {
namespace {

Index balancerOf(const Context& c, Index target) {
    return c.model.nodes[c.model.edges[c.model.targets[target].edge].from].sub;
}

SimTime interval(const BalancerModel& m, const TargetState& t) {
    if (t.health == m.rise + m.fall - 1) return m.inter;
    if (!t.up && t.health == 0) return m.downinter;
    return m.fastinter;
}

void mark(Context& c, Index balancer, Index target, bool up) {
    RunState& s = c.s;
    TargetState& t = s.targets[target];
    t.up = up;
    t.changedAt = s.now;
    ++s.viewChanges;
    const double seconds = noteMarked(c, balancer, target, up);
    logEvent(c, up ? LogKind::markedUp : LogKind::markedDown, nodeBehind(c, target),
             c.model.balancers[balancer].node, seconds >= 0 ? 1 : 0, 0, std::max(0.0, seconds));
    if (up)
        serverSeenUp(c, balancer, target);
    else
        serverSeenDown(c, balancer, target);
}

void completed(Context& c, Index target, bool passed) {
    RunState& s = c.s;
    const Index balancer = balancerOf(c, target);
    const BalancerModel& m = c.model.balancers[balancer];
    TargetState& t = s.targets[target];
    const Index node = nodeBehind(c, target);
    const std::int32_t full = m.rise + m.fall - 1;
    if (passed) {
        if (t.health < full) {
            ++t.health;
            if (!t.up)
                logEvent(c, LogKind::checkPassed, node, m.node, static_cast<std::uint32_t>(t.health),
                         static_cast<std::uint32_t>(m.rise));
            if (t.health >= m.rise) {
                t.health = full;
                if (!t.up) mark(c, balancer, target, true);
            }
        }
        return;
    }
    if (t.up) {
        --t.health;
        logEvent(c, LogKind::checkFailed, node, m.node, static_cast<std::uint32_t>(full - t.health),
                 static_cast<std::uint32_t>(m.fall));
        if (t.health < m.rise) {
            t.health = 0;
            mark(c, balancer, target, false);
        }
    } else {
        t.health = 0;
    }
}

void schedule(Context& c, Index target, SimTime delay, CheckPhase phase) {
    c.s.targets[target].phase = phase;
    c.s.tree.set(c.model.targets[target].checkSlot, after(c.s.now, delay), c.s.sequence++);
}

} // namespace

void resumeChecks(Context& c, Index balancer) {
    const BalancerModel& m = c.model.balancers[balancer];
    for (Index target = m.firstTarget; m.checks && target < m.firstTarget + m.targetCount; ++target) {
        TargetState& t = c.s.targets[target];
        schedule(c, target, toSimTime(toSeconds(interval(m, t)) * t.phases.next(c.s.key)),
                 CheckPhase::waiting);
    }
}

void startChecks(Context& c, Index balancer) {
    RunState& s = c.s;
    const BalancerModel& m = c.model.balancers[balancer];
    for (Index target = m.firstTarget; target < m.firstTarget + m.targetCount; ++target) {
        TargetState& t = s.targets[target];
        if (!t.up) ++s.viewChanges;
        t.up = true;
        t.warming = false;
        // As after a start of the real one: up, but a first failed check takes it down.
        t.health = m.rise;
        if (!m.checks) continue;
        const double phase = t.phases.next(s.key);
        schedule(c, target, toSimTime(toSeconds(m.inter) * phase), CheckPhase::waiting);
    }
    rebuildUpList(c, balancer);
}

void stopChecks(Context& c, Index balancer) {
    const BalancerModel& m = c.model.balancers[balancer];
    for (Index target = m.firstTarget; m.checks && target < m.firstTarget + m.targetCount; ++target) {
        c.s.targets[target].phase = CheckPhase::off;
        c.s.tree.cancel(c.model.targets[target].checkSlot);
    }
}

void onCheck(Context& c, Index target) {
    TargetState& t = c.s.targets[target];
    const Index balancer = balancerOf(c, target);
    if (t.phase == CheckPhase::waiting) {
        const ProbeFate fate = probe(c, balancer, target);
        schedule(c, target, fate.after, fate.phase);
        return;
    }
    completed(c, target, t.phase == CheckPhase::passing);
    schedule(c, target, interval(c.model.balancers[balancer], c.s.targets[target]), CheckPhase::waiting);
}

void answerSilentChecks(Context& c, Index node) {
    for (Index target = 0; target < c.model.targets.size(); ++target)
        if (c.s.targets[target].probed == node && c.s.targets[target].phase == CheckPhase::silent &&
            connected(c, c.model.balancers[balancerOf(c, target)].node, node))
            schedule(c, target, c.model.edges[c.model.targets[target].edge].oneWay, CheckPhase::passing);
}

} // namespace alwayson::sim
