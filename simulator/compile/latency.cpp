#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/graph/round_trip.h"
#include "simulator/compile/compile.h"

namespace alwayson::sim {

Duration roundTrip(const Design& design, const Link& link, const Node& from, const Node& to) {
    if (const auto own = get(link.parameters, key::link::request::latency)) return *own;
    if (hasRole(from, "client") && !from.domain) return get(from.parameters, key::client::networkRtt);
    return roundTripOfPlaces(design, from, to);
}

} // namespace alwayson::sim
