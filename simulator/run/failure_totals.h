#pragma once
// What failure runs count: per work unit, then merged in index order.

#include "simulator/estimate/interval.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace alwayson::sim {

// Quantiles of durations in seconds: exact while there are few, then from buckets of 64 per octave (0.8 %
// wide at most).
class QuantileStore {
public:
    void add(double seconds);
    void merge(const QuantileStore& other);
    std::uint64_t count() const { return m_count; }
    // Value of rank 0 .. count - 1 in sorted order.
    double atRank(std::uint64_t rank) const;
    double quantile(double p) const; // 0 when empty
    // How many are below this many seconds; a bucket counts by its middle.
    std::uint64_t countBelow(double seconds) const;
    // The values in the order they came, while they are few; empty afterwards.
    const std::vector<double>& raw() const { return m_raw; }

private:
    void toBuckets();
    void addToBucket(double seconds, std::uint64_t times);
    std::uint64_t m_count = 0;
    std::vector<double> m_raw;
    std::vector<std::uint64_t> m_buckets; // 0: zero and below 1 us
};

struct DurationTotals {
    std::uint64_t count = 0;
    double sum = 0, sumSquares = 0, longest = 0;
    QuantileStore values;
    void add(double seconds);
    void merge(const DurationTotals& other);
};

// How many of each there are.
struct TotalsSizes {
    std::size_t observables = 0, components = 0, modes = 0, causes = 0, recoveries = 0, periods = 0;
};

// Recoveries of a group from one kind of failure, in seconds from the failure.
struct GroupTotals {
    DurationTotals detection;  // until it was known
    DurationTotals promotion;  // from then until another member was the active one
    DurationTotals reroute;    // from then until the last caller reached it
    DurationTotals failover;   // from when it was known until the last caller reached it
    DurationTotals total;      // until callers were served, after a take-over by whomever
    DurationTotals served;     // the same of every loss, with a take-over or without
    std::uint64_t byHand = 0;  // of these, by a human
    std::uint64_t blocked = 0; // came too soon after a take-over: a human was waited for
    std::uint64_t resumed = 0; // no take-over: the lost one was back first, or all were lost
    DurationTotals lost;       // seconds of writes that a new source lacked
    double lostWrites = 0;     // expected
    void merge(const GroupTotals& other);
};

// An outage of the design. Seconds since the start of the history.
struct OutageRecord {
    double start = 0, end = 0;
    std::uint32_t cause = 0; // of FailureModel::causeCount()
    bool open = false;       // still down at the end
};

struct HistoryEntry {
    double at = 0;
    std::uint32_t component = 0;
    std::uint16_t state = 0;
    friend bool operator==(const HistoryEntry&, const HistoryEntry&) = default;
};

// Of one work unit. Indices: o observables, c components, m modes of FailureModel.
struct UnitTotals {
    double seconds = 0;
    std::uint64_t events = 0;
    std::uint64_t fingerprint = 0;
    std::vector<double> batchSeconds;
    std::vector<double> batchDown;           // [batch * observables + o]
    std::vector<double> batchLoss;           // the same: integral of 1 - a
    std::vector<std::uint32_t> batchOutages; // the same: outages that began
    std::vector<double> batchNodeDown;       // [batch * components + c]
    std::vector<DurationTotals> outages;     // [o], those that began in the unit
    std::vector<double>
        firstOutage;         // [o] seconds from new until the first, infinity: none; empty: not from new
    DurationTotals yearDown; // of the design, one value per whole year
    std::uint64_t freeYears = 0;
    std::vector<std::uint64_t> periods, periodsMissed; // [period] whole ones, those that lost too much
    std::vector<double> modeSeconds;                   // [m]
    std::vector<double> workingSeconds;                // [c]
    std::vector<double> causeSeconds;                  // [cause], see FailureModel::causeCount()
    std::vector<DurationTotals> detection;             // [m] failure to a view that shows it
    std::vector<DurationTotals> recovery;              // [m] failure until a view shows the target up again
    std::vector<DurationTotals> back;                  // [c] working again until a view shows it
    std::vector<GroupTotals> groups;                   // [recovery]
    std::vector<OutageRecord> list;
    std::vector<HistoryEntry> history;

    void reset(const TotalsSizes& sizes);
};

// Of a whole run.
struct RunTotals {
    double seconds = 0;
    std::uint64_t units = 0, events = 0;
    std::uint64_t fingerprint = 0;
    bool precise = false; // the run stopped because its interval was narrow enough
    std::vector<RatioEstimator> down, loss, outageRate; // [o]; outages per second
    std::vector<RatioEstimator> nodeDown;               // [c]
    std::vector<DurationTotals> outages;                // [o]
    std::vector<RatioEstimator> periodsMissed;          // [period] over the whole ones
    std::vector<RatioEstimator> firstOutages;           // [o] one or none a history over the time until then
    DurationTotals yearDown;
    std::uint64_t freeYears = 0;
    std::vector<double> modeSeconds, workingSeconds, causeSeconds;
    std::vector<DurationTotals> detection, recovery, back;
    std::vector<GroupTotals> groups;
    std::vector<OutageRecord> list;

    void reset(const TotalsSizes& sizes);
    void add(const UnitTotals& unit); // in index order
};

} // namespace alwayson::sim
