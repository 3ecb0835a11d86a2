#pragma once
// Who sends how many requests to whom in normal operation: everything up, no retries, balancers share evenly.
// The one place where request rates follow links: bills, rules about capacity and core/structure read it; the
// definition of "up" lives in core/structure.

#include "core/model/design.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace alwayson {

// Arrivals per node, for clients what they send, and how many of them write: by their class, unless a link on
// the way says otherwise.
struct RequestRates {
    std::vector<double> requestsPerS;
    std::vector<double> writesPerS;
};

// Each client sends rate x share of each class over its links. A balancer passes a request to one of its
// targets, each with the same chance, however many links lead to it (an export lists a server once); any
// other node makes calls_per_request calls on each of its links, a cache for what it does not answer itself;
// a call to a group goes to one member, of those that take it (call_rules.h). Calls that close a cycle are
// left out. Time O(classes x (nodes + links x members)), memory O(nodes + links).
RequestRates requestRates(const Design& design);

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

struct StaticLoad : RequestRates {
    // By link, then caller, then callee; edges without requests included: those that close a cycle, and
    // further links of a balancer to a target it has already.
    std::vector<LoadEdge> edges;
    std::vector<std::uint32_t> order; // all nodes, callers before those they call (but for a cycle)
    std::vector<std::uint32_t>
        cycle; // one request cycle, each node calls the next and the last the first; or empty
};

// The same rates, edge by edge. Inner calls are as large as the client's requests and responses. Memory
// O(links x callers x members).
StaticLoad staticLoad(const Design& design);

// Calls of one node to another over one link, made for requests of one class of one client that read, or
// write, at `from`.
struct ClassCalls {
    std::uint32_t link = 0, from = 0, to = 0; // positions in Design::links and Design::nodes
    bool callerWrites = false, writes = false;
    double requestsPerS = 0; // at `from`
    double callsPerS = 0;    // from there to `to`
};

// Hands over the calls of one class after the other: callers before those they call, those of one node for
// its reads, or its writes, together and in the order in which it makes them. Time and memory as above.
using CallVisitor = std::function<void(const RequestClass&, const std::vector<ClassCalls>&)>;
void visitCalls(const Design& design, const CallVisitor& ofClass);

} // namespace alwayson
