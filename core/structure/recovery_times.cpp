#include "core/structure/recovery_times.h"

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/catalogue/param_key.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace alwayson {

namespace {

constexpr std::size_t kDraws = 4096;

// How long what failed is away: with these chances, each shape later by a constant.
struct Stretch {
    double chance = 1;
    DistributionShape shape;
    double laterS = 0;
};
using Away = std::vector<Stretch>;

double chanceAfter(const Away& away, double seconds) {
    double after = 0;
    for (const Stretch& one : away)
        after += one.chance * (seconds < one.laterS ? 1 : 1 - one.shape.cdf(seconds - one.laterS));
    return after;
}

double quantileOf(const Away& away, double p) {
    double low = 0, high = 0;
    for (const Stretch& one : away)
        high = std::max(high, one.laterS + one.shape.quantile(p));
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (chanceAfter(away, middle) > 1 - p ? low : high) = middle;
    }
    return (low + high) / 2;
}

// Until the crew is there, on average.
double responseOf(const Design& design, const Group& group, const Node& node) {
    const std::string crew = node.crew ? *node.crew : group.crew ? *group.crew : std::string();
    for (const Crew& one : design.settings.crews) {
        if (one.id != crew) continue;
        const auto response = resolve(one.response);
        return response ? response->mean() : 0;
    }
    return 0;
}

Away awayOf(const ResolvedFailureMode& mode, double responseS) {
    if (mode.repairedBy != RepairedBy::restart)
        return {{1, mode.repair, mode.repairedBy == RepairedBy::crew ? responseS : 0}};
    Away away{{mode.restartCoverage, mode.repair, 0}};
    if (mode.restartCoverage < 1)
        away.push_back({1 - mode.restartCoverage, mode.crewRepair, mode.repair.mean() + responseS});
    return away;
}

bool stops(const ResolvedFailureMode& mode) {
    return !stillServes(mode.effect, mode.errorShare);
}

// What is left for a take-over when some nodes are lost at once.
struct Left {
    bool someone = true; // who may lead, and enough to decide it
    bool manager = true;
};

template <class IsLost>
bool managerIsLeft(const Design& design, const Group& group, IsLost&& isLost) {
    std::size_t left = 0, needed = 1;
    bool any = false;
    const auto count = [&](const Node& node) {
        any = true;
        left += isLost(node) ? 0 : 1;
    };
    for (const std::string& where : group.managerOn) {
        if (const Node* node = design.nodes.find(where)) count(*node);
        if (const Group* quorum = design.groups.find(where)) {
            const std::vector<const Node*> voters = membersOf(design, quorum->id);
            for (const Node* voter : voters)
                count(*voter);
            needed = voters.size() / 2 + 1;
        }
    }
    return !any || left >= needed;
}

template <class IsLost>
Left leftBeside(const Design& design, const Group& group, const FailoverPlan& plan, IsLost&& isLost) {
    const std::vector<const Node*> members = membersOf(design, group.id);
    std::size_t able = 0;
    bool candidate = false;
    for (const Node* member : members) {
        if (isLost(*member)) continue;
        ++able;
        candidate = candidate || !hasMechanism(group, "manager") ||
                    get(*member, key::mysql::promotionRule) != key::mysql::PromotionRule::never;
    }
    const bool enough = plan.by != FailoverBy::group || able > members.size() / 2;
    const bool asksNone = plan.by == FailoverBy::human || plan.by == FailoverBy::nobody;
    return {candidate && enough, asksNone || managerIsLeft(design, group, isLost)};
}

void sortByTime(std::vector<WeightedTime>& times) {
    std::sort(times.begin(), times.end(),
              [](const WeightedTime& a, const WeightedTime& b) { return a.seconds < b.seconds; });
}

void race(RecoveryTimes& times, const FailoverPlan& plan, double errorShare, const Away& away,
          const Left& left) {
    // With this chance, at any of these, ascending.
    std::vector<std::pair<double, std::vector<double>>> promoted;
    const auto add = [&](const std::vector<TakeOverDraw>& draws, double chance) {
        if (draws.empty()) return; // nobody notices it
        std::vector<double>& at = promoted.emplace_back(chance, std::vector<double>()).second;
        for (const TakeOverDraw& one : draws)
            at.push_back(one.promotedS);
        std::sort(at.begin(), at.end());
        for (const TakeOverDraw& one : draws) {
            const double weight =
                chance / static_cast<double>(draws.size()) * chanceAfter(away, one.promotedS);
            times.served.push_back({one.servedS, weight});
            times.takenOver += weight;
        }
    };
    const bool byHandOnly = plan.by == FailoverBy::human;
    const double covered = byHandOnly ? 1 : plan.coverage;
    if (left.someone && left.manager) add(takeOverDraws(plan, times.effect, errorShare, kDraws), covered);
    if (left.someone && covered < 1 && plan.byHand && plan.by != FailoverBy::nobody && plan.anyCandidate &&
        isNoticed(plan, times.effect, errorShare)) {
        std::vector<TakeOverDraw> byHand(kDraws);
        for (std::size_t i = 0; i < kDraws; ++i)
            byHand[i].promotedS = byHand[i].servedS =
                plan.byHand->quantile((static_cast<double>(i) + 0.5) / kDraws);
        add(byHand, 1 - covered);
    }
    const auto nobodyYet = [&](double seconds) {
        double chance = 1;
        for (const auto& [ofAll, at] : promoted) {
            const auto later =
                static_cast<double>(at.end() - std::upper_bound(at.begin(), at.end(), seconds));
            chance -= ofAll * (1 - later / static_cast<double>(at.size()));
        }
        return chance;
    };
    for (const Stretch& one : away)
        for (std::size_t i = 0; i < kDraws; ++i) {
            const double back = one.laterS + one.shape.quantile((static_cast<double>(i) + 0.5) / kDraws);
            times.served.push_back({back, one.chance / kDraws * nobodyYet(back)});
        }
    sortByTime(times.served);
    times.backP95S = quantileOf(away, 0.95);
}

// All places that a node is in or depends on.
std::vector<const Domain*> placesAround(const Design& design, const Node& node) {
    std::vector<const Domain*> places;
    if (node.domain) places = domainChain(design, *node.domain);
    for (const DomainId& other : node.dependsOn)
        for (const Domain* domain : domainChain(design, other))
            places.push_back(domain);
    return places;
}

bool isIn(const Design& design, const Node& node, const Domain& place) {
    const std::vector<const Domain*> places = placesAround(design, node);
    return std::find(places.begin(), places.end(), &place) != places.end();
}

// Places whose outage takes the active member.
std::vector<const Domain*> placesOf(const Design& design, const Node& active) {
    std::vector<const Domain*> places;
    for (const Domain* place : placesAround(design, active))
        if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
    return places;
}

bool holdsAll(const Design& design, const Group& group, const Domain& place) {
    const std::vector<const Node*> members = membersOf(design, group.id);
    return std::all_of(members.begin(), members.end(),
                       [&](const Node* member) { return isIn(design, *member, place); });
}

} // namespace

std::vector<RecoveryTimes> recoveryTimes(const Design& design, const Group& group, const FailoverPlan& plan,
                                         const Node& active) {
    std::vector<RecoveryTimes> all;
    const auto add = [&](const std::string& what, const ResolvedFailureMode& mode, const Away& away,
                         const Left& left) {
        RecoveryTimes times;
        times.what = what;
        times.title = mode.title;
        times.effect = mode.effect;
        times.perYear = kSecondsPerYear / (mode.timeToFailure.mean() + mode.meanRepair());
        times.nobodyLeft = !left.someone;
        times.managerLost = !left.manager;
        race(times, plan, mode.errorShare, away, left);
        all.push_back(std::move(times));
    };
    const double responseS = responseOf(design, group, active);
    const Left alone =
        leftBeside(design, group, plan, [&](const Node& node) { return node.id == active.id; });
    for (const ResolvedFailureMode& mode : failureModesOf(active))
        if (stops(mode)) add(active.id.str(), mode, awayOf(mode, responseS), alone);
    for (const Domain* place : placesOf(design, active)) {
        const DistributionShape restart = get(
            place->parameters, ParamKey<DistributionShape>{"domains", place->kind, "restart_after_outage"});
        const Left left =
            leftBeside(design, group, plan, [&](const Node& node) { return isIn(design, node, *place); });
        for (const ResolvedFailureMode& mode : failureModesOf(*place))
            if (stops(mode)) {
                add(place->id.str(), mode, {{1, mode.repair, restart.mean()}}, left);
                all.back().ofAll = holdsAll(design, group, *place);
            }
    }
    return all;
}

double meanUntilServed(const std::vector<RecoveryTimes>& all) {
    double sum = 0, weights = 0;
    for (const RecoveryTimes& one : all)
        for (const WeightedTime& time : one.served) {
            sum += one.perYear * time.weight * time.seconds;
            weights += one.perYear * time.weight;
        }
    return weights > 0 ? sum / weights : 0;
}

double untilServedQuantile(const std::vector<RecoveryTimes>& all, double p) {
    std::vector<WeightedTime> times;
    double weights = 0;
    for (const RecoveryTimes& one : all)
        for (const WeightedTime& time : one.served) {
            times.push_back({time.seconds, one.perYear * time.weight});
            weights += times.back().weight;
        }
    sortByTime(times);
    double sum = 0;
    for (const WeightedTime& time : times)
        if ((sum += time.weight) >= p * weights) return time.seconds;
    return times.empty() ? 0 : times.back().seconds;
}

} // namespace alwayson
