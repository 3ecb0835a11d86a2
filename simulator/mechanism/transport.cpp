// The network between nodes: the only mechanism that knows what really works, because it decides what is
// answered.

#include "simulator/kernel/truth.h"
#include "simulator/mechanism/context.h"

namespace alwayson::sim {

bool passes(const Context& c, Index from, Index to) {
    return !c.truth.borders || c.truth.passes(c.model.nodes[from].home, c.model.nodes[to].home);
}

bool connected(const Context& c, Index from, Index to) {
    const bool works = to >= c.model.designNodes || c.truth.components[to].condition == Condition::works;
    return works && passes(c, from, to) && passes(c, to, from);
}

void vanish(Context& c, Index call) {
    RunState& s = c.s;
    Call& message = s.calls[call];
    if (!alive(s, message.parent, message.parentGeneration)) {
        freeCall(s, call); // given up while under way
        return;
    }
    message.flags |= flag::vanished;
    const Edge& link = c.model.edges[message.edge];
    const ModelNode& from = c.model.nodes[link.from];
    if (from.role == Role::balancer)
        startTimer(c, after(message.start, c.model.balancers[from.sub].connectTimeout), call,
                   Action::connectTimeout);
}

void deliver(Context& c, Index call) {
    RunState& s = c.s;
    Call& message = s.calls[call];
    const ComponentTruth* truth =
        message.node < c.model.designNodes ? &c.truth.components[message.node] : nullptr;
    message.entered = s.now;
    if (c.truth.borders && !passes(c, c.model.edges[message.edge].from, message.node)) return vanish(c, call);
    if (!truth || truth->condition == Condition::works || truth->condition == Condition::silent) {
        if (c.model.nodes[message.node].role == Role::balancer)
            balancerArrive(c, call);
        else
            stationArrive(c, call);
        return;
    }
    if (truth->condition == Condition::interrupted) return reply(c, call, Cause::error, flag::httpError);
    // A refusal that does not get back is no refusal.
    if (truth->condition == Condition::refuses && passes(c, message.node, c.model.edges[message.edge].from))
        reply(c, call, Cause::refused);
    else
        vanish(c, call);
}

namespace {

__attribute__((always_inline)) inline void takeAnswer(Context& c, Index call) {
    RunState& s = c.s;
    const Call& message = s.calls[call];
    if (message.cause != Cause::none) countFailure(s, message.edge, message.cause);
    const Index parent = message.parent;
    if (alive(s, parent, message.parentGeneration)) {
        switch (c.model.nodes[c.model.edges[message.edge].from].role) {
        case Role::client:
            onClientAnswer(c, parent, call);
            break;
        case Role::balancer:
            onServerAnswer(c, parent, call);
            break;
        case Role::station:
            onStationAnswer(c, parent, call);
            break;
        }
    }
    freeCall(s, call);
}

} // namespace

void answer(Context& c, Index call) {
    takeAnswer(c, call);
}

void reply(Context& c, Index call, Cause cause, std::uint8_t flags) {
    RunState& s = c.s;
    Call& message = s.calls[call];
    message.cause = cause;
    message.flags |= flags;
    message.state = CallState::waiting;
    if (!alive(s, message.parent, message.parentGeneration)) {
        freeCall(s, call);
        return;
    }
    if (c.truth.borders && !passes(c, message.node, c.model.edges[message.edge].from)) {
        message.flags |= flag::lost;
        return;
    }
    // A failure never answers inside the caller's own step: long chains of refusals would nest without bound.
    const std::uint16_t line = c.model.edgeLines[message.edge];
    if (line == 0 && cause == Cause::none)
        takeAnswer(c, call);
    else
        startLine(c, line, call, Action::answer);
}

void loseCall(Context& c, Index call, bool reset) {
    RunState& s = c.s;
    Call& message = s.calls[call];
    if (reset) {
        reply(c, call, Cause::reset);
    } else if (alive(s, message.parent, message.parentGeneration)) {
        message.state = CallState::waiting;
        message.flags |= flag::lost;
    } else {
        freeCall(s, call);
    }
}

bool servesNow(const Context& c, Index node) {
    const ComponentTruth& truth = c.truth.components[node];
    return truth.condition != Condition::works || truth.errors() <= 0 ||
           stillServes(FailureEffect::errors, truth.errors());
}

FailureEffect crashOf(const Context& c, Index node) {
    if (!servesNow(c, node)) return FailureEffect::errors;
    switch (c.truth.components[node].condition) {
    case Condition::refuses:
        return FailureEffect::crash;
    case Condition::silent:
        return FailureEffect::hang;
    case Condition::vanished:
        return FailureEffect::gone;
    case Condition::works:
    case Condition::interrupted:
    case Condition::cutOff:
        break;
    }
    return FailureEffect::cutOff;
}

bool refusesNow(const Context& c, Index node) {
    return c.truth.components[node].condition == Condition::refuses;
}

bool runsOn(const Context& c, Index node) {
    const Condition condition = c.truth.components[node].condition;
    return condition == Condition::works || condition == Condition::interrupted ||
           condition == Condition::cutOff;
}

LocalAnswer askLocally(Context& c, Index node, UniformStream& errors) {
    const ComponentTruth& truth = c.truth.components[node];
    switch (truth.condition) {
    case Condition::refuses:
    case Condition::vanished:
        return LocalAnswer::bad;
    case Condition::silent:
        return LocalAnswer::silent;
    case Condition::works:
    case Condition::interrupted:
    case Condition::cutOff:
        break;
    }
    const bool fails = truth.errors() > 0 && errors.next(c.s.key) < truth.errors();
    return fails ? LocalAnswer::bad : LocalAnswer::good;
}

ProbeFate probe(Context& c, Index balancer, Index target) {
    const BalancerModel& b = c.model.balancers[balancer];
    const TargetModel& t = c.model.targets[target];
    Way way{t.edge, false};
    if (t.vrrp != kNone) way = wayToAddress(c, t.vrrp, t.edge, b.node);
    const Index node = c.s.targets[target].probed = c.model.edges[way.edge].to;
    const ComponentTruth& truth = c.truth.components[node];
    const SimTime roundTrip = 2 * c.model.edges[way.edge].oneWay;
    // A connection needs both ways.
    if (way.vanishes || !passes(c, b.node, node) || !passes(c, node, b.node))
        return {CheckPhase::failing, b.goneTimeout};
    switch (truth.condition) {
    case Condition::refuses:
        return {CheckPhase::failing, roundTrip};
    case Condition::vanished:
    case Condition::cutOff:
        return {CheckPhase::failing, b.goneTimeout};
    case Condition::silent:
        if (b.httpCheck) return {CheckPhase::silent, b.hangTimeout};
        return {CheckPhase::passing, roundTrip};
    case Condition::works:
    case Condition::interrupted:
        break;
    }
    if (b.httpCheck && truth.errors() > 0 && c.s.targets[target].errors.next(c.s.key) < truth.errors())
        return {CheckPhase::failing, roundTrip};
    return {CheckPhase::passing, roundTrip};
}

} // namespace alwayson::sim
