// Timeouts, deadlines and retries that work against each other.

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/structure/detection.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace alwayson::validation {

namespace {

namespace hap = key::haproxy;

struct Patience {
    Duration attempt = Duration::never();
    Duration deadline = Duration::never(); // the shortest of its classes
    std::int64_t attempts = 1;
    Duration backoff; // all of it, at its longest
};

Patience patienceOf(const Node& client) {
    const Parameters& p = client.parameters;
    Patience patience;
    patience.attempt = get(p, key::client::attemptTimeout);
    patience.attempts = get(p, key::client::attempts);
    for (const RequestClass& each : classesOf(client))
        patience.deadline = std::min(patience.deadline, each.deadline);
    Duration wait = get(p, key::client::backoffBase);
    const Duration cap = get(p, key::client::backoffCap);
    for (std::int64_t i = 1; i < patience.attempts; ++i, wait = wait * 2)
        patience.backoff += std::min(wait, cap);
    return patience;
}

Operation setOn(const Node& node, std::string_view parameter, Duration value) {
    return operation::setParameter(Collection::nodes, node.id.str(), parameter,
                                   std::floor(value.milliseconds()));
}

// The quickest of what it calls, and the network there and back.
void checkDeadline(const Context& c, Index i, const Patience& p, Issues& issues) {
    Duration quickest = Duration::never();
    for (Index target = 0; target < c.design.nodes.size(); ++target)
        if (c.reached[target] && hasMechanism(c.node(target), "queue"))
            quickest =
                std::min(quickest, Duration::seconds(get(c.node(target), key::server::service).mean()));
    if (quickest == Duration::never()) return;
    const Node& node = c.node(i);
    const Duration trip = node.domain ? Duration() : get(node.parameters, key::client::networkRtt);
    const Duration typical = trip + quickest;
    if (p.deadline >= typical) return;
    issues.error("timers.deadline_too_short", {node.id.str()},
                 fmt::format("{} wants an answer within {}, but a typical one takes {}: {} on the network "
                             "and {} of service. Most requests "
                             "fail even when everything works.",
                             c.name(i), formatDuration(p.deadline), formatDuration(typical),
                             formatDuration(trip), formatDuration(quickest)),
                 "Raise the deadline of its classes, or make the service faster.");
}

void checkClient(const Context& c, Index i, Issues& issues) {
    const Node& node = c.node(i);
    const Patience p = patienceOf(node);
    checkDeadline(c, i, p, issues);
    const Duration whole = p.attempt * static_cast<double>(p.attempts) + p.backoff;
    if (p.attempts == 1 && p.attempt > p.deadline) {
        Issue& issue =
            issues.hint("timers.attempt_timeout_exceeds_deadline", {node.id.str()},
                        fmt::format("{} waits {} for an answer that counts only within {}.", c.name(i),
                                    formatDuration(p.attempt), formatDuration(p.deadline)),
                        "Set Timeout per attempt to the deadline or below.");
        issue.operation = setOn(node, key::client::attemptTimeout.id, p.deadline);
    }
    if (p.attempts > 1 && whole > p.deadline) {
        const Duration room = (p.deadline - p.backoff) / static_cast<double>(p.attempts);
        Issue& issue = issues.warning(
            "timers.retries_exceed_deadline", {node.id.str()},
            fmt::format("{} tries {} times for {} each with up to {} of backoff: {} in all, longer than the "
                        "deadline of {}. The last attempts "
                        "come too late to help.",
                        c.name(i), p.attempts, formatDuration(p.attempt), formatDuration(p.backoff),
                        formatDuration(whole), formatDuration(p.deadline)),
            "Shorten Timeout per attempt, make fewer attempts, or allow a longer deadline.");
        if (room >= Duration::milliseconds(1)) {
            issue.fix = fmt::format(
                "Shorten Timeout per attempt to {}, make fewer attempts, or allow a longer deadline.",
                formatDuration(room));
            issue.operation = setOn(node, key::client::attemptTimeout.id, room);
        }
    }
}

// Who waits for a balancer directly, and for how long one attempt of theirs lasts.
struct Waiting {
    Index caller = 0;
    Duration patience = Duration::never();
};

Waiting leastPatient(const Context& c, Index balancer) {
    Waiting least;
    for (Index caller : c.callers[balancer]) {
        Duration patience = Duration::never();
        if (c.client[caller])
            patience = get(c.node(caller).parameters, key::client::attemptTimeout);
        else
            for (const Branch& branch : c.branches[caller])
                if (std::find(branch.targets.begin(), branch.targets.end(), balancer) != branch.targets.end())
                    patience = std::min(patience, get(branch.link->parameters, key::link::request::timeout)
                                                      .value_or(Duration::never()));
        if (patience < least.patience) least = {caller, patience};
    }
    return least;
}

bool hasEffect(const Context& c, const std::vector<Index>& nodes, FailureEffect effect) {
    return std::any_of(nodes.begin(), nodes.end(), [&](Index n) {
        const auto modes = failureModesOf(c.node(n));
        return std::any_of(modes.begin(), modes.end(),
                           [&](const ResolvedFailureMode& m) { return m.effect == effect; });
    });
}

void checkConnecting(const Context& c, const Alike& alike, const std::vector<Index>& targets,
                     Issues& issues) {
    const Index i = alike.first();
    const Node& node = c.node(i);
    const Parameters& p = node.parameters;
    const Duration connect = get(p, hap::timeoutConnect);
    const std::int64_t retries = get(p, hap::retries);
    const bool redispatch = get(p, hap::redispatch);
    // HAProxy waits min(connect timeout, 1 s) before it tries the same server again; only redispatch to
    // another is immediate.
    const Duration pause = std::min(connect, Duration::seconds(1));
    const Waiting waiting = leastPatient(c, i);
    if (!redispatch && retries > 0) {
        Issue& issue =
            issues.warning("timers.redispatch_off", c.where(alike),
                           fmt::format("{} repeats a refused connection {} on the same dead server and then "
                                       "fails the request, after about {}: "
                                       "until the checks notice, that is one request in {}.",
                                       alike.name, countOf(static_cast<std::size_t>(retries), "time"),
                                       formatDuration(pause * static_cast<double>(retries)), targets.size()),
                           "Switch Redispatch on, so that retries go to another server.");
        issue.operation = forAll(c, alike, [](const Node& each) {
            return operation::setParameter(Collection::nodes, each.id.str(), hap::redispatch.id, true);
        });
    }
    const hap::Balance balance = get(p, hap::balance);
    const bool sticky =
        get(p, hap::cookie) || balance == hap::Balance::source || balance == hap::Balance::uri;
    const std::int64_t pauses = !redispatch ? retries : sticky ? std::max<std::int64_t>(retries - 1, 0) : 0;
    const Duration retrying = pause * static_cast<double>(pauses);
    if (retrying > waiting.patience)
        issues.warning(
            "timers.connect_retries_exceed_client", c.where(alike, {c.node(waiting.caller).id.str()}),
            fmt::format("{} may spend {} on retries to one dead server ({} x {}), but {} gives up after {}.",
                        alike.name, formatDuration(retrying), pauses, formatDuration(pause),
                        c.name(waiting.caller), formatDuration(waiting.patience)),
            "Use fewer retries, a shorter connect timeout, or redispatch.");
    if (connect >= waiting.patience && hasEffect(c, targets, FailureEffect::gone)) {
        const Duration proposed = std::max(Duration::milliseconds(1), Duration(waiting.patience / 3));
        Issue& issue = issues.hint("timers.connect_timeout_exceeds_client",
                                   c.where(alike, {c.node(waiting.caller).id.str()}),
                                   fmt::format("When a server vanishes, {} waits {} for the connection. {} "
                                               "gives up after {}, before another server is tried.",
                                               alike.name, formatDuration(connect), c.name(waiting.caller),
                                               formatDuration(waiting.patience)),
                                   fmt::format("Set Connect timeout to about {}.", formatDuration(proposed)));
        issue.operation =
            forAll(c, alike, [&](const Node& each) { return setOn(each, hap::timeoutConnect.id, proposed); });
    }
}

// Health-check timers that notice a hang sooner.
struct Quicker {
    Duration inter, timeout;
    std::int64_t fall = 2;
    bool withoutFastinter = false; // the pause while in doubt was the longer one
    DetectionLaw law;
};

// The gentlest timers that meet the deadline, else the quickest that are sound (HAProxy keeps no check
// timeout below 1 s), when they gain at least a fifth. Whoever takes them is not asked again.
std::optional<Quicker> quickerChecks(const Node& balancer, double meanS, Duration deadline) {
    const Parameters& now = balancer.parameters;
    const std::optional<Duration> fast = get(now, hap::checkFastinter);
    const Duration timeout = get(now, hap::checkTimeout).value_or(get(now, hap::checkInter));
    std::optional<Quicker> best;
    for (const double inter : {2.0, 1.0, 0.5}) {
        Quicker quicker;
        quicker.inter = std::min(get(now, hap::checkInter), Duration::seconds(inter));
        quicker.timeout = std::min(timeout, Duration::seconds(1));
        quicker.fall = std::min<std::int64_t>(get(now, hap::checkFall), 2);
        quicker.withoutFastinter = fast && *fast > quicker.inter;
        Node changed = balancer;
        changed.parameters[std::string(hap::checkInter.id)] = quicker.inter.milliseconds();
        changed.parameters[std::string(hap::checkTimeout.key.id)] = quicker.timeout.milliseconds();
        changed.parameters[std::string(hap::checkFall.id)] = static_cast<double>(quicker.fall);
        if (quicker.withoutFastinter) changed.parameters.erase(std::string(hap::checkFastinter.key.id));
        quicker.law = detectionTime(changed, FailureEffect::hang);
        best = quicker;
        if (quicker.law.meanS <= deadline.seconds()) break;
    }
    if (best->law.meanS > 0.8 * meanS) return std::nullopt;
    return best;
}

// How long a hung server goes on getting requests. Failures that are never noticed belong to the rules on
// health checks.
void checkDetection(const Context& c, const Alike& alike, const std::vector<Index>& targets,
                    Duration deadline, Issues& issues) {
    const Index i = alike.first();
    const Node& node = c.node(i);
    const DetectionLaw law = detectionTime(node, FailureEffect::hang);
    if (!std::isfinite(law.maxS) || law.meanS <= deadline.seconds() ||
        !hasEffect(c, targets, FailureEffect::hang))
        return;
    // The connections that wait for a hung server count: it gets no more than the others have.
    if (get(node.parameters, hap::balance) == hap::Balance::leastconn) return;
    double rate = 0;
    for (const LoadEdge& edge : c.load.edges)
        if (edge.from == i) rate += edge.requestsPerS;
    const double lost = rate / static_cast<double>(targets.size()) * law.meanS;
    if (lost < 1) return;
    const std::optional<Quicker> quicker = quickerChecks(node, law.meanS, deadline);
    if (!quicker) return;
    Issue& issue =
        issues.hint("timers.slow_detection", c.where(alike),
                    fmt::format("{} notices a hung server after {} to {}. Until then one request in {} waits "
                                "for it, about {} per failure; "
                                "the deadline is {}.",
                                alike.name, formatDuration(Duration::seconds(law.minS)),
                                formatDuration(Duration::seconds(law.maxS)), targets.size(),
                                formatSignificant(lost, 2), formatDuration(deadline)),
                    fmt::format("Set Check every to {}, Check times out after to {} and Down after to {}: it "
                                "is then noticed after {} to {}.",
                                formatDuration(quicker->inter), formatDuration(quicker->timeout),
                                quicker->fall, formatDuration(Duration::seconds(quicker->law.minS)),
                                formatDuration(Duration::seconds(quicker->law.maxS))));
    issue.operation = forAll(c, alike, [&](const Node& each) {
        std::vector<Operation> steps{
            setOn(each, hap::checkInter.id, quicker->inter),
            setOn(each, hap::checkTimeout.key.id, quicker->timeout),
            operation::setParameter(Collection::nodes, each.id.str(), hap::checkFall.id, quicker->fall)};
        if (quicker->withoutFastinter)
            steps.push_back(operation::setParameter(Collection::nodes, each.id.str(),
                                                    hap::checkFastinter.key.id, nullptr));
        return operation::batch("Check more often", std::move(steps));
    });
}

Duration shortestDeadline(const Context& c) {
    Duration deadline = Duration::never();
    for (Index i = 0; i < c.client.size(); ++i)
        if (c.client[i]) deadline = std::min(deadline, patienceOf(c.node(i)).deadline);
    return deadline;
}

void checkQueueTimeout(const Context& c, const Alike& alike, Duration deadline, Issues& issues) {
    const Node& node = c.node(alike.first());
    const Duration queue = get(node.parameters, hap::timeoutQueue);
    if (get(node.parameters, hap::serverMaxconn) == 0 || queue <= deadline) return;
    Issue& issue = issues.warning(
        "timers.queue_timeout_exceeds_deadline", c.where(alike),
        fmt::format(
            "Requests may wait {} in the queue of {}, but they count only within {}: it passes on requests "
            "that have been given up.",
            formatDuration(queue), alike.name, formatDuration(deadline)),
        "Set Queue timeout below the deadline.");
    issue.operation =
        forAll(c, alike, [&](const Node& each) { return setOn(each, hap::timeoutQueue.id, deadline); });
}

void checkCallTimeouts(const Context& c, Duration deadline, Issues& issues) {
    for (const Link& link : c.design.links) {
        const auto timeout = get(link.parameters, key::link::request::timeout);
        if (!timeout) continue;
        const auto attempts = get(link.parameters, key::link::request::attempts);
        const Duration whole = *timeout * static_cast<double>(attempts);
        if (whole <= deadline) continue;
        issues.warning(
            "timers.call_exceeds_deadline", {link.id.str(), link.from, link.to},
            fmt::format(
                "{} waits up to {} for {} ({} x {}), longer than the shortest deadline of the clients, {}.",
                nameOf(c.design, link.from), formatDuration(whole), nameOf(c.design, link.to), attempts,
                formatDuration(*timeout), formatDuration(deadline)),
            "Shorten the timeout of this link or make fewer attempts.");
    }
}

// How many requests one request of a client can become at each node, when everything is retried.
struct Amplification {
    std::vector<double> factor;
    std::vector<Index> client; // whose retries are behind it
};

Amplification amplification(const Context& c, Issues& issues) {
    Amplification a{std::vector<double>(c.design.nodes.size(), 1),
                    std::vector<Index>(c.design.nodes.size(), 0)};
    for (Index i = 0; i < c.client.size(); ++i)
        if (c.client[i]) {
            a.factor[i] = static_cast<double>(get(c.node(i).parameters, key::client::attempts));
            a.client[i] = i;
        }
    std::vector<const Link*> reported;
    for (Index at : c.load.order)
        for (const Branch& branch : c.branches[at]) {
            const bool retries = !c.client[at] && !c.balancer[at];
            const double own =
                retries ? static_cast<double>(get(branch.link->parameters, key::link::request::attempts)) : 1;
            const double product = a.factor[at] * own;
            for (Index to : branch.targets)
                if (product > a.factor[to]) {
                    a.factor[to] = product;
                    a.client[to] = a.client[at];
                }
            if (!(own > 1 && a.factor[at] > 1) ||
                std::find(reported.begin(), reported.end(), branch.link) != reported.end())
                continue;
            reported.push_back(branch.link);
            issues.warning("timers.retry_amplification",
                           {branch.link->id.str(), c.node(at).id.str(), c.node(a.client[at]).id.str()},
                           fmt::format("Retries multiply: one request of {} can become {} calls to {} ({} x "
                                       "{}), just when it is in trouble.",
                                       c.name(a.client[at]), formatSignificant(product),
                                       nameOf(c.design, branch.link->to), formatSignificant(a.factor[at]),
                                       formatSignificant(own)),
                           "Retry in one place only, best at the client, with a retry budget.");
        }
    return a;
}

// A server that cannot get out of an overload by itself: retries alone keep it full with work that nobody
// waits for (row H7 of the reference numbers: stuck when load x attempts > 1, unless queue bound, LIFO, a
// retry budget or cancelling helps).
void checkRetryStorm(const Context& c, const Amplification& amplified, Issues& issues) {
    for (const Alike& alike : c.alike) {
        const Index i = alike.first();
        const Node& node = c.node(i);
        if (!hasMechanism(node, "queue") || !c.reached[i] || amplified.factor[i] <= 1) continue;
        const Node& client = c.node(amplified.client[i]);
        if (get(client.parameters, key::client::retryBudgetShare) ||
            get(node, key::server::cancelsAbandoned) ||
            get(node, key::server::queueOrder) == key::server::QueueOrder::lifo)
            continue;
        const double capacity = c.carried[i].perSecond;
        const double busy = c.load.requestsPerS[i] / capacity;
        const Duration timeout = get(client.parameters, key::client::attemptTimeout);
        const auto limit = get(node, key::server::queueLimit);
        const double wait =
            limit ? static_cast<double>(*limit) / capacity : std::numeric_limits<double>::infinity();
        if (busy >= 1 || busy * amplified.factor[i] <= 1 || wait < timeout.seconds()) continue;
        const auto bound =
            std::max<std::int64_t>(1, static_cast<std::int64_t>(capacity * timeout.seconds() / 2));
        Issue& issue = issues.warning(
            "timers.retry_storm", c.where(alike, {client.id.str()}),
            fmt::format("{} is {} % busy; if it stalls, up to {} attempts per request by {} make that {} %, "
                        "and it may stay down "
                        "after the cause is gone: its queue only holds requests that were given up.",
                        alike.name, formatSignificant(busy * 100), formatSignificant(amplified.factor[i]),
                        shownName(client.displayName()), formatSignificant(busy * amplified.factor[i] * 100)),
            fmt::format("Bound its queue to about {}, give the client a retry budget of 10 %, or serve the "
                        "newest first.",
                        bound));
        issue.operation = forAll(c, alike, [&](const Node& each) {
            return operation::setParameter(Collection::nodes, each.id.str(), key::server::queueLimit.key.id,
                                           bound);
        });
    }
}

} // namespace

void checkTimers(const Context& context, Issues& issues) {
    const Duration deadline = shortestDeadline(context);
    for (const Alike& alike : context.alike) {
        const Index i = alike.first();
        if (context.client[i]) checkClient(context, i, issues);
        if (!context.balancer[i]) continue;
        const std::vector<Index> targets = context.targetsOf(i);
        if (targets.size() > 1) {
            checkConnecting(context, alike, targets, issues);
            checkDetection(context, alike, targets, deadline, issues);
        }
        checkQueueTimeout(context, alike, deadline, issues);
    }
    checkCallTimeouts(context, deadline, issues);
    checkRetryStorm(context, amplification(context, issues), issues);
}

} // namespace alwayson::validation
