#include "core/structure/state_function.h"
#include "tests/core/structure/design_maker.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using alwayson::test::DesignMaker;

namespace {

// Evaluates the first flow with some components in a state (failure mode + 1).
class Probe {
public:
    explicit Probe(const Design& design)
        : m_function(std::move(StateFunction::compile(design)).value()), m_scratch(m_function.makeScratch()),
          m_state(m_function.components().size(), 0), m_views(m_function.views().size() + 1, 1) {
    } // never null
    Probe& state(const std::string& id, ComponentState value) {
        m_state[indexOf(id)] = value;
        return *this;
    }
    Probe& sees(const std::string& observer, const std::string& target, bool up) {
        for (std::size_t v = 0; v + 1 < m_views.size(); ++v)
            if (m_function.views()[v].observer == indexOf(observer) &&
                m_function.views()[v].target == indexOf(target))
                m_views[v] = up;
        return *this;
    }
    double a() { return value(nullptr); }
    double aByViews() { return value(m_views.data()); }
    const StateFunction& function() const { return m_function; }

private:
    std::size_t indexOf(const std::string& id) const {
        for (std::size_t i = 0; i < m_state.size(); ++i)
            if (m_function.components()[i].id == id) return i;
        qFatal("no component %s", id.c_str());
    }
    double value(const std::uint8_t* views) {
        std::vector<double> a(m_function.flows().size());
        m_function.evaluate(m_state.data(), views, a.data(), *m_scratch);
        return a[0];
    }
    StateFunction m_function;
    std::unique_ptr<StateFunction::Scratch, void (*)(StateFunction::Scratch*)> m_scratch;
    std::vector<ComponentState> m_state;
    std::vector<std::uint8_t> m_views;
};

DesignMaker pair(double rate, int needed = 0, double capacity = 1) {
    DesignMaker maker;
    maker.client("c", rate)
        .haproxy("lb")
        .group("web", needed)
        .server("w1", "web", capacity)
        .server("w2", "web", capacity);
    maker.link("c", "lb").link("lb", "web");
    for (const char* id : {"w1", "w2"})
        maker.fails(id, FailureEffect::crash, 99, 1)
            .fails(id, FailureEffect::gone, 99, 1)
            .fails(id, FailureEffect::hang, 99, 1)
            .fails(id, FailureEffect::slow, 99, 1, 4)
            .fails(id, FailureEffect::errors, 99, 1, 0.5);
    maker.fails("lb", FailureEffect::crash, 99, 1);
    return maker;
}

} // namespace

class TestStateFunction : public QObject {
    Q_OBJECT
private slots:
    void flowsAreClientsAndClasses() {
        DesignMaker maker = pair(10);
        Node client = maker.design().nodes.at(0);
        client.classes.clear();
        maker.edit().nodes.replace(0, client);
        const StateFunction function = std::move(StateFunction::compile(maker.design())).value();
        QCOMPARE(function.flows().size(), std::size_t{2});
        QCOMPARE(function.flows()[0].id, std::string("c:read"));
        QCOMPARE(function.flows()[0].ratePerS, 8.0);
        QCOMPARE(function.flows()[1].id, std::string("c:write"));
        QCOMPARE(function.views().size(), std::size_t{2});
    }
    void oneOfTwoIsEnoughWithoutLoad() {
        DesignMaker maker = pair(0);
        QCOMPARE(Probe(maker.design()).a(), 1.0);
        QCOMPARE(Probe(maker.design()).state("w1", 1).a(), 1.0);
        QCOMPARE(Probe(maker.design()).state("w1", 1).state("w2", 2).a(), 0.0);
        QCOMPARE(Probe(maker.design()).state("lb", 1).a(), 0.0);
    }
    void capacityDecidesUnderLoad() {
        DesignMaker maker = pair(1.6);
        QCOMPARE(Probe(maker.design()).a(), 1.0);
        QCOMPARE(Probe(maker.design()).state("w1", 1).a(), 1 / 1.6);
        QCOMPARE(Probe(maker.design()).state("w1", 4).a(), 1.25 / 1.6); // four times slower
        QCOMPARE(Probe(maker.design()).state("w1", 5).a(), 0.75);       // half its answers are errors
    }
    void aNumberNeededReplacesCapacity() {
        DesignMaker two = pair(1.6, 2), one = pair(1.6, 1), three = pair(0, 3);
        QCOMPARE(Probe(two.design()).state("w1", 1).a(), 0.0);
        QCOMPARE(Probe(one.design()).state("w1", 1).a(), 1.0);
        QCOMPARE(Probe(three.design()).a(), 0.0); // more needed than there are
    }
    void placesTakeTheirMembersDown() {
        DesignMaker maker;
        maker.domain("eu").domain("eu-a", "eu").domain("feed");
        for (const char* id : {"eu", "eu-a", "feed"})
            maker.fails(id, FailureEffect::outage, 1000, 1);
        maker.client("c").group("web").server("w1", "web").in("eu-a").server("w2", "web").link("c", "web");
        Node w2 = maker.design().nodes.at(2);
        w2.dependsOn = {DomainId("feed")};
        maker.edit().nodes.replace(2, w2);
        QCOMPARE(Probe(maker.design()).state("eu-a", 1).a(), 1.0);
        QCOMPARE(Probe(maker.design()).state("feed", 1).a(), 1.0);
        QCOMPARE(Probe(maker.design()).state("eu", 1).state("feed", 1).a(), 0.0);
        QCOMPARE(Probe(maker.design()).state("eu-a", 1).state("feed", 1).a(), 0.0);
    }
    void sharedDatabaseCountsOnce() {
        DesignMaker maker = pair(1, 0, 2);
        maker.server("db", "", 1).link("web", "db").fails("db", FailureEffect::crash, 99, 1);
        QCOMPARE(Probe(maker.design()).state("w1", 1).a(), 1.0);
        QCOMPARE(Probe(maker.design()).state("db", 1).a(), 0.0);
    }
    void workersWaitForWhatTheyCall() {
        DesignMaker maker = pair(1);
        maker.server("db", "", 1).link("web", "db");
        QCOMPARE(Probe(maker.design()).a(), 1.0);
        QCOMPARE(Probe(maker.design()).state("w1", 1).a(), 0.5); // 1 s of work, 1 s of waiting for db
        // Four times as slow: 4 s of work, 1 s of waiting.
        QCOMPARE(Probe(maker.design()).state("w1", 1).state("w2", 4).a(), 0.2);
        maker.set("w1", "discipline", "ps").set("w2", "discipline", "ps");
        QCOMPARE(Probe(maker.design()).state("w1", 1).a(), 1.0);
    }
    void ownDatabasesLimitTheirCaller() {
        DesignMaker maker;
        maker.client("c", 10).group("web").server("w1", "web", 20).server("w2", "web", 20);
        maker.server("db1", "", 6).server("db2", "", 20).link("c", "web").link("w1", "db1").link("w2", "db2");
        for (const char* id : {"w1", "w2", "db1", "db2"})
            maker.fails(id, FailureEffect::crash, 99, 1);
        QCOMPARE(Probe(maker.design()).a(), 1.0);
        QCOMPARE(Probe(maker.design()).state("w2", 1).a(),
                 0.6); // all ten requests end at db1, which carries six
        QCOMPARE(Probe(maker.design()).state("db2", 1).a(), 0.6);
        QCOMPARE(Probe(maker.design()).state("db1", 1).a(), 1.0);
    }
    void databasesPerZoneLimitTheirZone() {
        DesignMaker maker;
        maker.client("c", 10).group("web");
        for (const char* id : {"w1", "w2", "w3", "w4"})
            maker.server(id, "web", 10).fails(id, FailureEffect::crash, 99, 1);
        maker.server("dba", "", 7).server("dbb", "", 7).link("c", "web");
        maker.link("w1", "dba").link("w2", "dba").link("w3", "dbb").link("w4", "dbb");
        QCOMPARE(Probe(maker.design()).a(), 1.0);
        QCOMPARE(Probe(maker.design()).state("w1", 1).a(), 1.0);
        QCOMPARE(Probe(maker.design()).state("w3", 1).state("w4", 1).a(), 0.7);
    }
    void optionalCallsDoNotDecide() {
        DesignMaker maker = pair(1);
        maker.external("mail").link("web", "mail", 1, true).fails("mail", FailureEffect::gone, 99, 1);
        QCOMPARE(Probe(maker.design()).state("mail", 1).a(), 1.0);
    }
    void rareCallsCostTheirShare() {
        DesignMaker maker = pair(1);
        maker.external("mail").link("web", "mail", 0.1).fails("mail", FailureEffect::gone, 99, 1);
        QCOMPARE(Probe(maker.design()).state("mail", 1).a(), 0.9);
    }
    void twoBalancersShareOnePool() {
        DesignMaker maker;
        maker.client("c", 3).group("lbs").haproxy("lb1", "lbs").haproxy("lb2", "lbs").group("web");
        for (const char* id : {"w1", "w2", "w3", "w4"})
            maker.server(id, "web").fails(id, FailureEffect::crash, 99, 1);
        for (const char* id : {"lb1", "lb2"})
            maker.fails(id, FailureEffect::crash, 99, 1);
        maker.link("c", "lbs").link("lbs", "web");
        QCOMPARE(Probe(maker.design()).state("lb1", 1).a(), 1.0);
        QCOMPARE(Probe(maker.design()).state("lb1", 1).state("w1", 1).a(), 1.0);
        QCOMPARE(Probe(maker.design()).state("w2", 1).state("w1", 1).a(), 2.0 / 3);
    }
    void viewsDecideWhatARouterDoes() {
        DesignMaker maker = pair(0);
        // A refused connection is redispatched; packets that vanish outlast the deadline; silence loses the
        // request.
        QCOMPARE(Probe(maker.design()).state("w1", 1).aByViews(), 1.0);
        QCOMPARE(Probe(maker.design()).state("w1", 2).aByViews(), 0.5);
        QCOMPARE(Probe(maker.design()).state("w1", 3).aByViews(), 0.5);
        QCOMPARE(Probe(maker.design()).state("w1", 3).sees("lb", "w1", false).aByViews(), 1.0);
        QCOMPARE(Probe(maker.design()).sees("lb", "w1", false).sees("lb", "w2", false).aByViews(), 0.0);
        maker.set("lb", "timeout_connect_ms", 500.0);
        QCOMPARE(Probe(maker.design()).state("w1", 2).aByViews(), 1.0);
        maker.set("lb", "redispatch", false);
        QCOMPARE(Probe(maker.design()).state("w1", 1).aByViews(), 0.5);
        QCOMPARE(Probe(maker.design()).state("w1", 2).aByViews(), 0.5);
        maker.set("lb", "check", false);
        QVERIFY(Probe(maker.design()).function().views().empty());
        QCOMPARE(Probe(maker.design()).state("w1", 1).aByViews(), 0.5);
    }
    // Requests that wait for a silent server count as its connections: leastconn gives it no more. One that
    // answers at once with errors looks idle.
    void leastconnSparesASilentServer() {
        DesignMaker maker = pair(0);
        maker.fails("w1", FailureEffect::errors, 99, 1, 1); // mode 6: every answer is an error
        maker.set("lb", "balance", std::string("leastconn"));
        QCOMPARE(Probe(maker.design()).state("w1", 2).aByViews(), 1.0);
        QCOMPARE(Probe(maker.design()).state("w1", 3).aByViews(), 1.0);
        QCOMPARE(Probe(maker.design()).state("w1", 6).aByViews(), 0.5);
        QCOMPARE(Probe(maker.design()).state("w1", 3).state("w2", 3).aByViews(), 0.0);
        maker.set("lb", "balance", std::string("roundrobin"));
        QCOMPARE(Probe(maker.design()).state("w1", 3).aByViews(), 0.5);
    }
    void aMemberSeenDownDoesNotCarry() {
        DesignMaker maker = pair(1.6);
        QCOMPARE(Probe(maker.design()).sees("lb", "w1", false).aByViews(), 1 / 1.6);
    }
    void refusesCycles() {
        DesignMaker maker;
        maker.client("c").server("a").server("b").link("c", "a").link("a", "b").link("b", "a");
        const auto function = StateFunction::compile(maker.design());
        QVERIFY(!function);
        QCOMPARE(function.error().code, std::string("structure.cycle"));
        QCOMPARE(function.error().message, std::string("Requests go round in a circle: a -> b -> a."));
    }
    void thresholdHasNoRoundingEdge() {
        DesignMaker maker;
        maker.client("c", 20).group("web");
        for (int i = 0; i < 20; ++i)
            maker.server("w" + std::to_string(i), "web");
        maker.fails("w3", FailureEffect::crash, 99, 1).link("c", "web");
        const StateFunction function = std::move(StateFunction::compile(maker.design())).value();
        const auto scratch = function.makeScratch();
        std::vector<ComponentState> state(function.components().size(), 0);
        std::uint8_t up = 0;
        state[4] = 1; // 19 of 20 carry 0.95 of the load
        QVERIFY(function.evaluateUp(state.data(), nullptr, &up, *scratch));
        QVERIFY(up);
    }
    void steadyStateOfAComponent() {
        DesignMaker maker;
        maker.server("s").fails("s", FailureEffect::crash, 100, 1).fails("s", FailureEffect::hang, 50, 2);
        const StateFunction function = std::move(StateFunction::compile(maker.design())).value();
        const StructureComponent& server = function.components()[0];
        QCOMPARE(server.availability(), 1 / 1.05);
        QCOMPARE(server.modeProbability(1), 0.04 / 1.05);
    }
};

ALWAYSON_TEST_MAIN(TestStateFunction, test_state_function)
#include "test_state_function.moc"
