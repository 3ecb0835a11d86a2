#pragma once
// Time inside one run: whole nanoseconds since its start.

#include <cstdint>
#include <limits>

namespace alwayson::sim {

using SimTime = std::int64_t;
inline constexpr SimTime kNever = std::numeric_limits<SimTime>::max();
inline constexpr SimTime kSecond = 1'000'000'000;

// Nearest nanosecond; negative and NaN become 0; beyond some 146 years saturates to kNever, so that now +
// delay cannot overflow.
inline SimTime toSimTime(double seconds) {
    const double ns = seconds * 1e9 + 0.5;
    if (!(ns > 0)) return 0;
    return ns >= 4.6e18 ? kNever : static_cast<SimTime>(ns);
}
inline double toSeconds(SimTime time) {
    return static_cast<double>(time) * 1e-9;
}
// now + delay, where delay may be kNever.
inline SimTime after(SimTime now, SimTime delay) {
    return delay >= kNever - now ? kNever : now + delay;
}

} // namespace alwayson::sim
