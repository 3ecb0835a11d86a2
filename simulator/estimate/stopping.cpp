#include "simulator/estimate/stopping.h"

#include <algorithm>

namespace alwayson::sim {

StopReason decide(const StoppingRule& rule, std::size_t units, double relativeHalfWidth, std::uint64_t events) {
    if (units >= rule.firstRound && events >= rule.minEvents && relativeHalfWidth <= rule.precision) return StopReason::precise;
    return units >= rule.maxUnits ? StopReason::budget : StopReason::goOn;
}

std::size_t nextRound(const StoppingRule& rule, std::size_t units) {
    if (units >= rule.maxUnits) return 0;
    const std::size_t wanted = units == 0 ? rule.firstRound : std::max<std::size_t>(1, units / 2);
    return std::min(wanted, rule.maxUnits - units);
}

} // namespace alwayson::sim
