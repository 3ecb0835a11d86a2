#pragma once
// How many periods of an objective ("99.9 % of 30 days") are missed in one history: periods of equal length
// follow one another from the start of counting; one is missed when it loses more than the objective allows.

#include <cstdint>

namespace alwayson::sim {

// What an objective over a period asks for.
struct FailurePeriod {
    std::uint32_t observable = 0; // of FailureModel::observables
    bool ofRequests = false;      // loses the share that is not served; else the time that is not up
    double seconds = 0;           // of a period
    double allowed = 0;           // seconds of loss that a period may have
};

class PeriodCounter {
public:
    void start(const FailurePeriod& period) {
        m_period = period;
        m_index = m_missed = 0;
        m_lost = 0;
    }
    // A loss at `rate` (0 to 1) over [from, to), seconds since the start of counting; in order of time.
    void lose(double from, double to, double rate);
    // Missed ones among the `count` first; call it once, at the end.
    std::uint64_t missed(std::uint64_t count);

private:
    void close();
    FailurePeriod m_period;
    std::uint64_t m_index = 0, m_missed = 0;
    double m_lost = 0;
};

} // namespace alwayson::sim
