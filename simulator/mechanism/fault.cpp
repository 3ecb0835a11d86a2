// Faults and repairs: own failure modes, outages of places, scenario events, background failures. Changes the
// truth and tells the mechanisms what happens to them; what others see of it is their own business.

#include "simulator/kernel/truth.h"
#include "simulator/mechanism/context.h"

#include <algorithm>

namespace alwayson::sim {
namespace {

Condition conditionOf(FailureEffect effect) {
    switch (effect) {
    case FailureEffect::crash:
    case FailureEffect::dataLoss:
        return Condition::refuses;
    case FailureEffect::hang:
        return Condition::silent;
    case FailureEffect::gone:
    case FailureEffect::outage:
        return Condition::vanished;
    case FailureEffect::cutOff:
    case FailureEffect::isolation:
        return Condition::cutOff;
    case FailureEffect::slow:
    case FailureEffect::errors:
        return Condition::works;
    }
    return Condition::works;
}

void lose(Context& c, Index node, bool reset) {
    const ModelNode& n = c.model.nodes[node];
    if (n.role == Role::station) stationLose(c, n.sub, reset);
    if (n.role == Role::balancer) {
        balancerLose(c, n.sub, reset);
        stopChecks(c, n.sub);
    }
}

void freeze(Context& c, Index node) {
    const ModelNode& n = c.model.nodes[node];
    if (n.role == Role::station) stationFreeze(c, n.sub);
    if (n.role == Role::balancer) {
        balancerFreeze(c, n.sub);
        stopChecks(c, n.sub);
    }
}

void resume(Context& c, Index node) {
    const ModelNode& n = c.model.nodes[node];
    if (n.role == Role::station) stationResume(c, n.sub);
    if (n.role == Role::balancer) balancerResume(c, n.sub);
}

bool runs(Condition condition) {
    return condition == Condition::works || condition == Condition::cutOff ||
           condition == Condition::interrupted;
}

// Brings a node into the condition that its own mode and its places put it in.
void settle(Context& c, Index node, bool resumes) {
    leaveExpressAt(c, node);
    ComponentTruth& truth = c.truth.components[node];
    const Component& component = c.model.components[node];
    const ModelMode* mode = truth.mode ? &component.modes[truth.mode - 1U] : nullptr;
    Condition wanted = mode ? conditionOf(mode->effect) : Condition::works;
    const bool stops = wanted != Condition::works;
    if (truth.interrupted && wanted == Condition::works) wanted = Condition::interrupted;
    if (truth.asleep) wanted = Condition::refuses;
    // Its machine is back and its process is not.
    if (truth.restarting && runs(wanted)) wanted = Condition::refuses;
    if (truth.outages > 0) wanted = Condition::vanished;
    const Condition had = truth.condition;
    const bool down = mode || truth.outages > 0 || truth.restarting;
    // One that stands by takes nothing new, but may have something to lose.
    const bool losesRest = truth.asleep && stops && truth.downSince == kNever && had == wanted;
    if (down && truth.downSince == kNever) truth.downSince = c.s.now;
    if (!down && truth.downSince != kNever) {
        truth.downTime += c.s.now - truth.downSince;
        truth.downSince = kNever;
    }
    const bool slow = mode && mode->effect == FailureEffect::slow;
    const bool errors = mode && mode->effect == FailureEffect::errors;
    const ModelNode& n = c.model.nodes[node];
    if (!errors) truth.errorShare = 0;
    if (n.role == Role::station) stationSetSpeed(c, n.sub, slow ? truth.speed : 1, truth.errors());
    ++c.truth.changes;
    if (losesRest) lose(c, node, mode && conditionOf(mode->effect) == Condition::refuses);
    if (wanted == had) return;
    if (wanted == Condition::cutOff || had == Condition::cutOff) {
        c.truth.cutOffNodes += wanted == Condition::cutOff ? 1 : -1;
        c.truth.borders = !c.truth.cuts.empty() || c.truth.cutOffNodes > 0;
    }
    truth.condition = wanted;
    truth.since = c.s.now;
    switch (wanted) {
    case Condition::refuses:
        // One that is no longer needed takes no more calls and ends those it has.
        if (down || !truth.asleep) lose(c, node, true);
        break;
    case Condition::vanished:
        lose(c, node, false);
        break;
    case Condition::silent:
        freeze(c, node);
        break;
    case Condition::works:
    case Condition::interrupted:
    case Condition::cutOff:
        if (had == Condition::silent && !resumes) lose(c, node, true);
        if (had == Condition::silent && resumes) resume(c, node);
        break;
    }
    if (had == Condition::silent && runs(wanted) && resumes) answerSilentChecks(c, node);
    if (n.role == Role::station && c.model.stations[n.sub].cache != kNone && runs(wanted) && !runs(had) &&
        !(had == Condition::silent && resumes))
        cacheIsEmpty(c, c.model.stations[n.sub].cache);
    if (n.vrrpMember != kNone) vrrpMachine(c, n.vrrpMember, wanted != Condition::vanished);
    if (n.role != Role::balancer || !runs(wanted) || runs(had)) return;
    if (had == Condition::silent && resumes)
        resumeChecks(c, n.sub);
    else
        startChecks(c, n.sub);
}

void noteFailed(Context& c, Index node, std::uint32_t by) {
    ComponentTruth& truth = c.truth.components[node];
    truth.failedAt = c.s.now;
    truth.failedBy = by;
    truth.repairedAt = kNever;
}

SimTime clockDue(const Context& c, Index component) {
    const ComponentTruth& truth = c.truth.components[component];
    SimTime due = kNever;
    if (!c.model.backgroundFailures || truth.mode) return due;
    for (std::size_t i = 0;
         i < c.model.components[component].modes.size() && truth.firstClock + i < c.truth.clocks.size(); ++i)
        due = std::min(due, c.truth.clocks[truth.firstClock + i]);
    return due;
}

void schedule(Context& c, Index component) {
    const ComponentTruth& truth = c.truth.components[component];
    const SimTime due = std::min({clockDue(c, component), truth.mode ? truth.repairAt : kNever,
                                  truth.restartAt, truth.healAt, truth.rollbackAt, truth.activeAt});
    const Index slot = c.model.components[component].faultSlot;
    if (slot == kNone) return; // nothing ever happens to it
    if (due == kNever)
        c.s.tree.cancel(slot);
    else
        c.s.tree.set(slot, due, c.s.sequence++, 4);
}

void placeChanged(Context& c, Index domain, bool out) {
    RunState& s = c.s;
    const Component& place = c.model.components[domain];
    for (const Index node : place.members) {
        ComponentTruth& truth = c.truth.components[node];
        if (out) {
            if (truth.outages++ == 0) {
                noteFailed(c, node, kNone);
                truth.restarting = false;
                truth.restartAt = kNever;
            }
        } else if (--truth.outages == 0) {
            const SimTime delay = c.truth.restartStreams[domain].next(s.key, place.restartAfterOutage);
            if (delay > 0) {
                truth.restarting = true;
                truth.restartAt = after(s.now, delay);
            } else {
                truth.repairedAt = s.now;
            }
        }
        settle(c, node, false);
        schedule(c, node);
    }
}

void startClock(Context& c, const ComponentTruth& truth, std::size_t clock, const Sampler& timeToFailure) {
    const SimTime left = c.truth.failureStreams[clock].next(c.s.key, timeToFailure);
    c.truth.clocksLeft[clock] = left;
    if (truth.ageing != 1)
        c.truth.clocks[clock] =
            truth.ageing > 0 ? after(c.s.now, toSimTime(toSeconds(left) / truth.ageing)) : kNever;
    else
        c.truth.clocks[clock] = after(c.s.now, left);
}

void repair(Context& c, Index component) {
    RunState& s = c.s;
    ComponentTruth& truth = c.truth.components[component];
    const Component& entry = c.model.components[component];
    if (truth.mode == 0) return;
    const std::uint32_t mode = truth.mode - 1U;
    const bool resumes = entry.modes[mode].resumes;
    truth.mode = 0;
    truth.repairAt = kNever;
    if (c.model.backgroundFailures && truth.firstClock + entry.modes.size() <= c.truth.clocks.size()) {
        // The clocks of the other modes stood still with their age; this one starts afresh.
        const SimTime pause = s.now - truth.modeSince;
        for (std::uint32_t i = 0; i < entry.modes.size(); ++i) {
            SimTime& clock = c.truth.clocks[truth.firstClock + i];
            if (i == mode)
                startClock(c, truth, truth.firstClock + i, entry.modes[i].timeToFailure);
            else
                clock = after(clock, pause);
        }
    }
    logEvent(c, entry.isDomain ? LogKind::outageOver : LogKind::repaired, component, kNone, mode);
    if (entry.isDomain) {
        placeChanged(c, component, false);
        ++c.truth.changes;
    } else {
        if (truth.outages == 0 && !truth.restarting) truth.repairedAt = s.now;
        settle(c, component, resumes);
    }
    schedule(c, component);
}

void fail(Context& c, Index component, std::uint32_t mode, SimTime repairAfter, double slowFactor,
          double errorShare) {
    RunState& s = c.s;
    ComponentTruth& truth = c.truth.components[component];
    const Component& entry = c.model.components[component];
    if (truth.mode == mode + 1) {
        truth.repairAt = after(s.now, repairAfter);
        schedule(c, component);
        return;
    }
    if (truth.mode) repair(c, component);
    truth.mode = static_cast<std::uint16_t>(mode + 1);
    truth.modeSince = s.now;
    truth.repairAt = after(s.now, repairAfter);
    truth.speed = slowFactor > 0 ? slowFactor : entry.modes[mode].slowFactor;
    truth.errorShare = errorShare >= 0 ? errorShare : entry.modes[mode].errorShare;
    logEvent(c, entry.isDomain ? LogKind::outage : LogKind::failed, component, kNone, mode);
    if (entry.isDomain) {
        truth.failedAt = s.now;
        placeChanged(c, component, true);
        ++c.truth.changes;
    } else {
        noteFailed(c, component, mode + 1);
        settle(c, component, false);
    }
    schedule(c, component);
}

} // namespace

void scheduleFaults(Context& c, Index component) {
    schedule(c, component);
}

void settleNode(Context& c, Index node) {
    settle(c, node, false);
}

void failNode(Context& c, Index node, std::uint32_t mode, SimTime repairAfter) {
    fail(c, node, mode, repairAfter, 0, -1);
}

void startFaults(Context& c) {
    RunState& s = c.s;
    for (Index i = 0; i < c.model.components.size(); ++i) {
        ComponentTruth& truth = c.truth.components[i];
        const Component& component = c.model.components[i];
        if (!c.model.backgroundFailures) continue;
        for (std::size_t k = 0; k < component.modes.size(); ++k) {
            const std::size_t clock = truth.firstClock + k;
            c.truth.clocks[clock] =
                after(s.now, c.truth.failureStreams[clock].next(s.key, component.modes[k].timeToFailure));
        }
        schedule(c, i);
    }
    if (!c.model.steps.empty())
        s.tree.set(c.model.scenarioSlot, after(s.origin, c.model.steps.front().at), s.sequence++, 4);
}

void onFault(Context& c, Index component) {
    RunState& s = c.s;
    ComponentTruth& truth = c.truth.components[component];
    if (truth.healAt <= s.now) return heal(c, component, true);
    if (truth.rollbackAt <= s.now) return rollBack(c, component);
    if (truth.activeAt <= s.now) return standbyStarted(c, component);
    if (truth.restartAt <= s.now) {
        truth.restartAt = kNever;
        truth.restarting = false;
        if (truth.mode == 0) truth.repairedAt = s.now;
        logEvent(c, LogKind::restarted, component);
        settle(c, component, false);
        schedule(c, component);
        return;
    }
    if (truth.mode && truth.repairAt <= s.now) return repair(c, component);
    if (truth.mode) return schedule(c, component);
    const Component& entry = c.model.components[component];
    for (std::uint32_t i = 0; i < entry.modes.size(); ++i) {
        const std::size_t clock = truth.firstClock + i;
        if (c.truth.clocks[clock] > s.now) continue;
        return fail(c, component, i, c.truth.repairStreams[clock].next(s.key, entry.modes[i].repair), 0, -1);
    }
}

void onScenario(Context& c) {
    RunState& s = c.s;
    const Index at = s.nextStep++;
    const ScenarioStep& step = c.model.steps[at];
    if (s.nextStep < c.model.steps.size())
        s.tree.set(c.model.scenarioSlot, after(s.origin, c.model.steps[s.nextStep].at), s.sequence++, 4);
    else
        s.tree.cancel(c.model.scenarioSlot);
    switch (step.action) {
    case ScenarioAction::fail:
        fail(c, step.component, step.mode, step.endsAfter, step.slowFactor, step.errorShare);
        break;
    case ScenarioAction::repair:
        repair(c, step.component);
        break;
    case ScenarioAction::load:
        logEvent(c, LogKind::load, step.component, kNone, 0, 0, step.loadFactor);
        setLoad(c, c.model.nodes[step.component].sub, step.loadFactor);
        break;
    case ScenarioAction::isolate:
        isolate(c, step);
        break;
    case ScenarioAction::heal:
        heal(c, step.component, false);
        break;
    case ScenarioAction::deploy:
        deploy(c, at);
        break;
    case ScenarioAction::promote:
        promoteMember(c, step.component, step.endsAfter);
        break;
    }
}

double noteTakenOver(Context& c, Index before, Index pair) {
    const ComponentTruth& truth = c.truth.components[before];
    if (truth.failedAt == kNever || truth.repairedAt != kNever) return 0;
    const double claimed = toSeconds(c.s.now - truth.failedAt);
    const double seconds = claimed + toSeconds(c.model.vrrp[pair].arpUpdate); // until it is reached
    RecoverySample sample{before, kNone, c.model.vrrp[pair].group, claimed, truth.failedBy, seconds};
    c.s.recovery.push_back(sample);
    return seconds;
}

void noteFailover(Context& c, Index before, Index group, double detection, double total, bool byHand) {
    const ComponentTruth& truth = c.truth.components[before];
    const bool failed = truth.failedAt != kNever && truth.repairedAt == kNever;
    c.s.recovery.push_back(
        {before, kNone, group, detection, failed ? truth.failedBy : kIsolated, total, byHand});
}

void noteResumed(Context& c, Index member, Index group, SimTime since) {
    const ComponentTruth& truth = c.truth.components[member];
    const bool failed = truth.failedAt != kNever && truth.failedAt <= since &&
                        (truth.repairedAt == kNever || truth.repairedAt >= since);
    if (!failed) return; // cut off from whoever manages it: its callers may have been served all along
    RecoverySample sample{member, kNone, group};
    sample.mode = truth.failedBy;
    sample.seconds = toSeconds(c.s.now - since);
    sample.resumed = true;
    c.s.recovery.push_back(sample);
}

void noteHeldAgain(Context& c, Index member, Index pair, SimTime claimedAt) {
    const SimTime failedAt = c.truth.components[member].failedAt;
    if (failedAt != kNever && failedAt > claimedAt)
        noteResumed(c, member, c.model.vrrp[pair].group, failedAt);
}

double noteMarked(Context& c, Index balancer, Index target, bool up) {
    RunState& s = c.s;
    const Index node = nodeBehind(c, target);
    const ComponentTruth& truth = c.truth.components[node];
    TargetState& t = s.targets[target];
    const auto note = [&](SimTime since, std::uint32_t mode, SimTime& noted) {
        if (since == kNever || noted == since) return -1.0;
        noted = since;
        const double seconds = toSeconds(s.now - since);
        s.recovery.push_back({node, c.model.balancers[balancer].node, kNone, 0, mode, seconds, false});
        return seconds;
    };
    return up ? note(truth.repairedAt, 0, t.notedRepair)
              : note(truth.failedAt, truth.failedBy, t.notedFailure);
}

} // namespace alwayson::sim
