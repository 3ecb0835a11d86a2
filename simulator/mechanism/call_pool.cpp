// Calls and their timers.

#include "simulator/mechanism/context.h"

#include <algorithm>
#include <tuple>

namespace alwayson::sim {

Index growCalls(RunState& s) {
    s.calls.emplace_back();
    return static_cast<Index>(s.calls.size() - 1);
}

namespace {

template <class Wanted>
std::vector<Index> oldestFirst(const RunState& s, Wanted&& wanted) {
    std::vector<Index> calls;
    for (Index i = 0; i < s.calls.size(); ++i)
        if (s.calls[i].state != CallState::free && wanted(s.calls[i])) calls.push_back(i);
    std::sort(calls.begin(), calls.end(), [&s](Index a, Index b) {
        const Call& x = s.calls[a];
        const Call& y = s.calls[b];
        return std::tie(x.entered, x.start, a) < std::tie(y.entered, y.start, b);
    });
    return calls;
}

} // namespace

std::vector<Index> callsIn(const RunState& s, Index node) {
    return oldestFirst(
        s, [&](const Call& call) { return call.node == node && call.state != CallState::waiting; });
}

std::vector<Index> callsOn(const RunState& s, Index firstEdge, Index edgeCount) {
    return oldestFirst(
        s, [&](const Call& call) { return call.edge >= firstEdge && call.edge - firstEdge < edgeCount; });
}

bool unlink(RunState& s, CallQueue& queue, Index call) {
    Index before = kNone;
    for (Index i = queue.head; i != kNone; before = i, i = s.calls[i].next) {
        if (i != call) continue;
        (before == kNone ? queue.head : s.calls[before].next) = s.calls[i].next;
        if (queue.tail == call) queue.tail = before;
        --queue.count;
        return true;
    }
    return false;
}

void startLineSlowly(Context& c, std::uint16_t line, const Timer& timer) {
    RunState& s = c.s;
    DelayLine& delays = s.lines[line];
    const std::uint64_t due = delays.empty() ? timer.sequence : delays.front().sequence;
    delays.push(timer, [&s](const Timer& t) { return s.calls[t.call].generation != t.generation; });
    // Making room may have dropped a dead front: the line is due when its new front is, not when that was.
    const Timer& front = delays.front();
    if (front.sequence == timer.sequence || front.sequence != due)
        s.tree.set(c.model.lineSlots[line], front.at, front.sequence);
}

void startTimer(Context& c, SimTime at, Index call, Action action, std::uint32_t extra) {
    if (at == kNever) return;
    RunState& s = c.s;
    const std::uint64_t sequence = s.sequence++;
    s.timers.push({at, sequence, call, s.calls[call].generation, static_cast<std::uint32_t>(action), extra});
    s.tree.set(c.model.timerSlot, s.timers.top().at, s.timers.top().sequence);
}

namespace {

inline void onLiveTimer(Context& c, const Timer& timer) {
    countEvent(c.s, timerEvent(static_cast<Action>(timer.action)));
    onAction(c, timer);
}

} // namespace

void onLine(Context& c, Index line) {
    RunState& s = c.s;
    const Timer timer = s.lines[line].front();
    s.lines[line].pop();
    // Timers of calls that have ended are skipped here, not one event each.
    DelayLine& delays = s.lines[line];
    while (!delays.empty() && s.calls[delays.front().call].generation != delays.front().generation)
        delays.pop();
    if (delays.empty())
        s.tree.cancel(c.model.lineSlots[line]);
    else
        s.tree.set(c.model.lineSlots[line], delays.front().at, delays.front().sequence);
    if (s.calls[timer.call].generation == timer.generation) onLiveTimer(c, timer);
}

void onTimers(Context& c) {
    RunState& s = c.s;
    const Timer timer = s.timers.top();
    s.timers.pop();
    while (!s.timers.empty() && s.calls[s.timers.top().call].generation != s.timers.top().generation)
        s.timers.pop();
    if (s.timers.empty())
        s.tree.cancel(c.model.timerSlot);
    else
        s.tree.set(c.model.timerSlot, s.timers.top().at, s.timers.top().sequence);
    if (s.calls[timer.call].generation == timer.generation) onLiveTimer(c, timer);
}

void onAction(Context& c, const Timer& timer) {
    switch (static_cast<Action>(timer.action)) {
    case Action::deliver:
        return deliver(c, timer.call);
    case Action::answer:
        return answer(c, timer.call);
    case Action::dispatch:
        return onDispatch(c, timer.call);
    case Action::deadline:
        return onDeadline(c, timer.call);
    case Action::attemptTimeout:
        return onAttemptTimeout(c, timer.call);
    case Action::retry:
        return startAttempt(c, timer.call);
    case Action::connectTimeout:
        return onConnectTimeout(c, timer.call);
    case Action::serverTimeout:
        return onServerTimeout(c, timer.call);
    case Action::queueTimeout:
        return onQueueTimeout(c, timer.call, timer.extra);
    case Action::reconnect:
        return onReconnect(c, timer.call);
    case Action::callTimeout:
        return onCallTimeout(c, timer.call);
    case Action::acknowledged:
        return onAcknowledged(c, timer.call);
    case Action::semisyncTimeout:
        return onSemisyncTimeout(c, timer.call);
    }
}

void logEvent(Context& c, LogKind kind, Index what, Index by, std::uint32_t a, std::uint32_t b, double value,
              std::array<double, 2> counts) {
    // A run of years with failures would fill the memory: the log keeps the first ones.
    constexpr std::size_t kMostEntries = 100'000;
    if (c.s.log.size() < kMostEntries) c.s.log.push_back({c.s.now, kind, what, by, a, b, value, counts});
}

} // namespace alwayson::sim
