#pragma once
// The series of a run as lines of a chart. Pure: values in, lines out.

#include "app/gui/charts/chart_view.h"

#include <vector>

namespace alwayson {
struct Design;
struct SimulationResult;
} // namespace alwayson

namespace alwayson::gui {

// p99 and p50 in ms, of the whole design where it has a series of its own, else of each flow; broken where
// nobody was answered.
std::vector<ChartSeries> latencyLines(const Design& design, const SimulationResult& result);
// "nothing served" where no flow had an answer though something was asked; "not served: order" where more of
// a flow's requests failed than its client puts up with.
std::vector<ChartBand> unservedBands(const Design& design, const SimulationResult& result);
// Failed requests a second of each flow.
std::vector<ChartSeries> errorSeries(const Design& design, const SimulationResult& result);
// Busy workers of each node that was busy at all, in percent.
std::vector<ChartSeries> loadSeries(const Design& design, const SimulationResult& result);

} // namespace alwayson::gui
