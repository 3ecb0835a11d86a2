#pragma once
// Components that are not independent: what a Markov chain says about a group with failover, or about parts
// that share a repair crew, as plain values. simulator/exact makes them, core/structure puts them together.

#include "core/structure/state_function.h"

#include <cstdint>
#include <string>
#include <vector>

namespace alwayson {

struct JointState {
    double probability = 0;                // long run; all states of a block add up to 1
    std::vector<ComponentState> levels;    // per component of the block; kNotStarted: stands by asleep
    std::vector<std::uint8_t> interrupted; // per group of the block: it serves nothing but reads of replicas
    // Per group of the block: the component that is the active one; kFirstWorking: the first that works.
    // While a place keeps it from working it is the first that works as well.
    std::vector<std::uint32_t> active;
};

struct JointMove {
    std::uint32_t from = 0, to = 0;
    double perHour = 0;
};

// State 0: everything works. Components that can be exchanged for each other (exchangeableParts) may be
// listed in any order in a state.
struct JointBlock {
    std::vector<std::uint32_t> components; // nodes, each in one block only
    std::vector<std::uint32_t> groups;     // StateFunction::groups() that are interrupted in some states
    std::vector<JointState> states;
    std::vector<JointMove> moves;
};

// A class number per component: equal for parts that nobody can tell apart (same places, modes, capacity,
// load, callers and calls). O(components x modes).
std::vector<std::uint32_t> exchangeableParts(const StateFunction& function);

} // namespace alwayson
