#include "core/graph/held_times.h"

#include "core/graph/time_moments.h"
#include "core/io/project_file.h"
#include "tests/support/test_support.h"

#include <cmath>
#include <stdexcept>

using namespace alwayson;

namespace {

// Texts are written with ' for ".
Design designOf(const std::string& nodes, const std::string& links, const std::string& groups = {}) {
    std::string text = "{'format':'alwayson-design','version':1,'catalogue':1,'name':'t','domains':["
                       "{'id':'r','kind':'region','parameters':{'rtt_ms':10}},"
                       "{'id':'a','kind':'zone','parent':'r','parameters':{'rtt_ms':1}},"
                       "{'id':'b','kind':'zone','parent':'r','parameters':{'rtt_ms':1}},"
                       "{'id':'c','kind':'zone','parent':'r','parameters':{'rtt_ms':1}}],'nodes':["
                       "{'id':'users','kind':'client','parameters':{'rate_per_s':100},'classes':["
                       "{'id':'read','share':0.75},{'id':'write','share':0.25,'writes':true}]}," +
                       nodes + "],'groups':[" + groups + "],'links':[" + links + "]}";
    for (char& c : text)
        if (c == '\'') c = '"';
    const auto loaded = parseDesign(text, "t");
    if (!loaded) throw std::runtime_error(describe(loaded.error()));
    for (const LoadWarning& warning : loaded->warnings)
        throw std::runtime_error(warning.message);
    return loaded->design;
}

std::string constant(double ms) {
    return "{'dist':'constant','value_ms':" + std::to_string(ms) + "}";
}
std::string station(const std::string& id, const std::string& kind, double ms, const std::string& more = {},
                    const std::string& place = "a") {
    return "{'id':'" + id + "','kind':'" + kind + "','domain':'" + place +
           "','parameters':{'workers':8,'service':" + constant(ms) + more + "}}";
}
std::string member(const std::string& id, const std::string& kind, const std::string& group, double ms,
                   const std::string& place, const std::string& more = {}) {
    return "{'id':'" + id + "','kind':'" + kind + "','group':'" + group + "','domain':'" + place +
           "','parameters':{'workers':8,'service':" + constant(ms) + more + "}}";
}
std::string calls(const std::string& from, const std::string& to, const std::string& parameters = {}) {
    static int number = 0;
    return "{'id':'l" + std::to_string(++number) + "','from':'" + from + "','to':'" + to +
           "','parameters':{" + parameters + "}}";
}

double carried(const Design& design, const std::string& id) {
    return carriedRates(design)[design.nodes.indexOf(id)].perSecond;
}
// Of the mix of its requests, ms.
double held(const Design& design, const std::string& id) {
    return 8 / carried(design, id) * 1000;
}
bool near(double a, double b, double tolerance = 1e-9) {
    return std::abs(a - b) <= tolerance * std::abs(b);
}

} // namespace

class TestHeldTimes : public QObject {
    Q_OBJECT

private slots:
    // Exponential with mean m, patience t: m (1 - exp(-t / m)), and again with chance exp(-t / m).
    void nobodyWaitsLongerThanItsPatience() {
        const TimeMoments exponential{0.06, 0.0036};
        const double late = std::exp(-50.0 / 60);
        QVERIFY(near(waitFor(exponential, 0.05, 1).time.mean * 1000, 60 * (1 - late)));
        QVERIFY(near(waitFor(exponential, 0.05, 2).time.mean * 1000, 60 * (1 - late) * (1 + late)));
        QVERIFY(near(waitFor(TimeMoments{0.3, 0}, 0.02, 1).time.mean * 1000, 20));
        QVERIFY(near(waitFor(TimeMoments{0.3, 0}, 0.02, 3).time.mean * 1000, 60));
        QVERIFY(
            near(waitFor(TimeMoments{0.3, 0}, 0.5, 3).time.mean * 1000, 300)); // it answers the first time
        QVERIFY(near(waitFor(exponential, 1e3, 2).time.variance * 1e6, 3600));
        const std::string nodes = station("app", "server", 10) + "," + station("mail", "server", 300);
        QVERIFY(near(held(designOf(nodes, calls("users", "app") + "," +
                                              calls("app", "mail", "'timeout_ms':20,'optional':true")),
                          "app"),
                     10 + 20));
    }
    // E min(X, T) of a lognormal time in closed form; each try waits as long.
    void longTailsEndAtTheTimeout_data() {
        QTest::addColumn<double>("median");
        QTest::addColumn<double>("p95");
        QTest::addColumn<double>("timeout");
        QTest::newRow("10, 100 after 50") << 10.0 << 100.0 << 50.0;
        QTest::newRow("10, 200 after 50") << 10.0 << 200.0 << 50.0;
        QTest::newRow("5, 100 after 20") << 5.0 << 100.0 << 20.0;
        QTest::newRow("10, 300 after 100") << 10.0 << 300.0 << 100.0;
        QTest::newRow("20, 40 after 25") << 20.0 << 40.0 << 25.0;
    }
    void longTailsEndAtTheTimeout() {
        QFETCH(double, median);
        QFETCH(double, p95);
        QFETCH(double, timeout);
        const double mu = std::log(median), sigma = std::log(p95 / median) / 1.6448536269514722;
        const auto below = [](double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); };
        const double left = timeout - 1, z = (std::log(left) - mu) / sigma; // 1 ms of the way
        const double mean = std::exp(mu + sigma * sigma / 2) * below(z - sigma) + left * (1 - below(z));
        const std::string slow =
            "{'id':'dep','kind':'server','domain':'a','parameters':{'workers':8,'service':{'dist':"
            "'lognormal','median_ms':" +
            std::to_string(median) + ",'p95_ms':" + std::to_string(p95) + "}}}";
        const auto tried = [&](int attempts) {
            return designOf(station("app", "server", 10) + "," + slow,
                            calls("users", "app") + "," +
                                calls("app", "dep",
                                      "'optional':true,'timeout_ms':" + std::to_string(timeout) +
                                          ",'attempts':" + std::to_string(attempts)));
        };
        QVERIFY(near(held(tried(1), "app"), 10 + 1 + mean, 1e-3));
        // Reads are tried again, writes are not.
        const CarriedRate again = carriedRates(tried(2))[1];
        QVERIFY(near(8 / again.readsPerS * 1000, 10 + (1 + mean) * (2 - below(z)), 1e-3));
        QVERIFY(near(8 / again.writesPerS * 1000, 10 + 1 + mean, 1e-3));
        // By its moments alone.
        const double all = std::exp(mu + sigma * sigma / 2) / 1000;
        const TimeMoments moments{all, all * all * (std::exp(sigma * sigma) - 1)};
        if (moments.variance > all * all)
            QVERIFY(near(waitFor(moments, left / 1000, 1).time.mean * 1000, mean, 1e-6));
    }
    // Nobody waits longer than the request may take, or than the balancer on the way waits.
    void theDeadlineEndsAllWaits() {
        const std::string slow = station("app", "server", 10) + "," + station("dep", "server", 5000);
        QVERIFY(near(
            held(designOf(slow, calls("users", "app") + "," + calls("app", "dep", "'optional':true")), "app"),
            10 + 3000));
        const std::string proxied = slow + ",{'id':'lb','kind':'haproxy','domain':'a','parameters':{'timeout_"
                                           "server_ms':50,'capacity_per_s':1e6}}";
        const double behind =
            held(designOf(proxied, calls("users", "app") + "," + calls("app", "lb", "'optional':true") + "," +
                                       calls("lb", "dep")),
                 "app");
        QVERIFY(behind > 10 + 1 + 50 && behind < 10 + 1 + 50.2);
    }
    // A cache that is asked aside and says nothing in time is a miss: what is behind is asked as well.
    void aTimeoutIsAMiss() {
        const auto with = [](double cacheMs, const std::string& more) {
            return designOf(station("app", "server", 1) +
                                ",{'id':'cache','kind':'cache','domain':'a','parameters':{"
                                "'workers':8,'hit_ratio':0.9,'pattern':'look_aside','service':" +
                                constant(cacheMs) + "}}," + station("dep", "server", 40),
                            calls("users", "app") + "," + calls("app", "cache", more) + "," +
                                calls("cache", "dep"));
        };
        const double quick = held(with(2, "'timeout_ms':4"), "app"),
                     slow = held(with(5, "'timeout_ms':4"), "app");
        QVERIFY(
            near(8 / carriedRates(with(2, "'timeout_ms':4"))[1].readsPerS * 1000, 1 + 3 + 0.1 * 41, 1e-6));
        QVERIFY(near(8 / carriedRates(with(5, "'timeout_ms':4"))[1].readsPerS * 1000, 1 + 4 + 41, 1e-6));
        QVERIFY(slow > quick);
    }
    void callsOneAfterTheOther() {
        const std::string nodes = station("app", "server", 12) + "," + station("db", "server", 3, "", "b");
        const Design design =
            designOf(nodes, calls("users", "app") + "," + calls("app", "db", "'calls_per_request':1.5"));
        QVERIFY(near(held(design, "app"), 12 + 1.5 * (10 + 3)));
        QVERIFY(near(held(design, "db"), 3));
        QCOMPARE(carriedRates(design)[1].why, std::string("8 workers / (12 ms of work + 19.5 ms of calls)"));
        QCOMPARE(carriedRates(design)[2].why, std::string("8 workers / 3 ms mean service"));
        QVERIFY(std::isinf(carried(design, "users")));
        QVERIFY(near(heldTimes(design).callsS[0][1], 0.0195));
    }
    void sharedCoresAreNotKept() {
        const std::string nodes =
            station("app", "server", 12, ",'discipline':'ps'") + "," + station("db", "server", 3);
        const Design design = designOf(nodes, calls("users", "app") + "," + calls("app", "db"));
        QVERIFY(near(held(design, "app"), 12));
        QVERIFY(near(heldTimes(design).callsS[0][1], 0.004));
    }
    void eachClassHasItsOwn() {
        const std::string nodes = station("app", "server", 2, ",'write_service':" + constant(6)) + "," +
                                  station("db", "server", 3, ",'write_service':" + constant(7)) + "," +
                                  station("log", "server", 1);
        const Design design =
            designOf(nodes, calls("users", "app") + "," + calls("app", "db") + "," +
                                "{'id':'w','from':'app','to':'log','classes':['write'],'parameters':{'"
                                "latency_ms':20,'calls_per_request':2}}");
        const CarriedRate app = carriedRates(design)[1];
        const double reads = 2 + 1 + 3, writes = 6 + 1 + 7 + 2 * (20 + 1);
        QVERIFY(near(8 / app.readsPerS * 1000, reads) && near(8 / app.writesPerS * 1000, writes));
        QVERIFY(near(held(design, "app"), 0.75 * reads + 0.25 * writes));
    }
    void sideBySide() {
        const std::string nodes =
            station("app", "server", 1) + "," + station("x", "server", 3) + "," + station("y", "server", 9);
        const std::string first = calls("users", "app") + ",", parallel = "'parallel':true";
        const auto heldBy = [&](const std::string& links) {
            return held(designOf(nodes, first + links), "app");
        };
        // The longest counts: 9 + 1 of the way.
        const double together = heldBy(calls("app", "x", parallel + ",'calls_per_request':3") + "," +
                                       calls("app", "y", parallel));
        QVERIFY(near(together, 1 + 10, 0.002));
        QVERIFY(near(heldBy(calls("app", "x") + "," + calls("app", "y", parallel)), 1 + 4 + 10, 0.002));
        QVERIFY(near(heldBy(calls("app", "x", parallel + ",'calls_per_request':3")), 1 + 4, 0.002));
        QVERIFY(near(heldBy(calls("app", "x", parallel + ",'calls_per_request':0.5")), 1 + 2, 0.002));
    }
    void lastOfSeveral() {
        const TimeMoments one{1, 1}; // exponential: 1 + 1/2 + 1/3
        const TimeMoments three = lastOf({{3, one}});
        QVERIFY(near(three.mean, 11.0 / 6, 0.002) && near(three.variance, 1 + 1.0 / 4 + 1.0 / 9, 0.01));
        QVERIFY(near(lastOf({{2.5, one}}).mean, (1.5 + 11.0 / 6) / 2, 0.002));
        QVERIFY(near(lastOf({{1, one}, {1, {0.5, 0.25}}}).mean, 1 + 0.5 - 1 / 3.0, 0.002));
        QCOMPARE(lastOf({}).mean, 0.0);
        DistributionShape ack;
        ack.family = DistributionFamily::exponential;
        ack.a = 1;
        QVERIFY(near(meanUntil(1, {{0, ack}, {0, ack}}), 0.5, 0.002));
        QVERIFY(near(meanUntil(2, {{2, ack}, {2, ack}}), 3.5, 0.002));
        QVERIFY(near(meanUntil(1, {{0, ack}, {100, ack}}), 1, 0.01));
        QCOMPARE(meanUntil(2, {{2, ack}}), 0.0);
    }
    void balancersAddTheirs() {
        const std::string nodes = station("app", "server", 1) + ",{'id':'lb','kind':'haproxy','domain':'a'," +
                                  "'parameters':{'capacity_per_s':100}}," + station("x", "server", 3);
        const Design design = designOf(nodes, calls("users", "app") + "," + calls("app", "lb") + "," +
                                                  calls("lb", "x", "'latency_ms':2"));
        const double latency = held(design, "app") - (1 + 1 + 10 + 2 + 3);
        QVERIFY(latency >= 0 && latency < 1); // of the capacity book
    }
    void cachesByTheirHits() {
        const auto with = [](const char* pattern) {
            return designOf(station("app", "server", 1) + "," +
                                station("cache", "cache", 2,
                                        std::string(",'hit_ratio':0.9,'pattern':'") + pattern + "'", "b") +
                                "," + station("db", "server", 3),
                            calls("users", "app") + "," + calls("app", "cache") + "," + calls("cache", "db"));
        };
        const double passed = 0.75 * 0.1 + 0.25;
        // The cache, over in b, asks the database in a itself; or the server beside it does.
        QVERIFY(near(held(with("read_through"), "app"), 1 + 10 + 2 + passed * (10 + 3)));
        QVERIFY(near(held(with("read_through"), "cache"), 2 + passed * (10 + 3)));
        QVERIFY(near(held(with("look_aside"), "app"), 1 + 10 + 2 + passed * (1 + 3)));
        QVERIFY(near(held(with("look_aside"), "cache"), 2));
    }
    void commitsWait() {
        const auto with = [](const std::string& parameters) {
            std::string nodes = station("app", "server", 1);
            for (const char* place : {"a", "b", "c"})
                nodes += "," + member(std::string("db") + place, "mysql", "db", 2, place,
                                      ",'ack_time':" + constant(0.5) + ",'write_service':" + constant(4));
            return designOf(nodes, calls("users", "app") + "," + calls("app", "db"),
                            "{'id':'db','kind':'mysql_replication','parameters':{'reads_go_to':'source'," +
                                parameters + "}}");
        };
        const double reads = 0.75 * (1 + 2), writes = 0.25 * (1 + 4);
        const Design async = with("'replication':'async'");
        QVERIFY(near(held(async, "app"), 1 + reads + writes));
        QVERIFY(near(held(async, "dba"), 0.75 * 2 + 0.25 * 4));
        QCOMPARE(carriedRates(async)[2].why, std::string("8 workers / 2.5 ms mean service"));
        QVERIFY(near(held(async, "dbb"), 0.75 * 2 + 0.25 * 4)); // would get what the source gets
        for (const char* how : {"'replication':'semi_sync'", "'replication':'group'"}) {
            QVERIFY(near(held(with(how), "app"), 1 + reads + writes + 0.25 * (10 + 0.5), 0.001));
            QVERIFY(near(held(with(how), "dba"), 0.75 * 2 + 0.25 * 4)); // the wait keeps no worker of it
        }
    }
    void membersFarFromWhatTheyCall() {
        const auto with = [](double work) {
            return designOf(member("w1", "server", "web", work, "a") + "," +
                                member("w2", "server", "web", work, "b") + "," + station("db", "server", 1),
                            calls("users", "web") + "," + calls("web", "db"),
                            "{'id':'web','kind':'pool','parameters':{}}");
        };
        const Design apart = with(10); // 12 and 21 ms
        QVERIFY(near(held(apart, "w1"), 10 + 1 + 1) && near(held(apart, "w2"), 10 + 10 + 1));
        const Design close = with(100); // 102 and 111 ms: their mean
        QVERIFY(near(held(close, "w1"), 106.5) && carried(close, "w1") == carried(close, "w2"));
        QVERIFY(near(heldTimes(close).callsS[0][2], 0.011));
    }
    void whoStandsByWillCallAsTheOthersDo() {
        const Design design =
            designOf(member("w1", "server", "web", 10, "a") + "," + member("w2", "server", "web", 10, "a") +
                         "," + station("db", "server", 1),
                     calls("users", "web") + "," + calls("web", "db"),
                     "{'id':'web','kind':'pool','parameters':{'standby':1}}");
        QVERIFY(near(held(design, "w1"), 12) && near(held(design, "w2"), 12));
    }
};

ALWAYSON_TEST_MAIN(TestHeldTimes, test_held_times)
#include "test_held_times.moc"
