#include "simulator/exact/queueing.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "simulator/compile/compile.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>
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

std::optional<FormulaLatency> formulaLatency(const Design& design) {
    constexpr double kNegligible = 1e-6;
    if (design.nodes.size() != 2 || design.links.size() != 1) return std::nullopt;
    const Link& link = design.links.at(0);
    const Node* client = design.nodes.find(link.from);
    const Node* server = design.nodes.find(link.to);
    if (!client || !server || !hasRole(*client, "client") || !hasRole(*server, "compute") ||
        !link.classes.empty())
        return std::nullopt;
    if (get(client->parameters, key::client::arrivals) != key::client::Arrivals::poisson) return std::nullopt;
    const DistributionShape service = get(server->parameters, key::server::service);
    const auto writes = get(server->parameters, key::server::writeService);
    const auto workers = static_cast<std::uint64_t>(get(server->parameters, key::server::workers));
    const bool sharing = get(server->parameters, key::server::discipline) == key::server::Discipline::ps;
    const bool fifo = get(server->parameters, key::server::queueOrder) == key::server::QueueOrder::fifo;
    const auto limit = get(server->parameters, key::server::queueLimit);
    if (writes) return std::nullopt;
    const double rate = get(client->parameters, key::client::rate).perSecond();
    const double roundTripS = roundTrip(design, link, *client, *server).seconds();
    double patience = get(client->parameters, key::client::attemptTimeout).seconds();
    for (const RequestClass& c : classesOf(*client))
        patience = std::min(patience, c.deadline.seconds());
    const MmcQueue queue{rate, service.mean(), workers};
    if (!queue.stable()) return std::nullopt;
    // With the same load exponential service fills the queue at least as often as the regular services met
    // here.
    const double perPlace = std::log(rate * service.mean() / static_cast<double>(workers));
    if (limit &&
        std::log(std::max(queue.waitProbability(), 1e-300)) + perPlace * static_cast<double>(*limit) >
            std::log(kNegligible))
        return std::nullopt;
    if (!sharing && fifo && service.isExponential()) {
        if (queue.sojournTail(patience - roundTripS) > kNegligible) return std::nullopt;
        return FormulaLatency{queue.meanSojourn() + roundTripS, queue.sojournQuantile(0.99) + roundTripS,
                              fmt::format("M/M/{}", workers)};
    }
    // Only means from here on: the tail is bounded by Markov's inequality, so patience has to be long.
    if (workers != 1) return std::nullopt;
    const double mean = sharing ? psMeanSojourn(rate, service.mean())
                                : mg1MeanWait(rate, service.mean(), service.secondMoment()) + service.mean();
    if ((!sharing && !fifo) || limit || mean / patience > kNegligible) return std::nullopt;
    return FormulaLatency{mean + roundTripS, std::nullopt, sharing ? "M/G/1 processor sharing" : "M/G/1"};
}

} // namespace alwayson::sim
