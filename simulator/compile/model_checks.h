#pragma once
// What a model must be like before it can run.

#include "core/base/result.h"
#include "simulator/compile/model.h"

#include <vector>

namespace alwayson::sim {

// Nodes that a request of some client can get to. O(nodes + edges).
std::vector<bool> reachedNodes(const Model& model);

// Error simulate.cycle: some nodes call each other in a circle. O(nodes + edges).
Status checkCycles(const Model& model);

} // namespace alwayson::sim
