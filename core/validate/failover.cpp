// Replication sets: who makes another member the source, how long that takes, and what it may cost.

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/structure/recovery_times.h"
#include "core/text/objective_words.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson::validation {

namespace {

namespace rep = key::group::mysqlReplication;

constexpr double kRoomBelow = 0.9; // of what a source can carry: no cure sends it more

// One set as the rules see it. The first member is the source at the start.
struct Set {
    const Group& group;
    std::string name;
    std::vector<const Node*> members;
    std::vector<const Node*> replicas;
    const Node& source;
    FailoverPlan plan;
    double writesPerS;
    std::string nameOf(const Node& node) const { return shownName(node.displayName()); }
    bool byManager() const { return plan.by == FailoverBy::orchestrator || plan.by == FailoverBy::mha; }
    bool isGroup() const { return get(group, rep::replication) == rep::Replication::group; }
    std::vector<std::string> where(const std::vector<const Node*>& more = {}) const {
        std::vector<std::string> ids{group.id.str()};
        for (const Node* node : more)
            ids.push_back(node->id.str());
        return ids;
    }
};

std::vector<std::string> namesOf(const std::vector<const Node*>& nodes) {
    std::vector<std::string> names;
    for (const Node* node : nodes)
        names.push_back(node->displayName());
    return names;
}

std::string span(const PhaseLaw& law) {
    const auto of = [](double s) { return formatDuration(Duration::seconds(s)); };
    return law.minS == law.maxS ? of(law.minS) : fmt::format("{} to {}", of(law.minS), of(law.maxS));
}

// Until the people of its crew begin; hours.
double meanResponseHours(const Context& c, const Group& group, const Node& node) {
    const std::optional<std::string>& id = node.crew ? node.crew : group.crew;
    const Crew* crew = id ? c.design.settings.crew(*id) : nullptr;
    const auto response = crew ? resolve(crew->response) : Result<DistributionShape>(DistributionShape{});
    return response ? response->mean() / 3600 : 0;
}

// Mean time until the source is back, over its failures that take it out; hours.
double meanRepairHours(const Context& c, const Group& group, const Node& node) {
    const double response = meanResponseHours(c, group, node);
    double failures = 0, down = 0;
    for (const ResolvedFailureMode& mode : failureModesOf(node)) {
        if (mode.effect == FailureEffect::slow || mode.effect == FailureEffect::errors) continue;
        failures += 1 / mode.timeToFailure.mean();
        const double people = mode.repairedBy == RepairedBy::crew ? 1 : 1 - mode.restartCoverage;
        down += mode.ratio() / 3600 + people * response / mode.timeToFailure.mean();
    }
    return failures > 0 ? down / failures : 0;
}

void checkManager(const Context& c, const Set& set, Issues& issues) {
    if (set.plan.by == FailoverBy::nobody) {
        const double hours = meanRepairHours(c, set.group, set.source);
        const char* manager = set.isGroup() ? "group" : "orchestrator";
        Issue& issue = issues.warning(
            "failover.no_manager", set.where({&set.source}),
            fmt::format(
                "Nobody makes another member of {} the source: when {} fails, writes wait until it is "
                "back{}.",
                set.name, set.nameOf(set.source),
                hours > 0 ? ", " + formatDuration(Duration::hours(hours)) + " on average" : std::string()),
            "Choose what fails over: orchestrator, MHA, the group itself or at least a human.");
        issue.operation =
            operation::setParameter(Collection::groups, set.group.id.str(), rep::manager.id, manager);
    }
    for (const std::string& id : set.group.managerOn) {
        const Group* quorum = c.design.groups.find(id);
        if (set.byManager() && quorum && membersOf(c.design, quorum->id).empty())
            issues.error(
                "failover.no_voters", {set.group.id.str(), id},
                fmt::format("The failover manager of {} runs on {}, which has no voters: a real one "
                            "could not act. Figures take it for one that is never down.",
                            set.name, nameOf(c.design, id)),
                fmt::format("Put three voters into {}, each in a place of its own.", nameOf(c.design, id)));
    }
    if (set.byManager() && set.group.managerOn.empty())
        issues.hint("failover.manager_nowhere", set.where(),
                    fmt::format("The failover manager of {} runs nowhere, so it is never down, and when the "
                                "network is cut it is on the side with most of the members and their "
                                "callers: failover looks better than it is.",
                                set.name),
                    "Say on which nodes, or on which quorum, the manager runs.");
}

void checkKindOfManager(const Set& set, Issues& issues) {
    const bool byItself = set.plan.by == FailoverBy::group;
    if (set.isGroup() == byItself || (!set.byManager() && !byItself)) return;
    Issue& issue = issues.warning(
        "failover.wrong_manager", set.where(),
        byItself ? fmt::format("{} is to fail over by itself, which only group replication does.", set.name)
                 : fmt::format("{} is a replication group, which elects its source by itself: {} beside it "
                               "would promote another one.",
                               set.name, set.plan.by == FailoverBy::mha ? "MHA" : "orchestrator"),
        byItself ? "Choose orchestrator or MHA, or group replication."
                 : "Let the group fail over by itself.");
    if (!byItself) {
        issue.operation = operation::batch(
            "Let the group fail over by itself",
            {operation::set(Collection::groups, set.group.id.str(), "/manager_on", nullptr, "No manager"),
             operation::setParameter(Collection::groups, set.group.id.str(), rep::manager.id, "group")});
    } else {
        issue.operation =
            operation::setParameter(Collection::groups, set.group.id.str(), rep::manager.id, "orchestrator");
    }
}

// The nodes that the manager runs on, and how many of them it needs.
struct ManagerPlaces {
    std::vector<const Node*> nodes;
    std::size_t needed = 1;
    const Group* quorum = nullptr;
};

ManagerPlaces managerPlaces(const Context& c, const Group& group) {
    ManagerPlaces places;
    for (const std::string& id : group.managerOn) {
        if (const Node* node = c.design.nodes.find(id)) places.nodes.push_back(node);
        if (const Group* quorum = c.design.groups.find(id)) {
            places.quorum = quorum;
            places.nodes = membersOf(c.design, quorum->id);
            places.needed = places.nodes.size() / 2 + 1;
        }
    }
    return places;
}

void checkManagerPlace(const Context& c, const Set& set, Issues& issues) {
    const ManagerPlaces manager = managerPlaces(c, set.group);
    const Domain* zone = placeWithRole(c.design, set.source, "zone");
    if (!set.byManager() || manager.nodes.empty() || !zone) return;
    const auto lost = static_cast<std::size_t>(
        std::count_if(manager.nodes.begin(), manager.nodes.end(),
                      [&](const Node* node) { return placeWithRole(c.design, *node, "zone") == zone; }));
    if (manager.nodes.size() - lost >= manager.needed) return;
    const std::string place = placeName(*zone);
    issues.warning(
        "failover.manager_beside_source", {set.group.id.str(), zone->id.str(), set.source.id.str()},
        fmt::format(
            "{} in {}, as does the source {}: an outage of {} takes both, and nobody makes another "
            "member the source.",
            manager.quorum
                ? fmt::format("{} of the {} on which the failover manager of {} runs, without which there "
                              "is no majority, {}",
                              lost, countOf(manager.nodes.size(), "voter"), set.name,
                              lost == 1 ? "runs" : "run")
                : fmt::format("The failover manager of {} runs", set.name),
            place, set.nameOf(set.source), place),
        "Run it on voters in three zones, or at least in another zone than the source.");
}

// The cut-off source does not know that there is another one.
void checkTwoSources(const Context& c, const Set& set, Issues& issues) {
    if (!set.byManager() || set.isGroup() || set.plan.fencing > 0 || managerPlaces(c, set.group).quorum)
        return;
    const DistributionShape reconcile = get(set.group, rep::reconcile);
    issues.warning("failover.two_sources", set.where({&set.source}),
                   fmt::format("When {} is only cut off, it goes on taking writes while {} makes another "
                               "member of {} the source: "
                               "what both took must be sorted out by hand, {} on average.",
                               set.nameOf(set.source),
                               set.plan.by == FailoverBy::mha ? "MHA" : "orchestrator", set.name,
                               formatDuration(Duration::seconds(reconcile.mean()))),
                   "Fence the old source, run the manager on a quorum (a source that sees no majority then "
                   "stops), or use "
                   "group replication.");
}

// guard.sh of the export asks the machines of orchestrator, which MHA has not.
void checkLease(const Context& c, const Set& set, Issues& issues) {
    const ManagerPlaces manager = managerPlaces(c, set.group);
    if (set.plan.by != FailoverBy::mha || !manager.quorum) return;
    Issue& issue = issues.warning(
        "failover.lease_not_exported", {set.group.id.str(), manager.quorum->id.str(), set.source.id.str()},
        fmt::format(
            "A source of {} that hears no majority of {} takes no more writes in the simulation (a lease). "
            "With MHA the export has nothing that does so: {} goes on taking writes when it is only cut "
            "off, and they are lost.",
            set.name, nameOf(c.design, manager.quorum->id.str()), set.nameOf(set.source)),
        "Let orchestrator fail over: the export then has a guard for each member; or let a program of yours "
        "close a "
        "source that is cut off.");
    issue.operation =
        operation::setParameter(Collection::groups, set.group.id.str(), rep::manager.id, "orchestrator");
}

void checkCandidates(const Set& set, Issues& issues) {
    if (set.plan.by == FailoverBy::nobody || set.plan.by == FailoverBy::human) return;
    const auto lagMax = get(set.group, rep::candidateMaxLag);
    std::vector<const Node*> never, behind;
    for (const Node* node : set.replicas) {
        if (get(*node, key::mysql::promotionRule) == key::mysql::PromotionRule::never)
            never.push_back(node);
        else if (lagMax && get(*node, key::mysql::idleLag).mean() > lagMax->seconds())
            behind.push_back(node);
    }
    if (never.size() + behind.size() < set.replicas.size()) return;
    if (behind.empty())
        issues.warning("failover.no_candidate", set.where(never),
                       fmt::format("No member of {} may follow {} as the source: {} {} never promoted.",
                                   set.name, set.nameOf(set.source), listNames(namesOf(never)),
                                   never.size() == 1 ? "is" : "are"),
                       "Let one of them be promoted (Promotion: neutral).");
    else
        issues.warning(
            "failover.no_candidate", set.where(behind),
            fmt::format("{} {} mostly more than {} behind even when nothing is written, and {} promotes none "
                        "that is: when {} fails, there is no candidate.",
                        listNames(namesOf(behind)), behind.size() == 1 ? "is" : "are",
                        formatDuration(*lagMax), set.name, set.nameOf(set.source)),
            "Set Promotes at a lag up to higher, or Lag when idle lower.");
}

void checkSilence(const Set& set, Issues& issues) {
    if (set.plan.by != FailoverBy::orchestrator || !set.plan.allReplicasAgree) return;
    const double asked = set.plan.poll + set.plan.pollTimeout;
    if (set.plan.netTimeout <= asked) return;
    std::vector<const Node*> slow;
    for (const Node* node : set.replicas)
        if (get(*node, key::mysql::netTimeout).seconds() > asked) slow.push_back(node);
    Issue& issue = issues.warning(
        "failover.waits_for_replicas", set.where(slow),
        fmt::format("When {} vanishes, orchestrator knows after {} at most, but waits until {} {} up its "
                    "connection: {} in all.",
                    set.nameOf(set.source), formatDuration(Duration::seconds(asked + set.plan.analysis)),
                    listNames(namesOf(slow)), slow.size() == 1 ? "gives" : "give",
                    span(detectionLaw(set.plan, FailureEffect::gone))),
        "Set Silence until the link counts as broken to 4 s.");
    std::vector<Operation> operations;
    for (const Node* node : slow)
        operations.push_back(
            operation::setParameter(Collection::nodes, node->id.str(), key::mysql::netTimeout.id, nullptr));
    issue.operation = operation::batch("Notice a silent source sooner", std::move(operations));
}

void checkAcknowledgements(const Set& set, Issues& issues) {
    if (get(set.group, rep::replication) != rep::Replication::semiSync) return;
    const auto acks = static_cast<std::size_t>(std::max<std::int64_t>(0, get(set.group, rep::semisyncAcks)));
    if (set.replicas.size() > acks) return;
    const auto timeout = get(set.group, rep::semisyncTimeout);
    const std::string waits =
        fmt::format("A commit in {} waits for {}, and there {} {}", set.name, countOf(acks, "replica"),
                    set.replicas.size() == 1 ? "is" : "are", set.replicas.size());
    const bool never = set.replicas.size() < acks;
    const std::string then =
        timeout ? fmt::format("{}commits wait {}, then the set goes on asynchronously, and a failure of {} "
                              "loses what was acknowledged.",
                              never ? "" : "while one is down, ", formatDuration(*timeout),
                              set.nameOf(set.source))
                : fmt::format("{}no write succeeds.", never ? "" : "while one is down, ");
    issues.warning("replication.no_spare_replica", set.where(set.replicas),
                   fmt::format("{}: {}", waits, then), "Add a replica, or wait for fewer acknowledgements.");
}

void checkGroupSize(const Set& set, Issues& issues) {
    const std::size_t n = set.members.size();
    if (!set.isGroup() || (n > 2 && n % 2 == 1)) return;
    const std::size_t bears = (n - 1) / 2;
    issues.warning("replication.group_size", set.where(set.members),
                   n <= 2 ? fmt::format("{} has {}: a replication group of fewer than 3 bears no loss.",
                                        set.name, countOf(n, "member"))
                          : fmt::format("{} has {} members and bears the loss of {}, no more than with {}; "
                                        "two halves of {} can both stop.",
                                        set.name, n, bears, n - 1, n / 2),
                   "Use 3, 5, 7 or 9 members.");
}

// Seconds of replay per second of writes.
void checkAppliers(const Set& set, Issues& issues) {
    const double work =
        set.writesPerS *
        get(set.source, key::server::writeService).value_or(get(set.source, key::server::service)).mean();
    std::vector<const Node*> late;
    double most = 0;
    for (const Node* node : set.replicas) {
        const double busy = work / get(*node, key::mysql::applierSpeed);
        if (busy < 1) continue;
        late.push_back(node);
        most = std::max(most, busy);
    }
    if (late.empty()) return;
    issues.warning(
        "replication.cannot_keep_up", set.where(late),
        fmt::format("{}/s of writes are {} s of work per second for {}, which can replay {}: {} without end, "
                    "reads become stale and a promotion waits for all of it.",
                    formatSignificant(set.writesPerS), formatSignificant(work), listNames(namesOf(late)),
                    formatSignificant(work / most),
                    late.size() == 1 ? "it falls behind" : "they fall behind"),
        "Raise Applier speed (a parallel applier: 2 to 4), or spread the writes over several sets.");
}

// Clients whose requests get to one of these nodes, however many calls lie between.
std::vector<Index> clientsOf(const Context& c, std::vector<Index> nodes) {
    std::vector<bool> seen(c.design.nodes.size(), false);
    std::vector<Index> clients;
    while (!nodes.empty()) {
        const Index node = nodes.back();
        nodes.pop_back();
        if (seen[node]) continue;
        seen[node] = true;
        if (c.client[node]) clients.push_back(node);
        nodes.insert(nodes.end(), c.callers[node].begin(), c.callers[node].end());
    }
    return clients;
}

// Does every class that reads say how old an answer may be?
bool limitsAge(const Context& c, const std::vector<Index>& clients) {
    for (const Index client : clients)
        for (const RequestClass& requests : classesOf(c.node(client)))
            if (!requests.writes && !requests.maxStaleness) return false;
    return true;
}

// How busy the source is that serves all reads besides the writes.
double busyAlone(const Context& c, const Set& set, double readsPerS) {
    const CarriedRate& source = c.carried[c.design.nodes.indexOf(set.source.id.str())];
    return set.writesPerS / source.writesPerS + readsPerS / source.readsPerS;
}

// No check asks how old the data of a replica is: one that is not up to date is read as any other.
void checkLagOfReaders(const Context& c, const Set& set, const RequestRates& rates, Issues& issues) {
    double reads = 0, ofReplicas = 0;
    std::vector<Index> replicas;
    for (const Node* node : set.members) {
        const auto at = static_cast<Index>(c.design.nodes.indexOf(node->id.str()));
        const double perS = rates.requestsPerS[at] - rates.writesPerS[at];
        reads += perS;
        if (node == &set.source) continue;
        ofReplicas += perS;
        replicas.push_back(at);
    }
    if (!(ofReplicas > 0) || limitsAge(c, clientsOf(c, replicas))) return;
    const double reconcile = get(set.group, rep::reconcile).mean();
    const std::string old =
        set.plan.by == FailoverBy::nobody || set.isGroup() || !(reconcile > 0)
            ? std::string()
            : fmt::format(" So does an old source that waits to be rebuilt, for {} on average.",
                          formatDuration(Duration::seconds(reconcile)));
    const double busy = busyAlone(c, set, reads);
    Issue& issue = issues.hint(
        "replication.no_lag_limit", set.where(set.replicas),
        fmt::format(
            "Reads of {} go to replicas however old their data is: one that has fallen behind, or is cut "
            "off from {}, goes on answering.{}",
            set.name, set.nameOf(set.source), old),
        fmt::format(
            "Send reads that must be fresh to the source (Reads go to: the source{}), or let a proxy leave "
            "out replicas that are too far behind (max_replication_lag of ProxySQL and MaxScale). With "
            "max_staleness_ms of its class (in the file) an answer that is too old counts as a failure.",
            busy >= kRoomBelow
                ? fmt::format("; with all reads it is {} % busy", formatSignificant(busy * 100))
                : std::string()));
    if (busy < kRoomBelow)
        issue.operation =
            operation::setParameter(Collection::groups, set.group.id.str(), rep::readsGoTo.id, "source");
}

// What of a take-over is worth shortening first.
std::string longestPhase(const Set& set, FailureEffect effect, double most) {
    const FailoverLaw law = failoverLaw(set.plan, effect);
    if (set.plan.takeOver) return "Shorten its Take-over time, or leave it empty to have it computed.";
    if (law.total.meanS <= most)
        return "The few that end by hand take longest: raise Failover works, or shorten Recovery by hand.";
    const auto part = [&](const char* name, const PhaseLaw& phase) {
        return fmt::format("{} takes longest, {} of {} on average: shorten that first.", name,
                           formatDuration(Duration::seconds(phase.meanS)),
                           formatDuration(Duration::seconds(law.total.meanS)));
    };
    const double longest = std::max({law.detection.meanS, law.promotion.meanS, law.reroute.meanS});
    if (law.detection.meanS >= longest) return part("Detection", law.detection);
    if (law.promotion.meanS >= longest) return part("The promotion", law.promotion);
    return part("The way of the callers to the new source", law.reroute);
}

// Of the recoveries that come too late, most are after this one; for a mean, the most of what is too long.
const RecoveryTimes& latest(const std::vector<RecoveryTimes>& all, double most, bool mean) {
    return *std::max_element(all.begin(), all.end(), [&](const RecoveryTimes& a, const RecoveryTimes& b) {
        const auto late = [&](const RecoveryTimes& one) {
            double weight = 0;
            for (const WeightedTime& time : one.served)
                if (time.seconds > most)
                    weight += one.perYear * time.weight * (mean ? time.seconds - most : 1);
            return weight;
        };
        return late(a) < late(b);
    });
}

// The same figure as a run over the years judges the objective by: over all losses of the source.
void checkRecovery(const Context& c, const Set& set, const Objective& objective, Issues& issues) {
    const bool mean = objective.metric == "rto_mean_s";
    const double most = *objective.atMost;
    const std::vector<std::string> where{objective.id.str(), set.group.id.str(), set.source.id.str()};
    const std::vector<RecoveryTimes> all = recoveryTimes(c.design, set.group, set.plan, set.source);
    const auto duration = [](double s) { return formatDuration(Duration::seconds(s)); };
    const auto after = [&](const RecoveryTimes& one) {
        return fmt::format("\"{}\" of {}", shownName(one.title), nameOf(c.design, one.what));
    };
    const bool people = set.plan.by == FailoverBy::nobody || set.plan.by == FailoverBy::human;
    const auto cure = [&](Issue& issue) {
        if (!people) return;
        issue.operation = operation::setParameter(Collection::groups, set.group.id.str(), rep::manager.id,
                                                  set.isGroup() ? "group" : "orchestrator");
    };
    const std::string byManager = set.isGroup()
                                      ? "Let the group fail over by itself (Failover by: the group)."
                                      : "Let a manager fail over (Failover by: orchestrator or MHA).";
    const auto nobody = [&](const RecoveryTimes& one) {
        const bool anotherManager = people && !one.nobodyLeft;
        Issue& issue = issues.warning(
            "objective.slow_recovery", where,
            fmt::format("Wanted is that {}, but after {} nobody takes over{}: it serves again when that is "
                        "over, within {} in 95 %.",
                        describe(c.design, objective), after(one),
                        one.nobodyLeft && set.isGroup() ? ", because no majority is left"
                        : one.nobodyLeft                ? ", because no member that may follow is left"
                        : one.managerLost               ? ", because the manager is lost with it"
                                                        : "",
                        duration(one.backP95S)),
            anotherManager    ? byManager
            : one.nobodyLeft  ? "Spread the members over more places, and let those outside be promoted."
            : one.managerLost ? "Run the manager on voters in three zones, or at least elsewhere."
                              : "Choose a manager that notices it, or make such a failure shorter.");
        if (anotherManager) cure(issue);
    };
    const double takes = mean ? meanUntilServed(all) : untilServedQuantile(all, 0.95);
    if (takes > most) {
        const RecoveryTimes& one = latest(all, most, mean);
        if (one.takenOver == 0) return nobody(one);
        const double alone = mean ? meanUntilServed({one}) : untilServedQuantile({one}, 0.95);
        cure(issues.warning("objective.slow_recovery", where,
                            fmt::format("Wanted is that {}, but {}they take {}{}; those after {} take {}.",
                                        describe(c.design, objective),
                                        set.plan.by == FailoverBy::human ? "by a human " : "",
                                        duration(takes), mean ? "" : " in 95 %", after(one), duration(alone)),
                            people ? byManager : longestPhase(set, one.effect, most)));
        return;
    }
    for (const RecoveryTimes& one : all)
        if (one.takenOver == 0 && !one.ofAll && one.backP95S > most) return nobody(one);
}

void checkObjective(const Context& c, const Set& set, const Objective& objective, Issues& issues) {
    if (objective.of != set.group.id.str() || !objective.atMost) return;
    if (objective.metric == "rpo_p95_s" && *objective.atMost <= 0 &&
        get(set.group, rep::replication) == rep::Replication::async) {
        Issue& issue = issues.warning(
            "objective.loses_data", {objective.id.str(), set.group.id.str(), set.source.id.str()},
            fmt::format("{} is to lose no writes, but it replicates asynchronously: what the replicas have "
                        "not received is lost with {}.",
                        set.name, set.nameOf(set.source)),
            "Use semi-synchronous or group replication, or allow some seconds.");
        issue.operation =
            operation::setParameter(Collection::groups, set.group.id.str(), rep::replication.id, "semi_sync");
    }
    if (objective.metric == "rto_mean_s" || objective.metric == "rto_p95_s")
        checkRecovery(c, set, objective, issues);
}

} // namespace

void checkFailover(const Context& context, Issues& issues) {
    for (const Group& group : context.design.groups) {
        const std::vector<const Node*> members = membersOf(context.design, group.id);
        if (!hasRole(group, "one_writer") || members.size() < 2) continue;
        double writes = 0;
        for (const Node* member : members)
            writes += context.load.writesPerS[context.design.nodes.indexOf(member->id.str())];
        const Set set{group,
                      nameOf(context.design, group.id.str()),
                      members,
                      {members.begin() + 1, members.end()},
                      *members.front(),
                      failoverPlan(context.design, group),
                      writes};
        checkManager(context, set, issues);
        checkKindOfManager(set, issues);
        checkManagerPlace(context, set, issues);
        checkTwoSources(context, set, issues);
        checkLease(context, set, issues);
        checkCandidates(set, issues);
        checkSilence(set, issues);
        checkAcknowledgements(set, issues);
        checkGroupSize(set, issues);
        checkAppliers(set, issues);
        checkLagOfReaders(context, set, context.load, issues);
        for (const Objective& objective : context.design.objectives)
            checkObjective(context, set, objective, issues);
    }
}

} // namespace alwayson::validation
