// Failure modes as they are written: times that make no sense, parts that never fail.

#include "core/base/nearest.h"
#include "core/catalogue/catalogue.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

namespace alwayson::validation {

namespace {

// Why a mode cannot be used, "" when it can.
std::string whyUnusable(const FailureMode& mode, bool inCatalogue) {
    if (!inCatalogue && !mode.timeToFailure) return "it does not say how often it happens";
    if (!inCatalogue && !mode.repair) return "it does not say how long it lasts";
    const std::pair<const char*, const std::optional<Distribution>*> kParts[] = {
        {"the time to failure", &mode.timeToFailure},
        {"the repair time", &mode.repair},
        {"the repair by people", &mode.crewRepair}};
    for (const auto& [part, distribution] : kParts) {
        if (!*distribution) continue;
        const auto shape = resolve(**distribution);
        if (!shape) return fmt::format("{} is wrong: {}", part, shape.error().message);
    }
    if (mode.timeToFailure && !(resolve(*mode.timeToFailure)->mean() > 0))
        return "the time to failure is zero";
    return {};
}

// A misspelt id is a new mode beside the one that was meant, which goes on with its defaults.
void checkSpelling(const Context& c, const std::string& id, const FailureMode& mode, const Descriptor* kind,
                   Issues& issues) {
    if (!kind || kind->failureMode(mode.id) || mode.effect || mode.title) return;
    std::vector<std::string> known;
    for (const FailureModeSpec& spec : kind->failureModes)
        known.push_back(spec.id);
    const std::string meant = nearestName(mode.id, known);
    FailureEffect effect{};
    if (meant.empty() || effectFromString(mode.id, effect)) return;
    issues.warning(
        "failure.misspelt_mode", {id},
        fmt::format("{} gets a failure mode {} in addition to its {}, which keeps its own times.",
                    nameOf(c.design, id), shownName(mode.id), meant),
        fmt::format("Write {} if that is meant; give the new mode an effect if it is not.", meant));
}

template <class Thing>
void checkModes(const Context& c, const Thing& thing, const Descriptor* kind, Issues& issues) {
    const std::string& id = thing.id.str();
    for (const FailureMode& mode : thing.failureModes) {
        const bool known = kind && kind->failureMode(mode.id);
        if (mode.removed) {
            if (!known)
                issues.hint("failure.nothing_to_remove", {id},
                            fmt::format("{} removes the failure mode {}, which it does not have.",
                                        nameOf(c.design, id), shownName(mode.id)),
                            "Delete this entry.");
            continue;
        }
        checkSpelling(c, id, mode, kind, issues);
        const std::string why = whyUnusable(mode, known);
        if (!why.empty())
            issues.error("failure.unusable_mode", {id},
                         fmt::format("The failure mode {} of {} is left out: {}.", shownName(mode.id),
                                     nameOf(c.design, id), why),
                         "Give it a time to failure above 0 and a repair time.");
    }
}

} // namespace

void checkFailureModes(const Context& context, Issues& issues) {
    const Catalogue& catalogue = Catalogue::builtIn();
    for (const Node& node : context.design.nodes)
        checkModes(context, node, catalogue.kind(node.kind), issues);
    for (const Alike& alike : context.alike) {
        const Index i = alike.first();
        if (context.client[i] || !context.reached[i] || !failureModesOf(context.node(i)).empty()) continue;
        issues.hint("failure.never_fails", context.where(alike),
                    fmt::format("{} has no failure modes, so it counts as always available.", alike.name),
                    "Add a failure mode, or leave it so if that is meant.");
    }
    for (const Domain& domain : context.design.domains)
        checkModes(context, domain, catalogue.domain(domain.kind), issues);
}

} // namespace alwayson::validation
