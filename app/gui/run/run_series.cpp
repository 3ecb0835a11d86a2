#include "app/gui/run/run_series.h"

#include "app/gui/canvas/words.h"
#include "app/gui/run/run_words.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/model/design.h"
#include "core/results/simulation_result.h"

#include <QCoreApplication>

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>

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

// Steps in which more failed than the client of the flow puts up with. A few that fail among many are none.
std::vector<bool> failingSteps(const NamedSeries& series, double wanted) {
    constexpr std::uint64_t kFew = 3;
    std::vector<bool> failing = unservedSteps(series);
    for (std::size_t i = 0; i < series.points.size(); ++i) {
        const SeriesPoint& point = series.points[i];
        const double ended = double(point.failed + point.succeeded);
        if (point.failed >= kFew && double(point.failed) > (1 - wanted) * ended) failing[i] = true;
    }
    return failing;
}

double upThreshold(const Design& design, const std::string& flow) {
    const Node* client = design.nodes.find(flow.substr(0, flow.find(':')));
    return client && hasRole(*client, "client") ? get(client->parameters, key::client::upThreshold).value()
                                                : 0.95;
}

// Steps one after another become one band as long as the same is not served.
class Bands {
public:
    std::vector<ChartBand> bands = {};

    void step(double fromS, double toS, bool all, const std::vector<QString>& names) {
        if (!all && names.empty()) return;
        const QString text =
            all ? tr("nothing served")
                : tr("not served: ") + QStringList(names.begin(), names.end()).join(QStringLiteral(", "));
        if (bands.empty() || fromS > bands.back().to + 1e-6 || bands.back().text != text)
            bands.push_back({fromS, toS, text, all ? Tone::bad : Tone::warn});
        bands.back().to = toS;
    }
};

} // namespace

std::vector<ChartBand> unservedBands(const Design& design, const SimulationResult& result) {
    struct Class {
        QString name;
        std::vector<bool> failing;
    };
    std::vector<Class> classes;
    std::vector<std::vector<bool>> wholes; // unserved steps of what the latency is shown of
    const bool haveDesign = std::any_of(result.series.begin(), result.series.end(),
                                        [](const NamedSeries& series) { return series.id == "design"; });
    std::set<std::string> clients;
    const NamedSeries* longest = nullptr;
    for (const NamedSeries& series : result.series) {
        if (isClass(series.id)) clients.insert(series.id.substr(0, series.id.find(':')));
        if (!longest || series.points.size() > longest->points.size()) longest = &series;
    }
    for (const NamedSeries& series : result.series) {
        if (isWhole(series, haveDesign)) wholes.push_back(unservedSteps(series));
        if (!isClass(series.id)) continue;
        // Of one client the class says enough.
        classes.push_back({clients.size() > 1
                               ? words::flowName(design, series.id)
                               : QString::fromStdString(series.id.substr(series.id.find(':') + 1)),
                           failingSteps(series, upThreshold(design, series.id))});
    }
    if (!longest) return {};
    Bands made;
    for (std::size_t i = 0; i < longest->points.size(); ++i) {
        const auto at = [i](const std::vector<bool>& steps) { return i < steps.size() && steps[i]; };
        const bool all = !wholes.empty() && std::all_of(wholes.begin(), wholes.end(), at);
        std::vector<QString> names;
        for (const Class& one : classes)
            if (at(one.failing)) names.push_back(one.name);
        made.step(longest->points[i].atS - longest->stepS, longest->points[i].atS, all, names);
    }
    return std::move(made.bands);
}

std::vector<ChartSeries> latencyLines(const Design& design, const SimulationResult& result) {
    bool haveDesign = false;
    for (const NamedSeries& series : result.series)
        haveDesign = haveDesign || series.id == "design";
    int shown = 0;
    for (const NamedSeries& series : result.series)
        shown += isWhole(series, haveDesign) ? 1 : 0;
    std::vector<ChartSeries> lines;
    const double none = std::numeric_limits<double>::quiet_NaN();
    for (const NamedSeries& series : result.series) {
        if (!isWhole(series, haveDesign) || lines.size() >= kMostLines) continue;
        const std::vector<bool> unserved = unservedSteps(series);
        const QString prefix = shown > 1 ? words::flowName(design, series.id) + QLatin1Char(' ') : QString();
        ChartSeries p99{prefix + QStringLiteral("p99 ms"), Tone::accent, {}},
            p50{prefix + QStringLiteral("p50 ms"), Tone::ok, {}};
        for (std::size_t i = 0; i < series.points.size(); ++i) {
            const SeriesPoint& point = series.points[i];
            if (point.succeeded > 0) {
                p99.points.emplace_back(point.atS, point.p99Ms);
                p50.points.emplace_back(point.atS, point.p50Ms);
            } else if (unserved[i]) {
                const double begin = point.atS - series.stepS * 0.999; // after the point before
                p99.points.emplace_back(begin, none);
                p50.points.emplace_back(begin, none);
            }
        }
        lines.push_back(std::move(p99));
        lines.push_back(std::move(p50));
    }
    return lines;
}

std::vector<ChartSeries> errorSeries(const Design& design, const SimulationResult& result) {
    std::vector<ChartSeries> lines;
    for (const NamedSeries& series : result.series) {
        if (!isClass(series.id) || lines.size() >= kMostLines) continue;
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
