#pragma once
// How long packets travel between two nodes, by the places they are in.

#include "core/base/quantity.h"
#include "core/model/design.h"

#include <vector>

namespace alwayson {

// There and back: that of the innermost place that holds both; 80 ms (two coasts of a continent, order of
// magnitude) when they are in different places that none contains; 0 when one of them is in no place.
// O(depth squared).
Duration roundTripOfPlaces(const Design& design, const Node& a, const Node& b);

// There and back of a call over this link: its own latency where one is given; for clients in no place their
// network's; else by places.
Duration roundTripOver(const Design& design, const Link& link, const Node& from, const Node& to);

// How long changes are on their way from `source` to each member of the group, in design order: half of the
// round trip of each stream between them (member_roles.h), s. A chain adds up; 0 for the source itself and
// where nothing is copied. O(members^2).
std::vector<double> replicationWays(const Design& design, const Group& group, const Node& source);

} // namespace alwayson
