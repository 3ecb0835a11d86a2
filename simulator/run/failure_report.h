#pragma once
#include "simulator/run/failure_model.h"
#include "simulator/run/failure_run.h"
#include "simulator/run/failure_totals.h"

namespace alwayson::sim {

// Totals -> figures with intervals and notes.
SimulationResult reportFailures(const FailureModel& model, const RunTotals& totals,
                                const FailureRunOptions& options);

// Share of time that the observable o is down, with its interval.
// `sequential`: of a run that stops when this interval is narrow enough. Such a run stops rather when its
// spread happens to look small; a level of 96 % then covers what 95 % says (1000 seeds of R4: 926 otherwise).
Interval downInterval(const FailureModel& model, const RunTotals& totals, std::size_t o, bool sequential);

} // namespace alwayson::sim
