#pragma once
// How long a balancer needs to notice that a server fails or is back: one law for the verdict, the window and
// the tests. HAProxy's timing as measured (reference rows H1, H2, H3, H5c): the time to the first failed
// check is uniform over the interval, and each further check follows after the shorter interval.

#include "core/model/design.h"

namespace alwayson {

// Seconds from the event to the balancer's change of mind; uniform between minS and maxS unless checks fail
// by chance. Infinity: it never notices.
struct DetectionLaw {
    double minS = 0;
    double maxS = 0;
    double meanS = 0;
};

// The server fails with this effect (node or whole place: `outage` counts as gone).
//   crash   U(0, inter) + (fall - 1) fastinter
//   hang    U(0, inter) + fall T + (fall - 1) fastinter, T = timeout check, or inter when it is unset; tcp
//   checks never see it gone    the same with T = min(timeout connect, inter) errors  http checks fail with
//   `errorShare` each: waits for `fall` failures in a row slow    not seen
// Infinite when the balancer has no health checks (or is no balancer).
DetectionLaw detectionTime(const Node& balancer, FailureEffect effect, double errorShare = 1);

// The server is back after it was marked down: the wait for the next check, then rise - 1 checks at
// fastinter.
//   was refusing  U(0, downinter) + (rise - 1) fastinter; when it was silent, a check may be waiting for its
//   timeout as well.
DetectionLaw recoveryTime(const Node& balancer, FailureEffect effect);

} // namespace alwayson
