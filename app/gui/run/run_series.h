#pragma once
// The series of a run as lines of a chart. Pure: values in, lines out.

#include "app/gui/charts/chart_view.h"

#include <vector>

namespace alwayson {
struct Design;
struct SimulationResult;
} // namespace alwayson

namespace alwayson::gui {

struct LatencyLines {
    std::vector<ChartSeries> lines; // broken where nobody was answered
    std::vector<ChartBand> unserved;
};
// p99 and p50 in ms, of the whole design where it has a series of its own, else of each flow. A band is where
// none of what is shown had an answer though something was asked.
LatencyLines latencyLines(const Design& design, const SimulationResult& result);
// Failed requests a second of each flow.
std::vector<ChartSeries> errorSeries(const Design& design, const SimulationResult& result);
// Busy workers of each node that was busy at all, in percent.
std::vector<ChartSeries> loadSeries(const Design& design, const SimulationResult& result);

} // namespace alwayson::gui
