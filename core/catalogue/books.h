#pragma once
// Price and capacity books: published or measured figures that a design uses by name (settings.price_book,
// settings.capacity_book). Immutable values read from resources/price_books and resources/capacity_books on
// first use.

#include "core/base/quantity.h"
#include "core/model/design.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alwayson {

// Where a figure comes from and how far to trust it ("primary", "secondary", "assumption", ...).
struct Provenance {
    std::string source;
    std::string grade;
};

// What a book says of the machine of one kind. Exactly one of instanceType and usdPerHour is set.
struct KindPrice {
    std::optional<std::string> instanceType; // name in instanceTypes
    std::optional<Money> usdPerHour;
    Provenance from;
};

// Egress to clients, cheapest last. 1 TB = 1000 GB, 1 GB = 1e9 bytes.
struct EgressTier {
    std::optional<double> upToTbPerMonth; // nullopt: everything above the tiers before
    Money usdPerGb;
};

struct TrafficPrices {
    Money crossZonePerGbEachSide; // billed to the sender's and to the receiver's side
    Money crossRegionPerGb;       // billed once, to the sender's side
    std::vector<EgressTier> egress;
    Provenance from;
};

struct PriceBook {
    std::string id;
    std::string title;
    std::string validFrom; // ISO date, "" when the book names none
    std::string note;
    std::map<std::string, Money, std::less<>> instanceTypes; // USD per hour
    Provenance instanceTypesFrom;
    std::map<std::string, KindPrice, std::less<>> kinds; // by catalogue kind
    std::optional<TrafficPrices> traffic;                // nullopt: the book has no prices for traffic
};

struct KindCapacity {
    std::optional<Rate> capacity;
    std::optional<Duration> latency; // added to each request
    Provenance from;
};

struct CapacityBook {
    std::string id;
    std::string title;
    std::string note;
    std::map<std::string, KindCapacity, std::less<>> kinds; // by catalogue kind
};

// nullptr when there is none. Thread safe; O(number of books).
const PriceBook* priceBook(std::string_view id);
const CapacityBook* capacityBook(std::string_view id);
// Sorted by id.
const std::vector<PriceBook>& priceBooks();
const std::vector<CapacityBook>& capacityBooks();

struct NodeCapacity {
    double perSecond = 0; // requests per second; infinity: unlimited
    std::string source;   // "8 workers / 12 ms mean service", "capacity book realistic: ..."
};

// Compute: workers / mean of `service` (the class mix is not considered). Balancer: its capacity_per_s, else
// the design's capacity book. External: its rate limit. Everything else, and what nobody states: unlimited.
NodeCapacity capacityOf(const Design& design, const Node& node);

// What a balancer adds to each request, from the design's capacity book; 0 for other nodes and when the book
// has none.
Duration balancerLatency(const Design& design, const Node& node);

} // namespace alwayson
