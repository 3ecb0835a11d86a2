#pragma once
// Groups whose members are not alike, as flat arrays.

#include "simulator/compile/model.h"

namespace alwayson::sim {

// Adds Model::vrrp with its members. The model must have its nodes. O(groups x nodes).
void addVrrpPairs(Model& model, const Design& design);

} // namespace alwayson::sim
