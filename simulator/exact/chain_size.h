#pragma once
// How large a chain becomes, before it is explored.

#include "simulator/exact/coupled_chain.h"

namespace alwayson::sim {

// The chain has at least so many states: its parts fail one by one, up to `mostFailed` at once, whatever
// their groups do meanwhile. 1 where that is not certain. O(parts + mostFailed squared x kinds of parts).
double leastStates(const Coupled& coupled, std::size_t mostFailed);

} // namespace alwayson::sim
