#include "simulator/run/failure_periods.h"

#include <algorithm>

namespace alwayson::sim {

namespace {
constexpr double kSlack = 1e-9; // of a period: sums of many short losses are rounded
}

void PeriodCounter::close() {
    if (m_lost > m_period.allowed + kSlack * m_period.seconds) ++m_missed;
    m_lost = 0;
}

void PeriodCounter::lose(double from, double to, double rate) {
    const auto indexOf = [&](double at) {
        return static_cast<std::uint64_t>(std::max(0.0, at) / m_period.seconds);
    };
    while (from < to) {
        const std::uint64_t index = indexOf(from);
        if (index > m_index) {
            close();
            m_index = index;
        }
        const double end = std::min(to, static_cast<double>(m_index + 1) * m_period.seconds);
        if (end <= from) { // the border was rounded to the period before
            close();
            ++m_index;
            continue;
        }
        m_lost += rate * (end - from);
        from = end;
    }
}

std::uint64_t PeriodCounter::missed(std::uint64_t count) {
    if (m_index < count) close();
    return m_missed;
}

} // namespace alwayson::sim
