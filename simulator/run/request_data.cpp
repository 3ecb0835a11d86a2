#include "simulator/run/request_data.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace alwayson::sim {
namespace {

constexpr double kCellS = 1;              // cells of failed requests are at most so long,
constexpr double kMostCellsPerStep = 100; // but not more than these

void forget(StationState& st) {
    st.busyArea = st.presentArea = 0;
    st.arrivals = st.completed = st.failed = st.waits = 0;
    st.waitSum = st.sojournSum = 0;
}

void forget(BalancerState& st) {
    st.presentArea = st.sojournSum = 0;
    st.arrivals = st.completed = st.failed = 0;
}

void forget(FlowState& flow) {
    flow.latencySum = 0;
    flow.latencies.clear();
}

} // namespace

std::uint64_t FlowData::failures() const {
    return std::accumulate(failed.begin(), failed.end(), std::uint64_t{0});
}

void FlowData::add(const FlowData& other) {
    offered += other.offered;
    succeeded += other.succeeded;
    attempts += other.attempts;
    degraded += other.degraded;
    good += other.good;
    for (std::size_t i = 0; i < kCauses; ++i)
        failed[i] += other.failed[i];
    latencySum += other.latencySum;
    latencyMax = std::max(latencyMax, other.latencyMax);
    latencies.merge(other.latencies);
    for (std::size_t i = 0; i < std::min(steps.size(), other.steps.size()); ++i) {
        FlowStep& s = steps[i];
        const FlowStep& o = other.steps[i];
        const auto n = static_cast<double>(s.succeeded);
        const auto k = static_cast<double>(o.succeeded);
        // Percentiles of a step over several runs: their mean, weighted by requests.
        if (n + k > 0) {
            s.p50 = (s.p50 * n + o.p50 * k) / (n + k);
            s.p99 = (s.p99 * n + o.p99 * k) / (n + k);
        }
        s.offered += o.offered;
        s.succeeded += o.succeeded;
        s.failed += o.failed;
        s.latencySum += o.latencySum;
    }
}

void NodeData::add(const NodeData& other) {
    busyArea += other.busyArea;
    presentArea += other.presentArea;
    arrivals += other.arrivals;
    completed += other.completed;
    failed += other.failed;
    waits += other.waits;
    inFlight += other.inFlight;
    waitSum += other.waitSum;
    sojournSum += other.sojournSum;
    waits99.merge(other.waits99);
    downSeconds += other.downSeconds;
    for (std::size_t i = 0; i < std::min(steps.size(), other.steps.size()); ++i) {
        steps[i].busy += other.steps[i].busy;
        steps[i].queue += other.steps[i].queue;
    }
    const auto addSlices = [](std::vector<Slice>& to, const std::vector<Slice>& from) {
        to.insert(to.end(), from.begin(), from.end());
    };
    addSlices(waitSlices, other.waitSlices);
    addSlices(waitedSlices, other.waitedSlices);
    addSlices(sojournSlices, other.sojournSlices);
}

Collector::Collector(RequestEngine& engine, double stepS, std::size_t expectedSteps) : m_engine(engine) {
    m_data.stepS = stepS;
    m_data.originS = toSeconds(engine.state().origin);
    m_data.flows.resize(engine.state().flows.size());
    m_data.nodes.resize(engine.model().designNodes);
    m_before.resize(m_data.flows.size());
    m_cellsPerStep = static_cast<std::size_t>(std::clamp(std::ceil(stepS / kCellS), 1.0, kMostCellsPerStep));
    engine.state().cell = std::max<SimTime>(1, toSimTime(stepS / static_cast<double>(m_cellsPerStep)));
    for (FlowState& flow : engine.state().flows)
        flow.failedStarts.assign(m_cellsPerStep * expectedSteps, 0);
    for (FlowData& flow : m_data.flows) {
        flow.steps.reserve(expectedSteps);
        flow.latencies.allocate();
    }
    for (NodeData& node : m_data.nodes)
        node.steps.reserve(expectedSteps);
}

void Collector::discard(RequestEngine& engine) {
    engine.touch();
    for (StationState& st : engine.state().stations) {
        forget(st);
        st.waitTimes.clear();
    }
    for (BalancerState& st : engine.state().balancers)
        forget(st);
    for (FlowState& flow : engine.state().flows)
        forget(flow);
    engine.resetUp();
    engine.restartDownTimes();
    engine.state().recovery.clear();
    for (StoreState& store : engine.state().stores) {
        store.lost = store.diverged = store.divergedAcknowledged = store.errant = 0;
        store.rpoS.clear();
        store.splitTime = 0;
        if (store.splitSince != kNever) store.splitSince = engine.state().now;
    }
}

void Collector::closeFlow(std::size_t f, bool inWindow) {
    FlowState& state = m_engine.state().flows[f];
    FlowData& data = m_data.flows[f];
    FlowStep totals;
    totals.offered = state.offered;
    totals.succeeded = state.succeeded;
    totals.failed = std::accumulate(state.failed.begin(), state.failed.end(), std::uint64_t{0});
    const FlowStep& before = m_before[f];
    FlowStep step;
    step.offered = totals.offered - before.offered;
    step.succeeded = totals.succeeded - before.succeeded;
    step.failed = totals.failed - before.failed;
    step.latencySum = static_cast<double>(state.latencySum);
    if (step.succeeded > 0) {
        step.p50 = state.latencies.quantile(0.5);
        step.p99 = state.latencies.quantile(0.99);
    }
    data.latencySum += step.latencySum;
    data.latencies.merge(state.latencies);
    if (inWindow) {
        data.sliced.close(state.latencies);
        data.steps.push_back(step);
    }
    m_before[f] = totals;
    forget(state);
}

void Collector::closeNode(std::size_t n) {
    const Model& model = m_engine.model();
    RunState& s = m_engine.state();
    NodeData& data = m_data.nodes[n];
    NodeStep step;
    if (model.nodes[n].role == Role::station) {
        StationState& st = s.stations[model.nodes[n].sub];
        const StationModel& m = model.stations[model.nodes[n].sub];
        step.busy = static_cast<double>(st.busyArea);
        step.queue = m.workers == kNone ? 0 : static_cast<double>(st.presentArea - st.busyArea);
        data.busyArea += step.busy;
        data.presentArea += static_cast<double>(st.presentArea);
        data.arrivals += st.arrivals;
        data.completed += st.completed;
        data.failed += st.failed;
        data.waits += st.waits;
        data.waitSum += static_cast<double>(st.waitSum);
        data.sojournSum += static_cast<double>(st.sojournSum);
        const auto arrivals = static_cast<double>(st.arrivals);
        data.waitSlices.push_back({static_cast<double>(st.waitSum), arrivals});
        data.waitedSlices.push_back({static_cast<double>(st.waits), arrivals});
        data.sojournSlices.push_back({static_cast<double>(st.sojournSum), static_cast<double>(st.completed)});
        forget(st);
    } else if (model.nodes[n].role == Role::balancer) {
        BalancerState& st = s.balancers[model.nodes[n].sub];
        const BalancerModel& m = model.balancers[model.nodes[n].sub];
        const auto arrivals = static_cast<double>(st.arrivals);
        step.busy =
            std::min(1.0, arrivals * static_cast<double>(m.work) / (m_data.stepS * 1e9)) * m_data.stepS * 1e9;
        step.queue = (st.queue.count + st.accept.count) * m_data.stepS * 1e9;
        data.busyArea += step.busy;
        data.presentArea += static_cast<double>(st.presentArea);
        data.arrivals += st.arrivals;
        data.completed += st.completed;
        data.failed += st.failed;
        data.sojournSum += static_cast<double>(st.sojournSum);
        forget(st);
    }
    data.steps.push_back(step);
}

void Collector::closeStep() {
    m_engine.touch();
    for (std::size_t f = 0; f < m_data.flows.size(); ++f)
        closeFlow(f, true);
    for (std::size_t n = 0; n < m_data.nodes.size(); ++n)
        closeNode(n);
    ++m_data.steps;
    m_data.measuredS = static_cast<double>(m_data.steps) * m_data.stepS;
}

void Collector::closeWindow() {
    m_data.upSeconds.clear();
    for (const SimTime up : m_engine.upTracker().upTime)
        m_data.upSeconds.push_back(toSeconds(up));
    const Model& model = m_engine.model();
    for (std::size_t n = 0; n < m_data.nodes.size(); ++n) {
        m_data.nodes[n].downSeconds = m_engine.downSeconds(static_cast<Index>(n));
        if (model.nodes[n].role == Role::station) {
            m_data.nodes[n].inFlight = m_engine.state().stations[model.nodes[n].sub].present;
            m_data.nodes[n].waits99 = m_engine.state().stations[model.nodes[n].sub].waitTimes;
        } else if (model.nodes[n].role == Role::balancer) {
            const BalancerState& st = m_engine.state().balancers[model.nodes[n].sub];
            m_data.nodes[n].inFlight = st.active + st.accept.count;
        }
    }
    const UpTracker& up = m_engine.upTracker();
    m_data.outages.assign(up.up.size(), {});
    for (const UpTracker::Outage& outage : up.outages)
        m_data.outages[outage.flow].push_back(toSeconds(outage.to - outage.from));
    for (std::size_t f = 0; f < up.up.size(); ++f)
        if (!up.up[f]) m_data.outages[f].push_back(toSeconds(m_engine.state().now - up.downSince[f]));
    closeStores();
    m_data.recovery = m_engine.state().recovery;
    closeTakeOvers();
    m_data.log = m_engine.state().log;
}

void Collector::closeStores() {
    const RunState& s = m_engine.state();
    m_data.keepsData = !s.stores.empty();
    for (const StoreState& store : s.stores) {
        m_data.lost += static_cast<double>(store.lost);
        m_data.diverged += static_cast<double>(store.diverged);
        m_data.errant += static_cast<double>(store.errant);
        m_data.splitBrainS +=
            toSeconds(store.splitTime + (store.splitSince == kNever ? 0 : s.now - store.splitSince));
        m_data.rpoS.insert(m_data.rpoS.end(), store.rpoS.begin(), store.rpoS.end());
    }
    // A former source that still writes beside the new one.
    for (std::size_t i = 0; i < s.storeMembers.size(); ++i) {
        const StoreMemberState& member = s.storeMembers[i];
        const StoreState& store = s.stores[m_engine.model().storeMembers[i].store];
        if (store.source != i && !member.settled && member.committed > member.fork)
            m_data.errant += static_cast<double>(member.committed - member.fork);
        if (store.source != i && !member.settled && !member.readOnly &&
            member.committed > member.committedBefore)
            m_data.diverged += static_cast<double>(member.committed - member.fork);
    }
}

// A role that nobody has at the end, because who had it failed: a take-over that is not finished.
void Collector::closeTakeOvers() {
    const RunState& s = m_engine.state();
    const Model& model = m_engine.model();
    const auto note = [&](Index before, Index group, SimTime since, std::uint32_t mode) {
        RecoverySample sample{before, kNone, group};
        sample.mode = mode;
        sample.seconds = toSeconds(s.now - since);
        sample.unfinished = true;
        m_data.recovery.push_back(sample);
    };
    for (std::size_t i = 0; i < s.stores.size(); ++i) {
        const StoreState& store = s.stores[i];
        if (store.lostAt == kNever || store.planned || store.source == kNone) continue;
        const Index node = model.storeMembers[store.source].node;
        const ComponentTruth& truth = m_engine.truth().components[node];
        const bool failed = truth.failedAt != kNever && truth.repairedAt == kNever;
        if (model.stores[i].plan.by == FailoverBy::nobody && !failed) continue;
        note(node, model.stores[i].group, store.lostAt, failed ? truth.failedBy : kIsolated);
    }
    for (std::size_t i = 0; i < s.vrrp.size(); ++i) {
        const VrrpModel& pair = model.vrrp[i];
        bool held = s.vrrp[i].lastHolder == kNone;
        for (Index m = pair.firstMember; m < pair.firstMember + pair.memberCount; ++m)
            held = held || s.vrrpMembers[m].phase == VrrpPhase::master;
        if (held) continue;
        const Index node = model.vrrpMembers[s.vrrp[i].lastHolder].node;
        const ComponentTruth& truth = m_engine.truth().components[node];
        if (truth.failedAt == kNever || truth.repairedAt != kNever) continue;
        note(node, pair.group, truth.failedAt, truth.failedBy);
    }
}

RunData Collector::finish() {
    for (std::size_t f = 0; f < m_data.flows.size(); ++f) {
        closeFlow(f, false);
        FlowState& state = m_engine.state().flows[f];
        FlowData& data = m_data.flows[f];
        data.failedStarts = std::move(state.failedStarts);
        data.failedStarts.resize(m_cellsPerStep * m_data.steps);
        data.offered = state.offered;
        data.succeeded = state.succeeded;
        data.attempts = state.attempts;
        data.degraded = state.degraded;
        data.good = state.good;
        data.failed = state.failed;
        data.latencyMax = state.latencyMax;
        m_data.stale += static_cast<double>(state.stale);
        m_data.ambiguous += static_cast<double>(state.ambiguous);
    }
    for (const StoreState& store : m_engine.state().stores) {
        m_data.replicaReads += static_cast<double>(store.replicaReads);
        m_data.readAgeMaxS = std::max(m_data.readAgeMaxS, toSeconds(store.readAgeMax));
        m_data.readAges.merge(store.readAges);
    }
    m_data.events = m_engine.state().events;
    m_data.fingerprint = m_engine.fingerprint();
    return std::move(m_data);
}

} // namespace alwayson::sim
