// Health checks that cannot see a failure, see it too late, or see one that is not there.

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson::validation {

namespace {

namespace hap = key::haproxy;

Operation setOn(const Node& node, std::string_view parameter, Json value) {
    return operation::setParameter(Collection::nodes, node.id.str(), parameter, std::move(value));
}

void checkOff(const Context& c, const Alike& alike, const std::vector<Index>& targets, Issues& issues) {
    if (targets.size() < 2) return; // with one server there is nowhere else to go
    Issue& issue = issues.warning(
        "health.check_off", c.where(alike),
        fmt::format(
            "{} does not check its servers: a dead one of {} goes on getting its share of the requests.",
            alike.name, countOf(targets.size(), "server")),
        "Switch health checks on.");
    issue.operation = forAll(c, alike, [&](const Node& each) { return setOn(each, hap::check.id, true); });
}

void checkType(const Context& c, const Alike& alike, const std::vector<Index>& targets, Issues& issues) {
    if (get(c.node(alike.first()).parameters, hap::checkType) != hap::CheckType::tcp) return;
    std::vector<Index> hanging;
    for (Index target : targets)
        for (const ResolvedFailureMode& mode : failureModesOf(c.node(target)))
            if (mode.effect == FailureEffect::hang && (hanging.empty() || hanging.back() != target))
                hanging.push_back(target);
    if (hanging.empty()) return;
    Issue& issue = issues.warning("health.tcp_check", c.where(alike, c.ids(hanging)),
                                  fmt::format("{} only checks that a connection opens. {} can hang with its "
                                              "port still open: that looks healthy for ever.",
                                              alike.name, listNames(c.names(hanging))),
                                  "Check with http, which needs an answer.");
    issue.operation =
        forAll(c, alike, [&](const Node& each) { return setOn(each, hap::checkType.id, "http"); });
}

void checkCounts(const Context& c, const Alike& alike, Issues& issues) {
    const Parameters& p = c.node(alike.first()).parameters;
    if (get(p, hap::checkFall) == 1) {
        Issue& issue = issues.warning("health.fall_one", c.where(alike),
                                      fmt::format("{} takes a server out after a single failed check, so one "
                                                  "lost packet or one slow answer is enough.",
                                                  alike.name),
                                      "Set Down after to 2 or 3; check more often if it must be quick.");
        issue.operation =
            forAll(c, alike, [&](const Node& each) { return setOn(each, hap::checkFall.id, 2); });
    }
    const auto fast = get(p, hap::checkFastinter);
    const Duration inter = get(p, hap::checkInter);
    if (fast && *fast > inter) {
        Issue& issue = issues.warning(
            "health.fastinter_above_inter", c.where(alike),
            fmt::format(
                "{} checks every {}, but only every {} once it has a doubt: the doubt makes it slower.",
                alike.name, formatDuration(inter), formatDuration(*fast)),
            "Set While changing, every below Check every, or leave it empty.");
        issue.operation = forAll(c, alike, [](const Node& each) {
            return operation::unsetParameter(Collection::nodes, each.id.str(), hap::checkFastinter.key.id);
        });
    }
}

void checkTimeout(const Context& c, const Alike& alike, const std::vector<Index>& targets, Issues& issues) {
    const Parameters& p = c.node(alike.first()).parameters;
    const auto timeout = get(p, hap::checkTimeout);
    const Duration second = Duration::seconds(1);
    if (!timeout) {
        const Duration inter = get(p, hap::checkInter);
        const Duration proposed = std::max(inter, second);
        Issue& issue = issues.hint(
            "health.check_timeout_unset", c.where(alike),
            fmt::format("{} has no time limit for the answer of a check: connection and answer share Check "
                        "every ({}).",
                        alike.name, formatDuration(inter)),
            fmt::format("Set Check times out after, for instance to {}.", formatDuration(proposed)));
        issue.operation = forAll(c, alike, [&](const Node& each) {
            return setOn(each, hap::checkTimeout.key.id, proposed.milliseconds());
        });
        return;
    }
    if (*timeout < second) {
        Issue& issue = issues.warning("health.check_timeout_short", c.where(alike),
                                      fmt::format("Checks of {} time out after {}. Below 1 s HAProxy is "
                                                  "unreliable: 500 ms was measured to take between "
                                                  "0.5 and 1 s.",
                                                  alike.name, formatDuration(*timeout)),
                                      "Set Check times out after to 1 s or more.");
        issue.operation =
            forAll(c, alike, [&](const Node& each) { return setOn(each, hap::checkTimeout.key.id, 1000); });
    }
    if (get(p, hap::checkType) != hap::CheckType::http) return;
    for (Index target : targets) {
        if (!hasRole(c.node(target), "compute")) continue;
        const DistributionShape service = get(c.node(target), key::server::service);
        if (!(service.mean() > 0)) continue;
        const Duration slow = Duration::seconds(service.quantile(0.99));
        if (slow <= *timeout) continue;
        issues.warning("health.check_timeout_below_service", c.where(alike, {c.node(target).id.str()}),
                       fmt::format("Checks of {} time out after {}, but one answer in a hundred of {} takes "
                                   "longer than {}: healthy servers will be taken out.",
                                   alike.name, formatDuration(*timeout), c.name(target),
                                   formatDuration(slow)),
                       "Give the check more time, or a check path that answers quickly.");
    }
}

} // namespace

void checkHealthChecks(const Context& context, Issues& issues) {
    for (const Alike& alike : context.alike) {
        const Node& node = context.node(alike.first());
        if (!hasMechanism(node, "health_check")) continue;
        const std::vector<Index> targets = context.targetsOf(alike.first());
        if (targets.empty()) continue;
        if (!get(node.parameters, hap::check)) {
            checkOff(context, alike, targets, issues);
            continue;
        }
        checkType(context, alike, targets, issues);
        checkCounts(context, alike, issues);
        checkTimeout(context, alike, targets, issues);
    }
}

} // namespace alwayson::validation
