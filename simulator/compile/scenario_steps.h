#pragma once
// The events of a scenario as steps of a model.

#include "core/base/result.h"
#include "simulator/compile/model.h"

namespace alwayson::sim {

// Adds the scenario's steps, in order of time. The model must have its components. A failure mode that an
// event names by its effect and the component lacks is added to the component. Errors (invalidInput):
// "simulate.event", with the scenario, the event and the cure named. O(events x (nodes + modes)).
Status addScenario(Model& model, const Design& design, const Scenario& scenario);

} // namespace alwayson::sim
