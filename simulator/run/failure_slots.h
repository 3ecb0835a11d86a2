#pragma once
// Pending events of the failure run by time in seconds (double: histories last thousands of years): a winner
// tree over slots with at most one event each. Ties go to the lower slot, so the order is total.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace alwayson::sim {

inline constexpr double kNeverSeconds = std::numeric_limits<double>::infinity();

class SecondsTree {
public:
    void reset(std::size_t slots) {
        m_leaves = std::bit_ceil(slots < 2 ? std::size_t{2} : slots);
        m_time.assign(m_leaves, kNeverSeconds);
        m_winner.resize(m_leaves);
        rebuild();
    }
    double time(std::uint32_t slot) const { return m_time[slot]; }
    std::uint32_t top() const { return m_winner[1]; }

    // O(log slots), no allocation.
    void set(std::uint32_t slot, double seconds) {
        m_time[slot] = seconds;
        for (std::size_t i = (m_leaves + slot) / 2; i >= 1; i /= 2)
            m_winner[i] = winnerOf(i);
    }
    void cancel(std::uint32_t slot) {
        if (m_time[slot] != kNeverSeconds) set(slot, kNeverSeconds);
    }
    // Everything earlier by `seconds`.
    void shift(double seconds) {
        for (double& t : m_time)
            t -= seconds;
        rebuild();
    }

private:
    std::uint32_t child(std::size_t i) const {
        return i >= m_leaves ? static_cast<std::uint32_t>(i - m_leaves) : m_winner[i];
    }
    std::uint32_t winnerOf(std::size_t i) const {
        const std::uint32_t left = child(2 * i), right = child(2 * i + 1);
        return m_time[right] < m_time[left] ? right : left;
    }
    void rebuild() {
        for (std::size_t i = m_leaves - 1; i >= 1; --i)
            m_winner[i] = winnerOf(i);
    }
    std::vector<double> m_time;
    std::vector<std::uint32_t> m_winner; // inner nodes 1 .. leaves - 1
    std::size_t m_leaves = 0;
};

} // namespace alwayson::sim
