#pragma once
// Objectives against results: met, missed or undecided, with a sentence that says by how much.

#include "core/model/entities.h"
#include "core/results/simulation_result.h"

namespace alwayson::verbs {

// met is decided by the interval where there is one: missed only when all of it is on the wrong side,
// undecided when it straddles the target or when this run did not compute the figure. `result` must have its
// flows and cost.
ObjectiveResult judge(const Objective& objective, const SimulationResult& result);

} // namespace alwayson::verbs
