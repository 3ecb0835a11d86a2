#include "app/cli/texts.h"
#include "core/base/units.h"
#include "core/results/flow_words.h"
#include "core/text/length_words.h"
#include "core/text/sentence.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace alwayson::cli {

namespace {

std::string count(std::uint64_t number) {
    return grouped(std::to_string(number));
}

std::string tag(const Estimate& estimate) {
    std::string text(toString(estimate.method));
    if (estimate.method == Method::simulated && estimate.samples > 0)
        text += ", n=" + count(estimate.samples);
    return text;
}

std::string figure(const Estimate& estimate, std::string (*print)(double)) {
    if (!estimate.value) return "not known";
    std::string text = print(*estimate.value);
    if (estimate.ci95)
        text += fmt::format("  [{} - {}]", print(estimate.ci95->low), print(estimate.ci95->high));
    return text;
}

std::string milliseconds(double value) {
    return formatDuration(Duration::milliseconds(value));
}
std::string seconds(double value) {
    return formatDuration(Duration::seconds(value));
}
std::string plain(double value) {
    return formatSignificant(value);
}
std::string minutes(double value) {
    return formatDuration(Duration::minutes(value));
}

// Rows of figures, with their notes below; what `said` holds was said before.
struct Figures {
    explicit Figures(std::set<std::string>& known) : said(known) {}
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> notes;

    void add(const char* name, const Estimate& estimate, std::string (*print)(double)) {
        if (!estimate.value) return;
        rows.push_back({name, figure(estimate, print), tag(estimate)});
        addNote(estimate.note);
    }
    // Takes out what is 0 and certain, and names it: "acknowledged writes lost, two sources".
    std::string takeZeros() {
        std::vector<std::string> names;
        std::erase_if(rows, [&](const std::vector<std::string>& row) {
            const bool none = row[1] == "0" || row[1] == "0 s";
            if (none) names.push_back(row[0]);
            return none;
        });
        return fmt::format("{}", fmt::join(names, "; "));
    }
    std::string text() const {
        std::string all = table(rows);
        for (const std::string& note : notes)
            all += "  (" + visible(note) + ")\n";
        return all;
    }

private:
    // Sentence by sentence: several figures share some of them.
    void addNote(const std::string& note) {
        for (std::size_t start = 0; start < note.size();) {
            std::size_t end = note.find(". ", start);
            end = end == std::string::npos ? note.size() : end + 1;
            std::string sentence = note.substr(start, end - start);
            if (sentence.ends_with('.')) sentence.pop_back();
            start = end + 1;
            if (said.insert(sentence).second) notes.push_back(std::move(sentence));
        }
    }

    std::set<std::string>& said;
};

// The RTO is of all losses; the take-overs alone, which say less, stand below it.
void addRecoveryTime(std::vector<std::vector<std::string>>& rows, const Recovery& one) {
    if (!one.servedP95S.value) return;
    const auto times = [](const Estimate& p95, const Estimate& mean, const std::string& of) {
        return fmt::format("{} in 95 % of {}, {} on average", seconds(*p95.value), of,
                           seconds(mean.value.value_or(0)));
    };
    const bool writes = one.rpoP95S.value.has_value();
    rows.push_back({"RTO", one.what,
                    fmt::format("until {} again: {}", writes ? "writes worked" : "it served",
                                times(one.servedP95S, one.servedMeanS,
                                      count(one.losses()) + (one.losses() == 1 ? " loss" : " losses")))});
    if (one.resumed == 0) return;
    rows.back().back() += fmt::format("; {} of them without a take-over", count(one.resumed));
    if (one.totalP95S.value)
        rows.push_back({"take-over", one.what,
                        "where there was one: " + times(one.totalP95S, one.totalMeanS, count(one.count))});
}

// What a run over the years is asked for first: availability, RTO and RPO.
std::string yearsHead(const SimulationResult& result) {
    if (result.mode != "availability" || result.flows.empty()) return "";
    const auto design = std::find_if(result.flows.begin(), result.flows.end(),
                                     [](const FlowResult& flow) { return flow.flow == "design"; });
    const FlowResult& all = design == result.flows.end() ? result.flows.back() : *design;
    const Estimate& up = all.availabilityTime;
    std::vector<std::vector<std::string>> rows{
        {"availability", all.flow, figure(up, formatAvailability) + " of the time"}};
    if (up.value) rows.back().back() += fmt::format(", {} down", formatDowntimePerYear(*up.value));
    for (const Recovery& one : result.recovery) {
        if (!one.ofGroup() || one.mode != "any") continue;
        addRecoveryTime(rows, one);
        if (one.rpoP95S.value)
            rows.push_back(
                {"RPO", one.what,
                 fmt::format("{} of writes lost in 95 %, {} on average", seconds(*one.rpoP95S.value),
                             seconds(one.rpoMeanS.value.value_or(0)))});
    }
    const bool recovers = rows.size() > 1;
    return "\nWhat you get\n" + table(rows) +
           (recovers ? fmt::format("  (RTO: {}. RPO: what the new source lacked. An outage "
                                   "below: {})\n\n",
                                   lengths::kRecovery, lengths::kOutageOverYears)
                     : "\n");
}

// What a flow is made of; "" of a class.
std::string madeOf(const SimulationResult& result, const FlowResult& flow) {
    if (isClassFlow(flow.flow)) return "";
    if (flow.flow != "design") return "  (its classes together: availability is their mean by share)";
    const std::string client = onlyClient(result);
    return client.empty() ? "  (up while every class of every client is)"
                          : fmt::format("  (up while every class is; the rest as {})", client);
}

std::string flowText(const SimulationResult& result, const FlowResult& flow, std::set<std::string>& said) {
    std::string text = flow.flow + madeOf(result, flow) + "\n";
    Figures figures(said);
    figures.add("availability, time", flow.availabilityTime, formatAvailability);
    if (flow.flow == "design" && !onlyClient(result).empty()) return text + figures.text();
    figures.add("availability, requests", flow.availabilityRequests, formatAvailability);
    figures.add("good requests", flow.availabilityGood, formatAvailability);
    const LatencyFigures& latency = flow.latencyMs;
    figures.add("latency mean", latency.mean, milliseconds);
    figures.add("latency p50", latency.p50, milliseconds);
    figures.add("latency p90", latency.p90, milliseconds);
    figures.add("latency p95", latency.p95, milliseconds);
    figures.add("latency p99", latency.p99, milliseconds);
    figures.add("latency p99.9", latency.p999, milliseconds);
    figures.add("latency max", latency.max, milliseconds);
    figures.add("outages per year", flow.outages.perYear, plain);
    if (result.scenario.empty()) { // else in one place with the other lengths: costText
        figures.add("outage, mean", flow.outages.meanSeconds, seconds);
        figures.add("outage, p95", flow.outages.p95Seconds, seconds);
        figures.add("outage, longest", flow.outages.longestSeconds, seconds);
    }
    figures.add("first outage after (mean)", flow.mttffHours,
                [](double hours) { return formatDuration(Duration::hours(hours)); });
    text += figures.text();
    if (flow.requests.offered > 0) {
        text += fmt::format("  {} requests offered, {} succeeded, {} attempts", count(flow.requests.offered),
                            count(flow.requests.succeeded), count(flow.requests.attempts));
        for (const auto& [cause, number] : flow.requests.failed)
            if (number > 0) text += fmt::format(", {} {}", count(number), cause);
        text += "\n";
    }
    return text;
}

// "6.75 s"; "9 s in 2 times, the longest 7 s".
std::string unservedWords(const UnservedFigures& unserved) {
    std::string text = figure(unserved.totalS, seconds);
    if (unserved.count > 1)
        text += fmt::format(" in {} times, the longest {}", count(unserved.count),
                            seconds(*unserved.longestS.value));
    return text;
}

// "7 s"; of several: "4 s on average, the longest 7 s".
std::string averageWords(const Estimate& mean, const Estimate& longest) {
    if (!longest.value || *longest.value == *mean.value) return figure(mean, seconds);
    return fmt::format("{} on average, the longest {}", figure(mean, seconds), seconds(*longest.value));
}

// The lengths of what went wrong, in one place, each with what it is the length of.
std::string lengthsText(const SimulationResult& result) {
    std::vector<std::vector<std::string>> rows;
    bool unserved = false, outage = false, recovery = false;
    for (const FlowResult& flow : result.flows)
        if (isClassFlow(flow.flow) && flow.unserved.count > 0) {
            rows.push_back({"not served", flow.flow, unservedWords(flow.unserved)});
            unserved = true;
        }
    for (const FlowResult& flow : result.flows)
        if (isClassFlow(flow.flow) && flow.outages.meanSeconds.value) {
            rows.push_back(
                {"outage", flow.flow, averageWords(flow.outages.meanSeconds, flow.outages.longestSeconds)});
            outage = true;
        }
    for (const Recovery& one : result.recovery)
        if (one.ofGroup() && one.servedMeanS.value) {
            rows.push_back({"recovery (RTO)", one.what + ", " + one.mode,
                            averageWords(one.servedMeanS, one.servedLongestS) +
                                (one.count == 0 ? ", without a take-over" : "")});
            recovery = true;
        }
    for (const Recovery& one : result.recovery)
        if (one.unfinished > 0)
            rows.push_back({"not recovered", one.what + ", " + one.mode,
                            fmt::format("{}{} so far", one.unfinished > 1 ? "up to " : "",
                                        seconds(one.unfinishedForS))});
    std::string text = table(rows);
    const auto explain = [&](bool shown, const char* name, std::string_view what) {
        if (shown) text += fmt::format("  ({}: {})\n", name, what);
    };
    explain(unserved, "not served", lengths::kNotServed);
    explain(outage, "outage", lengths::kOutage);
    explain(recovery, "recovery", lengths::kRecovery);
    return text;
}

// What somebody asks first after a scenario: how many requests failed, who was not served, and for how long.
std::string costText(const SimulationResult& result) {
    if (result.scenario.empty()) return "";
    std::uint64_t offered = 0, succeeded = 0, unserved = 0;
    for (const FlowResult& flow : result.flows) {
        if (!isClassFlow(flow.flow)) continue;
        offered += flow.requests.offered;
        succeeded += flow.requests.succeeded;
        unserved += flow.unserved.count;
    }
    if (offered == 0) return "";
    std::string text =
        fmt::format("What it cost\n  {} of {} requests failed\n", count(offered - succeeded), count(offered));
    if (unserved == 0)
        text +=
            succeeded == offered
                ? "  nobody went unserved\n"
                : "  at no time did more fail than clients bear (up_threshold; 5 % where they have none)\n";
    return text + lengthsText(result) + "\n";
}

// What users get who wait for each answer.
std::string usersText(const SimulationResult& result) {
    std::string text;
    const auto milli = [](double ms) { return formatDuration(Duration::milliseconds(ms)); };
    for (const UsersFigure& users : result.users) {
        text += text.empty() ? "\nUsers who wait for each answer\n" : "";
        text += fmt::format("  {}: {} users, thinking {} on average, ask {} times a second", users.client,
                            count(users.users), formatDuration(Duration::seconds(users.thinkS)),
                            formatSignificant(users.throughputPerS, 4));
        if (users.responseMs) text += fmt::format(" and wait {} for an answer", milli(*users.responseMs));
        text += "\n";
        if (users.byLittle)
            text += fmt::format("    throughput x (thinking + waiting) = {} users (Little's law)\n",
                                formatSignificant(*users.byLittle, 4));
        if (users.exactThroughputPerS && users.exactResponseMs)
            text +=
                fmt::format("    exact, as a closed network of queues: {} times a second, waiting {}\n",
                            formatSignificant(*users.exactThroughputPerS, 4), milli(*users.exactResponseMs));
        for (const auto& [id, rate] : users.classes)
            if (users.classes.size() > 1)
                text += fmt::format("    {}: {} times a second\n", id, formatSignificant(rate, 4));
    }
    return text;
}

// The figures of the structure beside those of a run over years. A scenario has nothing to be compared with.
std::string exactText(const SimulationResult& result) {
    if (result.exact.empty() || result.mode != "availability") return "";
    const auto detected = [](const FlowAvailability& flow) { return flow.withDetection.value.has_value(); };
    const bool both = std::any_of(result.exact.begin(), result.exact.end(), detected);
    std::vector<std::vector<std::string>> rows{{"flow", "every failure noticed at once"}};
    if (both) rows[0].insert(rows[0].begin() + 1, "with detection and take-overs");
    for (const FlowAvailability& flow : result.exact) {
        if (!saysMore(result, flow.flow)) continue;
        rows.push_back({flow.flow, availabilityText(flow.availability)});
        if (both)
            rows.back().insert(rows.back().begin() + 1,
                               detected(flow) ? availabilityText(flow.withDetection) : "");
    }
    const bool noticed = std::any_of(result.recovery.begin(), result.recovery.end(), [](const Recovery& one) {
        return !one.ofGroup() && one.detectionMeanS.value;
    });
    return "\nExact, beside it\n" + table(rows) +
           (both && noticed
                ? "  (until a balancer notices a failure, these count the share of requests that fails; "
                  "the run above counts that whole time as down where fewer than wanted are "
                  "served, so it has a little more downtime)\n"
                : "");
}

// Failures of one kind whose times are nearly the same are one row.
struct Detected {
    const Recovery* first = nullptr;
    std::vector<std::string> names;
    double shortest = 0, longest = 0, p95 = 0; // of the means

    bool takes(const Recovery& one) const {
        const double mean = *one.detectionMeanS.value;
        return one.mode == first->mode && mean < 1.1 * shortest && mean > longest / 1.1;
    }
    void add(const Recovery& one) {
        const double mean = *one.detectionMeanS.value;
        if (!first) first = &one, shortest = longest = mean;
        names.push_back(one.what);
        shortest = std::min(shortest, mean);
        longest = std::max(longest, mean);
        p95 = std::max(p95, one.detectionP95S.value.value_or(0));
    }
    std::string mean() const {
        if (names.size() == 1) return figure(first->detectionMeanS, seconds);
        const std::string low = seconds(shortest), high = seconds(longest);
        return low == high ? low : low + " to " + high;
    }
};

std::string recoveryText(const SimulationResult& result) {
    std::vector<Detected> all;
    for (const Recovery& recovery : result.recovery) {
        if (!recovery.detectionMeanS.value || recovery.ofGroup()) continue;
        auto alike =
            std::find_if(all.begin(), all.end(), [&](const Detected& one) { return one.takes(recovery); });
        if (alike == all.end()) alike = all.insert(all.end(), Detected{});
        alike->add(recovery);
    }
    std::vector<std::vector<std::string>> rows{{"what", "failure", "noticed after (mean)", "95 % within"}};
    for (const Detected& one : all)
        rows.push_back(
            {listNames(one.names, 5), one.first->mode, one.mean(), one.p95 > 0 ? seconds(one.p95) : ""});
    return rows.size() == 1 ? "" : "\nDetection\n" + table(rows);
}

std::string takeOverText(const SimulationResult& result) {
    const bool resumed = std::any_of(result.recovery.begin(), result.recovery.end(),
                                     [](const Recovery& one) { return one.resumed > 0; });
    std::vector<std::vector<std::string>> rows{
        {"group", "failure", "take-overs", "by hand", "recovery time (RTO), mean", "p95"}};
    if (resumed) rows[0].insert(rows[0].end(), {"no take-over", "take-over alone, mean", "p95"});
    const auto known = [](const Estimate& time, bool range) {
        return !time.value ? std::string() : range ? figure(time, seconds) : seconds(*time.value);
    };
    for (const Recovery& recovery : result.recovery) {
        if (!recovery.ofGroup()) continue;
        rows.push_back({recovery.what, recovery.mode, count(recovery.count), count(recovery.byHand),
                        known(recovery.servedMeanS, true), known(recovery.servedP95S, false)});
        if (resumed)
            rows.back().insert(rows.back().end(), {count(recovery.resumed), known(recovery.totalMeanS, false),
                                                   known(recovery.totalP95S, false)});
    }
    if (rows.size() == 1) return "";
    // Of one that went by itself all is told by its length, among the others.
    const bool plainOne =
        !result.scenario.empty() &&
        std::all_of(result.recovery.begin(), result.recovery.end(), [](const Recovery& one) {
            return !one.ofGroup() || (one.count <= 1 && one.byHand + one.resumed + one.unfinished == 0);
        });
    if (plainOne) return "";
    std::string open;
    for (const Recovery& recovery : result.recovery)
        if (recovery.unfinished > 0)
            open += fmt::format(
                "  {}, {}: not finished at the end: {}, for {}{} so far. No time above has it in it.\n",
                recovery.what, recovery.mode, count(recovery.unfinished),
                recovery.unfinished > 1 ? "up to " : "", seconds(recovery.unfinishedForS));
    const bool skewed = std::any_of(result.recovery.begin(), result.recovery.end(), [](const Recovery& one) {
        return one.ofGroup() && one.byHand + one.resumed > 0 &&
               one.servedMeanS.value.value_or(0) > one.servedP95S.value.value_or(0);
    });
    if (skewed)
        open +=
            "  (a mean above the p95: the few that end by hand, or when what failed is back, take long)\n";
    return "\nTake-overs\n" + table(rows) + open +
           (resumed ? "  (no take-over: the lost member was back first, or all were lost and the first one "
                      "back went on)\n"
                    : "");
}

// Per year in a failure run, in all of the scenario in a request run; nothing where no data can be lost.
std::string dataText(const SimulationResult& result, std::set<std::string>& said) {
    const DataFigures& data = result.data;
    const bool years = result.mode == "availability";
    Figures figures(said);
    figures.add(years ? "acknowledged writes lost, a year" : "acknowledged writes lost", data.lostWrites,
                plain);
    figures.add("lost writes (RPO), mean", data.rpoMeanS, seconds);
    figures.add("lost writes (RPO), p95", data.rpoP95S, seconds);
    figures.add("writes on two sides", data.divergedWrites, plain);
    figures.add("two sources, time", data.splitBrainS, seconds);
    figures.add("failed writes that were committed", data.ambiguousWrites, plain);
    figures.add("writes that only an old source had", data.errantWrites, plain);
    figures.add("reads of replicas", data.replicaReads, plain);
    figures.add("reads of replicas that were behind", data.staleReads, plain);
    figures.add("age of what replicas answered, p50", data.readAgeP50S, seconds);
    figures.add("age of what replicas answered, p99", data.readAgeP99S, seconds);
    figures.add("age of what replicas answered, max", data.readAgeMaxS, seconds);
    const std::string nothing = figures.takeZeros();
    if (figures.rows.empty() && nothing.empty()) return "";
    return "\nData\n" + figures.text() + (nothing.empty() ? "" : "  none: " + nothing + "\n");
}

std::string waterfallText(const SimulationResult& result) {
    if (result.waterfall.empty()) return "";
    double all = 0, rest = 0;
    for (const WaterfallItem& item : result.waterfall)
        all += item.downtimeMinutesPerYear;
    // The largest first: those below a thousandth of the whole are told together.
    std::vector<std::vector<std::string>> rows;
    for (const WaterfallItem& item : result.waterfall) {
        if (item.downtimeMinutesPerYear >= all / 1000)
            rows.push_back({item.cause, minutes(item.downtimeMinutesPerYear) + "/yr"});
        else
            rest += item.downtimeMinutesPerYear;
    }
    const std::size_t more = result.waterfall.size() - rows.size();
    if (more > 0)
        rows.push_back({fmt::format("{} more (--json lists them)", count(more)), minutes(rest) + "/yr"});
    return "\nDowntime by cause\n" + table(rows);
}

std::string eventsText(const SimulationResult& result) {
    if (result.events.empty() || result.scenario.empty()) return "";
    std::vector<std::vector<std::string>> rows;
    std::size_t checks = 0; // single ones: what they lead to is told
    for (const RunEvent& event : result.events) {
        if (event.kind == "check_failed" || event.kind == "check_passed")
            ++checks;
        else if (rows.size() < 40)
            rows.push_back({fmt::format("{:>9} s", grouped(fmt::format("{:.2f}", event.atS))), event.text});
    }
    std::string text = "\nWhat happened\n" + table(rows);
    const std::size_t more = result.events.size() - checks - rows.size();
    if (more > 0) text += fmt::format("  ... and {} more (--json lists them)\n", count(more));
    if (checks > 0)
        text += fmt::format("  (and {} single health {}, which --json lists)\n", count(checks),
                            checks == 1 ? "check" : "checks");
    return text;
}

std::string spreadText(const Spread& spread, std::set<std::string>& said) {
    Figures figures(said);
    figures.add("a year without an outage", spread.outageFreeYear, formatAvailability);
    figures.add("downtime per year, p50", spread.downtimeP50, minutes);
    figures.add("downtime per year, p95", spread.downtimeP95, minutes);
    figures.add("downtime per year, p99", spread.downtimeP99, minutes);
    return figures.rows.empty() ? "" : "\nSpread behind the mean\n" + figures.text();
}

} // namespace

std::string availabilityText(const Estimate& estimate) {
    return figure(estimate, formatAvailability) + "  " + tag(estimate);
}

std::string simulationText(const SimulationResult& result) {
    std::string text =
        fmt::format("{}{}  mode {}, seed {}\n", visible(result.designName),
                    result.scenario.empty() ? "" : ", scenario " + result.scenario, result.mode, result.seed);
    if (result.simulatedSeconds > 0)
        text +=
            fmt::format("simulated {} in {}\n", formatDuration(Duration::seconds(result.simulatedSeconds)),
                        countOf(result.replications, "replication"));
    if (result.precision) {
        text += fmt::format(
            "{}the unavailability of the design is {}\n",
            result.precision->met ? "precision: " : "PRECISION NOT REACHED: ", describe(*result.precision));
        if (!result.precision->met)
            text += "  Simulate a longer time with --years, or ask for less with --precision.\n";
    }
    if (result.partial) text += "PARTIAL: " + visible(result.partialReason) + "\n";
    text += yearsHead(result);
    text += "Brackets: 95 % interval of the sampling error; n: independent samples behind it (work units, or "
            "batches of requests).\n\n";
    text += costText(result);
    std::set<std::string> said;
    for (const FlowResult& flow : result.flows) {
        if (!saysMore(result, flow.flow)) continue;
        text += (&flow == &result.flows.front() ? "" : "\n") + flowText(result, flow, said);
    }
    text += usersText(result) + recoveryText(result) + takeOverText(result) + dataText(result, said) +
            spreadText(result.spread, said) + waterfallText(result) + eventsText(result) + exactText(result);
    if (!result.objectives.empty()) text += "\nObjectives\n";
    for (const ObjectiveResult& objective : result.objectives)
        text += fmt::format("  {:<9} {}\n",
                            objective.met          ? (*objective.met ? "met" : "MISSED")
                            : objective.budgetUsed ? "budget"
                            : objective.isJudged() || result.mode != "requests" ? "undecided"
                                                                                : "n/a",
                            visible(objective.sentence));
    text += fmt::format("\nCost {}{} per month (price book {})\n", result.cost.atLeast ? "at least " : "",
                        formatMoney(Money(result.cost.usdPerMonth)), result.cost.priceBook);
    if (!result.assumptions.empty()) text += "\nNot modelled or assumed\n";
    for (const std::string& sentence : result.assumptions)
        text += "  " + visible(sentence) + "\n";
    if (!result.fingerprint.empty())
        text += fmt::format("\nFingerprint {}, engine {}\n", result.fingerprint, result.engineVersion);
    text += "Again: " + visible(result.reproduce) + "\n";
    return text;
}

} // namespace alwayson::cli
