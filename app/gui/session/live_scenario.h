#pragma once
// The scenario that kill and heal write into while a run plays.

#include "core/edit/operation.h"
#include "core/model/design.h"

namespace alwayson::gui::live {

inline constexpr const char* kId = "live";

// Adds the event to the live scenario. When another scenario (base; "" for none) is being played, the live
// one first becomes a copy of it, so that the past of the run stays what it was and a named scenario is never
// changed by a click.
Operation withEvent(const Design& design, const std::string& base, const ScenarioEvent& event);
// The live scenario without its events; an empty batch when there is none.
Operation cleared(const Design& design);
// Whole milliseconds, so that files stay readable.
double roundedTime(double atS);

} // namespace alwayson::gui::live
