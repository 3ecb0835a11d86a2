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

// Clients that call a server each, with and without delay, limits, classes, retries, budgets, faults, other
// loads.
std::string randomDesign(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto pick = [&](std::initializer_list<const char*> of) {
        return std::string(of.begin()[random() % of.size()]);
    };
    const std::string attempts = pick({"1", "1", "3"});
    std::string text =
        R"({"format":"alwayson-design","version":1,"catalogue":1,"name":"t","nodes":[{"id":"c","kind":"client","parameters":{"rate_per_s":)" +
        pick({"20", "80", "95", "150"}) + R"(,"arrivals":")" + pick({"poisson", "poisson", "regular"}) +
        R"(","network_rtt_ms":)" + pick({"0", "0", "20", "3"}) + R"(,"attempts":)" + attempts +
        R"(,"attempt_timeout_ms":)" + pick({"100", "1000", "1e7"}) + R"(,"backoff_base_ms":)" +
        pick({"0", "50"}) + pick({"", "", R"(,"retry_budget_share":0.1)"}) + R"(},"classes":[)";
    if (random() % 2)
        text += R"({"id":"all","share":1,"deadline_ms":)" + pick({"300", "3000", "1e6"}) + "}";
    else
        text += R"({"id":"r","share":0.7,"deadline_ms":)" + pick({"300", "3000"}) +
                R"(},{"id":"w","share":0.3,"writes":true,"deadline_ms":2000,"latency_objective_ms":50})";
    const std::string workers = pick({"1", "1", "2", "4"});
    text +=
        R"(]},{"id":"s","kind":"server","parameters":{"workers":)" + workers + R"(,"queue_limit":)" +
        pick({"null", "null", "0", "3", "20", "200"}) + R"(,"cancels_abandoned":)" + pick({"true", "false"}) +
        R"(,"service":)" +
        pick({R"({"dist":"exponential","mean_ms":10})", R"({"dist":"constant","value_ms":10})",
              R"({"dist":"lognormal","mean_ms":8,"p99_ms":60})", R"({"dist":"exponential","mean_ms":35})"}) +
        pick({"", R"(,"write_service":{"dist":"exponential","mean_ms":15})"}) +
        R"(}},{"id":"c2","kind":"client","parameters":{"rate_per_s":30,"network_rtt_ms":0},"classes":[{"id":"all","share":1,"deadline_ms":3000}]},)"
        R"({"id":"s2","kind":"server","parameters":{"workers":1,"service":{"dist":"exponential","mean_ms":20}}}],)"
        R"("links":[{"id":"l","from":"c","to":"s"},{"id":"l2","from":"c2","to":"s2"}],)"
        R"("scenarios":[{"id":"x","duration_s":40,"events":[)";
    text += R"({"at_s":8,"do":"fail","what":")" + pick({"s", "s2"}) + R"(","mode":")" +
            pick({"crash", "hang", "gone", "slow", "errors"}) + R"(","repair_after_s":4},)" +
            R"({"at_s":20,"do":"load","what":"c","factor":)" + pick({"0", "0.5", "1.5", "3"}) +
            R"(},{"at_s":24,"do":"load","what":"c","factor":1}]}]})";
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

    void randomDesigns() {
        Use use;
        const std::uint64_t most = qEnvironmentVariableIsSet("ALWAYSON_LONG") ? 20'000 : 300;
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
