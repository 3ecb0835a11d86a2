#include "app/gui/session/live_scenario.h"

#include "core/model/codec.h"

#include <algorithm>
#include <cmath>

namespace alwayson::gui::live {

namespace {

std::string label(const Design& design, const ScenarioEvent& event) {
    std::string name = event.what;
    if (const Node* node = design.nodes.find(event.what))
        name = node->displayName();
    else if (const Domain* domain = design.domains.find(event.what))
        name = domain->displayName();
    return (event.action == "repair" ? "Heal " : "Kill ") + name;
}

} // namespace

double roundedTime(double atS) {
    return std::round(atS * 1000) / 1000;
}

Operation withEvent(const Design& design, const std::string& base, const ScenarioEvent& event) {
    const Scenario* existing = design.scenarios.find(kId);
    const Scenario* source = base.empty() || base == kId ? existing : design.scenarios.find(base);
    Scenario scenario;
    if (source != nullptr) scenario = *source;
    scenario.id = ScenarioId(kId);
    scenario.name = "Live";
    scenario.events.push_back(event);
    std::stable_sort(scenario.events.begin(), scenario.events.end(),
                     [](const ScenarioEvent& a, const ScenarioEvent& b) { return a.at < b.at; });
    const std::string text = label(design, event);
    if (existing == nullptr) return operation::batch(text, {operation::insertScenario(scenario)});
    if (source == existing)
        return operation::set(Collection::scenarios, kId, "/events", toJson(scenario).at("events"), text);
    Operation remove;
    remove.type = Operation::Type::remove;
    remove.collection = Collection::scenarios;
    remove.id = kId;
    Operation insert = operation::insertScenario(scenario);
    insert.at = design.scenarios.indexOf(kId);
    return operation::batch(text, {remove, insert});
}

Operation cleared(const Design& design) {
    if (!design.scenarios.contains(kId)) return operation::batch("Clear live events", {});
    return operation::set(Collection::scenarios, kId, "/events", Json::array(), "Clear live events");
}

} // namespace alwayson::gui::live
