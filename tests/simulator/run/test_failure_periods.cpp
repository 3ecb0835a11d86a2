// Objectives over periods: the share of periods that keep them, against the exact law of the time that a part
// is down in an interval.
#include "simulator/run/failure_periods.h"
#include "tests/core/structure/design_maker.h"
#include "tests/simulator/run/failure_support.h"

#include <cmath>

using namespace alwayson;
using namespace alwayson::test;

namespace {

// Chance that a part that is on now, with ends of being on and off at rates `out` and `back`, is off for at
// most `most` of `length` (Takacs 1957): e^(-out (length - most)) (1 + integral over y in [0, most] of
// e^(-back y) sqrt(c / y) I1(2 sqrt(c y)) dy), c = out back (length - most).
double offAtMost(double most, double length, double out, double back) {
    const double on = length - most, c = out * back * on;
    constexpr int kSteps = 20000; // midpoints in u = sqrt(y), where the integrand is smooth
    const double step = std::sqrt(most) / kSteps;
    double sum = 0;
    for (int i = 0; i < kSteps; ++i) {
        const double u = (i + 0.5) * step;
        sum += std::exp(-back * u * u - out * on) * 2 * std::sqrt(c) *
               std::cyl_bessel_i(1.0, 2 * std::sqrt(c) * u) * step;
    }
    return std::exp(-out * on) + sum;
}

// The same for a part found at any time.
double keeps(double allowed, double length, double mttf, double mttr) {
    const double up = mttf / (mttf + mttr);
    return up * offAtMost(allowed, length, 1 / mttf, 1 / mttr) +
           (1 - up) * (1 - offAtMost(length - allowed, length, 1 / mttr, 1 / mttf));
}

void want(Design& design, const char* id, const char* flow, const char* metric, double atLeast, double days) {
    Objective objective;
    objective.id = ObjectiveId(id);
    objective.flow = flow;
    objective.metric = metric;
    objective.atLeast = atLeast;
    objective.windowDays = days;
    design.objectives.append(std::move(objective));
}

Estimate keptOf(const SimulationResult& result, const std::string& id) {
    for (const PeriodFigure& period : result.periods)
        if (period.objective == id) return period.kept;
    return Estimate::unknown();
}

SimulationResult run(const Design& design, double years = 0) {
    sim::FailureRunOptions options;
    options.precision = 0.01;
    options.maxEvents = 2'000'000;
    options.years = years;
    auto result = sim::runFailures(design, options);
    if (!result) qFatal("%s", describe(result.error()).c_str());
    return std::move(*result);
}

} // namespace

class TestFailurePeriods : public QObject {
    Q_OBJECT
private slots:
    void aCounterCutsAtTheBorders() {
        sim::PeriodCounter counter;
        counter.start({0, false, 10, 2});
        counter.lose(1, 3, 1);     // 2 of the first: allowed
        counter.lose(18, 22.5, 1); // 2 and 2.5: the third is missed
        counter.lose(40, 50, 0.2); // 2 of the fifth, in small parts of an outage that ends with it
        counter.lose(50, 50, 1);
        counter.lose(75, 99, 0.5); // 2.5, 5, 4.5
        counter.lose(100, 101, 1);
        QCOMPARE(counter.missed(10), std::uint64_t(4));
    }

    void anOutageOverManyPeriods() {
        sim::PeriodCounter counter;
        counter.start({0, false, 0.1, 0.01}); // borders that are rounded
        counter.lose(0.05, 999.95, 1);
        QCOMPARE(counter.missed(10000), std::uint64_t(10000));
        counter.start({0, false, 10, 2});
        counter.lose(95, 99, 1); // an incomplete one does not count
        QCOMPARE(counter.missed(9), std::uint64_t(0));
    }

    void oneServer() {
        DesignMaker maker;
        maker.client("c", 100).server("s", "", 1000);
        maker.link("c", "s").fails("s", FailureEffect::crash, 500, 0.8);
        Design design = maker.design();
        want(design, "month", "design", "availability_time", 0.999, 30);
        want(design, "week", "c", "availability_requests", 0.99, 7);
        want(design, "clean", "c", "availability_time", 1, 7);
        want(design, "year", "c", "availability_time", 0.998, 365);
        const SimulationResult result = run(design);
        const auto verify = [&](const char* id, double exact) {
            const Estimate kept = keptOf(result, id);
            QVERIFY2(kept.value && kept.samples > 1000, id);
            QVERIFY2(covers(kept, exact), qPrintable(QString("%1: %2 in %3 to %4, exactly %5")
                                                         .arg(id)
                                                         .arg(*kept.value)
                                                         .arg(kept.ci95->low)
                                                         .arg(kept.ci95->high)
                                                         .arg(exact)));
            QVERIFY(kept.ci95->high - kept.ci95->low < 0.05);
        };
        verify("month", keeps(0.72, 720, 500, 0.8));
        verify("week", keeps(1.68, 168, 500, 0.8));
        verify("clean", 500 / 500.8 * std::exp(-168.0 / 500));
        verify("year", keeps(0.002 * 8760, 8760, 500, 0.8));
    }

    // Half of the answers are wrong: half a loss each second, and none of the time.
    void aShareOfTheRequests() {
        DesignMaker maker;
        maker.client("c", 100).server("s", "", 1000);
        maker.link("c", "s").fails("s", FailureEffect::errors, 500, 2, 0.5);
        Design design = maker.design();
        want(design, "requests", "design", "availability_requests", 0.999, 30);
        const SimulationResult result = run(design);
        QVERIFY(covers(keptOf(result, "requests"), keeps(2 * 0.72, 720, 500, 2)));
    }

    void whatCannotBeCountedIsUnknown() {
        DesignMaker maker;
        maker.client("c", 100).server("s", "", 1000);
        maker.link("c", "s").fails("s", FailureEffect::crash, 500, 0.8);
        Design design = maker.design();
        want(design, "long", "design", "availability_time", 0.999, 5 * 365);
        QVERIFY(!keptOf(run(design, 4), "long").value);
        QVERIFY(keptOf(run(design, 5), "long").value.has_value());
        want(design, "good", "design", "availability_good", 0.999, 30);
        QVERIFY(!keptOf(run(design), "good").value);
    }
};

ALWAYSON_TEST_MAIN(TestFailurePeriods, test_failure_periods)
#include "test_failure_periods.moc"
