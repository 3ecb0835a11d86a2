// VRRP as keepalived does it: the holder of the address sends adverts; a member that misses three of them and
// its skew claims it; a script on each machine watches the balancer (states and rules as in vrrp.c and
// track_script of keepalived 2.2). Adverts take no time of their own.

#include "simulator/mechanism/context.h"

#include <algorithm>

namespace alwayson::sim {
namespace {

struct At {
    const VrrpModel& pair;
    const VrrpMemberModel& m;
    VrrpState& group;
    VrrpMemberState& st;
};
At at(Context& c, Index member) {
    const VrrpMemberModel& m = c.model.vrrpMembers[member];
    return {c.model.vrrp[m.pair], m, c.s.vrrp[m.pair], c.s.vrrpMembers[member]};
}

using Phase = VrrpPhase;

double priority(const VrrpModel& pair, const VrrpMemberModel& m, const VrrpMemberState& st) {
    const double weight = (pair.weight > 0) == st.scriptGood ? pair.weight : 0;
    return std::clamp(m.priority + weight, 1.0, 254.0);
}

SimTime skew(const VrrpModel& pair, double own) {
    return toSimTime((256 - own) / 256 * toSeconds(pair.skewUnit));
}

void schedule(Context& c, Index member) {
    auto [pair, m, group, st] = at(c, member);
    SimTime due = std::min({st.due, st.nextRun, st.reachedAt});
    for (const SimTime end : st.runEnds)
        due = std::min(due, end);
    if (due == kNever)
        c.s.tree.cancel(m.slot);
    else
        c.s.tree.set(m.slot, due, c.s.sequence++);
}

// Time with two members that both hold the address.
void countMasters(Context& c, Index pairIndex) {
    const VrrpModel& pair = c.model.vrrp[pairIndex];
    VrrpState& group = c.s.vrrp[pairIndex];
    std::uint32_t masters = 0;
    Index first = kNone, second = kNone;
    for (Index i = pair.firstMember; i < pair.firstMember + pair.memberCount; ++i)
        if (c.s.vrrpMembers[i].phase == Phase::master) {
            ++masters;
            (first == kNone ? first : second) = c.model.vrrpMembers[i].node;
        }
    if (masters >= 2 && group.splitSince == kNever) {
        group.splitSince = c.s.now;
        logEvent(c, LogKind::splitBrain, first, second, pairIndex);
    } else if (masters < 2 && group.splitSince != kNever) {
        group.splitTime += c.s.now - group.splitSince;
        const double lasted = toSeconds(c.s.now - group.splitSince);
        group.splitSince = kNever;
        if (lasted > 0) logEvent(c, LogKind::splitBrainOver, pair.node(c.model), kNone, pairIndex, 0, lasted);
    }
    ++c.s.viewChanges;
}

void becomeBackup(Context& c, Index member) {
    auto [pair, m, group, st] = at(c, member);
    st.phase = Phase::backup;
    st.reachedAt = kNever;
    st.preemptAt = kNever;
    st.due = pair.hasTakeOver ? kNever : after(c.s.now, 3 * pair.advert + skew(pair, priority(pair, m, st)));
}

// A member gets an advert of a priority; 0: its sender says goodbye. Of two holders with the same priority
// the first in the design keeps the address (keepalived: the one with the higher address).
void hear(Context& c, Index member, Index sender, double theirs) {
    auto [pair, m, group, st] = at(c, member);
    const double own = priority(pair, m, st);
    if (st.phase == Phase::master) {
        if (theirs < own || (theirs == own && sender > member)) return;
        becomeBackup(c, member);
        countMasters(c, m.pair);
        schedule(c, member);
        return;
    }
    if (st.phase != Phase::backup || pair.hasTakeOver) return;
    if (theirs == 0) {
        st.due = after(c.s.now, skew(pair, own));
    } else {
        const bool lower = pair.preempt && theirs < own;
        if (lower && st.preemptAt == kNever) st.preemptAt = after(c.s.now, pair.preemptDelay);
        if (lower && pair.preemptDelay == 0) return;
        // The advert that is due just when the delay ends comes a little late (measured).
        if (lower && c.s.now >= st.preemptAt) return;
        if (!lower) st.preemptAt = kNever;
        st.due = after(c.s.now, 3 * pair.advert + skew(pair, own));
    }
    schedule(c, member);
}

void sendAdvert(Context& c, Index member, double value) {
    auto [pair, m, group, st] = at(c, member);
    for (Index other = pair.firstMember; other < pair.firstMember + pair.memberCount; ++other)
        if (other != member && passes(c, m.node, c.model.vrrpMembers[other].node))
            hear(c, other, member, value);
}

void claim(Context& c, Index member) {
    auto [pair, m, group, st] = at(c, member);
    const SimTime claimedBefore = st.claimedAt;
    st.phase = Phase::master;
    group.takeOverIs = TakeOver::undecided; // the next loss draws anew
    st.claimedAt = c.s.now;
    st.reachedAt = pair.arpUpdate > 0 ? after(c.s.now, pair.arpUpdate) : kNever;
    st.due = after(c.s.now, pair.advert);
    for (Index i = pair.firstMember; pair.hasTakeOver && i < pair.firstMember + pair.memberCount; ++i) {
        VrrpMemberState& other = c.s.vrrpMembers[i];
        if (i == member || other.phase != Phase::master) continue;
        other.phase = Phase::backup;
        other.due = kNever;
        schedule(c, i);
    }
    const Index before = group.lastHolder;
    group.lastHolder = member;
    const Index from = before == kNone ? kNone : c.model.vrrpMembers[before].node;
    const double seconds = from != kNone && before != member ? noteTakenOver(c, from, m.pair) : 0;
    if (before == member) noteHeldAgain(c, m.node, m.pair, claimedBefore);
    logEvent(c, LogKind::tookAddress, m.node, from, m.pair, 0, seconds);
    sendAdvert(c, member, priority(pair, m, st));
    countMasters(c, m.pair);
    schedule(c, member);
}

// Who claims the address although nobody has lost it: the last holder itself, and who preempts a holder.
bool resumes(const Context& c, Index member) {
    const VrrpMemberModel& m = c.model.vrrpMembers[member];
    const VrrpModel& pair = c.model.vrrp[m.pair];
    const Index last = c.s.vrrp[m.pair].lastHolder;
    if (last == kNone || last == member) return true;
    for (Index i = pair.firstMember; i < pair.firstMember + pair.memberCount; ++i) {
        const Index node = c.model.vrrpMembers[i].node;
        if (c.s.vrrpMembers[i].phase == Phase::master && passes(c, node, m.node) && passes(c, m.node, node))
            return true;
    }
    return false;
}

// Its timer has run out: the take-over works, or a human has to do it.
void masterDown(Context& c, Index member) {
    auto [pair, m, group, st] = at(c, member);
    if (pair.coverage >= 1 || resumes(c, member)) return claim(c, member);
    if (group.takeOverIs == TakeOver::undecided) {
        const bool works = group.coverage.next(c.s.key) < pair.coverage;
        group.takeOverIs = works ? TakeOver::works : TakeOver::byHand;
        if (!works) {
            group.handAt = after(c.s.now, group.byHand.next(c.s.key, pair.byHand));
            logEvent(c, LogKind::takeOverFailed, m.node, kNone, m.pair, 0, toSeconds(group.handAt - c.s.now));
        }
    }
    if (group.takeOverIs == TakeOver::byHand && c.s.now < group.handAt)
        st.due = group.handAt; // and so do the others that would claim it
    else
        claim(c, member);
}

void leaveElection(Context& c, Index member) {
    auto [pair, m, group, st] = at(c, member);
    const bool held = st.phase == Phase::master;
    st.phase = Phase::fault;
    st.due = st.reachedAt = kNever;
    if (!held) return;
    logEvent(c, LogKind::gaveAddress, m.node, kNone, m.pair);
    countMasters(c, m.pair);
    sendAdvert(c, member, 0);
}

void scriptEnded(Context& c, Index member, bool passed) {
    auto [pair, m, group, st] = at(c, member);
    st.inRow = passed == st.lastPassed ? st.inRow + 1 : 1;
    st.lastPassed = passed;
    if (passed == st.scriptGood || st.inRow < (passed ? pair.rise : pair.fall)) return;
    st.scriptGood = passed;
    logEvent(c, passed ? LogKind::scriptPassed : LogKind::scriptFailed, m.node, kNone, m.pair);
    if (pair.weight != 0) return; // its next advert carries the other priority
    if (passed && st.phase == Phase::fault)
        becomeBackup(c, member);
    else if (!passed && st.phase != Phase::off)
        leaveElection(c, member);
}

// One run of the script: it ends at once, or its timeout ends it. keepalived before 2.3.3 starts the next one
// all the same.
void startRun(Context& c, Index member) {
    auto [pair, m, group, st] = at(c, member);
    st.nextRun = after(c.s.now, pair.interval);
    switch (askLocally(c, m.node, st.errors)) {
    case LocalAnswer::good:
        return scriptEnded(c, member, true);
    case LocalAnswer::bad:
        return scriptEnded(c, member, false);
    case LocalAnswer::silent:
        st.runEnds.push_back(after(c.s.now, pair.timeout));
        return;
    }
}

void start(Context& c, Index member, bool holds) {
    auto [pair, m, group, st] = at(c, member);
    st.scriptGood = st.lastPassed = true;
    st.inRow = 0;
    st.runEnds.clear();
    st.nextRun = pair.tracked && !pair.hasTakeOver
                     ? after(c.s.now, toSimTime(toSeconds(pair.interval) * st.phases.next(c.s.key)))
                     : kNever;
    becomeBackup(c, member);
    if (holds) {
        st.phase = Phase::master;
        st.claimedAt = c.s.now;
        st.due = after(c.s.now, toSimTime(toSeconds(pair.advert) * st.phases.next(c.s.key)));
        group.lastHolder = member;
    }
    schedule(c, member);
}

// Somebody outside of the pair can talk to it.
bool isReached(const Context& c, const VrrpModel& pair, Index node) {
    for (Index other = 0; other < c.model.designNodes; ++other) {
        const Index member = c.model.nodes[other].vrrpMember;
        const bool inside =
            member != kNone && c.model.vrrpMembers[member].pair == c.model.vrrpMembers[pair.firstMember].pair;
        if (!inside && passes(c, other, node) && passes(c, node, other)) return true;
    }
    return false;
}

// With a take-over time of its own: nobody counts adverts, the first member that works and is reached gets
// the address.
void planTakeOver(Context& c, Index pairIndex) {
    const VrrpModel& pair = c.model.vrrp[pairIndex];
    VrrpState& group = c.s.vrrp[pairIndex];
    const Index first = pair.firstMember, end = first + pair.memberCount;
    Index next = kNone;
    bool holds = false; // a holder, or the last one, works: nothing to take over
    for (Index i = first; i < end; ++i) {
        VrrpMemberState& st = c.s.vrrpMembers[i];
        const Index node = c.model.vrrpMembers[i].node;
        // Asked once: a share of errors draws its answers.
        const bool works = st.phase != Phase::off && isReached(c, pair, node) &&
                           askLocally(c, node, st.errors) == LocalAnswer::good;
        if (works && next == kNone) next = i;
        if (!works || (st.phase != Phase::master && i != group.lastHolder)) continue;
        holds = true;
        if (st.phase == Phase::backup) claim(c, i);
    }
    if (holds) next = kNone;
    for (Index i = first; i < end; ++i) {
        VrrpMemberState& st = c.s.vrrpMembers[i];
        if (st.phase != Phase::backup) continue;
        if (i == next && st.due == kNever)
            st.due = after(c.s.now, group.takeOver.next(c.s.key, pair.takeOver));
        if (i != next) st.due = kNever;
        schedule(c, i);
    }
}

} // namespace

void startVrrp(Context& c) {
    for (Index pair = 0; pair < c.model.vrrp.size(); ++pair) {
        const VrrpModel& m = c.model.vrrp[pair];
        for (Index i = m.firstMember; i < m.firstMember + m.memberCount; ++i)
            start(c, i, i == m.firstMember);
    }
}

void vrrpMachine(Context& c, Index member, bool there) {
    auto [pair, m, group, st] = at(c, member);
    const bool was = st.phase != Phase::off;
    if (there && !was) start(c, member, false);
    if (!there && was) {
        st.phase = Phase::off;
        st.due = st.nextRun = st.reachedAt = kNever;
        st.runEnds.clear();
        countMasters(c, m.pair);
        schedule(c, member);
    }
    if (pair.hasTakeOver) planTakeOver(c, m.pair);
}

void vrrpBorders(Context& c) {
    for (Index pair = 0; pair < c.model.vrrp.size(); ++pair)
        if (c.model.vrrp[pair].hasTakeOver) planTakeOver(c, pair);
}

void onVrrp(Context& c, Index member) {
    auto [pair, m, group, st] = at(c, member);
    if (st.reachedAt <= c.s.now) {
        st.reachedAt = kNever;
        ++c.s.viewChanges;
    }
    if (st.nextRun <= c.s.now) startRun(c, member);
    for (std::size_t i = 0; i < st.runEnds.size();)
        if (st.runEnds[i] <= c.s.now) {
            st.runEnds.erase(st.runEnds.begin() + static_cast<std::ptrdiff_t>(i));
            scriptEnded(c, member, askLocally(c, m.node, st.errors) == LocalAnswer::good);
        } else {
            ++i;
        }
    if (st.due <= c.s.now && st.phase == Phase::backup) {
        masterDown(c, member);
    } else if (st.due <= c.s.now && st.phase == Phase::master) {
        st.due = after(c.s.now, pair.advert);
        sendAdvert(c, member, priority(pair, m, st));
    }
    schedule(c, member);
}

Index holderFor(const Context& c, Index pairIndex, Index caller) {
    const VrrpModel& pair = c.model.vrrp[pairIndex];
    Index holder = kNone;
    for (Index i = pair.firstMember; i < pair.firstMember + pair.memberCount; ++i) {
        const VrrpMemberState& st = c.s.vrrpMembers[i];
        if (st.phase != Phase::master || st.reachedAt != kNever) continue;
        if (holder != kNone && st.claimedAt <= c.s.vrrpMembers[holder].claimedAt) continue;
        if (passes(c, c.model.vrrpMembers[i].node, caller)) holder = i;
    }
    return holder;
}

} // namespace alwayson::sim
