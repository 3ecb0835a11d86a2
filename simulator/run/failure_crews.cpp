// Who repairs: a restart that may not work, people who may be busy.
#include "simulator/run/failure_unit.h"

namespace alwayson::sim {

void FailureUnit::beginRepair(std::uint32_t c, std::uint32_t mode) {
    const FailureModelMode& failure = m_model.modes[mode];
    m_stage[c] = failure.path == RepairPath::restart ? RepairStage::restart : RepairStage::running;
    if (failure.path == RepairPath::people) {
        m_stage[c] = RepairStage::called;
        m_called.push_back(c);
        return;
    }
    setRepairEnd(c, m_now + draw(m_repairDraws[mode], failure.repair));
}

// The time in the component's slot has come. False: it goes on being failed, and people are called.
bool FailureUnit::endRepair(std::uint32_t c) {
    const std::uint32_t mode = modeOf(c, m_state[c]);
    const std::uint32_t crew = m_model.components[c].crew;
    if (m_stage[c] == RepairStage::restart &&
        m_coverageDraws[mode].next(m_plan.key) >= m_model.modes[mode].restartCoverage) {
        m_slots.cancel(c);
        m_stage[c] = RepairStage::called;
        m_called.push_back(c);
        return false;
    }
    if (m_stage[c] == RepairStage::people && crew != kNone) {
        Queue& queue = m_crews[crew];
        ++queue.free;
        if (queue.count > 0) {
            const std::uint32_t next = queue.ring[queue.first];
            queue.first = (queue.first + 1) % queue.ring.size();
            --queue.count;
            startPeople(next);
        }
    }
    m_stage[c] = RepairStage::running;
    return true;
}

// At once when a view shows the failure already, and when no view ever will: nobody watches, or checks pass.
// Else with the first view that shows it.
void FailureUnit::callPeople(std::uint32_t c) {
    bool willBeSeen = false;
    if (!m_plan.perfectViews) {
        const IndexRange& range = m_model.components[c].viewsOfIt;
        for (std::uint32_t i = range.first; i < range.first + range.count; ++i) {
            const std::uint32_t v = m_model.indices[i];
            if (m_viewUp[v] == 0) {
                queue(c);
                return;
            }
            willBeSeen = willBeSeen || passProbability(m_model.views[v]) == 0;
        }
    }
    if (willBeSeen)
        m_stage[c] = RepairStage::unseen;
    else
        queue(c);
}

void FailureUnit::queue(std::uint32_t c) {
    const std::uint32_t crew = m_model.components[c].crew;
    if (crew == kNone || m_crews[crew].free > 0) {
        startPeople(c);
        return;
    }
    Queue& waiting = m_crews[crew];
    waiting.ring[(waiting.first + waiting.count++) % waiting.ring.size()] = c;
    m_stage[c] = RepairStage::queued;
}

void FailureUnit::startPeople(std::uint32_t c) {
    const std::uint32_t mode = modeOf(c, m_state[c]), crew = m_model.components[c].crew;
    const FailureModelMode& failure = m_model.modes[mode];
    double needed = failure.path == RepairPath::restart ? draw(m_crewDraws[mode], failure.crewRepair)
                                                        : draw(m_repairDraws[mode], failure.repair);
    if (crew != kNone) {
        --m_crews[crew].free;
        needed += draw(m_responseDraws[c], m_model.crews[crew].response);
    }
    m_stage[c] = RepairStage::people;
    setRepairEnd(c, m_now + needed);
}

} // namespace alwayson::sim
