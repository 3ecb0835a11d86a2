// Groups as the failure run follows them.
#include "simulator/run/failure_group_model.h"

#include "core/catalogue/keys.h"
#include "core/graph/member_roles.h"
#include "core/graph/round_trip.h"
#include "core/graph/static_load.h"
#include "simulator/run/failure_model.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace alwayson::sim {

namespace {

std::optional<Sampler> samplerOf(const std::optional<DistributionShape>& shape) {
    if (!shape) return std::nullopt;
    return Sampler(*shape);
}

void addManagers(const Design& design, const Group& drawn, FailureModelGroup& group) {
    const auto add = [&](const Node* node) {
        group.managers.push_back(static_cast<std::uint32_t>(design.nodes.indexOf(node->id.str())));
    };
    for (const std::string& where : drawn.managerOn) {
        if (const Node* node = design.nodes.find(where)) {
            add(node);
        } else if (const Group* quorum = design.groups.find(where)) {
            for (const Node* voter : membersOf(design, quorum->id))
                add(voter);
            group.managersNeeded = static_cast<std::uint32_t>(group.managers.size() / 2 + 1);
        }
    }
}

// The manager, the routes and what becomes of an old source.
void addTakeOver(const Design& design, const Group& drawn, FailureModelGroup& group) {
    for (const std::uint32_t member : group.members)
        group.plans.push_back(failoverPlan(design, drawn, &design.nodes.at(member)));
    const FailoverPlan& plan = group.plans.front();
    const bool ownTime = group.takeOver.has_value();
    group.human = plan.by == FailoverBy::human && !ownTime;
    group.automatic = plan.by != FailoverBy::nobody && !group.human;
    group.byMajority = plan.by == FailoverBy::group;
    if (!ownTime && (plan.by == FailoverBy::orchestrator || plan.by == FailoverBy::mha))
        group.recoveryBlock = plan.recoveryBlock;
    for (const DistributionShape& step : plan.promotionSteps)
        group.promotion.emplace_back(step);
    group.addressMove = samplerOf(plan.addressMove);
    addManagers(design, drawn, group);
    namespace m = key::group::mysqlReplication;
    if (hasMechanism(drawn, "manager") && get(drawn, m::rejoin) == m::Rejoin::manual)
        group.rejoin = Sampler(get(drawn, m::rejoinTime));
}

// How far changes are from each replica, for each source. Members stand here by rank, in the design in its
// order.
void addWays(const Design& design, const Group& drawn, FailureModelGroup& group) {
    std::vector<std::size_t> places;
    const std::vector<const Node*> members = membersOf(design, drawn.id);
    for (const std::uint32_t member : group.members)
        places.push_back(std::size_t(std::find(members.begin(), members.end(), &design.nodes.at(member)) -
                                     members.begin()));
    for (const std::uint32_t source : group.members) {
        const std::vector<double> ways = replicationWays(design, drawn, design.nodes.at(source));
        for (const std::size_t place : places)
            group.oneWay.push_back(ways[place]);
    }
}

void addReplication(const Design& design, const Group& drawn, FailureModelGroup& group) {
    namespace m = key::group::mysqlReplication;
    const m::Replication how = get(drawn, m::replication);
    if (how == m::Replication::async) group.keeps = FailureModelGroup::Keeps::sent;
    if (how == m::Replication::semiSync) group.keeps = FailureModelGroup::Keeps::acknowledged;
    group.acks = static_cast<std::uint32_t>(get(drawn, m::semisyncAcks));
    const auto timeout = get(drawn, m::semisyncTimeout);
    group.semisyncTimeout = timeout ? timeout->seconds() : std::numeric_limits<double>::infinity();
    const RequestRates rates = requestRates(design);
    for (const std::uint32_t member : group.members)
        group.writesPerS += rates.writesPerS[member];
    addWays(design, drawn, group);
}

} // namespace

// One-active and one-writer groups; pools only where a failure does more to them than to one member.
void FailureModel::addGroups(const Design& design) {
    const std::vector<StructureGroup>& all = function.groups();
    for (std::uint32_t g = 0; g < all.size(); ++g) {
        const StructureGroup& known = all[g];
        const Group& drawn = *design.groups.find(known.id);
        if (known.quorum || known.members.empty()) continue;
        FailureModelGroup group;
        group.id = known.id;
        group.index = g;
        group.one = known.rule != GroupRule::share;
        group.members = known.members;
        group.candidates = group.one ? known.candidates : 0;
        group.needed = std::max(1U, known.needed);
        group.coverage = get(drawn, key::group::pool::failoverCoverage).value();
        group.takeOver = samplerOf(get(drawn, key::group::pool::failover));
        group.byHand = samplerOf(get(drawn, key::group::pool::uncoveredRecovery));
        group.frozen = get(drawn, key::group::pool::repairStarts) == key::group::pool::RepairStarts::after;
        if (!group.one && (known.members.size() < 2 || (group.coverage >= 1 && !group.takeOver))) continue;
        if (group.one) addTakeOver(design, drawn, group);
        if (hasMechanism(drawn, "replication")) addReplication(design, drawn, group);
        const std::string& name = drawn.displayName();
        group.takeOverCause = addCause(name + (group.one ? ": take-over" : ": interruption at a failure"));
        if (!group.managers.empty()) group.managerCause = addCause(name + ": manager down");
        group.handCause =
            addCause(name + (group.byHand ? ": recovery by hand" : ": a failure that took the others along"));
        group.coverageStream = streamId(group.id + "/coverage", Purpose::group);
        group.failoverStream = streamId(group.id + "/failover", Purpose::group);
        group.rerouteStream = streamId(group.id + "/reroute", Purpose::group);
        if (group.byHand) longestMeanRepair = std::max(longestMeanRepair, group.byHand->mean());
        addRecoveries(group);
        for (const std::uint32_t member : group.members) {
            components[member].group = static_cast<std::uint32_t>(groups.size());
            components[member].coupled = true;
        }
        for (const std::uint32_t manager : group.managers)
            components[manager].manages = true;
        groups.push_back(std::move(group));
    }
}

void FailureModel::addRecoveries(FailureModelGroup& group) {
    if (!group.one) return;
    const auto first = static_cast<std::uint32_t>(recoveries.size());
    for (const std::uint32_t member : group.members) {
        const IndexRange& range = components[member].modes;
        for (std::uint32_t m = range.first; m < range.first + range.count; ++m) {
            std::uint32_t r = first;
            while (r < recoveries.size() && recoveries[r].mode != modes[m].id)
                ++r;
            if (r == recoveries.size()) recoveries.push_back({group.id, modes[m].id});
            modes[m].recovery = r;
        }
    }
    group.placeRecovery = static_cast<std::uint32_t>(recoveries.size());
    recoveries.push_back({group.id, "place"});
}

} // namespace alwayson::sim
