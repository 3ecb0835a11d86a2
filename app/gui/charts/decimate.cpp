#include "app/gui/charts/decimate.h"

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

std::vector<QPointF> decimate(const std::vector<QPointF>& points, double from, double to, int columns) {
    const auto byX = [](const QPointF& point, double x) { return point.x() < x; };
    auto first = std::lower_bound(points.begin(), points.end(), from, byX);
    if (first != points.begin()) --first;
    auto last = std::upper_bound(first, points.end(), to,
                                 [](double x, const QPointF& point) { return x < point.x(); });
    if (last != points.end()) ++last;
    const auto count = last - first;
    columns = std::max(columns, 1);
    if (count <= 4 * std::ptrdiff_t(columns) || to <= from) return {first, last};
    std::vector<QPointF> thin;
    thin.reserve(4 * std::size_t(columns) + 4);
    const auto columnOf = [&](const QPointF& point) {
        return std::floor((point.x() - from) / (to - from) * columns);
    };
    for (auto begin = first; begin != last;) {
        const double column = columnOf(*begin);
        auto end = begin;
        auto low = begin, high = begin;
        while (end != last && columnOf(*end) == column) {
            if (end->y() < low->y()) low = end;
            if (end->y() > high->y()) high = end;
            ++end;
        }
        auto kept = {begin, std::min(low, high), std::max(low, high), end - 1};
        auto before = last;
        for (const auto& one : kept)
            if (one != before) {
                thin.push_back(*one);
                before = one;
            }
        begin = end;
    }
    return thin;
}

double niceCeiling(double value) {
    if (!(value > 0) || !std::isfinite(value)) return 1;
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double step : {1.0, 2.0, 2.5, 4.0, 5.0, 8.0, 10.0})
        if (step * power >= value * (1 - 1e-9)) return step * power;
    return 10 * power;
}

int niceSteps(double ceiling) {
    const double mantissa = ceiling / std::pow(10, std::floor(std::log10(ceiling) + 1e-9));
    for (const double four : {2.0, 4.0, 8.0})
        if (std::abs(mantissa - four) < 1e-6) return 4;
    return 5;
}

} // namespace alwayson::gui
