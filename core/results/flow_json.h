#pragma once
// Between the JSON writers of results only: one flow of a check, also found under "exact" in a simulation
// result.

#include "core/base/json_fwd.h"
#include "core/results/check_report.h"

namespace alwayson {

Json flowAvailabilityJson(const FlowAvailability& flow);

} // namespace alwayson
