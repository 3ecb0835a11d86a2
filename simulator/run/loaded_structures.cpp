#include "simulator/run/loaded_structures.h"

#include "core/catalogue/keys.h"
#include "core/graph/client_rate.h"

#include <algorithm>
#include <cmath>

namespace alwayson::sim {

namespace {

Design withLoads(Design design, const Model& model, const std::vector<double>& factors) {
    for (std::size_t i = 0; i < factors.size(); ++i) {
        if (factors[i] == 1) continue;
        const std::size_t at = design.nodes.indexOf(model.nodes[model.clients[i].node].id);
        Node client = design.nodes.at(at);
        if (hasUsers(client))
            client.parameters[std::string(key::client::users.id)] =
                std::round(factors[i] * static_cast<double>(get(client.parameters, key::client::users)));
        else
            client.parameters[std::string(key::client::rate.id)] =
                factors[i] * get(client.parameters, key::client::rate).perSecond();
        design.nodes.replace(at, std::move(client));
    }
    return design;
}

} // namespace

Result<LoadedStructures> LoadedStructures::compile(const Design& design, const Model& model) {
    LoadedStructures all;
    const auto add = [&](const std::vector<double>& factors) -> Status {
        if (std::find(all.m_factors.begin(), all.m_factors.end(), factors) != all.m_factors.end())
            return success();
        Result<StateFunction> structure = StateFunction::compile(withLoads(design, model, factors));
        if (!structure) return structure.error();
        all.m_factors.push_back(factors);
        all.m_structures.push_back(std::make_shared<const StateFunction>(std::move(structure).value()));
        return success();
    };
    std::vector<double> factors(model.clients.size(), 1);
    if (Status status = add(factors); !status) return status.error();
    for (const ScenarioStep& step : model.steps) {
        if (step.action != ScenarioAction::load) continue;
        factors[model.nodes[step.component].sub] = step.loadFactor;
        if (Status status = add(factors); !status) return status.error();
    }
    return all;
}

const StateFunction& LoadedStructures::at(std::span<const double> factors) const {
    for (std::size_t i = 0; i < m_factors.size(); ++i)
        if (std::equal(factors.begin(), factors.end(), m_factors[i].begin(), m_factors[i].end()))
            return *m_structures[i];
    return *m_structures.front();
}

} // namespace alwayson::sim
