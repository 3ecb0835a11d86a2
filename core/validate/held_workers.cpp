// Workers that wait: a part that is slow, or a cache that is gone, keeps those of its callers for longer, and
// a tier that calls it is full although nothing of its own has failed. Figures over states do not count that.

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson::validation {

namespace {

double slowestFactor(const Node& node) {
    double factor = 1;
    for (const ResolvedFailureMode& mode : failureModesOf(node))
        if (mode.effect == FailureEffect::slow) factor = std::max(factor, mode.slowFactor);
    return factor;
}

bool canRefuse(const Node& node) {
    const auto modes = failureModesOf(node);
    return std::any_of(modes.begin(), modes.end(),
                       [](const ResolvedFailureMode& mode) { return mode.effect == FailureEffect::crash; });
}

bool isLookedAside(const Context& c, Index node) {
    return std::any_of(c.callers[node].begin(), c.callers[node].end(), [&](Index caller) {
        return std::any_of(c.branches[caller].begin(), c.branches[caller].end(), [&](const Branch& branch) {
            return c.isLookup(caller, branch) &&
                   std::find(branch.targets.begin(), branch.targets.end(), node) != branch.targets.end();
        });
    });
}

std::string perSecond(double rate) {
    return formatSignificant(rate) + "/s";
}

// Those that carry their load as long as this node is well, and no more while it is not.
void check(const Context& c, const Alike& alike, const Disturbance& disturbance, const std::string& when,
           const char* code, const char* cure, Issues& issues) {
    const std::vector<CarriedRate> meanwhile = carriedRates(c.design, c.load, disturbance);
    for (const Alike& caller : c.alike) {
        const Index i = caller.first();
        const double load = c.load.requestsPerS[i];
        if (i == alike.first() || !c.reached[i] || load >= c.carried[i].perSecond ||
            load < meanwhile[i].perSecond)
            continue;
        issues.warning(code, c.where(caller, c.ids(alike.nodes)),
                       fmt::format("{}, {} can carry {} of the {} that it gets: its workers wait ({}). "
                                   "Availability and outages do not count this; runs of scenarios do.",
                                   when, caller.name, perSecond(meanwhile[i].perSecond), perSecond(load),
                                   shownName(meanwhile[i].why)),
                       cure);
    }
}

} // namespace

void checkHeldWorkers(const Context& context, Issues& issues) {
    for (const Alike& alike : context.alike) {
        const Index i = alike.first();
        const Node& node = context.node(i);
        if (!hasMechanism(node, "queue") || !context.reached[i]) continue;
        if (const double factor = slowestFactor(node); factor > 1)
            check(context, alike, {i, factor, false},
                  fmt::format("When {} is slow ({} times)", context.name(i), formatSignificant(factor)),
                  "capacity.slow_callee", "Give the calls to it a timeout, or the callers more workers.",
                  issues);
        if (isLookedAside(context, i) && canRefuse(node))
            check(context, alike, {i, 1, true}, fmt::format("Without {}", context.name(i)),
                  "capacity.lost_cache",
                  "Give the callers more workers, or let several caches share the load.", issues);
    }
}

} // namespace alwayson::validation
