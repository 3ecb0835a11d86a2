// Can everything carry its load: in normal operation, without one member, without one zone.

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/graph/client_rate.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace alwayson::validation {

namespace {

constexpr double kCrowded =
    0.85; // queues grow steeply from here on (M/M/1 mean wait at .85: 5.7 service times)

// Load and capacity are means: close to the limit every burst leaves a queue that is worked off too late.
// Runs of the e-commerce template with a zone gone for good: p99 is 110, 173 and 513 ms at 90, 95 and 99.5 %.
constexpr double kTight = 0.9;

std::string perSecond(double rate) {
    return formatSignificant(rate) + "/s";
}

std::string percent(double share) {
    return formatSignificant(share * 100) + " %";
}

// The targets among which the load of one caller set is shared out evenly.
struct Sharing {
    std::string id; // group, node or balancer that is named
    std::vector<Index> members;
    double perSecond = 0; // over all members
};

// The shortest time for which a client waits for one attempt, s.
double shortestPatience(const Context& c) {
    double patience = std::numeric_limits<double>::infinity();
    for (Index i = 0; i < c.client.size(); ++i)
        if (c.client[i])
            for (const RequestClass& each : classesOf(c.node(i)))
                patience = std::min(patience, patienceOf(c.node(i), each));
    return patience;
}

// Overloaded, it serves only requests that have been given up: its queue outlasts those who wait in it. Work
// that is dropped with its caller helps where it is called directly: a balancer keeps the connection.
bool servesTheGone(const Context& c, Index i, double patience) {
    const Node& node = c.node(i);
    if (!hasMechanism(node, "queue") || get(node, key::server::queueOrder) == key::server::QueueOrder::lifo)
        return false;
    const bool direct = !anyIn(c.callers[i], [&](Index caller) { return c.balancer[caller]; });
    if (direct && get(node, key::server::cancelsAbandoned)) return false;
    const auto limit = get(node, key::server::queueLimit);
    return !limit || static_cast<double>(*limit) / c.carried[i].perSecond > patience;
}

// The least share of requests that a client counts as up.
double upFrom(const Context& c) {
    double share = 1;
    for (Index i = 0; i < c.client.size(); ++i)
        if (c.client[i]) share = std::min(share, get(c.node(i).parameters, key::client::upThreshold).value());
    return share;
}

// What comes of so much load over what can be carried, after "112 % of what they can carry". What is
// overloaded by no more than clients bear is up by definition. Runs with one of two servers gone for good and
// 102 % on the other: 97.9 % are answered where a full queue takes 150 ms, 6.6 % where it takes longer than
// callers wait.
std::string outcome(const Context& c, const Sharing& sharing, double share) {
    if (share < 1) return ": queues grow, and close to 100 % answers come too late.";
    const double wanted = upFrom(c);
    if (share * wanted > 1) return ".";
    const double patience = shortestPatience(c);
    const bool gone = anyIn(sharing.members, [&](Index m) { return servesTheGone(c, m, patience); });
    return fmt::format(
        ". Availability counts that as up, as {} of the requests are enough{}", percent(wanted),
        gone ? ". They are not served: a full queue lasts longer than callers wait, so hardly any "
               "answer comes in time."
             : ": the rest is refused or too late.");
}

void checkNormal(const Context& c, Issues& issues) {
    for (const Alike& alike : c.alike) {
        const Index i = alike.first();
        const double load = c.load.requestsPerS[i];
        const double limit = c.carried[i].perSecond;
        if (c.client[i] || !std::isfinite(limit) || load < kCrowded * limit) continue;
        const std::string figures =
            fmt::format("{} gets {} and can carry {} ({}): {} busy", alike.name, perSecond(load),
                        perSecond(limit), shownName(c.carried[i].why), percent(load / limit));
        if (load >= limit)
            issues.error("capacity.overload", c.where(alike),
                         figures + ". Its queue grows until requests fail.",
                         "Add members beside it, add workers, or shorten the service time.");
        else
            issues.hint("capacity.near_limit", c.where(alike),
                        figures + ". Waiting times rise steeply from here on.",
                        "Leave more room: add members or workers.");
    }
}

std::vector<Sharing> sharings(const Context& c) {
    std::vector<Sharing> list;
    std::set<std::vector<Index>> seen;
    const auto add = [&](const std::string& id, std::vector<Index> members) {
        std::sort(members.begin(), members.end());
        if (members.size() < 2 || !seen.insert(members).second) return;
        double load = 0;
        for (Index m : members)
            load += c.load.requestsPerS[m];
        list.push_back({id, std::move(members), load});
    };
    // A balancer with several links shares over all of them; otherwise each link is a sharing of its own.
    std::vector<bool> whole(c.design.links.size(), true);
    for (Index i = 0; i < c.branches.size(); ++i) {
        if (!c.balancer[i] || c.branches[i].size() < 2) continue;
        add(c.node(i).id.str(), c.targetsOf(i));
        for (const Branch& branch : c.branches[i])
            whole[branch.linkIndex] = false;
    }
    for (std::size_t i = 0; i < whole.size(); ++i)
        if (whole[i]) add(c.design.links.at(i).to, c.linkTargets[i]);
    return list;
}

// Load over capacity when the survivors share everything evenly: the weakest of them decides.
double busiest(const Context& c, const Sharing& sharing, const std::vector<bool>& lost) {
    const auto left =
        std::count_if(sharing.members.begin(), sharing.members.end(), [&](Index m) { return !lost[m]; });
    double worst = 0;
    for (Index m : sharing.members)
        if (!lost[m])
            worst = std::max(worst, sharing.perSecond / static_cast<double>(left) / c.carried[m].perSecond);
    return worst;
}

void checkSurvivors(const Context& c, const Sharing& sharing, Issues& issues) {
    std::vector<bool> lost(c.design.nodes.size(), false);
    if (busiest(c, sharing, lost) >= 1) return; // overloaded as it is, and reported
    std::vector<std::string> where{sharing.id};
    for (const std::string& id : c.ids(sharing.members))
        where.push_back(id);
    const auto pastLimit = [&](const std::string& event, double share, std::size_t left) {
        const std::string effect = outcome(c, sharing, share);
        if (left == 1)
            return fmt::format("When {}, the other member of {} gets {}: {} of what it can carry{}", event,
                               nameOf(c.design, sharing.id), perSecond(sharing.perSecond), percent(share),
                               effect);
        return fmt::format("When {}, the other {} of {} get {} together: {} of what they can carry{}", event,
                           countOf(left, "member"), nameOf(c.design, sharing.id),
                           perSecond(sharing.perSecond), percent(share), effect);
    };
    const char* cure = "Add a member or workers, so that the others can carry the whole load.";
    // Losing the strongest is the worst case.
    const Index strongest =
        *std::max_element(sharing.members.begin(), sharing.members.end(),
                          [&](Index a, Index b) { return c.carried[a].perSecond < c.carried[b].perSecond; });
    lost[strongest] = true;
    const double without = busiest(c, sharing, lost);
    if (without >= kTight)
        issues.warning("capacity.survivors_overloaded", where,
                       pastLimit(c.name(strongest) + " is lost", without, sharing.members.size() - 1), cure);
    if (without >= 1) return; // and so does the loss of a place, for the same cure
    for (const Domain& domain : c.design.domains) {
        const Descriptor* kind = Catalogue::builtIn().domain(domain.kind);
        if (!kind || kind->hasRole("region")) continue;
        const std::vector<bool> inside = insideOf(c.design, domain);
        const auto gone = static_cast<std::size_t>(std::count_if(
            sharing.members.begin(), sharing.members.end(), [&](Index m) { return inside[m]; }));
        if (gone < 2 || gone == sharing.members.size()) continue;
        const double share = busiest(c, sharing, inside);
        if (share < kTight) continue;
        std::vector<std::string> whereDomain = where;
        whereDomain.insert(whereDomain.begin() + 1, domain.id.str());
        issues.warning("capacity.place_loss_overload", std::move(whereDomain),
                       pastLimit(fmt::format("{} is lost with {}", nameOf(c.design, domain.id.str()),
                                             countOf(gone, "member")),
                                 share, sharing.members.size() - gone),
                       cure);
    }
}

// How often users ask who wait for each answer is known only when answers are.
void checkUsers(const Context& c, Issues& issues) {
    for (Index i = 0; i < c.design.nodes.size(); ++i) {
        if (!c.client[i] || !hasUsers(c.node(i))) continue;
        const Parameters& p = c.node(i).parameters;
        const Duration think = Duration::seconds(get(p, key::client::think).mean());
        issues.hint(
            "capacity.users_wait", {c.node(i).id.str()},
            fmt::format("The {} users of {} think {} on average: they ask at most {}, which is what "
                        "loads, bills and availability count with. Waiting for answers makes it less.",
                        grouped(std::to_string(get(p, key::client::users))), c.name(i), formatDuration(think),
                        perSecond(offeredRate(c.node(i)))),
            "Run a scenario: there every user waits for the answer.");
    }
}

void checkQueues(const Context& c, Issues& issues) {
    const double patience = shortestPatience(c);
    for (const Alike& alike : c.alike) {
        const Index i = alike.first();
        const Node& node = c.node(i);
        if (!hasMechanism(node, "queue") || !c.reached[i]) continue;
        const auto limit = get(node, key::server::queueLimit);
        if (!limit) {
            issues.hint("capacity.unbounded_queue", c.where(alike),
                        fmt::format("The queue of {} has no limit: after an overload it works through "
                                    "requests whose callers are gone.",
                                    alike.name),
                        "Set a queue limit of about what can be served within the deadline.");
            continue;
        }
        const double wait = static_cast<double>(*limit) / c.carried[i].perSecond;
        if (!servesTheGone(c, i, patience)) continue;
        const auto useful = static_cast<std::int64_t>(patience / 2 * c.carried[i].perSecond);
        Issue& issue = issues.warning(
            "capacity.queue_too_long", c.where(alike),
            fmt::format("A full queue of {} requests before {} means {} of waiting, longer than callers wait "
                        "({}): under overload it serves only requests that have been given up.",
                        *limit, alike.name, formatDuration(Duration::seconds(wait)),
                        formatDuration(Duration::seconds(patience))),
            fmt::format("Lower the queue limit to about {}.", useful));
        issue.operation = forAll(c, alike, [&](const Node& each) {
            return operation::setParameter(Collection::nodes, each.id.str(), key::server::queueLimit.key.id,
                                           useful);
        });
    }
}

void checkConnectionLimits(const Context& c, Issues& issues) {
    for (const Alike& alike : c.alike) {
        const Index i = alike.first();
        if (!c.balancer[i]) continue;
        const auto perServer = get(c.node(i).parameters, key::haproxy::serverMaxconn);
        if (perServer == 0) continue;
        std::vector<Index> idle;
        std::int64_t mostWorkers = 0;
        for (Index target : c.targetsOf(i)) {
            if (!hasMechanism(c.node(target), "queue")) continue;
            const auto workers = get(c.node(target), key::server::workers);
            if (workers <= perServer * static_cast<std::int64_t>(c.callers[target].size())) continue;
            idle.push_back(target);
            mostWorkers = std::max(mostWorkers, workers);
        }
        if (idle.empty()) continue;
        Issue& issue = issues.warning(
            "capacity.maxconn_below_workers", c.where(alike, c.ids(idle)),
            fmt::format(
                "{} lets {} at a time reach {}, which can serve {}: the rest of its workers never get work.",
                alike.name, countOf(static_cast<std::size_t>(perServer), "request"), listNames(c.names(idle)),
                mostWorkers),
            fmt::format("Set Connections per server to at least {}.", mostWorkers));
        issue.operation = forAll(c, alike, [&](const Node& each) {
            return operation::setParameter(Collection::nodes, each.id.str(), key::haproxy::serverMaxconn.id,
                                           mostWorkers);
        });
    }
}

} // namespace

void checkCapacity(const Context& context, Issues& issues) {
    checkNormal(context, issues);
    for (const Sharing& sharing : sharings(context))
        checkSurvivors(context, sharing, issues);
    checkUsers(context, issues);
    checkQueues(context, issues);
    checkConnectionLimits(context, issues);
}

} // namespace alwayson::validation
