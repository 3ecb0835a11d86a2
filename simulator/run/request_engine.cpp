#include "simulator/run/request_engine.h"

#include "simulator/mechanism/context.h"

#include <algorithm>
#include <unordered_map>

namespace alwayson::sim {
namespace {

void startStreams(const Model& model, RunState& s, Truth& truth) {
    const auto id = [&](Index node, Purpose purpose) { return streamId(model.nodes[node].id, purpose); };
    for (std::size_t i = 0; i < model.clients.size(); ++i) {
        const Index node = model.clients[i].node;
        s.clients[i].gaps.id = id(node, Purpose::arrival);
        s.clients[i].classes.id = id(node, Purpose::requestClass);
        s.clients[i].sessions.id = id(node, Purpose::session);
        s.clients[i].backoffs.id = id(node, Purpose::backoff);
    }
    for (std::size_t i = 0; i < model.stations.size(); ++i) {
        const Index node = model.stations[i].node;
        s.stations[i].service.id = id(node, Purpose::service);
        s.stations[i].writeService.id = id(node, Purpose::writeService);
        s.stations[i].errors.id = id(node, Purpose::errorShare);
        s.stations[i].calls.id = id(node, Purpose::calls);
    }
    for (std::size_t i = 0; i < model.balancers.size(); ++i) {
        s.balancers[i].routing.id = id(model.balancers[i].node, Purpose::routing);
        s.balancers[i].turns.resize(model.balancers[i].classesDiffer ? 2 * model.flows.size() : 1, 0);
    }
    for (std::size_t i = 0; i < model.targets.size(); ++i) {
        const std::string pair = model.nodes[model.edges[model.targets[i].edge].from].id + ">" +
                                 model.nodes[model.targets[i].node].id;
        s.targets[i].phases.id = streamId(pair, Purpose::checkPhase);
        s.targets[i].errors.id = streamId(pair, Purpose::errorShare);
    }
    for (std::size_t i = 0; i < model.vrrpMembers.size(); ++i) {
        const std::string& node = model.nodes[model.vrrpMembers[i].node].id;
        s.vrrpMembers[i].phases.id = streamId(node + "/vrrp", Purpose::failover);
        s.vrrpMembers[i].errors.id = streamId(node + "/script", Purpose::errorShare);
    }
    for (std::size_t i = 0; i < model.vrrp.size(); ++i) {
        s.vrrp[i].coverage.id = streamId(model.vrrp[i].id + "/coverage", Purpose::failover);
        s.vrrp[i].byHand.id = streamId(model.vrrp[i].id + "/by hand", Purpose::failover);
        s.vrrp[i].takeOver.id = streamId(model.vrrp[i].id + "/failover", Purpose::failover);
    }
    for (std::size_t i = 0; i < model.caches.size(); ++i)
        s.caches[i].hits.id = id(model.stations[model.caches[i].station].node, Purpose::cache);
    for (std::size_t i = 0; i < model.interruptions.size(); ++i) {
        const std::string& pool = model.groups[model.interruptions[i].pool.group];
        s.interruptions[i].draws.id = streamId(pool + "/coverage", Purpose::group);
        s.interruptions[i].takeOver.id = streamId(pool + "/failover", Purpose::group);
        s.interruptions[i].byHand.id = streamId(pool + "/by hand", Purpose::group);
    }
    for (std::size_t i = 0; i < model.standbys.size(); ++i) {
        const std::string& pool = model.groups[model.standbys[i].pool.group];
        s.standbys[i].draws.id = streamId(pool + "/standby", Purpose::group);
        s.standbys[i].activation.id = streamId(pool + "/activation", Purpose::group);
    }
    for (std::size_t i = 0; i < model.storeMembers.size(); ++i) {
        const std::string& node = model.nodes[model.storeMembers[i].node].id;
        s.storeMembers[i].applies.id = streamId(node + "/applier", Purpose::writeService);
        s.storeMembers[i].acks.id = streamId(node + "/ack", Purpose::service);
        s.storeMembers[i].idles.id = streamId(node + "/lag", Purpose::service);
    }
    for (std::size_t i = 0; i < model.stores.size(); ++i)
        s.stores[i].draws.id = streamId(model.stores[i].id + "/failover", Purpose::failover);
    for (std::size_t i = 0; i < model.storeRoutes.size(); ++i)
        s.storeRoutes[i].draws.id = streamId(model.nodes[model.storeRoutes[i].caller].id + ">" +
                                                 model.stores[model.storeRoutes[i].store].id + "/reroute",
                                             Purpose::failover);
    truth.restartStreams.resize(model.components.size());
    for (std::size_t i = 0; i < model.components.size(); ++i) {
        const Component& component = model.components[i];
        truth.restartStreams[i].id = streamId(component.id, Purpose::restart);
        truth.components[i].firstClock = static_cast<Index>(truth.clocks.size());
        if (!model.backgroundFailures) continue;
        for (const ModelMode& mode : component.modes) {
            truth.clocks.push_back(kNever);
            truth.clocksLeft.push_back(kNever);
            truth.failureStreams.emplace_back().id = streamId(component.id + "/" + mode.id, Purpose::failure);
            truth.repairStreams.emplace_back().id = streamId(component.id + "/" + mode.id, Purpose::repair);
        }
    }
}

// State of a component whose mode has this effect, the last one; 0: it has none.
std::size_t withEffect(const StructureComponent& component, FailureEffect effect) {
    for (std::size_t k = component.modes.size(); k > 0; --k)
        if (component.modes[k - 1].effect == effect) return k;
    return 0;
}

bool serves(FailureEffect effect) {
    return effect == FailureEffect::slow || effect == FailureEffect::errors;
}
// Is the present failure, which leaves it serving, another than the mode of the design says?
bool differs(const ResolvedFailureMode& mode, const ComponentTruth& truth) {
    return mode.effect == FailureEffect::errors ? mode.errorShare != truth.errorShare
                                                : mode.slowFactor != truth.speed;
}

} // namespace

const char* causeName(Cause cause) {
    static const char* const kNames[kCauses]{
        "none",      "refused",    "reset",        "connect_timeout", "response_timeout", "deadline",
        "no_server", "queue_full", "retry_budget", "error",           "no_primary",       "no_quorum"};
    return kNames[static_cast<std::size_t>(cause)];
}

RequestEngine::RequestEngine(std::shared_ptr<const Model> model,
                             std::shared_ptr<const LoadedStructures> structures, std::uint64_t seed,
                             std::uint64_t unit, double originS)
    : m_model(std::move(model)), m_structures(std::move(structures)) {
    if (m_structures) m_structure = m_structures->asDesigned();
    const Model& m = *m_model;
    RunState& s = m_state;
    s.key = {seed, unit};
    s.origin = toSimTime(originS);
    s.tree.grow(m.slots.size());
    s.laneTree.grow(m.lanes.size());
    s.lines.resize(m.lines.size());
    s.clients.resize(m.clients.size());
    s.flows.resize(m.flows.size());
    s.stations.resize(m.stations.size());
    s.lanes.resize(m.lanes.size());
    s.balancers.resize(m.balancers.size());
    s.targets.resize(m.targets.size());
    s.vrrp.resize(m.vrrp.size());
    s.vrrpMembers.resize(m.vrrpMembers.size());
    s.caches.resize(m.caches.size());
    s.interruptions.resize(m.interruptions.size());
    s.standbys.resize(m.standbys.size());
    s.stores.resize(m.stores.size());
    s.storeMembers.resize(m.storeMembers.size());
    s.storeRoutes.resize(m.storeRoutes.size());
    s.dependencyTurn.resize(m.dependencies.size(), 0);
    s.edgeAttempts.resize(m.edges.size(), 0);
    s.edgeFailures.resize(m.edges.size(), 0);
    s.edgeLastFailure.resize(m.edges.size(), Cause::none);
    m_truth.components.resize(m.components.size());
    for (FlowState& flow : s.flows)
        flow.latencies.allocate();
    for (StoreState& store : s.stores)
        store.readAges.allocate();
    for (std::size_t i = 0; i < m.stations.size(); ++i) {
        s.stations[i].tokens = m.stations[i].capacityPerS;
        // 58 kB each: enough for the figures of designs that people read node by node.
        if (m.stations.size() <= 512 && !m.stations[i].sharing) s.stations[i].waitTimes.allocate();
    }
    startStreams(m, s, m_truth);
    m_pairCallers.resize(m.vrrp.size());
    for (const Edge& edge : m.edges) {
        const Index member = m.nodes[edge.to].vrrpMember, from = m.nodes[edge.from].home;
        if (member == kNone) continue;
        std::vector<Index>& callers = m_pairCallers[m.vrrpMembers[member].pair];
        if (callers.empty() || callers.back() != from) callers.push_back(from);
    }
    Context c{m, s, m_truth};
    for (std::size_t i = 0; i < m.clients.size(); ++i) {
        s.clients[i].budget = m.clients[i].budgetCap;
        if (m.clients[i].ratePerS > 0)
            s.tree.set(m.clients[i].slot, s.clients[i].gaps.next(s.key, m.clients[i].gap), s.sequence++);
        if (m.clients[i].users > 0) setUsers(c, static_cast<Index>(i), 1);
    }
    for (Index i = 0; i < m.balancers.size(); ++i)
        startChecks(c, i);
    startVrrp(c);
    startStores(c);
    startFaults(c);
    startPools(c);
    if (m_structure) {
        std::unordered_map<std::string, std::uint32_t> targets;
        for (std::uint32_t t = 0; t < m.targets.size(); ++t)
            for (Index e = m.targets[t].edge; e < m.targets[t].edge + m.targets[t].edgeCount; ++e)
                targets.emplace(m.nodes[m.edges[e].from].id + ">" + m.nodes[m.edges[e].to].id, t);
        const auto& components = m_structure->components();
        for (const StructureView& view : m_structure->views()) {
            const auto found = targets.find(components[view.observer].id + ">" + components[view.target].id);
            m_viewTargets.push_back(found == targets.end() ? kNone : found->second);
        }
    }
    resetUp();
}

RequestEngine::Outcome RequestEngine::advanceTo(SimTime time, std::stop_token stop, std::uint64_t maxEvents) {
    RunState& s = m_state;
    const Model& m = *m_model;
    Context c{m, s, m_truth};
    const SlotInfo* slots = m.slots.data();
    std::uint64_t check = (s.events | 0xfff) + 1;
    for (;;) {
        if (s.events >= check) {
            check = (s.events | 0xfff) + 1;
            if (stop.stop_requested() || s.events >= maxEvents) {
                // Lanes may be ahead of the last event.
                for (Index lane = 0; lane < m.lanes.size(); ++lane)
                    if (s.lanes[lane].open) s.now = std::max(s.now, s.stations[m.lanes[lane].station].last);
                return stop.stop_requested() ? Outcome::stopped : Outcome::exhausted;
            }
        }
        const SimTime due = std::min(s.tree.time(), time);
        if (s.laneTree.time() < due) {
            runExpress(c, due);
            continue;
        }
        if (due >= time) break;
        const std::uint32_t slot = s.tree.slot();
        s.now = s.tree.time();
        const SlotInfo info = slots[slot];
        // What may turn out to be no event counts itself: timers of calls that have ended, lanes.
        if (info.kind != SlotKind::line && info.kind != SlotKind::timers && info.kind != SlotKind::arrival)
            countEvent(s, slot);
        switch (info.kind) {
        case SlotKind::arrival:
            onArrival(c, info.index);
            break;
        case SlotKind::station:
            onStation(c, info.index);
            break;
        case SlotKind::line:
            onLine(c, info.index);
            break;
        case SlotKind::timers:
            onTimers(c);
            break;
        case SlotKind::balancerWork:
            onBalancerWork(c, info.index);
            break;
        case SlotKind::check:
            onCheck(c, info.index);
            followUp();
            break;
        case SlotKind::fault:
            onFault(c, info.index);
            poolsChanged(c);
            storesChanged(c);
            followUp();
            break;
        case SlotKind::scenario:
            onScenario(c);
            poolsChanged(c);
            storesChanged(c);
            followUp();
            break;
        case SlotKind::interruption:
            onInterruption(c, info.index);
            followUp();
            break;
        case SlotKind::store:
            onStore(c, info.index);
            followUp();
            break;
        case SlotKind::vrrp:
            onVrrp(c, info.index);
            followUp();
            break;
        }
    }
    for (Index lane = 0; lane < m.lanes.size(); ++lane)
        expressUpTo(c, lane, time);
    s.now = time;
    return Outcome::reached;
}

void RequestEngine::followUp() {
    if (m_up.seenTruth == m_truth.changes && m_up.seenViews == m_state.viewChanges &&
        m_up.seenLoads == m_state.loadChanges)
        return;
    m_up.seenLoads = m_state.loadChanges;
    m_up.seenTruth = m_truth.changes;
    m_up.seenViews = m_state.viewChanges;
    if (!m_structure) return;
    // Rare: allocating here costs nothing that counts.
    const Seen truth = structureStates();
    const PartialWork* const partial = truth.partial.empty() ? nullptr : truth.partial.data();
    std::vector<std::uint8_t> views(m_viewTargets.size() + 1, 1);
    for (std::size_t v = 0; v < m_viewTargets.size(); ++v)
        if (m_viewTargets[v] != kNone) views[v] = m_state.targets[m_viewTargets[v]].up ? 1 : 0;
    std::vector<std::uint8_t> up(m_structure->flows().size() + 1, 1);
    const StateFunction& structure = structureNow();
    const auto scratch = structure.makeScratch();
    const std::size_t flows = m_structure->flows().size();
    if (m_truth.cuts.empty() && m_model->vrrp.empty() && m_model->stores.empty() &&
        m_model->interruptions.empty()) {
        up[flows] =
            structure.evaluateUp(truth.states.data(), views.data(), nullptr, up.data(), *scratch, partial)
                ? 1
                : 0;
    } else {
        // What a cut takes away depends on where the client is.
        std::vector<std::uint8_t> mine(up.size(), 1);
        for (const ClientModel& client : m_model->clients) {
            std::vector<ComponentState> seen = truth.states;
            const std::vector<std::uint8_t> reached = reachedBy(client.node);
            if (!m_truth.cuts.empty()) hideUnreached(reached, seen);
            const std::vector<GroupRole> roles = rolesFor(client.node, reached);
            structure.evaluateUp(seen.data(), views.data(), roles.data(), mine.data(), *scratch, partial);
            for (std::size_t f = 0; f < flows; ++f)
                if (m_structure->flows()[f].client == m_model->nodes[client.node].id) up[f] = mine[f];
        }
        up[flows] = std::find(up.begin(), up.end() - 1, 0) == up.end() - 1 ? 1 : 0;
    }
    for (std::size_t f = 0; f < up.size(); ++f) {
        if (m_up.up[f]) m_up.upTime[f] += m_state.now - m_up.last;
        if (m_up.up[f] && !up[f]) m_up.downSince[f] = m_state.now;
        if (!m_up.up[f] && up[f])
            m_up.outages.push_back({static_cast<std::uint32_t>(f), m_up.downSince[f], m_state.now});
        m_up.up[f] = up[f];
    }
    m_up.last = m_state.now;
}

const StateFunction& RequestEngine::structureNow() const {
    std::vector<double> factors;
    for (const ClientState& client : m_state.clients)
        factors.push_back(client.loadFactor);
    return m_structures->at(factors);
}

RequestEngine::Seen RequestEngine::structureStates() const {
    const auto& components = m_structure->components();
    Seen seen{std::vector<ComponentState>(components.size(), 0), {}};
    for (std::size_t i = 0; i < components.size() && i < m_truth.components.size(); ++i) {
        const ComponentTruth& truth = m_truth.components[i];
        const std::size_t known = components[i].modes.size();
        std::size_t mode = truth.mode;
        const FailureEffect effect =
            mode > 0 ? m_model->components[i].modes[mode - 1].effect : FailureEffect::errors;
        if (mode > known && !serves(effect)) {
            // The scenario added it: the last known one with the same effect stands in, or what it does to
            // callers.
            mode = withEffect(components[i], effect);
            if (mode == 0) mode = isSilent(effect) ? kSaysNothing : kNotStarted;
        } else if (serves(effect) && (mode > known || truth.badShare > 0 ||
                                      (mode > 0 && differs(components[i].modes[mode - 1], truth)))) {
            // It serves, in a way that is no mode of the design.
            const bool slow = effect == FailureEffect::slow;
            if (seen.partial.empty()) seen.partial.resize(components.size());
            seen.partial[i] = {1 - truth.errors(), slow ? 1 / std::max(1.0, truth.speed) : 1.0};
            mode = truth.errors() >= 1 ? kAnswersErrors : 0;
        }
        seen.states[i] =
            truth.asleep || (truth.restarting && mode == 0) ? kNotStarted : static_cast<ComponentState>(mode);
    }
    return seen;
}

// Who holds what for this client.
std::vector<GroupRole> RequestEngine::rolesFor(Index client, const std::vector<std::uint8_t>& reached) {
    std::vector<GroupRole> roles(m_structure->groups().size());
    Context c{*m_model, m_state, m_truth};
    const std::vector<ComponentState> states = structureStates().states;
    for (std::size_t g = 0; g < roles.size(); ++g)
        for (const std::uint32_t member : m_structure->groups()[g].members)
            if (states[member] == 0 && roles[g].active == kNobody) roles[g].active = member;
    for (Index pair = 0; pair < m_model->vrrp.size(); ++pair) {
        if (m_model->vrrp[pair].memberCount < 2) continue; // called itself, not by its address
        roles[m_model->vrrp[pair].group].active = kNobody;
        const std::vector<Index>& callers = m_pairCallers[pair];
        Index holder = kNone;
        if (callers.empty() || std::find(callers.begin(), callers.end(), client) != callers.end())
            holder = holderFor(c, pair, client);
        else
            for (std::size_t i = 0; i < callers.size() && holder == kNone; ++i)
                holder = holderFor(c, pair, callers[i]);
        if (holder != kNone) roles[m_model->vrrp[pair].group].active = m_model->vrrpMembers[holder].node;
    }
    for (std::size_t i = 0; i < m_model->interruptions.size(); ++i)
        roles[m_model->interruptions[i].pool.group].interrupted =
            m_state.interruptions[i].phase != InterruptionPhase::steady;
    for (std::size_t i = 0; i < m_model->stores.size(); ++i) {
        const StoreModel& store = m_model->stores[i];
        const Index active = writerFor(static_cast<Index>(i), reached);
        roles[store.group].active = m_model->storeMembers[active].node;
        roles[store.group].commits = storeCanCommit(c, active);
        roles[store.group].leased = true;
        roles[store.group].interrupted = m_state.storeMembers[active].readOnly || !roles[store.group].commits;
    }
    return roles;
}

// The member that takes the writes of a client. Until the last of its callers has followed, it is the one
// before. A caller that cannot reach the new source goes on with the one before as long as that takes writes;
// else it is no reason to wait.
Index RequestEngine::writerFor(Index store, const std::vector<std::uint8_t>& reached) {
    const Context c{*m_model, m_state, m_truth};
    const Index source = m_state.stores[store].source;
    Index active = source;
    for (std::size_t r = 0; r < m_model->storeRoutes.size(); ++r) {
        const StoreRoute& route = m_model->storeRoutes[r];
        const StoreRouteState& here = m_state.storeRoutes[r];
        if (route.store != store || here.writer == source || here.writerAt == kNever ||
            !reached[route.caller])
            continue;
        if (here.writerAt > m_state.now) return here.writer;
        const bool goesOn = !m_state.storeMembers[here.writer].readOnly &&
                            connected(c, route.caller, m_model->storeMembers[here.writer].node);
        if (goesOn) active = here.writer;
    }
    return active;
}

// Nodes that a request of this client can get to and back from. Of those with one address only its holder is
// called.
std::vector<std::uint8_t> RequestEngine::reachedBy(Index client) {
    const Context c{*m_model, m_state, m_truth};
    std::vector<std::vector<Index>> next(m_model->nodes.size());
    for (Index e = 0; e < m_model->edges.size(); ++e) {
        const Edge& edge = m_model->edges[e];
        const Index from = m_model->nodes[edge.from].home;
        const Index to = m_model->nodes[edge.to].home;
        if (!m_truth.passes(from, to) || !m_truth.passes(to, from)) continue;
        const Index dependency = m_model->edgeDependency[e];
        const Index pair = dependency == kNone ? kNone : m_model->dependencies[dependency].vrrp;
        const Index holder = pair == kNone ? kNone : holderFor(c, pair, from);
        if (holder == kNone || m_model->vrrpMembers[holder].node == edge.to)
            next[edge.from].push_back(edge.to);
    }
    std::vector<std::uint8_t> reached(m_model->nodes.size(), 0);
    std::vector<Index> waiting{client};
    while (!waiting.empty()) {
        const Index node = waiting.back();
        waiting.pop_back();
        if (reached[node]) continue;
        reached[node] = 1;
        waiting.insert(waiting.end(), next[node].begin(), next[node].end());
    }
    return reached;
}

// They count as gone for it.
void RequestEngine::hideUnreached(const std::vector<std::uint8_t>& reached,
                                  std::vector<ComponentState>& states) const {
    for (Index node = 0; node < m_model->designNodes; ++node) {
        if (reached[node] || states[node] != 0) continue;
        states[node] = kSaysNothing;
    }
}

void RequestEngine::resetUp() {
    const std::size_t flows = m_structure ? m_structure->flows().size() + 1 : 0;
    if (m_up.up.size() != flows) m_up.up.assign(flows, 1);
    m_up.upTime.assign(flows, 0);
    m_up.downSince.assign(flows, m_state.now);
    m_up.outages.clear();
    m_up.last = m_state.now;
    followUp();
}

double RequestEngine::lagSeconds(Index member) {
    Context c{*m_model, m_state, m_truth};
    return lagOf(c, member);
}

bool RequestEngine::takesWrites(Index member) {
    Context c{*m_model, m_state, m_truth};
    return storeTakesWrites(c, member);
}

double RequestEngine::downSeconds(Index node) const {
    const ComponentTruth& truth = m_truth.components[node];
    return toSeconds(truth.downTime + (truth.downSince != kNever ? m_state.now - truth.downSince : 0));
}

void RequestEngine::restartDownTimes() {
    for (ComponentTruth& truth : m_truth.components) {
        truth.downTime = 0;
        if (truth.downSince != kNever) truth.downSince = m_state.now;
    }
}

void RequestEngine::touch() {
    Context c{*m_model, m_state, m_truth};
    for (Index i = 0; i < m_state.stations.size(); ++i)
        stationTouch(c, i);
    for (Index i = 0; i < m_state.balancers.size(); ++i)
        balancerTouch(c, i);
    for (std::size_t f = 0; f < m_up.up.size(); ++f)
        if (m_up.up[f]) m_up.upTime[f] += m_state.now - m_up.last;
    m_up.last = m_state.now;
}

std::uint64_t RequestEngine::inFlight() const {
    std::uint64_t sum = 0;
    for (const FlowState& flow : m_state.flows)
        sum += flow.inFlight;
    return sum;
}

std::uint64_t RequestEngine::fingerprint() const {
    Fingerprint print = m_state.fingerprint;
    print.mix(m_state.events);
    for (const FlowState& flow : m_state.flows) {
        print.mix(flow.offered);
        print.mix(flow.succeeded);
        print.mix(flow.attempts);
        print.mix(static_cast<std::uint64_t>(flow.latencyMax));
        for (std::size_t i = 0; i < kCauses; ++i)
            if (i <= static_cast<std::size_t>(Cause::error) || flow.failed[i]) print.mix(flow.failed[i]);
    }
    return print.value;
}

} // namespace alwayson::sim
