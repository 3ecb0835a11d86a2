#pragma once
// What a simulation found. JSON: schema "alwayson-result/1" (6-interface).

#include "core/base/json_fwd.h"
#include "core/results/check_report.h"
#include "core/results/estimate.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace alwayson {

// Latency of successful logical requests in ms, first attempt to final answer.
struct LatencyFigures {
    Estimate mean, p50, p90, p95, p99, p999, max;
};

struct RequestCounts {
    std::uint64_t offered = 0;
    std::uint64_t succeeded = 0;
    std::uint64_t attempts = 0;                  // first attempts and retries
    std::uint64_t degraded = 0;                  // succeeded without an optional dependency
    std::map<std::string, std::uint64_t> failed; // stable causes: refused, reset, connect_timeout, ...
};

// How many durations lie in [fromS, belowS).
struct DurationBin {
    double fromS = 0;
    std::optional<double> belowS; // nullopt: no upper bound
    std::uint64_t count = 0;
};

struct OutageFigures {
    Estimate perYear;
    Estimate meanSeconds, p95Seconds, longestSeconds;
    std::vector<DurationBin> lengths; // histogram of the outages seen; bins side by side
};

// Times in which too many requests failed, whatever was up: more of those begun then than the client's
// up_threshold leaves (5 %). Of several flows: any of them. Request runs only.
struct UnservedFigures {
    Estimate totalS;   // in a run, mean over the runs
    Estimate longestS; // of all runs
    std::uint64_t count = 0;
};

struct FlowResult {
    std::string flow; // "shoppers:read", "shoppers", "design"
    Estimate availabilityTime, availabilityRequests, availabilityGood;
    LatencyFigures latencyMs;
    RequestCounts requests;
    OutageFigures outages;
    UnservedFigures unserved = {};
    // Hours from new until the first outage; of failure runs over a given number of years.
    Estimate mttffHours = {};
};

// Per node, for laws (Little, utilisation) and queueing references.
struct NodeResult {
    std::string id;
    double utilisation = 0;       // busy worker-time / (workers x time)
    double meanInSystem = 0;      // time average of requests in it, waiting and in service
    double arrivalsPerSecond = 0; // attempts that reached it
    std::uint64_t arrivals = 0, completed = 0, failed = 0, inFlightAtEnd = 0;
    Estimate waitProbability; // share of arrivals that had to wait
    Estimate meanWaitMs, p95WaitMs, p99WaitMs, meanSojournMs;
    Estimate availability; // share of time the node itself worked
};

struct Recovery {
    std::string what; // node, or group whose active member failed
    std::string mode; // failure mode id, or "back" for the way up; groups: "place" for an outage around the
                      // member, "any" for all of them
    Estimate detectionMeanS, detectionP95S;
    Estimate failoverMeanS, failoverP95S;
    Estimate totalMeanS, totalP95S;
    Estimate totalLongestS = {}; // groups, in failure runs: the worst seen
    // Groups: of every loss of the active member that ended, count + resumed, how long callers were not
    // served by one, however that ended: the RTO. `total` above is of take-overs alone.
    Estimate servedMeanS = {}, servedP95S = {}, servedLongestS = {};
    // Every sample with its observer, in order; for prediction intervals and charts. Detection in seconds.
    std::vector<double> detectionSamplesS;
    // Groups: parts of the failover, all take-overs and those that a human brought about; failures that had
    // to wait for a human because they came too soon after a take-over; and those without a take-over,
    // because the lost member, or after all were lost the first one back, went on.
    Estimate promotionMeanS = {}, promotionP95S = {};
    Estimate rerouteMeanS = {}, rerouteP95S = {};
    std::uint64_t count = 0, byHand = 0, blocked = 0, resumed = 0;
    // Request runs: take-overs that were under way or waited for when a run ended, and for how long the
    // longest of them had been. None of the times above counts them.
    std::uint64_t unfinished = 0;
    double unfinishedForS = 0;
    std::uint64_t losses() const { return count + resumed; } // that ended
    bool ofGroup() const { return count + blocked + resumed + unfinished > 0; }
    // Replication sets: seconds of writes that were lost with the old source.
    Estimate rpoMeanS = {}, rpoP95S = {};
};

// What happened to data.
struct DataFigures {
    Estimate lostWrites; // acknowledged and lost: per year in a failure run, in all in a request run
    Estimate rpoMeanS, rpoP95S;
    Estimate divergedWrites;
    // Reads that replicas answered, those of them that lacked any commit, and for how long the oldest commit
    // that they lacked had been there (seconds, over all reads of replicas; 0: nothing lacked).
    Estimate replicaReads, staleReads, readAgeP50S, readAgeP99S, readAgeMaxS;
    Estimate ambiguousWrites; // failed for their caller, and committed
    // Committed by a former source after the others had gone on without it, so that no other member has them,
    // whether anybody was told of them (lost, or on two sides) or nobody. Any of them keeps it out until its
    // data is sorted out.
    Estimate errantWrites;
    Estimate splitBrainS; // time with two members that both take writes
};

// One point of the series over time; figures over [atS - stepS, atS).
struct SeriesPoint {
    double atS = 0;
    std::uint64_t offered = 0, succeeded = 0, failed = 0; // by time of finish, offered by time of start
    double p50Ms = 0, p99Ms = 0; // of successes that finished in the step; 0 when there were none
};

struct NamedSeries {
    std::string id; // flow id, or node id for loads
    double stepS = 1;
    std::vector<SeriesPoint> points;
};

struct NodeSeries {
    std::string id;
    double stepS = 1;
    std::vector<double> busyShare; // mean share of busy workers in the step
    std::vector<double> queue;     // mean number waiting
};

// Something rare that happened in a scenario run, for the timeline and the log.
struct RunEvent {
    double atS = 0;
    std::string kind;       // "failed", "repaired", "check_failed", "marked_down", "marked_up", "load"
    std::string what;       // node or domain
    std::string by;         // observer, for views
    std::string text;       // "lb1 sees web2: check 2 of 3 failed"
    std::string mode = {};  // failed: id of the failure mode
    std::string brief = {}; // for a mark: "db1 crashed", "db2 is the source now"
};

struct Spread {
    Estimate outageFreeYear;                        // chance of a year without an outage
    Estimate downtimeP50, downtimeP95, downtimeP99; // minutes per year
};

// How many of the periods keep an objective that is about periods.
struct PeriodFigure {
    std::string objective; // id
    Estimate kept;         // share; samples: periods
};

struct WaterfallItem {
    std::string cause; // node or domain and mode: "web1: Process crash"
    double downtimeMinutesPerYear = 0;
};

// How sharp a run until precise enough became: half width of the 95 % interval over the unavailability of the
// design.
struct Precision {
    double wanted = 0.05;
    std::optional<double> reached; // nullopt: no outage was seen, so it is not known
    bool met = false;
};
// "known to within 7.5 % (5 % wanted)"; "not known at all, as no outage was seen (5 % wanted)".
std::string describe(const Precision& precision);

struct Trace; // core/results/trace.h

// Users who wait for each answer: N = X (Z + R) (Little 1961).
struct UsersFigure {
    std::string client;
    std::uint64_t users = 0;
    double thinkS = 0;                                   // Z, mean
    double throughputPerS = 0;                           // X: requests that ended, well or not
    std::vector<std::pair<std::string, double>> classes; // the same by class
    std::optional<double> responseMs;                    // R, mean of right answers
    std::optional<double> byLittle;                      // X (Z + R); only where every answer was right
    // Of a closed network of queues, where the design is one and nothing failed.
    std::optional<double> exactThroughputPerS, exactResponseMs;
};

struct SimulationResult {
    std::string designName, designHash;
    std::string engineVersion;
    int catalogueVersion = 1;
    std::string mode; // exact, availability, requests
    std::uint64_t seed = 1;
    std::string scenario; // "" without
    std::string priceBook, capacityBook;
    double simulatedSeconds = 0;
    std::uint64_t replications = 0;
    bool partial = false; // cancelled or a budget was used up: figures are what was reached
    std::string partialReason;
    std::optional<Precision> precision; // of runs that go on until precise enough
    std::vector<FlowResult> flows;
    std::vector<NodeResult> nodes;
    std::vector<UsersFigure> users; // of request runs
    std::vector<Recovery> recovery;
    DataFigures data;
    std::vector<ObjectiveResult> objectives;
    std::vector<NamedSeries> series;
    std::vector<NodeSeries> nodeSeries;
    std::vector<RunEvent> events;
    Spread spread;
    std::vector<PeriodFigure> periods; // of failure runs
    std::vector<WaterfallItem> waterfall;
    Cost cost;
    std::vector<FlowAvailability> exact;  // the same flows where known
    std::vector<std::string> assumptions; // sentences about what is not modelled or left out
    std::string fingerprint;              // 16 hex digits over the event stream and the integer accumulators
    std::string reproduce;                // the command line
    std::shared_ptr<const Trace> trace; // only when asked for (SimulateOptions::traceStepS); not in the JSON
};

Json toJson(const SimulationResult& result);

} // namespace alwayson
