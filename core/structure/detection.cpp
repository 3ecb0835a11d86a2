#include "core/structure/detection.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace alwayson {

namespace {

struct CheckTimers {
    double inter = 0, fastinter = 0, downinter = 0;
    double fall = 1, rise = 1;
    double hangTimeout = 0, goneTimeout = 0;
    bool http = true;
};

CheckTimers timersOf(const Node& balancer) {
    const Parameters& p = balancer.parameters;
    CheckTimers t;
    t.inter = get(p, key::haproxy::checkInter).seconds();
    t.fastinter = get(p, key::haproxy::checkFastinter).value_or(Duration::seconds(t.inter)).seconds();
    t.downinter = get(p, key::haproxy::checkDowninter).value_or(Duration::seconds(t.inter)).seconds();
    t.fall = static_cast<double>(get(p, key::haproxy::checkFall));
    t.rise = static_cast<double>(get(p, key::haproxy::checkRise));
    // Without a timeout of its own, a check must connect and be answered within inter.
    // Without a check timeout, connecting and waiting share one interval.
    const auto checkTimeout = get(p, key::haproxy::checkTimeout);
    t.hangTimeout = checkTimeout ? checkTimeout->seconds() : t.inter;
    t.goneTimeout =
        checkTimeout ? std::min(get(p, key::haproxy::timeoutConnect).seconds(), t.inter) : t.inter;
    t.http = get(p, key::haproxy::checkType) == key::haproxy::CheckType::http;
    return t;
}

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr DetectionLaw kUnseen{kNever, kNever, kNever};

DetectionLaw uniform(double width, double offset) {
    return {offset, offset + width, offset + width / 2};
}

// Checks until `fall` failures in a row when each fails with probability e: (1 - e^fall) / (e^fall (1 - e)).
DetectionLaw byErrors(const CheckTimers& t, double e) {
    if (!t.http || !(e > 0)) return kUnseen;
    const DetectionLaw sure = uniform(t.inter, (t.fall - 1) * t.fastinter);
    if (e >= 1) return sure;
    const double all = std::pow(e, t.fall);
    const double checks = (1 - all) / (all * (1 - e));
    // After a passed check the next follows after `inter`, after a failed one after `fastinter` (Wald for
    // their numbers).
    return {sure.minS, kNever, t.inter / 2 + (1 - e) * checks * t.inter + (e * checks - 1) * t.fastinter};
}

bool checks(const Node& balancer) {
    return hasMechanism(balancer, "health_check") && get(balancer.parameters, key::haproxy::check);
}

} // namespace

DetectionLaw detectionTime(const Node& balancer, FailureEffect effect, double errorShare) {
    if (!checks(balancer)) return kUnseen;
    const CheckTimers t = timersOf(balancer);
    const double pauses = (t.fall - 1) * t.fastinter;
    switch (effect) {
    case FailureEffect::crash:
    case FailureEffect::dataLoss:
        return uniform(t.inter, pauses);
    case FailureEffect::hang:
        return t.http ? uniform(t.inter, pauses + t.fall * t.hangTimeout) : kUnseen;
    case FailureEffect::gone:
    case FailureEffect::cutOff:
    case FailureEffect::outage:
    case FailureEffect::isolation:
        return uniform(t.inter, pauses + t.fall * t.goneTimeout);
    case FailureEffect::errors:
        return byErrors(t, errorShare);
    case FailureEffect::slow:
        break;
    }
    return kUnseen;
}

DetectionLaw recoveryTime(const Node& balancer, FailureEffect effect) {
    if (!checks(balancer)) return kUnseen;
    const CheckTimers t = timersOf(balancer);
    const double pauses = (t.rise - 1) * t.fastinter;
    double timeout = 0;
    if (effect == FailureEffect::hang) timeout = t.hangTimeout;
    if (effect == FailureEffect::gone || effect == FailureEffect::cutOff || effect == FailureEffect::outage ||
        effect == FailureEffect::isolation)
        timeout = t.goneTimeout;
    // The check that is under way when the server comes back still times out: the cycle is timeout +
    // downinter long.
    return uniform(t.downinter + timeout, pauses);
}

} // namespace alwayson
