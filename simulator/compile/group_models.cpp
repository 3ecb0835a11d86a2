#include "simulator/compile/group_models.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/graph/round_trip.h"
#include "core/structure/crash_recovery.h"
#include "core/structure/failover_laws.h"
#include "simulator/compile/node_models.h"

#include <algorithm>

namespace alwayson::sim {

void addVrrpPairs(Model& m, const Design& design) {
    namespace v = key::group::vrrpPair;
    for (std::size_t g = 0; g < design.groups.size(); ++g) {
        const Group& group = design.groups.at(g);
        m.groups.push_back(group.id.str());
        if (!hasMechanism(group, "vrrp")) continue;
        VrrpModel pair;
        pair.group = static_cast<Index>(g);
        pair.id = group.id.str();
        pair.name = group.displayName();
        pair.firstMember = static_cast<Index>(m.vrrpMembers.size());
        pair.advert = timeOf(get(group, v::advert));
        pair.skewUnit = get(group, v::version) == 3 ? pair.advert : kSecond;
        pair.preempt = get(group, v::preempt);
        pair.preemptDelay = pair.preempt ? timeOf(get(group, v::preemptDelay)) : 0;
        pair.arpUpdate = timeOf(get(group, v::arpUpdate));
        pair.tracked = get(group, v::track) == v::Track::script;
        pair.interval = timeOf(get(group, v::trackInterval));
        pair.timeout = timeOf(get(group, v::trackTimeout));
        pair.fall = static_cast<std::uint32_t>(get(group, v::trackFall));
        pair.rise = static_cast<std::uint32_t>(get(group, v::trackRise));
        pair.weight = pair.tracked ? static_cast<double>(get(group, v::trackWeight)) : 0;
        pair.coverage = get(group, v::failoverCoverage).value();
        pair.byHand = Sampler(get(group, v::uncoveredRecovery));
        if (const auto given = get(group, v::failover)) {
            pair.hasTakeOver = true;
            pair.takeOver = Sampler(*given);
        }
        for (const Node* member : membersOf(design, group.id)) {
            const auto node = static_cast<Index>(design.nodes.indexOf(member->id.str()));
            m.nodes[node].vrrpMember = static_cast<Index>(m.vrrpMembers.size());
            m.vrrpMembers.push_back(
                {node, static_cast<Index>(m.vrrp.size()), kNone, priorityOf(design, *member)});
        }
        pair.memberCount = static_cast<Index>(m.vrrpMembers.size()) - pair.firstMember;
        if (pair.memberCount > 0) m.vrrp.push_back(std::move(pair));
    }
}

namespace {

void addStandbys(Model& m, const Group& group, PoolModel pool) {
    namespace k = key::group::pool;
    const auto standing = static_cast<std::size_t>(std::max<std::int64_t>(0, get(group, k::standby)));
    if (standing == 0) return;
    StandbyModel standby;
    standby.serving =
        static_cast<std::uint32_t>(pool.members.size() - std::min(standing, pool.members.size() - 1));
    for (const Index node : pool.members)
        m.nodes[node].standby = static_cast<Index>(m.standbys.size());
    standby.pool = std::move(pool);
    standby.hazard = std::clamp(get(group, k::standbyHazard), 0.0, 1.0);
    standby.startFailure = get(group, k::startFailure).value();
    standby.activation = Sampler(get(group, k::activation));
    standby.asleep = standby.activation.mean() > 0;
    m.standbys.push_back(std::move(standby));
}

void addInterruption(Model& m, const Group& group, PoolModel pool) {
    namespace k = key::group::pool;
    InterruptionModel interruption;
    interruption.coverage = get(group, k::failoverCoverage).value();
    if (const auto takeOver = get(group, k::failover)) {
        interruption.interrupts = true;
        interruption.takeOver = Sampler(*takeOver);
    }
    if (interruption.coverage >= 1 && !interruption.interrupts) return;
    if (const auto byHand = get(group, k::uncoveredRecovery)) {
        interruption.hasByHand = true;
        interruption.byHand = Sampler(*byHand);
    }
    interruption.needed =
        static_cast<std::uint32_t>(std::max<std::int64_t>(1, get(group, k::needed).value_or(0)));
    interruption.pool = std::move(pool);
    m.interruptions.push_back(std::move(interruption));
}

} // namespace

void addPools(Model& m, const Design& design) {
    for (std::size_t g = 0; g < design.groups.size(); ++g) {
        const Group& group = design.groups.at(g);
        if (!hasRole(group, "pool")) continue;
        PoolModel pool;
        pool.group = static_cast<Index>(g);
        for (const Node* member : membersOf(design, group.id))
            pool.members.push_back(static_cast<Index>(design.nodes.indexOf(member->id.str())));
        if (pool.members.size() < 2) continue;
        addStandbys(m, group, pool);
        addInterruption(m, group, std::move(pool));
    }
}

void addStandbyTargets(Model& m, const Design& design, BalancerModel& b) {
    std::vector<std::size_t> found(m.standbys.size(), 0);
    std::vector<bool> called(m.standbys.size(), false);
    const auto poolOf = [&](Index t) { return m.nodes[m.targets[t].node].standby; };
    for (Index t = b.firstTarget; t < b.firstTarget + b.targetCount; ++t) {
        if (poolOf(t) == kNone) continue;
        ++found[poolOf(t)];
        const std::string& group = m.groups[m.standbys[poolOf(t)].pool.group];
        for (Index e = m.targets[t].edge; e < m.targets[t].edge + m.targets[t].edgeCount; ++e)
            if (design.links.at(m.edges[e].link).to == group) called[poolOf(t)] = true;
    }
    for (Index pool = 0; pool < m.standbys.size(); ++pool) {
        // A link to one member alone is a call to that member.
        const std::vector<Index>& members = m.standbys[pool].pool.members;
        if (!called[pool] && found[pool] < members.size()) continue;
        for (const Index member : members)
            for (Index t = b.firstTarget; t < b.firstTarget + b.targetCount; ++t)
                if (m.targets[t].node == member) {
                    m.targets[t].standby = pool;
                    b.ranked.push_back(t - b.firstTarget);
                }
    }
}

void addPoolCallers(Model& m) {
    std::vector<std::vector<PoolModel*>> poolsOf(m.designNodes);
    const auto note = [&](PoolModel& pool) {
        for (const Index node : pool.members)
            poolsOf[node].push_back(&pool);
    };
    for (StandbyModel& standby : m.standbys)
        note(standby.pool);
    for (InterruptionModel& interruption : m.interruptions)
        note(interruption.pool);
    for (const Edge& edge : m.edges) {
        if (edge.to >= m.designNodes) continue;
        const Index from = m.nodes[edge.from].home;
        for (PoolModel* pool : poolsOf[edge.to])
            if (std::find(pool->callers.begin(), pool->callers.end(), from) == pool->callers.end())
                pool->callers.push_back(from);
    }
}

namespace {

namespace r = key::group::mysqlReplication;

Replication replicationOf(const Group& group) {
    switch (get(group, r::replication)) {
    case r::Replication::semiSync:
        return Replication::semiSync;
    case r::Replication::group:
        return Replication::group;
    case r::Replication::async:
        break;
    }
    return Replication::async;
}

ReadsGoTo readsOf(const Group& group) {
    switch (get(group, r::readsGoTo)) {
    case r::ReadsGoTo::source:
        return ReadsGoTo::source;
    case r::ReadsGoTo::all:
        return ReadsGoTo::all;
    case r::ReadsGoTo::replicas:
        break;
    }
    return ReadsGoTo::replicas;
}

StoreMemberModel memberOf(const Model& m, const Design& design, Index node) {
    const Node& n = design.nodes.at(node);
    StoreMemberModel member;
    member.node = node;
    member.store = static_cast<Index>(m.stores.size());
    member.applierSpeed = get(n, key::mysql::applierSpeed);
    member.idleLag = Sampler(get(n, key::mysql::idleLag));
    member.ackTime = Sampler(get(n, key::mysql::ackTime));
    member.writeService = Sampler(get(n, key::mysql::writeService));
    member.netTimeout = timeOf(get(n, key::mysql::netTimeout));
    member.connectRetry = timeOf(get(n, key::mysql::connectRetry));
    const auto rule = get(n, key::mysql::promotionRule);
    member.rule = rule == key::mysql::PromotionRule::prefer  ? 0
                  : rule == key::mysql::PromotionRule::never ? 2
                                                             : 1;
    member.coldFactor = get(n.parameters, key::mysql::coldFactor);
    member.warmUp = timeOf(get(n.parameters, key::mysql::warmUp));
    return member;
}

void addManagers(const Design& design, const Group& group, StoreModel& store) {
    for (const std::string& id : group.managerOn) {
        const Group* quorum = design.groups.find(id);
        if (!quorum) {
            const std::size_t at = design.nodes.indexOf(id);
            if (at != Table<Node>::npos) store.managers.push_back(static_cast<Index>(at));
            continue;
        }
        for (const Node* voter : membersOf(design, quorum->id))
            store.managers.push_back(static_cast<Index>(design.nodes.indexOf(voter->id.str())));
        store.majorityManages = true;
        store.election = electionPlan(design, *quorum);
        store.lease = toSimTime(2 * store.election.timeout);
    }
}

void addTimes(const Group& group, StoreModel& store) {
    if (store.plan.takeOver) store.takeOver = Sampler(*store.plan.takeOver), store.hasTakeOver = true;
    if (store.plan.byHand) store.byHand = Sampler(*store.plan.byHand), store.hasByHand = true;
    if (store.plan.addressMove)
        store.addressMove = Sampler(*store.plan.addressMove), store.movesAddress = true;
    for (const DistributionShape& step : store.plan.promotionSteps)
        store.promotionSteps.emplace_back(step);
    store.reconcile = Sampler(get(group, r::reconcile));
    store.rejoin = Sampler(get(group, r::rejoinTime));
    store.rejoinsByItself = get(group, r::rejoin) == r::Rejoin::automatic;
    store.dropsWaiting = dropsWaitingCommits(group);
    const auto lag = get(group, r::candidateMaxLag);
    store.candidateMaxLagS = lag ? lag->seconds() : 1e18;
}

} // namespace

void addStores(Model& m, const Design& design) {
    for (std::size_t g = 0; g < design.groups.size(); ++g) {
        const Group& group = design.groups.at(g);
        if (!hasMechanism(group, "replication")) continue;
        StoreModel store;
        store.group = static_cast<Index>(g);
        store.id = group.id.str();
        store.name = group.displayName();
        store.firstMember = static_cast<Index>(m.storeMembers.size());
        const std::vector<const Node*> members = membersOf(design, group.id);
        for (const Node* one : members) {
            const auto node = static_cast<Index>(design.nodes.indexOf(one->id.str()));
            if (m.nodes[node].role != Role::station) continue;
            m.stations[m.nodes[node].sub].member = static_cast<Index>(m.storeMembers.size());
            m.storeMembers.push_back(memberOf(m, design, node));
        }
        store.memberCount = static_cast<Index>(m.storeMembers.size()) - store.firstMember;
        if (store.memberCount == 0) continue;
        store.replication = replicationOf(group);
        store.chain =
            store.replication != Replication::group && get(group, r::topology) == r::Topology::chain;
        store.acks = store.replication == Replication::group
                         ? store.memberCount / 2
                         : static_cast<std::uint32_t>(get(group, r::semisyncAcks));
        if (const auto most = get(group, r::semisyncTimeout)) store.semisyncTimeout = timeOf(*most);
        const SimTime minority = timeOf(get(group, r::grUnreachableMajorityTimeout));
        if (minority > 0) store.minorityTimeout = minority;
        store.reads = readsOf(group);
        store.plan = failoverPlan(design, group);
        addTimes(group, store);
        addManagers(design, group, store);
        for (Index from = 0; from < store.memberCount; ++from)
            for (Index to = 0; to < store.memberCount; ++to)
                store.oneWay.push_back(
                    timeOf(roundTripOfPlaces(design,
                                             design.nodes.at(m.storeMembers[store.firstMember + from].node),
                                             design.nodes.at(m.storeMembers[store.firstMember + to].node))) /
                    2);
        m.stores.push_back(std::move(store));
    }
}

Index routeTo(Model& m, const Design& design, Index store, Index caller, Index linked) {
    for (Index i = 0; i < m.storeRoutes.size(); ++i)
        if (m.storeRoutes[i].store == store && m.storeRoutes[i].caller == caller) return i;
    const Group& group = design.groups.at(m.stores[store].group);
    StoreRoute route;
    route.store = store;
    route.caller = caller;
    for (const RerouteTimer& timer : m.stores[store].plan.callers)
        if (timer.caller == m.nodes[linked].id || timer.caller.empty()) {
            route.widthS = timer.widthS;
            route.offsetS = timer.offsetS;
        }
    const double check = get(group, r::proxyCheck).seconds();
    switch (get(group, r::readRoute)) {
    case r::ReadRoute::proxy:
        route.outWidthS = route.backWidthS = check;
        route.outS = (static_cast<double>(get(group, r::proxyFall)) - 1) * check;
        route.backS = (static_cast<double>(get(group, r::proxyRise)) - 1) * check;
        break;
    case r::ReadRoute::connector:
        route.outWidthS = route.backWidthS = get(group, r::connectorTtl).seconds();
        break;
    default: // an address or a name: as long as names live
        route.outWidthS = route.backWidthS = get(group, r::dnsTtl).seconds();
        break;
    }
    m.storeRoutes.push_back(route);
    return static_cast<Index>(m.storeRoutes.size() - 1);
}

} // namespace alwayson::sim
