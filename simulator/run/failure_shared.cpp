// Common causes that hit several members at once, and members that stand by.
#include "simulator/run/failure_unit.h"

#include <algorithm>

namespace alwayson::sim {

void FailureUnit::startShared() {
    m_called.clear();
    for (std::size_t c = 0; c < m_crews.size(); ++c) {
        m_crews[c].first = m_crews[c].count = 0;
        m_crews[c].free = m_model.crews[c].size;
    }
    for (std::uint32_t s = 0; s < m_shockDraws.size(); ++s) {
        m_shockDraws[s] = UniformStream{m_model.shocks[s].stream, 0, kBlockDraws, {}};
        m_slots.set(m_shockSlot + s, m_now + draw(m_shockDraws[s], m_model.shocks[s].interval));
    }
    for (std::uint32_t d = 0; d < m_deploymentDraws.size(); ++d) {
        m_deploymentDraws[d] = UniformStream{m_model.deployments[d].stream, 0, kBlockDraws, {}};
        m_slots.set(m_deploymentSlot + d,
                    m_now + draw(m_deploymentDraws[d], m_model.deployments[d].interval));
    }
    for (std::uint32_t s = 0; s < m_standbyDraws.size(); ++s) {
        m_standbyDraws[s] = UniformStream{m_model.standbys[s].stream, 0, kBlockDraws, {}};
        arrange(s, true);
    }
    m_anyArrangeDue = false;
}

// Hits what works and ages; one that is failed already cannot fail again.
void FailureUnit::onShock(std::uint32_t s) {
    const FailureModelShock& shock = m_model.shocks[s];
    m_slots.set(m_shockSlot + s, m_now + draw(m_shockDraws[s], shock.interval));
    m_hit.clear();
    for (std::uint32_t i = 0; i < shock.members.count; ++i) {
        const std::uint32_t c = m_model.indices[shock.members.first + i];
        if (m_state[c] != 0 || !m_running[c]) continue;
        fail(c, m_model.indices[shock.modes.first + i], shock.cause);
        m_hit.push_back(c);
    }
    for (const std::uint32_t c : m_hit)
        refreshNode(c);
    if (!m_hit.empty()) afterChange(shock.cause);
}

// A bad version on the first members that work; all of it is rolled back at the same time. A member that
// fails otherwise meanwhile keeps its version until then: one thing at a time.
void FailureUnit::onDeployment(std::uint32_t d) {
    const FailureModelDeployment& deployment = m_model.deployments[d];
    m_slots.set(m_deploymentSlot + d, m_now + draw(m_deploymentDraws[d], deployment.interval));
    const double until = m_now + draw(m_deploymentDraws[d], deployment.rollback);
    m_hit.clear();
    for (std::uint32_t i = 0; i < deployment.members.count && m_hit.size() < deployment.batch; ++i) {
        const std::uint32_t c = m_model.indices[deployment.members.first + i];
        if (m_state[c] != 0 || !m_able[c] || m_frozen[c]) continue;
        const IndexRange& modes = m_model.components[c].modes;
        fail(c, modes.first + modes.count - 1, deployment.cause);
        setRepairEnd(c, until);
        m_hit.push_back(c);
    }
    for (const std::uint32_t c : m_hit)
        refreshNode(c);
    if (!m_hit.empty()) afterChange(deployment.cause);
}

// The first `serving` members that work serve. One that stood by and is needed now is called; one that
// comes from a repair serves or stands by without further ado.
void FailureUnit::arrange(std::uint32_t s, bool initial) {
    const FailureModelStandby& standby = m_model.standbys[s];
    m_arrangeDue[s] = 0;
    std::uint32_t serving = 0;
    for (std::uint32_t i = 0; i < standby.members.count; ++i) {
        const std::uint32_t c = m_model.indices[standby.members.first + i];
        const bool serves = m_able[c] && serving < standby.serving;
        const bool isCalled = serves && m_stands[c];
        takeRole(c, standby, m_able[c] && !serves, initial);
        if (serves && (!isCalled || startsUp(c, s))) ++serving;
    }
}

// A member that does not work has no role: what it does when it is back is decided then.
void FailureUnit::takeRole(std::uint32_t c, const FailureModelStandby& standby, bool stands, bool initial) {
    const bool starts = m_asleep[c] && !stands && m_able[c];
    m_stands[c] = stands;
    setSpeed(c, stands || starts ? standby.hazard : 1);
    if (starts || !standby.asleep) return; // asleep until it has started
    m_slots.cancel(m_activationSlot + c);
    if (stands == (m_asleep[c] != 0)) return;
    m_asleep[c] = stands;
    showState(c);
    if (initial)
        m_condition[c] = conditionOf(c);
    else
        refreshNode(c);
}

// A member that stood by is called. False when it fails to start.
bool FailureUnit::startsUp(std::uint32_t c, std::uint32_t s) {
    const FailureModelStandby& standby = m_model.standbys[s];
    const bool fails = standby.startFailure > 0 && m_state[c] == 0 && m_model.components[c].canStop &&
                       m_standbyDraws[s].next(m_plan.key) < standby.startFailure;
    if (fails) {
        const std::uint32_t mode = anyStop(c, m_standbyDraws[s]);
        m_asleep[c] = 0;
        fail(c, mode, standby.cause);
        refreshNode(c);
        return false;
    }
    if (standby.asleep)
        m_slots.set(m_activationSlot + c, m_now + draw(m_standbyDraws[s], standby.activation));
    return true;
}

// One of the modes that stop it, by their rates; kNone: there is none.
std::uint32_t FailureUnit::anyStop(std::uint32_t c, UniformStream& stream) {
    const IndexRange& modes = m_model.components[c].modes;
    double total = 0;
    std::uint32_t count = 0, mode = kNone;
    for (std::uint32_t m = modes.first; m < modes.first + modes.count; ++m) {
        if (!m_model.modes[m].stops) continue;
        total += 1 / m_model.modes[m].timeToFailure.mean();
        ++count;
        mode = m;
    }
    if (count < 2) return mode;
    double u = stream.next(m_plan.key) * total;
    for (std::uint32_t m = modes.first; m < modes.first + modes.count; ++m) {
        if (!m_model.modes[m].stops) continue;
        mode = m;
        u -= 1 / m_model.modes[m].timeToFailure.mean();
        if (u < 0) break;
    }
    return mode;
}

void FailureUnit::onActivated(std::uint32_t c) {
    m_slots.cancel(m_activationSlot + c);
    m_asleep[c] = 0;
    setSpeed(c, 1);
    showState(c);
    refreshNode(c);
    afterChange(m_model.standbys[m_model.components[c].standby].cause);
}

} // namespace alwayson::sim
