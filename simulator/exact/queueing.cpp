#include "simulator/exact/queueing.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace alwayson::sim {

double erlangB(std::uint64_t servers, double load) {
    double blocking = 1;
    for (std::uint64_t n = 1; n <= servers; ++n)
        blocking = load * blocking / (static_cast<double>(n) + load * blocking);
    return blocking;
}

double erlangC(std::uint64_t servers, double load) {
    const auto c = static_cast<double>(servers);
    if (load >= c) return 1;
    const double blocking = erlangB(servers, load);
    return c * blocking / (c - load * (1 - blocking));
}

double MmcQueue::waitProbability() const {
    return erlangC(servers, rate * service);
}

double MmcQueue::meanWait() const {
    if (!stable()) return std::numeric_limits<double>::infinity();
    return waitProbability() * service / (static_cast<double>(servers) - rate * service);
}

double MmcQueue::meanSojourn() const {
    return meanWait() + service;
}

double MmcQueue::waitTail(double seconds) const {
    if (!stable()) return 1;
    return waitProbability() * std::exp(-(static_cast<double>(servers) / service - rate) * seconds);
}

double MmcQueue::waitQuantile(double p) const {
    if (!stable()) return std::numeric_limits<double>::infinity();
    const double waiting = waitProbability();
    if (1 - p >= waiting) return 0;
    return std::log(waiting / (1 - p)) / (static_cast<double>(servers) / service - rate);
}

double MmcQueue::sojournTail(double t) const {
    if (!stable()) return 1;
    const double mu = 1 / service;
    const double theta = static_cast<double>(servers) * mu - rate;
    const double waiting = waitProbability();
    const double direct = std::exp(-mu * t);
    // The sum of two exponentials; equal rates are the limit.
    const double both = std::abs(theta - mu) < 1e-9 * mu
                            ? (1 + mu * t) * direct
                            : (theta * direct - mu * std::exp(-theta * t)) / (theta - mu);
    return (1 - waiting) * direct + waiting * both;
}

double MmcQueue::sojournQuantile(double p) const {
    if (!stable()) return std::numeric_limits<double>::infinity();
    double low = 0;
    double high = service;
    while (sojournTail(high) > 1 - p)
        high *= 2;
    for (int i = 0; i < 200 && high - low > 1e-13 * high; ++i) {
        const double middle = 0.5 * (low + high);
        (sojournTail(middle) > 1 - p ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

double mg1MeanWait(double rate, double meanService, double secondMoment) {
    const double rho = rate * meanService;
    return rho < 1 ? rate * secondMoment / (2 * (1 - rho)) : std::numeric_limits<double>::infinity();
}

double psMeanSojourn(double rate, double meanService) {
    const double rho = rate * meanService;
    return rho < 1 ? meanService / (1 - rho) : std::numeric_limits<double>::infinity();
}

} // namespace alwayson::sim
