#pragma once
// The pending events of a run: a winner (tournament) tree over slots. A slot is a source of events that has
// at most one pending (an arrival process, a station, a timer). Order is total: time, then priority, then
// sequence number.

#include "simulator/kernel/sim_time.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace alwayson::sim {

class SlotTree {
public:
    static constexpr unsigned kSlotBits = 24;
    static constexpr unsigned kSequenceBits = 36;

    // Room for `slots` slots, none pending. Keeps what is pending when it grows.
    void grow(std::size_t slots);
    std::size_t capacity() const { return m_leaves; }

    // Pending at `time`; replaces what the slot had. priority 0 (first) to 15. O(log slots), no allocation.
    void set(std::uint32_t slot, SimTime time, std::uint64_t sequence, unsigned priority = 8) {
        put(slot, (static_cast<Key>(static_cast<std::uint64_t>(time)) << 64) |
                      (static_cast<std::uint64_t>(priority) << (kSlotBits + kSequenceBits)) |
                      (sequence << kSlotBits) | slot);
    }
    void cancel(std::uint32_t slot) { put(slot, kEmpty | slot); }

    SimTime time() const {
        return static_cast<SimTime>(static_cast<std::uint64_t>(m_nodes[1] >> 64));
    } // kNever: nothing pending
    std::uint32_t slot() const { return static_cast<std::uint32_t>(m_nodes[1]) & ((1U << kSlotBits) - 1); }
    // kNever: nothing pending in that slot.
    SimTime timeOf(std::uint32_t slot) const {
        return static_cast<SimTime>(static_cast<std::uint64_t>(m_nodes[m_leaves + slot] >> 64));
    }

private:
    __extension__ using Key = unsigned __int128;
    static constexpr Key kEmpty = static_cast<Key>(static_cast<std::uint64_t>(kNever)) << 64;

    void put(std::uint32_t slot, Key key) {
        std::size_t i = m_leaves + slot;
        Key* nodes = m_nodes.data();
        nodes[i] = key;
        for (; i > 1; i >>= 1) {
            const Key other = nodes[i ^ 1];
            key = other < key ? other : key;
            nodes[i >> 1] = key;
        }
    }
    std::vector<Key> m_nodes; // 1: root; m_leaves + slot: leaves
    std::size_t m_leaves = 0;
};

} // namespace alwayson::sim
