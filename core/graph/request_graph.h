#pragma once
// Who calls whom, as a graph (Boost.Graph): request cycles and reachability. Every function is O(nodes +
// links); a link to or from a group stands for all its members.

#include "core/model/design.h"

#include <string>
#include <string_view>
#include <vector>

namespace alwayson {

// Node ids along one request cycle, each calling the next and the last calling the first; empty when there is
// none. `also`: a link that is not in the design yet (ids of nodes or groups), to ask what it would do;
// nullptr: none.
std::vector<std::string> findRequestCycle(const Design& design, const Link* also = nullptr);

// "web1 -> db -> web1": the display names along a cycle, the first one again at the end.
std::string describeCycle(const Design& design, const std::vector<std::string>& cycle);

// Ids of the nodes that requests from `start` (a node) can reach, `start` included, in the order of the
// design.
std::vector<std::string> reachableFrom(const Design& design, std::string_view start);

} // namespace alwayson
