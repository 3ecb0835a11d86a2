#include "app/verbs/objectives.h"

#include "core/base/units.h"
#include "core/model/objective_periods.h"
#include "core/text/sentence.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace alwayson::verbs {

namespace {

enum class Unit { share, milliseconds, seconds, money };

struct Metric {
    std::string_view id;
    std::string_view words; // "99.9 % <words>"
    Unit unit;
};

constexpr Metric kMetrics[] = {
    {"availability_time", "of the time up", Unit::share},
    {"availability_requests", "of requests succeed", Unit::share},
    {"availability_good", "of requests are good", Unit::share},
    {"latency_p50_ms", "median latency", Unit::milliseconds},
    {"latency_p95_ms", "latency p95", Unit::milliseconds},
    {"latency_p99_ms", "latency p99", Unit::milliseconds},
    {"cost_usd_per_month", "a month", Unit::money},
    {"rto_mean_s", "recovery time (RTO), mean", Unit::seconds},
    {"rto_p95_s", "recovery time (RTO), p95", Unit::seconds},
    {"rpo_mean_s", "lost writes (RPO), mean", Unit::seconds},
    {"rpo_p95_s", "lost writes (RPO), p95", Unit::seconds},
};

std::string show(double value, Unit unit) {
    switch (unit) {
    case Unit::share:
        return formatAvailability(value);
    case Unit::milliseconds:
        return formatDuration(Duration::milliseconds(value));
    case Unit::seconds:
        return formatDuration(Duration::seconds(value));
    case Unit::money:
        return formatMoney(Money(value));
    }
    return {};
}

Estimate costFigure(const Cost& cost) {
    Estimate figure = Estimate::exactly(cost.usdPerMonth);
    if (cost.atLeast) {
        figure.method = Method::bound;
        figure.note = "some parts have no price: this is a lower bound";
    }
    return figure;
}

bool isLost(const Objective& objective, const SimulationResult& result) {
    return std::any_of(result.recovery.begin(), result.recovery.end(), [&](const Recovery& recovery) {
        return recovery.what == objective.of && recovery.ofGroup();
    });
}

// A scenario has rows by kind of failure only: their mean by number, and the longest for the p95. What was
// not finished at the end lasted at least so long: then it is a lower bound. What was lost is told for all
// sets together, which stands in for one of several.
Estimate scenarioRecovery(const Objective& objective, const SimulationResult& result) {
    const bool mean = objective.metric == "rto_mean_s";
    if (objective.metric.starts_with("rpo_")) {
        if (!isLost(objective, result)) return Estimate::unknown();
        return objective.metric == "rpo_mean_s" ? result.data.rpoMeanS : result.data.rpoP95S;
    }
    double count = 0, sum = 0, longest = 0;
    bool open = false;
    const auto add = [&](std::uint64_t times, double seconds, double inAll) {
        count += static_cast<double>(times);
        sum += inAll;
        longest = std::max(longest, seconds);
    };
    for (const Recovery& recovery : result.recovery) {
        if (recovery.what != objective.of || !recovery.ofGroup()) continue;
        const Estimate& each = mean ? recovery.servedMeanS : recovery.servedP95S;
        if (recovery.losses() > 0 && each.value)
            add(recovery.losses(), *each.value, static_cast<double>(recovery.losses()) * *each.value);
        if (recovery.unfinished > 0) // the longest is known, of the others nothing
            add(recovery.unfinished, recovery.unfinishedForS, recovery.unfinishedForS);
        open = open || recovery.unfinished > 0;
    }
    if (count == 0) return Estimate::unknown();
    return {mean ? sum / count : longest,
            std::nullopt,
            open ? Method::bound : Method::simulated,
            static_cast<std::uint64_t>(count),
            {}};
}

// All kinds of failures of the group together.
Estimate recoveryFigure(const Objective& objective, const SimulationResult& result) {
    const auto all =
        std::find_if(result.recovery.begin(), result.recovery.end(), [&](const Recovery& recovery) {
            return recovery.what == objective.of && recovery.mode == "any" && recovery.losses() > 0;
        });
    if (all == result.recovery.end())
        return result.mode == "requests" ? scenarioRecovery(objective, result) : Estimate::unknown();
    if (objective.metric == "rto_mean_s") return all->servedMeanS;
    if (objective.metric == "rto_p95_s") return all->servedP95S;
    if (objective.metric == "rpo_mean_s") return all->rpoMeanS;
    if (objective.metric == "rpo_p95_s") return all->rpoP95S;
    return Estimate::unknown();
}

Estimate periodFigure(const Objective& objective, const SimulationResult& result) {
    const auto found =
        std::find_if(result.periods.begin(), result.periods.end(),
                     [&](const PeriodFigure& period) { return period.objective == objective.id.str(); });
    return found == result.periods.end() ? Estimate::unknown() : found->kept;
}

Estimate figureOf(const Objective& objective, const SimulationResult& result) {
    if (objective.windowDays) return periodFigure(objective, result);
    if (!objective.of.empty()) return recoveryFigure(objective, result);
    if (objective.metric == "cost_usd_per_month") return costFigure(result.cost);
    const auto flow = std::find_if(result.flows.begin(), result.flows.end(),
                                   [&](const FlowResult& f) { return f.flow == objective.flow; });
    if (flow == result.flows.end()) return Estimate::unknown();
    if (objective.metric == "availability_time") return flow->availabilityTime;
    if (objective.metric == "availability_requests") return flow->availabilityRequests;
    if (objective.metric == "availability_good") return flow->availabilityGood;
    if (objective.metric == "latency_p50_ms") return flow->latencyMs.p50;
    if (objective.metric == "latency_p95_ms") return flow->latencyMs.p95;
    if (objective.metric == "latency_p99_ms") return flow->latencyMs.p99;
    return Estimate::unknown();
}

} // namespace

std::optional<bool> isMet(const Objective& objective, const Estimate& value) {
    if (!value.value) return std::nullopt;
    const Interval range = value.ci95.value_or(Interval{*value.value, *value.value});
    bool all = true, none = false;
    if (objective.atLeast) {
        const double least = objective.windowDays ? kPeriodsWanted : *objective.atLeast;
        all = all && range.low >= least;
        none = none || range.high < least;
    }
    if (objective.atMost) {
        all = all && range.high <= *objective.atMost;
        none = none || range.low > *objective.atMost;
    }
    if (all && value.method == Method::bound && objective.atMost && !value.ci95)
        return std::nullopt; // may be more
    if (all) return true;
    return none ? std::optional(false) : std::nullopt;
}

std::string budgetWords(double used) {
    if (used <= 0) return "nothing";
    return used < 1e-5 ? "less than 0.001 %" : formatSignificant(used * 100, 2) + " %";
}

bool isOfRequests(std::string_view metric) {
    return metric.starts_with("latency_") || metric == "availability_good";
}

namespace {

// Are the requests of `wanted` all there are? Those of the only client, or of its only class.
bool isAll(const CheckReport& report, std::string_view wanted) {
    if (wanted == "design") return true;
    std::string_view client;
    std::size_t classes = 0;
    for (const FlowAvailability& one : report.flows) {
        const std::string_view flow = one.flow;
        if (flow == "design") continue;
        const std::string_view of = flow.substr(0, flow.find(':'));
        if (!client.empty() && of != client) return false;
        client = of;
        classes += of.size() < flow.size() ? 1 : 0;
    }
    return classes <= 1 || wanted == client;
}

Estimate latencyOf(const Objective& objective, const CheckReport& report, const Estimate& ofAll) {
    for (const FlowInRun& one : report.normalOperation)
        if (one.flow == objective.flow && one.latencyP99Ms.value) return one.latencyP99Ms;
    if (!isAll(report, objective.flow)) return Estimate::unknown();
    return report.latencyP99Ms.value ? report.latencyP99Ms : ofAll;
}

// Time up says nothing of good answers: those of normal operation, in the time up.
Estimate goodShare(const Objective& objective, const CheckReport& report, const Estimate& up) {
    const auto run = std::find_if(report.normalOperation.begin(), report.normalOperation.end(),
                                  [&](const FlowInRun& one) { return one.flow == objective.flow; });
    if (!up.value || run == report.normalOperation.end() || !run->good.value) return Estimate::unknown();
    Estimate figure = run->good;
    figure.value = *run->good.value * *up.value;
    if (figure.ci95) figure.ci95 = {figure.ci95->low * *up.value, figure.ci95->high * *up.value};
    figure.method = Method::approximate;
    figure.note = "good requests of normal operation, times the share of time up";
    return figure;
}

// Is it a figure that stands in for the wanted one, as its note says?
bool standsIn(const Objective& objective, const Estimate& figure) {
    return figure.value &&
           (objective.metric == "availability_requests" || objective.metric == "availability_good");
}

} // namespace

Estimate figureOf(const Objective& objective, const CheckReport& report, const Estimate& latencyP99Ms) {
    if (!objective.of.empty() || objective.windowDays) return Estimate::unknown();
    if (objective.metric == "cost_usd_per_month") return costFigure(report.cost);
    if (objective.metric == "latency_p99_ms") return latencyOf(objective, report, latencyP99Ms);
    if (!objective.metric.starts_with("availability")) return Estimate::unknown();
    const auto flow = std::find_if(report.flows.begin(), report.flows.end(),
                                   [&](const FlowAvailability& f) { return f.flow == objective.flow; });
    if (flow == report.flows.end()) return Estimate::unknown();
    Estimate figure = flow->withDetection.value ? flow->withDetection : flow->availability;
    if (objective.metric == "availability_good") return goodShare(objective, report, figure);
    if (standsIn(objective, figure))
        figure.note = "judged on the share of time up, until a run counts the requests";
    return figure;
}

namespace {

// Where the figure comes from, for sentences about one that is not there.
struct Basis {
    std::string what; // "this run (mode exact)"
    std::string whyNoPeriods;
    bool nothingLost = false; // a scenario in which the objective's group loses nothing
};

// "shoppers: 97.3 % of periods of 30 days (95 % interval ...) have at least 99.95 % of requests succeed, ..."
void judgePeriods(const Objective& objective, const Metric& metric, const std::string& who,
                  const Basis& basis, ObjectiveResult& judged) {
    judged.target = kPeriodsWanted;
    const std::string aim =
        objective.atLeast
            ? fmt::format("at least {} {}", show(*objective.atLeast, metric.unit), metric.words)
            : fmt::format("{} at most {}", metric.words, show(objective.atMost.value_or(0), metric.unit));
    const std::string periods = fmt::format("periods of {} days", formatNumber(*objective.windowDays));
    if (!judged.value.value) {
        judged.sentence = fmt::format("{}: {} in {} wanted, but {} {}: undecided", who, aim, periods,
                                      basis.what, basis.whyNoPeriods);
        return;
    }
    judged.met = isMet(objective, judged.value);
    const Interval range = judged.value.ci95.value_or(Interval{*judged.value.value, *judged.value.value});
    judged.sentence =
        fmt::format("{}: {} of {} (95 % interval {} to {}) have {}, at least {} of them wanted: {}", who,
                    formatAvailability(*judged.value.value), periods, formatAvailability(range.low),
                    formatAvailability(range.high), aim, formatAvailability(kPeriodsWanted),
                    !judged.met   ? "undecided; more precision or time would decide it"
                    : *judged.met ? "met"
                                  : "missed");
}

ObjectiveResult judgeFigure(const Objective& objective, const Estimate& figure, const Basis& basis) {
    ObjectiveResult judged;
    judged.id = objective.id.str();
    judged.target = objective.atLeast.value_or(objective.atMost.value_or(0));
    judged.value = figure;
    const auto* metric = std::find_if(std::begin(kMetrics), std::end(kMetrics),
                                      [&](const Metric& m) { return m.id == objective.metric; });
    const bool money = metric != std::end(kMetrics) && metric->unit == Unit::money;
    const std::string who = money ? "Cost" : objective.of.empty() ? objective.flow : objective.of;
    if (metric == std::end(kMetrics)) {
        judged.sentence =
            fmt::format("{}: \"{}\" is not a figure this program computes: undecided", who, objective.metric);
        return judged;
    }
    if (objective.windowDays) {
        judgePeriods(objective, *metric, who, basis, judged);
        return judged;
    }
    const std::string target = show(judged.target, metric->unit);
    const std::string wanted = objective.atLeast ? fmt::format("at least {} wanted", target)
                                                 : fmt::format("at most {} wanted", target);
    if (!judged.value.value) {
        const bool time = metric->unit == Unit::milliseconds || metric->unit == Unit::seconds;
        const std::string aim =
            time ? fmt::format("{} {}", metric->words, wanted) : fmt::format("{} {}", wanted, metric->words);
        judged.sentence =
            basis.nothingLost
                ? fmt::format("{}: {}; what leads it is not lost in this run: not judged", who, aim)
                : fmt::format("{}: {}, but {} does not compute it: undecided", who, aim, basis.what);
        return judged;
    }
    judged.met = isMet(objective, judged.value);
    std::string range;
    if (judged.value.ci95)
        range = fmt::format(" (95 % interval {} to {})", show(judged.value.ci95->low, metric->unit),
                            show(judged.value.ci95->high, metric->unit));
    const char* verdict = !judged.met ? "undecided" : *judged.met ? "met" : "missed";
    const std::string shown =
        (judged.value.method == Method::bound ? "at least " : "") + show(*judged.value.value, metric->unit);
    judged.sentence =
        metric->unit == Unit::milliseconds || metric->unit == Unit::seconds
            ? fmt::format("{}: {} {}{}, {}: {}", who, metric->words, shown, range, wanted, verdict)
            : fmt::format("{}: {} {}{}, {}: {}", who, shown, metric->words, range, wanted, verdict);
    if (!judged.met) judged.sentence += judged.value.ci95 ? "; more precision or time would decide it" : "";
    return judged;
}

} // namespace

namespace {

// A share of a year or a window says nothing of the minutes of one scenario: what it uses of the budget does.
bool isOfAPeriod(const Objective& objective, const SimulationResult& result) {
    return !result.scenario.empty() && objective.of.empty() && objective.atLeast && *objective.atLeast < 1 &&
           objective.metric.starts_with("availability");
}

ObjectiveResult judgeBudget(const Objective& objective, const SimulationResult& result) {
    ObjectiveResult judged;
    judged.id = objective.id.str();
    judged.target = *objective.atLeast;
    Objective ofRun = objective;
    ofRun.windowDays.reset();
    judged.value = figureOf(ofRun, result);
    const auto* metric = std::find_if(std::begin(kMetrics), std::end(kMetrics),
                                      [&](const Metric& m) { return m.id == objective.metric; });
    if (metric == std::end(kMetrics) || !judged.value.value)
        return judgeFigure(ofRun, judged.value, {fmt::format("this run (mode {})", result.mode), "", false});
    const double runS =
        result.simulatedSeconds / static_cast<double>(std::max<std::uint64_t>(1, result.replications));
    const double periodS = objective.windowDays ? *objective.windowDays * 86400.0 : kSecondsPerYear;
    const double lostS = (1 - *judged.value.value) * runS, budgetS = (1 - *objective.atLeast) * periodS;
    judged.budgetUsed = lostS / budgetS;
    const std::string period =
        objective.windowDays ? formatNumber(*objective.windowDays) + " days" : std::string("a year");
    judged.sentence =
        fmt::format("{}: {} {} in these {}; at least {} of {} wanted: this run alone uses {} of that error "
                    "budget ({} of {})",
                    objective.flow, formatAvailability(*judged.value.value), metric->words,
                    formatDuration(Duration::seconds(runS)), show(*objective.atLeast, metric->unit), period,
                    budgetWords(*judged.budgetUsed), formatDuration(Duration::seconds(lostS)),
                    formatDuration(Duration::seconds(budgetS)));
    if (*judged.budgetUsed > 1) {
        judged.met = false;
        judged.sentence += ": missed";
    }
    return judged;
}

} // namespace

ObjectiveResult judge(const Objective& objective, const SimulationResult& result) {
    if (isOfAPeriod(objective, result)) return judgeBudget(objective, result);
    ObjectiveResult judged =
        judgeFigure(objective, figureOf(objective, result),
                    {fmt::format("this run (mode {})", result.mode),
                     result.mode == "availability" ? "has no history as long as one, or cannot count this"
                                                   : "does not count them",
                     result.mode == "requests" && !objective.of.empty() && !isLost(objective, result)});
    if (!result.scenario.empty() && judged.value.value && objective.metric.starts_with("latency_"))
        judged.sentence += " (of the requests that succeeded)";
    return judged;
}

ObjectiveResult judge(const Objective& objective, const CheckReport& report) {
    const Estimate figure = figureOf(objective, report, Estimate::unknown());
    ObjectiveResult judged = judgeFigure(objective, figure, {"a check", "does not count them", false});
    if (!figure.value)
        judged.sentence += isOfRequests(objective.metric) && !objective.windowDays
                               ? "; a run of requests tells it (alwayson-cli simulate --mode requests)"
                               : "; simulated years tell it (alwayson-cli simulate --mode availability)";
    else if (standsIn(objective, figure))
        judged.sentence += "; " + figure.note;
    return judged;
}

} // namespace alwayson::verbs
