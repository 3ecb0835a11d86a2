#include "core/structure/solution.h"

#include "core/structure/diagram.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace alwayson {

namespace {

// Relative to the unavailability: what may be left out and still be called exact (the promise is 1e-9).
constexpr double kNegligible = 5e-10;
constexpr double kRounding = 1e-13;
// Few variables: nothing is left out at first.
constexpr std::size_t kSmall = 16;
constexpr double kFirst = 1e-12;
// More places than this open at a time make pool after pool the worse order.
constexpr std::size_t kFewPlaces = 8;

// How unlikely a state must be to be left out next time, from what this time showed.
double nextLeaveOut(double now, const Diagram& diagram) {
    if (!(diagram.down() > 0)) return std::pow(now, 1.5);
    const double wanted = kNegligible * diagram.down() / diagram.leftOut();
    const double next = now * std::min(0.1, 0.1 * wanted);
    return next < 1e-290 ? 0 : next;
}

// Follows ever less likely states until what is left out does not matter.
Diagram::Outcome refine(const System& system, Diagram& best, std::size_t budget,
                        const std::stop_token& stop) {
    double leaveOut = system.layers.size() <= kSmall ? 0 : kFirst;
    bool have = false;
    while (true) {
        Diagram diagram;
        const Diagram::Outcome outcome = diagram.build(system, leaveOut, budget, stop);
        if (outcome == Diagram::Outcome::cancelled) return outcome;
        if (outcome == Diagram::Outcome::tooLarge) {
            if (have) return Diagram::Outcome::done;
            leaveOut = std::max(leaveOut * 1e3, kFirst);
            if (leaveOut > 1) return outcome;
            continue;
        }
        best = std::move(diagram);
        have = true;
        if (leaveOut == 0 || best.leftOut() <= kNegligible * best.down() || leaveOut > kFirst) return outcome;
        leaveOut = nextLeaveOut(leaveOut, best);
    }
}

SystemOrder orderFor(const CompiledStructure& structure) {
    std::size_t places = 0;
    for (std::size_t c = structure.nodeCount; c < structure.components.size(); ++c)
        places += !structure.components[c].modes.empty();
    return places <= kFewPlaces ? SystemOrder::bySet : SystemOrder::byPlace;
}

void addComponent(const CompiledStructure& structure, const SystemLayer& layer, std::size_t at,
                  const Diagram& diagram, Solution& solution) {
    const StructureComponent& component = structure.components[layer.component];
    const double availability = component.availability();
    double weighted = 0, unavailability = 0;
    std::vector<double> difference(layer.levels.size(), 0.0);
    for (std::size_t level = 1; level < difference.size(); ++level)
        difference[level] = diagram.difference(at, level);
    for (std::size_t m = 0; m < component.modes.size(); ++m) {
        const double change = difference[layer.levelOfMode[m]];
        const double probability = component.modeProbability(m);
        weighted += probability * change;
        unavailability += probability;
        // A failure that ends outages: sums over states do not say how often they begin.
        if (change < -kRounding) solution.coherent = false;
        solution.downsPerHour += availability / (component.modes[m].timeToFailure.mean() / 3600) * change;
    }
    solution.birnbaum[layer.component] = unavailability > 0 ? weighted / unavailability : 0;
}

// An outage begins with a move of the block from states in which the rest is good enough to states in which
// it is not.
void addMoves(const JointBlock& block, const SystemJoint& joint, std::size_t at, const Diagram& diagram,
              Solution& solution) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, double> perHour;
    for (const JointMove& move : block.moves) {
        const std::uint32_t from = joint.levelOfState[move.from], to = joint.levelOfState[move.to];
        if (from != to) perHour[{from, to}] += block.states[move.from].probability * move.perHour;
    }
    for (const auto& [levels, rate] : perHour)
        if (rate > 0)
            solution.downsPerHour +=
                rate * std::max(0.0, diagram.difference(at, levels.second, levels.first));
}

// Members that can be exchanged share their figures: a state may list them in any order.
void addBlock(const JointBlock& block, const std::vector<std::uint32_t>& classOf, const SystemJoint& joint,
              std::size_t at, const Diagram& diagram, Solution& solution) {
    struct Sum {
        double size = 0, failed = 0, downWhenFailed = 0, downWhenWorking = 0;
    };
    std::map<std::uint32_t, Sum> sums;
    for (const std::uint32_t component : block.components)
        sums[classOf[component]].size += 1;
    std::vector<double> difference;
    for (std::size_t level = 0; level < joint.levels.size(); ++level)
        difference.push_back(level == 0 ? 0 : diagram.difference(at, level));
    for (std::size_t s = 0; s < block.states.size(); ++s) {
        const double p = block.states[s].probability, down = difference[joint.levelOfState[s]];
        for (std::size_t c = 0; c < block.components.size(); ++c) {
            Sum& sum = sums[classOf[block.components[c]]];
            const ComponentState level = block.states[s].levels[c];
            const bool failed = level != 0 && level != kNotStarted;
            sum.failed += failed ? p : 0;
            (failed ? sum.downWhenFailed : sum.downWhenWorking) += p * down;
        }
    }
    for (const std::uint32_t component : block.components) {
        const Sum& sum = sums.at(classOf[component]);
        const double working = sum.size - sum.failed;
        solution.failed[component] = sum.failed / sum.size;
        if (sum.failed > 0 && working > 0)
            solution.birnbaum[component] = sum.downWhenFailed / sum.failed - sum.downWhenWorking / working;
    }
}

} // namespace

std::optional<Solution> solve(const CompiledStructure& structure,
                              const std::vector<std::pair<std::uint32_t, double>>& goals,
                              const std::vector<JointBlock>& blocks,
                              const std::vector<std::uint32_t>& classOf, std::size_t budget, SolveFor what,
                              const std::stop_token& stop) {
    const System system = makeSystem(structure, goals, orderFor(structure), blocks);
    Diagram diagram;
    const Diagram::Outcome outcome =
        system.complete ? refine(system, diagram, budget, stop) : Diagram::Outcome::tooLarge;
    if (outcome == Diagram::Outcome::cancelled) return std::nullopt;
    Solution solution;
    solution.birnbaum.assign(structure.components.size(), 0);
    solution.failed.assign(structure.components.size(), -1);
    if (outcome == Diagram::Outcome::tooLarge) {
        solution.leftOut = 1;
        solution.exact = false;
        return solution;
    }
    solution.down = diagram.down();
    solution.leftOut = diagram.leftOut();
    solution.exact = solution.leftOut <= kNegligible * solution.down;
    solution.diagramNodes = diagram.size();
    if (what == SolveFor::down) return solution;
    for (std::size_t l = 0; l < system.layers.size(); ++l) {
        const SystemLayer& layer = system.layers[l];
        if (layer.joint == kNoIndex) {
            addComponent(structure, layer, l, diagram, solution);
            continue;
        }
        addMoves(blocks[layer.joint], system.joints[layer.joint], l, diagram, solution);
        addBlock(blocks[layer.joint], classOf, system.joints[layer.joint], l, diagram, solution);
    }
    return solution;
}

} // namespace alwayson
