// What states mean for flows: up and down, losses, and which failure an outage is put down to.
#include "simulator/run/failure_unit.h"

#include <algorithm>

namespace alwayson::sim {

namespace {

constexpr double kUpSlack = 1e-12; // as the state function
constexpr std::size_t kMostSuspects = 64;
constexpr std::size_t kListed = 1000;
constexpr std::uint64_t kViewWords = std::uint64_t{1} << 40, kRoleWords = std::uint64_t{1} << 41;

// One random word per (component, state) and per view that is down: the hash of a state is their exclusive
// or.
std::uint64_t word(std::uint64_t who, std::uint64_t state) {
    std::uint64_t z = (who << 16 | state) * 0x9e3779b97f4a7c15ULL + 0x632be59bd9b4e019ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

} // namespace

// What the state function is given, its hash, and the list of suspects follow the states.
void FailureUnit::showState(std::uint32_t c) {
    const bool starts = m_asleep[c] || (m_state[c] == 0 && m_restarting[c]);
    const ComponentState shown = starts ? kNotStarted : m_state[c];
    if (shown == m_shown[c]) return;
    if (m_shown[c] != 0) m_key ^= word(c, m_shown[c]);
    if (shown != 0) m_key ^= word(c, shown);
    if (m_shown[c] == 0) {
        m_suspectAt[c] = static_cast<std::uint32_t>(m_suspects.size());
        m_suspects.push_back(c);
    } else if (shown == 0) {
        const std::uint32_t last = m_suspects.back();
        m_suspects[m_suspectAt[c]] = last;
        m_suspectAt[last] = m_suspectAt[c];
        m_suspects.pop_back();
    }
    m_shown[c] = shown;
}

void FailureUnit::setView(std::uint32_t v, bool up) {
    if ((m_viewUp[v] != 0) == up) return;
    m_viewUp[v] = up ? 1 : 0;
    m_key ^= word(kViewWords + v, 1);
}

// What callers take for the active member of a group, and whether the group serves at all.
void FailureUnit::showRole(std::uint32_t g, std::uint32_t active, bool interrupted) {
    GroupRole& role = m_roles[m_model.groups[g].index];
    const auto wordOf = [&] {
        return word(kRoleWords + (std::uint64_t{g} << 24) + (role.active & 0xffffffU), role.interrupted);
    };
    m_key ^= wordOf();
    role = {active, interrupted};
    m_key ^= wordOf();
}

std::uint32_t FailureUnit::lookup() {
    const std::size_t flows = m_a.size(), observables = m_up.size();
    const auto row = static_cast<std::uint32_t>(m_key & (m_cacheKeys.size() - 1));
    if (m_cacheGood[row] != 2 && m_cacheKeys[row] == m_key) return row;
    double* a = m_cacheA.data() + row * flows;
    std::uint8_t* up = m_cacheUp.data() + row * observables;
    const bool byViews = !m_plan.perfectViews && !m_viewUp.empty();
    m_model.function.evaluate(m_shown.data(), byViews ? m_viewUp.data() : nullptr,
                              m_followGroups ? m_roles.data() : nullptr, a, *m_scratch);
    bool good = true;
    for (std::size_t f = 0; f < flows; ++f) {
        up[f] = a[f] >= m_model.function.flows()[f].upThreshold - kUpSlack;
        good = good && up[f] != 0 && a[f] >= 1;
    }
    for (std::size_t o = flows; o < observables; ++o) {
        const auto& members = m_model.observables[o].flows;
        up[o] = std::all_of(members.begin(), members.end(), [&](std::uint32_t f) { return up[f] != 0; });
    }
    m_cacheKeys[row] = m_key;
    m_cacheGood[row] = good;
    return row;
}

void FailureUnit::settle() {
    const double elapsed = m_now - m_settledTo;
    m_settledTo = m_now;
    if (m_allGood || !(elapsed > 0)) return;
    if (!m_periods.empty() && !m_warming) settlePeriods(m_now - elapsed);
    for (std::size_t f = 0; f < m_a.size(); ++f)
        m_batchFlowLoss[f] += (1 - m_a[f]) * elapsed;
    for (const Share& share : m_shares)
        m_out->causeSeconds[share.mode] += share.weight * elapsed;
}

// What the observable of a period loses at present, 0 to 1. As in closeBatch, a client is the share-weighted
// sum of its classes, and the design is down when any flow is.
double FailureUnit::lossRate(const FailurePeriod& period) const {
    const std::uint32_t o = period.observable;
    if (!period.ofRequests && (o < m_a.size() || o + 1 == m_up.size())) return m_up[o] == 0 ? 1 : 0;
    const FailureModelObservable& observable = m_model.observables[o];
    double loss = 0;
    for (std::size_t i = 0; i < observable.flows.size(); ++i) {
        const std::uint32_t f = observable.flows[i];
        loss += observable.weights[i] * (period.ofRequests ? 1 - m_a[f] : m_up[f] == 0 ? 1.0 : 0.0);
    }
    return loss;
}

void FailureUnit::settlePeriods(double from) {
    const double origin = m_base - m_plan.warmUp;
    for (std::size_t p = 0; p < m_periods.size(); ++p) {
        const double rate = lossRate(m_model.periods[p]);
        if (rate > 0) m_periods[p].lose(origin + from, origin + m_now, rate);
    }
}

// After a change of states or views. `trigger`: the mode behind the change.
void FailureUnit::refresh(std::uint32_t trigger) {
    const std::uint32_t row = lookup();
    const bool good = m_cacheGood[row] != 0;
    if (good && m_allGood) return;
    settle();
    m_allGood = good;
    std::copy_n(m_cacheA.data() + row * m_a.size(), m_a.size(), m_a.begin());
    const std::uint8_t* up = m_cacheUp.data() + row * m_up.size();
    for (std::uint32_t o = 0; o < m_up.size(); ++o) {
        if (m_up[o] == up[o]) continue;
        m_up[o] = up[o];
        if (up[o] == 0)
            goDown(o, trigger);
        else
            goUp(o);
    }
    m_shares.clear();
    if (m_up.back() == 0) shareCauses();
}

void FailureUnit::goDown(std::uint32_t o, std::uint32_t trigger) {
    m_downFrom[o] = m_now;
    m_inherited[o] = 0;
    if (m_firstOutage[o] == kNeverSeconds) m_firstOutage[o] = m_base + m_now - m_plan.warmUp;
    ++m_batchOutages[o];
    if (o + 1 != m_up.size()) return;
    m_outageCause = trigger;
    for (const std::uint32_t c : m_systemAged)
        applyPauses(c);
}

void FailureUnit::goUp(std::uint32_t o) {
    m_batchDown[o] += m_now - std::max(m_downFrom[o], m_batchFrom);
    countOutage(o, m_now, false);
    if (o + 1 != m_up.size()) return;
    m_yearDown += m_now - std::max(m_downFrom[o], m_yearFrom);
    for (const std::uint32_t c : m_systemAged)
        applyPauses(c);
}

void FailureUnit::countOutage(std::uint32_t o, double end, bool open) {
    if (m_inherited[o]) return; // began before counting: its length would be biased
    m_out->outages[o].add(end - m_downFrom[o]);
    if (o + 1 == m_up.size() && m_plan.listOutages && m_out->list.size() < kListed)
        m_out->list.push_back(
            {m_base + m_downFrom[o] - m_plan.warmUp, m_base + end - m_plan.warmUp, m_outageCause, open});
}

// Down time is shared equally by the failures without any one of which the design would be up now; when no
// single repair would bring it back, it stays with the failure that began the outage. While a group fails
// over, and would serve had it done so, the take-over counts in place of the failures inside the group; while
// it cannot begin because its manager is down, that does.
void FailureUnit::shareCauses() {
    const auto modeBehind = [&](std::uint32_t c) {
        if (m_state[c] != 0) return causeOf(c);
        return m_restarting[c] || m_model.components[c].standby == kNone
                   ? m_restartCause[c]
                   : m_model.standbys[m_model.components[c].standby].cause;
    };
    for (std::uint32_t g = 0; m_followGroups && g < m_groups.size(); ++g) {
        m_blamed[g] = (isInterrupted(g) || waitsForManager(g)) && upWithTakeOver(g);
        if (m_blamed[g]) m_shares.push_back({waitCause(g), 1});
    }
    for (std::size_t i = 0; i < std::min(m_suspects.size(), kMostSuspects); ++i) {
        const std::uint32_t c = m_suspects[i], group = m_model.components[c].group;
        if (m_stands[c] && m_state[c] == 0) continue;
        if (m_followGroups && group != kNone && m_blamed[group]) continue;
        if (upWithout(c)) m_shares.push_back({modeBehind(c), 1});
    }
    if (m_shares.empty()) {
        if (m_outageCause == noCause() && !m_suspects.empty()) m_outageCause = modeBehind(m_suspects.front());
        m_shares.push_back({m_outageCause, 1});
    }
    if (m_outageCause == noCause()) m_outageCause = m_shares.front().mode;
    for (Share& share : m_shares)
        share.weight = 1 / static_cast<double>(m_shares.size());
}

// Somebody could lead, and nobody is there to make it so.
bool FailureUnit::waitsForManager(std::uint32_t g) const {
    const GroupState& state = m_groups[g];
    if (!m_model.groups[g].one || managerWorks(g)) return false;
    return state.overdue || (state.phase == GroupPhase::leaderless && candidateOf(g) != kNobody);
}

std::uint32_t FailureUnit::waitCause(std::uint32_t g) const {
    const FailureModelGroup& group = m_model.groups[g];
    if (waitsForManager(g)) return group.managerCause;
    return m_groups[g].phase == GroupPhase::byHand ? group.handCause : group.takeOverCause;
}

bool FailureUnit::isUpNow() {
    return m_cacheUp[(lookup() + 1) * m_up.size() - 1] != 0;
}

// Would the design be up if this group had failed over?
bool FailureUnit::upWithTakeOver(std::uint32_t g) {
    const GroupRole role = m_roles[m_model.groups[g].index];
    const GroupState& state = m_groups[g];
    std::uint32_t active = kNobody;
    if (m_model.groups[g].one) active = m_able[state.active] ? state.active : candidateOf(g);
    showRole(g, active, false);
    const bool up = isUpNow();
    showRole(g, role.active, role.interrupted);
    return up;
}

// Would the design be up if this part worked, and were seen to?
bool FailureUnit::upWithout(std::uint32_t c) {
    const std::uint64_t key = m_key;
    const ComponentState shown = m_shown[c];
    m_key ^= word(c, shown);
    m_shown[c] = 0;
    m_flipped.clear();
    const auto see = [&](std::uint32_t node) {
        const IndexRange& range = m_model.components[node].viewsOfIt;
        for (std::uint32_t i = range.first; i < range.first + range.count; ++i) {
            const std::uint32_t v = m_model.indices[i];
            if (m_viewUp[v] != 0) continue;
            setView(v, true);
            m_flipped.push_back(v);
        }
    };
    const FailureModelComponent& component = m_model.components[c];
    if (!component.isDomain) {
        if (m_placesOut[c] == 0) see(c);
    } else {
        for (std::uint32_t i = component.members.first; i < component.members.first + component.members.count;
             ++i) {
            const std::uint32_t node = m_model.indices[i];
            if (m_shown[node] == 0 && m_placesOut[node] == 1) see(node);
        }
    }
    // In a group without anybody to lead it, it would lead.
    const std::uint32_t g = m_followGroups ? component.group : kNone;
    GroupRole role;
    const bool leads = g != kNone && m_model.groups[g].one && m_groups[g].phase != GroupPhase::steady;
    if (leads) {
        role = m_roles[m_model.groups[g].index];
        showRole(g, c, false);
    }
    const bool up = isUpNow();
    if (leads) showRole(g, role.active, role.interrupted);
    for (const std::uint32_t v : m_flipped)
        setView(v, false);
    m_shown[c] = shown;
    m_key = key;
    return up;
}

} // namespace alwayson::sim
