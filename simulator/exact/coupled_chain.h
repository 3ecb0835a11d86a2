#pragma once
// The Markov chain of parts that are not independent: members of groups with failover and spares, parts that
// wait for the same repair crew, parts that one shock hits. Every part is followed by itself; parts that can
// be exchanged are lumped. The rules of a group are those of makeGroupChain, which is the special case of one
// group of equal units, or those of a pool. Rates per hour.

#include "simulator/markov/explore.h"

#include <cstdint>
#include <vector>

namespace alwayson::sim {

// A stretch of a repair. After it the part works, or the next stretch begins.
struct CoupledPhase {
    std::uint32_t mode = 0; // what is told of the state
    double perHour = 0;     // > 0
    int crew = -1;          // Coupled::crews; -1: nobody is needed
    double goesOn = 0;      // chance that `next` follows
    std::uint32_t next = 0; // of the part's phases
    friend bool operator==(const CoupledPhase&, const CoupledPhase&) = default;
};

inline constexpr int kAtOnce = -1; // the others go on at once
inline constexpr int kNever = -2;  // nobody takes over before the part is repaired

struct CoupledFailure {
    double perHour = 0;
    std::uint32_t phase = 0; // its repair begins with
    bool stops = true;       // false: it goes on working, worse
    int failover = kAtOnce;  // CoupledGroup::failoverPerHour: how fast its place is taken over
    int byHand = kNever;     // CoupledGroup::byHandPerHour: the same, where that is not covered
    // When nobody was left who could take over, and another is back before this part: how fast that one leads
    // (CoupledGroup::failoverPerHour).
    int leadsAgain = kAtOnce;
    // Others take over when they lose this part. Where not, they leave it its place whatever becomes of them,
    // but for the rate of `failover`.
    bool noticed = true;
    friend bool operator==(const CoupledFailure&, const CoupledFailure&) = default;
};

struct CoupledPart {
    int group = -1;         // Coupled::groups
    bool candidate = true;  // may take a place over
    std::uint32_t kind = 0; // parts of one kind are equal in all of this and can be exchanged
    std::vector<CoupledFailure> failures;
    std::vector<CoupledPhase> phases;
    friend bool operator==(const CoupledPart&, const CoupledPart&) = default;
};

// As GroupParameters in group_chain.h has it: who has a place keeps it, spares take over one at a time.
struct CoupledGroup {
    // Its first `places` parts that work serve, one that is back from its repair in its old turn. Spares are
    // called at once, whatever else goes on.
    bool pool = false;
    double activationPerHour = 0; // pools: a spare serves so long after it is called; 0: at once
    bool waitsForEnough = false;  // with fewer than `needed` nobody takes over
    std::uint32_t places = 1;     // active when all is well: the first so many parts
    std::uint32_t needed = 1;
    double spareHazard = 1;
    double startFailure = 0;
    double coverage = 1;
    std::vector<double> failoverPerHour;
    std::vector<double> byHandPerHour; // after a failure that is not covered
    bool allFail = false;              // or else: the others have failed as well
    bool interrupts = true;            // nothing is served during a failover
    bool frozen = false;               // nothing else fails and nothing is repaired meanwhile
    friend bool operator==(const CoupledGroup&, const CoupledGroup&) = default;
};

struct CoupledShock {
    struct Hit {
        std::uint32_t part = 0, failure = 0;
        friend bool operator==(const Hit&, const Hit&) = default;
    };
    double perHour = 0;
    std::vector<Hit> hits; // of one group
    friend bool operator==(const CoupledShock&, const CoupledShock&) = default;
};

struct Coupled {
    std::vector<CoupledPart> parts; // of one group: in order of preference
    std::vector<CoupledGroup> groups;
    std::vector<int> crews; // how many repairs at a time; first come first served
    std::vector<CoupledShock> shocks;

    // Of a state: 0 works, else the part's mode + 1.
    std::uint32_t levelOf(StateView state, std::size_t part) const;
    bool isInterrupted(StateView state, std::size_t group) const;
    // Has to be started before it can serve.
    bool isAsleep(StateView state, std::size_t part) const;
    bool isActive(StateView state, std::size_t part) const;
    std::size_t failedParts(StateView state) const;
    friend bool operator==(const Coupled&, const Coupled&) = default;
};

// State 0: everything works. mostFailed: a failure that would bring more parts than that into repair, and
// hits one alone, does not happen; shocks and failures that take others along always do. With parts that work
// for a share 1 - u of the time each this leaves out about u^(mostFailed + 1) of each set of so many parts.
// Errors: those of explore().
Result<StateSpace> exploreCoupled(const Coupled& coupled, const ExploreOptions& options = {},
                                  std::size_t mostFailed = SIZE_MAX);

} // namespace alwayson::sim
