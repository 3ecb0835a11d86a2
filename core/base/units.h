#pragma once
// Printing and parsing of quantities with units, in one place. Locale-free. What is printed is for people:
// thousands are grouped from five digits on (core/text); only formatNumber is read back.

#include "core/base/quantity.h"
#include "core/base/result.h"

#include <string>
#include <string_view>

namespace alwayson {

// "4 ms", "12 s", "3 min", "8760 h", "12 300 h": three significant digits, the unit chosen by size.
std::string formatDuration(Duration value);
// "99.983 %": as many digits as the unavailability needs to show two significant ones ("99.9997 %").
std::string formatAvailability(double availability);
// "90 min/yr", "5.3 s/yr", ... of a year of 8760 h.
std::string formatDowntimePerYear(double availability);
// "$680", "$0.35", "$12 345" (US dollars).
std::string formatMoney(Money value);
// Shortest text that reads back as the same double.
std::string formatNumber(double value);
// At most `digits` significant digits, no trailing zeros, no exponent between 1e-4 and 1e7.
std::string formatSignificant(double value, int digits = 3);
// The number that formatSignificant shows.
double roundSignificant(double value, int digits = 3);

// What people type: "250 ms", "8h", "1.5 min", "2 d", "90" (in defaultUnit). Units: ns us ms s min h d y.
// Error code "units.duration".
Result<Duration> parseDuration(std::string_view text, std::string_view defaultUnit);
// "99.9 %", "99.9%", "0.999". Error code "units.probability".
Result<Probability> parseProbability(std::string_view text);

// Seconds in one unit of time ("ms" -> 0.001), 0 when the unit is unknown.
double secondsPer(std::string_view timeUnit);

} // namespace alwayson
