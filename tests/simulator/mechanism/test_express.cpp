// Express lanes are a faster way to the same run: with them and without them every counter, integral,
// histogram and the fingerprint are equal at every moment, whatever happens meanwhile.

#include "simulator/compile/compile.h"
#include "simulator/mechanism/context.h"
#include "simulator/run/request_engine.h"
#include "tests/simulator/run/reference_case.h"

#include <random>
#include <sstream>

using namespace alwayson;
using namespace alwayson::test::requests;
using sim::RequestEngine;

namespace {

std::shared_ptr<const sim::Model> compiled(const Design& design, bool lanes) {
    auto model = sim::compileModel(design, design.scenarios.empty() ? nullptr : &design.scenarios.at(0));
    if (!model) throw std::runtime_error(describe(model.error()));
    if (!lanes) sim::removeExpressLanes(*model);
    return std::make_shared<const sim::Model>(std::move(model).value());
}

void add(std::string& text, const char* name, std::uint64_t value) {
    text += std::string(" ") + name + "=" + std::to_string(value);
}

void add(std::string& text, const char* name, const sim::LogHistogram& values) {
    for (std::size_t i = values.firstBucket(); values.allocated() && i < values.endBucket(); ++i)
        if (values.count(i)) add(text, (std::string(name) + std::to_string(i)).c_str(), values.count(i));
}

// Everything that a result is made of.
std::string figures(RequestEngine& engine) {
    engine.touch();
    const sim::RunState& s = engine.state();
    std::string text;
    add(text, "fingerprint", engine.fingerprint());
    add(text, "events", s.events);
    for (const sim::FlowState& flow : s.flows) {
        add(text, "\noffered", flow.offered);
        add(text, "succeeded", flow.succeeded);
        add(text, "attempts", flow.attempts);
        add(text, "good", flow.good);
        add(text, "inFlight", flow.inFlight);
        for (std::size_t i = 0; i < sim::kCauses; ++i)
            add(text, sim::causeName(static_cast<sim::Cause>(i)), flow.failed[i]);
        add(text, "latencySum", static_cast<std::uint64_t>(flow.latencySum));
        add(text, "latencyMax", static_cast<std::uint64_t>(flow.latencyMax));
        add(text, "l", flow.latencies);
    }
    for (const sim::StationState& st : s.stations) {
        add(text, "\nbusy", st.busy);
        add(text, "present", st.present);
        add(text, "busyArea", static_cast<std::uint64_t>(st.busyArea));
        add(text, "presentArea", static_cast<std::uint64_t>(st.presentArea));
        add(text, "arrivals", st.arrivals);
        add(text, "completed", st.completed);
        add(text, "failed", st.failed);
        add(text, "waits", st.waits);
        add(text, "waitSum", static_cast<std::uint64_t>(st.waitSum));
        add(text, "sojournSum", static_cast<std::uint64_t>(st.sojournSum));
        add(text, "w", st.waitTimes);
    }
    for (std::size_t i = 0; i < s.edgeAttempts.size(); ++i) {
        add(text, "\nsent", s.edgeAttempts[i]);
        add(text, "lost", s.edgeFailures[i]);
    }
    return text;
}

std::string firstDifferences(const std::string& one, const std::string& other) {
    std::istringstream a(one), b(other);
    std::string x, y, text;
    while (a >> x && b >> y && text.size() < 500)
        if (x != y) text += x + " plain " + y + "; ";
    return text;
}

struct Use {
    int open = 0, shut = 0;
};

// Both to the same random moments; a copy made at each moment takes the way of the original.
std::string difference(const Design& design, std::uint64_t seed, double seconds, Use& use) {
    RequestEngine fast(compiled(design, true), nullptr, seed, 0, 2);
    RequestEngine plain(compiled(design, false), nullptr, seed, 0, 2);
    if (!plain.state().lanes.empty()) return "the plain engine has lanes";
    std::mt19937_64 random(seed);
    double at = 0;
    for (int step = 0; step < 25; ++step) {
        at += seconds / 25 * static_cast<double>(random() % 2000) / 1000;
        fast.state().counting = plain.state().counting = step > 1;
        fast.advanceTo(sim::toSimTime(at));
        plain.advanceTo(sim::toSimTime(at));
        RequestEngine copy = fast;
        const std::string one = figures(fast), other = figures(plain);
        for (const sim::ExpressState& lane : fast.state().lanes)
            ++(lane.open ? use.open : use.shut);
        if (one != other)
            return "seed " + std::to_string(seed) + ", " + std::to_string(at) +
                   " s: " + firstDifferences(one, other);
        copy.advanceTo(sim::toSimTime(at));
        if (figures(copy) != one) return "the copy differs";
    }
    return {};
}

std::string designOf(const std::string& nodes, const std::string& links, const std::string& more = {}) {
    return R"({"format":"alwayson-design","version":1,"catalogue":1,"name":"t","nodes":[)" + nodes +
           R"(],"links":[)" + links + "]" + more + "}";
}

const char* const kRegular = R"("rate_per_s":100,"arrivals":"regular")";
const char* const kFast = R"("rate_per_s":2000,"network_rtt_ms":0)";
const char* const kFar = R"("rate_per_s":2000,"network_rtt_ms":1000)";

std::string fourPairs(const std::string& client) {
    std::string nodes, links;
    for (int i = 0; i < 4; ++i) {
        const std::string n = std::to_string(i), comma = i ? "," : "";
        nodes += comma + R"({"id":"c)" + n + R"(","kind":"client","parameters":{)" + client +
                 R"(}},{"id":"s)" + n + R"(","kind":"server","parameters":{"workers":64}})";
        links += comma + R"({"id":"l)" + n + R"(","from":"c)" + n + R"(","to":"s)" + n + R"("})";
    }
    return designOf(nodes, links);
}

// From 1 s on 10 arrivals in each nanosecond.
std::string crowd() {
    return designOf(
        R"({"id":"c","kind":"client","parameters":{"rate_per_s":10000,"arrivals":"regular","network_rtt_ms":0}},)"
        R"({"id":"s","kind":"server","parameters":{"queue_limit":null}})",
        R"({"id":"l","from":"c","to":"s"})",
        R"(,"scenarios":[{"id":"x","duration_s":5,"events":[{"at_s":1,"do":"load","what":"c","factor":1000000}]}])");
}

// Requests that will all be too late, and an event of another client at that moment.
std::string eventAt(double seconds) {
    char text[40];
    std::snprintf(text, sizeof text, "%.9f", seconds);
    return designOf(
        R"({"id":"c","kind":"client","parameters":{"rate_per_s":100,"arrivals":"regular","network_rtt_ms":0,"attempt_timeout_ms":1e7},)"
        R"("classes":[{"id":"all","share":1,"deadline_ms":3000}]},)"
        R"({"id":"s","kind":"server","parameters":{"workers":1,"queue_limit":null,"service":{"dist":"constant","value_ms":20000}}},)"
        R"({"id":"c2","kind":"client","parameters":{"rate_per_s":1,"network_rtt_ms":0}},{"id":"s2","kind":"server"})",
        R"({"id":"l","from":"c","to":"s"},{"id":"l2","from":"c2","to":"s2"})",
        R"(,"scenarios":[{"id":"x","duration_s":60,"events":[{"at_s":)" + std::string(text) +
            R"(,"do":"load","what":"c2","factor":2}]}])");
}

// Clients that call a server each, with and without delay, limits, classes, retries, budgets, faults, other
// loads.
std::string randomDesign(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto pick = [&](std::initializer_list<const char*> of) {
        return std::string(of.begin()[random() % of.size()]);
    };
    // Regular arrivals, constant service and retries or a delay: several events at one nanosecond, planned at
    // one nanosecond. Their order may differ.
    const std::string arrivals = pick({"poisson", "poisson", "regular"});
    const std::string attempts = arrivals == "regular" ? "1" : pick({"1", "1", "3"});
    std::string text =
        R"({"format":"alwayson-design","version":1,"catalogue":1,"name":"t","nodes":[{"id":"c","kind":"client","parameters":{"rate_per_s":)" +
        pick({"20", "50", "80", "95", "100", "150"}) + R"(,"arrivals":")" + arrivals +
        R"(","network_rtt_ms":)" + (arrivals == "regular" ? "0" : pick({"0", "0", "20", "3"})) +
        R"(,"attempts":)" + attempts + R"(,"attempt_timeout_ms":)" + pick({"100", "1000", "1e7"}) +
        R"(,"backoff_base_ms":)" + pick({"0", "50"}) + pick({"", "", R"(,"retry_budget_share":0.1)"}) +
        R"(},"classes":[)";
    if (random() % 2)
        text += R"({"id":"all","share":1,"deadline_ms":)" + pick({"300", "3000", "1e6"}) + "}";
    else
        text += R"({"id":"r","share":0.7,"deadline_ms":)" + pick({"300", "3000"}) +
                R"(},{"id":"w","share":0.3,"writes":true,"deadline_ms":2000,"latency_objective_ms":50})";
    const std::string workers = pick({"1", "1", "2", "4"});
    text +=
        R"(]},{"id":"s","kind":"server","parameters":{"workers":)" + workers + R"(,"queue_limit":)" +
        pick({"null", "null", "0", "3", "100", "20", "200"}) + R"(,"cancels_abandoned":)" +
        pick({"true", "false"}) + R"(,"service":)" +
        pick({R"({"dist":"exponential","mean_ms":10})", R"({"dist":"constant","value_ms":10})",
              R"({"dist":"constant","value_ms":25})", R"({"dist":"constant","value_ms":40})",
              R"({"dist":"lognormal","mean_ms":8,"p99_ms":60})", R"({"dist":"exponential","mean_ms":35})"}) +
        pick({"", R"(,"write_service":{"dist":"exponential","mean_ms":15})"}) +
        R"(}},{"id":"c2","kind":"client","parameters":{"rate_per_s":)" + pick({"30", "2000"}) +
        R"(,"arrivals":")" + pick({"poisson", "regular"}) + R"(","network_rtt_ms":)" + pick({"0", "20"}) +
        R"(},"classes":[{"id":"all","share":1,"deadline_ms":3000}]},)"
        R"({"id":"s2","kind":"server","parameters":{"workers":1,"service":{"dist":"exponential","mean_ms":20}}}],)"
        R"("links":[{"id":"l","from":"c","to":"s"},{"id":"l2","from":"c2","to":"s2"}],)"
        R"("scenarios":[{"id":"x","duration_s":40,"events":[)";
    text +=
        R"({"at_s":8,"do":"fail","what":")" + pick({"s", "s2"}) + R"(","mode":")" +
        pick({"crash", "hang", "gone", "slow", "errors"}) + R"(","repair_after_s":4},)" +
        R"({"at_s":20,"do":"load","what":"c","factor":)" + pick({"0", "0.5", "1.5", "3"}) +
        R"(},{"at_s":24,"do":"load","what":"c","factor":1})" +
        pick(
            {"", R"(,{"at_s":28,"do":"isolate","what":"s","heal_after_s":3})",
             R"(,{"at_s":28,"do":"isolate","what":"s2","direction":"out"},{"at_s":31,"do":"heal","what":"s2"})"}) +
        "]}]}";
    return text;
}

} // namespace

class TestExpress : public QObject {
    Q_OBJECT

private slots:
    void referenceDesigns_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<double>("seconds");
        QTest::addColumn<bool>("used");
        QTest::newRow("M/M/1") << "queueing/q1-mm1-90" << 20000.0 << true;
        QTest::newRow("M/M/2") << "queueing/q2-mm2" << 20000.0 << true;
        QTest::newRow("M/M/10") << "queueing/q4-mm10" << 4000.0 << true;
        QTest::newRow("Erlang B") << "queueing/q5-erlang-b" << 4000.0 << true;
        QTest::newRow("M/G/1 constant") << "queueing/q6-constant" << 20000.0 << true;
        QTest::newRow("M/G/1 lognormal") << "queueing/q6-lognormal" << 20000.0 << true;
        QTest::newRow("storm") << "haproxy/h7-storm-70" << 600.0 << true;
        QTest::newRow("storm with budget") << "haproxy/h7-storm-90-budget" << 600.0 << true;
        QTest::newRow("sharing has no lane") << "queueing/q7-ps-exponential" << 2000.0 << false;
        QTest::newRow("lifo has no lane") << "haproxy/h7-storm-70-lifo" << 300.0 << false;
        QTest::newRow("a balancer has no lane") << "queueing/q8-two-choices" << 200.0 << false;
    }
    void referenceDesigns() {
        QFETCH(QString, name);
        QFETCH(double, seconds);
        QFETCH(bool, used);
        Use use;
        for (std::uint64_t seed = 1; seed <= 5; ++seed)
            QCOMPARE(
                QString::fromStdString(difference(referenceDesign(name.toStdString()), seed, seconds, use)),
                QString());
        QCOMPARE(use.open > 0, used);
    }

    // Of two lanes that are due at the same nanosecond neither waits for the other.
    void equalLanes_data() {
        QTest::addColumn<QString>("parameters");
        QTest::addColumn<double>("seconds");
        QTest::newRow("regular") << QString(kRegular) << 60.0;
        QTest::newRow("fast") << QString(kFast) << 300.0;
        QTest::newRow("far") << QString(kFar) << 5.0;
    }
    void equalLanes() {
        QFETCH(QString, parameters);
        QFETCH(double, seconds);
        const auto loaded = parseDesign(fourPairs(parameters.toStdString()), "t");
        QVERIFY2(loaded, loaded ? "" : describe(loaded.error()).c_str());
        RequestEngine engine(compiled(loaded->design, true), nullptr, 1, 0, 0);
        QCOMPARE(engine.advanceTo(sim::toSimTime(seconds), {}, 50'000'000), RequestEngine::Outcome::reached);
        for (const sim::ExpressState& lane : engine.state().lanes)
            QVERIFY(lane.open);
        Use use;
        QCOMPARE(QString::fromStdString(difference(loaded->design, 1, seconds / 10, use)), QString());
    }

    // So many arrivals in a nanosecond that time would stand still: the plain way, which has its budget of
    // events.
    void arrivalsWithoutTimeBetweenThem() {
        const auto loaded = parseDesign(crowd(), "t");
        QVERIFY2(loaded, loaded ? "" : describe(loaded.error()).c_str());
        RequestEngine engine(compiled(loaded->design, true), nullptr, 1, 0, 0);
        QCOMPARE(engine.advanceTo(sim::toSimTime(5), {}, 200'000), RequestEngine::Outcome::exhausted);
    }

    // Another client's event one nanosecond after the arrival that turns out to be too late.
    void aDeadlineNextToAnotherEvent() {
        for (int ns = -3; ns <= 3; ++ns) {
            const auto loaded = parseDesign(eventAt(2 + ns * 1e-9), "t");
            QVERIFY2(loaded, loaded ? "" : describe(loaded.error()).c_str());
            Use use;
            QCOMPARE(QString::fromStdString(difference(loaded->design, 1, 60, use)), QString());
        }
    }

    void randomDesigns() {
        Use use;
        const std::uint64_t most = qEnvironmentVariableIsSet("ALWAYSON_LONG") ? 3'000 : 300;
        for (std::uint64_t seed = 1; seed <= most; ++seed) {
            const std::string text = randomDesign(seed);
            const auto loaded = parseDesign(text, "t");
            QVERIFY2(loaded, loaded ? "" : describe(loaded.error()).c_str());
            for (const LoadWarning& warning : loaded->warnings)
                QFAIL(warning.message.c_str());
            QCOMPARE(QString::fromStdString(difference(loaded->design, seed, 40, use)), QString());
        }
        QVERIFY(use.open > 1000 * static_cast<int>(most) / 300);
        QVERIFY(use.shut > 300 * static_cast<int>(most) / 300);
    }
};

ALWAYSON_TEST_MAIN(TestExpress, test_express)
#include "test_express.moc"
