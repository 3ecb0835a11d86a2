// What can be drawn and is not computed with yet, so that no figure is taken for more than it is. Most of it
// follows from the marks in the catalogue: when an engine begins to read a parameter, its mark goes and so
// does the finding.

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/model/objective_periods.h"
#include "core/text/objective_words.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson::validation {

namespace {

// Titles of parameters that are set and that nothing computes with; what only exports write is left out.
std::vector<std::string> setForLater(const Descriptor* kind, const Parameters& stored) {
    std::vector<std::string> titles;
    if (!kind) return titles;
    for (const auto& [id, value] : stored) {
        const ParameterSpec* spec = kind->parameter(id);
        const bool later =
            spec && !spec->simulated && spec->section != "Export" && id != key::group::pool::belowNeeded.id;
        if (later && value != spec->defaultValue) titles.push_back(spec->title);
    }
    return titles;
}

void checkGroup(const Context& c, const Group& group, Issues& issues) {
    const std::string name = nameOf(c.design, group.id.str());
    const std::vector<std::string> set =
        setForLater(Catalogue::builtIn().group(group.kind), group.parameters);
    namespace p = key::group::pool;
    const bool interrupts =
        hasRole(group, "pool") && (get(group, p::failover) || get(group, p::failoverCoverage).value() < 1);
    if (interrupts && get(group, p::repairStarts) == p::RepairStarts::after)
        issues.warning(
            "group.not_simulated_yet", {group.id.str()},
            fmt::format("In a run of a scenario repairs of {} begin at the failure, and others may "
                        "fail meanwhile: that they wait until its interruption is over is in "
                        "exact figures and simulated years only.",
                        name),
            "Let repairs start at the failure.");
    if (!set.empty())
        issues.warning("group.not_simulated_yet", {group.id.str()},
                       fmt::format("{} of {} {} not simulated yet: the figures are those without.",
                                   listNames(set), name, set.size() == 1 ? "is" : "are"),
                       "Keep it for later, or set it back to its default.");
}

// Isolation of places.
template <class Thing>
void checkModes(const Context& c, const Thing& thing, Issues& issues) {
    const std::string name = nameOf(c.design, thing.id.str());
    for (const ResolvedFailureMode& mode : failureModesOf(thing)) {
        if (mode.effect == FailureEffect::isolation)
            issues.warning(
                "failure_mode.not_simulated_yet", {thing.id.str()},
                fmt::format(
                    "\"{}\" of {} is computed as an outage for now: what is inside serves nobody, not even "
                    "each other, and starts anew afterwards.",
                    shownName(mode.title), name),
                "Take its figures as those of an outage.");
    }
}

void checkObjective(const Design& design, const Objective& objective, Issues& issues) {
    if (!objective.windowDays || isJudgedByPeriods(objective)) return;
    issues.warning(
        "objective.not_simulated_yet", {objective.id.str()},
        fmt::format("Wanted is that {}: periods are counted for at least a share of the time up or of the "
                    "requests of a flow only. This one is never judged.",
                    describe(design, objective)),
        "Leave its window_d out to have it judged over the whole run.");
}

} // namespace

void checkNotSimulated(const Context& context, Issues& issues) {
    for (const Group& group : context.design.groups)
        checkGroup(context, group, issues);
    for (const Node& node : context.design.nodes) {
        checkModes(context, node, issues);
    }
    for (const Domain& domain : context.design.domains)
        checkModes(context, domain, issues);
    for (const Objective& objective : context.design.objectives)
        checkObjective(context.design, objective, issues);
}

} // namespace alwayson::validation
