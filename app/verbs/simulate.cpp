// Runs a design: years of failures, requests through a scenario, or the structure alone.

#include "app/verbs/exact_figures.h"
#include "app/verbs/objectives.h"
#include "app/verbs/verbs.h"
#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/cost/cost.h"
#include "core/graph/client_rate.h"
#include "core/io/project_file.h"
#include "core/text/sentence.h"
#include "simulator/kernel/fingerprint.h"
#include "simulator/run/failure_run.h"
#include "simulator/run/request_run.h"
#include "simulator/version.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace alwayson::verbs {

namespace {

constexpr double kFailureEventsPerSecond = 1.5e7; // about: rounds depend on the budget, never on the clock
constexpr double kPatience = 6;                   // a busy machine gets so many times the budget by the clock
constexpr double kRequestEventsPerSecond = 2e7;
constexpr double kSteadyRequests = 400'000; // of the request run beside an availability run
constexpr double kLongestSteadyS = 300;
constexpr double kUsualPrecision = 0.05; // relative

std::string_view nameOf(Mode mode) {
    switch (mode) {
    case Mode::exact:
        return "exact";
    case Mode::availability:
        return "availability";
    case Mode::requests:
        return "requests";
    case Mode::automatic:
        break;
    }
    return "auto";
}

// The command line that gives the same bytes again.
std::string commandLine(const SimulateOptions& options) {
    std::string text = fmt::format("alwayson-cli simulate {} --mode {}",
                                   options.designFile.empty() ? "DESIGN.aon.json" : options.designFile,
                                   nameOf(options.mode));
    if (!options.scenario.empty()) text += " --scenario " + options.scenario;
    // Only what this run has looked at.
    const bool requests = options.mode == Mode::requests || !options.scenario.empty();
    const bool years = !requests && options.mode != Mode::exact;
    if (years && options.years > 0) text += " --years " + formatNumber(options.years);
    if (options.durationS > 0 && (requests || options.mode == Mode::automatic))
        text += " --duration " + formatNumber(options.durationS);
    if (options.replications > 0 && options.mode != Mode::exact)
        text += fmt::format(" --replications {}", options.replications);
    // A plain 1 is refused: people who write it mean one percent.
    if (options.precision && years && !(options.years > 0) && options.replications == 0)
        text += " --precision " + (*options.precision < 1 ? formatNumber(*options.precision) : "100%");
    return text + fmt::format(" --seed {}", options.seed);
}

double totalRate(const Design& design) {
    double rate = 0;
    for (const Node& node : design.nodes)
        if (hasRole(node, "client")) rate += offeredRate(node);
    return rate;
}

// Both fingerprints in one, so that a change of either shows.
std::string combined(const std::string& a, const std::string& b) {
    sim::Fingerprint mixed;
    for (const std::string* text : {&a, &b}) {
        std::uint64_t word = 0;
        std::from_chars(text->data(), text->data() + text->size(), word, 16);
        mixed.mix(word);
    }
    return fmt::format("{:016x}", mixed.value);
}

Result<SimulationResult> runAvailability(const Design& design, const SimulateOptions& options,
                                         std::stop_token stop) {
    sim::FailureRunOptions run;
    run.years = options.years;
    run.replications = options.replications;
    run.precision = options.precision.value_or(kUsualPrecision);
    run.seed = options.seed;
    run.threads = options.threads;
    run.budgetS = kPatience * options.budgetS;
    run.maxEvents = static_cast<std::uint64_t>(std::max(0.02, options.budgetS) * kFailureEventsPerSecond);
    run.listOutages = options.years > 0 && options.replications <= 1;
    return sim::runFailures(design, run, std::move(stop), [&](const sim::FailureProgress& progress) {
        if (options.progress) options.progress({progress.share, progress.sentence});
    });
}

Result<SimulationResult> runScenario(const Design& design, const SimulateOptions& options,
                                     std::stop_token stop) {
    sim::RequestRunOptions run;
    run.scenario = options.scenario.empty() ? nullptr : design.scenarios.find(options.scenario);
    run.durationS = options.durationS;
    run.seed = options.seed;
    run.traceStepS = options.traceStepS;
    run.maxEvents = static_cast<std::uint64_t>(std::max(1.0, options.budgetS) * kRequestEventsPerSecond);
    const auto progress = [&](double share) {
        if (options.progress) options.progress({share, fmt::format("{:.0f} % of the requests", share * 100)});
    };
    if (options.replications > 1)
        return sim::runRequestsReplicated(design, run, options.replications, options.threads, std::move(stop),
                                          progress);
    return sim::runRequests(design, run, std::move(stop), progress);
}

// Latencies and loads of normal operation beside the figures over years. The availability run stays the main
// result.
void addNormalOperation(const Design& design, const SimulateOptions& options, std::stop_token stop,
                        SimulationResult& result) {
    const double rate = totalRate(design);
    if (!(rate > 0)) return;
    sim::RequestRunOptions run;
    run.durationS =
        options.durationS > 0 ? options.durationS : std::min(kLongestSteadyS, kSteadyRequests / rate);
    run.seed = options.seed;
    run.maxEvents = static_cast<std::uint64_t>(std::max(1.0, options.budgetS) * kRequestEventsPerSecond);
    Result<SimulationResult> steady = sim::runRequests(design, run, std::move(stop));
    if (!steady) {
        result.assumptions.push_back("No latencies: " + steady.error().message);
        return;
    }
    for (FlowResult& flow : result.flows) {
        const auto same = std::find_if(steady->flows.begin(), steady->flows.end(),
                                       [&](const FlowResult& f) { return f.flow == flow.flow; });
        if (same == steady->flows.end()) continue;
        flow.latencyMs = same->latencyMs;
        flow.requests = same->requests;
    }
    for (NodeResult& node : result.nodes) {
        const auto same = std::find_if(steady->nodes.begin(), steady->nodes.end(),
                                       [&](const NodeResult& n) { return n.id == node.id; });
        if (same == steady->nodes.end()) continue;
        const Estimate availability = node.availability;
        node = *same;
        node.availability = availability;
    }
    result.fingerprint = combined(result.fingerprint, steady->fingerprint);
    result.assumptions.push_back(
        fmt::format("Latencies, requests and loads are those of {} of normal operation, nothing failing.",
                    formatDuration(Duration::seconds(steady->simulatedSeconds))));
}

// The structure alone, in the shape of a result.
SimulationResult exactResult(const StructuralResult& structure) {
    SimulationResult result;
    result.mode = "exact";
    for (const FlowAvailability& flow : structure.flows) {
        FlowResult one;
        one.flow = flow.flow;
        one.availabilityTime = flow.availability;
        const auto known = [](std::optional<double> value, double scale) {
            return value ? Estimate::exactly(*value * scale) : Estimate::unknown();
        };
        one.outages.perYear = known(flow.outagesPerYear, 1);
        one.outages.meanSeconds = known(flow.meanOutageHours, 3600);
        result.flows.push_back(std::move(one));
        for (const std::string& sentence : flow.leftOut)
            if (std::find(result.assumptions.begin(), result.assumptions.end(), sentence) ==
                result.assumptions.end())
                result.assumptions.push_back(sentence);
    }
    result.assumptions.emplace_back("Balancers know at once what works (perfect views); a year has 8760 h.");
    return result;
}

Error usage(std::string code, std::string message, std::string cure) {
    return {ErrorKind::usage, std::move(code), std::move(message), std::move(cure), {}};
}

Status checkOptions(const Design& design, const SimulateOptions& options) {
    if (!options.scenario.empty() && !design.scenarios.contains(options.scenario))
        return usage("scenario.unknown",
                     fmt::format("The design has no scenario \"{}\".", shownName(options.scenario)), "");
    if (!options.scenario.empty() && (options.mode == Mode::availability || options.mode == Mode::exact))
        return usage("simulate.scenario",
                     fmt::format("Mode {} does not run scenarios.", nameOf(options.mode)),
                     "Leave out the scenario, or use mode requests.");
    const auto within = [](double value, double low, double high) { return value >= low && value <= high; };
    if (options.precision && !(*options.precision > 0 && *options.precision <= 1))
        return usage("simulate.precision", "The precision must be above 0 and at most 1.",
                     "0.05 asks for 5 % of the unavailability.");
    if (!within(options.years, 0, kMostYears))
        return usage("simulate.years",
                     fmt::format("{} years cannot be simulated.", formatNumber(options.years)),
                     fmt::format("Give a number above 0 and up to {}.", grouped(formatNumber(kMostYears))));
    if (options.durationS != 0 && !within(options.durationS, kShortestDurationS, kLongestDurationS))
        return usage("simulate.duration",
                     fmt::format("A duration of {} s cannot be simulated.", formatNumber(options.durationS)),
                     fmt::format("Give from 1 ms to {} s.", grouped(formatNumber(kLongestDurationS))));
    if (options.replications > kMostReplications)
        return usage("simulate.replications",
                     fmt::format("{} replications are too many.", options.replications),
                     fmt::format("At most {} are run.", grouped(std::to_string(kMostReplications))));
    if (options.threads > kMostThreads)
        return usage("simulate.threads", fmt::format("{} threads are too many.", options.threads),
                     fmt::format("At most {} are used; 0 takes one per core.", kMostThreads));
    if (options.seed > kLargestSeed)
        return usage("simulate.seed", fmt::format("The seed {} is too large.", options.seed),
                     fmt::format("Give a whole number up to {}.", kLargestSeed));
    return success();
}

// How sharp the unavailability of the design became, from its own interval.
Precision precisionOf(const SimulationResult& result, double wanted) {
    Precision precision{wanted, std::nullopt, false};
    const auto design = std::find_if(result.flows.begin(), result.flows.end(),
                                     [](const FlowResult& flow) { return flow.flow == "design"; });
    if (design == result.flows.end()) return precision;
    const Estimate& up = design->availabilityTime;
    if (!up.value || !up.ci95) return precision;
    const double halfWidth = (up.ci95->high - up.ci95->low) / 2, down = 1 - *up.value;
    if (halfWidth == 0)
        precision.reached = 0; // nothing can fail
    else if (up.method == Method::simulated && down > 0)
        precision.reached = halfWidth / down;
    // The engine compares before it subtracts from 1: allow for the rounding.
    precision.met = (precision.reached && *precision.reached <= wanted * (1 + 1e-9)) || down >= 1;
    return precision;
}

// A precision that was asked for and is not there is said, not left to the reader of intervals.
void judgePrecision(const SimulateOptions& options, SimulationResult& result) {
    if (options.years > 0 || options.replications > 0) return;
    result.precision = precisionOf(result, options.precision.value_or(kUsualPrecision));
    if (result.precision->met || !options.precision || result.partial) return;
    result.partial = true;
    result.partialReason = "The precision was not reached within the budget of work.";
}

} // namespace

Result<SimulationResult> simulate(const Design& design, const SimulateOptions& options,
                                  std::stop_token stop) {
    if (const Status valid = checkOptions(design, options); !valid) return valid.error();
    const bool requests = options.mode == Mode::requests || !options.scenario.empty();
    const Result<StructuralResult> structure = exactFigures(design, stop);
    if (!structure && (options.mode == Mode::exact || stop.stop_requested())) return structure.error();
    Result<SimulationResult> run = options.mode == Mode::exact
                                       ? Result<SimulationResult>(exactResult(*structure))
                                   : requests ? runScenario(design, options, stop)
                                              : runAvailability(design, options, stop);
    if (!run) return run;
    SimulationResult result = std::move(run).value();
    if (options.mode == Mode::automatic && !requests && !result.partial)
        addNormalOperation(design, options, stop, result);
    if (options.mode != Mode::exact && !requests) judgePrecision(options, result);
    result.mode = options.mode == Mode::exact ? "exact" : requests ? "requests" : "availability";
    result.designName = design.name;
    result.designHash = designHash(design);
    result.engineVersion = sim::engineVersion();
    result.catalogueVersion = Catalogue::builtIn().version();
    result.seed = options.seed;
    result.scenario = options.scenario;
    result.priceBook = design.settings.priceBook;
    result.capacityBook = design.settings.capacityBook;
    result.cost = monthlyCost(design);
    if (structure)
        result.exact = structure->flows;
    else
        result.assumptions.push_back("No exact figures: " + structure.error().message);
    for (const Objective& objective : design.objectives)
        result.objectives.push_back(judge(objective, result));
    result.reproduce = commandLine(options);
    return result;
}

} // namespace alwayson::verbs
