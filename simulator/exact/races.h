#pragma once
// Chains know exponential times only. What a group does after a failure is a race: the take-over, or a human,
// against the repair of what failed. With the means of their laws alone the race takes another time than the
// real one (a restart of a minute against a human who needs half an hour).

#include "core/structure/failover_plan.h"

#include <cstddef>
#include <vector>

namespace alwayson {
struct ResolvedFailureMode;
}

namespace alwayson::sim {

// Times of which each is as likely as the others, in seconds, ascending. O(n quantiles).
std::vector<double> equallyLikely(const DistributionShape& shape);

// Mean of the earlier of two independent times; `later` is added to each of b. O(a + b).
double meanOfEarlier(const std::vector<double>& a, const std::vector<double>& b, double later);

// The rate per hour of an exponential time whose race with the exponential times of the repair takes as long
// on average as the real race. `times`: equally likely ones of the take-over; `responseS`: until people come,
// for repairs that need them. 0: the repair is always first.
double raceRate(const std::vector<double>& times, const ResolvedFailureMode& mode, double responseS);

// How likely an outage of a place lasts until those who watch its group notice it: mean over so many spread
// draws of the law of detection.
double chanceOfNotice(const FailoverPlan& plan, const ResolvedFailureMode& outage, std::size_t draws);

} // namespace alwayson::sim
