#pragma once
// Many timers behind one slot: a ring for delays of one constant length, a 4-ary heap for varying ones.

#include "simulator/kernel/sim_time.h"

#include <cstdint>
#include <vector>

namespace alwayson::sim {

// A timer of a call; void when the call has ended meanwhile (its generation differs).
struct Timer {
    SimTime at = 0;
    std::uint64_t sequence = 0;
    std::uint32_t call = 0;
    std::uint32_t generation = 0;
    std::uint32_t action = 0;
    std::uint32_t extra = 0;
};

// First in, first out; push times must not decrease.
class DelayLine {
public:
    bool empty() const { return m_head == m_tail; }
    const Timer& front() const { return m_ring[m_head & m_mask]; }
    void pop() { ++m_head; }
    // isDead(timer) tells which timers need not be kept: they are dropped before the ring grows, so that it
    // holds the live ones only, however long the delay.
    template <class Dead>
    void push(const Timer& timer, Dead&& isDead) {
        if (full()) makeRoom(isDead);
        append(timer);
    }
    bool full() const { return m_tail - m_head == m_ring.size(); }
    // Only when not full. Member by member: a copy of a timer just made in memory would wait for its stores.
    void append(const Timer& timer) {
        Timer& to = m_ring[m_tail++ & m_mask];
        to.at = timer.at;
        to.sequence = timer.sequence;
        to.call = timer.call;
        to.generation = timer.generation;
        to.action = timer.action;
        to.extra = timer.extra;
    }
    void clear() { m_head = m_tail = 0; }

private:
    template <class Dead>
    void makeRoom(Dead&& isDead) {
        std::vector<Timer> live;
        const std::size_t size = m_ring.size();
        std::size_t kept = 0;
        for (std::uint64_t i = m_head; i != m_tail; ++i)
            if (!isDead(m_ring[i & m_mask])) m_ring[(m_head + kept++) & m_mask] = m_ring[i & m_mask];
        if (kept * 2 <= size && size > 0) {
            m_tail = m_head + kept;
            return;
        }
        live.reserve(kept);
        for (std::size_t i = 0; i < kept; ++i)
            live.push_back(m_ring[(m_head + i) & m_mask]);
        live.resize(size == 0 ? 16 : 2 * size);
        m_ring = std::move(live);
        m_mask = m_ring.size() - 1;
        m_head = 0;
        m_tail = kept;
    }
    std::vector<Timer> m_ring;
    std::uint64_t m_head = 0, m_tail = 0, m_mask = 0;
};

// A 4-ary heap by (time, sequence).
template <class Item>
class QuadHeap {
public:
    bool empty() const { return m_items.empty(); }
    std::size_t size() const { return m_items.size(); }
    const Item& top() const { return m_items.front(); }
    void clear() { m_items.clear(); }
    void push(const Item& item) {
        m_items.push_back(item);
        raise(item);
    }
    // To fill in a new item, or to change the top, in place; settleLast() or settleTop() must follow.
    Item& append() { return m_items.emplace_back(); }
    void settleLast() {
        if (m_items.size() > 1) raise(Item(m_items.back()));
    }
    Item& changeTop() { return m_items.front(); }
    void settleTop() {
        if (m_items.size() > 1) sink(0, Item(m_items.front()));
    }
    void pop() {
        const Item last = m_items.back();
        m_items.pop_back();
        if (!m_items.empty()) sink(0, last);
    }
    void replaceTop(const Item& item) {
        if (m_items.size() == 1)
            m_items.front() = item;
        else
            sink(0, item);
    }
    // For rebuilds: change or remove items, then call heapify().
    std::vector<Item>& items() { return m_items; }
    const std::vector<Item>& items() const { return m_items; }
    void heapify() {
        for (std::size_t i = m_items.size() / 4 + 1; i-- > 0;)
            if (i < m_items.size()) sink(i, m_items[i]);
    }

private:
    static bool before(const Item& a, const Item& b) {
        return a.at < b.at || (a.at == b.at && a.sequence < b.sequence);
    }
    void raise(const Item& item) {
        std::size_t i = m_items.size() - 1;
        while (i > 0) {
            const std::size_t parent = (i - 1) / 4;
            if (!before(item, m_items[parent])) break;
            m_items[i] = m_items[parent];
            i = parent;
        }
        m_items[i] = item;
    }
    void sink(std::size_t i, Item item) {
        const std::size_t n = m_items.size();
        for (;;) {
            const std::size_t first = 4 * i + 1;
            if (first >= n) break;
            std::size_t best = first;
            const std::size_t end = first + 4 < n ? first + 4 : n;
            for (std::size_t k = first + 1; k < end; ++k)
                if (before(m_items[k], m_items[best])) best = k;
            if (!before(m_items[best], item)) break;
            m_items[i] = m_items[best];
            i = best;
        }
        m_items[i] = item;
    }
    std::vector<Item> m_items;
};

} // namespace alwayson::sim
