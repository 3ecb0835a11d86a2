// Which of its servers a balancer uses: those that it sees up, and of a pool with standbys the first of them.

#include "simulator/mechanism/context.h"

namespace alwayson::sim {

namespace {

// Of a pool with standbys: the first servers that are up are used. True when one is that was not.
bool chooseServing(Context& c, const BalancerModel& m) {
    Index pool = kNone;
    std::uint32_t serving = 0;
    bool called = false;
    for (const Index offset : m.ranked) {
        TargetState& t = c.s.targets[m.firstTarget + offset];
        const Index its = c.model.targets[m.firstTarget + offset].standby;
        if (its != pool) serving = 0;
        pool = its;
        const bool was = t.inUse;
        t.inUse = serving < c.model.standbys[pool].serving;
        if (t.up && t.inUse) ++serving;
        called = called || (t.up && t.inUse && !was);
    }
    return called;
}

} // namespace

bool rebuildUpList(Context& c, Index balancer) {
    const BalancerModel& m = c.model.balancers[balancer];
    BalancerState& st = c.s.balancers[balancer];
    const bool called = chooseServing(c, m);
    st.up.clear();
    for (Index i = 0; i < m.targetCount; ++i)
        if (c.s.targets[m.firstTarget + i].up && c.s.targets[m.firstTarget + i].inUse) st.up.push_back(i);
    return called;
}

} // namespace alwayson::sim
