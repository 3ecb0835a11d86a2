// Random designs with everything that request runs know, and random scenarios: every request has one end,
// every node gives back what it took, and a copy of a run goes on as the run itself.

#include "simulator/compile/compile.h"
#include "simulator/kernel/stream.h"
#include "simulator/mechanism/context.h"
#include "simulator/run/request_engine.h"
#include "tests/simulator/mechanism/cut_support.h"

using namespace alwayson;
using namespace alwayson::test::scenario;

namespace {

// Dice of the test itself, the same on every machine.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : m_key{seed, 0} {}
    int roll(int low, int high) { return low + static_cast<int>(m_stream.next(m_key) * (high - low + 1)); }
    bool maybe() { return roll(0, 1) == 1; }
    std::string pick(const std::vector<std::string>& from) {
        return from[static_cast<std::size_t>(roll(0, static_cast<int>(from.size()) - 1))];
    }

private:
    sim::RandomKey m_key;
    sim::UniformStream m_stream{sim::streamId("dice", sim::Purpose::failure), 0, sim::kBlockDraws, {}};
};

class Maker {
public:
    explicit Maker(std::uint64_t seed) : m_dice(seed) {}

    Parts make() {
        p.domains = {"{'id':'za','kind':'zone'}", "{'id':'zb','kind':'zone'}"};
        p.seconds = 40;
        p.background = m_dice.maybe();
        const std::string users = m_dice.maybe()
                                      ? "'arrivals':'users','users':20,'think':{'dist':'exponential',"
                                        "'mean_s':0.5}"
                                      : "'rate_per_s':60";
        p.nodes.push_back(node("c", "client",
                               users + ",'attempts':" + m_dice.pick({"1", "3"}) + ",'attempt_timeout_ms':900",
                               "'classes':[{'id':'r','share':0.7,'deadline_ms':2000},"
                               "{'id':'w','share':0.3,'writes':true,'deadline_ms':2000}]"));
        std::string caller = "c";
        for (int layer = 0, layers = m_dice.roll(1, 3); layer < layers; ++layer) {
            const std::string id = "l" + std::to_string(layer) + "x";
            if (m_dice.roll(0, 2) == 0) caller = balancer(id + "b", caller);
            switch (layer == 0 ? m_dice.roll(0, 2) : m_dice.roll(1, 4)) {
            case 0:
                caller = addresses(id, caller);
                break;
            case 3:
                caller = caches(id, caller);
                break;
            case 4:
                return end(set(id, caller));
            default:
                caller = servers(id, caller);
            }
        }
        return end(servers("last", caller));
    }

private:
    std::string modes() {
        return ",'failure_modes':[{'id':'m','effect':'" + m_dice.pick({"crash", "hang", "gone", "errors"}) +
               "','mttf_h':" + m_dice.pick({"0.01", "0.1"}) +
               ",'mttr_h':0.002},{'id':'slow','effect':'slow','mttf_h':0.02,'mttr_h':0.002}]";
    }
    std::string place() {
        m_things.push_back(m_dice.pick({"za", "zb"}));
        return ",'domain':'" + m_things.back() + "'";
    }
    void link(const std::string& from, const std::string& to) {
        std::string parameters = "'latency_ms':" + m_dice.pick({"0", "1"});
        if (m_dice.maybe()) parameters += ",'timeout_ms':200";
        if (m_dice.roll(0, 3) == 0) parameters += ",'attempts':2";
        if (m_dice.roll(0, 5) == 0) parameters += ",'optional':true";
        p.links.push_back(calls(from, to, parameters));
    }
    void member(const std::string& id, const std::string& kind, const std::string& group,
                const std::string& parameters = {}) {
        p.nodes.push_back(node(id, kind, parameters, "'group':'" + group + "'" + place() + modes()));
        m_things.push_back(id);
    }

    std::string balancer(const std::string& id, const std::string& caller) {
        p.nodes.push_back(node(id, "haproxy",
                               "'check_inter_ms':" + m_dice.pick({"300", "1000"}) + ",'balance':'" +
                                   m_dice.pick({"roundrobin", "leastconn", "random", "source"}) +
                                   "','cookie':" + m_dice.pick({"true", "false"}) +
                                   ",'server_maxconn':" + m_dice.pick({"0", "3"}),
                               modes().substr(1)));
        m_things.push_back(id);
        link(caller, id);
        return id;
    }
    std::string addresses(const std::string& id, const std::string& caller) {
        p.groups.push_back("{'id':'" + id + "','kind':'vrrp_pair'}");
        for (const char* n : {"1", "2"})
            member(id + n, "haproxy", id, "'check_inter_ms':500");
        link(caller, id);
        return id;
    }
    std::string poolOf(const std::string& id) {
        std::string parameters = "'beta':0";
        if (m_dice.maybe())
            parameters +=
                ",'standby':1,'standby_hazard':" + m_dice.pick({"0", "0.5", "1"}) +
                ",'start_failure':0.2,'activation':{'dist':'constant','value_s':" + m_dice.pick({"0", "2"}) +
                "}";
        if (m_dice.maybe())
            parameters += ",'failover':{'dist':'constant','value_s':1},'failover_coverage':0.7";
        if (m_dice.maybe()) parameters += ",'uncovered_recovery':{'dist':'constant','value_s':3}";
        p.groups.push_back("{'id':'" + id + "','kind':'pool','parameters':{" + parameters + "}}");
        m_pools.push_back(id);
        return id;
    }
    std::string servers(const std::string& id, const std::string& caller) {
        poolOf(id);
        for (int n = 1, count = m_dice.roll(1, 3); n <= count; ++n)
            member(id + std::to_string(n), "server", id,
                   "'workers':4,'discipline':'" + m_dice.pick({"fcfs", "ps"}) +
                       "','cancels_abandoned':" + m_dice.pick({"true", "false"}));
        link(caller, id);
        return id;
    }
    std::string caches(const std::string& id, const std::string& caller) {
        poolOf(id);
        for (int n = 1, count = m_dice.roll(1, 2); n <= count; ++n)
            member(id + std::to_string(n), "cache", id,
                   "'warm_up_s':5,'pattern':'" + m_dice.pick({"look_aside", "read_through"}) + "'");
        link(caller, id);
        return id;
    }
    std::string set(const std::string& id, const std::string& caller) {
        p.groups.push_back("{'id':'" + id + "','kind':'mysql_replication','parameters':{'reads_go_to':'" +
                           m_dice.pick({"all", "replicas", "source"}) + "'}}");
        for (const char* n : {"1", "2", "3"})
            member(id + n, "mysql", id);
        link(caller, id);
        return id;
    }

    Parts end(const std::string&) {
        for (int i = 0, count = m_dice.roll(1, 6); i < count; ++i) {
            const double when = 1 + 0.37 * m_dice.roll(0, 80);
            switch (m_dice.roll(0, 4)) {
            case 0:
                p.events.push_back(at(when, "isolate", m_dice.pick(m_things), "'heal_after_s':3"));
                break;
            case 1:
                if (!m_pools.empty()) {
                    p.events.push_back(at(when, "deploy", m_dice.pick(m_pools), "'bad':true"));
                    break;
                }
                [[fallthrough]];
            default: {
                const std::string what = m_dice.pick(m_things);
                if (what == "za" || what == "zb") {
                    p.events.push_back(at(when, "fail", what, "'mode':'outage','repair_after_s':2"));
                    break;
                }
                p.events.push_back(at(when, "fail", what,
                                      "'mode':'" + m_dice.pick({"crash", "hang", "gone", "errors", "slow"}) +
                                          "','repair_after_s':" + m_dice.pick({"1", "6"})));
            }
            }
        }
        std::sort(p.events.begin(), p.events.end(), [](const std::string& a, const std::string& b) {
            return std::stod(a.substr(8)) < std::stod(b.substr(8));
        });
        return p;
    }

    Dice m_dice;
    Parts p;
    std::vector<std::string> m_things, m_pools;
};

void verifyOne(std::uint64_t seed) {
    const Design design = designOf(Maker(seed).make());
    sim::RequestRunOptions options;
    options.scenario = &design.scenarios.at(0);
    options.warmupS = 0;
    options.seed = seed;
    const auto result = sim::runRequests(design, options);
    QVERIFY2(result.ok(), result ? "" : describe(result.error()).c_str());
    for (const FlowResult& flow : result->flows) {
        std::uint64_t ended = flow.requests.succeeded;
        for (const auto& [cause, count] : flow.requests.failed)
            ended += count;
        QVERIFY2(ended == flow.requests.offered,
                 qPrintable(QString("%1: design %2").arg(flow.flow.c_str()).arg(seed)));
    }
    QVERIFY(flowOf(*result, "c").requests.offered > 0);
    for (const NodeResult& entry : result->nodes)
        QVERIFY2(entry.arrivals == entry.completed + entry.failed + entry.inFlightAtEnd,
                 qPrintable(QString("%1: design %2: %3 arrived, %4 completed, %5 failed, %6 there")
                                .arg(entry.id.c_str())
                                .arg(seed)
                                .arg(entry.arrivals)
                                .arg(entry.completed)
                                .arg(entry.failed)
                                .arg(entry.inFlightAtEnd)));

    auto model = sim::compileModel(design, &design.scenarios.at(0));
    QVERIFY(model.ok());
    sim::RequestEngine one(std::make_shared<const sim::Model>(std::move(model).value()), nullptr, seed, 0, 0);
    one.advanceTo(sim::toSimTime(17.3));
    sim::RequestEngine two = one;
    one.advanceTo(sim::toSimTime(40));
    two.advanceTo(sim::toSimTime(40));
    QCOMPARE(one.fingerprint(), two.fingerprint());
}

} // namespace

class TestRandomDesigns : public QObject {
    Q_OBJECT

private slots:
    void nothingGetsLost() {
        const std::uint64_t designs = qEnvironmentVariableIntValue("ALWAYSON_LONG") != 0 ? 3000 : 150;
        for (std::uint64_t seed = 1; seed <= designs && !QTest::currentTestFailed(); ++seed)
            verifyOne(seed);
    }
};

ALWAYSON_TEST_MAIN(TestRandomDesigns, test_random_designs)
#include "test_random_designs.moc"
