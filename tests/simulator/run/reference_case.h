#pragma once
// Reference designs below tests/data/reference, run as the program runs them.

#include "core/io/project_file.h"
#include "simulator/run/request_run.h"
#include "tests/support/test_support.h"

#include <stdexcept>

namespace alwayson::test::requests {

inline Design referenceDesign(const std::string& name) {
    const auto loaded = loadDesign(std::string(ALWAYSON_TEST_DATA) + "/reference/" + name + ".aon.json");
    if (!loaded) throw std::runtime_error(describe(loaded.error()));
    if (!loaded->warnings.empty()) throw std::runtime_error(name + ": " + loaded->warnings.front().message);
    return loaded->design;
}

inline SimulationResult runReference(const Design& design, sim::RequestRunOptions options,
                                     std::uint64_t replications = 1, unsigned threads = 1) {
    if (!design.scenarios.empty()) options.scenario = &design.scenarios.at(0);
    auto result = sim::runRequestsReplicated(design, options, replications, threads);
    if (!result) throw std::runtime_error(describe(result.error()));
    return std::move(result).value();
}

inline const FlowResult& designFlow(const SimulationResult& result) {
    return result.flows.back();
}

inline const NodeResult& nodeOf(const SimulationResult& result, const std::string& id) {
    for (const NodeResult& node : result.nodes)
        if (node.id == id) return node;
    throw std::runtime_error("no node " + id);
}

inline bool within(double value, double wanted, double relative) {
    return std::abs(value - wanted) <= relative * std::abs(wanted);
}

} // namespace alwayson::test::requests
