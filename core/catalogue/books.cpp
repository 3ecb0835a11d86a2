#include "core/catalogue/books.h"

#include "core/base/json.h"
#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "resources/resources.h"

#include <fmt/format.h>

#include <limits>

namespace alwayson {

namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

Provenance provenanceFrom(const Json& json) {
    return {json.at("source").get<std::string>(), json.at("grade").get<std::string>()};
}

std::string textOrEmpty(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found == json.end() || found->is_null() ? std::string() : found->get<std::string>();
}

KindPrice kindPriceFrom(const Json& json) {
    KindPrice price;
    if (json.contains("instance_type")) price.instanceType = json.at("instance_type").get<std::string>();
    if (json.contains("usd_per_h")) price.usdPerHour = Money(json.at("usd_per_h").get<double>());
    price.from = provenanceFrom(json);
    return price;
}

TrafficPrices trafficFrom(const Json& json) {
    TrafficPrices traffic;
    traffic.crossZonePerGbEachSide = Money(json.at("cross_zone_usd_per_gb_each_side").get<double>());
    traffic.crossRegionPerGb = Money(json.at("cross_region_usd_per_gb").get<double>());
    for (const Json& tier : json.at("egress_tiers")) {
        EgressTier one;
        if (tier.contains("up_to_tb_per_month"))
            one.upToTbPerMonth = tier.at("up_to_tb_per_month").get<double>();
        one.usdPerGb = Money(tier.at("usd_per_gb").get<double>());
        traffic.egress.push_back(one);
    }
    traffic.from = provenanceFrom(json);
    return traffic;
}

PriceBook priceBookFrom(const Json& json) {
    PriceBook book;
    book.id = json.at("id").get<std::string>();
    book.title = json.at("title").get<std::string>();
    book.validFrom = textOrEmpty(json, "valid_from");
    book.note = textOrEmpty(json, "note");
    for (const auto& [name, price] : json.at("instance_types").items())
        book.instanceTypes.emplace(name, price.get<double>());
    book.instanceTypesFrom = provenanceFrom(json.at("instance_types_source"));
    for (const auto& [kind, price] : json.at("kinds").items())
        book.kinds.emplace(kind, kindPriceFrom(price));
    if (json.contains("traffic")) book.traffic = trafficFrom(json.at("traffic"));
    return book;
}

CapacityBook capacityBookFrom(const Json& json) {
    CapacityBook book;
    book.id = json.at("id").get<std::string>();
    book.title = json.at("title").get<std::string>();
    book.note = textOrEmpty(json, "note");
    for (const auto& [kind, entry] : json.at("kinds").items()) {
        KindCapacity capacity;
        if (entry.contains("capacity_per_s"))
            capacity.capacity = Rate(entry.at("capacity_per_s").get<double>());
        if (entry.contains("latency_ms"))
            capacity.latency = Duration::milliseconds(entry.at("latency_ms").get<double>());
        capacity.from = provenanceFrom(entry);
        book.kinds.emplace(kind, std::move(capacity));
    }
    return book;
}

template <class Book>
std::vector<Book> booksFrom(std::string_view folder, Book (*from)(const Json&)) {
    std::vector<Book> books;
    for (const std::string& path : resources::list(folder))
        if (path.ends_with(".json")) books.push_back(from(Json::parse(resources::find(path))));
    return books;
}

template <class Book>
const Book* findBook(const std::vector<Book>& books, std::string_view id) {
    for (const Book& book : books)
        if (book.id == id) return &book;
    return nullptr;
}

const KindCapacity* bookEntry(const Design& design, const Node& node) {
    const CapacityBook* book = capacityBook(design.settings.capacityBook);
    if (!book) return nullptr;
    const auto found = book->kinds.find(node.kind);
    return found == book->kinds.end() ? nullptr : &found->second;
}

NodeCapacity balancerCapacity(const Design& design, const Node& node) {
    if (const auto own = get(node, key::haproxy::capacity)) return {own->perSecond(), "its own capacity"};
    const std::string& name = design.settings.capacityBook;
    const KindCapacity* entry = bookEntry(design, node);
    if (!entry || !entry->capacity)
        return {kUnlimited, fmt::format("capacity book {} says nothing about it", name)};
    return {entry->capacity->perSecond(), fmt::format("capacity book {}: {}", name, entry->from.source)};
}

NodeCapacity computeCapacity(const Node& node) {
    const auto workers = get(node, key::server::workers);
    const double mean = get(node, key::server::service).mean();
    if (!(mean > 0)) return {kUnlimited, "no service time"};
    return {static_cast<double>(workers) / mean,
            fmt::format("{} worker{} / {} mean service", workers, workers == 1 ? "" : "s",
                        formatDuration(Duration::seconds(mean)))};
}

} // namespace

const std::vector<PriceBook>& priceBooks() {
    static const std::vector<PriceBook> books = booksFrom("price_books/", priceBookFrom);
    return books;
}

const std::vector<CapacityBook>& capacityBooks() {
    static const std::vector<CapacityBook> books = booksFrom("capacity_books/", capacityBookFrom);
    return books;
}

const PriceBook* priceBook(std::string_view id) {
    return findBook(priceBooks(), id);
}

const CapacityBook* capacityBook(std::string_view id) {
    return findBook(capacityBooks(), id);
}

NodeCapacity capacityOf(const Design& design, const Node& node) {
    if (hasRole(node, "balancer")) return balancerCapacity(design, node);
    if (hasMechanism(node, "queue")) return computeCapacity(node);
    if (hasRole(node, "external")) {
        const auto limit = get(node.parameters, key::external::capacity);
        return limit ? NodeCapacity{limit->perSecond(), "its rate limit"}
                     : NodeCapacity{kUnlimited, "no rate limit known"};
    }
    return {kUnlimited, "nothing limits it"};
}

Duration balancerLatency(const Design& design, const Node& node) {
    if (!hasRole(node, "balancer")) return {};
    const KindCapacity* entry = bookEntry(design, node);
    return entry && entry->latency ? *entry->latency : Duration();
}

} // namespace alwayson
