#include "app/gui/panels/verdict_text.h"

#include "app/gui/panels/binding.h"
#include "app/gui/panels/objectives.h"
#include "app/gui/panels/parameter_text.h"
#include "core/base/units.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

namespace {

constexpr std::size_t kMostParts = 6;

QString tr(const char* text) {
    return QCoreApplication::translate("verdict", text);
}

QString minutesPerYear(double minutes) {
    return QString::fromStdString(formatDuration(Duration::minutes(minutes))) + tr("/yr");
}

QString partName(const Design& design, const std::string& id) {
    return nameOf(design, id);
}

} // namespace

QString tagOf(const Estimate& estimate) {
    if (!estimate.value || estimate.method == Method::none) return {};
    return QString::fromUtf8(toString(estimate.method).data());
}

QString money(double usd) {
    const bool cents = usd != 0 && std::fabs(usd) < 10;
    return QLatin1Char('$') + grouped(QString::number(usd, 'f', cents ? 2 : 0));
}

const FlowAvailability* designFlow(const CheckReport& report) {
    for (const FlowAvailability& flow : report.flows)
        if (flow.flow == "design") return &flow;
    return report.flows.empty() ? nullptr : &report.flows.back();
}

const Estimate* availabilityOf(const CheckReport& report) {
    const FlowAvailability* flow = designFlow(report);
    if (flow == nullptr) return nullptr;
    if (flow->withDetection.value) return &flow->withDetection;
    return flow->availability.value ? &flow->availability : nullptr;
}

QString whyUnknown(const CheckReport& report) {
    for (const Issue& issue : report.issues)
        if (const FlowAvailability* flow = designFlow(report);
            flow && issue.code == "connectivity.idle_client")
            return QString::fromStdString(flow->availability.note);
    return tr("nothing to serve yet");
}

namespace {

// What would help, the most first: parts that never fail, take-overs that take no time or need nobody.
struct Saving {
    QString what;
    double minutes = 0; // a year
};
std::vector<Saving> savingsOf(const Design& design, const CheckReport& report) {
    std::vector<Saving> all;
    for (const Importance& one : report.importance)
        all.push_back({tr("if %1 never failed").arg(partName(design, one.id)), one.downtimeMinutesPerYear});
    for (const Lever& one : report.levers)
        all.push_back({(one.of == Lever::Of::takeOver ? tr("if %1 were taken over at once")
                                                      : tr("if nobody had to take over %1 by hand"))
                           .arg(partName(design, one.group)),
                       one.downtimeMinutesPerYear});
    std::erase_if(all, [](const Saving& one) { return !(one.minutes > 0); });
    std::stable_sort(all.begin(), all.end(),
                     [](const Saving& a, const Saving& b) { return a.minutes > b.minutes; });
    return all;
}

} // namespace

Explanation explainAvailability(const Design& design, const CheckReport& report) {
    Explanation text;
    text.title = tr("Availability");
    const Estimate* shown = availabilityOf(report);
    if (shown == nullptr) {
        text.summary = tr("Nothing to compute yet: draw clients and link them to what serves them.");
        for (const Issue& issue : report.issues)
            if (issue.code == "connectivity.idle_client") {
                text.summary = QString::fromStdString(issue.message);
                text.improve = QString::fromStdString(issue.fix);
                break;
            }
        return text;
    }
    const FlowAvailability& flow = *designFlow(report);
    text.summary =
        tr("Share of time in which every flow is served, in the long run. Down %1 of a year of 8760 h.")
            .arg(QString::fromStdString(formatDowntimePerYear(*shown->value)));
    if (flow.availability.value && flow.withDetection.value) {
        const double structural = (1 - *flow.availability.value) * kMinutesPerYear;
        const double all = (1 - *flow.withDetection.value) * kMinutesPerYear;
        text.parts.emplace_back(tr("while too much is broken"), minutesPerYear(structural));
        text.parts.emplace_back(tr("until it is noticed, taken over or ended by hand"),
                                minutesPerYear(std::max(0.0, all - structural)));
    }
    text.partsTitle = tr("Made of");
    text.furtherTitle = tr("Less downtime");
    const std::vector<Saving> savings = savingsOf(design, report);
    for (std::size_t i = 0; i < std::min<std::size_t>(savings.size(), kMostParts); ++i)
        text.further.emplace_back(savings[i].what, minutesPerYear(savings[i].minutes));
    if (!savings.empty())
        text.improve =
            tr("%1: %2 less downtime.").arg(savings.front().what, minutesPerYear(savings.front().minutes));
    if (flow.outagesPerYear)
        text.notes << (flow.withDetection.value
                           ? tr("Too much is broken about %1 times a year; failures that wait to be noticed, "
                                "taken over or ended by hand come on top.")
                           : tr("About %1 outages a year."))
                          .arg(QString::fromStdString(formatSignificant(*flow.outagesPerYear, 2)));
    for (const std::string& left : flow.leftOut)
        text.notes << QString::fromStdString(left);
    return text;
}

std::vector<const Recovery*> recoveriesOf(const SimulationResult& years) {
    std::vector<const Recovery*> groups;
    for (const Recovery& one : years.recovery)
        if (one.ofGroup() && one.mode == "any") groups.push_back(&one);
    return groups;
}

Explanation explainRecovery(const Design& design, const SimulationResult& years) {
    Explanation text;
    text.title = tr("Recovery time (RTO) and lost writes (RPO)");
    text.summary = tr("From a failure until callers are served again, by who took over or by what was back, "
                      "in a run over %1 years; 95 % of the failures stay within p95.")
                       .arg(grouped(QString::number(years.simulatedSeconds / kSecondsPerYear, 'f', 0)));
    text.partsTitle = tr("Recovery time (RTO)");
    text.furtherTitle = tr("Lost writes (RPO)");
    const auto figures = [](std::initializer_list<std::pair<QString, const Estimate*>> all) {
        QStringList words;
        for (const auto& [name, estimate] : all)
            if (estimate->value)
                words << name + QLatin1Char(' ') + metricFigure("rto_p95_s", *estimate->value);
        return words.join(QStringLiteral(", "));
    };
    for (const Recovery* one : recoveriesOf(years)) {
        const QString name = partName(design, one->what);
        text.parts.emplace_back(name, figures({{tr("mean"), &one->servedMeanS},
                                               {tr("p95"), &one->servedP95S},
                                               {tr("worst seen"), &one->servedLongestS}}));
        if (const QString lost = figures({{tr("mean"), &one->rpoMeanS}, {tr("p95"), &one->rpoP95S}});
            !lost.isEmpty())
            text.further.emplace_back(name, lost);
        if (one->resumed > 0)
            text.notes
                << tr("%1: %2 of %3 failures had no take-over: what failed was back first, or all were lost.")
                       .arg(name, grouped(QString::number(one->resumed)),
                            grouped(QString::number(one->losses())));
        if (one->byHand > 0)
            text.notes << tr("%1: %2 of %3 take-overs by hand; they take hours.")
                              .arg(name, grouped(QString::number(one->byHand)),
                                   grouped(QString::number(one->count)));
    }
    return text;
}

Explanation explainLatency(const CheckReport& report, const Estimate& simulated, const QString& refusal) {
    Explanation text;
    text.title = tr("p99 latency");
    text.summary =
        tr("99 of 100 requests are answered within this, at the designed load with everything up.");
    const Estimate& shown = report.latencyP99Ms.value ? report.latencyP99Ms : simulated;
    if (!shown.value)
        text.summary +=
            QLatin1Char(' ') +
            (refusal.isEmpty()
                 ? tr("No formula holds for this design; press Run to simulate it.")
                 : tr("No formula holds for this design, and it cannot be simulated: %1").arg(refusal));
    if (shown.ci95)
        text.notes << tr("95 % interval %1 to %2 ms, sampling error only.")
                          .arg(QString::fromStdString(formatSignificant(shown.ci95->low)),
                               QString::fromStdString(formatSignificant(shown.ci95->high)));
    if (!shown.note.empty()) text.notes << QString::fromStdString(shown.note);
    text.partsTitle = tr("Busiest");
    std::vector<const Load*> loads;
    for (const Load& load : report.loads)
        if (std::isfinite(load.capacityPerSecond) && load.utilisation > 0) loads.push_back(&load);
    std::stable_sort(loads.begin(), loads.end(),
                     [](const Load* a, const Load* b) { return a->utilisation > b->utilisation; });
    for (const Load* load : loads) {
        if (text.parts.size() >= kMostParts) break;
        QString amount = QString::number(load->utilisation * 100, 'f', 0) + QStringLiteral(" %");
        if (load->utilisationWithoutOne && *load->utilisationWithoutOne > 0)
            amount +=
                tr(", %1 % without one").arg(QString::number(*load->utilisationWithoutOne * 100, 'f', 0));
        text.parts.emplace_back(QString::fromStdString(load->id), amount);
    }
    return text;
}

Explanation explainCost(const Design& design, const CheckReport& report) {
    Explanation text;
    text.title = tr("Cost per month");
    text.summary = report.cost.atLeast ? tr("At least this: something in the design has no price.")
                                       : tr("Everything in the design, for a month of 730 h.");
    text.partsTitle = tr("Made of");
    std::vector<const CostItem*> items;
    for (const CostItem& item : report.cost.items)
        items.push_back(&item);
    std::stable_sort(items.begin(), items.end(), [](const CostItem* a, const CostItem* b) {
        return a->usdPerMonth.value_or(1e300) > b->usdPerMonth.value_or(1e300);
    });
    for (const CostItem* item : items) {
        if (text.parts.size() >= kMostParts) break;
        text.parts.emplace_back(partName(design, item->id),
                                item->usdPerMonth ? money(*item->usdPerMonth) : tr("unpriced"));
    }
    if (!items.empty() && items.front()->usdPerMonth && *items.front()->usdPerMonth > 0)
        text.improve =
            tr("%1 costs most: %2")
                .arg(partName(design, items.front()->id), QString::fromStdString(items.front()->why));
    text.notes << tr("Price book: %1.").arg(QString::fromStdString(report.cost.priceBook));
    return text;
}

Explanation explainSinglePoints(const Design& design, const CheckReport& report) {
    Explanation text;
    text.title = tr("Single points of failure");
    if (availabilityOf(report) == nullptr) {
        text.summary = tr("Where nothing is served, nothing can be a single point.");
        return text;
    }
    if (report.singlePointsOfFailure.empty()) {
        text.summary = tr("None: no single part takes the design down by itself.");
        return text;
    }
    text.summary = tr("Each of these takes the design down by itself.");
    text.partsTitle = tr("Downtime they cause");
    for (const std::string& id : report.singlePointsOfFailure) {
        if (text.parts.size() >= kMostParts) break;
        const auto found = std::find_if(report.importance.begin(), report.importance.end(),
                                        [&](const Importance& one) { return one.id == id; });
        text.parts.emplace_back(partName(design, id), found == report.importance.end()
                                                          ? QString()
                                                          : minutesPerYear(found->downtimeMinutesPerYear));
    }
    if (report.singlePointsOfFailure.size() > kMostParts)
        text.notes << tr("and %1 more").arg(report.singlePointsOfFailure.size() - kMostParts);
    return text;
}

Explanation explainObjectives(const Design& design, const CheckReport& report, const Estimate& latency,
                              const SimulationResult* run, const SimulationResult* years) {
    Explanation text;
    text.title = tr("Objectives");
    if (design.objectives.empty()) {
        text.summary = tr("None yet. With nothing selected, add them in the panel on the right.");
        return text;
    }
    text.summary = tr("Against the figures of this strip; a run measures them request by request.");
    text.partsTitle = tr("Wanted, and reached");
    for (const Objective& objective : design.objectives) {
        if (text.parts.size() >= kMostParts) break;
        const ObjectiveView view = viewOf(design, objective, &report, latency, years);
        const QString verdict = !view.met ? tr("open") : *view.met ? tr("met") : tr("missed");
        text.parts.emplace_back(view.title + QLatin1Char(' ') + view.target,
                                view.value.isEmpty() ? verdict
                                                     : view.value + QStringLiteral(" \u00B7 ") + verdict);
        if (!view.value.isEmpty()) text.notes << tr("%1: %2.").arg(view.title, basisOf(view));
    }
    if (run == nullptr) return text;
    const Scenario* scenario = design.scenarios.find(run->scenario);
    text.furtherTitle = tr("In the run, to its end: %1")
                            .arg(scenario ? QString::fromStdString(scenario->displayName()) : tr("Live"));
    for (const ObjectiveResult& one : run->objectives) {
        if (text.further.size() >= kMostParts) break;
        const Objective* objective = design.objectives.find(one.id);
        if (objective == nullptr) continue;
        const QString verdict = verdictWords(one);
        const QString title = viewOf(design, *objective, nullptr, {}).title;
        text.further.emplace_back(title, one.value.value ? metricFigure(objective->metric, *one.value.value) +
                                                               QStringLiteral(" \u00B7 ") + verdict
                                                         : verdict);
    }
    return text;
}

} // namespace alwayson::gui
