#include "simulator/exact/group_blocks.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/structure/common_cause.h"
#include "core/structure/failover_plan.h"
#include "simulator/exact/coupled_chain.h"
#include "simulator/exact/races.h"
#include "simulator/markov/steady_state.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

namespace alwayson::sim {

namespace {

constexpr std::size_t kMostStates = 20'000;
constexpr std::size_t kMostFailed = 3, kFewestFailed = 2; // at once, where there are more states than that
constexpr std::size_t kTakeOvers = 256;                   // drawn for each mode
constexpr double kSecondsPerHour = 3600;

double perHour(double meanSeconds) {
    return meanSeconds > 0 ? kSecondsPerHour / meanSeconds : 0;
}

bool stopsWorking(const ResolvedFailureMode& mode) {
    return !stillServes(mode.effect, mode.errorShare);
}

// What a group does beyond the state of its members.
struct GroupDynamics {
    bool any = false;
    bool given = true; // all its times are exponential and in the design
    FailoverPlan plan; // groups in which one is chosen
    double meanS = 0;  // pools: of the failover or the start of a spare
};

class BlockMaker {
public:
    BlockMaker(const Design& design, const StateFunction& function, bool meansOnly, std::stop_token stop,
               const GroupBlocks* known)
        : m_design(design), m_function(function), m_meansOnly(meansOnly), m_stop(std::move(stop)),
          m_known(known), m_join(design.nodes.size()), m_coupled(design.nodes.size(), false) {
        std::iota(m_join.begin(), m_join.end(), 0U);
    }

    Result<GroupBlocks> run() {
        readCrews();
        readGroups();
        readShocks();
        std::map<std::uint32_t, std::vector<std::uint32_t>> blocks;
        for (std::uint32_t n = 0; n < m_join.size(); ++n)
            if (m_coupled[rootOf(n)]) blocks[rootOf(n)].push_back(n);
        if (!blocks.empty()) m_classOf = exchangeableParts(m_function);
        for (auto& [root, nodes] : blocks)
            if (const Status done = addBlock(std::move(nodes)); !done) return done.error();
        return std::move(m_out);
    }

private:
    std::uint32_t rootOf(std::uint32_t node) {
        while (m_join[node] != node)
            node = m_join[node] = m_join[m_join[node]];
        return node;
    }
    void join(const std::vector<std::uint32_t>& nodes) {
        for (const std::uint32_t node : nodes) {
            const std::uint32_t a = rootOf(nodes.front()), b = rootOf(node);
            const bool coupled = m_coupled[a] || m_coupled[b];
            m_join[std::max(a, b)] = std::min(a, b);
            m_coupled[std::min(a, b)] = coupled;
        }
        m_coupled[rootOf(nodes.front())] = true;
    }
    const std::vector<ResolvedFailureMode>& modesOf(std::uint32_t node) const {
        return m_function.components()[node].modes;
    }
    static bool needsCrew(const ResolvedFailureMode& mode) {
        return mode.repairedBy == RepairedBy::crew || mode.restartCoverage < 1;
    }

    // A crew matters when some may have to wait for it, or it takes its time to come.
    void readCrews() {
        std::map<std::string, std::vector<std::uint32_t>> calling;
        for (std::uint32_t n = 0; n < m_design.nodes.size(); ++n) {
            const Node& node = m_design.nodes.at(n);
            const Group* group = node.group ? m_design.groups.find(node.group->str()) : nullptr;
            const std::string crew = node.crew ? *node.crew : group && group->crew ? *group->crew : "";
            if (!crew.empty() && std::any_of(modesOf(n).begin(), modesOf(n).end(), needsCrew))
                calling[crew].push_back(n);
        }
        for (const Crew& crew : m_design.settings.crews) {
            const auto at = calling.find(crew.id);
            if (at == calling.end()) continue;
            const auto response = resolve(crew.response);
            const double responseS = response ? response->mean() : 0;
            if (static_cast<std::size_t>(crew.size) >= at->second.size() && responseS == 0) continue;
            for (const std::uint32_t n : at->second)
                m_crewOf[n] = m_crews.size();
            m_crews.push_back({crew.id, crew.size, responseS});
            join(at->second);
        }
    }

    void readGroups() {
        m_dynamics.resize(m_design.groups.size());
        for (std::size_t g = 0; g < m_design.groups.size(); ++g) {
            const StructureGroup& group = m_function.groups()[g];
            const bool canFail = std::any_of(group.members.begin(), group.members.end(),
                                             [&](std::uint32_t n) { return !modesOf(n).empty(); });
            if (group.quorum || group.members.empty() || !canFail) continue;
            if (group.rule == GroupRule::share)
                readPool(m_design.groups.at(g), group, m_dynamics[g]);
            else if (group.members.size() > 1)
                readChosen(m_design.groups.at(g), m_dynamics[g]);
            if (m_dynamics[g].any) join(group.members);
        }
    }
    static bool isGiven(const std::optional<DistributionShape>& shape) {
        return !shape || shape->mean() == 0 || shape->isExponential();
    }
    void readPool(const Group& group, const StructureGroup& rules, GroupDynamics& out) const {
        if (!hasRole(group, "pool") || rules.needed > rules.serving) return;
        namespace pool = key::group::pool;
        const std::optional<DistributionShape> failover = get(group, pool::failover),
                                               byHand = get(group, pool::uncoveredRecovery);
        const DistributionShape activation = get(group, pool::activation);
        const double coverage = get(group, pool::failoverCoverage).value();
        const bool spares = rules.serving < rules.members.size();
        const bool cold = spares && (get(group, pool::standbyHazard) != 1 || activation.mean() > 0 ||
                                     get(group, pool::startFailure).value() > 0);
        out.any = (failover && failover->mean() > 0) || coverage < 1 || cold;
        out.given =
            isGiven(failover) && (coverage >= 1 || isGiven(byHand)) && (!spares || isGiven(activation));
        out.meanS = failover ? failover->mean() : 0;
        if (coverage < 1 && !byHand && !failsInOneWay(rules)) out.given = false;
    }
    void readChosen(const Group& group, GroupDynamics& out) const {
        namespace set = key::group::mysqlReplication;
        out.plan = failoverPlan(m_design, group);
        const bool atOnce = out.plan.takeOver && out.plan.takeOver->mean() == 0 && out.plan.coverage >= 1;
        out.any = !atOnce;
        out.given = out.plan.takeOver && isGiven(out.plan.takeOver) &&
                    (out.plan.coverage >= 1 || isGiven(out.plan.byHand)) &&
                    out.plan.by != FailoverBy::nobody && !managerCanFail(group);
        if (hasMechanism(group, "manager") && get(group, set::rejoin) == set::Rejoin::manual)
            out.given = false;
    }

    void readShocks() {
        for (CommonCause& cause : commonCausesOf(m_design, m_function.components())) {
            if (cause.together) continue;
            join(cause.members);
            m_causes.push_back(std::move(cause));
        }
    }

    // How long the take-over of a member's place takes after this failure; 0: at once, infinity: never.
    double failoverMeanS(std::size_t group, const ResolvedFailureMode& mode) const {
        const GroupDynamics& dynamics = m_dynamics[group];
        if (m_function.groups()[group].rule == GroupRule::share) return dynamics.meanS;
        return failoverLaw(dynamics.plan, mode.effect, mode.errorShare).total.meanS;
    }

    CoupledGroup groupOf(std::size_t g) const {
        namespace pool = key::group::pool;
        const Group& group = m_design.groups.at(g);
        const StructureGroup& rules = m_function.groups()[g];
        CoupledGroup out;
        out.places = rules.serving;
        out.needed = std::max(1U, rules.needed);
        const FailoverPlan& plan = m_dynamics[g].plan;
        out.coverage = get(group, pool::failoverCoverage).value();
        out.frozen = get(group, key::group::pool::repairStarts) == pool::RepairStarts::after;
        if (rules.rule != GroupRule::share) {
            out.coverage = plan.coverage;
            out.waitsForEnough = plan.by == FailoverBy::group;
            if (!out.waitsForEnough) out.needed = 1;
            return out;
        }
        out.pool = true;
        if (rules.serving < rules.members.size())
            out.activationPerHour = perHour(get(group, pool::activation).mean());
        const std::optional<DistributionShape> failover = get(group, pool::failover);
        out.interrupts = failover && failover->mean() > 0;
        out.allFail = !get(group, pool::uncoveredRecovery);
        out.spareHazard = get(group, pool::standbyHazard);
        out.startFailure = get(group, pool::startFailure).value();
        return out;
    }

    // Modes that do the same and are ended in the same way are one.
    void addModes(std::uint32_t node, std::size_t group, CoupledGroup* dynamics, CoupledPart& part,
                  std::vector<std::size_t>& failureOf) const {
        using Key = std::tuple<bool, bool, int, int, int, bool, double, double, double, int, double, double>;
        std::map<Key, std::size_t> known;
        const auto& modes = modesOf(node);
        const auto crewAt = m_crewOf.find(node);
        const int crew = crewAt == m_crewOf.end() ? -1 : m_crewInBlock.at(crewAt->second);
        const double responseS = crew < 0 ? 0 : m_crews[crewAt->second].responseS;
        for (std::uint32_t m = 0; m < modes.size(); ++m) {
            const ResolvedFailureMode& mode = modes[m];
            const bool happens = mode.id != kBadVersion; // deployments are in failure runs only
            const double failing = happens ? perHour(mode.timeToFailure.mean()) - shockPerHour(node, m) : 0;
            const bool stops = stopsWorking(mode);
            const bool restarts = mode.repairedBy == RepairedBy::restart;
            const double goesOn = restarts ? 1 - mode.restartCoverage : 0;
            const double repairS = mode.repair.mean() + (restarts ? 0 : responseS);
            const double crewS = goesOn > 0 ? mode.crewRepair.mean() + responseS : 0;
            const bool chosen = dynamics && stops;
            int failover = chosen ? failoverIndex(group, mode, responseS, *dynamics) : kAtOnce;
            if (chosen && managesItself(group, node)) failover = kNever;
            const bool noticed = !chosen || dynamics->pool || m_dynamics[group].plan.takeOver ||
                                 isNoticed(m_dynamics[group].plan, mode.effect, mode.errorShare);
            if (!noticed && m_meansOnly)
                failover = indexOf(noticedLatePerHour(node, group), dynamics->failoverPerHour);
            const int byHand = chosen && noticed ? byHandIndex(group, mode, responseS, *dynamics) : kNever;
            const bool isChosen = chosen && !dynamics->pool;
            const int again = isChosen ? leadsAgainIndex(group, mode, responseS, *dynamics) : kAtOnce;
            // What works worse is told apart by what it still does.
            const Key key{stops,
                          m_function.tellsSilence(node) && isSilent(mode.effect),
                          failover,
                          byHand,
                          again,
                          noticed,
                          repairS,
                          crewS,
                          goesOn,
                          restarts ? -1 : crew,
                          stops ? 0 : mode.slowFactor,
                          stops ? 0 : mode.errorShare};
            const auto [at, isNew] = known.try_emplace(key, part.failures.size());
            failureOf.push_back(at->second);
            if (!isNew) {
                part.failures[at->second].perHour += std::max(0.0, failing);
                continue;
            }
            const auto first = static_cast<std::uint32_t>(part.phases.size());
            part.failures.push_back({std::max(0.0, failing), first, stops, failover, byHand, again, noticed});
            part.phases.push_back({m, perHour(repairS), restarts ? -1 : crew, goesOn, first + 1});
            if (goesOn > 0) part.phases.push_back({m, perHour(crewS), crew, 0, 0});
        }
    }
    int failoverIndex(std::size_t group, const ResolvedFailureMode& mode, double responseS,
                      CoupledGroup& dynamics) const {
        const double meanS = failoverMeanS(group, mode);
        if (!std::isfinite(meanS)) return kNever;
        if (!(meanS > 0)) return kAtOnce;
        if (!m_meansOnly || dynamics.frozen) return indexOf(perHour(meanS), dynamics.failoverPerHour);
        std::vector<double> times;
        if (dynamics.pool)
            times = equallyLikely(*get(m_design.groups.at(group), key::group::pool::failover));
        else
            times = failoverTimes(m_dynamics[group].plan, mode.effect, mode.errorShare, kTakeOvers);
        const double drawn =
            std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
        for (double& time : times)
            time *= meanS / drawn;
        return indexOf(raceRate(times, mode, responseS), dynamics.failoverPerHour);
    }
    // Of a failure that nobody notices: until an outage of a place around it is, and others take over.
    double noticedLatePerHour(std::uint32_t node, std::size_t group) const {
        const auto& members = m_function.groups()[group].members;
        double outages = 0;
        for (const std::uint32_t place : m_function.placesOf(node)) {
            const auto isInside = [&](std::uint32_t member) {
                const auto places = m_function.placesOf(member);
                return std::find(places.begin(), places.end(), place) != places.end();
            };
            if (std::all_of(members.begin(), members.end(), isInside)) continue;
            for (const ResolvedFailureMode& outage : modesOf(place))
                outages += perHour(outage.timeToFailure.mean()) *
                           chanceOfNotice(m_dynamics[group].plan, outage, kTakeOvers);
        }
        const double takeOverS = failoverLaw(m_dynamics[group].plan, FailureEffect::outage, 1).total.meanS;
        return outages > 0 && std::isfinite(takeOverS) ? perHour(kSecondsPerHour / outages + takeOverS) : 0;
    }
    int byHandIndex(std::size_t group, const ResolvedFailureMode& mode, double responseS,
                    CoupledGroup& dynamics) const {
        const auto byHand = get(m_design.groups.at(group), key::group::pool::uncoveredRecovery);
        const FailoverPlan& plan = m_dynamics[group].plan;
        const bool nobody = !dynamics.pool && plan.by == FailoverBy::nobody && !plan.takeOver;
        if (!byHand || dynamics.coverage >= 1 || nobody) return kNever;
        const bool races = m_meansOnly && !dynamics.frozen;
        return indexOf(races ? raceRate(equallyLikely(*byHand), mode, responseS) : perHour(byHand->mean()),
                       dynamics.byHandPerHour);
    }
    int leadsAgainIndex(std::size_t group, const ResolvedFailureMode& mode, double responseS,
                        CoupledGroup& dynamics) const {
        const std::vector<double> times = leadAgainTimes(m_dynamics[group].plan, kTakeOvers);
        if (times.empty()) return kAtOnce;
        if (!std::isfinite(times.back())) return kNever;
        const double mean =
            std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
        if (!(mean > 0)) return kAtOnce;
        return indexOf(dynamics.frozen ? perHour(mean) : raceRate(times, mode, responseS),
                       dynamics.failoverPerHour);
    }
    static int indexOf(double rate, std::vector<double>& rates) {
        if (!(rate > 0)) return kNever;
        const auto at = std::find(rates.begin(), rates.end(), rate);
        const auto index = static_cast<int>(at - rates.begin());
        if (at == rates.end()) rates.push_back(rate);
        return index;
    }
    double shockPerHour(std::uint32_t node, std::uint32_t mode) const {
        double rate = 0;
        for (const CommonCause& cause : m_causes)
            for (std::size_t i = 0; i < cause.members.size(); ++i)
                if (cause.members[i] == node && cause.modes[i] == mode) rate += rateOf(cause);
        return rate;
    }
    double rateOf(const CommonCause& cause) const {
        double longest = 0;
        for (std::size_t i = 0; i < cause.members.size(); ++i)
            longest = std::max(longest, modesOf(cause.members[i])[cause.modes[i]].timeToFailure.mean());
        return cause.beta * perHour(longest);
    }

    bool isExact(const std::vector<std::uint32_t>& nodes) const {
        for (const std::uint32_t n : nodes) {
            const auto crew = m_crewOf.find(n);
            if (crew != m_crewOf.end() && m_crews[crew->second].responseS > 0) return false;
            for (const ResolvedFailureMode& mode : modesOf(n))
                if (mode.id != kBadVersion &&
                    (!mode.timeToFailure.isExponential() || !mode.repair.isExponential() ||
                     (mode.repairedBy == RepairedBy::restart && mode.restartCoverage < 1 &&
                      !mode.crewRepair.isExponential())))
                    return false;
            const std::size_t group = groupAt(n);
            if (group == Table<Group>::npos || !m_dynamics[group].any) continue;
            if (!m_dynamics[group].given || isInFailingPlace(n)) return false;
        }
        return true;
    }
    // Take-overs because of a place are not in the chain of a group.
    bool isInFailingPlace(std::uint32_t node) const {
        const auto places = m_function.placesOf(node);
        return std::any_of(places.begin(), places.end(),
                           [&](std::uint32_t place) { return !modesOf(place).empty(); });
    }
    bool canFail(std::uint32_t node) const { return !modesOf(node).empty() || isInFailingPlace(node); }
    // The manager is lost with this member: nobody acts before it is back.
    bool managesItself(std::size_t group, std::uint32_t node) const {
        const std::vector<std::string>& on = m_design.groups.at(group).managerOn;
        return on.size() == 1 && on.front() == m_design.nodes.at(node).id.str();
    }
    // A manager that may be away when it is needed.
    bool managerCanFail(const Group& group) const {
        for (const std::string& where : group.managerOn) {
            const std::size_t node = m_design.nodes.indexOf(where), quorum = m_design.groups.indexOf(where);
            if (node != Table<Node>::npos && canFail(static_cast<std::uint32_t>(node))) return true;
            if (quorum == Table<Group>::npos) continue;
            for (const std::uint32_t voter : m_function.groups()[quorum].members)
                if (canFail(voter)) return true;
        }
        return false;
    }
    // A failure that takes the others along is told by its id: the chain knows one kind of failure only.
    bool failsInOneWay(const StructureGroup& group) const {
        return std::all_of(group.members.begin(), group.members.end(), [&](std::uint32_t n) {
            return std::count_if(modesOf(n).begin(), modesOf(n).end(), stopsWorking) <= 1;
        });
    }
    std::size_t groupAt(std::uint32_t node) const {
        const auto& group = m_design.nodes.at(node).group;
        return group ? m_design.groups.indexOf(group->str()) : Table<Group>::npos;
    }

    // Groups in order of preference, then the rest.
    std::vector<std::uint32_t> inOrder(const std::vector<std::uint32_t>& nodes) const {
        std::vector<std::uint32_t> order;
        const auto add = [&](std::uint32_t n) {
            if (std::find(order.begin(), order.end(), n) == order.end()) order.push_back(n);
        };
        for (const std::uint32_t n : nodes) {
            const std::size_t group = groupAt(n);
            if (group == Table<Group>::npos || !m_dynamics[group].any)
                add(n);
            else
                for (const std::uint32_t member : m_function.groups()[group].members)
                    add(member);
        }
        return order;
    }

    Status addBlock(std::vector<std::uint32_t> nodes) {
        if (!m_meansOnly && !isExact(nodes)) {
            leaveOut(nodes);
            return success();
        }
        nodes = inOrder(nodes);
        JointBlock block;
        block.components = nodes;
        Coupled coupled = describe(nodes, block.groups);
        if (isKnown(nodes, coupled)) return success();
        ExploreOptions options;
        options.maxStates = kMostStates;
        options.stop = m_stop;
        const Result<StateSpace> space = statesOf(coupled, options);
        if (!space && space.error().kind != ErrorKind::budgetExceeded) return space.error();
        SteadyStateOptions solving;
        solving.elimination.stop = m_stop;
        const Result<SteadyState> steady =
            space ? steadyState(space->chain, solving) : Result<SteadyState>(space.error());
        if (!steady && steady.error().kind == ErrorKind::cancelled) return steady.error();
        if (!steady) {
            leaveOut(nodes);
            if (m_meansOnly) m_out.tooLarge.push_back(std::move(coupled));
            return success();
        }
        fill(coupled, *space, *steady, block);
        m_out.blocks.push_back(std::move(block));
        m_out.chains.push_back(std::move(coupled));
        return success();
    }
    // Takes it over from what is known.
    bool isKnown(const std::vector<std::uint32_t>& nodes, const Coupled& coupled) {
        if (!m_known) return false;
        for (std::size_t b = 0; b < m_known->blocks.size(); ++b) {
            if (m_known->blocks[b].components != nodes || !(m_known->chains[b] == coupled)) continue;
            m_out.blocks.push_back(m_known->blocks[b]);
            m_out.chains.push_back(coupled);
            return true;
        }
        const auto& tooLarge = m_known->tooLarge;
        if (!m_meansOnly || std::find(tooLarge.begin(), tooLarge.end(), coupled) == tooLarge.end())
            return false;
        leaveOut(nodes);
        m_out.tooLarge.push_back(coupled);
        return true;
    }

    // Of a chain with mean times, which is approximate anyway, the likely states do.
    Result<StateSpace> statesOf(const Coupled& coupled, const ExploreOptions& options) const {
        Result<StateSpace> space = exploreCoupled(coupled, options);
        for (std::size_t most = kMostFailed; m_meansOnly && most >= kFewestFailed; --most) {
            if (space || space.error().kind != ErrorKind::budgetExceeded) break;
            space = exploreCoupled(coupled, options, most);
        }
        return space;
    }

    Coupled describe(const std::vector<std::uint32_t>& nodes, std::vector<std::uint32_t>& groups) {
        Coupled coupled;
        m_crewInBlock.clear();
        std::map<std::size_t, int> numbers;
        std::map<std::pair<std::vector<double>, std::uint32_t>, std::uint32_t> kinds;
        std::map<std::uint32_t, std::pair<std::uint32_t, std::vector<std::size_t>>> partOf;
        for (const std::uint32_t n : nodes) {
            if (const auto crew = m_crewOf.find(n);
                crew != m_crewOf.end() &&
                m_crewInBlock.try_emplace(crew->second, static_cast<int>(coupled.crews.size())).second)
                coupled.crews.push_back(m_crews[crew->second].size);
            const std::size_t g = groupAt(n);
            const bool inGroup = g != Table<Group>::npos && m_dynamics[g].any;
            if (inGroup && numbers.try_emplace(g, static_cast<int>(coupled.groups.size())).second) {
                coupled.groups.push_back(groupOf(g));
                groups.push_back(static_cast<std::uint32_t>(g));
            }
        }
        std::vector<double> lastKey;
        std::size_t lastGroup = Table<Group>::npos;
        std::uint32_t lastClass = 0;
        double run = 0;
        for (const std::uint32_t n : nodes) {
            const std::size_t g = groupAt(n);
            const auto number = numbers.find(g);
            CoupledPart part;
            CoupledGroup* group = nullptr;
            if (number != numbers.end()) {
                const StructureGroup& rules = m_function.groups()[g];
                part.group = number->second;
                group = &coupled.groups[static_cast<std::size_t>(part.group)];
                part.candidate = std::find(rules.members.begin(), rules.members.begin() + rules.candidates,
                                           n) != rules.members.begin() + rules.candidates;
            }
            auto& place = partOf[n];
            place.first = static_cast<std::uint32_t>(coupled.parts.size());
            addModes(n, g, group, part, place.second);
            // In a group that prefers some to others, only those side by side can be exchanged; none where
            // one that is back may send another, which starts, to stand by again.
            std::vector<double> key = keyOf(part);
            const bool isPreferring =
                group && (!group->pool || group->places < m_function.groups()[g].members.size());
            const bool isLikeLast = g == lastGroup && key == lastKey && m_classOf[n] == lastClass;
            if (isPreferring && (!isLikeLast || group->activationPerHour > 0)) ++run;
            lastKey = key;
            lastGroup = g;
            lastClass = m_classOf[n];
            key.push_back(isPreferring ? run : 0);
            part.kind =
                kinds.try_emplace({std::move(key), m_classOf[n]}, static_cast<std::uint32_t>(kinds.size()))
                    .first->second;
            coupled.parts.push_back(std::move(part));
        }
        for (const CommonCause& cause : m_causes) {
            CoupledShock shock;
            shock.perHour = rateOf(cause);
            for (std::size_t i = 0; i < cause.members.size(); ++i)
                if (const auto at = partOf.find(cause.members[i]); at != partOf.end())
                    shock.hits.push_back(
                        {at->second.first, static_cast<std::uint32_t>(at->second.second[cause.modes[i]])});
            if (!shock.hits.empty() && shock.perHour > 0) coupled.shocks.push_back(std::move(shock));
        }
        return coupled;
    }
    static std::vector<double> keyOf(const CoupledPart& part) {
        std::vector<double> key{static_cast<double>(part.group), static_cast<double>(part.candidate)};
        for (const CoupledFailure& failure : part.failures)
            key.insert(key.end(),
                       {failure.perHour, static_cast<double>(failure.phase),
                        static_cast<double>(failure.stops), static_cast<double>(failure.failover),
                        static_cast<double>(failure.byHand), static_cast<double>(failure.leadsAgain),
                        static_cast<double>(failure.noticed)});
        for (const CoupledPhase& phase : part.phases)
            key.insert(key.end(), {static_cast<double>(phase.mode), phase.perHour,
                                   static_cast<double>(phase.crew), phase.goesOn});
        return key;
    }

    static void fill(const Coupled& coupled, const StateSpace& space, const SteadyState& steady,
                     JointBlock& block) {
        for (std::size_t s = 0; s < space.size(); ++s) {
            JointState state;
            state.probability = steady.probability[s];
            for (std::size_t p = 0; p < coupled.parts.size(); ++p)
                state.levels.push_back(coupled.isAsleep(space.state(s), p)
                                           ? kNotStarted
                                           : static_cast<ComponentState>(coupled.levelOf(space.state(s), p)));
            for (std::size_t g = 0; g < coupled.groups.size(); ++g) {
                const bool interrupted = coupled.isInterrupted(space.state(s), g);
                state.interrupted.push_back(interrupted);
                state.active.push_back(kFirstWorking);
                for (std::size_t p = 0; p < coupled.parts.size(); ++p)
                    if (coupled.parts[p].group == static_cast<int>(g) && !coupled.groups[g].pool &&
                        !interrupted && coupled.isActive(space.state(s), p))
                        state.active.back() = block.components[p];
            }
            block.states.push_back(std::move(state));
            const auto targets = space.chain.targets(s);
            const auto rates = space.chain.ratesFrom(s);
            for (std::size_t t = 0; t < targets.size(); ++t)
                block.moves.push_back({static_cast<std::uint32_t>(s), targets[t], rates[t]});
        }
    }

    // By the names people gave: the crew, the groups, else the nodes.
    void leaveOut(const std::vector<std::uint32_t>& nodes) {
        std::set<std::string> names;
        for (const std::uint32_t n : nodes) {
            const std::size_t group = groupAt(n);
            const auto crew = m_crewOf.find(n);
            if (group != Table<Group>::npos)
                names.insert(m_design.groups.at(group).id.str());
            else
                names.insert(m_design.nodes.at(n).id.str());
            if (crew != m_crewOf.end()) names.insert(m_crews[crew->second].id);
        }
        for (const std::string& name : names)
            if (std::find(m_out.leftOut.begin(), m_out.leftOut.end(), name) == m_out.leftOut.end())
                m_out.leftOut.push_back(name);
    }

    struct CrewAtWork {
        std::string id;
        int size = 1;
        double responseS = 0;
    };

    const Design& m_design;
    const StateFunction& m_function;
    bool m_meansOnly;
    std::stop_token m_stop;
    const GroupBlocks* m_known;        // or nullptr
    std::vector<std::uint32_t> m_join; // union of nodes
    std::vector<bool> m_coupled;       // by root
    std::vector<CrewAtWork> m_crews;
    std::map<std::uint32_t, std::size_t> m_crewOf; // node -> m_crews
    std::map<std::size_t, int> m_crewInBlock;
    std::vector<GroupDynamics> m_dynamics;
    std::vector<CommonCause> m_causes;
    std::vector<std::uint32_t> m_classOf;
    GroupBlocks m_out;
};

} // namespace

Result<GroupBlocks> groupBlocks(const Design& design, const StateFunction& function, bool meansOnly,
                                std::stop_token stop, const GroupBlocks* known) {
    return BlockMaker(design, function, meansOnly, std::move(stop), known).run();
}

} // namespace alwayson::sim
