#pragma once
// How long packets travel between two nodes, by the places they are in.

#include "core/base/quantity.h"
#include "core/model/design.h"

namespace alwayson {

// There and back: that of the innermost place that holds both; 80 ms (two coasts of a continent, order of
// magnitude) when they are in different places that none contains; 0 when one of them is in no place.
// O(depth squared).
Duration roundTripOfPlaces(const Design& design, const Node& a, const Node& b);

} // namespace alwayson
