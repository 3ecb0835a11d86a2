#pragma once
// What firewalls have to let through, by the links, groups and managers of a design.

#include "core/base/json.h"
#include "exporters/guide/plans.h"

#include <cstdint>
#include <string>
#include <vector>

namespace alwayson::exporters::guide {

// One end of a connection.
struct End {
    std::string name;    // id of the node or group; "" for what is outside of the design
    std::string address; // "" where the design does not say it
};

// From each of `from` to each of `to`, but for itself.
struct Opening {
    std::vector<End> from;
    std::string fromWords; // who, when `from` is empty: "the users"
    std::vector<End> to;
    std::string protocol; // "TCP", "VRRP" (number 112 of IP, neither TCP nor UDP)
    std::vector<std::int64_t> ports;
    std::string why;
};

// In the order of the way of a request; then what the members of groups say to each other, and managers.
// O(links x members).
std::vector<Opening> openingsOf(const Design& design, const Plans& plans);

// [{"from": [{"name", "address"}], "to", "protocol", "ports", "why"}]; "address" is null where it is not
// known.
Json asJson(const std::vector<Opening>& openings);

// As a Markdown table.
std::string shown(const std::vector<Opening>& openings);

} // namespace alwayson::exporters::guide
