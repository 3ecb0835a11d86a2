#pragma once
// For how long a request keeps a worker busy when nothing waits. A server that serves in order keeps its
// worker while it calls others, as thread-per-request programs do, so what is behind it takes capacity from
// it.

#include "core/graph/static_load.h"

#include <string>
#include <vector>

namespace alwayson {

struct HeldTimes {
    // Per node, s, means over its requests in normal operation: what its calls take, one link after the
    // other, each with its way there and back, its callee's own time and what that one calls; and all of it.
    std::vector<double> callsS, staysS;
};

// Clients: 0. A member without requests is given the calls of its busiest group mate. Waits in queues, for
// commits at replicas, retries and what fails are not in it. O(edges).
HeldTimes heldTimes(const Design& design, const StaticLoad& load);

// What each node can carry of the requests that it gets in normal operation, per s; infinity: unlimited.
// Servers in order: workers / (their own work + their calls); that share their cores: by their work alone;
// the rest: capacityOf() of core/catalogue/books.h. `why`: with the figures.
struct CarriedRate {
    double perSecond = 0;
    std::string why; // "8 workers / (12 ms of work + 3.1 ms of calls)"
};
std::vector<CarriedRate> carriedRates(const Design& design, const StaticLoad& load);

} // namespace alwayson
