// Caches that are looked aside: what happens when they do not answer.

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/graph/call_rules.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson::validation {

namespace {

constexpr double kLookupTimeoutMs = 50;

bool isLookedAside(const Context& c, Index node) {
    return isPassedBy(c.node(node)) && !c.branches[node].empty();
}

bool mayBeSilent(const Node& node) {
    const std::vector<ResolvedFailureMode> modes = failureModesOf(node);
    return std::any_of(modes.begin(), modes.end(), [](const ResolvedFailureMode& mode) {
        return mode.effect == FailureEffect::gone || mode.effect == FailureEffect::hang ||
               mode.effect == FailureEffect::cutOff;
    });
}

// What each caller of the link does; a balancer does not look aside.
void checkLink(const Context& c, const Alike& caller, const Branch& branch, Issues& issues) {
    if (branch.targets.empty() || !isLookedAside(c, branch.targets.front())) return;
    const Node& cache = c.node(branch.targets.front());
    const std::string name = nameOf(c.design, branch.link->to);
    if (c.balancer[caller.first()]) {
        issues.warning("node.not_simulated_yet", {cache.id.str(), c.node(caller.first()).id.str()},
                       fmt::format("{} calls {}, which is looked aside, but a balancer does not ask what is "
                                   "behind it: in request runs {} asks it itself, and its loss is the "
                                   "caller's loss. Exact figures and failure runs go past it.",
                                   caller.name, name, name),
                       fmt::format("Let {} be read through, or call it without a balancer.", name));
        return;
    }
    if (get(branch.link->parameters, key::link::request::timeout) || !mayBeSilent(cache)) return;
    Issue& issue = issues.warning(
        "timers.cache_lookup", {branch.link->id.str(), c.node(caller.first()).id.str(), cache.id.str()},
        fmt::format(
            "{} gives {} all the time there is to answer: when it says nothing (its machine is gone), "
            "requests end by their deadline instead of going past it, as exact figures take them to.",
            caller.name, name),
        fmt::format("Give the link a timeout, such as {} ms.", formatNumber(kLookupTimeoutMs)));
    issue.operation = operation::setParameter(Collection::links, branch.link->id.str(),
                                              key::link::request::timeout.key.id, kLookupTimeoutMs);
}

} // namespace

void checkCaches(const Context& context, Issues& issues) {
    std::vector<const Link*> told;
    for (const Alike& alike : context.alike)
        for (const Branch& branch : context.branches[alike.first()]) {
            if (std::find(told.begin(), told.end(), branch.link) != told.end()) continue;
            told.push_back(branch.link);
            checkLink(context, alike, branch, issues);
        }
}

} // namespace alwayson::validation
