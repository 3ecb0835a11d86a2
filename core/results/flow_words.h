#pragma once
// Which flows of a result say something that no other of them does: lists for people leave out the rest.

#include "core/results/simulation_result.h"

#include <string>
#include <string_view>

namespace alwayson {

// "shoppers:read", not a client or the design.
bool isClassFlow(std::string_view flow);
// The client of a result that has no other; "" when there are several, or none. O(flows).
std::string onlyClient(const SimulationResult& result);
// False for a client with one class, and for a design with one class in all: they are as that class is.
// O(flows).
bool saysMore(const SimulationResult& result, std::string_view flow);

} // namespace alwayson
