#include "core/base/units.h"

#include "core/text/sentence.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace alwayson {

namespace {

struct TimeUnit {
    std::string_view name;
    double seconds;
};
constexpr std::array<TimeUnit, 9> kTimeUnits{{{"ns", 1e-9},
                                              {"us", 1e-6},
                                              {"ms", 1e-3},
                                              {"s", 1},
                                              {"min", 60},
                                              {"h", 3600},
                                              {"d", 86400},
                                              {"months", 3600 * kHoursPerMonth},
                                              {"y", kSecondsPerYear}}};

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Splits "12.5 ms" into the number and the rest; false when there is no finite number in front.
bool splitNumber(std::string_view text, double& number, std::string_view& rest) {
    text = trim(text);
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc{} || !std::isfinite(number)) return false;
    rest = trim(text.substr(static_cast<std::size_t>(parsed.ptr - text.data())));
    return true;
}

Error unitError(const char* code, std::string_view text, const char* cure) {
    return Error{ErrorKind::invalidInput,
                 code,
                 fmt::format("cannot read \"{}\" as a quantity.", shownName(text)),
                 cure,
                 {}};
}

} // namespace

double secondsPer(std::string_view timeUnit) {
    for (const TimeUnit& unit : kTimeUnits)
        if (unit.name == timeUnit) return unit.seconds;
    return 0;
}

std::string formatNumber(double value) {
    return fmt::format("{}", value);
}

// Without groups: machine readable.
static std::string significant(double value, int digits) {
    if (value == 0) return "0";
    const double magnitude = std::fabs(value);
    if (magnitude >= 1e7 || magnitude < 1e-4) return fmt::format("{:.{}g}", value, digits);
    const int before = static_cast<int>(std::floor(std::log10(magnitude))) + 1;
    std::string text = fmt::format("{:.{}f}", value, std::max(0, digits - before));
    if (text.find('.') != std::string::npos) {
        while (text.back() == '0')
            text.pop_back();
        if (text.back() == '.') text.pop_back();
    }
    return text;
}

std::string formatSignificant(double value, int digits) {
    if (!std::isfinite(value)) return value > 0 ? "never" : "-";
    // All digits as long as a person can take them in: a rate of 500 000 000/s, not 5e+08/s.
    if (std::fabs(value) >= 1e7 && std::fabs(value) < 1e15)
        return grouped(fmt::format("{:.0f}", roundSignificant(value, digits)));
    return grouped(significant(value, digits));
}

double roundSignificant(double value, int digits) {
    if (!std::isfinite(value)) return value;
    const std::string text = significant(value, digits);
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string formatDuration(Duration value) {
    const double s = value.seconds();
    if (!std::isfinite(s)) return "never";
    const double a = std::fabs(s);
    if (a == 0) return "0 s";
    for (const auto& [limit, unit] : {std::pair{1e-6, "ns"},
                                      {1e-3, "us"},
                                      {1.0, "ms"},
                                      {120.0, "s"},
                                      {7200.0, "min"},
                                      {3600.0 * 24 * 365 * 3, "h"}})
        if (a < limit) return formatSignificant(s / secondsPer(unit)) + " " + unit;
    return formatSignificant(s / kSecondsPerYear) + " y";
}

std::string formatAvailability(double availability) {
    const double down = 1 - availability;
    if (!(down > 0)) return "100 %";
    // Of a small share its own digits count, not those of the rest.
    if (availability > 0 && availability < 1e-4) return "below 0.01 %";
    if (availability > 0 && availability < 0.01) return formatSignificant(availability * 100, 2) + " %";
    const int decimals = std::max(0, 1 - static_cast<int>(std::floor(std::log10(down * 100))));
    return fmt::format("{:.{}f} %", availability * 100, std::min(decimals, 13));
}

std::string formatDowntimePerYear(double availability) {
    return formatDuration(Duration::seconds((1 - availability) * kSecondsPerYear)) + "/yr";
}

std::string formatMoney(Money value) {
    return grouped(fmt::format("${:.{}f}", value.usd(), std::fabs(value.usd()) < 100 ? 2 : 0));
}

Result<Duration> parseDuration(std::string_view text, std::string_view defaultUnit) {
    double number = 0;
    std::string_view unit;
    if (splitNumber(text, number, unit)) {
        const double scale = secondsPer(unit.empty() ? defaultUnit : unit);
        if (scale > 0) return Duration::seconds(number * scale);
    }
    return unitError("units.duration", text,
                     "Write a number and a unit: 250 ms, 8 h, 1.5 min (ns us ms s min h d y).");
}

Result<Probability> parseProbability(std::string_view text) {
    double number = 0;
    std::string_view unit;
    if (splitNumber(text, number, unit)) {
        if (unit == "%") number /= 100;
        if ((unit.empty() || unit == "%") && number >= 0 && number <= 1) return Probability(number);
    }
    return unitError("units.probability", text, "Write 99.9 % or a number from 0 to 1.");
}

} // namespace alwayson
