#include "core/graph/round_trip.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/graph/member_roles.h"

#include <algorithm>

namespace alwayson {

Duration roundTripOfPlaces(const Design& design, const Node& a, const Node& b) {
    if (!a.domain || !b.domain) return Duration::seconds(0);
    const Domain* common = lowestCommonDomain(design, a, b);
    if (!common) return Duration::milliseconds(80);
    return get(common->parameters, ParamKey<Duration>{"domains", common->kind, "rtt_ms", false, 1e-3});
}

Duration roundTripOver(const Design& design, const Link& link, const Node& from, const Node& to) {
    if (const auto own = get(link.parameters, key::link::request::latency)) return *own;
    if (hasRole(from, "client") && !from.domain) return get(from.parameters, key::client::networkRtt);
    return roundTripOfPlaces(design, from, to);
}

std::vector<double> replicationWays(const Design& design, const Group& group, const Node& source) {
    const std::vector<const Node*> members = membersOf(design, group.id);
    const std::vector<ReplicationStream> streams = replicationStreams(design, group, source);
    std::vector<double> ways;
    for (const Node* member : members) {
        double way = 0;
        const Node* at = member;
        // No way is longer than there are members.
        for (std::size_t hops = 0; hops < members.size() && at->id != source.id; ++hops) {
            const auto into = std::find_if(streams.begin(), streams.end(), [&](const ReplicationStream& one) {
                return one.to->id == at->id;
            });
            if (into == streams.end()) break;
            way += roundTripOfPlaces(design, *into->from, *at).seconds() / 2;
            at = into->from;
        }
        ways.push_back(way);
    }
    return ways;
}

} // namespace alwayson
