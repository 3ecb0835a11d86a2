#include "app/cli/texts.h"
#include "core/base/units.h"
#include "core/text/sentence.h"

#include <algorithm>
#include <fmt/format.h>

namespace alwayson::cli {

namespace {

// Cells count characters, not bytes.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string count(std::size_t number) {
    return grouped(std::to_string(number));
}

std::string percent(double share) {
    return grouped(fmt::format("{:.0f} %", share * 100));
}

std::string lowerBound(const CheckReport& report) {
    return report.minimalCutSetsTotal > static_cast<double>(report.minimalCutSets.size())
               ? fmt::format("{} of {}", count(report.minimalCutSets.size()),
                             grouped(fmt::format("{:.0f}", report.minimalCutSetsTotal)))
               : count(report.minimalCutSets.size());
}

std::string availabilitySection(const CheckReport& report) {
    std::vector<std::vector<std::string>> rows{
        {"flow", "availability", "downtime", "structure alone", "outages/yr alone", "first failure after"}};
    for (const FlowAvailability& flow : report.flows) {
        const Estimate& shown = flow.withDetection.value ? flow.withDetection : flow.availability;
        if (!shown.value) {
            rows.push_back({flow.flow, "not known", "", "", "", ""});
            continue;
        }
        rows.push_back(
            {flow.flow, fmt::format("{} {}", formatAvailability(*shown.value), toString(shown.method)),
             formatDowntimePerYear(*shown.value),
             flow.availability.value ? fmt::format("{} {}", formatAvailability(*flow.availability.value),
                                                   toString(flow.availability.method))
                                     : "",
             flow.outagesPerYear ? formatSignificant(*flow.outagesPerYear) : "",
             flow.mttffHours ? formatDuration(Duration::hours(*flow.mttffHours)) : ""});
    }
    // Known only for small designs with exponential times.
    if (std::none_of(report.flows.begin(), report.flows.end(),
                     [](const FlowAvailability& flow) { return flow.mttffHours.has_value(); }))
        for (auto& row : rows)
            row.pop_back();
    // Outages of the structure alone are few beside those that wait to be noticed.
    const bool detected =
        std::any_of(report.flows.begin(), report.flows.end(),
                    [](const FlowAvailability& flow) { return flow.withDetection.value.has_value(); });
    for (auto& row : rows)
        if (detected) row.erase(row.begin() + 4);
    std::string text = "Availability\n" + table(rows);
    if (detected)
        text +=
            "  Structure alone: as if every failure were noticed at once. The availability counts the time "
            "until it is noticed and taken over, too; how many outages a year that makes, a run over the "
            "years counts.\n";
    // Of one client with one class all rows are the same.
    if (report.flows.size() > 3)
        text +=
            "  A client has the mean of its classes by their share; the design is up while every class is.\n";
    if (report.flows.empty() || report.flows.back().leftOut.empty()) return text;
    text += "  What these figures leave out, and how they count:\n";
    for (const std::string& leftOut : report.flows.back().leftOut)
        text += "  - " + visible(leftOut) + "\n";
    return text;
}

std::string structureSection(const CheckReport& report) {
    std::string text = "Single points of failure\n";
    if (report.singlePointsOfFailure.empty()) text += "  none\n";
    for (const std::string& id : report.singlePointsOfFailure)
        text += "  " + id + "\n";
    text += fmt::format("\nMinimal cut sets ({})\n", lowerBound(report));
    std::vector<std::vector<std::string>> rows;
    for (std::size_t i = 0; i < report.minimalCutSets.size() && i < 12; ++i) {
        const CutSet& set = report.minimalCutSets[i];
        rows.push_back({fmt::format("{{{}}}", fmt::join(set.ids, ", ")),
                        fmt::format("down together {}/yr",
                                    formatDuration(Duration::seconds(set.probability * kSecondsPerYear)))});
    }
    text += table(rows);
    if (report.minimalCutSets.size() > 12)
        text +=
            fmt::format("  ... and {} more (--json lists them)\n", count(report.minimalCutSets.size() - 12));
    return text;
}

std::string improvementSection(const CheckReport& report) {
    std::vector<std::vector<std::string>> rows{
        {"part", "in a failure mode", "saves if perfect", "Birnbaum", "Fussell-Vesely", "RAW"}};
    for (const Importance& part : report.importance) {
        if (rows.size() > 8 || part.downtimeMinutesPerYear <= 0) break;
        rows.push_back({part.id, formatSignificant(part.unavailability * 100, 2) + " %",
                        formatDuration(Duration::minutes(part.downtimeMinutesPerYear)) + "/yr",
                        formatSignificant(part.birnbaum), formatSignificant(part.fussellVesely),
                        formatSignificant(part.riskAchievement)});
    }
    std::string text = rows.size() == 1 ? "" : "What to improve first\n" + table(rows) + "\n";
    if (report.levers.empty()) return text;
    std::vector<std::vector<std::string>> levers{{"take-over of", "if", "saves"}};
    for (const Lever& lever : report.levers)
        levers.push_back({lever.group,
                          lever.of == Lever::Of::byHand ? "nobody had to recover it by hand"
                                                        : "another member served at once",
                          formatDuration(Duration::minutes(lever.downtimeMinutesPerYear)) + "/yr"});
    return text + "What better take-overs would save\n" + table(levers) + "\n";
}

std::string loadSection(const CheckReport& report) {
    std::vector<std::vector<std::string>> rows{
        {"part", "load", "capacity", "busy", "busy without one", "capacity from"}};
    for (const Load& load : report.loads) {
        rows.push_back(
            {load.id, formatSignificant(load.requestsPerSecond) + "/s",
             load.capacityPerSecond > 1e15 ? "unlimited" : formatSignificant(load.capacityPerSecond) + "/s",
             percent(load.utilisation),
             !load.utilisationWithoutOne       ? ""
             : *load.utilisationWithoutOne < 0 ? "none left"
                                               : percent(*load.utilisationWithoutOne),
             load.why});
    }
    return rows.size() == 1
               ? ""
               : fmt::format("Load (capacity book {})\n", report.capacityBook) + table(rows) + "\n";
}

std::string costSection(const Cost& cost) {
    std::string text = fmt::format("Cost per month of 730 h (price book {})\n", cost.priceBook);
    std::vector<std::vector<std::string>> rows;
    for (const CostItem& item : cost.items)
        rows.push_back(
            {item.id, item.usdPerMonth ? formatMoney(Money(*item.usdPerMonth)) : "unpriced", item.why});
    rows.push_back({"total", (cost.atLeast ? "at least " : "") + formatMoney(Money(cost.usdPerMonth)), ""});
    return text + table(rows);
}

std::string latencySection(const Estimate& p99) {
    if (!p99.value) return p99.note.empty() ? "" : "Latency p99\n  not known: " + visible(p99.note) + "\n\n";
    const auto show = [](double ms) { return formatDuration(Duration::milliseconds(ms)); };
    return fmt::format("Latency p99, all up\n  {}{}  {}\n\n", show(*p99.value),
                       p99.ci95 ? fmt::format("  [{} - {}]", show(p99.ci95->low), show(p99.ci95->high))
                                : std::string(),
                       toString(p99.method));
}

std::string objectiveSection(const CheckReport& report) {
    if (report.objectives.empty()) return "";
    std::string text = "Objectives\n";
    for (const ObjectiveResult& objective : report.objectives)
        text += fmt::format("  {:<9} {}\n", objective.met ? (*objective.met ? "met" : "MISSED") : "undecided",
                            visible(objective.sentence));
    return text + "\n";
}

std::string issueSection(const CheckReport& report) {
    if (report.issues.empty()) return "Findings\n  none\n";
    std::string text = fmt::format("Findings ({})\n", count(report.issues.size()));
    for (const Issue& issue : report.issues) {
        text += fmt::format("  {:<8} {}\n           {}\n", toString(issue.severity), visible(issue.message),
                            issue.code);
        if (!issue.fix.empty()) text += "           Cure: " + visible(issue.fix) + "\n";
    }
    return text;
}

} // namespace

std::string table(std::vector<std::vector<std::string>> rows, int indent) {
    for (auto& row : rows)
        for (std::string& cell : row)
            cell = visible(cell);
    std::vector<std::size_t> widths;
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i == widths.size()) widths.push_back(0);
            widths[i] = std::max(widths[i], width(row[i]));
        }
    std::string text;
    for (const auto& row : rows) {
        std::string line(static_cast<std::size_t>(indent), ' ');
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) line += std::string(widths[i] - width(row[i]) + 2, ' ');
        }
        while (!line.empty() && line.back() == ' ')
            line.pop_back();
        text += line + "\n";
    }
    return text;
}

std::string scenariosText(const Design& design) {
    if (design.scenarios.empty()) return "";
    std::vector<std::vector<std::string>> rows;
    for (const Scenario& scenario : design.scenarios)
        rows.push_back({scenario.id.str(), scenario.name});
    return "\nScenarios (alwayson-cli simulate DESIGN --scenario ID)\n" + table(rows);
}

std::string checkText(const CheckReport& report) {
    std::string text =
        fmt::format("{}  ({})\n\n", report.designName.empty() ? "Unnamed design" : visible(report.designName),
                    report.designHash.substr(0, 12));
    text += availabilitySection(report) + "\n";
    text += structureSection(report) + "\n";
    text += improvementSection(report);
    text += loadSection(report);
    text += latencySection(report.latencyP99Ms);
    text += costSection(report.cost) + "\n";
    text += objectiveSection(report);
    text += issueSection(report);
    text += "\nYear = 8760 h. Availability counts time in which at least the wanted share of requests can be "
            "served.\n";
    return text;
}

} // namespace alwayson::cli
