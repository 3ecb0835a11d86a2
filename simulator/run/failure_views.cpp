// What balancers see: each view is HAProxy's check state machine, ticking only while something is in doubt.
#include "simulator/run/failure_unit.h"

namespace alwayson::sim {

FailureUnit::Condition FailureUnit::conditionOf(std::uint32_t c) const {
    if (m_placesOut[c] > 0) return Condition::gone;
    if (m_asleep[c]) return Condition::refused;
    if (m_state[c] == 0) return m_restarting[c] ? Condition::refused : Condition::ok;
    switch (m_model.modes[modeOf(c, m_state[c])].effect) {
    case FailureEffect::crash:
    case FailureEffect::dataLoss:
        return Condition::refused;
    case FailureEffect::hang:
        return Condition::hang;
    case FailureEffect::slow:
        return Condition::slow;
    case FailureEffect::errors:
        return Condition::errors;
    case FailureEffect::gone:
    case FailureEffect::cutOff:
    case FailureEffect::outage:
    case FailureEffect::isolation:
        break;
    }
    return Condition::gone;
}

// Can it serve, once it is started: it works, or is slow, or some of its answers are right.
bool FailureUnit::isAble(std::uint32_t c) const {
    if (m_placesOut[c] > 0) return false;
    if (m_state[c] == 0) return !m_restarting[c];
    const FailureModelMode& mode = m_model.modes[modeOf(c, m_state[c])];
    return stillServes(mode.effect, mode.errorShare);
}

void FailureUnit::refreshNode(std::uint32_t c) {
    const bool working = m_state[c] == 0 && m_placesOut[c] == 0 && !m_restarting[c];
    if (working != (m_working[c] != 0)) {
        m_working[c] = working ? 1 : 0;
        if (working)
            m_nodeDown[c] += m_now - m_notWorkingFrom[c];
        else
            m_notWorkingFrom[c] = m_now;
    }
    const bool able = isAble(c);
    if (able != (m_able[c] != 0)) noteAble(c, able);
    const Condition before = m_condition[c], after = conditionOf(c);
    if (before == after) return;
    m_condition[c] = after;
    const FailureModelComponent& component = m_model.components[c];
    // It was lost before, and is now lost in another way.
    if (!able && m_followGroups && component.group != kNone && m_model.groups[component.group].one &&
        isUnnoticed(component.group))
        m_groupDue[component.group] = m_anyGroupDue = true;
    const bool seen = component.viewsOfIt.count > 0 && !m_plan.perfectViews;
    // Falling asleep is no failure.
    if (before == Condition::ok) m_badFrom[c] = working && m_asleep[c] ? -kNeverSeconds : m_now;
    if (after == Condition::ok) {
        m_okFrom[c] = m_now;
        if (!seen && m_badFrom[c] >= m_countFrom && m_lastCause[c] != noCause())
            m_out->recovery[m_lastCause[c]].add(m_now - m_badFrom[c]);
    }
    if (m_plan.perfectViews) return;
    for (std::uint32_t i = component.viewsOfIt.first;
         i < component.viewsOfIt.first + component.viewsOfIt.count; ++i) {
        const std::uint32_t v = m_model.indices[i];
        if (before == Condition::ok) m_seen[v] = m_viewUp[v] == 0;
        if (after == Condition::ok && m_viewUp[v] != 0 && m_badFrom[c] >= m_countFrom)
            m_out->recovery[m_lastCause[c]].add(m_now - m_badFrom[c]); // over before it was noticed
        onTargetChanged(v, before);
    }
    for (std::uint32_t i = component.viewsByIt.first;
         i < component.viewsByIt.first + component.viewsByIt.count; ++i)
        onObserverChanged(m_model.indices[i], before);
    if (m_stage[c] == RepairStage::unseen) callPeople(c); // what is wrong now may be plain to see, or never
}

// Chance that a check that starts now passes.
double FailureUnit::passProbability(const FailureModelView& view) const {
    switch (m_condition[view.target]) {
    case Condition::ok:
    case Condition::slow:
        return 1;
    case Condition::errors:
        return view.http ? 1 - m_model.modes[modeOf(view.target, m_state[view.target])].errorShare : 1;
    case Condition::hang:
        return view.http ? 0 : 1; // the kernel accepts
    case Condition::refused:
    case Condition::gone:
        break;
    }
    return 0;
}

// How long a check waits before it fails.
double FailureUnit::checkDelay(const FailureModelView& view, Condition condition) const {
    if (condition == Condition::hang) return view.http ? view.hangDelay : 0;
    return condition == Condition::gone ? view.goneDelay : 0;
}

bool FailureUnit::needsChecks(std::uint32_t v) const {
    const Condition observer = m_condition[m_model.views[v].observer];
    if (observer != Condition::ok && observer != Condition::slow && observer != Condition::errors)
        return false;
    if (m_count[v] > 0) return true;
    const double pass = passProbability(m_model.views[v]);
    return m_viewUp[v] != 0 ? pass < 1 : pass > 0;
}

void FailureUnit::onTargetChanged(std::uint32_t v, Condition before) {
    const FailureModelView& view = m_model.views[v];
    const std::uint32_t slot = m_viewSlot + v;
    const bool ticking = m_slots.time(slot) != kNeverSeconds;
    if (ticking) {
        // A check that waits for a silent process is answered or reset at once; one whose packets vanished
        // waits on.
        if (m_waiting[v] && before == Condition::hang && m_condition[view.target] != Condition::gone) {
            m_waiting[v] = 0;
            const bool answered =
                m_condition[view.target] == Condition::ok && m_model.modes[m_lastCause[view.target]].resumes;
            onCheckResult(v, answered);
        }
        return;
    }
    if (!needsChecks(v)) return;
    // The checks went on unobserved: the change falls anywhere into their period, which includes waiting for
    // a timeout.
    const double pause = m_viewUp[v] != 0 ? view.inter : view.downinter;
    const double wait = m_viewUp[v] != 0 ? 0 : checkDelay(view, before);
    const double phase = (pause + wait) * m_viewDraws[v].next(m_plan.key);
    m_waiting[v] = phase >= pause ? 1 : 0;
    m_slots.set(slot, m_now + (m_waiting[v] ? phase - pause : phase));
    if (m_waiting[v]) onTargetChanged(v, before);
}

// A balancer that is gone checks nothing. One that was started again takes every server for up until a first
// failed check; one that only hung goes on with what it saw.
void FailureUnit::onObserverChanged(std::uint32_t v, Condition before) {
    const std::uint32_t slot = m_viewSlot + v;
    const auto checks = [](Condition c) {
        return c == Condition::ok || c == Condition::slow || c == Condition::errors;
    };
    const FailureModelView& view = m_model.views[v];
    const bool now = checks(m_condition[view.observer]);
    if (now == checks(before)) return;
    m_slots.cancel(slot);
    m_waiting[v] = 0;
    if (!now) return;
    if (before != Condition::hang) {
        setView(v, true);
        m_count[v] = static_cast<std::uint16_t>(view.fall - 1);
    }
    if (needsChecks(v)) m_slots.set(slot, m_now + view.inter * m_viewDraws[v].next(m_plan.key));
}

void FailureUnit::onCheck(std::uint32_t v) {
    const FailureModelView& view = m_model.views[v];
    if (m_waiting[v]) {
        m_waiting[v] = 0;
        onCheckResult(v, false);
        return;
    }
    const double delay = checkDelay(view, m_condition[view.target]);
    if (delay > 0) {
        m_waiting[v] = 1;
        m_slots.set(m_viewSlot + v, m_now + delay);
        return;
    }
    const double pass = passProbability(view);
    onCheckResult(v, pass >= 1 || (pass > 0 && m_viewDraws[v].next(m_plan.key) < pass));
}

void FailureUnit::onCheckResult(std::uint32_t v, bool passed) {
    const FailureModelView& view = m_model.views[v];
    const std::uint32_t target = view.target;
    const bool wasUp = m_viewUp[v] != 0;
    double next = view.fastinter;
    if (passed == wasUp) {
        m_count[v] = 0;
        next = wasUp ? view.inter : view.downinter;
    } else if (++m_count[v] >= (wasUp ? view.fall : view.rise)) {
        m_count[v] = 0;
        setView(v, !wasUp);
        if (wasUp && m_stage[target] == RepairStage::unseen) queue(target);
        next = wasUp ? view.downinter : view.inter;
        const bool ok = m_condition[target] == Condition::ok;
        const bool counts = m_badFrom[target] >= m_countFrom && m_lastCause[target] != noCause();
        if (wasUp && !ok && !m_seen[v] && counts)
            m_out->detection[m_lastCause[target]].add(m_now - m_badFrom[target]);
        if (wasUp) m_seen[v] = 1;
        if (!wasUp && ok && counts) {
            m_out->back[target].add(m_now - m_okFrom[target]);
            m_out->recovery[m_lastCause[target]].add(m_now - m_badFrom[target]);
        }
    }
    if (needsChecks(v))
        m_slots.set(m_viewSlot + v, m_now + next);
    else
        m_slots.cancel(m_viewSlot + v);
}

} // namespace alwayson::sim
