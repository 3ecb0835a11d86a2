#pragma once
// Everything a run knows, as one value: copy it and both copies go on alike. Beside it stands Truth
// (kernel/truth.h).

#include "simulator/compile/model.h"
#include "simulator/estimate/histogram.h"
#include "simulator/kernel/fingerprint.h"
#include "simulator/kernel/ring.h"
#include "simulator/kernel/slot_tree.h"
#include "simulator/kernel/stream.h"
#include "simulator/kernel/timers.h"
#include "simulator/mechanism/commit_times.h"

#include <array>

namespace alwayson::sim {

// Stable causes of failure (2-model, Request-based availability).
enum class Cause : std::uint8_t {
    none,
    refused,
    reset,
    connectTimeout,
    responseTimeout,
    deadline,
    noServer,
    queueFull,
    retryBudget,
    error,
    noPrimary, // the member takes no writes
    noQuorum   // no majority of the set to agree on a write
};
inline constexpr std::size_t kCauses = 12;
const char* causeName(Cause cause);
// An attempt that ended so may have been carried out all the same: only an idempotent request is tried again.
inline bool mayHaveRun(Cause cause) {
    return cause == Cause::reset || cause == Cause::responseTimeout || cause == Cause::error;
}

enum class CallState : std::uint8_t { free, waiting, queued, serving, calling, accepting, acking };

namespace flag {
inline constexpr std::uint8_t counted = 1;            // issued in the measured window
inline constexpr std::uint8_t degraded = 2;           // an optional dependency was missing
inline constexpr std::uint8_t httpError = 4;          // failed by an answer, not by the connection
inline constexpr std::uint8_t persistent = 8;         // server chosen by cookie
inline constexpr std::uint8_t vanished = 16;          // its packets disappeared on the way to its node
inline constexpr std::uint8_t lost = 32;              // taken, but there will be no answer
inline constexpr std::uint8_t gone = vanished | lost; // lives only until its caller gives up
inline constexpr std::uint8_t writes = 64;            // not a read
inline constexpr std::uint8_t missed = 128;           // answered: a cache does not have it
} // namespace flag

// One message being handled at a node, or (at a client) one logical request. The caller's call is its parent.
struct alignas(64) Call {
    std::uint32_t generation = 0;
    Index parent = kNone;
    std::uint32_t parentGeneration = 0;
    Index edge = kNone;
    Index node = kNone;
    Index next = kNone; // in a queue, or in the list of free calls
    Index child = kNone;
    std::uint32_t childGeneration = 0;
    float key = 0;         // of the session, for hashing and cookies
    std::uint32_t aux = 0; // balancer: target; station: calls pending
    std::uint16_t flow = 0;
    CallState state = CallState::free;
    Cause cause = Cause::none;
    std::uint8_t attempt = 0; // the caller's count; who handles the call keeps its own in `stage`
    std::uint8_t flags = 0;
    std::uint16_t stage = 0; // station: next dependency; balancer: connections tried, and 256 x times queued
    SimTime start = 0;       // logical: first attempt; else: when it was sent
    SimTime entered = 0;     // when it reached its node

    bool writes() const { return (flags & flag::writes) != 0; }
};
static_assert(sizeof(Call) == 64);

// Intrusive list through Call::next.
struct CallQueue {
    Index head = kNone, tail = kNone;
    std::uint32_t count = 0;
};

struct ClientState {
    double loadFactor = 1;
    double budget = 0;
    SimTime pendingGap = 0; // at factor 1; kept while the factor is 0
    DurationStream gaps;
    UniformStream classes, sessions, backoffs;
    Index turn = 0;
    // Users who wait: when those who think wake, a heap with the next one in front; how many there are and
    // should be.
    std::vector<SimTime> waking;
    std::uint32_t users = 0, wantedUsers = 0;
};

struct FlowState {
    std::uint64_t offered = 0, succeeded = 0, attempts = 0, degraded = 0, good = 0, inFlight = 0;
    std::array<std::uint64_t, kCauses> failed{};
    std::uint64_t stale = 0;     // reads of a replica that lacked the last commits
    std::uint64_t ambiguous = 0; // writes that failed for their caller and were committed
    std::int64_t latencySum = 0; // ns since the last flush
    SimTime latencyMax = 0;
    LogHistogram latencies; // since the last flush
    // Of counted requests that failed: how many were begun in each cell of RunState::cell. Empty: not kept.
    std::vector<std::uint32_t> failedStarts;
};

struct InService {
    SimTime at = 0;
    std::uint64_t sequence = 0;
    Index call = kNone;
};
struct Sharing {
    double at = 0; // virtual time of its end
    std::uint64_t sequence = 0;
    Index call = kNone;
};

// The outcome of a call to another node that a silent process has not read yet.
struct Unread {
    Index call = kNone; // the caller's
    std::uint32_t generation = 0;
    Index dependency = kNone; // stations
    Cause cause = Cause::none;
    std::uint8_t attempt = 0;
    std::uint8_t flags = 0;
};

struct StationState {
    std::uint32_t busy = 0;                     // workers
    std::uint32_t present = 0;                  // requests in it
    SimTime last = 0;                           // of the integrals
    std::int64_t busyArea = 0, presentArea = 0; // ns since the last flush
    CallQueue queue;
    bool frozen = false;
    double speed = 1, errorShare = 0;
    double virtualTime = 0; // sharing: work each job has got, seconds
    double tokens = 0;      // external rate limit
    SimTime tokensAt = 0;
    SimTime frozenAt = 0;
    QuadHeap<InService> serving;
    QuadHeap<Sharing> shared;
    std::vector<Unread> unread; // while frozen
    DurationStream service, writeService;
    UniformStream errors, calls;
    // since the last flush
    std::uint64_t arrivals = 0, completed = 0, failed = 0, waits = 0;
    std::int64_t waitSum = 0, sojournSum = 0;
    LogHistogram waitTimes; // since the start of measuring; only where allocated
};

// Requests in an express lane: no calls and no timers of their own.
struct ExpressRequest {
    SimTime start = 0;
    std::uint16_t flow = 0;
    std::uint8_t flags = 0;
};
// A request in service, or on the way back.
struct ExpressService {
    SimTime at = 0; // its end
    std::uint64_t sequence = 0;
    SimTime began = 0; // on the way back: when it left the station
    ExpressRequest request;
};
// What is pending when a lane closes is planned anew, in the order in which the plain way would have done it:
// by the moment, and by this list.
struct ExpressPlan {
    enum class What : std::uint8_t { arrival, patience, delivery, answer, service };
    SimTime when = 0;
    What what = What::arrival;
    std::uint32_t order = 0;
    Index call = kNone;
    SimTime due = 0;
};
struct ExpressState {
    bool open = false;
    SimTime arrivalAt = 0; // the next one, at the client
    SimTime lastArrival = 0, previousArrival = 0;
    std::uint64_t begun = 0;
    std::uint32_t free = 0;          // workers
    Ring<ExpressRequest> travelling; // to the station
    Ring<ExpressRequest> waiting;
    QuadHeap<ExpressService> workers; // those that are busy
    QuadHeap<ExpressService> returning;
    std::vector<ExpressPlan> plans; // scratch
};

struct BalancerState {
    std::uint32_t active = 0; // sessions
    CallQueue accept;         // beyond maxconn
    CallQueue queue;          // for any server
    std::vector<Index> turns; // round robin: position in the list of servers that are up, per flow and access
                              // when they differ
    std::vector<Index> up;    // offsets of targets seen up and in use, in order
    bool frozen = false;
    SimTime busyUntil = 0;
    DelayLine work;
    std::vector<Unread> unread; // while frozen
    UniformStream routing;
    std::uint64_t arrivals = 0, completed = 0, failed = 0;
    std::int64_t presentArea = 0, sojournSum = 0;
    SimTime last = 0;
};

enum class CheckPhase : std::uint8_t { off, waiting, passing, failing, silent };
// What a balancer sees of a server.
struct TargetState {
    bool up = true;
    bool inUse = true; // false: stands by, others of its pool are up
    CheckPhase phase = CheckPhase::off;
    std::int32_t health = 0;
    std::uint32_t served = 0;
    CallQueue queue;
    SimTime changedAt = 0;     // of `up`
    bool warming = false;      // slowstart
    double credit = 0;         // weighted round robin while warming
    std::uint64_t lastUse = 0; // leastconn: turn among equals
    Index probed = kNone;      // node that the present check asks
    UniformStream phases, errors;
    SimTime notedFailure = kNever, notedRepair = kNever; // already reported ones
};

enum class VrrpPhase : std::uint8_t { off, backup, master, fault };
struct VrrpMemberState {
    VrrpPhase phase = VrrpPhase::off;
    SimTime due = kNever;       // next advert of a master; else when it claims the address
    SimTime claimedAt = 0;      // master: since when
    SimTime reachedAt = kNever; // master: neighbours follow only then
    SimTime preemptAt = kNever;
    SimTime nextRun = kNever;
    std::vector<SimTime> runEnds; // of runs that hang
    bool scriptGood = true, lastPassed = true;
    std::uint32_t inRow = 0; // results like the last one
    UniformStream phases, errors;
};
// Whether the take-over works after the loss of a holder: drawn once, by the first member that claims.
enum class TakeOver : std::uint8_t { undecided, works, byHand };
struct VrrpState {
    Index lastHolder = kNone; // member
    TakeOver takeOverIs = TakeOver::undecided;
    SimTime handAt = kNever; // byHand: when a human gives the address to a member
    SimTime splitSince = kNever, splitTime = 0;
    UniformStream coverage;
    DurationStream byHand, takeOver;
};

struct CacheState {
    SimTime coldSince = kNever; // when it came back empty
    UniformStream hits;
};

// A pool with members that stand by.
struct StandbyState {
    std::vector<Index> callees; // ranks of those that callers without views of their own call; never empty
    UniformStream draws;
    DurationStream activation;
};

enum class InterruptionPhase : std::uint8_t { steady, takingOver, byHand };
struct InterruptionState {
    InterruptionPhase phase = InterruptionPhase::steady;
    Index lost = kNone;                       // node
    std::vector<std::uint8_t> able, justLost; // by member
    UniformStream draws;
    DurationStream takeOver, byHand;
};

// A commit that is not acknowledged by enough replicas.
struct WaitingCommit {
    Index call = kNone;
    std::uint32_t generation = 0;
    std::uint64_t position = 0; // kNoPosition: not committed
    SimTime since = 0;
};
inline constexpr std::uint64_t kNoPosition = ~0ULL;
// What a member of a replication set knows of itself. Positions are counts of commits, times are on the run's
// clock in ns.
struct StoreMemberState {
    bool readOnly = true;
    bool following = true; // part of the set; false: a former source that has not rejoined
    bool running = true, wasHung = false;
    bool flowing = false; // its stream from the source
    bool direct = true;   // without a member between
    bool fallenBack = false;
    bool wroteBeside = false; // a former source: until its lease ran out, beside the new one
    bool settled = true;      // a former source: what it has on its own has been counted
    SimTime delay = 0;        // of its stream: one way, ns
    std::uint64_t committed = 0, acknowledged = 0; // as source
    std::uint64_t inEngine = 0;                    // as source: up to here nothing waits for replicas
    std::uint64_t received = 0, applied = 0;       // as replica
    std::uint64_t fork = 0;    // former source: the position from which the others went on without it
    std::uint64_t common = 0;  // up to here the set has what it has; fork, or before after more failovers
    std::uint64_t surplus = 0; // commits that only it has
    bool surplusFound = false; // the source and it have compared what they have, and there are some
    std::uint64_t committedBefore = 0; // its position when they did
    SimTime appliedAt = 0;             // when it applied the last one, or could begin to
    SimTime nextApplied = kNever;      // when it has applied the next one
    double speed = 1;                  // how many times as long as usual its work takes
    SimTime brokenAt = 0;              // its stream
    SimTime retriesFrom = 0;           // it asks again from then on
    SimTime reconnectAt = kNever;      // its stream flows again
    SimTime rejoinAt = kNever;         // a former source
    SimTime leaseAt = kNever;          // a former source: it takes no more writes from then on
    SimTime coldSince = kNever;        // its memory
    std::uint64_t idleFor = ~0ULL;     // the position that `idle` was drawn for
    SimTime idle = 0;                  // ns: how long what it has is not to be seen
    std::vector<WaitingCommit> waiting;
    DurationStream applies, acks, idles;
};
enum class StorePhase : std::uint8_t { steady, lost, detecting, promoting, byHand, leaderless };
struct StoreState {
    StorePhase phase = StorePhase::steady;
    Index source = kNone, target = kNone; // members
    Index leader = kNone;                 // voter that manages
    bool byEvent = false, leaseLost = false;
    bool covered = true;         // the take-over after this loss works, if somebody is there
    bool planned = false;        // a change of source that no loss has called for
    SimTime until = kNever;      // the phase ends
    SimTime lostAt = kNever;     // the source
    SimTime detectedAt = kNever; // its loss
    SimTime blockUntil = 0;      // no second failover before
    SimTime managerFrom = 0;     // an elected one acts only then
    SimTime leaseAt = kNever;    // the source takes no more writes from then on
    SimTime fenceAt = kNever;
    std::uint64_t base = 0, committed = 0; // positions of the present source; base: when it became one
    CommitTimes times;                     // of all up to `committed`
    std::uint64_t lost = 0, diverged = 0, divergedAcknowledged = 0; // commits
    std::uint64_t errant = 0; // commits that a former source alone had, whoever knew of them
    SimTime splitSince = kNever;
    SimTime splitTime = 0;    // ns, of those that are over
    std::vector<double> rpoS; // seconds, one for each failover
    // What replicas answered to counted reads: how many, and for how long they had lacked a commit by then
    // (0 when they lacked none).
    std::uint64_t replicaReads = 0;
    SimTime readAgeMax = 0;
    LogHistogram readAges;
    UniformStream draws;
    void commit(SimTime now) {
        times.add(now);
        ++committed;
    }
    // Another source goes on from this position.
    void goOnFrom(std::uint64_t position) {
        times.cut(position);
        base = committed = position;
    }
    // Of the commit with this many before it.
    SimTime timeOf(std::uint64_t position) const { return times.at(position); }
};
struct StoreRouteState {
    Index writer = kNone;      // member it takes for the source
    SimTime writerAt = kNever; // when it finds the new one
    Index turn = 0;
    std::vector<std::uint8_t> seen; // members it reads from
    std::vector<SimTime> seenAt;    // when it changes its mind
    UniformStream draws;
};

enum class LogKind : std::uint8_t {
    failed,
    repaired,
    outage,
    outageOver,
    checkFailed,
    checkPassed,
    markedDown,
    markedUp,
    load,
    restarted,
    cut,
    healed,
    deployed,
    rolledBack,
    calledUp,
    started,
    standsBy,
    startFails,
    poolInterrupted,
    poolServes,
    tookOthersDown,
    tookAddress,
    gaveAddress,
    takeOverFailed,
    scriptFailed,
    scriptPassed,
    splitBrain,
    splitBrainOver,
    // of replication sets
    newSource,
    promoting,
    sourceSeenDead,
    failoverFails,
    failoverBlocked,
    noCandidate,
    cannotLead,
    plannedSource,
    resumed,
    fenced,
    fencingFailed,
    leaseLost,
    fellBack,
    caughtUp,
    lostCommits,
    diverged,
    reconciling,
    rejoined,
    twoSources,
    oneSource,
    readsLeave,
    readsReturn,
    leaseBack
};
struct LogEntry {
    SimTime at = 0;
    LogKind kind = LogKind::failed;
    Index what = kNone; // component
    Index by = kNone;   // component
    std::uint32_t a = 0, b = 0;
    double value = 0;
    std::array<double, 2> counts{};
};
struct RecoverySample {
    Index what = kNone, by = kNone;
    Index group = kNone;    // of the design: a take-over; what is its first member
    double detection = 0;   // a take-over: until it was known; seconds is all of it
    std::uint32_t mode = 0; // 0: back; m: mode m - 1; kNone: outage of a place; kIsolated
    double seconds = 0;
    bool byHand = false;
    bool resumed = false;    // no take-over: what was lost was back first, after that many seconds
    bool unfinished = false; // a take-over that the end of the run cut off after that many seconds
};

struct RunState {
    RandomKey key;
    SimTime now = 0;
    SimTime origin = 0; // when the scenario's clock starts
    SimTime cell = 1;   // length of the cells of FlowState::failedStarts, the first begins at origin
    std::uint64_t sequence = 0;
    std::uint64_t events = 0;
    SlotTree tree;
    SlotTree laneTree; // when each open express lane goes on
    Fingerprint fingerprint;
    std::vector<Call> calls;
    Index freeCall = kNone;
    std::vector<DelayLine> lines;
    QuadHeap<Timer> timers;
    std::vector<ClientState> clients;
    std::vector<FlowState> flows;
    std::vector<StationState> stations;
    std::vector<ExpressState> lanes;
    std::vector<BalancerState> balancers;
    std::vector<VrrpState> vrrp;
    std::vector<VrrpMemberState> vrrpMembers;
    std::vector<CacheState> caches;
    std::vector<InterruptionState> interruptions;
    std::vector<StandbyState> standbys;
    std::vector<StoreState> stores;
    std::vector<StoreMemberState> storeMembers;
    std::vector<StoreRouteState> storeRoutes;
    std::vector<TargetState> targets;
    std::vector<Index> dependencyTurn;
    std::vector<std::uint64_t> edgeAttempts, edgeFailures;
    std::vector<Cause> edgeLastFailure; // why the last of edgeFailures failed
    std::uint64_t loadChanges = 0;      // of clients, by events
    Index nextStep = 0;                 // of the scenario
    bool counting = true;               // requests issued now belong to the measured window
    std::uint64_t viewChanges = 0;
    std::vector<LogEntry> log;
    std::vector<RecoverySample> recovery;
};

inline void countFailure(RunState& s, Index edge, Cause cause) {
    ++s.edgeFailures[edge];
    s.edgeLastFailure[edge] = cause;
}

} // namespace alwayson::sim
