#pragma once
// What happened in a run as marks of the timeline: which of them get words when room is short, and in what
// tone.

#include "app/gui/charts/chart_view.h"
#include "core/model/design.h"
#include "core/results/simulation_result.h"

#include <vector>

namespace alwayson::gui {

// One of many that lead to an event worth a word, or follow from it: no words, and no stop of a jump.
bool isMinor(const RunEvent& event);

// 400 at most. Ranks: what was done to the system; a new source, what is lost; who holds an address or a
// majority; what is over; what belongs to a take-over; what observers see.
std::vector<ChartMark> marksOf(const Design& design, const SimulationResult& result);

} // namespace alwayson::gui
