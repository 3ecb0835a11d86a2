#include "simulator/trace/recorder.h"

#include <algorithm>

namespace alwayson::sim {
TraceRecorder::TraceRecorder(RequestEngine& engine, double stepS) : m_engine(engine) {
    if (stepS <= 0) return;
    const Model& model = engine.model();
    m_trace = std::make_shared<Trace>();
    m_trace->stepS = stepS;
    for (Index n = 0; n < model.designNodes; ++n)
        m_trace->nodes.push_back(model.nodes[n].id);
    m_trace->links = model.links;
    m_before.resize(model.designNodes);
    m_held.resize(model.designNodes);
    for (Index n = 0; n < model.designNodes; ++n)
        m_before[n] = counters(n);
    m_attemptsBefore = engine.state().edgeAttempts;
    m_failuresBefore = engine.state().edgeFailures;
    m_origin = m_next = m_last = engine.state().now;
}

TraceRecorder::Counters TraceRecorder::counters(Index n) const {
    const Model& model = m_engine.model();
    const RunState& s = m_engine.state();
    const ModelNode& node = model.nodes[n];
    if (node.role == Role::station) {
        const StationState& st = s.stations[node.sub];
        return {st.busyArea + (s.now - st.last) * st.busy, st.arrivals, st.failed};
    }
    if (node.role == Role::balancer) return {0, s.balancers[node.sub].arrivals, s.balancers[node.sub].failed};
    Counters sum;
    const ClientModel& client = model.clients[node.sub];
    for (Index f = client.firstFlow; f < client.firstFlow + client.flowCount; ++f) {
        sum.arrivals += s.flows[f].offered;
        for (const std::uint64_t count : s.flows[f].failed)
            sum.failed += count;
    }
    return sum;
}

TraceRecorder::Counters TraceRecorder::sinceLast(Index n) {
    const Counters now = counters(n);
    Counters& before = m_before[n];
    Counters& held = m_held[n];
    const Counters since{held.busyArea + now.busyArea - before.busyArea,
                         held.arrivals + now.arrivals - before.arrivals,
                         held.failed + now.failed - before.failed};
    before = now;
    held = {};
    return since;
}

void TraceRecorder::hold() {
    for (Index n = 0; n < m_before.size(); ++n) {
        if (m_engine.model().nodes[n].role == Role::client) continue;
        const Counters since = sinceLast(n);
        m_held[n] = since;
        m_before[n] = {};
    }
}

void TraceRecorder::capture() {
    Frame frame;
    const RunState& s = m_engine.state();
    frame.atS = toSeconds(m_next - m_origin);
    const double seconds = std::max(1e-9, toSeconds(s.now - m_last));
    captureNodes(frame, seconds);
    captureViews(frame);
    captureLinks(frame, seconds);
    captureReplication(frame);
    m_last = s.now;
    m_trace->frames.push_back(std::move(frame));
    m_next = m_origin + toSimTime(static_cast<double>(m_trace->frames.size()) * m_trace->stepS);
}

void TraceRecorder::captureNodes(Frame& frame, double seconds) {
    const Model& model = m_engine.model();
    const RunState& s = m_engine.state();
    for (Index n = 0; n < model.designNodes; ++n) {
        NodeFrame node;
        const Counters since = sinceLast(n);
        node.requestsPerS = static_cast<float>(static_cast<double>(since.arrivals) / seconds);
        node.failedPerS = static_cast<float>(static_cast<double>(since.failed) / seconds);
        const ComponentTruth& truth = m_engine.truth().components[n];
        node.sinceS = static_cast<float>(std::max(0.0, toSeconds(truth.since - m_origin)));
        if (truth.mode) {
            const ModelMode& mode = model.components[n].modes[truth.mode - 1U];
            node.mode = mode.id;
            node.sinceS = static_cast<float>(toSeconds(truth.modeSince - m_origin));
            node.state = mode.effect == FailureEffect::slow     ? NodeState::slow
                         : mode.effect == FailureEffect::errors ? NodeState::errors
                                                                : NodeState::down;
        }
        if (truth.restarting) node.state = NodeState::recovering, node.mode = "restart";
        if (truth.outages) node.state = NodeState::down, node.mode = "outage";
        node.badShare = static_cast<float>(truth.badShare);
        const ModelNode& m = model.nodes[n];
        if (m.vrrpMember != kNone)
            node.role = s.vrrpMembers[m.vrrpMember].phase == VrrpPhase::master ? MemberRole::active
                                                                               : MemberRole::standby;
        if (truth.stands) node.role = MemberRole::standby;
        if (m.role == Role::station && model.stations[m.sub].member != kNone) {
            const Index member = model.stations[m.sub].member;
            const bool source = s.stores[model.storeMembers[member].store].source == member;
            node.role = source ? MemberRole::source : MemberRole::replica;
            node.apart = !source && !s.storeMembers[member].following;
            node.diverged = node.apart && s.storeMembers[member].surplusFound;
            node.takesWrites = m_engine.takesWrites(member);
        }
        if (m.role == Role::station) {
            const StationState& st = s.stations[m.sub];
            const StationModel& station = model.stations[m.sub];
            const double workers = station.workers == kNone ? 0 : station.workers;
            const auto busy = static_cast<double>(since.busyArea);
            if (workers > 0)
                node.busyShare = static_cast<float>(std::min(1.0, busy / (seconds * 1e9 * workers)));
            node.queue =
                station.workers == kNone ? 0 : static_cast<float>(st.present - std::min(st.present, st.busy));
        } else if (m.role == Role::balancer) {
            const BalancerState& st = s.balancers[m.sub];
            node.queue = static_cast<float>(st.queue.count + st.accept.count);
            node.busyShare = static_cast<float>(std::min(
                1.0, static_cast<double>(since.arrivals) * toSeconds(model.balancers[m.sub].work) / seconds));
        }
        frame.nodes.push_back(std::move(node));
    }
}

void TraceRecorder::captureViews(Frame& frame) const {
    const Model& model = m_engine.model();
    for (const BalancerModel& b : model.balancers)
        for (Index t = b.firstTarget; b.checks && t < b.firstTarget + b.targetCount; ++t) {
            const TargetState& state = m_engine.state().targets[t];
            ViewFrame view;
            view.observer = b.node;
            view.target = model.targets[t].node;
            if (const Index pair = model.targets[t].vrrp; pair != kNone)
                view.target = model.vrrpMembers[m_engine.state().vrrp[pair].lastHolder].node;
            view.up = state.up;
            view.fall = static_cast<std::uint16_t>(b.fall);
            view.rise = static_cast<std::uint16_t>(b.rise);
            if (state.up)
                view.failedChecks = static_cast<std::uint16_t>(b.rise + b.fall - 1 - state.health);
            else
                view.passedChecks = static_cast<std::uint16_t>(state.health);
            frame.views.push_back(view);
        }
}

namespace {

AttemptFailure failureOf(Cause cause) {
    switch (cause) {
    case Cause::none:
        return AttemptFailure::none;
    case Cause::refused:
        return AttemptFailure::refused;
    case Cause::reset:
        return AttemptFailure::reset;
    case Cause::connectTimeout:
        return AttemptFailure::noConnection;
    case Cause::responseTimeout:
    case Cause::deadline:
        return AttemptFailure::noAnswer;
    case Cause::noServer:
    case Cause::queueFull:
    case Cause::retryBudget:
    case Cause::error:
    case Cause::noPrimary:
    case Cause::noQuorum:
        break;
    }
    return AttemptFailure::error;
}

} // namespace

void TraceRecorder::captureLinks(Frame& frame, double seconds) {
    const Model& model = m_engine.model();
    const RunState& s = m_engine.state();
    for (Index e = 0; e < model.edges.size(); ++e) {
        if (model.edges[e].link == kNone) continue;
        LinkFrame link;
        link.link = model.edges[e].link;
        // What a caller asks behind a cache it looks aside is drawn where the link is.
        const ModelNode& from = model.nodes[model.edges[e].from];
        const Dependency* made =
            model.edgeDependency[e] == kNone ? nullptr : &model.dependencies[model.edgeDependency[e]];
        link.fromNode = from.standsFor != kNone && made && !made->looksAside ? from.standsFor : from.home;
        link.toNode = model.edges[e].to;
        link.requestsPerS =
            static_cast<float>(static_cast<double>(s.edgeAttempts[e] - m_attemptsBefore[e]) / seconds);
        link.failedPerS =
            static_cast<float>(static_cast<double>(s.edgeFailures[e] - m_failuresBefore[e]) / seconds);
        if (link.failedPerS > 0) link.failure = failureOf(s.edgeLastFailure[e]);
        m_attemptsBefore[e] = s.edgeAttempts[e];
        m_failuresBefore[e] = s.edgeFailures[e];
        frame.links.push_back(link);
    }
}

void TraceRecorder::captureReplication(Frame& frame) {
    const Model& model = m_engine.model();
    const RunState& s = m_engine.state();
    for (std::size_t i = 0; i < model.stores.size(); ++i) {
        const StoreModel& store = model.stores[i];
        Index from = s.stores[i].source;
        for (Index k = store.firstMember; k < store.firstMember + store.memberCount; ++k) {
            if (k == s.stores[i].source) continue;
            ReplicationFrame stream;
            stream.from = model.storeMembers[from].node;
            stream.to = model.storeMembers[k].node;
            stream.lagS = static_cast<float>(m_engine.lagSeconds(k));
            stream.flowing = s.storeMembers[k].flowing;
            frame.replication.push_back(stream);
            if (store.chain && s.storeMembers[k].following) from = k;
        }
    }
}

std::shared_ptr<const Trace> TraceRecorder::take() {
    return std::move(m_trace);
}

} // namespace alwayson::sim
