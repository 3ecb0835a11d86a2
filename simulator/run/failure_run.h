#pragma once
// Years of simulated operation of every part of a design (3-simulation, Failures): any distribution of times
// to failure and repair, several modes per node, outages of places, ageing, and what each balancer sees
// instead of the truth.

#include "core/base/result.h"
#include "core/model/design.h"
#include "core/results/simulation_result.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <stop_token>
#include <string>

namespace alwayson::sim {

struct FailureRunOptions {
    // 0: long-run figures, from stationary starts, until precise enough. Otherwise each replication starts
    // with everything new and working and its figures are over [0, years] (year = 8760 h).
    double years = 0;
    std::uint64_t replications =
        0; // with years: histories, 0 means 1. Without years: work units, 0 means chosen by precision
    double precision = 0.05; // relative half width wanted of the unavailability of the design
    std::uint64_t seed = 1;
    unsigned threads = 0;                                     // 0: all cores; never changes a result
    double budgetS = std::numeric_limits<double>::infinity(); // wall clock; used up: partial
    std::uint64_t maxEvents =
        0;                     // work budget in events, decides the number of rounds; 0: some seconds of work
    bool perfectViews = false; // balancers know the truth: what the exact engine computes
    bool listOutages =
        false; // the first 1000 outages of the design as events ("outage_began", "outage_ended")
};

struct FailureProgress {
    double share = 0; // 0..1 of the expected work
    std::string sentence;
};

// Fills flows (availability by time and by requests, outages), nodes (availability), recovery (detection),
// spread, waterfall, assumptions, events, fingerprint, simulatedSeconds, replications, partial. The caller
// adds names, cost, exact figures and objectives. Same design, options and seed: same bytes, for any number
// of threads. A cancelled run gives the partial result of the finished units, and Error cancelled when there
// is none. Errors: those of StateFunction::compile; "failures.years" (negative or too long). Work: about 0.2
// us per event for small designs; memory O(nodes + flows) per thread.
Result<SimulationResult> runFailures(const Design& design, const FailureRunOptions& options,
                                     std::stop_token stop = {},
                                     const std::function<void(const FailureProgress&)>& progress = {});

} // namespace alwayson::sim
