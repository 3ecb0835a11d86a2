#pragma once
// First in, first out, in one flat array that doubles when it is full.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace alwayson::sim {

template <class Item>
class Ring {
public:
    bool empty() const { return m_head == m_tail; }
    std::size_t size() const { return static_cast<std::size_t>(m_tail - m_head); }
    const Item& front() const { return m_items[m_head & m_mask]; }
    const Item& at(std::size_t i) const { return m_items[(m_head + i) & m_mask]; } // 0: the front
    void pop() { ++m_head; }
    // The new last item, to be filled in member by member: a copy of an item just made in memory would wait
    // for its stores.
    Item& push() {
        if (m_tail - m_head == m_items.size()) grow();
        return m_items[m_tail++ & m_mask];
    }
    void clear() { m_head = m_tail = 0; }

private:
    void grow() {
        // A power of two: positions are masked.
        std::vector<Item> items(m_items.empty() ? 16 : 2 * m_items.size());
        const std::size_t count = size();
        for (std::size_t i = 0; i < count; ++i)
            items[i] = at(i);
        m_head = 0;
        m_tail = count;
        m_items = std::move(items);
        m_mask = m_items.size() - 1;
    }
    std::vector<Item> m_items;
    std::uint64_t m_head = 0, m_tail = 0, m_mask = 0;
};

} // namespace alwayson::sim
