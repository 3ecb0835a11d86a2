// Caches of chance under failures of chance: requests fail as long as the structure says that they are down,
// and no longer. Caches that refuse are passed by; of those that are silent the time limits of the links
// decide.

#include "tests/simulator/mechanism/chance.h"
#include "tests/simulator/mechanism/cut_support.h"

#include <cmath>

using namespace alwayson;
using alwayson::test::Chance;
using namespace alwayson::test::scenario;

namespace {

constexpr double kDeadlineS = 1;
constexpr double kSeconds = 60;

const char* const kQuick = "'workers':1000,'service':{'dist':'constant','value_ms':1}";

// c -> app -> (balancer) -> cache -> (another cache) -> db, and perhaps a client that asks the cache itself.
class Maker {
public:
    explicit Maker(std::uint64_t seed) : m_chance(seed) {}

    Parts make() {
        p.seconds = kSeconds;
        p.domains = {"{'id':'a','kind':'zone'}", "{'id':'b','kind':'zone'}"};
        client("c");
        p.nodes.push_back(node("app", "server", kQuick, m_chance.one(0.3) ? "'domain':'b'" : ""));
        p.nodes.push_back(node("db", "server", kQuick));
        p.links = {calls("c", "app", "'latency_ms':0")};
        std::string caller = "app";
        if (m_chance.one(0.15)) {
            p.nodes.push_back(node("lb", "haproxy", "'check':false"));
            p.links.push_back(calls("app", "lb", "'latency_ms':0"));
            caller = "lb";
        }
        cache("near");
        lookup(caller, "near");
        if (m_chance.one(0.25)) {
            client("d");
            lookup("d", "near");
        }
        if (m_chance.one(0.4)) {
            cache("far");
            lookup("near", "far");
            p.links.push_back(calls("far", "db", "'latency_ms':0"));
        } else {
            p.links.push_back(calls("near", "db", "'latency_ms':0"));
        }
        events();
        return p;
    }

private:
    void client(const std::string& id) {
        p.nodes.push_back(node(
            id, "client",
            "'arrivals':'regular','network_rtt_ms':0,'attempts':1,'attempt_timeout_ms':5000,"
            "'rate_per_s':50",
            "'classes':[{'id':'x','share':1,'deadline_ms':1000,'writes':" + m_chance.of({"true", "false"}) +
                "}]"));
    }
    // A cache without hits: what is behind it always matters.
    void cache(const std::string& id) {
        const std::string modes =
            m_chance.one(0.5) ? ",'failure_modes':[{'id':'crash','effect':'crash','mttf_h':1e6,'mttr_h':1},"
                                "{'id':'gone','effect':'gone','mttf_h':1e6,'mttr_h':1}]"
                              : "";
        p.nodes.push_back(node(id, "cache",
                               std::string(kQuick) + ",'hit_ratio':0,'pattern':'" +
                                   (m_chance.one(0.8) ? "look_aside" : "read_through") + "'",
                               "'domain':'" + m_chance.of({"a", "b"}) + "'" + modes));
        m_things.push_back(id);
        const bool inA = p.nodes.back().find("'domain':'a'") != std::string::npos;
        m_things.emplace_back(inA ? "a" : "b"); // a cut around nothing would be refused
    }
    void lookup(const std::string& from, const std::string& to) {
        static const std::vector<std::string> kLimits = {
            "", ",'timeout_ms':50", ",'timeout_ms':50,'attempts':3", ",'timeout_ms':2000",
            ",'timeout_ms':50,'calls_per_request':2"};
        p.links.push_back(calls(from, to, "'latency_ms':0" + m_chance.of(kLimits)));
    }
    // One after the other, so that each is told apart.
    void events() {
        for (double when = 3; when < 50; when += 6 + std::round(80 * m_chance.number()) / 10) {
            const std::string what = m_chance.of(m_things);
            const bool place = what == "a" || what == "b";
            if (place && m_chance.one(0.4))
                p.events.push_back(at(when, "isolate", what, "'heal_after_s':4"));
            else
                p.events.push_back(
                    at(when, "fail", what,
                       "'mode':'" + (place ? "outage" : m_chance.of({"crash", "gone", "hang", "errors"})) +
                           "','error_share':1,'repair_after_s':4"));
        }
    }

    Chance m_chance;
    Parts p;
    std::vector<std::string> m_things;
};

std::string textOf(const Parts& p) {
    return quoted(joined(p.nodes) + "\n" + joined(p.links) + "\n" + joined(p.events)) + "\n";
}
bool holds(bool good, const std::string& told) {
    if (!good) qWarning("%s", told.c_str());
    return good;
}

} // namespace

class TestCacheRandom : public QObject {
    Q_OBJECT

private slots:
    // Around each change as many seconds of requests may fail, or still succeed, as the deadline is long.
    void requestsFailAsLongAsTheyAreDown() {
        const std::uint64_t designs = qEnvironmentVariableIsSet("ALWAYSON_LONG") ? 2000 : 200;
        double down = 0, up = 0;
        for (std::uint64_t seed = 1; seed <= designs; ++seed) {
            const Parts parts = Maker(seed).make();
            const SimulationResult result = run(parts, seed);
            const std::string told = "seed " + std::to_string(seed) + "\n" + textOf(parts) + log(result);
            for (const FlowResult& flow : result.flows) {
                if (flow.flow != "c" && flow.flow != "d") continue;
                const double downS = kSeconds * (1 - *flow.availabilityTime.value);
                const double failedS = kSeconds * (1 - static_cast<double>(flow.requests.succeeded) /
                                                           static_cast<double>(flow.requests.offered));
                const double bound = kDeadlineS * static_cast<double>(parts.events.size() + 1);
                QVERIFY(holds(std::abs(downS - failedS) <= bound,
                              flow.flow + " down " + std::to_string(downS) + " s, failed " +
                                  std::to_string(failedS) + " s, " + told));
                down += downS;
                up += kSeconds - downS;
            }
        }
        QVERIFY(down > 5 * static_cast<double>(designs) && up > down); // there is something to compare
    }
};

ALWAYSON_TEST_MAIN(TestCacheRandom, test_cache_random)
#include "test_cache_random.moc"
