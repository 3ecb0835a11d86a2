#include "simulator/kernel/slot_tree.h"

#include <algorithm>

namespace alwayson::sim {

void SlotTree::grow(std::size_t slots) {
    // Any number of leaves makes a tournament: the players of a match are a pair of nodes, the last match is
    // node 1. The first slots are the ones nearest to it.
    const std::size_t leaves = std::max<std::size_t>(2, slots);
    if (leaves <= m_leaves) return;
    std::vector<Key> nodes(2 * leaves);
    for (std::size_t i = 0; i < leaves; ++i)
        nodes[leaves + i] = i < m_leaves ? m_nodes[m_leaves + i] : (kEmpty | static_cast<Key>(i));
    for (std::size_t i = leaves - 1; i >= 1; --i)
        nodes[i] = std::min(nodes[2 * i], nodes[2 * i + 1]);
    m_nodes = std::move(nodes);
    m_leaves = leaves;
}

} // namespace alwayson::sim
