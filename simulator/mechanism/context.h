#pragma once
// What a mechanism gets: the model, the run's state, and the verbs of the other mechanisms. Truth is only
// named here; those who may read it include simulator/kernel/truth.h.

#include "simulator/mechanism/run_state.h"

namespace alwayson::sim {

struct Truth;
struct Context {
    const Model& model;
    RunState& s;
    Truth& truth;
};

// What a timer does when it is due.
enum class Action : std::uint32_t {
    deliver,        // the message reaches its node
    answer,         // the answer reaches the caller
    dispatch,       // balancer: the request leaves the accepting stage
    deadline,       // of a logical request
    attemptTimeout, // of a client's attempt
    retry,          // client: the wait between attempts is over
    connectTimeout, // balancer: of a connection attempt
    serverTimeout,  // balancer: of an answer
    queueTimeout,   // balancer: extra = times queued
    reconnect,      // balancer: turn-around is over
    callTimeout,    // station: of a call to a dependency
    acknowledged,   // store: enough replicas have the commit
    semisyncTimeout // store: the commit has waited long enough
};

// What a timer's event is called in the fingerprint: which line or heap it stood in does not matter.
inline std::uint32_t timerEvent(Action action) {
    return (1U << 19) + static_cast<std::uint32_t>(action);
}
inline void countEvent(RunState& s, std::uint32_t what) {
    ++s.events;
    s.fingerprint.event(s.now, what);
}

// ---- calls: two per request at least, so these are inline
Index growCalls(RunState& s);
inline Index newCall(RunState& s) {
    if (s.freeCall == kNone) return growCalls(s);
    const Index call = s.freeCall;
    Call& entry = s.calls[call];
    s.freeCall = entry.next;
    const std::uint32_t generation = entry.generation;
    entry = Call{};
    entry.generation = generation;
    return call;
}
inline void freeCall(RunState& s, Index call) {
    Call& entry = s.calls[call];
    ++entry.generation;
    entry.state = CallState::free;
    entry.next = s.freeCall;
    s.freeCall = call;
}
inline bool alive(const RunState& s, Index call, std::uint32_t generation) {
    return call != kNone && s.calls[call].generation == generation;
}

// Calls, oldest first: the order in which they are lost must not depend on where they are stored.
std::vector<Index> callsIn(const RunState& s, Index node);                       // that the node has in hand
std::vector<Index> callsOn(const RunState& s, Index firstEdge, Index edgeCount); // sent along the edges

// ---- timers
void startLineSlowly(Context& c, std::uint16_t line, const Timer& timer);
inline void startLine(Context& c, std::uint16_t line, Index call, Action action, std::uint32_t extra = 0) {
    RunState& s = c.s;
    const SimTime at = after(s.now, c.model.lines[line]);
    if (at == kNever) return;
    DelayLine& delays = s.lines[line];
    const std::uint64_t sequence = s.sequence++;
    const std::uint32_t generation = s.calls[call].generation;
    if (delays.empty() || delays.full())
        startLineSlowly(c, line, {at, sequence, call, generation, static_cast<std::uint32_t>(action), extra});
    else
        delays.append({at, sequence, call, generation, static_cast<std::uint32_t>(action),
                       extra}); // behind a front that is due already
}
void startTimer(Context& c, SimTime at, Index call, Action action, std::uint32_t extra = 0);
void onLine(Context& c, Index line);
void onTimers(Context& c);
void onAction(Context& c, const Timer& timer);

// ---- transport
// Sends a new message from `parent` along an edge; returns the call.
inline Index send(Context& c, Index parent, Index edge) {
    RunState& s = c.s;
    const Index call = newCall(s);
    const Edge& link = c.model.edges[edge];
    Call& from = s.calls[parent];
    Call& to = s.calls[call];
    to.parent = parent;
    to.parentGeneration = from.generation;
    to.edge = edge;
    to.node = link.to;
    to.flow = from.flow;
    to.key = from.key;
    to.flags = static_cast<std::uint8_t>((from.flags & flag::counted) |
                                         (c.model.writes(edge, from.writes()) ? flag::writes : 0));
    to.state = CallState::waiting;
    to.start = s.now;
    from.child = call;
    from.childGeneration = to.generation;
    ++s.edgeAttempts[edge];
    return call;
}
// The node answers its caller: cause none is success. Frees the call when the answer has been taken.
void reply(Context& c, Index call, Cause cause, std::uint8_t flags = 0);
// `to` works, messages of `from` reach it and its answers come back.
bool connected(const Context& c, Index from, Index to);
// A message gets from one node to another, whatever they are doing.
bool passes(const Context& c, Index from, Index to);
// The node loses it; `reset` tells the caller at once.
void loseCall(Context& c, Index call, bool reset);
void deliver(Context& c, Index call);
// It gets nowhere: only its caller's own timers end the call, a balancer's connection attempt its connect
// timeout.
void vanish(Context& c, Index call);
void answer(Context& c, Index call);
// A check's fate, decided when it is sent.
struct ProbeFate {
    CheckPhase phase = CheckPhase::passing;
    SimTime after = 0;
};
ProbeFate probe(Context& c, Index balancer, Index target);

// ---- express lanes
// With the arrival that is due as its first one; false: not possible now, the arrival has to go the plain
// way.
bool openExpress(Context& c, Index lane);
// The lane that is due goes on; nothing outside the lanes may happen before `limit`.
void runExpress(Context& c, SimTime limit);
// Brings what an open lane has counted up to `time`, which no other event precedes.
void expressUpTo(Context& c, Index lane, SimTime time);
// Closes the lane: its requests become calls with timers, as if they had come the plain way.
void leaveExpress(Context& c, Index lane);
void leaveExpressAt(Context& c, Index node);

// ---- client
void onArrival(Context& c, Index client);
void onClientAnswer(Context& c, Index logical, Index call);
void onDeadline(Context& c, Index logical);
void onAttemptTimeout(Context& c, Index call);
void startAttempt(Context& c, Index logical);
void setLoad(Context& c, Index client, double factor);
// Users who wait: so many times the number of the design are there from now on.
void setUsers(Context& c, Index client, double factor);

// ---- station
void stationArrive(Context& c, Index call);
void onStation(Context& c, Index station);
void onStationAnswer(Context& c, Index call, Index child);
void onCallTimeout(Context& c, Index child);
void stationCancel(Context& c, Index call);
// All work is lost; `reset` tells callers at once.
void stationLose(Context& c, Index station, bool reset);
void stationFreeze(Context& c, Index station);
void stationResume(Context& c, Index station);
void stationSetSpeed(Context& c, Index station, double speed, double errorShare);
void stationTouch(Context& c, Index station);

// ---- balancer
void balancerArrive(Context& c, Index call);
void onBalancerWork(Context& c, Index balancer);
void onDispatch(Context& c, Index call);
void onServerAnswer(Context& c, Index call, Index child);
void onConnectTimeout(Context& c, Index child);
void onServerTimeout(Context& c, Index child);
void onQueueTimeout(Context& c, Index call, std::uint32_t stage);
void onReconnect(Context& c, Index call);
void balancerLose(Context& c, Index balancer, bool reset);
void balancerFreeze(Context& c, Index balancer);
void balancerResume(Context& c, Index balancer);
void balancerTouch(Context& c, Index balancer);
void serverSeenDown(Context& c, Index balancer, Index target);
void serverSeenUp(Context& c, Index balancer, Index target);
// True when a server that stood by is used from now on.
bool rebuildUpList(Context& c, Index balancer);

// ---- health checks
void startChecks(Context& c, Index balancer);
// The process goes on with what it saw before.
void resumeChecks(Context& c, Index balancer);
void stopChecks(Context& c, Index balancer);
void onCheck(Context& c, Index target);
// A node that was silent answers again: checks that wait for it pass.
void answerSilentChecks(Context& c, Index node);

// ---- VRRP
void startVrrp(Context& c);
void onVrrp(Context& c, Index member);
// The machine of a member is there again, or no longer.
void vrrpMachine(Context& c, Index member, bool there);
void vrrpBorders(Context& c); // cuts have begun or ended
// The member that holds the address for this caller; kNone: nobody, what is sent there vanishes.
Index holderFor(const Context& c, Index pair, Index caller);
enum class LocalAnswer : std::uint8_t { good, bad, silent };
// What a script on the machine of a balancer hears from it.
LocalAnswer askLocally(Context& c, Index node, UniformStream& errors);
// The edge a caller's message to a group takes; `vanishes`: nobody is there.
struct Way {
    Index edge = kNone;
    bool vanishes = false;
};
// `firstEdge`: to the first member of the pair, the others follow.
inline Way wayToAddress(const Context& c, Index pair, Index firstEdge, Index caller) {
    const Index holder = holderFor(c, pair, caller);
    const Index member = holder != kNone ? holder : c.s.vrrp[pair].lastHolder;
    return {firstEdge + (member - c.model.vrrp[pair].firstMember), holder == kNone};
}
// The node behind a server of a balancer; of an address: who was asked there last.
inline Index nodeBehind(const Context& c, Index target) {
    const Index probed = c.s.targets[target].probed;
    return probed != kNone ? probed : c.model.targets[target].node;
}
// The edge of the next call to members that all do alike; some of them may stand by.
inline Index nextCallee(const Context& c, const Dependency& dependency, Index& turn) {
    if (dependency.standby == kNone) {
        const Index edge = dependency.firstEdge + turn;
        if (++turn >= dependency.edgeCount) turn = 0;
        return edge;
    }
    const std::vector<Index>& callees = c.s.standbys[dependency.standby].callees;
    if (turn >= callees.size()) turn = 0;
    return dependency.firstEdge + callees[turn++];
}
// A take-over ended: seconds since the failure of the member that held the role before; 0: it had not failed.
double noteTakenOver(Context& c, Index before, Index pair);

// ---- replication sets
void startStores(Context& c);
void onStore(Context& c, Index store);
// Something has failed, come back or been cut off.
void storesChanged(Context& c);
void promoteMember(Context& c, Index node, SimTime takes);
Way wayToStore(Context& c, const Dependency& dependency, bool writes);
// Whether a balancer uses this target for calls that read, or write.
bool storeUses(const Context& c, const BalancerState& balancer, const BalancerModel& b, Index target,
               bool writes);
// A member gets a call; false: it has answered already.
bool storeTakes(Context& c, Index member, Index call);
// Enough replicas acknowledge what this member commits now, or it does not wait for them.
bool storeCanCommit(Context& c, Index member);
// It runs, and what is written to it now can be committed.
bool storeTakesWrites(Context& c, Index member);
// The work of a call is done; false: it waits for replicas.
bool storeCommits(Context& c, Index member, Index call);
double storeFactor(const Context& c, Index member); // on service times of reads
void onAcknowledged(Context& c, Index call);
void onSemisyncTimeout(Context& c, Index call);
// A write fails for its caller and is committed all the same.
void noteAmbiguous(Context& c, Index call);
// Seconds that a replica is behind; its positions are brought up to date.
double lagOf(Context& c, Index member);
void stationDone(Context& c, StationState& st, Index call);
void stationFails(Context& c, StationState& st, Index call, Cause cause);
// False: it answers, and every answer is an error (stillServes).
bool servesNow(const Context& c, Index node);
// What the loss of a node looks like: it refuses, is silent, gone, or cut off, or answers by errors.
FailureEffect crashOf(const Context& c, Index node);
bool refusesNow(const Context& c, Index node);
bool runsOn(const Context& c, Index node); // works, cut off or not
void noteFailover(Context& c, Index before, Index group, double detection, double total, bool byHand);
// Nobody took over: the member that failed at some time before `since`, or then, serves again. Not for one
// that was only out of sight.
void noteResumed(Context& c, Index member, Index group, SimTime since);
// The last holder of an address claims it anew: after a failure, if it had one since `claimedAt`.
void noteHeldAgain(Context& c, Index member, Index pair, SimTime claimedAt);

// ---- caches
// Share of the reads that it answers now.
double hitRatioNow(const Context& c, Index cache);
// Its own work for a call is done: does it answer without the calls behind it? Draws for reads.
bool cacheEnds(Context& c, Index cache, Index call);
// Flags of its answer: flag::missed for a caller that makes the calls behind it. Draws for reads.
std::uint8_t cacheAnswer(Context& c, Index cache, Index call);
void cacheIsEmpty(Context& c, Index cache);

// ---- pools with members that stand by, and those that a failure interrupts
void startPools(Context& c);
// Something has failed, come back or been cut off.
void poolsChanged(Context& c);
void startStandbys(Context& c);
void arrangeStandbys(Context& c);
void standbyStarted(Context& c, Index node);
void onInterruption(Context& c, Index pool);

// ---- faults
void startFaults(Context& c);
void onFault(Context& c, Index component);
void onScenario(Context& c);
void scheduleFaults(Context& c, Index component);
// What a node is to do has changed: its share of errors, or whether it serves at all.
void settleNode(Context& c, Index node);
void failNode(Context& c, Index node, std::uint32_t mode, SimTime repairAfter);
void isolate(Context& c, const ScenarioStep& step);
// Ends the cuts around a component: all of them, or those that are due.
void heal(Context& c, Index component, bool onlyDue);
// A new version for a pool; `step` of the scenario.
void deploy(Context& c, Index step);
void rollBack(Context& c, Index node);
// A view changed: seconds since the failure or repair; below 0: neither, or it was noted before.
double noteMarked(Context& c, Index balancer, Index target, bool up);

void logEvent(Context& c, LogKind kind, Index what, Index by = kNone, std::uint32_t a = 0,
              std::uint32_t b = 0, double value = 0, std::array<double, 2> counts = {});

// ---- lists
inline void pushBack(RunState& s, CallQueue& queue, Index call) {
    s.calls[call].next = kNone;
    if (queue.tail == kNone)
        queue.head = call;
    else
        s.calls[queue.tail].next = call;
    queue.tail = call;
    ++queue.count;
}
inline void pushFront(RunState& s, CallQueue& queue, Index call) {
    s.calls[call].next = queue.head;
    queue.head = call;
    if (queue.tail == kNone) queue.tail = call;
    ++queue.count;
}
inline Index popFront(RunState& s, CallQueue& queue) {
    const Index call = queue.head;
    queue.head = s.calls[call].next;
    if (queue.head == kNone) queue.tail = kNone;
    --queue.count;
    return call;
}
// Takes one out of the middle; O(position). False when it is not in the list.
bool unlink(RunState& s, CallQueue& queue, Index call);

} // namespace alwayson::sim
