#include "core/graph/round_trip.h"

#include "core/catalogue/param_key.h"

namespace alwayson {

Duration roundTripOfPlaces(const Design& design, const Node& a, const Node& b) {
    if (!a.domain || !b.domain) return Duration::seconds(0);
    const Domain* common = lowestCommonDomain(design, a, b);
    if (!common) return Duration::milliseconds(80);
    return get(common->parameters, ParamKey<Duration>{"domains", common->kind, "rtt_ms", false, 1e-3});
}

} // namespace alwayson
