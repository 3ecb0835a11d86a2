#include "core/structure/availability.h"
#include "tests/core/structure/design_maker.h"
#include "tests/support/test_support.h"

#include <cmath>

using namespace alwayson;
using alwayson::test::DesignMaker;

namespace {

StructuralResult analysed(const DesignMaker& maker, StructuralOptions options = {}) {
    auto result = analyse(maker.design(), {}, options);
    if (!result) qFatal("%s", describe(result.error()).c_str());
    return std::move(result).value();
}
double unavailability(const DesignMaker& maker) {
    return analysed(maker).flows.back().unavailability.value();
}

DesignMaker pool(int members, int needed, double mttf = 99, double mttr = 1) {
    DesignMaker maker;
    maker.client("c").haproxy("lb").group("web", needed).link("c", "lb").link("lb", "web");
    for (int i = 0; i < members; ++i)
        maker.server("w" + std::to_string(i), "web")
            .fails("w" + std::to_string(i), FailureEffect::crash, mttf, mttr);
    return maker;
}

double binomialDown(int n, int k, double q) { // fewer than k of n work
    double sum = 0;
    for (int down = n - k + 1; down <= n; ++down)
        sum += std::exp(std::lgamma(n + 1) - std::lgamma(down + 1) - std::lgamma(n - down + 1) +
                        down * std::log(q) + (n - down) * std::log1p(-q));
    return sum;
}

} // namespace

class TestAvailability : public QObject {
    Q_OBJECT
private slots:
    void largePoolsKeepTheirPrecision() {
        for (const auto& [n, k] : {std::pair{1000, 950}, std::pair{200, 190}, std::pair{50, 20}}) {
            const double actual = unavailability(pool(n, k)), expected = binomialDown(n, k, 0.01);
            QVERIFY2(std::abs(actual / expected - 1) < 1e-9,
                     qPrintable(QString("%1 of %2: %3").arg(k).arg(n).arg(actual / expected - 1)));
        }
    }
    void seriesWithAnAlwaysUpNodeChangesNothing() {
        DesignMaker maker = pool(3, 2);
        const double before = unavailability(maker);
        maker.server("always").link("c", "always");
        QCOMPARE(unavailability(maker), before);
    }
    void redundancyAndReliabilityHelp() {
        QVERIFY(unavailability(pool(4, 2)) < unavailability(pool(3, 2)));
        QVERIFY(unavailability(pool(3, 2)) < unavailability(pool(3, 3)));
        QVERIFY(unavailability(pool(3, 2, 200)) < unavailability(pool(3, 2, 100)));
        QVERIFY(unavailability(pool(3, 2, 99, 1)) < unavailability(pool(3, 2, 99, 2)));
    }
    void timeUnitsDoNotMatter() {
        QVERIFY(std::abs(unavailability(pool(3, 2, 9900, 100)) / unavailability(pool(3, 2)) - 1) < 1e-13);
    }
    void aZoneCorrelatesItsMembers() {
        DesignMaker maker;
        maker.domain("zone")
            .fails("zone", FailureEffect::outage, 999, 1)
            .client("c")
            .group("web")
            .link("c", "web");
        for (const char* id : {"w1", "w2"})
            maker.server(id, "web").in("zone").fails(id, FailureEffect::crash, 99, 1);
        const StructuralResult result = analysed(maker);
        QVERIFY(std::abs(result.flows.back().unavailability.value() - (0.001 + 0.999 * 0.0001)) < 1e-15);
        QCOMPARE(result.singlePointsOfFailure, std::vector<std::string>{"zone"});
        QCOMPARE(result.minimalCutSets.size(), std::size_t{2});
        QCOMPARE(result.minimalCutSets[1].ids, (std::vector<std::string>{"w1", "w2"}));
        QCOMPARE(result.importance.front().id, std::string("zone"));
    }
    void classesMayHaveDifferentFates() {
        DesignMaker maker;
        maker.client("c").server("web").server("db").link("c", "web").link("web", "db");
        maker.fails("web", FailureEffect::crash, 99, 1).fails("db", FailureEffect::crash, 99, 1);
        Node client = maker.design().nodes.at(0);
        client.classes.clear(); // read 0.8 and write 0.2
        maker.edit().nodes.replace(0, client);
        Link link = maker.design().links.at(1);
        link.classes = {"write"};
        maker.edit().links.replace(1, link);
        const StructuralResult result = analysed(maker);
        QCOMPARE(result.flows.size(), std::size_t{4});
        QVERIFY(std::abs(*result.flows[0].availability.value - 0.99) < 1e-15);
        QVERIFY(std::abs(*result.flows[1].availability.value - 0.9801) < 1e-15);
        QCOMPARE(result.flows[2].flow, std::string("c"));
        QVERIFY(std::abs(*result.flows[2].availability.value - (0.8 * 0.99 + 0.2 * 0.9801)) < 1e-15);
        QVERIFY(!result.flows[2].outagesPerYear);
        QVERIFY(std::abs(*result.flows[3].availability.value - 0.9801) < 1e-15);
    }
    void detectionWindowsAreTakenOff() {
        DesignMaker maker;
        maker.client("c")
            .haproxy("lb")
            .group("web")
            .server("w1", "web")
            .server("w2", "web")
            .link("c", "lb")
            .link("lb", "web");
        for (const char* id : {"w1", "w2"})
            maker.fails(id, FailureEffect::hang, 999, 1);
        // Until the checks notice (11 s on average) half the requests hang; two servers, each 0.999 / 999 h.
        const FlowAvailability flow = analysed(maker).flows.back();
        const double lost = *flow.availability.value - *flow.withDetection.value;
        QVERIFY(std::abs(lost / (2 * 0.999 / 999 * 11.0 / 3600 * 0.5) - 1) < 1e-6);
        QVERIFY(flow.withDetection.method == Method::approximate);
        maker.set("lb", "check", false); // nobody ever notices: half of each outage is lost
        const FlowAvailability blind = analysed(maker).flows.back();
        QVERIFY(std::abs((*blind.availability.value - *blind.withDetection.value) / (2 * 0.999 / 999 * 0.5) -
                         1) < 1e-6);
    }
    void refusedConnectionsCostNothingWithRedispatch() {
        DesignMaker maker = pool(2, 0);
        const FlowAvailability flow = analysed(maker).flows.back();
        QCOMPARE(*flow.withDetection.value, *flow.availability.value);
    }
    void loadsSayWhatIsLeftWithoutTheBusiest() {
        DesignMaker maker;
        maker.client("c", 3)
            .group("web")
            .server("w1", "web", 2)
            .server("w2", "web", 2)
            .server("db", "", 12)
            .link("c", "web")
            .link("web", "db", 2);
        // A worker is kept for 1 s of work and two calls of 1 s.
        const auto held = analysed(maker).loads;
        QCOMPARE(held[0].utilisation, 2.25);
        QCOMPARE(held[0].utilisationWithoutOne.value(), 4.5);
        QCOMPARE(held[2].utilisation, 0.5);
        QCOMPARE(held[3].capacityPerSecond, 4.0 / 3);
        const auto loads = analysed(maker.set("w1", "discipline", "ps").set("w2", "discipline", "ps")).loads;
        QCOMPARE(loads.size(), std::size_t{4});
        QCOMPARE(loads[0].requestsPerSecond, 1.5);
        QCOMPARE(loads[0].utilisation, 0.75);
        QCOMPARE(loads[0].utilisationWithoutOne.value(), 1.5);
        QCOMPARE(loads[2].id, std::string("db"));
        QCOMPARE(loads[2].requestsPerSecond, 6.0);
        QVERIFY(!loads[2].utilisationWithoutOne);
        QCOMPARE(loads[3].id, std::string("web"));
        QCOMPARE(loads[3].capacityPerSecond, 4.0);
    }
    void tooEntangledGivesABound() {
        DesignMaker maker = pool(60, 30, 3, 1);
        StructuralOptions options;
        options.diagramNodes = 300;
        const StructuralResult result = analysed(maker, options);
        const FlowAvailability& flow = result.flows.back();
        QVERIFY(flow.availability.method == Method::bound);
        QVERIFY(!flow.unavailability);
        QVERIFY(*flow.availability.value <= 1 - unavailability(maker));
        QVERIFY(!flow.availability.note.empty());
    }
    void ageingTimesNeedNotBeExponential() {
        DesignMaker maker = pool(2, 0);
        const double before = unavailability(maker);
        Node node = maker.design().nodes.at(2);
        node.failureModes[0].repair = Distribution::constantValue(1, "h");
        maker.edit().nodes.replace(2, node);
        const FlowAvailability flow = analysed(maker).flows.back();
        QCOMPARE(flow.unavailability.value(), before);
        QVERIFY(!flow.mttffHours);
    }
    void nothingThatFailsIsAlwaysUp() {
        DesignMaker maker;
        maker.client("c").server("s").link("c", "s");
        const StructuralResult result = analysed(maker);
        QCOMPARE(result.flows.back().unavailability.value(), 0.0);
        QCOMPARE(result.flows.back().outagesPerYear.value(), 0.0);
        QVERIFY(!result.flows.back().meanOutageHours);
        QVERIFY(result.importance.empty());
    }
    void stopsWhenAsked() {
        std::stop_source source;
        source.request_stop();
        const auto result = analyse(pool(3, 2).design(), source.get_token());
        QVERIFY(!result);
        QVERIFY(result.error().kind == ErrorKind::cancelled);
    }
};

ALWAYSON_TEST_MAIN(TestAvailability, test_availability)
#include "test_availability.moc"
