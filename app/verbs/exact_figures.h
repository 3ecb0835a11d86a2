#pragma once
// What follows from the design without simulating: the structure, put together with the Markov chains of what
// is coupled.

#include "core/graph/held_times.h"
#include "core/structure/availability.h"

namespace alwayson::verbs {

// Groups and crews whose times are all exponential and given are in every figure, which stays exact. The
// others are in `withDetection` only, by chains with mean times, and `leftOut` names them.
// Errors: those of analyse() and of sim::groupBlocks().
Result<StructuralResult> exactFigures(const Design& design, const NormalOperation& normal,
                                      std::stop_token stop = {});
Result<StructuralResult> exactFigures(const Design& design, std::stop_token stop = {});

} // namespace alwayson::verbs
