// Caches in request runs: hits end there, what they lack goes on; an empty one warms up; one that is looked
// aside is passed by when it does not answer. Loads and the structure mean the same.

#include "core/graph/static_load.h"
#include "core/structure/availability.h"
#include "simulator/compile/compile.h"
#include "simulator/mechanism/context.h"
#include "simulator/run/request_engine.h"
#include "tests/simulator/mechanism/engines_agree.h"

using namespace alwayson;
using namespace alwayson::test::scenario;

namespace {

const char* const kClient = "'rate_per_s':1000,'network_rtt_ms':0,'attempts':1,'attempt_timeout_ms':5000";
const char* const kBoth = "'classes':[{'id':'r','share':0.8,'deadline_ms':3000},"
                          "{'id':'w','share':0.2,'writes':true,'deadline_ms':3000}]";
const char* const kQuick = "'workers':1000,'service':{'dist':'constant','value_ms':1}";

// client -> cache -> db; or client -> app -> cache -> db.
Parts cached(const std::string& pattern, const std::string& cache, bool withApp = false,
             const std::string& link = {}) {
    Parts p;
    const std::string comma = link.empty() ? "" : ",";
    p.nodes = {node("c", "client", kClient, kBoth),
               node("cache", "cache", std::string(kQuick) + ",'pattern':'" + pattern + "'," + cache),
               node("db", "server", kQuick)};
    if (withApp) {
        p.nodes.push_back(node("app", "server", kQuick));
        p.links = {calls("c", "app", "'latency_ms':0"),
                   calls("app", "cache", "'latency_ms':0" + comma + link)};
    } else {
        p.links = {calls("c", "cache", "'latency_ms':0" + comma + link)};
    }
    p.links.push_back(calls("cache", "db", "'latency_ms':0"));
    return p;
}

// client -> app -> a pool "k" of so many caches "k1", "k2", ... -> db.
Parts pooled(int caches, const std::string& hitRatio, const std::string& client, const char* deadline,
             const std::string& db, const std::string& modes = {}, const std::string& lookup = {}) {
    Parts p;
    p.groups = {"{'id':'k','kind':'pool','parameters':{'beta':0}}"};
    p.nodes = {node("c", "client", client,
                    std::string("'classes':[{'id':'r','share':1,'deadline_ms':") + deadline + "}]"),
               node("app", "server", kQuick), node("db", "server", db)};
    for (int i = 1; i <= caches; ++i)
        p.nodes.push_back(node("k" + std::to_string(i), "cache",
                               std::string(kQuick) + ",'hit_ratio':" + hitRatio,
                               "'group':'k'" + (modes.empty() ? "" : ",'failure_modes':[" + modes + "]")));
    p.links = {calls("c", "app", "'latency_ms':0"), calls("app", "k", "'latency_ms':0" + lookup),
               calls("k", "db", "'latency_ms':0")};
    return p;
}

double arrivals(const SimulationResult& result, const std::string& id) {
    return static_cast<double>(nodeOf(result, id).arrivals);
}
double offered(const SimulationResult& result) {
    return static_cast<double>(flowOf(result, "c").requests.offered);
}
std::uint64_t failures(const SimulationResult& result) {
    const RequestCounts& counts = flowOf(result, "c").requests;
    return counts.offered - counts.succeeded;
}
// Served at a node of kQuick in [from, to): busy time over 1 ms.
double servedIn(const SimulationResult& result, const std::string& id, double from, double to) {
    double sum = 0;
    for (const NodeSeries& series : result.nodeSeries) {
        if (series.id != id) continue;
        for (std::size_t i = 0; i < series.busyShare.size(); ++i) {
            const double at = static_cast<double>(i) * series.stepS;
            if (at >= from - 1e-9 && at + series.stepS <= to + 1e-9)
                sum += series.busyShare[i] * 1000 * series.stepS / 0.001;
        }
    }
    return sum;
}

bool isNear(double value, double wanted, double by) {
    if (std::abs(value - wanted) <= by) return true;
    qWarning("%g is not %g, by %g", value, wanted, by);
    return false;
}

} // namespace

class TestCache : public QObject {
    Q_OBJECT

private slots:
    // The database gets what the loads say: writes, and reads that the cache does not have.
    void loadsAgree_data() {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<bool>("withApp");
        for (const char* pattern : {"look_aside", "read_through"})
            for (const bool withApp : {false, true})
                QTest::newRow(qPrintable(QString("%1 %2").arg(pattern).arg(withApp))) << pattern << withApp;
    }
    void loadsAgree() {
        QFETCH(QString, pattern);
        QFETCH(bool, withApp);
        const Parts p = cached(pattern.toStdString(), "'hit_ratio':0.9", withApp);
        const SimulationResult result = run(p);
        const Design design = designOf(p);
        const auto rates = requestRates(design).requestsPerS;
        QCOMPARE(failures(result), std::uint64_t(0));
        QVERIFY(isNear(arrivals(result, "cache"), offered(result), 5));
        const double share = rates[design.nodes.indexOf("db")] / 1000;
        QVERIFY(isNear(share, 0.2 + 0.8 * 0.1, 1e-9));
        // Four standard errors of some 60,000 requests.
        QVERIFY(isNear(arrivals(result, "db") / offered(result), share, 4 * std::sqrt(0.28 * 0.72 / 6e4)));
        // 1 ms at each station on the way.
        const double latency = *flowOf(result, "c").latencyMs.mean.value;
        QVERIFY(isNear(latency, 1 + share + (withApp ? 1 : 0), 0.01));
    }

    // M/M/1 cache, M/M/1 database behind it (Jackson): 1 / (mu - lambda) each, the second for the misses.
    void latencyByHand() {
        Parts p = cached("look_aside", "'hit_ratio':0.7");
        const char* const kReads = "'classes':[{'id':'r','share':1,'deadline_ms':60000}]";
        p.nodes = {node("c", "client",
                        "'rate_per_s':100,'network_rtt_ms':0,'attempts':1,'attempt_timeout_ms':60000",
                        kReads),
                   node("cache", "cache",
                        "'workers':1,'queue_limit':null,'hit_ratio':0.7,"
                        "'service':{'dist':'exponential','mean_ms':5}"),
                   node("db", "server",
                        "'workers':1,'queue_limit':null,'service':{'dist':'exponential','mean_ms':20}")};
        const double byHand = 1000 * (1 / (200.0 - 100) + 0.3 / (50.0 - 30));
        sim::RequestRunOptions options;
        options.durationS = 6000;
        int covered = 0;
        double sum = 0;
        for (options.seed = 1; options.seed <= 8; ++options.seed) {
            const auto result = sim::runRequests(designOf(p), options, {}, {});
            QVERIFY(result.ok());
            const Estimate& mean = flowOf(*result, "c").latencyMs.mean;
            QVERIFY(mean.value && mean.ci95);
            covered += mean.ci95->low <= byHand && byHand <= mean.ci95->high;
            sum += *mean.value;
        }
        QVERIFY2(covered >= 7, qPrintable(QString::number(covered)));
        QVERIFY(isNear(sum / 8, byHand, 0.01 * byHand));
    }

    // Down: everything goes to the database, nothing fails but what the crash resets. Back: empty, and warm
    // after 20 s.
    void isPassedBy() {
        for (const bool withApp : {false, true}) {
            Parts p = cached("look_aside", "'hit_ratio':0.9,'cold_hit_ratio':0.1,'warm_up_s':20", withApp);
            p.events = {at(10, "fail", "cache", "'mode':'crash','repair_after_s':10")};
            const SimulationResult result = run(p);
            QVERIFY2(failures(result) == 0, log(result).c_str());
            // Reads of one second: 800 of them.
            QVERIFY(isNear(servedIn(result, "db", 0, 10), 2800, 250));
            QVERIFY(isNear(servedIn(result, "db", 10, 20), 10000, 450));
            QVERIFY(isNear(servedIn(result, "db", 20, 30), 10000 - 8000 * 0.3, 450));
            QVERIFY(isNear(servedIn(result, "db", 30, 40), 10000 - 8000 * 0.7, 400));
            QVERIFY(isNear(servedIn(result, "db", 40, 60), 2 * 2800, 350));
        }
    }

    void readThroughFails() {
        Parts p = cached("read_through", "'hit_ratio':0.9,'warm_up_s':20");
        p.events = {at(10, "fail", "cache", "'mode':'crash','repair_after_s':10")};
        const SimulationResult result = run(p);
        QVERIFY(isNear(static_cast<double>(failures(result)), 10000, 450));
        QVERIFY(isNear(servedIn(result, "db", 20, 30), 10000 - 8000 * 0.9 * 0.25, 450));
    }

    // A machine that is gone says nothing: the caller's time limit decides.
    void aTimeLimitHelps() {
        for (const bool limited : {false, true}) {
            Parts p = cached("look_aside", "'hit_ratio':0.9", true, limited ? "'timeout_ms':50" : "");
            p.events = {at(10, "fail", "cache", "'mode':'gone','repair_after_s':10")};
            const SimulationResult result = run(p);
            if (!limited) {
                QVERIFY(isNear(static_cast<double>(failures(result)), 10000, 3500));
                continue;
            }
            QCOMPARE(failures(result), std::uint64_t(0));
            const double longest = *flowOf(result, "c").latencyMs.max.value;
            QVERIFY(longest >= 52 && longest < 60);
        }
    }

    // A machine that is back while its process still starts refuses: callers wait as long as the place is
    // out, and not a second longer. By requests and by the state of the parts alike.
    void isPassedByWhileItStarts() {
        Parts p = cached("look_aside", "'hit_ratio':0.9", true);
        p.nodes[1].insert(p.nodes[1].size() - 1, ",'domain':'z'");
        p.domains = {"{'id':'z','kind':'zone','default_failure_modes':true,'parameters':{"
                     "'restart_after_outage':{'dist':'constant','value_s':20}}}"};
        p.events = {at(10, "fail", "z", "'mode':'outage','repair_after_s':10")};
        const SimulationResult result = run(p);
        const FlowResult& flow = flowOf(result, "c");
        QVERIFY(isNear(*flow.availabilityTime.value, 1 - 10.0 / 60, 0.001));
        QVERIFY(isNear(*flow.availabilityRequests.value, 1 - 10.0 / 60, 0.06));
        const Ended starting = ended(result, "c", 25, 40);
        QVERIFY(starting.succeeded > 14000);
        QCOMPARE(starting.failed, std::uint64_t(0));
    }

    // Its errors are made good behind it; who goes on after a pause has lost nothing.
    void errorsAndPauses() {
        Parts p = cached("look_aside", "'hit_ratio':1,'warm_up_s':1000", true, "'timeout_ms':50");
        p.events = {at(10, "fail", "cache", "'mode':'errors','error_share':0.5,'repair_after_s':10"),
                    at(30, "fail", "cache", "'mode':'hang','repair_after_s':10")};
        const SimulationResult result = run(p);
        QCOMPARE(failures(result), std::uint64_t(0));
        QVERIFY(isNear(servedIn(result, "db", 10, 20), 2000 + 4000, 400));
        QVERIFY(isNear(servedIn(result, "db", 41, 60), 19 * 200, 300));
    }

    // Of a pool that is not alike each member asks what is behind it; nothing gets lost on the way.
    void membersThatAreNotAlike() {
        Parts p = cached("look_aside", "'hit_ratio':0.9", true);
        p.groups = {"{'id':'keep','kind':'pool'}"};
        const std::string first = std::string(kQuick) + ",'hit_ratio':0.9", group = "'group':'keep'";
        p.nodes[1] = node("cache", "cache", first, group);
        p.nodes.push_back(node("other", "cache", first + ",'pattern':'read_through'", group));
        p.links = {calls("c", "app", "'latency_ms':0"), calls("app", "keep", "'latency_ms':0"),
                   calls("keep", "db", "'latency_ms':0")};
        SimulationResult result = run(p);
        QVERIFY(isNear(arrivals(result, "db") / offered(result), 0.28, 0.01));
        // Each with a link of its own.
        p.nodes.back() = node("other", "cache", first, group);
        p.nodes.push_back(node("far", "server", kQuick));
        p.links.pop_back();
        p.links.push_back(calls("cache", "db", "'latency_ms':0"));
        p.links.push_back(calls("other", "far", "'latency_ms':0"));
        result = run(p);
        for (const char* id : {"db", "far"})
            QVERIFY(isNear(arrivals(result, id) / offered(result), 0.14, 0.01));
    }

    // With nothing behind it there is no way past it: all engines say so.
    void nothingBehindIt() {
        Parts p = cached("look_aside", "'hit_ratio':0.9");
        p.links.pop_back();
        p.links.pop_back();
        p.links.push_back(calls("c", "cache", "'latency_ms':0"));
        p.events = {at(10, "fail", "cache", "'mode':'crash','repair_after_s':15")};
        const SimulationResult result = run(p);
        QVERIFY(isNear(*flowOf(result, "c").availabilityTime.value, 0.75, 1e-9));
        QVERIFY(isNear(*flowOf(result, "c").availabilityRequests.value, 0.75, 0.01));
    }

    // A balancer does not look aside: the cache makes the calls itself.
    void behindABalancer() {
        Parts p = cached("look_aside", "'hit_ratio':0.9");
        p.nodes.push_back(node("lb", "haproxy"));
        p.links = {calls("c", "lb", "'latency_ms':0"), calls("lb", "cache", "'latency_ms':0"),
                   calls("cache", "db", "'latency_ms':0")};
        const SimulationResult result = run(p);
        QCOMPARE(failures(result), std::uint64_t(0));
        QVERIFY(isNear(arrivals(result, "db") / offered(result), 0.28, 0.01));
    }

    // A cache in front of a cache, several calls a request, and a link that makes reads of writes.
    void chainsAndSeveralCalls() {
        Parts p = cached("look_aside", "'hit_ratio':0.5", true, "'calls_per_request':2,'access':'read'");
        p.nodes.push_back(node("far", "cache", std::string(kQuick) + ",'hit_ratio':0.75"));
        p.links.pop_back();
        p.links.push_back(calls("cache", "far", "'latency_ms':0"));
        p.links.push_back(calls("far", "db", "'latency_ms':0"));
        const SimulationResult result = run(p);
        QCOMPARE(failures(result), std::uint64_t(0));
        const Design design = designOf(p);
        const auto rates = requestRates(design).requestsPerS;
        for (const char* id : {"cache", "far", "db"})
            QVERIFY(
                isNear(arrivals(result, id) / offered(result), rates[design.nodes.indexOf(id)] / 1000, 0.02));
        QVERIFY(isNear(rates[design.nodes.indexOf("db")], 1000 * 2 * 0.5 * 0.25, 1e-9));
        QVERIFY(isNear(*flowOf(result, "c").latencyMs.mean.value, 1 + 2 + 1 + 0.25, 0.05));
    }

    // The structure beside the run: a cache that is looked aside takes nobody down with it.
    void theStructureAgrees() {
        for (const char* pattern : {"look_aside", "read_through"}) {
            Parts p = cached(pattern, "'hit_ratio':0.9");
            p.events = {at(10, "fail", "cache", "'mode':'crash','repair_after_s':15")};
            const SimulationResult result = run(p);
            const double down = pattern[0] == 'l' ? 0 : 15.0 / 60;
            QVERIFY(isNear(*flowOf(result, "c").availabilityTime.value, 1 - down, 1e-9));
            QVERIFY(isNear(*flowOf(result, "c").availabilityRequests.value, 1 - down, 0.01));
        }
    }

    void circlesAreRefused() {
        Parts p = cached("look_aside", "'hit_ratio':0.9");
        p.nodes.push_back(node("far", "cache", kQuick));
        p.links.push_back(calls("cache", "far"));
        p.links.push_back(calls("far", "cache"));
        const Design design = designOf(p);
        const auto model = sim::compileModel(design, &design.scenarios.at(0));
        QVERIFY(!model.ok());
        QCOMPARE(model.error().code, std::string("simulate.cycle"));
    }

    // Two in turn, without a time limit: who asks a silent one waits in vain, so one is enough for an outage.
    // The exact figure, years and requests say the same.
    void aPoolIsAskedInTurn() {
        Parts p = pooled(2, "0.5", "'rate_per_s':1,'network_rtt_ms':0,'attempts':1", "1000", kQuick,
                         "{'id':'gone','effect':'gone','mttf_h':0.5,'mttr_h':0.05},"
                         "{'id':'crash','effect':'crash','mttf_h':0.5,'mttr_h':0.05}");
        double down = 0;
        SimulationResult runs;
        verifyEnginesAgree(p, &down, &runs);
        const auto exact = analyse(designOf(p));
        QVERIFY(exact.ok());
        const double silent = 0.1 / 1.2;
        QVERIFY(isNear(1 - *exact->flows.back().availability.value, silent * (2 - silent), 1e-9));
        QVERIFY(isNear(down, silent * (2 - silent), 0.02 * down));
        // Each request asks one of them.
        QVERIFY(isNear(1 - *flowOf(runs, "c").availabilityRequests.value, silent, 0.1 * silent));
    }

    // Two in turn before a store that carries 0.4 per s: the calls of those that one refuses are too many for
    // it, 0.5 + 0.5 x 0.1 per s. The exact figure, years and requests say the same.
    void refusedByOneOfAPool() {
        Parts p =
            pooled(2, "0.9", "'rate_per_s':1,'network_rtt_ms':0,'attempts':1,'attempt_timeout_ms':20000",
                   "20000", "'workers':1,'service':{'dist':'constant','value_ms':2500}",
                   "{'id':'crash','effect':'crash','mttf_h':0.5,'mttr_h':0.05}");
        double down = 0;
        SimulationResult runs;
        verifyEnginesAgree(p, &down, &runs);
        const auto exact = analyse(designOf(p));
        QVERIFY(exact.ok());
        const double works = 1 / 1.1, either = 1 - works * works;
        QVERIFY(isNear(1 - *exact->flows.back().availability.value, either, 1e-9));
        QVERIFY(isNear(down, either, 0.02 * either));
        // Lost is what the store does not carry, 0.15 or 0.6 per s, and what waits behind that for too long.
        const double lost = 2 * works * (1 - works) * 0.15 + (1 - works) * (1 - works) * 0.6;
        const double failed = 1 - *flowOf(runs, "c").availabilityRequests.value;
        QVERIFY2(failed > lost && failed < 1.1 * either, qPrintable(QString("%1 %2").arg(failed).arg(lost)));
        // With a second attempt another one is asked.
        p.links[1] = calls("app", "k", "'latency_ms':0,'attempts':2");
        const auto again = analyse(designOf(p));
        QVERIFY(again.ok());
        QVERIFY(isNear(1 - *again->flows.back().availability.value, (1 - works) * (1 - works), 1e-9));
    }

    // Of three, with two attempts: one that refuses costs nothing, two side by side send half of the requests
    // past all of them, 55 per s to a store that carries 30.
    void secondAttemptsInAPool() {
        for (const int refusing : {1, 2}) {
            Parts p = pooled(3, "0.9", "'rate_per_s':100,'network_rtt_ms':0,'attempts':1", "1000",
                             "'workers':3,'service':{'dist':'constant','value_ms':100}", "", ",'attempts':2");
            for (int i = 1; i <= refusing; ++i)
                p.events.push_back(at(30, "fail", "k" + std::to_string(i), "'mode':'crash'"));
            const SimulationResult result = run(p);
            const double time = *flowOf(result, "c").availabilityTime.value;
            const double requests = *flowOf(result, "c").availabilityRequests.value;
            QVERIFY(isNear(time, refusing == 1 ? 1 : 0.5, 1e-6));
            QVERIFY2(refusing == 1 ? requests == 1 : requests < 0.9, qPrintable(QString::number(requests)));
        }
    }

    // Slowness is of a server's own work, not of what it calls, whether the design knows the failure or the
    // scenario says how slow: 300 per s at 10 workers that take 1 ms and wait 9 ms.
    void slowServersThatCall() {
        const auto slow = [](double ofTheDesign, double ofTheEvent) {
            Parts p;
            p.nodes = {node("c", "client", "'rate_per_s':300,'network_rtt_ms':0,'attempts':1",
                            "'classes':[{'id':'r','share':1,'deadline_ms':1000}]"),
                       node("app", "server", "'workers':10,'service':{'dist':'constant','value_ms':1}",
                            "'failure_modes':[{'id':'slow','effect':'slow','slow_factor':" +
                                std::to_string(ofTheDesign) + ",'mttf_h':1e6,'mttr_h':1}]"),
                       node("db", "server", "'workers':1000,'service':{'dist':'constant','value_ms':9}")};
            p.links = {calls("c", "app", "'latency_ms':0"), calls("app", "db", "'latency_ms':0")};
            const std::string factor =
                ofTheEvent > 0 ? ",'slow_factor':" + std::to_string(ofTheEvent) : std::string();
            p.events = {at(20, "fail", "app", "'mode':'slow','repair_after_s':30" + factor)};
            return run(p);
        };
        for (const double factor : {10.0, 20.0, 30.0, 60.0}) { // 10 / (factor x 1 ms + 9 ms) against 300
            const SimulationResult design = slow(factor, 0), event = slow(1.5, factor);
            const double down = factor > 24.4 ? 0.5 : 0;
            QVERIFY(isNear(1 - *flowOf(design, "c").availabilityTime.value, down, 1e-6));
            QVERIFY(isNear(1 - *flowOf(event, "c").availabilityTime.value, down, 1e-6));
            const double failed = 1 - *flowOf(event, "c").availabilityRequests.value;
            QVERIFY(down > 0 ? failed > 0.05 : failed == 0);
        }
    }

    // A failure that the scenario brings is as bad as one that the design has: half of the answers are wrong,
    // or it carries a tenth.
    void failuresOfTheScenarioCount() {
        for (const char* mode : {"'mode':'errors','error_share':0.5", "'mode':'slow','slow_factor':10000"}) {
            Parts p = cached("read_through", "'hit_ratio':0.9");
            p.events = {at(20, "fail", "cache", std::string(mode) + ",'repair_after_s':10")};
            QVERIFY2(isNear(60 * (1 - *flowOf(run(p), "c").availabilityTime.value), 10, 1e-6), mode);
            p.nodes[1].insert(p.nodes[1].find("\"default_failure_modes\""),
                              "'failure_modes':[{'id':'errors','effect':'errors','error_share':0.01,"
                              "'mttf_h':1e6,'mttr_h':1},{'id':'slow','effect':'slow','slow_factor':1.5,"
                              "'mttf_h':1e6,'mttr_h':1}],");
            QVERIFY2(isNear(60 * (1 - *flowOf(run(p), "c").availabilityTime.value), 10, 1e-6), mode);
        }
        Parts mild = cached("read_through", "'hit_ratio':0.9");
        mild.events = {at(20, "fail", "cache", "'mode':'errors','error_share':0.04")};
        QCOMPARE(*flowOf(run(mild), "c").availabilityTime.value, 1.0);
    }

    void copies() {
        Parts p = cached("look_aside", "'hit_ratio':0.9,'warm_up_s':20", true);
        p.events = {at(10, "fail", "cache", "'mode':'crash','repair_after_s':10")};
        const Design design = designOf(p);
        auto model = sim::compileModel(design, &design.scenarios.at(0));
        QVERIFY(model.ok());
        sim::RequestEngine one(std::make_shared<const sim::Model>(std::move(model).value()), nullptr, 3, 0,
                               0);
        one.advanceTo(sim::toSimTime(25));
        sim::RequestEngine two = one;
        one.advanceTo(sim::toSimTime(60));
        two.advanceTo(sim::toSimTime(60));
        QCOMPARE(one.fingerprint(), two.fingerprint());
    }
};

ALWAYSON_TEST_MAIN(TestCache, test_cache)
#include "test_cache.moc"
