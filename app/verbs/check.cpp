// What is known of a design without running it.

#include "app/verbs/exact_figures.h"
#include "app/verbs/objectives.h"
#include "app/verbs/static_latency.h"
#include "app/verbs/verbs.h"
#include "core/cost/cost.h"
#include "core/cost/load_report.h"
#include "core/io/project_file.h"
#include "core/validate/validate.h"

#include <fmt/format.h>

namespace alwayson::verbs {

namespace {

// As the last figure of the strip.
constexpr double kLatencySeconds = 1200, kLatencyBudgetS = 2.5;

Error cancelled() {
    return {ErrorKind::cancelled, "check.cancelled", "The check was stopped.", "", {}};
}

void takeStructure(StructuralResult&& structure, CheckReport& report) {
    report.flows = std::move(structure.flows);
    report.importance = std::move(structure.importance);
    report.levers = std::move(structure.levers);
    report.singlePointsOfFailure = std::move(structure.singlePointsOfFailure);
    report.minimalCutSets = std::move(structure.minimalCutSets);
    report.minimalCutSetsTotal = structure.minimalCutSetsTotal;
    report.loads = std::move(structure.loads);
}

// A flow whose client calls nothing has no availability: there is nothing that could be up or down.
void forgetIdle(const Design& design, CheckReport& report) {
    for (const Issue& issue : report.issues) {
        if (issue.code != "connectivity.idle_client") continue;
        const std::string& client = issue.where.front();
        for (FlowAvailability& flow : report.flows) {
            if (flow.flow != "design" && flow.flow != client && !flow.flow.starts_with(client + ':'))
                continue;
            if (!flow.availability.value) continue; // the first reason stays
            FlowAvailability unknown;
            unknown.flow = flow.flow;
            unknown.availability.note =
                fmt::format("{} calls nothing", design.nodes.find(client)->displayName());
            unknown.withDetection.note = unknown.availability.note;
            flow = std::move(unknown);
        }
    }
}

bool needsRun(const Design& design, const CheckReport& report) {
    if (report.flows.empty()) return false;
    if (!report.latencyP99Ms.value) return true;
    for (const Objective& objective : design.objectives)
        if (isOfRequests(objective.metric) && !figureOf(objective, report, Estimate::unknown()).value)
            return true;
    return false;
}

} // namespace

Result<CheckReport> check(const Design& design, std::stop_token stop) {
    CheckReport report;
    report.designName = design.name;
    report.designHash = designHash(design);
    report.priceBook = design.settings.priceBook;
    report.capacityBook = design.settings.capacityBook;
    const NormalOperation normal = normalOperation(design);
    const StaticLoad& load = normal.load;
    if (stop.stop_requested()) return cancelled();
    report.issues = validate(design, normal);
    report.cost = monthlyCost(design, load);
    report.latencyP99Ms = staticLatencyP99Ms(design, load);
    if (stop.stop_requested()) return cancelled();
    // A request cycle has no availability: it is an error among the issues, and everything else is still
    // told.
    if (!load.cycle.empty()) {
        report.loads = loadReport(design, normal);
        return report;
    }
    Result<StructuralResult> structure = exactFigures(design, normal, stop);
    if (stop.stop_requested()) return cancelled();
    if (!structure) return std::move(structure).error();
    takeStructure(std::move(*structure), report);
    forgetIdle(design, report);
    return report;
}

Result<CheckReport> checkWithRun(const Design& design, std::stop_token stop) {
    Result<CheckReport> report = check(design, stop);
    if (!report) return report;
    if (needsRun(design, *report)) {
        SimulateOptions options;
        options.mode = Mode::requests;
        options.durationS = kLatencySeconds;
        options.budgetS = kLatencyBudgetS;
        const Result<SimulationResult> run = simulate(design, options, stop);
        if (stop.stop_requested()) return cancelled();
        if (run) {
            const bool formula = report->latencyP99Ms.value.has_value();
            for (const FlowResult& flow : run->flows) {
                report->normalOperation.push_back({flow.flow, flow.latencyMs.p99, flow.availabilityGood});
                if (!formula && (flow.flow == "design" || run->flows.size() == 1))
                    report->latencyP99Ms = flow.latencyMs.p99;
            }
        }
    }
    for (const Objective& objective : design.objectives)
        report->objectives.push_back(judge(objective, *report));
    return report;
}

} // namespace alwayson::verbs
