#pragma once
// What the rule families share: the design, its loads and its calls resolved to nodes. Inside core/validate
// only.

#include "core/graph/held_times.h"
#include "core/graph/lookups.h"
#include "core/graph/static_load.h"
#include "core/results/check_report.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace alwayson::validation {

using Index = std::uint32_t; // position in Design::nodes

// The calls of one node over one link: one of `targets` serves each call.
struct Branch {
    const Link* link = nullptr;
    Index linkIndex = 0;            // position in Design::links
    std::span<const Index> targets; // shared by all callers of the link
    bool optional = false;
    std::size_t needed = 1; // working targets without which the call fails
};

// Nodes of one group that are set alike, call alike and carry the same load: one finding speaks for all of
// them.
struct Alike {
    std::vector<Index> nodes;
    std::string name; // "web1", "lb1 (and lb2)", "web1 (and 3 like it)"
    Index first() const { return nodes.front(); }
};

struct Context {
    Context(const Design& design, const NormalOperation& normal);
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    const Design& design;
    const NormalOperation& normal;
    const StaticLoad& load;                      // of `normal`
    const std::vector<CarriedRate>& carried;     // of `normal`: by node
    std::vector<std::vector<Index>> linkTargets; // by link
    std::vector<std::vector<Branch>> branches;   // by caller
    std::vector<std::vector<Index>> callers;     // by callee, each caller once
    std::vector<bool> balancer, client, reached; // by node; reached: a client's requests can get there

    Lookups lookups;                     // calls that look caches aside
    std::vector<double> longestTimeouts; // by link, or empty: Lookups::longestTimeouts
    // A lookup whose timeout leaves all requests time enough when the cache says nothing.
    bool survivesSilence(Index link) const {
        return lookups.isLookup(link) && lookups.isBelow(link, longestTimeouts[link]);
    }

    std::vector<Alike> alike; // every node is in one of them, in design order

    const Node& node(Index index) const { return design.nodes.at(index); }
    std::string name(Index index) const; // for sentences
    std::vector<std::string> names(const std::vector<Index>& nodes) const;
    std::vector<std::string> ids(const std::vector<Index>& nodes) const;
    // The ids of the nodes, then `more` without repeating any.
    std::vector<std::string> where(const Alike& alike, const std::vector<std::string>& more = {}) const;
    // Does the caller look aside what this branch leads to?
    bool isLookup(Index caller, const Branch& branch) const {
        return !balancer[caller] && lookups.isLookup(branch.linkIndex);
    }
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

// The same fix for every node of it.
Operation forAll(const Context& context, const Alike& alike,
                 const std::function<Operation(const Node&)>& fix);

// The timeout (ms) that a cure names for a call that is a lookup: long enough for its answers, and short
// enough to leave requests their time when the cache says nothing; none: there is no such.
struct LookupTimeout {
    std::optional<double> ms;
    bool longest = false;     // a longer one would not help
    std::string text() const; // "a timeout, such as 50 ms"; only when there is one
};
LookupTimeout helpfulTimeout(const Context& context, Index caller, const Branch& branch);

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
// "zone eu-a", and "zone b" for a zone that is named so; "rack r1".
std::string placeName(const Domain& domain);
// Places with a catalogue role ("zone", "region") around a node; nullptr when it lies in none.
const Domain* placeWithRole(const Design& design, const Node& node, std::string_view role);
// Nodes that a domain's outage takes down: those placed in it, at any depth, or depending on it.
std::vector<bool> insideOf(const Design& design, const Domain& domain);

void checkConnectivity(const Context& context, Issues& issues);
void checkRedundancy(const Context& context, Issues& issues);
void checkStandIns(const Context& context, Issues& issues);
void checkCapacity(const Context& context, Issues& issues);
void checkHeldWorkers(const Context& context, Issues& issues);
void checkTimers(const Context& context, Issues& issues);
void checkHealthChecks(const Context& context, Issues& issues);
void checkFailureModes(const Context& context, Issues& issues);
void checkDeploy(const Context& context, Issues& issues);
void checkEffects(const Context& context, Issues& issues);
void checkCaches(const Context& context, Issues& issues);
void checkPlaces(const Context& context, Issues& issues);
void checkMemberCalls(const Context& context, Issues& issues);
void checkPlans(const Context& context, Issues& issues);      // objectives, scenarios
void checkGroupCalls(const Context& context, Issues& issues); // groups with roles
void checkFailover(const Context& context, Issues& issues);   // replication sets
void checkNotSimulated(const Context& context, Issues& issues);

} // namespace alwayson::validation
