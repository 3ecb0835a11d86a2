#pragma once
// The failure run and the request run of one design whose parts fail by themselves: the time down is the
// same.

#include "simulator/run/failure_run.h"
#include "tests/simulator/mechanism/cut_support.h"

namespace alwayson::test::scenario {

inline double timeDown(const SimulationResult& result) {
    return 1 - *flowOf(result, "design").availabilityTime.value;
}

// Eight runs of 4e5 s; `p` needs a client of one or two requests per second. The 95 % interval of the request
// runs reaches to within 2 % of the failure run's mean from both sides. `down`: that mean; `requests`: the
// runs; both perhaps nullptr.
inline void verifyEnginesAgree(Parts p, double* down = nullptr, SimulationResult* requests = nullptr) {
    p.seconds = 4e5;
    p.background = true;
    const Design design = designOf(p);
    sim::FailureRunOptions years;
    years.precision = 0.01;
    const auto failure = sim::runFailures(design, years);
    QVERIFY(failure.ok());
    const double expected = timeDown(*failure);
    sim::RequestRunOptions options;
    options.scenario = &design.scenarios.at(0);
    const auto runs = sim::runRequestsReplicated(design, options, 8, 2);
    QVERIFY(runs.ok());
    const Estimate& time = flowOf(*runs, "design").availabilityTime;
    QVERIFY2(time.ci95 && 1 - time.ci95->high < expected * 1.02 && 1 - time.ci95->low > expected * 0.98,
             qPrintable(QString("%1 (%2 to %3) against %4")
                            .arg(1 - *time.value)
                            .arg(1 - time.ci95->high)
                            .arg(1 - time.ci95->low)
                            .arg(expected)));
    if (down) *down = expected;
    if (requests) *requests = *runs;
}

} // namespace alwayson::test::scenario
