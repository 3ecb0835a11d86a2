// Laws that every failure run obeys, whatever the design.
#include "simulator/run/failure_unit.h"
#include "tests/core/structure/design_maker.h"
#include "tests/simulator/run/failure_support.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

using namespace alwayson;
using namespace alwayson::test;

namespace {

// Two balanced servers in two zones behind a balancer, with modes of every effect.
DesignMaker pair() {
    DesignMaker maker;
    maker.domain("za").domain("zb").group("web");
    maker.client("shoppers", 100)
        .haproxy("lb")
        .server("web1", "web", 1000)
        .in("za")
        .server("web2", "web", 1000)
        .in("zb");
    maker.link("shoppers", "lb").link("lb", "web");
    maker.fails("lb", FailureEffect::crash, 4000, 0.2).fails("za", FailureEffect::outage, 20000, 5);
    for (const char* web : {"web1", "web2"})
        maker.fails(web, FailureEffect::crash, 500, 2)
            .fails(web, FailureEffect::hang, 900, 1)
            .fails(web, FailureEffect::gone, 800, 3)
            .fails(web, FailureEffect::errors, 2000, 1, 0.5)
            .fails(web, FailureEffect::slow, 1500, 2, 3);
    maker.fails("zb", FailureEffect::outage, 20000, 5);
    return maker;
}

sim::UnitTotals runUnit(const sim::FailureModel& model, sim::UnitPlan plan) {
    sim::UnitTotals totals;
    sim::FailureUnit unit(model);
    if (!unit.run(plan, {}, totals)) qFatal("stopped");
    return totals;
}

sim::UnitPlan years(double n, std::uint64_t seed) {
    sim::UnitPlan plan;
    plan.key = {seed, 0};
    plan.seconds = n * kSecondsPerYear;
    return plan;
}

template <class Edit>
void editModes(Design& design, const std::string& id, Edit edit) {
    const std::size_t at = design.nodes.indexOf(id);
    Node node = design.nodes.at(at);
    for (FailureMode& mode : node.failureModes)
        edit(mode);
    design.nodes.replace(at, std::move(node));
}

} // namespace

class TestFailureLaws : public QObject {
    Q_OBJECT
private slots:
    // Only writes need the database: the client loses their share of its downtime, the design all of it.
    void aClientIsTheShareWeightedSumOfItsClasses() {
        DesignMaker maker;
        maker.client("c", 100).server("web", "", 1000).server("db", "", 1000);
        maker.link("c", "web")
            .link("web", "db")
            .fails("web", FailureEffect::crash, 900, 2)
            .fails("db", FailureEffect::crash, 500, 4);
        Design design = maker.design();
        Link link = design.links.at(1);
        link.classes = {"write"};
        design.links.replace(1, std::move(link));
        Node client = design.nodes.at(0);
        client.classes.clear(); // read 0.8, write 0.2
        design.nodes.replace(0, std::move(client));
        const auto model = sim::FailureModel::compile(design);
        QVERIFY(model.ok());
        const sim::UnitTotals totals = runUnit(*model, years(20, 3));
        QCOMPARE(model->observables.size(), std::size_t{4}); // c:read, c:write, c, design
        double read = 0, write = 0, clientDown = 0, whole = 0;
        for (std::size_t b = 0; b < totals.batchSeconds.size(); ++b) {
            read += totals.batchDown[4 * b];
            write += totals.batchDown[4 * b + 1];
            clientDown += totals.batchDown[4 * b + 2];
            whole += totals.batchDown[4 * b + 3];
        }
        QVERIFY(read > 0 && write > 2 * read);
        QVERIFY(std::abs(clientDown - (0.8 * read + 0.2 * write)) < 1e-6 * clientDown);
        QCOMPARE(whole, write);
    }

    void timesInStatesSumToTheHorizon() {
        const auto model = sim::FailureModel::compile(pair().design());
        QVERIFY(model.ok());
        for (const bool stationary : {true, false}) {
            sim::UnitPlan plan = years(1500, 3); // beyond the shift of the clock
            plan.stationary = stationary;
            const sim::UnitTotals totals = runUnit(*model, plan);
            QVERIFY(totals.events > 100000);
            QVERIFY(std::fabs(totals.seconds / plan.seconds - 1) < 1e-12);
            for (std::size_t c = 0; c < model->components.size(); ++c) {
                double sum = totals.workingSeconds[c];
                const auto& modes = model->components[c].modes;
                for (std::uint32_t m = modes.first; m < modes.first + modes.count; ++m)
                    sum += totals.modeSeconds[m];
                QVERIFY2(std::fabs(sum / plan.seconds - 1) < 1e-10, model->components[c].id.c_str());
            }
        }
    }

    // A = 1 / (1 + sum MTTR / MTTF), and each mode takes its ratio of it.
    void modesShareTimeByTheirRatios() {
        const auto model = sim::FailureModel::compile(pair().design());
        const sim::UnitTotals totals = runUnit(*model, years(3000, 5));
        for (std::size_t c = 0; c < model->components.size(); ++c) {
            const auto& modes = model->components[c].modes;
            for (std::uint32_t m = modes.first; m < modes.first + modes.count; ++m) {
                const double expected = totals.workingSeconds[c] * model->modes[m].ratio;
                const double failures = totals.workingSeconds[c] / model->modes[m].timeToFailure.mean();
                QVERIFY2(std::fabs(totals.modeSeconds[m] / expected - 1) < 5 / std::sqrt(failures / 2),
                         model->modes[m].cause.c_str());
            }
        }
    }

    void waterfallAddsUpToTheDowntime() {
        sim::FailureRunOptions options;
        options.years = 400;
        options.seed = 7;
        const auto result = sim::runFailures(pair().design(), options);
        QVERIFY(result.ok());
        double sum = 0;
        for (const WaterfallItem& item : result->waterfall)
            sum += item.downtimeMinutesPerYear;
        const double down = (1 - *flowOf(*result, "design").availabilityTime.value) * kMinutesPerYear;
        QVERIFY2(std::fabs(sum / down - 1) < 1e-9, qPrintable(QString("%1 of %2").arg(sum).arg(down)));
        QVERIFY(result->waterfall.size() > 5);
        // The balancer is the only single point of failure: 0.2 h every 4000 h.
        const auto lb = std::find_if(result->waterfall.begin(), result->waterfall.end(),
                                     [](const WaterfallItem& item) { return item.cause.find("lb:") == 0; });
        QVERIFY(lb != result->waterfall.end());
        QVERIFY(std::fabs(lb->downtimeMinutesPerYear / (kMinutesPerYear * 0.2 / 4000.2) - 1) < 0.15);
    }

    // With common random numbers, faster repair never makes it worse, and slower failures neither.
    void availabilityRisesWithTheRepairRate() {
        double before = 0;
        std::vector<double> seen;
        for (const double repairHours : {16.0, 8.0, 4.0, 2.0, 1.0}) {
            Design design = pair().design();
            for (const char* id : {"web1", "web2"})
                editModes(design, id, [&](FailureMode& mode) {
                    mode.repair = Distribution::exponentialMean(repairHours, "h");
                });
            sim::FailureRunOptions options;
            options.years = 200;
            const auto result = sim::runFailures(design, options);
            const double a = *flowOf(*result, "design").availabilityTime.value;
            QVERIFY2(a > before, qPrintable(QString("%1 h: %2").arg(repairHours).arg(a)));
            before = a;
        }
    }

    void sameBytesForAnyNumberOfThreads() {
        std::vector<std::string> texts;
        for (const unsigned threads : {1U, 2U, 8U, 2U}) {
            sim::FailureRunOptions options;
            options.precision = 0.1;
            options.seed = 11;
            options.threads = threads;
            const auto result = sim::runFailures(pair().design(), options);
            QVERIFY(result.ok());
            QCOMPARE(result->fingerprint.size(), std::size_t(16));
            texts.push_back(toJson(*result).dump());
        }
        for (const std::string& text : texts)
            QVERIFY(text == texts.front());
        sim::FailureRunOptions other;
        other.precision = 0.1;
        other.seed = 12;
        QVERIFY(toJson(*sim::runFailures(pair().design(), other)).dump() != texts.front());
    }

    // A worker that did other units before gives the same history.
    void aUsedUnitIsAsGoodAsNew() {
        const auto model = sim::FailureModel::compile(pair().design());
        sim::FailureUnit used(*model);
        sim::UnitTotals first, again;
        QVERIFY(used.run(years(30, 1), {}, first));
        QVERIFY(used.run(years(50, 2), {}, first));
        QVERIFY(used.run(years(30, 1), {}, again));
        const sim::UnitTotals fresh = runUnit(*model, years(30, 1));
        QCOMPARE(again.fingerprint, fresh.fingerprint);
        QVERIFY(again.batchDown == fresh.batchDown);
        QVERIFY(first.fingerprint != fresh.fingerprint);
    }

    // Nobody else's failures move when something is added.
    void anUnconnectedPartChangesNoOtherHistory() {
        const auto record = [](const Design& design) {
            const auto model = sim::FailureModel::compile(design);
            sim::UnitPlan plan = years(40, 9);
            plan.recordHistory = true;
            const sim::UnitTotals totals = runUnit(*model, plan);
            std::map<std::string, std::vector<std::pair<double, int>>> histories;
            for (const sim::HistoryEntry& entry : totals.history)
                histories[model->components[entry.component].id].emplace_back(entry.at, entry.state);
            return std::pair(histories, totals.batchDown.back());
        };
        const auto [before, downBefore] = record(pair().design());
        DesignMaker larger;
        larger.server("aside", {}, 10);
        const Design base = pair().design();
        for (const Node& node : base.nodes)
            larger.edit().nodes.append(node);
        larger.edit().domains = base.domains;
        larger.edit().groups = base.groups;
        larger.edit().links = base.links;
        larger.fails("aside", FailureEffect::crash, 300, 4);
        auto [after, downAfter] = record(larger.design());
        QVERIFY(after.at("aside").size() > 1000);
        after.erase("aside");
        QVERIFY(after == before);
        QVERIFY(before.at("web1").size() > 1000);
        QCOMPARE(downAfter, downBefore);
    }

    void agesAsTheDesignSays() {
        // An outage of its place every 100 h for 100 h. A part that ages always fails every 50 h, one that
        // ages only while powered half as often.
        const auto failuresPerYear = [](Ageing ageing) {
            DesignMaker maker;
            maker.domain("za").client("c").server("s").in("za").link("c", "s");
            maker.fails("za", FailureEffect::outage, 100, 100).fails("s", FailureEffect::crash, 50, 0.001);
            Node node = *maker.design().nodes.find("s");
            node.ageing = ageing;
            maker.edit().nodes.replace(maker.design().nodes.indexOf("s"), node);
            const auto model = sim::FailureModel::compile(maker.design());
            sim::UnitPlan plan = years(300, 1);
            plan.recordHistory = true;
            const sim::UnitTotals totals = runUnit(*model, plan);
            double failures = 0;
            for (const sim::HistoryEntry& entry : totals.history)
                failures += !model->components[entry.component].isDomain && entry.state != 0;
            return failures / 300;
        };
        QVERIFY(std::fabs(failuresPerYear(Ageing::always) / (8760 / 50.0) - 1) < 0.03);
        QVERIFY(std::fabs(failuresPerYear(Ageing::whilePowered) / (8760 / 100.0) - 1) < 0.06);
        QVERIFY(std::fabs(failuresPerYear(Ageing::whileSystemUp) / (8760 / 100.0) - 1) < 0.06);
    }

    // After an outage of a place its members need their restart time: A = 1000 / (1000 + 1 + 9).
    void membersRestartAfterAnOutage() {
        DesignMaker maker;
        maker.domain("za").client("c").server("s").in("za").link("c", "s").fails("za", FailureEffect::outage,
                                                                                 1000, 1);
        Domain zone = *maker.design().domains.find("za");
        zone.parameters["restart_after_outage"] = Distribution::constantValue(9, "h");
        maker.edit().domains.replace(0, zone);
        sim::FailureRunOptions options;
        options.precision = 0.03;
        const auto result = sim::runFailures(maker.design(), options);
        // 1000 h on average from the end of one outage to the next; then 1 h of outage and 9 h of restart,
        // unless the next outage comes before the restart is over (0.9 %).
        const Estimate& a = flowOf(*result, "design").availabilityTime;
        const double p = 9.0 / 1000, expected = (1 + (1 - std::exp(-p)) * 1000) / 1001;
        QVERIFY2(std::fabs((1 - *a.value) / expected - 1) < 0.06, a.note.c_str());
        QVERIFY(!result->waterfall.empty() && result->waterfall[0].cause.find("za:") == 0);
    }

    void stoppedAndBounded() {
        std::stop_source stop;
        stop.request_stop();
        const auto none = sim::runFailures(pair().design(), {}, stop.get_token());
        QVERIFY(!none.ok());
        QVERIFY(none.error().kind == ErrorKind::cancelled);

        sim::FailureRunOptions options;
        options.precision = 1e-6;
        options.maxEvents = 400000;
        const auto bounded = sim::runFailures(pair().design(), options);
        QVERIFY(bounded.ok() && !bounded->partial);
        options.maxEvents = 0;
        options.budgetS = 0.3;
        const auto late = sim::runFailures(pair().design(), options);
        QVERIFY(late.ok());
        QVERIFY(late->partial && late->partialReason.find("time budget") != std::string::npos);
        QVERIFY(late->replications > 0);
        options.years = -1;
        QCOMPARE(sim::runFailures(pair().design(), options).error().code, std::string("failures.years"));
    }

    void saysSoWhenNothingWasSeen() {
        DesignMaker maker;
        maker.client("c").server("s").link("c", "s").fails("s", FailureEffect::crash, 1e7, 1);
        sim::FailureRunOptions options;
        options.years = 1;
        const auto result = sim::runFailures(maker.design(), options);
        const Estimate& a = flowOf(*result, "design").availabilityTime;
        QVERIFY(a.method == Method::bound);
        QVERIFY(*a.value < 1 && *a.value > 0.999 && a.ci95 && a.ci95->high == 1.0);
        QVERIFY(a.note.find("No outage was seen") != std::string::npos);
        QCOMPARE(*flowOf(*result, "design").outages.perYear.value, 0.0);
        QVERIFY(flowOf(*result, "design").outages.perYear.ci95->high > 3.6);
    }
};

ALWAYSON_TEST_MAIN(TestFailureLaws, test_failure_laws)
#include "test_failure_laws.moc"
