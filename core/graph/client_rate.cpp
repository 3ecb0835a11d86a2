#include "core/graph/client_rate.h"

#include "core/catalogue/keys.h"

#include <algorithm>

namespace alwayson {

namespace {

constexpr double kShortestRoundS = 1e-3; // who neither thinks nor is far away still takes turns

} // namespace

bool hasUsers(const Node& client) {
    return get(client.parameters, key::client::arrivals) == key::client::Arrivals::users;
}

double offeredRate(const Node& client) {
    if (!hasUsers(client)) return get(client.parameters, key::client::rate).perSecond();
    const double round = get(client.parameters, key::client::think).mean() +
                         get(client.parameters, key::client::networkRtt).seconds();
    return static_cast<double>(get(client.parameters, key::client::users)) / std::max(round, kShortestRoundS);
}

} // namespace alwayson
