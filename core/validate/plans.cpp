// What stands beside the design: objectives, scenarios, books.

#include "core/base/units.h"
#include "core/catalogue/books.h"
#include "core/catalogue/catalogue.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace alwayson::validation {

namespace {

constexpr std::array<std::string_view, 7> kMetrics{
    "availability_time", "availability_requests", "availability_good", "latency_p50_ms",
    "latency_p95_ms",    "latency_p99_ms",        "cost_usd_per_month"};

bool isFlow(const Design& design, std::string_view flow) {
    if (flow == "design") return true;
    for (const Node& node : design.nodes) {
        if (!hasRole(node, "client")) continue;
        if (flow == node.id.str()) return true;
        for (const RequestClass& each : classesOf(node))
            if (flow == node.id.str() + ":" + each.id) return true;
    }
    return false;
}

void checkObjective(const Context& c, const Objective& objective, Issues& issues) {
    const std::string& id = objective.id.str();
    if (!isFlow(c.design, objective.flow))
        issues.warning("objective.unknown_flow", {id},
                       fmt::format("Objective {} is about {}, which is no flow of this design.",
                                   shownName(id), shownName(objective.flow)),
                       "Name a client, a client and class such as shoppers:read, or design.");
    if (std::find(kMetrics.begin(), kMetrics.end(), objective.metric) == kMetrics.end())
        issues.warning("objective.unknown_metric", {id},
                       fmt::format("Objective {} measures {}, which this program does not compute.",
                                   shownName(id), shownName(objective.metric)),
                       fmt::format("Use one of {}.", fmt::join(kMetrics, ", ")));
    if (!objective.atLeast && !objective.atMost)
        issues.warning("objective.no_target", {id},
                       fmt::format("Objective {} has neither a lower nor an upper bound.", shownName(id)),
                       "Give it at_least or at_most.");
    const bool share = objective.metric.starts_with("availability");
    if (share && objective.atLeast && *objective.atLeast > 1)
        issues.warning("objective.impossible", {id},
                       fmt::format("Objective {} asks for an availability of {}, more than all of the time.",
                                   shownName(id), formatNumber(*objective.atLeast)),
                       "Write 99.9 % as 0.999.");
}

// "node", "domain" or "client": what the catalogue's events may be aimed at.
bool fits(const Context& c, const Descriptor& action, const std::string& what) {
    const Node* node = c.design.nodes.find(what);
    return std::any_of(action.targets.begin(), action.targets.end(), [&](const std::string& target) {
        if (target == "domain") return c.design.domains.contains(what);
        if (target == "node") return node && !hasRole(*node, "client");
        return node && hasRole(*node, target);
    });
}

bool hasMode(const Context& c, const std::string& what, const std::string& mode) {
    FailureEffect effect{};
    if (mode.empty() || effectFromString(mode, effect)) return true;
    const Node* node = c.design.nodes.find(what);
    const Domain* domain = c.design.domains.find(what);
    const auto modes = node     ? failureModesOf(*node)
                       : domain ? failureModesOf(*domain)
                                : std::vector<ResolvedFailureMode>{};
    return std::any_of(modes.begin(), modes.end(),
                       [&](const ResolvedFailureMode& m) { return m.id == mode; });
}

void checkEvent(const Context& c, const Scenario& scenario, const ScenarioEvent& event, Issues& issues) {
    const std::string name = shownName(scenario.displayName());
    const std::string at = formatDuration(event.at);
    const Descriptor* action = Catalogue::builtIn().event(event.action);
    if (!action) {
        issues.warning("scenario.unknown_event", {scenario.id.str()},
                       fmt::format("Scenario {} does \"{}\" at {}, which this program does not know.", name,
                                   shownName(event.action), at),
                       "Remove the event.");
        return;
    }
    if (!action->targets.empty() && !fits(c, *action, event.what))
        issues.warning("scenario.wrong_target", {scenario.id.str(), event.what},
                       fmt::format("Scenario {}: {} at {} cannot be done to {}.", name, action->title, at,
                                   nameOf(c.design, event.what)),
                       fmt::format("Choose a {}.", fmt::join(action->targets, " or a ")));
    else if (!hasMode(c, event.what, event.mode))
        issues.warning("scenario.unknown_mode", {scenario.id.str(), event.what},
                       fmt::format("Scenario {}: at {} {} is to fail in mode {}, which it does not have.",
                                   name, at, nameOf(c.design, event.what), shownName(event.mode)),
                       "Choose one of its failure modes, or an effect such as crash, hang or gone.");
    if (event.at > scenario.duration)
        issues.hint("scenario.event_after_end", {scenario.id.str()},
                    fmt::format("Scenario {} ends after {}, before its event at {}.", name,
                                formatDuration(scenario.duration), at),
                    "Let the scenario last longer or move the event.");
}

void checkSettings(const Context& c, Issues& issues) {
    const Settings& settings = c.design.settings;
    const auto listIds = [](const auto& books) {
        std::vector<std::string> ids;
        for (const auto& book : books)
            ids.push_back(book.id);
        return fmt::format("Choose one of {}.", fmt::join(ids, ", "));
    };
    if (!priceBook(settings.priceBook))
        issues.warning("settings.unknown_price_book", {},
                       fmt::format("There is no price book {}: machines and traffic have no price.",
                                   shownName(settings.priceBook)),
                       listIds(priceBooks()));
    if (!capacityBook(settings.capacityBook))
        issues.warning("settings.unknown_capacity_book", {},
                       fmt::format("There is no capacity book {}: load balancers count as unlimited.",
                                   shownName(settings.capacityBook)),
                       listIds(capacityBooks()));
}

} // namespace

void checkPlans(const Context& context, Issues& issues) {
    for (const Objective& objective : context.design.objectives)
        checkObjective(context, objective, issues);
    for (const Scenario& scenario : context.design.scenarios)
        for (const ScenarioEvent& event : scenario.events)
            checkEvent(context, scenario, event, issues);
    checkSettings(context, issues);
}

} // namespace alwayson::validation
