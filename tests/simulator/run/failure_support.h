#pragma once
#include "core/catalogue/catalogue.h"
#include "core/io/project_file.h"
#include "core/structure/state_function.h"
#include "simulator/run/failure_run.h"
#include "tests/support/test_support.h"

#include <cmath>
#include <string>
#include <vector>

namespace alwayson::test {

inline Design referenceDesign(const std::string& row) {
    const auto loaded =
        loadDesign(std::string(ALWAYSON_TEST_DATA) + "/reference/failure/" + row + ".aon.json");
    if (!loaded) qFatal("%s", describe(loaded.error()).c_str());
    return loaded->design;
}

inline const FlowResult& flowOf(const SimulationResult& result, const std::string& id) {
    for (const FlowResult& flow : result.flows)
        if (flow.flow == id) return flow;
    qFatal("no flow %s", id.c_str());
}

inline bool covers(const Estimate& estimate, double value) {
    return estimate.ci95 && estimate.ci95->low <= value && value <= estimate.ci95->high;
}

inline bool longForm() {
    return qEnvironmentVariableIntValue("ALWAYSON_LONG") != 0;
}

// Runs of many seeds against the exact unavailability of the whole design: nearly 95 of 100 intervals hold
// it, and the mean of the runs is within four of its standard errors. ALWAYSON_LONG=1: 1000 seeds instead of
// 200.
inline void verifyCoverage(const char* name, const Design& design, double unavailability,
                           std::uint64_t maxEvents) {
    const int seeds = longForm() ? 1000 : 200;
    int covered = 0;
    double down = 0, spread = 0;
    for (int seed = 1; seed <= seeds; ++seed) {
        sim::FailureRunOptions options;
        options.seed = static_cast<std::uint64_t>(seed);
        options.precision = 1e-4;
        options.maxEvents = maxEvents;
        options.threads = 1;
        const auto result = sim::runFailures(design, options);
        QVERIFY2(result.ok(), result ? "" : result.error().message.c_str());
        const Estimate& a = flowOf(*result, "design").availabilityTime;
        covered += covers(a, 1 - unavailability);
        down += 1 - *a.value;
        spread += std::pow(1 - *a.value - unavailability, 2);
    }
    const double relative = down / seeds / unavailability;
    qInfo("%s: %d of %d intervals cover, mean %.4f of the exact", name, covered, seeds, relative);
    QVERIFY(covered >= (longForm() ? 929 : 180) && covered <= (longForm() ? 971 : 198));
    QVERIFY(std::fabs(relative - 1) < 4 * std::sqrt(spread) / seeds / unavailability);
}

// Share of time that all flows are up, by summing over every state: for designs of a few parts.
inline double bruteForceAvailability(const Design& design) {
    const auto function = StateFunction::compile(design);
    if (!function) qFatal("%s", describe(function.error()).c_str());
    const auto& parts = function->components();
    std::vector<ComponentState> state(parts.size(), 0);
    std::vector<std::uint8_t> up(function->flows().size());
    const auto scratch = function->makeScratch();
    double available = 0;
    for (;;) {
        double p = 1;
        for (std::size_t c = 0; c < parts.size(); ++c)
            p *= state[c] == 0 ? parts[c].availability() : parts[c].modeProbability(state[c] - 1U);
        if (function->evaluateUp(state.data(), nullptr, up.data(), *scratch)) available += p;
        std::size_t c = 0;
        while (c < parts.size() && state[c] == parts[c].modes.size())
            state[c++] = 0;
        if (c == parts.size()) return available;
        ++state[c];
    }
}

} // namespace alwayson::test
