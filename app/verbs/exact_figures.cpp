#include "app/verbs/exact_figures.h"

#include "core/catalogue/catalogue.h"
#include "core/structure/failover_plan.h"
#include "core/text/sentence.h"
#include "simulator/exact/group_blocks.h"
#include "simulator/exact/place_takeovers.h"

#include <algorithm>
#include <fmt/format.h>

namespace alwayson::verbs {

namespace {

constexpr std::size_t kMostNames = 8; // in one sentence

// Levers are two more calculations for each group: only where these take milliseconds.
constexpr std::size_t kMostLeverStates = 4'000, kMostLeverNodes = 200, kMostLeverGroups = 4;
constexpr double kLeastLeverMinutes = 1.0 / 600; // a tenth of a second a year

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

// Coupled figures, and what outages of places cost by their take-overs beyond them, of each flow.
struct Coupled {
    StructuralResult figures;
    std::vector<double> perFlow;
    std::vector<std::string> leftOut;
    std::size_t states = 0; // of all chains

    double down(std::size_t f) const {
        return 1 - std::max(0.0, figures.flows[f].withDetection.value.value_or(0) - perFlow[f]);
    }
};

Result<Coupled> coupledFigures(const Design& design, const StateFunction& function, StructuralOptions options,
                               std::stop_token stop) {
    Result<sim::GroupBlocks> means = sim::groupBlocks(design, function, true, stop);
    if (!means) return std::move(means).error();
    options.joint = std::move(means->blocks);
    options.cutSetOrder = 0;
    Result<StructuralResult> figures = analyse(design, stop, options);
    if (!figures) return std::move(figures).error();
    Coupled out{std::move(*figures), {}, std::move(means->leftOut), 0};
    out.perFlow = lossesOf(out.figures, sim::placeTakeOvers(design, function, options.joint), function);
    for (const JointBlock& block : options.joint)
        out.states += block.states.size();
    return out;
}

// Minutes a year that the design is down less once these parameters of the group have these values.
std::optional<double> saved(const Design& design, const Group& group, const Parameters& better,
                            const Coupled& now, const std::stop_token& stop) {
    Design changed = design;
    Group other = group;
    for (const auto& [id, value] : better)
        other.parameters[id] = value;
    changed.groups.replace(changed.groups.indexOf(group.id.str()), std::move(other));
    const Result<StateFunction> function = StateFunction::compile(changed);
    if (!function) return std::nullopt;
    const Result<Coupled> then = coupledFigures(changed, *function, {}, stop);
    if (!then || then->figures.flows.size() != now.figures.flows.size() ||
        then->leftOut.size() > now.leftOut.size())
        return std::nullopt;
    const std::size_t last = now.figures.flows.size() - 1;
    return (now.down(last) - then->down(last)) * kMinutesPerYear;
}

std::vector<Lever> leversOf(const Design& design, const std::vector<std::string>& coupled, const Coupled& now,
                            const std::stop_token& stop) {
    std::vector<Lever> levers;
    if (now.figures.flows.empty() || now.states > kMostLeverStates || design.nodes.size() > kMostLeverNodes)
        return levers;
    // Of every kind of group with a take-over.
    const Parameters atOnce{{"failover", Distribution::constantValue(0, "s")}};
    const Parameters always{{"failover_coverage", 1.0}};
    std::size_t groups = 0;
    for (const std::string& id : coupled) {
        const Group* group = design.groups.find(id);
        if (!group || !hasMechanism(*group, "failover") || membersOf(design, group->id).size() < 2) continue;
        if (++groups > kMostLeverGroups) break;
        const FailoverPlan plan = failoverPlan(design, *group);
        if (plan.by == FailoverBy::nobody && !plan.takeOver) continue;
        const auto add = [&](Lever::Of of, const Parameters& better) {
            const std::optional<double> minutes = saved(design, *group, better, now, stop);
            if (minutes && *minutes > kLeastLeverMinutes) levers.push_back({id, of, *minutes});
        };
        const bool people = plan.by == FailoverBy::human && !plan.takeOver;
        add(people ? Lever::Of::byHand : Lever::Of::takeOver, atOnce);
        if (!people && plan.coverage < 1) add(Lever::Of::byHand, always);
    }
    std::stable_sort(levers.begin(), levers.end(), [](const Lever& a, const Lever& b) {
        return a.downtimeMinutesPerYear > b.downtimeMinutesPerYear;
    });
    return levers;
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

    Result<Coupled> coupled = coupledFigures(design, *function, options, stop);
    if (!coupled) return std::move(coupled).error();
    const std::vector<double>& perFlow = coupled->perFlow;
    std::vector<std::string> approximate = given->leftOut;
    std::erase_if(approximate, [&](const std::string& id) { return isIn(coupled->leftOut, id); });
    for (std::size_t f = 0; f < result->flows.size(); ++f) {
        FlowAvailability& flow = result->flows[f];
        const FlowAvailability& other = coupled->figures.flows[f];
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
        if (!coupled->leftOut.empty())
            flow.leftOut.push_back(fmt::format(
                "Only simulated years follow take-overs, spares, crews and common causes of {}: too "
                "many states for a Markov chain.",
                listNames(namesOf(design, coupled->leftOut), kMostNames)));
    }
    result->levers = leversOf(design, approximate, *coupled, stop);
    return result;
}

} // namespace alwayson::verbs
