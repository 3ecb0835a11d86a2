#include "app/gui/panels/objectives.h"

#include "app/gui/canvas/words.h"
#include "app/gui/panels/parameter_text.h"
#include "app/gui/session/session.h"
#include "app/verbs/objectives.h"
#include "core/base/units.h"
#include "core/catalogue/catalogue.h"

#include <QCoreApplication>

#include <algorithm>

namespace alwayson::gui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("objectives", text);
}

bool isRecovery(const std::string& metric) {
    return metric.starts_with("rto_") || metric.starts_with("rpo_");
}

bool isAvailability(const std::string& metric) {
    return metric.starts_with("availability");
}

ParameterSpec specOf(const std::string& metric) {
    ParameterSpec spec;
    if (isAvailability(metric))
        spec.type = ParameterType::probability;
    else if (metric.starts_with("latency")) {
        spec.type = ParameterType::duration;
        spec.unit = "ms";
        spec.minimum = 0.001;
        spec.maximum = 1e12;
    } else if (isRecovery(metric)) {
        spec.type = ParameterType::duration;
        spec.unit = "s";
        spec.minimum = 0;
        spec.maximum = 1e12;
    } else {
        spec.minimum = 0;
        spec.maximum = 1e12;
    }
    return spec;
}

} // namespace

QString metricTitle(const std::string& metric) {
    if (metric == "availability_time") return tr("Availability");
    if (metric == "availability_requests") return tr("Success");
    if (metric == "availability_good") return tr("Good requests");
    if (metric == "latency_p50_ms") return tr("Median latency");
    if (metric == "latency_p95_ms") return tr("p95 latency");
    if (metric == "latency_p99_ms") return tr("p99 latency");
    if (metric == "cost_usd_per_month") return tr("Cost per month");
    if (metric == "rto_mean_s") return tr("Recovery time (RTO), mean");
    if (metric == "rto_p95_s") return tr("Recovery time (RTO), p95");
    if (metric == "rpo_mean_s") return tr("Lost writes (RPO), mean");
    if (metric == "rpo_p95_s") return tr("Lost writes (RPO), p95");
    return QString::fromStdString(metric);
}

std::vector<std::string> recoveryMetrics(const Group& group) {
    if (hasRole(group, "one_writer")) return {"rto_mean_s", "rto_p95_s", "rpo_mean_s", "rpo_p95_s"};
    if (hasRole(group, "one_active")) return {"rto_mean_s", "rto_p95_s"};
    return {};
}

QString metricValue(const std::string& metric, double value) {
    if (isAvailability(metric)) return exactShare(value);
    if (metric.starts_with("latency")) return exactDuration(value / 1000);
    if (isRecovery(metric)) return exactDuration(value);
    return QLatin1Char('$') +
           grouped(QString::number(value, 'f', value < 100 && value != static_cast<int>(value) ? 2 : 0));
}

QString metricFigure(const std::string& metric, double value) {
    if (isAvailability(metric)) return QString::fromStdString(formatAvailability(value));
    if (metric.starts_with("latency"))
        return QString::fromStdString(formatDuration(Duration::milliseconds(value)));
    if (isRecovery(metric)) return QString::fromStdString(formatDuration(Duration::seconds(value)));
    return metricValue(metric, value);
}

std::optional<double> parseMetric(const std::string& metric, const QString& text, QString& error) {
    QString plain = text.trimmed();
    for (const char* word : {"at least", "at most"})
        if (plain.startsWith(QLatin1String(word)))
            plain = plain.mid(static_cast<qsizetype>(std::string_view(word).size())).trimmed();
    if (metric.starts_with("cost") && plain.startsWith(QLatin1Char('$'))) plain = plain.mid(1);
    const Typed typed = parseValue(specOf(metric), plain);
    if (typed.what != Typed::What::value) {
        error = typed.error;
        return std::nullopt;
    }
    return typed.value.get<double>();
}

namespace {

// What the run over years says of an objective that the check knows nothing of.
void takeFromYears(const Objective& objective, const CheckReport& report, const SimulationResult* years,
                   ObjectiveView& view) {
    view.note = tr("a run counts it, the check does not");
    if (years == nullptr || years->designHash != report.designHash) return;
    const auto found = std::find_if(years->objectives.begin(), years->objectives.end(),
                                    [&](const ObjectiveResult& one) { return one.id == objective.id.str(); });
    if (found == years->objectives.end() || !found->value.value) return;
    const std::string metric = objective.windowDays ? "availability_time" : objective.metric;
    view.value = metricFigure(metric, *found->value.value);
    view.method = found->value.method;
    view.met = found->met;
    view.note = objective.windowDays ? tr("share of periods that keep it, in the run over the years")
                                     : tr("in the run over the years");
}

} // namespace

ObjectiveView viewOf(const Design& design, const Objective& objective, const CheckReport* report,
                     const Estimate& latency, const SimulationResult* years) {
    ObjectiveView view;
    view.id = objective.id.str();
    view.title = !objective.of.empty()
                     ? tr("%1, %2").arg(metricTitle(objective.metric), words::nameOf(design, objective.of))
                 : objective.flow == "design" ? metricTitle(objective.metric)
                                              : tr("%1, %2").arg(metricTitle(objective.metric),
                                                                 words::flowName(design, objective.flow));
    if (objective.atLeast)
        view.target = tr("at least %1").arg(metricValue(objective.metric, *objective.atLeast));
    else if (objective.atMost)
        view.target = tr("at most %1").arg(metricValue(objective.metric, *objective.atMost));
    if (objective.windowDays) view.target += tr(" in %1 days").arg(*objective.windowDays);
    if (report == nullptr) return view;
    const Estimate figure = verbs::figureOf(objective, *report, latency);
    if (!figure.value) {
        if (isRecovery(objective.metric) || objective.windowDays)
            takeFromYears(objective, *report, years, view);
        return view;
    }
    view.value = metricFigure(objective.metric, *figure.value);
    // Of requests only a run knows; what the check knows is time.
    if (isAvailability(objective.metric) && !figure.note.empty()) view.value += tr(" of time");
    view.method = figure.method;
    view.note = QString::fromStdString(figure.note);
    view.met = verbs::isMet(objective, figure);
    return view;
}

bool isJudged(const ObjectiveResult& result) {
    return result.isJudged();
}

QString verdictWords(const ObjectiveResult& result) {
    if (result.budgetUsed && !result.met)
        return tr("uses %1 of the budget")
            .arg(QString::fromStdString(verbs::budgetWords(*result.budgetUsed)));
    if (!isJudged(result)) return tr("not judged in this mode");
    return !result.met ? tr("undecided") : *result.met ? tr("met") : tr("missed");
}

RunVerdict verdictOf(const SimulationResult& run) {
    RunVerdict verdict;
    for (const ObjectiveResult& objective : run.objectives) {
        if (isJudged(objective)) ++verdict.judged;
        if (!objective.met) continue;
        ++(*objective.met ? verdict.met : verdict.missed);
    }
    return verdict;
}

// What is said of a whole run is not said before it has been seen to its end, nor once it was stopped.
std::shared_ptr<const SimulationResult> runToItsEnd(const Session& session) {
    const bool seen = session.runState() == Session::RunState::finished && !session.runIsOutdated();
    return seen ? session.runResult() : nullptr;
}

QString inThisRun(const Objective& objective, const SimulationResult& run) {
    for (const ObjectiveResult& one : run.objectives) {
        if (one.id != objective.id.str() || (!isJudged(one) && !one.budgetUsed)) continue;
        QString words = tr("this run: ") + verdictWords(one);
        if (one.value.value)
            words += QStringLiteral(" \u00B7 ") + metricFigure(objective.metric, *one.value.value);
        if (objective.metric == "availability_requests") words += tr(" of requests");
        return words;
    }
    return {};
}

QString basisOf(const ObjectiveView& view) {
    QString why = QString::fromUtf8(toString(view.method).data());
    if (!view.note.isEmpty()) why += QStringLiteral("; ") + view.note;
    return tr("%1 (%2)").arg(view.value, why);
}

} // namespace alwayson::gui
