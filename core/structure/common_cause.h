#pragma once
// Failures that several members of a group share (beta factor: Fleming 1975; NUREG/CR-4780).

#include "core/model/design.h"
#include "core/structure/state_function.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alwayson {

// Mean time to failure, in seconds, of what never fails: far enough away, and a number like any other.
inline constexpr double kNeverMean = 1e300;

// Share of a failure mode's rate that hits all members at once, 0..1: the group's own number, else
// 1 - product of (1 - beta) over what all its members share: a host 1, a rack 0.1, a zone 0.05, a region 0.01
// (each only while it has no outage or isolation of its own, which would be the same thing twice) and the
// same software version 0.05. 0 where nothing is shared. O(members x places).
double effectiveBeta(const Design& design, const Group& group);

// One failure mode that at least two members of a group have, with a share above 0 in common.
struct CommonCause {
    std::string group;
    std::string mode;
    std::string title; // "web: common cause (Process crash)"
    double beta = 0;
    // Together: a fault of its own, over for all members at once, as fault trees have it. Otherwise a shock
    // after which each member is repaired for itself.
    bool together = false;
    std::vector<std::uint32_t> members; // nodes of the design
    std::vector<std::uint32_t> modes;   // of each member: which of its modes
};

// `components`: those of the design's nodes first, in design order, with their modes. O(members x modes).
std::vector<CommonCause> commonCausesOf(const Design& design,
                                        const std::vector<StructureComponent>& components);

// Makes common causes that are over for all at once into places of their own, behind the others: u = MTTR /
// (MTTF + MTTR) of the mode, smallest of the members; the place is out for beta u of the time, a member for u
// - beta u by itself, with the mode's repair times. Returns those causes, one per place added.
std::vector<CommonCause> addSharedFaults(const Design& design, std::vector<StructureComponent>& components);

// The distribution with all times multiplied by factor > 0.
DistributionShape scaled(DistributionShape shape, double factor);

} // namespace alwayson
