#pragma once
// For how long a request keeps a worker when nothing waits in queues, and what servers can carry by that. A
// server that serves in order keeps its worker while it calls others, as thread-per-request programs do, so
// what is behind it takes capacity from it. One place for loads, findings and core/structure; request runs
// have it by themselves.
//
//   counted      normal operation: the calls of the mix of requests that a node gets, one after the other or
//                side by side as its links say, each with its way there and back, the work of whoever serves
//                it, what that one calls, commits that wait for replicas; caches by their hit ratios; a
//                caller that looks a cache aside also for what is behind it, when the cache misses or says
//                nothing in time; nobody waits longer than the timeout and the attempts of the link (what is
//                not idempotent is not tried again), than the balancer on the way, or than a request may take
//   not counted  queues behind (they take more the busier those are), what repeated calls add to the load of
//                who is called, retries after errors, requests that end when a call fails; ways and members
//                that are other ones after a failure

#include "core/graph/static_load.h"
#include "core/model/design.h"

#include <array>
#include <string>
#include <vector>

namespace alwayson {

struct HeldTimes {
    // Per node, s: means of all calls of one of its requests that reads [0], that writes [1]. 0 for clients
    // and where a node calls nothing. A member that gets no such requests has those of its group.
    std::array<std::vector<double>, 2> callsS;
};

// Of one member each. Times do not depend on whether the node keeps a worker meanwhile. O(classes x (nodes +
// links x members)).
HeldTimes heldTimes(const Design& design);

// What a node can carry in normal operation, per s; infinity: unlimited.
struct CarriedRate {
    double perSecond = 0; // of the mix of requests that it gets, or its group, where it stands by
    double readsPerS = 0, writesPerS = 0; // if it got reads, or writes, alone
    double ownShare = 1;                  // of the time that a worker is kept: own work; the rest: calls
    std::string why;                      // "8 workers / (12 ms of work + 3.1 ms of calls)"
};

// Servers that serve in order: workers / (own work + calls); that share their cores: by their work alone;
// everything else: capacityOf() of core/catalogue/books.h. Members of a group with the same workers and work
// whose times differ by less than 10 % count with their common mean: where they stand makes no kinds of
// members of them. O(as above).
std::vector<CarriedRate> carriedRates(const Design& design, const RequestRates& rates);
std::vector<CarriedRate> carriedRates(const Design& design);

// One node that does not do its work as usual; whoever waits for it keeps workers for longer.
struct Disturbance {
    std::size_t node = static_cast<std::size_t>(-1); // position in Design::nodes
    double workFactor = 1;                           // on its times of work
    bool refuses = false; // a cache that callers look aside: they ask what is behind it at once
};
// What all others can carry meanwhile, by the same law; the rates are those of normal operation.
std::vector<CarriedRate> carriedRates(const Design& design, const RequestRates& rates,
                                      const Disturbance& disturbance);

// Who calls whom when all is well, and what everybody can carry: found once for findings, bills and figures
// of one design.
struct NormalOperation {
    StaticLoad load;
    std::vector<CarriedRate> carried; // per node
};
NormalOperation normalOperation(const Design& design);

} // namespace alwayson
