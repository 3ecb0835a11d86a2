#pragma once
// The parameters of one node as the engine reads them. Places among the arrays of a model (node, slots,
// lines, targets, flows) are given by the compiler.

#include "core/model/design.h"
#include "simulator/compile/model.h"

namespace alwayson::sim {

SimTime timeOf(Duration duration);
ClientModel clientModel(const Node& node);
StationModel stationModel(const Node& node);
BalancerModel balancerModel(const Design& design, const Node& node);

// Adds Model::caches: those with something behind them. The model must have its calls. O(nodes + links).
void addCaches(Model& model, const Design& design);

} // namespace alwayson::sim
