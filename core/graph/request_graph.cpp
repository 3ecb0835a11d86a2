#include "core/graph/request_graph.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/depth_first_search.hpp>
#include <unordered_map>

namespace alwayson {

namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
using Vertex = boost::graph_traits<Graph>::vertex_descriptor;

// Nodes come first, then two vertices per group: `in` is called and calls its members, `out` is what every
// member calls through. So a group of m members with links to n others costs m + n edges instead of m x n.
class RequestGraph {
public:
    RequestGraph(const Design& design, const Link* also)
        : m_nodes(design.nodes.size()), m_graph(m_nodes + 2 * design.groups.size()), m_design(design) {
        for (std::size_t i = 0; i < m_nodes; ++i)
            addMembership(i);
        for (const Link& link : design.links)
            addLink(link);
        if (also) addLink(*also);
    }
    const Graph& graph() const { return m_graph; }
    bool isNode(Vertex v) const { return v < m_nodes; }

private:
    Vertex groupIn(std::size_t group) const { return m_nodes + 2 * group; }
    Vertex groupOut(std::size_t group) const { return m_nodes + 2 * group + 1; }
    void addMembership(std::size_t node) {
        const auto& group = m_design.nodes.at(node).group;
        const std::size_t g = group ? m_design.groups.indexOf(group->str()) : Table<Group>::npos;
        if (g == Table<Group>::npos) return;
        boost::add_edge(groupIn(g), node, m_graph);
        boost::add_edge(node, groupOut(g), m_graph);
    }
    void addLink(const Link& link) {
        const std::size_t fromNode = m_design.nodes.indexOf(link.from),
                          fromGroup = m_design.groups.indexOf(link.from);
        const std::size_t toNode = m_design.nodes.indexOf(link.to),
                          toGroup = m_design.groups.indexOf(link.to);
        constexpr std::size_t kNone = Table<Node>::npos;
        if ((fromNode == kNone && fromGroup == kNone) || (toNode == kNone && toGroup == kNone)) return;
        boost::add_edge(fromNode != kNone ? fromNode : groupOut(fromGroup),
                        toNode != kNone ? toNode : groupIn(toGroup), m_graph);
    }
    std::size_t m_nodes;
    Graph m_graph;
    const Design& m_design;
};

struct CycleFound {};

// Keeps the tree parents; the first back edge closes a cycle.
struct CycleVisitor : boost::default_dfs_visitor {
    CycleVisitor(std::vector<Vertex>& parents, std::vector<Vertex>& found)
        : parent(&parents), cycle(&found) {}
    template <class Edge>
    void tree_edge(Edge edge, const Graph& graph) {
        (*parent)[target(edge, graph)] = source(edge, graph);
    }
    template <class Edge>
    void back_edge(Edge edge, const Graph& graph) {
        for (Vertex v = source(edge, graph);; v = (*parent)[v]) {
            cycle->push_back(v);
            if (v == target(edge, graph)) break;
        }
        std::reverse(cycle->begin(), cycle->end());
        throw CycleFound{}; // the way to leave a search of Boost.Graph early
    }
    std::vector<Vertex>* parent;
    std::vector<Vertex>* cycle;
};

} // namespace

std::vector<std::string> findRequestCycle(const Design& design, const Link* also) {
    const RequestGraph requests(design, also);
    std::vector<Vertex> parents(boost::num_vertices(requests.graph())), cycle;
    try {
        boost::depth_first_search(requests.graph(), boost::visitor(CycleVisitor(parents, cycle)));
    } catch (const CycleFound&) {
    }
    std::vector<std::string> ids;
    for (const Vertex v : cycle)
        if (requests.isNode(v)) ids.push_back(design.nodes.at(v).id.str());
    // Read it from the node that stands first in the design.
    const auto first =
        std::min_element(ids.begin(), ids.end(), [&](const std::string& a, const std::string& b) {
            return design.nodes.indexOf(a) < design.nodes.indexOf(b);
        });
    std::rotate(ids.begin(), first, ids.end());
    return ids;
}

std::string describeCycle(const Design& design, const std::vector<std::string>& cycle) {
    const auto shown = [&](const std::string& id) {
        const Node* node = design.nodes.find(id);
        return node ? node->displayName() : id;
    };
    std::string text;
    for (const std::string& id : cycle)
        text += shown(id) + " -> ";
    return cycle.empty() ? text : text + shown(cycle.front());
}

std::vector<std::string> reachableFrom(const Design& design, std::string_view start) {
    const std::size_t at = design.nodes.indexOf(start);
    if (at == Table<Node>::npos) return {};
    const RequestGraph requests(design, nullptr);
    std::vector<boost::default_color_type> colour(boost::num_vertices(requests.graph()), boost::white_color);
    boost::queue<Vertex> waiting;
    boost::breadth_first_visit(requests.graph(), at, waiting, boost::default_bfs_visitor(), colour.data());
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < design.nodes.size(); ++i)
        if (colour[i] != boost::white_color) ids.push_back(design.nodes.at(i).id.str());
    return ids;
}

} // namespace alwayson
