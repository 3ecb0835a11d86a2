#include "core/graph/static_load.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/graph/call_rules.h"
#include "core/graph/client_rate.h"

#include <algorithm>
#include <array>

namespace alwayson {

namespace {

using Index = std::uint32_t;

// One link from one caller. Its edges stand together in StaticLoad::edges, in the order of its targets.
struct Branch {
    Index link = 0;
    std::size_t firstEdge = 0;
    const std::vector<Index>* targets = nullptr;
    const StructureGroup* group = nullptr; // that is called as such
};

// The requests of one class of one client.
struct ClassOfClient {
    const Node& client;
    const RequestClass& requestClass;
};

class Propagation {
public:
    explicit Propagation(const Design& design)
        : m_design(design), m_groups(structureGroups(design)),
          m_targets(design.nodes.size() + design.groups.size() + 1), m_branches(design.nodes.size()),
          m_chosenAt(design.nodes.size(), 0) {
        for (const Node& node : design.nodes)
            m_isBalancer.push_back(hasRole(node, "balancer"));
        collectTargets();
        for (std::size_t i = 0; i < design.links.size(); ++i)
            addLink(static_cast<Index>(i));
        sortNodes();
    }

    // Calls atNode(node, rate, writes) for all that arrive somewhere and onEdge(class, edge, calls) for what
    // it sends on, class by class, and after each endClass(class).
    template <class AtNode, class OnEdge>
    void run(AtNode&& atNode, OnEdge&& onEdge) {
        run(atNode, onEdge, [](const ClassOfClient&) {});
    }
    template <class AtNode, class OnEdge, class EndClass>
    void run(AtNode&& atNode, OnEdge&& onEdge, EndClass&& endClass) {
        for (std::size_t i = 0; i < m_design.nodes.size(); ++i) {
            const Node& node = m_design.nodes.at(i);
            if (!hasRole(node, "client")) continue;
            const double rate = offeredRate(node);
            for (const RequestClass& requestClass : classesOf(node)) {
                const ClassOfClient whose{node, requestClass};
                spread(whose, static_cast<Index>(i), rate * requestClass.share, atNode, onEdge);
                endClass(whose);
            }
        }
    }

    std::vector<LoadEdge> edges() const {
        std::vector<LoadEdge> all(m_edgeCount);
        for (Index from = 0; from < m_branches.size(); ++from)
            for (const Branch& branch : m_branches[from])
                for (Index t = 0; t < branch.targets->size(); ++t)
                    all[branch.firstEdge + t] = {branch.link, from, (*branch.targets)[t], 0, 0, 0};
        return all;
    }
    std::vector<Index> order() const { return m_order; }
    std::vector<Index> cycle() const { return m_cycle; }

private:
    // Nodes, then groups, then one without members for ends that dangle.
    void collectTargets() {
        const std::size_t nodes = m_design.nodes.size();
        for (std::size_t i = 0; i < nodes; ++i)
            m_targets[i] = {static_cast<Index>(i)};
        for (std::size_t g = 0; g < m_groups.size(); ++g)
            m_targets[nodes + g] = m_groups[g].members;
    }

    std::size_t endOf(const std::string& id) const {
        const std::size_t node = m_design.nodes.indexOf(id), group = m_design.groups.indexOf(id);
        if (node != Table<Node>::npos) return node;
        return group == Table<Group>::npos ? m_targets.size() - 1 : m_design.nodes.size() + group;
    }

    void addLink(Index link) {
        const std::size_t to = endOf(m_design.links.at(link).to), nodes = m_design.nodes.size();
        const StructureGroup* group =
            to >= nodes && to < nodes + m_groups.size() ? &m_groups[to - nodes] : nullptr;
        for (const Index from : m_targets[endOf(m_design.links.at(link).from)]) {
            m_branches[from].push_back({link, m_edgeCount, &m_targets[to], group});
            m_edgeCount += m_targets[to].size();
        }
    }
    static Receivers receiversOf(const Branch& branch, bool writes) {
        if (branch.group) return receivers(*branch.group, writes);
        return {0, static_cast<Index>(branch.targets->size())};
    }

    struct Visit {
        Index node = 0;
        std::size_t branch = 0, target = 0; // the next to look at
    };

    // Depth-first search without recursion; keeps the first cycle it meets.
    void sortNodes() {
        enum class Mark : std::uint8_t { fresh, open, done };
        const std::size_t n = m_design.nodes.size();
        std::vector<Mark> marks(n, Mark::fresh);
        std::vector<Visit> stack;
        const auto enter = [&](Index node) {
            marks[node] = Mark::open;
            stack.push_back({node, 0, 0});
        };
        for (std::size_t root = 0; root < n; ++root) {
            if (marks[root] == Mark::fresh) enter(static_cast<Index>(root));
            while (!stack.empty()) {
                Visit& at = stack.back();
                const std::vector<Branch>& branches = m_branches[at.node];
                while (at.branch < branches.size() && at.target == branches[at.branch].targets->size()) {
                    ++at.branch;
                    at.target = 0;
                }
                if (at.branch == branches.size()) {
                    marks[at.node] = Mark::done;
                    m_order.push_back(at.node);
                    stack.pop_back();
                    continue;
                }
                const Index to = (*branches[at.branch].targets)[at.target++];
                if (marks[to] == Mark::fresh)
                    enter(to);
                else if (marks[to] == Mark::open && m_cycle.empty())
                    keepCycle(stack, to);
            }
        }
        std::reverse(m_order.begin(), m_order.end());
        m_rank.resize(n);
        for (std::size_t i = 0; i < n; ++i)
            m_rank[m_order[i]] = i;
    }

    void keepCycle(const std::vector<Visit>& stack, Index start) {
        auto at =
            std::find_if(stack.begin(), stack.end(), [&](const Visit& open) { return open.node == start; });
        for (; at != stack.end(); ++at)
            m_cycle.push_back(at->node);
    }

    // One list for calls that read and one for calls that write: a link may turn one into the other.
    template <class AtNode, class OnEdge>
    void spread(const ClassOfClient& whose, Index client, double rate, AtNode&& atNode, OnEdge&& onEdge) {
        std::array<std::vector<double>, 2> arriving;
        for (std::vector<double>& list : arriving)
            list.assign(m_design.nodes.size(), 0.0);
        arriving[whose.requestClass.writes][client] = rate;
        const auto send = [&](Index from, bool fromWrites, const Branch& branch, Index t, double sent) {
            const Index to = (*branch.targets)[t];
            if (m_rank[to] <= m_rank[from]) return;
            const bool writes = callWrites(m_design.links.at(branch.link), fromWrites);
            arriving[writes][to] += sent;
            onEdge(whose, branch.firstEdge + t,
                   ClassCalls{branch.link, from, to, fromWrites, writes, arriving[fromWrites][from], sent});
        };
        for (const Index at : m_order)
            for (const bool writes : {false, true}) {
                const double here = arriving[writes][at];
                if (!(here > 0)) continue;
                atNode(at, here, writes);
                if (m_isBalancer[at]) {
                    choose(at, whose.requestClass.id, writes);
                    const double each = here / static_cast<double>(m_chosen.size());
                    for (const auto& [branch, target] : m_chosen)
                        send(at, writes, *branch, target, each);
                    continue;
                }
                const double made = passedOn(m_design.nodes.at(at), writes);
                for (const Branch& branch : m_branches[at]) {
                    const Link& link = m_design.links.at(branch.link);
                    if (!link.carries(whose.requestClass.id)) continue;
                    const Receivers to = receiversOf(branch, callWrites(link, writes));
                    const double each = here * made *
                                        get(link.parameters, key::link::request::callsPerRequest) /
                                        static_cast<double>(to.end - to.first);
                    for (Index t = to.first; t < to.end; ++t)
                        send(at, writes, branch, t, each);
                }
            }
    }

    // The targets of a balancer for one class, each once.
    void choose(Index balancer, const std::string& classId, bool writes) {
        m_chosen.clear();
        ++m_stamp;
        m_carried.clear();
        for (const Branch& branch : m_branches[balancer])
            if (m_design.links.at(branch.link).carries(classId)) m_carried.push_back(branch.link);
        for (const Branch& branch : m_branches[balancer]) {
            const Link& link = m_design.links.at(branch.link);
            if (!link.carries(classId) || !balancerTakes(m_design, m_carried, branch.link, writes)) continue;
            const Receivers to = receiversOf(branch, callWrites(link, writes));
            for (Index t = to.first; t < to.end; ++t) {
                std::uint64_t& chosenAt = m_chosenAt[(*branch.targets)[t]];
                if (chosenAt != m_stamp) m_chosen.emplace_back(&branch, t);
                chosenAt = m_stamp;
            }
        }
        leaveOutStandbys();
    }

    // A choice among all members of a pool is a choice of the pool: those that stand by get nothing.
    void leaveOutStandbys() {
        for (const StructureGroup& group : m_groups) {
            const auto chosen = [&](Index node) { return m_chosenAt[node] == m_stamp; };
            if (group.rule != GroupRule::share || group.quorum || group.serving >= group.members.size() ||
                !std::all_of(group.members.begin(), group.members.end(), chosen))
                continue;
            std::erase_if(m_chosen, [&](const auto& choice) {
                const Index node = (*choice.first->targets)[choice.second];
                return std::find(group.members.begin() + group.serving, group.members.end(), node) !=
                       group.members.end();
            });
        }
    }

    const Design& m_design;
    std::vector<StructureGroup> m_groups;
    std::vector<std::vector<Index>> m_targets;
    std::vector<std::vector<Branch>> m_branches; // by caller
    std::vector<bool> m_isBalancer;
    std::vector<Index> m_order, m_cycle;
    std::vector<std::size_t> m_rank;
    std::size_t m_edgeCount = 0;
    std::vector<std::pair<const Branch*, Index>> m_chosen;
    std::vector<Index> m_carried;          // links of a balancer that carry the class
    std::vector<std::uint64_t> m_chosenAt; // by node: the last stamp
    std::uint64_t m_stamp = 0;
};

} // namespace

RequestRates requestRates(const Design& design) {
    const std::vector<double> none(design.nodes.size(), 0.0);
    RequestRates rates{none, none};
    Propagation(design).run(
        [&](Index node, double rate, bool writes) {
            rates.requestsPerS[node] += rate;
            if (writes) rates.writesPerS[node] += rate;
        },
        [](const ClassOfClient&, std::size_t, const ClassCalls&) {});
    return rates;
}

StaticLoad staticLoad(const Design& design) {
    Propagation propagation(design);
    StaticLoad load;
    load.requestsPerS.assign(design.nodes.size(), 0.0);
    load.writesPerS.assign(design.nodes.size(), 0.0);
    load.edges = propagation.edges();
    load.order = propagation.order();
    load.cycle = propagation.cycle();
    propagation.run(
        [&](Index node, double rate, bool writes) {
            load.requestsPerS[node] += rate;
            if (writes) load.writesPerS[node] += rate;
        },
        [&](const ClassOfClient& whose, std::size_t at, const ClassCalls& calls) {
            LoadEdge& edge = load.edges[at];
            const double rate = calls.callsPerS;
            edge.requestsPerS += rate;
            edge.requestBytesPerS += rate * get(whose.client.parameters, key::client::request).count();
            edge.responseBytesPerS += rate * get(whose.client.parameters, key::client::response).count();
        });
    return load;
}

void visitCalls(const Design& design, const CallVisitor& ofClass) {
    std::vector<ClassCalls> all;
    Propagation(design).run([](Index, double, bool) {},
                            [&](const ClassOfClient&, std::size_t, const ClassCalls& calls) {
                                if (calls.callsPerS > 0) all.push_back(calls);
                            },
                            [&](const ClassOfClient& whose) {
                                ofClass(whose.requestClass, all);
                                all.clear();
                            });
}

} // namespace alwayson
