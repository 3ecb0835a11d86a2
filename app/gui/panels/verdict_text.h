#pragma once
// The words behind each figure of the strip. No widgets here.

#include "core/model/design.h"
#include "core/results/check_report.h"
#include "core/results/simulation_result.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace alwayson::gui {

struct Explanation {
    QString title;
    QString summary;                                // one sentence
    std::vector<std::pair<QString, QString>> parts; // what it is made of: name, amount; at most 6
    QString partsTitle;
    QString improve;      // what would improve it most, "" when unknown
    QString furtherTitle; // another way to take the same apart
    std::vector<std::pair<QString, QString>> further;
    QStringList notes; // what is left out, where it comes from
};

const FlowAvailability* designFlow(const CheckReport& report);
// The figure the strip shows: with detection and failover where known.
const Estimate* availabilityOf(const CheckReport& report);
// Why that is nullptr: "clients1 calls nothing".
QString whyUnknown(const CheckReport& report);

Explanation explainAvailability(const Design& design, const CheckReport& report);
// The groups with a take-over, each with all kinds of failures together.
std::vector<const Recovery*> recoveriesOf(const SimulationResult& years);
Explanation explainRecovery(const Design& design, const SimulationResult& years);
Explanation explainLatency(const CheckReport& report, const Estimate& simulated,
                           const QString& refusal = {}); // refusal: why it cannot be simulated
Explanation explainCost(const Design& design, const CheckReport& report);
Explanation explainSinglePoints(const Design& design, const CheckReport& report);
Explanation explainObjectives(const Design& design, const CheckReport& report, const Estimate& latency,
                              const SimulationResult* run, // the run that was played to its end, or nullptr
                              const SimulationResult* years); // the last over years, or nullptr

QString tagOf(const Estimate& estimate); // "exact", "approximate", ...; "" when there is no figure
QString money(double usd);               // "$680", "$1 240"

} // namespace alwayson::gui
