#pragma once
// What the rule families share: the design, its loads and its calls resolved to nodes. Inside core/validate
// only.

#include "core/cost/static_load.h"
#include "core/results/check_report.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace alwayson::validation {

using Index = std::uint32_t; // position in Design::nodes

// The calls of one node over one link: one of `targets` serves each call.
struct Branch {
    const Link* link = nullptr;
    std::vector<Index> targets;
    bool optional = false;
    std::size_t needed = 1; // working targets without which the call fails
};

struct Context {
    Context(const Design& design, const StaticLoad& load);

    const Design& design;
    const StaticLoad& load;
    std::vector<std::vector<Branch>> branches;   // by caller
    std::vector<std::vector<Index>> callers;     // by callee, each caller once
    std::vector<bool> balancer, client, reached; // by node; reached: a client's requests can get there

    const Node& node(Index index) const { return design.nodes.at(index); }
    std::string name(Index index) const; // for sentences
    std::vector<std::string> names(const std::vector<Index>& nodes) const;
    std::vector<std::string> ids(const std::vector<Index>& nodes) const;
    // Everything a balancer may pick from, each node once, over all its links.
    std::vector<Index> targetsOf(Index caller) const;
};

// std::any_of for tables, whose iterators are too simple for it.
template <class Collection, class Condition>
bool anyIn(const Collection& collection, Condition holds) {
    for (const auto& item : collection)
        if (holds(item)) return true;
    return false;
}

// Collects the findings of one run.
class Issues {
public:
    Issue& error(std::string code, std::vector<std::string> where, std::string message, std::string fix);
    Issue& warning(std::string code, std::vector<std::string> where, std::string message, std::string fix);
    Issue& hint(std::string code, std::vector<std::string> where, std::string message, std::string fix);
    std::vector<Issue> sorted() &&;

private:
    Issue& add(Severity severity, std::string code, std::vector<std::string> where, std::string message,
               std::string fix);
    std::vector<Issue> m_issues;
};

// Names of a thing as sentences write it: its display name, cut when it is very long.
std::string nameOf(const Design& design, const std::string& id);
// Places with a catalogue role ("zone", "region") around a node; nullptr when it lies in none.
const Domain* placeWithRole(const Design& design, const Node& node, std::string_view role);
// Nodes that a domain's outage takes down: those placed in it, at any depth, or depending on it.
std::vector<bool> insideOf(const Design& design, const Domain& domain);

void checkConnectivity(const Context& context, Issues& issues);
void checkRedundancy(const Context& context, Issues& issues);
void checkCapacity(const Context& context, Issues& issues);
void checkTimers(const Context& context, Issues& issues);
void checkHealthChecks(const Context& context, Issues& issues);
void checkFailureModes(const Context& context, Issues& issues);
void checkDeploy(const Context& context, Issues& issues);
void checkEffects(const Context& context, Issues& issues);
void checkPlans(const Context& context, Issues& issues); // objectives, scenarios

} // namespace alwayson::validation
