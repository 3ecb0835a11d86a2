#include "app/cli/texts.h"
#include "core/base/units.h"
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
        if (one.totalP95S.value)
            rows.push_back(
                {"RTO", one.what,
                 fmt::format("{} in 95 % of {} take-overs, {} on average", seconds(*one.totalP95S.value),
                             count(one.count), seconds(one.totalMeanS.value.value_or(0)))});
        else
            rows.push_back({"RTO", one.what, "no take-over: what was lost was back first"});
        if (one.rpoP95S.value)
            rows.push_back(
                {"RPO", one.what,
                 fmt::format("{} of writes lost in 95 %, {} on average", seconds(*one.rpoP95S.value),
                             seconds(one.rpoMeanS.value.value_or(0)))});
    }
    const bool recovers = rows.size() > 1;
    return "\nWhat you get\n" + table(rows) +
           (recovers ? "  (RTO: from the failure until callers are served again, where another member takes "
                       "over; RPO: "
                       "what the new source lacked)\n\n"
                     : "\n");
}

std::string flowText(const FlowResult& flow, std::set<std::string>& said) {
    std::string text = flow.flow + "\n";
    Figures figures(said);
    figures.add("availability, time", flow.availabilityTime, formatAvailability);
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
    figures.add("outage, mean", flow.outages.meanSeconds, seconds);
    figures.add("outage, p95", flow.outages.p95Seconds, seconds);
    figures.add("outage, longest", flow.outages.longestSeconds, seconds);
    if (flow.unserved.count > 0) {
        figures.add("not served, in all", flow.unserved.totalS, seconds);
        figures.add("not served, longest", flow.unserved.longestS, seconds);
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

bool isClass(const FlowResult& flow) {
    return flow.flow.find(':') != std::string::npos;
}

// What somebody asks first after a scenario: who was not served, and how many requests failed.
std::string costText(const SimulationResult& result) {
    if (result.scenario.empty()) return "";
    std::string text;
    std::uint64_t offered = 0, succeeded = 0;
    for (const FlowResult& flow : result.flows) {
        if (!isClass(flow)) continue;
        offered += flow.requests.offered;
        succeeded += flow.requests.succeeded;
        if (flow.unserved.count == 0) continue;
        text += fmt::format("  {} not served for {}", flow.flow, figure(flow.unserved.totalS, seconds));
        if (flow.unserved.count > 1)
            text += fmt::format(" in {} times, the longest {}", count(flow.unserved.count),
                                seconds(*flow.unserved.longestS.value));
        text += "\n";
    }
    if (offered == 0) return "";
    if (text.empty())
        text =
            succeeded == offered
                ? "  nobody went unserved\n"
                : "  at no time did more fail than clients bear (up_threshold; 5 % where they have none)\n";
    return "What it cost\n" + text +
           fmt::format("  {} of {} requests failed\n\n", count(offered - succeeded), count(offered));
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

// With one client of one class the whole design says the same again. With more classes its time is up only
// while all of them are.
bool designSaysMore(const SimulationResult& result) {
    return std::count_if(result.flows.begin(), result.flows.end(), isClass) > 1;
}

// The figures of the structure beside those of a run over years. A scenario has nothing to be compared with.
std::string exactText(const SimulationResult& result) {
    if (result.exact.empty() || result.mode != "availability") return "";
    const auto detected = [](const FlowAvailability& flow) { return flow.withDetection.value.has_value(); };
    const bool both = std::any_of(result.exact.begin(), result.exact.end(), detected);
    std::vector<std::vector<std::string>> rows{{"flow", "every failure noticed at once"}};
    if (both) rows[0].insert(rows[0].begin() + 1, "with detection and take-overs");
    for (const FlowAvailability& flow : result.exact) {
        if (flow.flow == "design" && !designSaysMore(result)) continue;
        rows.push_back({flow.flow, availabilityText(flow.availability)});
        if (both)
            rows.back().insert(rows.back().begin() + 1,
                               detected(flow) ? availabilityText(flow.withDetection) : "");
    }
    return "\nExact, beside it\n" + table(rows);
}

std::string recoveryText(const SimulationResult& result) {
    std::vector<std::vector<std::string>> rows{{"what", "failure", "noticed after (mean)", "95 % within"}};
    for (const Recovery& recovery : result.recovery)
        if (recovery.detectionMeanS.value && !recovery.ofGroup())
            rows.push_back({recovery.what, recovery.mode, figure(recovery.detectionMeanS, seconds),
                            recovery.detectionP95S.value ? seconds(*recovery.detectionP95S.value) : ""});
    return rows.size() == 1 ? "" : "\nDetection\n" + table(rows);
}

std::string takeOverText(const SimulationResult& result) {
    const bool resumed = std::any_of(result.recovery.begin(), result.recovery.end(),
                                     [](const Recovery& one) { return one.resumed > 0; });
    std::vector<std::vector<std::string>> rows{
        {"group", "failure", "take-overs", "by hand", "recovery time (RTO), mean", "p95"}};
    if (resumed) rows[0].emplace_back("no take-over");
    for (const Recovery& recovery : result.recovery) {
        if (!recovery.ofGroup()) continue;
        rows.push_back({recovery.what, recovery.mode, count(recovery.count), count(recovery.byHand),
                        recovery.count > 0 ? figure(recovery.totalMeanS, seconds) : "",
                        recovery.totalP95S.value ? seconds(*recovery.totalP95S.value) : ""});
        if (resumed) rows.back().push_back(count(recovery.resumed));
    }
    if (rows.size() == 1) return "";
    std::string open;
    for (const Recovery& recovery : result.recovery)
        if (recovery.unfinished > 0)
            open += fmt::format(
                "  {}, {}: not finished at the end: {}, for {}{} so far. No time above has it in it.\n",
                recovery.what, recovery.mode, count(recovery.unfinished),
                recovery.unfinished > 1 ? "up to " : "", seconds(recovery.unfinishedForS));
    const bool skewed = std::any_of(result.recovery.begin(), result.recovery.end(), [](const Recovery& one) {
        return one.ofGroup() && one.byHand > 0 &&
               one.totalMeanS.value.value_or(0) > one.totalP95S.value.value_or(0);
    });
    if (skewed) open += "  (a mean above the p95: the few that end by hand take hours)\n";
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
    return figures.rows.empty() ? "" : "\nData\n" + figures.text();
}

std::string waterfallText(const SimulationResult& result) {
    if (result.waterfall.empty()) return "";
    std::vector<std::vector<std::string>> rows;
    for (const WaterfallItem& item : result.waterfall)
        rows.push_back({item.cause, minutes(item.downtimeMinutesPerYear) + "/yr"});
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
        if (flow.flow == "design" && !designSaysMore(result)) continue;
        text += (&flow == &result.flows.front() ? "" : "\n") + flowText(flow, said);
    }
    text += usersText(result) + recoveryText(result) + takeOverText(result) + dataText(result, said) +
            spreadText(result.spread, said) + waterfallText(result) + eventsText(result) + exactText(result);
    if (!result.objectives.empty()) text += "\nObjectives\n";
    for (const ObjectiveResult& objective : result.objectives)
        text += fmt::format("  {:<9} {}\n", objective.met ? (*objective.met ? "met" : "MISSED") : "undecided",
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
