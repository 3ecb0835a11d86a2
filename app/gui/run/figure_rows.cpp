#include "app/gui/run/figure_rows.h"

#include "app/gui/canvas/words.h"
#include "app/gui/panels/objectives.h"
#include "app/gui/run/run_words.h"
#include "core/base/units.h"
#include "core/model/design.h"
#include "core/results/flow_words.h"
#include "core/text/length_words.h"
#include "core/text/sentence.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <map>

namespace alwayson::gui {

namespace {

constexpr double kShortestS = 1e-6;

QString tr(const char* text) {
    return QCoreApplication::translate("run", text);
}

QString qt(std::string_view text) {
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

QString objectiveName(const Design& design, const std::string& id) {
    const Objective* objective = design.objectives.find(id);
    return objective ? viewOf(design, *objective, nullptr, {}).title : qt(id);
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
        add(name, estimate, [&](double value) {
            const double length = value * seconds;
            // Nothing is measured so finely: it is what is left of 0 in a histogram.
            return qt(formatDuration(Duration::seconds(length < kShortestS ? 0 : length))) + per;
        });
    }
    void prose(const QString& words) { rows.push_back({section, words, {}, {}, {}, {}, {}, folded, true}); }
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

QString afterWhat(const std::string& mode) {
    static const std::map<std::string, const char*, std::less<>> kWords{
        {"any", QT_TRANSLATE_NOOP("run", "after any failure")},
        {"place", QT_TRANSLATE_NOOP("run", "after an outage around the member")},
        {"crash", QT_TRANSLATE_NOOP("run", "after a crash")},
        {"hang", QT_TRANSLATE_NOOP("run", "after a hang")},
        {"gone", QT_TRANSLATE_NOOP("run", "after the loss of a machine")},
        {"slow", QT_TRANSLATE_NOOP("run", "after a slow time")},
        {"errors", QT_TRANSLATE_NOOP("run", "after errors")},
        {"data_loss", QT_TRANSLATE_NOOP("run", "after a loss of data")},
        {"isolation", QT_TRANSLATE_NOOP("run", "after a cut")},
        {"outage", QT_TRANSLATE_NOOP("run", "after an outage")},
        {"back", QT_TRANSLATE_NOOP("run", "coming back")}};
    const auto known = kWords.find(mode);
    return known != kWords.end() ? tr(known->second) : tr("after \"%1\"").arg(spaced(mode));
}

// One word for one thing, as objectives have them.
QString rto() {
    return tr("Recovery time (RTO)");
}
QString rpo() {
    return tr("Lost writes (RPO)");
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

void explainSkew(Rows& rows, const std::vector<const Recovery*>& shown) {
    const bool skewed = std::any_of(shown.begin(), shown.end(), [](const Recovery* one) {
        return one->byHand + one->resumed > 0 &&
               one->servedMeanS.value.value_or(0) > one->servedP95S.value.value_or(0);
    });
    if (skewed)
        rows.prose(
            tr("A mean above the p95: the few that end by hand, or when what failed is back, take long."));
}

// Downtime of a year from a share of time up; the ends change places.
Estimate minutesOfYear(const Estimate& up) {
    Estimate down = up;
    if (up.value) down.value = (1 - *up.value) * kMinutesPerYear;
    if (up.ci95)
        down.ci95 = Interval{(1 - up.ci95->high) * kMinutesPerYear, (1 - up.ci95->low) * kMinutesPerYear};
    return down;
}

// Of servers that a balancer leaves out: the slowest to be noticed.
void addSlowestDetection(Rows& rows, const Design& design, const SimulationResult& result) {
    const Recovery* slowest = nullptr;
    for (const Recovery& one : result.recovery)
        if (!one.ofGroup() && one.mode != "back" && one.detectionP95S.value &&
            (!slowest || *one.detectionP95S.value > *slowest->detectionP95S.value))
            slowest = &one;
    if (slowest)
        rows.time(tr("Balancers leave a server out after, p95 of the slowest: %1 %2")
                      .arg(words::nameOf(design, slowest->what), afterWhat(slowest->mode)),
                  slowest->detectionP95S);
}

// Of a time: what it is the time of, beside others that end at other instants.
Estimate told(Estimate time, const QString& what) {
    time.note = time.note.empty() ? what.toStdString() : what.toStdString() + " " + time.note;
    return time;
}

QString sharedOut(const Recovery& recovery) {
    return tr("%1 of %2").arg(grouped(recovery.resumed), grouped(recovery.losses()));
}

// What the recovery times of a group are of.
QString lossesWords(const Recovery& recovery) {
    return tr("Of all %1 losses of the member that leads: %2.")
        .arg(grouped(recovery.losses()), qt(lengths::kRecovery));
}

// The question of a run over years: availability, RTO and RPO.
void addWhatOneGets(Rows& rows, const Design& design, const SimulationResult& result) {
    if (result.mode != "availability" || result.flows.empty()) return;
    rows.section = tr("What you get");
    const auto whole = std::find_if(result.flows.begin(), result.flows.end(),
                                    [](const FlowResult& flow) { return flow.flow == "design"; });
    const FlowResult& flow = whole == result.flows.end() ? result.flows.front() : *whole;
    rows.availability(tr("Availability"), flow.availabilityTime);
    rows.time(tr("Downtime"), minutesOfYear(flow.availabilityTime), 60, tr("/yr"));
    rows.figure(tr("Outages"), flow.outages.perYear, tr("a year"));
    rows.time(tr("Outage, mean"), flow.outages.meanSeconds);
    rows.time(tr("Outage, p95"), flow.outages.p95Seconds);
    rows.time(tr("Outage, worst seen"), flow.outages.longestSeconds);
    std::vector<const Recovery*> groups;
    for (const Recovery& one : result.recovery)
        if (one.ofGroup() && one.mode == "any") groups.push_back(&one);
    for (const Recovery* one : groups) {
        const QString name = words::nameOf(design, one->what);
        const QString of = lossesWords(*one);
        rows.time(tr("Mean recovery time (RTO), %1").arg(name), told(one->servedMeanS, of));
        rows.time(tr("p95 recovery time (RTO), %1").arg(name), told(one->servedP95S, of));
        rows.time(tr("Worst recovery time (RTO), %1").arg(name), told(one->servedLongestS, of));
        if (one->resumed > 0) rows.count(tr("Without a take-over, %1").arg(name), sharedOut(*one), of);
    }
    explainSkew(rows, groups);
    for (const Recovery* one : groups) {
        const QString name = words::nameOf(design, one->what);
        rows.time(tr("Mean lost writes (RPO), %1").arg(name), one->rpoMeanS);
        rows.time(tr("p95 lost writes (RPO), %1").arg(name), one->rpoP95S);
    }
    const Estimate& lost = result.data.lostWrites;
    rows.figure(tr("Acknowledged writes lost"), lost, tr("a year"));
    if (lost.value && lost.samples > 0) {
        Estimate each = lost;
        each.value = *lost.value * (result.simulatedSeconds / (kMinutesPerYear * 60)) / double(lost.samples);
        each.ci95 = std::nullopt;
        each.note = QStringLiteral("of all %1 take-overs").arg(grouped(lost.samples)).toStdString();
        rows.figure(tr("Acknowledged writes lost"), each, tr("a take-over"));
    }
    addSlowestDetection(rows, design, result);
}

// The longest first.
std::vector<const FlowResult*> unservedClasses(const SimulationResult& result) {
    std::vector<const FlowResult*> unserved;
    for (const FlowResult& flow : result.flows)
        if (isClass(flow.flow) && flow.unserved.count > 0 && flow.unserved.totalS.value)
            unserved.push_back(&flow);
    std::stable_sort(unserved.begin(), unserved.end(), [](const FlowResult* a, const FlowResult* b) {
        return *a->unserved.totalS.value > *b->unserved.totalS.value;
    });
    return unserved;
}

// What somebody asks first after a failure.
void addCost(Rows& rows, const Design& design, const SimulationResult& result) {
    const bool failed = std::any_of(result.events.begin(), result.events.end(), [](const RunEvent& event) {
        return event.kind == "failed" || event.kind == "cut" || event.kind == "deployed";
    });
    if (result.mode == "availability" || !failed) return;
    rows.section = tr("What the failure cost");
    for (const FlowResult* flow : unservedClasses(result)) {
        const QString name = words::flowName(design, flow->flow);
        rows.time(tr("Not served, %1").arg(name), flow->unserved.totalS);
        if (flow->unserved.count > 1)
            rows.time(tr("Longest of %1 times").arg(flow->unserved.count), flow->unserved.longestS);
    }
    const Counts counts = countsOf(result, std::nullopt);
    rows.count(tr("Requests that failed"),
               tr("%1 of %2").arg(grouped(counts.failed), grouped(counts.offered)));
    for (const Recovery& recovery : result.recovery)
        if (recovery.ofGroup())
            rows.time(
                tr("%1 of %2, %3").arg(rto(), words::nameOf(design, recovery.what), afterWhat(recovery.mode)),
                told(recovery.servedMeanS,
                     tr("Recovery: %1. Requests begun shortly before the failure fail, too, and those begun "
                        "shortly before its end wait and are served.")
                         .arg(qt(lengths::kRecovery))));
    for (const Recovery& recovery : result.recovery)
        if (recovery.unfinished > 0)
            rows.count(tr("%1 not served again at the end").arg(words::nameOf(design, recovery.what)),
                       unfinishedWords(recovery), unfinishedNote());
    rows.figure(tr("Acknowledged writes lost"), result.data.lostWrites);
}

void addFlow(Rows& rows, const Design& design, const SimulationResult& result, const FlowResult& flow) {
    rows.section = words::flowName(design, flow.flow);
    if (onlyClient(result) == flow.flow) {
        rows.availability(tr("Up (time)"), flow.availabilityTime);
        return rows.prose(tr("The mean of its classes by their share. All else is as of the whole design."));
    }
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
    const bool years = result.mode == "availability";
    const QString parts = tr("Outage: %1.").arg(qt(years ? lengths::kOutageOverYears : lengths::kOutage));
    rows.time(tr("Outage, mean"), told(flow.outages.meanSeconds, parts));
    rows.time(tr("Outage, p95"), told(flow.outages.p95Seconds, parts));
    rows.time(tr("Outage, longest"), told(flow.outages.longestSeconds, parts));
}

void addTakeovers(Rows& rows, const Design& design, const SimulationResult& result) {
    for (const Recovery& recovery : result.recovery) {
        if (!recovery.ofGroup()) continue;
        rows.section =
            tr("Take-overs of %1, %2").arg(words::nameOf(design, recovery.what), afterWhat(recovery.mode));
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
        if (recovery.resumed > 0) {
            rows.time(tr("Take-over alone, mean"), recovery.totalMeanS);
            rows.time(tr("Take-over alone, p95"), recovery.totalP95S);
        }
        rows.time(tr("%1, mean").arg(rto()), recovery.servedMeanS);
        rows.time(tr("%1, p95").arg(rto()), recovery.servedP95S);
        rows.time(tr("%1, worst seen").arg(rto()), recovery.servedLongestS);
        explainSkew(rows, {&recovery});
        rows.time(tr("%1, mean").arg(rpo()), recovery.rpoMeanS);
        rows.time(tr("%1, p95").arg(rpo()), recovery.rpoP95S);
    }
}

void addRecoveries(Rows& rows, const Design& design, const SimulationResult& result) {
    rows.folded = true;
    for (const Recovery& recovery : result.recovery) {
        if (recovery.ofGroup()) continue;
        rows.section =
            tr("Recovery of %1, %2").arg(words::nameOf(design, recovery.what), afterWhat(recovery.mode));
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
    addWhatOneGets(rows, design, result);
    addCost(rows, design, result);
    std::vector<const FlowResult*> flows; // the whole before its parts
    for (const FlowResult& flow : result.flows)
        flows.insert(flow.flow == "design" ? flows.begin() : flows.end(), &flow);
    for (const FlowResult* flow : flows)
        if (saysMore(result, flow->flow)) addFlow(rows, design, result, *flow);
    rows.section = tr("Spread of one year");
    rows.availability(tr("Chance of no outage"), result.spread.outageFreeYear);
    rows.time(tr("Downtime, p50"), result.spread.downtimeP50, 60);
    rows.time(tr("Downtime, p95"), result.spread.downtimeP95, 60);
    rows.time(tr("Downtime, p99"), result.spread.downtimeP99, 60);
    addTakeovers(rows, design, result);
    const DataFigures& data = result.data;
    rows.section = result.mode == "availability" ? tr("Data, in a year") : tr("Data");
    rows.figure(tr("Acknowledged writes lost"), data.lostWrites);
    rows.time(tr("%1, mean").arg(rpo()), data.rpoMeanS);
    rows.time(tr("%1, p95").arg(rpo()), data.rpoP95S);
    rows.figure(tr("Writes on two sides"), data.divergedWrites);
    rows.time(tr("Two sources, time"), data.splitBrainS);
    rows.figure(tr("Failed writes that were committed"), data.ambiguousWrites);
    if (data.errantWrites.value.value_or(0) > 0)
        rows.figure(tr("Writes that only an old source had"), data.errantWrites);
    rows.figure(tr("Reads of replicas"), data.replicaReads);
    rows.figure(tr("Reads of replicas behind"), data.staleReads);
    rows.time(tr("Age of replicas' answers, p50"), data.readAgeP50S);
    rows.time(tr("Age of replicas' answers, p99"), data.readAgeP99S);
    rows.time(tr("Age of replicas' answers, max"), data.readAgeMaxS);
    rows.section = tr("Objectives");
    for (const ObjectiveResult& objective : result.objectives) {
        rows.rows.push_back({rows.section,
                             objectiveName(design, objective.id),
                             verdictWords(objective),
                             {},
                             isJudged(objective) ? qt(toString(objective.value.method)) : QString(),
                             {},
                             qt(objective.sentence)});
    }
    addRecoveries(rows, design, result);
    return std::move(rows.rows);
}

} // namespace alwayson::gui
