#include "simulator/run/failure_unit.h"

#include <algorithm>
#include <bit>

namespace alwayson::sim {

namespace {
constexpr std::uint32_t kStopCheckEvents = 4096;
constexpr double kShiftAfter = 512 * kSecondsOfYear; // keeps a double good to microseconds
} // namespace

FailureUnit::FailureUnit(const FailureModel& model)
    : m_model(model), m_scratch(model.function.makeScratch()) {
    const std::size_t components = model.components.size(), modes = model.modes.size(),
                      views = model.views.size();
    const std::size_t observables = model.observables.size(), flows = model.function.flows().size();
    m_restartSlot = static_cast<std::uint32_t>(components);
    m_viewSlot = m_restartSlot + static_cast<std::uint32_t>(model.hasRestarts ? components : 0);
    m_tickSlot = m_viewSlot + static_cast<std::uint32_t>(views);
    m_shockSlot = m_tickSlot + 1U;
    m_activationSlot = m_shockSlot + static_cast<std::uint32_t>(model.shocks.size());
    m_groupSlot = m_activationSlot + static_cast<std::uint32_t>(model.hasActivations ? components : 0);
    m_deploymentSlot = m_groupSlot + static_cast<std::uint32_t>(model.groups.size());
    m_endSlot = m_deploymentSlot + static_cast<std::uint32_t>(model.deployments.size());
    m_deploymentDraws.resize(model.deployments.size());
    m_failureDraws.resize(modes);
    m_repairDraws.resize(modes);
    m_left.resize(modes);
    m_state.resize(components);
    m_shown.resize(components);
    m_running.resize(components);
    m_pending.resize(components);
    m_clockFrom.resize(components);
    m_stateFrom.resize(components);
    m_placesOut.resize(components);
    m_restarting.resize(components);
    m_restartCause.resize(components);
    m_restartDraws.resize(model.hasRestarts ? components : 0);
    m_condition.resize(components);
    m_badFrom.resize(components);
    m_okFrom.resize(components);
    m_notWorkingFrom.resize(components);
    m_working.resize(components);
    m_lastCause.resize(components);
    m_nodeDown.resize(components);
    m_suspectAt.resize(components);
    m_suspects.reserve(components);
    for (std::uint32_t c = 0; c < components; ++c)
        if (model.components[c].ageing == Ageing::whileSystemUp) m_systemAged.push_back(c);
    m_stage.resize(components);
    m_failCause.resize(components);
    m_speed.resize(components);
    m_coverageDraws.resize(model.hasRestartCoverage ? modes : 0);
    m_crewDraws.resize(m_coverageDraws.size());
    m_responseDraws.resize(model.crews.empty() ? 0 : components);
    m_called.reserve(components);
    m_crews.resize(model.crews.size());
    for (std::size_t c = 0; c < m_crews.size(); ++c)
        m_crews[c].ring.resize(model.crews[c].members);
    m_shockDraws.resize(model.shocks.size());
    m_standbyDraws.resize(model.standbys.size());
    m_stands.resize(components);
    m_asleep.resize(components);
    m_arrangeDue.resize(model.standbys.size());
    m_hit.reserve(components);
    m_groups.resize(model.groups.size());
    m_groupDue.resize(model.groups.size());
    m_blamed.resize(model.groups.size());
    m_roles.resize(model.groups.empty() ? 0 : model.function.groups().size());
    m_able.resize(components);
    m_justLost.resize(components);
    m_frozen.resize(components);
    m_frozenLeft.resize(components);
    m_rejoin.resize(components);
    m_rejoinAt.resize(components);
    m_ableUntil.resize(components);
    m_copyUntil.resize(components);
    m_viewUp.resize(views);
    m_waiting.resize(views);
    m_seen.resize(views);
    m_count.resize(views);
    m_viewDraws.resize(views);
    const std::size_t rowBytes = flows * sizeof(double) + observables + 16;
    const std::size_t rows =
        std::bit_floor(std::clamp<std::size_t>((std::size_t{4} << 20) / rowBytes, 64, 16384));
    m_cacheKeys.assign(rows, 0);
    m_cacheA.resize(rows * flows);
    m_cacheUp.resize(rows * observables);
    m_cacheGood.assign(rows, 2); // 2: empty
    m_a.resize(flows);
    m_up.resize(observables);
    m_downFrom.resize(observables);
    m_firstOutage.resize(observables);
    m_inherited.resize(observables);
    m_batchDown.resize(observables);
    m_batchFlowLoss.resize(flows);
    m_batchOutages.resize(observables);
    m_shares.reserve(components);
}

bool FailureUnit::run(const UnitPlan& plan, const std::function<bool()>& expired, UnitTotals& out) {
    m_plan = plan;
    m_out = &out;
    out.reset(m_model.sizes());
    start();
    std::uint64_t events = 0;
    for (;;) {
        if ((++events & (kStopCheckEvents - 1)) == 0 && expired && expired()) return false;
        const std::uint32_t slot = m_slots.top();
        m_now = m_slots.time(slot);
        if (slot == m_tickSlot) {
            onTick();
            if (m_slots.time(m_tickSlot) == kNeverSeconds) break;
            continue;
        }
        m_fingerprint.mix(std::bit_cast<std::uint64_t>(m_now));
        m_fingerprint.mix(slot);
        if (slot < m_restartSlot)
            onComponent(slot);
        else if (slot < m_viewSlot)
            onRestarted(slot - m_restartSlot);
        else if (slot >= m_deploymentSlot)
            onDeployment(slot - m_deploymentSlot);
        else if (slot >= m_groupSlot) {
            const std::uint32_t g = slot - m_groupSlot;
            const std::uint32_t cause = m_groups[g].phase == GroupPhase::byHand
                                            ? m_model.groups[g].handCause
                                            : m_model.groups[g].takeOverCause;
            onGroupTime(g);
            afterChange(cause);
        } else if (slot >= m_activationSlot)
            onActivated(slot - m_activationSlot);
        else if (slot >= m_shockSlot)
            onShock(slot - m_shockSlot);
        else {
            const std::uint64_t before = m_key;
            onCheck(slot - m_viewSlot);
            if (m_key != before) refresh(m_lastCause[m_model.views[slot - m_viewSlot].target]);
        }
    }
    out.events = events;
    finish();
    return true;
}

void FailureUnit::start() {
    m_now = m_base = 0;
    m_ticks = 0;
    m_fingerprint = {};
    m_key = 0;
    m_suspects.clear();
    m_shares.clear();
    m_outageCause = noCause();
    m_slots.reset(m_endSlot);
    m_followGroups = !m_plan.perfectViews && !m_groups.empty();
    std::fill(m_roles.begin(), m_roles.end(), GroupRole{});
    std::fill(m_placesOut.begin(), m_placesOut.end(), std::uint16_t{0});
    std::fill(m_restarting.begin(), m_restarting.end(), std::uint8_t{0});
    std::fill(m_shown.begin(), m_shown.end(), ComponentState{0});
    std::fill(m_state.begin(), m_state.end(), ComponentState{0});
    std::fill(m_lastCause.begin(), m_lastCause.end(), noCause());
    for (std::uint32_t c = 0; c < m_model.components.size(); ++c) {
        const FailureModelComponent& component = m_model.components[c];
        for (std::uint32_t m = component.modes.first; m < component.modes.first + component.modes.count;
             ++m) {
            m_failureDraws[m] = UniformStream{m_model.modes[m].failureStream, 0, kBlockDraws, {}};
            m_repairDraws[m] = UniformStream{m_model.modes[m].repairStream, 0, kBlockDraws, {}};
        }
        if (m_model.hasRestarts)
            m_restartDraws[c] = UniformStream{component.restartStream, 0, kBlockDraws, {}};
        if (m_model.hasRestartCoverage)
            for (std::uint32_t m = component.modes.first; m < component.modes.first + component.modes.count;
                 ++m) {
                m_coverageDraws[m] = UniformStream{m_model.modes[m].coverageStream, 0, kBlockDraws, {}};
                m_crewDraws[m] = UniformStream{m_model.modes[m].crewRepairStream, 0, kBlockDraws, {}};
            }
        if (!m_model.crews.empty())
            m_responseDraws[c] = UniformStream{component.responseStream, 0, kBlockDraws, {}};
        m_stage[c] = RepairStage::running;
        m_speed[c] = 1;
        m_stands[c] = m_asleep[c] = m_frozen[c] = m_justLost[c] = 0;
        m_rejoin[c] = Rejoin::none;
        m_ableUntil[c] = m_copyUntil[c] = 0;
        m_running[c] = 0;
        m_stateFrom[c] = 0;
        startStationary(c);
    }
    for (std::uint32_t d = 0; d < m_model.components.size(); ++d) {
        if (!m_model.components[d].isDomain || m_state[d] == 0) continue;
        const IndexRange& members = m_model.components[d].members;
        for (std::uint32_t i = members.first; i < members.first + members.count; ++i) {
            ++m_placesOut[m_model.indices[i]];
            m_lastCause[m_model.indices[i]] = m_lastCause[d];
        }
    }
    for (std::uint32_t c = 0; c < m_model.components.size(); ++c) {
        m_condition[c] = m_model.components[c].isDomain ? Condition::ok : conditionOf(c);
        m_working[c] = m_state[c] == 0 && m_placesOut[c] == 0;
        m_able[c] = isAble(c);
        m_badFrom[c] = m_okFrom[c] = -kNeverSeconds;
        if (m_state[c] == 0) startClocks(c);
    }
    startShared();
    startGroups();
    for (std::uint32_t v = 0; v < m_model.views.size(); ++v) {
        m_viewDraws[v] = UniformStream{m_model.views[v].stream, 0, kBlockDraws, {}};
        m_waiting[v] = m_seen[v] = 0;
        m_count[v] = 0;
        m_viewUp[v] = 1;
        if (!m_plan.perfectViews && passProbability(m_model.views[v]) == 0) setView(v, false);
    }
    m_allGood = true;
    std::fill(m_a.begin(), m_a.end(), 1.0);
    std::fill(m_up.begin(), m_up.end(), std::uint8_t{1});
    m_settledTo = 0;
    beginCounting();
    refresh(noCause());
    for (std::uint32_t c = 0; c < m_model.components.size(); ++c)
        applyPauses(c);
    for (std::uint32_t v = 0; v < m_model.views.size(); ++v)
        if (!m_plan.perfectViews && needsChecks(v)) onTargetChanged(v, m_condition[m_model.views[v].target]);
    m_warming = m_plan.warmUp > 0;
    if (!m_warming) beginCounting();
    m_slots.set(m_tickSlot, m_warming ? m_plan.warmUp : std::min(m_plan.tick, m_plan.seconds));
}

// Working with the share of time that it works, else in one of its modes; each clock somewhere in its
// interval. Exact for parts that age always: their modes renew independently in operating time, so what is
// left of each is a stationary residual.
void FailureUnit::startStationary(std::uint32_t c) {
    const FailureModelComponent& component = m_model.components[c];
    const std::uint32_t first = component.modes.first, end = first + component.modes.count;
    for (std::uint32_t m = first; m < end; ++m)
        m_left[m] = m_plan.stationary
                        ? m_model.modes[m].failureResidual.seconds(m_failureDraws[m], m_plan.key)
                        : draw(m_failureDraws[m], m_model.modes[m].timeToFailure);
    if (!m_plan.stationary || component.ageing != Ageing::always || component.coupled ||
        component.modes.count == 0)
        return; // coupled: comes to its long-run state while warming up
    UniformStream stream{component.startStream, 0, kBlockDraws, {}};
    double total = 1;
    for (std::uint32_t m = first; m < end; ++m)
        total += m_model.modes[m].ratio;
    double u = stream.next(m_plan.key) * total - 1;
    for (std::uint32_t m = first; m < end && u >= 0; ++m) {
        u -= m_model.modes[m].ratio;
        if (u >= 0) continue;
        setState(c, static_cast<ComponentState>(m - first + 1));
        m_slots.set(c, m_model.modes[m].repairResidual.seconds(m_repairDraws[m], m_plan.key));
    }
}

void FailureUnit::onComponent(std::uint32_t c) {
    const bool worked = m_state[c] == 0;
    const std::uint32_t mode = worked ? m_pending[c] : modeOf(c, m_state[c]);
    if (worked)
        fail(c, mode, mode);
    else if (endRepair(c))
        repair(c);
    const bool works = m_state[c] == 0;
    if (!m_model.components[c].isDomain)
        refreshNode(c);
    else if (works != worked) // not by a restart that did not work
        changePlaces(c, !works);
    afterChange(mode);
}

void FailureUnit::fail(std::uint32_t c, std::uint32_t mode, std::uint32_t cause) {
    stopClocks(c);
    setState(c, static_cast<ComponentState>(mode - m_model.components[c].modes.first + 1));
    m_failCause[c] = cause;
    beginRepair(c, mode);
}

void FailureUnit::repair(std::uint32_t c) {
    const std::uint32_t mode = modeOf(c, m_state[c]);
    m_left[mode] = draw(m_failureDraws[mode], m_model.modes[mode].timeToFailure); // good as new
    setState(c, 0);
    m_slots.cancel(c);
    startClocks(c);
    applyPauses(c);
}

// What follows from a change of states, in the same instant.
void FailureUnit::afterChange(std::uint32_t trigger) {
    while (m_anyArrangeDue || m_anyGroupDue) {
        m_anyArrangeDue = m_anyGroupDue = false;
        for (std::uint32_t s = 0; s < m_arrangeDue.size(); ++s)
            if (m_arrangeDue[s]) arrange(s, false);
        for (std::uint32_t g = 0; g < m_groupDue.size(); ++g) {
            if (!m_groupDue[g]) continue;
            m_groupDue[g] = 0;
            updateGroup(g);
        }
    }
    for (const std::uint32_t c : m_called)
        callPeople(c);
    m_called.clear();
    refresh(trigger);
}

void FailureUnit::setState(std::uint32_t c, ComponentState state) {
    const double spent = m_now - m_stateFrom[c];
    if (m_state[c] == 0)
        m_out->workingSeconds[c] += spent;
    else
        m_out->modeSeconds[modeOf(c, m_state[c])] += spent;
    m_stateFrom[c] = m_now;
    m_state[c] = state;
    if (state != 0) m_lastCause[c] = m_failCause[c] = modeOf(c, state);
    if (m_plan.recordHistory) m_out->history.push_back({m_base + m_now, c, state});
    showState(c);
}

void FailureUnit::changePlaces(std::uint32_t domain, bool out) {
    const FailureModelComponent& place = m_model.components[domain];
    m_working[domain] = !out;
    if (out)
        m_notWorkingFrom[domain] = m_now;
    else
        m_nodeDown[domain] += m_now - m_notWorkingFrom[domain];
    for (std::uint32_t i = place.members.first; i < place.members.first + place.members.count; ++i) {
        const std::uint32_t node = m_model.indices[i];
        if (out) {
            ++m_placesOut[node];
            m_lastCause[node] = m_lastCause[domain];
            if (m_restarting[node])
                m_slots.cancel(m_restartSlot + node); // starts over when the place is back
        } else if (--m_placesOut[node] == 0 && (place.hasRestart || m_restarting[node])) {
            m_restarting[node] = 1;
            m_restartCause[node] = m_lastCause[domain];
            const double needed = draw(m_restartDraws[node], place.restart);
            m_slots.set(m_restartSlot + node, m_now + needed);
            showState(node);
        }
        applyPauses(node);
        refreshNode(node);
    }
}

void FailureUnit::onRestarted(std::uint32_t node) {
    m_slots.cancel(m_restartSlot + node);
    m_restarting[node] = 0;
    showState(node);
    refreshNode(node);
    afterChange(m_restartCause[node]);
}

void FailureUnit::startClocks(std::uint32_t c) {
    const IndexRange& modes = m_model.components[c].modes;
    if (modes.count == 0 || m_running[c] || m_frozen[c]) return;
    m_running[c] = 1;
    m_clockFrom[c] = m_now;
    std::uint32_t next = modes.first;
    for (std::uint32_t m = modes.first + 1; m < modes.first + modes.count; ++m)
        if (m_left[m] < m_left[next]) next = m;
    m_pending[c] = next;
    if (m_speed[c] > 0) m_slots.set(c, m_now + m_left[next] / m_speed[c]);
}

void FailureUnit::setSpeed(std::uint32_t c, double speed) {
    if (m_speed[c] == speed) return;
    const bool runs = m_running[c] != 0;
    stopClocks(c);
    m_speed[c] = speed;
    if (runs) startClocks(c);
}

void FailureUnit::stopClocks(std::uint32_t c) {
    if (!m_running[c]) return;
    const IndexRange& modes = m_model.components[c].modes;
    const double elapsed = (m_now - m_clockFrom[c]) * m_speed[c];
    for (std::uint32_t m = modes.first; m < modes.first + modes.count; ++m)
        m_left[m] = std::max(0.0, m_left[m] - elapsed);
    m_running[c] = 0;
    m_slots.cancel(c);
}

void FailureUnit::applyPauses(std::uint32_t c) {
    const Ageing ageing = m_model.components[c].ageing;
    if (ageing == Ageing::always || m_state[c] != 0) return;
    const bool paused = ageing == Ageing::whilePowered ? m_placesOut[c] > 0 : m_up.back() == 0;
    if (paused)
        stopClocks(c);
    else
        startClocks(c);
}

void FailureUnit::onTick() {
    settle();
    if (m_warming) {
        m_warming = false;
        beginCounting();
    } else {
        ++m_ticks;
        const double counted = m_base + m_now - m_plan.warmUp;
        const bool last = counted >= m_plan.seconds * (1 - 1e-12);
        if (last || (m_plan.ticksPerBatch != 0 && m_ticks % m_plan.ticksPerBatch == 0)) closeBatch();
        const bool whole = counted >= static_cast<double>(m_ticks) * m_plan.tick * (1 - 1e-12);
        if (whole && m_plan.ticksPerYear != 0 && m_ticks % m_plan.ticksPerYear == 0) closeYear();
        if (last) {
            m_slots.set(m_tickSlot, kNeverSeconds);
            return;
        }
        if (m_now > kShiftAfter) shift(m_now);
    }
    const double next =
        std::min(static_cast<double>(m_ticks + 1) * m_plan.tick, m_plan.seconds) + m_plan.warmUp;
    m_slots.set(m_tickSlot, next - m_base);
}

// An outage that is open counts in both years, and in both batches.
void FailureUnit::closeYear() {
    if (m_up.back() == 0) m_yearDown += m_now - std::max(m_downFrom.back(), m_yearFrom);
    m_out->yearDown.add(m_yearDown);
    if (m_yearDown == 0) ++m_out->freeYears;
    m_yearDown = 0;
    m_yearFrom = m_now;
}

void FailureUnit::closeBatch() {
    for (std::size_t o = 0; o < m_up.size(); ++o)
        if (m_up[o] == 0) m_batchDown[o] += m_now - std::max(m_downFrom[o], m_batchFrom);
    for (std::size_t o = 0; o < m_up.size(); ++o) {
        const FailureModelObservable& observable = m_model.observables[o];
        double loss = 0, down = 0;
        for (std::size_t i = 0; i < observable.flows.size(); ++i) {
            loss += observable.weights[i] * m_batchFlowLoss[observable.flows[i]];
            down += observable.weights[i] * m_batchDown[observable.flows[i]];
        }
        // A client is the share-weighted sum of its classes; the design is down when any flow is.
        if (o >= m_a.size() && o + 1 != m_up.size()) m_batchDown[o] = down;
        m_out->batchLoss.push_back(loss);
    }
    for (std::size_t c = 0; c < m_nodeDown.size(); ++c) {
        if (m_working[c]) continue;
        m_nodeDown[c] += m_now - m_notWorkingFrom[c];
        m_notWorkingFrom[c] = m_now;
    }
    m_out->batchSeconds.push_back(m_now - m_batchFrom);
    m_out->batchDown.insert(m_out->batchDown.end(), m_batchDown.begin(), m_batchDown.end());
    m_out->batchOutages.insert(m_out->batchOutages.end(), m_batchOutages.begin(), m_batchOutages.end());
    m_out->batchNodeDown.insert(m_out->batchNodeDown.end(), m_nodeDown.begin(), m_nodeDown.end());
    std::fill(m_batchDown.begin(), m_batchDown.end(), 0.0);
    std::fill(m_batchFlowLoss.begin(), m_batchFlowLoss.end(), 0.0);
    std::fill(m_batchOutages.begin(), m_batchOutages.end(), 0U);
    std::fill(m_nodeDown.begin(), m_nodeDown.end(), 0.0);
    m_batchFrom = m_now;
}

void FailureUnit::beginCounting() {
    UnitTotals fresh;
    fresh.reset(m_model.sizes());
    fresh.history = std::move(m_out->history);
    *m_out = std::move(fresh);
    m_countFrom = m_batchFrom = m_yearFrom = m_settledTo = m_now;
    m_yearDown = 0;
    m_periods.resize(m_model.periods.size());
    for (std::size_t p = 0; p < m_periods.size(); ++p)
        m_periods[p].start(m_model.periods[p]);
    std::fill(m_stateFrom.begin(), m_stateFrom.end(), m_now);
    std::fill(m_notWorkingFrom.begin(), m_notWorkingFrom.end(), m_now);
    std::fill(m_nodeDown.begin(), m_nodeDown.end(), 0.0);
    std::fill(m_downFrom.begin(), m_downFrom.end(), m_now);
    std::fill(m_batchDown.begin(), m_batchDown.end(), 0.0);
    std::fill(m_batchFlowLoss.begin(), m_batchFlowLoss.end(), 0.0);
    std::fill(m_batchOutages.begin(), m_batchOutages.end(), 0U);
    for (std::size_t o = 0; o < m_inherited.size(); ++o) {
        m_inherited[o] = m_plan.stationary && m_up[o] == 0;
        m_firstOutage[o] = m_up[o] == 0 ? 0 : kNeverSeconds;
        m_batchOutages[o] = !m_plan.stationary && m_up[o] == 0 ? 1 : 0;
    }
}

void FailureUnit::finish() {
    for (std::uint32_t c = 0; c < m_model.components.size(); ++c) {
        const double spent = m_now - m_stateFrom[c];
        if (m_state[c] == 0)
            m_out->workingSeconds[c] += spent;
        else
            m_out->modeSeconds[modeOf(c, m_state[c])] += spent;
    }
    for (std::uint32_t o = 0; o < m_up.size(); ++o)
        if (m_up[o] == 0) countOutage(o, m_now, true);
    m_out->seconds = m_base + m_now - m_plan.warmUp;
    for (std::size_t p = 0; p < m_periods.size(); ++p) {
        const double whole = m_out->seconds / m_model.periods[p].seconds;
        m_out->periods[p] = static_cast<std::uint64_t>(whole * (1 + 1e-12));
        m_out->periodsMissed[p] = m_periods[p].missed(m_out->periods[p]);
    }
    m_out->fingerprint = m_fingerprint.value;
    if (!m_plan.stationary) m_out->firstOutage = m_firstOutage;
}

void FailureUnit::shift(double seconds) {
    m_base += seconds;
    m_now -= seconds;
    m_slots.shift(seconds);
    for (std::vector<double>* times : {&m_clockFrom, &m_stateFrom, &m_badFrom, &m_okFrom, &m_notWorkingFrom,
                                       &m_downFrom, &m_rejoinAt, &m_ableUntil, &m_copyUntil})
        for (double& t : *times)
            t -= seconds;
    for (GroupState& group : m_groups)
        for (double* t : {&group.sourceFailedAt, &group.lostAt, &group.failedAt, &group.knownAt,
                          &group.promotedAt, &group.blockUntil, &group.fallbackAt})
            *t -= seconds;
    m_settledTo -= seconds;
    m_countFrom -= seconds;
    m_batchFrom -= seconds;
    m_yearFrom -= seconds;
}

} // namespace alwayson::sim
