#pragma once
// What is known of a design without running it. JSON: schema "alwayson-check/1" (6-interface).

#include "core/base/json_fwd.h"
#include "core/edit/operation.h"
#include "core/results/estimate.h"

#include <optional>
#include <string>
#include <vector>

namespace alwayson {

enum class Severity : std::uint8_t { error, warning, hint };
std::string_view toString(Severity severity);

// A finding of validation.
struct Issue {
    std::string code; // stable: "redundancy.single_member"
    Severity severity = Severity::warning;
    std::string message;                // one or two sentences with the figures
    std::vector<std::string> where;     // ids, the first is the main one
    std::string fix;                    // what to do, in words
    std::optional<Operation> operation; // the fix as an operation, where it is mechanical
};

// Structural availability of one flow ("shoppers:read", "shoppers", "design"), with perfect views.
struct FlowAvailability {
    std::string flow;
    Estimate availability;            // long-run share of time the flow is up
    std::optional<double> mttffHours; // mean time to first failure from all up; exact only where it is known
    std::optional<double> outagesPerYear;  // of the structure: as if failures were noticed at once
    std::optional<double> meanOutageHours; // the same
    // With detection and failover windows added (tag approximate); what the verdict strip shows.
    Estimate withDetection;
    std::optional<double> unavailability; // 1 - availability to full relative precision; nullopt unless exact
    std::vector<std::string> leftOut;     // sentences: fault sources that are not in the figure
};

// Of one part (node or domain) on one flow.
struct Importance {
    std::string id;
    double unavailability = 0;  // of the part
    double birnbaum = 0;        // dA/da
    double criticality = 0;     // birnbaum x unavailability / flow unavailability
    double fussellVesely = 0;   // share of flow unavailability with a failed minimal cut set containing it
    double riskAchievement = 0; // RAW: U(part down) / U
    double riskReduction = 0;   // RRW: U / U(part perfect)
    double downtimeMinutesPerYear = 0; // what would be saved if it never failed
};

// What better take-overs of one group would save on "design", everything else as it is.
struct Lever {
    enum class Of : std::uint8_t {
        takeOver, // another member serves at once, where the take-over works
        byHand    // the take-over always works, in its time; where people do it: another serves at once
    };
    std::string group;
    Of of = Of::takeOver;
    double downtimeMinutesPerYear = 0;
};

struct CutSet {
    std::vector<std::string> ids; // nodes and domains, or "any 4 of web" for symmetric members
    double probability = 0;       // that all of it is down at once
};

struct CostItem {
    std::string id;                    // node, group or link id, or "traffic:..."
    std::optional<double> usdPerMonth; // nullopt: unpriced
    std::string why;                   // "2 x m5.large at 0.096 USD/h x 730 h, price book realistic"
};

struct Cost {
    double usdPerMonth = 0; // of what has a price
    bool atLeast = false;   // something is unpriced
    std::string priceBook;
    std::vector<CostItem> items;
};

// Load and capacity of one node or group in normal operation.
struct Load {
    std::string id;
    double requestsPerSecond = 0;
    double capacityPerSecond = 0; // infinity: unlimited
    double utilisation = 0;       // load / capacity
    // For members of a pool: utilisation of the others when the busiest one is lost; negative: none left.
    std::optional<double> utilisationWithoutOne;
    std::string why = {}; // of servers: "8 workers / (12 ms of work + 3.1 ms of calls)"; else empty
};

// An objective, judged.
struct ObjectiveResult {
    std::string id;
    std::optional<bool> met; // nullopt: undecided (the interval straddles the target) or not computable
    Estimate value;
    double target = 0;
    std::string sentence; // "shoppers:read: 99.97 % of requests succeed, 99.95 % wanted: met"
    // Of a scenario, which says nothing of a year: share of the error budget of the objective's period (a
    // year, or its window) that this run used up. Then met is false above 1, else nullopt: not judged.
    std::optional<double> budgetUsed = {};
    bool isJudged() const { return met || (value.value && !budgetUsed); }
};

// A flow in a run of normal operation, everything up.
struct FlowInRun {
    std::string flow;
    Estimate latencyP99Ms;
    Estimate good; // share of requests that were good
};

struct CheckReport {
    std::string designName;
    std::string designHash;
    std::vector<Issue> issues; // errors first
    std::vector<std::string> singlePointsOfFailure;
    std::vector<CutSet> minimalCutSets;  // at most 10,000, smallest first, then most likely
    double minimalCutSetsTotal = 0;      // may exceed those listed
    std::vector<FlowAvailability> flows; // per class, per client, then "design"
    std::vector<Importance> importance;  // on "design", most useful improvement first
    std::vector<Lever> levers;           // of groups with a take-over, most saved first
    std::vector<Load> loads;
    // Of all flows together, steady, all up; formula where one holds, else none, or of a run that was asked
    // for.
    Estimate latencyP99Ms;
    std::vector<FlowInRun> normalOperation;  // where a run was asked for and made
    std::vector<ObjectiveResult> objectives; // where they were asked for (verbs::checkWithRun)
    Cost cost;
    std::string priceBook;
    std::string capacityBook;
};

Json toJson(const Issue& issue);
Json toJson(const Cost& cost);
Json toJson(const ObjectiveResult& objective);
Json toJson(const CheckReport& report);

} // namespace alwayson
