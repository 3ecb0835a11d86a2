// Express lanes. Where a client calls one station directly and both work, nothing can happen to a request but
// to arrive, to wait its turn and to be served. Its whole way is known when it gets its turn, so it needs no
// call, no timer and no place in the tree of pending events (Lindley's recursion, for any number of workers).
// Every number is drawn from the stream and counted in the figure where the plain way draws and counts it, so
// results are the same, bit for bit. Whatever else may happen - a fault, another load, a request that will
// not be served in time - closes the lane first.

#include "simulator/mechanism/context.h"
#include "simulator/mechanism/shared_steps.h"

#include <algorithm>
#include <tuple>

namespace alwayson::sim {
namespace {

// With many arrivals in one nanosecond a lane might never stop.
constexpr double kShortestGapS = 1e-7;

using Planned = ExpressPlan::What;

class Lane {
public:
    Lane(Context& context, Index lane)
        : c(context), s(context.s), way(context.model.lanes[lane]), x(context.s.lanes[lane]),
          client(context.model.clients[way.client]), source(context.s.clients[way.client]),
          m(context.model.stations[way.station]), st(context.s.stations[way.station]) {}

    bool mayOpen() const {
        return st.present == 0 && !st.frozen && st.speed == 1 && st.errorShare == 0 &&
               connected(c, client.node, m.node) && meanGap() >= kShortestGapS;
    }
    // The arrival that is due is its first.
    void open() {
        x.open = true;
        x.arrivalAt = x.lastArrival = s.now;
        x.free = m.workers;
        s.tree.cancel(client.slot);
        s.laneTree.set(m.lane, s.now, 0);
    }

    // Everything before `limit`, which no event outside the lanes may precede; other lanes do not matter.
    void run(SimTime limit) {
        // Back to the loop of all events now and then: it looks whether to stop.
        const SimTime rest = after(s.laneTree.time(), toSimTime(1000 * meanGap()));
        if (!advance(std::min(limit, rest))) return close();
        // The next beginning of service must not be overtaken: it may turn out to be too late.
        const SimTime start = x.waiting.empty() ? kNever : x.workers.top().at;
        s.laneTree.set(m.lane, std::min({x.arrivalAt, nextDelivery(), start}), 0);
    }

    // Everything before `horizon`. False: stopped earlier, because of an arrival or a request that has to go
    // the plain way.
    bool advance(SimTime horizon) {
        const auto last = static_cast<std::uint64_t>(st.last);
        m_presentArea = static_cast<std::uint64_t>(st.presentArea) - st.present * last;
        m_busyArea = static_cast<std::uint64_t>(st.busyArea) - st.busy * last;
        m_horizon = horizon;
        if (m.queueLimit == kNone) beginWaiting(m_horizon);
        if (m.queueLimit != kNone || way.oneWay > 0)
            goOnStepwise();
        else
            while (x.arrivalAt < m_horizon)
                enter(admit());
        finishAll();
        st.busy = static_cast<std::uint32_t>(x.workers.size());
        st.present = static_cast<std::uint32_t>(st.busy + x.waiting.size());
        st.last = m_horizon;
        const auto now = static_cast<std::uint64_t>(st.last);
        st.presentArea = static_cast<std::int64_t>(m_presentArea + st.present * now);
        st.busyArea = static_cast<std::int64_t>(m_busyArea + st.busy * now);
        return !m_leaves;
    }

    // Its requests become calls with timers.
    void close();

private:
    double meanGap() const { return client.gap.mean() / source.loadFactor; }
    SimTime arrivalOf(const ExpressRequest& request) const {
        return request.start + way.oneWay;
    } // at the station
    SimTime nextStart(const ExpressRequest& request) const {
        return x.free > 0 ? arrivalOf(request) : std::max(arrivalOf(request), x.workers.top().at);
    }
    SimTime nextDelivery() const { return x.travelling.empty() ? kNever : arrivalOf(x.travelling.front()); }

    // From `at` on the plain way has to do it.
    void leaveAt(SimTime at) {
        m_horizon = std::min(m_horizon, at);
        m_leaves = true;
    }

    void beginWaiting(SimTime until) {
        while (!x.waiting.empty() && nextStart(x.waiting.front()) < std::min(until, m_horizon)) {
            begin(x.waiting.front(), nextStart(x.waiting.front()));
            x.waiting.pop();
        }
    }

    // At worst (of two events at one moment the other may come first) it finds all workers busy and the queue
    // full.
    bool mayBeRefused(SimTime at) const {
        return x.free == 0 && x.waiting.size() >= m.queueLimit && x.workers.top().at >= at;
    }

    // One arrival or delivery after the other, where a request takes time to get there or may find the queue
    // full.
    void goOnStepwise() {
        for (;;) {
            const SimTime delivery = way.oneWay > 0 ? nextDelivery() : x.arrivalAt;
            const SimTime next = std::min(x.arrivalAt, delivery);
            beginWaiting(next);
            if (next >= m_horizon) break;
            if (delivery == next && mayBeRefused(next)) {
                leaveAt(next);
                break;
            }
            if (way.oneWay == 0) {
                enter(admit());
            } else if (delivery == next) {
                count(next, timerEvent(Action::deliver));
                enter(x.travelling.front());
                x.travelling.pop();
            } else {
                x.travelling.push() = admit();
            }
        }
        beginWaiting(m_horizon);
    }

    void count(SimTime at, Index slot) {
        ++s.events;
        s.fingerprint.event(at, slot);
    }

    // The client sends one.
    ExpressRequest admit() {
        const SimTime now = x.arrivalAt;
        count(now, client.slot);
        x.previousArrival = x.lastArrival;
        x.lastArrival = now;
        x.arrivalAt = after(now, nextGap(s.key, client, source));
        const Index index = pickFlow(c.model, client, source, s.key);
        if (s.counting) {
            FlowState& flow = s.flows[index];
            ++flow.offered;
            ++flow.inFlight;
            ++flow.attempts;
        }
        earnRetries(client, source);
        ++s.edgeAttempts[way.edge];
        return {now, static_cast<std::uint16_t>(index), s.counting ? flag::counted : std::uint8_t{0}};
    }

    // It reaches the station.
    void enter(const ExpressRequest& request) {
        const SimTime now = arrivalOf(request);
        ++st.arrivals;
        m_presentArea -= static_cast<std::uint64_t>(now);
        if (x.free == 0) {
            // Of two events at one moment, the one that was planned first comes first: was this one planned
            // before that worker's end of service?
            const ExpressService& worker = x.workers.top();
            const SimTime planned = way.oneWay > 0 ? request.start : x.previousArrival;
            st.waits +=
                worker.at > now || (worker.at == now && (!x.waiting.empty() || worker.began >= planned));
        }
        // Where the queue may be full, nobody leaves it before the next one comes.
        const SimTime start = nextStart(request);
        if (m.queueLimit == kNone ? start < m_horizon : start == now && x.waiting.empty())
            begin(request, start);
        else
            x.waiting.push() = request;
    }

    // A free worker takes it, or the one that is free first.
    void begin(const ExpressRequest& request, SimTime start) {
        const bool added = x.free > 0;
        if (added)
            --x.free;
        else
            finish(x.workers.top());
        ExpressService& worker = added ? x.workers.append() : x.workers.changeTop();
        noteWait(st, start - arrivalOf(request));
        m_busyArea -= static_cast<std::uint64_t>(start);
        worker.began = start;
        worker.at = after(start, drawService(s.key, m, st, c.model.flows[request.flow].writes));
        worker.sequence = ++x.begun;
        worker.request.start = request.start;
        worker.request.flow = request.flow;
        worker.request.flags = request.flags;
        if (worker.at - request.start >= way.patience - way.oneWay) leaveAt(start + 1);
        if (added)
            x.workers.settleLast();
        else
            x.workers.settleTop();
    }

    void finish(const ExpressService& worker) {
        const SimTime at = worker.at;
        const ExpressRequest& request = worker.request;
        count(at, m.slot);
        m_presentArea += static_cast<std::uint64_t>(at);
        m_busyArea += static_cast<std::uint64_t>(at);
        noteServed(st, at - arrivalOf(request));
        if (way.oneWay == 0)
            answer(request, at);
        else
            x.returning.push({at + way.oneWay, worker.sequence, at, request});
    }

    void answer(const ExpressRequest& request, SimTime at) {
        if (request.flags & flag::counted)
            noteSuccess(s.flows[request.flow], c.model.flows[request.flow], at - request.start);
    }

    void finishAll() {
        while (!x.workers.empty() && x.workers.top().at < m_horizon) {
            finish(x.workers.top());
            x.workers.pop();
            ++x.free;
        }
        while (!x.returning.empty() && x.returning.top().at < m_horizon) {
            const ExpressService& one = x.returning.top();
            count(one.at, timerEvent(Action::answer));
            answer(one.request, one.at);
            x.returning.pop();
        }
    }

    Index makeCall(const ExpressRequest& request, CallState state);
    void plan(SimTime when, Planned what, Index call, SimTime due) {
        x.plans.push_back({when, what, static_cast<std::uint32_t>(x.plans.size()), call, due});
    }
    void carryOut(const ExpressPlan& plan);
    void startPatience(Index call);
    void startTimerAs(SimTime at, Index call, Action action) {
        s.timers.push(
            {at, s.sequence++, call, s.calls[call].generation, static_cast<std::uint32_t>(action), 0});
    }

    Context& c;
    RunState& s;
    const ExpressLane& way;
    ExpressState& x;
    const ClientModel& client;
    ClientState& source;
    const StationModel& m;
    StationState& st;
    // Integrals while events are handled out of their order: minus each beginning, plus each end, modulo
    // 2^64.
    std::uint64_t m_presentArea = 0, m_busyArea = 0;
    SimTime m_horizon = 0;
    bool m_leaves = false;
};

void Lane::close() {
    x.open = false;
    s.laneTree.cancel(m.lane);
    std::vector<ExpressService>& serving = x.workers.items();
    std::sort(serving.begin(), serving.end(),
              [](const ExpressService& a, const ExpressService& b) { return a.sequence < b.sequence; });
    // What is pending, in the order in which the plain way would have planned it.
    x.plans.clear();
    plan(x.lastArrival, Planned::arrival, kNone, x.arrivalAt);
    const auto request = [this](const ExpressRequest& one, CallState state) {
        const Index call = makeCall(one, state);
        plan(one.start, Planned::patience, call, 0);
        return call;
    };
    for (const ExpressService& one : x.returning.items())
        plan(one.began, Planned::answer, request(one.request, CallState::waiting), one.at);
    for (const ExpressService& one : serving)
        plan(one.began, Planned::service, request(one.request, CallState::serving), one.at);
    for (std::size_t i = 0; i < x.waiting.size(); ++i)
        pushBack(s, st.queue, request(x.waiting.at(i), CallState::queued));
    for (std::size_t i = 0; i < x.travelling.size(); ++i) {
        const ExpressRequest& one = x.travelling.at(i);
        const Index call = request(one, CallState::waiting);
        s.calls[call].entered = 0;
        plan(one.start, Planned::delivery, call, arrivalOf(one));
    }
    std::sort(x.plans.begin(), x.plans.end(), [](const ExpressPlan& a, const ExpressPlan& b) {
        return std::tie(a.when, a.what, a.order) < std::tie(b.when, b.what, b.order);
    });
    for (const ExpressPlan& one : x.plans)
        carryOut(one);
    x.workers.clear();
    x.returning.clear();
    x.waiting.clear();
    x.travelling.clear();
    if (!st.serving.empty()) s.tree.set(m.slot, st.serving.top().at, st.serving.top().sequence);
    if (!s.timers.empty()) s.tree.set(c.model.timerSlot, s.timers.top().at, s.timers.top().sequence);
}

Index Lane::makeCall(const ExpressRequest& request, CallState state) {
    const Index logical = newCall(s);
    const Index call = newCall(s);
    Call& first = s.calls[logical];
    first.node = client.node;
    first.flow = request.flow;
    first.start = request.start;
    first.state = CallState::waiting;
    first.flags =
        static_cast<std::uint8_t>(request.flags | (c.model.flows[request.flow].writes ? flag::writes : 0));
    first.attempt = 1;
    first.child = call;
    Call& message = s.calls[call];
    first.childGeneration = message.generation;
    message.parent = logical;
    message.parentGeneration = first.generation;
    message.edge = way.edge;
    message.node = m.node;
    message.flow = request.flow;
    message.flags = first.flags; // a lane takes the request as it is
    message.state = state;
    message.start = request.start;
    message.entered = arrivalOf(request);
    return call;
}

void Lane::carryOut(const ExpressPlan& plan) {
    switch (plan.what) {
    case Planned::arrival:
        return s.tree.set(client.slot, plan.due, s.sequence++);
    case Planned::patience:
        return startPatience(plan.call);
    case Planned::delivery:
        return startTimerAs(plan.due, plan.call, Action::deliver);
    case Planned::answer:
        return startTimerAs(plan.due, plan.call, Action::answer);
    case Planned::service:
        return st.serving.push({plan.due, s.sequence++, plan.call});
    }
}

void Lane::startPatience(Index call) {
    const Call& message = s.calls[call];
    const SimTime deadline = c.model.flows[message.flow].deadline;
    startTimerAs(message.start + deadline, message.parent, Action::deadline);
    if (client.attemptTimeout < deadline)
        startTimerAs(message.start + client.attemptTimeout, call, Action::attemptTimeout);
}

} // namespace

bool openExpress(Context& c, Index lane) {
    Lane way(c, lane);
    if (!way.mayOpen()) return false;
    way.open();
    return true;
}

void runExpress(Context& c, SimTime limit) {
    Lane(c, c.s.laneTree.slot()).run(limit);
}

void expressUpTo(Context& c, Index lane, SimTime time) {
    if (c.s.lanes[lane].open) Lane(c, lane).advance(time);
}

void leaveExpress(Context& c, Index lane) {
    if (!c.s.lanes[lane].open) return;
    Lane way(c, lane);
    way.advance(c.s.now);
    way.close();
}

void leaveExpressAt(Context& c, Index node) {
    const ModelNode& n = c.model.nodes[node];
    const Index lane = n.role == Role::client    ? c.model.clients[n.sub].lane
                       : n.role == Role::station ? c.model.stations[n.sub].lane
                                                 : kNone;
    if (lane != kNone) leaveExpress(c, lane);
}

} // namespace alwayson::sim
