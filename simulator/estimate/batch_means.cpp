#include "simulator/estimate/batch_means.h"

#include "simulator/estimate/interval.h"

#include <algorithm>
#include <cmath>

namespace alwayson::sim {
namespace {

struct Batches {
    std::vector<double> residuals; // sum - ratio * weight of each batch
    double weight = 0;             // mean weight of a batch
    double lag1 = 0;
    double variance = 0; // of the residuals
};

Batches makeBatches(std::span<const Slice> slices, double ratio, std::size_t perBatch) {
    Batches b;
    for (std::size_t i = 0; i + perBatch <= slices.size(); i += perBatch) {
        double residual = 0;
        for (std::size_t k = i; k < i + perBatch; ++k) {
            residual += slices[k].sum - ratio * slices[k].weight;
            b.weight += slices[k].weight;
        }
        b.residuals.push_back(residual);
    }
    const auto n = static_cast<double>(b.residuals.size());
    b.weight /= n;
    double mean = 0;
    for (const double r : b.residuals)
        mean += r / n;
    double cross = 0;
    for (std::size_t i = 0; i < b.residuals.size(); ++i) {
        b.variance += (b.residuals[i] - mean) * (b.residuals[i] - mean);
        if (i > 0) cross += (b.residuals[i] - mean) * (b.residuals[i - 1] - mean);
    }
    b.lag1 = b.variance > 0 ? cross / b.variance : 0;
    b.variance /= std::max(1.0, n - 1);
    return b;
}

// Widens for what correlation is left: the variance of a mean of an AR(1) sequence.
double inflation(double lag1) {
    const double phi = std::clamp(lag1, 0.0, 0.8);
    return (1 + phi) / (1 - phi);
}

} // namespace

Estimate batchMeans(std::span<const Slice> slices) {
    Estimate estimate;
    estimate.method = Method::simulated;
    Slice total;
    for (const Slice& slice : slices)
        total.sum += slice.sum, total.weight += slice.weight;
    if (!(total.weight > 0)) return Estimate::unknown();
    const double ratio = total.sum / total.weight;
    estimate.value = ratio;
    if (slices.size() < 8) return estimate;
    std::size_t perBatch = 1;
    Batches batches = makeBatches(slices, ratio, perBatch);
    while (slices.size() / (2 * perBatch) >= 16) {
        const auto n = static_cast<double>(batches.residuals.size());
        const bool fewPerBatch = total.weight / n < 64; // a batch of few observations is far from normal
        if (!fewPerBatch && batches.lag1 < 1.0 / std::sqrt(n)) break;
        perBatch *= 2;
        batches = makeBatches(slices, ratio, perBatch);
    }
    const auto n = static_cast<double>(batches.residuals.size());
    const double error = std::sqrt(batches.variance * inflation(batches.lag1) / n) / batches.weight;
    const double half = tFactor(n - 1) * error;
    estimate.ci95 = Interval{ratio - half, ratio + half};
    estimate.samples = batches.residuals.size();
    return estimate;
}

void SlicedHistogram::close(const LogHistogram& slice) {
    for (std::size_t b = slice.firstBucket(); b < slice.endBucket(); ++b)
        if (slice.count(b))
            entries.push_back({static_cast<std::uint32_t>(b), static_cast<std::uint32_t>(slice.count(b))});
    ends.push_back(entries.size());
}

Estimate batchQuantile(const LogHistogram& whole, const SlicedHistogram& slices, double p, double scale) {
    const std::uint64_t total = whole.total();
    if (total == 0) return Estimate::unknown();
    Estimate estimate;
    estimate.method = Method::simulated;
    const double value = whole.quantile(p);
    estimate.value = value * scale;
    const std::size_t count = slices.ends.size();
    if (count < 16) return estimate;
    // The share of each slice below the overall quantile, as a ratio of dependent counts; its error divided
    // by the density there is the quantile's. The density comes from the histogram around it.
    std::vector<Slice> below(count);
    std::size_t entry = 0;
    for (std::size_t i = 0; i < count; ++i)
        for (; entry < slices.ends[i]; ++entry) {
            const auto& e = slices.entries[entry];
            const double low = LogHistogram::lowOf(e.bucket);
            const double high = LogHistogram::highOf(e.bucket);
            const double share = std::clamp((value - low) / (high - low), 0.0, 1.0);
            below[i].sum += share * e.count;
            below[i].weight += e.count;
        }
    const Estimate share = batchMeans(below);
    if (!share.ci95) return estimate;
    const double half = std::max(0.0, 0.5 * (share.ci95->high - share.ci95->low));
    const double low = whole.quantile(std::clamp(p - half, 0.0, 1.0));
    const double high =
        p + half >= 1 ? LogHistogram::highOf(whole.endBucket() - 1) : whole.quantile(p + half);
    estimate.ci95 = Interval{low * scale, high * scale};
    estimate.samples = share.samples;
    return estimate;
}

Estimate replicationMean(std::span<const std::optional<double>> values) {
    double sum = 0, squares = 0;
    std::uint64_t n = 0;
    for (const auto& value : values)
        if (value) ++n, sum += *value;
    if (n == 0) return Estimate::unknown();
    Estimate estimate;
    estimate.method = Method::simulated;
    const double mean = sum / static_cast<double>(n);
    estimate.value = mean;
    estimate.samples = n;
    if (n < 2) return estimate;
    for (const auto& value : values)
        if (value) squares += (*value - mean) * (*value - mean);
    const double degrees = static_cast<double>(n - 1);
    const double half = tFactor(degrees) * std::sqrt(squares / degrees / static_cast<double>(n));
    estimate.ci95 = Interval{mean - half, mean + half};
    return estimate;
}

} // namespace alwayson::sim
