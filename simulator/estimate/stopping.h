#pragma once
// When is a simulation precise enough? Decided only at the ends of rounds of work units, from merged results,
// so that the answer is the same for any number of threads. Looking often at an interval and stopping when it
// happens to be narrow makes it cover too rarely (some 93.5 % instead of 95 %): hence a floor of units and
// events before the first look counts, rounds that double the units, and a round that confirms: precise means
// precise at the ends of two rounds in a row.

#include <cstddef>
#include <cstdint>

namespace alwayson::sim {

struct StoppingRule {
    double precision = 0.05;       // relative half width wanted
    std::size_t firstRound = 32;   // units
    std::size_t maxUnits = 4096;   // work budget, in units
    std::uint64_t minEvents = 100; // events (outages) needed before precision counts
};

enum class StopReason : std::uint8_t { goOn, precise, budget };

class Stopping {
public:
    explicit Stopping(const StoppingRule& rule) : m_rule(rule) {}
    // At the end of a round, after `units` units: relative half width so far (infinity when unknown) and
    // events seen.
    StopReason decide(std::size_t units, double relativeHalfWidth, std::uint64_t events);

private:
    StoppingRule m_rule;
    bool m_wasPrecise = false;
};

// Units of the next round after `units` done: the first round, then as many as were done, at most up to
// maxUnits.
std::size_t nextRound(const StoppingRule& rule, std::size_t units);

} // namespace alwayson::sim
