#pragma once
#include "core/catalogue/catalogue.h"
#include "core/io/project_file.h"
#include "core/structure/state_function.h"
#include "simulator/run/failure_run.h"
#include "tests/support/test_support.h"

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
