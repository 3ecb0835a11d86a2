#include "simulator/compile/scenario_steps.h"

#include "core/catalogue/keys.h"
#include "simulator/compile/node_models.h"

#include <algorithm>
#include <fmt/core.h>

namespace alwayson::sim {
namespace {

class Steps {
public:
    Steps(Model& model, const Design& design, const Scenario& scenario)
        : m(model), m_design(design), m_scenario(scenario) {}

    Status add(const ScenarioEvent& event) {
        m_step = {};
        m_step.at = timeOf(event.at);
        const auto known = std::find_if(std::begin(kKnown), std::end(kKnown),
                                        [&](const Known& one) { return event.action == one.action; });
        if (known == std::end(kKnown))
            return refuse(fmt::format("events \"{}\" cannot be simulated", event.action),
                          "Use fail, repair, load, isolate, heal, deploy or promote.");
        if (Status status = (this->*known->add)(event); !status) return status;
        m.steps.push_back(m_step);
        return success();
    }

private:
    struct Known {
        const char* action;
        Status (Steps::*add)(const ScenarioEvent&);
    };
    static const Known kKnown[7];

    Error refuse(const std::string& what, std::string cure) const {
        return {ErrorKind::invalidInput,
                "simulate.event",
                fmt::format("Scenario \"{}\": {}.", m_scenario.displayName(), what),
                std::move(cure),
                {}};
    }

    Index componentOf(const std::string& id) const {
        if (const std::size_t at = m_design.nodes.indexOf(id); at != Table<Node>::npos)
            return static_cast<Index>(at);
        if (const std::size_t at = m_design.domains.indexOf(id); at != Table<Domain>::npos)
            return m.designNodes + static_cast<Index>(at);
        return kNone;
    }

    Status target(const ScenarioEvent& event) {
        m_step.component = componentOf(event.what);
        if (m_step.component != kNone) return success();
        return refuse(fmt::format("no node or place is called \"{}\"", event.what),
                      "Change the event's target to one that exists.");
    }
    bool isClient() const {
        return m_step.component < m.designNodes && m.nodes[m_step.component].role == Role::client;
    }

    // The mode of a fail event: an id or an effect; an effect the component has no mode for is added to it.
    std::optional<std::uint32_t> modeOf(Index component, const std::string& wanted) {
        std::vector<ModelMode>& modes = m.components[component].modes;
        if (wanted.empty() && !modes.empty()) return 0;
        for (std::uint32_t i = 0; i < modes.size(); ++i)
            if (modes[i].id == wanted) return i;
        FailureEffect effect =
            m.components[component].isDomain ? FailureEffect::outage : FailureEffect::crash;
        if (!wanted.empty() && !effectFromString(wanted, effect)) return std::nullopt;
        for (std::uint32_t i = 0; i < modes.size(); ++i)
            if (modes[i].effect == effect) return i;
        ModelMode mode;
        mode.id = mode.title = std::string(toString(effect));
        mode.effect = effect;
        mode.timeToFailure = Sampler(DistributionShape{DistributionFamily::constant, 1e18, 0, 0, {}});
        mode.repair = Sampler(DistributionShape{DistributionFamily::constant, 300, 0, 0, {}});
        mode.slowFactor = 5;
        mode.errorShare = 0.5;
        mode.resumes = true;
        modes.push_back(std::move(mode));
        return static_cast<std::uint32_t>(modes.size() - 1);
    }

    Status addLoad(const ScenarioEvent& event) {
        if (Status status = target(event); !status) return status;
        m_step.action = ScenarioAction::load;
        if (!isClient())
            return refuse(fmt::format("the load of \"{}\" cannot change, it is not a client", event.what),
                          "Choose a client as the target.");
        m_step.loadFactor = get(event.parameters, key::event::load::factor);
        return success();
    }

    Status addRepair(const ScenarioEvent& event) {
        m_step.action = ScenarioAction::repair;
        return target(event);
    }

    Status addFail(const ScenarioEvent& event) {
        if (Status status = target(event); !status) return status;
        if (isClient())
            return refuse(fmt::format("clients such as \"{}\" do not fail", event.what),
                          "Choose a server, a balancer or a place as the target.");
        const auto mode = modeOf(m_step.component, event.mode);
        if (!mode)
            return refuse(fmt::format("\"{}\" has no failure mode \"{}\"", event.what, event.mode),
                          "Use one of its modes, or crash, hang, gone, slow or errors.");
        m_step.mode = *mode;
        if (const auto repair = get(event.parameters, key::event::fail::repairAfter))
            m_step.endsAfter = timeOf(*repair);
        if (const auto factor = get(event.parameters, key::event::fail::slowFactor))
            m_step.slowFactor = *factor;
        if (const auto share = get(event.parameters, key::event::fail::errorShare))
            m_step.errorShare = share->value();
        return success();
    }

    // Whether each side of a cut has a node that is not on the other.
    bool hasTwoSides() const {
        const auto nodesOf = [&](Index component) {
            const Component& entry = m.components[component];
            std::vector<Index> nodes = entry.members;
            if (!entry.isDomain) nodes.push_back(component);
            return nodes;
        };
        const std::vector<Index> inside = nodesOf(m_step.component);
        if (inside.empty() || m_step.other == kNone) return !inside.empty();
        const std::vector<Index> outside = nodesOf(m_step.other);
        return std::any_of(outside.begin(), outside.end(), [&](Index node) {
            return std::find(inside.begin(), inside.end(), node) == inside.end();
        });
    }

    Status addIsolate(const ScenarioEvent& event) {
        using key::event::isolate::Direction;
        if (Status status = target(event); !status) return status;
        m_step.action = ScenarioAction::isolate;
        if (const auto other = get(event.parameters, key::event::isolate::otherSide)) {
            m_step.other = componentOf(*other);
            if (m_step.other == kNone)
                return refuse(
                    fmt::format("\"{}\" is to be cut off from \"{}\", and no node or place is called that",
                                event.what, *other),
                    "Change the other side to one that exists, or leave it empty.");
        }
        if (!hasTwoSides())
            return refuse(
                fmt::format("cutting \"{}\" off{} separates nothing", event.what,
                            m_step.other == kNone ? "" : " from a part of itself"),
                "Choose a node, or a place with nodes in it, and another side that lies outside of it.");
        const Direction direction = get(event.parameters, key::event::isolate::direction);
        m_step.direction = direction == Direction::in    ? CutDirection::in
                           : direction == Direction::out ? CutDirection::out
                                                         : CutDirection::both;
        if (const auto heal = get(event.parameters, key::event::isolate::healAfter))
            m_step.endsAfter = timeOf(*heal);
        return success();
    }

    Status addHeal(const ScenarioEvent& event) {
        m_step.action = ScenarioAction::heal;
        return target(event);
    }

    Status addPromote(const ScenarioEvent& event) {
        if (Status status = target(event); !status) return status;
        const ModelNode* node = m_step.component < m.designNodes ? &m.nodes[m_step.component] : nullptr;
        if (!node || node->role != Role::station || m.stations[node->sub].member == kNone)
            return refuse(
                fmt::format("\"{}\" is in no replication set, so it cannot become its source", event.what),
                "Choose a member of a replication set.");
        m_step.action = ScenarioAction::promote;
        m_step.endsAfter = timeOf(get(event.parameters, key::event::promote::takes));
        return success();
    }

    Status addDeploy(const ScenarioEvent& event) {
        const Group* group = m_design.groups.find(event.what);
        if (!group || !hasMechanism(*group, "deployment"))
            return refuse(fmt::format("\"{}\" is no pool, so it gets no new version", event.what),
                          "Choose a pool as the target.");
        m_step.action = ScenarioAction::deploy;
        m_step.name = group->displayName();
        m_step.group = group->id.str();
        const bool bad = get(event.parameters, key::event::deploy::bad);
        const std::int64_t batch = bad ? get(*group, key::group::pool::deployBatch)
                                       : static_cast<std::int64_t>(m_design.nodes.size());
        for (std::size_t i = 0; i < m_design.nodes.size(); ++i)
            if (m_design.nodes.at(i).group == group->id &&
                static_cast<std::int64_t>(m_step.members.size()) < batch)
                m_step.members.push_back(static_cast<Index>(i));
        if (m_step.members.empty())
            return refuse(fmt::format("the pool \"{}\" has no members", event.what), "Put nodes into it.");
        for (const Index member : m_step.members)
            if (m.nodes[member].role != Role::station)
                return refuse(
                    fmt::format("a new version on \"{}\" is not simulated, only on servers and stores",
                                m.nodes[member].id),
                    "Choose a pool of servers as the target.");
        m_step.component = m_step.members.front();
        const auto share = get(event.parameters, key::event::deploy::errorShare);
        const double errors = (share ? *share : get(*group, key::group::pool::deployErrorShare)).value();
        m_step.errorShare = bad ? errors : 0;
        if (const auto after = get(event.parameters, key::event::deploy::rollbackAfter))
            m_step.endsAfter = timeOf(*after);
        else
            m_step.rollback = Sampler(get(*group, key::group::pool::rollback));
        return success();
    }

    Model& m;
    const Design& m_design;
    const Scenario& m_scenario;
    ScenarioStep m_step;
};

const Steps::Known Steps::kKnown[7] = {{"fail", &Steps::addFail},       {"repair", &Steps::addRepair},
                                       {"load", &Steps::addLoad},       {"isolate", &Steps::addIsolate},
                                       {"promote", &Steps::addPromote}, {"heal", &Steps::addHeal},
                                       {"deploy", &Steps::addDeploy}};

} // namespace

Status addScenario(Model& model, const Design& design, const Scenario& scenario) {
    model.backgroundFailures = scenario.backgroundFailures;
    model.scenarioSeconds = scenario.duration.seconds();
    Steps steps(model, design, scenario);
    for (const ScenarioEvent& event : scenario.events)
        if (Status status = steps.add(event); !status) return status;
    std::stable_sort(model.steps.begin(), model.steps.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    return success();
}

} // namespace alwayson::sim
