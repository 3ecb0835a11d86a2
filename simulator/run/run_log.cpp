#include "simulator/run/run_log.h"

#include "core/base/units.h"
#include "simulator/estimate/interval.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>

namespace alwayson::sim {
namespace {

std::string modeTitle(const Model& model, Index component, std::uint32_t mode) {
    const auto& modes = model.components[component].modes;
    return mode < modes.size() ? modes[mode].title : "failure";
}

std::string cutText(const std::string& what, const std::string& other, CutDirection direction) {
    const std::string from = other.empty() ? "everything outside" : other;
    switch (direction) {
    case CutDirection::in:
        return fmt::format("{} is cut off: nothing from {} gets in, what it sends still arrives", what, from);
    case CutDirection::out:
        return fmt::format("{} is cut off: nothing it sends gets to {}, what is sent to it arrives", what,
                           from);
    case CutDirection::both:
        break;
    }
    return fmt::format("{} is cut off from {}", what, from);
}

std::string deployText(const Model& model, const LogEntry& entry) {
    const ScenarioStep& step = model.steps[entry.a];
    std::string members;
    for (const Index node : step.members)
        members += (members.empty() ? "" : ", ") + model.components[node].name;
    if (entry.value <= 0) return fmt::format("{} gets a new version: {}", step.name, members);
    return fmt::format("{} gets a bad version on {}: {} % of answers are errors", step.name, members,
                       formatSignificant(100 * entry.value));
}

} // namespace

RunEvent describeEntry(const Model& model, const LogEntry& entry, double originS) {
    RunEvent event;
    event.atS = toSeconds(entry.at) - originS;
    const std::string& what = model.components[entry.what].name;
    event.what = model.components[entry.what].id;
    const std::string by = entry.by == kNone ? "" : model.components[entry.by].name;
    if (entry.by != kNone) event.by = model.components[entry.by].id;
    const std::string later = formatDuration(Duration::seconds(entry.value));
    switch (entry.kind) {
    case LogKind::failed:
        event.kind = "failed";
        event.text = fmt::format("{} fails: {}", what, modeTitle(model, entry.what, entry.a));
        break;
    case LogKind::outage:
        event.kind = "failed";
        event.text = fmt::format("{} is out: {}; everything in it is down", what,
                                 modeTitle(model, entry.what, entry.a));
        break;
    case LogKind::repaired:
        event.kind = "repaired";
        event.text = fmt::format("{} works again", what);
        break;
    case LogKind::outageOver:
        event.kind = "repaired";
        event.text = fmt::format("{} is back", what);
        break;
    case LogKind::restarted:
        event.kind = "repaired";
        event.text = fmt::format("{} has restarted after the outage of its place", what);
        break;
    case LogKind::checkFailed:
        event.kind = "check_failed";
        event.text = fmt::format("{} sees {}: check {} of {} failed", by, what, entry.a, entry.b);
        break;
    case LogKind::checkPassed:
        event.kind = "check_passed";
        event.text = fmt::format("{} sees {}: check {} of {} passed", by, what, entry.a, entry.b);
        break;
    case LogKind::markedDown:
        event.kind = "marked_down";
        event.text = entry.a ? fmt::format("{} marks {} down, {} after the failure", by, what, later)
                             : fmt::format("{} marks {} down", by, what);
        break;
    case LogKind::markedUp:
        event.kind = "marked_up";
        event.text = entry.a ? fmt::format("{} marks {} up, {} after the repair", by, what, later)
                             : fmt::format("{} marks {} up", by, what);
        break;
    case LogKind::load:
        event.kind = "load";
        event.text =
            fmt::format("{}: load is now {} times the designed rate", what, formatSignificant(entry.value));
        break;
    case LogKind::cut:
        event.kind = "cut";
        event.text = cutText(what, by, static_cast<CutDirection>(entry.a));
        break;
    case LogKind::healed:
        event.kind = "healed";
        event.text = by.empty() ? fmt::format("{}: the cut has healed", what)
                                : fmt::format("{} and {}: the cut between them has healed", what, by);
        break;
    case LogKind::deployed:
        event.kind = "deployed";
        event.text = deployText(model, entry);
        break;
    case LogKind::rolledBack:
        event.kind = "rolled_back";
        event.text = fmt::format("{}: the bad version of {} is off again", what, model.steps[entry.a].name);
        break;
    }
    return event;
}

std::vector<Recovery> makeRecovery(const Model& model, std::span<const RunData> runs) {
    std::map<std::pair<Index, std::uint32_t>, std::vector<double>> samples;
    for (const RunData& run : runs)
        for (const RecoverySample& sample : run.recovery)
            samples[{sample.what, sample.mode}].push_back(sample.seconds);
    std::vector<Recovery> recovery;
    for (auto& [key, seconds] : samples) {
        Recovery r;
        r.what = model.components[key.first].id;
        r.mode = key.second == 0           ? "back"
                 : key.second == kNone     ? "outage"
                 : key.second == kNone - 1 ? "isolation"
                                           : model.components[key.first].modes[key.second - 1].id;
        std::vector<std::optional<double>> values(seconds.begin(), seconds.end());
        r.detectionMeanS = replicationMean(values);
        r.detectionSamplesS = seconds;
        std::sort(seconds.begin(), seconds.end());
        r.detectionP95S.value =
            seconds[static_cast<std::size_t>(0.95 * static_cast<double>(seconds.size() - 1) + 0.5)];
        r.detectionP95S.method = Method::simulated;
        r.detectionP95S.samples = seconds.size();
        std::uint64_t low = 0, high = 0;
        if (quantileRanks(seconds.size(), 0.95, low, high))
            r.detectionP95S.ci95 = Interval{seconds[low], seconds[high]};
        // A balancer routes around a server from the moment it marks it: detection is all there is.
        r.totalMeanS = r.detectionMeanS;
        r.totalP95S = r.detectionP95S;
        recovery.push_back(std::move(r));
    }
    return recovery;
}

std::vector<std::string> makeAssumptions(const Model& model) {
    std::vector<std::string> sentences = model.leftOut;
    if (!model.balancers.empty()) {
        sentences.push_back("Health checks do not compete with requests for workers: an overloaded server "
                            "still passes them.");
        sentences.push_back("Connections to servers are kept open: a request pays half a round trip each way "
                            "and no handshake.");
    }
    for (const BalancerModel& b : model.balancers)
        if (b.hangTimeout < kSecond) {
            sentences.push_back("Check timeouts below 1 s are not kept exactly by HAProxy (0.5 s was "
                                "measured as 0.5 to 1.0 s).");
            break;
        }
    for (const BalancerModel& b : model.balancers)
        if (b.cookie || b.algorithm == Algorithm::source || b.algorithm == Algorithm::uri) {
            sentences.push_back(
                "Every request belongs to a session or address of its own, spread evenly over the servers.");
            break;
        }
    if (model.backgroundFailures)
        sentences.push_back("Failures of the design happen in the run as well as those of the scenario.");
    else
        sentences.push_back("Nothing fails but what the scenario says.");
    return sentences;
}

} // namespace alwayson::sim
