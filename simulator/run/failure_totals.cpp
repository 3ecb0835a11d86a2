#include "simulator/run/failure_totals.h"

#include "simulator/kernel/fingerprint.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace alwayson::sim {

namespace {

constexpr std::size_t kRawLimit = 4096;
constexpr unsigned kSubBits = 6;
constexpr double kSmallest = 0x1p-20; // about 1 us
constexpr std::size_t kBuckets = (60U << kSubBits) + 1;
constexpr std::size_t kListLimit = 1000;

// Sub-bucket from the exponent and the top bits of the mantissa.
std::size_t bucketOf(double seconds) {
    if (!(seconds >= kSmallest)) return 0;
    const auto offset =
        (std::bit_cast<std::uint64_t>(seconds) - std::bit_cast<std::uint64_t>(kSmallest)) >> (52 - kSubBits);
    return std::min<std::size_t>(static_cast<std::size_t>(offset) + 1, kBuckets - 1);
}
double middleOf(std::size_t bucket) {
    if (bucket == 0) return 0;
    const std::uint64_t low = std::bit_cast<std::uint64_t>(kSmallest) +
                              ((static_cast<std::uint64_t>(bucket) - 1) << (52 - kSubBits));
    const std::uint64_t high = low + (std::uint64_t{1} << (52 - kSubBits));
    return (std::bit_cast<double>(low) + std::bit_cast<double>(high)) / 2;
}

template <class T>
void addAll(std::vector<T>& to, const std::vector<T>& from) {
    for (std::size_t i = 0; i < from.size(); ++i)
        to[i] += from[i];
}
template <class Totals>
void mergeAll(std::vector<Totals>& to, const std::vector<Totals>& from) {
    for (std::size_t i = 0; i < from.size(); ++i)
        to[i].merge(from[i]);
}

} // namespace

void QuantileStore::addToBucket(double seconds, std::uint64_t times) {
    m_buckets[bucketOf(seconds)] += times;
}

void QuantileStore::toBuckets() {
    if (!m_buckets.empty()) return;
    m_buckets.assign(kBuckets, 0);
    for (const double value : m_raw)
        addToBucket(value, 1);
    m_raw = {};
}

void QuantileStore::add(double seconds) {
    ++m_count;
    if (m_buckets.empty() && m_raw.size() < kRawLimit) {
        m_raw.push_back(seconds);
        return;
    }
    toBuckets();
    addToBucket(seconds, 1);
}

void QuantileStore::merge(const QuantileStore& other) {
    if (other.m_count == 0) return;
    if (other.m_buckets.empty()) {
        for (const double value : other.m_raw)
            add(value);
        return;
    }
    toBuckets();
    addAll(m_buckets, other.m_buckets);
    m_count += other.m_count;
}

double QuantileStore::atRank(std::uint64_t rank) const {
    if (m_count == 0) return 0;
    rank = std::min(rank, m_count - 1);
    if (m_buckets.empty()) {
        std::vector<double> sorted = m_raw;
        std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(rank), sorted.end());
        return sorted[rank];
    }
    std::uint64_t below = 0;
    for (std::size_t b = 0; b < m_buckets.size(); ++b) {
        below += m_buckets[b];
        if (below > rank) return middleOf(b);
    }
    return middleOf(kBuckets - 1);
}

double QuantileStore::quantile(double p) const {
    const double rank = std::ceil(p * static_cast<double>(m_count)) - 1;
    return atRank(static_cast<std::uint64_t>(std::max(0.0, rank)));
}

std::uint64_t QuantileStore::countBelow(double seconds) const {
    if (m_buckets.empty())
        return static_cast<std::uint64_t>(
            std::count_if(m_raw.begin(), m_raw.end(), [&](double value) { return value < seconds; }));
    std::uint64_t below = 0;
    for (std::size_t b = 0; b < m_buckets.size() && middleOf(b) < seconds; ++b)
        below += m_buckets[b];
    return below;
}

void DurationTotals::add(double seconds) {
    ++count;
    sum += seconds;
    sumSquares += seconds * seconds;
    longest = std::max(longest, seconds);
    values.add(seconds);
}

void DurationTotals::merge(const DurationTotals& other) {
    count += other.count;
    sum += other.sum;
    sumSquares += other.sumSquares;
    longest = std::max(longest, other.longest);
    values.merge(other.values);
}

void GroupTotals::merge(const GroupTotals& other) {
    detection.merge(other.detection);
    promotion.merge(other.promotion);
    reroute.merge(other.reroute);
    failover.merge(other.failover);
    total.merge(other.total);
    served.merge(other.served);
    byHand += other.byHand;
    blocked += other.blocked;
    resumed += other.resumed;
    lost.merge(other.lost);
    lostWrites += other.lostWrites;
}

void UnitTotals::reset(const TotalsSizes& sizes) {
    *this = {};
    outages.resize(sizes.observables);
    modeSeconds.assign(sizes.modes, 0);
    workingSeconds.assign(sizes.components, 0);
    causeSeconds.assign(sizes.causes, 0);
    detection.resize(sizes.modes);
    recovery.resize(sizes.modes);
    back.resize(sizes.components);
    groups.resize(sizes.recoveries);
    periods.assign(sizes.periods, 0);
    periodsMissed.assign(sizes.periods, 0);
}

void RunTotals::reset(const TotalsSizes& sizes) {
    *this = {};
    down.resize(sizes.observables);
    loss.resize(sizes.observables);
    outageRate.resize(sizes.observables);
    firstOutages.resize(sizes.observables);
    nodeDown.resize(sizes.components);
    outages.resize(sizes.observables);
    modeSeconds.assign(sizes.modes, 0);
    workingSeconds.assign(sizes.components, 0);
    causeSeconds.assign(sizes.causes, 0);
    detection.resize(sizes.modes);
    recovery.resize(sizes.modes);
    back.resize(sizes.components);
    groups.resize(sizes.recoveries);
    periodsMissed.resize(sizes.periods);
}

void RunTotals::add(const UnitTotals& unit) {
    const std::size_t observables = down.size(), components = nodeDown.size();
    for (std::size_t b = 0; b < unit.batchSeconds.size(); ++b) {
        const double time = unit.batchSeconds[b];
        for (std::size_t o = 0; o < observables; ++o) {
            const std::size_t at = b * observables + o;
            const double began = unit.batchOutages[at];
            down[o].add(unit.batchDown[at], time);
            loss[o].add(unit.batchLoss[at], time);
            outageRate[o].add(began, time);
        }
        for (std::size_t c = 0; c < components; ++c)
            nodeDown[c].add(unit.batchNodeDown[b * components + c], time);
    }
    seconds += unit.seconds;
    ++units;
    events += unit.events;
    Fingerprint mixed{fingerprint};
    mixed.mix(unit.fingerprint);
    mixed.mix(unit.events);
    for (const DurationTotals& o : unit.outages)
        mixed.mix(o.count);
    fingerprint = mixed.value;
    mergeAll(outages, unit.outages);
    for (std::size_t o = 0; o < unit.firstOutage.size(); ++o)
        firstOutages[o].add(unit.firstOutage[o] < unit.seconds ? 1 : 0,
                            std::min(unit.firstOutage[o], unit.seconds));
    yearDown.merge(unit.yearDown);
    freeYears += unit.freeYears;
    for (std::size_t p = 0; p < unit.periods.size(); ++p)
        periodsMissed[p].add(static_cast<double>(unit.periodsMissed[p]),
                             static_cast<double>(unit.periods[p]));
    addAll(modeSeconds, unit.modeSeconds);
    addAll(workingSeconds, unit.workingSeconds);
    addAll(causeSeconds, unit.causeSeconds);
    mergeAll(detection, unit.detection);
    mergeAll(recovery, unit.recovery);
    mergeAll(back, unit.back);
    mergeAll(groups, unit.groups);
    for (const OutageRecord& outage : unit.list)
        if (list.size() < kListLimit) list.push_back(outage);
}

} // namespace alwayson::sim
