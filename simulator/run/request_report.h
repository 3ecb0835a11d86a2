#pragma once
// Measured data -> result values.

#include "simulator/run/request_data.h"
#include "simulator/run/request_run.h"

#include <span>

namespace alwayson::sim {

// runs: one per replication, in order, all over the same time.
SimulationResult makeResult(const Design& design, const Model& model, const StateFunction& structure,
                            const RequestRunOptions& options, std::span<RunData> runs);

} // namespace alwayson::sim
