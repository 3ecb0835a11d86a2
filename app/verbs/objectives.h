#pragma once
// Objectives against results: met, missed or undecided, with a sentence that says by how much.

#include "core/model/entities.h"
#include "core/results/check_report.h"
#include "core/results/simulation_result.h"

#include <optional>
#include <string>

namespace alwayson::verbs {

// Is the figure on the right side of the target? Decided by its interval where it has one: nullopt when that
// straddles the target, when the figure is unknown, or when it is a lower bound that may turn out too high.
std::optional<bool> isMet(const Objective& objective, const Estimate& figure);

// ObjectiveResult::budgetUsed in words: "0.42 %", "less than 0.001 %", "nothing".
std::string budgetWords(double used);

// Latencies and good answers: what only requests tell, and no time up.
bool isOfRequests(std::string_view metric);

// What a check knows about the objective's metric; unknown for a metric that only a run can count. The share
// of time in which a flow is up stands in for the share of requests that succeed, which needs a run; of good
// requests it is multiplied by their share in normal operation: the note says so. A latency is that of the
// objective's own flow. `latencyP99Ms`, of all flows together, serves where the report has none.
Estimate figureOf(const Objective& objective, const CheckReport& report, const Estimate& latencyP99Ms);

// met is decided by the interval where there is one: missed only when all of it is on the wrong side,
// undecided when it straddles the target or when this run did not compute the figure. `result` must have its
// flows and cost.
ObjectiveResult judge(const Objective& objective, const SimulationResult& result);

// By what a check knows; where a figure stands in for the wanted one, the sentence says so.
ObjectiveResult judge(const Objective& objective, const CheckReport& report);

} // namespace alwayson::verbs
