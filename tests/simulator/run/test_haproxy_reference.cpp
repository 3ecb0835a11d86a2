// Rows H1 to H5c of the reference numbers: what HAProxy 2.6 was measured to do.

#include "tests/simulator/run/reference_case.h"

#include <algorithm>
#include <numeric>

using namespace alwayson;
using namespace alwayson::test::requests;

class TestHaproxyReference : public QObject {
    Q_OBJECT

    static std::vector<double> detections(const SimulationResult& result, const std::string& mode) {
        for (const Recovery& recovery : result.recovery)
            if (recovery.what == "web1" && recovery.mode == mode) return recovery.detectionSamplesS;
        return {};
    }

    static RequestCounts counts(const Design& design) {
        sim::RequestRunOptions options;
        return designFlow(runReference(design, options)).requests;
    }

    static Design withDeadline(Design design, double seconds) {
        const std::size_t at = design.nodes.indexOf("clients");
        Node clients = design.nodes.at(at);
        clients.classes[0].deadline = Duration::seconds(seconds);
        design.nodes.replace(at, clients);
        return design;
    }

private slots:
    void detectionTimes_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("mode");
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::newRow("H1 killed") << "h1-killed"
                                   << "crash" << 4.0 << 6.0;
        QTest::newRow("H2 hung") << "h2-hung"
                                 << "hang" << 10.0 << 12.0;
        QTest::newRow("H3 back") << "h3-back"
                                 << "back" << 2.0 << 4.0;
        QTest::newRow("H5c gone") << "h5c-gone"
                                  << "gone" << 2.2 << 3.2;
        QTest::newRow("H5c hung") << "h5c-hung"
                                  << "hang" << 1.2 << 2.2;
    }
    // Uniform between the bounds: every sample inside, mean and spread as of a uniform law, both ends
    // visited.
    void detectionTimes() {
        QFETCH(QString, name);
        QFETCH(QString, mode);
        QFETCH(double, low);
        QFETCH(double, high);
        const SimulationResult result =
            runReference(referenceDesign("haproxy/" + name.toStdString()), {}, 400);
        const std::vector<double> samples = detections(result, mode.toStdString());
        QCOMPARE(samples.size(), std::size_t(400));
        const auto [least, most] = std::minmax_element(samples.begin(), samples.end());
        QVERIFY2(*least >= low - 1e-9 && *most <= high + 1e-9,
                 qPrintable(QString("%1 to %2").arg(*least).arg(*most)));
        QVERIFY(*least < low + 0.05 * (high - low) && *most > high - 0.05 * (high - low));
        const double mean = std::accumulate(samples.begin(), samples.end(), 0.0) / 400;
        const double error = (high - low) / std::sqrt(12.0 * 400);
        QVERIFY2(std::abs(mean - (low + high) / 2) < 3.3 * error, qPrintable(QString::number(mean)));
    }

    // H4: two servers, round robin, no redispatch: every second request fails after 3 s.
    void withoutRedispatchEverySecondFails() {
        const Design design = referenceDesign("haproxy/h4-no-redispatch");
        const RequestCounts late = counts(withDeadline(design, 3.01));
        QCOMPARE(late.failed.size(), std::size_t(1));
        QCOMPARE(late.failed.at("refused"), late.offered / 2);
        QCOMPARE(late.succeeded, late.offered - late.offered / 2);
        const RequestCounts early = counts(withDeadline(design, 2.99));
        QCOMPARE(early.failed.at("deadline"), early.offered / 2);
    }

    void redispatchSavesAll_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"roundrobin", "leastconn", "first"})
            QTest::newRow(name) << name;
    }
    void redispatchSavesAll() { // H5
        QFETCH(QString, name);
        const SimulationResult result =
            runReference(referenceDesign("haproxy/h5-redispatch-" + name.toStdString()), {});
        const FlowResult& flow = designFlow(result);
        QCOMPARE(flow.requests.succeeded, flow.requests.offered);
        QVERIFY2(*flow.latencyMs.max.value < 10, qPrintable(QString::number(*flow.latencyMs.max.value)));
    }

    void cookieWaitsTwoSeconds() { // H5b
        const SimulationResult result = runReference(referenceDesign("haproxy/h5b-cookie"), {});
        const FlowResult& flow = designFlow(result);
        QCOMPARE(flow.requests.succeeded, flow.requests.offered);
        QVERIFY2(std::abs(*flow.latencyMs.max.value - 2005) < 10,
                 qPrintable(QString::number(*flow.latencyMs.max.value)));
        QVERIFY(*flow.latencyMs.p50.value < 2020);
    }

    void hashFailsAfterTwoSeconds_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"source", "uri"})
            QTest::newRow(name) << name;
    }
    void hashFailsAfterTwoSeconds() { // H5b
        QFETCH(QString, name);
        const Design design = referenceDesign("haproxy/h5b-" + name.toStdString());
        const RequestCounts late = counts(withDeadline(design, 2.01));
        QVERIFY(late.failed.at("refused") > late.offered / 3 &&
                late.failed.at("refused") < 2 * late.offered / 3);
        QCOMPARE(late.failed.size(), std::size_t(1));
        const RequestCounts early = counts(withDeadline(design, 1.99));
        QCOMPARE(early.failed.at("deadline"), late.failed.at("refused"));
    }
};

ALWAYSON_TEST_MAIN(TestHaproxyReference, test_haproxy_reference)
#include "test_haproxy_reference.moc"
