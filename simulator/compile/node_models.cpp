#include "simulator/compile/node_models.h"

#include "core/catalogue/books.h"
#include "core/catalogue/keys.h"
#include "core/graph/call_rules.h"
#include "core/graph/client_rate.h"

#include <algorithm>
#include <cmath>

namespace alwayson::sim {
namespace {

Algorithm algorithmOf(key::haproxy::Balance balance) {
    using Balance = key::haproxy::Balance;
    switch (balance) {
    case Balance::roundrobin:
        return Algorithm::roundRobin;
    case Balance::leastconn:
        return Algorithm::leastConnections;
    case Balance::random:
        return Algorithm::random;
    case Balance::first:
        return Algorithm::first;
    case Balance::staticRr:
        return Algorithm::staticRoundRobin;
    case Balance::source:
        return Algorithm::source;
    case Balance::uri:
        return Algorithm::uri;
    }
    return Algorithm::roundRobin;
}

} // namespace

SimTime timeOf(Duration duration) {
    return toSimTime(duration.seconds());
}

ClientModel clientModel(const Node& node) {
    const Parameters& p = node.parameters;
    ClientModel client;
    if (hasUsers(node)) {
        client.users = static_cast<std::uint32_t>(get(p, key::client::users));
        client.gap = Sampler(get(p, key::client::think));
    } else {
        client.ratePerS = get(p, key::client::rate).perSecond();
        client.poisson = get(p, key::client::arrivals) == key::client::Arrivals::poisson;
        DistributionShape gap;
        gap.family = client.poisson ? DistributionFamily::exponential : DistributionFamily::constant;
        gap.a = client.ratePerS > 0 ? 1 / client.ratePerS : 1e18;
        client.gap = Sampler(gap);
    }
    client.attemptTimeout = timeOf(get(p, key::client::attemptTimeout));
    client.attempts =
        static_cast<std::uint8_t>(std::clamp<std::int64_t>(get(p, key::client::attempts), 1, 255));
    client.retryErrors = get(p, key::client::retryErrors);
    client.backoffBaseS = get(p, key::client::backoffBase).seconds();
    client.backoffCapS = get(p, key::client::backoffCap).seconds();
    client.jitter =
        get(p, key::client::backoffJitter) == key::client::BackoffJitter::full ? Jitter::full : Jitter::none;
    if (const auto share = get(p, key::client::retryBudgetShare)) {
        client.hasBudget = true;
        client.budgetShare = share->value();
    }
    client.budgetCap = get(p, key::client::retryBudgetCap);
    return client;
}

StationModel stationModel(const Node& node) {
    StationModel station;
    if (hasRole(node, "external")) {
        station.external = true;
        station.workers = kNone;
        station.service = Sampler(get(node, key::external::latency));
        if (const auto limit = get(node, key::external::capacity)) station.capacityPerS = limit->perSecond();
    } else {
        station.workers = static_cast<std::uint32_t>(
            std::clamp<std::int64_t>(get(node, key::server::workers), 1, 1'000'000'000));
        station.service = Sampler(get(node, key::server::service));
        if (const auto writes = get(node, key::server::writeService)) {
            station.hasWriteService = true;
            station.writeService = Sampler(*writes);
        }
        station.sharing = get(node, key::server::discipline) == key::server::Discipline::ps;
        station.lifo = get(node, key::server::queueOrder) == key::server::QueueOrder::lifo;
        station.cancelsAbandoned = get(node, key::server::cancelsAbandoned);
        if (const auto limit = get(node, key::server::queueLimit))
            station.queueLimit = static_cast<std::uint32_t>(*limit);
    }
    return station;
}

void addCaches(Model& m, const Design& design) {
    for (Index node = 0; node < m.designNodes; ++node) {
        const Node& n = design.nodes.at(node);
        if (!hasRole(n, "cache") || m.nodes[node].role != Role::station) continue;
        bool callsSomething = false;
        for (const Link& link : design.links)
            callsSomething =
                callsSomething || link.from == n.id.str() || (n.group && link.from == n.group->str());
        if (!callsSomething) continue;
        CacheModel cache;
        cache.station = m.nodes[node].sub;
        cache.hitRatio = get(n, key::cache::hitRatio).value();
        cache.coldHitRatio = std::min(get(n, key::cache::coldHitRatio).value(), cache.hitRatio);
        cache.warmUp = timeOf(get(n, key::cache::warmUp));
        m.stations[cache.station].cache = static_cast<Index>(m.caches.size());
        m.caches.push_back(cache);
    }
    for (StationModel& station : m.stations)
        station.answersOtherwise = station.member != kNone || station.cache != kNone;
}

BalancerModel balancerModel(const Design& design, const Node& node) {
    const Parameters& p = node.parameters;
    namespace k = key::haproxy;
    BalancerModel b;
    b.algorithm = algorithmOf(get(p, k::balance));
    b.draws = static_cast<std::uint32_t>(get(p, k::randomDraws));
    b.cookie = get(p, k::cookie);
    b.retries = static_cast<std::uint32_t>(get(p, k::retries));
    b.redispatch = get(p, k::redispatch);
    b.checks = get(p, k::check);
    b.httpCheck = get(p, k::checkType) == k::CheckType::http;
    b.inter = timeOf(get(p, k::checkInter));
    const auto fastinter = get(p, k::checkFastinter);
    const auto downinter = get(p, k::checkDowninter);
    b.fastinter = fastinter ? timeOf(*fastinter) : b.inter;
    b.downinter = downinter ? timeOf(*downinter) : b.inter;
    b.fall = static_cast<std::int32_t>(get(p, k::checkFall));
    b.rise = static_cast<std::int32_t>(get(p, k::checkRise));
    b.connectTimeout = timeOf(get(p, k::timeoutConnect));
    b.serverTimeout = timeOf(get(p, k::timeoutServer));
    b.queueTimeout = timeOf(get(p, k::timeoutQueue));
    b.turnAround = std::min(b.connectTimeout, kSecond);
    const auto checkTimeout = get(p, k::checkTimeout);
    b.hangTimeout = checkTimeout ? timeOf(*checkTimeout) : b.inter;
    b.goneTimeout = checkTimeout ? std::min(b.connectTimeout, b.inter) : b.inter;
    b.slowstart = timeOf(get(p, k::slowstart));
    b.shutdownSessions = get(p, k::onMarkedDown) == k::OnMarkedDown::shutdownSessions;
    b.maxconn = static_cast<std::uint32_t>(get(p, k::maxconn));
    b.serverMaxconn = static_cast<std::uint32_t>(get(p, k::serverMaxconn));
    b.serverMaxqueue = static_cast<std::uint32_t>(get(p, k::serverMaxqueue));
    const double capacity = capacityOf(design, node).perSecond;
    if (std::isfinite(capacity) && capacity > 0) b.work = toSimTime(1 / capacity);
    b.latency = timeOf(balancerLatency(design, node));
    return b;
}

} // namespace alwayson::sim
