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
#include <limits>

namespace alwayson::validation {

namespace {

constexpr double kLookupTimeoutMs = 50;

// Why the cache may say nothing, in words; empty: it never does.
std::string silenceOf(const Context& c, const Node& cache) {
    const std::vector<ResolvedFailureMode> modes = failureModesOf(cache);
    const auto has = [&](auto wanted) {
        return std::any_of(modes.begin(), modes.end(),
                           [&](const ResolvedFailureMode& mode) { return wanted(mode.effect); });
    };
    std::vector<std::string> reasons;
    if (has([](FailureEffect effect) { return isSilent(effect) && effect != FailureEffect::hang; }))
        reasons.emplace_back("its machine is gone");
    if (has([](FailureEffect effect) { return effect == FailureEffect::hang; }))
        reasons.emplace_back("it hangs");
    std::vector<const Domain*> places;
    if (cache.domain) places = domainChain(c.design, *cache.domain);
    for (const DomainId& id : cache.dependsOn)
        for (const Domain* place : domainChain(c.design, id))
            places.push_back(place);
    const auto fails = std::find_if(places.begin(), places.end(),
                                    [](const Domain* place) { return !failureModesOf(*place).empty(); });
    if (fails != places.end()) reasons.push_back(fmt::format("{} is out", placeName(**fails)));
    std::string text;
    for (const std::string& reason : reasons)
        text += (text.empty() ? "" : " or ") + reason;
    return text;
}

// What a quick answer takes: there and back, and its service.
double answerMs(const Context& c, const Node& caller, const Branch& branch) {
    const Node& cache = c.node(branch.targets.front());
    const Duration way = roundTripOver(c.design, *branch.link, caller, cache);
    return 1000 * (way.seconds() + get(cache, key::server::service).mean());
}

// Workers that the caller has for each request per second that reaches it, by how long requests hold them
// while the cache says nothing.
struct Held {
    double workers = 0, perS = 0; // perS 0: workers are no limit
    double ownS = 0, behindS = 0; // mean service; what the caller then asks itself, the next nodes only
    double calls = 1, attempts = 1;
    double seconds(double timeoutS) const { return ownS + calls * (attempts * timeoutS + behindS); }
    // A timeout has to be shorter, s.
    double longest() const {
        if (!(perS > 0)) return std::numeric_limits<double>::infinity();
        return ((workers / perS - ownS) / calls - behindS) / attempts;
    }
};

Held heldBy(const Context& c, Index caller, const Branch& branch) {
    Held held;
    const Node& node = c.node(caller);
    const double perS = c.load.requestsPerS[caller];
    const double calls = get(branch.link->parameters, key::link::request::callsPerRequest);
    if (!hasMechanism(node, "queue") || branch.optional || !(calls > 0)) return held;
    held.ownS = meanService(node, false);
    held.workers = static_cast<double>(get(node, key::server::workers));
    if (!(perS * held.ownS < held.workers)) return held; // too few in any case: another finding
    held.perS = perS;
    held.calls = get(branch.link->parameters, key::link::request::parallel) ? std::min(calls, 1.0) : calls;
    held.attempts = static_cast<double>(get(branch.link->parameters, key::link::request::attempts));
    for (const Branch& behind : c.branches[branch.targets.front()]) {
        const Node& next = c.node(behind.targets.front());
        held.behindS += roundTripOver(c.design, *behind.link, c.node(branch.targets.front()), next).seconds();
        if (hasMechanism(next, "queue")) held.behindS += meanService(next, false);
    }
    return held;
}

// Whose workers all wait for a cache that says nothing, though requests have time for it; empty: nobody's.
std::string tooFewOf(const Context& c, const Alike& caller, const Branch& branch,
                     const std::string& silence) {
    const Held held = heldBy(c, caller.first(), branch);
    const auto timeout = get(branch.link->parameters, key::link::request::timeout);
    if (!timeout || timeout->seconds() < held.longest()) return {};
    const double each = held.seconds(timeout->seconds());
    return fmt::format("{} has {} for {} requests per s: when {} says nothing ({}), each request holds one "
                       "for {}, which is enough for {} per s. The exact figure and simulated years do not "
                       "count this.",
                       caller.name, countOf(static_cast<std::size_t>(held.workers), "worker"),
                       formatNumber(held.perS), nameOf(c.design, branch.link->to), silence,
                       formatDuration(Duration::milliseconds(1000 * each)),
                       formatNumber(std::floor(held.workers / each)));
}

// Who waits too long for a cache that says nothing, in words; empty: nobody does.
std::string waitingOf(const Context& c, const Alike& caller, const Branch& branch) {
    std::string silence;
    for (const Index cache : branch.targets)
        if (silence.empty()) silence = silenceOf(c, c.node(cache));
    if (silence.empty()) return {};
    if (c.survivesSilence(branch.linkIndex)) return tooFewOf(c, caller, branch, silence);
    const std::string name = nameOf(c.design, branch.link->to);
    const auto timeout = get(branch.link->parameters, key::link::request::timeout);
    // Members of a pool are asked in turn, silent or not.
    const char* it = branch.targets.size() > 1 ? "one of them" : "it";
    if (!timeout)
        return fmt::format("{} gives {} all the time there is to answer: when {} says nothing ({}), requests "
                           "wait for it until their deadline and fail instead of going past it.",
                           caller.name, name, it, silence);
    const auto attempts = get(branch.link->parameters, key::link::request::attempts);
    return fmt::format("{} waits {}{} for {}: when {} says nothing ({}), that leaves requests too little of "
                       "the time they may take to go past it, and they fail.",
                       caller.name, attempts > 1 ? fmt::format("{} x ", attempts) : "",
                       formatDuration(*timeout), name, it, silence);
}

void checkLookup(const Context& c, const Alike& caller, const Branch& branch, Issues& issues) {
    const Node& cache = c.node(branch.targets.front());
    const double answer = answerMs(c, c.node(caller.first()), branch);
    const auto timeout = get(branch.link->parameters, key::link::request::timeout);
    std::string message = waitingOf(c, caller, branch);
    if (timeout && 1000 * timeout->seconds() < answer)
        message =
            fmt::format("{} waits {} for {}, whose answers take {} on average: most lookups are given up "
                        "and go past it.",
                        caller.name, formatDuration(*timeout), nameOf(c.design, branch.link->to),
                        formatDuration(Duration::milliseconds(answer)));
    if (message.empty()) return;
    const LookupTimeout helpful = helpfulTimeout(c, caller.first(), branch);
    Issue& issue = issues.warning(
        "timers.cache_lookup", {branch.link->id.str(), c.node(caller.first()).id.str(), cache.id.str()},
        std::move(message),
        helpful.ms ? fmt::format("Give the link {}.", helpful.text())
                   : fmt::format("No timeout helps: the time that requests may take is too short for what is "
                                 "behind {}, the link's attempts and other waits, or the caller has too few "
                                 "workers to wait. Raise the deadline, add workers, or shorten the waits.",
                                 nameOf(c.design, branch.link->to)));
    if (helpful.ms)
        issue.operation = operation::setParameter(Collection::links, branch.link->id.str(),
                                                  key::link::request::timeout.key.id, *helpful.ms);
}

void checkLink(const Context& c, const Alike& caller, const Branch& branch, Issues& issues) {
    const auto aside = [&](Index node) { return isPassedBy(c.node(node)) && !c.branches[node].empty(); };
    if (c.balancer[caller.first()] || std::none_of(branch.targets.begin(), branch.targets.end(), aside))
        return;
    if (c.isLookup(caller.first(), branch)) return checkLookup(c, caller, branch, issues);
    const std::string name = nameOf(c.design, branch.link->to);
    issues.warning("node.not_simulated_yet", {branch.link->to, branch.link->id.str()},
                   fmt::format("The caches of {} are not alike (pattern, or what is behind them): each of "
                               "them asks what is behind it itself, as if it were read through, and its "
                               "loss is its callers' loss.",
                               name),
                   fmt::format("Give the members of {} the same pattern and one link from the group.", name));
}

} // namespace

std::string LookupTimeout::text() const {
    return longest ? fmt::format("a timeout of at most {} ms", formatNumber(*ms))
                   : fmt::format("a timeout, such as {} ms", formatNumber(*ms));
}

LookupTimeout helpfulTimeout(const Context& c, Index caller, const Branch& branch) {
    const double answer = answerMs(c, c.node(caller), branch);
    const double enough = std::max(kLookupTimeoutMs, 50 * std::ceil(3 * answer / 50));
    const double below =
        1000 * std::min(c.longestTimeouts[branch.linkIndex], heldBy(c, caller, branch).longest());
    if (enough < below) return {enough};
    const double longest = std::ceil(below) - 1; // whole, and below
    if (longest > answer) return {longest, true};
    return {};
}

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
