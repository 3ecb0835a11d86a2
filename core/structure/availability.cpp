#include "core/structure/availability.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/catalogue/param_key.h"
#include "core/structure/analysis.h"
#include "core/structure/solution.h"
#include "core/structure/symmetry.h"
#include "core/text/sentence.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <map>

namespace alwayson {

namespace {

constexpr std::size_t kMostNames = 8; // in one sentence

using Goal = std::pair<std::uint32_t, double>;

Error cancelled() {
    return Error{
        ErrorKind::cancelled, "structure.cancelled", "The computation of availability was stopped.", {}, {}};
}

void writeFigures(const Solution& solution, FlowAvailability& flow) {
    flow.availability = Estimate::exactly(1 - solution.down);
    flow.unavailability = solution.down;
    if (solution.coherent) flow.outagesPerYear = solution.downsPerHour * kHoursPerYear;
    if (solution.coherent && solution.downsPerHour > 0 && solution.down > 0)
        flow.meanOutageHours = solution.down / solution.downsPerHour;
    if (solution.exact) return;
    flow.unavailability = std::nullopt;
    flow.availability.value = std::max(0.0, 1 - (solution.down + solution.leftOut));
    flow.availability.method = Method::bound;
    flow.availability.note =
        fmt::format("The design is too entangled for an exact figure: this is a lower bound, and the "
                    "availability is at most {:.10g}.",
                    1 - solution.down);
    flow.outagesPerYear = std::nullopt;
    flow.meanOutageHours = std::nullopt;
}

// A client is the share-weighted sum of its classes; outages are its own only when its classes go down
// together.
FlowAvailability clientFlow(const std::string& client, const std::vector<const FlowAvailability*>& classes,
                            const std::vector<double>& shares, bool together) {
    FlowAvailability flow = *classes.front();
    flow.flow = client;
    if (together) return flow;
    double total = 0, available = 0, detected = 0, down = 0;
    bool known = true;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        total += shares[i];
        available += shares[i] * classes[i]->availability.value.value_or(0);
        detected += shares[i] * classes[i]->withDetection.value.value_or(0);
        known = known && classes[i]->unavailability.has_value();
        down += shares[i] * classes[i]->unavailability.value_or(0);
        flow.availability.method = std::max(flow.availability.method, classes[i]->availability.method);
    }
    flow.availability.value = total > 0 ? available / total : available;
    flow.withDetection.value = total > 0 ? detected / total : detected;
    flow.unavailability = known && total > 0 ? std::optional<double>(down / total) : std::nullopt;
    flow.mttffHours = flow.outagesPerYear = flow.meanOutageHours = std::nullopt;
    return flow;
}

std::vector<std::string> singlePoints(const StateFunction& function,
                                      const std::vector<SymmetryClass>& classes) {
    const CompiledStructure& all = StructureAccess::of(function);
    const auto scratch = function.makeScratch();
    std::vector<ComponentState> state(all.components.size(), 0);
    std::vector<std::uint8_t> before(all.flows.size()), after(all.flows.size());
    function.evaluateUp(state.data(), nullptr, before.data(), *scratch);
    std::vector<std::uint32_t> found;
    for (const SymmetryClass& one : classes) {
        if (one.down == 0) continue;
        state[one.members.front()] = one.down;
        function.evaluateUp(state.data(), nullptr, after.data(), *scratch);
        state[one.members.front()] = 0;
        if (after != before) found.insert(found.end(), one.members.begin(), one.members.end());
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> ids;
    for (const std::uint32_t component : found)
        ids.push_back(all.components[component].id);
    return ids;
}

std::vector<Importance> importanceOf(const CompiledStructure& all, const Solution& design,
                                     const std::vector<double>& fussellVesely) {
    std::vector<Importance> list;
    for (std::size_t c = 0; c < all.components.size(); ++c) {
        const StructureComponent& component = all.components[c];
        double unavailability = 0;
        for (std::size_t m = 0; m < component.modes.size(); ++m)
            unavailability += component.modeProbability(m);
        if (design.failed[c] >= 0) unavailability = design.failed[c];
        const bool isClient =
            std::any_of(all.programs.begin(), all.programs.end(),
                        [&](const CompiledProgram& program) { return program.client == c; });
        if (unavailability == 0 || isClient) continue;
        Importance one;
        one.id = component.id;
        one.unavailability = unavailability;
        one.birnbaum = design.birnbaum[c];
        const double saved = one.birnbaum * unavailability; // U - U(it never fails)
        const double without = std::max(0.0, design.down - saved);
        if (design.down > 0) {
            one.criticality = saved / design.down;
            one.fussellVesely = std::max(one.criticality, std::min(1.0, fussellVesely[c] / design.down));
            one.riskAchievement = (without + one.birnbaum) / design.down;
            // Below the rounding of the difference nothing is left of the unavailability.
            one.riskReduction = without > 1e-13 * design.down ? design.down / without
                                                              : std::numeric_limits<double>::infinity();
        }
        one.downtimeMinutesPerYear = saved * kMinutesPerYear;
        list.push_back(std::move(one));
    }
    std::stable_sort(list.begin(), list.end(), [](const Importance& a, const Importance& b) {
        return a.downtimeMinutesPerYear > b.downtimeMinutesPerYear;
    });
    return list;
}

} // namespace

class StructuralAnalysis::Impl {
public:
    Impl(const Design& design, const StateFunction& function)
        : m_design(design), m_function(function), m_all(StructureAccess::of(function)),
          m_symmetry(symmetryClasses(m_all)), m_loads(loadsOf(design, function)) {
        for (std::size_t f = 0; f < m_all.flows.size(); ++f) {
            const Goal goal{m_all.programOf[f], m_all.flows[f].upThreshold};
            const auto at = std::find(m_goals.begin(), m_goals.end(), goal);
            m_goalOf.push_back(static_cast<std::size_t>(at - m_goals.begin()));
            if (at == m_goals.end()) m_goals.push_back(goal);
        }
        findWhatDoesNotHold();
    }

    Result<StructuralResult> all(const StructuralOptions& options, const std::stop_token& stop) {
        const std::vector<std::uint32_t> classOf =
            options.joint.empty() ? std::vector<std::uint32_t>{} : exchangeableParts(m_function);
        const auto solutions = solveAll({options.joint, classOf, options.diagramNodes, SolveFor::all}, stop);
        if (!solutions) return cancelled();
        findWindows(stop);
        StructuralResult out;
        for (const Solution& one : *solutions)
            out.diagramNodes = std::max(out.diagramNodes, one.diagramNodes);
        out.flows = flowsOf(*solutions, &options.joint);
        out.loads = m_loads;
        out.singlePointsOfFailure = singlePoints(m_function, m_symmetry);
        CutSetSearch cuts = findCutSets(m_design, m_function, m_symmetry, options, stop);
        if (stop.stop_requested()) return cancelled();
        out.minimalCutSets = std::move(cuts.listed);
        out.minimalCutSetsTotal = cuts.total;
        out.cutSetsOrder = cuts.order;
        out.importance = importanceOf(m_all, solutions->back(), cuts.fussellVesely);
        return out;
    }

    Result<std::vector<FlowAvailability>> availabilities(const std::vector<JointBlock>& joint,
                                                         const std::stop_token& stop) {
        const auto solutions = solveAll({joint, {}, StructuralOptions{}.diagramNodes, SolveFor::down}, stop);
        findWindows(stop);
        if (!solutions || stop.stop_requested()) return cancelled();
        return flowsOf(*solutions, nullptr);
    }

    Result<FlowAvailability> availabilityOfDesign(const std::vector<JointBlock>& joint,
                                                  const std::stop_token& stop) {
        const auto solution =
            solveFor(m_goals, {joint, {}, StructuralOptions{}.diagramNodes, SolveFor::down}, stop);
        findWindows(stop);
        if (!solution || stop.stop_requested()) return cancelled();
        return designFlow(*solution);
    }

private:
    struct Question {
        const std::vector<JointBlock>& joint;
        const std::vector<std::uint32_t>& classOf;
        std::size_t diagramNodes = 0;
        SolveFor what = SolveFor::all;
    };
    std::optional<Solution> solveFor(const std::vector<Goal>& goals, const Question& question,
                                     const std::stop_token& stop) const {
        return solve(m_all, goals, question.joint, question.classOf, question.diagramNodes, question.what,
                     stop);
    }
    // One for each goal, and last one for all of them.
    std::optional<std::vector<Solution>> solveAll(const Question& question,
                                                  const std::stop_token& stop) const {
        std::vector<Solution> solutions;
        const auto add = [&](const std::vector<Goal>& goals) {
            std::optional<Solution> solution = solveFor(goals, question, stop);
            if (solution) solutions.push_back(std::move(*solution));
            return solution.has_value();
        };
        for (const Goal& goal : m_goals)
            if (!add({goal})) return std::nullopt;
        if (m_goals.size() != 1 && !add(m_goals)) return std::nullopt;
        return solutions;
    }

    // Windows do not depend on what is coupled.
    void findWindows(const std::stop_token& stop) {
        if (m_hasWindows) return;
        m_windows = detectionLosses(m_design, m_function, m_symmetry, stop);
        m_hasWindows = !stop.stop_requested();
    }

    FlowAvailability flowOf(const std::string& id, const Solution& solution, double window) const {
        FlowAvailability flow;
        flow.flow = id;
        writeFigures(solution, flow);
        flow.withDetection.value = std::max(0.0, *flow.availability.value - window);
        flow.withDetection.method = Method::approximate;
        flow.withDetection.note = "Structural availability less the windows in which balancers have not "
                                  "noticed a failure yet, each "
                                  "with the share of requests that is lost in it.";
        if (!m_notHeld.empty() && flow.availability.method == Method::exact) {
            flow.availability.method = Method::approximate;
            flow.availability.note = m_notHeld.front();
        }
        flow.leftOut = {"Deployments, planned maintenance and mistakes beyond the listed failure modes are "
                        "not in these figures."};
        flow.leftOut.insert(flow.leftOut.end(), m_notHeld.begin(), m_notHeld.end());
        if (window > 0)
            flow.leftOut.push_back(
                "Until a balancer notices a failure, the share of requests that fails counts; a run over the "
                "years counts that whole time as down where fewer than wanted are served, and so has a "
                "little more "
                "downtime.");
        if (choosesBlindly())
            flow.leftOut.push_back(
                "Callers without health checks are taken to avoid members that do not work; a request "
                "run sends to all of them in turn.");
        if (keepsWorkers())
            flow.leftOut.push_back(
                "Capacity counts for how long workers wait for what their server calls in normal operation; "
                "queues there, retries and longer ways after a failure take more, as runs of requests show.");
        if (std::string sentence = barelyOverloaded(); !sentence.empty())
            flow.leftOut.push_back(std::move(sentence));
        return flow;
    }

    // Groups whose others get more than they carry without one, yet no more than clients bear, are up by
    // definition. What gets too much with all its members is a finding.
    std::string barelyOverloaded() const {
        double wanted = 1;
        for (const StructureFlow& flow : m_all.flows)
            wanted = std::min(wanted, flow.upThreshold);
        std::vector<std::string> names;
        for (const Load& load : m_loads) {
            const Node* node = m_design.nodes.find(load.id);
            if (node && node->group) continue; // its group is in the list
            const Group* group = m_design.groups.find(load.id);
            const double without = load.utilisationWithoutOne.value_or(0);
            if (load.utilisation <= 1 && without > 1 && without * wanted <= 1)
                names.push_back(node ? node->displayName() : group ? group->displayName() : load.id);
        }
        if (names.empty()) return {};
        return fmt::format(
            "Without one member {} would get more than can be carried, and counts as up, because clients "
            "bear the share that is lost. That holds while a full queue is worked off before callers "
            "give up; else hardly any answer comes in time, as findings and runs of requests show.",
            listNames(names, kMostNames));
    }

    // What makes parts depend on places or on each other, and is in no state of the structure.
    void findWhatDoesNotHold() {
        std::vector<std::string> starting, ageing;
        for (const Domain& domain : m_design.domains) {
            const DistributionShape restart =
                get(domain.parameters,
                    ParamKey<DistributionShape>{"domains", domain.kind, "restart_after_outage"});
            if (restart.mean() > 0 && !failureModesOf(domain).empty())
                starting.push_back(domain.displayName());
        }
        for (const Node& node : m_design.nodes)
            if (node.ageing != Ageing::always && !failureModesOf(node).empty())
                ageing.push_back(node.displayName());
        if (!starting.empty())
            m_notHeld.push_back(fmt::format("The restart of what is in {} after an outage is not in these "
                                            "figures; simulated years have it.",
                                            listNames(starting, kMostNames)));
        if (!ageing.empty())
            m_notHeld.push_back(
                fmt::format("These figures let {} age all the time; in simulated years they do "
                            "as the design says.",
                            listNames(ageing, kMostNames)));
    }

    bool choosesBlindly() const {
        for (const CompiledProgram& program : m_all.programs)
            for (const CompiledSet& set : program.sets)
                if (set.observer == kNoIndex && !set.looksAside && set.load > 0 &&
                    set.endMember - set.firstMember > 1 &&
                    program.parts[set.firstPart].rule == GroupRule::share)
                    return true;
        return false;
    }

    // A server that serves in order keeps a worker while it calls others.
    bool keepsWorkers() const {
        for (const CompiledProgram& program : m_all.programs)
            for (const CompiledNode& step : program.nodes) {
                const Node& node = m_design.nodes.at(step.component);
                if (step.firstCall < step.endCall && hasMechanism(node, "queue") &&
                    get(node, key::server::discipline) == key::server::Discipline::fcfs)
                    return true;
            }
        return false;
    }

    FlowAvailability designFlow(const Solution& solution) const {
        if (!m_all.flows.empty()) return flowOf("design", solution, m_windows.design);
        FlowAvailability design;
        design.flow = "design";
        design.availability.note = "There are no clients, so nothing can be available or not.";
        design.withDetection.note = design.availability.note;
        return design;
    }

    // `joint`: for the times to the first outage; nullptr: without them.
    std::vector<FlowAvailability> flowsOf(const std::vector<Solution>& solutions,
                                          const std::vector<JointBlock>* joint) const {
        std::vector<FlowAvailability> classes;
        for (std::size_t f = 0; f < m_goalOf.size(); ++f) {
            classes.push_back(flowOf(m_all.flows[f].id, solutions[m_goalOf[f]], m_windows.perFlow[f]));
            if (joint) classes.back().mttffHours = meanTimeToFirstOutage(m_function, f, *joint);
        }
        FlowAvailability design = designFlow(solutions.back());
        if (joint && !classes.empty())
            design.mttffHours = meanTimeToFirstOutage(m_function, std::nullopt, *joint);
        std::vector<FlowAvailability> clients;
        for (std::size_t f = 0; f < classes.size();) {
            std::vector<const FlowAvailability*> mine;
            std::vector<double> shares;
            const std::size_t first = f;
            bool together = true;
            for (; f < classes.size() && m_all.flows[f].client == m_all.flows[first].client; ++f) {
                mine.push_back(&classes[f]);
                shares.push_back(m_all.flows[f].weight);
                together = together && m_goalOf[f] == m_goalOf[first];
            }
            clients.push_back(clientFlow(m_all.flows[first].client, mine, shares, together));
        }
        std::vector<FlowAvailability> all = std::move(classes);
        all.insert(all.end(), std::make_move_iterator(clients.begin()),
                   std::make_move_iterator(clients.end()));
        all.push_back(std::move(design));
        return all;
    }

    const Design& m_design;
    const StateFunction& m_function;
    const CompiledStructure& m_all;
    const std::vector<SymmetryClass> m_symmetry;
    const std::vector<Load> m_loads;
    std::vector<Goal> m_goals;
    std::vector<std::size_t> m_goalOf; // per flow
    bool m_hasWindows = false;
    DetectionLosses m_windows;
    std::vector<std::string> m_notHeld;
};

StructuralAnalysis::StructuralAnalysis(const Design& design, const StateFunction& function)
    : m(std::make_unique<Impl>(design, function)) {}
StructuralAnalysis::~StructuralAnalysis() = default;

Result<StructuralResult> StructuralAnalysis::all(const StructuralOptions& options, std::stop_token stop) {
    return m->all(options, stop);
}
Result<std::vector<FlowAvailability>> StructuralAnalysis::availabilities(const std::vector<JointBlock>& joint,
                                                                         std::stop_token stop) {
    return m->availabilities(joint, stop);
}
Result<FlowAvailability> StructuralAnalysis::availabilityOfDesign(const std::vector<JointBlock>& joint,
                                                                  std::stop_token stop) {
    return m->availabilityOfDesign(joint, stop);
}

Result<StructuralResult> analyse(const Design& design, std::stop_token stop,
                                 const StructuralOptions& options) {
    const Result<StateFunction> function = StateFunction::compile(design);
    if (!function) return function.error();
    return StructuralAnalysis(design, *function).all(options, std::move(stop));
}

} // namespace alwayson
