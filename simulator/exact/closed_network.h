#pragma once
// Closed networks: a fixed number of users who think, then visit stations one after another. Product form
// (Gordon, Newell 1967) by convolution (Buzen 1973), in logarithms so that many users and servers stay exact:
// for exponential service first come first served, and for processor sharing with any service. Thinking may
// have any distribution.

#include <cstdint>
#include <vector>

namespace alwayson::sim {

struct ClosedStation {
    double demand = 0;         // mean work of one round at this station, seconds: visits x mean service
    std::uint32_t servers = 1; // equal ones with one queue; 0: as many as there are users (no waiting)
};

struct ClosedFigures {
    double throughput = 0;           // rounds per second, all users
    double response = 0;             // mean time of a round without thinking, seconds
    std::vector<double> responseOf;  // the same by station
    std::vector<double> present;     // mean number of users at each station
    std::vector<double> utilisation; // busy share of its servers; 0 where there is no limit
};

// `users` >= 1 who think `think` >= 0 seconds on average. Where no round takes time: throughput infinity, the
// rest 0. O(users^2 x stations): some thousands of users at most.
ClosedFigures closedNetwork(std::uint32_t users, double think, const std::vector<ClosedStation>& stations);

} // namespace alwayson::sim
