// For how long requests keep the workers of a server that calls others: the law (core/graph/held_times.h)
// against runs of requests. Nothing waits in queues here: all have far more workers than work.

#include "core/catalogue/catalogue.h"
#include "core/graph/held_times.h"
#include "core/graph/static_load.h"
#include "tests/simulator/mechanism/chance.h"
#include "tests/simulator/mechanism/cut_support.h"

#include <cmath>

using namespace alwayson;
using alwayson::test::Chance;
using namespace alwayson::test::scenario;

namespace {

constexpr double kRate = 200;
constexpr double kWorkers = 500;

// Two classes -> (balancer) -> web1, web2 -> some of: cache -> set, service, (balancer) -> mail server.
class Maker {
public:
    explicit Maker(std::uint64_t seed) : m_chance(seed) {}

    Parts make(double seconds) {
        p.seconds = seconds;
        p.domains = {"{'id':'r','kind':'region','parameters':{'rtt_ms':6}}",
                     "{'id':'a','kind':'zone','parent':'r','parameters':{'rtt_ms':1}}",
                     "{'id':'b','kind':'zone','parent':'r','parameters':{'rtt_ms':2}}"};
        p.nodes.push_back(node(
            "c", "client", "'attempts':1,'attempt_timeout_ms':60000,'rate_per_s':" + std::to_string(kRate),
            "'classes':[{'id':'read','share':0.7,'deadline_ms':60000},"
            "{'id':'write','share':0.3,'writes':true,'deadline_ms':60000}]"));
        p.groups.push_back("{'id':'web','kind':'pool'}");
        for (const char* id : {"web1", "web2"})
            server(id, "server", "'group':'web',");
        std::string to = "web";
        if (m_chance.one(0.5)) {
            balancer("lb");
            p.links.push_back(calls("lb", "web"));
            to = "lb";
        }
        p.links.push_back(calls("c", to));
        set();
        std::string store = "db";
        if (m_chance.one(0.5)) cache(store);
        call(store);
        if (m_chance.one(0.6)) {
            p.nodes.push_back(node("pay", "external", "'latency':" + time(40)));
            p.links.push_back(calls("web", "pay", parameters() + patience()));
        }
        if (m_chance.one(0.6)) {
            server("mail", "server", "");
            p.nodes.push_back(node("spool", "external", "'latency':" + time(10)));
            p.links.push_back(calls("mail", "spool"));
            if (m_chance.one(0.5)) {
                balancer("mx");
                p.links.push_back(calls("mx", "mail"));
                call("mx");
            } else {
                call("mail");
            }
        }
        return p;
    }

private:
    std::string time(double most) {
        char mean[32];
        std::snprintf(mean, sizeof mean, "%.2f", 1 + most * m_chance.number());
        return m_chance.one(0.3) ? std::string("{'dist':'constant','value_ms':") + mean + "}"
                                 : std::string("{'dist':'exponential','mean_ms':") + mean + "}";
    }
    std::string place() { return "'domain':'" + m_chance.of({"a", "b"}) + "'"; }
    std::string work() {
        return "'workers':" + std::to_string(kWorkers) + ",'discipline':'" +
               m_chance.of({"fcfs", "fcfs", "ps"}) + "','service':" + time(15);
    }
    void server(const std::string& id, const std::string& kind, const std::string& group) {
        p.nodes.push_back(node(id, kind,
                               work() + (m_chance.one(0.4) ? ",'write_service':" + time(30) : std::string()),
                               group + place()));
    }
    void balancer(const std::string& id) {
        p.nodes.push_back(
            node(id, "haproxy", "'check':false,'capacity_per_s':" + m_chance.of({"20000", "1000"}), place()));
    }
    // Reads by a cache, perhaps of the caller.
    void cache(std::string& store) {
        p.nodes.push_back(node("cache", "cache",
                               work() + ",'hit_ratio':" + m_chance.of({"0.3", "0.8"}) + ",'pattern':'" +
                                   m_chance.of({"look_aside", "read_through"}) + "'",
                               place()));
        p.links.push_back(calls("cache", store, parameters()));
        store = "cache";
    }
    void set() {
        const std::string how = m_chance.of({"async", "semi_sync", "group"});
        p.groups.push_back("{'id':'db','kind':'mysql_replication','parameters':{'replication':'" + how +
                           "','reads_go_to':'" + m_chance.of({"source", "replicas", "all"}) +
                           "','manager':'" + (how == "group" ? "group" : "none") + "'}}");
        for (const char* id : {"db1", "db2", "db3"})
            server(id, "mysql", "'group':'db',");
    }
    std::string parameters() {
        return "'calls_per_request':" + m_chance.of({"1", "1", "2", "0.4", "2.5"}) +
               ",'parallel':" + m_chance.of({"true", "false", "false"});
    }
    // Of calls that may fail without harm.
    std::string patience() {
        if (m_chance.one(0.4)) return "";
        return ",'optional':true,'timeout_ms':" + m_chance.of({"5", "15", "40"}) +
               ",'attempts':" + m_chance.of({"1", "2"});
    }
    void call(const std::string& to) { p.links.push_back(calls("web", to, parameters())); }

    Chance m_chance;
    Parts p;
};

std::string textOf(const Parts& p) {
    return quoted(joined(p.nodes) + "\n" + joined(p.groups) + "\n" + joined(p.links)) + "\n";
}

} // namespace

class TestHeldTimes : public QObject {
    Q_OBJECT

private slots:
    void workersAreKeptAsLongAsTheLawSays() {
        const bool isLong = qEnvironmentVariableIsSet("ALWAYSON_LONG");
        const std::uint64_t designs = isLong ? 200 : 40;
        const double tolerance = isLong ? 0.05 : 0.06; // chance, and calls side by side
        double sum = 0;
        int compared = 0;
        for (std::uint64_t seed = 1; seed <= designs; ++seed) {
            const Parts parts = Maker(seed).make(isLong ? 600 : 150);
            const Design design = designOf(parts);
            const SimulationResult result = run(parts, seed);
            const RequestRates rates = requestRates(design);
            const std::vector<CarriedRate> carried = carriedRates(design);
            for (std::size_t n = 0; n < design.nodes.size(); ++n) {
                const Node& node = design.nodes.at(n);
                if (!hasMechanism(node, "queue") || rates.requestsPerS[n] < 40) continue;
                const double computed = rates.requestsPerS[n] / carried[n].perSecond;
                const double measured = nodeOf(result, node.id.str()).utilisation;
                const double off = measured / computed - 1;
                sum += off;
                ++compared;
                const QString told = QString("seed %1: %2 keeps %3 workers, not %4")
                                         .arg(seed)
                                         .arg(QString::fromStdString(node.id.str()))
                                         .arg(measured * kWorkers)
                                         .arg(computed * kWorkers);
                if (std::abs(off) >= tolerance) qWarning("%s", textOf(parts).c_str());
                QVERIFY2(std::abs(off) < tolerance, qPrintable(told));
            }
        }
        QVERIFY(compared > 3 * int(designs));
        QVERIFY(std::abs(sum / compared) < 0.005);
    }
};

ALWAYSON_TEST_MAIN(TestHeldTimes, test_held_times)
#include "test_held_times.moc"
