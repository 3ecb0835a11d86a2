#include "app/cli/texts.h"
#include "core/base/units.h"

#include <fmt/format.h>

namespace alwayson::cli {

namespace {

std::string tag(const Estimate& estimate) {
    std::string text(toString(estimate.method));
    if (estimate.method == Method::simulated && estimate.samples > 0) text += fmt::format(", n={}", estimate.samples);
    return text;
}

std::string figure(const Estimate& estimate, std::string (*print)(double)) {
    if (!estimate.value) return "not known";
    std::string text = print(*estimate.value);
    if (estimate.ci95) text += fmt::format("  [{} - {}]", print(estimate.ci95->low), print(estimate.ci95->high));
    return text;
}

std::string milliseconds(double value) {
    return formatDuration(Duration::milliseconds(value));
}
std::string seconds(double value) {
    return formatDuration(Duration::seconds(value));
}
std::string plain(double value) {
    return formatSignificant(value);
}
std::string minutes(double value) {
    return formatDuration(Duration::minutes(value));
}

void row(std::vector<std::vector<std::string>>& rows, const char* name, const Estimate& estimate, std::string (*print)(double)) {
    if (!estimate.value) return;
    rows.push_back({name, figure(estimate, print), tag(estimate) + (estimate.note.empty() ? "" : "; " + estimate.note)});
}

std::string flowText(const FlowResult& flow) {
    std::string text = flow.flow + "\n";
    std::vector<std::vector<std::string>> rows;
    row(rows, "availability, time", flow.availabilityTime, formatAvailability);
    row(rows, "availability, requests", flow.availabilityRequests, formatAvailability);
    row(rows, "good requests", flow.availabilityGood, formatAvailability);
    const LatencyFigures& latency = flow.latencyMs;
    row(rows, "latency mean", latency.mean, milliseconds);
    row(rows, "latency p50", latency.p50, milliseconds);
    row(rows, "latency p90", latency.p90, milliseconds);
    row(rows, "latency p95", latency.p95, milliseconds);
    row(rows, "latency p99", latency.p99, milliseconds);
    row(rows, "latency p99.9", latency.p999, milliseconds);
    row(rows, "latency max", latency.max, milliseconds);
    row(rows, "outages per year", flow.outages.perYear, plain);
    row(rows, "outage, mean", flow.outages.meanSeconds, seconds);
    row(rows, "outage, p95", flow.outages.p95Seconds, seconds);
    row(rows, "outage, longest", flow.outages.longestSeconds, seconds);
    text += table(rows);
    if (flow.requests.offered > 0) {
        text += fmt::format("  {} requests offered, {} succeeded, {} attempts", flow.requests.offered, flow.requests.succeeded, flow.requests.attempts);
        for (const auto& [cause, count] : flow.requests.failed)
            if (count > 0) text += fmt::format(", {} {}", count, cause);
        text += "\n";
    }
    return text;
}

std::string recoveryText(const SimulationResult& result) {
    std::vector<std::vector<std::string>> rows{{"what", "failure", "noticed after (mean)", "95 % within"}};
    for (const Recovery& recovery : result.recovery)
        if (recovery.detectionMeanS.value)
            rows.push_back({recovery.what, recovery.mode, figure(recovery.detectionMeanS, seconds),
                            recovery.detectionP95S.value ? seconds(*recovery.detectionP95S.value) : ""});
    return rows.size() == 1 ? "" : "\nDetection\n" + table(rows);
}

std::string waterfallText(const SimulationResult& result) {
    if (result.waterfall.empty()) return "";
    std::vector<std::vector<std::string>> rows;
    for (const WaterfallItem& item : result.waterfall) rows.push_back({item.cause, minutes(item.downtimeMinutesPerYear) + "/yr"});
    return "\nDowntime by cause\n" + table(rows);
}

std::string eventsText(const SimulationResult& result) {
    if (result.events.empty() || result.scenario.empty()) return "";
    std::vector<std::vector<std::string>> rows;
    for (const RunEvent& event : result.events) {
        if (rows.size() == 40) break;
        rows.push_back({fmt::format("{:8.2f} s", event.atS), event.text});
    }
    std::string text = "\nWhat happened\n" + table(rows);
    if (result.events.size() > rows.size()) text += fmt::format("  ... and {} more (--json lists them)\n", result.events.size() - rows.size());
    return text;
}

std::string spreadText(const Spread& spread) {
    std::vector<std::vector<std::string>> rows;
    row(rows, "a year without an outage", spread.outageFreeYear, formatAvailability);
    row(rows, "downtime per year, p50", spread.downtimeP50, minutes);
    row(rows, "downtime per year, p95", spread.downtimeP95, minutes);
    row(rows, "downtime per year, p99", spread.downtimeP99, minutes);
    return rows.empty() ? "" : "\nSpread behind the mean\n" + table(rows);
}

} // namespace

std::string availabilityText(const Estimate& estimate) {
    return figure(estimate, formatAvailability) + "  " + tag(estimate);
}

std::string simulationText(const SimulationResult& result) {
    std::string text = fmt::format("{}{}  mode {}, seed {}\n", result.designName, result.scenario.empty() ? "" : ", scenario " + result.scenario, result.mode, result.seed);
    if (result.simulatedSeconds > 0)
        text += fmt::format("simulated {} in {} replication{}\n", formatDuration(Duration::seconds(result.simulatedSeconds)), result.replications,
                            result.replications == 1 ? "" : "s");
    if (result.partial) text += "PARTIAL: " + result.partialReason + "\n";
    text += "Brackets: 95 % interval of the sampling error.\n\n";
    for (const FlowResult& flow : result.flows) text += flowText(flow);
    text += recoveryText(result) + spreadText(result.spread) + waterfallText(result) + eventsText(result);
    if (!result.exact.empty()) {
        text += "\nExact, beside it (structure with perfect views)\n";
        std::vector<std::vector<std::string>> rows;
        for (const FlowAvailability& flow : result.exact) rows.push_back({flow.flow, availabilityText(flow.availability)});
        text += table(rows);
    }
    if (!result.objectives.empty()) text += "\nObjectives\n";
    for (const ObjectiveResult& objective : result.objectives) text += fmt::format("  {:<9} {}\n", objective.met ? (*objective.met ? "met" : "MISSED") : "undecided", objective.sentence);
    text += fmt::format("\nCost {}{} per month (price book {})\n", result.cost.atLeast ? "at least " : "", formatMoney(Money(result.cost.usdPerMonth)), result.cost.priceBook);
    if (!result.assumptions.empty()) text += "\nNot modelled or assumed\n";
    for (const std::string& sentence : result.assumptions) text += "  " + sentence + "\n";
    if (!result.fingerprint.empty()) text += fmt::format("\nFingerprint {}, engine {}\n", result.fingerprint, result.engineVersion);
    text += "Again: " + result.reproduce + "\n";
    return text;
}

} // namespace alwayson::cli
