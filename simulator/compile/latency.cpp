#include "core/catalogue/keys.h"
#include "simulator/compile/compile.h"

#include <algorithm>

namespace alwayson::sim {
namespace {

// Between places that have no place in common: two coasts of a continent, order of magnitude.
constexpr double kFarRoundTripMs = 80;

Duration roundTripInside(const Domain& domain) {
    return get(domain.parameters, ParamKey<Duration>{"domains", domain.kind, "rtt_ms", false, 1e-3});
}

} // namespace

Duration roundTrip(const Design& design, const Link& link, const Node& from, const Node& to) {
    if (const auto own = get(link.parameters, key::link::request::latency)) return *own;
    if (hasRole(from, "client") && !from.domain) return get(from.parameters, key::client::networkRtt);
    if (!from.domain || !to.domain) return Duration::seconds(0);
    const Domain* common = lowestCommonDomain(design, from, to);
    return common ? roundTripInside(*common) : Duration::milliseconds(kFarRoundTripMs);
}

} // namespace alwayson::sim
