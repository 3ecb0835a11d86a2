#pragma once
// Objectives over periods (Objective::windowDays): "99.9 % in 30 days" is met when nearly all periods of 30
// days keep it, not when the mean over all time does.

#include "core/model/entities.h"

namespace alwayson {

// The share of periods that have to keep such an objective.
inline constexpr double kPeriodsWanted = 0.95;

// Whether failure runs count periods for it: a least share of time or of requests, of a flow.
inline bool isJudgedByPeriods(const Objective& objective) {
    return objective.windowDays && objective.atLeast && objective.of.empty() &&
           (objective.metric == "availability_time" || objective.metric == "availability_requests");
}

} // namespace alwayson
