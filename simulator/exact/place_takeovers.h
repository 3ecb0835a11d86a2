#pragma once
// Take-overs because the place of the active member is out, which chains of groups do not know of.

#include "core/structure/joint.h"

#include <vector>

namespace alwayson {
struct Design;
}

namespace alwayson::sim {

// Share of time that each flow, and last the design, is down for it: rate of the outage x mean length of the
// take-over (or of the human's, or of the outage, if shorter) where the rest would serve. First order: one
// place and nothing else. `blocks`: how often each member is the active one; groups in none count as led by
// their first member. O(places x groups x evaluation).
std::vector<double> placeTakeOvers(const Design& design, const StateFunction& function,
                                   const std::vector<JointBlock>& blocks);

} // namespace alwayson::sim
