#include "simulator/compile/compile.h"

#include "core/catalogue/books.h"
#include "core/catalogue/keys.h"
#include "core/graph/call_rules.h"
#include "core/graph/lookups.h"
#include "core/graph/round_trip.h"
#include "simulator/compile/components.h"
#include "simulator/compile/group_models.h"
#include "simulator/compile/model_checks.h"
#include "simulator/compile/node_models.h"
#include "simulator/compile/scenario_steps.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <map>
#include <unordered_map>

namespace alwayson::sim {
namespace {

Error invalid(std::string code, std::string message, std::string cure) {
    return {ErrorKind::invalidInput, std::move(code), std::move(message), std::move(cure), {}};
}

CallAccess accessOf(const Link& link) {
    using key::link::request::Access;
    switch (get(link.parameters, key::link::request::access)) {
    case Access::read:
        return CallAccess::read;
    case Access::write:
        return CallAccess::write;
    case Access::asRequest:
        break;
    }
    return CallAccess::asRequest;
}

class Compiler {
public:
    Compiler(const Design& design, const Scenario* scenario)
        : m_design(design), m_scenario(scenario), m_lookups(design) {}

    Result<Model> run() {
        if (m_design.nodes.size() + m_design.domains.size() > 1'000'000)
            return invalid("simulate.too_large", "The design has more than 1,000,000 nodes and places.",
                           "Simulate a part of it.");
        lineFor(0);
        for (const Node& node : m_design.nodes)
            addNode(node);
        m.designNodes = static_cast<Index>(m.nodes.size());
        addVrrpPairs(m, m_design);
        addPools(m, m_design);
        addStores(m, m_design);
        collectLinks();
        findAsking();
        if (m.clients.empty())
            return invalid("simulate.no_client",
                           "The design has no clients, so there is nothing to simulate.",
                           "Add clients and link them to what they call.");
        for (Index i = 0; i < m.designNodes; ++i)
            if (Status status = addCalls(i); !status) return status.error();
        if (Status status = addAsides(); !status) return status.error();
        addCaches(m, m_design);
        addPoolCallers(m);
        if (Status status = checkTargets(); !status) return status.error();
        if (Status status = checkCycles(m); !status) return status.error();
        for (const BalancerModel& b : m.balancers)
            if (b.cookie || b.algorithm == Algorithm::source || b.algorithm == Algorithm::uri)
                for (ClientModel& client : m.clients)
                    client.needsKey = true;
        if (m.lines.size() > 0xffff || m.flows.size() > 0xffff)
            return invalid(
                "simulate.too_large",
                fmt::format("The design has {} different delays and {} flows; 65,535 of each can be "
                            "simulated.",
                            m.lines.size(), m.flows.size()),
                "Give links and timeouts equal values where the difference does not matter.");
        addComponents(m, m_design);
        if (m_scenario)
            if (Status status = addScenario(m, m_design, *m_scenario); !status) return status.error();
        addSlots();
        return std::move(m);
    }

private:
    const Node& designNode(Index i) const { return m_design.nodes.at(i); }

    std::uint16_t lineFor(SimTime delay) {
        const auto [found, added] = m_lines.emplace(delay, static_cast<std::uint16_t>(m.lines.size()));
        if (added) m.lines.push_back(delay);
        return found->second;
    }

    Index addEdge(Index link, Index from, Index to, SimTime oneWay) {
        m.edges.push_back({link, from, to, oneWay});
        m.edgeLines.push_back(lineFor(oneWay));
        m.edgeDependency.push_back(kNone);
        m.edgeAccess.push_back(link == kNone ? CallAccess::asRequest : accessOf(m_design.links.at(link)));
        return static_cast<Index>(m.edges.size() - 1);
    }

    void addNode(const Node& node) {
        ModelNode entry;
        entry.id = node.id.str();
        const auto index = static_cast<Index>(m.nodes.size());
        entry.home = index;
        if (hasRole(node, "client")) {
            entry.role = Role::client;
            entry.sub = static_cast<Index>(m.clients.size());
            addClient(node, index);
        } else if (hasRole(node, "balancer")) {
            entry.role = Role::balancer;
            entry.sub = static_cast<Index>(m.balancers.size());
            addBalancer(node, index);
        } else {
            entry.role = Role::station;
            entry.sub = static_cast<Index>(m.stations.size());
            addStation(node, index);
        }
        m.nodes.push_back(std::move(entry));
    }

    void addClient(const Node& node, Index index) {
        ClientModel client = clientModel(node);
        client.node = index;
        m.usersWait = m.usersWait || client.users > 0;
        client.timeoutLine = lineFor(client.attemptTimeout);
        client.firstFlow = static_cast<Index>(m.flows.size());
        for (const RequestClass& c : classesOf(node)) {
            Flow flow;
            flow.id = node.id.str() + ":" + c.id;
            flow.client = index;
            flow.classId = c.id;
            flow.share = c.share;
            flow.writes = c.writes;
            flow.idempotent = c.isIdempotent();
            flow.deadline = timeOf(c.deadline);
            if (c.maxStaleness) flow.maxStaleness = timeOf(*c.maxStaleness);
            if (c.latencyObjective) flow.objective = timeOf(*c.latencyObjective);
            flow.deadlineLine = lineFor(flow.deadline);
            m.flows.push_back(std::move(flow));
        }
        client.flowCount = static_cast<Index>(m.flows.size()) - client.firstFlow;
        m.clients.push_back(std::move(client));
    }

    void addStation(const Node& node, Index index) {
        StationModel station = stationModel(node);
        station.node = index;
        m.stations.push_back(std::move(station));
    }

    void addBalancer(const Node& node, Index index) {
        BalancerModel b = balancerModel(m_design, node);
        b.node = index;
        b.connectLine = lineFor(b.connectTimeout);
        b.serverLine = lineFor(b.serverTimeout);
        b.queueLine = lineFor(b.queueTimeout);
        b.turnLine = lineFor(b.turnAround);
        m.balancers.push_back(std::move(b));
    }

    // The nodes that an end of a link stands for.
    std::vector<Index> ends(const std::string& id) const {
        if (const std::size_t at = m_design.nodes.indexOf(id); at != Table<Node>::npos)
            return {static_cast<Index>(at)};
        std::vector<Index> members;
        if (const auto found = m_members.find(id); found != m_members.end()) members = found->second;
        return members;
    }

    void collectLinks() {
        for (Index i = 0; i < m.designNodes; ++i)
            if (designNode(i).group) m_members[designNode(i).group->str()].push_back(i);
        m_linksFrom.resize(m.designNodes);
        for (std::size_t l = 0; l < m_design.links.size(); ++l) {
            const Link& link = m_design.links.at(l);
            m.links.push_back(link.id.str());
            for (const Index from : ends(link.from)) {
                m_linksFrom[from].push_back(static_cast<Index>(l));
            }
        }
    }

    // Caches that somebody calls who does not look them aside.
    void findAsking() {
        m_asksItself.resize(m.designNodes, false);
        for (Index from = 0; from < m.designNodes; ++from)
            for (const Index l : m_linksFrom[from]) {
                const std::vector<Index> called = calledOver(l, from);
                if (m.nodes[from].role == Role::balancer || !m_lookups.isLookup(l))
                    for (const Index to : called)
                        m_asksItself[to] = true;
            }
    }

    Status addCalls(Index node) {
        switch (m.nodes[node].role) {
        case Role::balancer:
            addTargets(node);
            return success();
        case Role::client:
            if (m_linksFrom[node].empty())
                return invalid("simulate.no_target",
                               fmt::format("{} calls nothing, so its requests have nowhere to go.",
                                           designNode(node).displayName()),
                               "Link it to a load balancer or a server.");
            addDependencies(node);
            return success();
        case Role::station:
            addDependencies(node);
            return success();
        }
        return success();
    }

    Index storeCalled(const std::string& id) const {
        for (Index store = 0; store < m.stores.size(); ++store)
            if (m.stores[store].id == id) return store;
        return kNone;
    }

    // The pair whose shared address a link to this group calls.
    Index addressCalled(const std::string& id) const {
        for (Index pair = 0; pair < m.vrrp.size(); ++pair)
            if (m.vrrp[pair].id == id && m.vrrp[pair].memberCount > 1) return pair;
        return kNone;
    }

    // A server that two links lead to is one server of the balancer, each call over the link that fits it.
    struct FoundTarget {
        Index node = kNone, store = kNone, vrrp = kNone;
        std::vector<Index> members; // that the edges of a link lead to
        std::vector<Index> links;   // the first, and those that calls go over
        std::vector<Index> linkOf;  // by flow and access; kNone: not for those
    };

    std::vector<FoundTarget> findTargets(Index node) {
        std::vector<FoundTarget> found;
        m_targetAt.resize(m.nodes.size(), kNone);
        for (const Index l : m_linksFrom[node]) {
            const std::string& to = m_design.links.at(l).to;
            const std::vector<Index> called = ends(to);
            const bool inside = std::find(called.begin(), called.end(), node) != called.end();
            const Index pair = inside ? kNone : addressCalled(to);
            for (const Index end : called) {
                if (end == node || m.nodes[end].role == Role::client || m_targetAt[end] != kNone) continue;
                if (pair != kNone && !found.empty() && found.back().vrrp == pair) {
                    m_targetAt[end] = static_cast<Index>(found.size() - 1);
                    continue;
                }
                m_targetAt[end] = static_cast<Index>(found.size());
                found.push_back({end,
                                 storeCalled(to),
                                 pair,
                                 pair != kNone ? called : std::vector<Index>{end},
                                 {l},
                                 std::vector<Index>(2 * m.flows.size(), kNone)});
            }
        }
        for (std::size_t kind = 0; kind < 2 * m.flows.size(); ++kind)
            findLinks(node, kind, found);
        for (const FoundTarget& target : found)
            for (const Index member : target.members)
                m_targetAt[member] = kNone;
        return found;
    }
    // Which links of a balancer the calls of one flow take that read, or write.
    void findLinks(Index node, std::size_t kind, std::vector<FoundTarget>& found) {
        std::vector<Index> carried;
        for (const Index l : m_linksFrom[node])
            if (m_design.links.at(l).carries(m.flows[kind / 2].classId)) carried.push_back(l);
        for (const Index l : carried) {
            if (!balancerTakes(m_design, carried, l, kind % 2 != 0)) continue;
            for (const Index end : ends(m_design.links.at(l).to)) {
                if (m_targetAt[end] == kNone) continue;
                FoundTarget& target = found[m_targetAt[end]];
                if (target.linkOf[kind] != kNone) continue;
                target.linkOf[kind] = l;
                if (std::find(target.links.begin(), target.links.end(), l) == target.links.end())
                    target.links.push_back(l);
            }
        }
    }

    void addTargets(Index node) {
        BalancerModel& b = m.balancers[m.nodes[node].sub];
        b.firstTarget = static_cast<Index>(m.targets.size());
        for (const FoundTarget& found : findTargets(node))
            addTarget(b, node, found);
        b.targetCount = static_cast<Index>(m.targets.size()) - b.firstTarget;
        if (!m.standbys.empty()) addStandbyTargets(m, m_design, b);
        const auto first =
            m.targetEdges.begin() + static_cast<std::ptrdiff_t>(2 * b.firstTarget * m.flows.size());
        b.classesDiffer = b.callsStore || std::find(first, m.targetEdges.end(), kNone) != m.targetEdges.end();
    }

    void addTarget(BalancerModel& b, Index node, const FoundTarget& found) {
        TargetModel target;
        target.edge = static_cast<Index>(m.edges.size());
        target.edgeCount = static_cast<Index>(found.links.size() * found.members.size());
        target.node = found.node;
        target.vrrp = found.vrrp;
        for (const Index l : found.links)
            for (const Index to : found.members)
                addEdge(
                    l, node, to,
                    timeOf(roundTripOver(m_design, m_design.links.at(l), designNode(node), designNode(to))) /
                        2);
        for (const Index l : found.linkOf) {
            const auto at = std::find(found.links.begin(), found.links.end(), l) - found.links.begin();
            m.targetEdges.push_back(
                l == kNone ? kNone : target.edge + static_cast<Index>(at * std::ssize(found.members)));
        }
        if (found.store != kNone) {
            target.route = routeTo(m, m_design, found.store, node, node);
            target.member = m.stations[m.nodes[found.node].sub].member;
            b.callsStore = true;
        }
        m.targets.push_back(target);
    }

    // A balancer without servers stops a run only when requests come to it.
    Status checkTargets() {
        const std::vector<bool> reached = reachedNodes(m);
        for (const BalancerModel& b : m.balancers) {
            if (b.targetCount > 0) continue;
            const std::string& name = designNode(b.node).displayName();
            if (reached[b.node])
                return invalid("simulate.no_target", fmt::format("{} has no servers behind it.", name),
                               "Link it to at least one server.");
            m.leftOut.push_back(fmt::format(
                "{} has no servers behind it and no request can reach it: it is left out.", name));
        }
        return success();
    }

    // Calls over one link that a node makes by itself. `node`: of the design; `linked`: whose link it is, its
    // own or that of a cache that it looks aside. Fills in all but the order of calls.
    Dependency callsOver(Index l, Index from, Index node, Index linked, const std::vector<Index>& called) {
        const Link& link = m_design.links.at(l);
        Dependency dependency;
        dependency.link = l;
        dependency.firstEdge = static_cast<Index>(m.edges.size());
        dependency.edgeCount = static_cast<Index>(called.size());
        for (const Index to : called)
            addEdge(l, from, to, timeOf(roundTripOver(m_design, link, designNode(node), designNode(to))) / 2);
        if (called.size() > 1) dependency.vrrp = addressCalled(link.to);
        for (Index pool = 0; pool < m.standbys.size(); ++pool)
            if (m.groups[m.standbys[pool].pool.group] == link.to &&
                m.standbys[pool].pool.members.size() == called.size())
                dependency.standby = pool;
        if (const Index store = storeCalled(link.to); store != kNone)
            dependency.route = routeTo(m, m_design, store, node, linked);
        dependency.attempts = static_cast<std::uint8_t>(
            std::clamp<std::int64_t>(get(link.parameters, key::link::request::attempts), 1, 255));
        if (const auto timeout = get(link.parameters, key::link::request::timeout)) {
            dependency.timeout = timeOf(*timeout);
            dependency.timeoutLine = lineFor(dependency.timeout);
        }
        return dependency;
    }

    void setCalls(Dependency& dependency, const Link& link, bool& previousParallel) {
        const double calls = get(link.parameters, key::link::request::callsPerRequest);
        dependency.wholeCalls = static_cast<std::uint32_t>(calls);
        dependency.extraCall = calls - dependency.wholeCalls;
        dependency.parallel = get(link.parameters, key::link::request::parallel);
        dependency.joins = dependency.parallel && previousParallel;
        previousParallel = dependency.parallel;
        dependency.optional = get(link.parameters, key::link::request::optional);
    }

    void keep(const Dependency& dependency) {
        for (Index e = dependency.firstEdge; e < m.edges.size(); ++e)
            m.edgeDependency[e] = static_cast<Index>(m.dependencies.size());
        m.dependencies.push_back(dependency);
        const Link& link = m_design.links.at(dependency.link);
        for (const Flow& flow : m.flows)
            m.carries.push_back(link.carries(flow.classId) ? 1 : 0);
    }

    std::vector<Index> calledOver(Index l, Index node) const {
        std::vector<Index> called;
        for (const Index to : ends(m_design.links.at(l).to))
            if (to != node && m.nodes[to].role != Role::client) called.push_back(to);
        return called;
    }

    // Calls that `from` makes for the node over the links of `linked`. `chain`: links to caches that are
    // looked aside on the way to here.
    void addCallsOver(Index linked, Index from, Index node, const std::vector<Index>& chain) {
        bool previousParallel = false;
        for (const Index l : m_linksFrom[linked]) {
            const std::vector<Index> called = calledOver(l, node);
            if (called.empty()) continue;
            Dependency dependency;
            if (m_lookups.isLookup(l)) {
                dependency.link = l;
                dependency.firstEdge = addEdge(kNone, from, called.front(), 0);
                dependency.edgeCount = 1;
                m.edgeAccess.back() = accessOf(m_design.links.at(l));
                m_asides.push_back({node, l, dependency.firstEdge, called, chain});
                m_asides.back().chain.push_back(l);
            } else {
                dependency = callsOver(l, from, node, linked, called);
            }
            setCalls(dependency, m_design.links.at(l), previousParallel);
            keep(dependency);
        }
    }

    void addDependencies(Index node) {
        m.nodes[node].firstDependency = static_cast<Index>(m.dependencies.size());
        // Who looks a cache aside makes its calls.
        if (!isPassedBy(designNode(node)) || m_asksItself[node]) addCallsOver(node, node, node, {});
        m.nodes[node].dependencyCount =
            static_cast<Index>(m.dependencies.size()) - m.nodes[node].firstDependency;
        if (m.nodes[node].role == Role::client && !makesOnePlainCall(m.nodes[node])) addJunction(node);
    }

    // A cache that is looked aside: an internal node of the caller asks it and on a miss, or when there is no
    // answer, what is behind it. May find more of them there.
    Status addAsides() {
        for (std::size_t i = 0; i < m_asides.size(); ++i) {
            const Aside aside = m_asides[i];
            if (std::count(aside.chain.begin(), aside.chain.end(), aside.link) > 1)
                return invalid("simulate.cycle",
                               fmt::format("{} is behind itself, so a request would never end.",
                                           designNode(aside.caches.front()).displayName()),
                               "Remove one of the links of the circle.");
            const auto index = static_cast<Index>(m.nodes.size());
            m.edges[aside.edge].to = index;
            ModelNode node;
            node.id = m.nodes[aside.caller].id + ">" + m_design.links.at(aside.link).to + "#aside";
            node.home = aside.caller;
            node.standsFor = aside.caches.front();
            node.sub = static_cast<Index>(m.stations.size());
            addFreeStation(index);
            m.nodes.push_back(std::move(node));
            const auto first = static_cast<Index>(m.dependencies.size());
            Dependency lookup = callsOver(aside.link, index, aside.caller, aside.caller, aside.caches);
            lookup.looksAside = true;
            keep(lookup);
            addCallsOver(aside.caches.front(), index, aside.caller, aside.chain);
            m.nodes[index].firstDependency = first;
            m.nodes[index].dependencyCount = static_cast<Index>(m.dependencies.size()) - first;
        }
        return success();
    }

    // Without cost and limit.
    void addFreeStation(Index node) {
        StationModel station;
        station.node = node;
        station.workers = kNone;
        station.service = Sampler(DistributionShape{});
        m.stations.push_back(std::move(station));
    }

    bool makesOnePlainCall(const ModelNode& client) const {
        if (client.dependencyCount == 0) return true;
        const Dependency& d = m.dependencies[client.firstDependency];
        return client.dependencyCount == 1 && d.wholeCalls == 1 && d.extraCall == 0 && d.attempts == 1 &&
               !d.optional && d.timeout == kNever;
    }

    // A client that calls several things for each request, or one in a way of its own, calls an internal node
    // without cost that makes the calls.
    void addJunction(Index client) {
        ModelNode junction;
        junction.id = m.nodes[client].id + "#calls";
        junction.role = Role::station;
        junction.home = client;
        junction.sub = static_cast<Index>(m.stations.size());
        junction.firstDependency = m.nodes[client].firstDependency;
        junction.dependencyCount = m.nodes[client].dependencyCount;
        addFreeStation(static_cast<Index>(m.nodes.size()));
        // The answers to its calls come back to it, not to the client.
        for (Index e = m.dependencies[junction.firstDependency].firstEdge; e < m.edges.size(); ++e)
            m.edges[e].from = static_cast<Index>(m.nodes.size());
        Dependency direct;
        direct.firstEdge = addEdge(kNone, client, static_cast<Index>(m.nodes.size()), 0);
        direct.edgeCount = 1;
        m.nodes.push_back(std::move(junction));
        m.nodes[client].firstDependency = static_cast<Index>(m.dependencies.size());
        m.nodes[client].dependencyCount = 1;
        m.dependencies.push_back(direct);
        m.carries.insert(m.carries.end(), m.flows.size(), 1);
    }

    Index addSlot(SlotKind kind, Index index) {
        m.slots.push_back({kind, index});
        return static_cast<Index>(m.slots.size() - 1);
    }

    void addSlots() {
        for (Index i = 0; i < m.clients.size(); ++i)
            m.clients[i].slot = addSlot(SlotKind::arrival, i);
        for (Index i = 0; i < m.stations.size(); ++i)
            m.stations[i].slot = addSlot(SlotKind::station, i);
        for (Index i = 0; i < m.lines.size(); ++i)
            m.lineSlots.push_back(addSlot(SlotKind::line, i));
        m.timerSlot = addSlot(SlotKind::timers, 0);
        // Where nothing fails by itself or by a step, slots for it would only make the tree deeper.
        if (!m.steps.empty()) m.scenarioSlot = addSlot(SlotKind::scenario, 0);
        for (Index i = 0; i < m.balancers.size(); ++i) {
            BalancerModel& b = m.balancers[i];
            if (b.work > 0 || b.latency > 0) b.workSlot = addSlot(SlotKind::balancerWork, i);
            for (Index t = b.firstTarget; b.checks && t < b.firstTarget + b.targetCount; ++t)
                m.targets[t].checkSlot = addSlot(SlotKind::check, t);
        }
        for (Index i = 0; i < m.stores.size(); ++i)
            m.stores[i].slot = addSlot(SlotKind::store, i);
        for (Index i = 0; i < m.interruptions.size(); ++i)
            m.interruptions[i].slot = addSlot(SlotKind::interruption, i);
        for (Index i = 0; i < m.vrrpMembers.size(); ++i)
            m.vrrpMembers[i].slot = addSlot(SlotKind::vrrp, i);
        for (Index i = 0; (m.backgroundFailures || !m.steps.empty()) && i < m.components.size(); ++i)
            m.components[i].faultSlot = addSlot(SlotKind::fault, i);
    }

    const Design& m_design;
    const Scenario* m_scenario;
    Lookups m_lookups;
    Model m;
    std::map<SimTime, std::uint16_t> m_lines;
    std::unordered_map<std::string, std::vector<Index>> m_members;
    std::vector<std::vector<Index>> m_linksFrom;
    std::vector<bool> m_asksItself; // caches
    struct Aside {
        Index caller = kNone; // of the design
        Index link = kNone;
        Index edge = kNone; // to the internal node
        std::vector<Index> caches, chain;
    };
    std::vector<Aside> m_asides;   // caches that are looked aside
    std::vector<Index> m_targetAt; // per node: its place among the targets of the balancer at hand
};

} // namespace

Result<Model> compileModel(const Design& design, const Scenario* scenario) {
    auto model = Compiler(design, scenario).run();
    if (model) addExpressLanes(*model);
    return model;
}

} // namespace alwayson::sim
