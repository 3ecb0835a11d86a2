#pragma once
// What follows from the structure alone: exact availability of every flow, what it hangs on, and what a
// balancer's detection adds to it.

#include "core/base/result.h"
#include "core/model/design.h"
#include "core/results/check_report.h"
#include "core/structure/joint.h"

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace alwayson {

struct StructuralOptions {
    std::size_t cutSetOrder = 4; // sets of up to this many parts are looked for; 0: none
    std::size_t cutSetsListed = 10'000;
    // Most nodes of one decision diagram. A design that needs more gets a bound instead of an exact figure:
    // unlikely states are left out, and their whole probability is counted as down.
    std::size_t diagramNodes = 400'000;
    // Components that are not independent. Unavailability, outages and the time to the first one follow from
    // their states; importances are by how often they have failed.
    std::vector<JointBlock> joint;
};

struct StructuralResult {
    // Per class, per client, then "design", in the order of StateFunction::flows(). A client is the
    // share-weighted sum of its classes. Exact for any distributions (only means enter) when components fail
    // independently; outages per year and their mean length are exact for independent alternating-renewal
    // components in a coherent structure.
    std::vector<FlowAvailability> flows;
    std::vector<Importance>
        importance;            // nodes and domains that can fail, on "design", most downtime saved first
    std::vector<Lever> levers; // not by analyse(), which knows no take-overs: verbs::exactFigures
    std::vector<std::string>
        singlePointsOfFailure; // nodes and domains, clients excluded, in the order of the design
    std::vector<CutSet>
        minimalCutSets; // smallest first, then most likely; nodes and domains that can stop working
    double minimalCutSetsTotal = 0; // of up to cutSetsOrder parts, each member of "any k of" counted
    std::size_t cutSetsOrder = 0;   // the order up to which the search is complete
    std::vector<Load> loads;        // per node, then per group, everything up
    std::size_t diagramNodes = 0;   // of the largest diagram
};

// Errors: those of StateFunction::compile; "structure.cancelled".
// Cost: typically O(nodes x likely combinations of failures); 1,000 nodes in milliseconds.
Result<StructuralResult> analyse(const Design& design, std::stop_token stop = {},
                                 const StructuralOptions& options = {});

// Several answers about one design: what they have in common is found once. Design and function must outlive
// it. Errors: "structure.cancelled".
class StructuralAnalysis {
public:
    StructuralAnalysis(const Design& design, const StateFunction& function);
    ~StructuralAnalysis();
    StructuralAnalysis(const StructuralAnalysis&) = delete;
    StructuralAnalysis& operator=(const StructuralAnalysis&) = delete;

    Result<StructuralResult> all(const StructuralOptions& options, std::stop_token stop = {});
    // With these components coupled: `availability` and `withDetection` of StructuralResult::flows, nothing
    // else of them.
    Result<std::vector<FlowAvailability>> availabilities(const std::vector<JointBlock>& joint,
                                                         std::stop_token stop = {});
    // The same of "design" alone.
    Result<FlowAvailability> availabilityOfDesign(const std::vector<JointBlock>& joint,
                                                  std::stop_token stop = {});

private:
    class Impl;
    std::unique_ptr<Impl> m;
};

} // namespace alwayson
