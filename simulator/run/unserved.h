#pragma once
// When were users not served? Outages as those see them who ask, beside those of the parts (2-model,
// Definitions: Up): full queues, retries and late answers fail requests although enough parts work.

#include <cstdint>
#include <span>
#include <vector>

namespace alwayson::sim {

// A time in which too many of the requests that were begun in it failed; seconds from the start of the
// measured window.
struct UnservedTime {
    double fromS = 0, toS = 0;
    double seconds() const { return toS - fromS; }
};

// offered: requests begun per step. failedStarts: of them those that failed in the end, per cell of the time
// at which they were begun; every step has the same number of cells. wanted: share of the requests that has
// to be answered well, as for "up" (0..1).
//
// Cells are joined until 20 requests are expected. Such a look is bad when the share that
// failed is above 1 - wanted by two standard errors of that share, so that a few errors of a healthy design
// are no outage; adjacent bad looks are one unserved time, from the first cell with a failure to the last.
// One with fewer than three failures is none. In order. O(cells).
std::vector<UnservedTime> unservedTimes(std::span<const std::uint64_t> offered,
                                        std::span<const std::uint32_t> failedStarts, double stepS,
                                        double wanted);

// The times in which any of them is unserved. Both in order.
std::vector<UnservedTime> unite(std::span<const UnservedTime> a, std::span<const UnservedTime> b);

} // namespace alwayson::sim
