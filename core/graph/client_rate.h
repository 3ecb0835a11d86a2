#pragma once
// How often clients ask, before anything is simulated.

#include "core/model/design.h"

namespace alwayson {

// Requests per second of a client node, all classes together, retries not counted: its own rate. Users who
// wait: users / (mean thinking + round trip to the site), the most they ask for, as if answers took no time;
// what they really get is N = X (Z + R) (Little 1961). Loads, bills and availability take this figure.
double offeredRate(const Node& client);

// The client is a number of users who wait for each answer.
bool hasUsers(const Node& client);

} // namespace alwayson
