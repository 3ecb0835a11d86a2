#pragma once
// Printing and parsing of quantities with units, in one place. Locale-free.

#include "core/base/quantity.h"
#include "core/base/result.h"

#include <string>
#include <string_view>

namespace alwayson {

// "4.0 ms", "12 s", "3 min", "8 760 h" style: three significant digits, the unit chosen by size.
std::string formatDuration(Duration value);
// "99.983 %": as many digits as the unavailability needs to show two significant ones ("99.9997 %").
std::string formatAvailability(double availability);
// "90 min/yr", "5.3 s/yr", ... of a year of 8760 h.
std::string formatDowntimePerYear(double availability);
// "$680", "$0.35" (US dollars).
std::string formatMoney(Money value);
// Shortest text that reads back as the same double.
std::string formatNumber(double value);
// At most `digits` significant digits, no trailing zeros, no exponent between 1e-4 and 1e7.
std::string formatSignificant(double value, int digits = 3);

// What people type: "250 ms", "8h", "1.5 min", "2 d", "90" (in defaultUnit). Units: ns us ms s min h d y.
// Error code "units.duration".
Result<Duration> parseDuration(std::string_view text, std::string_view defaultUnit);
// "99.9 %", "99.9%", "0.999". Error code "units.probability".
Result<Probability> parseProbability(std::string_view text);

// Seconds in one unit of time ("ms" -> 0.001), 0 when the unit is unknown.
double secondsPer(std::string_view timeUnit);

} // namespace alwayson
