#pragma once
// Groups whose members are not alike, as flat arrays.

#include "simulator/compile/model.h"

namespace alwayson::sim {

// Adds Model::vrrp with its members. The model must have its nodes. O(groups x nodes).
void addVrrpPairs(Model& model, const Design& design);

// Adds Model::standbys and Model::interruptions. The model must have its nodes. O(groups x nodes).
void addPools(Model& model, const Design& design);
// Which targets of a balancer, the last one that has targets, belong to such pools: those of a pool that it
// calls as such or all members of which it calls. O(pools x members x targets).
void addStandbyTargets(Model& model, const Design& design, BalancerModel& balancer);
// Who calls members of such pools. The model must have its edges. O(edges x callers).
void addPoolCallers(Model& model);

// Adds Model::stores with their members. The model must have its nodes and stations. O(groups x nodes).
void addStores(Model& model, const Design& design);
// The route of a caller to a store; added when there is none yet. `linked`: whose link it uses, itself or the
// cache it looks aside. O(routes).
Index routeTo(Model& model, const Design& design, Index store, Index caller, Index linked);

} // namespace alwayson::sim
