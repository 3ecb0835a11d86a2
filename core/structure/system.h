#pragma once
// A structure ready for a decision diagram (private to core/structure): under perfect views, what every
// member of a set calls is taken out of the members and put beside the set ("hoisted"), so that members are
// independent leaves of it and may be decided in any order. Partial results live in slots; a state of the
// diagram is the values of all slots.

#include "core/structure/compiled.h"
#include "core/structure/joint.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace alwayson {

// A group of modes of one component with the same effect; level 0 is working.
struct SystemLevel {
    double probability = 0;
    bool works = true;
    double success = 1;
    double capacity = 1;
    bool silent = false; // it does not work and says nothing; only where that matters
};

using SystemCall = CompiledCall; // `set`: of the system

struct SystemMembership {
    std::uint32_t set = 0, part = 0, block = 0;
    std::uint32_t rank = 0;
    std::vector<SystemCall> calls; // that are not hoisted
    bool passedBy = false;         // as in CompiledNode
    bool survivesSilence = false;  // as in CompiledSet
    double reads = 0, readsOfGroup = 0;
};

struct SystemPart {
    CompiledPart rules;
    // Slots. One active: usable is 1 when it is found, success and reach are its own. One writer: the same,
    // with what it can write and read, how many others work and what they can read.
    std::uint32_t usable = kNoIndex, success = kNoIndex, reach = kNoIndex;
    std::uint32_t writeCapacity = kNoIndex, readCapacity = kNoIndex;
    std::uint32_t others = kNoIndex, othersSuccess = kNoIndex, othersCapacity = kNoIndex;
    std::uint32_t working = kNoIndex;
    std::uint32_t interrupted = kNoIndex; // the group serves nothing
    std::uint32_t active = kNoIndex;      // rank + 1 of the active one; 0: the first that works
    double mostUsable = 0;                // more makes no difference
    // Members can be exchanged: counts say it all, each can do this much.
    bool alike = true;
    double memberCapacity = 0, memberReads = 0, memberWrites = 0;
};

struct SystemBlock {
    std::uint32_t part = 0;
    std::uint32_t carry = kNoIndex; // slot
    std::vector<CompiledLimit> limits;
};

struct SystemConsumer {
    std::uint32_t set = 0; // hoisted by this set; or of the goal when toGoal
    bool toGoal = false;
    double calls = 1;
    bool limitsMembers = false;
};

// What callers do who go past a cache.
struct SystemPassing {
    std::vector<SystemCall> calls;
    double readsOfGroup = 0;
};

struct SystemSet {
    double load = 0;
    std::uint32_t firstPart = 0, endPart = 0;
    std::uint32_t firstBlock = 0, endBlock = 0;
    std::uint32_t hoistedR = kNoIndex, hoistedReach = kNoIndex; // slots
    std::uint32_t r = kNoIndex, carry = kNoIndex,
                  reach = kNoIndex; // slots of the finished value, where others need it
    std::vector<SystemConsumer> consumers;
    std::uint32_t memberCount = 0;
    bool behindCache = false; // what a cache takes off comes here, too, when its callers pass it by
    bool decisive = false;    // the goal is down when this set is
    bool plain = false;       // leaves only
    std::uint32_t pastR = kNoIndex,
                  pastReach = kNoIndex; // slots: worth without its caches, where they are passed by
    // Slots: members that serve nobody, by whether callers wait for them in vain; as
    // CompiledSet::keepsWaiting.
    std::uint32_t passed = kNoIndex, silent = kNoIndex;
    std::uint32_t errs = kNoIndex; // slot, passesShare: shares of answers of the others that are errors
    bool passesShare = false;      // as CompiledSet, like attempts
    std::uint32_t attempts = 1;
    std::vector<SystemPassing> passings; // passesShare: of its members, those that differ
    std::vector<std::uint32_t> slots;    // all but the finished value's
    std::uint32_t goal = 0;
};

struct SystemGoal {
    double threshold = 0;
    std::uint32_t r = 0, reach = 0; // slots
};

struct SystemNode {
    std::uint32_t component = 0;
    std::vector<SystemLevel> levels;
    std::vector<std::uint32_t> levelOfMode;
    std::vector<std::uint32_t> places;       // slots of places that can fail
    std::vector<std::uint32_t> silentPlaces; // of those: while one is out it says nothing; where that matters
    std::vector<SystemMembership> memberships;
    double capacity = 0, readCapacity = 0, writeCapacity = 0;
    bool counts = false;       // even when it does not work: a cache that is passed by
    bool tellsSilence = false; // refusing and saying nothing are two things
};

// Components that are one variable together; levels are the states that make a difference.
struct SystemJoint {
    struct Step {
        std::uint32_t node = 0;
        std::vector<std::uint32_t> finish; // sets that are settled then
    };
    std::vector<Step> steps;
    // Per level: the level of each step's node, then for each of `parts` whether it is interrupted, then for
    // each the step + 1 of its active one (0: the first that works).
    std::vector<std::vector<std::uint32_t>> levels;
    std::vector<std::uint32_t> parts;
    std::vector<std::uint32_t> levelOfState; // of the block
};

// One variable in the order of the diagram, and what is settled once it is known.
struct SystemLayer {
    bool isPlace = false;
    std::uint32_t joint = kNoIndex; // System::joints
    std::uint32_t component = 0;
    std::uint32_t node = 0; // nodes
    std::uint32_t slot = 0; // places
    std::vector<std::uint32_t>
        around; // slots of places: while one of them is out, this variable makes no difference
    std::vector<SystemLevel> levels;
    std::vector<std::uint32_t> levelOfMode;
    std::vector<std::uint32_t> finish; // sets whose last input this was
    std::vector<std::pair<std::uint32_t, std::uint32_t>>
        clear; // slots [first, second) that nobody needs any more
};

struct System {
    const CompiledStructure* structure = nullptr;
    bool complete = true;      // false: groups wait for each other crosswise, there is no order for a diagram
    std::vector<double> start; // values of all slots
    std::vector<SystemNode> nodes;
    std::vector<SystemSet> sets;
    std::vector<SystemPart> parts;
    std::vector<SystemBlock> blocks;
    std::vector<SystemGoal> goals;
    std::vector<SystemLayer> layers;
    std::vector<SystemJoint> joints;        // one per block
    std::vector<std::uint32_t> finishFirst; // sets without members
};

// The modes of a component by what they do; levelOfMode: which level each is. `tellsSilence`: those that say
// nothing are a level of their own.
std::vector<SystemLevel> systemLevels(const std::vector<CompiledMode>& modes,
                                      const StructureComponent& component,
                                      std::vector<std::uint32_t>& levelOfMode, bool tellsSilence = false);

// All goals must be met: one (program, threshold) for a flow, all of them for the design.
// Order of the variables. bySet: pool after pool, so that only one is open at a time, with the places decided
// before stay open: best with few places. byPlace: place after place, so that few places are open, with all
// pools: best with many.
enum class SystemOrder : std::uint8_t { bySet, byPlace };
// `structure` must outlive the system.
System makeSystem(const CompiledStructure& structure,
                  const std::vector<std::pair<std::uint32_t, double>>& goals,
                  SystemOrder order = SystemOrder::bySet, const std::vector<JointBlock>& blocks = {});

} // namespace alwayson
