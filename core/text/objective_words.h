#pragma once
// Objectives have no names: sentences say what one wants.

#include "core/model/design.h"

#include <string>

namespace alwayson {

// "at least 99.95 % of the requests of Shoppers succeed", "latency p99 of Shoppers is at most 300 ms",
// "shop-db serves again within 30 s in 95 % of its failures", "the cost is at most $6000 a month"; over
// periods: "..., in periods of 30 days". O(1).
std::string describe(const Design& design, const Objective& objective);

} // namespace alwayson
