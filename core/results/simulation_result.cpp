#include "core/results/simulation_result.h"

#include "core/base/units.h"
#include "core/results/flow_json.h"
#include "core/results/json_number.h"

#include <fmt/format.h>

namespace alwayson {

namespace {

Json textOrNull(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

// A plain number beside its interval, for objects whose keys are figures: {"mean": 4.7, "mean_ci95":
// [4.5, 4.9]}.
void putFigure(Json& json, const std::string& key, const Estimate& estimate) {
    const Json whole = toJson(estimate);
    json[key] = whole.at("value");
    json[key + "_ci95"] = whole.at("ci95");
}

Json flowJson(const FlowResult& flow) {
    Json json;
    json["id"] = flow.flow;
    json["availability"] = {{"time", toJson(flow.availabilityTime)},
                            {"requests", toJson(flow.availabilityRequests)},
                            {"good", toJson(flow.availabilityGood)}};
    const LatencyFigures& l = flow.latencyMs;
    json["latency_ms"] = {{"mean", toJson(l.mean)}, {"p50", toJson(l.p50)}, {"p90", toJson(l.p90)},
                          {"p95", toJson(l.p95)},   {"p99", toJson(l.p99)}, {"p999", toJson(l.p999)},
                          {"max", toJson(l.max)}};
    Json failed = Json::object();
    for (const auto& [cause, count] : flow.requests.failed)
        failed[cause] = count;
    json["requests"] = {{"offered", flow.requests.offered},
                        {"succeeded", flow.requests.succeeded},
                        {"failed", std::move(failed)},
                        {"attempts", flow.requests.attempts},
                        {"degraded", flow.requests.degraded}};
    Json outages;
    putFigure(outages, "per_year", flow.outages.perYear);
    putFigure(outages, "mean_s", flow.outages.meanSeconds);
    putFigure(outages, "p95_s", flow.outages.p95Seconds);
    putFigure(outages, "longest_s", flow.outages.longestSeconds);
    if (!flow.outages.lengths.empty()) {
        outages["lengths"] = Json::array();
        for (const DurationBin& bin : flow.outages.lengths)
            outages["lengths"].push_back({{"from_s", bin.fromS},
                                          {"below_s", bin.belowS ? Json(*bin.belowS) : Json(nullptr)},
                                          {"count", bin.count}});
    }
    json["outages"] = std::move(outages);
    if (flow.unserved.totalS.value) {
        putFigure(json["unserved"], "total_s", flow.unserved.totalS);
        putFigure(json["unserved"], "longest_s", flow.unserved.longestS);
        json["unserved"]["count"] = flow.unserved.count;
    }
    if (flow.mttffHours.value) json["mttff_h"] = toJson(flow.mttffHours);
    return json;
}

Json nodeJson(const NodeResult& node) {
    return {{"id", node.id},
            {"utilisation", finiteOrNull(node.utilisation)},
            {"mean_in_system", finiteOrNull(node.meanInSystem)},
            {"arrivals_per_s", finiteOrNull(node.arrivalsPerSecond)},
            {"arrivals", node.arrivals},
            {"completed", node.completed},
            {"failed", node.failed},
            {"in_flight_at_end", node.inFlightAtEnd},
            {"wait_probability", toJson(node.waitProbability)},
            {"wait_ms",
             {{"mean", toJson(node.meanWaitMs)},
              {"p95", toJson(node.p95WaitMs)},
              {"p99", toJson(node.p99WaitMs)}}},
            {"sojourn_ms", {{"mean", toJson(node.meanSojournMs)}}},
            {"availability", toJson(node.availability)}};
}

Json meanAndP95(const Estimate& mean, const Estimate& p95) {
    Json json;
    putFigure(json, "mean", mean);
    putFigure(json, "p95", p95);
    json["samples"] = mean.samples;
    return json;
}

Json recoveryJson(const Recovery& recovery) {
    Json json{{"what", recovery.what},
              {"mode", recovery.mode},
              {"detection_s", meanAndP95(recovery.detectionMeanS, recovery.detectionP95S)},
              {"failover_s", meanAndP95(recovery.failoverMeanS, recovery.failoverP95S)},
              {"total_s", meanAndP95(recovery.totalMeanS, recovery.totalP95S)}};
    if (recovery.totalLongestS.value) putFigure(json["total_s"], "longest", recovery.totalLongestS);
    if (recovery.ofGroup()) {
        json["losses"] = recovery.losses();
        json["until_served_s"] = meanAndP95(recovery.servedMeanS, recovery.servedP95S);
        if (recovery.servedLongestS.value)
            putFigure(json["until_served_s"], "longest", recovery.servedLongestS);
        json["promotion_s"] = meanAndP95(recovery.promotionMeanS, recovery.promotionP95S);
        json["reroute_s"] = meanAndP95(recovery.rerouteMeanS, recovery.rerouteP95S);
        json["count"] = recovery.count;
        json["by_hand"] = recovery.byHand;
        json["blocked"] = recovery.blocked;
        json["resumed"] = recovery.resumed;
        json["unfinished"] = recovery.unfinished;
        json["unfinished_for_s"] = recovery.unfinishedForS;
        if (recovery.rpoMeanS.value) json["rpo_s"] = meanAndP95(recovery.rpoMeanS, recovery.rpoP95S);
    }
    return json;
}

// null: this run does not know.
Json dataJson(const DataFigures& data) {
    Json json{{"lost_transactions", nullptr}, {"rpo_s", nullptr},
              {"diverged_writes", nullptr},   {"stale_reads", nullptr},
              {"ambiguous_writes", nullptr},  {"split_brain_s", nullptr},
              {"errant_writes", nullptr},     {"replica_reads", nullptr},
              {"read_age_s", nullptr}};
    if (data.lostWrites.value) json["lost_transactions"] = toJson(data.lostWrites);
    if (data.rpoMeanS.value) json["rpo_s"] = meanAndP95(data.rpoMeanS, data.rpoP95S);
    if (data.divergedWrites.value) json["diverged_writes"] = toJson(data.divergedWrites);
    if (data.staleReads.value) json["stale_reads"] = toJson(data.staleReads);
    if (data.replicaReads.value) json["replica_reads"] = toJson(data.replicaReads);
    if (data.readAgeMaxS.value) {
        Json& age = json["read_age_s"];
        putFigure(age, "p50", data.readAgeP50S);
        putFigure(age, "p99", data.readAgeP99S);
        putFigure(age, "max", data.readAgeMaxS);
    }
    if (data.ambiguousWrites.value) json["ambiguous_writes"] = toJson(data.ambiguousWrites);
    if (data.errantWrites.value) json["errant_writes"] = toJson(data.errantWrites);
    if (data.splitBrainS.value) json["split_brain_s"] = toJson(data.splitBrainS);
    return json;
}

Json objectiveJson(const ObjectiveResult& objective) {
    return toJson(objective);
}

Json spreadJson(const Spread& spread) {
    Json downtime;
    putFigure(downtime, "p50", spread.downtimeP50);
    putFigure(downtime, "p95", spread.downtimeP95);
    putFigure(downtime, "p99", spread.downtimeP99);
    Json json;
    putFigure(json, "p_outage_free_year", spread.outageFreeYear);
    json["downtime_min_per_year"] = std::move(downtime);
    return json;
}

Json seriesJson(const NamedSeries& series) {
    Json points = Json::array();
    for (const SeriesPoint& p : series.points) {
        const bool any = p.succeeded > 0;
        points.push_back({{"at_s", finiteOrNull(p.atS)},
                          {"offered", p.offered},
                          {"succeeded", p.succeeded},
                          {"failed", p.failed},
                          {"p50_ms", any ? finiteOrNull(p.p50Ms) : Json(nullptr)},
                          {"p99_ms", any ? finiteOrNull(p.p99Ms) : Json(nullptr)}});
    }
    return {{"id", series.id}, {"step_s", finiteOrNull(series.stepS)}, {"points", std::move(points)}};
}

Json nodeSeriesJson(const NodeSeries& series) {
    Json busy = Json::array();
    for (double share : series.busyShare)
        busy.push_back(finiteOrNull(share));
    Json queue = Json::array();
    for (double waiting : series.queue)
        queue.push_back(finiteOrNull(waiting));
    return {{"id", series.id},
            {"step_s", finiteOrNull(series.stepS)},
            {"busy_share", std::move(busy)},
            {"queue", std::move(queue)}};
}

Json eventJson(const RunEvent& event) {
    return {{"at_s", finiteOrNull(event.atS)},
            {"kind", event.kind},
            {"what", event.what},
            {"by", textOrNull(event.by)},
            {"mode", textOrNull(event.mode)},
            {"text", event.text},
            {"brief", textOrNull(event.brief)}};
}

template <class T>
Json listJson(const std::vector<T>& list, Json (*one)(const T&)) {
    Json json = Json::array();
    for (const T& item : list)
        json.push_back(one(item));
    return json;
}

Json waterfallJson(const WaterfallItem& item) {
    return {{"cause", item.cause}, {"downtime_min_per_year", finiteOrNull(item.downtimeMinutesPerYear)}};
}

Json usersJson(const UsersFigure& users) {
    const auto figure = [](const std::optional<double>& value) {
        return value ? finiteOrNull(*value) : Json(nullptr);
    };
    Json classes = Json::array();
    for (const auto& [id, rate] : users.classes)
        classes.push_back({{"id", id}, {"throughput_per_s", finiteOrNull(rate)}});
    return {{"client", users.client},
            {"users", users.users},
            {"think_s", finiteOrNull(users.thinkS)},
            {"throughput_per_s", finiteOrNull(users.throughputPerS)},
            {"classes", std::move(classes)},
            {"response_ms", figure(users.responseMs)},
            {"users_by_little", figure(users.byLittle)},
            {"exact_throughput_per_s", figure(users.exactThroughputPerS)},
            {"exact_response_ms", figure(users.exactResponseMs)}};
}

Json precisionJson(const Precision& precision) {
    return {{"wanted", precision.wanted},
            {"reached", precision.reached ? finiteOrNull(*precision.reached) : Json(nullptr)},
            {"met", precision.met}};
}

} // namespace

std::string describe(const Precision& precision) {
    const std::string wanted = formatSignificant(precision.wanted * 100, 2) + " % wanted";
    if (!precision.reached) return fmt::format("not known at all, as no outage was seen ({})", wanted);
    return fmt::format("known to within {} % ({})", formatSignificant(*precision.reached * 100, 2), wanted);
}

Json toJson(const SimulationResult& result) {
    Json json;
    json["schema"] = "alwayson-result/1";
    json["design"] = {{"name", result.designName}, {"hash", result.designHash}};
    json["engine"] = {{"version", result.engineVersion}, {"catalogue", result.catalogueVersion}};
    json["mode"] = result.mode;
    json["seed"] = result.seed;
    json["scenario"] = textOrNull(result.scenario);
    json["price_book"] = result.priceBook;
    json["capacity_book"] = result.capacityBook;
    json["simulated_s"] = finiteOrNull(result.simulatedSeconds);
    json["replications"] = result.replications;
    json["partial"] = result.partial;
    json["partial_reason"] = textOrNull(result.partialReason);
    json["precision"] = result.precision ? precisionJson(*result.precision) : Json(nullptr);
    json["flows"] = listJson(result.flows, flowJson);
    json["nodes"] = listJson(result.nodes, nodeJson);
    if (!result.users.empty()) json["users"] = listJson(result.users, usersJson);
    json["recovery"] = listJson(result.recovery, recoveryJson);
    json["data"] = dataJson(result.data);
    json["cost"] = toJson(result.cost);
    json["objectives"] = listJson(result.objectives, objectiveJson);
    json["spread"] = spreadJson(result.spread);
    json["waterfall"] = listJson(result.waterfall, waterfallJson);
    json["exact"] = listJson(result.exact, flowAvailabilityJson);
    json["series"] = listJson(result.series, seriesJson);
    json["node_series"] = listJson(result.nodeSeries, nodeSeriesJson);
    json["events"] = listJson(result.events, eventJson);
    json["assumptions"] = result.assumptions;
    json["fingerprint"] = result.fingerprint;
    json["reproduce"] = result.reproduce;
    return json;
}

} // namespace alwayson
