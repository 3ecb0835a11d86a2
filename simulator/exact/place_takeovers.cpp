#include "simulator/exact/place_takeovers.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/structure/failover_plan.h"
#include "simulator/exact/races.h"

#include <algorithm>

namespace alwayson::sim {

namespace {

constexpr double kSecondsPerHour = 3600;
constexpr std::size_t kTimes = 256;

class PlaceLosses {
public:
    PlaceLosses(const Design& design, const StateFunction& function, const std::vector<JointBlock>& blocks)
        : m_design(design), m_function(function), m_blocks(blocks), m_scratch(function.makeScratch()),
          m_state(function.components().size(), 0),
          m_roles(function.groups().size(), GroupRole{kFirstWorking, false}),
          m_losses(function.flows().size() + 1, 0) {}

    std::vector<double> run() {
        const auto& components = m_function.components();
        for (std::uint32_t place = 0; place < components.size(); ++place)
            for (std::uint32_t mode = 0; components[place].isDomain && mode < components[place].modes.size();
                 ++mode)
                for (std::uint32_t g = 0; g < m_function.groups().size(); ++g)
                    addGroup(place, mode, g);
        return std::move(m_losses);
    }

private:
    bool isInside(std::uint32_t node, std::uint32_t place) const {
        const auto places = m_function.placesOf(node);
        return std::find(places.begin(), places.end(), place) != places.end();
    }

    void addGroup(std::uint32_t place, std::uint32_t mode, std::uint32_t g) {
        const StructureGroup& group = m_function.groups()[g];
        if (group.quorum || group.members.size() < 2) return;
        const auto inside = std::find_if(group.members.begin(), group.members.end(),
                                         [&](std::uint32_t member) { return isInside(member, place); });
        if (inside == group.members.end()) return;
        const StructureComponent& component = m_function.components()[place];
        double perSecond = 0;
        for (const ResolvedFailureMode& any : component.modes)
            perSecond += component.availability() / any.timeToFailure.mean();
        const double leads =
            group.rule == GroupRule::share ? 1 : chanceInside(g, place, perSecond * kSecondsPerHour);
        const ResolvedFailureMode& outage = component.modes[mode];
        const double lengthS = leads > 0 ? meanLengthS(g, *inside, place, outage) : 0;
        if (!(lengthS > 0)) return;
        addLosses(place, mode, g, leads * lengthS * component.availability() / outage.timeToFailure.mean());
    }

    // How often the active one stands in the place when that fails. It leaves with its own failures, which
    // the chain knows, and with the outages of the place: in balance, with w = the chance without outages,
    // w / (1 + (1 - w) outages / failures).
    double chanceInside(std::uint32_t g, std::uint32_t place, double outagesPerHour) const {
        const JointBlock* block = nullptr;
        std::size_t at = 0;
        for (const JointBlock& one : m_blocks)
            for (std::size_t i = 0; i < one.groups.size(); ++i)
                if (one.groups[i] == g) {
                    block = &one;
                    at = i;
                }
        if (!block) return isInside(m_function.groups()[g].members.front(), place) ? 1 : 0;
        const auto leads = [&](std::uint32_t state) { return block->states[state].active[at]; };
        double inside = 0, known = 0, leavesPerHour = 0;
        std::vector<bool> isHere(block->states.size(), false);
        for (std::uint32_t s = 0; s < block->states.size(); ++s) {
            if (leads(s) == kFirstWorking) continue;
            isHere[s] = isInside(leads(s), place);
            known += block->states[s].probability;
            inside += isHere[s] ? block->states[s].probability : 0;
        }
        for (const JointMove& move : block->moves)
            if (isHere[move.from] && leads(move.to) != leads(move.from))
                leavesPerHour += block->states[move.from].probability * move.perHour;
        if (!(inside > 0)) return 0;
        const double chance = inside / known;
        if (!(leavesPerHour > 0)) return chance;
        return chance / (1 + (1 - chance) * outagesPerHour * inside / leavesPerHour);
    }

    // The manager of the group runs on nodes of this place only, so that nobody acts while it is out. (One on
    // voters: the source has no majority either.)
    bool managerIsInside(const Group& group, const FailoverPlan& plan, std::uint32_t place) const {
        if (plan.by != FailoverBy::orchestrator && plan.by != FailoverBy::mha) return false;
        return !group.managerOn.empty() &&
               std::all_of(group.managerOn.begin(), group.managerOn.end(), [&](const std::string& on) {
                   const std::size_t node = m_design.nodes.indexOf(on);
                   return node != Table<Node>::npos && isInside(static_cast<std::uint32_t>(node), place);
               });
    }

    // Until others serve, or the place is back.
    double meanLengthS(std::uint32_t g, std::uint32_t member, std::uint32_t place,
                       const ResolvedFailureMode& outage) const {
        const Group& group = m_design.groups.at(g);
        FailoverPlan plan = failoverPlan(m_design, group, &m_design.nodes.at(member));
        std::vector<double> times;
        if (m_function.groups()[g].rule != GroupRule::share)
            times = failoverTimes(plan, FailureEffect::outage, 1, kTimes);
        else if (!hasRole(group, "pool") || (!plan.takeOver && !plan.byHand))
            return 0; // the others serve at once, or have failed as well
        else if (plan.takeOver)
            times = equallyLikely(*plan.takeOver);
        else
            times = {0};
        const std::vector<double> repair = equallyLikely(outage.repair);
        const double whole = outage.repair.mean();
        const bool nobody = times.empty() || managerIsInside(group, plan, place);
        const double covered = nobody ? whole : meanOfEarlier(times, repair, 0);
        const double byHand = plan.byHand ? meanOfEarlier(equallyLikely(*plan.byHand), repair, 0) : whole;
        return plan.coverage * covered + (1 - plan.coverage) * byHand;
    }

    void addLosses(std::uint32_t place, std::uint32_t mode, std::uint32_t g, double share) {
        std::vector<std::uint8_t> with(m_losses.size() - 1), without(m_losses.size() - 1);
        m_state[place] = static_cast<ComponentState>(mode + 1);
        const bool up =
            m_function.evaluateUp(m_state.data(), nullptr, m_roles.data(), with.data(), *m_scratch);
        m_roles[g].interrupted = true;
        const bool still =
            m_function.evaluateUp(m_state.data(), nullptr, m_roles.data(), without.data(), *m_scratch);
        m_roles[g].interrupted = false;
        m_state[place] = 0;
        for (std::size_t f = 0; f + 1 < m_losses.size(); ++f)
            if (with[f] && !without[f]) m_losses[f] += share;
        if (up && !still) m_losses.back() += share;
    }

    const Design& m_design;
    const StateFunction& m_function;
    const std::vector<JointBlock>& m_blocks;
    std::unique_ptr<StateFunction::Scratch, void (*)(StateFunction::Scratch*)> m_scratch;
    std::vector<ComponentState> m_state;
    std::vector<GroupRole> m_roles;
    std::vector<double> m_losses;
};

} // namespace

std::vector<double> placeTakeOvers(const Design& design, const StateFunction& function,
                                   const std::vector<JointBlock>& blocks) {
    return PlaceLosses(design, function, blocks).run();
}

} // namespace alwayson::sim
