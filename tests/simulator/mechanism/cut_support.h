#pragma once
// Small designs for scenarios with cuts and roles, as text, and what came out.

#include "core/io/project_file.h"
#include "simulator/run/request_run.h"
#include "tests/support/test_support.h"

#include <stdexcept>

namespace alwayson::test::scenario {

inline std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts)
        text += (text.empty() ? "" : ",") + part;
    return text;
}

inline std::string node(const std::string& id, const std::string& kind, const std::string& parameters = {},
                        const std::string& more = {}) {
    return R"({"id":")" + id + R"(","kind":")" + kind + "\"" + (more.empty() ? "" : "," + more) +
           R"(,"default_failure_modes":false,"parameters":{)" + parameters + "}}";
}

inline std::string calls(const std::string& from, const std::string& to, const std::string& parameters = {}) {
    static int number = 0;
    return R"({"id":"l)" + std::to_string(++number) + R"(","from":")" + from + R"(","to":")" + to +
           R"(","parameters":{)" + parameters + "}}";
}

inline std::string at(double seconds, const std::string& action, const std::string& what,
                      const std::string& more = {}) {
    char when[32];
    std::snprintf(when, sizeof when, "%.9g", seconds);
    return R"({"at_s":)" + std::string(when) + R"(,"do":")" + action + R"(","what":")" + what + "\"" +
           (more.empty() ? "" : "," + more) + "}";
}

struct Parts {
    std::vector<std::string> nodes, links, groups, domains, events;
    double seconds = 60;
    bool background = false; // nodes and places fail by themselves as well
};

// moc stumbles over raw strings: designs in tests are written with ' for ".
inline std::string quoted(std::string text) {
    for (char& c : text)
        if (c == '\'') c = '"';
    return text;
}

inline Design designOf(const Parts& parts) {
    const std::string text =
        quoted(R"({"format":"alwayson-design","version":1,"catalogue":1,"name":"t","nodes":[)" +
               joined(parts.nodes) + R"(],"links":[)" + joined(parts.links) + R"(],"groups":[)" +
               joined(parts.groups) + R"(],"domains":[)" + joined(parts.domains) +
               R"(],"scenarios":[{"id":"x","duration_s":)" + std::to_string(parts.seconds) +
               (parts.background ? R"(,"background_failures":true)" : "") + R"(,"events":[)" +
               joined(parts.events) + "]}]}");
    const auto loaded = parseDesign(text, "t");
    if (!loaded) throw std::runtime_error(describe(loaded.error()));
    for (const LoadWarning& warning : loaded->warnings)
        throw std::runtime_error(warning.message);
    return loaded->design;
}

inline SimulationResult run(const Parts& parts, std::uint64_t seed = 1) {
    const Design design = designOf(parts);
    sim::RequestRunOptions options;
    options.scenario = &design.scenarios.at(0);
    options.warmupS = 0;
    options.seed = seed;
    auto result = sim::runRequests(design, options, {}, {});
    if (!result) throw std::runtime_error(describe(result.error()));
    return std::move(result).value();
}

inline const FlowResult& flowOf(const SimulationResult& result, const std::string& id) {
    for (const FlowResult& flow : result.flows)
        if (flow.flow == id) return flow;
    throw std::runtime_error("no flow " + id);
}

inline std::uint64_t failedBy(const SimulationResult& result, const std::string& flow,
                              const std::string& cause) {
    const auto& failed = flowOf(result, flow).requests.failed;
    const auto found = failed.find(cause);
    return found == failed.end() ? 0 : found->second;
}

inline const NodeResult& nodeOf(const SimulationResult& result, const std::string& id) {
    for (const NodeResult& entry : result.nodes)
        if (entry.id == id) return entry;
    throw std::runtime_error("no node " + id);
}

// Failures and successes of the requests that ended in [from, to).
struct Ended {
    std::uint64_t succeeded = 0, failed = 0;
};
inline Ended ended(const SimulationResult& result, const std::string& id, double from, double to) {
    Ended sum;
    for (const NamedSeries& series : result.series) {
        if (series.id != id) continue;
        for (const SeriesPoint& point : series.points)
            if (point.atS - series.stepS >= from - 1e-9 && point.atS <= to + 1e-9) {
                sum.succeeded += point.succeeded;
                sum.failed += point.failed;
            }
    }
    return sum;
}

// When the log first tells of it, at or after `from`; -1: never.
inline double told(const SimulationResult& result, const std::string& kind, const std::string& words,
                   double from = 0) {
    for (const RunEvent& event : result.events)
        if (event.kind == kind && event.atS >= from && event.text.find(words) != std::string::npos)
            return event.atS;
    return -1;
}

inline std::string log(const SimulationResult& result) {
    std::string text;
    for (const RunEvent& event : result.events)
        text += std::to_string(event.atS) + " " + event.kind + ": " + event.text + "\n";
    return text;
}

} // namespace alwayson::test::scenario
