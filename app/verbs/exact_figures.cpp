#include "app/verbs/exact_figures.h"

#include "core/text/sentence.h"
#include "simulator/exact/group_blocks.h"

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
    std::vector<std::string> approximate = given->leftOut;
    std::erase_if(approximate, [&](const std::string& id) { return isIn(means->leftOut, id); });
    for (std::size_t f = 0; f < result->flows.size(); ++f) {
        FlowAvailability& flow = result->flows[f];
        const FlowAvailability& other = coupled->flows[f];
        const bool differs = flow.availability.value != other.availability.value;
        if (differs) {
            flow.withDetection = other.withDetection;
            flow.withDetection.note =
                "By Markov chains with mean times for failovers, spares, crews and common "
                "causes, less the windows in which balancers have not noticed a failure.";
        }
        if (differs && !approximate.empty())
            flow.leftOut.push_back(fmt::format(
                "Take-overs, spares, crews and common causes of {} are in the figure with detection only.",
                listNames(namesOf(design, approximate), kMostNames)));
        if (!means->leftOut.empty())
            flow.leftOut.push_back(
                fmt::format("Only failure runs follow take-overs, spares, crews and common causes of {}: too "
                            "many states for a Markov chain.",
                            listNames(namesOf(design, means->leftOut), kMostNames)));
    }
    return result;
}

} // namespace alwayson::verbs
