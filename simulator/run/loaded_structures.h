#pragma once
// The structure under the loads that a scenario brings: what can be carried is judged by the load of that
// time.

#include "core/model/design.h"
#include "core/structure/state_function.h"
#include "simulator/compile/model.h"

#include <memory>
#include <span>
#include <vector>

namespace alwayson::sim {

class LoadedStructures {
public:
    // One structure for each set of loads that the load events of the model's scenario lead to, one after the
    // other. All have the same flows, components, views and groups. Some milliseconds for each.
    static Result<LoadedStructures> compile(const Design& design, const Model& model);

    const std::shared_ptr<const StateFunction>& asDesigned() const { return m_structures.front(); }
    // `factors`: of the clients' load, in the order of Model::clients. The design's own where no event leads
    // to them.
    const StateFunction& at(std::span<const double> factors) const;

private:
    std::vector<std::vector<double>> m_factors;
    std::vector<std::shared_ptr<const StateFunction>> m_structures;
};

} // namespace alwayson::sim
