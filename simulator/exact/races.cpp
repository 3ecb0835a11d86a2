#include "simulator/exact/races.h"

#include "core/catalogue/catalogue.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace alwayson::sim {

namespace {

constexpr std::size_t kTimes = 256;
constexpr double kSecondsPerHour = 3600;

} // namespace

std::vector<double> equallyLikely(const DistributionShape& shape) {
    std::vector<double> times(kTimes);
    for (std::size_t i = 0; i < kTimes; ++i)
        times[i] = shape.quantile((static_cast<double>(i) + 0.5) / kTimes);
    return times;
}

double meanOfEarlier(const std::vector<double>& a, const std::vector<double>& b, double later) {
    double sum = 0, before = 0;
    std::size_t i = 0;
    for (const double time : a) {
        while (i < b.size() && b[i] + later <= time)
            before += b[i++] + later;
        sum += before + time * static_cast<double>(b.size() - i);
    }
    return sum / static_cast<double>(a.size()) / static_cast<double>(b.size());
}

double raceRate(const std::vector<double>& times, const ResolvedFailureMode& mode, double responseS) {
    const bool restarts = mode.repairedBy == RepairedBy::restart;
    const double again = restarts ? 1 - mode.restartCoverage : 0;
    const double first = restarts ? 0 : responseS;
    const double repairS = mode.repair.mean() + first;
    if (!(repairS > 0)) return 0;
    double wanted = (1 - again) * meanOfEarlier(times, equallyLikely(mode.repair), first);
    if (again > 0)
        wanted += again * meanOfEarlier(times, equallyLikely(mode.crewRepair), repairS + responseS);
    const double more = again > 0 ? mode.crewRepair.mean() + responseS : 0;
    // Of exponential times: the first stretch of the repair, and with `again` the second.
    const auto lasts = [&](double rate) {
        const double one = 1 / (1 / repairS + rate);
        return one + (more > 0 ? again * one / repairS / (1 / more + rate) : 0);
    };
    double low = 0, high = 1 / wanted;
    if (!(wanted > 0) || lasts(low) <= wanted) return 0;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (lasts(middle) > wanted ? low : high) = middle;
    }
    return kSecondsPerHour * (low + high) / 2;
}

double chanceOfNotice(const FailoverPlan& plan, const ResolvedFailureMode& outage, std::size_t draws) {
    // Powers of 1 / 1.1673, whose fifth power is one more than itself.
    constexpr std::array<double, kDetectionDraws> kSteps = {0.8566748838545029, 0.7338918566271260,
                                                            0.6287067210378087, 0.5385972572236101};
    double sum = 0;
    for (std::size_t i = 0; i < draws; ++i) {
        DetectionDraws spread;
        for (std::size_t d = 0; d < spread.size(); ++d) {
            const double at = 0.5 + static_cast<double>(i) * kSteps[d];
            spread[d] = at - std::floor(at);
        }
        sum += 1 - outage.repair.cdf(detectionAt(plan, FailureEffect::outage, 1, spread));
    }
    return sum / static_cast<double>(draws);
}

} // namespace alwayson::sim
