#pragma once
// Latencies as counts in logarithmic buckets: 128 per octave, so a bucket's middle is within 0.4 % of what
// fell into it. Merging is addition of integers, so the order of merging never matters.

#include "simulator/kernel/sim_time.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace alwayson::sim {

class LogHistogram {
public:
    static constexpr unsigned kSubBits = 7;
    static constexpr std::size_t kBuckets = (63 - kSubBits + 1) << kSubBits;

    static std::size_t bucketOf(SimTime ns) {
        const auto v = static_cast<std::uint64_t>(ns);
        if (v < (1U << kSubBits)) return static_cast<std::size_t>(v);
        const unsigned shift = 63U - static_cast<unsigned>(std::countl_zero(v)) - kSubBits;
        return (static_cast<std::size_t>(shift) << kSubBits) + static_cast<std::size_t>(v >> shift);
    }
    // Bounds of a bucket in ns: [low, high).
    static double lowOf(std::size_t bucket);
    static double highOf(std::size_t bucket);

    void add(SimTime ns) {
        const std::size_t bucket = bucketOf(ns);
        ++m_counts[bucket];
        m_first = bucket < m_first ? bucket : m_first;
        m_last = bucket > m_last ? bucket : m_last;
    }
    void addCount(std::size_t bucket, std::uint64_t count);
    // Forgets everything; touches only what was used.
    void clear();
    void merge(const LogHistogram& other);
    // Space for the buckets; needed before add().
    void allocate() {
        if (m_counts.empty()) m_counts.assign(kBuckets, 0);
    }
    bool allocated() const { return !m_counts.empty(); }

    std::uint64_t total() const;
    // Value in ns below which a share p of the samples lies, linear inside the bucket; 0 without samples.
    double quantile(double p) const;
    // First and one past the last used bucket.
    std::size_t firstBucket() const { return m_first; }
    std::size_t endBucket() const { return m_first > m_last ? m_first : m_last + 1; }
    std::uint64_t count(std::size_t bucket) const { return m_counts[bucket]; }

private:
    std::vector<std::uint64_t> m_counts;
    std::size_t m_first = kBuckets;
    std::size_t m_last = 0;
};

} // namespace alwayson::sim
