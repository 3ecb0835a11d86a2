#pragma once
// Who sends how many requests to whom in normal operation: everything up, no retries, balancers share evenly.
// For bills and for rules about capacity; the definition of "up" lives in core/structure.

#include "core/model/design.h"

#include <cstdint>
#include <vector>

namespace alwayson {

// Requests that one node sends to another over one link. Indices are positions in Design::nodes and
// Design::links.
struct LoadEdge {
    std::uint32_t link = 0;
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    double requestsPerS = 0;
    double requestBytesPerS = 0;  // towards `to`
    double responseBytesPerS = 0; // back to `from`
};

struct StaticLoad {
    std::vector<double> requestsPerS; // arrivals per node; for clients: what they send
    std::vector<LoadEdge> edges;      // by link, then caller, then callee; edges without requests included
    std::vector<std::uint32_t> order; // all nodes, callers before those they call (but for a cycle)
    std::vector<std::uint32_t>
        cycle; // one request cycle, each node calls the next and the last the first; or empty
};

// Each client sends rate x share of each class over its links. A balancer passes a request to one of its
// targets, each with the same chance; any other node makes calls_per_request calls on each of its links; a
// call to a group goes to one member. Inner calls are as large as the client's requests and responses. Calls
// that close a cycle are left out. O(classes x (nodes + links x members)).
StaticLoad staticLoad(const Design& design);

} // namespace alwayson
