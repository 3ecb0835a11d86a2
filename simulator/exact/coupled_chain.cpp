#include "simulator/exact/coupled_chain.h"

#include "simulator/exact/chain_size.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace alwayson::sim {

namespace {

using State = std::vector<std::int32_t>;

// Layout: per part its phase + 1 (0: none), its place in the queue of its crew (0: not waiting), its place in
// the group; then per group its stage and the part + 1 whose failure it is about.
constexpr std::size_t kPerPart = 3, kPerGroup = 2;
enum Place : std::int32_t { kOut, kActive, kSpare, kStarting };

class CoupledRules {
public:
    explicit CoupledRules(const Coupled& coupled) : m_c(coupled), m_members(coupled.groups.size()) {
        std::map<std::uint32_t, std::vector<std::size_t>> ofKind;
        for (std::size_t p = 0; p < coupled.parts.size(); ++p) {
            ofKind[coupled.parts[p].kind].push_back(p);
            if (coupled.parts[p].group >= 0)
                m_members[static_cast<std::size_t>(coupled.parts[p].group)].push_back(p);
        }
        for (auto& [kind, parts] : ofKind)
            if (parts.size() > 1) m_alike.push_back(std::move(parts));
        m_alikeOf.assign(coupled.parts.size(), nullptr);
        for (const std::vector<std::size_t>& parts : m_alike)
            for (const std::size_t part : parts)
                m_alikeOf[part] = &parts;
    }

    State allWell() const {
        State s(kPerPart * m_c.parts.size() + kPerGroup * m_c.groups.size(), 0);
        for (std::size_t g = 0; g < m_members.size(); ++g)
            for (std::size_t i = 0; i < m_members[g].size(); ++i)
                place(s, m_members[g][i]) = i < m_c.groups[g].places ? kActive : kSpare;
        return sorted(std::move(s));
    }

    void transitions(StateView view, TransitionSink& out) {
        const State s(view.begin(), view.end());
        m_out = &out;
        m_times = 1;
        for (std::size_t g = 0; g < m_members.size(); ++g)
            stageEnds(s, g);
        for (std::size_t p = 0; p < m_c.parts.size(); ++p) {
            m_times = standsFor(s, p);
            if (m_times == 0) continue;
            if (place(s, p) == kStarting) activated(s, p);
            if (isFrozen(s, p)) continue;
            if (phase(s, p) == 0)
                fails(s, p);
            else if (queue(s, p) == 0)
                repairEnds(s, p);
        }
        m_times = 1;
        for (const CoupledShock& shock : m_c.shocks)
            strike(s, shock);
    }

private:
    static std::int32_t& phase(State& s, std::size_t part) { return s[kPerPart * part]; }
    static std::int32_t& queue(State& s, std::size_t part) { return s[kPerPart * part + 1]; }
    static std::int32_t& place(State& s, std::size_t part) { return s[kPerPart * part + 2]; }
    static std::int32_t phase(const State& s, std::size_t part) { return s[kPerPart * part]; }
    static std::int32_t queue(const State& s, std::size_t part) { return s[kPerPart * part + 1]; }
    static std::int32_t place(const State& s, std::size_t part) { return s[kPerPart * part + 2]; }
    std::int32_t& stage(State& s, std::size_t group) const {
        return s[kPerPart * m_c.parts.size() + kPerGroup * group];
    }
    std::int32_t stage(const State& s, std::size_t group) const {
        return s[kPerPart * m_c.parts.size() + kPerGroup * group];
    }
    std::int32_t& lost(State& s, std::size_t group) const {
        return s[kPerPart * m_c.parts.size() + kPerGroup * group + 1];
    }
    std::int32_t lost(const State& s, std::size_t group) const {
        return s[kPerPart * m_c.parts.size() + kPerGroup * group + 1];
    }
    // Stages: 0 none, then one per rate of a failover, then one per rate of a human, then until the repair,
    // then until there are enough, then until anybody is back.
    std::int32_t byHand(std::size_t group) const { // the first of them
        return static_cast<std::int32_t>(m_c.groups[group].failoverPerHour.size()) + 1;
    }
    std::int32_t untilRepair(std::size_t group) const {
        return byHand(group) + static_cast<std::int32_t>(m_c.groups[group].byHandPerHour.size());
    }
    std::int32_t tooFew(std::size_t group) const { return untilRepair(group) + 1; }
    std::int32_t nobodyLeft(std::size_t group) const { return untilRepair(group) + 2; }
    std::int32_t waitsFor(std::size_t group, const CoupledFailure& failure) const {
        return failure.byHand == kNever ? untilRepair(group) : byHand(group) + failure.byHand;
    }

    std::size_t count(const State& s, std::size_t group, Place wanted) const {
        return static_cast<std::size_t>(
            std::count_if(m_members[group].begin(), m_members[group].end(),
                          [&](std::size_t part) { return place(s, part) == wanted; }));
    }
    bool isEnough(const State& s, std::size_t group) const {
        return count(s, group, kActive) + count(s, group, kSpare) + count(s, group, kStarting) >=
               m_c.groups[group].needed;
    }
    // The spare that is to take over; parts.size(): there is none.
    std::size_t successor(const State& s, std::size_t group) const {
        for (const std::size_t part : m_members[group])
            if (place(s, part) == kSpare && m_c.parts[part].candidate) return part;
        return m_c.parts.size();
    }
    bool hasRoom(const State& s, std::size_t group) const {
        return count(s, group, kActive) + count(s, group, kStarting) < m_c.groups[group].places;
    }
    bool isFrozen(const State& s, std::size_t part) const {
        const int group = m_c.parts[part].group;
        if (group < 0) return false;
        const auto g = static_cast<std::size_t>(group);
        return m_c.groups[g].frozen && stage(s, g) > 0 && stage(s, g) < untilRepair(g);
    }

    // Equal parts in one order, so that states that differ only in which is which are one: an insertion sort,
    // as a transition leaves them nearly in order.
    State sorted(State s) const {
        for (const std::vector<std::size_t>& parts : m_alike)
            for (std::size_t i = 1; i < parts.size(); ++i)
                for (std::size_t at = i; at > 0 && isBefore(s, parts[at], parts[at - 1]); --at)
                    exchange(s, parts[at], parts[at - 1]);
        return s;
    }
    std::tuple<std::int32_t, std::int32_t, std::int32_t, bool> keyOf(const State& s, std::size_t part) const {
        const int group = m_c.parts[part].group;
        const bool isLost =
            group >= 0 && lost(s, static_cast<std::size_t>(group)) == static_cast<std::int32_t>(part) + 1;
        return {phase(s, part), queue(s, part), place(s, part), isLost};
    }
    bool isBefore(const State& s, std::size_t a, std::size_t b) const { return keyOf(s, a) < keyOf(s, b); }
    // For how many parts the first of equal ones in the same state speaks; 0: another one speaks for it.
    double standsFor(const State& s, std::size_t part) const {
        const std::vector<std::size_t>* parts = m_alikeOf[part];
        if (!parts) return 1;
        const auto same = [&](std::size_t other) { return keyOf(s, other) == keyOf(s, part); };
        const auto at = std::lower_bound(parts->begin(), parts->end(), part);
        if (at != parts->begin() && same(*(at - 1))) return 0; // they are in order
        return static_cast<double>(std::find_if_not(at, parts->end(), same) - at);
    }
    void exchange(State& s, std::size_t a, std::size_t b) const {
        std::swap_ranges(&s[kPerPart * a], &s[kPerPart * a] + kPerPart, &s[kPerPart * b]);
        const int group = m_c.parts[a].group; // of both
        if (group < 0) return;
        std::int32_t& whose = lost(s, static_cast<std::size_t>(group));
        const auto numberOf = [](std::size_t part) { return static_cast<std::int32_t>(part) + 1; };
        if (whose == numberOf(a))
            whose = numberOf(b);
        else if (whose == numberOf(b))
            whose = numberOf(a);
    }
    void emit(State s, double perHour) const {
        if (perHour > 0) m_out->to(sorted(std::move(s)), perHour * m_times);
    }

    // A repair begins, or waits for the crew.
    void enter(State& s, std::size_t part, std::uint32_t next) const {
        phase(s, part) = static_cast<std::int32_t>(next) + 1;
        queue(s, part) = 0;
        const int crew = m_c.parts[part].phases[next].crew;
        if (crew < 0) return;
        std::int32_t busy = 0, waiting = 0;
        for (std::size_t other = 0; other < m_c.parts.size(); ++other)
            if (other != part && crewOf(s, other) == crew) ++(queue(s, other) == 0 ? busy : waiting);
        if (busy >= m_c.crews[static_cast<std::size_t>(crew)]) queue(s, part) = waiting + 1;
    }
    int crewOf(const State& s, std::size_t part) const {
        const std::int32_t now = phase(s, part);
        return now == 0 ? -1 : m_c.parts[part].phases[static_cast<std::size_t>(now) - 1].crew;
    }
    void freeCrew(State& s, int crew) const {
        if (crew < 0) return;
        for (std::size_t part = 0; part < m_c.parts.size(); ++part)
            if (crewOf(s, part) == crew && queue(s, part) > 0) --queue(s, part);
    }

    // What befell the part whose place is empty.
    const CoupledFailure* lostBy(const State& s, std::size_t group) const {
        const std::int32_t now = lost(s, group);
        if (now == 0) return nullptr;
        const auto part = static_cast<std::size_t>(now) - 1;
        const CoupledFailure* found = nullptr;
        for (const CoupledFailure& failure : m_c.parts[part].failures)
            if (static_cast<std::int32_t>(failure.phase) < phase(s, part)) found = &failure;
        return found;
    }
    bool isLeftAlone(const State& s, std::size_t group) const {
        const CoupledFailure* failure = lostBy(s, group);
        return failure && !failure->noticed;
    }

    // No failover under way: spares stand in the empty places.
    void settle(State& s, std::size_t group) const {
        while (hasRoom(s, group)) {
            const std::size_t next = successor(s, group);
            if (next == m_c.parts.size()) break;
            place(s, next) = kActive;
        }
        const CoupledFailure* failure = lostBy(s, group);
        if (failure && failure->leadsAgain != kAtOnce && count(s, group, kActive) == 0) {
            stage(s, group) = nobodyLeft(group);
            return;
        }
        stage(s, group) = lost(s, group) = 0;
    }
    // One is back where nobody was left, or there were too few.
    void leadAgain(State& s, std::size_t group) const {
        const CoupledFailure* failure = lostBy(s, group);
        if (!failure || failure->leadsAgain == kAtOnce || successor(s, group) == m_c.parts.size())
            return settle(s, group);
        const int rate = failure->noticed ? failure->leadsAgain : failure->failover;
        stage(s, group) = rate == kNever ? untilRepair(group) : rate + 1;
    }
    // One place is filled; the failover goes on while there are others and spares for them.
    void goOnOrSettle(State& s, std::size_t group) const {
        const bool failingOver = stage(s, group) > 0 && stage(s, group) < byHand(group);
        if (!(failingOver && hasRoom(s, group) && successor(s, group) < m_c.parts.size() &&
              isEnough(s, group)))
            settle(s, group);
    }

    void fails(const State& s, std::size_t part) const {
        const CoupledPart& p = m_c.parts[part];
        for (const CoupledFailure& failure : p.failures) {
            State next = s;
            enter(next, part, failure.phase);
            if (p.group < 0 || !failure.stops) {
                emit(std::move(next), failure.perHour * hazard(s, part));
                continue;
            }
            const auto group = static_cast<std::size_t>(p.group);
            const double rate = failure.perHour * hazard(s, part);
            const bool wasActive = place(s, part) == kActive || place(s, part) == kStarting;
            place(next, part) = kOut;
            if (wasActive && m_c.groups[group].pool)
                poolLost(std::move(next), group, part, failure, rate);
            else if (wasActive)
                activeLost(std::move(next), group, part, failure, rate);
            else
                spareLost(std::move(next), group, rate);
        }
    }
    double hazard(const State& s, std::size_t part) const {
        const int group = m_c.parts[part].group;
        return group >= 0 && (place(s, part) == kSpare || place(s, part) == kStarting)
                   ? m_c.groups[static_cast<std::size_t>(group)].spareHazard
                   : 1;
    }

    void spareLost(State next, std::size_t group, double rate) const {
        if (m_c.groups[group].pool) {
            if (!isEnough(next, group)) stage(next, group) = lost(next, group) = 0;
            return emit(std::move(next), rate);
        }
        if (stage(next, group) > 0 && m_c.groups[group].waitsForEnough && !isEnough(next, group)) {
            stage(next, group) = tooFew(group);
            return emit(std::move(next), rate);
        }
        const bool nobody = successor(next, group) == m_c.parts.size() && !hasAll(next, group);
        if (stage(next, group) > 0 && (!isEnough(next, group) || nobody) && !isLeftAlone(next, group))
            settle(next, group);
        emit(std::move(next), rate);
    }
    // Are there active ones enough without anybody taking over?
    bool hasAll(const State& s, std::size_t group) const {
        return m_c.groups[group].interrupts && count(s, group, kActive) >= m_c.groups[group].needed;
    }

    void activeLost(State next, std::size_t group, std::size_t part, const CoupledFailure& failure,
                    double rate) const {
        const CoupledGroup& g = m_c.groups[group];
        const bool stuck = stage(next, group) >= byHand(group), enough = isEnough(next, group);
        if (stuck && enough) return emit(std::move(next), rate);
        if (!enough && g.waitsForEnough) {
            stage(next, group) = tooFew(group);
            lost(next, group) = static_cast<std::int32_t>(part) + 1;
            return emit(std::move(next), rate);
        }
        lost(next, group) = static_cast<std::int32_t>(part) + 1;
        const bool canGoOn = successor(next, group) < m_c.parts.size() || hasAll(next, group);
        if (failure.noticed && (!enough || (!canGoOn && (g.coverage >= 1 || g.interrupts)))) {
            settle(next, group);
            return emit(std::move(next), rate);
        }
        State uncovered = next;
        if (failure.failover == kNever)
            stage(next, group) = untilRepair(group);
        else
            stage(next, group) = failure.failover + 1;
        if (failure.failover == kAtOnce)
            start(std::move(next), group, rate * g.coverage);
        else
            emit(std::move(next), rate * g.coverage);
        if (g.coverage >= 1) return;
        if (g.allFail) {
            for (const std::size_t other : m_members[group])
                if (place(uncovered, other) != kOut) breakToo(uncovered, other, failure);
            settle(uncovered, group);
        } else {
            stage(uncovered, group) = waitsFor(group, failure);
        }
        emit(std::move(uncovered), rate * (1 - g.coverage));
    }
    // A part goes down with another: by the same kind of failure, as far as it has it.
    void breakToo(State& s, std::size_t part, const CoupledFailure& failure) const {
        const CoupledPart& p = m_c.parts[part];
        const std::uint32_t same = failure.phase < p.phases.size() ? failure.phase : 0;
        const int crew =
            queue(s, part) == 0 ? crewOf(s, part) : -1; // it was being repaired of something mild
        if (phase(s, part) != 0) leave(s, part, crew);
        place(s, part) = kOut;
        enter(s, part, same);
    }
    void leave(State& s, std::size_t part, int crew) const {
        const std::int32_t behind = queue(s, part);
        const int mine = crewOf(s, part);
        phase(s, part) = queue(s, part) = 0;
        if (behind == 0) return freeCrew(s, crew);
        for (std::size_t other = 0; other < m_c.parts.size(); ++other)
            if (crewOf(s, other) == mine && queue(s, other) > behind) --queue(s, other);
    }

    // One spare takes an empty place, or fails when it is called.
    void start(State s, std::size_t group, double rate) const {
        const std::size_t next = successor(s, group);
        if (next == m_c.parts.size() || !hasRoom(s, group)) {
            goOnOrSettle(s, group);
            return emit(std::move(s), rate);
        }
        const double fails = m_c.groups[group].startFailure;
        const CoupledPart& p = m_c.parts[next];
        double all = 0;
        for (const CoupledFailure& failure : p.failures)
            all += failure.stops && phase(s, next) == 0 ? failure.perHour : 0;
        for (const CoupledFailure& failure : p.failures) {
            if (!(fails > 0 && all > 0) || !failure.stops) continue;
            State failed = s;
            place(failed, next) = kOut;
            enter(failed, next, failure.phase);
            const double share = rate * fails * (failure.perHour / all);
            if (stage(failed, group) == 0 && isEnough(failed, group)) { // called at once: so is the next one
                start(std::move(failed), group, share);
                continue;
            }
            goOnOrSettle(failed, group);
            emit(std::move(failed), share);
        }
        place(s, next) = kActive;
        goOnOrSettle(s, group);
        emit(std::move(s), all > 0 ? rate * (1 - fails) : rate);
    }

    // Spares are called for the empty places; each may fail to start.
    template <class Then>
    void callSpares(State s, std::size_t group, double rate, const Then& then) const {
        const std::size_t next = hasRoom(s, group) ? successor(s, group) : m_c.parts.size();
        if (next == m_c.parts.size()) return then(std::move(s), rate);
        const double fails = phase(s, next) == 0 ? m_c.groups[group].startFailure : 0;
        const CoupledPart& p = m_c.parts[next];
        double all = 0;
        for (const CoupledFailure& failure : p.failures)
            all += failure.stops ? failure.perHour : 0;
        for (const CoupledFailure& failure : p.failures) {
            if (!(fails > 0 && all > 0) || !failure.stops || !(failure.perHour > 0)) continue;
            State failed = s;
            place(failed, next) = kOut;
            enter(failed, next, failure.phase);
            callSpares(std::move(failed), group, rate * fails * (failure.perHour / all), then);
        }
        place(s, next) = m_c.groups[group].activationPerHour > 0 ? kStarting : kActive;
        callSpares(std::move(s), group, all > 0 ? rate * (1 - fails) : rate, then);
    }

    // A part of a pool that served, or was about to.
    void poolLost(State s, std::size_t group, std::size_t part, const CoupledFailure& failure,
                  double rate) const {
        const CoupledGroup& g = m_c.groups[group];
        const auto done = [&](State next, double perHour) { emit(std::move(next), perHour); };
        callSpares(std::move(s), group, rate, [&](State next, double perHour) {
            if (!isEnough(next, group)) stage(next, group) = lost(next, group) = 0;
            if (!isEnough(next, group) || stage(next, group) >= byHand(group))
                return emit(std::move(next), perHour);
            if (g.coverage < 1) {
                State uncovered = next;
                stage(uncovered, group) = lost(uncovered, group) = 0;
                if (g.allFail) {
                    for (const std::size_t other : m_members[group])
                        if (phase(uncovered, other) == 0) breakToo(uncovered, other, failure);
                } else {
                    stage(uncovered, group) = waitsFor(group, failure);
                    lost(uncovered, group) = static_cast<std::int32_t>(part) + 1;
                }
                callSpares(std::move(uncovered), group, perHour * (1 - g.coverage), done);
            }
            if (g.interrupts) {
                stage(next, group) = failure.failover + 1;
                lost(next, group) = static_cast<std::int32_t>(part) + 1;
            }
            emit(std::move(next), perHour * g.coverage);
        });
    }
    void activated(const State& s, std::size_t part) const {
        State next = s;
        place(next, part) = kActive;
        emit(std::move(next), m_c.groups[static_cast<std::size_t>(m_c.parts[part].group)].activationPerHour);
    }
    // Back from its repair: in its turn, so that the last one in order may have to stand by again.
    void poolBack(State& s, std::size_t group, std::size_t part) const {
        const auto& members = m_members[group];
        if (lost(s, group) == static_cast<std::int32_t>(part) + 1) stage(s, group) = lost(s, group) = 0;
        const bool room = hasRoom(s, group);
        place(s, part) = kActive;
        if (room) return;
        const auto last = std::find_if(members.rbegin(), members.rend(), [&](std::size_t other) {
            return place(s, other) == kActive || place(s, other) == kStarting;
        });
        place(s, *last) = kSpare;
    }

    void stageEnds(const State& s, std::size_t group) const {
        const std::int32_t now = stage(s, group);
        if (now == 0 || now >= untilRepair(group)) return;
        if (now < byHand(group) && !m_c.groups[group].pool)
            return start(s, group, m_c.groups[group].failoverPerHour[static_cast<std::size_t>(now) - 1]);
        State next = s;
        if (m_c.groups[group].pool)
            stage(next, group) = lost(next, group) = 0;
        else
            settle(next, group);
        const CoupledGroup& g = m_c.groups[group];
        emit(std::move(next), now < byHand(group)
                                  ? g.failoverPerHour[static_cast<std::size_t>(now) - 1]
                                  : g.byHandPerHour[static_cast<std::size_t>(now - byHand(group))]);
    }

    void repairEnds(const State& s, std::size_t part) const {
        const CoupledPart& p = m_c.parts[part];
        const CoupledPhase& now = p.phases[static_cast<std::size_t>(phase(s, part)) - 1];
        State next = s;
        phase(next, part) = 0;
        freeCrew(next, now.crew);
        if (now.goesOn > 0) {
            State more = next;
            enter(more, part, now.next);
            emit(std::move(more), now.perHour * now.goesOn);
        }
        if (p.group >= 0 && place(s, part) == kOut) {
            const auto group = static_cast<std::size_t>(p.group);
            if (m_c.groups[group].pool) {
                poolBack(next, group, part);
            } else if (lost(next, group) == static_cast<std::int32_t>(part) + 1) { // resumes its place
                place(next, part) = kActive;
                lost(next, group) = 0;
                goOnOrSettle(next, group);
            } else {
                place(next, part) = kSpare;
                const std::int32_t stands = stage(next, group);
                if (stands == nobodyLeft(group) || (stands == tooFew(group) && isEnough(next, group)))
                    leadAgain(next, group);
                else if (stands == 0)
                    settle(next, group);
            }
        }
        emit(std::move(next), now.perHour * (1 - now.goesOn));
    }

    void strike(const State& s, const CoupledShock& shock) const {
        State next = s;
        const CoupledShock::Hit* activeHit = nullptr;
        bool any = false;
        for (const CoupledShock::Hit& hit : shock.hits) {
            const CoupledFailure& failure = m_c.parts[hit.part].failures[hit.failure];
            if (phase(s, hit.part) != 0 || isFrozen(s, hit.part)) continue;
            any = true;
            enter(next, hit.part, failure.phase);
            if (m_c.parts[hit.part].group < 0 || !failure.stops) continue;
            const bool serves = place(s, hit.part) == kActive || place(s, hit.part) == kStarting;
            if (serves && !activeHit) activeHit = &hit;
            place(next, hit.part) = kOut;
        }
        if (!any) return;
        const int group = m_c.parts[shock.hits.front().part].group;
        if (group < 0) return emit(std::move(next), shock.perHour);
        if (activeHit && m_c.groups[static_cast<std::size_t>(group)].pool)
            poolLost(std::move(next), static_cast<std::size_t>(group), activeHit->part,
                     m_c.parts[activeHit->part].failures[activeHit->failure], shock.perHour);
        else if (activeHit)
            activeLost(std::move(next), static_cast<std::size_t>(group), activeHit->part,
                       m_c.parts[activeHit->part].failures[activeHit->failure], shock.perHour);
        else
            spareLost(std::move(next), static_cast<std::size_t>(group), shock.perHour);
    }

    const Coupled& m_c;
    std::vector<std::vector<std::size_t>> m_members;        // by group
    std::vector<std::vector<std::size_t>> m_alike;          // by kind, where there are several
    std::vector<const std::vector<std::size_t>*> m_alikeOf; // by part; nullptr: there is no other like it
    double m_times = 1;                                     // the rule at hand is that of so many parts
    TransitionSink* m_out = nullptr;
};

} // namespace

std::uint32_t Coupled::levelOf(StateView state, std::size_t part) const {
    const std::int32_t phase = state[kPerPart * part];
    return phase == 0 ? 0 : parts[part].phases[static_cast<std::size_t>(phase) - 1].mode + 1;
}

bool Coupled::isInterrupted(StateView state, std::size_t group) const {
    const std::int32_t stage = state[kPerPart * parts.size() + kPerGroup * group];
    const bool failingOver =
        stage > 0 && stage <= static_cast<std::int32_t>(groups[group].failoverPerHour.size());
    return failingOver ? groups[group].interrupts : stage > 0;
}

bool Coupled::isActive(StateView state, std::size_t part) const {
    return state[kPerPart * part + 2] == kActive;
}

bool Coupled::isAsleep(StateView state, std::size_t part) const {
    const int group = parts[part].group;
    const std::int32_t now = state[kPerPart * part + 2];
    return group >= 0 && groups[static_cast<std::size_t>(group)].activationPerHour > 0 &&
           (now == kSpare || now == kStarting);
}

std::size_t Coupled::failedParts(StateView state) const {
    std::size_t failed = 0;
    for (std::size_t p = 0; p < parts.size(); ++p)
        failed += state[kPerPart * p] != 0;
    return failed;
}

namespace {

// Passes on all but one more failure than there may be.
class BoundedSink final : public TransitionSink {
public:
    BoundedSink(const Coupled& coupled, StateView from, std::size_t mostFailed, TransitionSink& out)
        : m_coupled(coupled), m_failed(coupled.failedParts(from)), m_mostFailed(mostFailed), m_out(out) {}
    void to(StateView target, double rate) override {
        const bool full = m_failed >= m_mostFailed && m_coupled.failedParts(target) == m_failed + 1;
        if (!full) m_out.to(target, rate);
    }

private:
    const Coupled& m_coupled;
    std::size_t m_failed, m_mostFailed;
    TransitionSink& m_out;
};

} // namespace

Result<StateSpace> exploreCoupled(const Coupled& coupled, const ExploreOptions& options,
                                  std::size_t mostFailed) {
    if (leastStates(coupled, mostFailed) > static_cast<double>(options.maxStates))
        return tooManyStates(options.maxStates);
    CoupledRules rules(coupled);
    const auto all = [&](StateView state, TransitionSink& out) { rules.transitions(state, out); };
    const auto bounded = [&](StateView state, TransitionSink& out) {
        BoundedSink sink(coupled, state, mostFailed, out);
        rules.transitions(state, sink);
    };
    if (mostFailed >= coupled.parts.size()) return explore(rules.allWell(), all, options);
    return explore(rules.allWell(), bounded, options);
}

} // namespace alwayson::sim
