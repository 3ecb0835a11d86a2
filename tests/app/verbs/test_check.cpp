// The verb check on whole designs.

#include "app/verbs/objectives.h"
#include "app/verbs/verbs.h"
#include "core/base/json.h"
#include "core/io/project_file.h"
#include "simulator/exact/queueing.h"
#include "tests/support/test_support.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace alwayson;

namespace {

Design designOf(const std::string& parts) {
    const std::string text = fmt::format(
        R"({{"format": "alwayson-design", "version": 1, "catalogue": 1, "name": "Case", {}}})", parts);
    Result<LoadedDesign> loaded = parseDesign(text, "case.aon.json");
    if (!loaded) qFatal("%s", describe(loaded.error()).c_str());
    return std::move(loaded->design);
}

// A Poisson client of `rate` per second that lies beside one server of `workers` with a mean service of one
// second.
Design queue(double rate, int workers, const std::string& serverMore = "") {
    return designOf(fmt::format(
        R"("nodes": [{{"id": "users", "kind": "client", "parameters": {{"rate_per_s": {}, "network_rtt_ms": 0}}}},
        {{"id": "s", "kind": "server", "parameters": {{"workers": {}, "queue_limit": null, "service": {{"dist": "exponential", "mean_s": 1}}{}}}}}],
        "links": [{{"id": "l", "from": "users", "to": "s"}}])",
        rate, workers, serverMore));
}

const Issue* find(const CheckReport& report, const std::string& code) {
    const auto found = std::find_if(report.issues.begin(), report.issues.end(),
                                    [&](const Issue& i) { return i.code == code; });
    return found == report.issues.end() ? nullptr : &*found;
}

// Two clients with a server each, one of which takes 1.2 s.
Design twoClients(double fastRate, double slowRate, const std::string& objectives) {
    const char* client =
        R"({{"id": "{}", "kind": "client", "parameters": {{"rate_per_s": {}, "attempts": 1, "attempt_timeout_ms": 5000}},
        "classes": [{{"id": "r", "share": 1, "deadline_ms": 5000, "latency_objective_ms": 300}}]}},)";
    const char* server =
        R"({{"id": "{}", "kind": "server", "parameters": {{"workers": 1000, "service": {{"dist": "constant", "value_ms": {}}}}}}})";
    return designOf(fmt::format(
        R"("nodes": [{}{}{},{}], "links": [{{"id": "l1", "from": "fast", "to": "a"}}, {{"id": "l2", "from": "slow", "to": "b"}}],
        "objectives": [{}])",
        fmt::format(fmt::runtime(client), "fast", fastRate),
        fmt::format(fmt::runtime(client), "slow", slowRate), fmt::format(fmt::runtime(server), "a", 1),
        fmt::format(fmt::runtime(server), "b", 1200), objectives));
}

double seconds(const CheckReport& report) {
    return report.latencyP99Ms.value ? *report.latencyP99Ms.value / 1e3 : -1;
}

} // namespace

class TestCheck : public QObject {
    Q_OBJECT

private slots:
    void webPair() {
        const Result<Design> design = verbs::newFromTemplate("web-pair");
        QVERIFY(design.ok());
        const Result<CheckReport> report = verbs::check(*design);
        QVERIFY(report.ok());
        QCOMPARE(report->designHash, designHash(*design));
        QCOMPARE(report->designName, design->name);
        QVERIFY(std::none_of(report->issues.begin(), report->issues.end(),
                             [](const Issue& i) { return i.severity == Severity::error; }));
        const Issue* single = find(*report, "redundancy.single_member");
        QVERIFY(single);
        QCOMPARE(single->where, (std::vector<std::string>{"lb1", "shoppers"}));
        QVERIFY(report->cost.usdPerMonth > (0.085 + 2 * 0.096) * 730); // machines, and traffic on top
        QVERIFY(!report->cost.atLeast);
        const auto web = std::find_if(report->loads.begin(), report->loads.end(),
                                      [](const Load& l) { return l.id == "web"; });
        QVERIFY(web != report->loads.end());
        QVERIFY(std::abs(web->requestsPerSecond - 400) < 1e-9);
        QVERIFY(std::abs(*web->utilisationWithoutOne - 400 / (8 / 0.012)) < 1e-9);
        QVERIFY(!report->latencyP99Ms.value && !report->latencyP99Ms.note.empty());
        // The finding and the exact analysis agree about the load balancer.
        const auto& points = report->singlePointsOfFailure;
        QVERIFY(std::find(points.begin(), points.end(), "lb1") != points.end());
        QVERIFY(std::find(points.begin(), points.end(), "web1") == points.end());
        QCOMPARE(report->flows.back().flow, std::string("design"));
        QVERIFY(report->flows.back().availability.method == Method::exact);
        QVERIFY(*report->flows.back().withDetection.value < *report->flows.back().availability.value);
        QVERIFY(!report->minimalCutSets.empty() && !report->importance.empty());
        QVERIFY(toJson(*report).dump().find("\"alwayson-check/1\"") != std::string::npos);
    }

    // Web servers wait for the database with a worker each: a run of requests measures 37 to 38.5 % busy.
    void workersThatWaitCount() {
        Design design = *verbs::newFromTemplate("e-commerce");
        const auto reportAt = [&](double rate) {
            Node shoppers = *design.nodes.find("shoppers");
            shoppers.parameters["rate_per_s"] = rate;
            design.nodes.replace(design.nodes.indexOf("shoppers"), shoppers);
            return *verbs::check(design);
        };
        const auto without = [](const CheckReport& report, const std::string& id) {
            const auto& points = report.singlePointsOfFailure;
            return std::find(points.begin(), points.end(), id) != points.end();
        };
        const CheckReport calm = reportAt(800);
        const auto web =
            std::find_if(calm.loads.begin(), calm.loads.end(), [](const Load& l) { return l.id == "web1"; });
        QVERIFY(std::abs(web->utilisation - 0.379) < 0.001);
        QVERIFY(std::abs(*web->utilisationWithoutOne - 0.505) < 0.001);
        QVERIFY(web->why.starts_with("8 workers / (12 ms of work + 3.1"));
        QVERIFY(!without(calm, "eu-a"));
        QVERIFY(calm.issues.empty());
        // Two servers carry 1056 a second: at 1150 the zone that is left is overloaded.
        const CheckReport full = reportAt(1050);
        QVERIFY(!without(full, "eu-a"));
        QVERIFY(find(full, "capacity.place_loss_overload")->message.find("queues grow") != std::string::npos);
        const CheckReport tight = reportAt(1150);
        QVERIFY(without(tight, "eu-a") && without(tight, "eu-b"));
        QVERIFY(find(tight, "capacity.place_loss_overload"));
        QVERIFY(*tight.flows.back().availability.value < 0.99995);
    }

    void sameDesignSameBytes() {
        const Design design = *verbs::newFromTemplate("web-pair");
        QCOMPARE(toJson(*verbs::check(design)).dump(), toJson(*verbs::check(design)).dump());
    }

    void stops() {
        std::stop_source source;
        source.request_stop();
        const Result<CheckReport> report =
            verbs::check(*verbs::newFromTemplate("web-pair"), source.get_token());
        QVERIFY(!report.ok());
        QVERIFY(report.error().kind == ErrorKind::cancelled);
    }

    void emptyDesign() {
        const Result<CheckReport> report = verbs::check(Design{});
        QVERIFY(report.ok());
        QVERIFY(report->issues.empty() && report->loads.empty() && report->cost.items.empty());
        QCOMPARE(report->latencyP99Ms.note, std::string("There are no requests."));
    }

    void brokenDesignStillReports() {
        const Design design = designOf(
            R"("nodes": [{"id": "users", "kind": "client"}, {"id": "a", "kind": "server"}, {"id": "b", "kind": "server"}],
            "links": [{"id": "1", "from": "users", "to": "a"}, {"id": "2", "from": "a", "to": "b"}, {"id": "3", "from": "b", "to": "a"}])");
        const Result<CheckReport> report = verbs::check(design);
        QVERIFY2(report.ok(), report ? "" : report.error().message.c_str());
        QVERIFY(find(*report, "connectivity.cycle"));
        QVERIFY(report->flows.empty());
        QCOMPARE(report->loads.size(), std::size_t(2));
        QCOMPARE(report->cost.items.size(), std::size_t(3)); // two servers and the traffic out
    }

    // Reference row Q1: M/M/1 at rho .8, p99 of the time in the system is ln(100) / (mu - lambda).
    void latencyByFormula() {
        QVERIFY(std::abs(seconds(*verbs::check(queue(0.8, 1))) - 23.02585093) < 1e-7);
        QVERIFY(std::abs(seconds(*verbs::check(queue(0.5, 1))) - std::log(100.0) / 0.5) < 1e-9);
        QVERIFY(verbs::check(queue(0.8, 1))->latencyP99Ms.method == Method::exact);
        // Many idle workers: hardly any waiting, so the service time alone: ln 100.
        QVERIFY(std::abs(seconds(*verbs::check(queue(0.001, 50))) - std::log(100.0)) < 1e-6);
    }

    // M/M/c against its definition: the tail of W + S from direct numerical convolution.
    void latencyOfManyWorkers() {
        const double lambda = 9, mu = 1;
        const int c = 10;
        const double t = sim::MmcQueue{lambda, 1 / mu, std::uint64_t(c)}.sojournQuantile(0.99);
        const double wait = 0.668731524108; // Erlang C, reference row Q4
        const double theta = c * mu - lambda;
        double tail = (1 - wait) * std::exp(-mu * t) + wait * std::exp(-theta * t);
        const int steps = 200000;
        for (int i = 0; i < steps; ++i) {
            const double w = (i + 0.5) * t / steps;
            tail += wait * theta * std::exp(-theta * w) * std::exp(-mu * (t - w)) * t / steps;
        }
        QVERIFY2(std::abs(tail - 0.01) < 1e-8, qPrintable(QString::number(tail, 'g', 12)));
    }

    // Whichever of two clients asks more often, each is judged by its own p99.
    void latencyOfTheOwnFlow() {
        for (const auto& [fast, slow] : {std::pair(100.0, 0.5), std::pair(1.0, 1.0)}) {
            const Design design =
                twoClients(fast, slow,
                           R"({"id": "o1", "flow": "slow", "metric": "latency_p99_ms", "at_most": 300},
                                             {"id": "o2", "flow": "fast:r", "metric": "latency_p99_ms", "at_most": 300})");
            const Result<CheckReport> report = verbs::checkWithRun(design);
            QVERIFY(report.ok());
            QCOMPARE(report->objectives.size(), std::size_t{2});
            QVERIFY(report->objectives[0].met == std::optional(false));
            QVERIFY(*report->objectives[0].value.value > 1200);
            QVERIFY(report->objectives[1].met == std::optional(true));
            // Without that run the p99 of both together is none of one.
            const Result<CheckReport> still = verbs::check(design);
            const Estimate ofAll{2, std::nullopt, Method::simulated, 10, {}};
            QVERIFY(!verbs::figureOf(design.objectives.at(0), *still, ofAll).value);
        }
    }

    // All are up, and no answer comes in time: time up says nothing of good answers.
    void goodIsMoreThanUp() {
        const Design design =
            twoClients(100, 5,
                       R"({"id": "o1", "flow": "slow", "metric": "availability_good", "at_least": 0.99},
                                         {"id": "o2", "flow": "fast", "metric": "availability_good", "at_least": 0.9},
                                         {"id": "o3", "flow": "slow", "metric": "latency_p95_ms", "at_most": 300})");
        const Result<CheckReport> still = verbs::check(design);
        QVERIFY(still.ok());
        QVERIFY(!verbs::judge(design.objectives.at(0), *still).met);
        const Result<CheckReport> report = verbs::checkWithRun(design);
        QVERIFY(report.ok());
        QVERIFY(report->objectives[0].met == std::optional(false));
        QVERIFY(*report->objectives[0].value.value < 0.01);
        const ObjectiveResult& fast = report->objectives[1];
        QVERIFY2(fast.met == std::optional(true), fast.sentence.c_str());
        QVERIFY(fast.value.method == Method::approximate);
        QVERIFY2(fast.sentence.find("times the share of time up") != std::string::npos,
                 fast.sentence.c_str());
        const double up = *verbs::figureOf(
                               [] {
                                   Objective time;
                                   time.flow = "fast";
                                   time.metric = "availability_time";
                                   return time;
                               }(),
                               *report, {})
                               .value;
        QCOMPARE(*fast.value.value, up);
        QVERIFY2(report->objectives[2].sentence.find("--mode requests") != std::string::npos,
                 report->objectives[2].sentence.c_str());
    }

    void latencyWithoutFormula() {
        Design alone = *verbs::newFromTemplate("one-server");
        alone.links.erase(1);
        const std::vector<std::pair<Design, std::string>> cases{
            {queue(1.2, 1), "overloaded"},
            {queue(0.5, 1, R"(, "discipline": "ps")"), "share the processor"},
            {queue(0.5, 1, R"(, "queue_order": "lifo")"), "not served in order"},
            {queue(0.5, 1, R"(, "write_service": {"dist": "constant", "value_s": 1})"), "not exponential"},
            {*verbs::newFromTemplate("web-pair"), "several nodes"},
            {alone, "the queue has a limit"}};
        for (const auto& [design, reason] : cases) {
            const Result<CheckReport> report = verbs::check(design);
            QVERIFY(!report->latencyP99Ms.value);
            QVERIFY2(report->latencyP99Ms.note.find(reason) != std::string::npos,
                     report->latencyP99Ms.note.c_str());
        }
    }
};

ALWAYSON_TEST_MAIN(TestCheck, test_check)
#include "test_check.moc"
