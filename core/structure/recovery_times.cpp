#include "core/structure/recovery_times.h"

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/param_key.h"

#include <algorithm>
#include <cmath>

namespace alwayson {

namespace {

constexpr std::size_t kDraws = 4096;
constexpr double kSecondsOfYear = 365 * 86400.0;

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
    return mode.effect != FailureEffect::slow &&
           (mode.effect != FailureEffect::errors || mode.errorShare >= 1);
}

void race(RecoveryTimes& times, const FailoverPlan& plan, double errorShare, const Away& away) {
    const auto add = [&](const std::vector<TakeOverDraw>& draws, double chance) {
        for (const TakeOverDraw& one : draws) {
            const double weight =
                chance / static_cast<double>(draws.size()) * chanceAfter(away, one.promotedS);
            times.takeOvers.push_back({one.servedS, weight});
            times.takenOver += weight;
        }
    };
    const bool byHandOnly = plan.by == FailoverBy::human;
    const double covered = byHandOnly ? 1 : plan.coverage;
    add(takeOverDraws(plan, times.effect, errorShare, kDraws), covered);
    if (covered < 1 && plan.byHand && plan.by != FailoverBy::nobody && plan.anyCandidate) {
        std::vector<TakeOverDraw> byHand(kDraws);
        for (std::size_t i = 0; i < kDraws; ++i)
            byHand[i].promotedS = byHand[i].servedS =
                plan.byHand->quantile((static_cast<double>(i) + 0.5) / kDraws);
        add(byHand, 1 - covered);
    }
    std::sort(times.takeOvers.begin(), times.takeOvers.end(),
              [](const WeightedTime& a, const WeightedTime& b) { return a.seconds < b.seconds; });
    times.backP95S = quantileOf(away, 0.95);
}

// Places whose outage takes the active member and leaves another one.
std::vector<const Domain*> placesOf(const Design& design, const Group& group, const Node& active) {
    const auto around = [&](const Node& node) {
        std::vector<const Domain*> places;
        if (node.domain) places = domainChain(design, *node.domain);
        for (const DomainId& other : node.dependsOn)
            for (const Domain* domain : domainChain(design, other))
                places.push_back(domain);
        return places;
    };
    std::vector<std::vector<const Domain*>> ofMembers;
    for (const Node* member : membersOf(design, group.id))
        ofMembers.push_back(around(*member));
    std::vector<const Domain*> places;
    for (const Domain* place : around(active)) {
        const bool ofAll = std::all_of(ofMembers.begin(), ofMembers.end(), [&](const auto& one) {
            return std::find(one.begin(), one.end(), place) != one.end();
        });
        if (!ofAll && std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
    }
    return places;
}

} // namespace

std::vector<RecoveryTimes> recoveryTimes(const Design& design, const Group& group, const FailoverPlan& plan,
                                         const Node& active) {
    std::vector<RecoveryTimes> all;
    const auto add = [&](const std::string& what, const ResolvedFailureMode& mode, const Away& away) {
        RecoveryTimes times;
        times.what = what;
        times.title = mode.title;
        times.effect = mode.effect;
        times.perYear = kSecondsOfYear / (mode.timeToFailure.mean() + mode.meanRepair());
        race(times, plan, mode.errorShare, away);
        all.push_back(std::move(times));
    };
    const double responseS = responseOf(design, group, active);
    for (const ResolvedFailureMode& mode : failureModesOf(active))
        if (stops(mode)) add(active.id.str(), mode, awayOf(mode, responseS));
    for (const Domain* place : placesOf(design, group, active)) {
        const DistributionShape restart = get(
            place->parameters, ParamKey<DistributionShape>{"domains", place->kind, "restart_after_outage"});
        for (const ResolvedFailureMode& mode : failureModesOf(*place))
            if (stops(mode)) add(place->id.str(), mode, {{1, mode.repair, restart.mean()}});
    }
    return all;
}

double takeOversPerYear(const std::vector<RecoveryTimes>& all) {
    double perYear = 0;
    for (const RecoveryTimes& one : all)
        perYear += one.perYear * one.takenOver;
    return perYear;
}

double meanTakeOver(const std::vector<RecoveryTimes>& all) {
    double sum = 0;
    for (const RecoveryTimes& one : all)
        for (const WeightedTime& time : one.takeOvers)
            sum += one.perYear * time.weight * time.seconds;
    const double perYear = takeOversPerYear(all);
    return perYear > 0 ? sum / perYear : 0;
}

double takeOverQuantile(const std::vector<RecoveryTimes>& all, double p) {
    std::vector<WeightedTime> times;
    for (const RecoveryTimes& one : all)
        for (const WeightedTime& time : one.takeOvers)
            times.push_back({time.seconds, one.perYear * time.weight});
    std::sort(times.begin(), times.end(),
              [](const WeightedTime& a, const WeightedTime& b) { return a.seconds < b.seconds; });
    const double wanted = p * takeOversPerYear(all);
    double sum = 0;
    for (const WeightedTime& time : times)
        if ((sum += time.weight) >= wanted) return time.seconds;
    return times.empty() ? 0 : times.back().seconds;
}

} // namespace alwayson
