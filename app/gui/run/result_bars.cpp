#include "app/gui/run/result_bars.h"

#include "app/gui/canvas/words.h"
#include "app/gui/run/run_words.h"
#include "core/base/units.h"
#include "core/model/design.h"
#include "core/results/simulation_result.h"

#include <QCoreApplication>

#include <algorithm>
#include <map>

namespace alwayson::gui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("run", text);
}

QString qt(std::string_view text) {
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

// "egress", "<link>:cross_zone" or "<link>:cross_region" of a cost item.
QString trafficName(const Design& design, const std::string& what) {
    if (what == "egress") return tr("Traffic to the internet");
    const std::size_t colon = what.rfind(':');
    if (colon == std::string::npos) return tr("Traffic, %1").arg(spaced(what));
    const QString link = words::nameOf(design, what.substr(0, colon)), kind = qt(what.substr(colon + 1));
    if (kind == QLatin1String("cross_zone")) return tr("Traffic between zones, %1").arg(link);
    if (kind == QLatin1String("cross_region")) return tr("Traffic between regions, %1").arg(link);
    return tr("Traffic %1, %2").arg(spaced(kind.toStdString()), link);
}

} // namespace

std::vector<BarRow> errorBars(const SimulationResult& result) {
    std::map<std::string, std::uint64_t> causes;
    const FlowResult* whole = wholeFlow(result);
    for (const FlowResult& flow : result.flows) {
        if (whole ? &flow != whole : !isClass(flow.flow)) continue;
        for (const auto& [cause, count] : flow.requests.failed)
            causes[cause] += count;
    }
    std::vector<BarRow> bars;
    for (const auto& [cause, count] : causes)
        if (count > 0) bars.push_back({causeWords(cause), grouped(count), double(count)});
    std::stable_sort(bars.begin(), bars.end(),
                     [](const BarRow& a, const BarRow& b) { return a.amount > b.amount; });
    return bars;
}

QString downtimeText(double minutesPerYear) {
    return qt(formatDuration(Duration::minutes(minutesPerYear))) + tr("/yr");
}

std::vector<BarRow> waterfallBars(const SimulationResult& result) {
    std::vector<BarRow> bars;
    for (const WaterfallItem& item : result.waterfall)
        bars.push_back(
            {qt(item.cause), downtimeText(item.downtimeMinutesPerYear), item.downtimeMinutesPerYear});
    std::stable_sort(bars.begin(), bars.end(),
                     [](const BarRow& a, const BarRow& b) { return a.amount > b.amount; });
    return bars;
}

std::vector<BarRow> outageBars(const SimulationResult& result) {
    std::vector<DurationBin> lengths;
    for (const FlowResult& flow : result.flows)
        if (flow.flow == "design") lengths = flow.outages.lengths;
    std::uint64_t all = 0;
    for (const DurationBin& bin : lengths)
        all += bin.count;
    const auto time = [](double seconds) { return qt(formatDuration(Duration::seconds(seconds))); };
    std::vector<BarRow> bars;
    for (const DurationBin& bin : lengths) {
        QString name = tr("%1 to %2").arg(time(bin.fromS), time(bin.belowS.value_or(0)));
        if (!(bin.fromS > 0)) name = tr("below %1").arg(time(bin.belowS.value_or(0)));
        if (!bin.belowS) name = tr("%1 and more").arg(time(bin.fromS));
        const double percent = 100 * double(bin.count) / double(all);
        bars.push_back({name, tr("%1 %").arg(qt(formatSignificant(percent))), percent});
    }
    return bars;
}

std::vector<BarRow> costBars(const Design& design, const Cost& cost) {
    std::vector<BarRow> bars;
    for (const CostItem& item : cost.items) {
        if (item.usdPerMonth && *item.usdPerMonth <= 0) continue;
        const QString name = item.id.starts_with("traffic:") ? trafficName(design, item.id.substr(8))
                                                             : words::nameOf(design, item.id);
        bars.push_back({name, item.usdPerMonth ? qt(formatMoney(Money(*item.usdPerMonth))) : tr("unpriced"),
                        item.usdPerMonth.value_or(0)});
    }
    std::stable_sort(bars.begin(), bars.end(),
                     [](const BarRow& a, const BarRow& b) { return a.amount > b.amount; });
    return bars;
}

} // namespace alwayson::gui
