#include "simulator/kernel/slot_tree.h"

#include <algorithm>
#include <bit>

namespace alwayson::sim {

void SlotTree::grow(std::size_t slots) {
    const std::size_t leaves = std::max<std::size_t>(2, std::bit_ceil(slots));
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
