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
std::vector<double> lossesOf(const std::vector<FlowAvailability>& flows, const std::vector<double>& ofClasses,
                             const StateFunction& function) {
    std::vector<double> losses;
    for (const FlowAvailability& flow : flows) {
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

// By chains with mean times, and what outages of places cost by their take-overs beyond them.
struct Coupled {
    sim::GroupBlocks blocks;
    std::vector<FlowAvailability> flows;
    std::vector<double> perFlow;

    double designDown() const { return downOf(flows.back(), perFlow.back()); }
    static double downOf(const FlowAvailability& flow, double lost) {
        return 1 - std::max(0.0, flow.withDetection.value.value_or(0) - lost);
    }
};

Result<Coupled> coupledFigures(const Design& design, const StateFunction& function,
                               StructuralAnalysis& analysis, const sim::GroupBlocks& known,
                               const std::stop_token& stop) {
    Result<sim::GroupBlocks> blocks = sim::groupBlocks(design, function, true, stop, &known);
    if (!blocks) return std::move(blocks).error();
    Result<std::vector<FlowAvailability>> flows = analysis.availabilities(blocks->blocks, stop);
    if (!flows) return std::move(flows).error();
    std::vector<double> perFlow =
        lossesOf(*flows, sim::placeTakeOvers(design, function, blocks->blocks), function);
    return Coupled{std::move(*blocks), std::move(*flows), std::move(perFlow)};
}

// Those of which a second take-over soon after the first waits for people.
std::vector<std::string> withRecoveryBlock(const Design& design, const std::vector<std::string>& groups) {
    std::vector<std::string> blocked;
    for (const std::string& id : groups) {
        const Group* group = design.groups.find(id);
        if (group && hasMechanism(*group, "failover") && membersOf(design, group->id).size() > 2 &&
            failoverPlan(design, *group).recoveryBlock > 0)
            blocked.push_back(id);
    }
    return blocked;
}

// Those whose manager runs on nodes that may be away when it is needed; voters are in every figure.
std::vector<std::string> withMortalManager(const Design& design, const std::vector<std::string>& groups) {
    std::vector<std::string> mortal;
    for (const std::string& id : groups) {
        const Group* group = design.groups.find(id);
        if (group && std::any_of(group->managerOn.begin(), group->managerOn.end(),
                                 [&](const std::string& on) { return design.nodes.contains(on); }))
            mortal.push_back(id);
    }
    return mortal;
}

// What better take-overs save. They change neither loads nor the chains of other groups.
class Levers {
public:
    Levers(const Design& design, const NormalOperation& normal, const Coupled& now, std::stop_token stop)
        : m_design(design), m_normal(normal), m_now(now), m_stop(std::move(stop)) {}

    std::vector<Lever> of(const std::vector<std::string>& coupled) const {
        std::vector<Lever> levers;
        if (m_now.flows.empty() || states() > kMostLeverStates || m_design.nodes.size() > kMostLeverNodes)
            return levers;
        std::size_t groups = 0;
        for (const std::string& id : coupled) {
            const Group* group = m_design.groups.find(id);
            if (!group || !hasMechanism(*group, "failover") || membersOf(m_design, group->id).size() < 2)
                continue;
            if (++groups > kMostLeverGroups) break;
            addGroup(*group, levers);
        }
        std::stable_sort(levers.begin(), levers.end(), [](const Lever& a, const Lever& b) {
            return a.downtimeMinutesPerYear > b.downtimeMinutesPerYear;
        });
        return levers;
    }

private:
    std::size_t states() const {
        std::size_t sum = 0;
        for (const JointBlock& block : m_now.blocks.blocks)
            sum += block.states.size();
        return sum;
    }

    // Of every kind of group with a take-over.
    void addGroup(const Group& group, std::vector<Lever>& levers) const {
        const FailoverPlan plan = failoverPlan(m_design, group);
        if (plan.by == FailoverBy::nobody && !plan.takeOver) return;
        const auto add = [&](Lever::Of of, const Parameters& better) {
            const std::optional<double> minutes = saved(group, better);
            if (minutes && *minutes > kLeastLeverMinutes) levers.push_back({group.id.str(), of, *minutes});
        };
        const Parameters atOnce{{"failover", Distribution::constantValue(0, "s")}};
        const Parameters always{{"failover_coverage", 1.0}};
        const bool people = plan.by == FailoverBy::human && !plan.takeOver;
        add(people ? Lever::Of::byHand : Lever::Of::takeOver, atOnce);
        if (!people && plan.coverage < 1) add(Lever::Of::byHand, always);
    }

    // Minutes a year that the design is down less once these parameters of the group have these values.
    std::optional<double> saved(const Group& group, const Parameters& better) const {
        Design changed = m_design;
        Group other = group;
        for (const auto& [id, value] : better)
            other.parameters[id] = value;
        changed.groups.replace(changed.groups.indexOf(group.id.str()), std::move(other));
        const Result<StateFunction> function = StateFunction::compile(changed, m_normal);
        if (!function) return std::nullopt;
        const Result<sim::GroupBlocks> blocks =
            sim::groupBlocks(changed, *function, true, m_stop, &m_now.blocks);
        if (!blocks || blocks->leftOut.size() > m_now.blocks.leftOut.size()) return std::nullopt;
        const Result<FlowAvailability> then =
            StructuralAnalysis(changed, *function).availabilityOfDesign(blocks->blocks, m_stop);
        if (!then) return std::nullopt;
        const double lost = sim::placeTakeOvers(changed, *function, blocks->blocks).back();
        return (m_now.designDown() - Coupled::downOf(*then, lost)) * kMinutesPerYear;
    }

    const Design& m_design;
    const NormalOperation& m_normal;
    const Coupled& m_now;
    std::stop_token m_stop;
};

} // namespace

Result<StructuralResult> exactFigures(const Design& design, std::stop_token stop) {
    return exactFigures(design, normalOperation(design), std::move(stop));
}

Result<StructuralResult> exactFigures(const Design& design, const NormalOperation& normal,
                                      std::stop_token stop) {
    Result<StateFunction> function = StateFunction::compile(design, normal);
    if (!function) return std::move(function).error();
    Result<sim::GroupBlocks> given = sim::groupBlocks(design, *function, false, stop);
    if (!given) return std::move(given).error();
    StructuralAnalysis analysis(design, *function);
    StructuralOptions options;
    options.joint = given->blocks;
    Result<StructuralResult> result = analysis.all(options, stop);
    if (!result || given->leftOut.empty()) return result;

    Result<Coupled> coupled = coupledFigures(design, *function, analysis, *given, stop);
    if (!coupled) return std::move(coupled).error();
    const std::vector<double>& perFlow = coupled->perFlow;
    const std::vector<std::string>& leftOut = coupled->blocks.leftOut;
    std::vector<std::string> approximate = given->leftOut;
    std::erase_if(approximate, [&](const std::string& id) { return isIn(leftOut, id); });
    const std::vector<std::string> blocked = withRecoveryBlock(design, approximate);
    const std::vector<std::string> mortal = withMortalManager(design, approximate);
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
        if (differs && !mortal.empty())
            flow.leftOut.push_back(fmt::format(
                "The failover manager of {} is taken for always there, unless it is lost with what it "
                "is to replace: only a run over the years counts when it is away, which can be "
                "most of the downtime.",
                listNames(namesOf(design, mortal), kMostNames)));
        if (differs && !blocked.empty())
            flow.leftOut.push_back(fmt::format("A second take-over of {} soon after the first waits for "
                                               "people: only a run over the years counts that.",
                                               listNames(namesOf(design, blocked), kMostNames)));
        if (!leftOut.empty())
            flow.leftOut.push_back(fmt::format(
                "Only simulated years follow take-overs, spares, crews and common causes of {}: too "
                "many states for a Markov chain.",
                listNames(namesOf(design, leftOut), kMostNames)));
    }
    result->levers = Levers(design, normal, *coupled, stop).of(approximate);
    return result;
}

} // namespace alwayson::verbs
