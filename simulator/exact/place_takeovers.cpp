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
        const double leads = group.rule == GroupRule::share ? 1 : chanceInside(g, place);
        const ResolvedFailureMode& outage = m_function.components()[place].modes[mode];
        const double lengthS = leads > 0 ? meanLengthS(g, *inside, outage) : 0;
        if (!(lengthS > 0)) return;
        const double perSecond = m_function.components()[place].availability() / outage.timeToFailure.mean();
        addLosses(place, mode, g, leads * lengthS * perSecond);
    }

    double chanceInside(std::uint32_t g, std::uint32_t place) const {
        double inside = 0, known = 0;
        for (const JointBlock& block : m_blocks) {
            const auto at = std::find(block.groups.begin(), block.groups.end(), g);
            if (at == block.groups.end()) continue;
            for (const JointState& state : block.states) {
                const std::uint32_t active =
                    state.active[static_cast<std::size_t>(at - block.groups.begin())];
                if (active == kFirstWorking) continue;
                known += state.probability;
                inside += isInside(active, place) ? state.probability : 0;
            }
        }
        if (known > 0) return inside / known;
        return isInside(m_function.groups()[g].members.front(), place) ? 1 : 0;
    }

    // Until others serve, or the place is back.
    double meanLengthS(std::uint32_t g, std::uint32_t member, const ResolvedFailureMode& outage) const {
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
        const double covered = times.empty() ? whole : meanOfEarlier(times, repair, 0);
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
