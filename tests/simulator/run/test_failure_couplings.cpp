// Crews, restarts that do not work, common causes and standby against exact answers. With ALWAYSON_LONG=1
// 1000 seeds per row instead of 200.
#include "core/structure/common_cause.h"
#include "simulator/markov/group_chain.h"
#include "simulator/run/failure_unit.h"
#include "tests/core/structure/design_maker.h"
#include "tests/simulator/run/failure_support.h"

#include <algorithm>
#include <cmath>

using namespace alwayson;
using namespace alwayson::test;

namespace {

template <class Edit>
void editGroup(Design& design, Edit edit) {
    Group group = design.groups.at(0);
    edit(group);
    design.groups.replace(0, std::move(group));
}

// `count` servers of which `needed` must work; times exponential, in hours.
Design pool(int count, int needed, double mttf, double mttr, int crew = 0) {
    DesignMaker maker;
    maker.group("web", needed).client("c").link("c", "web");
    for (int i = 1; i <= count; ++i) {
        const std::string id = "s" + std::to_string(i);
        maker.server(id, "web").fails(id, FailureEffect::crash, mttf, mttr);
    }
    if (crew > 0) {
        maker.edit().settings.crews.push_back({"ops", crew, Distribution::constantValue(0, "s"), {}});
        editGroup(maker.edit(), [](Group& group) { group.crew = "ops"; });
    }
    return maker.design();
}

void set(Design& design, const std::string& parameter, Value value) {
    editGroup(design, [&](Group& group) { group.parameters[parameter] = std::move(value); });
}

template <class Edit>
void editModes(Design& design, Edit edit) {
    for (std::size_t n = 0; n < design.nodes.size(); ++n) {
        Node node = design.nodes.at(n);
        for (FailureMode& mode : node.failureModes)
            edit(mode);
        design.nodes.replace(n, std::move(node));
    }
}

Design coldPair(double startFailure = 0, double activationHours = 0) {
    Design design = pool(2, 1, 1000, 10, 1);
    set(design, "standby", 1.0);
    set(design, "standby_hazard", 0.0);
    if (startFailure > 0) set(design, "start_failure", startFailure);
    if (activationHours > 0) set(design, "activation", Distribution::exponentialMean(activationHours, "h"));
    return design;
}

Design shocked(const std::string& repair, int crew = 0) {
    Design design = pool(2, 1, 99, 1, crew);
    set(design, "beta", 0.1);
    set(design, "common_cause_repair", repair);
    return design;
}

// One server that starts again in 0.2 h, which helps in 70 of 100 cases; people need 3 h.
Design restarting() {
    Design design = pool(1, 1, 50, 0.2);
    editModes(design, [](FailureMode& mode) {
        mode.repairedBy = RepairedBy::restart;
        mode.restartCoverage = 0.7;
        mode.crewRepair = Distribution::exponentialMean(3, "h");
    });
    return design;
}

// The same of a place around a server that never fails itself.
Design restartingPlace() {
    Design design = pool(1, 1, 1e12, 1);
    Domain zone;
    zone.id = DomainId("z");
    zone.kind = "zone";
    zone.defaultFailureModes = false;
    FailureMode outage = restarting().nodes.at(1).failureModes.front();
    outage.id = "outage";
    outage.effect = FailureEffect::outage;
    zone.failureModes.push_back(std::move(outage));
    design.domains.append(std::move(zone));
    Node server = design.nodes.at(1);
    server.domain = DomainId("z");
    design.nodes.replace(1, std::move(server));
    return design;
}

// Rows whose parts are coupled; the chains of simulator/markov were checked by themselves.
double chainUnavailability(const sim::GroupParameters& parameters) {
    const auto figures = sim::groupFigures(parameters);
    if (!figures) qFatal("%s", describe(figures.error()).c_str());
    return figures->unavailability;
}

sim::GroupParameters coldChain() {
    sim::GroupParameters chain;
    chain.units = 2;
    chain.needed = chain.active = 1;
    chain.modes = {{1e-3, 0.1}};
    chain.spareHazard = 0;
    chain.crews = 1;
    return chain;
}

// pi_i proportional to prod (n - j) l / (min(j + 1, crews) m): unavailability of k of n.
double birthDeath(int n, int k, int crews, double lambda, double mu) {
    double term = 1, all = 1, down = 0;
    for (int i = 1; i <= n; ++i) {
        term *= (n - i + 1) * lambda / (std::min(i, crews) * mu);
        all += term;
        if (n - i < k) down += term;
    }
    return down / all;
}

struct Row {
    const char* name;
    Design design;
    double unavailability;
    std::uint64_t events;
};

std::vector<Row> rows() {
    sim::GroupParameters failsToStart = coldChain(), starts = coldChain(), queued;
    failsToStart.failover.startFailure = 0.05;
    failsToStart.failover.stages = {{1e-7, 1}}; // at once
    starts.failover.stages = {{0.5, 1}};
    queued.units = 2;
    queued.modes = {{1.0 / 99, 1.0}};
    queued.crews = 1;
    queued.commonCause = 0.1;
    const double x = (0.2 + 0.3 * 3) / 50;
    return {{"R3", pool(2, 1, 1000, 10, 1), 1 - 0.999803960007842, 40000},
            {"R5", pool(3, 1, 1000, 10, 1), 1 - 0.999994178182545, 400000},
            {"two people for three", pool(3, 2, 100, 10, 2), birthDeath(3, 2, 2, 0.01, 0.1), 24000},
            {"three people for two", pool(2, 1, 1000, 10, 3), 1 - 0.999901970395059, 40000},
            {"cold standby", coldPair(), 1e-4 / 1.0101, 40000},
            {"fails to start", coldPair(0.05), chainUnavailability(failsToStart), 40000},
            {"has to start", coldPair(0, 0.5), chainUnavailability(starts), 40000},
            {"C6 together", shocked("together"), 0.001080919, 40000},
            {"C6 separately", shocked("separately"), 0.000590295147574, 40000},
            {"C6 separately, one person", shocked("separately", 1), chainUnavailability(queued), 40000},
            {"restarts that do not work", restarting(), x / (1 + x), 24000},
            {"restarts of a place that do not work", restartingPlace(), x / (1 + x), 24000}};
}

} // namespace

class TestFailureCouplings : public QObject {
    Q_OBJECT
private slots:
    void coverage_data() {
        QTest::addColumn<int>("row");
        const std::vector<Row> all = rows();
        for (std::size_t i = 0; i < all.size(); ++i)
            QTest::newRow(all[i].name) << static_cast<int>(i);
    }
    void coverage() {
        QFETCH(int, row);
        const Row wanted = rows()[static_cast<std::size_t>(row)];
        verifyCoverage(wanted.name, wanted.design, wanted.unavailability, wanted.events);
    }

    // R3: 51500 h from new until both are down, however many histories end before.
    void timeToTheFirstOutage() {
        const Design design = pool(2, 1, 1000, 10, 1);
        for (const auto& [years, histories] : {std::pair{2.0, 2000U}, {60.0, 500U}, {0.5, 1U}}) {
            sim::FailureRunOptions options;
            options.years = years;
            options.replications = histories;
            options.seed = 7;
            const auto result = sim::runFailures(design, options);
            QVERIFY(result.ok());
            const Estimate& first = flowOf(*result, "design").mttffHours;
            QVERIFY(first.value.has_value());
            QCOMPARE(first.samples, std::uint64_t(histories));
            if (histories == 1) { // no outage: at least so long
                QVERIFY(first.method == Method::bound);
                QVERIFY(*first.value < 4380);
                continue;
            }
            QVERIFY2(covers(first, 51500), qPrintable(QString::number(*first.value)));
            QVERIFY2(std::fabs(*first.value / 51500 - 1) < 0.12, qPrintable(QString::number(*first.value)));
            QVERIFY(first.ci95->high < 1.3 * first.ci95->low);
        }
        sim::FailureRunOptions longRun;
        longRun.maxEvents = 20000;
        QVERIFY(!flowOf(*sim::runFailures(design, longRun), "design").mttffHours.value);
    }

    // People come when a health check has shown the failure: a server whose repair takes 10 s is down for
    // the detection as well, and no longer than that where nobody watches.
    void peopleAreCalledWhenSomebodySees() {
        for (const bool watched : {true, false}) {
            DesignMaker maker;
            maker.group("web").client("c").haproxy("lb").server("s", "web").link("c", watched ? "lb" : "web");
            if (watched) maker.link("lb", "web").set("lb", "check_inter_ms", 60000.0);
            maker.fails("s", FailureEffect::crash, 10, 1);
            Design design = maker.design();
            editModes(design, [](FailureMode& mode) { mode.repair = Distribution::constantValue(10, "s"); });
            design.settings.crews.push_back({"ops", 1, Distribution::constantValue(5, "s"), {}});
            editGroup(design, [](Group& group) { group.crew = "ops"; });
            const auto model = sim::FailureModel::compile(design);
            sim::FailureUnit unit(*model);
            sim::UnitTotals totals;
            sim::UnitPlan plan;
            plan.key = {1, 0};
            plan.seconds = 20 * kSecondsPerYear;
            plan.stationary = false;
            plan.recordHistory = true;
            QVERIFY(unit.run(plan, {}, totals));
            double shortest = 1e9, longest = 0, failedAt = 0;
            int seenAlready = 0; // by a check that has not noticed the last repair yet
            for (const sim::HistoryEntry& entry : totals.history) {
                if (entry.state != 0) {
                    failedAt = entry.at;
                    continue;
                }
                const double lasted = entry.at - failedAt;
                longest = std::max(longest, lasted);
                if (watched && lasted < 15 + 1e-6)
                    ++seenAlready;
                else
                    shortest = std::min(shortest, lasted);
            }
            QVERIFY(seenAlready < 200);
            QVERIFY(totals.history.size() > 20000);
            // Detection is U(120, 180) s: three checks a minute apart (H1).
            const double low = watched ? 135 : 15, high = watched ? 195 : 15;
            QVERIFY2(shortest > low - 1e-6 && longest < high + 1e-6,
                     qPrintable(QString("%1 to %2").arg(shortest).arg(longest)));
            QVERIFY(longest - shortest >= (watched ? 59 : 0));
        }
    }

    // A slow server passes its checks: nobody would ever come if people waited for them.
    void peopleAreCalledForWhatNoCheckShows() {
        DesignMaker maker;
        maker.group("web").client("c").haproxy("lb").server("s", "web").link("c", "lb").link("lb", "web");
        maker.fails("s", FailureEffect::slow, 100, 1, 4).fails("s", FailureEffect::errors, 100, 1, 0.01);
        Design design = maker.design();
        design.settings.crews.push_back({"ops", 1, Distribution::constantValue(0, "s"), {}});
        editGroup(design, [](Group& group) { group.crew = "ops"; });
        const auto model = sim::FailureModel::compile(design);
        sim::FailureUnit unit(*model);
        sim::UnitTotals totals;
        sim::UnitPlan plan;
        plan.key = {3, 0};
        plan.seconds = 200 * kSecondsPerYear;
        QVERIFY(unit.run(plan, {}, totals));
        const auto& server = *std::find_if(model->components.begin(), model->components.end(),
                                           [](const auto& component) { return component.id == "s"; });
        for (std::uint32_t m = server.modes.first; m < server.modes.first + 2; ++m) {
            const double share = totals.modeSeconds[m] / totals.seconds;
            QVERIFY2(std::fabs(share * 102 - 1) < 0.05, qPrintable(QString::number(share)));
        }
    }

    // Downtime is rate x chance of a bad version x mean rollback x share of the requests that it hits.
    void badDeployments_data() {
        QTest::addColumn<double>("batch");
        QTest::addColumn<double>("errorShare");
        QTest::addColumn<double>("lost"); // share of requests while it lasts
        QTest::newRow("one of two that are needed") << 1.0 << 1.0 << 1.0;
        QTest::newRow("both") << 2.0 << 1.0 << 1.0;
        QTest::newRow("half of the answers of one") << 1.0 << 0.5 << 0.25;
    }
    void badDeployments() {
        QFETCH(double, batch);
        QFETCH(double, errorShare);
        QFETCH(double, lost);
        Design design = pool(2, batch < 2 && errorShare >= 1 ? 2 : 0, 1, 1);
        editModes(design, [](FailureMode& mode) { mode.removed = true; });
        set(design, "deploys_per_week", 5.0);
        set(design, "deploy_failure", 0.05);
        set(design, "deploy_batch", batch);
        set(design, "deploy_error_share", errorShare);
        set(design, "rollback", Distribution::exponentialMean(15, "min"));
        sim::FailureRunOptions options;
        options.years = 3000;
        const auto result = sim::runFailures(design, options);
        QVERIFY(result.ok());
        const double share = 5 * 0.05 * 900 / (7 * 86400.0);
        const double down = 1 - *flowOf(*result, "design").availabilityTime.value;
        QVERIFY2(std::fabs(down / share - 1) < 0.03, qPrintable(QString::number(down / share)));
        const double loss = 1 - *flowOf(*result, "design").availabilityRequests.value;
        QVERIFY2(std::fabs(loss / (share * lost) - 1) < 0.03, qPrintable(QString::number(loss / share)));
        QCOMPARE(result->waterfall.size(), std::size_t(1));
        QCOMPARE(result->waterfall[0].cause, std::string("web: bad deployment"));
        QVERIFY(std::fabs(result->waterfall[0].downtimeMinutesPerYear / (down * kMinutesPerYear) - 1) < 1e-9);
    }

    // A balancer takes the members with the bad version out of service.
    void aBalancerNoticesBadVersions() {
        DesignMaker maker;
        maker.group("web").client("c").haproxy("lb").link("c", "lb").link("lb", "web");
        maker.server("s1", "web").server("s2", "web");
        Design design = maker.design();
        set(design, "deploys_per_week", 5.0);
        set(design, "rollback", Distribution::constantValue(15, "min"));
        sim::FailureRunOptions options;
        options.years = 1000;
        const auto result = sim::runFailures(design, options);
        const double each = 5 * 0.05 * kSecondsPerYear / (7 * 86400.0); // a year
        const double down = (1 - *flowOf(*result, "design").availabilityTime.value) * kSecondsPerYear / each;
        QVERIFY2(down > 4 && down < 6, qPrintable(QString::number(down))); // U(4, 6) s: H1
    }

    // Every second of downtime has a cause: failures, common causes, members that start, people who are busy.
    void causesAddUpToTheDowntime() {
        Design design = coldPair(0.1, 2);
        set(design, "beta", 0.2);
        sim::FailureRunOptions options;
        options.years = 4000;
        options.seed = 5;
        const auto result = sim::runFailures(design, options);
        QVERIFY(result.ok());
        double sum = 0;
        std::string causes;
        for (const WaterfallItem& item : result->waterfall) {
            sum += item.downtimeMinutesPerYear;
            causes += item.cause + "\n";
        }
        const double down = (1 - *flowOf(*result, "design").availabilityTime.value) * kMinutesPerYear;
        QVERIFY2(std::fabs(sum / down - 1) < 1e-9, qPrintable(QString("%1 of %2").arg(sum).arg(down)));
        for (const char* cause : {"s1: mode0", "web: common cause (mode0)", "Crew ops is busy",
                                  "web: a member that stood by has to start"})
            QVERIFY2(causes.find(cause) != std::string::npos, causes.c_str());
    }

    // First come, first served, and what is begun is finished: repairs of one person never overlap, and they
    // end in the order of the failures.
    void onePersonRepairsInOrder() {
        const auto model = sim::FailureModel::compile(pool(4, 1, 30, 10, 1));
        sim::FailureUnit unit(*model);
        sim::UnitTotals totals;
        sim::UnitPlan plan;
        plan.key = {7, 0};
        plan.seconds = 30 * kSecondsPerYear;
        plan.stationary = false;
        plan.recordHistory = true;
        QVERIFY(unit.run(plan, {}, totals));
        std::vector<std::uint32_t> waiting;
        std::size_t longest = 0;
        for (const sim::HistoryEntry& entry : totals.history) {
            if (entry.state != 0) {
                waiting.push_back(entry.component);
                longest = std::max(longest, waiting.size());
                continue;
            }
            QVERIFY(!waiting.empty());
            QCOMPARE(entry.component, waiting.front());
            waiting.erase(waiting.begin());
        }
        QCOMPARE(longest, std::size_t(4));
    }

    // Nobody else's failures move when a crew or a common cause comes to other parts.
    void couplingsLeaveOthersAlone() {
        const auto record = [](const Design& design) {
            const auto model = sim::FailureModel::compile(design);
            sim::FailureUnit unit(*model);
            sim::UnitTotals totals;
            sim::UnitPlan plan;
            plan.key = {9, 0};
            plan.seconds = 40 * kSecondsPerYear;
            plan.stationary = false;
            plan.recordHistory = true;
            if (!unit.run(plan, {}, totals)) qFatal("stopped");
            std::vector<std::pair<double, int>> aside;
            for (const sim::HistoryEntry& entry : totals.history)
                if (model->components[entry.component].id == "aside")
                    aside.emplace_back(entry.at, entry.state);
            return aside;
        };
        const auto design = [](Design base) {
            DesignMaker maker;
            maker.edit() = std::move(base);
            maker.server("aside").fails("aside", FailureEffect::crash, 300, 4);
            return maker.design();
        };
        const auto plain = record(design(pool(2, 1, 1000, 10)));
        QVERIFY(plain.size() > 1000);
        QVERIFY(record(design(shocked("separately", 1))) == plain);
        QVERIFY(record(design(coldPair(0.1, 1))) == plain);
    }

    void sameBytesForAnyNumberOfThreads() {
        Design design = coldPair(0.1, 2);
        set(design, "beta", 0.2);
        std::vector<std::string> fingerprints;
        for (const unsigned threads : {1U, 2U, 3U}) {
            sim::FailureRunOptions options;
            options.precision = 0.2;
            options.threads = threads;
            fingerprints.push_back(sim::runFailures(design, options)->fingerprint);
        }
        QCOMPARE(fingerprints[1], fingerprints[0]);
        QCOMPARE(fingerprints[2], fingerprints[0]);
    }
};

ALWAYSON_TEST_MAIN(TestFailureCouplings, test_failure_couplings)
#include "test_failure_couplings.moc"
