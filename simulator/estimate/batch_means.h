#pragma once
// Intervals for figures of one long run whose observations depend on each other.

#include "core/results/estimate.h"
#include "simulator/estimate/histogram.h"

#include <cstdint>
#include <span>
#include <vector>

namespace alwayson::sim {

// One slice of a run: a sum and how many (or how long) it is over.
struct Slice {
    double sum = 0;
    double weight = 0;
};

// Interval of sum / weight over the whole run. Slices are joined into ever larger batches until neighbouring
// batches are no longer correlated (lag-1 test) or 16 are left; what correlation remains widens the interval
// (AR(1)). value is nullopt without weight; ci95 is absent with fewer than 8 slices. samples: batches used.
Estimate batchMeans(std::span<const Slice> slices);

// Histograms of consecutive slices, kept sparsely.
struct SlicedHistogram {
    struct Entry {
        std::uint32_t bucket = 0;
        std::uint32_t count = 0;
    };
    std::vector<Entry> entries;
    std::vector<std::size_t> ends; // of each slice's entries
    void close(const LogHistogram& slice);
};

// Quantile p of the whole, interval by batching: the quantiles of 16 to 32 batches of equal time, widened
// like the mean's. Values in ns times `scale`.
Estimate batchQuantile(const LogHistogram& whole, const SlicedHistogram& slices, double p, double scale);

// Independent replications of one figure: mean and Student's interval. Absent values are skipped.
Estimate replicationMean(std::span<const std::optional<double>> values);

} // namespace alwayson::sim
