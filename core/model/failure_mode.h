#pragma once
#include "core/model/value.h"

#include <cstdint>
#include <optional>

namespace alwayson {

// What a failure does to those who call the thing (2-model, Failure modes).
enum class FailureEffect : std::uint8_t {
    crash,    // connection refused: callers know at once; requests in service are reset
    hang,     // the kernel accepts, the process is silent: callers wait for the answer
    gone,     // packets vanish: callers wait for the connection
    slow,     // service times multiplied by slowFactor
    errors,   // errorShare of answers are failures
    dataLoss, // its copy is gone and must be rebuilt
    cutOff,   // alive but unreachable
    outage,   // of a domain: every member is down (as gone)
    isolation // of a domain: its members run on, but nothing crosses its border
};
std::string_view
toString(FailureEffect effect); // "crash", ..., "data_loss", "cut_off", "outage", "isolation"
bool effectFromString(std::string_view name, FailureEffect& effect);
// Nothing comes back, not even a refusal: who calls the thing waits until its own patience ends.
constexpr bool isSilent(FailureEffect effect) {
    return effect == FailureEffect::hang || effect == FailureEffect::gone ||
           effect == FailureEffect::cutOff || effect == FailureEffect::outage ||
           effect == FailureEffect::isolation;
}

enum class RepairedBy : std::uint8_t {
    restart, // by itself after the repair time; nobody is needed
    crew     // by people, who may be busy when the node or its group has a crew
};
std::string_view toString(RepairedBy by); // "restart", "crew"
bool repairedByFromString(std::string_view name, RepairedBy& by);

// One entry of "failure_modes" on a node or domain. It edits the catalogue's mode with the same id (fields
// that are not given keep their default), adds a mode when the catalogue has none, or removes it.
struct FailureMode {
    std::string id;
    bool removed = false;
    std::optional<std::string> title;
    std::optional<FailureEffect> effect;
    std::optional<Distribution> timeToFailure; // JSON "mttf_h" (exponential) or "time_to_failure" {dist}
    std::optional<Distribution> repair;        // JSON "mttr_h" (exponential) or "repair" {dist}
    std::optional<double> slowFactor;          // > 1, effect slow
    std::optional<double> errorShare;          // 0..1, effect errors
    std::optional<bool> resumes; // effect hang: work goes on after repair (freeze) or is lost (restart)
    std::optional<RepairedBy> repairedBy;   // "repaired_by"
    std::optional<double> restartCoverage;  // "restart_coverage": 0..1, chance that a restart ends it
    std::optional<Distribution> crewRepair; // "crew_repair": what people need when the restart did not work
    UnknownFields unknown;
    friend bool operator==(const FailureMode&, const FailureMode&) = default;
};

} // namespace alwayson
