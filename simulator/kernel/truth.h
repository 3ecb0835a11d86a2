#pragma once
// What is really the case. Only fault injection, the transport and the engine may read it; everything else
// acts on what it can see (a test holds the includes to that).

#include "simulator/compile/model.h"
#include "simulator/kernel/stream.h"

namespace alwayson::sim {

// How a node meets those who call it.
enum class Condition : std::uint8_t {
    works,
    interrupted, // works, and answers each call by an error
    refuses,     // connections are refused at once
    silent,      // accepts and never answers
    vanished,    // packets disappear, work is lost
    cutOff       // packets disappear both ways, work goes on
};

// A border that messages do not cross: between what is cut off and the other side.
struct Cut {
    Index what = kNone;  // component
    Index other = kNone; // component; kNone: everything outside
    CutDirection direction = CutDirection::both;
    SimTime healAt = kNever;
    std::vector<std::uint8_t> side; // per design node; 0: neither, 1: cut off, 2: the other side
    bool stops(Index from, Index to) const {
        if (side[from] == 1 && side[to] == 2) return direction != CutDirection::in;
        if (side[from] == 2 && side[to] == 1) return direction != CutDirection::out;
        return false;
    }
};

struct ComponentTruth {
    std::uint16_t mode = 0;    // 0: works; m: failed in mode m - 1
    std::uint16_t outages = 0; // nodes: how many of its places are out
    bool restarting = false;   // nodes: after an outage
    Condition condition = Condition::works;
    SimTime since = 0;          // of the present condition
    SimTime downSince = kNever; // nodes: while an own mode or a place keeps it from working as it should
    SimTime downTime = 0;       // of finished such times
    SimTime modeSince = 0;      // when the present own mode began
    SimTime repairAt = kNever;
    SimTime restartAt = kNever;
    SimTime failedAt = kNever; // of the failure (own or of a place) that observers are to detect
    SimTime repairedAt = kNever;
    std::uint32_t failedBy = 0; // mode + 1 when failedAt was set by an own mode; kIsolated: cut off
    Index firstClock = 0;       // Truth::clocks, one per mode, when background failures are on
    double speed = 1;
    double errorShare = 0; // of its own mode
    double badShare = 0;   // of a bad version
    Index badStep = kNone; // of the scenario, that brought it
    SimTime rollbackAt = kNever;
    // Of a pool where some stand by: it does; it has to be started before it serves; when it has started; how
    // fast its failure clocks run.
    bool stands = false, asleep = false;
    bool interrupted = false; // its pool serves nothing
    SimTime activeAt = kNever;
    double ageing = 1;
    SimTime healAt = kNever; // of the next cut around it that heals by itself
    double errors() const { return badShare > 0 ? 1 - (1 - errorShare) * (1 - badShare) : errorShare; }
};

struct Truth {
    std::vector<ComponentTruth> components;
    std::vector<SimTime>
        clocks; // when each mode fails next; while failed, of the others: as it was at the failure
    std::vector<SimTime> clocksLeft; // of clocks that do not run: until the failure, were they to run
    std::vector<DurationStream> failureStreams, repairStreams; // per component and mode, as clocks
    std::vector<DurationStream> restartStreams;                // per domain component
    std::uint64_t changes = 0;
    std::vector<Cut> cuts;
    std::uint32_t cutOffNodes = 0; // in condition cutOff
    bool borders = false;          // some message may be stopped between two nodes
    // A message gets from one design node to another, whatever they are doing. O(cuts).
    bool passes(Index from, Index to) const {
        if (from == to) return true;
        if (cutOffNodes > 0 && (components[from].condition == Condition::cutOff ||
                                components[to].condition == Condition::cutOff))
            return false;
        for (const Cut& cut : cuts)
            if (cut.stops(from, to)) return false;
        return true;
    }
};

} // namespace alwayson::sim
