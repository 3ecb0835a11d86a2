#pragma once
#include "simulator/run/failure_model.h"
#include "simulator/run/failure_run.h"
#include "simulator/run/failure_totals.h"

namespace alwayson::sim {

// Totals -> figures with intervals and notes.
SimulationResult reportFailures(const FailureModel& model, const RunTotals& totals,
                                const FailureRunOptions& options);

// Share of time that the observable o is down, with its interval.
Interval downInterval(const FailureModel& model, const RunTotals& totals, std::size_t o);

} // namespace alwayson::sim
