#include "simulator/run/run_log.h"

#include "core/base/units.h"
#include "core/text/sentence.h"
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
std::string modeId(const Model& model, const LogEntry& entry) {
    const auto& modes = model.components[entry.what].modes;
    return entry.a < modes.size() ? modes[entry.a].id : "";
}

// "db1 fails: Process crash", "db1 gets slow: Slow disk"
std::string failureText(const Model& model, const LogEntry& entry) {
    const auto& component = model.components[entry.what];
    const bool known = entry.a < component.modes.size();
    const FailureEffect effect = known ? component.modes[entry.a].effect : FailureEffect::crash;
    const char* verb = effect == FailureEffect::slow     ? "gets slow"
                       : effect == FailureEffect::errors ? "answers with errors"
                                                         : "fails";
    return fmt::format("{} {}: {}", component.name, verb, modeTitle(model, entry.what, entry.a));
}

std::string cutText(const std::string& what, const std::string& other, CutDirection direction) {
    const std::string from = other.empty() ? "outside" : other;
    switch (direction) {
    case CutDirection::in:
        return fmt::format("{} is cut off: nothing from {} gets in, what it sends still arrives", what, from);
    case CutDirection::out:
        return other.empty()
                   ? fmt::format("{} is cut off: nothing it sends gets out, what is sent to it arrives", what)
                   : fmt::format("{} is cut off: nothing it sends gets to {}, what is sent to it arrives",
                                 what, other);
    case CutDirection::both:
        break;
    }
    return fmt::format("{} is cut off from {}", what, other.empty() ? "everything outside" : other);
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

// Who holds a shared address.
void describeRole(const Model& model, const LogEntry& entry, RunEvent& event) {
    const std::string& what = model.components[entry.what].name;
    const std::string& pair = model.vrrp[entry.a].name;
    const std::string later = formatDuration(Duration::seconds(entry.value));
    switch (entry.kind) {
    case LogKind::tookAddress:
        event.kind = "role_changed";
        event.text = entry.by == kNone || entry.by == entry.what
                         ? fmt::format("{} takes the address of {}", what, pair)
                         : fmt::format("{} takes the address of {} from {}", what, pair,
                                       model.components[entry.by].name);
        if (entry.value > 0) event.text += fmt::format(", {} after the failure", later);
        break;
    case LogKind::gaveAddress:
        event.kind = "role_changed";
        event.text = fmt::format("{} gives the address of {} away", what, pair);
        break;
    case LogKind::takeOverFailed:
        event.kind = "failover_failed";
        event.text = fmt::format("The take-over by {} does not work: a human ends it in {}", what, later);
        break;
    case LogKind::scriptFailed:
        event.kind = "marked_down";
        event.text = fmt::format("The script on {} gives its balancer up", what);
        break;
    case LogKind::scriptPassed:
        event.kind = "marked_up";
        event.text = fmt::format("The script on {} finds its balancer good again", what);
        break;
    case LogKind::splitBrain:
        event.kind = "split_brain";
        event.text =
            fmt::format("{} and {} both hold the address of {}", what, model.components[entry.by].name, pair);
        break;
    case LogKind::splitBrainOver:
        event.kind = "split_brain_over";
        event.text = fmt::format("Only one member holds the address of {} again, after {}", pair, later);
        break;
    default:
        break;
    }
}

// Who serves and who stands by, and pools that serve nothing.
void describePool(const Model& model, const LogEntry& entry, RunEvent& event) {
    const std::string& what = model.components[entry.what].name;
    const std::string& pool = model.groups[entry.a];
    const bool bad = entry.kind == LogKind::startFails || entry.kind == LogKind::tookOthersDown ||
                     entry.kind == LogKind::poolInterrupted;
    event.kind = bad ? "failover_failed" : "role_changed";
    if (entry.kind == LogKind::calledUp)
        event.text = entry.value > 0 ? fmt::format("{} stood by in {} and is needed: it serves in {}", what,
                                                   pool, formatDuration(Duration::seconds(entry.value)))
                                     : fmt::format("{} stood by in {} and serves now", what, pool);
    if (entry.kind == LogKind::started) event.text = fmt::format("{} has started and serves {}", what, pool);
    if (entry.kind == LogKind::standsBy) event.text = fmt::format("{} stands by in {} again", what, pool);
    if (entry.kind == LogKind::startFails)
        event.text = fmt::format("{} stood by in {} and does not start", what, pool);
    const std::string later = formatDuration(Duration::seconds(entry.value));
    if (entry.kind == LogKind::poolInterrupted)
        event.text = entry.b == 0
                         ? fmt::format("{} serves nothing for {}: {} was lost", pool, later, what)
                         : fmt::format("The loss of {} stops {}: a human ends it in {}", what, pool, later);
    if (entry.kind == LogKind::poolServes) event.text = fmt::format("{} serves again", pool);
    if (entry.kind == LogKind::tookOthersDown)
        event.text = fmt::format("The failure of {} takes the other members of {} down", what, pool);
}

// Who is the source of a replication set, and what became of its data.
void describeStore(const Model& model, const LogEntry& entry, RunEvent& event) {
    const std::string& what = model.components[entry.what].name;
    const std::string by = entry.by == kNone ? "" : model.components[entry.by].name;
    const std::string& set = model.stores[entry.a].name;
    const std::string later = formatDuration(Duration::seconds(entry.value));
    const auto tell = [&](const char* kind, std::string text) {
        event.kind = kind;
        event.text = std::move(text);
    };
    const auto commits = [&] {
        return fmt::format("{:.0f} {}", entry.value, entry.value == 1 ? "commit" : "commits");
    };
    switch (entry.kind) {
    case LogKind::newSource:
        return tell("role_changed",
                    fmt::format("{} is the source of {} now, in place of {}, {} after its loss", what, set,
                                by, later));
    case LogKind::promoting:
        return tell("promoting", fmt::format("{} is being made the source of {}", what, set));
    case LogKind::sourceSeenDead:
        return tell("detected", fmt::format("The source {} counts as lost, {} after its loss", what, later));
    case LogKind::failoverFails:
        return tell(
            "failover_failed",
            fmt::format("The failover of {} from {} does not work: a human has to end it", set, what));
    case LogKind::failoverBlocked:
        return tell(
            "failover_failed",
            fmt::format("{} had a failover not long ago: the loss of {} waits for a human", set, what));
    case LogKind::noCandidate:
        return tell("failover_failed",
                    fmt::format("No member can take over from {}: {} has no source", what, set));
    case LogKind::cannotLead:
        return tell("failover_failed",
                    fmt::format("{} cannot be made the source of {}: it is down, cut off or not part of it",
                                what, set));
    case LogKind::plannedSource:
        return tell("role_changed",
                    fmt::format("{} is the source of {} now, in place of {}, as planned", what, set, by));
    case LogKind::resumed:
        return tell(
            "role_changed",
            fmt::format("{} is back before another took over: it is still the source of {}", what, set));
    case LogKind::fenced:
        return tell("fenced", fmt::format("{} has been shut off before another takes over", what));
    case LogKind::fencingFailed:
        return tell("fencing_failed", fmt::format("{} could not be shut off", what));
    case LogKind::leaseLost:
        return tell(
            "lease_lost",
            fmt::format("{} hears no majority and takes no more writes: its lease has run out", what));
    case LogKind::fellBack:
        return tell("fell_back",
                    fmt::format("{} fell back to asynchronous: too few replicas acknowledge", what));
    case LogKind::caughtUp:
        return tell("caught_up", fmt::format("{} waits for its replicas again: they have caught up", what));
    case LogKind::lostCommits:
        return tell("data_lost", fmt::format("{} that {} had acknowledged are lost", commits(), what));
    case LogKind::diverged:
        return tell("diverged", fmt::format("{} has {} that {} does not: it was written to on its own", what,
                                            commits(), by));
    case LogKind::reconciling:
        return tell(
            "reconciling",
            fmt::format("{} stays out of {} until its data is sorted out, in {}: whoever reads from it "
                        "sees old data",
                        what, set, later));
    case LogKind::rejoined:
        return tell("rejoined", fmt::format("{} follows {} now", what, by));
    case LogKind::twoSources:
        return tell("split_brain", fmt::format("{} and {} both take writes for {}", what, by, set));
    case LogKind::oneSource:
        return tell("split_brain_over",
                    fmt::format("Only {} takes writes for {} again, after {}", what, set, later));
    case LogKind::readsLeave:
        return tell("reads_left", fmt::format("{} reads from {} no more", by, what));
    case LogKind::readsReturn:
        return tell("reads_returned", fmt::format("{} may read from {} now", by, what));
    default:
        break;
    }
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
        event.mode = modeId(model, entry);
        event.text = failureText(model, entry);
        break;
    case LogKind::outage:
        event.kind = "failed";
        event.mode = modeId(model, entry);
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
    default:
        if (entry.kind >= LogKind::calledUp && entry.kind <= LogKind::tookOthersDown)
            describePool(model, entry, event);
        else if (entry.kind >= LogKind::newSource)
            describeStore(model, entry, event);
        else
            describeRole(model, entry, event);
        break;
    }
    return event;
}

namespace {

std::string modeName(const Model& model, Index component, std::uint32_t mode) {
    if (mode == 0) return "back";
    if (mode == kNone) return "outage";
    if (mode == kIsolated) return "isolation";
    return model.components[component].modes[mode - 1].id;
}

void summarise(std::vector<double> seconds, Estimate& mean, Estimate& p95) {
    std::vector<std::optional<double>> values(seconds.begin(), seconds.end());
    mean = replicationMean(values);
    if (mean.ci95) mean.ci95->low = std::max(0.0, mean.ci95->low); // none took less than no time
    std::sort(seconds.begin(), seconds.end());
    p95.value = seconds[static_cast<std::size_t>(0.95 * static_cast<double>(seconds.size() - 1) + 0.5)];
    p95.method = Method::simulated;
    p95.samples = seconds.size();
    std::uint64_t low = 0, high = 0;
    if (quantileRanks(seconds.size(), 0.95, low, high)) p95.ci95 = Interval{seconds[low], seconds[high]};
}

// Take-overs, by group and by the failure of the member that had the role.
std::vector<Recovery> groupRecovery(const Model& model, std::span<const RunData> runs) {
    struct Samples {
        std::vector<double> detection, failover, total;
        std::uint64_t byHand = 0, unfinished = 0;
        double unfinishedFor = 0;
    };
    std::map<std::pair<Index, std::string>, Samples> samples;
    for (const RunData& run : runs)
        for (const RecoverySample& sample : run.recovery) {
            if (sample.group == kNone) continue;
            Samples& here = samples[{sample.group, modeName(model, sample.what, sample.mode)}];
            if (sample.unfinished) {
                ++here.unfinished;
                here.unfinishedFor = std::max(here.unfinishedFor, sample.seconds);
                continue;
            }
            here.detection.push_back(sample.detection);
            here.failover.push_back(sample.seconds - sample.detection);
            here.total.push_back(sample.seconds);
            here.byHand += sample.byHand;
        }
    std::vector<Recovery> recovery;
    for (auto& [key, here] : samples) {
        Recovery r;
        r.what = model.groups[key.first];
        r.mode = key.second;
        if (!here.total.empty()) {
            summarise(here.detection, r.detectionMeanS, r.detectionP95S);
            summarise(here.failover, r.failoverMeanS, r.failoverP95S);
            summarise(here.total, r.totalMeanS, r.totalP95S);
        }
        r.detectionSamplesS = here.detection;
        r.count = here.total.size();
        r.byHand = here.byHand;
        r.unfinished = here.unfinished;
        r.unfinishedForS = here.unfinishedFor;
        recovery.push_back(std::move(r));
    }
    return recovery;
}

} // namespace

std::vector<Recovery> makeRecovery(const Model& model, std::span<const RunData> runs) {
    std::map<std::pair<Index, std::uint32_t>, std::vector<double>> samples;
    for (const RunData& run : runs)
        for (const RecoverySample& sample : run.recovery)
            if (sample.group == kNone) samples[{sample.what, sample.mode}].push_back(sample.seconds);
    std::vector<Recovery> recovery;
    for (auto& [key, seconds] : samples) {
        Recovery r;
        r.what = model.components[key.first].id;
        r.mode = modeName(model, key.first, key.second);
        r.detectionSamplesS = seconds;
        summarise(seconds, r.detectionMeanS, r.detectionP95S);
        // A balancer routes around a server from the moment it marks it: detection is all there is.
        r.totalMeanS = r.detectionMeanS;
        r.totalP95S = r.detectionP95S;
        recovery.push_back(std::move(r));
    }
    for (Recovery& r : groupRecovery(model, runs))
        recovery.push_back(std::move(r));
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
    if (!model.stores.empty()) {
        sentences.push_back("What was on its way to a replica when its stream broke is not there; a stream "
                            "that flows again brings what was missed at once, and replaying it takes the "
                            "replica its time.");
        sentences.push_back("A commit that waits for replicas keeps no worker busy. Managers and callers act "
                            "after the times of their laws, by what they can reach at that moment.");
    }
    if (std::any_of(model.stores.begin(), model.stores.end(),
                    [](const StoreModel& store) { return store.lease != kNever; }))
        sentences.push_back(
            "A source that hears no majority of its voters takes no more writes after a lease, "
            "by itself. Servers do not do that alone: the export says what has to.");
    if (!model.caches.empty())
        sentences.push_back(
            "Each read at a cache hits with the same chance: which keys are hot, stampedes on one "
            "key, and a hit ratio that follows from traffic and size are not modelled.");
    if (!model.standbys.empty())
        sentences.push_back("A member that stands by is called at the moment another one fails, whoever has "
                            "noticed.");
    if (!model.interruptions.empty())
        sentences.push_back(
            "While a pool is interrupted its members answer each call by an error, and pass their "
            "checks.");
    if (!model.vrrp.empty())
        sentences.push_back("Adverts between members of a VRRP pair take no time of their own, and each "
                            "caller reaches the newest holder of the address that it can hear.");
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
    for (const ClientModel& client : model.clients)
        if (client.users > 0)
            sentences.push_back(fmt::format("{}: {} users who wait. Each asks, waits for the answer or gives "
                                            "up, thinks and asks again; they start by thinking.",
                                            model.nodes[client.node].id,
                                            grouped(std::to_string(client.users))));
    if (model.backgroundFailures)
        sentences.push_back("Failures of the design happen in the run as well as those of the scenario.");
    else
        sentences.push_back("Nothing fails but what the scenario says.");
    return sentences;
}

} // namespace alwayson::sim
