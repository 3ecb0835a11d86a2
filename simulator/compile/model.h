#pragma once
// A design as flat arrays: what a run reads and never writes. Indices are 32-bit; kNone means none.

#include "core/catalogue/catalogue.h"
#include "core/model/design.h"
#include "core/structure/failover_plan.h"
#include "simulator/kernel/sampler.h"
#include "simulator/kernel/sim_time.h"

#include <cstdint>
#include <string>
#include <vector>

namespace alwayson::sim {

using Index = std::uint32_t;
inline constexpr Index kNone = 0xffffffffU;
// Where a number tells what failed: a cut of the network, no mode of its own.
inline constexpr Index kIsolated = kNone - 1;
// Where a node is meant: a manager that is never down and cut off from nobody.
inline constexpr Index kEverywhere = kNone - 2;

enum class Role : std::uint8_t { client, balancer, station };

enum class CallAccess : std::uint8_t { asRequest, read, write };

// One concrete link: a caller and one callee. Links to or from groups become one edge per pair.
struct Edge {
    Index link = kNone; // Model::links; kNone for internal ones
    Index from = kNone; // node
    Index to = kNone;   // node
    SimTime oneWay = 0; // half the round trip
};

// What a caller that is not a balancer does for a request: one entry per design link, in design order.
struct Dependency {
    Index link = kNone;
    Index firstEdge = 0, edgeCount = 0; // the callees, used in turn when there are several
    SimTime timeout = kNever;
    std::uint16_t timeoutLine = 0;
    std::uint32_t wholeCalls = 1; // calls per request: this many, and one more with probability
    double extraCall = 0;
    std::uint8_t attempts = 1;
    bool parallel = false;   // its calls start together
    bool looksAside = false; // a cache: on a miss, or without an answer, the calls after it are made
    bool joins = false;      // starts together with the dependency before it
    bool optional = false;
    Index vrrp = kNone;    // the callees share an address: who holds it gets the call
    Index route = kNone;   // the callees are a replication set: Model::storeRoutes
    Index standby = kNone; // the callees are a pool some of whose members stand by: Model::standbys
};

struct ModelMode {
    std::string id;
    std::string title;
    FailureEffect effect = FailureEffect::crash;
    Sampler timeToFailure, repair;
    double slowFactor = 1;
    double errorShare = 0;
    bool resumes = false;
};

// A node or a domain, as far as failures go. Nodes first, in design order, then domains.
struct Component {
    std::string id;
    std::string name; // shown
    bool isDomain = false;
    std::vector<ModelMode> modes;
    std::vector<Index> domains; // nodes: the domains (component indices) they need, transitively
    std::vector<Index> members; // domains: the nodes that need it
    Sampler restartAfterOutage; // domains
    Index faultSlot = kNone;
};

struct Flow {
    std::string id;       // "shoppers:read"
    Index client = kNone; // node
    std::string classId;
    double share = 1;
    bool writes = false;
    bool idempotent = true;
    SimTime maxStaleness = kNever;
    SimTime deadline = 3 * kSecond;
    SimTime objective = kNever;
    std::uint16_t deadlineLine = 0;
};

enum class Jitter : std::uint8_t { full, none };

struct ClientModel {
    Index node = kNone;
    Index slot = kNone;
    Index lane = kNone;
    Index firstFlow = 0, flowCount = 0;
    double ratePerS = 0;
    bool poisson = true;
    Sampler gap;             // between requests; of users who wait: their thinking
    std::uint32_t users = 0; // who wait for each answer; 0: requests come at the rate
    SimTime attemptTimeout = kNever;
    std::uint16_t timeoutLine = 0;
    std::uint8_t attempts = 1;
    bool retryErrors = true;
    double backoffBaseS = 0, backoffCapS = 0; // seconds
    Jitter jitter = Jitter::full;
    bool needsKey = false; // some balancer looks at the session
    bool hasBudget = false;
    double budgetShare = 0, budgetCap = 10;
};

struct StationModel {
    Index node = kNone;
    Index member = kNone;          // Model::storeMembers
    Index cache = kNone;           // Model::caches
    bool answersOtherwise = false; // it is one of these
    Index slot = kNone;
    Index lane = kNone;
    std::uint32_t workers = 1;        // kNone: as many as there are requests
    std::uint32_t queueLimit = kNone; // kNone: unlimited
    bool sharing = false;             // processor sharing
    bool lifo = false;
    bool cancelsAbandoned = false;
    bool hasWriteService = false;
    bool external = false;
    double capacityPerS = 0; // external: rate limit, 0: none
    Sampler service, writeService;
};

// A client and the one station it calls, with nothing between, beside or behind them: while both work, its
// requests need no calls and no timers (mechanism/express.cpp).
struct ExpressLane {
    Index client = 0, station = 0; // among clients, stations
    Index edge = 0;
    SimTime oneWay = 0;
    SimTime patience = kNever; // the shortest deadline or timeout
};

enum class Algorithm : std::uint8_t {
    roundRobin,
    leastConnections,
    random,
    first,
    staticRoundRobin,
    source,
    uri
};

struct TargetModel {
    // One edge for each link that leads there and is used; to an address: one for each member, by link.
    Index edge = kNone, edgeCount = 1;
    Index node = kNone;
    Index vrrp = kNone; // an address that members share is one server; `node` is the first of them
    Index checkSlot = kNone;
    Index route = kNone, member = kNone; // of a replication set: whose route, which member
    Index standby = kNone;               // of a pool some of whose members stand by: Model::standbys
};

struct BalancerModel {
    Index node = kNone;
    Index firstTarget = 0, targetCount = 0;
    Algorithm algorithm = Algorithm::roundRobin;
    std::uint32_t draws = 2;
    bool cookie = false;
    std::uint32_t retries = 3;
    bool redispatch = true;
    bool checks = true;
    bool httpCheck = true;
    SimTime inter = 0, fastinter = 0, downinter = 0;
    std::int32_t fall = 3, rise = 2;
    SimTime hangTimeout = 0; // of a check that is accepted and never answered
    SimTime goneTimeout = 0; // of a check whose packets vanish
    SimTime slowstart = 0;
    bool shutdownSessions = false;
    SimTime connectTimeout = 0, serverTimeout = 0, queueTimeout = 0, turnAround = 0;
    std::uint16_t connectLine = 0, serverLine = 0, queueLine = 0, turnLine = 0;
    bool callsStore = false;    // some server is a member of a replication set
    std::vector<Index> ranked;  // offsets of targets of such pools, by pool and rank
    bool classesDiffer = false; // some server does not take every class: each flow has its own turn
    std::uint32_t maxconn = 10000, serverMaxconn = 0, serverMaxqueue = 0;
    SimTime work = 0;    // processor time per request: 1 / capacity
    SimTime latency = 0; // added to each request
    Index workSlot = kNone;
};

// Members that share one address.
struct VrrpMemberModel {
    Index node = kNone;
    Index pair = kNone;
    Index slot = kNone;
    double priority = 100;
};
struct VrrpModel {
    Index group = kNone; // among the groups of the design
    std::string id, name;
    Index firstMember = 0, memberCount = 0; // Model::vrrpMembers, in design order
    SimTime advert = kSecond, skewUnit = kSecond;
    bool preempt = false;
    SimTime preemptDelay = 0, arpUpdate = 0;
    bool tracked = true; // by a script
    SimTime interval = kSecond, timeout = kSecond;
    std::uint32_t fall = 2, rise = 2;
    double weight = 0;
    double coverage = 1;
    Sampler byHand;
    bool hasTakeOver = false; // a time of its own instead of adverts
    Sampler takeOver;
    Index node(const struct Model& model) const; // of the first member
};

struct PoolModel {
    Index group = kNone;        // among the groups of the design
    std::vector<Index> members; // nodes, in design order
    std::vector<Index> callers; // design nodes
};
// A pool that serves nothing for a while when one of its members fails, or goes down with it.
struct InterruptionModel {
    PoolModel pool;
    Index slot = kNone;
    std::uint32_t needed = 1; // with fewer it is down anyway
    double coverage = 1;
    bool interrupts = false, hasByHand = false;
    Sampler takeOver, byHand;
};
// A pool some of whose members serve only when others do not work.
struct StandbyModel {
    PoolModel pool;
    std::uint32_t serving = 1; // so many at a time
    double hazard = 1;         // how fast the others age
    double startFailure = 0;
    Sampler activation;
    bool asleep = false; // a member that stands by answers nothing: it has to be started first
};

// What answers some of its reads itself.
struct CacheModel {
    Index station = kNone;
    double hitRatio = 1, coldHitRatio = 0;
    SimTime warmUp = 0;
};

// One source takes the writes, the others follow.
enum class Replication : std::uint8_t { async, semiSync, group };
enum class ReadsGoTo : std::uint8_t { source, replicas, all };
struct StoreMemberModel {
    Index node = kNone, store = kNone;
    double applierSpeed = 1;
    Sampler idleLag, ackTime, writeService;
    SimTime netTimeout = 0, connectRetry = 0;
    std::uint8_t rule = 1; // 0: promoted first, 1: as it comes, 2: never
    double coldFactor = 1;
    SimTime warmUp = 0;
};
// How a caller finds the members.
struct StoreRoute {
    Index store = kNone;
    Index caller = kNone;             // node
    double widthS = 0, offsetS = 0;   // after a promotion: the new source, U(0, width) + offset
    double outWidthS = 0, outS = 0;   // after a failure: a replica is left out
    double backWidthS = 0, backS = 0; // after its return
};
struct StoreModel {
    Index group = kNone; // among the groups of the design
    std::string id, name;
    Index slot = kNone;
    Index firstMember = 0, memberCount = 0; // Model::storeMembers, in design order
    Replication replication = Replication::async;
    bool chain = false;
    std::uint32_t acks = 1; // replicas that must acknowledge a commit; group: majority - 1
    SimTime semisyncTimeout = kNever, minorityTimeout = kNever;
    ReadsGoTo reads = ReadsGoTo::replicas;
    FailoverPlan plan;
    Sampler takeOver, byHand, addressMove, reconcile, rejoin;
    bool hasTakeOver = false, hasByHand = false, movesAddress = false, rejoinsByItself = true;
    bool dropsWaiting = false; // a server that starts again has lost what was waiting for an acknowledgement
    std::vector<Sampler> promotionSteps;
    double candidateMaxLagS = 0;  // infinity: any
    std::vector<Index> managers;  // nodes; empty: everywhere
    bool majorityManages = false; // the managers are voters
    SimTime lease = kNever;
    ElectionPlan election;
    std::vector<SimTime> oneWay; // [from * members + to]
};

struct ModelNode {
    std::string id;
    Role role = Role::station;
    Index sub = kNone;                              // index among clients, balancers or stations
    Index firstDependency = 0, dependencyCount = 0; // clients and stations, Model::dependencies
    Index vrrpMember = kNone;
    Index standby = kNone;   // Model::standbys
    Index standsFor = kNone; // internal, of a caller: the cache whose calls it makes
    Index home = kNone;      // the design node it runs on: itself, or its client
};

enum class ScenarioAction : std::uint8_t { fail, repair, load, isolate, heal, deploy, promote };
// Which messages a cut stops, seen from what is cut off.
enum class CutDirection : std::uint8_t { both, in, out };
struct ScenarioStep {
    SimTime at = 0;
    ScenarioAction action = ScenarioAction::fail;
    Index component = kNone;
    std::uint32_t mode = 0;
    SimTime endsAfter = kNever;             // fail, isolate, deploy: repaired, healed, rolled back
    double slowFactor = 0, errorShare = -1; // fail: <= 0, < 0: the mode's own; deploy: of the new version
    double loadFactor = 1;
    Index other = kNone; // isolate: from this component only; kNone: from everything outside
    CutDirection direction = CutDirection::both;
    std::string name, group;    // deploy: of the pool, shown and in the design
    std::vector<Index> members; // deploy: a bad version: those that get it first; a good one: all
    Sampler rollback;           // deploy: when it is not given
};

enum class SlotKind : std::uint8_t {
    arrival,
    station,
    line,
    timers,
    check,
    balancerWork,
    fault,
    scenario,
    vrrp,
    store,
    interruption
};
struct SlotInfo {
    SlotKind kind = SlotKind::line;
    Index index = 0;
};

struct Model {
    std::vector<ModelNode> nodes; // nodes of the design in order, then internal ones
    Index designNodes = 0;
    std::vector<Component> components;
    std::vector<Flow> flows;
    std::vector<ClientModel> clients;
    std::vector<StationModel> stations;
    std::vector<ExpressLane> lanes;
    std::vector<BalancerModel> balancers;
    std::vector<VrrpModel> vrrp;
    std::vector<VrrpMemberModel> vrrpMembers;
    std::vector<CacheModel> caches;
    std::vector<InterruptionModel> interruptions;
    std::vector<StandbyModel> standbys;
    std::vector<StoreModel> stores;
    std::vector<StoreMemberModel> storeMembers;
    std::vector<StoreRoute> storeRoutes;
    std::vector<TargetModel> targets;
    std::vector<Edge> edges;
    std::vector<std::uint16_t> edgeLines; // delay line of each edge's one-way latency
    std::vector<CallAccess> edgeAccess;   // what calls along each edge are for a store
    std::vector<Index> edgeDependency;    // what an edge of a client or a station belongs to; kNone elsewhere
    std::vector<Dependency> dependencies;
    std::vector<std::uint8_t> carries; // [dependency * flows + flow]
    std::vector<Index> targetEdges;    // [(target * flows + flow) * 2 + writes]; kNone: not for those
    std::vector<SimTime> lines;        // delay of each delay line; line 0 is "at once"
    std::vector<std::string> links;    // ids
    std::vector<std::string> groups;   // ids
    std::vector<ScenarioStep> steps;
    std::vector<SlotInfo> slots;
    std::vector<Index> lineSlots;
    Index timerSlot = kNone;
    Index scenarioSlot = kNone;
    bool backgroundFailures = false;
    bool usersWait = false; // some client is made of users
    double scenarioSeconds = 0;
    std::vector<std::string> leftOut; // sentences about what could not be simulated and that nothing needs

    // Whether what is sent along an edge for a call that reads or writes is a write.
    bool writes(Index edge, bool callerWrites) const {
        const CallAccess access = edgeAccess[edge];
        return access == CallAccess::asRequest ? callerWrites : access == CallAccess::write;
    }
    bool dependencyCarries(Index dependency, Index flow) const {
        return carries[dependency * flows.size() + flow] != 0;
    }
};

inline Index VrrpModel::node(const Model& model) const {
    return model.vrrpMembers[firstMember].node;
}

} // namespace alwayson::sim
