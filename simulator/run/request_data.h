#pragma once
// What a request run measured, in integers and sums that add up over replications, before it is made into a
// result.

#include "core/results/simulation_result.h"
#include "simulator/estimate/batch_means.h"
#include "simulator/run/request_engine.h"

#include <array>

namespace alwayson::sim {

struct FlowStep {
    std::uint64_t offered = 0, succeeded = 0, failed = 0;
    double latencySum = 0;   // ns
    double p50 = 0, p99 = 0; // ns
};

struct FlowData {
    std::uint64_t offered = 0, succeeded = 0, attempts = 0, degraded = 0, good = 0;
    std::array<std::uint64_t, kCauses> failed{};
    double latencySum = 0; // ns
    SimTime latencyMax = 0;
    LogHistogram latencies;
    SlicedHistogram sliced;
    std::vector<FlowStep> steps;
    std::vector<std::uint32_t> failedStarts; // FlowState::failedStarts, cells of the measured steps
    std::uint64_t failures() const;
    void add(const FlowData& other); // other's steps must be as many
};

struct NodeStep {
    double busy = 0, queue = 0; // ns x requests over the step
};

struct NodeData {
    double busyArea = 0, presentArea = 0; // ns
    std::uint64_t arrivals = 0, completed = 0, failed = 0, waits = 0, inFlight = 0;
    double waitSum = 0, sojournSum = 0; // ns
    LogHistogram waits99;
    std::vector<NodeStep> steps;
    std::vector<Slice> waitSlices, waitedSlices, sojournSlices;
    double downSeconds = 0;
    void add(const NodeData& other);
};

struct RunData {
    double originS = 0; // start of the measured window on the run's clock
    double stepS = 1;
    double measuredS = 0;
    std::size_t steps = 0;
    std::vector<FlowData> flows;
    std::vector<NodeData> nodes;              // design nodes
    std::vector<double> upSeconds;            // per structure flow, then the design
    std::vector<std::vector<double>> outages; // seconds, same order
    std::vector<RecoverySample> recovery;
    bool keepsData = false; // there are replication sets; the counts are of the measured window
    double lost = 0, diverged = 0, errant = 0, splitBrainS = 0, stale = 0, ambiguous = 0;
    double replicaReads = 0, readAgeMaxS = 0;
    LogHistogram readAges; // ns
    std::vector<double> rpoS;
    std::vector<LogEntry> log;
    std::shared_ptr<const Trace> trace;
    std::uint64_t events = 0;
    std::uint64_t fingerprint = 0;
    bool partial = false;
    std::string partialReason;
};

// Takes what the engine has gathered since the last call and forgets it there.
class Collector {
public:
    Collector(RequestEngine& engine, double stepS, std::size_t expectedSteps);
    // The engine stands at the end of a step of the measured window.
    void closeStep();
    // After the last step: figures that end with the window, whatever is followed after it.
    void closeWindow();
    // After the requests in flight: the totals.
    RunData finish();
    // Forgets what was gathered in the warm-up.
    static void discard(RequestEngine& engine);

private:
    void closeFlow(std::size_t f, bool inWindow);
    void closeNode(std::size_t n);
    void closeStores();
    void closeTakeOvers();
    RequestEngine& m_engine;
    RunData m_data;
    double m_atStep = 0;
    std::size_t m_cellsPerStep = 1;
    std::vector<FlowStep> m_before; // totals at the last step
};

} // namespace alwayson::sim
