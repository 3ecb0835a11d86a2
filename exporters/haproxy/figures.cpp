#include "exporters/haproxy/figures.h"

#include "core/base/units.h"
#include "core/catalogue/keys.h"
#include "core/structure/detection.h"

#include <fmt/format.h>

#include <cmath>

namespace alwayson::exporters::haproxy {

std::string Window::shown() const {
    return fmt::format("{} to {}", formatDuration(from), formatDuration(to));
}

CheckTimers checkTimersOf(const Parameters& balancer) {
    namespace k = key::haproxy;
    CheckTimers timers;
    timers.inter = get(balancer, k::checkInter);
    timers.fastinter = get(balancer, k::checkFastinter).value_or(timers.inter);
    timers.downinter = get(balancer, k::checkDowninter).value_or(timers.inter);
    timers.timeout = get(balancer, k::checkTimeout);
    timers.connect = get(balancer, k::timeoutConnect);
    timers.fall = get(balancer, k::checkFall);
    timers.rise = get(balancer, k::checkRise);
    return timers;
}

static std::optional<Window> windowOf(const DetectionLaw& law) {
    if (!std::isfinite(law.maxS)) return std::nullopt;
    return Window{Duration::seconds(law.minS), Duration::seconds(law.maxS)};
}

Figures figuresOf(const Node& node, bool asks) {
    Node balancer = node;
    if (asks)
        balancer.parameters.insert_or_assign(std::string(key::haproxy::checkType.id), std::string("http"));
    Figures figures;
    figures.refused = windowOf(detectionTime(balancer, FailureEffect::crash));
    figures.hang = windowOf(detectionTime(balancer, FailureEffect::hang));
    figures.gone = windowOf(detectionTime(balancer, FailureEffect::gone));
    figures.back = windowOf(recoveryTime(balancer, FailureEffect::crash));
    return figures;
}

} // namespace alwayson::exporters::haproxy
