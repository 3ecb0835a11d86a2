#include "core/structure/failover_laws.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"

#include <algorithm>
#include <cmath>

namespace alwayson {

namespace {

namespace v = key::group::vrrpPair;

double clampPriority(double priority) {
    return std::clamp(priority, 1.0, 254.0);
}

// Priority while the script succeeds: a positive weight counts then.
double effectivePriority(double priority, double weight) {
    return clampPriority(priority + std::max(weight, 0.0));
}

// How much later than the first advert of the lower priority the last one comes that a standby still heeds:
// adverts before the end of its delay do, and the one that is due just then comes a little late.
double heededFor(const VrrpTimers& t) {
    return (std::ceil(t.preemptDelay / t.advert * (1 - 1e-12)) - 1) * t.advert;
}

// Until the script has given the balancer up, from the event on.
PhaseLaw scriptVerdict(const VrrpTimers& t, VrrpEvent event) {
    return uniformLaw(t.interval,
                      (t.fall - 1) * t.interval + (event == VrrpEvent::balancerHung ? t.timeout : 0));
}

// From the script's verdict until a standby holds the address.
PhaseLaw afterVerdict(const VrrpTimers& t) {
    if (t.weight == 0) return {t.skew, t.skew, t.skew};
    if (!t.weightGivesWay) return kNeverLaw;
    const double missed = (t.preemptDelay > 0 ? 3 * t.advert + heededFor(t) : 2 * t.advert) + t.skew;
    return uniformLaw(t.advert, missed);
}

} // namespace

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

double vrrpPreemptAt(const VrrpTimers& t, double u) {
    const double alone = 3 * t.advert + t.skew; // without an advert that it heeds
    return t.preemptDelay > 0 ? u * t.advert + heededFor(t) + alone : alone;
}

PhaseLaw vrrpTakeover(const VrrpTimers& t, VrrpEvent event) {
    switch (event) {
    case VrrpEvent::machineGone:
        return uniformLaw(t.advert, 2 * t.advert + t.skew);
    case VrrpEvent::stopped:
        return {t.skew, t.skew, t.skew};
    case VrrpEvent::balancerDead:
    case VrrpEvent::balancerHung:
        return t.tracked ? scriptVerdict(t, event) + afterVerdict(t) : kNeverLaw;
    }
    return kNeverLaw;
}

PhaseLaw vrrpTakeoverHungNewer(const VrrpTimers& t) {
    const double wait = std::floor(t.timeout / t.interval) * t.interval;
    return vrrpTakeover(t, VrrpEvent::balancerHung) + (t.fall - 1) * wait;
}

double vrrpTakeoverAt(const VrrpTimers& t, VrrpEvent event, const VrrpDraws& u) {
    switch (event) {
    case VrrpEvent::machineGone:
        return 2 * t.advert + t.skew + t.advert * u[0];
    case VrrpEvent::stopped:
        return t.skew;
    case VrrpEvent::balancerDead:
    case VrrpEvent::balancerHung:
        break;
    }
    if (!t.tracked) return kNeverLaw.minS;
    const double verdict = scriptVerdict(t, event).minS + t.interval * u[0];
    if (t.weight == 0) return verdict + t.skew;
    if (!t.weightGivesWay) return kNeverLaw.minS;
    return verdict + afterVerdict(t).minS + t.advert * u[1];
}

bool stillServes(FailureEffect effect, double errorShare) {
    return effect == FailureEffect::slow || (effect == FailureEffect::errors && errorShare < 1);
}

std::optional<VrrpEvent> vrrpEventOf(FailureEffect effect, double errorShare) {
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

double meanFailedRun(double fall, double e) {
    if (e >= 1) return fall;
    const double all = std::pow(e, fall);
    return (1 - all) / (all * (1 - e));
}

// s(n), the chance that n trials have no such run, is 1 below `fall`, 1 - e^fall there, and then
// s(n - 1) - (1 - e) e^fall s(n - fall - 1). Far out it falls by the same factor each time.
double failedRunAt(double fall, double e, double u) {
    if (e >= 1) return fall;
    constexpr std::size_t kMost = 1001, kExact = 8192;
    const auto length = std::min<std::size_t>(static_cast<std::size_t>(fall), kMost - 1);
    const double all = std::pow(e, fall), left = 1 - u;
    std::array<double, kMost> ring; // s of the last length + 1 numbers of trials, n at n % (length + 1)
    ring.fill(1);
    double before = 1, now = 1 - all;
    std::size_t n = length;
    for (; now > left && n < kExact + length; ++n) {
        ring[n % (length + 1)] = now;
        before = now;
        now -= (1 - e) * all * ring[(n + 1) % (length + 1)];
    }
    if (now <= left) return static_cast<double>(n);
    std::array<double, 62> factors;
    factors[0] = now / before;
    for (std::size_t k = 1; k < factors.size(); ++k)
        factors[k] = factors[k - 1] * factors[k - 1];
    double more = 1;
    for (std::size_t k = factors.size(); k-- > 0;)
        if (now * factors[k] > left) {
            now *= factors[k];
            more += std::ldexp(1.0, static_cast<int>(k));
        }
    return static_cast<double>(n) + more;
}

PhaseLaw uniformLaw(double width, double offset) {
    return {offset, offset + width / 2, offset + width};
}

PhaseLaw operator+(const PhaseLaw& a, const PhaseLaw& b) {
    return {a.minS + b.minS, a.meanS + b.meanS, a.maxS + b.maxS};
}

PhaseLaw operator+(const PhaseLaw& a, double seconds) {
    return a + PhaseLaw{seconds, seconds, seconds};
}

} // namespace alwayson
