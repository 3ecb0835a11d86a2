#include "core/text/objective_words.h"

#include "core/base/units.h"
#include "core/text/sentence.h"

#include <fmt/format.h>

namespace alwayson {

namespace {

std::string nameOf(const Design& design, const std::string& id) {
    if (id.empty() || id == "design") return "the design";
    if (const Group* group = design.groups.find(id)) return shownName(group->displayName());
    if (const Node* node = design.nodes.find(id)) return shownName(node->displayName());
    const std::size_t colon = id.find(':'); // a class of a client
    if (const Node* client = design.nodes.find(id.substr(0, colon)); client && colon != std::string::npos)
        return fmt::format("{} of {}", shownName(id.substr(colon + 1)), shownName(client->displayName()));
    return shownName(id);
}

std::string bounds(const Objective& objective, std::string (*show)(double)) {
    const std::string least = objective.atLeast ? "at least " + show(*objective.atLeast) : std::string();
    const std::string most = objective.atMost ? "at most " + show(*objective.atMost) : std::string();
    return least + (least.empty() || most.empty() ? "" : " and ") + most;
}

// What is more than all is shown as it is.
std::string share(double value) {
    return value > 1 ? grouped(formatNumber(value * 100)) + " %" : formatAvailability(value);
}
std::string seconds(double value) {
    return formatDuration(Duration::seconds(value));
}
std::string milliseconds(double value) {
    return formatDuration(Duration::milliseconds(value));
}
std::string dollars(double value) {
    return formatMoney(Money(value));
}

std::string wanted(const Design& design, const Objective& objective) {
    const std::string& metric = objective.metric;
    const std::string of = nameOf(design, objective.of.empty() ? objective.flow : objective.of);
    const bool mean = metric.find("_mean_") != std::string::npos;
    const char* cases = mean ? "on average" : "in 95 % of its failures";
    if (metric == "availability_time")
        return fmt::format("{} is up {} of the time", of, bounds(objective, share));
    if (metric == "availability_requests")
        return fmt::format("{} of the requests of {} succeed", bounds(objective, share), of);
    if (metric == "availability_good")
        return fmt::format("{} of the requests of {} are good", bounds(objective, share), of);
    if (metric.starts_with("latency_"))
        return fmt::format("latency {} of {} is {}", metric.substr(8, 3), of,
                           bounds(objective, milliseconds));
    if (metric == "cost_usd_per_month")
        return fmt::format("the cost is {} a month", bounds(objective, dollars));
    if (metric.starts_with("rto_") && objective.atMost && !objective.atLeast)
        return fmt::format("{} serves again within {} {}", of, seconds(*objective.atMost), cases);
    if (metric.starts_with("rto_"))
        return fmt::format("{} serves again after {} {}", of, bounds(objective, seconds), cases);
    if (metric.starts_with("rpo_"))
        return fmt::format("{} loses writes of {} {}", of, bounds(objective, seconds), cases);
    return fmt::format("{} of {}", shownName(metric), of);
}

} // namespace

std::string describe(const Design& design, const Objective& objective) {
    const std::string all = wanted(design, objective);
    return objective.windowDays
               ? fmt::format("{}, in periods of {} days", all, formatNumber(*objective.windowDays))
               : all;
}

} // namespace alwayson
