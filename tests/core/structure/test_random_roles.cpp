// Groups whose members are not alike, and caches: the diagram, single points, cut sets and frequencies
// against full enumeration of small random designs. ALWAYSON_LONG=1 runs 5,000 designs instead of 400.

#include "core/catalogue/catalogue.h"
#include "tests/core/structure/design_maker.h"
#include "tests/core/structure/enumeration.h"

using namespace alwayson;
using namespace alwayson::test;

namespace {

// Requests go through balancers in a pair, servers some of which stand by, perhaps a cache, to a store.
class RandomRoles {
public:
    explicit RandomRoles(Dice& dice) : m_dice(dice) {}

    DesignMaker make() {
        m_places = m_dice.upTo(3);
        for (int p = 0; p < m_places; ++p)
            m_maker.domain(id("zone", p))
                .fails(id("zone", p), FailureEffect::outage, 10 + m_dice.upTo(90), 1 + m_dice.upTo(5));
        m_maker.readerAndWriter("users", m_dice.upTo(5), 0.25 * m_dice.upTo(4));
        if (m_dice.chance(20)) m_maker.client("readers", m_dice.upTo(3));
        if (m_dice.chance(60)) balancers();
        servers();
        if (m_dice.chance(40)) caches();
        store();
        link();
        m_maker.patience(60); // service takes seconds here
        return std::move(m_maker);
    }

private:
    void place(const std::string& node) {
        if (m_places > 0 && m_dice.chance(60)) m_maker.in(id("zone", m_dice.upTo(m_places)));
        static constexpr FailureEffect kEffects[] = {FailureEffect::crash, FailureEffect::slow,
                                                     FailureEffect::errors, FailureEffect::gone,
                                                     FailureEffect::hang};
        for (int f = m_dice.upTo(3); f > 0; --f) {
            const FailureEffect effect = kEffects[m_dice.upTo(5)];
            const double amount =
                effect == FailureEffect::slow ? 2 + m_dice.upTo(3) : 0.04 * (1 + m_dice.upTo(20));
            m_maker.fails(node, effect, 10 + m_dice.upTo(90), 1 + m_dice.upTo(10), amount);
        }
    }
    void balancers() {
        m_maker.groupOf("vrrp_pair", "lb");
        for (int i = 0; i < 2; ++i) {
            m_maker.haproxy(id("lb", i), "lb");
            if (i > 0 && m_dice.chance(30)) m_maker.set("lb1", "vrrp_priority", 200.0);
            place(id("lb", i));
        }
        m_tiers.push_back("lb");
    }
    void servers() {
        const int size = 1 + m_dice.upTo(3), standby = m_dice.upTo(3);
        Parameters parameters;
        if (standby > 0) parameters["standby"] = static_cast<double>(std::min(standby, size - 1));
        if (m_dice.chance(30)) parameters["needed"] = 1.0;
        m_maker.groupOf("pool", "web", parameters);
        const int same = 1 + m_dice.upTo(4);
        for (int i = 0; i < size; ++i) {
            m_maker.server(id("web", i), "web", m_dice.chance(50) ? same : 1 + m_dice.upTo(4));
            place(id("web", i));
        }
        m_tiers.push_back("web");
    }
    void caches() {
        const int size = 1 + m_dice.chance(30);
        const double hits = 0.25 * m_dice.upTo(5);
        const bool lookAside = m_dice.chance(60);
        Parameters parameters;
        if (m_dice.chance(20)) parameters = {{"beta", 0.3}, {"common_cause_repair", std::string("together")}};
        m_maker.groupOf("pool", "cache", parameters);
        if (m_dice.chance(15)) { // who asks it for others makes its loss theirs
            m_maker.haproxy("front");
            m_tiers.push_back("front");
        }
        for (int i = 0; i < size; ++i) {
            m_maker.cache(id("cache", i), "cache", hits, lookAside, 1 + m_dice.upTo(4));
            place(id("cache", i));
        }
        m_tiers.push_back("cache");
        if (m_dice.chance(50)) return;
        m_maker.server("mid", "", 2 + m_dice.upTo(6)); // something between it and the store
        place("mid");
        m_tiers.push_back("mid");
    }
    void store() {
        static constexpr const char* kReads[] = {"source", "replicas", "all"};
        Parameters parameters{{"reads_go_to", std::string(kReads[m_dice.upTo(3)])}};
        if (m_dice.chance(30)) parameters["replication"] = std::string("group");
        if (m_dice.chance(20)) {
            parameters["replication"] = std::string("semi_sync");
            parameters["semisync_timeout_ms"] = std::monostate();
        }
        m_maker.groupOf("mysql_replication", "db", parameters);
        const int size = 1 + m_dice.upTo(3), same = 1 + m_dice.upTo(6);
        for (int i = 0; i < size; ++i) {
            m_maker.mysql(id("db", i), "db", m_dice.chance(60) ? same : 1 + m_dice.upTo(6));
            if (m_dice.chance(20)) m_maker.set(id("db", i), "promotion_rule", std::string("never"));
            if (m_dice.chance(20)) m_maker.set(id("db", i), "promotion_rule", std::string("prefer"));
            place(id("db", i));
        }
        if (m_dice.chance(30)) { // a proxy in front of it
            m_maker.haproxy("proxy");
            place("proxy");
            m_tiers.push_back("proxy");
        }
        m_tiers.push_back("db");
    }
    void link() {
        m_maker.link("users", m_tiers.front());
        if (m_maker.design().nodes.contains("readers")) m_maker.link("readers", m_tiers.front());
        for (std::size_t t = 0; t + 1 < m_tiers.size(); ++t) {
            m_maker.link(m_tiers[t], m_tiers[t + 1]);
            // Enough of a time limit for a cache that says nothing, too much of one, or none.
            if (m_tiers[t + 1] == "cache" && m_dice.chance(60)) m_maker.timeout(m_dice.chance(70) ? 50 : 9e4);
            if (m_tiers[t + 1] != "db" || m_tiers[t] == "proxy" || !m_dice.chance(30)) continue;
            m_maker.access("read");
            m_maker.link(m_tiers[t], "db", 0.5).access("write");
        }
        // Members with something of their own behind them.
        if (m_dice.chance(15)) m_maker.link("web0", "db0", 0.5);
        // Others who wait for the cache as they like.
        if (m_maker.design().nodes.contains("cache0") && m_dice.chance(30)) {
            m_maker.client("others", 1).server("app", "", 3).link("others", "app").link("app", "cache");
            if (m_dice.chance(50)) m_maker.timeout(50);
        }
    }

    Dice& m_dice;
    DesignMaker m_maker;
    int m_places = 0;
    std::vector<std::string> m_tiers;
};

} // namespace

class TestRandomRoles : public QObject {
    Q_OBJECT
private slots:
    void agreesWithEnumeration() {
        const int designs = qEnvironmentVariableIsSet("ALWAYSON_LONG") ? 5000 : 400;
        int compared = 0, coherent = 0, interesting = 0, waiting = 0;
        for (int seed = 0; compared < designs; ++seed) {
            Dice dice(static_cast<std::uint64_t>(seed) + 1);
            const DesignMaker maker = RandomRoles(dice).make();
            Enumeration enumeration(maker.design());
            if (enumeration.states() > 20000) continue;
            ++compared;
            for (std::uint32_t n = 0; n < maker.design().nodes.size(); ++n)
                if (enumeration.function().tellsSilence(n) &&
                    !maker.design().nodes.at(n).failureModes.empty()) {
                    ++waiting;
                    break;
                }
            const Truth truth = enumeration.run();
            const auto result = analyse(maker.design());
            QVERIFY(result);
            const auto& flows = enumeration.function().flows();
            for (std::size_t f = 0; f <= flows.size(); ++f) {
                const FlowAvailability& flow = f < flows.size() ? result->flows[f] : result->flows.back();
                QVERIFY2(flow.unavailability.has_value(), qPrintable(QString::number(seed)));
                QVERIFY(near(flow.unavailability.value(), truth.down[f], 1e-12, flow.flow.c_str(), seed));
                interesting += truth.down[f] > 0 && truth.down[f] < 1;
                if (!truth.coherent[f]) continue;
                ++coherent;
                QVERIFY(near(flow.outagesPerYear.value(), truth.perHour[f] * kHoursPerYear, 1e-9, "frequency",
                             seed));
            }
        }
        QVERIFY(coherent > compared);
        QVERIFY(interesting > compared);
        QVERIFY(waiting > compared / 20); // for a cache that may be silent
    }
    void findsEveryCutSet() {
        int compared = 0, found = 0;
        for (int seed = 0; compared < 200; ++seed) {
            Dice dice(static_cast<std::uint64_t>(seed) + 1);
            const DesignMaker maker = RandomRoles(dice).make();
            Enumeration enumeration(maker.design());
            const auto expected = enumeration.cutSets(4);
            if (expected.count({})) continue; // down with everything working: nothing to look for
            ++compared;
            const auto result = analyse(maker.design());
            QVERIFY(result);
            QCOMPARE(result->cutSetsOrder, std::size_t{4});
            std::set<std::string> single;
            for (const auto& set : expected)
                if (set.size() == 1) single.insert(set[0]);
            const auto& points = result->singlePointsOfFailure;
            if (std::set<std::string>(points.begin(), points.end()) != single) qWarning("design %d", seed);
            QCOMPARE(std::set<std::string>(points.begin(), points.end()), single);
            if (result->minimalCutSetsTotal != static_cast<double>(expected.size()))
                qWarning("design %d", seed);
            QCOMPARE(result->minimalCutSetsTotal, static_cast<double>(expected.size()));
            found += static_cast<int>(expected.size());
        }
        QVERIFY(found > compared);
    }
};

ALWAYSON_TEST_MAIN(TestRandomRoles, test_random_roles)
#include "test_random_roles.moc"
