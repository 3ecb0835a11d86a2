#pragma once
// Parts that can be exchanged for each other without anybody noticing (private to core/structure): one of a
// kind is enough to ask what its failure does.

#include "core/structure/compiled.h"

#include <vector>

namespace alwayson {

struct SymmetryClass {
    std::vector<std::uint32_t> members; // components, in the order of the design
    bool isPlace = false;
    double unavailability = 0; // probability of not working at all (slow and errors do not count)
    ComponentState down = 0;   // a state in which it does not work, the worst; 0: it cannot stop working
    // Where refusing and saying nothing (`down`) are two things and it does both: a state in which it
    // refuses, and how likely it says nothing. Else 0.
    ComponentState refusing = 0;
    double silence = 0;
};

// Nodes that take part in some flow's structure (clients excluded), and all places; in the order of the
// design. Members of a class have the same places, modes, capacity, load, sets and calls.
std::vector<SymmetryClass> symmetryClasses(const CompiledStructure& structure);

} // namespace alwayson
