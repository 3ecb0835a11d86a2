#pragma once
// Which parts of a design are not independent, and the Markov chain of each such block: groups with failover,
// coverage, spares that are not hot, interruptions; parts that share a repair crew with fewer people than
// parts; members that one shock hits and that are repaired each for itself.

#include "core/structure/joint.h"
#include "simulator/exact/coupled_chain.h"

#include <stop_token>
#include <string>
#include <vector>

namespace alwayson::sim {

struct GroupBlocks {
    std::vector<JointBlock> blocks;
    // Ids of groups, crews and nodes that are coupled and in no block: not everything about them is
    // exponential and given (meansOnly false), or the chain would have too many states.
    std::vector<std::string> leftOut;
    // What the blocks were made from, one for each; and chains that have too many states for one.
    std::vector<Coupled> chains, tooLarge;
};

// meansOnly: every time is replaced by an exponential one of the same mean, times of protocols by the mean of
// their law (core/structure/failover_plan.h), and every block is made: one with too many states with at most
// three, else two parts in repair at once, but for what several fail from together. Otherwise only blocks in
// which all times are exponential and given are: their figures are exact. `known`: blocks of the same design,
// or of one that differs in parameters; a chain that is among them is not solved again. Errors:
// "markov.cancelled".
Result<GroupBlocks> groupBlocks(const Design& design, const StateFunction& function, bool meansOnly,
                                std::stop_token stop = {}, const GroupBlocks* known = nullptr);

} // namespace alwayson::sim
