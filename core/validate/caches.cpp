// Caches that are looked aside: what happens when they do not answer, or not all alike.

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/graph/call_rules.h"
#include "core/graph/round_trip.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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

// What a quick answer takes: there and back, and its service.
double answerMs(const Context& c, const Node& caller, const Branch& branch) {
    const Node& cache = c.node(branch.targets.front());
    const auto given = get(branch.link->parameters, key::link::request::latency);
    Duration way = roundTripOfPlaces(c.design, caller, cache);
    if (hasRole(caller, "client") && !caller.domain) way = get(caller.parameters, key::client::networkRtt);
    if (given) way = *given;
    return 1000 * (way.seconds() + get(cache, key::server::service).mean());
}

// Members that call different things, or not all of which are looked aside.
bool areAlike(const Context& c, const Branch& branch) {
    const auto ends = [&](Index node) {
        std::vector<std::string> all;
        for (const Branch& behind : c.branches[node])
            all.push_back(behind.link->to);
        return all;
    };
    const Index first = branch.targets.front();
    return std::all_of(branch.targets.begin(), branch.targets.end(), [&](Index node) {
        return isLookedAside(c, node) == isLookedAside(c, first) && ends(node) == ends(first);
    });
}

void checkLookup(const Context& c, const Alike& caller, const Branch& branch, Issues& issues) {
    const Node& cache = c.node(branch.targets.front());
    const std::string name = nameOf(c.design, branch.link->to);
    const double answer = answerMs(c, c.node(caller.first()), branch);
    const double enough = std::max(kLookupTimeoutMs, 50 * std::ceil(3 * answer / 50));
    const auto timeout = get(branch.link->parameters, key::link::request::timeout);
    std::string message;
    if (timeout && 1000 * timeout->seconds() < answer)
        message = fmt::format(
            "{} waits {} for {}, whose answers take {} on average: most lookups are given up "
            "and go past it.",
            caller.name, formatDuration(*timeout), name, formatDuration(Duration::milliseconds(answer)));
    else if (!timeout && mayBeSilent(cache))
        message =
            fmt::format("{} gives {} all the time there is to answer: when it says nothing (its machine is "
                        "gone), requests end by their deadline instead of going past it, as exact figures "
                        "take them to.",
                        caller.name, name);
    else
        return;
    Issue& issue = issues.warning(
        "timers.cache_lookup", {branch.link->id.str(), c.node(caller.first()).id.str(), cache.id.str()},
        std::move(message), fmt::format("Give the link a timeout, such as {} ms.", formatNumber(enough)));
    issue.operation = operation::setParameter(Collection::links, branch.link->id.str(),
                                              key::link::request::timeout.key.id, enough);
}

void checkLink(const Context& c, const Alike& caller, const Branch& branch, Issues& issues) {
    const auto aside = [&](Index node) { return isLookedAside(c, node); };
    if (c.balancer[caller.first()] || std::none_of(branch.targets.begin(), branch.targets.end(), aside))
        return;
    if (areAlike(c, branch)) return checkLookup(c, caller, branch, issues);
    const std::string name = nameOf(c.design, branch.link->to);
    issues.warning(
        "node.not_simulated_yet", {branch.link->to, branch.link->id.str()},
        fmt::format("The caches of {} are not alike (pattern, or what is behind them). In a run of a "
                    "scenario each of them asks what is behind it itself, as if it were read through, and "
                    "its loss is its callers' loss; exact figures and simulated years look aside.",
                    name),
        fmt::format("Give the members of {} the same pattern and one link from the group.", name));
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
