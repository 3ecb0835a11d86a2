#pragma once
// The order of the variables of a System, and what is settled after each (private to core/structure).

#include "core/structure/system.h"

#include <set>
#include <utility>
#include <vector>

namespace alwayson {

// Nodes of the system: the first is asked for before the second.
using SystemPreferences = std::set<std::pair<std::uint32_t, std::uint32_t>>;

// Fills layers, joints, finishFirst and complete.
void scheduleSystem(System& system, SystemOrder order, const SystemPreferences& before,
                    const std::vector<JointBlock>& blocks);

} // namespace alwayson
