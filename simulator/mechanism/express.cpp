// Express lanes. Where a client calls one station directly and both work, nothing can happen to a request but
// to arrive, to wait its turn and to be served. Its whole way is known when it gets its turn, so it needs no
// call, no timer and no place in the tree of pending events (Lindley's recursion, for any number of workers).
// Every number is drawn from the stream and counted in the figure where the plain way draws and counts it, so
// results are the same, bit for bit. Whatever else may happen - a fault, another load, a request that will
// not be served in time - closes the lane first.

#include "simulator/mechanism/context.h"
#include "simulator/mechanism/shared_steps.h"

#include <algorithm>

namespace alwayson::sim {
namespace {

class Lane {
public:
    Lane(Context& context, Index lane)
        : c(context), s(context.s), way(context.model.lanes[lane]), x(context.s.lanes[lane]),
          client(context.model.clients[way.client]), source(context.s.clients[way.client]),
          m(context.model.stations[way.station]), st(context.s.stations[way.station]) {}

    bool mayOpen() const {
        return st.present == 0 && !st.frozen && st.speed == 1 && st.errorShare == 0 && connected(c, m.node);
    }
    void open() {
        x.open = true;
        x.arrivalAt = x.lastArrival = s.now;
        for (std::uint32_t i = 0; i < m.workers; ++i)
            x.workers.push({s.now, 0, s.now, {}, false});
    }

    // Everything before the next event elsewhere.
    void run() {
        // Back to the loop of all events now and then: it looks whether to stop.
        const SimTime rest = after(s.now, toSimTime(1000 * client.gap.mean()));
        s.tree.cancel(client.slot);
        const bool patient = advance(std::min({c.limit, s.tree.time(), rest}));
        s.now = m_horizon;
        if (!patient) return close();
        // The next beginning of service must not be overtaken either: it may turn out to be too late.
        const SimTime start = x.waiting.empty() ? kNever : x.workers.top().at;
        s.tree.set(client.slot, std::min(x.arrivalAt, start), s.sequence++);
    }

    // Everything before `horizon`, which nothing elsewhere may precede. False: stopped earlier, because a
    // request will not be served before its client loses patience.
    bool advance(SimTime horizon) {
        std::uint64_t present = st.present, busy = st.busy;
        m_presentArea =
            static_cast<std::uint64_t>(st.presentArea) - present * static_cast<std::uint64_t>(st.last);
        m_busyArea = static_cast<std::uint64_t>(st.busyArea) - busy * static_cast<std::uint64_t>(st.last);
        m_horizon = horizon;
        while (!x.waiting.empty() && nextStart(x.waiting.front().start) < m_horizon) {
            begin(x.waiting.front());
            x.waiting.pop();
        }
        while (x.arrivalAt < m_horizon)
            admit();
        finishAll();
        busy = st.busy;
        present = st.present = static_cast<std::uint32_t>(busy + x.waiting.size());
        st.presentArea =
            static_cast<std::int64_t>(m_presentArea + present * static_cast<std::uint64_t>(m_horizon));
        st.busyArea = static_cast<std::int64_t>(m_busyArea + busy * static_cast<std::uint64_t>(m_horizon));
        st.last = m_horizon;
        return m_horizon == horizon;
    }

    // Its requests become calls with timers.
    void close();

private:
    SimTime nextStart(SimTime arrival) const { return std::max(arrival, x.workers.top().at); }

    void count(SimTime at, Index slot) {
        ++s.events;
        s.fingerprint.event(at, slot);
    }

    void admit() {
        const SimTime now = x.arrivalAt;
        count(now, client.slot);
        const SimTime previous = x.lastArrival;
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
        ++st.arrivals;
        m_presentArea -= static_cast<std::uint64_t>(now);
        // Of two events at one moment, the one that was planned first comes first: was the next arrival
        // planned before that worker's end of service?
        const ExpressService& worker = x.workers.top();
        st.waits += worker.at > now || (worker.at == now && worker.occupied && worker.began >= previous);
        const ExpressRequest request{now, static_cast<std::uint16_t>(index),
                                     s.counting ? flag::counted : std::uint8_t{0}};
        if (nextStart(now) < m_horizon)
            begin(request);
        else
            x.waiting.push() = request;
    }

    // The worker that is free first takes it.
    void begin(const ExpressRequest& request) {
        ExpressService& worker = x.workers.changeTop();
        const SimTime start = std::max(request.start, worker.at);
        if (worker.occupied) finish(worker);
        const SimTime wait = start - request.start;
        noteWait(st, wait);
        m_busyArea -= static_cast<std::uint64_t>(start);
        worker.began = start;
        worker.at = after(start, drawService(s.key, m, st, c.model.flows[request.flow].writes));
        worker.sequence = ++x.begun;
        worker.request.start = request.start;
        worker.request.flow = request.flow;
        worker.request.flags = request.flags;
        worker.occupied = true;
        if (worker.at - request.start >= way.patience) m_horizon = std::min(m_horizon, start + 1);
        x.workers.settleTop();
    }

    void finish(ExpressService& worker) {
        const SimTime at = worker.at;
        const ExpressRequest& request = worker.request;
        count(at, m.slot);
        m_presentArea += static_cast<std::uint64_t>(at);
        m_busyArea += static_cast<std::uint64_t>(at);
        const SimTime sojourn = at - request.start;
        noteServed(st, sojourn);
        if (request.flags & flag::counted)
            noteSuccess(s.flows[request.flow], c.model.flows[request.flow], sojourn);
    }

    void finishAll() {
        st.busy = 0;
        for (ExpressService& worker : x.workers.items()) {
            if (worker.occupied && worker.at < m_horizon) {
                finish(worker);
                worker.occupied = false;
            }
            st.busy += worker.occupied ? 1 : 0;
        }
    }

    Index makeCall(const ExpressRequest& request, CallState state);
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
};

void Lane::close() {
    x.open = false;
    std::vector<ExpressService>& serving = x.workers.items();
    std::erase_if(serving, [](const ExpressService& worker) { return !worker.occupied; });
    std::sort(serving.begin(), serving.end(),
              [](const ExpressService& a, const ExpressService& b) { return a.sequence < b.sequence; });
    // Sequence numbers in the order in which the plain way would have given them.
    bool planned = false;
    const auto planArrival = [&] {
        if (!planned) s.tree.set(client.slot, x.arrivalAt, s.sequence++);
        planned = true;
    };
    std::size_t waiting = 0;
    const auto queueUp = [&](SimTime until) {
        for (; waiting < x.waiting.size() && x.waiting.at(waiting).start <= until; ++waiting) {
            if (x.waiting.at(waiting).start == x.lastArrival) planArrival();
            pushBack(s, st.queue, makeCall(x.waiting.at(waiting), CallState::queued));
        }
    };
    for (const ExpressService& worker : serving) {
        if (worker.request.start == x.lastArrival || worker.began > x.lastArrival) planArrival();
        const Index call = makeCall(worker.request, CallState::serving);
        queueUp(worker.began);
        st.serving.push({worker.at, s.sequence++, call});
    }
    queueUp(kNever);
    planArrival();
    serving.clear();
    x.waiting.clear();
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
    first.flags = request.flags;
    first.attempt = 1;
    first.child = call;
    Call& message = s.calls[call];
    first.childGeneration = message.generation;
    message.parent = logical;
    message.parentGeneration = first.generation;
    message.edge = way.edge;
    message.node = m.node;
    message.flow = request.flow;
    message.flags = request.flags;
    message.state = state;
    message.start = message.entered = request.start;
    const Flow& flow = c.model.flows[request.flow];
    startTimerAs(request.start + flow.deadline, logical, Action::deadline);
    if (client.attemptTimeout < flow.deadline)
        startTimerAs(request.start + client.attemptTimeout, call, Action::attemptTimeout);
    return call;
}

} // namespace

bool startExpress(Context& c, Index lane) {
    Lane way(c, lane);
    if (!c.s.lanes[lane].open) {
        if (!way.mayOpen()) return false;
        way.open();
    }
    way.run();
    return true;
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
