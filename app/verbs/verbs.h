#pragma once
// The joint verbs of window and command line: design + options -> result. No Qt, no output to the terminal.

#include "core/base/result.h"
#include "core/model/codec.h"
#include "core/model/design.h"
#include "core/results/check_report.h"
#include "core/results/simulation_result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace alwayson::verbs {

// ---- files
// -------------------------------------------------------------------------------------------------------
struct Opened {
    Design design;
    std::vector<LoadWarning> warnings;
};
Result<Opened> open(const std::filesystem::path& file);
Status save(const Design& design, const std::filesystem::path& file);

struct TemplateInfo {
    std::string id, title, description;
};
std::vector<TemplateInfo> templates();
Result<Design> newFromTemplate(std::string_view id);

// ---- check
// -------------------------------------------------------------------------------------------------------
// Validation, structure, availability, cost. Pure; may be stopped (then: cancelled).
Result<CheckReport> check(const Design& design, std::stop_token stop = {});
// And what the window's strip shows beside: the p99 latency of 20 minutes of normal operation where no
// formula gives it (seed 1, a second or two of work), and the objectives judged by these figures.
Result<CheckReport> checkWithRun(const Design& design, std::stop_token stop = {});

// ---- simulate
// ----------------------------------------------------------------------------------------------------
enum class Mode : std::uint8_t { automatic, exact, availability, requests };

struct Progress {
    double share = 0;     // 0..1 of the expected work
    std::string sentence; // "12 300 of about 40 000 outages; availability 99.983 % +- 0.002"
};

struct SimulateOptions {
    Mode mode = Mode::automatic;
    std::string scenario; // id of a scenario of the design; "" without (then requests mode runs duration)
    double years = 0;     // availability: simulated years per replication; 0: until precise enough
    double durationS = 0; // requests without a scenario; 0: default
    std::uint64_t replications = 0; // 0: chosen
    // Relative half width wanted of the unavailability, above 0 and up to 1. Unset: 5 %, without a promise; a
    // precision that is given and not reached makes the result partial. Not looked at with years or
    // replications.
    std::optional<double> precision;
    std::uint64_t seed = 1;
    unsigned threads = 0;   // 0: all cores
    double budgetS = 10;    // seconds of work on one core, about; decides the number of rounds
    std::string designFile; // as the user named it, for SimulationResult::reproduce
    double traceStepS = 0;  // > 0: record a Trace with this step (scenario runs)
    std::function<void(const Progress&)>
        progress; // called from worker threads, at most some 30 times a second
};
// What the options may be; outside: ErrorKind::usage, "simulate.years" and so on.
inline constexpr double kMostYears = 1e7;
inline constexpr double kShortestDurationS = 1e-3, kLongestDurationS = 4e9;
inline constexpr std::uint64_t kMostReplications = 1'000'000, kLargestSeed = (std::uint64_t{1} << 53) - 1;
inline constexpr unsigned kMostThreads = 1024;
Result<SimulationResult> simulate(const Design& design, const SimulateOptions& options,
                                  std::stop_token stop = {});

// ---- export
// ------------------------------------------------------------------------------------------------------
struct ExportedFile {
    std::string path; // inside the folder of the export
    std::string target;
    std::string bytes;
    std::string sha256;
    bool executable = false;
    std::string verifiedBy; // "haproxy 2.6.12", "" when no real tool checked it
    std::string verdict;    // "Configuration file is valid", or the tool's own message
    bool accepted = true;
    std::vector<std::string> notes; // what the target cannot express, ...
};
struct ExportOptions {
    std::string target = "haproxy"; // or "all"
    bool verify = false;            // ask the real tool when it is installed
    bool overwrite = false;         // replace files that are not ours
};
Result<std::vector<ExportedFile>> exportDesign(const Design& design, const ExportOptions& options,
                                               std::stop_token stop = {});
// Writes below folder; refuses to replace files that no manifest of ours lists, unless overwrite.
Status writeExport(const std::vector<ExportedFile>& files, const std::filesystem::path& folder,
                   bool overwrite);
// The paths (of ExportedFile) for which writeExport needs `overwrite`: files there that no manifest of ours
// lists, or that were changed since. Reads the files there.
std::vector<std::string> exportConflicts(const std::vector<ExportedFile>& files,
                                         const std::filesystem::path& folder);

} // namespace alwayson::verbs
