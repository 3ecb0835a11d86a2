// The reference rows of coupled parts, as design files on the path of the command line.

#include "app/verbs/exact_figures.h"
#include "core/io/project_file.h"
#include "resources/resources.h"
#include "tests/support/test_support.h"

#include <cmath>

using namespace alwayson;

namespace {

Design row(const std::string& name) {
    const auto loaded = loadDesign(std::string(ALWAYSON_TEST_DATA) + "/reference/" + name + ".aon.json");
    if (!loaded) qFatal("%s", describe(loaded.error()).c_str());
    return loaded->design;
}
StructuralResult figures(const Design& design) {
    auto result = verbs::exactFigures(design);
    if (!result) qFatal("%s", describe(result.error()).c_str());
    return std::move(result).value();
}
FlowAvailability total(const std::string& name) {
    return figures(row(name)).flows.back();
}

bool near(double actual, double expected, double tolerance) {
    if (std::abs(actual - expected) <= tolerance) return true;
    qWarning("%.17g instead of %.17g", actual, expected);
    return false;
}
double minutes(const FlowAvailability& flow) {
    return flow.unavailability.value() * kMinutesPerYear;
}

// Of the group alone: nothing else fails.
FlowAvailability tier(const std::string& name, const std::string& group) {
    Design design = row(name);
    for (std::size_t n = 0; n < design.nodes.size(); ++n) {
        Node node = design.nodes.at(n);
        if (node.group && *node.group == GroupId(group)) continue;
        node.failureModes.clear();
        design.nodes.replace(n, node);
    }
    return figures(design).flows.back();
}

bool says(const FlowAvailability& flow, const char* text) {
    return std::any_of(flow.leftOut.begin(), flow.leftOut.end(),
                       [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

} // namespace

class TestExactFigures : public QObject {
    Q_OBJECT
private slots:
    void repairCrews_data() {
        QTest::addColumn<double>("availability");
        QTest::addColumn<double>("mttff");
        QTest::addColumn<double>("outage");
        QTest::addColumn<double>("minutesPerYear");
        QTest::newRow("R3") << 0.999803960007842 << 51500.0 << 10.0 << 103.03862;
        QTest::newRow("R5") << 0.999994178182545 << 1735166.67 << 10.0 << 3.05995;
    }
    void repairCrews() {
        QFETCH(double, availability);
        QFETCH(double, mttff);
        QFETCH(double, outage);
        QFETCH(double, minutesPerYear);
        const FlowAvailability flow = total(QTest::currentDataTag());
        QVERIFY(flow.availability.method == Method::exact);
        QVERIFY(near(*flow.availability.value, availability, 5e-16));
        QVERIFY(near(flow.mttffHours.value(), mttff, 0.005));
        QVERIFY(near(flow.meanOutageHours.value(), outage, 1e-9));
        QVERIFY(near(minutes(flow), minutesPerYear, 5e-6));
        QVERIFY(near(flow.outagesPerYear.value() * outage * 60, minutes(flow), 1e-9));
    }
    void crewRowInFull() {
        const FlowAvailability flow = total("R3");
        QVERIFY(near(flow.unavailability.value(), 1.9603999215840e-4, 5e-18));
        QVERIFY(near(flow.mttffHours.value(), 51500, 1e-6));
    }
    void coverage_data() {
        QTest::addColumn<double>("availability");
        QTest::addColumn<double>("mttff");
        QTest::newRow("F1-100") << .999803960008 << 51500.0;
        QTest::newRow("F1-99") << .999607996864 << 25745.0;
        QTest::newRow("F1-90") << .997847779300 << 4672.727273;
    }
    void coverage() {
        QFETCH(double, availability);
        QFETCH(double, mttff);
        const FlowAvailability flow = total(QTest::currentDataTag());
        QVERIFY(flow.availability.method == Method::exact);
        QVERIFY(near(*flow.availability.value, availability, 5e-13));
        QVERIFY(near(flow.mttffHours.value(), mttff, 5e-7));
    }
    void failover_data() {
        QTest::addColumn<double>("availability");
        QTest::addColumn<double>("tolerance");
        QTest::addColumn<double>("minutesPerYear");
        QTest::newRow("F2") << 0.999989070939467 << 5e-16 << 5.74431;
        QTest::newRow("F2b") << .99998934351080 << 5e-15 << 5.60105;
        QTest::newRow("F3") << .999977791922 << 5e-13 << 11.672566;
        QTest::newRow("F3b") << 1 - 10.97343 / kMinutesPerYear << 1e-11 << 10.97343;
    }
    void failover() {
        QFETCH(double, availability);
        QFETCH(double, tolerance);
        QFETCH(double, minutesPerYear);
        const FlowAvailability flow = total(QTest::currentDataTag());
        QVERIFY(flow.availability.method == Method::exact);
        QVERIFY(near(*flow.availability.value, availability, tolerance));
        QVERIFY(near(minutes(flow), minutesPerYear, 5.1e-6));
    }
    void partsOfTheDowntime() {
        // Repair after the failover: the causes of downtime stand side by side.
        const double failover = 1.57426, byHand = 3.49836, both = 0.671686;
        Design design = row("F2");
        QVERIFY(near(failover + byHand + both, minutes(figures(design).flows.back()), 1e-5));
        Group group = design.groups.at(0);
        group.parameters["failover_coverage"] = 1.0;
        design.groups.replace(0, group);
        // Without uncovered failures: all of them are covered, so more failovers.
        QVERIFY(near(minutes(figures(design).flows.back()), failover / 0.9 + both, 1e-4));
    }
    void tiers_data() {
        QTest::addColumn<QString>("design");
        QTest::addColumn<double>("availability");
        QTest::addColumn<double>("tolerance");
        QTest::newRow("lb") << "F3" << .999999575632 << 5e-13;
        QTest::newRow("web") << "F3" << .999999839348 << 5e-13;
        QTest::newRow("db") << "F3" << .999978376929 << 5e-13;
        QTest::newRow("lb ") << "F3b" << .99999963281492 << 5e-15;
        QTest::newRow("db ") << "F3b" << .99997964992448 << 5e-15;
    }
    void tiers() {
        QFETCH(QString, design);
        QFETCH(double, availability);
        QFETCH(double, tolerance);
        const std::string group = QByteArray(QTest::currentDataTag()).trimmed().toStdString();
        QVERIFY(near(*tier(design.toStdString(), group).availability.value, availability, tolerance));
    }
    void onceAYear_data() {
        QTest::addColumn<double>("seconds");
        QTest::newRow("F4-5") << 5.0002;
        QTest::newRow("F4-12") << 12.0002;
        QTest::newRow("F4-30") << 30.0001;
        QTest::newRow("F4-90") << 89.9996;
        QTest::newRow("F4-600") << 599.987;
    }
    void onceAYear() {
        QFETCH(double, seconds);
        const FlowAvailability flow = total(QTest::currentDataTag());
        QVERIFY(near(flow.unavailability.value() * kSecondsPerYear, seconds, seconds > 500 ? 5e-4 : 5e-5));
    }
    void aColdStandby() {
        const FlowAvailability flow = total("cold-standby");
        QVERIFY(flow.availability.method == Method::exact);
        // Birth and death: states 1, rho, rho squared with rho = 0.01.
        QVERIFY(near(flow.unavailability.value(), 1e-4 / 1.0101, 1e-18));
    }
    void aCommonCauseRepairedSeparately() {
        QVERIFY(near(total("C6-separately").unavailability.value(), .000590295147574, 5e-16));
    }

    void protocolTimersAreInTheFigureWithDetection() {
        Design design = row("F3");
        for (std::size_t g = 0; g < design.groups.size(); ++g) {
            Group group = design.groups.at(g);
            group.parameters.erase("failover");
            design.groups.replace(g, group);
        }
        const FlowAvailability flow = figures(design).flows.back();
        QVERIFY(flow.availability.method == Method::exact); // of perfect managers
        QVERIFY(*flow.availability.value > *total("F3").availability.value);
        QVERIFY(flow.withDetection.method == Method::approximate);
        QVERIFY(*flow.withDetection.value < *flow.availability.value);
        QVERIFY(says(flow,
                     "Take-overs, spares, crews and common causes of lb, lbs, db and dbs are in the figure"));
        // A source that is gone is missed for 10 s or so instead of 30: better than the row.
        QVERIFY(*flow.withDetection.value > *total("F3").availability.value);
    }
    // Four members that all differ share a crew: their chain stops at three in repair, and take-overs stay
    // in.
    void anotherReplicaIsNoFreeGain() {
        const auto loaded = parseDesign(resources::find("templates/e-commerce.aon.json"), "e-commerce");
        QVERIFY(loaded);
        const FlowAvailability three = figures(loaded->design).flows.back();
        Design design = loaded->design;
        Node another = *design.nodes.find("db3");
        another.id = NodeId("db4");
        another.domain = design.nodes.find("db2")->domain;
        design.nodes.append(another);
        const FlowAvailability four = figures(design).flows.back();
        QVERIFY(!says(four, "too many states"));
        QVERIFY(says(four, "second take-over of shop-db soon after the first waits for people"));
        Group set = *design.groups.find("db");
        set.parameters["recovery_block_s"] = 0.0;
        design.groups.replace(design.groups.indexOf("db"), set);
        QVERIFY(!says(figures(design).flows.back(), "soon after the first"));
        const double before = 1 - *three.withDetection.value, after = 1 - *four.withDetection.value;
        QVERIFY2(std::abs(after / before - 1) < 0.02, qPrintable(QString("%1 %2").arg(before).arg(after)));
        QVERIFY(after > 1.5 * (1 - *four.availability.value)); // most of it is take-overs
    }
    // A manager that is lost with the source acts when both are back: nothing like one on voters. The years
    // say 15.2 min for vote2, which is in zone b, where the source is half of the time, and 97.6 for db1.
    void aManagerThatIsLostWithTheSource() {
        const auto loaded = parseDesign(resources::find("templates/e-commerce.aon.json"), "e-commerce");
        const auto with = [&](const char* on) {
            Design design = loaded->design;
            Group set = *design.groups.find("db");
            set.managerOn = {on};
            design.groups.replace(design.groups.indexOf("db"), set);
            return figures(design).flows.back();
        };
        const auto minutes = [](const FlowAvailability& flow) {
            return (1 - *flow.withDetection.value) * kMinutesPerYear;
        };
        const FlowAvailability voters = with("voters"), beside = with("vote2"), on = with("db1");
        QVERIFY(minutes(voters) < 5);
        QVERIFY2(std::abs(minutes(beside) / 15.2 - 1) < 0.1, qPrintable(QString::number(minutes(beside))));
        QVERIFY2(minutes(on) > 70 && minutes(on) < 110, qPrintable(QString::number(minutes(on))));
        QVERIFY(says(beside, "taken for always there") && !says(voters, "taken for always there"));
    }
    void nothingCoupledChangesNothing() {
        const Design design = row("R2");
        const FlowAvailability flow = figures(design).flows.back();
        const FlowAvailability plain = analyse(design)->flows.back();
        QCOMPARE(*flow.availability.value, *plain.availability.value);
        QCOMPARE(flow.leftOut, plain.leftOut);
        // A crew for everybody is no crew.
        Design crews = row("R3");
        Settings settings = crews.settings;
        settings.crews[0].size = 2;
        crews.settings = settings;
        QCOMPARE(*figures(crews).flows.back().availability.value, *plain.availability.value);
    }
    void importancesKnowTheQueue() {
        const StructuralResult result = figures(row("R3"));
        QCOMPARE(result.importance.size(), std::size_t{2});
        QCOMPARE(result.importance[0].birnbaum, result.importance[1].birnbaum);
        QVERIFY(result.importance[0].unavailability > 1 / 101.0); // waiting for the crew is downtime too
    }
};

ALWAYSON_TEST_MAIN(TestExactFigures, test_exact_figures)
#include "test_exact_figures.moc"
