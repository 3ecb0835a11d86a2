#pragma once
// What users get who wait for each answer, beside the exact figure where there is one.

#include "core/results/simulation_result.h"
#include "simulator/compile/model.h"

namespace alwayson::sim {

// One entry for each client made of users, from the flows of the result (X from the requests that ended, R
// from latencies). The exact figure (closed_network.h) where these users are the only ones who ask, each
// request visits stations one after the other that are queues in product form (exponential service in order
// of arrival, or a shared processor with any service), nothing failed in the run and it followed no scenario.
// Travel counts as thinking there and as waiting in the response. O(users^2 x stations), at most 2000 users.
std::vector<UsersFigure> usersFigures(const Model& model, bool inScenario, const SimulationResult& result);

} // namespace alwayson::sim
