#include "app/gui/run/run_series.h"

#include "app/gui/canvas/words.h"
#include "core/model/design.h"
#include "core/results/simulation_result.h"

#include <QCoreApplication>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>

namespace alwayson::gui {

namespace {

constexpr Tone kTones[] = {Tone::accent, Tone::ok,    Tone::warn,    Tone::recovering,
                           Tone::bad,    Tone::cloud, Tone::compute, Tone::client};
// Of what fails: nothing that means well elsewhere.
constexpr Tone kErrorTones[] = {Tone::bad,   Tone::warn,   Tone::recovering, Tone::accent,
                                Tone::cloud, Tone::client, Tone::data,       Tone::secondary};
constexpr std::size_t kMostLines = 8;

QString tr(const char* text) {
    return QCoreApplication::translate("run", text);
}

bool isWhole(const NamedSeries& series, bool haveDesign) {
    return haveDesign ? series.id == "design" : series.id.find(':') == std::string::npos;
}

// Steps of a series in which nobody was answered although somebody asked. A step of a few requests that all
// end in the next one is none.
std::vector<bool> unservedSteps(const NamedSeries& series) {
    constexpr std::uint64_t kFew = 10;
    const std::vector<SeriesPoint>& points = series.points;
    std::vector<bool> unserved(points.size(), false);
    for (std::size_t first = 0; first < points.size(); ++first) {
        if (points[first].succeeded > 0) continue;
        std::size_t end = first;
        std::uint64_t failed = 0, offered = 0;
        for (; end < points.size() && points[end].succeeded == 0; ++end) {
            failed += points[end].failed;
            offered += points[end].offered;
        }
        const bool asked = failed > 0 || offered >= kFew;
        std::fill(unserved.begin() + std::ptrdiff_t(first), unserved.begin() + std::ptrdiff_t(end), asked);
        first = end;
    }
    return unserved;
}

// Where all of `count` series are unserved; steps by their end.
std::vector<ChartBand> bandsOf(const std::map<double, int>& unserved, int count, double stepS) {
    std::vector<ChartBand> bands;
    for (const auto& [atS, series] : unserved) {
        if (series < count) continue;
        if (!bands.empty() && atS - stepS <= bands.back().to + 1e-6)
            bands.back().to = atS;
        else
            bands.push_back({atS - stepS, atS, tr("nothing served"), Tone::bad});
    }
    return bands;
}

} // namespace

LatencyLines latencyLines(const Design& design, const SimulationResult& result) {
    bool haveDesign = false;
    for (const NamedSeries& series : result.series)
        haveDesign = haveDesign || series.id == "design";
    int shown = 0;
    for (const NamedSeries& series : result.series)
        shown += isWhole(series, haveDesign) ? 1 : 0;
    LatencyLines made;
    std::map<double, int> unservedAt;
    double stepS = 1;
    const double none = std::numeric_limits<double>::quiet_NaN();
    for (const NamedSeries& series : result.series) {
        if (!isWhole(series, haveDesign)) continue;
        const std::vector<bool> unserved = unservedSteps(series);
        stepS = series.stepS;
        const QString prefix = shown > 1 ? words::flowName(design, series.id) + QLatin1Char(' ') : QString();
        ChartSeries p99{prefix + QStringLiteral("p99 ms"), Tone::accent, {}},
            p50{prefix + QStringLiteral("p50 ms"), Tone::ok, {}};
        for (std::size_t i = 0; i < series.points.size(); ++i) {
            const SeriesPoint& point = series.points[i];
            if (point.succeeded > 0) {
                p99.points.emplace_back(point.atS, point.p99Ms);
                p50.points.emplace_back(point.atS, point.p50Ms);
            } else if (unserved[i]) {
                ++unservedAt[point.atS];
                const double begin = point.atS - series.stepS * 0.999; // after the point before
                p99.points.emplace_back(begin, none);
                p50.points.emplace_back(begin, none);
            }
        }
        if (made.lines.size() >= kMostLines) continue;
        made.lines.push_back(std::move(p99));
        made.lines.push_back(std::move(p50));
    }
    made.unserved = bandsOf(unservedAt, shown, stepS);
    return made;
}

std::vector<ChartSeries> errorSeries(const Design& design, const SimulationResult& result) {
    std::vector<ChartSeries> lines;
    for (const NamedSeries& series : result.series) {
        if (series.id.find(':') == std::string::npos || lines.size() >= kMostLines) continue;
        ChartSeries line{
            words::flowName(design, series.id), kErrorTones[lines.size() % std::size(kErrorTones)], {}};
        for (const SeriesPoint& point : series.points)
            line.points.emplace_back(point.atS, double(point.failed) / series.stepS);
        lines.push_back(std::move(line));
    }
    return lines;
}

std::vector<ChartSeries> loadSeries(const Design& design, const SimulationResult& result) {
    std::vector<ChartSeries> lines;
    for (const NodeSeries& series : result.nodeSeries) {
        if (series.busyShare.empty() || lines.size() >= kMostLines) continue;
        ChartSeries line{words::nameOf(design, series.id), kTones[lines.size() % std::size(kTones)], {}};
        double any = 0;
        for (std::size_t i = 0; i < series.busyShare.size(); ++i) {
            line.points.emplace_back(double(i + 1) * series.stepS, series.busyShare[i] * 100);
            any = std::max(any, series.busyShare[i]);
        }
        if (any > 0) lines.push_back(std::move(line));
    }
    return lines;
}

} // namespace alwayson::gui
