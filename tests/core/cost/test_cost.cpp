// The monthly bill, to the cent, and the loads it is made of.

#include "core/cost/cost.h"
#include "core/cost/load_report.h"
#include "core/graph/static_load.h"
#include "core/io/project_file.h"
#include "core/structure/availability.h"
#include "tests/support/test_support.h"

#include <fmt/format.h>

#include <cmath>

using namespace alwayson;

namespace {

Design designOf(const std::string& parts) {
    const std::string text = fmt::format(
        R"({{"format": "alwayson-design", "version": 1, "catalogue": 1, "name": "Bill", {}}})", parts);
    Result<LoadedDesign> loaded = parseDesign(text, "bill.aon.json");
    if (!loaded) qFatal("%s", describe(loaded.error()).c_str());
    return std::move(loaded->design);
}

// 2 load balancers and 4 servers; the clients send nothing, so there is no traffic.
std::string machines(const std::string& book) {
    std::string nodes = R"({"id": "users", "kind": "client", "parameters": {"rate_per_s": 0}})";
    for (int i = 1; i <= 2; ++i)
        nodes += fmt::format(R"(, {{"id": "lb{}", "kind": "haproxy", "group": "lb"}})", i);
    for (int i = 1; i <= 4; ++i)
        nodes += fmt::format(R"(, {{"id": "web{}", "kind": "server", "group": "web"}})", i);
    return fmt::format(
        R"("settings": {{"price_book": "{}"}}, "nodes": [{}], "groups": [{{"id": "lb", "kind": "pool"}}, {{"id": "web", "kind": "pool"}}],
        "links": [{{"id": "a", "from": "users", "to": "lb"}}, {{"id": "b", "from": "lb", "to": "web"}}])",
        book, nodes);
}

std::string cents(double usd) {
    return fmt::format("{:.2f}", usd);
}

const CostItem* item(const Cost& cost, const std::string& id) {
    for (const CostItem& each : cost.items)
        if (each.id == id) return &each;
    return nullptr;
}

const Load* loadOf(const std::vector<Load>& loads, const std::string& id) {
    for (const Load& each : loads)
        if (each.id == id) return &each;
    return nullptr;
}

// One client of 100/s with 1 kB requests and 10 kB responses, one server; `nodes` are the tails of their
// objects.
std::string onePath(const std::string& clientMore, const std::string& serverMore) {
    return fmt::format(
        R"("domains": [{{"id": "eu", "kind": "region"}}, {{"id": "us", "kind": "region"}}, {{"id": "eu-a", "kind": "zone", "parent": "eu"}},
        {{"id": "eu-b", "kind": "zone", "parent": "eu"}}, {{"id": "us-a", "kind": "zone", "parent": "us"}}, {{"id": "rack", "kind": "rack", "parent": "eu-a"}}],
        "nodes": [{{"id": "users", "kind": "client", "parameters": {{"rate_per_s": 100}}{}}}, {{"id": "web", "kind": "server"{}}}],
        "links": [{{"id": "l", "from": "users", "to": "web"}}])",
        clientMore, serverMore);
}

constexpr double kGbPerMonth = 100 * 730 * 3600.0 * 1e3 / 1e9; // of each kB per request at 100/s: 262.8

} // namespace

class TestCost : public QObject {
    Q_OBJECT

private slots:
    void machinesOfTheRealisticBook() {
        const Cost cost = monthlyCost(designOf(machines("realistic")));
        QCOMPARE(cents(cost.usdPerMonth), cents((2 * 0.085 + 4 * 0.096) * 730));
        QCOMPARE(cents(cost.usdPerMonth), std::string("404.42"));
        QVERIFY(!cost.atLeast);
        QCOMPARE(cost.priceBook, std::string("realistic"));
        QCOMPARE(cost.items.size(), std::size_t(6)); // clients are not billed
        QCOMPARE(
            item(cost, "web1")->why,
            std::string("m5.large (assumption for Server), price book realistic at 0.096 USD/h x 730 h"));
    }

    void machinesOfTheSeedBook() {
        const Cost cost = monthlyCost(designOf(machines("seed")));
        QCOMPARE(cents(cost.usdPerMonth), std::string("58.40")); // 4 x 0.02 x 730; HAProxy is free
        QCOMPARE(cents(*item(cost, "lb1")->usdPerMonth), std::string("0.00"));
        QVERIFY(!cost.atLeast);
    }

    void instanceTypesAndOwnPrices() {
        Cost cost = monthlyCost(designOf(onePath("", R"(, "deploy": {"instance_type": "r6g.large"})")));
        QCOMPARE(cents(*item(cost, "web")->usdPerMonth), cents(0.1008 * 730));
        cost = monthlyCost(designOf(onePath(
            "", R"(, "deploy": {"instance_type": "r6g.large"}, "parameters": {"price_usd_per_h": 1.25})")));
        QCOMPARE(cents(*item(cost, "web")->usdPerMonth), std::string("912.50"));
        cost = monthlyCost(designOf(onePath("", R"(, "deploy": {"instance_type": "x99.mega"})")));
        QVERIFY(!item(cost, "web")->usdPerMonth);
        QCOMPARE(item(cost, "web")->why, std::string("price book realistic has no instance type x99.mega"));
        QVERIFY(cost.atLeast);
    }

    void egressByTiers() {
        // Responses of 10 kB leave for clients in no place: 2628 GB in the first tier.
        Cost cost = monthlyCost(designOf(onePath("", R"(, "domain": "eu-a")")));
        QCOMPARE(cents(*item(cost, "traffic:egress")->usdPerMonth), cents(10 * kGbPerMonth * 0.09));
        // 1000 kB each: 262 800 GB = 10 TB, 40 TB, 100 TB and the rest.
        Design large =
            designOf(onePath(R"(, "classes": [{"id": "all", "share": 1}])", R"(, "domain": "eu-a")"));
        Node users = large.nodes.at(0);
        users.parameters["response_kb"] = 1000.0;
        large.nodes.replace(0, users);
        cost = monthlyCost(large);
        QCOMPARE(cents(*item(cost, "traffic:egress")->usdPerMonth),
                 cents(10000 * 0.09 + 40000 * 0.085 + 100000 * 0.07 + (1000 * kGbPerMonth - 150000) * 0.05));
    }

    void crossingZonesAndRegions() {
        const std::string there = R"(, "domain": "eu-a")";
        Cost cost = monthlyCost(designOf(onePath(there, R"(, "domain": "eu-b")")));
        QCOMPARE(cents(*item(cost, "traffic:l:cross_zone")->usdPerMonth), cents(11 * kGbPerMonth * 0.01 * 2));
        QVERIFY(!item(cost, "traffic:egress"));
        cost = monthlyCost(designOf(onePath(there, R"(, "domain": "us-a")")));
        QCOMPARE(cents(*item(cost, "traffic:l:cross_region")->usdPerMonth), cents(11 * kGbPerMonth * 0.02));
        cost = monthlyCost(designOf(onePath(there, R"(, "domain": "rack")")));
        QCOMPARE(cost.items.size(), std::size_t(1)); // within a zone traffic is free
    }

    // A server in no zone may be in any: its traffic with one is not free.
    void trafficWithWhatIsInNoZone() {
        Cost cost = monthlyCost(designOf(onePath(R"(, "domain": "eu-a")", R"(, "domain": "eu")")));
        const CostItem* traffic = item(cost, "traffic:l:cross_zone");
        QVERIFY(traffic);
        QCOMPARE(cents(*traffic->usdPerMonth), cents(11 * kGbPerMonth * 0.01 * 2));
        QVERIFY(traffic->why.find("of it from or to what is in no zone") != std::string::npos);
        cost = monthlyCost(designOf(onePath(R"(, "domain": "eu-a")", "")));
        QVERIFY(item(cost, "traffic:l:cross_zone"));
        cost = monthlyCost(designOf(onePath(R"(, "domain": "eu")", R"(, "domain": "eu")")));
        QCOMPARE(cost.items.size(), std::size_t(1)); // nothing says that there are zones between them
    }

    // Server and database on one host are one machine: the dearer one is billed. What has a price or an
    // instance type of its own is a machine of its own.
    void aHostIsOneMachine() {
        const auto billed = [](const char* serverMore) {
            return monthlyCost(designOf(fmt::format(
                R"("domains": [{{"id": "site", "kind": "zone"}}, {{"id": "box", "kind": "host", "parent": "site", "name": "the only machine"}}],
                "nodes": [{{"id": "web", "kind": "server", "domain": "box"{}}}, {{"id": "db", "kind": "mysql", "domain": "box"}},
                    {{"id": "lb", "kind": "haproxy", "domain": "box"}}, {{"id": "other", "kind": "server", "domain": "site"}}])",
                serverMore)));
        };
        Cost cost = billed("");
        QCOMPARE(cents(cost.usdPerMonth), cents((0.126 + 0.096) * 730));
        QCOMPARE(cents(*item(cost, "web")->usdPerMonth), std::string("0.00"));
        QCOMPARE(item(cost, "web")->why,
                 std::string("on one machine with db (the only machine), which is billed once"));
        QCOMPARE(cents(*item(cost, "lb")->usdPerMonth), std::string("0.00"));
        cost = billed(R"(, "parameters": {"price_usd_per_h": 1})");
        QCOMPARE(cents(cost.usdPerMonth), cents((1 + 0.126 + 0.096) * 730));
        cost = billed(R"(, "deploy": {"instance_type": "r6g.large"})");
        QCOMPARE(cents(cost.usdPerMonth), cents((0.1008 + 0.126 + 0.096) * 730));
    }

    // What has no price may be the dearest of its machine: the bill is a lower bound, as without the host.
    void unpricedOnAHost() {
        for (const char* place : {R"(, "domain": "box")", ""}) {
            Design design = designOf(fmt::format(
                R"("domains": [{{"id": "box", "kind": "host"}}],
                "nodes": [{{"id": "k", "kind": "cache"{0}}}, {{"id": "w", "kind": "server"{0}}}, {{"id": "k2", "kind": "cache"{0}}}])",
                place));
            design.settings.priceBook = "seed";
            const Cost cost = monthlyCost(design);
            QVERIFY(!item(cost, "k")->usdPerMonth && !item(cost, "k2")->usdPerMonth);
            QVERIFY(*item(cost, "w")->usdPerMonth > 0);
            QVERIFY(cost.atLeast);
            QCOMPARE(cents(cost.usdPerMonth), cents(*item(cost, "w")->usdPerMonth));
        }
    }

    void trafficWithoutPrices() {
        Design design = designOf(onePath("", R"(, "domain": "eu-a")"));
        design.settings.priceBook = "seed";
        const Cost cost = monthlyCost(design);
        QVERIFY(!item(cost, "traffic")->usdPerMonth);
        QVERIFY(cost.atLeast);
        QCOMPARE(cents(cost.usdPerMonth), std::string("14.60"));
    }

    void unknownBook() {
        Design design = designOf(machines("realistic"));
        design.settings.priceBook = "nobody's";
        const Cost cost = monthlyCost(design);
        QVERIFY(cost.atLeast);
        QCOMPARE(cost.usdPerMonth, 0.0);
    }

    void loadsFollowTheCalls() {
        // 100/s; reads (0.8) make 2 calls to the database, writes (0.2) none; the balancer shares evenly.
        const Design design =
            designOf(R"("nodes": [{"id": "users", "kind": "client", "parameters": {"rate_per_s": 100}},
            {"id": "lb", "kind": "haproxy"}, {"id": "web1", "kind": "server", "group": "web"}, {"id": "web2", "kind": "server", "group": "web"},
            {"id": "db1", "kind": "server", "group": "db"}, {"id": "db2", "kind": "server", "group": "db", "parameters": {"workers": 4}}],
            "groups": [{"id": "web", "kind": "pool"}, {"id": "db", "kind": "pool"}],
            "links": [{"id": "a", "from": "users", "to": "lb"}, {"id": "b", "from": "lb", "to": "web"},
                {"id": "c", "from": "web", "to": "db", "classes": ["read"], "parameters": {"calls_per_request": 2}}])");
        const StaticLoad load = staticLoad(design);
        const std::vector<double> wanted{100, 100, 50, 50, 80, 80};
        for (std::size_t i = 0; i < wanted.size(); ++i)
            QVERIFY(std::abs(load.requestsPerS[i] - wanted[i]) < 1e-9);
        QVERIFY(load.cycle.empty());
        double bytes = 0;
        for (const LoadEdge& edge : load.edges)
            bytes += edge.responseBytesPerS;
        QVERIFY(std::abs(bytes - (100 + 100 + 160) * 10e3) < 1e-6);

        const std::vector<Load> loads = loadReport(design, normalOperation(design));
        QCOMPARE(loadOf(loads, "users"), nullptr);
        // 12 ms of its own, and two calls of as much each for 0.8 of the requests.
        const double held = 0.012 + 0.8 * 2 * 0.012;
        QVERIFY(std::abs(loadOf(loads, "web1")->utilisation - 50 * held / 8) < 1e-9);
        QVERIFY(std::abs(*loadOf(loads, "web")->utilisationWithoutOne - 100 * held / 8) < 1e-9);
        // The stronger database server is lost: the weaker one gets everything.
        QVERIFY(std::abs(*loadOf(loads, "db1")->utilisationWithoutOne - 160 / (4 / 0.012)) < 1e-9);
        QVERIFY(!loadOf(loads, "lb")->utilisationWithoutOne);
        QCOMPARE(loadOf(loads, "lb")->capacityPerSecond, 97000.0);
    }

    // A server that two links lead to is one target, as in an export; the structure says the same.
    void aTargetCountsOnce() {
        const Design design =
            designOf(R"("nodes": [{"id": "users", "kind": "client", "parameters": {"rate_per_s": 100}},
            {"id": "lb", "kind": "haproxy"}, {"id": "web1", "kind": "server", "group": "web"}, {"id": "web2", "kind": "server", "group": "web"}],
            "groups": [{"id": "web", "kind": "pool"}],
            "links": [{"id": "a", "from": "users", "to": "lb"}, {"id": "b", "from": "lb", "to": "web"},
                {"id": "c", "from": "lb", "to": "web1", "classes": ["read"]}, {"id": "d", "from": "lb", "to": "web"}])");
        const StaticLoad load = staticLoad(design);
        const RequestRates rates = requestRates(design);
        QCOMPARE(load.edges.size(), std::size_t(6));
        for (const std::size_t web : {2, 3}) {
            QVERIFY(std::abs(load.requestsPerS[web] - 50) < 1e-9);
            QVERIFY(std::abs(rates.requestsPerS[web] - 50) < 1e-9);
            QVERIFY(std::abs(rates.writesPerS[web] - 10) < 1e-9);
        }
        double sent = 0;
        for (const LoadEdge& edge : load.edges)
            sent += edge.from == 1 ? edge.requestsPerS : 0;
        QVERIFY(std::abs(sent - 100) < 1e-9);
        const auto structure = analyse(design);
        QVERIFY(structure.ok());
        QVERIFY(std::abs(loadOf(structure->loads, "web1")->requestsPerSecond - 50) < 1e-9);
    }

    void cyclesAreNamedAndEnd() {
        const Design design = designOf(
            R"("nodes": [{"id": "users", "kind": "client"}, {"id": "a", "kind": "server"}, {"id": "b", "kind": "server"}],
            "links": [{"id": "1", "from": "users", "to": "a"}, {"id": "2", "from": "a", "to": "b"}, {"id": "3", "from": "b", "to": "a"}])");
        const StaticLoad load = staticLoad(design);
        QCOMPARE(load.cycle, (std::vector<std::uint32_t>{1, 2}));
        QCOMPARE(load.requestsPerS[1], 100.0);
    }
};

ALWAYSON_TEST_MAIN(TestCost, test_cost)
#include "test_cost.moc"
