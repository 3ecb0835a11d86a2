#pragma once
// Objectives in words, and whether what is known right now meets them.

#include "core/model/design.h"
#include "core/results/check_report.h"
#include "core/results/simulation_result.h"

#include <QString>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace alwayson::gui {

class Session;

struct ObjectiveView {
    std::string id;
    QString title;                // "Cost per month", "Success, Shoppers"
    QString target;               // "at least 99.95 %"
    std::optional<bool> met;      // nullopt: not known yet
    QString value;                // "99.983 %", "" when unknown
    Method method = Method::none; // how that figure was found
    QString note;                 // what else to know about it: "judged on the share of time up, ..."
};

// `report` may be nullptr; availability and cost come from it, latency from its formula or else from
// `latency`; what only a run over years counts (take-overs, periods) from `years`, when that is about the
// same design.
ObjectiveView viewOf(const Design& design, const Objective& objective, const CheckReport* report,
                     const Estimate& latencyP99Ms, const SimulationResult* years = nullptr);
// "99.984 % (approximate; judged on the share of time up, until a run counts the requests)"
QString basisOf(const ObjectiveView& view);
// Metrics of its recovery that an objective may set a target for; none for groups without a take-over.
std::vector<std::string> recoveryMetrics(const Group& group);
// What one run says of the objectives that the design had then; the rest is undecided.
struct RunVerdict {
    int met = 0, missed = 0, judged = 0; // of those that a run of its kind knows the figure of
};
// A run that does not know the figure does not judge.
bool isJudged(const ObjectiveResult& result);
QString verdictWords(const ObjectiveResult& result); // "met", "not judged in this mode"
RunVerdict verdictOf(const SimulationResult& run);
// The run of the open design once it was seen to its end; nullptr before.
std::shared_ptr<const SimulationResult> runToItsEnd(const Session& session);
// "this run: missed · 99.63 % of requests"; "" when it does not judge the objective.
QString inThisRun(const Objective& objective, const SimulationResult& run);
QString metricTitle(const std::string& metric);
// Text of a figure of that metric: a share, a time or dollars.
QString metricValue(const std::string& metric, double value);
// The same of a figure that was found, rounded as figures are.
QString metricFigure(const std::string& metric, double value);
// The figure of a typed text, in the objective's own unit; an error sentence otherwise.
std::optional<double> parseMetric(const std::string& metric, const QString& text, QString& error);

} // namespace alwayson::gui
