#include "simulator/estimate/stopping.h"

#include <algorithm>

namespace alwayson::sim {

StopReason Stopping::decide(std::size_t units, double relativeHalfWidth, std::uint64_t events) {
    const bool precise =
        units >= m_rule.firstRound && events >= m_rule.minEvents && relativeHalfWidth <= m_rule.precision;
    if (precise && m_wasPrecise) return StopReason::precise;
    m_wasPrecise = precise;
    return units >= m_rule.maxUnits ? StopReason::budget : StopReason::goOn;
}

std::size_t nextRound(const StoppingRule& rule, std::size_t units) {
    if (units >= rule.maxUnits) return 0;
    const std::size_t wanted = units == 0 ? rule.firstRound : units;
    return std::min(wanted, rule.maxUnits - units);
}

} // namespace alwayson::sim
