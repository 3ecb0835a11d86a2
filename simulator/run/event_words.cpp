// The rare events of a run in words.

#include "core/base/units.h"
#include "core/text/sentence.h"
#include "simulator/run/run_log.h"

#include <fmt/core.h>

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

const char* commits(double count) {
    return count == 1 ? "commit" : "commits";
}

// Why a former source does not follow at once.
std::string whatItHas(const LogEntry& entry, const std::string& source) {
    const double own = entry.counts[0], told = entry.counts[1];
    const char* known = own == 1 && told == 0 ? "that nobody was told of"
                        : told == 0           ? "none of them acknowledged"
                        : told < own          ? "some of them acknowledged"
                        : own == 1            ? "acknowledged"
                                              : "all acknowledged";
    return fmt::format("it has {:.0f} {} that {} has not ({})", own, commits(own), source, known);
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
    const auto counted = [&] { return fmt::format("{:.0f} {}", entry.value, commits(entry.value)); };
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
    case LogKind::leaseBack:
        return tell("lease_back", fmt::format("{} hears a majority again and takes writes", what));
    case LogKind::fellBack:
        return tell("fell_back",
                    fmt::format("{} fell back to asynchronous: too few replicas acknowledge", what));
    case LogKind::caughtUp:
        return tell("caught_up", fmt::format("{} waits for its replicas again: they have caught up", what));
    case LogKind::lostCommits:
        return tell("data_lost", fmt::format("{} that {} had acknowledged are lost", counted(), what));
    case LogKind::diverged:
        return tell("diverged", fmt::format("{} has {} that {} does not: it was written to on its own", what,
                                            counted(), by));
    case LogKind::reconciling:
        return tell(
            "reconciling",
            fmt::format("{} stays out of {} until its data is sorted out, in {}: {}; whoever reads from it "
                        "sees old data",
                        what, set, later, whatItHas(entry, by)));
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

// In the past where it is over at once: "db1 crashed", "db1 hangs".
std::string briefFailure(const Model& model, const LogEntry& entry) {
    const Component& component = model.components[entry.what];
    const auto is = [&](const char* words) { return component.name + " " + words; };
    if (entry.a >= component.modes.size()) return is("failed");
    switch (component.modes[entry.a].effect) {
    case FailureEffect::crash:
        return is("crashed");
    case FailureEffect::hang:
        return is("hangs");
    case FailureEffect::gone:
        return is("is gone");
    case FailureEffect::slow:
        return is("gets slow");
    case FailureEffect::errors:
        return is("answers errors");
    case FailureEffect::dataLoss:
        return is("lost its data");
    case FailureEffect::cutOff:
    case FailureEffect::isolation:
        return is("is cut off");
    case FailureEffect::outage:
        return is("is out");
    }
    return is("failed");
}

// What stands beside a mark: what happened, without how long it took and why.
std::string briefWords(const Model& model, const LogEntry& entry) {
    const std::string& what = model.components[entry.what].name;
    const std::string by = entry.by == kNone ? "" : model.components[entry.by].name;
    const auto is = [&](const char* words) { return what + " " + words; };
    switch (entry.kind) {
    case LogKind::failed:
    case LogKind::outage:
        return briefFailure(model, entry);
    case LogKind::repaired:
    case LogKind::outageOver:
        return is("is back");
    case LogKind::restarted:
        return is("has restarted");
    case LogKind::checkFailed:
        return fmt::format("{}: check {} of {} failed", what, entry.a, entry.b);
    case LogKind::checkPassed:
        return fmt::format("{}: check {} of {} passed", what, entry.a, entry.b);
    case LogKind::markedDown:
        return fmt::format("{} marks {} down", by, what);
    case LogKind::markedUp:
        return fmt::format("{} marks {} up", by, what);
    case LogKind::load:
        return fmt::format("{}: {} times the load", what, formatSignificant(entry.value));
    case LogKind::cut:
        return by.empty() ? is("is cut off") : fmt::format("{} is cut off from {}", what, by);
    case LogKind::healed:
        return fmt::format("{}: the cut has healed", what);
    case LogKind::deployed:
        return model.steps[entry.a].name + (entry.value > 0 ? " gets a bad version" : " gets a new version");
    case LogKind::rolledBack:
        return what + ": the bad version is off";
    case LogKind::calledUp:
        return is(entry.value > 0 ? "is called up" : "serves now");
    case LogKind::started:
        return is("has started");
    case LogKind::standsBy:
        return is("stands by again");
    case LogKind::startFails:
        return is("does not start");
    case LogKind::poolInterrupted:
        return model.groups[entry.a] + (entry.b == 0 ? " serves nothing" : " is stopped");
    case LogKind::poolServes:
        return model.groups[entry.a] + " serves again";
    case LogKind::tookOthersDown:
        return is("takes the others down");
    case LogKind::tookAddress:
        return entry.by == kNone || entry.by == entry.what
                   ? is("takes the address")
                   : fmt::format("{} takes the address from {}", what, by);
    case LogKind::gaveAddress:
        return is("gives the address away");
    case LogKind::takeOverFailed:
        return fmt::format("The take-over by {} does not work", what);
    case LogKind::scriptFailed:
        return is("gives its balancer up");
    case LogKind::scriptPassed:
        return is("finds its balancer good again");
    case LogKind::splitBrain:
        return fmt::format("{} and {} both hold the address", what, by);
    case LogKind::splitBrainOver:
        return is("alone holds the address");
    case LogKind::newSource:
    case LogKind::plannedSource:
        return is("is the source now");
    case LogKind::promoting:
        return is("is being made the source");
    case LogKind::sourceSeenDead:
        return is("counts as lost");
    case LogKind::failoverFails:
        return fmt::format("The failover from {} does not work", what);
    case LogKind::failoverBlocked:
        return fmt::format("The loss of {} waits for a human", what);
    case LogKind::noCandidate:
        return fmt::format("No member can take over from {}", what);
    case LogKind::cannotLead:
        return is("cannot be made the source");
    case LogKind::resumed:
        return is("is still the source");
    case LogKind::fenced:
        return is("has been shut off");
    case LogKind::fencingFailed:
        return is("could not be shut off");
    case LogKind::leaseLost:
        return is("hears no majority");
    case LogKind::leaseBack:
        return is("takes writes again");
    case LogKind::fellBack:
        return is("fell back to asynchronous");
    case LogKind::caughtUp:
        return is("waits for its replicas again");
    case LogKind::lostCommits:
        return fmt::format("{:.0f} {} of {} lost", entry.value, commits(entry.value), what);
    case LogKind::diverged:
        return fmt::format("{} has {:.0f} {} of its own", what, entry.value, commits(entry.value));
    case LogKind::reconciling:
        return is("stays out");
    case LogKind::rejoined:
        return fmt::format("{} follows {}", what, by);
    case LogKind::twoSources:
        return fmt::format("{} and {} both take writes", what, by);
    case LogKind::oneSource:
        return is("alone takes writes again");
    case LogKind::readsLeave:
        return fmt::format("{} reads from {} no more", by, what);
    case LogKind::readsReturn:
        return fmt::format("{} may read from {} now", by, what);
    }
    return {};
}

} // namespace

RunEvent describeEntry(const Model& model, const LogEntry& entry, double originS) {
    RunEvent event;
    event.atS = toSeconds(entry.at) - originS;
    event.brief = briefWords(model, entry);
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

} // namespace alwayson::sim
