#include "app/gui/run/run_words.h"

#include "app/gui/canvas/words.h"
#include "core/base/units.h"
#include "core/catalogue/catalogue.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace alwayson::gui {

namespace {

const QString kDot = QStringLiteral(" · ");

QString qt(std::string_view text) {
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

// How an event of a mode is told: "crashes", "hangs", ...
QString verbOf(const Design& design, const RunEvent& event) {
    FailureEffect effect = FailureEffect::crash;
    bool known = false;
    const auto fromText = [&](const std::string& word) {
        if (!known) known = effectFromString(word, effect);
    };
    if (const Node* node = design.nodes.find(event.what))
        for (const ResolvedFailureMode& mode : failureModesOf(*node))
            if (event.text.find(mode.title) != std::string::npos ||
                event.text.find(mode.id) != std::string::npos) {
                effect = mode.effect;
                known = true;
                break;
            }
    for (const char* word : {"crash", "hang", "gone", "slow", "errors", "outage", "cut_off", "data_loss"})
        if (!known && event.text.find(word) != std::string::npos) fromText(word);
    if (!known) return QStringLiteral("fails");
    switch (effect) {
    case FailureEffect::crash:
        return QStringLiteral("crashes");
    case FailureEffect::hang:
        return QStringLiteral("hangs");
    case FailureEffect::gone:
        return QStringLiteral("is gone");
    case FailureEffect::slow:
        return QStringLiteral("gets slow");
    case FailureEffect::errors:
        return QStringLiteral("answers with errors");
    case FailureEffect::dataLoss:
        return QStringLiteral("loses its data");
    case FailureEffect::cutOff:
        return QStringLiteral("is cut off");
    case FailureEffect::outage:
        return QStringLiteral("goes dark");
    }
    return {};
}

QString causeWords(const std::string& cause) {
    QString words = qt(cause);
    return words.replace(QLatin1Char('_'), QLatin1Char(' '));
}

const FlowResult* wholeFlow(const SimulationResult& result) {
    for (const FlowResult& flow : result.flows)
        if (flow.flow == "design" && flow.requests.offered > 0) return &flow;
    return nullptr;
}

bool isClass(const std::string& flow) {
    return flow.find(':') != std::string::npos;
}

// "egress", "<link>:cross_zone" or "<link>:cross_region" of a cost item.
QString trafficName(const Design& design, const std::string& what) {
    if (what == "egress") return QStringLiteral("Traffic to the internet");
    const std::size_t colon = what.rfind(':');
    if (colon == std::string::npos) return QStringLiteral("Traffic, %1").arg(causeWords(what));
    const QString link = words::nameOf(design, what.substr(0, colon)), kind = qt(what.substr(colon + 1));
    if (kind == QLatin1String("cross_zone")) return QStringLiteral("Traffic between zones, %1").arg(link);
    if (kind == QLatin1String("cross_region")) return QStringLiteral("Traffic between regions, %1").arg(link);
    return QStringLiteral("Traffic %1, %2").arg(causeWords(kind.toStdString()), link);
}

QString percentInterval(const Interval& interval) {
    const double half = (interval.high - interval.low) / 2 * 100;
    return QStringLiteral("± %1 %").arg(half, 0, 'g', 2);
}

QString number(double value, int digits = 3) {
    return qt(formatSignificant(value, digits));
}

class Rows {
public:
    std::vector<FigureRow> rows;
    QString section;

    void availability(const QString& name, const Estimate& estimate) {
        if (!estimate.value) return;
        FigureRow row = start(name, estimate);
        row.value = qt(formatAvailability(*estimate.value));
        if (estimate.ci95) row.interval = percentInterval(*estimate.ci95);
        rows.push_back(row);
    }
    void figure(const QString& name, const Estimate& estimate, const QString& unit) {
        if (!estimate.value || !std::isfinite(*estimate.value)) return;
        FigureRow row = start(name, estimate);
        row.value = number(*estimate.value) + (unit.isEmpty() ? QString() : QLatin1Char(' ') + unit);
        if (estimate.ci95)
            row.interval =
                QStringLiteral("%1 – %2").arg(number(estimate.ci95->low), number(estimate.ci95->high));
        rows.push_back(row);
    }
    void count(const QString& name, const QString& value, const QString& note = {}) {
        rows.push_back({section, name, value, {}, QStringLiteral("simulated"), {}, note});
    }

private:
    FigureRow start(const QString& name, const Estimate& estimate) const {
        FigureRow row;
        row.section = section;
        row.name = name;
        row.tag = qt(toString(estimate.method));
        if (estimate.samples > 0) row.samples = grouped(estimate.samples);
        row.note = qt(estimate.note);
        return row;
    }
};

} // namespace

QString grouped(std::uint64_t count) {
    QString digits = QString::number(count);
    for (qsizetype at = digits.size() - 3; at > 0; at -= 3)
        digits.insert(at, QChar(0x2009)); // thin space
    return digits;
}

QString eventWords(const Design& design, const RunEvent& event) {
    const QString what = words::nameOf(design, event.what);
    const QString by = words::nameOf(design, event.by);
    if (event.kind == "failed") return QStringLiteral("%1 %2").arg(what, verbOf(design, event));
    if (event.kind == "repaired") return QStringLiteral("%1 is back").arg(what);
    if (event.kind == "marked_down") return QStringLiteral("%1 marks %2 down").arg(by, what);
    if (event.kind == "marked_up") return QStringLiteral("%1 marks %2 up").arg(by, what);
    return event.text.empty() ? QStringLiteral("%1 %2").arg(what, qt(event.kind)) : qt(event.text);
}

Counts countsOf(const SimulationResult& result, std::optional<double> untilS) {
    Counts counts;
    if (untilS) {
        bool whole = false;
        for (const NamedSeries& series : result.series)
            whole = whole || series.id == "design";
        bool found = false;
        for (const NamedSeries& series : result.series) {
            if (whole ? series.id != "design" : !isClass(series.id)) continue;
            found = true;
            for (const SeriesPoint& point : series.points) {
                if (point.atS > *untilS + 1e-9) break;
                counts.offered += point.offered;
                counts.succeeded += point.succeeded;
                counts.failed += point.failed;
            }
        }
        if (found) return counts;
    }
    const auto add = [&](const FlowResult& flow) {
        counts.offered += flow.requests.offered;
        counts.succeeded += flow.requests.succeeded;
        for (const auto& [cause, failed] : flow.requests.failed)
            counts.failed += failed;
    };
    if (const FlowResult* whole = wholeFlow(result))
        add(*whole);
    else
        for (const FlowResult& flow : result.flows)
            if (isClass(flow.flow)) add(flow);
    return counts;
}

QString runSentence(const Design& design, const SimulationResult& result, std::optional<double> untilS) {
    const Counts counts = countsOf(result, untilS);
    QStringList parts;
    if (counts.offered == 0)
        parts << QStringLiteral("No requests yet");
    else
        parts << QStringLiteral("%1 of %2 requests failed")
                     .arg(grouped(counts.failed), grouped(counts.offered));
    // The latest failure that somebody noticed, and how long that took.
    const RunEvent* told = nullptr;
    const RunEvent* cause = nullptr;
    for (const RunEvent& event : result.events) {
        if (untilS && event.atS > *untilS) break;
        if (event.kind == "failed") {
            cause = &event;
            told = nullptr;
        } else if (event.kind == "marked_down" && cause && !told && event.what == cause->what) {
            told = &event;
        }
    }
    if (cause && told)
        parts << QStringLiteral("%1 %2 s after it %3")
                     .arg(eventWords(design, *told))
                     .arg(told->atS - cause->atS, 0, 'f', 1)
                     .arg(verbOf(design, *cause));
    else if (cause && !design.domains.contains(cause->what))
        parts << QStringLiteral("%1 at %2 s, nobody has noticed yet")
                     .arg(eventWords(design, *cause))
                     .arg(cause->atS, 0, 'f', 1);
    else if (cause)
        parts << QStringLiteral("%1 at %2 s").arg(eventWords(design, *cause)).arg(cause->atS, 0, 'f', 1);
    if (!untilS || result.simulatedSeconds - *untilS < 1) {
        std::uint64_t attempts = 0, offered = 0;
        for (const FlowResult& flow : result.flows)
            if (isClass(flow.flow)) {
                attempts += flow.requests.attempts;
                offered += flow.requests.offered;
            }
        if (attempts > offered)
            parts << QStringLiteral("%1 attempts were repeated").arg(grouped(attempts - offered));
    }
    return parts.join(kDot);
}

std::vector<FigureRow> figureRows(const Design& design, const SimulationResult& result) {
    Rows rows;
    for (const FlowResult& flow : result.flows) {
        rows.section = flow.flow == "design" ? QStringLiteral("Whole design") : qt(flow.flow);
        rows.availability(QStringLiteral("Up (time)"), flow.availabilityTime);
        rows.availability(QStringLiteral("Requests answered"), flow.availabilityRequests);
        rows.availability(QStringLiteral("Answered in time"), flow.availabilityGood);
        for (const FlowAvailability& exact : result.exact)
            // A scenario is one course of events; the exact figures are those of many years.
            if (exact.flow == flow.flow && result.scenario.empty()) {
                rows.availability(QStringLiteral("Exact, beside it"), exact.availability);
                rows.availability(QStringLiteral("Exact, with detection"), exact.withDetection);
            }
        rows.figure(QStringLiteral("Latency, mean"), flow.latencyMs.mean, QStringLiteral("ms"));
        rows.figure(QStringLiteral("Latency, p50"), flow.latencyMs.p50, QStringLiteral("ms"));
        rows.figure(QStringLiteral("Latency, p95"), flow.latencyMs.p95, QStringLiteral("ms"));
        rows.figure(QStringLiteral("Latency, p99"), flow.latencyMs.p99, QStringLiteral("ms"));
        rows.figure(QStringLiteral("Latency, p99.9"), flow.latencyMs.p999, QStringLiteral("ms"));
        if (flow.requests.offered > 0) {
            std::uint64_t failed = 0;
            QStringList causes;
            for (const auto& [cause, count] : flow.requests.failed) {
                failed += count;
                if (count > 0) causes << QStringLiteral("%1 %2").arg(grouped(count), causeWords(cause));
            }
            rows.count(QStringLiteral("Requests"), grouped(flow.requests.offered));
            rows.count(QStringLiteral("Failed"), grouped(failed), causes.join(QStringLiteral(", ")));
        }
        rows.figure(QStringLiteral("Outages per year"), flow.outages.perYear, {});
        rows.figure(QStringLiteral("Outage, mean"), flow.outages.meanSeconds, QStringLiteral("s"));
        rows.figure(QStringLiteral("Outage, p95"), flow.outages.p95Seconds, QStringLiteral("s"));
        rows.figure(QStringLiteral("Outage, longest"), flow.outages.longestSeconds, QStringLiteral("s"));
    }
    rows.section = QStringLiteral("Spread of one year");
    rows.availability(QStringLiteral("Chance of no outage"), result.spread.outageFreeYear);
    rows.figure(QStringLiteral("Downtime, p50"), result.spread.downtimeP50, QStringLiteral("min"));
    rows.figure(QStringLiteral("Downtime, p95"), result.spread.downtimeP95, QStringLiteral("min"));
    rows.figure(QStringLiteral("Downtime, p99"), result.spread.downtimeP99, QStringLiteral("min"));
    for (const Recovery& recovery : result.recovery) {
        rows.section = QStringLiteral("Recovery of %1, %2")
                           .arg(words::nameOf(design, recovery.what), causeWords(recovery.mode));
        rows.figure(QStringLiteral("Noticed after, mean"), recovery.detectionMeanS, QStringLiteral("s"));
        rows.figure(QStringLiteral("Noticed after, p95"), recovery.detectionP95S, QStringLiteral("s"));
        rows.figure(QStringLiteral("Failover, mean"), recovery.failoverMeanS, QStringLiteral("s"));
        rows.figure(QStringLiteral("Back after, mean"), recovery.totalMeanS, QStringLiteral("s"));
        rows.figure(QStringLiteral("Back after, p95"), recovery.totalP95S, QStringLiteral("s"));
    }
    rows.section = QStringLiteral("Objectives");
    for (const ObjectiveResult& objective : result.objectives) {
        const QString verdict = !objective.met   ? QStringLiteral("undecided")
                                : *objective.met ? QStringLiteral("met")
                                                 : QStringLiteral("missed");
        rows.rows.push_back({rows.section,
                             qt(objective.id),
                             verdict,
                             {},
                             qt(toString(objective.value.method)),
                             {},
                             qt(objective.sentence)});
    }
    return std::move(rows.rows);
}

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

std::vector<BarRow> waterfallBars(const SimulationResult& result) {
    std::vector<BarRow> bars;
    for (const WaterfallItem& item : result.waterfall)
        bars.push_back({qt(item.cause), QStringLiteral("%1 min/yr").arg(number(item.downtimeMinutesPerYear)),
                        item.downtimeMinutesPerYear});
    std::stable_sort(bars.begin(), bars.end(),
                     [](const BarRow& a, const BarRow& b) { return a.amount > b.amount; });
    return bars;
}

std::vector<BarRow> costBars(const Design& design, const Cost& cost) {
    std::vector<BarRow> bars;
    for (const CostItem& item : cost.items) {
        if (item.usdPerMonth && *item.usdPerMonth <= 0) continue;
        const QString name = item.id.starts_with("traffic:") ? trafficName(design, item.id.substr(8))
                                                             : words::nameOf(design, item.id);
        bars.push_back(
            {name, item.usdPerMonth ? qt(formatMoney(Money(*item.usdPerMonth))) : QStringLiteral("unpriced"),
             item.usdPerMonth.value_or(0)});
    }
    std::stable_sort(bars.begin(), bars.end(),
                     [](const BarRow& a, const BarRow& b) { return a.amount > b.amount; });
    return bars;
}

} // namespace alwayson::gui
