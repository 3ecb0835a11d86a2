// A load balancer as HAProxy does it: choice of server, connection limits and queues, retries and redispatch
// (session states and rules as in HAProxy 2.6: backend.c, stream.c, queue.c).

#include "simulator/mechanism/context.h"

#include <algorithm>
#include <cmath>

namespace alwayson::sim {
namespace {

struct At {
    Index index;
    const BalancerModel& m;
    BalancerState& st;
};
At at(Context& c, Index call) {
    const Index sub = c.model.nodes[c.s.calls[call].node].sub;
    return {sub, c.model.balancers[sub], c.s.balancers[sub]};
}

inline void touch(RunState& s, BalancerState& st) {
    st.presentArea += (s.now - st.last) * (st.active + st.accept.count);
    st.last = s.now;
}

// Share of its weight and connections that a server in slow start gets.
double warmth(const RunState& s, const BalancerModel& m, TargetState& t) {
    if (!t.warming) return 1;
    const double share = static_cast<double>(s.now - t.changedAt) / static_cast<double>(m.slowstart);
    if (share >= 1) t.warming = false;
    return std::clamp(share, 1.0 / 16, 1.0);
}

std::uint32_t connectionLimit(const RunState& s, const BalancerModel& m, TargetState& t) {
    if (m.serverMaxconn == 0) return kNone;
    if (!t.warming) return m.serverMaxconn;
    return std::max(1U, static_cast<std::uint32_t>(m.serverMaxconn * warmth(s, m, t)));
}

bool hasRoom(const RunState& s, const BalancerModel& m, TargetState& t) {
    if (m.serverMaxconn == 0) return true;
    return t.queue.count == 0 && t.served < connectionLimit(s, m, t);
}

struct Choice {
    Index target = kNone;
    bool anyUp = false; // some server is up but has no room
};

// Calls of one flow that read, or write: column of Model::targetEdges.
Index kindOf(const Call& session) {
    return 2U * session.flow + (session.writes() ? 1 : 0);
}

Index edgeTo(const Context& c, Index target, Index kind) {
    return c.model.targetEdges[2 * target * c.model.flows.size() + kind];
}

bool usable(Context& c, const BalancerModel& m, Index target, Index kind) {
    const Index edge = edgeTo(c, target, kind);
    if (edge == kNone) return false;
    return !m.callsStore || storeUses(c, c.s.balancers[c.model.nodes[m.node].sub], m, target,
                                      c.model.writes(edge, kind % 2 != 0));
}

bool anyWarming(Context& c, const BalancerModel& m, const BalancerState& st) {
    if (m.slowstart == 0) return false;
    for (const Index offset : st.up)
        if (c.s.targets[m.firstTarget + offset].warming) return true;
    return false;
}

// Smooth weighted round robin: only while some server is in slow start.
Index weightedTurn(Context& c, const BalancerModel& m, BalancerState& st, Index kind, Index avoid) {
    RunState& s = c.s;
    double sum = 0;
    Index best = kNone;
    for (const Index offset : st.up) {
        const Index target = m.firstTarget + offset;
        TargetState& t = s.targets[target];
        if (target == avoid || !usable(c, m, target, kind) || !hasRoom(s, m, t)) continue;
        const double weight = warmth(s, m, t);
        t.credit += weight;
        sum += weight;
        if (best == kNone || t.credit > s.targets[best].credit) best = target;
    }
    if (best != kNone) s.targets[best].credit -= sum;
    return best;
}

Index roundRobinTurn(Context& c, const BalancerModel& m, BalancerState& st, Index kind, Index avoid) {
    const auto count = static_cast<Index>(st.up.size());
    Index& turn = st.turns[m.classesDiffer ? kind : 0];
    for (Index i = 0; i < count; ++i) {
        if (turn >= count) turn = 0;
        const Index target = m.firstTarget + st.up[turn++];
        if (target != avoid && usable(c, m, target, kind) && hasRoom(c.s, m, c.s.targets[target]))
            return target;
    }
    return kNone;
}

double load(const RunState& s, const BalancerModel& m, TargetState& t) {
    const double busy = static_cast<double>(t.served + t.queue.count);
    return t.warming ? (busy + 1) / warmth(s, m, t) : busy;
}

Index leastConnections(Context& c, const BalancerModel& m, BalancerState& st, Index kind, Index avoid) {
    RunState& s = c.s;
    Index best = kNone;
    double bestLoad = 0;
    for (const Index offset : st.up) {
        const Index target = m.firstTarget + offset;
        TargetState& t = s.targets[target];
        if (target == avoid || !usable(c, m, target, kind) || !hasRoom(s, m, t)) continue;
        const double here = load(s, m, t);
        if (best == kNone || here < bestLoad || (here == bestLoad && t.lastUse < s.targets[best].lastUse)) {
            best = target;
            bestLoad = here;
        }
    }
    if (best != kNone) s.targets[best].lastUse = s.sequence;
    return best;
}

Index randomDraws(Context& c, const BalancerModel& m, BalancerState& st, Index kind, Index avoid) {
    RunState& s = c.s;
    Index best = kNone;
    double bestLoad = 0;
    const auto count = static_cast<double>(st.up.size());
    for (std::uint32_t i = 0; i < m.draws; ++i) {
        const auto drawn = static_cast<std::size_t>(st.routing.next(s.key) * count);
        const Index target = m.firstTarget + st.up[std::min(drawn, st.up.size() - 1)];
        TargetState& t = s.targets[target];
        if (target == avoid || !usable(c, m, target, kind) || !hasRoom(s, m, t)) continue;
        const double here = load(s, m, t);
        if (best == kNone || here < bestLoad) {
            best = target;
            bestLoad = here;
        }
    }
    // All draws met full or avoided servers: take the next that will do.
    return best != kNone ? best : roundRobinTurn(c, m, st, kind, avoid);
}

Index firstWithRoom(Context& c, const BalancerModel& m, BalancerState& st, Index kind, Index avoid) {
    for (const Index offset : st.up) {
        const Index target = m.firstTarget + offset;
        if (target != avoid && usable(c, m, target, kind) && hasRoom(c.s, m, c.s.targets[target]))
            return target;
    }
    return kNone;
}

bool isHash(const BalancerModel& m) {
    return m.algorithm == Algorithm::source || m.algorithm == Algorithm::uri;
}

Index chooseByLoad(Context& c, const BalancerModel& m, BalancerState& st, Index kind, Index avoid) {
    switch (m.algorithm) {
    case Algorithm::roundRobin:
        return anyWarming(c, m, st) ? weightedTurn(c, m, st, kind, avoid)
                                    : roundRobinTurn(c, m, st, kind, avoid);
    case Algorithm::staticRoundRobin:
        return roundRobinTurn(c, m, st, kind, avoid);
    case Algorithm::leastConnections:
        return leastConnections(c, m, st, kind, avoid);
    case Algorithm::random:
        return randomDraws(c, m, st, kind, avoid);
    case Algorithm::first:
        return firstWithRoom(c, m, st, kind, avoid);
    case Algorithm::source:
    case Algorithm::uri:
        break;
    }
    return kNone;
}

void finish(Context& c, Index call, Cause cause, std::uint8_t flags);
void assign(Context& c, Index call, Index avoid);

constexpr std::uint16_t kOnceQueued = 0x100;

void armQueueTimeout(Context& c, const BalancerModel& m, Index call) {
    Call& session = c.s.calls[call];
    session.state = CallState::queued;
    session.stage = static_cast<std::uint16_t>(session.stage + kOnceQueued);
    startLine(c, m.queueLine, call, Action::queueTimeout, session.stage >> 8);
}

// Connects to a server. The server timeout runs from here; a connection attempt whose packets vanish is ended
// by the transport's connect timer.
void connect(Context& c, Index call, Index target) {
    RunState& s = c.s;
    auto [index, m, st] = at(c, call);
    ++s.targets[target].served;
    s.calls[call].aux = target;
    s.calls[call].state = CallState::calling;
    Way way{edgeTo(c, target, kindOf(s.calls[call])), false};
    if (const Index pair = c.model.targets[target].vrrp; pair != kNone)
        way = wayToAddress(c, pair, way.edge, m.node);
    const Index child = send(c, call, way.edge);
    startLine(c, m.serverLine, child, Action::serverTimeout);
    if (way.vanishes) return vanish(c, child);
    const std::uint16_t line = c.model.edgeLines[way.edge];
    if (line == 0)
        deliver(c, child);
    else
        startLine(c, line, child, Action::deliver);
}

// A fixed server (cookie, hash): waits in that server's own queue when it is full.
void connectOrQueue(Context& c, Index call, Index target) {
    RunState& s = c.s;
    auto [index, m, st] = at(c, call);
    TargetState& t = s.targets[target];
    if (hasRoom(s, m, t)) return connect(c, call, target);
    if (m.serverMaxqueue > 0 && t.queue.count >= m.serverMaxqueue) {
        s.calls[call].flags &= static_cast<std::uint8_t>(~flag::persistent);
        const Index other = chooseByLoad(c, m, st, kindOf(s.calls[call]), target);
        if (other != kNone) return connect(c, call, other);
        return finish(c, call, Cause::queueFull, flag::httpError);
    }
    s.calls[call].aux = target;
    pushBack(s, t.queue, call);
    armQueueTimeout(c, m, call);
}

void assign(Context& c, Index call, Index avoid) {
    RunState& s = c.s;
    auto [index, m, st] = at(c, call);
    const Index kind = kindOf(s.calls[call]);
    const double key = static_cast<double>(s.calls[call].key);
    if (m.cookie && avoid == kNone) {
        const Index target =
            m.firstTarget + std::min(static_cast<Index>(key * m.targetCount), m.targetCount - 1);
        if (s.targets[target].up && s.targets[target].inUse && usable(c, m, target, kind)) {
            s.calls[call].flags |= flag::persistent;
            return connectOrQueue(c, call, target);
        }
    }
    bool anyUp = false;
    for (const Index offset : st.up)
        if (usable(c, m, m.firstTarget + offset, kind)) {
            anyUp = true;
            break;
        }
    if (!anyUp) return finish(c, call, Cause::noServer, flag::httpError);
    if (isHash(m)) {
        const auto count = static_cast<Index>(st.up.size());
        // Neighbouring keys spread over the servers, whatever their number.
        const double spread = key * 65536.0 - std::floor(key * 65536.0);
        const Index target = m.firstTarget + st.up[std::min(static_cast<Index>(spread * count), count - 1)];
        if (usable(c, m, target, kind)) return connectOrQueue(c, call, target);
    }
    Index target = isHash(m) ? roundRobinTurn(c, m, st, kind, kNone) : chooseByLoad(c, m, st, kind, avoid);
    if (target == kNone && avoid != kNone) target = chooseByLoad(c, m, st, kind, kNone);
    if (target != kNone) return connect(c, call, target);
    pushBack(s, st.queue, call);
    armQueueTimeout(c, m, call);
}

// A slot of a server came free: the oldest request that waits for it or for any server gets it.
void serveQueues(Context& c, Index target) {
    RunState& s = c.s;
    const Index balancer = c.model.nodes[c.model.edges[c.model.targets[target].edge].from].sub;
    const BalancerModel& m = c.model.balancers[balancer];
    BalancerState& st = s.balancers[balancer];
    TargetState& t = s.targets[target];
    while (t.up && (t.queue.count > 0 || st.queue.count > 0) && t.served < connectionLimit(s, m, t)) {
        // Not every server takes every class.
        Index any = st.queue.head;
        while (any != kNone && (!t.inUse || !usable(c, m, target, kindOf(s.calls[any]))))
            any = s.calls[any].next;
        if (any == kNone && t.queue.count == 0) return;
        const bool own =
            t.queue.count > 0 && (any == kNone || s.calls[t.queue.head].entered <= s.calls[any].entered);
        const Index call = own ? popFront(s, t.queue) : any;
        if (!own) unlink(s, st.queue, call);
        connect(c, call, target);
    }
}

void admit(Context& c, Index call);

// The session ends: its place goes to one that waits to be accepted.
void finish(Context& c, Index call, Cause cause, std::uint8_t flags) {
    RunState& s = c.s;
    auto [index, m, st] = at(c, call);
    touch(s, st);
    --st.active;
    ++(cause == Cause::none ? st.completed : st.failed);
    if (cause == Cause::none) st.sojournSum += s.now - s.calls[call].entered;
    reply(c, call, cause, flags);
    if (st.accept.count > 0 && !st.frozen && st.active < m.maxconn) admit(c, popFront(s, st.accept));
}

void admit(Context& c, Index call) {
    RunState& s = c.s;
    auto [index, m, st] = at(c, call);
    touch(s, st);
    ++st.active;
    s.calls[call].state = CallState::serving;
    s.calls[call].stage = 0;
    if (m.workSlot == kNone) return assign(c, call, kNone);
    st.busyUntil = std::max(s.now, st.busyUntil) + m.work;
    const Timer timer{st.busyUntil + m.latency,
                      s.sequence++,
                      call,
                      s.calls[call].generation,
                      static_cast<std::uint32_t>(Action::dispatch),
                      0};
    const std::uint64_t due = st.work.empty() ? timer.sequence : st.work.front().sequence;
    st.work.push(timer, [&s](const Timer& t) { return s.calls[t.call].generation != t.generation; });
    // The first one, or the one behind a dead front that making room has dropped.
    const Timer& front = st.work.front();
    if (front.sequence == timer.sequence || front.sequence != due)
        s.tree.set(m.workSlot, front.at, front.sequence);
}

std::uint32_t tried(const Call& session) {
    return session.stage & 0xffU;
}

bool redispatchesAtOnce(const BalancerModel& m, const BalancerState& st, const Call& session) {
    if (!m.redispatch) return false;
    const bool everyRetry = !isHash(m) && !(session.flags & flag::persistent) && st.up.size() > 1;
    return everyRetry || tried(session) == m.retries;
}

void connectionFailed(Context& c, Index call, Cause cause) {
    RunState& s = c.s;
    auto [index, m, st] = at(c, call);
    Call& session = s.calls[call];
    const Index target = session.aux;
    ++session.stage;
    if (tried(session) > m.retries) return finish(c, call, cause, flag::httpError);
    if (redispatchesAtOnce(m, st, session)) {
        session.flags &= static_cast<std::uint8_t>(~flag::persistent);
        return assign(c, call, target);
    }
    // A refused connection would be refused again at once: wait a little. A timed-out one has waited already.
    if (cause == Cause::refused) {
        session.state = CallState::calling;
        startLine(c, m.turnLine, call, Action::reconnect);
    } else {
        connect(c, call, target);
    }
}

void releaseServer(Context& c, Index target) {
    TargetState& t = c.s.targets[target];
    --t.served;
}

void readAnswer(Context& c, Index call, Cause cause, std::uint8_t flags) {
    // What failed behind the server is its answer; only a connection to the server itself is tried again.
    if ((cause == Cause::refused || cause == Cause::connectTimeout) && !(flags & flag::httpError))
        return connectionFailed(c, call, cause);
    finish(
        c, call, cause,
        static_cast<std::uint8_t>((flags & flag::degraded) | (cause == Cause::none ? 0 : flag::httpError)));
}

} // namespace

void balancerTouch(Context& c, Index balancer) {
    touch(c.s, c.s.balancers[balancer]);
}

void balancerArrive(Context& c, Index call) {
    auto [index, m, st] = at(c, call);
    ++st.arrivals;
    if (st.frozen || st.active >= m.maxconn) {
        c.s.calls[call].state = CallState::accepting;
        touch(c.s, st);
        pushBack(c.s, st.accept, call);
        return;
    }
    admit(c, call);
}

void onBalancerWork(Context& c, Index balancer) {
    RunState& s = c.s;
    const BalancerModel& m = c.model.balancers[balancer];
    DelayLine& work = s.balancers[balancer].work;
    const Timer timer = work.front();
    work.pop();
    if (work.empty())
        s.tree.cancel(m.workSlot);
    else
        s.tree.set(m.workSlot, work.front().at, work.front().sequence);
    if (s.calls[timer.call].generation == timer.generation) onDispatch(c, timer.call);
}

void onDispatch(Context& c, Index call) {
    auto [index, m, st] = at(c, call);
    if (st.frozen) { // goes on when the process does
        touch(c.s, st);
        pushBack(c.s, st.accept, call);
        c.s.calls[call].state = CallState::accepting;
        --st.active;
        return;
    }
    assign(c, call, kNone);
}

void onServerAnswer(Context& c, Index call, Index child) {
    RunState& s = c.s;
    auto [index, m, st] = at(c, call);
    if (s.calls[call].child != child) return;
    s.calls[call].child = kNone;
    const Index target = s.calls[call].aux;
    const Cause cause = s.calls[child].cause;
    const std::uint8_t flags = s.calls[child].flags;
    releaseServer(c, target);
    if (st.frozen) {
        st.unread.push_back({call, s.calls[call].generation, kNone, cause, 0, flags});
        return;
    }
    readAnswer(c, call, cause, flags);
    serveQueues(c, target);
}

void onConnectTimeout(Context& c, Index child) {
    RunState& s = c.s;
    const Index call = s.calls[child].parent;
    const bool wanted = alive(s, call, s.calls[child].parentGeneration) && s.calls[call].child == child;
    const Index edge = s.calls[child].edge;
    freeCall(s, child);
    if (!wanted) return;
    countFailure(s, edge, Cause::connectTimeout);
    s.calls[call].child = kNone;
    const Index target = s.calls[call].aux;
    releaseServer(c, target);
    connectionFailed(c, call, Cause::connectTimeout);
    serveQueues(c, target);
}

void onServerTimeout(Context& c, Index child) {
    RunState& s = c.s;
    const Call message = s.calls[child];
    if (message.flags & flag::vanished) return; // still connecting
    const Index call = message.parent;
    const bool wanted = alive(s, call, message.parentGeneration) && s.calls[call].child == child;
    s.calls[child].parent = kNone;
    if (message.flags & flag::gone) {
        freeCall(s, child);
    } else if (wanted) {
        const ModelNode& node = c.model.nodes[message.node];
        if (node.role == Role::station && c.model.stations[node.sub].cancelsAbandoned)
            stationCancel(c, child);
    }
    if (!wanted) return;
    countFailure(s, message.edge, Cause::responseTimeout);
    s.calls[call].child = kNone;
    const Index target = s.calls[call].aux;
    releaseServer(c, target);
    finish(c, call, Cause::responseTimeout, flag::httpError);
    serveQueues(c, target);
}

void onQueueTimeout(Context& c, Index call, std::uint32_t stage) {
    RunState& s = c.s;
    if (s.calls[call].state != CallState::queued || s.calls[call].stage != static_cast<std::uint16_t>(stage))
        return;
    auto [index, m, st] = at(c, call);
    if (!unlink(s, st.queue, call)) unlink(s, s.targets[s.calls[call].aux].queue, call);
    finish(c, call, Cause::queueFull, flag::httpError);
}

void onReconnect(Context& c, Index call) {
    // Lost with its balancer meanwhile: only its client still waits for it.
    if (c.s.calls[call].state != CallState::calling) return;
    connect(c, call, c.s.calls[call].aux);
}

namespace {

// Servers that stood by take what waits for any.
void serveCalled(Context& c, const BalancerModel& m) {
    for (const Index offset : m.ranked)
        if (c.s.targets[m.firstTarget + offset].inUse) serveQueues(c, m.firstTarget + offset);
}

} // namespace

void serverSeenDown(Context& c, Index balancer, Index target) {
    RunState& s = c.s;
    const BalancerModel& m = c.model.balancers[balancer];
    const bool called = rebuildUpList(c, balancer);
    TargetState& t = s.targets[target];
    // Those that wait for it look for another.
    CallQueue waiting = t.queue;
    t.queue = {};
    while (waiting.count > 0) {
        const Index call = popFront(s, waiting);
        s.calls[call].flags &= static_cast<std::uint8_t>(~flag::persistent);
        assign(c, call, target);
    }
    if (called) serveCalled(c, m);
    if (!m.shutdownSessions) return;
    const TargetModel& model = c.model.targets[target];
    for (const Index child : callsOn(s, model.edge, model.edgeCount)) {
        const Call message = s.calls[child];
        if (!alive(s, message.parent, message.parentGeneration) || s.calls[message.parent].child != child)
            continue;
        s.calls[child].parent = kNone;
        if (message.flags & flag::gone) freeCall(s, child);
        s.calls[message.parent].child = kNone;
        releaseServer(c, target);
        finish(c, message.parent, Cause::reset, flag::httpError);
    }
}

void serverSeenUp(Context& c, Index balancer, Index target) {
    rebuildUpList(c, balancer);
    c.s.targets[target].warming = c.model.balancers[balancer].slowstart > 0;
    serveQueues(c, target);
}

void balancerLose(Context& c, Index balancer, bool reset) {
    RunState& s = c.s;
    const BalancerModel& m = c.model.balancers[balancer];
    BalancerState& st = s.balancers[balancer];
    touch(s, st);
    st.frozen = false;
    st.accept = st.queue = {};
    st.active = 0;
    st.unread.clear();
    st.work.clear();
    if (m.workSlot != kNone) s.tree.cancel(m.workSlot);
    for (Index t = m.firstTarget; t < m.firstTarget + m.targetCount; ++t) {
        s.targets[t].served = 0;
        s.targets[t].queue = {};
    }
    for (const Index i : callsIn(s, m.node)) {
        ++st.failed;
        // Its requests to servers are orphans: an answer finds nobody.
        Call& call = s.calls[i];
        if (alive(s, call.child, call.childGeneration)) {
            s.calls[call.child].parent = kNone;
            if (s.calls[call.child].flags & flag::gone) freeCall(s, call.child);
        }
        call.child = kNone;
        loseCall(c, i, reset);
    }
}

void balancerFreeze(Context& c, Index balancer) {
    c.s.balancers[balancer].frozen = true;
}

void balancerResume(Context& c, Index balancer) {
    RunState& s = c.s;
    const BalancerModel& m = c.model.balancers[balancer];
    BalancerState& st = s.balancers[balancer];
    touch(s, st);
    st.frozen = false;
    std::vector<Unread> unread;
    unread.swap(st.unread);
    for (const Unread& answer : unread)
        if (alive(s, answer.call, answer.generation)) readAnswer(c, answer.call, answer.cause, answer.flags);
    CallQueue waiting = st.accept;
    st.accept = {};
    while (waiting.count > 0) {
        const Index call = popFront(s, waiting);
        if (st.active < m.maxconn)
            admit(c, call);
        else
            pushBack(s, st.accept, call);
    }
}

} // namespace alwayson::sim
