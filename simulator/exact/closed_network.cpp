#include "simulator/exact/closed_network.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace alwayson::sim {

namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

// Logarithms of the weights of 0, 1, ... users.
using Weights = std::vector<double>;

Weights nobody(std::size_t users) {
    Weights weights(users + 1, kNever);
    weights[0] = 0;
    return weights;
}

Weights weightsOf(std::size_t users, double demand, std::size_t servers) {
    Weights weights = nobody(users);
    if (!(demand > 0)) return weights;
    for (std::size_t n = 1; n <= users; ++n)
        weights[n] =
            weights[n - 1] + std::log(demand / static_cast<double>(servers > 0 ? std::min(n, servers) : n));
    return weights;
}

// Sum of exp(a[k] + b[total - k]), times k where wanted; its logarithm.
double together(const Weights& a, const Weights& b, std::size_t total, bool timesFirst = false) {
    double most = kNever;
    for (std::size_t k = 0; k <= total; ++k)
        most = std::max(most, a[k] + b[total - k]);
    if (most == kNever) return kNever;
    double sum = 0;
    for (std::size_t k = timesFirst ? 1 : 0; k <= total; ++k)
        sum += std::exp(a[k] + b[total - k] - most) * (timesFirst ? static_cast<double>(k) : 1);
    return most + std::log(sum);
}

Weights together(const Weights& a, const Weights& b) {
    Weights both(a.size());
    for (std::size_t n = 0; n < a.size(); ++n)
        both[n] = together(a, b, n);
    return both;
}

} // namespace

ClosedFigures closedNetwork(std::uint32_t users, double think, const std::vector<ClosedStation>& stations) {
    const std::size_t count = stations.size();
    ClosedFigures figures;
    figures.responseOf.resize(count);
    figures.present.resize(count);
    figures.utilisation.resize(count);
    std::vector<Weights> own, before{weightsOf(users, think, 0)};
    for (const ClosedStation& station : stations) {
        own.push_back(weightsOf(users, station.demand, station.servers));
        before.push_back(together(before.back(), own.back()));
    }
    const Weights& all = before.back();
    if (all[users] == kNever) { // no round takes time
        figures.throughput = std::numeric_limits<double>::infinity();
        return figures;
    }
    figures.throughput = std::exp(all[users - 1] - all[users]);
    figures.response = users / figures.throughput - think;
    Weights after = nobody(users);
    for (std::size_t i = count; i-- > 0;) {
        const Weights others = together(before[i], after);
        figures.present[i] = std::exp(together(own[i], others, users, true) - all[users]);
        figures.responseOf[i] = figures.present[i] / figures.throughput;
        if (stations[i].servers > 0)
            figures.utilisation[i] = figures.throughput * stations[i].demand / stations[i].servers;
        after = together(own[i], after);
    }
    return figures;
}

} // namespace alwayson::sim
