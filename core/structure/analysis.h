#pragma once
// Parts of analyse() (private to core/structure).

#include "core/structure/availability.h"
#include "core/structure/state_function.h"
#include "core/structure/symmetry.h"

#include <optional>
#include <stop_token>
#include <vector>

namespace alwayson {

// Share of time lost because balancers route to members that do not work, first order: the sum over failure
// modes of rate x window x what the flow loses in the window beyond its structural loss.
struct DetectionLosses {
    std::vector<double> perFlow;
    double design = 0; // share of time in which some flow loses, weighted by the largest loss
};
DetectionLosses detectionLosses(const Design& design, const StateFunction& function,
                                const std::vector<SymmetryClass>& classes, const std::stop_token& stop);

// Loads and capacities with everything up, per node, then per group. Without one: the most that a member then
// has to carry of what it can.
std::vector<Load> loadsOf(const Design& design, const StateFunction& function);

struct CutSetSearch {
    std::vector<CutSet> listed;
    double total = 0;
    std::size_t order = 0;             // complete up to here
    std::vector<double> fussellVesely; // per component: probability that a cut set with it has failed
};
CutSetSearch findCutSets(const Design& design, const StateFunction& function,
                         const std::vector<SymmetryClass>& classes, const StructuralOptions& options,
                         const std::stop_token& stop);

// Hours from all up to the first outage of a flow, or of the design (nullopt), by elimination without
// subtraction (GTH) on the chain of all states. nullopt unless every time is exponential and the chain is
// small, or when it never fails.
std::optional<double> meanTimeToFirstOutage(const StateFunction& function, std::optional<std::size_t> flow,
                                            const std::vector<JointBlock>& blocks);

} // namespace alwayson
