// What is known of a design without running it.

#include "app/verbs/static_latency.h"
#include "app/verbs/verbs.h"
#include "core/cost/cost.h"
#include "core/cost/load_report.h"
#include "core/io/project_file.h"
#include "core/validate/validate.h"

namespace alwayson::verbs {

namespace {

Error cancelled() {
    return {ErrorKind::cancelled, "check.cancelled", "The check was stopped.", "", {}};
}

} // namespace

Result<CheckReport> check(const Design& design, std::stop_token stop) {
    CheckReport report;
    report.designName = design.name;
    report.designHash = designHash(design);
    report.priceBook = design.settings.priceBook;
    report.capacityBook = design.settings.capacityBook;
    const StaticLoad load = staticLoad(design);
    if (stop.stop_requested()) return cancelled();
    report.issues = validate(design, load);
    if (stop.stop_requested()) return cancelled();
    report.loads = loadReport(design, load);
    report.cost = monthlyCost(design, load);
    report.latencyP99Ms = staticLatencyP99Ms(design, load);
    if (stop.stop_requested()) return cancelled();
    return report;
}

} // namespace alwayson::verbs
