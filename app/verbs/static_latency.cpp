#include "app/verbs/static_latency.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/text/sentence.h"
#include "simulator/compile/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace alwayson::verbs {

namespace {

// Erlang's C from the recursion of his B, which cannot overflow.
double erlangC(double offered, std::int64_t servers) {
    double blocking = 1;
    for (std::int64_t i = 1; i <= servers; ++i)
        blocking = offered * blocking / (static_cast<double>(i) + offered * blocking);
    const double busy = offered / static_cast<double>(servers);
    return blocking / (1 - busy * (1 - blocking));
}

double mmcSojournTail(double lambda, double mu, std::int64_t servers, double wait, double t) {
    const double theta = static_cast<double>(servers) * mu - lambda;
    const double alone = std::exp(-mu * t);
    const double both = std::abs(theta - mu) < 1e-9 * mu
                            ? (1 + mu * t) * alone
                            : (theta * alone - mu * std::exp(-theta * t)) / (theta - mu);
    return (1 - wait) * alone + wait * both;
}

// The one server that all clients call; nullopt with the reason when it is not so.
const Node* onlyServer(const Design& design, const StaticLoad& load, std::string& why) {
    const Node* server = nullptr;
    for (const LoadEdge& edge : load.edges) {
        const Node& to = design.nodes.at(edge.to);
        if (!hasRole(design.nodes.at(edge.from), "client")) {
            why = "requests pass several nodes";
            return nullptr;
        }
        if (server && server != &to) {
            why = "there are several servers";
            return nullptr;
        }
        server = &to;
    }
    if (!server) why = "there are no requests";
    return server;
}

std::string whyNoFormula(const Design& design, const Node& server) {
    if (!hasMechanism(server, "queue"))
        return fmt::format("{} is not a server with a queue", shownName(server.displayName()));
    const Parameters& p = server.parameters;
    if (get(p, key::server::discipline) != key::server::Discipline::fcfs)
        return "requests share the processor";
    if (get(p, key::server::queueOrder) != key::server::QueueOrder::fifo)
        return "the queue is not served in order";
    if (get(p, key::server::queueLimit)) return "the queue has a limit";
    if (!get(p, key::server::service).isExponential() || get(p, key::server::writeService))
        return "the service time is not exponential";
    for (const Node& node : design.nodes)
        if (hasRole(node, "client")) {
            if (get(node.parameters, key::client::arrivals) != key::client::Arrivals::poisson)
                return "arrivals are not random";
            if (get(node.parameters, key::client::attempts) > 1) return "clients try again";
        }
    return {};
}

// The round trip from every client to the server, when it is the same for all.
std::optional<Duration> commonRoundTrip(const Design& design, const StaticLoad& load) {
    std::optional<Duration> common;
    for (const LoadEdge& edge : load.edges) {
        const Duration rtt = sim::roundTrip(design, design.links.at(edge.link), design.nodes.at(edge.from),
                                            design.nodes.at(edge.to));
        if (common && *common != rtt) return std::nullopt;
        common = rtt;
    }
    return common;
}

Estimate noFormula(const std::string& why) {
    Estimate none;
    none.note = fmt::format("No formula holds ({}): simulate the requests.", why);
    return none;
}

} // namespace

double mmcSojournQuantile(double arrivalRate, double serviceRate, std::int64_t servers, double p) {
    const double wait = erlangC(arrivalRate / serviceRate, servers);
    const auto tail = [&](double t) { return mmcSojournTail(arrivalRate, serviceRate, servers, wait, t); };
    double low = 0;
    double high = 1 / serviceRate;
    while (tail(high) > 1 - p)
        high *= 2;
    for (int i = 0; i < 200 && high - low > 1e-14 * high; ++i) {
        const double middle = (low + high) / 2;
        (tail(middle) > 1 - p ? low : high) = middle;
    }
    return high;
}

Estimate staticLatencyP99Ms(const Design& design, const StaticLoad& load) {
    std::string why;
    const Node* server = onlyServer(design, load, why);
    if (!server) return noFormula(why);
    why = whyNoFormula(design, *server);
    if (!why.empty()) return noFormula(why);
    const double lambda = load.requestsPerS[design.nodes.indexOf(server->id.str())];
    const double mean = get(server->parameters, key::server::service).mean();
    const auto workers = get(server->parameters, key::server::workers);
    if (!(lambda > 0)) return noFormula("there are no requests");
    if (lambda * mean >= static_cast<double>(workers)) return noFormula("the server is overloaded");
    const auto rtt = commonRoundTrip(design, load);
    if (!rtt) return noFormula("the clients are at different distances");
    return Estimate::exactly((rtt->seconds() + mmcSojournQuantile(lambda, 1 / mean, workers, 0.99)) * 1e3);
}

} // namespace alwayson::verbs
