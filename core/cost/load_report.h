#pragma once
// Load and capacity of every node and pool in normal operation, as the reports show them.

#include "core/graph/held_times.h"
#include "core/results/check_report.h"

#include <vector>

namespace alwayson {

// Nodes that are called, in design order, then groups that are called, with what they can carry
// (core/graph/held_times.h). A group's capacity is that of all its
// members as they share its load evenly: members x the weakest. utilisationWithoutOne of a group: the same
// without its strongest member; of a member: as its group; negative when nobody is left. O(nodes + links +
// groups x nodes).
std::vector<Load> loadReport(const Design& design, const NormalOperation& normal);

} // namespace alwayson
