// Requests that spread over several nodes, against pencil and paper: nothing is counted twice or lost, means
// add up, Little's law holds at every node, and what a node had in hand when it failed does not haunt it.

#include "core/io/project_file.h"
#include "simulator/run/request_run.h"
#include "tests/support/test_support.h"

using namespace alwayson;

namespace {

// With exponential service times.
std::string server(const std::string& id, double ms, int workers = 8, const std::string& more = {}) {
    return R"({"id":")" + id + R"(","kind":"server")" + more + R"(,"parameters":{"workers":)" +
           std::to_string(workers) + R"(,"service":{"dist":"exponential","mean_ms":)" + std::to_string(ms) +
           "}}}";
}

std::string balancer(const std::string& parameters) {
    return R"({"id":"lb","kind":"haproxy","parameters":{)" + parameters + "}}";
}

std::string arrow(const std::string& from, const std::string& to, const std::string& more = {}) {
    return R"({"id":")" + from + "-" + to + R"(","from":")" + from + R"(","to":")" + to + "\"" +
           (more.empty() ? "" : "," + more) + "}";
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts)
        text += (text.empty() ? "" : ",") + part;
    return text;
}

// A client "c" with reads and writes half and half, and what stands behind it. No network delay.
SimulationResult run(double ratePerS, const std::vector<std::string>& nodes,
                     const std::vector<std::string>& links, double seconds, const std::string& more = {},
                     const std::string& client = {}) {
    const std::string text =
        R"({"format":"alwayson-design","version":1,"catalogue":1,"name":"t","nodes":[{"id":"c","kind":"client","parameters":{"rate_per_s":)" +
        std::to_string(ratePerS) + R"(,"network_rtt_ms":0)" + client +
        R"(},"classes":[{"id":"read","share":0.5,"deadline_ms":3000},{"id":"write","share":0.5,"writes":true,"deadline_ms":3000}]},)" +
        joined(nodes) + R"(],"links":[)" + joined(links) + "]" + more + "}";
    const auto loaded = parseDesign(text, "t");
    if (!loaded) throw std::runtime_error(describe(loaded.error()));
    for (const LoadWarning& issue : loaded->warnings)
        throw std::runtime_error(issue.message);
    sim::RequestRunOptions options;
    if (!loaded->design.scenarios.empty()) options.scenario = &loaded->design.scenarios.at(0);
    options.durationS = seconds;
    Result<SimulationResult> result = sim::runRequests(loaded->design, options, {}, {});
    if (!result) throw std::runtime_error(describe(result.error()));
    return std::move(result).value();
}

// Of server "a", at 20 s for 1.5 s.
std::string oneFailure(const std::string& mode) {
    return R"(,"scenarios":[{"id":"x","duration_s":60,"events":[{"at_s":20,"do":"fail","what":"a","mode":")" +
           mode + R"(","repair_after_s":1.5}]}])";
}

const NodeResult& node(const SimulationResult& result, const std::string& id) {
    for (const NodeResult& entry : result.nodes)
        if (entry.id == id) return entry;
    throw std::runtime_error("no node " + id);
}

bool near(double value, double wanted, double relative) {
    if (std::abs(value - wanted) <= relative * std::abs(wanted)) return true;
    qWarning("%g is not %g", value, wanted);
    return false;
}

// Every logical request ended exactly once.
bool conserved(const SimulationResult& result) {
    for (const FlowResult& flow : result.flows) {
        std::uint64_t ended = flow.requests.succeeded;
        for (const auto& [cause, count] : flow.requests.failed)
            ended += count;
        if (ended != flow.requests.offered) return false;
    }
    return true;
}

bool littleHolds(const SimulationResult& result, const std::string& id) {
    const NodeResult& n = node(result, id);
    return near(n.meanInSystem, n.arrivalsPerSecond * *n.meanSojournMs.value / 1000, 0.01);
}

} // namespace

class TestCalls : public QObject {
    Q_OBJECT

private slots:
    void aClientCallsSeveralThings() {
        const auto result =
            run(100, {server("a", 5), server("b", 7)}, {arrow("c", "a"), arrow("c", "b")}, 200);
        QVERIFY(conserved(result));
        const FlowResult& flow = result.flows.back();
        QCOMPARE(flow.requests.succeeded, flow.requests.offered);
        QVERIFY(near(*flow.latencyMs.mean.value, 12, 0.03));
        QVERIFY(near(node(result, "b").arrivalsPerSecond, 100, 0.03));
    }

    void readsAndWritesGoTheirOwnWays() {
        const auto result =
            run(100, {server("a", 5), server("b", 7)},
                {arrow("c", "a", R"("classes":["read"])"), arrow("c", "b", R"("classes":["write"])")}, 200);
        QVERIFY(conserved(result));
        QVERIFY(near(node(result, "a").arrivalsPerSecond, 50, 0.05));
        QVERIFY(near(node(result, "b").arrivalsPerSecond, 50, 0.05));
        QVERIFY(near(*result.flows[0].latencyMs.mean.value, 5, 0.05));
        QVERIFY(near(*result.flows[1].latencyMs.mean.value, 7, 0.05));
    }

    void aClientsLinkHasCallsOfItsOwn() {
        const auto result =
            run(100, {server("a", 5)}, {arrow("c", "a", R"("parameters":{"calls_per_request":2.5})")}, 200);
        QVERIFY(conserved(result));
        QVERIFY(near(node(result, "a").arrivalsPerSecond, 250, 0.03));
        QVERIFY(near(*result.flows.back().latencyMs.mean.value, 12.5, 0.03));
    }

    // A server's count of what it has done must not touch its caller's count: a calls b twice and then e, b
    // calls d.
    void chainsOfServersCallTheRightOnes() {
        const auto result = run(50, {server("a", 5), server("b", 5), server("d", 5), server("e", 5)},
                                {arrow("c", "a"), arrow("a", "b", R"("parameters":{"calls_per_request":2})"),
                                 arrow("a", "e"), arrow("b", "d")},
                                200);
        QVERIFY(conserved(result));
        QVERIFY(near(*result.flows.back().latencyMs.mean.value, 30, 0.03));
        QVERIFY(near(node(result, "e").arrivalsPerSecond, 50, 0.03));
        QVERIFY(near(node(result, "d").arrivalsPerSecond, 100, 0.03));
        for (const char* id : {"a", "b", "d", "e"})
            QVERIFY(littleHolds(result, id));
    }

    // Two attempts through a balancer are two, though the balancer counts its own tries.
    // As in the exported configuration: one server line, however many links lead to it.
    void aServerWithTwoLinksHasOneShare() {
        const auto result = run(100, {balancer(""), server("a", 5), server("b", 5)},
                                {arrow("c", "lb"), arrow("lb", "a"), arrow("lb", "b"),
                                 R"({"id":"again","from":"lb","to":"a","classes":["read"]})"},
                                100);
        QVERIFY(conserved(result));
        QVERIFY(near(node(result, "a").arrivalsPerSecond, 50, 0.03));
        QVERIFY(near(node(result, "b").arrivalsPerSecond, 50, 0.03));
    }

    void attemptsThroughABalancerEnd() {
        const auto result = run(
            50, {server("a", 5), balancer(R"("check":false,"redispatch":false,"retries":0)"), server("s", 5)},
            {arrow("c", "a"), arrow("a", "lb", R"("parameters":{"attempts":2})"), arrow("lb", "s")}, 30,
            R"(,"scenarios":[{"id":"k","duration_s":30,"events":[{"at_s":0,"do":"fail","what":"s","mode":"crash"}]}])");
        QVERIFY(conserved(result));
        const FlowResult& flow = result.flows.back();
        QCOMPARE(flow.requests.failed.at("refused"), flow.requests.offered - flow.requests.succeeded);
        QVERIFY(flow.requests.succeeded < 5);
        QVERIFY(near(double(node(result, "lb").arrivals), 2.0 * double(node(result, "a").arrivals), 0.01));
    }

    // The answers to what a vanished server had asked for must not free workers that it does not have.
    // The server hangs for a second every so often: its reads are tried again, its writes are not, because
    // they may have been carried out. A refused write is tried again.
    void writesThatMayHaveRunAreNotRepeated() {
        const std::string patience = R"(,"attempts":3,"attempt_timeout_ms":300,"backoff_base_ms":0)";
        const std::vector<std::string> servers{server("a", 5)};
        const SimulationResult hung = run(100, servers, {arrow("c", "a")}, 60, oneFailure("hang"), patience);
        const RequestCounts& reads = hung.flows.at(0).requests;
        const RequestCounts& writes = hung.flows.at(1).requests;
        QVERIFY(reads.attempts > reads.offered + 50);
        QCOMPARE(writes.attempts, writes.offered);
        QVERIFY(writes.offered - writes.succeeded > 50);
        const SimulationResult refused =
            run(100, servers, {arrow("c", "a")}, 60, oneFailure("crash"), patience);
        QVERIFY(refused.flows.at(1).requests.attempts > refused.flows.at(1).requests.offered + 50);
    }

    void answersToALostServerFindNobody() {
        const auto result = run(
            400, {server("a", 5, 16, R"(,"domain":"h")"), server("d", 20, 100)},
            {arrow("c", "a"), arrow("a", "d")}, 120,
            R"(,"domains":[{"id":"h","kind":"host","parameters":{"restart_after_outage":{"dist":"constant","value_s":15}}}],"scenarios":[{"id":"k","duration_s":120,"events":[{"at_s":10,"do":"fail","what":"h","mode":"outage","repair_after_s":20}]}])");
        QVERIFY(conserved(result));
        // Down from 10 s to 30 s and starting until 45 s.
        QVERIFY(near(1 - *result.flows.back().availabilityTime.value, 35.0 / 120, 0.001));
        QVERIFY(near(1 - *result.flows.back().availabilityRequests.value, 35.0 / 120, 0.02));
        QVERIFY(node(result, "a").inFlightAtEnd < 100);
        QVERIFY(node(result, "a").utilisation < 1);
        QVERIFY(near(node(result, "a").meanInSystem, node(result, "a").utilisation * 16, 0.2));
    }

    // A hung server reads no answers: nothing completes between 10 s and 12 s, what was under way then takes
    // longer.
    void aHungServerReadsNoAnswers() {
        const auto result = run(
            50, {server("a", 1, 100), server("d", 400, 100)}, {arrow("c", "a"), arrow("a", "d")}, 30,
            R"(,"scenarios":[{"id":"k","duration_s":30,"events":[{"at_s":10,"do":"fail","what":"a","mode":"hang","repair_after_s":2}]}])");
        QVERIFY(conserved(result));
        const NamedSeries& series = result.series.front();
        std::uint64_t before = 0, during = 0;
        for (const auto& point : result.series.back().points) {
            if (point.atS <= 9.9) before += point.succeeded;
            if (point.atS > 10.1 && point.atS <= 11.9) during += point.succeeded;
        }
        QVERIFY(series.stepS < 0.1);
        QVERIFY(before > 300);
        QCOMPARE(during, std::uint64_t{0});
    }

    // Those who wait to be accepted are in the balancer too.
    void littleHoldsForABalancerBeyondItsConnections() {
        const auto result = run(300, {balancer(R"("maxconn":4)"), server("s", 10, 8)},
                                {arrow("c", "lb"), arrow("lb", "s")}, 200);
        QVERIFY(conserved(result));
        QVERIFY(node(result, "lb").meanInSystem > 4);
        QVERIFY(littleHolds(result, "lb"));
    }

    // A key that points at a server without writes, while the one that takes them is full, has to wait.
    void hashedRequestsWaitForTheServerThatTakesThem() {
        const auto result =
            run(200, {balancer(R"("balance":"source","server_maxconn":1)"), server("r", 4), server("w", 4)},
                {arrow("c", "lb"), arrow("lb", "r", R"("classes":["read"])"), arrow("lb", "w")}, 100);
        QVERIFY(conserved(result));
        QVERIFY(near(node(result, "r").arrivalsPerSecond, 50, 0.1));
        QVERIFY(near(node(result, "w").arrivalsPerSecond, 150, 0.1));
    }

    // Reads take turns between both servers, whatever the writes between them do.
    void turnsArePerClass() {
        const auto result =
            run(200, {balancer(""), server("r", 2), server("w", 4)},
                {arrow("c", "lb"), arrow("lb", "r", R"("classes":["read"])"), arrow("lb", "w")}, 100);
        QVERIFY(near(node(result, "r").arrivalsPerSecond, 50, 0.05));
        QVERIFY(near(node(result, "w").arrivalsPerSecond, 150, 0.05));
    }
};

ALWAYSON_TEST_MAIN(TestCalls, test_calls)
#include "test_calls.moc"
