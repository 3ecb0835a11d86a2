#include "core/cost/static_load.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"

#include <algorithm>

namespace alwayson {

namespace {

using Index = std::uint32_t;

// The edges of one link from one caller stand together in StaticLoad::edges.
struct Branch {
    Index link = 0;
    Index firstEdge = 0;
    Index edgeCount = 0;
};

class Propagation {
public:
    explicit Propagation(const Design& design) : m_design(design), m_branches(design.nodes.size()) {
        m_result.requestsPerS.assign(design.nodes.size(), 0.0);
        for (const Node& node : design.nodes)
            m_isBalancer.push_back(hasRole(node, "balancer"));
        collectMembers();
        for (std::size_t i = 0; i < design.links.size(); ++i)
            addLink(static_cast<Index>(i));
        sortNodes();
    }

    StaticLoad run() {
        for (std::size_t i = 0; i < m_design.nodes.size(); ++i) {
            const Node& node = m_design.nodes.at(i);
            if (!hasRole(node, "client")) continue;
            const double rate = get(node.parameters, key::client::rate).perSecond();
            m_requestBytes = get(node.parameters, key::client::request).count();
            m_responseBytes = get(node.parameters, key::client::response).count();
            for (const RequestClass& requestClass : classesOf(node))
                spread(static_cast<Index>(i), requestClass.id, rate * requestClass.share);
        }
        return std::move(m_result);
    }

private:
    void collectMembers() {
        m_members.resize(m_design.groups.size());
        for (std::size_t i = 0; i < m_design.nodes.size(); ++i) {
            const Node& node = m_design.nodes.at(i);
            const std::size_t group =
                node.group ? m_design.groups.indexOf(node.group->str()) : Table<Group>::npos;
            if (group != Table<Group>::npos) m_members[group].push_back(static_cast<Index>(i));
        }
    }

    std::vector<Index> nodesOf(const std::string& id) const {
        const std::size_t node = m_design.nodes.indexOf(id);
        if (node != Table<Node>::npos) return {static_cast<Index>(node)};
        const std::size_t group = m_design.groups.indexOf(id);
        return group == Table<Group>::npos ? std::vector<Index>{} : m_members[group];
    }

    void addLink(Index link) {
        const std::vector<Index> targets = nodesOf(m_design.links.at(link).to);
        for (Index from : nodesOf(m_design.links.at(link).from)) {
            const auto first = static_cast<Index>(m_result.edges.size());
            for (Index to : targets)
                m_result.edges.push_back({link, from, to, 0, 0, 0});
            m_branches[from].push_back({link, first, static_cast<Index>(targets.size())});
        }
    }

    // Depth-first search without recursion; keeps the first cycle it meets.
    void sortNodes() {
        enum class Mark : std::uint8_t { fresh, open, done };
        const std::size_t n = m_design.nodes.size();
        std::vector<std::vector<Index>> next(n);
        for (const LoadEdge& edge : m_result.edges)
            next[edge.from].push_back(edge.to);
        std::vector<Mark> marks(n, Mark::fresh);
        std::vector<std::pair<Index, std::size_t>> stack;
        const auto enter = [&](Index node) {
            marks[node] = Mark::open;
            stack.emplace_back(node, 0);
        };
        for (std::size_t root = 0; root < n; ++root) {
            if (marks[root] == Mark::fresh) enter(static_cast<Index>(root));
            while (!stack.empty()) {
                const Index at = stack.back().first;
                if (stack.back().second == next[at].size()) {
                    marks[at] = Mark::done;
                    m_result.order.push_back(at);
                    stack.pop_back();
                    continue;
                }
                const Index to = next[at][stack.back().second++];
                if (marks[to] == Mark::fresh)
                    enter(to);
                else if (marks[to] == Mark::open && m_result.cycle.empty())
                    keepCycle(stack, to);
            }
        }
        std::reverse(m_result.order.begin(), m_result.order.end());
        m_rank.resize(n);
        for (std::size_t i = 0; i < n; ++i)
            m_rank[m_result.order[i]] = i;
    }

    void keepCycle(const std::vector<std::pair<Index, std::size_t>>& stack, Index start) {
        auto at =
            std::find_if(stack.begin(), stack.end(), [&](const auto& open) { return open.first == start; });
        for (; at != stack.end(); ++at)
            m_result.cycle.push_back(at->first);
    }

    void spread(Index client, const std::string& classId, double rate) {
        std::vector<double> arriving(m_design.nodes.size(), 0.0);
        arriving[client] = rate;
        for (Index at : m_result.order) {
            if (!(arriving[at] > 0)) continue;
            m_result.requestsPerS[at] += arriving[at];
            std::vector<const Branch*> carrying;
            Index targets = 0;
            for (const Branch& branch : m_branches[at])
                if (m_design.links.at(branch.link).carries(classId)) {
                    carrying.push_back(&branch);
                    targets += branch.edgeCount;
                }
            for (const Branch* branch : carrying) {
                if (branch->edgeCount == 0) continue;
                const double calls = m_isBalancer[at] ? 1.0
                                                      : get(m_design.links.at(branch->link).parameters,
                                                            key::link::request::callsPerRequest);
                const double perTarget =
                    arriving[at] * calls / (m_isBalancer[at] ? targets : branch->edgeCount);
                for (Index e = branch->firstEdge; e < branch->firstEdge + branch->edgeCount; ++e)
                    send(m_result.edges[e], perTarget, arriving);
            }
        }
    }

    void send(LoadEdge& edge, double rate, std::vector<double>& arriving) {
        if (m_rank[edge.to] <= m_rank[edge.from]) return;
        edge.requestsPerS += rate;
        edge.requestBytesPerS += rate * m_requestBytes;
        edge.responseBytesPerS += rate * m_responseBytes;
        arriving[edge.to] += rate;
    }

    const Design& m_design;
    std::vector<std::vector<Index>> m_members;   // by group
    std::vector<std::vector<Branch>> m_branches; // by caller
    std::vector<bool> m_isBalancer;
    std::vector<std::size_t> m_rank;
    double m_requestBytes = 0;
    double m_responseBytes = 0;
    StaticLoad m_result;
};

} // namespace

StaticLoad staticLoad(const Design& design) {
    return Propagation(design).run();
}

} // namespace alwayson
