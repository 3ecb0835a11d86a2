#pragma once
// Groups whose members are not alike, as flat arrays.

#include "simulator/compile/model.h"

namespace alwayson::sim {

// Adds Model::vrrp with its members. The model must have its nodes. O(groups x nodes).
void addVrrpPairs(Model& model, const Design& design);

// Adds Model::stores with their members. The model must have its nodes and stations. O(groups x nodes).
void addStores(Model& model, const Design& design);
// The route of a caller to a store; added when there is none yet. O(routes).
Index routeTo(Model& model, const Design& design, Index store, Index caller);

} // namespace alwayson::sim
