#include "core/cost/cost.h"

#include "core/base/units.h"
#include "core/catalogue/books.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/text/sentence.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

namespace alwayson {

namespace {

constexpr double kSecondsPerMonth = kHoursPerMonth * 3600;
constexpr double kBytesPerGb = 1e9;
constexpr double kGbPerTb = 1000;

std::string money(double usd) {
    return formatNumber(usd) + " USD";
}

CostItem perHour(const std::string& id, double usdPerHour, const std::string& what) {
    return {id, usdPerHour * kHoursPerMonth, fmt::format("{} at {}/h x 730 h", what, money(usdPerHour))};
}

CostItem unpriced(const std::string& id, std::string why) {
    return {id, std::nullopt, std::move(why)};
}

std::optional<std::string> instanceTypeOf(const Node& node) {
    const auto found = node.deploy.find("instance_type");
    if (found == node.deploy.end()) return std::nullopt;
    const std::string* text = std::get_if<std::string>(&found->second);
    return text && !text->empty() ? std::optional(*text) : std::nullopt;
}

const Domain* hostOf(const Design& design, const Node& node) {
    if (!node.domain) return nullptr;
    for (const Domain* domain : domainChain(design, *node.domain)) {
        const Descriptor* kind = Catalogue::builtIn().domain(domain->kind);
        if (kind && kind->hasRole("machine")) return domain;
    }
    return nullptr;
}

CostItem machineItem(const Node& node, const Descriptor& kind, const PriceBook* book,
                     const std::string& bookName) {
    const std::string& id = node.id.str();
    if (const auto own = get(node, key::server::price))
        return perHour(id, own->usd(), fmt::format("{}, its own price", kind.title));
    if (!book) return unpriced(id, fmt::format("there is no price book {}", bookName));
    const auto known = book->kinds.find(node.kind);
    const KindPrice* byKind = known == book->kinds.end() ? nullptr : &known->second;
    const auto typeIn = [&](const std::string& type) { return book->instanceTypes.find(type); };
    if (const auto type = instanceTypeOf(node)) {
        const auto price = typeIn(*type);
        if (price != book->instanceTypes.end())
            return perHour(id, price->second.usd(), fmt::format("{}, price book {}", *type, book->id));
        if (!byKind || !byKind->usdPerHour)
            return unpriced(id, fmt::format("price book {} has no instance type {}", book->id, *type));
    }
    if (!byKind) return unpriced(id, fmt::format("price book {} has no price for {}", book->id, kind.title));
    if (byKind->usdPerHour)
        return perHour(id, byKind->usdPerHour->usd(),
                       fmt::format("{}, price book {} ({})", kind.title, book->id, byKind->from.grade));
    const auto price = typeIn(*byKind->instanceType);
    if (price == book->instanceTypes.end())
        return unpriced(
            id, fmt::format("price book {} has no instance type {}", book->id, *byKind->instanceType));
    return perHour(id, price->second.usd(),
                   fmt::format("{} ({} for {}), price book {}", *byKind->instanceType, byKind->from.grade,
                               kind.title, book->id));
}

// Everything on one host is one machine, of which the dearest is billed; what has a price or an instance type
// of its own is a machine of its own.
void addMachines(Cost& cost, const Design& design, const PriceBook* book) {
    std::map<std::string, std::size_t> dearest; // host -> its item
    for (const Node& node : design.nodes) {
        const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
        if (!kind || !kind->parameter("price_usd_per_h")) continue;
        cost.items.push_back(machineItem(node, *kind, book, cost.priceBook));
        if (get(node, key::server::price) || instanceTypeOf(node)) continue;
        const Domain* host = hostOf(design, node);
        if (!host || !cost.items.back().usdPerMonth) continue; // one without a price may be the dearest
        const auto [at, first] = dearest.try_emplace(host->id.str(), cost.items.size() - 1);
        if (first) continue;
        CostItem* other = &cost.items[at->second];
        CostItem* item = &cost.items.back();
        if (*item->usdPerMonth > *other->usdPerMonth) {
            std::swap(item, other);
            at->second = cost.items.size() - 1;
        }
        item->usdPerMonth = 0;
        item->why = fmt::format("on one machine with {} ({}), which is billed once", other->id,
                                shownName(host->displayName()));
    }
}

// Where traffic is priced: the ids of the zone and the region that hold a node, "" for none.
struct Place {
    std::string zone;
    std::string region;
    bool anywhere = false; // lies in some place
};

Place placeOf(const Design& design, const Node& node) {
    Place place;
    if (!node.domain) return place;
    place.anywhere = true;
    for (const Domain* domain : domainChain(design, *node.domain)) {
        const Descriptor* kind = Catalogue::builtIn().domain(domain->kind);
        if (kind && kind->hasRole("zone")) place.zone = domain->id.str();
        if (kind && kind->hasRole("region")) place.region = domain->id.str();
    }
    return place;
}

struct LinkTraffic {
    double zoneGb = 0;   // per month
    double noZoneGb = 0; // of that: one end is in no zone
    double regionGb = 0; // per month
};

struct Traffic {
    std::map<std::uint32_t, LinkTraffic> byLink;
    double egressGb = 0;
};

Traffic measure(const Design& design, const StaticLoad& load) {
    std::vector<Place> places;
    std::vector<bool> outside; // clients and other people's services that lie in no place
    for (const Node& node : design.nodes) {
        places.push_back(placeOf(design, node));
        outside.push_back(!node.domain && (hasRole(node, "client") || hasRole(node, "external")));
    }
    Traffic traffic;
    for (const LoadEdge& edge : load.edges) {
        if (!(edge.requestBytesPerS + edge.responseBytesPerS > 0)) continue;
        const double request = edge.requestBytesPerS * kSecondsPerMonth / kBytesPerGb;
        const double response = edge.responseBytesPerS * kSecondsPerMonth / kBytesPerGb;
        if (outside[edge.from] || outside[edge.to]) {
            if (!outside[edge.from]) traffic.egressGb += request;
            if (!outside[edge.to]) traffic.egressGb += response;
            continue;
        }
        const Place& a = places[edge.from];
        const Place& b = places[edge.to];
        if (!a.region.empty() && !b.region.empty() && a.region != b.region)
            traffic.byLink[edge.link].regionGb += request + response;
        else if (a.zone != b.zone) { // one that is in no zone may be in any
            LinkTraffic& link = traffic.byLink[edge.link];
            link.zoneGb += request + response;
            if (a.zone.empty() || b.zone.empty()) link.noZoneGb += request + response;
        }
    }
    return traffic;
}

constexpr const char* kSizes = "sizes as the clients' requests and responses";

void addCrossing(Cost& cost, const Design& design, const Traffic& traffic, const PriceBook& book) {
    const TrafficPrices& prices = *book.traffic;
    const double zonePrice = prices.crossZonePerGbEachSide.usd();
    const double regionPrice = prices.crossRegionPerGb.usd();
    for (const auto& [index, gb] : traffic.byLink) {
        const std::string& link = design.links.at(index).id.str();
        if (gb.zoneGb > 0)
            cost.items.push_back(
                {fmt::format("traffic:{}:cross_zone", link), gb.zoneGb * zonePrice * 2,
                 fmt::format("{} GB a month between zones{} at {}/GB on each side, {}, price book {} ({})",
                             formatSignificant(gb.zoneGb),
                             gb.noZoneGb > 0 ? fmt::format(" ({} GB of it from or to what is in no zone)",
                                                           formatSignificant(gb.noZoneGb))
                                             : std::string(),
                             money(zonePrice), kSizes, book.id, prices.from.grade)});
        if (gb.regionGb > 0)
            cost.items.push_back(
                {fmt::format("traffic:{}:cross_region", link), gb.regionGb * regionPrice,
                 fmt::format("{} GB a month between regions at {}/GB, {}, price book {} ({})",
                             formatSignificant(gb.regionGb), money(regionPrice), kSizes, book.id,
                             prices.from.grade)});
    }
}

double egressCost(const TrafficPrices& prices, double gb) {
    double usd = 0;
    double from = 0;
    for (const EgressTier& tier : prices.egress) {
        const double upTo =
            tier.upToTbPerMonth ? *tier.upToTbPerMonth * kGbPerTb : std::numeric_limits<double>::infinity();
        if (gb > from) usd += (std::min(gb, upTo) - from) * tier.usdPerGb.usd();
        from = upTo;
    }
    return usd;
}

void addTraffic(Cost& cost, const Design& design, const StaticLoad& load, const PriceBook* book) {
    const Traffic traffic = measure(design, load);
    const bool any = traffic.egressGb > 0 || !traffic.byLink.empty();
    if (!any) return;
    if (!book || !book->traffic) {
        cost.items.push_back(
            unpriced("traffic", fmt::format("price book {} has no prices for traffic", cost.priceBook)));
        return;
    }
    addCrossing(cost, design, traffic, *book);
    if (traffic.egressGb > 0 && !book->traffic->egress.empty())
        cost.items.push_back({"traffic:egress", egressCost(*book->traffic, traffic.egressGb),
                              fmt::format("{} GB a month out to clients and services in no place, first tier "
                                          "{}/GB, {}, price book {} ({})",
                                          formatSignificant(traffic.egressGb),
                                          money(book->traffic->egress.front().usdPerGb.usd()), kSizes,
                                          book->id, book->traffic->from.grade)});
}

} // namespace

Cost monthlyCost(const Design& design, const StaticLoad& load) {
    Cost cost;
    cost.priceBook = design.settings.priceBook;
    const PriceBook* book = priceBook(cost.priceBook);
    addMachines(cost, design, book);
    addTraffic(cost, design, load, book);
    for (const CostItem& item : cost.items) {
        if (item.usdPerMonth)
            cost.usdPerMonth += *item.usdPerMonth;
        else
            cost.atLeast = true;
    }
    return cost;
}

Cost monthlyCost(const Design& design) {
    return monthlyCost(design, staticLoad(design));
}

} // namespace alwayson
