#pragma once
// The rare events of a run in words, and what was measured on them.

#include "simulator/run/request_data.h"

#include <span>

namespace alwayson::sim {

// "lb1 marks web2 down, 4.7 s after the crash"
RunEvent describeEntry(const Model& model, const LogEntry& entry, double originS);
// Detection times by node and mode, "back" for the way up; over all runs.
std::vector<Recovery> makeRecovery(const Model& model, std::span<const RunData> runs);
// What the engine leaves out, as sentences, for the mechanisms that this design uses.
std::vector<std::string> makeAssumptions(const Model& model);

} // namespace alwayson::sim
