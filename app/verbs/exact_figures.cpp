#include "app/verbs/exact_figures.h"

#include "core/text/sentence.h"
#include "simulator/exact/group_blocks.h"
#include "simulator/exact/place_takeovers.h"

#include <algorithm>
#include <fmt/format.h>

namespace alwayson::verbs {

namespace {

constexpr std::size_t kMostNames = 8; // in one sentence

std::vector<std::string> namesOf(const Design& design, const std::vector<std::string>& ids) {
    std::vector<std::string> names;
    for (const std::string& id : ids) {
        const Node* node = design.nodes.find(id);
        const Group* group = design.groups.find(id);
        names.push_back(node ? node->displayName() : group ? group->displayName() : id);
    }
    return names;
}

bool isIn(const std::vector<std::string>& list, const std::string& id) {
    return std::find(list.begin(), list.end(), id) != list.end();
}

// Of each flow in the order of the result: classes, clients as the weighted sum of theirs, the design.
std::vector<double> lossesOf(const StructuralResult& result, const std::vector<double>& ofClasses,
                             const StateFunction& function) {
    std::vector<double> losses;
    for (const FlowAvailability& flow : result.flows) {
        double sum = 0, weight = 0;
        const auto& classes = function.flows();
        for (std::size_t f = 0; f < classes.size(); ++f) {
            if (classes[f].id == flow.flow) {
                sum = ofClasses[f];
                weight = 1;
                break;
            }
            if (classes[f].client != flow.flow) continue;
            sum += classes[f].weight * ofClasses[f];
            weight += classes[f].weight;
        }
        losses.push_back(weight > 0 ? sum / weight : 0);
    }
    if (!losses.empty()) losses.back() = ofClasses.back();
    return losses;
}

} // namespace

Result<StructuralResult> exactFigures(const Design& design, std::stop_token stop) {
    Result<StateFunction> function = StateFunction::compile(design);
    if (!function) return std::move(function).error();
    Result<sim::GroupBlocks> given = sim::groupBlocks(design, *function, false, stop);
    if (!given) return std::move(given).error();
    StructuralOptions options;
    options.joint = std::move(given->blocks);
    Result<StructuralResult> result = analyse(design, stop, options);
    if (!result || given->leftOut.empty()) return result;

    Result<sim::GroupBlocks> means = sim::groupBlocks(design, *function, true, stop);
    if (!means) return std::move(means).error();
    options.joint = std::move(means->blocks);
    options.cutSetOrder = 0;
    const Result<StructuralResult> coupled = analyse(design, stop, options);
    if (!coupled) return coupled.error();
    const std::vector<double> perFlow =
        lossesOf(*coupled, sim::placeTakeOvers(design, *function, options.joint), *function);
    std::vector<std::string> approximate = given->leftOut;
    std::erase_if(approximate, [&](const std::string& id) { return isIn(means->leftOut, id); });
    for (std::size_t f = 0; f < result->flows.size(); ++f) {
        FlowAvailability& flow = result->flows[f];
        const FlowAvailability& other = coupled->flows[f];
        const bool differs = flow.availability.value != other.availability.value || perFlow[f] > 0;
        if (differs) {
            flow.withDetection = other.withDetection;
            flow.withDetection.value = std::max(0.0, other.withDetection.value.value_or(0) - perFlow[f]);
            flow.withDetection.note =
                "By Markov chains, which have exponential times in place of the real ones of failovers, "
                "spares, crews and common causes; take-overs after outages of places one at a time; less "
                "the windows in which balancers have not noticed a failure, each with the share of requests "
                "that is lost in it.";
        }
        if (differs && !approximate.empty())
            flow.leftOut.push_back(fmt::format("Take-overs, spares, crews and common causes of {} are in the "
                                               "figure with detection, not in that "
                                               "of the structure alone.",
                                               listNames(namesOf(design, approximate), kMostNames)));
        if (!means->leftOut.empty())
            flow.leftOut.push_back(fmt::format(
                "Only simulated years follow take-overs, spares, crews and common causes of {}: too "
                "many states for a Markov chain.",
                listNames(namesOf(design, means->leftOut), kMostNames)));
    }
    return result;
}

} // namespace alwayson::verbs
