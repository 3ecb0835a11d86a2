// Clients: arrivals at a rate or by users who wait for each answer, attempts with timeout, backoff and retry
// budget, deadline, and the book-keeping of logical requests.

#include "simulator/mechanism/context.h"
#include "simulator/mechanism/shared_steps.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace alwayson::sim {
namespace {

// Of users who get an answer (a failure) without any time passing: none may ask without end in one instant.
constexpr SimTime kShortestRound = 1'000'000; // ns
constexpr std::uint32_t kMostUsers = 10'000'000;

void wakeAt(Context& c, const ClientModel& m, ClientState& state, SimTime at) {
    state.waking.push_back(at);
    std::push_heap(state.waking.begin(), state.waking.end(), std::greater<>());
    c.s.tree.set(m.slot, state.waking.front(), c.s.sequence++);
}

void think(Context& c, const ClientModel& m, ClientState& state, SimTime from) {
    const SimTime at = after(c.s.now, state.gaps.next(c.s.key, m.gap));
    wakeAt(c, m, state, c.s.now == from ? std::max(at, after(from, kShortestRound)) : at);
}

// One who thought asks now.
void takeWoken(Context& c, const ClientModel& m, ClientState& state) {
    std::pop_heap(state.waking.begin(), state.waking.end(), std::greater<>());
    state.waking.pop_back();
    if (state.waking.empty())
        c.s.tree.cancel(m.slot);
    else
        c.s.tree.set(m.slot, state.waking.front(), c.s.sequence++);
}

// The request of a user has ended, well or not: the user thinks, or leaves when there are too many.
void userIsFree(Context& c, Index node, SimTime asked) {
    const Index client = c.model.nodes[node].sub;
    const ClientModel& m = c.model.clients[client];
    if (m.users == 0) return;
    ClientState& state = c.s.clients[client];
    if (state.users > state.wantedUsers)
        --state.users;
    else
        think(c, m, state, asked);
}

__attribute__((always_inline)) inline void finishNow(Context& c, Index logical, Cause cause) {
    RunState& s = c.s;
    Call& request = s.calls[logical];
    if (request.flags & flag::counted) {
        FlowState& flow = s.flows[request.flow];
        if (cause == Cause::none) {
            noteSuccess(flow, c.model.flows[request.flow], s.now - request.start);
            if (request.flags & flag::degraded) ++flow.degraded;
        } else {
            --flow.inFlight;
            ++flow.failed[static_cast<std::size_t>(cause)];
            const auto cell = static_cast<std::size_t>((request.start - s.origin) / s.cell);
            if (cell < flow.failedStarts.size()) ++flow.failedStarts[cell];
        }
    }
    const SimTime asked = request.start;
    const Index node = request.node;
    freeCall(s, logical);
    if (c.model.usersWait) userIsFree(c, node, asked);
}

void finish(Context& c, Index logical, Cause cause) {
    finishNow(c, logical, cause);
}

// The client stops waiting for its present attempt; the other side may go on working on it.
void abandonAttempt(Context& c, Index logical) {
    RunState& s = c.s;
    const Index child = s.calls[logical].child;
    if (!alive(s, child, s.calls[logical].childGeneration)) return;
    const bool vanished = s.calls[child].flags & flag::vanished;
    countFailure(s, s.calls[child].edge, vanished ? Cause::connectTimeout : Cause::responseTimeout);
    s.calls[logical].child = kNone;
    s.calls[child].parent = kNone;
    if (s.calls[child].flags & flag::gone) {
        freeCall(s, child);
        return;
    }
    const ModelNode& node = c.model.nodes[s.calls[child].node];
    if (node.role == Role::station && c.model.stations[node.sub].cancelsAbandoned) stationCancel(c, child);
}

void attemptFailed(Context& c, Index logical, Cause cause, bool httpError) {
    RunState& s = c.s;
    Call& request = s.calls[logical];
    const ClientModel& client = c.model.clients[c.model.nodes[request.node].sub];
    ClientState& state = s.clients[c.model.nodes[request.node].sub];
    if (request.attempt >= client.attempts || (httpError && !client.retryErrors))
        return finish(c, logical, cause);
    if (mayHaveRun(cause) && !c.model.flows[request.flow].idempotent) return finish(c, logical, cause);
    if (client.hasBudget) {
        if (state.budget < 1) return finish(c, logical, Cause::retryBudget);
        state.budget -= 1;
    }
    double wait = client.backoffBaseS;
    for (int i = 1; i < request.attempt && wait < client.backoffCapS; ++i)
        wait *= 2;
    wait = std::min(wait, client.backoffCapS);
    if (client.jitter == Jitter::full && wait > 0) wait *= state.backoffs.next(s.key);
    startTimer(c, after(s.now, toSimTime(wait)), logical, Action::retry);
}

// Inline in both callers: the first attempt is on the way of every request.
__attribute__((always_inline)) inline void attempt(Context& c, Index logical) {
    RunState& s = c.s;
    Call& request = s.calls[logical];
    const std::uint16_t flow = request.flow;
    const ModelNode& node = c.model.nodes[request.node];
    const ClientModel& client = c.model.clients[node.sub];
    ++request.attempt;
    if (request.flags & flag::counted) ++s.flows[flow].attempts;
    const Index d = node.firstDependency;
    if (node.dependencyCount == 0 || !c.model.dependencyCarries(d, flow))
        return finish(c, logical, Cause::noServer);
    const Dependency& dependency = c.model.dependencies[d];
    Index edge = dependency.firstEdge;
    bool vanishes = false;
    if (dependency.vrrp != kNone) {
        const Way way = wayToAddress(c, dependency.vrrp, dependency.firstEdge, request.node);
        edge = way.edge;
        vanishes = way.vanishes;
    } else if (dependency.route != kNone) {
        edge = wayToStore(c, dependency, c.model.writes(edge, request.writes())).edge;
    } else if (dependency.edgeCount > 1) {
        edge = nextCallee(c, dependency, s.clients[node.sub].turn);
    }
    const Index call = send(c, logical, edge);
    // The deadline's own timer comes first where it is the shorter one.
    if (client.attemptTimeout < c.model.flows[flow].deadline)
        startLine(c, client.timeoutLine, call, Action::attemptTimeout);
    const std::uint16_t line = c.model.edgeLines[edge];
    if (vanishes)
        s.calls[call].flags |= flag::vanished;
    else if (line == 0)
        deliver(c, call);
    else
        startLine(c, line, call, Action::deliver);
}

} // namespace

void onArrival(Context& c, Index client) {
    RunState& s = c.s;
    const ClientModel& m = c.model.clients[client];
    ClientState& state = s.clients[client];
    if (m.lane != kNone && openExpress(c, m.lane)) return;
    countEvent(s, m.slot);
    if (m.users > 0)
        takeWoken(c, m, state);
    else
        s.tree.set(m.slot, after(s.now, nextGap(s.key, m, state)), s.sequence++);

    const Index flow = pickFlow(c.model, m, state, s.key);
    const Index logical = newCall(s);
    Call& request = s.calls[logical];
    request.node = m.node;
    request.flow = static_cast<std::uint16_t>(flow);
    request.start = s.now;
    request.state = CallState::waiting;
    request.flags = c.model.flows[flow].writes ? flag::writes : 0;
    if (s.counting) {
        request.flags |= flag::counted;
        ++s.flows[flow].offered;
        ++s.flows[flow].inFlight;
    }
    if (m.needsKey) request.key = static_cast<float>(state.sessions.next(s.key));
    earnRetries(m, state);
    startLine(c, c.model.flows[flow].deadlineLine, logical, Action::deadline);
    attempt(c, logical);
}

void startAttempt(Context& c, Index logical) {
    attempt(c, logical);
}

void onClientAnswer(Context& c, Index logical, Index call) {
    RunState& s = c.s;
    const Call& message = s.calls[call];
    if (s.calls[logical].child != call) return; // an attempt that was given up
    s.calls[logical].child = kNone;
    s.calls[logical].flags |= message.flags & flag::degraded;
    if (message.cause == Cause::none)
        finishNow(c, logical, Cause::none);
    else
        attemptFailed(c, logical, message.cause, (message.flags & flag::httpError) != 0);
}

void onAttemptTimeout(Context& c, Index call) {
    RunState& s = c.s;
    const Index logical = s.calls[call].parent;
    if (!alive(s, logical, s.calls[call].parentGeneration) || s.calls[logical].child != call) return;
    const Cause cause = s.calls[call].flags & flag::vanished ? Cause::connectTimeout : Cause::responseTimeout;
    abandonAttempt(c, logical);
    attemptFailed(c, logical, cause, false);
}

void onDeadline(Context& c, Index logical) {
    abandonAttempt(c, logical);
    finish(c, logical, Cause::deadline);
}

void setUsers(Context& c, Index client, double factor) {
    const ClientModel& m = c.model.clients[client];
    ClientState& state = c.s.clients[client];
    ++c.s.loadChanges;
    state.loadFactor = factor;
    state.wantedUsers = static_cast<std::uint32_t>(
        std::clamp(std::round(m.users * factor), 0.0, static_cast<double>(kMostUsers)));
    for (; state.users < state.wantedUsers; ++state.users)
        think(c, m, state, c.s.now);
    // Who thinks leaves at once, who waits for an answer when it is there.
    while (state.users > state.wantedUsers && !state.waking.empty()) {
        takeWoken(c, m, state);
        --state.users;
    }
}

void setLoad(Context& c, Index client, double factor) {
    RunState& s = c.s;
    const ClientModel& m = c.model.clients[client];
    ClientState& state = s.clients[client];
    if (m.users > 0) return setUsers(c, client, factor);
    if (m.ratePerS <= 0) return;
    if (m.lane != kNone) leaveExpress(c, m.lane);
    // What is left of the present gap keeps its share: the stream of gaps is the same for every factor.
    if (state.loadFactor > 0) {
        const SimTime due = s.tree.timeOf(m.slot);
        state.pendingGap = due == kNever ? kNever : toSimTime(toSeconds(due - s.now) * state.loadFactor);
    }
    ++s.loadChanges;
    state.loadFactor = factor;
    if (factor > 0)
        s.tree.set(m.slot, after(s.now, toSimTime(toSeconds(state.pendingGap) / factor)), s.sequence++);
    else
        s.tree.cancel(m.slot);
}

} // namespace alwayson::sim
