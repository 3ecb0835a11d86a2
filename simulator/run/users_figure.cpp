#include "simulator/run/users_figure.h"

#include "simulator/exact/closed_network.h"

#include <algorithm>
#include <numeric>

namespace alwayson::sim {
namespace {

constexpr std::uint32_t kMostExactUsers = 2000;

struct Network {
    std::vector<ClosedStation> stations;
    double travelS = 0; // both ways, of one request
};

// A station that calls nobody: a queue of the product form for this many users?
bool isQueue(const Model& m, const StationModel& station, std::uint32_t users) {
    if (station.answersOtherwise || station.capacityPerS > 0 || m.nodes[station.node].dependencyCount > 0)
        return false;
    const bool endless = station.workers >= users; // nobody waits
    if (!endless && station.queueLimit < users - station.workers) return false;
    const bool sameForAll = !station.hasWriteService || m.flows.size() == 1;
    return sameForAll && !station.lifo && (endless || station.sharing || station.service.isExponential());
}

double meanService(const Model& m, const StationModel& station) {
    return station.hasWriteService && m.flows.front().writes ? station.writeService.mean()
                                                             : station.service.mean();
}

// Adds the calls of one dependency; false: no such network.
bool visit(const Model& m, const Dependency& d, std::uint32_t users, Network& network) {
    const std::size_t index = static_cast<std::size_t>(&d - m.dependencies.data());
    for (Index flow = 0; flow < m.flows.size(); ++flow)
        if (!m.dependencyCarries(static_cast<Index>(index), flow)) return false;
    if (d.edgeCount != 1 || d.parallel || d.looksAside || m.edgeAccess[d.firstEdge] != CallAccess::asRequest)
        return false;
    const ModelNode& called = m.nodes[m.edges[d.firstEdge].to];
    if (called.role != Role::station) return false;
    const StationModel& station = m.stations[called.sub];
    if (!isQueue(m, station, users)) return false;
    const double visits = d.wholeCalls + d.extraCall;
    network.travelS += visits * 2 * toSeconds(m.lines[m.edgeLines[d.firstEdge]]);
    network.stations.push_back(
        {visits * meanService(m, station), station.workers >= users ? 0 : station.workers});
    return true;
}

std::optional<Network> networkOf(const Model& m, const ClientModel& client) {
    if (m.clients.size() != 1 || client.users == 0 || client.users > kMostExactUsers) return std::nullopt;
    const ModelNode* caller = &m.nodes[client.node];
    if (caller->dependencyCount != 1) return std::nullopt;
    // What makes several calls for its client is a node without cost.
    const Dependency& first = m.dependencies[caller->firstDependency];
    const Index behind = m.edges[first.firstEdge].to;
    if (behind >= m.designNodes) caller = &m.nodes[behind];
    Network network;
    for (Index d = caller->firstDependency; d < caller->firstDependency + caller->dependencyCount; ++d)
        if (!visit(m, m.dependencies[d], client.users, network)) return std::nullopt;
    return network;
}

const FlowResult* flowOf(const SimulationResult& result, const std::string& id) {
    const auto at = std::find_if(result.flows.begin(), result.flows.end(),
                                 [&](const FlowResult& flow) { return flow.flow == id; });
    return at == result.flows.end() ? nullptr : &*at;
}

std::uint64_t ended(const FlowResult& flow) {
    return std::accumulate(flow.requests.failed.begin(), flow.requests.failed.end(), flow.requests.succeeded,
                           [](std::uint64_t sum, const auto& one) { return sum + one.second; });
}

} // namespace

std::vector<UsersFigure> usersFigures(const Model& m, bool inScenario, const SimulationResult& result) {
    std::vector<UsersFigure> figures;
    const double seconds = result.simulatedSeconds; // of all replications
    for (const ClientModel& client : m.clients) {
        const FlowResult* whole = client.users ? flowOf(result, m.nodes[client.node].id) : nullptr;
        if (!whole || !(seconds > 0)) continue;
        UsersFigure figure;
        figure.client = whole->flow;
        figure.users = client.users;
        figure.thinkS = client.gap.mean();
        figure.throughputPerS = static_cast<double>(ended(*whole)) / seconds;
        figure.responseMs = whole->latencyMs.mean.value;
        for (Index f = client.firstFlow; f < client.firstFlow + client.flowCount; ++f)
            if (const FlowResult* flow = flowOf(result, m.flows[f].id))
                figure.classes.emplace_back(m.flows[f].id, static_cast<double>(ended(*flow)) / seconds);
        const bool allRight = whole->requests.succeeded > 0 && ended(*whole) == whole->requests.succeeded;
        if (allRight && figure.responseMs && !inScenario)
            figure.byLittle = figure.throughputPerS * (figure.thinkS + *figure.responseMs / 1000);
        const std::optional<Network> network = allRight && !inScenario ? networkOf(m, client) : std::nullopt;
        if (network) {
            const ClosedFigures exact =
                closedNetwork(client.users, figure.thinkS + network->travelS, network->stations);
            figure.exactThroughputPerS = exact.throughput;
            figure.exactResponseMs = 1000 * (exact.response + network->travelS);
        }
        figures.push_back(std::move(figure));
    }
    return figures;
}

} // namespace alwayson::sim
