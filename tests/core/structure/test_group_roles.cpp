// What groups with roles, members that stand by and caches are worth, state by state.

#include "core/graph/static_load.h"
#include "core/structure/availability.h"
#include "core/structure/state_function.h"
#include "tests/core/structure/design_maker.h"
#include "tests/support/test_support.h"

#include <cmath>

using namespace alwayson;
using alwayson::test::DesignMaker;

namespace {

class Probe {
public:
    explicit Probe(const DesignMaker& maker)
        : m_function(std::move(StateFunction::compile(maker.design())).value()),
          m_scratch(m_function.makeScratch()), m_state(m_function.components().size(), 0) {}
    Probe& state(const std::string& id, ComponentState value = 1) {
        m_state[indexOf(id)] = value;
        return *this;
    }
    Probe& active(const std::string& group, const std::string& node) {
        role(group).active = node.empty() ? kNobody : indexOf(node);
        return *this;
    }
    Probe& interrupted(const std::string& group) {
        role(group).interrupted = true;
        return *this;
    }
    double a(std::size_t flow = 0) {
        std::vector<double> a(m_function.flows().size());
        m_function.evaluate(m_state.data(), nullptr, m_roles.empty() ? nullptr : m_roles.data(), a.data(),
                            *m_scratch);
        return a[flow];
    }
    const StateFunction& function() const { return m_function; }

private:
    std::uint32_t indexOf(const std::string& id) const {
        for (std::uint32_t i = 0; i < m_state.size(); ++i)
            if (m_function.components()[i].id == id) return i;
        qFatal("no component %s", id.c_str());
    }
    GroupRole& role(const std::string& id) {
        m_roles.resize(m_function.groups().size());
        for (std::size_t g = 0; g < m_roles.size(); ++g)
            if (m_function.groups()[g].id == id) return m_roles[g];
        qFatal("no group %s", id.c_str());
    }
    StateFunction m_function;
    std::unique_ptr<StateFunction::Scratch, void (*)(StateFunction::Scratch*)> m_scratch;
    std::vector<ComponentState> m_state;
    std::vector<GroupRole> m_roles;
};

StructuralResult analysed(const DesignMaker& maker) {
    auto result = analyse(maker.design());
    if (!result) qFatal("%s", describe(result.error()).c_str());
    return std::move(result).value();
}

bool near(double actual, double expected, double tolerance = 1e-13) {
    if (std::abs(actual - expected) <= tolerance) return true;
    qWarning("%.17g instead of %.17g", actual, expected);
    return false;
}

Parameters reads(const char* from) {
    return {{"reads_go_to", std::string(from)}};
}

// 6 reads and 2 writes per second; a member can do 10 reads or 5 writes.
DesignMaker store(const Parameters& parameters, double capacity = 10) {
    DesignMaker maker;
    maker.readerAndWriter("c", 8, 0.25).groupOf("mysql_replication", "db", parameters);
    for (int i = 1; i <= 3; ++i) {
        const std::string id = "db" + std::to_string(i);
        maker.mysql(id, "db", capacity)
            .fails(id, FailureEffect::crash, 99, 1)
            .fails(id, FailureEffect::slow, 99, 1, 4);
    }
    maker.link("c", "db");
    return maker;
}

DesignMaker cached(bool lookAside, double dbCapacity) {
    DesignMaker maker;
    maker.readerAndWriter("c", 10, 0.2)
        .cache("cache", "", 0.75, lookAside, 100)
        .server("db", "", dbCapacity)
        .link("c", "cache")
        .link("cache", "db");
    for (const char* id : {"cache", "db"})
        maker.fails(id, FailureEffect::crash, 99, 1);
    maker.fails("cache", FailureEffect::errors, 99, 1, 0.5);
    return maker;
}

double loadOf(const StructuralResult& result, const std::string& id) {
    for (const Load& load : result.loads)
        if (load.id == id) return load.requestsPerSecond;
    qFatal("no load of %s", id.c_str());
}

} // namespace

class TestGroupRoles : public QObject {
    Q_OBJECT
private slots:
    // A source whose manager runs on voters takes writes while a majority of them works; reads go on.
    void aSourceNeedsItsVoters() {
        DesignMaker maker;
        maker.readerAndWriter("c", 8, 0.25).groupOf("mysql_replication", "db", reads("source"));
        maker.mysql("db1", "db", 100).mysql("db2", "db", 100).link("c", "db").groupOf("quorum", "q");
        for (const char* id : {"v1", "v2", "v3"})
            maker.voter(id, "q").fails(id, FailureEffect::crash, 99, 1);
        QCOMPARE(Probe(maker).state("v1").state("v2").a(1), 1.0); // it does not ask them
        maker.managedBy("db", "q");
        QCOMPARE(Probe(maker).a(1), 1.0);
        QCOMPARE(Probe(maker).state("v2").a(1), 1.0);
        QCOMPARE(Probe(maker).state("v1").state("v3").a(1), 0.0);
        QCOMPARE(Probe(maker).state("v1").state("v3").a(0), 1.0);
        // Of three, each down one hour in a hundred, two or all.
        const StructuralResult result = analysed(maker);
        const double lost = 3 * 0.01 * 0.01 * 0.99 + 0.01 * 0.01 * 0.01;
        QVERIFY(near(*result.flows[1].availability.value, 1 - lost, 1e-12));
        QCOMPARE(*result.flows[0].availability.value, 1.0);
        QCOMPARE(result.minimalCutSets.size(), std::size_t(1)); // any 2 of them
        QVERIFY(near(result.minimalCutSets[0].probability, lost, 1e-12));
    }
    // However many caches there are: what they do not answer comes to what is behind them.
    void errorsOfSeveralCachesAddUp() {
        for (const int count : {1, 2, 4, 8}) {
            DesignMaker maker;
            maker.client("c", 100).server("app", "", 1000).server("db", "", 45).group("caches");
            for (int i = 0; i < count; ++i) {
                const std::string id = "cache" + std::to_string(i);
                maker.cache(id, "caches", 0.8, true, 1000).fails(id, FailureEffect::errors, 99, 1, 0.5);
            }
            maker.link("c", "app").link("app", "caches").link("caches", "db");
            Probe probe(maker);
            for (int i = 0; i < count; ++i)
                probe.state("cache" + std::to_string(i));
            QVERIFY(near(probe.a(0), 0.4 + 0.6 * 45.0 / 60)); // 60 of 100 ask the database
            // All of them must err: fewer bring less than the database carries.
            const double lost = 1 - *analysed(maker).flows[0].availability.value;
            if (count <= 2) QVERIFY(near(lost, std::pow(0.01, count), 1e-9));
        }
        DesignMaker maker;
        maker.client("c", 100).server("app", "", 1000).server("db", "", 65).group("caches");
        for (const char* id : {"cache1", "cache2"})
            maker.cache(id, "caches", 0.8, true, 1000);
        maker.fails("cache1", FailureEffect::errors, 99, 1, 0.5).fails("cache2", FailureEffect::crash, 99, 1);
        maker.link("c", "app").link("app", "caches").link("caches", "db");
        QVERIFY(near(Probe(maker).state("cache1").state("cache2").a(0), 0.2 + 0.8 * 65.0 / 80));
        QVERIFY(near(1 - *analysed(maker).flows[0].availability.value, 1e-4, 1e-9));
    }
    // A voter counts or does not: one that answers some questions wrongly is no worse than one that is gone.
    void aVoterIsNoShareOfAnswers_data() {
        QTest::addColumn<double>("errors");
        QTest::addColumn<double>("lost");
        QTest::newRow("all wrong") << 1.0 << 3 * 0.01 * 0.01 * 0.99 + 0.01 * 0.01 * 0.01;
        QTest::newRow("half of them") << 0.5 << 0.0;
        QTest::newRow("a fifth") << 0.2 << 0.0;
    }
    void aVoterIsNoShareOfAnswers() {
        QFETCH(double, errors);
        QFETCH(double, lost);
        DesignMaker maker;
        maker.readerAndWriter("c", 8, 0.25).groupOf("mysql_replication", "db", reads("source"));
        maker.mysql("db1", "db", 100).mysql("db2", "db", 100).link("c", "db").groupOf("quorum", "q");
        for (const char* id : {"v1", "v2", "v3"})
            maker.voter(id, "q").fails(id, FailureEffect::errors, 99, 1, errors);
        maker.managedBy("db", "q");
        const StructuralResult result = analysed(maker);
        QVERIFY(near(*result.flows[1].availability.value, 1 - lost, 1e-12));
        QCOMPARE(Probe(maker).state("v1").a(1), 1.0);
        QCOMPARE(Probe(maker).state("v1").state("v2").a(1), errors < 1 ? 1.0 : 0.0);
        QCOMPARE(result.minimalCutSets.size(), std::size_t(lost > 0 ? 1 : 0));
    }
    void aQuorumWithoutVotersLeasesNothing() {
        DesignMaker maker;
        maker.readerAndWriter("c", 8, 0.25).groupOf("mysql_replication", "db", reads("source"));
        maker.mysql("db1", "db", 100).mysql("db2", "db", 100).link("c", "db").groupOf("quorum", "q");
        maker.managedBy("db", "q");
        QCOMPARE(Probe(maker).a(1), 1.0);
    }
    void onlyOneOfAPairIsActive() {
        DesignMaker maker;
        maker.client("c", 3).groupOf("vrrp_pair", "lb");
        for (const char* id : {"lb1", "lb2"})
            maker.server(id, "lb", 3)
                .fails(id, FailureEffect::crash, 99, 1)
                .fails(id, FailureEffect::slow, 99, 1, 2);
        maker.link("c", "lb");
        QCOMPARE(Probe(maker).a(), 1.0);
        QCOMPARE(Probe(maker).state("lb1").a(), 1.0);    // one carries all: the load is not doubled
        QCOMPARE(Probe(maker).state("lb1", 2).a(), 0.5); // slow is no reason to give the address away
        QCOMPARE(Probe(maker).state("lb2", 2).a(), 1.0);
        QCOMPARE(Probe(maker).state("lb1").state("lb2").a(), 0.0);
        QCOMPARE(Probe(maker).active("lb", "lb2").state("lb1").a(), 1.0);
        QCOMPARE(Probe(maker).active("lb", "lb1").state("lb1").a(), 0.0); // nobody has taken over
        QCOMPARE(Probe(maker).active("lb", "").a(), 0.0);
        QCOMPARE(Probe(maker).active("lb", "lb1").interrupted("lb").a(), 0.0);
        const StructuralResult result = analysed(maker);
        QCOMPARE(loadOf(result, "lb1"), 3.0);
        QCOMPARE(loadOf(result, "lb2"), 0.0);
        QCOMPARE(result.loads.back().utilisation, 1.0);
        QCOMPARE(result.loads.back().utilisationWithoutOne.value(), 1.0);
    }
    void aPairIsAsGoodAsTwo() {
        DesignMaker maker;
        maker.client("c", 100).groupOf("vrrp_pair", "lb").haproxy("lb1", "lb").haproxy("lb2", "lb");
        maker.group("web").server("w1", "web", 1000).link("c", "lb").link("lb", "web");
        for (const char* id : {"lb1", "lb2"})
            maker.fails(id, FailureEffect::crash, 99, 1);
        const StructuralResult result = analysed(maker);
        QVERIFY(near(*result.flows.back().availability.value, 1 - 1e-4, 1e-15));
        QVERIFY(near(result.flows.back().unavailability.value(), 1e-4, 1e-17));
        QVERIFY(result.singlePointsOfFailure.empty());
        QCOMPARE(result.minimalCutSets.size(), std::size_t{1});
        QCOMPARE(result.minimalCutSets[0].ids, (std::vector<std::string>{"lb1", "lb2"}));
    }
    void theSuccessorHasTheHighestPriority() {
        DesignMaker maker;
        maker.client("c").groupOf("vrrp_pair", "lb");
        for (const char* id : {"a", "b", "d"})
            maker.haproxy(id, "lb");
        maker.set("d", "vrrp_priority", 120.0);
        const Probe probe(maker);
        QCOMPARE(probe.function().groups()[0].members, (std::vector<std::uint32_t>{1, 3, 2}));
    }

    void writesGoToOneMember() {
        DesignMaker maker = store(reads("replicas"));
        const Probe probe(maker);
        QCOMPARE(probe.function().flows()[1].id, std::string("c:write"));
        QCOMPARE(Probe(maker).a(1), 1.0);
        QCOMPARE(Probe(maker).state("db1").a(1), 1.0);
        QVERIFY(near(Probe(maker).state("db1", 2).a(1), 0.625)); // 1.25 writes of 2
        QCOMPARE(Probe(maker).active("db", "db1").state("db1").a(1), 0.0);
        QCOMPARE(Probe(maker).active("db", "db2").state("db1").a(1), 1.0);
        QCOMPARE(Probe(maker).state("db1").state("db2").state("db3").a(1), 0.0);
        const StructuralResult result = analysed(maker);
        QCOMPARE(loadOf(result, "db1"), 2.0);
        QCOMPARE(loadOf(result, "db2"), 3.0);
        QCOMPARE(loadOf(result, "db3"), 3.0);
        QVERIFY(result.singlePointsOfFailure.empty());
    }
    void readsGoToReplicas() {
        DesignMaker maker = store(reads("replicas"));
        QCOMPARE(Probe(maker).a(0), 1.0);
        QCOMPARE(Probe(maker).state("db2").a(0), 1.0);
        QVERIFY(near(Probe(maker).state("db2").state("db3", 2).a(0), 2.5 / 6));
        // With all replicas gone the source has 2 of 5 writes to do and 6 of 10 reads: just enough for both.
        QCOMPARE(Probe(maker).state("db2").state("db3").a(0), 1.0);
        QCOMPARE(Probe(maker).state("db2").state("db3").a(1), 1.0);
        Probe slow(maker);
        slow.state("db1", 2).state("db2").state("db3");
        QVERIFY(near(slow.a(0), 0.25));
        QVERIFY(near(slow.a(1), 0.25));
        // The source is lost and nobody promoted: replicas still answer.
        Probe lost(maker);
        lost.state("db1").active("db", "");
        QCOMPARE(lost.a(0), 1.0);
        QCOMPARE(lost.a(1), 0.0);
        Probe waiting(maker);
        waiting.active("db", "db1").interrupted("db");
        QCOMPARE(waiting.a(0), 1.0);
        QCOMPARE(waiting.a(1), 0.0);
    }
    void readsGoToTheSourceOrToAll() {
        DesignMaker source = store(reads("source")), all = store(reads("all"));
        QCOMPARE(Probe(source).a(0), 1.0);
        QCOMPARE(Probe(source).state("db2").state("db3").a(0), 1.0);
        QVERIFY(near(Probe(source).state("db1", 2).a(0), 0.25));
        QCOMPARE(Probe(source).active("db", "").a(0), 0.0);
        QCOMPARE(loadOf(analysed(source), "db1"), 8.0);
        QCOMPARE(Probe(all).a(0), 1.0);
        QCOMPARE(loadOf(analysed(all), "db1"), 4.0);
        QCOMPARE(loadOf(analysed(all), "db2"), 2.0);
        // Slow, it does 1.25 writes or 2.5 reads per second: 2 / 1.25 for the writes, 2 of the reads / 2.5.
        QVERIFY(near(Probe(all).state("db1", 2).a(1), 1 / (2 / 1.25 + 2 / 2.5)));
        QCOMPARE(Probe(all).state("db1", 2).a(0), 1.0); // the others read
        QCOMPARE(Probe(all).active("db", "").state("db1").a(0), 1.0);
    }
    void someMustWorkForWrites() {
        Parameters group = reads("replicas"), semi = reads("replicas");
        group["replication"] = std::string("group");
        semi["replication"] = std::string("semi_sync");
        semi["semisync_timeout_ms"] = std::monostate();
        DesignMaker majority = store(group), acks = store(semi);
        QCOMPARE(Probe(majority).state("db1").a(1), 1.0);
        QCOMPARE(Probe(majority).state("db1").state("db2").a(1), 0.0);
        QCOMPARE(Probe(majority).state("db1").state("db2").a(0), 1.0);
        QCOMPARE(Probe(acks).state("db1").a(1), 1.0);
        QCOMPARE(Probe(acks).state("db2").state("db3").a(1), 0.0);
        QVERIFY(near(analysed(store(group, 100)).flows[1].unavailability.value(),
                     3 * std::pow(1 / 101., 2) * (100 / 101.) + std::pow(1 / 101., 3), 1e-17));
    }
    void whoIsNeverPromotedOnlyReads() {
        DesignMaker maker = store(reads("replicas"));
        maker.set("db2", "promotion_rule", std::string("never"));
        const Probe probe(maker);
        QCOMPARE(probe.function().groups()[0].members, (std::vector<std::uint32_t>{1, 3, 2}));
        QCOMPARE(probe.function().groups()[0].candidates, 2U);
        QCOMPARE(Probe(maker).state("db1").a(1), 1.0);
        QCOMPARE(Probe(maker).state("db1").state("db3").a(1), 0.0);
        QCOMPARE(Probe(maker).state("db1").state("db3").a(0), 1.0);
    }
    void linksSayWhatTheyDo() {
        DesignMaker maker;
        maker.client("c", 4).server("web", "", 100).groupOf("mysql_replication", "db", reads("replicas"));
        for (const char* id : {"db1", "db2"})
            maker.mysql(id, "db", 100).fails(id, FailureEffect::crash, 99, 1);
        maker.link("c", "web").link("web", "db", 3).access("read").link("web", "db", 0.5).access("write");
        const StructuralResult result = analysed(maker);
        QCOMPARE(loadOf(result, "db1"), 2.0);
        QCOMPARE(loadOf(result, "db2"), 12.0);
        const RequestRates rates = requestRates(maker.design());
        QCOMPARE(rates.writesPerS[2], 2.0);
        QCOMPARE(rates.writesPerS[3], 0.0);
        Probe lost(maker);
        lost.state("db1").active("db", "");
        QCOMPARE(lost.a(0), 0.5); // half the requests write nothing
    }
    void aBalancerTakesTheLinkThatFits() {
        DesignMaker maker;
        maker.readerAndWriter("c", 4, 0.5)
            .haproxy("proxy")
            .groupOf("mysql_replication", "db", reads("replicas"));
        maker.mysql("db1", "db", 100).mysql("db2", "db", 100);
        maker.link("c", "proxy").link("proxy", "db").access("read").link("proxy", "db").access("write");
        const StructuralResult result = analysed(maker);
        QCOMPARE(loadOf(result, "db1"), 2.0);
        QCOMPARE(loadOf(result, "db2"), 2.0);
        QCOMPARE(Probe(maker).active("db", "").a(1), 0.0);
        QCOMPARE(Probe(maker).active("db", "").a(0), 1.0);
    }

    void membersStandBy() {
        DesignMaker maker;
        maker.client("c", 4).groupOf("pool", "web", {{"standby", 1.0}});
        for (const char* id : {"w1", "w2", "w3"})
            maker.server(id, "web", id[1] == '3' ? 1 : 2).fails(id, FailureEffect::crash, 99, 1);
        maker.link("c", "web");
        QCOMPARE(Probe(maker).a(), 1.0);
        QCOMPARE(Probe(maker).state("w3").a(), 1.0);
        QCOMPARE(Probe(maker).state("w1").a(), 0.75);
        QCOMPARE(Probe(maker).state("w1").state("w2").a(), 0.25);
        const StructuralResult result = analysed(maker);
        QCOMPARE(loadOf(result, "w3"), 0.0);
        QCOMPARE(result.loads.back().capacityPerSecond, 4.0);
        QVERIFY(near(result.loads.back().utilisationWithoutOne.value(), 4.0 / 3));
        QVERIFY(near(result.flows.back().unavailability.value(), 1 - .99 * .99, 1e-14));
        QCOMPARE(result.singlePointsOfFailure, (std::vector<std::string>{"w1", "w2"}));
    }

    void aCacheTakesLoadOff() {
        const StructuralResult result = analysed(cached(true, 4));
        QCOMPARE(loadOf(result, "cache"), 10.0);
        QCOMPARE(loadOf(result, "db"), 4.0); // 2 of 8 reads, and 2 writes
    }
    void lookAsideIsPassedBy() {
        DesignMaker strong = cached(true, 10), weak = cached(true, 4);
        QCOMPARE(Probe(strong).state("cache").a(0), 1.0);
        QVERIFY(near(Probe(weak).state("cache").a(0), 0.4)); // 10 requests meet a store for 4
        QVERIFY(near(Probe(weak).state("cache").a(1), 0.4)); // and so do the writes
        QVERIFY(near(Probe(weak).state("cache", 2).a(0), 1 - 0.625 + 0.625 * 4 / 7)); // half its hits fail
        QCOMPARE(Probe(strong).state("db").a(0), 0.75);                               // hits
        QCOMPARE(Probe(strong).state("db").a(1), 0.0);
        QCOMPARE(Probe(strong).state("cache").state("db").a(0), 0.0);
        QVERIFY(analysed(strong).singlePointsOfFailure == std::vector<std::string>{"db"});
        QVERIFY((analysed(weak).singlePointsOfFailure == std::vector<std::string>{"cache", "db"}));
    }
    // What is behind it calls something itself, which has to do more as well.
    void lookAsideIsPassedByAtAnyDepth() {
        const auto chain = [](double storeCapacity) {
            DesignMaker maker;
            maker.readerAndWriter("c", 10, 0.2)
                .cache("cache", "", 0.75, true, 100)
                .server("mid", "", 100)
                .server("deep", "", 100)
                .server("db", "", storeCapacity)
                .link("c", "cache")
                .link("cache", "mid")
                .link("mid", "deep")
                .link("deep", "db");
            maker.fails("cache", FailureEffect::crash, 99, 1).fails("db", FailureEffect::crash, 99, 1);
            return maker;
        };
        QVERIFY(near(analysed(chain(100)).flows.back().unavailability.value(), 0.01, 1e-12));
        QVERIFY(near(analysed(chain(9.9)).flows.back().unavailability.value(), 1 - .99 * .99, 1e-12));
        QVERIFY(analysed(chain(100)).singlePointsOfFailure == std::vector<std::string>{"db"});
    }
    void readThroughIsNot() {
        DesignMaker maker = cached(false, 10);
        QCOMPARE(Probe(maker).state("cache").a(0), 0.0);
        QCOMPARE(Probe(maker).state("cache", 2).a(0), 0.5);
        QCOMPARE(Probe(maker).state("db").a(0), 0.75);
    }
    void readersOfReplicasFeelALostCache() {
        DesignMaker maker;
        maker.readerAndWriter("c", 100, 0.5)
            .cache("cache", "", 0.9, true, 1000)
            .groupOf("mysql_replication", "db", reads("replicas"));
        maker.mysql("db1", "db", 200).mysql("db2", "db", 25).link("c", "cache").link("cache", "db");
        maker.fails("cache", FailureEffect::crash, 99, 1);
        QCOMPARE(Probe(maker).a(0), 1.0);
        QVERIFY(near(Probe(maker).state("cache").a(0), 0.5)); // 50 reads instead of 5; the replica does 25
        QCOMPARE(Probe(maker).state("cache").a(1), 1.0);      // the source does not notice
    }
    void voters() {
        DesignMaker maker;
        maker.client("c").server("s").link("c", "s").groupOf("quorum", "etcd");
        const Probe probe(maker);
        QVERIFY(probe.function().groups()[0].quorum);
        QCOMPARE(probe.function().groups()[0].needed, 1U);
    }
};

ALWAYSON_TEST_MAIN(TestGroupRoles, test_group_roles)
#include "test_group_roles.moc"
