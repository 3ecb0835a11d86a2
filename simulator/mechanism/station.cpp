// Servers and external services: workers with a queue, or processor sharing; calls to dependencies with the
// worker held.

#include "simulator/mechanism/context.h"
#include "simulator/mechanism/shared_steps.h"

#include <algorithm>
#include <cmath>

namespace alwayson::sim {
namespace {

struct At {
    const StationModel& m;
    StationState& st;
};
At at(Context& c, Index call) {
    const Index sub = c.model.nodes[c.s.calls[call].node].sub;
    return {c.model.stations[sub], c.s.stations[sub]};
}

inline void touch(RunState& s, StationState& st) {
    bringUpToDate(st, s.now);
}

inline void schedule(Context& c, const StationModel& m, StationState& st) {
    if (st.frozen || st.serving.empty())
        c.s.tree.cancel(m.slot);
    else
        c.s.tree.set(m.slot, st.serving.top().at, st.serving.top().sequence);
}

double sharingRate(const StationModel& m, const StationState& st) {
    const std::size_t jobs = st.shared.size();
    const double share = jobs <= m.workers ? 1.0 : static_cast<double>(m.workers) / static_cast<double>(jobs);
    return share / st.speed;
}

// Virtual time is the work every job has got since the station was last empty.
void advanceSharing(RunState& s, const StationModel& m, StationState& st) {
    if (st.shared.empty())
        st.virtualTime = 0;
    else if (!st.frozen)
        st.virtualTime += toSeconds(s.now - st.frozenAt) * sharingRate(m, st);
    st.frozenAt = s.now; // sharing: when virtual time was last brought up to date
}

void scheduleSharing(Context& c, const StationModel& m, StationState& st) {
    st.busy = static_cast<std::uint32_t>(std::min<std::size_t>(st.shared.size(), m.workers));
    if (st.frozen || st.shared.empty()) {
        c.s.tree.cancel(m.slot);
        return;
    }
    const double left = std::max(0.0, st.shared.top().at - st.virtualTime) / sharingRate(m, st);
    c.s.tree.set(m.slot, after(c.s.now, toSimTime(left)), st.shared.top().sequence);
}

SimTime storeService(Context& c, const StationModel& m, StationState& st, const Call& call) {
    const bool writes = call.writes();
    const SimTime time = drawService(c.s.key, m, st, writes);
    const double factor = writes ? 1 : storeFactor(c, m.member);
    return factor == 1 ? time : toSimTime(toSeconds(time) * factor);
}

inline SimTime serviceOf(Context& c, const StationModel& m, StationState& st, const Call& call) {
    return m.member == kNone ? drawService(c.s.key, m, st, m.hasWriteService && call.writes())
                             : storeService(c, m, st, call);
}

inline InService startService(Context& c, const StationModel& m, StationState& st, Index call) {
    RunState& s = c.s;
    Call& job = s.calls[call];
    job.state = CallState::serving;
    SimTime time = serviceOf(c, m, st, job);
    if (st.speed != 1) time = toSimTime(toSeconds(time) * st.speed);
    return {after(s.now, time), s.sequence++, call};
}

// The next request gets the worker that became free.
__attribute__((always_inline)) inline bool startNext(Context& c, const StationModel& m, StationState& st,
                                                     InService& next) {
    if (st.frozen || st.queue.count == 0) return false;
    const Index call = popFront(c.s, st.queue);
    noteWait(st, c.s.now - c.s.calls[call].entered);
    next = startService(c, m, st, call);
    return true;
}

void releaseWorker(Context& c, const StationModel& m, StationState& st) {
    InService next;
    if (startNext(c, m, st, next)) {
        st.serving.push(next);
        schedule(c, m, st);
    } else {
        --st.busy;
    }
}

inline void leave(Context& c, StationState& st, Index call, Cause cause, std::uint8_t flags) {
    RunState& s = c.s;
    if (cause == Cause::none) {
        noteServed(st, s.now - s.calls[call].entered);
    } else {
        --st.present;
        ++st.failed;
    }
    reply(c, call, cause, flags);
}

inline bool failsByError(Context& c, StationState& st) {
    return st.errorShare > 0 && st.errors.next(c.s.key) < st.errorShare;
}

// The work is done.
__attribute__((always_inline)) inline void complete(Context& c, const StationModel& m, StationState& st,
                                                    Index call) {
    if (failsByError(c, st))
        leave(c, st, call, Cause::error, flag::httpError);
    else if (!m.answersOtherwise)
        leave(c, st, call, Cause::none, 0);
    else if (m.cache != kNone)
        leave(c, st, call, Cause::none, cacheAnswer(c, m.cache, call));
    else if (storeCommits(c, m.member, call))
        leave(c, st, call, Cause::none, 0);
}

// ---- calls to dependencies: a request holds its worker until all of them have answered

void runDependencies(Context& c, Index call);

void callOnce(Context& c, Index call, Index d, std::uint8_t attempt) {
    RunState& s = c.s;
    const Dependency& dependency = c.model.dependencies[d];
    Way way;
    if (dependency.vrrp != kNone)
        way = wayToAddress(c, dependency.vrrp, dependency.firstEdge, s.calls[call].node);
    else if (dependency.route != kNone)
        way = wayToStore(c, dependency, c.model.writes(dependency.firstEdge, s.calls[call].writes()));
    else
        way.edge = nextCallee(c, dependency, s.dependencyTurn[d]);
    const Index edge = way.edge;
    const Index child = send(c, call, edge);
    s.calls[child].attempt = attempt;
    // Without a timeout of its own the caller waits as long as the request itself may take.
    startLine(c,
              dependency.timeout != kNever ? dependency.timeoutLine
                                           : c.model.flows[s.calls[call].flow].deadlineLine,
              child, Action::callTimeout);
    // Never inside the caller's step: the caller first finishes counting what it sends.
    if (way.vanishes)
        s.calls[child].flags |= flag::vanished;
    else
        startLine(c, c.model.edgeLines[edge], child, Action::deliver);
}

std::uint32_t drawCalls(Context& c, StationState& st, const Dependency& dependency) {
    std::uint32_t count = dependency.wholeCalls;
    if (dependency.extraCall > 0 && st.calls.next(c.s.key) < dependency.extraCall) ++count;
    return count;
}

// Call::entered is needed for the sojourn, so progress is kept in stage (next dependency) and aux (calls
// pending in the low half, calls left of an in-order dependency in the high half).
void runDependencies(Context& c, Index call) {
    RunState& s = c.s;
    const ModelNode& node = c.model.nodes[s.calls[call].node];
    auto [m, st] = at(c, call);
    while (s.calls[call].stage < node.dependencyCount) {
        const Index first = node.firstDependency + s.calls[call].stage;
        Index d = first;
        std::uint32_t pending = 0;
        do {
            const Dependency& dependency = c.model.dependencies[d];
            if (c.model.dependencyCarries(d, s.calls[call].flow)) {
                const std::uint32_t count = drawCalls(c, st, dependency);
                const std::uint32_t now = dependency.parallel ? count : std::min(count, 1U);
                s.calls[call].aux = (count - now) << 16;
                for (std::uint32_t i = 0; i < now; ++i)
                    callOnce(c, call, d, 1);
                pending += now;
            }
            ++d;
            ++s.calls[call].stage;
        } while (d < node.firstDependency + node.dependencyCount && c.model.dependencies[d].joins);
        s.calls[call].aux += pending;
        if (pending > 0) {
            s.calls[call].state = CallState::calling;
            return;
        }
    }
    touch(s, st);
    if (!m.sharing) releaseWorker(c, m, st);
    complete(c, m, st, call);
}

void dependencyFailed(Context& c, Index call, Cause cause) {
    auto [m, st] = at(c, call);
    touch(c.s, st);
    if (!m.sharing) releaseWorker(c, m, st);
    leave(c, st, call, cause, flag::httpError);
}

void childDone(Context& c, Index call, Index d, Cause cause, std::uint8_t attempt, std::uint8_t flags) {
    RunState& s = c.s;
    const Dependency& dependency = c.model.dependencies[d];
    if (cause != Cause::none) {
        const bool again = !mayHaveRun(cause) || c.model.flows[s.calls[call].flow].idempotent;
        if (attempt < dependency.attempts && again)
            return callOnce(c, call, d, static_cast<std::uint8_t>(attempt + 1));
        if (!dependency.optional && !dependency.looksAside) return dependencyFailed(c, call, cause);
        if (dependency.optional) s.calls[call].flags |= flag::degraded;
    } else if (dependency.looksAside && !(flags & flag::missed)) {
        s.calls[call].stage = static_cast<std::uint16_t>(c.model.nodes[s.calls[call].node].dependencyCount);
    }
    s.calls[call].flags |= flags & flag::degraded;
    std::uint32_t& aux = s.calls[call].aux;
    if (aux >> 16) {
        aux -= 1U << 16;
        return callOnce(c, call, d, 1);
    }
    if (--aux == 0) runDependencies(c, call);
}

void readAnswer(Context& c, const Unread& answer) {
    // Its request may have been lost with the process while the caller still waits for it.
    if (c.s.calls[answer.call].state != CallState::calling) return;
    auto [m, st] = at(c, answer.call);
    if (st.frozen) {
        st.unread.push_back(answer);
        return;
    }
    childDone(c, answer.call, answer.dependency, answer.cause, answer.attempt, answer.flags);
}

void readUnread(Context& c, StationState& st) {
    std::vector<Unread> unread;
    unread.swap(st.unread);
    for (const Unread& answer : unread)
        if (alive(c.s, answer.call, answer.generation)) readAnswer(c, answer);
}

void served(Context& c, Index call) {
    const ModelNode& node = c.model.nodes[c.s.calls[call].node];
    const Index cache = c.model.stations[node.sub].cache;
    const bool ends = cache != kNone && cacheEnds(c, cache, call);
    c.s.calls[call].stage = ends ? static_cast<std::uint16_t>(node.dependencyCount) : 0;
    c.s.calls[call].aux = 0;
    runDependencies(c, call);
}

inline void onServing(Context& c, const StationModel& m, StationState& st) {
    RunState& s = c.s;
    const Index call = st.serving.top().call;
    if (c.model.nodes[m.node].dependencyCount > 0) {
        st.serving.pop();
        schedule(c, m, st);
        served(c, call);
        return;
    }
    touch(s, st);
    InService next;
    if (startNext(c, m, st, next)) {
        st.serving.replaceTop(next);
    } else {
        st.serving.pop();
        --st.busy;
    }
    schedule(c, m, st);
    complete(c, m, st, call);
}

void onSharing(Context& c, const StationModel& m, StationState& st) {
    RunState& s = c.s;
    touch(s, st);
    advanceSharing(s, m, st);
    const Index call = st.shared.top().call;
    st.virtualTime = std::max(st.virtualTime, st.shared.top().at);
    st.shared.pop();
    scheduleSharing(c, m, st);
    if (c.model.nodes[m.node].dependencyCount > 0) return served(c, call);
    complete(c, m, st, call);
}

inline bool takesMore(Context& c, const StationModel& m, StationState& st) {
    if (m.capacityPerS <= 0) return true;
    // A bucket that holds one second's worth.
    const double most = std::max(1.0, m.capacityPerS);
    st.tokens = std::min(most, st.tokens + toSeconds(c.s.now - st.tokensAt) * m.capacityPerS);
    st.tokensAt = c.s.now;
    if (st.tokens < 1) return false;
    st.tokens -= 1;
    return true;
}

// A write that waits for replicas; where a majority is missing it is not committed.
bool isCommitted(const std::vector<WaitingCommit>& waiting, Index call) {
    return std::none_of(waiting.begin(), waiting.end(), [&](const WaitingCommit& one) {
        return one.call == call && one.position == kNoPosition;
    });
}

void refuseArrival(Context& c, StationState& st, Index call, Cause cause) {
    ++st.failed;
    const Call& message = c.s.calls[call];
    if (st.frozen && alive(c.s, message.parent, message.parentGeneration))
        c.s.calls[call].flags |= flag::lost; // a silent process cannot say that its backlog is full
    else
        reply(c, call, cause, flag::httpError);
}

void arriveSharing(Context& c, const StationModel& m, StationState& st, Index call) {
    RunState& s = c.s;
    if (m.queueLimit != kNone && st.present >= m.workers && st.present - m.workers >= m.queueLimit)
        return refuseArrival(c, st, call, Cause::queueFull);
    touch(s, st);
    advanceSharing(s, m, st);
    if (st.shared.size() >= m.workers) ++st.waits;
    ++st.present;
    s.calls[call].state = CallState::serving;
    const double work = toSeconds(serviceOf(c, m, st, s.calls[call]));
    st.shared.push({st.virtualTime + work, s.sequence++, call});
    scheduleSharing(c, m, st);
}

} // namespace

void stationDone(Context& c, StationState& st, Index call) {
    touch(c.s, st);
    leave(c, st, call, Cause::none, 0);
}

void stationFails(Context& c, StationState& st, Index call, Cause cause) {
    touch(c.s, st);
    leave(c, st, call, cause, flag::httpError);
}

void stationTouch(Context& c, Index station) {
    touch(c.s, c.s.stations[station]);
}

void stationArrive(Context& c, Index call) {
    RunState& s = c.s;
    auto [m, st] = at(c, call);
    if (m.lane != kNone) leaveExpress(c, m.lane); // a second attempt comes while first ones are in the lane
    ++st.arrivals;
    if (m.member != kNone && !storeTakes(c, m.member, call)) {
        ++st.failed;
        return;
    }
    if (!takesMore(c, m, st)) return refuseArrival(c, st, call, Cause::error);
    if (m.sharing) return arriveSharing(c, m, st, call);
    if (st.busy < m.workers && !st.frozen) {
        touch(s, st);
        ++st.busy;
        ++st.present;
        if (st.waitTimes.allocated()) st.waitTimes.add(0);
        const InService job = startService(c, m, st, call);
        st.serving.push(job);
        schedule(c, m, st);
        return;
    }
    if (st.queue.count >= m.queueLimit) return refuseArrival(c, st, call, Cause::queueFull);
    touch(s, st);
    ++st.present;
    ++st.waits;
    s.calls[call].state = CallState::queued;
    if (m.lifo)
        pushFront(s, st.queue, call);
    else
        pushBack(s, st.queue, call);
}

void onStation(Context& c, Index station) {
    const StationModel& m = c.model.stations[station];
    StationState& st = c.s.stations[station];
    if (m.sharing)
        onSharing(c, m, st);
    else
        onServing(c, m, st);
}

void onStationAnswer(Context& c, Index call, Index child) {
    const Call& message = c.s.calls[child];
    readAnswer(c, {call, message.parentGeneration, c.model.edgeDependency[message.edge], message.cause,
                   message.attempt, message.flags});
}

void onCallTimeout(Context& c, Index child) {
    RunState& s = c.s;
    const Call message = s.calls[child];
    if (!alive(s, message.parent, message.parentGeneration)) {
        if (message.flags & flag::gone) freeCall(s, child);
        return;
    }
    const Cause cause = message.flags & flag::vanished ? Cause::connectTimeout : Cause::responseTimeout;
    countFailure(s, message.edge, cause);
    s.calls[child].parent = kNone;
    if (message.flags & flag::gone) {
        freeCall(s, child);
    } else {
        const ModelNode& node = c.model.nodes[message.node];
        if (node.role == Role::station && c.model.stations[node.sub].cancelsAbandoned)
            stationCancel(c, child);
    }
    readAnswer(c, {message.parent, message.parentGeneration, c.model.edgeDependency[message.edge], cause,
                   message.attempt, 0});
}

void stationCancel(Context& c, Index call) {
    RunState& s = c.s;
    auto [m, st] = at(c, call);
    const CallState state = s.calls[call].state;
    if (state != CallState::queued && state != CallState::serving) return;
    touch(s, st);
    if (m.sharing) {
        advanceSharing(s, m, st);
        std::erase_if(st.shared.items(), [call](const Sharing& job) { return job.call == call; });
        st.shared.heapify();
        scheduleSharing(c, m, st);
    } else if (state == CallState::queued) {
        unlink(s, st.queue, call);
    } else {
        std::erase_if(st.serving.items(), [call](const InService& job) { return job.call == call; });
        st.serving.heapify();
        releaseWorker(c, m, st);
        schedule(c, m, st);
    }
    --st.present;
    ++st.failed;
    freeCall(s, call);
}

void stationLose(Context& c, Index station, bool reset) {
    RunState& s = c.s;
    const StationModel& m = c.model.stations[station];
    StationState& st = s.stations[station];
    touch(s, st);
    st.frozen = false;
    st.unread.clear();
    st.queue = {};
    std::vector<WaitingCommit> waiting;
    if (m.member != kNone) waiting.swap(s.storeMembers[m.member].waiting);
    st.serving.clear();
    st.shared.clear();
    st.busy = 0;
    c.s.tree.cancel(m.slot);
    for (const Index i : callsIn(s, m.node)) {
        --st.present;
        ++st.failed;
        if (s.calls[i].state == CallState::acking && isCommitted(waiting, i)) noteAmbiguous(c, i);
        // Its calls to others are orphans now.
        loseCall(c, i, reset);
    }
}

void stationFreeze(Context& c, Index station) {
    StationState& st = c.s.stations[station];
    if (st.frozen) return;
    touch(c.s, st);
    if (c.model.stations[station].sharing)
        advanceSharing(c.s, c.model.stations[station], st);
    else
        st.frozenAt = c.s.now;
    st.frozen = true;
    c.s.tree.cancel(c.model.stations[station].slot);
}

void stationResume(Context& c, Index station) {
    RunState& s = c.s;
    const StationModel& m = c.model.stations[station];
    StationState& st = s.stations[station];
    if (!st.frozen) return;
    touch(s, st);
    st.frozen = false;
    if (m.sharing) {
        st.frozenAt = s.now;
        scheduleSharing(c, m, st);
        readUnread(c, st);
        return;
    }
    for (InService& job : st.serving.items())
        job.at = after(job.at, s.now - st.frozenAt);
    InService next;
    while (st.busy < m.workers && startNext(c, m, st, next)) {
        st.serving.push(next);
        ++st.busy;
    }
    schedule(c, m, st);
    readUnread(c, st);
}

void stationSetSpeed(Context& c, Index station, double speed, double errorShare) {
    RunState& s = c.s;
    const StationModel& m = c.model.stations[station];
    StationState& st = s.stations[station];
    st.errorShare = errorShare;
    if (speed == st.speed) return;
    if (m.sharing) {
        touch(s, st);
        advanceSharing(s, m, st);
        st.speed = speed;
        scheduleSharing(c, m, st);
        return;
    }
    const double ratio = speed / st.speed;
    st.speed = speed;
    const SimTime base = st.frozen ? st.frozenAt : s.now;
    for (InService& job : st.serving.items())
        job.at = after(base, toSimTime(toSeconds(job.at - base) * ratio));
    schedule(c, m, st);
}

} // namespace alwayson::sim
