#pragma once
// Findings about a design, as values. Errors: simulating it would be meaningless. Warnings: risks. Hints:
// improvements.

#include "core/graph/held_times.h"
#include "core/results/check_report.h"

#include <vector>

namespace alwayson {

// Errors first, then warnings and hints; by code, then by ids. The same design gives the same list.
// O((nodes + domains) x (nodes + links)) in the worst case; some milliseconds for 100 nodes.
std::vector<Issue> validate(const Design& design, const NormalOperation& normal);
std::vector<Issue> validate(const Design& design);

} // namespace alwayson
