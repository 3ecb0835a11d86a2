#pragma once
// Makes the programs of core/structure/compiled.h (private to core/structure).

#include "core/graph/lookups.h"
#include "core/structure/compiled.h"

#include <map>
#include <vector>

namespace alwayson {

// What all programs of one design share. O(nodes + links + members of linked groups).
class StructureContext {
public:
    explicit StructureContext(const Design& design);

    const Design& design() const { return m_design; }
    // Positions in design.links of the links of a node, its group's included, in the order of the design.
    const std::vector<std::uint32_t>& linksOf(std::uint32_t node) const { return m_linksOf[node]; }
    // The node itself, or the members of the group, that a link leads to.
    const std::vector<std::uint32_t>& targetsOf(std::uint32_t link) const {
        return m_targets[m_targetOf[link]];
    }
    // Equal for links that lead to the same node or group.
    std::uint32_t targetKey(std::uint32_t link) const { return m_targetOf[link]; }
    // Position of the group that the link leads to; kNoIndex: it leads to a node.
    std::uint32_t groupOf(std::uint32_t link) const;
    std::uint32_t keyOfGroup(std::uint32_t group) const {
        return static_cast<std::uint32_t>(m_design.nodes.size()) + group;
    }
    std::uint32_t keyCount() const { return static_cast<std::uint32_t>(m_targets.size()); }
    const std::vector<StructureGroup>& groups() const { return m_groups; }
    // Group of a node that has rules of its own: a number needed, members that stand by, roles,
    // interruptions. None: kNoIndex.
    std::uint32_t ruledGroup(std::uint32_t node) const { return m_ruledGroup[node]; }
    std::uint32_t rankOf(std::uint32_t node) const { return m_rank[node]; }
    // Does it matter whether a call reads or writes?
    bool tellsWrites() const { return m_tellsWrites; }
    bool isBalancer(std::uint32_t node) const { return m_balancer[node]; }
    const Lookups& lookups() const { return m_lookups; }

    std::vector<StructureView> views() const { return m_views; }
    // kNoIndex when the balancer does not check that node.
    std::uint32_t viewOf(std::uint32_t balancer, std::uint32_t node) const;

private:
    void addGroups();
    void addTargets();
    void addViews();
    const Design& m_design;
    Lookups m_lookups;
    std::vector<std::vector<std::uint32_t>> m_linksOf;
    std::vector<std::vector<std::uint32_t>>
        m_targets; // nodes first, then groups, then one empty for ends that dangle
    std::vector<std::uint32_t> m_targetOf;
    std::vector<StructureGroup> m_groups;
    std::vector<std::uint32_t> m_ruledGroup, m_rank; // per node
    bool m_tellsWrites = false;
    std::vector<bool> m_balancer;
    std::vector<StructureView> m_views;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> m_viewOf;
};

// The program of one client over the links that are carried, for requests that read or write. patienceS: how
// long one attempt of it may take.
CompiledProgram buildProgram(const StructureContext& context, std::uint32_t client,
                             const std::vector<bool>& carried, bool writes, double patienceS);

} // namespace alwayson
