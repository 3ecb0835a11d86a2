#include "app/gui/session/live_scenario.h"

#include "core/base/ids.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string>

namespace alwayson::gui::live {

namespace {

constexpr const char* kId = "live";
constexpr std::size_t kMostNamed = 3;

std::string label(const Design& design, const ScenarioEvent& event) {
    std::string name = event.what;
    if (const Node* node = design.nodes.find(event.what))
        name = node->displayName();
    else if (const Domain* domain = design.domains.find(event.what))
        name = domain->displayName();
    else if (const Group* group = design.groups.find(event.what))
        name = group->displayName();
    if (event.action == "repair") return "heal " + name;
    if (event.action == "fail") return "kill " + name;
    if (event.action == "isolate") return "cut off " + name;
    if (event.action == "heal") return "reconnect " + name;
    if (event.action == "deploy") return "deploy to " + name;
    return event.action + " " + name;
}

std::string freshScenario(const Design& design, const std::string& base) {
    std::string id = base;
    for (int number = 2; design.scenarios.contains(id) || design.hasId(id); ++number)
        id = base + "-" + std::to_string(number);
    return id;
}

} // namespace

double roundedTime(double atS) {
    return std::round(atS * 1000) / 1000;
}

Scenario begun(const Design& design, const std::string& base) {
    Scenario live;
    live.duration = Duration::seconds(kSeconds);
    if (const Scenario* scenario = design.scenarios.find(base)) live = *scenario;
    live.id = ScenarioId(kId);
    return live;
}

void add(Scenario& live, ScenarioEvent event) {
    live.events.push_back(std::move(event));
    std::stable_sort(live.events.begin(), live.events.end(),
                     [](const ScenarioEvent& a, const ScenarioEvent& b) { return a.at < b.at; });
}

Scenario fitting(const Design& design, Scenario live) {
    std::erase_if(live.events, [&](const ScenarioEvent& event) {
        return !design.nodes.contains(event.what) && !design.domains.contains(event.what) &&
               !design.groups.contains(event.what);
    });
    return live;
}

Design withScenario(const Design& design, Scenario live, std::string& id) {
    Design copy = design;
    id = freshScenario(design, kId);
    live.id = ScenarioId(id);
    copy.scenarios.append(std::move(live));
    return copy;
}

std::string suggestedName(const Design& design, const Scenario& live) {
    std::string name;
    for (std::size_t i = 0; i < live.events.size() && i < kMostNamed; ++i)
        name += (i == 0 ? "" : ", ") + label(design, live.events[i]);
    if (live.events.size() > kMostNamed) name += " and more";
    if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
    return name;
}

Scenario named(const Design& design, Scenario live, const std::string& name) {
    const std::string id = slugId(name);
    live.id = ScenarioId(freshScenario(design, id.empty() ? "scenario" : id));
    live.name = name;
    return live;
}

} // namespace alwayson::gui::live
