#include "core/results/check_report.h"

#include "core/results/flow_json.h"
#include "core/results/json_number.h"

#include <array>

namespace alwayson {

namespace {

Json downtimeMinutesPerYear(const Estimate& availability) {
    return availability.value ? finiteOrNull((1 - *availability.value) * kMinutesPerYear) : Json(nullptr);
}

Json importanceJson(const Importance& part) {
    return {{"id", part.id},
            {"unavailability", finiteOrNull(part.unavailability)},
            {"birnbaum", finiteOrNull(part.birnbaum)},
            {"criticality", finiteOrNull(part.criticality)},
            {"fussell_vesely", finiteOrNull(part.fussellVesely)},
            {"risk_achievement_worth", finiteOrNull(part.riskAchievement)},
            {"risk_reduction_worth", finiteOrNull(part.riskReduction)},
            {"downtime_min_per_year", finiteOrNull(part.downtimeMinutesPerYear)}};
}

Json loadJson(const Load& load) {
    return {{"id", load.id},
            {"requests_per_s", finiteOrNull(load.requestsPerSecond)},
            {"capacity_per_s", finiteOrNull(load.capacityPerSecond)}, // null: unlimited
            {"utilisation", finiteOrNull(load.utilisation)},
            {"utilisation_without_one", finiteOrNull(load.utilisationWithoutOne)},
            {"capacity_from", load.why}};
}

} // namespace

std::string_view toString(Severity severity) {
    static constexpr std::array<std::string_view, 3> kNames{"error", "warning", "hint"};
    return kNames[static_cast<std::size_t>(severity)];
}

Json toJson(const Issue& issue) {
    Json json{{"code", issue.code},
              {"severity", toString(issue.severity)},
              {"message", issue.message},
              {"where", issue.where},
              {"fix", issue.fix}};
    json["operation"] = issue.operation ? toJson(*issue.operation) : Json(nullptr);
    return json;
}

Json toJson(const Cost& cost) {
    Json items = Json::array();
    for (const CostItem& item : cost.items)
        items.push_back(
            {{"id", item.id}, {"usd_per_month", finiteOrNull(item.usdPerMonth)}, {"why", item.why}});
    return {{"usd_per_month", finiteOrNull(cost.usdPerMonth)},
            {"at_least", cost.atLeast},
            {"price_book", cost.priceBook},
            {"items", std::move(items)}};
}

Json toJson(const ObjectiveResult& objective) {
    const Json value = toJson(objective.value);
    Json json{{"id", objective.id},
              {"met", objective.met ? Json(*objective.met) : Json(nullptr)},
              {"value", value.at("value")},
              {"ci95", value.at("ci95")},
              {"method", value.at("method")},
              {"target", finiteOrNull(objective.target)},
              {"sentence", objective.sentence}};
    if (objective.budgetUsed) json["budget_used"] = finiteOrNull(*objective.budgetUsed);
    return json;
}

Json flowAvailabilityJson(const FlowAvailability& flow) {
    Json availability = toJson(flow.availability);
    availability["downtime_min_per_year"] = downtimeMinutesPerYear(flow.availability);
    availability["mttff_h"] = finiteOrNull(flow.mttffHours);
    availability["outages_per_year"] = finiteOrNull(flow.outagesPerYear);
    availability["mean_outage_h"] = finiteOrNull(flow.meanOutageHours);
    Json withDetection = toJson(flow.withDetection);
    withDetection["downtime_min_per_year"] = downtimeMinutesPerYear(flow.withDetection);
    return {{"id", flow.flow},
            {"availability", std::move(availability)},
            {"availability_with_detection", std::move(withDetection)},
            {"left_out", flow.leftOut}};
}

Json toJson(const CheckReport& report) {
    Json json;
    json["schema"] = "alwayson-check/1";
    json["design"] = {{"name", report.designName}, {"hash", report.designHash}};
    json["issues"] = Json::array();
    for (const Issue& issue : report.issues)
        json["issues"].push_back(toJson(issue));
    json["single_points_of_failure"] = report.singlePointsOfFailure;
    json["minimal_cut_sets"] = Json::array();
    Json probabilities = Json::array();
    for (const CutSet& cut : report.minimalCutSets) {
        json["minimal_cut_sets"].push_back(cut.ids);
        probabilities.push_back(finiteOrNull(cut.probability));
    }
    json["minimal_cut_set_probabilities"] = std::move(probabilities);
    json["minimal_cut_sets_total"] = finiteOrNull(report.minimalCutSetsTotal);
    json["flows"] = Json::array();
    for (const FlowAvailability& flow : report.flows)
        json["flows"].push_back(flowAvailabilityJson(flow));
    json["importance"] = Json::array();
    for (const Importance& part : report.importance)
        json["importance"].push_back(importanceJson(part));
    json["levers"] = Json::array();
    for (const Lever& lever : report.levers)
        json["levers"].push_back({{"group", lever.group},
                                  {"of", lever.of == Lever::Of::takeOver ? "take_over" : "by_hand"},
                                  {"downtime_min_per_year", finiteOrNull(lever.downtimeMinutesPerYear)}});
    json["loads"] = Json::array();
    for (const Load& load : report.loads)
        json["loads"].push_back(loadJson(load));
    json["latency_p99_ms"] = toJson(report.latencyP99Ms);
    json["normal_operation"] = Json::array();
    for (const FlowInRun& flow : report.normalOperation)
        json["normal_operation"].push_back({{"id", flow.flow},
                                            {"latency_p99_ms", toJson(flow.latencyP99Ms)},
                                            {"availability_good", toJson(flow.good)}});
    json["objectives"] = Json::array();
    for (const ObjectiveResult& objective : report.objectives)
        json["objectives"].push_back(toJson(objective));
    json["cost"] = toJson(report.cost);
    json["price_book"] = report.priceBook;
    json["capacity_book"] = report.capacityBook;
    return json;
}

} // namespace alwayson
