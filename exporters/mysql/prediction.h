#pragma once
// What a design says about the loss of its source: how long until writes succeed again, and what is lost. The
// laws are those that the engines draw from (core/structure/failover_plan.h).

#include "core/base/json.h"
#include "core/structure/failover_plan.h"
#include "exporters/mysql/plan.h"

#include <string>
#include <vector>

namespace alwayson::exporters::mysql {

struct PredictedLoss {
    std::string_view failure; // "machine gone", "process crash"
    FailoverLaw law;
    // s: what a first commit waits for acknowledgements that the members left cannot give; infinity: for ever
    double firstCommitS = 0;
    PhaseLaw total;  // the law's and firstCommitS
    double p95S = 0; // 95 % of all are over by then; infinity: never
};

// Of one group with its first member as the source.
struct Prediction {
    FailoverPlan plan;
    std::vector<PredictedLoss> losses;
    // Asynchronous: s of writes under way to the member that is furthest ahead. Else 0.
    double lostS = 0;
    double writesPerS = 0; // in normal operation
};

// O(nodes + links), the request rates of the design and some milliseconds of draws.
Prediction predictionOf(const Design& design, const Plan& plan);

// The part of a README, and what a manifest says of it: {"machine_gone": {"min", "mean", "p95", "max"}, ...}
// in seconds, null where it never ends.
std::string shown(const Prediction& prediction, const Plan& plan);
Json asJson(const Prediction& prediction);

} // namespace alwayson::exporters::mysql
