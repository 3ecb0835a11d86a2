#include "simulator/run/unserved.h"

#include <algorithm>
#include <cmath>

namespace alwayson::sim {

namespace {

constexpr double kRequestsPerLook = 20;
constexpr std::uint64_t kFewestFailures = 3;

// Cells that are judged together.
struct Look {
    std::size_t begin = 0, end = 0;
    double offered = 0;
    std::uint64_t failed = 0;

    bool isBad(double wanted) const {
        if (failed == 0) return false;
        const double share = 1 - wanted, enough = share * offered + 2 * std::sqrt(share * wanted * offered);
        return static_cast<double>(failed) >= std::min(enough, offered);
    }
};

class Search {
public:
    Search(std::span<const std::uint32_t> failedStarts, double cellS, double wanted)
        : m_failedStarts(failedStarts), m_cellS(cellS), m_wanted(wanted) {}

    void add(std::size_t cell, double offered) {
        m_look.offered += offered;
        m_look.failed += m_failedStarts[cell];
        m_look.end = cell + 1;
        if (m_look.offered >= kRequestsPerLook) judge();
    }

    std::vector<UnservedTime> finish() {
        judge();
        close();
        return std::move(m_found);
    }

private:
    void judge() {
        if (m_look.isBad(m_wanted)) {
            for (std::size_t cell = m_look.begin; cell < m_look.end; ++cell) {
                if (m_failedStarts[cell] == 0) continue;
                if (m_failed == 0) m_first = cell;
                m_last = cell;
                m_failed += m_failedStarts[cell];
            }
        } else {
            close();
        }
        m_look = {m_look.end, m_look.end, 0, 0};
    }

    void close() {
        if (m_failed >= kFewestFailures)
            m_found.push_back(
                {static_cast<double>(m_first) * m_cellS, static_cast<double>(m_last + 1) * m_cellS});
        m_failed = 0;
    }

    std::span<const std::uint32_t> m_failedStarts;
    double m_cellS, m_wanted;
    Look m_look;
    std::uint64_t m_failed = 0; // of the unserved time that goes on
    std::size_t m_first = 0, m_last = 0;
    std::vector<UnservedTime> m_found;
};

} // namespace

std::vector<UnservedTime> unservedTimes(std::span<const std::uint64_t> offered,
                                        std::span<const std::uint32_t> failedStarts, double stepS,
                                        double wanted) {
    if (offered.empty() || failedStarts.empty()) return {};
    const std::size_t cells = std::max<std::size_t>(1, failedStarts.size() / offered.size());
    Search search(failedStarts, stepS / static_cast<double>(cells), wanted);
    for (std::size_t cell = 0; cell < std::min(failedStarts.size(), offered.size() * cells); ++cell)
        search.add(cell, static_cast<double>(offered[cell / cells]) / static_cast<double>(cells));
    return search.finish();
}

std::vector<UnservedTime> unite(std::span<const UnservedTime> a, std::span<const UnservedTime> b) {
    std::vector<UnservedTime> all(a.begin(), a.end());
    all.insert(all.end(), b.begin(), b.end());
    std::sort(all.begin(), all.end(),
              [](const UnservedTime& one, const UnservedTime& other) { return one.fromS < other.fromS; });
    std::vector<UnservedTime> united;
    for (const UnservedTime& time : all) {
        if (!united.empty() && time.fromS <= united.back().toS)
            united.back().toS = std::max(united.back().toS, time.toS);
        else
            united.push_back(time);
    }
    return united;
}

} // namespace alwayson::sim
