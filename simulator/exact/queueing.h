#pragma once
// Queueing formulas: exact answers where a design is one of the classical models. Rates per second, times in
// seconds.

#include <cstdint>

namespace alwayson::sim {

// Share of arrivals that find all c servers busy and are lost (M/G/c/c), offered load a = rate x mean service
// >= 0. Recurrence B(0) = 1, B(n) = a B(n-1) / (n + a B(n-1)) (Erlang 1917); no cancellation, O(c).
double erlangB(std::uint64_t servers, double load);

// Chance to wait in M/M/c; 1 when load >= servers. C = c B / (c - a (1 - B)).
double erlangC(std::uint64_t servers, double load);

// M/M/c, first come first served.
struct MmcQueue {
    double rate = 0;
    double service = 1; // mean
    std::uint64_t servers = 1;

    bool stable() const { return rate * service < static_cast<double>(servers); }
    double waitProbability() const; // Erlang C
    double meanWait() const;        // infinity unless stable
    double meanSojourn() const;
    double waitQuantile(double p) const;      // 0 where p <= 1 - waitProbability()
    double waitTail(double seconds) const;    // P(W > t)
    double sojournTail(double seconds) const; // P(T > t), T = wait + service
    double sojournQuantile(double p) const;   // bisection on the tail, relative error below 1e-12
};

// Mean wait in M/G/1, first come first served: rate E[S^2] / (2 (1 - rho)) (Pollaczek, Khinchine). Infinity
// unless stable.
double mg1MeanWait(double rate, double meanService, double secondMoment);

// Mean time in system of M/G/1 with processor sharing: E[S] / (1 - rho), whatever the distribution (Kleinrock
// 1967).
double psMeanSojourn(double rate, double meanService);

} // namespace alwayson::sim
