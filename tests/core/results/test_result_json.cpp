// The keys that programs rely on, and null for what is not known or not a number.

#include "core/base/json.h"
#include "core/results/simulation_result.h"
#include "tests/support/test_support.h"

#include <cmath>
#include <limits>

using namespace alwayson;

namespace {

Estimate simulated(double value, double low, double high) {
    return {value, Interval{low, high}, Method::simulated, 30, {}};
}

CheckReport someReport() {
    CheckReport report;
    report.designName = "Shop";
    report.designHash = "abc";
    report.issues.push_back({"redundancy.single_member",
                             Severity::warning,
                             "lb1 has no stand-in.",
                             {"lb1", "shoppers"},
                             "Add one.",
                             std::nullopt});
    report.issues.push_back({"timers.redispatch_off",
                             Severity::hint,
                             "off",
                             {"lb1"},
                             "on",
                             operation::setParameter(Collection::nodes, "lb1", "redispatch", true)});
    report.singlePointsOfFailure = {"lb1"};
    report.minimalCutSets = {{{"lb1"}, 1e-4}, {{"web1", "web2"}, 1e-8}};
    report.minimalCutSetsTotal = 2;
    FlowAvailability flow;
    flow.flow = "shoppers:read";
    flow.availability = Estimate::exactly(0.999);
    flow.mttffHours = 1000;
    flow.outagesPerYear = 8.76;
    report.flows.push_back(flow);
    report.loads.push_back({"lb1", 400, std::numeric_limits<double>::infinity(), 0, std::nullopt});
    report.cost = {
        12.5, true, "realistic", {{"web1", 12.5, "a price"}, {"traffic", std::nullopt, "no price"}}};
    return report;
}

// Walks the tree: every number finite, no exception when it is written.
void allFinite(const Json& json) {
    for (const auto& [key, value] : json.items()) {
        if (value.is_structured())
            allFinite(value);
        else if (value.is_number())
            QVERIFY2(std::isfinite(value.get<double>()), key.c_str());
    }
}

QStringList keysOf(const Json& json) {
    QStringList keys;
    for (const auto& [key, value] : json.items())
        keys << QString::fromStdString(key);
    return keys;
}

void hasKeys(const Json& json, const QStringList& wanted) {
    for (const QString& key : wanted)
        QVERIFY2(json.contains(key.toStdString()), qPrintable(key + " not in " + keysOf(json).join(", ")));
}

} // namespace

class TestResultJson : public QObject {
    Q_OBJECT

private slots:
    void estimates() {
        QCOMPARE(toJson(Estimate::unknown()).dump(),
                 std::string(R"({"value":null,"ci95":null,"method":"none","samples":0})"));
        QCOMPARE(toJson(Estimate::exactly(0.5)).dump(),
                 std::string(R"({"value":0.5,"ci95":null,"method":"exact","samples":0})"));
        QCOMPARE(toJson(simulated(2, 1.5, 2.5)).dump(),
                 std::string(R"({"value":2.0,"ci95":[1.5,2.5],"method":"simulated","samples":30})"));
        QVERIFY(toJson(Estimate::exactly(std::nan(""))).at("value").is_null());
        QVERIFY(toJson(simulated(1, 0, INFINITY)).at("ci95").at(1).is_null());
        QCOMPARE(std::string(toString(Method::contract)), std::string("contract"));
        QCOMPARE(std::string(toString(Severity::hint)), std::string("hint"));
    }

    void checkReport() {
        const Json json = toJson(someReport());
        hasKeys(json, {"schema", "design", "issues", "single_points_of_failure", "minimal_cut_sets",
                       "minimal_cut_sets_total", "flows", "cost"});
        QCOMPARE(json.at("schema").get<std::string>(), std::string("alwayson-check/1"));
        QCOMPARE(json.at("design").dump(), std::string(R"({"name":"Shop","hash":"abc"})"));
        const Json& issue = json.at("issues").at(0);
        QCOMPARE(
            issue.dump(),
            std::string(
                R"({"code":"redundancy.single_member","severity":"warning","message":"lb1 has no stand-in.",)"
                R"("where":["lb1","shoppers"],"fix":"Add one.","operation":null})"));
        QCOMPARE(json.at("issues").at(1).at("operation").at("op").get<std::string>(), std::string("set"));
        QCOMPARE(json.at("minimal_cut_sets").dump(), std::string(R"([["lb1"],["web1","web2"]])"));
        const Json& availability = json.at("flows").at(0).at("availability");
        hasKeys(availability, {"value", "method", "downtime_min_per_year", "mttff_h", "outages_per_year"});
        QVERIFY(std::abs(availability.at("downtime_min_per_year").get<double>() - 525.6) < 1e-6);
        QVERIFY(json.at("loads").at(0).at("capacity_per_s").is_null());
        QCOMPARE(json.at("cost").at("usd_per_month").get<double>(), 12.5);
        QVERIFY(json.at("cost").at("at_least").get<bool>());
        QCOMPARE(json.at("cost").at("items").at(1).dump(),
                 std::string(R"({"id":"traffic","usd_per_month":null,"why":"no price"})"));
        allFinite(json);
    }

    void simulationResult() {
        SimulationResult result;
        result.designName = "Shop";
        result.scenario = "kill";
        result.seed = std::numeric_limits<std::uint64_t>::max();
        FlowResult flow;
        flow.flow = "shoppers";
        flow.availabilityTime = simulated(0.99, 0.98, 1);
        flow.latencyMs.p99 = simulated(60, 55, 65);
        flow.requests = {100, 90, 120, 0, {{"refused", 4}, {"deadline", 6}}};
        flow.outages.perYear = simulated(3, 2, 4);
        result.flows.push_back(flow);
        NodeResult node;
        node.id = "web1";
        node.meanInSystem = std::numeric_limits<double>::infinity();
        result.nodes.push_back(node);
        Recovery detected;
        detected.what = "web1";
        detected.mode = "crash";
        detected.detectionMeanS = simulated(4.7, 4.5, 4.9);
        detected.detectionSamplesS = {4.7};
        Recovery group = detected;
        group.what = "db";
        group.count = 3;
        group.resumed = 1;
        group.totalMeanS = simulated(7, 6, 8);
        group.servedMeanS = simulated(20, 10, 30);
        result.recovery = {detected, group};
        result.objectives.push_back({"o1", std::nullopt, simulated(0.99, 0.98, 1), 0.985, "undecided"});
        result.series.push_back({"shoppers", 1, {{1, 5, 5, 0, 3, 4}, {2, 5, 0, 5, 0, 0}}});
        result.nodeSeries.push_back({"web1", 1, {0.5}, {2}});
        result.events.push_back({40, "failed", "web1", "", "web1 crashed", "crash"});
        result.waterfall.push_back({"web1: crash", 3});
        result.cost = {1, false, "seed", {}};
        const Json json = toJson(result);
        hasKeys(json, {"schema", "design", "engine", "mode", "seed", "scenario", "flows", "recovery", "data",
                       "cost", "objectives", "spread", "waterfall", "exact", "fingerprint", "reproduce"});
        QCOMPARE(json.at("schema").get<std::string>(), std::string("alwayson-result/1"));
        QCOMPARE(json.at("seed").get<std::uint64_t>(), result.seed);
        hasKeys(json.at("flows").at(0).at("availability"), {"time", "requests", "good"});
        const Json& set = json.at("recovery").at(1);
        QCOMPARE(set.at("losses").get<int>(), 4);
        QCOMPARE(set.at("until_served_s").at("mean").get<double>(), 20.0);
        QCOMPARE(set.at("total_s").at("mean").get<double>(), 7.0);
        hasKeys(json.at("flows").at(0).at("availability").at("time"), {"value", "ci95", "method", "samples"});
        hasKeys(json.at("flows").at(0).at("latency_ms"), {"mean", "p50", "p90", "p95", "p99", "p999", "max"});
        QCOMPARE(json.at("flows").at(0).at("latency_ms").at("p99").at("ci95").dump(),
                 std::string("[55.0,65.0]"));
        QCOMPARE(json.at("flows").at(0).at("requests").at("failed").dump(),
                 std::string(R"({"deadline":6,"refused":4})"));
        hasKeys(json.at("flows").at(0).at("outages"), {"per_year", "mean_s", "p95_s", "longest_s"});
        QCOMPARE(json.at("flows").at(0).at("outages").at("per_year").get<double>(), 3.0);
        hasKeys(json.at("recovery").at(0), {"what", "mode", "detection_s", "failover_s", "total_s"});
        QCOMPARE(json.at("recovery").at(0).at("detection_s").at("mean").get<double>(), 4.7);
        QVERIFY(json.at("recovery").at(0).at("failover_s").at("p95").is_null());
        hasKeys(json.at("data"), {"lost_transactions", "rpo_s", "diverged_writes", "stale_reads"});
        QVERIFY(json.at("objectives").at(0).at("met").is_null());
        hasKeys(json.at("objectives").at(0), {"id", "met", "value", "ci95", "target"});
        QCOMPARE(json.at("events").at(0).at("mode").get<std::string>(), std::string("crash"));
        QVERIFY(json.at("events").at(0).at("by").is_null());
        hasKeys(json.at("spread"), {"p_outage_free_year", "downtime_min_per_year"});
        hasKeys(json.at("spread").at("downtime_min_per_year"), {"p50", "p95", "p99"});
        hasKeys(json.at("waterfall").at(0), {"cause", "downtime_min_per_year"});
        QVERIFY(json.at("series").at(0).at("points").at(1).at("p99_ms").is_null()); // nothing succeeded in
                                                                                    // that step
        QVERIFY(json.at("nodes").at(0).at("mean_in_system").is_null());
        allFinite(json);
        result.scenario.clear();
        QVERIFY(toJson(result).at("scenario").is_null());
    }
};

ALWAYSON_TEST_MAIN(TestResultJson, test_result_json)
#include "test_result_json.moc"
