#include "app/gui/run/run_words.h"

#include "app/gui/canvas/words.h"
#include "app/gui/panels/objectives.h"
#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/text/sentence.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <map>

namespace alwayson::gui {

namespace {

const QString kDot = QStringLiteral(" · ");

QString tr(const char* text) {
    return QCoreApplication::translate("run", text);
}

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
    if (!known) return tr("fails");
    switch (effect) {
    case FailureEffect::crash:
        return tr("crashes");
    case FailureEffect::hang:
        return tr("hangs");
    case FailureEffect::gone:
        return tr("is gone");
    case FailureEffect::slow:
        return tr("gets slow");
    case FailureEffect::errors:
        return tr("answers with errors");
    case FailureEffect::dataLoss:
        return tr("loses its data");
    case FailureEffect::cutOff:
        return tr("is cut off");
    case FailureEffect::outage:
        return tr("goes dark");
    case FailureEffect::isolation:
        return tr("is isolated");
    }
    return {};
}

QString spaced(const std::string& id) {
    QString words = qt(id);
    return words.replace(QLatin1Char('_'), QLatin1Char(' '));
}

// What the user of a failed request was told.
QString causeWords(const std::string& cause) {
    static const std::map<std::string, const char*, std::less<>> kWords{
        {"refused", QT_TRANSLATE_NOOP("run", "Connection refused")},
        {"reset", QT_TRANSLATE_NOOP("run", "Connection reset")},
        {"connect_timeout", QT_TRANSLATE_NOOP("run", "No connection in time")},
        {"response_timeout", QT_TRANSLATE_NOOP("run", "No answer in time")},
        {"deadline", QT_TRANSLATE_NOOP("run", "Deadline passed")},
        {"no_server", QT_TRANSLATE_NOOP("run", "No server left")},
        {"queue_full", QT_TRANSLATE_NOOP("run", "Queue full")},
        {"retry_budget", QT_TRANSLATE_NOOP("run", "Retry budget spent")},
        {"error", QT_TRANSLATE_NOOP("run", "Answered with an error")}};
    const auto known = kWords.find(cause);
    return known != kWords.end() ? tr(known->second) : spaced(cause);
}

QString objectiveName(const Design& design, const std::string& id) {
    const Objective* objective = design.objectives.find(id);
    return objective ? viewOf(design, *objective, nullptr, {}).title : qt(id);
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
    if (what == "egress") return tr("Traffic to the internet");
    const std::size_t colon = what.rfind(':');
    if (colon == std::string::npos) return tr("Traffic, %1").arg(spaced(what));
    const QString link = words::nameOf(design, what.substr(0, colon)), kind = qt(what.substr(colon + 1));
    if (kind == QLatin1String("cross_zone")) return tr("Traffic between zones, %1").arg(link);
    if (kind == QLatin1String("cross_region")) return tr("Traffic between regions, %1").arg(link);
    return tr("Traffic %1, %2").arg(spaced(kind.toStdString()), link);
}

// "± 0.25 %" about the figure; both ends where it does not lie in the middle.
QString percentInterval(const Interval& interval, double value) {
    const double half = (interval.high - interval.low) / 2;
    if (std::fabs((interval.high + interval.low) / 2 - value) > 0.5 * half)
        return QStringLiteral("%1 – %2").arg(qt(formatAvailability(interval.low)),
                                             qt(formatAvailability(interval.high)));
    if (!(half > 0)) return QStringLiteral("± 0 %");
    const int digits = std::clamp(1 - int(std::floor(std::log10(100 * half))), 0, 12);
    return QStringLiteral("± %1 %").arg(100 * half, 0, 'f', digits);
}

QString number(double value, int digits = 3) {
    return qt(formatSignificant(value, digits));
}

// Whether a balancer with health checks calls it, itself or as a member of a group.
bool isChecked(const Design& design, const std::string& id) {
    const Node* node = design.nodes.find(id);
    const auto names = [&](const std::string& end, const Node& one) {
        return end == one.id.str() || (one.group && end == one.group->str());
    };
    for (const Link& link : design.links) {
        if (node == nullptr || !names(link.to, *node)) continue;
        for (const Node& from : design.nodes)
            if (names(link.from, from) && hasRole(from, "balancer") &&
                get(from.parameters, key::haproxy::check))
                return true;
    }
    return false;
}

// "24.6 – 31.2 s": the unit once where both have it.
QString rangeOf(const QString& low, const QString& high) {
    const QString unit = high.section(QLatin1Char(' '), 1);
    const bool same = !unit.isEmpty() && low.section(QLatin1Char(' '), 1) == unit;
    return QStringLiteral("%1 – %2").arg(same ? low.section(QLatin1Char(' '), 0, 0) : low, high);
}

class Rows {
public:
    std::vector<FigureRow> rows;
    QString section;

    void availability(const QString& name, const Estimate& estimate) {
        if (!estimate.value) return;
        FigureRow row = start(name, estimate);
        row.value = qt(formatAvailability(*estimate.value));
        if (estimate.ci95) row.interval = percentInterval(*estimate.ci95, *estimate.value);
        rows.push_back(row);
    }
    // A plain number, with what it is a number of.
    void figure(const QString& name, const Estimate& estimate, const QString& unit = {}) {
        const QString after = unit.isEmpty() ? QString() : QLatin1Char(' ') + unit;
        add(name, estimate, [&](double value) { return number(value) + after; });
    }
    // A time; `seconds`: what the figure is counted in.
    void time(const QString& name, const Estimate& estimate, double seconds = 1, const QString& per = {}) {
        add(name, estimate,
            [&](double value) { return qt(formatDuration(Duration::seconds(value * seconds))) + per; });
    }
    void count(const QString& name, const QString& value, const QString& note = {}) {
        rows.push_back({section, name, value, {}, tr("simulated"), {}, note, folded});
    }
    bool folded = false;

private:
    template <class Show>
    void add(const QString& name, const Estimate& estimate, Show show) {
        if (!estimate.value || !std::isfinite(*estimate.value)) return;
        FigureRow row = start(name, estimate);
        row.value = show(*estimate.value);
        if (estimate.ci95) row.interval = rangeOf(show(estimate.ci95->low), show(estimate.ci95->high));
        rows.push_back(row);
    }
    FigureRow start(const QString& name, const Estimate& estimate) const {
        FigureRow row;
        row.section = section;
        row.name = name;
        row.tag = qt(toString(estimate.method));
        if (estimate.samples > 0) row.samples = grouped(estimate.samples);
        row.note = qt(estimate.note);
        row.folded = folded;
        return row;
    }
};

// Whether it leads a group of which another member would take over.
bool hasStandIn(const Design& design, const std::string& id) {
    const Node* node = design.nodes.find(id);
    return node && words::leads(roleAtStart(design, *node)) && membersOf(design, *node->group).size() > 1;
}

} // namespace

QString grouped(std::uint64_t count) {
    return qt(alwayson::grouped(std::to_string(count)));
}

QString eventWords(const Design& design, const RunEvent& event) {
    const QString what = words::nameOf(design, event.what);
    const QString by = words::nameOf(design, event.by);
    if (event.kind == "failed") return QStringLiteral("%1 %2").arg(what, verbOf(design, event));
    if (event.kind == "repaired") return tr("%1 is back").arg(what);
    // Without an observer among the nodes (a script on the machine itself) the text says who.
    if (event.kind == "marked_down" && !by.isEmpty()) return tr("%1 marks %2 down").arg(by, what);
    if (event.kind == "marked_up" && !by.isEmpty()) return tr("%1 marks %2 up").arg(by, what);
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
        parts << tr("No requests yet");
    else
        parts << tr("%1 of %2 requests failed").arg(grouped(counts.failed), grouped(counts.offered));
    // The latest failure that somebody noticed, and how long that took.
    const RunEvent* told = nullptr;
    const RunEvent* cause = nullptr;
    const RunEvent* back = nullptr;
    for (const RunEvent& event : result.events) {
        if (untilS && event.atS > *untilS) break;
        if (event.kind == "failed") {
            cause = &event;
            told = back = nullptr;
        } else if (event.kind == "repaired" && cause && event.what == cause->what) {
            back = &event;
        } else if (event.kind == "marked_down" && cause && !told && event.what == cause->what) {
            told = &event;
        } else if (event.kind == "role_changed" && cause && event.by == cause->what) {
            told = &event; // says more than that somebody noticed
        }
    }
    if (cause && told && (told->kind == "role_changed" || told->by.empty()))
        parts << eventWords(design, *told);
    else if (cause && told)
        parts << tr("%1 %2 s after it %3")
                     .arg(eventWords(design, *told))
                     .arg(told->atS - cause->atS, 0, 'f', 1)
                     .arg(verbOf(design, *cause));
    else if (cause) {
        QString words = tr("%1 at %2 s").arg(eventWords(design, *cause)).arg(cause->atS, 0, 'f', 1);
        const bool node = design.nodes.contains(cause->what);
        if (node && hasStandIn(design, cause->what)) {
            if (!back) words += tr(", nobody has taken over yet");
        } else if (node && !isChecked(design, cause->what))
            words += tr(", nobody checks it");
        else if (node && !back)
            words += tr(", not marked down yet");
        if (back) words += tr(", back at %1 s").arg(back->atS, 0, 'f', 1);
        parts << words;
    }
    if (!untilS || result.simulatedSeconds - *untilS < 1) {
        std::uint64_t attempts = 0, offered = 0;
        for (const FlowResult& flow : result.flows)
            if (isClass(flow.flow)) {
                attempts += flow.requests.attempts;
                offered += flow.requests.offered;
            }
        if (attempts > offered) parts << tr("%1 attempts were repeated").arg(grouped(attempts - offered));
    }
    return parts.join(kDot);
}

namespace {

QString causeOfTakeover(const std::string& mode) {
    if (mode == "any") return tr("after any failure");
    if (mode == "place") return tr("after an outage around the member");
    return tr("after %1").arg(spaced(mode));
}

QString unfinishedNote() {
    return tr("The run ended before; no recovery time counts it.");
}

// "1, for 30 s so far"
QString unfinishedWords(const Recovery& recovery) {
    const QString words = recovery.unfinished > 1 ? tr("%1, for up to %2 so far") : tr("%1, for %2 so far");
    return words.arg(grouped(recovery.unfinished),
                     qt(formatDuration(Duration::seconds(recovery.unfinishedForS))));
}

// Of the classes the one that went unserved for longest; nullptr: none did.
const FlowResult* worstServed(const SimulationResult& result) {
    const FlowResult* worst = nullptr;
    for (const FlowResult& flow : result.flows)
        if (isClass(flow.flow) && flow.unserved.count > 0 &&
            (!worst || *flow.unserved.totalS.value > *worst->unserved.totalS.value))
            worst = &flow;
    return worst;
}

// What somebody asks first after a failure.
void addCost(Rows& rows, const Design& design, const SimulationResult& result) {
    const bool failed = std::any_of(result.events.begin(), result.events.end(), [](const RunEvent& event) {
        return event.kind == "failed" || event.kind == "cut" || event.kind == "deployed";
    });
    if (result.mode == "availability" || !failed) return;
    rows.section = tr("What the failure cost");
    if (const FlowResult* worst = worstServed(result)) {
        const QString name = words::flowName(design, worst->flow);
        rows.time(tr("Not served, %1").arg(name), worst->unserved.totalS);
        if (worst->unserved.count > 1)
            rows.time(tr("Longest of %1 times").arg(worst->unserved.count), worst->unserved.longestS);
    }
    const Counts counts = countsOf(result, std::nullopt);
    rows.count(tr("Requests that failed"),
               tr("%1 of %2").arg(grouped(counts.failed), grouped(counts.offered)));
    for (const Recovery& recovery : result.recovery)
        if (recovery.ofGroup())
            rows.time(tr("%1 served again, %2")
                          .arg(words::nameOf(design, recovery.what), causeOfTakeover(recovery.mode)),
                      recovery.totalMeanS);
    for (const Recovery& recovery : result.recovery)
        if (recovery.unfinished > 0)
            rows.count(tr("%1 not served again at the end").arg(words::nameOf(design, recovery.what)),
                       unfinishedWords(recovery), unfinishedNote());
    rows.figure(tr("Acknowledged writes lost"), result.data.lostWrites);
}

void addFlow(Rows& rows, const Design& design, const SimulationResult& result, const FlowResult& flow) {
    rows.section = words::flowName(design, flow.flow);
    rows.availability(tr("Up (time)"), flow.availabilityTime);
    rows.availability(tr("Requests answered"), flow.availabilityRequests);
    rows.availability(tr("Answered in time"), flow.availabilityGood);
    for (const FlowAvailability& exact : result.exact)
        // A scenario is one course of events; the exact figures are those of many years.
        if (exact.flow == flow.flow && result.scenario.empty()) {
            rows.availability(tr("Structure alone"), exact.availability);
            rows.availability(tr("With detection (%1)").arg(qt(toString(exact.withDetection.method))),
                              exact.withDetection);
        }
    const auto latency = [&](const QString& name, const Estimate& figure) { rows.time(name, figure, 1e-3); };
    latency(tr("Latency, mean"), flow.latencyMs.mean);
    latency(tr("Latency, p50"), flow.latencyMs.p50);
    latency(tr("Latency, p95"), flow.latencyMs.p95);
    latency(tr("Latency, p99"), flow.latencyMs.p99);
    latency(tr("Latency, p99.9"), flow.latencyMs.p999);
    if (flow.requests.offered > 0) {
        std::uint64_t failed = 0;
        QStringList causes;
        for (const auto& [cause, count] : flow.requests.failed) {
            failed += count;
            if (count > 0) causes << QStringLiteral("%1: %2").arg(causeWords(cause), grouped(count));
        }
        rows.count(tr("Requests"), grouped(flow.requests.offered));
        rows.count(tr("Failed"), grouped(failed), causes.join(QStringLiteral(", ")));
    }
    if (flow.unserved.count > 0) {
        rows.time(tr("Not served, in all"), flow.unserved.totalS);
        rows.time(tr("Not served, longest"), flow.unserved.longestS);
    }
    rows.figure(tr("Outages"), flow.outages.perYear, tr("a year"));
    rows.time(tr("From new until the first outage, mean"), flow.mttffHours, 3600);
    rows.time(tr("Outage, mean"), flow.outages.meanSeconds);
    rows.time(tr("Outage, p95"), flow.outages.p95Seconds);
    rows.time(tr("Outage, longest"), flow.outages.longestSeconds);
}

void addTakeovers(Rows& rows, const Design& design, const SimulationResult& result) {
    for (const Recovery& recovery : result.recovery) {
        if (!recovery.ofGroup()) continue;
        rows.section = tr("Take-overs of %1, %2")
                           .arg(words::nameOf(design, recovery.what), causeOfTakeover(recovery.mode));
        rows.count(tr("Take-overs"), grouped(recovery.count));
        if (recovery.unfinished > 0)
            rows.count(tr("Not finished at the end"), unfinishedWords(recovery), unfinishedNote());
        if (recovery.byHand > 0) rows.count(tr("of them by hand"), grouped(recovery.byHand));
        if (recovery.blocked > 0)
            rows.count(tr("Blocked: too soon after another"), grouped(recovery.blocked),
                       tr("Failures that had to wait for a human."));
        if (recovery.resumed > 0)
            rows.count(tr("Went on without a take-over"), grouped(recovery.resumed),
                       tr("The lost member went on, or the first one that was back after all were lost."));
        rows.time(tr("Noticed after, mean"), recovery.detectionMeanS);
        rows.time(tr("Promotion, mean"), recovery.promotionMeanS);
        rows.time(tr("Callers follow, mean"), recovery.rerouteMeanS);
        rows.time(tr("Served again after, mean"), recovery.totalMeanS);
        rows.time(tr("Served again after, p95"), recovery.totalP95S);
        rows.time(tr("Lost writes (RPO), mean"), recovery.rpoMeanS);
        rows.time(tr("Lost writes (RPO), p95"), recovery.rpoP95S);
    }
}

void addRecoveries(Rows& rows, const Design& design, const SimulationResult& result) {
    rows.folded = true;
    for (const Recovery& recovery : result.recovery) {
        if (recovery.ofGroup()) continue;
        rows.section =
            tr("Recovery of %1, %2").arg(words::nameOf(design, recovery.what), spaced(recovery.mode));
        rows.time(tr("Noticed after, mean"), recovery.detectionMeanS);
        rows.time(tr("Noticed after, p95"), recovery.detectionP95S);
        rows.time(tr("Failover, mean"), recovery.failoverMeanS);
        rows.time(tr("Back after, mean"), recovery.totalMeanS);
        rows.time(tr("Back after, p95"), recovery.totalP95S);
    }
    rows.folded = false;
}

} // namespace

std::vector<FigureRow> figureRows(const Design& design, const SimulationResult& result) {
    Rows rows;
    addCost(rows, design, result);
    std::vector<const FlowResult*> flows; // the whole before its parts
    for (const FlowResult& flow : result.flows)
        flows.insert(flow.flow == "design" ? flows.begin() : flows.end(), &flow);
    for (const FlowResult* flow : flows)
        addFlow(rows, design, result, *flow);
    rows.section = tr("Spread of one year");
    rows.availability(tr("Chance of no outage"), result.spread.outageFreeYear);
    rows.time(tr("Downtime, p50"), result.spread.downtimeP50, 60);
    rows.time(tr("Downtime, p95"), result.spread.downtimeP95, 60);
    rows.time(tr("Downtime, p99"), result.spread.downtimeP99, 60);
    addTakeovers(rows, design, result);
    const DataFigures& data = result.data;
    rows.section = result.mode == "availability" ? tr("Data, in a year") : tr("Data");
    rows.figure(tr("Acknowledged writes lost"), data.lostWrites);
    rows.time(tr("RPO at a failover, mean"), data.rpoMeanS);
    rows.time(tr("RPO at a failover, p95"), data.rpoP95S);
    rows.figure(tr("Writes on two sides"), data.divergedWrites);
    rows.time(tr("Two sources, time"), data.splitBrainS);
    rows.figure(tr("Failed writes that were committed"), data.ambiguousWrites);
    rows.figure(tr("Reads of replicas"), data.replicaReads);
    rows.figure(tr("Reads of replicas behind"), data.staleReads);
    rows.time(tr("Age of replicas' answers, p50"), data.readAgeP50S);
    rows.time(tr("Age of replicas' answers, p99"), data.readAgeP99S);
    rows.time(tr("Age of replicas' answers, max"), data.readAgeMaxS);
    rows.section = tr("Objectives");
    for (const ObjectiveResult& objective : result.objectives) {
        const QString verdict = !objective.met ? tr("undecided") : *objective.met ? tr("met") : tr("missed");
        rows.rows.push_back({rows.section,
                             objectiveName(design, objective.id),
                             verdict,
                             {},
                             qt(toString(objective.value.method)),
                             {},
                             qt(objective.sentence)});
    }
    addRecoveries(rows, design, result);
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
        bars.push_back({qt(item.cause),
                        qt(formatDuration(Duration::minutes(item.downtimeMinutesPerYear))) + tr("/yr"),
                        item.downtimeMinutesPerYear});
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
        bars.push_back({name, tr("%1 %").arg(number(percent)), percent});
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
