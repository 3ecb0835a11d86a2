// What a call is when it arrives: links that make reads or writes of what they carry, directly and through
// balancers. The request run, the loads and the structure must mean the same.

#include "core/graph/static_load.h"
#include "core/structure/availability.h"
#include "tests/simulator/mechanism/cut_support.h"

using namespace alwayson;
using namespace alwayson::test::scenario;

namespace {

const char* const kPatient =
    "'rate_per_s':100,'arrivals':'regular','network_rtt_ms':0,'attempts':1,'attempt_timeout_ms':1000";
const char* const kTimes = "'workers':8,'service':{'dist':'constant','value_ms':1},"
                           "'write_service':{'dist':'constant','value_ms':5}";
const char* const kReads = "'classes':[{'id':'r','share':1,'deadline_ms':3000}]";
const char* const kWrites = "'classes':[{'id':'w','share':1,'writes':true,'deadline_ms':3000}]";
const char* const kBoth = "'classes':[{'id':'r','share':0.8,'deadline_ms':3000},"
                          "{'id':'w','share':0.2,'writes':true,'deadline_ms':3000}]";

std::string read(const char* from, const char* to) {
    return calls(from, to, "'access':'read','latency_ms':0");
}
std::string write(const char* from, const char* to) {
    return calls(from, to, "'access':'write','latency_ms':0");
}
std::string plain(const char* from, const char* to) {
    return calls(from, to, "'latency_ms':0");
}

// A client, a balancer and a set of a source and a replica that takes the reads.
Parts beforeASet(const char* classes) {
    Parts p;
    p.groups = {"{'id':'db','kind':'mysql_replication','parameters':{'reads_go_to':'replicas'}}"};
    p.nodes = {node("c", "client", kPatient, classes), node("lb", "haproxy"),
               node("db1", "mysql", std::string(kTimes) + ",'cold_factor':1", "'group':'db'"),
               node("db2", "mysql", std::string(kTimes) + ",'cold_factor':1", "'group':'db'")};
    return p;
}

double sojournMs(const SimulationResult& result, const std::string& id) {
    return *nodeOf(result, id).meanSojournMs.value;
}

double loadOf(const Parts& parts, const std::string& id) {
    const Design design = designOf(parts);
    return requestRates(design).requestsPerS[design.nodes.indexOf(id)];
}

double availabilityOf(const Parts& parts) {
    const auto result = analyse(designOf(parts));
    if (!result) throw std::runtime_error(describe(result.error()));
    return *result->flows.back().availability.value;
}

double shareOfSuccess(const SimulationResult& result) {
    const RequestCounts& counts = flowOf(result, "c").requests;
    return static_cast<double>(counts.succeeded) / static_cast<double>(counts.offered);
}

} // namespace

class TestAccess : public QObject {
    Q_OBJECT

private slots:
    void directLinks() {
        Parts p;
        p.nodes = {node("c", "client", kPatient, kReads), node("s", "server", kTimes)};
        const auto sojourn = [&](const std::string& access) {
            p.links = {calls("c", "s", "'access':'" + access + "'")};
            return sojournMs(run(p), "s");
        };
        QCOMPARE(sojourn("as_request"), 1.0);
        QCOMPARE(sojourn("read"), 1.0);
        QCOMPARE(sojourn("write"), 5.0);
    }

    // Each call goes over the link that fits it, whichever was drawn first.
    void twoLinksOfABalancer() {
        Parts p = beforeASet(kBoth);
        for (const bool readsFirst : {true, false}) {
            p.links = {plain("c", "lb"), read("lb", "db"), write("lb", "db")};
            if (!readsFirst) std::swap(p.links[1], p.links[2]);
            const SimulationResult result = run(p);
            QCOMPARE(shareOfSuccess(result), 1.0);
            QCOMPARE(sojournMs(result, "db1"), 5.0);
            QCOMPARE(sojournMs(result, "db2"), 1.0);
            QVERIFY(std::abs(loadOf(p, "db1") - 20) < 1e-9 && std::abs(loadOf(p, "db2") - 80) < 1e-9);
            QCOMPARE(availabilityOf(p), 1.0);
        }
    }

    void twoLinksToOneServer() {
        Parts p;
        p.nodes = {node("c", "client", kPatient, kBoth), node("lb", "haproxy"), node("s", "server", kTimes)};
        for (const bool readsFirst : {true, false}) {
            p.links = {plain("c", "lb"), read("lb", "s"), write("lb", "s")};
            if (!readsFirst) std::swap(p.links[1], p.links[2]);
            const SimulationResult result = run(p);
            const double writes = static_cast<double>(flowOf(result, "c:w").requests.succeeded),
                         all = static_cast<double>(flowOf(result, "c").requests.succeeded);
            QVERIFY(writes > 0 && all > writes);
            QVERIFY(std::abs(sojournMs(result, "s") - (5 * writes + 1 * (all - writes)) / all) < 1e-6);
            QCOMPARE(loadOf(p, "s"), 100.0);
        }
    }

    // A link of another latency is another way to the same server.
    void eachLinkHasItsLatency() {
        Parts p;
        p.nodes = {node("c", "client", kPatient, kWrites), node("lb", "haproxy"),
                   node("s", "server", kTimes)};
        p.links = {plain("c", "lb"), calls("lb", "s", "'access':'read','latency_ms':100"),
                   calls("lb", "s", "'access':'write','latency_ms':10")};
        const double latency = *flowOf(run(p), "c").latencyMs.mean.value;
        QVERIFY2(latency > 15 && latency < 20, qPrintable(QString::number(latency)));
    }

    // Behind a link that makes reads of them, writes are reads: also for a balancer.
    void aConvertedCallStaysConverted() {
        Parts p = beforeASet(kWrites);
        p.nodes.push_back(node("app", "server", kTimes));
        p.links = {plain("c", "app"), read("app", "lb"), read("lb", "db")};
        const SimulationResult result = run(p);
        QCOMPARE(shareOfSuccess(result), 1.0);
        QCOMPARE(sojournMs(result, "db2"), 1.0);
        QCOMPARE(nodeOf(result, "db1").arrivals, std::uint64_t(0));
        QCOMPARE(loadOf(p, "db2"), 100.0);
        QCOMPARE(availabilityOf(p), 1.0);
        // Beside a link for writes the call still is a read.
        p.links.push_back(write("lb", "db"));
        const SimulationResult both = run(p);
        QCOMPARE(shareOfSuccess(both), 1.0);
        QCOMPARE(nodeOf(both, "db1").arrivals, std::uint64_t(0));
        QCOMPARE(loadOf(p, "db1"), 0.0);
    }

    // The only link of a balancer takes all, as what it is for.
    void aLoneLinkTakesAll() {
        Parts p = beforeASet(kWrites);
        p.links = {plain("c", "lb"), read("lb", "db")};
        const SimulationResult result = run(p);
        QCOMPARE(shareOfSuccess(result), 1.0);
        QCOMPARE(sojournMs(result, "db2"), 1.0);
        QCOMPARE(loadOf(p, "db2"), 100.0);
        QCOMPARE(availabilityOf(p), 1.0);
    }
};

ALWAYSON_TEST_MAIN(TestAccess, test_access)
#include "test_access.moc"
