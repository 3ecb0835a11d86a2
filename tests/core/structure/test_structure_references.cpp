// The reference rows with independent repair, as design files through the program's own loader.

#include "core/io/project_file.h"
#include "core/structure/availability.h"
#include "tests/support/test_support.h"

#include <cmath>

using namespace alwayson;

namespace {

StructuralResult analysed(const char* row) {
    const auto loaded = loadDesign(std::string(ALWAYSON_TEST_DATA) + "/reference/" + row + ".aon.json");
    if (!loaded) qFatal("%s", describe(loaded.error()).c_str());
    auto result = analyse(loaded->design);
    if (!result) qFatal("%s", describe(result.error()).c_str());
    return std::move(result).value();
}

bool near(double actual, double expected, double relative) {
    if (std::abs(actual - expected) <= relative * std::abs(expected)) return true;
    qWarning("%.17g instead of %.17g", actual, expected);
    return false;
}

} // namespace

class TestStructureReferences : public QObject {
    Q_OBJECT
private slots:
    void unavailability_data() {
        QTest::addColumn<double>("expected");
        // Closed forms, so that the comparison is to 1e-9 and not to printed digits.
        QTest::newRow("C1") << 3 * 1e-4 * 0.99 + 1e-6;
        QTest::newRow("C2") << 10 * std::pow(.005, 3) * .995 * .995 + 5 * std::pow(.005, 4) * .995 +
                                   std::pow(.005, 5);
        QTest::newRow("C3") << .01 + .99 * (.0025 + .9975 * (3 * .03 * .03 * .97 + .03 * .03 * .03));
        QTest::newRow("C4") << .00207;
        QTest::newRow("C5") << .098;
        const double pair = .009 * .009; // C6: each member by itself; .001: both
        QTest::newRow("C6-together") << .001 + .999 * pair;
        QTest::newRow("C7") << 1 - .98 * .98 * (1 - std::pow(1 - .92 * .92, 3));
        QTest::newRow("C8") << 1 / 3601.0;
        QTest::newRow("C9") << 1 - .9999 * .9999 * .9995;
        QTest::newRow("R1") << 1 / 101.0;
        QTest::newRow("R2") << 1 / (101.0 * 101.0);
        QTest::newRow("R4") << (3 * 100 + 1) / (101.0 * 101.0 * 101.0);
        QTest::newRow("R6") << 1.3028446662e-8;
        QTest::newRow("S1-one") << 1e-6;
        QTest::newRow("S1-quorum") << 3 * 1e-4 * .99 + 1e-6;
        QTest::newRow("S1-all") << 1 - .99 * .99 * .99;
    }
    void unavailability() {
        QFETCH(double, expected);
        const StructuralResult result = analysed(QTest::currentDataTag());
        for (const FlowAvailability& flow : result.flows) {
            QVERIFY(near(flow.unavailability.value(), expected,
                         QByteArray(QTest::currentDataTag()) == "R6" ? 4e-11 : 1e-9));
            QVERIFY(flow.availability.method == Method::exact);
            QVERIFY(near(*flow.availability.value, 1 - expected, 1e-13));
        }
        QCOMPARE(result.flows.size(), std::size_t{3}); // users:all, users, design
    }
    void printedAnswers() {
        QVERIFY(near(*analysed("C1").flows[0].availability.value, 0.999702, 1e-12));
        QVERIFY(near(*analysed("C2").flows[0].availability.value, 0.99999875935625, 1e-14));
        QVERIFY(near(*analysed("C3").flows[0].availability.value, 0.98491200885, 1e-12));
        QVERIFY(near(analysed("C6-together").flows[0].unavailability.value(), 0.001080919, 1e-12));
        QVERIFY(near(analysed("C7").flows[0].unavailability.value(), 0.0430803730612, 2e-12));
        QVERIFY(near(*analysed("C8").flows[0].availability.value, 0.99972229936, 5e-12));
        QVERIFY(near(*analysed("C9").flows[0].availability.value, 0.999300109995, 1e-14));
        QVERIFY(near(*analysed("S1-one").flows[0].availability.value, .999999, 1e-14));
        QVERIFY(near(*analysed("S1-quorum").flows[0].availability.value, .999702, 1e-14));
        QVERIFY(near(*analysed("S1-all").flows[0].availability.value, .970299, 1e-14));
    }
    void repairableSystems_data() {
        QTest::addColumn<double>("mttffHours");
        QTest::addColumn<double>("outageHours");
        QTest::addColumn<double>("minutesPerYear");
        QTest::newRow("R1") << 1000.0 << 10.0 << 5203.9604;
        QTest::newRow("R2") << 51500.0 << 5.0 << 51.52436;
        QTest::newRow("R4") << 17500.0 << 5.0166667 << 153.5528;
    }
    void repairableSystems() {
        QFETCH(double, mttffHours);
        QFETCH(double, outageHours);
        QFETCH(double, minutesPerYear);
        const FlowAvailability flow = analysed(QTest::currentDataTag()).flows.back();
        QVERIFY(near(flow.mttffHours.value(), mttffHours, 1e-12));
        QVERIFY(near(flow.meanOutageHours.value(), outageHours, 1e-8));
        QVERIFY(near(flow.unavailability.value() * kMinutesPerYear, minutesPerYear, 1e-6));
        QVERIFY(near(flow.outagesPerYear.value() * flow.meanOutageHours.value(), minutesPerYear / 60, 1e-6));
    }
    void pairOfQuickRepairs() {
        const FlowAvailability flow = analysed("R6").flows.back();
        QVERIFY(near(flow.mttffHours.value(), 19190970, 1e-9));
        QVERIFY(near(flow.unavailability.value() * kSecondsPerYear, 0.41, 0.005));
    }
    void seriesPartIsTheOnlySinglePoint() {
        QCOMPARE(analysed("C3").singlePointsOfFailure, std::vector<std::string>{"series"});
        QVERIFY(analysed("C1").singlePointsOfFailure.empty());
    }
    void minimalCutSetsOfThePowerSupply() {
        const StructuralResult result = analysed("C4");
        QCOMPARE(result.minimalCutSets.size(), std::size_t{2});
        QCOMPARE(result.minimalCutSets[0].ids, (std::vector<std::string>{"mains", "relay"}));
        QCOMPARE(result.minimalCutSets[1].ids, (std::vector<std::string>{"mains", "generator"}));
        QVERIFY(near(result.minimalCutSets[0].probability, .0015, 1e-12));
        QVERIFY(near(result.minimalCutSets[1].probability, .0006, 1e-12));
        QCOMPARE(result.minimalCutSetsTotal, 2.0);
        const Importance& mains = result.importance.front();
        QCOMPARE(mains.id, std::string("mains"));
        QVERIFY(near(mains.birnbaum, .069, 1e-12));
        QVERIFY(near(mains.criticality, 1, 1e-12));
        QVERIFY(near(mains.fussellVesely, 1, 1e-12));
        QVERIFY(near(mains.riskAchievement, .069 / .00207, 1e-12));
        QVERIFY(std::isinf(mains.riskReduction));
    }
    void exchangeableMembersAreOneSet() {
        const StructuralResult result = analysed("C2");
        QCOMPARE(result.minimalCutSets.size(), std::size_t{1});
        QCOMPARE(result.minimalCutSets[0].ids, std::vector<std::string>{"any 3 of pool"});
        QCOMPARE(result.minimalCutSetsTotal, 10.0);
        QVERIFY(
            near(result.minimalCutSets[0].probability, result.flows.back().unavailability.value(), 1e-12));
    }
};

ALWAYSON_TEST_MAIN(TestStructureReferences, test_structure_references)
#include "test_structure_references.moc"
