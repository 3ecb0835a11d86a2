#include "core/structure/failover_plan.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/graph/round_trip.h"
#include "core/graph/static_load.h"
#include "core/structure/detection.h"

#include <algorithm>
#include <cmath>

namespace alwayson {

namespace {

namespace m = key::group::mysqlReplication;

constexpr double kNever = std::numeric_limits<double>::infinity();

// What of a distribution the sums need.
PhaseLaw lawOf(const DistributionShape& shape) {
    switch (shape.family) {
    case DistributionFamily::constant:
        return {shape.a, shape.a, shape.a};
    case DistributionFamily::uniform:
        return {shape.a, shape.mean(), shape.b};
    case DistributionFamily::triangular:
        return {shape.a, shape.mean(), shape.c};
    case DistributionFamily::empirical:
        return {shape.values.front(), shape.mean(), shape.values.back()};
    default:
        return {0, shape.mean(), kNever};
    }
}

FailoverBy managerOf(const Group& group) {
    switch (get(group, m::manager)) {
    case m::Manager::none:
        return FailoverBy::nobody;
    case m::Manager::manual:
        return FailoverBy::human;
    case m::Manager::orchestrator:
        return FailoverBy::orchestrator;
    case m::Manager::mha:
        return FailoverBy::mha;
    case m::Manager::group:
        return FailoverBy::group;
    }
    return FailoverBy::nobody;
}

// The nodes that call the group, or one of its members, for more than reads; in the design's order.
std::vector<const Node*> writersTo(const Design& design, const Group& group) {
    std::vector<bool> calls(design.nodes.size(), false);
    for (const Link& link : design.links) {
        const Node* to = design.nodes.find(link.to);
        const bool here = link.to == group.id.str() || (to && to->group && *to->group == group.id);
        if (!here || get(link.parameters, key::link::request::access) == key::link::request::Access::read)
            continue;
        for (std::size_t i = 0; i < design.nodes.size(); ++i) {
            const Node& node = design.nodes.at(i);
            if (node.id.str() == link.from || (node.group && node.group->str() == link.from)) calls[i] = true;
        }
    }
    std::vector<const Node*> writers;
    for (std::size_t i = 0; i < design.nodes.size(); ++i)
        if (calls[i]) writers.push_back(&design.nodes.at(i));
    return writers;
}

// How a caller that is no balancer finds the source.
RerouteTimer ownRoute(const Group& group) {
    switch (get(group, m::writeRoute)) {
    case m::WriteRoute::virtualIp:
        return {};
    case m::WriteRoute::dns:
        return {{}, get(group, m::dnsTtl).seconds(), 0};
    case m::WriteRoute::proxy: {
        const double check = get(group, m::proxyCheck).seconds();
        return {{}, check, (static_cast<double>(get(group, m::proxyRise)) - 1) * check};
    }
    case m::WriteRoute::connector:
        return {{}, get(group, m::connectorTtl).seconds(), 0};
    }
    return {};
}

void addRoutes(FailoverPlan& plan, const Design& design, const Group& group) {
    const RerouteTimer own = ownRoute(group);
    bool direct = false;
    for (const Node* caller : writersTo(design, group)) {
        RerouteTimer timer = own;
        if (hasRole(*caller, "balancer")) {
            const DetectionLaw up = recoveryTime(*caller, FailureEffect::crash);
            timer = {{}, std::isfinite(up.maxS) ? up.maxS - up.minS : 0, up.minS};
        } else {
            direct = true;
        }
        timer.caller = caller->id.str();
        plan.callers.push_back(std::move(timer));
    }
    if (plan.callers.empty()) plan.callers.push_back(own);
    if (get(group, m::writeRoute) == m::WriteRoute::virtualIp &&
        (direct || plan.callers.front().caller.empty()))
        plan.addressMove = get(group, m::virtualIpMove);
}

double writesPerS(const Design& design, const Group& group) {
    const RequestRates rates = requestRates(design);
    double sum = 0;
    for (std::size_t i = 0; i < design.nodes.size(); ++i) {
        const auto& member = design.nodes.at(i).group;
        if (member && *member == group.id) sum += rates.writesPerS[i];
    }
    return sum;
}

void addManager(FailoverPlan& plan, const Design& design, const Group& group, const Node* active) {
    plan.poll = get(group, m::poll).seconds();
    plan.pollTimeout = get(group, m::pollTimeout).seconds();
    plan.analysis = get(group, m::analysis).seconds();
    plan.allReplicasAgree = get(group, m::allReplicasAgree);
    plan.ping = get(group, m::ping).seconds();
    plan.pingFails = static_cast<double>(get(group, m::pingFails));
    plan.grDetection = get(group, m::grDetection).seconds();
    plan.grExpel = get(group, m::grExpelTimeout).seconds();
    plan.fencing = get(group, m::fencing).value();
    const std::vector<const Node*> members = membersOf(design, group.id);
    plan.anyCandidate = false;
    for (const Node* member : members) {
        if (active && member->id == active->id) continue;
        plan.netTimeout = std::max(plan.netTimeout, get(*member, key::mysql::netTimeout).seconds());
        plan.anyCandidate |= get(*member, key::mysql::promotionRule) != key::mysql::PromotionRule::never;
    }
    // The rest of a group of two is no majority.
    if (plan.by == FailoverBy::group && members.size() < 3) plan.anyCandidate = false;
    const double writes = writesPerS(design, group);
    plan.longestQuiet = writes > 0 ? std::min(plan.netTimeout / 2, 1 / writes) : plan.netTimeout / 2;
    if (plan.by == FailoverBy::group) {
        plan.promotionSteps.push_back(get(group, m::grElection));
    } else if (plan.by != FailoverBy::human) {
        if (plan.fencing > 0) plan.promotionSteps.push_back(get(group, m::fencingTime));
        plan.promotionSteps.push_back(get(group, m::promotion));
    }
}

// E max(U(0, P) + t, N).
double meanOfLater(double period, double offset, double other) {
    const double most = offset + period;
    if (other <= offset) return offset + period / 2;
    if (other >= most) return other;
    return other * (other - offset) / period + (most * most - other * other) / (2 * period);
}

// The same with N uniform between least and most: quadratic between its corners, so Simpson's rule is exact.
double meanOfLater(double period, double offset, double least, double most) {
    if (most <= least) return meanOfLater(period, offset, most);
    std::array<double, 4> corners{least, std::clamp(offset, least, most),
                                  std::clamp(offset + period, least, most), most};
    double sum = 0;
    for (std::size_t i = 0; i + 1 < corners.size(); ++i) {
        const double from = corners[i], to = corners[i + 1];
        sum += (to - from) / 6 *
               (meanOfLater(period, offset, from) + 4 * meanOfLater(period, offset, (from + to) / 2) +
                meanOfLater(period, offset, to));
    }
    return sum / (most - least);
}

// A failure as a manager that asks sees it.
enum class Seen : std::uint8_t { refuses, silent, errs, well };
Seen seenAs(FailureEffect effect, double errorShare) {
    switch (effect) {
    case FailureEffect::crash:
    case FailureEffect::dataLoss:
        return Seen::refuses;
    case FailureEffect::hang:
    case FailureEffect::gone:
    case FailureEffect::cutOff:
    case FailureEffect::outage:
    case FailureEffect::isolation:
        return Seen::silent;
    case FailureEffect::errors:
        return errorShare > 0 ? Seen::errs : Seen::well;
    case FailureEffect::slow:
        return Seen::well;
    }
    return Seen::well;
}

PhaseLaw orchestratorLaw(const FailoverPlan& p, Seen seen) {
    const PhaseLaw looks = uniformLaw(p.analysis, 0);
    if (seen == Seen::errs && p.allReplicasAgree) return kNeverLaw;
    if (seen != Seen::silent) return uniformLaw(p.poll, 0) + looks;
    if (!p.allReplicasAgree) return uniformLaw(p.poll, p.pollTimeout) + looks;
    const double soonest = p.netTimeout - p.longestQuiet;
    return PhaseLaw{std::max(p.pollTimeout, soonest),
                    meanOfLater(p.poll, p.pollTimeout, soonest, p.netTimeout),
                    std::max(p.poll + p.pollTimeout, p.netTimeout)} +
           looks;
}

double orchestratorAt(const FailoverPlan& p, Seen seen, const DetectionDraws& u) {
    if (seen == Seen::errs && p.allReplicasAgree) return kNever;
    const double asked = p.poll * u[0], judged = p.analysis * u[1];
    if (seen != Seen::silent) return asked + judged;
    const double noticed = asked + p.pollTimeout;
    if (!p.allReplicasAgree) return noticed + judged;
    return std::max(noticed, p.netTimeout - p.longestQuiet * u[2]) + judged;
}

// Questions in a row that must fail, and the pause between them: what errors of a share below 1 prolong.
struct Trials {
    double inARow = 1;
    double pause = 0;
};
Trials trialsOf(const FailoverPlan& p) {
    if (p.by == FailoverBy::vrrp) return {p.vrrp.fall, p.vrrp.interval};
    if (p.by == FailoverBy::mha) return {p.pingFails, p.ping};
    return {1, p.poll};
}

PhaseLaw sureLaw(const FailoverPlan& p, FailureEffect effect, double errorShare) {
    const Seen seen = seenAs(effect, errorShare);
    if (seen == Seen::well) return kNeverLaw;
    switch (p.by) {
    case FailoverBy::vrrp:
        return vrrpTakeover(p.vrrp, *vrrpEventOf(effect, errorShare));
    case FailoverBy::orchestrator:
        return orchestratorLaw(p, seen);
    case FailoverBy::mha:
        return uniformLaw(p.ping, p.pingFails * p.ping);
    case FailoverBy::group:
        return seen == Seen::errs ? kNeverLaw : uniformLaw(1, p.grDetection + p.grExpel);
    case FailoverBy::nobody:
    case FailoverBy::human:
        break;
    }
    return kNeverLaw;
}

double sureAt(const FailoverPlan& p, FailureEffect effect, double errorShare, const DetectionDraws& u) {
    const Seen seen = seenAs(effect, errorShare);
    if (seen == Seen::well) return kNever;
    switch (p.by) {
    case FailoverBy::vrrp:
        return vrrpTakeoverAt(p.vrrp, *vrrpEventOf(effect, errorShare), {u[0], u[1]});
    case FailoverBy::orchestrator:
        return orchestratorAt(p, seen, u);
    case FailoverBy::mha:
        return p.pingFails * p.ping + p.ping * u[0];
    case FailoverBy::group:
        return seen == Seen::errs ? kNever : p.grDetection + p.grExpel + u[0];
    case FailoverBy::nobody:
    case FailoverBy::human:
        break;
    }
    return kNever;
}

bool hasDetection(const FailoverPlan& p) {
    return !p.takeOver && p.by != FailoverBy::human;
}

// The mean of the latest of independent times, by Simpson's rule over 1 - product of their distribution
// functions; far below a thousandth off.
template <class Below>
double meanOfLatest(double from, double to, Below&& below) {
    constexpr int kSteps = 2048;
    if (!(to > from)) return from;
    const double step = (to - from) / kSteps;
    double sum = 0;
    for (int i = 0; i <= kSteps; ++i) {
        const double weight = i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2;
        sum += weight * (1 - below(from + step * i));
    }
    return from + sum * step / 3;
}

double chanceBy(const RerouteTimer& caller, double at) {
    if (caller.widthS <= 0) return at >= caller.offsetS ? 1 : 0;
    return std::clamp((at - caller.offsetS) / caller.widthS, 0.0, 1.0);
}

// SplitMix64: numbers that look random, the same each time.
std::uint64_t mixed(std::uint64_t n) {
    n *= 0x9e3779b97f4a7c15U;
    n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9U;
    n = (n ^ (n >> 27)) * 0x94d049bb133111ebU;
    return n ^ (n >> 31);
}

// Numbers of chance that are the same each time, and what is drawn with them.
class Draws {
public:
    double uniform() { return static_cast<double>(mixed(++m_state) >> 11) * 0x1p-53; }
    // The promotion, and until callers have found the new one; where they never would, a human tells them.
    void addPromotion(const FailoverPlan& plan, TakeOverDraw& one) {
        for (const DistributionShape& step : plan.promotionSteps)
            one.promotedS += draw(step);
        double last = sampleLastReroute(plan, [&] { return uniform(); });
        if (plan.addressMove) last = std::max(last, draw(*plan.addressMove));
        if (!std::isfinite(last)) last = plan.byHand ? draw(*plan.byHand) : 0;
        one.servedS = one.promotedS + last;
    }

private:
    double draw(const DistributionShape& shape) { return shape.quantile(uniform() * (1 - 1e-9) + 5e-10); }
    std::uint64_t m_state = 0;
};

FailoverLaw quorumLaw(const ElectionPlan& plan) {
    FailoverLaw law;
    law.detection = law.total = electionLaw(plan);
    return law;
}

} // namespace

FailoverPlan failoverPlan(const Design& design, const Group& group, const Node* active) {
    FailoverPlan plan;
    const std::vector<const Node*> members = membersOf(design, group.id);
    if (!active && !members.empty()) active = members.front();
    plan.coverage = get(group, key::group::pool::failoverCoverage).value();
    plan.takeOver = get(group, key::group::pool::failover);
    plan.byHand = get(group, key::group::pool::uncoveredRecovery);
    plan.anyCandidate = members.size() > 1;
    if (hasMechanism(group, "vrrp")) {
        plan.by = FailoverBy::vrrp;
        if (active) plan.vrrp = vrrpTimersOf(design, group, *active);
        plan.callers.push_back({{}, 0, plan.vrrp.arpUpdate});
    } else if (hasMechanism(group, "manager")) {
        plan.by = managerOf(group);
        // A group elects as often as it must, and so does what a time of its own stands for.
        if ((plan.by == FailoverBy::orchestrator || plan.by == FailoverBy::mha) && !plan.takeOver)
            plan.recoveryBlock = get(group, m::recoveryBlock).seconds();
        addManager(plan, design, group, active);
        addRoutes(plan, design, group);
        if (plan.by == FailoverBy::human) plan.coverage = 1;
    }
    return plan;
}

double detectionAt(const FailoverPlan& plan, FailureEffect effect, double errorShare,
                   const DetectionDraws& draws) {
    if (!hasDetection(plan)) return 0;
    const double at = sureAt(plan, effect, errorShare, draws);
    if (effect != FailureEffect::errors || errorShare >= 1 || !std::isfinite(at)) return at;
    const Trials trials = trialsOf(plan);
    return at + (failedRunAt(trials.inARow, errorShare, draws[3]) - trials.inARow) * trials.pause;
}

PhaseLaw detectionLaw(const FailoverPlan& plan, FailureEffect effect, double errorShare) {
    if (!hasDetection(plan)) return {};
    PhaseLaw law = sureLaw(plan, effect, errorShare);
    if (effect != FailureEffect::errors || errorShare >= 1 || !std::isfinite(law.meanS)) return law;
    const Trials trials = trialsOf(plan);
    law.meanS += (meanFailedRun(trials.inARow, errorShare) - trials.inARow) * trials.pause;
    law.maxS = kNever;
    return law;
}

bool isNoticed(const FailoverPlan& plan, FailureEffect effect, double errorShare) {
    const bool asks =
        plan.by == FailoverBy::orchestrator || plan.by == FailoverBy::mha || plan.by == FailoverBy::group;
    return !asks || std::isfinite(detectionLaw(plan, effect, errorShare).meanS);
}

FailureEffect asPromotionFails(FailureEffect effect) {
    return effect == FailureEffect::errors ? FailureEffect::crash : effect;
}

PhaseLaw rerouteLaw(const FailoverPlan& plan) {
    PhaseLaw law;
    for (const RerouteTimer& caller : plan.callers) {
        law.minS = std::max(law.minS, caller.offsetS);
        law.maxS = std::max(law.maxS, caller.offsetS + caller.widthS);
    }
    if (!std::isfinite(law.minS)) return kNeverLaw;
    if (plan.addressMove && law.maxS == 0) return lawOf(*plan.addressMove);
    double end = law.maxS;
    if (plan.addressMove) {
        const PhaseLaw move = lawOf(*plan.addressMove);
        law.minS = std::max(law.minS, move.minS);
        law.maxS = std::max(law.maxS, move.maxS);
        end = std::max(end, std::isfinite(move.maxS) ? move.maxS : plan.addressMove->quantile(1 - 1e-9));
    }
    law.meanS = meanOfLatest(law.minS, end, [&](double at) {
        double all = plan.addressMove ? plan.addressMove->cdf(at) : 1;
        for (const RerouteTimer& caller : plan.callers)
            all *= chanceBy(caller, at);
        return all;
    });
    return law;
}

FailoverLaw failoverLaw(const FailoverPlan& plan, FailureEffect effect, double errorShare) {
    FailoverLaw law;
    law.coverage = plan.coverage;
    if (plan.by == FailoverBy::nobody || !plan.anyCandidate) {
        law.detection = law.total = kNeverLaw;
    } else if (plan.takeOver) {
        law.detection = law.total = {0, plan.takeOver->mean(), kNever};
    } else if (plan.by == FailoverBy::human) {
        law.total = plan.byHand ? lawOf(*plan.byHand) : kNeverLaw;
    } else {
        law.detection = detectionLaw(plan, effect, errorShare);
        for (const DistributionShape& step : plan.promotionSteps)
            law.promotion = law.promotion + lawOf(step);
        law.reroute = rerouteLaw(plan);
        law.total = law.detection + law.promotion + law.reroute;
    }
    return law;
}

std::vector<TakeOverDraw> takeOverDraws(const FailoverPlan& plan, FailureEffect effect, double errorShare,
                                        std::size_t count) {
    const FailoverLaw law = failoverLaw(plan, effect, errorShare);
    const bool lost = !std::isfinite(law.reroute.minS); // its callers never find the new one
    if (!std::isfinite((lost ? law.detection : law.total).minS) || (lost && !plan.byHand)) return {};
    const std::optional<DistributionShape> whole = plan.takeOver                  ? plan.takeOver
                                                   : plan.by == FailoverBy::human ? plan.byHand
                                                                                  : std::nullopt;
    Draws draws;
    std::vector<TakeOverDraw> all(count);
    for (std::size_t i = 0; i < count; ++i) {
        TakeOverDraw& one = all[i];
        if (whole) {
            const double at = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
            one.promotedS = one.servedS = whole->quantile(at);
            continue;
        }
        one.promotedS = sampleDetection(plan, effect, errorShare, [&] { return draws.uniform(); });
        draws.addPromotion(plan, one);
    }
    return all;
}

std::vector<double> leadAgainTimes(const FailoverPlan& plan, std::size_t count) {
    const bool human = plan.by == FailoverBy::human;
    std::vector<double> all(count, kNever);
    if (plan.by == FailoverBy::nobody) return all;
    if (plan.takeOver || (!human && plan.promotionSteps.empty())) return {};
    Draws draws;
    for (std::size_t i = 0; i < count; ++i) {
        TakeOverDraw one;
        if (!human)
            draws.addPromotion(plan, one);
        else if (plan.byHand)
            one.servedS = plan.byHand->quantile((static_cast<double>(i) + 0.5) / static_cast<double>(count));
        else
            continue;
        all[i] = one.servedS;
    }
    std::sort(all.begin(), all.end());
    return all;
}

std::vector<double> failoverTimes(const FailoverPlan& plan, FailureEffect effect, double errorShare,
                                  std::size_t count) {
    if (!std::isfinite(failoverLaw(plan, effect, errorShare).total.minS)) return {};
    std::vector<double> all;
    all.reserve(count);
    for (const TakeOverDraw& one : takeOverDraws(plan, effect, errorShare, count))
        all.push_back(one.servedS);
    std::sort(all.begin(), all.end());
    return all;
}

double failoverQuantile(const FailoverPlan& plan, FailureEffect effect, double p) {
    if (!std::isfinite(failoverLaw(plan, effect).total.minS)) return kNever;
    if (plan.takeOver) return plan.takeOver->quantile(p);
    if (plan.by == FailoverBy::human) return plan.byHand->quantile(p);
    const std::vector<double> all = failoverTimes(plan, effect, 1, 8192);
    return all[static_cast<std::size_t>(p * static_cast<double>(all.size()))];
}

ElectionPlan electionPlan(const Design& design, const Group& quorum) {
    ElectionPlan plan;
    plan.timeout = get(quorum, key::group::quorum::electionTimeout).seconds();
    plan.splitVote = get(quorum, key::group::quorum::splitVote).value();
    const std::vector<const Node*> voters = membersOf(design, quorum.id);
    for (std::size_t i = 0; i < voters.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            plan.roundTrip =
                std::max(plan.roundTrip, roundTripOfPlaces(design, *voters[i], *voters[j]).seconds());
    return plan;
}

PhaseLaw electionLaw(const ElectionPlan& plan) {
    const double least = plan.timeout + plan.roundTrip, most = 2 * plan.timeout + plan.roundTrip;
    return {least, (least + most) / 2 / (1 - plan.splitVote), plan.splitVote > 0 ? kNever : most};
}

FailoverLaw failoverLaw(const Design& design, const Group& group, FailureEffect effect, double errorShare) {
    if (hasRole(group, "majority")) return quorumLaw(electionPlan(design, group));
    const FailoverPlan plan = failoverPlan(design, group);
    if (plan.by != FailoverBy::nobody || hasMechanism(group, "manager"))
        return failoverLaw(plan, effect, errorShare);
    FailoverLaw law;
    law.coverage = plan.coverage;
    if (plan.takeOver) law.detection = law.total = {0, plan.takeOver->mean(), kNever};
    return law;
}

} // namespace alwayson
