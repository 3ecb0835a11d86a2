// What groups do when members fail: somebody else takes over, or a human has to.
//
//   steady -> detecting -> promoting -> rerouting -> steady
//
// The active one back before the end of a promotion ends it: nothing has changed for its callers. A failure
// that is not covered, that comes within the recovery block, or in a set that only a human looks after, waits
// for a human. When nobody is left who could take over, the next one that is back does.
#include "simulator/run/failure_unit.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace alwayson::sim {

void FailureUnit::startGroups() {
    for (std::uint32_t g = 0; g < m_groups.size(); ++g) {
        const FailureModelGroup& group = m_model.groups[g];
        GroupState& state = m_groups[g];
        state = {};
        state.coverage = UniformStream{group.coverageStream, 0, kBlockDraws, {}};
        state.failover = UniformStream{group.failoverStream, 0, kBlockDraws, {}};
        state.reroute = UniformStream{group.rerouteStream, 0, kBlockDraws, {}};
        if (!group.one || !m_followGroups) continue;
        state.active = group.members.front();
        for (std::uint32_t i = group.candidates; i-- > 0;)
            if (m_able[group.members[i]]) state.active = group.members[i];
        showRole(g, state.active, false);
        if (!m_able[state.active]) loseLeader(g);
    }
    std::fill(m_groupDue.begin(), m_groupDue.end(), std::uint8_t{0});
    m_anyGroupDue = false;
}

void FailureUnit::noteAble(std::uint32_t c, bool able) {
    m_able[c] = able;
    if (!able) m_ableUntil[c] = m_now;
    const FailureModelComponent& component = m_model.components[c];
    if (component.standby != kNone) m_arrangeDue[component.standby] = m_anyArrangeDue = true;
    if (!m_followGroups) return;
    if (component.group != kNone) {
        m_justLost[c] = !able && !m_stands[c];
        m_groupDue[component.group] = m_anyGroupDue = true;
    }
    if (!component.manages) return;
    for (std::uint32_t g = 0; g < m_groups.size(); ++g)
        if (!m_model.groups[g].managers.empty()) m_groupDue[g] = m_anyGroupDue = true;
}

// Looks at what is, and goes on from there.
void FailureUnit::updateGroup(std::uint32_t g) {
    if (!m_model.groups[g].one) {
        updatePool(g);
        return;
    }
    settleRejoins(g);
    GroupState& state = m_groups[g];
    followAcks(g);
    const bool works = m_able[state.active] != 0;
    switch (state.phase) {
    case GroupPhase::steady:
        if (works)
            planPreempting(g);
        else
            loseActive(g);
        return;
    case GroupPhase::rerouting:
        if (!works) loseActive(g);
        return;
    case GroupPhase::detecting:
    case GroupPhase::promoting:
    case GroupPhase::byHand:
        if (works)
            serveAgain(g);
        else if (candidateOf(g) == kNobody)
            loseLeader(g);
        else if (state.phase == GroupPhase::promoting && !m_able[state.target]) // asks anew, for this one
            detect(g, state.target);
        else if (state.overdue && managerWorks(g))
            onGroupTime(g);
        else if (isUnnoticed(g) && isNoticed(g, state.active))
            noticeLate(g);
        return;
    case GroupPhase::leaderless:
        if (works)
            serveAgain(g);
        else
            takeLead(g);
        return;
    }
}

// Pools: a failure of a serving member interrupts all of them, or takes them along.
void FailureUnit::updatePool(std::uint32_t g) {
    const FailureModelGroup& group = m_model.groups[g];
    GroupState& state = m_groups[g];
    std::uint32_t able = 0;
    for (const std::uint32_t c : group.members)
        able += m_able[c];
    if (able < group.needed) { // down until repairs bring back enough, which then serve at once
        for (const std::uint32_t c : group.members)
            m_justLost[c] = 0;
        if (state.phase != GroupPhase::steady) enter(g, GroupPhase::steady, kNeverSeconds);
        return;
    }
    if (state.phase != GroupPhase::steady && m_able[state.lost]) enter(g, GroupPhase::steady, kNeverSeconds);
    // Members that one failure hits are lost at once: it is covered or not as a whole.
    std::uint32_t lost = kNobody;
    for (const std::uint32_t c : group.members)
        if (std::exchange(m_justLost[c], std::uint8_t{0}) && lost == kNobody) lost = c;
    if (lost == kNobody || state.phase == GroupPhase::byHand) return;
    state.lost = lost;
    if (group.coverage >= 1 || state.coverage.next(m_plan.key) < group.coverage) {
        if (group.takeOver) enter(g, GroupPhase::detecting, m_now + draw(state.failover, *group.takeOver));
    } else if (group.byHand) {
        enter(g, GroupPhase::byHand, m_now + draw(state.failover, *group.byHand));
    } else {
        failOthers(g, lost);
    }
}

// A failure that was not contained: the others go down in the same way.
void FailureUnit::failOthers(std::uint32_t g, std::uint32_t failed) {
    const FailureModelGroup& group = m_model.groups[g];
    const std::uint32_t lastMode = m_lastCause[failed];
    enter(g, GroupPhase::steady, kNeverSeconds);
    for (const std::uint32_t c : group.members) {
        if (m_state[c] != 0 || m_model.components[c].modes.count == 0) continue;
        const IndexRange& modes = m_model.components[c].modes;
        std::uint32_t mode = anyStop(c, m_groups[g].coverage);
        if (mode == kNone) continue; // nothing that could befall it stops it
        for (std::uint32_t m = modes.first; m < modes.first + modes.count; ++m)
            if (lastMode != noCause() && m_model.modes[m].id == m_model.modes[lastMode].id) mode = m;
        fail(c, mode, group.handCause);
        refreshNode(c);
    }
    for (const std::uint32_t c : group.members)
        m_justLost[c] = 0;
}

void FailureUnit::onGroupTime(std::uint32_t g) {
    const FailureModelGroup& group = m_model.groups[g];
    GroupState& state = m_groups[g];
    m_slots.cancel(m_groupSlot + g);
    if (!group.one) {
        enter(g, GroupPhase::steady, kNeverSeconds);
        return;
    }
    settleRejoins(g);
    switch (state.phase) {
    case GroupPhase::detecting:
        if (!isNoticed(g, state.active)) { // what gave it away is over, and the failure before is not
            enter(g, GroupPhase::detecting, kNeverSeconds);
            return;
        }
        state.overdue = !managerWorks(g);
        if (!group.takeOver) state.knownAt = m_now;
        if (state.overdue)
            enter(g, GroupPhase::detecting, kNeverSeconds); // asked again when the manager is back
        else if (group.takeOver || group.promotion.empty())
            promote(g, candidateOf(g));
        else
            startPromotion(g);
        return;
    case GroupPhase::promoting:
        promote(g, state.target);
        return;
    case GroupPhase::byHand:
        replaceActive(g, candidateOf(g));
        serveAgain(g, true);
        return;
    case GroupPhase::rerouting:
        serveAgain(g);
        return;
    case GroupPhase::steady: // one of higher priority takes the address back
        state.active = candidateOf(g);
        state.failedAt = -kNeverSeconds;
        reroute(g);
        return;
    case GroupPhase::leaderless: // a rejoin is over
        updateGroup(g);
        return;
    }
}

void FailureUnit::loseActive(std::uint32_t g) {
    const FailureModelGroup& group = m_model.groups[g];
    GroupState& state = m_groups[g];
    if (state.phase != GroupPhase::rerouting) { // else it goes on for the callers
        const std::uint32_t cause = m_lastCause[state.active];
        const std::uint32_t known = cause == noCause() ? kNone : m_model.modes[cause].recovery;
        state.recovery = known == kNone || m_placesOut[state.active] > 0 ? group.placeRecovery : known;
        state.lostAt = state.failedAt = m_now;
    }
    state.knownAt = state.promotedAt = -kNeverSeconds;
    state.lostSource = true;
    state.hadNobody = false;
    state.sourceFailedAt = m_now;
    state.fellBack = m_now >= state.fallbackAt;
    for (const std::uint32_t c : group.members)
        m_copyUntil[c] = m_able[c] ? m_now : m_ableUntil[c];
    showRole(g, state.active, false);
    if (candidateOf(g) == kNobody) {
        loseLeader(g);
        return;
    }
    if (isNoticed(g, state.active))
        noticeLoss(g);
    else // until it is repaired, nobody else is left, or it fails in a way that is noticed
        enter(g, GroupPhase::detecting, kNeverSeconds);
}

// A failure that nobody notices, and then one that somebody does, which is a loss of its own for those who
// look.
void FailureUnit::noticeLate(std::uint32_t g) {
    m_groups[g].failedAt = m_now;
    m_groups[g].recovery = m_model.groups[g].placeRecovery;
    noticeLoss(g);
}

void FailureUnit::noticeLoss(std::uint32_t g) {
    const FailureModelGroup& group = m_model.groups[g];
    GroupState& state = m_groups[g];
    const bool covered =
        group.human || group.coverage >= 1 || state.coverage.next(m_plan.key) < group.coverage;
    const bool blocked = !group.human && covered && m_now < state.blockUntil;
    if (blocked && countsRecovery(state)) ++m_out->groups[state.recovery].blocked;
    if (group.human || !covered || blocked)
        waitForHuman(g);
    else
        detect(g, state.active);
}

bool FailureUnit::isUnnoticed(std::uint32_t g) const {
    return m_groups[g].phase == GroupPhase::detecting && !m_groups[g].overdue &&
           m_slots.time(m_groupSlot + g) == kNeverSeconds;
}

// Nobody is left who could lead: the next one that is back does, or that has rejoined.
void FailureUnit::loseLeader(std::uint32_t g) {
    m_groups[g].hadNobody = true;
    enter(g, GroupPhase::leaderless, kNeverSeconds);
    settleRejoins(g);
}

void FailureUnit::waitForHuman(std::uint32_t g) {
    const auto& byHand = m_model.groups[g].byHand;
    enter(g, GroupPhase::byHand, byHand ? m_now + draw(m_groups[g].failover, *byHand) : kNeverSeconds);
}

// What befell a member, and which share of its answers is wrong.
std::pair<FailureEffect, double> FailureUnit::failureSeen(std::uint32_t failed) const {
    if (m_placesOut[failed] > 0) return {FailureEffect::outage, 1};
    if (m_state[failed] == 0) return {FailureEffect::crash, 1};
    const FailureModelMode& mode = m_model.modes[modeOf(failed, m_state[failed])];
    return {mode.effect, mode.errorShare};
}

bool FailureUnit::isNoticed(std::uint32_t g, std::uint32_t failed) const {
    const FailureModelGroup& group = m_model.groups[g];
    if (group.takeOver) return true;
    const auto [effect, share] = failureSeen(failed);
    return alwayson::isNoticed(group.plans[rankOf(g, failed)], effect, share);
}

void FailureUnit::detect(std::uint32_t g, std::uint32_t failed) {
    const FailureModelGroup& group = m_model.groups[g];
    GroupState& state = m_groups[g];
    state.overdue = false;
    double needed = 0;
    if (group.takeOver) {
        needed = draw(state.failover, *group.takeOver);
    } else {
        const auto [effect, share] = failureSeen(failed);
        const FailureEffect seen = failed == state.active ? effect : asPromotionFails(effect);
        needed = sampleDetection(group.plans[rankOf(g, failed)], seen, share,
                                 [&] { return state.failover.next(m_plan.key); });
    }
    enter(g, GroupPhase::detecting, m_now + needed);
}

// Nobody was left, and now there is one. What it does not take for a loss it leaves alone.
void FailureUnit::takeLead(std::uint32_t g) {
    const FailureModelGroup& group = m_model.groups[g];
    const std::uint32_t next = candidateOf(g);
    if (next == kNobody) return;
    if (!isNoticed(g, m_groups[g].active)) return enter(g, GroupPhase::detecting, kNeverSeconds);
    showRole(g, m_groups[g].active, false);
    if (group.human || m_now < m_groups[g].blockUntil) {
        waitForHuman(g);
    } else if (group.takeOver || group.promotion.empty()) {
        replaceActive(g, next);
        serveAgain(g);
    } else if (managerWorks(g)) {
        startPromotion(g);
    }
}

void FailureUnit::startPromotion(std::uint32_t g) {
    GroupState& state = m_groups[g];
    state.target = candidateOf(g);
    double needed = 0;
    for (const Sampler& step : m_model.groups[g].promotion)
        needed += draw(state.failover, step);
    enter(g, GroupPhase::promoting, m_now + needed);
}

// An old source that is away has to rejoin before it can lead again.
void FailureUnit::replaceActive(std::uint32_t g, std::uint32_t c) {
    GroupState& state = m_groups[g];
    if (state.lostSource) countLoss(g, c);
    if (!m_able[state.active]) m_rejoin[state.active] = Rejoin::whenBack;
    state.active = c;
    state.fallbackAt = kNeverSeconds;
}

void FailureUnit::promote(std::uint32_t g, std::uint32_t c) {
    const FailureModelGroup& group = m_model.groups[g];
    GroupState& state = m_groups[g];
    replaceActive(g, c);
    if (!group.takeOver) state.promotedAt = m_now;
    state.blockUntil = m_now + group.recoveryBlock;
    if (group.takeOver)
        serveAgain(g);
    else
        reroute(g);
}

// Until the last caller calls the new one. One that would never find it is told by a human.
void FailureUnit::reroute(std::uint32_t g) {
    const FailureModelGroup& group = m_model.groups[g];
    GroupState& state = m_groups[g];
    const FailoverPlan& plan = group.plans[rankOf(g, state.active)];
    double needed = sampleLastReroute(plan, [&] { return state.reroute.next(m_plan.key); });
    if (group.addressMove) needed = std::max(needed, draw(state.reroute, *group.addressMove));
    if (!std::isfinite(needed)) needed = group.byHand ? draw(state.reroute, *group.byHand) : 0;
    if (needed > 0) {
        showRole(g, kNobody, false);
        enter(g, GroupPhase::rerouting, m_now + needed);
    } else {
        serveAgain(g);
    }
}

// Semi-synchronous: with too few replicas for its acknowledgements the source waits for a while and then goes
// on alone, until enough are back.
void FailureUnit::followAcks(std::uint32_t g) {
    const FailureModelGroup& group = m_model.groups[g];
    GroupState& state = m_groups[g];
    if (group.keeps != FailureModelGroup::Keeps::acknowledged || !m_able[state.active]) return;
    std::uint32_t replicas = 0;
    for (const std::uint32_t c : group.members)
        replicas += c != state.active && m_able[c];
    if (replicas >= group.acks)
        state.fallbackAt = kNeverSeconds;
    else if (state.fallbackAt == kNeverSeconds)
        state.fallbackAt = m_now + group.semisyncTimeout;
}

// What the next source has not received is lost with the old one: what was under way, and all since the next
// one itself was last there.
void FailureUnit::countLoss(std::uint32_t g, std::uint32_t next) {
    const FailureModelGroup& group = m_model.groups[g];
    GroupState& state = m_groups[g];
    state.lostSource = false;
    if (group.oneWay.empty() || state.failedAt < m_countFrom || state.recovery == kNone) return;
    using Keeps = FailureModelGroup::Keeps;
    const double away = std::max(0.0, state.sourceFailedAt - m_copyUntil[next]);
    const bool underWay =
        group.keeps == Keeps::sent || (group.keeps == Keeps::acknowledged && (state.fellBack || away > 0));
    double lost = group.keeps == Keeps::all ? 0 : away;
    if (underWay) lost += group.oneWay[rankOf(g, state.active) * group.members.size() + rankOf(g, next)];
    GroupTotals& totals = m_out->groups[state.recovery];
    totals.lost.add(lost);
    totals.lostWrites += lost * group.writesPerS;
}

bool FailureUnit::countsRecovery(const GroupState& state) const {
    return state.failedAt >= m_countFrom && state.recovery != kNone;
}

// Callers reach the active one, and it serves. `byHand`: a human has made it so.
void FailureUnit::serveAgain(std::uint32_t g, bool byHand) {
    GroupState& state = m_groups[g];
    const bool takenOver = !state.lostSource && !state.hadNobody;
    if (countsRecovery(state)) m_out->groups[state.recovery].served.add(m_now - state.lostAt);
    if (countsRecovery(state) && !takenOver) {
        ++m_out->groups[state.recovery].resumed;
    } else if (countsRecovery(state)) {
        GroupTotals& totals = m_out->groups[state.recovery];
        totals.total.add(m_now - state.failedAt);
        const bool wasKnown = std::isfinite(state.knownAt);
        if (wasKnown) totals.detection.add(state.knownAt - state.failedAt);
        totals.byHand += byHand;
        if (wasKnown && std::isfinite(state.promotedAt)) {
            totals.promotion.add(state.promotedAt - state.knownAt);
            totals.reroute.add(m_now - state.promotedAt);
            totals.failover.add(m_now - state.knownAt);
        }
    }
    state.failedAt = -kNeverSeconds;
    state.lostSource = false;
    showRole(g, state.active, false);
    enter(g, GroupPhase::steady, kNeverSeconds);
    followAcks(g);
    planPreempting(g);
}

// VRRP with preempt: one of higher priority that is back takes the address back after its delay.
void FailureUnit::planPreempting(std::uint32_t g) {
    const FailureModelGroup& group = m_model.groups[g];
    const std::uint32_t rank = rankOf(g, m_groups[g].active);
    const VrrpTimers& timers = group.plans[rank].vrrp;
    if (group.plans[rank].by != FailoverBy::vrrp || !timers.preempt || group.takeOver) return;
    const std::uint32_t slot = m_groupSlot + g;
    if (rankOf(g, candidateOf(g)) >= rank) {
        m_slots.cancel(slot);
    } else if (m_slots.time(slot) == kNeverSeconds) {
        const double u = timers.preemptDelay > 0 ? m_groups[g].failover.next(m_plan.key) : 0;
        m_slots.set(slot, m_now + vrrpPreemptAt(timers, u));
    }
}

void FailureUnit::enter(std::uint32_t g, GroupPhase phase, double until) {
    const FailureModelGroup& group = m_model.groups[g];
    m_groups[g].phase = phase;
    if (phase != GroupPhase::detecting) m_groups[g].overdue = false;
    m_slots.set(m_groupSlot + g, until);
    if (!group.one) showRole(g, kNobody, isInterrupted(g));
    // What takes for ever would stop its own cure as well.
    if (group.frozen) freeze(g, isInterrupted(g) && std::isfinite(until));
}

// Clocks and repairs of all members stand still, or go on.
void FailureUnit::freeze(std::uint32_t g, bool frozen) {
    for (const std::uint32_t c : m_model.groups[g].members) {
        if ((m_frozen[c] != 0) == frozen) continue;
        if (frozen) {
            stopClocks(c);
            m_frozen[c] = 1;
            m_frozenLeft[c] = m_slots.time(c) - m_now;
            m_slots.cancel(c);
            continue;
        }
        m_frozen[c] = 0;
        if (m_state[c] != 0) {
            m_slots.set(c, m_now + m_frozenLeft[c]);
        } else {
            startClocks(c);
            applyPauses(c);
        }
    }
}

void FailureUnit::setRepairEnd(std::uint32_t c, double at) {
    if (m_frozen[c])
        m_frozenLeft[c] = at - m_now;
    else
        m_slots.set(c, at);
}

// A source that was replaced while it was away is no candidate before it follows the new one.
void FailureUnit::settleRejoins(std::uint32_t g) {
    const FailureModelGroup& group = m_model.groups[g];
    for (const std::uint32_t c : group.members) {
        if (m_rejoin[c] == Rejoin::whenBack && m_able[c]) {
            m_rejoin[c] = group.rejoin ? Rejoin::waiting : Rejoin::none;
            if (group.rejoin) m_rejoinAt[c] = m_now + draw(m_groups[g].reroute, *group.rejoin);
        }
        if (m_rejoin[c] != Rejoin::waiting) continue;
        if (m_rejoinAt[c] <= m_now || c == m_groups[g].active)
            m_rejoin[c] = Rejoin::none;
        else if (m_groups[g].phase == GroupPhase::leaderless && m_able[c])
            m_slots.set(m_groupSlot + g, std::min(m_slots.time(m_groupSlot + g), m_rejoinAt[c]));
    }
}

bool FailureUnit::managerWorks(std::uint32_t g) const {
    const FailureModelGroup& group = m_model.groups[g];
    if (group.managers.empty()) return true;
    std::uint32_t works = 0;
    for (const std::uint32_t c : group.managers)
        works += m_able[c];
    return works >= group.managersNeeded;
}

// The first that works and may lead; group replication decides by majority only.
std::uint32_t FailureUnit::candidateOf(std::uint32_t g) const {
    const FailureModelGroup& group = m_model.groups[g];
    if (!group.automatic && !group.human) return kNobody;
    if (group.byMajority) {
        std::uint32_t able = 0;
        for (const std::uint32_t c : group.members)
            able += m_able[c];
        if (able < group.needed) return kNobody;
    }
    for (std::uint32_t i = 0; i < group.candidates; ++i) {
        const std::uint32_t c = group.members[i];
        if (m_able[c] && m_rejoin[c] == Rejoin::none) return c;
    }
    return kNobody;
}

std::uint32_t FailureUnit::rankOf(std::uint32_t g, std::uint32_t c) const {
    const auto& members = m_model.groups[g].members;
    return static_cast<std::uint32_t>(std::find(members.begin(), members.end(), c) - members.begin());
}

} // namespace alwayson::sim
