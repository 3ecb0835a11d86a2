#pragma once
// Design -> Model.

#include "core/base/result.h"
#include "simulator/compile/model.h"

namespace alwayson::sim {

// A design (and a scenario of it, or nullptr) as flat arrays. O(nodes x links of groups); 10,000 nodes in
// some 50 ms. Errors (invalidInput): "simulate.no_client", "simulate.no_target" (a client, or a balancer that
// requests can reach, without anything to call; a balancer that none can reach is named in Model::leftOut),
// "simulate.service" (a service time that does not resolve), "simulate.event" (an event whose target or mode
// is unknown), "simulate.too_large".
Result<Model> compileModel(const Design& design, const Scenario* scenario);

// Finds the express lanes of a compiled model; compileModel() has done so. O(nodes + edges).
void addExpressLanes(Model& model);
// The same model without them: every event goes the plain way. The results are the same, bit for bit, but for
// the order of events at one nanosecond.
void removeExpressLanes(Model& model);

} // namespace alwayson::sim
