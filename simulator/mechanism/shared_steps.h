#pragma once
// Steps of a request that the plain way (client.cpp, station.cpp) and express lanes (express.cpp) share, so
// that both draw and count alike.

#include "simulator/mechanism/run_state.h"

namespace alwayson::sim {

inline SimTime nextGap(RandomKey key, const ClientModel& m, ClientState& state) {
    const SimTime gap = state.gaps.next(key, m.gap);
    return state.loadFactor == 1 ? gap : toSimTime(toSeconds(gap) / state.loadFactor);
}

inline Index pickFlow(const Model& model, const ClientModel& m, ClientState& state, RandomKey key) {
    if (m.flowCount == 1) return m.firstFlow;
    double u = state.classes.next(key);
    Index flow = m.firstFlow;
    for (const Index last = m.firstFlow + m.flowCount - 1; flow < last; ++flow) {
        u -= model.flows[flow].share;
        if (u < 0) break;
    }
    return flow;
}

inline void earnRetries(const ClientModel& m, ClientState& state) {
    if (!m.hasBudget) return;
    state.budget = state.budget + m.budgetShare < m.budgetCap ? state.budget + m.budgetShare : m.budgetCap;
}

// Brings the integrals of busy workers and present requests to the present time.
inline void bringUpToDate(StationState& st, SimTime now) {
    const SimTime dt = now - st.last;
    st.busyArea += dt * st.busy;
    st.presentArea += dt * st.present;
    st.last = now;
}

inline void noteWait(StationState& st, SimTime wait) {
    st.waitSum += wait;
    if (st.waitTimes.allocated()) st.waitTimes.add(wait);
}

inline void noteServed(StationState& st, SimTime sojourn) {
    --st.present;
    ++st.completed;
    st.sojournSum += sojourn;
}

// A logical request of the measured window that ended well.
inline void noteSuccess(FlowState& state, const Flow& flow, SimTime latency) {
    --state.inFlight;
    ++state.succeeded;
    if (latency <= flow.objective) ++state.good;
    state.latencySum += latency;
    if (latency > state.latencyMax) state.latencyMax = latency;
    state.latencies.add(latency);
}

// Service time of one request at normal speed.
inline SimTime drawService(RandomKey key, const StationModel& m, StationState& st, bool writes) {
    return m.hasWriteService && writes ? st.writeService.next(key, m.writeService)
                                       : st.service.next(key, m.service);
}

} // namespace alwayson::sim
