#pragma once
// What the exporters have planned for a design, together: the guide on top of an export speaks of all of it.

#include "exporters/haproxy/build.h"
#include "exporters/keepalived/build.h"
#include "exporters/mysql/plan.h"

#include <vector>

namespace alwayson::exporters::guide {

// Those that apply to the design.
struct Plans {
    std::vector<haproxy::Built> balancers;
    std::vector<keepalived::Built> pairs; // one for each member
    std::vector<mysql::Plan> sets;
};

} // namespace alwayson::exporters::guide
