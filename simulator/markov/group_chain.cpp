#include "simulator/markov/group_chain.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace alwayson::sim {

namespace {

// Layout of a state: active, spare, stage, lost, in repair by mode ..., queue.
// With one mode the queue is a length; with several it is the mode of each waiting unit, the first one first,
// 0 beyond the end. `lost`: where the unit is whose failure started the failover: 0 nowhere, 1 .. units its
// place in the queue, units + 1 + mode in repair.
enum : std::size_t { kActive, kSpare, kStage, kLost, kRepair };

class GroupRules {
public:
    GroupRules(const GroupParameters& p, const std::vector<double>& phaseRates)
        : m_p(p), m_phases(phaseRates), m_modes(p.modes.size()),
          m_lastStage(static_cast<int>(phaseRates.size())) {}

    std::size_t width() const {
        return kRepair + m_modes +
               (m_modes == 1 ? 1 : static_cast<std::size_t>(std::max(m_p.units - m_p.crews, 0)));
    }
    std::vector<std::int32_t> allWell() const {
        std::vector<std::int32_t> state(width(), 0);
        state[kActive] = m_p.active;
        state[kSpare] = m_p.units - m_p.active;
        return state;
    }
    bool up(StateView s) const {
        return s[kActive] >= m_p.needed && (s[kStage] == 0 || !m_p.failover.interrupts);
    }
    void transitions(StateView s, TransitionSink& out) const;

private:
    using State = std::vector<std::int32_t>;

    const GroupParameters& m_p;
    const std::vector<double>& m_phases;
    std::size_t m_modes;
    int m_lastStage; // of failover; the next number is waiting for recovery

    int working(const State& s) const { return s[kActive] + s[kSpare]; }
    int waiting(const State& s) const;
    int inRepair(const State& s) const {
        return std::accumulate(s.begin() + kRepair, s.begin() + kRepair + static_cast<int>(m_modes), 0);
    }
    void breakDown(State& s, std::size_t mode, bool isLost) const;
    void nextFromQueue(State& s) const;
    void settle(State& s) const;
    void placeTaken(State& s) const;
    void startFailover(State& s) const;

    void activeFails(const State& s, TransitionSink& out) const;
    void spareFails(const State& s, TransitionSink& out) const;
    void shock(const State& s, TransitionSink& out) const;
    void stageEnds(const State& s, TransitionSink& out) const;
    void repairEnds(const State& s, TransitionSink& out) const;
};

int GroupRules::waiting(const State& s) const {
    if (m_modes == 1) return s.back();
    return static_cast<int>(std::count_if(s.begin() + kRepair + static_cast<int>(m_modes), s.end(),
                                          [](std::int32_t mode) { return mode > 0; }));
}

// A unit that has just stopped working goes to a crew or to the end of the queue.
void GroupRules::breakDown(State& s, std::size_t mode, bool isLost) const {
    const auto number = static_cast<std::int32_t>(mode);
    if (inRepair(s) < m_p.crews) {
        ++s[kRepair + mode];
        if (isLost) s[kLost] = m_p.units + 1 + number;
        return;
    }
    const int place = waiting(s) + 1;
    if (m_modes == 1)
        ++s.back();
    else
        s[kRepair + m_modes + static_cast<std::size_t>(place) - 1] = number + 1;
    if (isLost) s[kLost] = place;
}

void GroupRules::nextFromQueue(State& s) const {
    if (waiting(s) == 0) return;
    std::size_t mode = 0;
    if (m_modes == 1)
        --s.back();
    else {
        const auto queue = s.begin() + kRepair + static_cast<int>(m_modes);
        mode = static_cast<std::size_t>(*queue - 1);
        std::copy(queue + 1, s.end(), queue);
        s.back() = 0;
    }
    ++s[kRepair + mode];
    if (s[kLost] == 1)
        s[kLost] = m_p.units + 1 + static_cast<std::int32_t>(mode);
    else if (s[kLost] > 1 && s[kLost] <= m_p.units)
        --s[kLost];
}

// No failover under way: spares stand in the empty places.
void GroupRules::settle(State& s) const {
    const int moved = std::min(m_p.active - s[kActive], s[kSpare]);
    s[kActive] += moved;
    s[kSpare] -= moved;
    s[kStage] = 0;
    s[kLost] = 0;
}

// Failover goes on while there are empty places and spares for them.
void GroupRules::placeTaken(State& s) const {
    const bool goesOn =
        s[kStage] <= m_lastStage && s[kSpare] > 0 && s[kActive] < m_p.active && working(s) >= m_p.needed;
    if (goesOn)
        s[kStage] = 1;
    else
        settle(s);
}

void GroupRules::startFailover(State& s) const {
    if (m_lastStage > 0)
        s[kStage] = 1;
    else
        settle(s); // no time passes, unless a start can fail, which transitions() rules out
}

void GroupRules::activeFails(const State& s, TransitionSink& out) const {
    for (std::size_t mode = 0; mode < m_modes; ++mode) {
        const double rate = s[kActive] * (1 - m_p.commonCause) * m_p.modes[mode].failure;
        if (rate <= 0) continue;
        State next = s;
        const bool stuck = s[kStage] > m_lastStage; // waits for recovery already
        --next[kActive];
        breakDown(next, mode, !stuck);
        const bool enough = working(next) >= m_p.needed;
        if (stuck && enough) {
            out.to(next, rate);
            continue;
        }
        if (!enough || (!m_p.failover.interrupts && next[kSpare] == 0)) {
            settle(next);
            out.to(next, rate);
            continue;
        }
        const double covered = m_p.failover.coverage;
        State uncovered = next;
        startFailover(next);
        out.to(next, rate * covered);
        if (covered >= 1) continue;
        if (m_p.failover.uncoveredRecovery > 0)
            uncovered[kStage] = m_lastStage + 1;
        else {
            for (int i = working(uncovered); i > 0; --i)
                breakDown(uncovered, mode, false);
            uncovered[kActive] = uncovered[kSpare] = 0;
            settle(uncovered);
        }
        out.to(uncovered, rate * (1 - covered));
    }
}

void GroupRules::spareFails(const State& s, TransitionSink& out) const {
    for (std::size_t mode = 0; mode < m_modes; ++mode) {
        const double each = m_p.spareHazard * (1 - m_p.commonCause) * m_p.modes[mode].failure;
        if (each <= 0 || s[kSpare] == 0) continue;
        State next = s;
        --next[kSpare];
        breakDown(next, mode, false);
        if (s[kStage] > 0 && working(next) < m_p.needed) settle(next);
        // One of the spares is the one that is to take over; with no spare left there is none.
        const bool failingOver = next[kStage] > 0 && next[kStage] <= m_lastStage;
        if (!failingOver) {
            out.to(next, s[kSpare] * each);
            continue;
        }
        out.to(next, (s[kSpare] - 1) * each);
        if (next[kSpare] == 0 && !m_p.failover.interrupts)
            settle(next);
        else
            next[kStage] = 1;
        out.to(next, each);
    }
}

void GroupRules::shock(const State& s, TransitionSink& out) const {
    if (working(s) == 0) return;
    for (std::size_t mode = 0; mode < m_modes; ++mode) {
        State next = s;
        for (int i = working(s); i > 0; --i)
            breakDown(next, mode, false);
        next[kActive] = next[kSpare] = 0;
        settle(next);
        out.to(next, m_p.commonCause * m_p.modes[mode].failure);
    }
}

void GroupRules::stageEnds(const State& s, TransitionSink& out) const {
    const int stage = s[kStage];
    if (stage == 0) return;
    State next = s;
    if (stage > m_lastStage) {
        settle(next);
        out.to(next, m_p.failover.uncoveredRecovery);
        return;
    }
    const double rate = m_phases[static_cast<std::size_t>(stage) - 1];
    if (stage < m_lastStage) {
        ++next[kStage];
        out.to(next, rate);
        return;
    }
    const bool takesOver = s[kSpare] > 0 && s[kActive] < m_p.active;
    const double fails = takesOver ? m_p.failover.startFailure : 0;
    if (fails > 0) {
        const double all = std::accumulate(m_p.modes.begin(), m_p.modes.end(), 0.0,
                                           [](double sum, const FailureRates& m) { return sum + m.failure; });
        for (std::size_t mode = 0; mode < m_modes; ++mode) {
            State failed = s;
            --failed[kSpare];
            breakDown(failed, mode, false);
            placeTaken(failed);
            out.to(failed, all > 0 ? rate * fails * (m_p.modes[mode].failure / all) : 0);
        }
    }
    if (takesOver) {
        --next[kSpare];
        ++next[kActive];
    }
    placeTaken(next);
    out.to(next, rate * (1 - fails));
}

void GroupRules::repairEnds(const State& s, TransitionSink& out) const {
    for (std::size_t mode = 0; mode < m_modes; ++mode) {
        const int busy = s[kRepair + mode];
        const double each = m_p.modes[mode].repair;
        if (busy == 0 || each <= 0) continue;
        const bool lostIsHere = s[kLost] == m_p.units + 1 + static_cast<std::int32_t>(mode);
        if (lostIsHere) { // resumes its place, which ends the failover
            State back = s;
            --back[kRepair + mode];
            ++back[kActive];
            nextFromQueue(back);
            back[kLost] = 0;
            placeTaken(back);
            out.to(back, each);
        }
        const int others = busy - (lostIsHere ? 1 : 0);
        if (others == 0) continue;
        State next = s;
        --next[kRepair + mode];
        ++next[kSpare];
        nextFromQueue(next);
        if (next[kStage] == 0) settle(next);
        out.to(next, others * each);
    }
}

void GroupRules::transitions(StateView view, TransitionSink& out) const {
    const State s(view.begin(), view.end());
    stageEnds(s, out);
    if (s[kStage] > 0 && m_p.failover.frozen) return;
    activeFails(s, out);
    spareFails(s, out);
    if (m_p.commonCause > 0) shock(s, out);
    repairEnds(s, out);
}

Error outOfRange(const char* name, double value, const char* range) {
    return Error{ErrorKind::invalidInput,
                 "markov.group",
                 fmt::format("{} is {}.", name, value),
                 fmt::format("It must be {}.", range),
                 {}};
}

bool isRate(double value) {
    return value >= 0 && std::isfinite(value);
}
bool isShare(double value) {
    return value >= 0 && value <= 1;
}

Status checkFailover(const FailoverRates& f) {
    if (!isShare(f.coverage)) return outOfRange("The coverage of failover", f.coverage, "from 0 to 1");
    if (!isRate(f.uncoveredRecovery))
        return outOfRange("The rate of recovery", f.uncoveredRecovery, "a finite rate, not negative");
    if (!isShare(f.startFailure))
        return outOfRange("The chance that a start fails", f.startFailure, "from 0 to 1");
    if (f.startFailure > 0 && f.stages.empty())
        return outOfRange("The number of failover stages", 0, "at least 1 where a start can fail");
    for (const FailoverStage& stage : f.stages) {
        if (!(stage.mean > 0) || !std::isfinite(stage.mean))
            return outOfRange("The mean of a failover stage", stage.mean, "positive and finite");
        if (stage.phases < 1 || stage.phases > 1000)
            return outOfRange("The number of phases of a failover stage", stage.phases, "from 1 to 1000");
    }
    return success();
}

Status check(const GroupParameters& p) {
    if (p.units < 1 || p.units > 1'000'000)
        return outOfRange("The number of units", p.units, "from 1 to 1000000");
    if (p.active < 1 || p.active > p.units)
        return outOfRange("The number of active units", p.active, "from 1 to the number of units");
    if (p.needed < 1 || p.needed > p.active)
        return outOfRange("The number of units needed", p.needed, "from 1 to the number of active units");
    if (p.modes.empty() || p.modes.size() > 100)
        return outOfRange("The number of failure modes", static_cast<double>(p.modes.size()),
                          "from 1 to 100");
    for (const FailureRates& mode : p.modes) {
        if (!isRate(mode.failure))
            return outOfRange("A failure rate", mode.failure, "finite and not negative");
        if (!isRate(mode.repair)) return outOfRange("A repair rate", mode.repair, "finite and not negative");
    }
    if (!isShare(p.spareHazard))
        return outOfRange("The hazard of a spare", p.spareHazard, "from 0 (cold) to 1 (hot)");
    if (p.crews < 0) return outOfRange("The number of crews", p.crews, "0 (one each) or more");
    if (!isShare(p.commonCause))
        return outOfRange("The common-cause share beta", p.commonCause, "from 0 to 1");
    return checkFailover(p.failover);
}

// Modes that are repaired at the same rate are one mode: nothing tells them apart once a unit is down.
std::vector<FailureRates> merged(const std::vector<FailureRates>& modes) {
    std::vector<FailureRates> result;
    for (const FailureRates& mode : modes) {
        const auto same = std::find_if(result.begin(), result.end(), [&](const FailureRates& other) {
            return other.repair == mode.repair;
        });
        if (same == result.end())
            result.push_back(mode);
        else
            same->failure += mode.failure;
    }
    return result;
}

} // namespace

Result<GroupChain> makeGroupChain(const GroupParameters& parameters, const ExploreOptions& options) {
    GroupParameters p = parameters;
    if (p.active == 0) p.active = p.units;
    if (Status s = check(p); !s) return std::move(s).error();
    if (p.crews == 0 || p.crews > p.units) p.crews = p.units;
    p.modes = merged(p.modes);
    std::vector<double> phaseRates;
    for (const FailoverStage& stage : p.failover.stages)
        phaseRates.insert(phaseRates.end(), static_cast<std::size_t>(stage.phases),
                          stage.phases / stage.mean);

    const GroupRules rules(p, phaseRates);
    Result<StateSpace> space = explore(
        rules.allWell(), [&](StateView state, TransitionSink& out) { rules.transitions(state, out); },
        options);
    if (!space) return space.error();
    GroupChain group;
    group.space = std::move(space).value();
    group.up.resize(group.space.size());
    for (std::size_t i = 0; i < group.up.size(); ++i)
        group.up[i] = rules.up(group.space.state(i));
    return group;
}

Result<OutageFigures> groupFigures(const GroupParameters& parameters, const OutageOptions& options) {
    ExploreOptions exploring;
    exploring.stop = options.steady.elimination.stop;
    Result<GroupChain> group = makeGroupChain(parameters, exploring);
    if (!group) return group.error();
    return outageFigures(group->space.chain, group->up, 0, options);
}

} // namespace alwayson::sim
