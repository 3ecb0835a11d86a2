#pragma once
// Requests one by one: latencies, errors by cause, queues, retries, what every balancer sees, over a scenario
// or over a stretch of normal operation (3-simulation, Requests).

#include "core/base/result.h"
#include "core/model/design.h"
#include "core/results/simulation_result.h"

#include <cstdint>
#include <functional>
#include <stop_token>

namespace alwayson::sim {

struct RequestRunOptions {
    const Scenario* scenario = nullptr; // nullptr: normal operation, nothing fails
    double durationS = 0;               // measured time; 0: the scenario's, or 300 s
    double warmupS = -1;                // before it; negative: chosen (a start from empty must be over)
    std::uint64_t seed = 1;
    std::uint64_t unit = 0; // replication number: another stream of random numbers
    double traceStepS = 0;  // > 0: record a Trace; at most 20,000 frames, the step grows when needed
    std::uint64_t maxEvents = 2'000'000'000; // used up: partial result
};

// One replication. Fills flows (per class, client and "design"), nodes, recovery, series, nodeSeries, events,
// assumptions, objectives' inputs, fingerprint, simulatedSeconds, trace. The caller adds cost, exact figures,
// objectives and the command line. Figures are over the measured time; requests in flight at its end are
// followed to their deadline. Without a scenario latencies carry 95 % intervals by batch means; with one, see
// runRequestsReplicated. Same design, options and seed: same bytes on every machine and in every build type.
// Errors: those of compileModel and StateFunction::compile; cancelled when stopped before anything was
// measured (later: a partial result). progress(share) is called at most some 300 times, on the calling
// thread. Work: 30 to 100 ns per event, 2 to 8 events per request.
Result<SimulationResult> runRequests(const Design& design, const RequestRunOptions& options,
                                     std::stop_token stop = {},
                                     const std::function<void(double share)>& progress = {});

// `replications` runs with units options.unit, options.unit + 1, ... on `threads` threads (0: all cores).
// Counts and histograms are added up, rates and latencies carry 95 % intervals over the replications; series
// are means over them (counts rounded), events and trace are those of the first. The result does not depend
// on the number of threads.
Result<SimulationResult> runRequestsReplicated(const Design& design, const RequestRunOptions& options,
                                               std::uint64_t replications, unsigned threads,
                                               std::stop_token stop = {},
                                               const std::function<void(double share)>& progress = {});

} // namespace alwayson::sim
