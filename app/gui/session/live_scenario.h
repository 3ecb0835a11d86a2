#pragma once
// The scenario that kill and heal write into while a run plays. It belongs to the run, not to the design.

#include "core/model/design.h"

namespace alwayson::gui::live {

// What the run is recorded as: a copy of the scenario that was started (base; "" or an unknown one: none, for
// 300 s), so that the past of the run stays what it was and a named scenario is never changed by a click.
Scenario begun(const Design& design, const std::string& base);
// Keeps the events in order of time.
void add(Scenario& live, ScenarioEvent event);
// Without the events of things that the design no longer has.
Scenario fitting(const Design& design, Scenario live);
// The design with the scenario in it, for the engine only. Its id, which nothing else there has, comes back
// in `id`.
Design withScenario(const Design& design, Scenario live, std::string& id);

// "Kill web1, heal web1": what it could be called.
std::string suggestedName(const Design& design, const Scenario& live);
// As a scenario of the design, with an id of its own.
Scenario named(const Design& design, Scenario live, const std::string& name);

// Whole milliseconds, so that files stay readable.
double roundedTime(double atS);

inline constexpr double kSeconds = 300; // of a run without a scenario

} // namespace alwayson::gui::live
