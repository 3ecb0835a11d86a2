#pragma once
// Nodes and places as far as failures go.

#include "simulator/compile/model.h"

namespace alwayson::sim {

// Adds Model::components: the nodes of the design, then its places. O(nodes x depth of places).
void addComponents(Model& model, const Design& design);

} // namespace alwayson::sim
