#pragma once
// Markov chains of the usual groups, made from a few parameters and lumped: equal units are counted, not told
// apart. All times exponential or sums of exponential stages; rates per unit of time of the caller's choice.

#include "simulator/markov/explore.h"
#include "simulator/markov/outage.h"

namespace alwayson::sim {

// One way in which a unit fails. A failed unit cannot fail again before it is repaired (one mode at a time).
struct FailureRates {
    double failure = 0; // per running unit, >= 0; with commonCause, the total of own and shared failures
    double repair = 0;  // per unit in repair; 0: never repaired
};

// A stage of what happens between a failure and the group serving again: detection, promotion, rerouting.
struct FailoverStage {
    double mean = 0; // > 0
    int phases = 1; // Erlang: 1 is exponential; more come closer to a constant, deviation mean / sqrt(phases)
};

struct FailoverRates {
    // Stages after a covered failure, one after the other. Empty: the failover takes no time.
    std::vector<FailoverStage> stages;
    // Chance that a failure is handled automatically. Drawn when an active unit fails and enough units are
    // left.
    double coverage = 1;
    // Rate at which a human gets the group going after an uncovered failure. 0: an uncovered failure takes
    // every unit down, to be repaired like any other failure.
    double uncoveredRecovery = 0;
    // Chance that a spare fails at the moment it is to take over; it then needs repair and the next one is
    // tried.
    double startFailure = 0;
    // The group stands still during failover and until recovery, however many units run. False: those that
    // run serve, and the group is up while there are enough of them.
    bool interrupts = true;
    // Nothing fails and nothing is repaired during failover and until recovery: a textbook simplification
    // that separates the causes of downtime. False: repair goes on and survivors may fail.
    bool frozen = false;
};

// A group of n equal units of which some are active and the others spares.
//
// - Failure: an active unit fails at its full rate, a spare at spareHazard times that. Common shocks hit all
//   working units.
// - Failover begins when an active unit fails, enough units are left (needed), and the group stands still for
//   it or has a spare; the coverage is drawn. With too few left there is nothing to fail over to: the group
//   is down until repairs bring back enough, which then serve at once.
// - When its stages are over, one spare takes an empty active place, or fails at its start (startFailure);
//   with further empty places and spares the stages run again. They start anew when another active unit fails
//   (its coverage is drawn too) or the spare that was to take over does.
// - Uncovered: the group waits for recovery, whatever else fails; then spares take all empty places.
// - The lost unit, whose failure the failover or the wait is for, ends it when it is repaired sooner, and is
//   active again. Other units become spares on their return, or take an empty place when no failover is
//   under way.
// - Repair: first come first served, not pre-empted, `crews` at a time.
struct GroupParameters {
    int units = 1;
    int needed = 1; // k of n; 1 .. active
    int active = 0; // running when all is well, needed .. units; 0: all
    std::vector<FailureRates> modes{FailureRates{}};
    double spareHazard = 1; // hot 1, warm between, cold 0
    int crews = 0;          // 0: as many as units
    double commonCause = 0; // beta, 0 .. 1: share of each failure rate that is a shock to all units at once
    FailoverRates failover;
};

struct GroupChain {
    StateSpace space;
    std::vector<bool> up; // per state; state 0 has all units well

    // In a state: how many units are active, how many spare, and which stage of failover (0: none, 1 ..
    // number of phases, that + 1: waiting for recovery).
    int active(std::size_t state) const { return space.state(state)[0]; }
    int spare(std::size_t state) const { return space.state(state)[1]; }
    int stage(std::size_t state) const { return space.state(state)[2]; }
};

// States: units + 1 without failover; about units^2 x phases with failover of three or more units; more when
// modes have different repair rates and crews are few, because then the order of the queue is part of the
// state. Errors: "markov.group" for a parameter out of range, naming it; those of explore().
Result<GroupChain> makeGroupChain(const GroupParameters& parameters, const ExploreOptions& options = {});

// Figures of the chain, starting with all units well. See outageFigures().
Result<OutageFigures> groupFigures(const GroupParameters& parameters, const OutageOptions& options = {});

} // namespace alwayson::sim
