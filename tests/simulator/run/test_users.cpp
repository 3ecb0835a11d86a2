// Users who wait for each answer (row Q9), and rows Q10 and Q11 of the reference numbers.

#include "simulator/compile/compile.h"
#include "simulator/exact/closed_network.h"
#include "simulator/run/request_engine.h"
#include "tests/simulator/mechanism/cut_support.h"

using namespace alwayson;
using namespace alwayson::test::scenario;

namespace {

const char* const kPatient = ",'network_rtt_ms':0,'attempt_timeout_ms':1e9";
const char* const kClass = "'classes':[{'id':'all','share':1,'deadline_ms':1e9}]";

std::string users(int number, const std::string& think, const std::string& more = kPatient) {
    return "'arrivals':'users','users':" + std::to_string(number) + ",'think':" + think + more;
}
std::string exponential(double mean) {
    return "{'dist':'exponential','mean_s':" + std::to_string(mean) + "}";
}
std::string constant(double value) {
    return "{'dist':'constant','value_s':" + std::to_string(value) + "}";
}
// One of `number` takes a second, the others a millisecond.
std::string oneOf(int number) {
    std::string values = "1000";
    for (int i = 1; i < number; ++i)
        values += ",1";
    return "{'dist':'empirical','values_ms':[" + values + "]}";
}
std::string worker(const std::string& service) {
    return "'workers':1,'queue_limit':null,'service':" + service;
}
std::string free(const char* from, const char* to, const std::string& more = {}) {
    return calls(from, to, "'latency_ms':0" + more);
}

SimulationResult steady(const Parts& parts, double seconds, double warmup = 100, std::uint64_t seed = 1) {
    const Design design = designOf(parts);
    sim::RequestRunOptions options;
    options.durationS = seconds;
    options.warmupS = warmup;
    options.seed = seed;
    auto result = sim::runRequests(design, options, {}, {});
    if (!result) throw std::runtime_error(describe(result.error()));
    return std::move(result).value();
}

double perSecond(const SimulationResult& result, double from, double to) {
    const Ended sum = ended(result, "c", from, to);
    return static_cast<double>(sum.succeeded + sum.failed) / (to - from);
}

} // namespace

class TestUsers : public QObject {
    Q_OBJECT

private slots:
    void meanValueAnalysis() { // Q9: 20 users, thinking 1 s, demands .05 and .03 s
        Parts p;
        p.nodes = {node("c", "client", users(20, exponential(1)), kClass),
                   node("a", "server", worker(exponential(0.05))),
                   node("b", "server", worker(exponential(0.03)))};
        p.links = {free("c", "a"), free("c", "b")};
        constexpr double kSeconds = 100'000;
        const SimulationResult result = steady(p, kSeconds);
        const FlowResult& flow = flowOf(result, "c");
        const double x = static_cast<double>(flow.requests.succeeded) / kSeconds;
        const Estimate& mean = flow.latencyMs.mean;
        QVERIFY2(std::abs(x / 16.2551673151 - 1) < 0.004, qPrintable(QString::number(x)));
        QVERIFY2(std::abs(*mean.value / 230.3779846 - 1) < 0.01, qPrintable(QString::number(*mean.value)));
        QVERIFY(mean.ci95);
        const double width = mean.ci95->high - mean.ci95->low;
        QVERIFY(width < 10 && std::abs(*mean.value - 230.3779846) < width);
        QVERIFY2(std::abs(x * (1 + *mean.value / 1000) - 20) < 0.05, "N = X (Z + R)");
        QCOMPARE(result.users.size(), std::size_t(1));
        const UsersFigure& figure = result.users.front();
        QCOMPARE(figure.users, std::uint64_t(20));
        QVERIFY(std::abs(figure.throughputPerS / x - 1) < 1e-3 && *figure.responseMs == *mean.value);
        QVERIFY(figure.byLittle && std::abs(*figure.byLittle - 20) < 0.05);
        QVERIFY(std::abs(*figure.exactThroughputPerS - 16.2551673151) < 1e-8);
        QVERIFY(std::abs(*figure.exactResponseMs - 230.3779846) < 1e-5);
        QCOMPARE(figure.classes.size(), std::size_t(1));
        const Json json = toJson(result);
        QCOMPARE(json["users"][0]["users"].get<int>(), 20);
        QCOMPARE(json["users"][0]["exact_throughput_per_s"].get<double>(), *figure.exactThroughputPerS);
    }

    // The exact figure stands only where the design is such a network.
    void exactWhereItApplies() {
        const std::string kThink = users(5, exponential(1));
        const auto figureOf = [&](const std::string& server, const char* balancer) {
            Parts p;
            p.nodes = {node("c", "client", kThink, kClass), node("a", "server", server)};
            p.links = {free("c", "a")};
            if (balancer) {
                p.nodes.push_back(node("lb", "haproxy"));
                p.links = {free("c", "lb"), free("lb", "a")};
            }
            return steady(p, 2000).users.at(0);
        };
        QVERIFY(figureOf(worker(exponential(0.1)), nullptr).exactResponseMs);
        QVERIFY(figureOf("'workers':5,'service':" + constant(0.1), nullptr).exactResponseMs);
        QVERIFY(
            figureOf("'workers':1,'discipline':'ps','service':" + constant(0.1), nullptr).exactResponseMs);
        QVERIFY(!figureOf(worker(constant(0.1)), nullptr).exactResponseMs);
        QVERIFY(!figureOf(worker(exponential(0.1)), "lb").exactResponseMs);
        Parts p;
        p.nodes = {node("c", "client", kThink, kClass), node("a", "server", worker(exponential(0.1)))};
        p.links = {calls("c", "a", "'latency_ms':50")};
        const UsersFigure travels = steady(p, 20'000).users.at(0);
        QVERIFY(std::abs(*travels.exactResponseMs / *travels.responseMs - 1) < 0.02);
        QVERIFY(std::abs(*travels.exactThroughputPerS / travels.throughputPerS - 1) < 0.02);
        p.events = {at(10, "fail", "a", "'mode':'crash','repair_after_s':1")};
        QVERIFY(!run(p).users.at(0).exactResponseMs && !run(p).users.at(0).byLittle);
    }

    // Thinking may have any distribution; several workers.
    void constantThinking() {
        Parts p;
        p.nodes = {node("c", "client", users(12, constant(0.5)), kClass),
                   node("a", "server", "'workers':3,'queue_limit':null,'service':" + exponential(0.2))};
        p.links = {free("c", "a")};
        constexpr double kSeconds = 40'000;
        const double x = static_cast<double>(flowOf(steady(p, kSeconds), "c").requests.succeeded) / kSeconds;
        const double wanted = sim::closedNetwork(12, 0.5, {{0.2, 3}}).throughput;
        QVERIFY2(std::abs(x / wanted - 1) < 0.006, qPrintable(QString("%1, not %2").arg(x).arg(wanted)));
    }

    // Who is refused at once does not ask without end: here every try takes no time at all.
    void refusalsTakeTime() {
        Parts p;
        p.nodes = {node("c", "client", users(5, constant(0), ",'network_rtt_ms':0,'attempts':1"), kClass),
                   node("s", "server", worker(constant(1)))};
        p.links = {free("c", "s")};
        p.events = {at(1, "fail", "s", "'mode':'crash'")};
        p.seconds = 3;
        const SimulationResult result = run(p);
        const RequestCounts& counts = flowOf(result, "c").requests;
        QVERIFY2(counts.offered >= 9'900 && counts.offered <= 10'100,
                 qPrintable(QString::number(counts.offered))); // 5 users, 1000 tries a second, for 2 s
    }

    // Quick answers are no refusals: who does not think asks as fast as answers come.
    void quickAnswersAreNotSlowedDown() {
        Parts p;
        p.nodes = {node("c", "client", users(1, constant(0)), kClass),
                   node("s", "server", worker(constant(0.0001)))};
        p.links = {free("c", "s")};
        QVERIFY(std::abs(perSecond(steady(p, 10, 1), 1, 9) / 10'000 - 1) < 0.001);
    }

    // More load is more users; fewer leave when they have their answer.
    void loadIsNumberOfUsers() {
        Parts p;
        p.nodes = {node("c", "client", users(100, constant(0.9)), kClass),
                   node("s", "server", "'workers':1000,'queue_limit':null,'service':" + constant(0.1))};
        p.links = {free("c", "s")};
        p.events = {at(100, "load", "c", "'factor':3"), at(200, "load", "c", "'factor':0.5"),
                    at(300, "load", "c", "'factor':0"), at(400, "load", "c", "'factor':1")};
        p.seconds = 500;
        const SimulationResult result = run(p);
        const double wanted[] = {100, 300, 50, 0, 100};
        for (int part = 0; part < 5; ++part) {
            const double rate = perSecond(result, part * 100 + 10, part * 100 + 90);
            QVERIFY2(std::abs(rate - wanted[part]) <= 0.02 * wanted[part], qPrintable(QString::number(rate)));
        }
    }

    // Users behind a timeout: they give up after 1 s and think 1 s, whatever the server does.
    void usersGiveUp() {
        Parts p;
        p.nodes = {node("c", "client",
                        users(10, constant(1), ",'network_rtt_ms':0,'attempts':1,'attempt_timeout_ms':1000"),
                        kClass),
                   node("s", "server", worker(constant(100)))};
        p.links = {free("c", "s")};
        p.seconds = 100;
        const SimulationResult result = run(p);
        const RequestCounts& counts = flowOf(result, "c").requests;
        QVERIFY2(counts.offered >= 480 && counts.offered <= 500, qPrintable(QString::number(counts.offered)));
    }

    void aCopyGoesOnAlike() {
        Parts p;
        p.nodes = {node("c", "client", users(30, exponential(0.2)), kClass),
                   node("s", "server", worker(exponential(0.02)))};
        p.links = {free("c", "s")};
        const Design design = designOf(p);
        auto model = sim::compileModel(design, &design.scenarios.at(0));
        QVERIFY(model.ok());
        const auto shared = std::make_shared<const sim::Model>(std::move(model).value());
        sim::RequestEngine original(shared, nullptr, 7, 0, 0);
        original.advanceTo(sim::toSimTime(20));
        sim::RequestEngine copy = original;
        original.advanceTo(sim::toSimTime(60));
        copy.advanceTo(sim::toSimTime(60));
        QCOMPARE(copy.state().flows[0].succeeded, original.state().flows[0].succeeded);
        QCOMPARE(copy.fingerprint(), original.fingerprint());
        QVERIFY(original.state().flows[0].succeeded > 1000);
    }

    // M/M/1 whose server stops, busy or idle, at .01 and goes on at .1 where it was.
    void breakdowns() { // Q10
        Parts p;
        p.nodes = {node("c", "client", std::string("'rate_per_s':0.5") + kPatient, kClass),
                   "{'id':'s','kind':'server','default_failure_modes':false,'failure_modes':[{'id':'stop','"
                   "effect':'hang','resumes':true,'time_to_failure':" +
                       exponential(100) + ",'repair':" + exponential(10) + "}],'parameters':{" +
                       worker(exponential(1)) + "}}"};
        p.links = {free("c", "s")};
        Design design = designOf(p);
        Scenario scenario = design.scenarios.at(0);
        scenario.backgroundFailures = true;
        scenario.duration = Duration::seconds(1'500'000);
        sim::RequestRunOptions options;
        options.scenario = &scenario;
        options.warmupS = 10'000;
        const auto result = sim::runRequests(design, options, {}, {});
        QVERIFY2(result.ok(), result ? "" : result.error().message.c_str());
        const double w = *flowOf(*result, "c").latencyMs.mean.value / 1000;
        const double l = nodeOf(*result, "s").meanInSystem;
        QVERIFY2(std::abs(w / 4.4646464646 - 1) < 0.02, qPrintable(QString::number(w)));
        QVERIFY2(std::abs(l / 2.2323232323 - 1) < 0.02, qPrintable(QString::number(l)));
    }

    // 100 calls in parallel, each slow with .01: a request is quick when none of them is.
    void fanOut() { // Q11
        Parts p;
        p.nodes = {node("c", "client", std::string("'rate_per_s':100") + kPatient,
                        "'classes':[{'id':'all','share':1,'deadline_ms':1e9,'latency_objective_ms':100}]"),
                   node("app", "server", "'workers':100000,'queue_limit':null,'service':" + constant(0.001)),
                   node("leaf", "server", "'workers':1000000,'queue_limit':null,'service':" + oneOf(100))};
        p.links = {free("c", "app"), free("app", "leaf", ",'calls_per_request':100,'parallel':true")};
        const Estimate good = flowOf(steady(p, 500, 10), "c").availabilityGood;
        QVERIFY2(std::abs(1 - *good.value - 0.63396765873) < 0.006, qPrintable(QString::number(*good.value)));
    }
};

ALWAYSON_TEST_MAIN(TestUsers, test_users)
#include "test_users.moc"
