#pragma once
// The decision diagram of one set of goals, solved (private to core/structure).

#include "core/structure/compiled.h"
#include "core/structure/joint.h"

#include <cstddef>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

namespace alwayson {

struct Solution {
    double down = 0;    // probability that a goal is missed
    double leftOut = 0; // not followed; 0 or negligible when exact
    bool exact = true;
    double downsPerHour = 0;      // frequency of outages, when coherent
    bool coherent = true;         // no failure of a component ends outages more often than it begins them
    std::vector<double> birnbaum; // per component: P(down | it failed) - P(down | it works)
    std::vector<double> failed;   // per component of a block: probability that it has failed; others -1
    std::size_t diagramNodes = 0;
};

// What is asked: `down` alone, with leftOut and exact, or all of it.
enum class SolveFor : std::uint8_t { down, all };

// classOf: exchangeableParts; used with blocks only, for `all`.
// leftOut is at most 1e-10 of down, or the result is a bound. nullopt: cancelled.
std::optional<Solution> solve(const CompiledStructure& structure,
                              const std::vector<std::pair<std::uint32_t, double>>& goals,
                              const std::vector<JointBlock>& blocks,
                              const std::vector<std::uint32_t>& classOf, std::size_t budget, SolveFor what,
                              const std::stop_token& stop);

} // namespace alwayson
