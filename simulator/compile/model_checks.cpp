#include "simulator/compile/model_checks.h"

#include <fmt/core.h>

namespace alwayson::sim {

std::vector<bool> reachedNodes(const Model& m) {
    std::vector<std::vector<Index>> next(m.nodes.size());
    for (const Edge& edge : m.edges)
        next[edge.from].push_back(edge.to);
    std::vector<bool> reached(m.nodes.size());
    std::vector<Index> waiting;
    for (const ClientModel& client : m.clients)
        waiting.push_back(client.node);
    while (!waiting.empty()) {
        const Index node = waiting.back();
        waiting.pop_back();
        if (reached[node]) continue;
        reached[node] = true;
        waiting.insert(waiting.end(), next[node].begin(), next[node].end());
    }
    return reached;
}

Status checkCycles(const Model& m) {
    std::vector<std::vector<Index>> next(m.nodes.size());
    for (const Edge& edge : m.edges)
        next[edge.from].push_back(edge.to);
    std::vector<std::uint8_t> colour(m.nodes.size(), 0);
    std::vector<std::pair<Index, std::size_t>> stack;
    for (Index start = 0; start < m.nodes.size(); ++start) {
        if (colour[start]) continue;
        stack.push_back({start, 0});
        colour[start] = 1;
        while (!stack.empty()) {
            auto& [node, position] = stack.back();
            if (position == next[node].size()) {
                colour[node] = 2;
                stack.pop_back();
                continue;
            }
            const Index to = next[node][position++];
            if (colour[to] == 1)
                return Error{
                    ErrorKind::invalidInput,
                    "simulate.cycle",
                    fmt::format("{} and {} call each other in a circle, so a request would never end.",
                                m.nodes[node].id, m.nodes[to].id),
                    "Remove one of the links of the circle.",
                    {}};
            if (colour[to] == 0) {
                colour[to] = 1;
                stack.push_back({to, 0});
            }
        }
    }
    return success();
}

} // namespace alwayson::sim
