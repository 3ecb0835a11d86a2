#pragma once
// The monthly bill of a design (a month of 730 h): machines and traffic, everything up, without retries.

#include "core/graph/static_load.h"
#include "core/results/check_report.h"

namespace alwayson {

// Machines: price_usd_per_h when given, else the book's price of deploy.instance_type, else the book's
// machine for the kind. Nodes on one host without a price or an instance type of their own are one machine: the
// dearest is billed, the others' items are 0. Traffic: bytes between zones (billed to both sides; a node in no
// zone counts as in another zone than those in one), between regions (once), and out to clients and services
// that lie in no place (tiers of the whole design). What has no price has an item
// without a figure and makes the total "at least". Items: nodes in design order, then traffic by link, then
// egress.
Cost monthlyCost(const Design& design, const StaticLoad& load);
Cost monthlyCost(const Design& design);

} // namespace alwayson
