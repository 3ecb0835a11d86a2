#include "core/graph/held_times.h"

#include "core/base/units.h"
#include "core/catalogue/books.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/graph/call_rules.h"
#include "core/graph/round_trip.h"

#include <algorithm>
#include <fmt/format.h>

namespace alwayson {

namespace {

// Mean work for the mix of requests that it gets; of nodes that get none that of reads.
double workOf(const Design& design, const Node& node, double all, double writes) {
    if (hasRole(node, "balancer")) return balancerLatency(design, node).seconds();
    if (hasRole(node, "external")) return get(node, key::external::latency).mean();
    if (!hasMechanism(node, "queue")) return 0;
    if (!(all > 0)) return meanService(node, false);
    return ((all - writes) * meanService(node, false) + writes * meanService(node, true)) / all;
}

double callsAtOnce(const Link& link) {
    const double calls = get(link.parameters, key::link::request::callsPerRequest);
    return get(link.parameters, key::link::request::parallel) ? std::max(1.0, calls) : 1;
}

// Members that stand by will call what the others call.
void giveToIdle(const Design& design, const StaticLoad& load, std::vector<double>& callsS) {
    std::vector<double> most(design.groups.size(), 0);
    const auto groupOf = [&](std::size_t n) {
        const auto& group = design.nodes.at(n).group;
        return group ? design.groups.indexOf(group->str()) : Table<Group>::npos;
    };
    for (std::size_t n = 0; n < callsS.size(); ++n)
        if (const std::size_t g = groupOf(n); g != Table<Group>::npos) most[g] = std::max(most[g], callsS[n]);
    for (std::size_t n = 0; n < callsS.size(); ++n)
        if (const std::size_t g = groupOf(n); g != Table<Group>::npos && !(load.requestsPerS[n] > 0))
            callsS[n] = most[g];
}

} // namespace

HeldTimes heldTimes(const Design& design, const StaticLoad& load) {
    const RequestRates rates = requestRates(design);
    HeldTimes times;
    times.callsS.assign(design.nodes.size(), 0);
    times.staysS.assign(design.nodes.size(), 0);
    std::vector<std::vector<const LoadEdge*>> edgesOf(design.nodes.size());
    for (const LoadEdge& edge : load.edges)
        edgesOf[edge.from].push_back(&edge);
    for (auto at = load.order.rbegin(); at != load.order.rend(); ++at) {
        const Node& node = design.nodes.at(*at);
        const double all = rates.requestsPerS[*at];
        if (hasRole(node, "client")) continue;
        for (const LoadEdge* edge : edgesOf[*at]) {
            if (!(all > 0)) break;
            const Link& link = design.links.at(edge->link);
            const double each = roundTripOver(design, link, node, design.nodes.at(edge->to)).seconds() +
                                times.staysS[edge->to];
            times.callsS[*at] += edge->requestsPerS / all / callsAtOnce(link) * each;
        }
        times.staysS[*at] = workOf(design, node, all, rates.writesPerS[*at]) + times.callsS[*at];
    }
    giveToIdle(design, load, times.callsS);
    return times;
}

std::vector<CarriedRate> carriedRates(const Design& design, const StaticLoad& load) {
    const RequestRates rates = requestRates(design);
    const HeldTimes times = heldTimes(design, load);
    std::vector<CarriedRate> all;
    for (std::size_t n = 0; n < design.nodes.size(); ++n) {
        const Node& node = design.nodes.at(n);
        NodeCapacity book = capacityOf(design, node);
        if (!hasMechanism(node, "queue")) {
            all.push_back({book.perSecond, std::move(book.source)});
            continue;
        }
        const auto workers = static_cast<double>(get(node, key::server::workers));
        const bool keeps = get(node, key::server::discipline) == key::server::Discipline::fcfs;
        const double work = workOf(design, node, rates.requestsPerS[n], rates.writesPerS[n]);
        const double calls = keeps ? times.callsS[n] : 0;
        all.push_back({workers / (work + calls),
                       calls > 0 ? fmt::format("{:g} workers / ({} of work + {} of calls)", workers,
                                               formatDuration(Duration::seconds(work)),
                                               formatDuration(Duration::seconds(calls)))
                                 : std::move(book.source)});
    }
    return all;
}

} // namespace alwayson
