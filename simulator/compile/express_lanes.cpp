#include "simulator/compile/compile.h"

#include <algorithm>

namespace alwayson::sim {
namespace {

// A lane looks at all its workers each time it stops.
constexpr std::uint32_t kMostWorkers = 256;

// The station that all requests of this client go to at once, when nothing about them depends on the others.
Index onlyStation(const Model& m, const ClientModel& client) {
    const ModelNode& node = m.nodes[client.node];
    if (node.dependencyCount == 0 || client.needsKey || client.ratePerS <= 0) return kNone;
    const Dependency& first = m.dependencies[node.firstDependency];
    if (first.edgeCount != 1) return kNone;
    for (Index flow = client.firstFlow; flow < client.firstFlow + client.flowCount; ++flow)
        if (!m.dependencyCarries(node.firstDependency, flow) || m.flows[flow].deadline == kNever)
            return kNone;
    if (m.edgeAccess[first.firstEdge] != CallAccess::asRequest) return kNone;
    const ModelNode& called = m.nodes[m.edges[first.firstEdge].to];
    if (called.role != Role::station || called.dependencyCount > 0) return kNone;
    const StationModel& station = m.stations[called.sub];
    if (station.answersOtherwise) return kNone;
    const bool plain = !station.sharing && !station.lifo && station.capacityPerS <= 0;
    return plain && station.workers <= kMostWorkers ? called.sub : kNone;
}

SimTime patienceOf(const Model& m, const ClientModel& client) {
    SimTime patience = client.attemptTimeout;
    for (Index flow = client.firstFlow; flow < client.firstFlow + client.flowCount; ++flow)
        patience = std::min(patience, m.flows[flow].deadline);
    return patience;
}

} // namespace

void addExpressLanes(Model& m) {
    std::vector<std::uint32_t> callers(m.nodes.size(), 0);
    for (const Edge& edge : m.edges)
        ++callers[edge.to];
    for (Index i = 0; i < m.clients.size(); ++i) {
        const Index station = onlyStation(m, m.clients[i]);
        if (station == kNone || callers[m.stations[station].node] != 1) continue;
        const Index first = m.nodes[m.clients[i].node].firstDependency;
        const Index edge = m.dependencies[first].firstEdge;
        if (patienceOf(m, m.clients[i]) <= 2 * m.lines[m.edgeLines[edge]]) continue;
        m.clients[i].lane = m.stations[station].lane = static_cast<Index>(m.lanes.size());
        m.lanes.push_back({i, station, edge, m.lines[m.edgeLines[edge]], patienceOf(m, m.clients[i])});
    }
}

void removeExpressLanes(Model& m) {
    for (const ExpressLane& lane : m.lanes)
        m.clients[lane.client].lane = m.stations[lane.station].lane = kNone;
    m.lanes.clear();
}

} // namespace alwayson::sim
