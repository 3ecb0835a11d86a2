#include "simulator/estimate/histogram.h"

#include <algorithm>
#include <cmath>

namespace alwayson::sim {

double LogHistogram::lowOf(std::size_t bucket) {
    if (bucket < (2U << kSubBits)) return static_cast<double>(bucket);
    const std::size_t shift = (bucket >> kSubBits) - 1;
    const std::size_t mantissa = bucket - (shift << kSubBits);
    return std::ldexp(static_cast<double>(mantissa), static_cast<int>(shift));
}

double LogHistogram::highOf(std::size_t bucket) {
    if (bucket < (2U << kSubBits)) return static_cast<double>(bucket + 1);
    const std::size_t shift = (bucket >> kSubBits) - 1;
    const std::size_t mantissa = bucket - (shift << kSubBits);
    return std::ldexp(static_cast<double>(mantissa + 1), static_cast<int>(shift));
}

void LogHistogram::addCount(std::size_t bucket, std::uint64_t count) {
    allocate();
    m_counts[bucket] += count;
    m_first = std::min(m_first, bucket);
    m_last = std::max(m_last, bucket);
}

void LogHistogram::clear() {
    for (std::size_t i = m_first; i < endBucket(); ++i)
        m_counts[i] = 0;
    m_first = kBuckets;
    m_last = 0;
}

void LogHistogram::merge(const LogHistogram& other) {
    for (std::size_t i = other.firstBucket(); i < other.endBucket(); ++i)
        if (other.m_counts[i]) addCount(i, other.m_counts[i]);
}

std::uint64_t LogHistogram::total() const {
    std::uint64_t sum = 0;
    for (std::size_t i = m_first; i < endBucket(); ++i)
        sum += m_counts[i];
    return sum;
}

double LogHistogram::quantile(double p) const {
    const std::uint64_t n = total();
    if (n == 0) return 0;
    const double wanted = p * static_cast<double>(n);
    double below = 0;
    for (std::size_t i = m_first; i < endBucket(); ++i) {
        const auto here = static_cast<double>(m_counts[i]);
        if (here > 0 && below + here >= wanted)
            return lowOf(i) + (highOf(i) - lowOf(i)) * std::clamp((wanted - below) / here, 0.0, 1.0);
        below += here;
    }
    return highOf(m_last);
}

} // namespace alwayson::sim
