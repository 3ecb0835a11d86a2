#include "core/structure/failover_laws.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace alwayson {

namespace {

namespace v = key::group::vrrpPair;

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr PhaseLaw kUnseen{kNever, kNever, kNever};

PhaseLaw uniform(double width, double offset) {
    return {offset, offset + width / 2, offset + width};
}

PhaseLaw plus(const PhaseLaw& a, const PhaseLaw& b) {
    return {a.minS + b.minS, a.meanS + b.meanS, a.maxS + b.maxS};
}

PhaseLaw after(const PhaseLaw& a, double seconds) {
    return plus(a, {seconds, seconds, seconds});
}

double clampPriority(double priority) {
    return std::clamp(priority, 1.0, 254.0);
}

// Priority while the script succeeds: a positive weight counts then.
double effectivePriority(double priority, double weight) {
    return clampPriority(priority + std::max(weight, 0.0));
}

// Runs of the script until `fall` failures in a row when each fails with probability e, the last one
// included: (1 - e^fall) / (e^fall (1 - e)).
double runsUntilFall(double fall, double e) {
    if (e >= 1) return fall;
    const double all = std::pow(e, fall);
    return (1 - all) / (all * (1 - e));
}

// Until the script has given the balancer up, from the event on.
PhaseLaw scriptVerdict(const VrrpTimers& t, VrrpEvent event) {
    return uniform(t.interval,
                   (t.fall - 1) * t.interval + (event == VrrpEvent::balancerHung ? t.timeout : 0));
}

// From the script's verdict until a standby holds the address.
PhaseLaw afterVerdict(const VrrpTimers& t) {
    if (t.weight == 0) return {t.skew, t.skew, t.skew};
    if (!t.weightGivesWay) return kUnseen;
    const PhaseLaw missed = uniform(t.advert, 2 * t.advert + t.skew);
    if (t.preemptDelay <= 0) return missed;
    return plus(missed, uniform(t.advert, std::floor(t.preemptDelay / t.advert) * t.advert));
}

std::optional<VrrpEvent> eventOf(FailureEffect effect, double errorShare) {
    switch (effect) {
    case FailureEffect::crash:
    case FailureEffect::dataLoss:
        return VrrpEvent::balancerDead;
    case FailureEffect::hang:
        return VrrpEvent::balancerHung;
    case FailureEffect::errors:
        return errorShare > 0 ? std::optional(VrrpEvent::balancerDead) : std::nullopt;
    case FailureEffect::slow:
        return std::nullopt;
    case FailureEffect::gone:
    case FailureEffect::cutOff:
    case FailureEffect::outage:
    case FailureEffect::isolation:
        return VrrpEvent::machineGone;
    }
    return std::nullopt;
}

FailoverLaw vrrpLaw(const Design& design, const Group& group, FailureEffect effect, double errorShare) {
    FailoverLaw law;
    law.coverage = get(group, v::failoverCoverage).value();
    const std::vector<const Node*> members = membersOf(design, group.id);
    if (const std::optional<DistributionShape> given = get(group, v::failover)) {
        law.total = {0, given->mean(), kNever};
        law.detection = law.total;
        return law;
    }
    const std::optional<VrrpEvent> event = eventOf(effect, errorShare);
    if (members.size() < 2 || !event) {
        law.detection = law.total = kUnseen;
        return law;
    }
    const VrrpTimers timers = vrrpTimersOf(design, group, *members.front());
    law.detection = vrrpTakeover(timers, *event);
    if (effect == FailureEffect::errors && errorShare < 1 && std::isfinite(law.detection.meanS)) {
        law.detection.meanS += (runsUntilFall(timers.fall, errorShare) - timers.fall) * timers.interval;
        law.detection.maxS = kNever;
    }
    law.reroute = {timers.arpUpdate, timers.arpUpdate, timers.arpUpdate};
    law.total = plus(law.detection, law.reroute);
    return law;
}

} // namespace

double priorityOf(const Design& design, const Node& member) {
    if (const std::optional<std::int64_t> own = get(member, key::haproxy::vrrpPriority))
        return clampPriority(static_cast<double>(*own));
    if (!member.group) return 0;
    const std::vector<const Node*> members = membersOf(design, *member.group);
    const auto at = std::find_if(members.begin(), members.end(),
                                 [&](const Node* other) { return other->id == member.id; });
    const auto position = static_cast<double>(at - members.begin());
    return position == 0 ? 150 : clampPriority(110 - 10 * position);
}

VrrpTimers vrrpTimersOf(const Design& design, const Group& group, const Node& active) {
    VrrpTimers t;
    t.advert = get(group, v::advert).seconds();
    t.tracked = get(group, v::track) == v::Track::script;
    t.interval = get(group, v::trackInterval).seconds();
    t.timeout = get(group, v::trackTimeout).seconds();
    t.fall = static_cast<double>(get(group, v::trackFall));
    t.weight = t.tracked ? static_cast<double>(get(group, v::trackWeight)) : 0;
    t.preempt = get(group, v::preempt);
    t.preemptDelay = t.preempt ? get(group, v::preemptDelay).seconds() : 0;
    t.arpUpdate = get(group, v::arpUpdate).seconds();
    double standby = 1;
    for (const Node* member : membersOf(design, group.id))
        if (member->id != active.id)
            standby = std::max(standby, effectivePriority(priorityOf(design, *member), t.weight));
    t.skew = (256 - standby) / 256 * (get(group, v::version) == 3 ? t.advert : 1.0);
    const double failing = clampPriority(priorityOf(design, active) + std::min(t.weight, 0.0));
    t.weightGivesWay = t.preempt && failing < standby;
    return t;
}

PhaseLaw vrrpTakeover(const VrrpTimers& t, VrrpEvent event) {
    switch (event) {
    case VrrpEvent::machineGone:
        return uniform(t.advert, 2 * t.advert + t.skew);
    case VrrpEvent::stopped:
        return {t.skew, t.skew, t.skew};
    case VrrpEvent::balancerDead:
    case VrrpEvent::balancerHung:
        return t.tracked ? plus(scriptVerdict(t, event), afterVerdict(t)) : kUnseen;
    }
    return kUnseen;
}

PhaseLaw vrrpTakeoverHungNewer(const VrrpTimers& t) {
    const double wait = std::floor(t.timeout / t.interval) * t.interval;
    return after(vrrpTakeover(t, VrrpEvent::balancerHung), (t.fall - 1) * wait);
}

FailoverLaw failoverLaw(const Design& design, const Group& group, FailureEffect effect, double errorShare) {
    if (hasMechanism(group, "vrrp")) return vrrpLaw(design, group, effect, errorShare);
    return {};
}

} // namespace alwayson
