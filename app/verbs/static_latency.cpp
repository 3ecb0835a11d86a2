#include "app/verbs/static_latency.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/graph/round_trip.h"
#include "core/text/sentence.h"
#include "simulator/exact/queueing.h"

#include <fmt/format.h>

#include <optional>

namespace alwayson::verbs {

namespace {

constexpr const char* kNoRequests = "there are no requests";

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
    if (!server) why = kNoRequests;
    return server;
}

std::string whyNoFormula(const Design& design, const Node& server) {
    if (!hasMechanism(server, "queue"))
        return fmt::format("{} is not a server with a queue", shownName(server.displayName()));
    if (get(server, key::server::discipline) != key::server::Discipline::fcfs)
        return "requests share the processor";
    if (get(server, key::server::queueOrder) != key::server::QueueOrder::fifo)
        return "the queue is not served in order";
    if (get(server, key::server::queueLimit)) return "the queue has a limit";
    if (!get(server, key::server::service).isExponential() || get(server, key::server::writeService))
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
        const Duration rtt = roundTripOver(design, design.links.at(edge.link), design.nodes.at(edge.from),
                                           design.nodes.at(edge.to));
        if (common && *common != rtt) return std::nullopt;
        common = rtt;
    }
    return common;
}

Estimate noFormula(const std::string& why) {
    Estimate none;
    if (why == kNoRequests) {
        none.note = "There are no requests.";
        return none;
    }
    none.note = fmt::format("No formula holds ({}): simulate the requests.", why);
    return none;
}

} // namespace

Estimate staticLatencyP99Ms(const Design& design, const StaticLoad& load) {
    std::string why;
    const Node* server = onlyServer(design, load, why);
    if (!server) return noFormula(why);
    why = whyNoFormula(design, *server);
    if (!why.empty()) return noFormula(why);
    const double lambda = load.requestsPerS[design.nodes.indexOf(server->id.str())];
    const double mean = get(*server, key::server::service).mean();
    const auto workers = get(*server, key::server::workers);
    if (!(lambda > 0)) return noFormula(kNoRequests);
    if (lambda * mean >= static_cast<double>(workers)) return noFormula("the server is overloaded");
    const auto rtt = commonRoundTrip(design, load);
    if (!rtt) return noFormula("the clients are at different distances");
    const sim::MmcQueue queue{lambda, mean, static_cast<std::uint64_t>(workers)};
    return Estimate::exactly((rtt->seconds() + queue.sojournQuantile(0.99)) * 1e3);
}

} // namespace alwayson::verbs
