#pragma once
// When each commit of a replication set was made.

#include "simulator/kernel/sim_time.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace alwayson::sim {

// Times by position, which is the number of commits before. The last kKept are exact. Of older ones every
// stride-th is kept, and the stride doubles when there is no more room: the time of any of them is that of a
// commit at most a stride before. add: amortised O(1), at: O(1), the others O(kOlder). 0.6 MB once something
// is committed.
class CommitTimes {
public:
    static constexpr std::size_t kKept = 65536, kOlder = 8192;

    std::uint64_t size() const { return m_size; }
    std::uint64_t stride() const { return m_stride; }
    bool full() const { return m_older.size() == kOlder; }

    void add(SimTime now) {
        if (m_recent.empty()) m_recent.resize(kKept);
        if (m_size - m_exact == kKept) retire(m_exact++);
        m_recent[m_size++ % kKept] = now;
    }
    // Those from this position on never were.
    void cut(std::uint64_t position) {
        m_size = std::min(m_size, position);
        if (m_size >= m_exact) return;
        m_exact = m_size;
        while (!m_older.empty() && m_first + (m_older.size() - 1) * m_stride >= m_size)
            m_older.pop_back();
    }
    // Nobody asks for those before this position any more; what is left becomes coarser when it is still
    // much.
    void makeRoom(std::uint64_t position) {
        if (m_older.empty() || position >= m_exact) {
            m_older.clear();
            m_stride = 1;
            return;
        }
        if (position > m_first) {
            const auto gone = std::min<std::uint64_t>((position - m_first) / m_stride, m_older.size() - 1);
            m_older.erase(m_older.begin(), m_older.begin() + static_cast<std::ptrdiff_t>(gone));
            m_first += gone * m_stride;
        }
        if (m_older.size() > kOlder / 2) thin();
    }
    // 0 when it is not known: not committed, or forgotten.
    SimTime at(std::uint64_t position) const {
        if (position >= m_size) return 0;
        if (position >= m_exact) return m_recent[position % kKept];
        if (m_older.empty() || position < m_first) return 0;
        return m_older[std::min<std::uint64_t>((position - m_first) / m_stride, m_older.size() - 1)];
    }

private:
    void retire(std::uint64_t position) {
        if (full()) thin();
        if (m_older.empty()) m_first = position;
        if ((position - m_first) % m_stride == 0) m_older.push_back(m_recent[position % kKept]);
    }
    void thin() {
        for (std::size_t i = 2; i < m_older.size(); i += 2)
            m_older[i / 2] = m_older[i];
        m_older.resize((m_older.size() + 1) / 2);
        m_stride *= 2;
    }

    std::vector<SimTime> m_recent; // ring: positions m_exact and later
    std::vector<SimTime> m_older;  // positions m_first, m_first + m_stride, ...
    std::uint64_t m_size = 0, m_exact = 0, m_first = 0, m_stride = 1;
};

} // namespace alwayson::sim
