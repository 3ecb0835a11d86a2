// What better take-overs would save, against the same design with better ones.
#include "app/verbs/verbs.h"
#include "core/io/project_file.h"
#include "tests/support/test_support.h"

using namespace alwayson;

namespace {

Design shop() {
    Result<Design> design = verbs::newFromTemplate("e-commerce");
    if (!design) qFatal("%s", describe(design.error()).c_str());
    return *design;
}

CheckReport reportOf(const Design& design) {
    Result<CheckReport> report = verbs::check(design);
    if (!report) qFatal("%s", describe(report.error()).c_str());
    return *report;
}

double downMinutes(const CheckReport& report) {
    return (1 - *report.flows.back().withDetection.value) * kMinutesPerYear;
}

} // namespace

class TestLevers : public QObject {
    Q_OBJECT

private slots:
    void recoveryByHandIsTheSecondLargestCause() {
        Design design = shop();
        const CheckReport before = reportOf(design);
        QVERIFY(before.levers.size() >= 2);
        QCOMPARE(before.levers.front().group, std::string("db"));
        QVERIFY(before.levers.front().of == Lever::Of::byHand);
        QVERIFY(before.levers.front().downtimeMinutesPerYear > 1);
        for (std::size_t i = 1; i < before.levers.size(); ++i)
            QVERIFY(before.levers[i].downtimeMinutesPerYear <= before.levers[i - 1].downtimeMinutesPerYear);
        Group set = *design.groups.find("db");
        set.parameters["failover_coverage"] = 1.0;
        design.groups.replace(design.groups.indexOf("db"), set);
        const CheckReport after = reportOf(design);
        QVERIFY(std::abs(downMinutes(before) - downMinutes(after) -
                         before.levers.front().downtimeMinutesPerYear) < 1e-9);
        for (const Lever& lever : after.levers)
            QVERIFY(lever.group != "db" || lever.of == Lever::Of::takeOver);
    }
};

ALWAYSON_TEST_MAIN(TestLevers, test_levers)
#include "test_levers.moc"
