#pragma once
// Latency without a simulation, where a formula holds.

#include "core/graph/static_load.h"
#include "core/results/estimate.h"

namespace alwayson::verbs {

// 99th percentile in ms of successful requests, everything up, in steady state. A formula holds for Poisson
// clients that call one server with exponential service in order of arrival, which calls nobody (M/M/c); the
// network round trip is added. Otherwise Method::none with a note that says what stands against it.
Estimate staticLatencyP99Ms(const Design& design, const StaticLoad& load);

} // namespace alwayson::verbs
