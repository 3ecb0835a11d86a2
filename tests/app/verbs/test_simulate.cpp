// simulate: design + options -> result, on the template, on reference rows and on wrong requests.
#include "app/verbs/objectives.h"
#include "app/verbs/verbs.h"
#include "tests/support/test_support.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

using namespace alwayson;

namespace {

const FlowResult& flowOf(const SimulationResult& result, const std::string& id) {
    for (const FlowResult& flow : result.flows)
        if (flow.flow == id) return flow;
    qFatal("no flow %s", id.c_str());
}

Design webPair() {
    auto design = verbs::newFromTemplate("web-pair");
    if (!design) qFatal("%s", design.error().message.c_str());
    return std::move(design).value();
}

Design reference(const std::string& row) {
    auto opened = verbs::open(std::string(ALWAYSON_TEST_DATA) + "/reference/failure/" + row + ".aon.json");
    if (!opened) qFatal("%s", opened.error().message.c_str());
    return opened->design;
}

} // namespace

class TestSimulate : public QObject {
    Q_OBJECT
private slots:
    void automaticGivesAvailabilityLatencyAndCost() {
        verbs::SimulateOptions options;
        options.designFile = "shop.aon.json";
        options.budgetS = 60; // not the clock's business here
        options.precision = 0.1;
        int calls = 0;
        double share = 0;
        options.progress = [&](const verbs::Progress& progress) {
            ++calls;
            QVERIFY(progress.share >= share && progress.share <= 1 && !progress.sentence.empty());
            share = progress.share;
        };
        const auto result = verbs::simulate(webPair(), options);
        QVERIFY2(result.ok(), result ? "" : result.error().message.c_str());
        QVERIFY(calls > 0);
        QVERIFY(!result->partial);
        QCOMPARE(result->mode, std::string("availability"));
        QCOMPARE(result->designName, std::string("Web pair"));
        QCOMPARE(result->priceBook, std::string("realistic"));
        QVERIFY(!result->designHash.empty() && !result->engineVersion.empty());
        QCOMPARE(result->reproduce,
                 std::string("alwayson-cli simulate shop.aon.json --mode auto --precision 0.1 --seed 1"));

        const FlowResult& design = flowOf(*result, "design");
        std::uint64_t outages = 0;
        double bound = design.outages.lengths.front().fromS;
        for (const DurationBin& bin : design.outages.lengths) {
            QCOMPARE(bin.fromS, bound); // side by side
            bound = bin.belowS.value_or(1e30);
            outages += bin.count;
        }
        QCOMPARE(outages, design.outages.longestSeconds.samples);
        QVERIFY(design.outages.lengths.front().count > 0 && design.outages.lengths.back().count > 0);
        QVERIFY(*design.outages.longestSeconds.value >= design.outages.lengths.back().fromS);
        QVERIFY(*design.outages.longestSeconds.value <= bound);
        QVERIFY(design.availabilityTime.method == Method::simulated);
        const Interval ci = *design.availabilityTime.ci95;
        QVERIFY((ci.high - ci.low) / 2 <= 0.1 * (1 - *design.availabilityTime.value) * 1.01);
        QVERIFY(design.availabilityTime.note.find("outages in") != std::string::npos);
        QVERIFY(*flowOf(*result, "shoppers:read").latencyMs.p99.value > 1);
        QVERIFY(flowOf(*result, "shoppers:read").requests.offered > 10000);
        QVERIFY(result->cost.usdPerMonth > 0);
        QVERIFY(!result->waterfall.empty() && !result->assumptions.empty());

        // Exact with perfect views lies above, and exact with detection near what was simulated.
        const auto exact = std::find_if(result->exact.begin(), result->exact.end(),
                                        [](const FlowAvailability& f) { return f.flow == "design"; });
        QVERIFY(exact != result->exact.end());
        const double perfect = 1 - *exact->availability.value, detected = 1 - *exact->withDetection.value;
        QVERIFY(detected > perfect);
        QVERIFY2(std::fabs((1 - *design.availabilityTime.value) / detected - 1) < 0.25,
                 qPrintable(
                     QString("%1 %2 %3").arg(1 - *design.availabilityTime.value).arg(detected).arg(perfect)));
        QCOMPARE(result->objectives.size(), std::size_t(2));
        for (const ObjectiveResult& objective : result->objectives)
            QVERIFY(!objective.sentence.empty());
        QCOMPARE(result->objectives[1].id, std::string("budget"));
        QVERIFY(result->objectives[1].met == std::optional(true));
    }

    void sameSeedSameBytes() {
        verbs::SimulateOptions options;
        options.mode = verbs::Mode::availability;
        options.precision = 0.2;
        options.budgetS = 60;
        options.threads = 1;
        const std::string first = toJson(*verbs::simulate(webPair(), options)).dump();
        options.threads = 2;
        QVERIFY(toJson(*verbs::simulate(webPair(), options)).dump() == first);
        options.seed = 2;
        QVERIFY(toJson(*verbs::simulate(webPair(), options)).dump() != first);
    }

    void aPrecisionThatIsNotReachedIsSaid() {
        verbs::SimulateOptions options;
        options.mode = verbs::Mode::availability;
        options.budgetS = 0.05; // a small budget of work
        options.precision = 1e-4;
        const auto sharp = verbs::simulate(webPair(), options);
        QVERIFY(sharp.ok() && sharp->precision);
        const Estimate& up = flowOf(*sharp, "design").availabilityTime;
        QCOMPARE(sharp->precision->wanted, 1e-4);
        QCOMPARE(*sharp->precision->reached, (up.ci95->high - up.ci95->low) / 2 / (1 - *up.value));
        QVERIFY(*sharp->precision->reached > 1e-4 && !sharp->precision->met);
        QVERIFY(sharp->partial && !sharp->partialReason.empty());
        QCOMPARE(toJson(*sharp)["precision"]["met"], Json(false));
        QVERIFY(describe(*sharp->precision).find("(0.01 % wanted)") != std::string::npos);

        options.precision = 0.3;
        const auto rough = verbs::simulate(webPair(), options);
        QVERIFY(rough.ok() && rough->precision->met && !rough->partial);
        QVERIFY(*rough->precision->reached <= 0.3);

        // Nobody asked: what was reached is told, and it is no failure.
        options.precision = std::nullopt;
        const auto usual = verbs::simulate(webPair(), options);
        QVERIFY2(usual.ok(), usual ? "" : usual.error().message.c_str());
        QCOMPARE(usual->precision->wanted, 0.05);
        QVERIFY(*usual->precision->reached > 0.05 && !usual->precision->met && !usual->partial);

        options.years = 100;
        QVERIFY(!verbs::simulate(webPair(), options)->precision);
        QCOMPARE(toJson(*verbs::simulate(webPair(), options))["precision"], Json(nullptr));
    }

    void exactModeIsTheStructure() {
        verbs::SimulateOptions options;
        options.mode = verbs::Mode::exact;
        const auto result = verbs::simulate(reference("R2"), options);
        QVERIFY2(result.ok(), result ? "" : result.error().message.c_str());
        const Estimate& a = flowOf(*result, "design").availabilityTime;
        QVERIFY(a.method == Method::exact && !a.ci95);
        QVERIFY(std::fabs((1 - *a.value) / (1 - 0.999901970395059) - 1) < 1e-9);
        QVERIFY(std::fabs(*flowOf(*result, "design").outages.meanSeconds.value - 18000) < 1e-3);
        QCOMPARE(result->mode, std::string("exact"));
    }

    void deterministicWalkThroughTheVerb() {
        verbs::SimulateOptions options;
        options.mode = verbs::Mode::availability;
        options.years = 300 / kHoursPerYear;
        const auto result = verbs::simulate(reference("D1"), options);
        QVERIFY(result.ok());
        QVERIFY(std::fabs(*flowOf(*result, "design").availabilityTime.value - 260.0 / 300) < 1e-12);
        QCOMPARE(result->events.size(), std::size_t(8));
        QVERIFY(std::fabs(result->events[2].atS / 3600 - 130) < 1e-9);
    }

    void aScenarioRunsRequests() {
        verbs::SimulateOptions options;
        options.scenario = "kill-web2";
        options.traceStepS = 1;
        const auto result = verbs::simulate(webPair(), options);
        QVERIFY2(result.ok(), result ? "" : result.error().message.c_str());
        QCOMPARE(result->mode, std::string("requests"));
        QCOMPARE(result->scenario, std::string("kill-web2"));
        QVERIFY(flowOf(*result, "design").requests.offered > 40000);
        QVERIFY(result->trace != nullptr);
        QVERIFY(!result->series.empty() && !result->exact.empty());
        QVERIFY(result->reproduce.find("--scenario kill-web2") != std::string::npos);
    }

    void wrongRequestsAreRefused() {
        verbs::SimulateOptions options;
        options.scenario = "nowhere";
        QCOMPARE(verbs::simulate(webPair(), options).error().code, std::string("scenario.unknown"));
        options.scenario = "kill-web2";
        options.mode = verbs::Mode::availability;
        QCOMPARE(verbs::simulate(webPair(), options).error().code, std::string("simulate.scenario"));
        options = {};
        const auto refused = [&](auto verbs::SimulateOptions::*option, auto value) {
            verbs::SimulateOptions one;
            one.*option = value;
            const auto result = verbs::simulate(webPair(), one);
            return !result.ok() && result.error().kind == ErrorKind::usage && !result.error().cure.empty()
                       ? result.error().code
                       : "taken";
        };
        using Options = verbs::SimulateOptions;
        for (const double bad : {0.0, -1.0, 1.5, std::nan("")})
            QCOMPARE(refused(&Options::precision, bad), std::string("simulate.precision"));
        for (const double bad : {-1.0, 1.1e7, std::nan("")})
            QCOMPARE(refused(&Options::years, bad), std::string("simulate.years"));
        for (const double bad : {-1.0, 1e-6, 4.1e9, std::nan("")})
            QCOMPARE(refused(&Options::durationS, bad), std::string("simulate.duration"));
        QCOMPARE(refused(&Options::replications, std::uint64_t{1'000'001}),
                 std::string("simulate.replications"));
        QCOMPARE(refused(&Options::threads, 1025U), std::string("simulate.threads"));
        QCOMPARE(refused(&Options::seed, std::uint64_t{1} << 53), std::string("simulate.seed"));
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = verbs::simulate(webPair(), {}, stop.get_token());
        QVERIFY(!stopped.ok() && stopped.error().kind == ErrorKind::cancelled);
    }

    // Time to recover and what is lost, of all failures of a group together.
    void objectivesOfAGroupAreJudged() {
        SimulationResult result;
        result.mode = "availability";
        Recovery all;
        all.what = "db";
        all.mode = "any";
        all.count = 900;
        all.servedMeanS = {8.0, Interval{7.8, 8.2}, Method::simulated, 900, {}};
        all.servedP95S = {12.0, Interval{11.0, 13.0}, Method::simulated, 900, {}};
        all.rpoP95S = {0.0, Interval{0.0, 0.0}, Method::simulated, 900, {}};
        Recovery one = all;
        one.mode = "crash";
        one.servedP95S = {99.0, Interval{90.0, 99.0}, Method::simulated, 900, {}};
        result.recovery = {one, all};
        const auto judged = [&](const std::string& metric, double most) {
            Objective objective;
            objective.of = "db";
            objective.metric = metric;
            objective.atMost = most;
            return verbs::judge(objective, result);
        };
        QVERIFY(judged("rto_mean_s", 10).met == std::optional(true));
        QVERIFY(judged("rto_mean_s", 7).met == std::optional(false));
        QVERIFY(!judged("rto_p95_s", 12).met);
        QVERIFY(judged("rpo_p95_s", 0).met == std::optional(true));
        QVERIFY(!judged("rpo_mean_s", 1).met); // not known
        const std::string sentence = judged("rto_p95_s", 30).sentence;
        QVERIFY2(sentence.starts_with("db: recovery time (RTO), p95 12 s") &&
                     sentence.find("at most 30 s wanted: met") != std::string::npos,
                 sentence.c_str());
    }

    // Kinds of failures side by side, and one that was not finished at the end.
    void objectivesOfAGroupInAScenario() {
        SimulationResult result;
        result.mode = "requests";
        Recovery crash;
        crash.what = "db";
        crash.mode = "crash";
        crash.count = 3;
        crash.servedMeanS = crash.servedP95S = {6.0, std::nullopt, Method::simulated, 3, {}};
        Recovery gone = crash;
        gone.mode = "gone";
        gone.count = 1;
        gone.servedMeanS = gone.servedP95S = {10.0, std::nullopt, Method::simulated, 1, {}};
        result.recovery = {crash, gone};
        const auto judged = [&](const std::string& metric, double most) {
            Objective objective;
            objective.of = "db";
            objective.metric = metric;
            objective.atMost = most;
            return verbs::judge(objective, result);
        };
        QCOMPARE(*judged("rto_mean_s", 7).value.value, 7.0);
        QVERIFY(judged("rto_mean_s", 7).met == std::optional(true));
        QVERIFY(judged("rto_p95_s", 9).met == std::optional(false));
        QVERIFY(!judged("rpo_mean_s", 9).value.value);
        result.data.rpoP95S = Estimate::exactly(0.5);
        QVERIFY(judged("rpo_p95_s", 1).met == std::optional(true));
        QVERIFY(judged("rpo_p95_s", 0.1).met == std::optional(false));
        result.recovery.clear();
        QVERIFY(!judged("rpo_p95_s", 1).value.value);
        QVERIFY(judged("rto_p95_s", 1).sentence.ends_with("is not lost in this run: not judged"));
        result.recovery = {crash, gone};
        result.recovery[1].count = 0;
        result.recovery[1].unfinished = 1;
        result.recovery[1].unfinishedForS = 30;
        QVERIFY(judged("rto_p95_s", 29).met == std::optional(false));
        QVERIFY(!judged("rto_p95_s", 31).met); // it goes on
        QVERIFY(judged("rto_p95_s", 31).sentence.find("at least 30 s") != std::string::npos);
        // Where nobody took over, it served again when what failed was back: that is judged as well.
        result.recovery = {gone};
        result.recovery[0].count = 0;
        result.recovery[0].resumed = 7;
        result.recovery[0].servedMeanS = result.recovery[0].servedP95S = Estimate::exactly(3600);
        QVERIFY(judged("rto_p95_s", 31).met == std::optional(false));
    }

    // Two minutes with a failure are not judged by the share of a year, but by what they use of its budget.
    void aScenarioUsesABudget() {
        SimulationResult result;
        result.mode = "requests";
        result.scenario = "kill";
        result.simulatedSeconds = 240;
        result.replications = 2;
        FlowResult flow;
        flow.flow = "c";
        flow.availabilityRequests = {0.99, Interval{0.98, 0.995}, Method::simulated, 9, {}};
        flow.latencyMs.p99 = Estimate::exactly(400);
        result.flows.push_back(flow);
        Objective objective;
        objective.flow = "c";
        objective.metric = "availability_requests";
        objective.atLeast = 0.9995;
        const ObjectiveResult year = verbs::judge(objective, result);
        QVERIFY(!year.met && !year.isJudged());
        QVERIFY(std::abs(*year.budgetUsed / (0.01 * 120 / (0.0005 * 8760 * 3600)) - 1) < 1e-9);
        QVERIFY2(year.sentence.find(
                     "99.0 % of requests succeed in these 2 min; at least 99.950 % of a year "
                     "wanted: this run alone uses 0.0076 % of that error budget (1.2 s of 4.38 h)") !=
                     std::string::npos,
                 year.sentence.c_str());
        QCOMPARE(toJson(year).at("budget_used").get<double>(), *year.budgetUsed);
        objective.atLeast = 0.999999;
        objective.windowDays = 1;
        const ObjectiveResult day = verbs::judge(objective, result);
        QVERIFY(day.met == std::optional(false) && *day.budgetUsed > 10);
        QVERIFY2(day.sentence.find("of 1 days wanted") != std::string::npos, day.sentence.c_str());
        // What belongs to a scenario is judged; and a run without one, of normal operation, as ever.
        objective.windowDays.reset();
        objective.metric = "latency_p99_ms";
        objective.atLeast.reset();
        objective.atMost = 300;
        QVERIFY(verbs::judge(objective, result).met == std::optional(false));
        QVERIFY(
            verbs::judge(objective, result).sentence.ends_with("missed (of the requests that succeeded)"));
        result.scenario.clear();
        objective.metric = "availability_requests";
        objective.atMost.reset();
        objective.atLeast = 0.999;
        const ObjectiveResult plain = verbs::judge(objective, result);
        QVERIFY(plain.met == std::optional(false) && !plain.budgetUsed);
    }

    void objectivesOfACheckSayWhatTheyAreJudgedOn() {
        CheckReport report;
        FlowAvailability flow;
        flow.flow = "c";
        flow.availability = Estimate::exactly(0.9995);
        report.flows.push_back(flow);
        report.cost.usdPerMonth = 680;
        Objective objective;
        objective.flow = "c";
        objective.metric = "availability_requests";
        objective.atLeast = 0.999;
        const Estimate share = verbs::figureOf(objective, report, {});
        QVERIFY(verbs::isMet(objective, share) == std::optional(true));
        QVERIFY(share.note.find("share of time") != std::string::npos);
        objective.metric = "availability_time";
        QVERIFY(verbs::figureOf(objective, report, {}).note.empty());
        // The same rule as for runs: an interval across the target decides nothing.
        objective = {};
        objective.metric = "latency_p99_ms";
        objective.atMost = 80;
        const Estimate latency{81, Interval{79, 83}, Method::simulated, 20, ""};
        QVERIFY(!verbs::isMet(objective, verbs::figureOf(objective, report, latency)));
        objective.atMost = 78;
        QVERIFY(verbs::isMet(objective, verbs::figureOf(objective, report, latency)) == std::optional(false));
        objective.metric = "latency_p50_ms";
        QVERIFY(!verbs::figureOf(objective, report, latency).value);
        objective.metric = "cost_usd_per_month";
        objective.atMost = 700;
        report.cost.atLeast = true;
        QVERIFY(!verbs::isMet(objective, verbs::figureOf(objective, report, {})));
    }

    void objectivesAreMetMissedOrUndecided() {
        SimulationResult result;
        result.mode = "availability";
        FlowResult flow;
        flow.flow = "c";
        flow.availabilityTime = {0.9995, Interval{0.9993, 0.9997}, Method::simulated, 40, ""};
        result.flows.push_back(flow);
        result.cost.usdPerMonth = 680;
        Objective objective;
        objective.flow = "c";
        objective.metric = "availability_time";
        const auto verdict = [&](double target) {
            objective.atLeast = target;
            return verbs::judge(objective, result).met;
        };
        QVERIFY(verdict(0.999) == std::optional(true));
        QVERIFY(verdict(0.9999) == std::optional(false));
        QVERIFY(!verdict(0.9995));
        QVERIFY(verbs::judge(objective, result).sentence.find("undecided") != std::string::npos);
        objective.metric = "latency_p99_ms";
        QVERIFY(!verbs::judge(objective, result).met);
        objective = {};
        objective.metric = "cost_usd_per_month";
        objective.atMost = 700;
        QVERIFY(verbs::judge(objective, result).met == std::optional(true));
        result.cost.atLeast = true; // with unpriced parts it may be more
        QVERIFY(!verbs::judge(objective, result).met);
        objective.atMost = 600;
        QVERIFY(verbs::judge(objective, result).met == std::optional(false));
        objective = {}; // of a group: not the figure of the flow
        objective.flow = "c";
        objective.of = "db";
        objective.metric = "availability_time";
        objective.atLeast = 0.999;
        QVERIFY(!verbs::judge(objective, result).met);
        QVERIFY(verbs::judge(objective, result).sentence.starts_with("db: "));
    }
};

ALWAYSON_TEST_MAIN(TestSimulate, test_simulate)
#include "test_simulate.moc"
