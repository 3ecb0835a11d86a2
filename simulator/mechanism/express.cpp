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
        // The next beginning of service must not be overtaken: it may turn out to be too late.
        const SimTime start = x.waiting.empty() ? kNever : x.workers.top().at;
        s.tree.set(client.slot, std::min({x.arrivalAt, nextDelivery(), start}), s.sequence++);
    }

    // Everything before `horizon`, which nothing elsewhere may precede. False: stopped earlier, because of an
    // arrival or a request that has to go the plain way.
    bool advance(SimTime horizon) {
        std::uint64_t present = st.present, busy = st.busy;
        m_presentArea =
            static_cast<std::uint64_t>(st.presentArea) - present * static_cast<std::uint64_t>(st.last);
        m_busyArea = static_cast<std::uint64_t>(st.busyArea) - busy * static_cast<std::uint64_t>(st.last);
        m_horizon = horizon;
        if (m.queueLimit == kNone) beginWaiting(m_horizon);
        if (m.queueLimit != kNone || way.oneWay > 0)
            goOnStepwise();
        else
            while (x.arrivalAt < m_horizon)
                enter(admit());
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
    SimTime arrivalOf(const ExpressRequest& request) const {
        return request.start + way.oneWay;
    } // at the station
    SimTime nextStart(const ExpressRequest& request) const {
        return std::max(arrivalOf(request), x.workers.top().at);
    }
    SimTime nextDelivery() const { return x.travelling.empty() ? kNever : arrivalOf(x.travelling.front()); }

    void beginWaiting(SimTime until) {
        while (!x.waiting.empty() && nextStart(x.waiting.front()) < std::min(until, m_horizon)) {
            begin(x.waiting.front());
            x.waiting.pop();
        }
    }

    // At worst (of two events at one moment the other may come first) it finds all workers busy and the queue
    // full.
    bool mayBeRefused(SimTime at) const {
        const ExpressService& worker = x.workers.top();
        return x.waiting.size() >= m.queueLimit && worker.occupied && worker.at >= at;
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
                m_horizon = next;
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
        // Of two events at one moment, the one that was planned first comes first: was this one planned
        // before that worker's end of service?
        const ExpressService& worker = x.workers.top();
        const SimTime planned = way.oneWay > 0 ? request.start : x.previousArrival;
        st.waits += worker.at > now || (worker.at == now && worker.occupied && worker.began >= planned);
        // Where the queue may be full, nobody leaves it before the next one comes.
        if (m.queueLimit == kNone ? nextStart(request) < m_horizon : nextStart(request) == now)
            begin(request);
        else
            x.waiting.push() = request;
    }

    // The worker that is free first takes it.
    void begin(const ExpressRequest& request) {
        ExpressService& worker = x.workers.changeTop();
        const SimTime start = nextStart(request);
        if (worker.occupied) finish(worker);
        noteWait(st, start - arrivalOf(request));
        m_busyArea -= static_cast<std::uint64_t>(start);
        worker.began = start;
        worker.at = after(start, drawService(s.key, m, st, c.model.flows[request.flow].writes));
        worker.sequence = ++x.begun;
        worker.request.start = request.start;
        worker.request.flow = request.flow;
        worker.request.flags = request.flags;
        worker.occupied = true;
        if (worker.at - request.start >= way.patience - way.oneWay)
            m_horizon = std::min(m_horizon, start + 1);
        x.workers.settleTop();
    }

    void finish(ExpressService& worker) {
        const SimTime at = worker.at;
        const ExpressRequest& request = worker.request;
        count(at, m.slot);
        m_presentArea += static_cast<std::uint64_t>(at);
        m_busyArea += static_cast<std::uint64_t>(at);
        noteServed(st, at - arrivalOf(request));
        if (way.oneWay == 0)
            answer(request, at);
        else
            x.returning.push_back({at, request});
    }

    void answer(const ExpressRequest& request, SimTime at) {
        if (request.flags & flag::counted)
            noteSuccess(s.flows[request.flow], c.model.flows[request.flow], at - request.start);
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
        std::erase_if(x.returning, [this](const ExpressAnswer& one) {
            const SimTime at = one.left + way.oneWay;
            if (at >= m_horizon) return false;
            count(at, timerEvent(Action::answer));
            answer(one.request, at);
            return true;
        });
    }

    Index makeCall(const ExpressRequest& request, CallState state);
    // What is pending when a lane closes is planned anew, in the order in which the plain way would have done
    // it: by the moment, and by this list.
    enum class Planned : std::uint8_t { arrival, patience, delivery, answer, service };
    struct Plan {
        SimTime when = 0;
        Planned what = Planned::arrival;
        Index call = kNone;
        SimTime due = 0;
    };
    void carryOut(const Plan& plan);
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
};

void Lane::close() {
    x.open = false;
    std::vector<ExpressService>& serving = x.workers.items();
    std::erase_if(serving, [](const ExpressService& worker) { return !worker.occupied; });
    std::sort(serving.begin(), serving.end(),
              [](const ExpressService& a, const ExpressService& b) { return a.sequence < b.sequence; });
    std::sort(x.returning.begin(), x.returning.end(),
              [](const ExpressAnswer& a, const ExpressAnswer& b) { return a.left < b.left; });
    std::vector<Plan> plans{{x.lastArrival, Planned::arrival, kNone, x.arrivalAt}};
    const auto request = [&](const ExpressRequest& one, CallState state) {
        const Index call = makeCall(one, state);
        plans.push_back({one.start, Planned::patience, call, 0});
        return call;
    };
    for (const ExpressAnswer& one : x.returning)
        plans.push_back(
            {one.left, Planned::answer, request(one.request, CallState::waiting), one.left + way.oneWay});
    for (const ExpressService& one : serving)
        plans.push_back({one.began, Planned::service, request(one.request, CallState::serving), one.at});
    for (std::size_t i = 0; i < x.waiting.size(); ++i)
        pushBack(s, st.queue, request(x.waiting.at(i), CallState::queued));
    for (std::size_t i = 0; i < x.travelling.size(); ++i) {
        const ExpressRequest& one = x.travelling.at(i);
        const Index call = request(one, CallState::waiting);
        s.calls[call].entered = 0;
        plans.push_back({one.start, Planned::delivery, call, arrivalOf(one)});
    }
    std::stable_sort(plans.begin(), plans.end(), [](const Plan& a, const Plan& b) {
        return std::tie(a.when, a.what) < std::tie(b.when, b.what);
    });
    for (const Plan& plan : plans)
        carryOut(plan);
    serving.clear();
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
    message.start = request.start;
    message.entered = arrivalOf(request);
    return call;
}

void Lane::carryOut(const Plan& plan) {
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
