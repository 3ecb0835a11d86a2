// What stands beside the design: objectives and scenarios.

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/text/objective_words.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson::validation {

namespace {

void checkObjective(const Design& design, const Objective& objective, Issues& issues) {
    const bool share = objective.metric.starts_with("availability");
    if (!share || !objective.atLeast || *objective.atLeast <= 1) return;
    Issue& issue =
        issues.warning("objective.impossible", {objective.id.str()},
                       fmt::format("Wanted is that {}: more than all.", describe(design, objective)),
                       "Write 99.9 %, which is 0.999 in a file.");
    if (*objective.atLeast <= 100)
        issue.operation = operation::set(Collection::objectives, objective.id.str(), "/at_least",
                                         *objective.atLeast / 100, "Take it as percent");
}

// A crew that is called by nobody is drawn in vain.
void checkCrew(const Design& design, const Crew& crew, Issues& issues) {
    const auto calls = [&](const auto& thing) { return thing.crew && *thing.crew == crew.id; };
    if (anyIn(design.nodes, calls) || anyIn(design.groups, calls)) return;
    issues.hint(
        "crew.not_called", {},
        fmt::format("The crew {} repairs nothing: no node and no group names it, so every repair begins "
                    "at once, as if people were always free.",
                    shownName(crew.id)),
        fmt::format("Choose {} under Repaired by of a node or group, or remove it.", shownName(crew.id)));
}

// "node", "domain" or "client": what the catalogue's events may be aimed at.
bool fits(const Context& c, const Descriptor& action, const std::string& what) {
    const Node* node = c.design.nodes.find(what);
    return std::any_of(action.targets.begin(), action.targets.end(), [&](const std::string& target) {
        if (target == "group") return c.design.groups.contains(what);
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
    if (!action) return; // refused when the file is read
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

} // namespace

void checkPlans(const Context& context, Issues& issues) {
    for (const Objective& objective : context.design.objectives)
        checkObjective(context.design, objective, issues);
    for (const Crew& crew : context.design.settings.crews)
        checkCrew(context.design, crew, issues);
    for (const Scenario& scenario : context.design.scenarios)
        for (const ScenarioEvent& event : scenario.events)
            checkEvent(context, scenario, event, issues);
}

} // namespace alwayson::validation
