// What fails alone and takes a flow with it: single nodes, single places, members that share one place.

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/graph/call_rules.h"
#include "core/structure/state_function.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace alwayson::validation {

namespace {

// Connection only, without capacity: a node works when it is not down and each needed call has enough working
// targets. A cache that is looked aside need not be up: its callers ask what is behind it, unless it is
// silent and keeps them waiting for too long.
class Reach {
public:
    explicit Reach(const Context& context)
        : m_c(context), m_works(context.design.nodes.size()), m_calls(context.design.nodes.size()),
          m_links(context.design.links.size()) {
        for (const Node& node : context.design.nodes) {
            m_maySilence.push_back(false);
            if (!isPassedBy(node)) continue;
            const std::vector<ResolvedFailureMode> modes = failureModesOf(node);
            m_maySilence.back() =
                std::any_of(modes.begin(), modes.end(),
                            [](const ResolvedFailureMode& mode) { return isSilent(mode.effect); });
        }
    }

    // What becomes of a cache that is looked aside when it does not work: it is silent where its failures
    // make it so; its place is out; or it refuses.
    enum class Cache : std::uint8_t { fails, isOut, refuses };

    // Clients that can no longer be served when `down` fails, though they can with everything up.
    std::vector<Index> lostClients(const std::vector<bool>& down, Cache cache = Cache::fails) {
        m_cache = cache;
        evaluate(down);
        std::vector<Index> lost;
        for (Index i = 0; i < m_works.size(); ++i)
            if (m_c.client[i] && !m_works[i] && !m_c.branches[i].empty()) lost.push_back(i);
        return lost;
    }

private:
    enum class Served : std::uint8_t { unknown, yes, no };

    void evaluate(const std::vector<bool>& down) {
        const auto& order = m_c.load.order;
        std::fill(m_links.begin(), m_links.end(), Served::unknown);
        for (auto at = order.rbegin(); at != order.rend(); ++at) {
            // A client stands for its requests: losing the place it lies in is not an outage of the service.
            const bool alive = m_c.client[*at] || !down[*at];
            m_calls[*at] = m_c.branches[*at].empty() || calls(*at);
            m_works[*at] = alive && m_calls[*at];
        }
    }

    bool isPassed(const Branch& branch, Index cache) const {
        const bool silent = m_cache == Cache::isOut || (m_cache == Cache::fails && m_maySilence[cache]);
        return m_calls[cache] && (!silent || m_c.survivesSilence(branch.linkIndex));
    }
    bool calls(Index at) {
        // All callers of a link come before its targets in the order, so one answer serves them all.
        const auto served = [&](const Branch& branch) {
            Served& known = m_links[branch.linkIndex];
            if (known != Served::unknown) return known == Served::yes;
            const auto working = std::count_if(branch.targets.begin(), branch.targets.end(),
                                               [&](Index t) { return m_works[t]; });
            const bool enough =
                static_cast<std::size_t>(working) >= std::max<std::size_t>(branch.needed, 1) ||
                (m_c.isLookup(at, branch) && std::any_of(branch.targets.begin(), branch.targets.end(),
                                                         [&](Index t) { return isPassed(branch, t); }));
            known = enough ? Served::yes : Served::no;
            return enough;
        };
        const auto& branches = m_c.branches[at];
        if (m_c.balancer[at]) return std::any_of(branches.begin(), branches.end(), served);
        return std::all_of(branches.begin(), branches.end(),
                           [&](const Branch& b) { return b.optional || served(b); });
    }

    const Context& m_c;
    std::vector<bool> m_works, m_calls; // m_calls: what it calls works
    std::vector<bool> m_maySilence;     // caches that are looked aside: some failure makes them silent
    Cache m_cache = Cache::fails;
    std::vector<Served> m_links; // by link
};

std::string kindTitle(const Domain& domain) {
    const Descriptor* kind = Catalogue::builtIn().domain(domain.kind);
    return kind ? kind->title : domain.kind;
}

std::string lowerTitle(const Domain& domain) {
    std::string title = kindTitle(domain);
    if (!title.empty() && title[0] >= 'A' && title[0] <= 'Z')
        title[0] = static_cast<char>(title[0] - 'A' + 'a');
    return title;
}

void checkNeeded(const Context& c, Issues& issues) {
    for (const Group& group : c.design.groups) {
        const auto needed = get(group, key::group::pool::needed);
        const std::size_t members = membersOf(c.design, group.id).size();
        if (!needed || members == 0) continue;
        const auto k = static_cast<std::size_t>(*needed);
        const std::string name = nameOf(c.design, group.id.str());
        if (k > members)
            issues.error("redundancy.needed_too_many", {group.id.str()},
                         fmt::format("{} needs {} but has {}: it is never up.", name,
                                     countOf(k, "working member"), members),
                         "Add members or lower Members needed.");
        else if (k == members && members > 1)
            issues.warning("redundancy.no_spare", {group.id.str()},
                           fmt::format("{} needs all of its {}: the loss of any one of them is an outage.",
                                       name, countOf(members, "member")),
                           "Add a spare member or lower Members needed.");
    }
}

// Members of a pool that counts as down below its number needed are reported once, by the pool.
bool reportedByPool(const Context& c, const Node& node) {
    const Group* group = node.group ? c.design.groups.find(node.group->str()) : nullptr;
    if (!group) return false;
    const auto needed = get(*group, key::group::pool::needed);
    const std::size_t members = membersOf(c.design, group->id).size();
    return needed && members > 1 && static_cast<std::size_t>(*needed) >= members;
}

// The group in which callers that cannot choose reach whichever member serves, where the kind knows one.
const Descriptor* groupForStandIns(const Node& node) {
    const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
    if (!kind) return nullptr;
    const Descriptor* best = nullptr;
    for (const std::string& id : kind->groups) {
        const Descriptor* group = Catalogue::builtIn().group(id);
        if (group && (!best || group->hasRole("one_active"))) best = group;
    }
    return best;
}

// How a second node has to be linked so that it stands in: two links of one caller would call both for every
// request.
std::string standInCure(const Context& c, Index i) {
    const Node& node = c.node(i);
    const std::string name = c.name(i);
    const bool direct = anyIn(c.design.links, [&](const Link& link) { return link.to == node.id.str(); });
    if (node.group) {
        const std::string group = nameOf(c.design, node.group->str());
        return fmt::format("Add a second member to {}, in another zone{}.", group,
                           direct ? fmt::format(", and link the callers of {} to {} instead", name, group)
                                  : "");
    }
    const bool balanced = std::all_of(c.callers[i].begin(), c.callers[i].end(),
                                      [&](Index caller) { return c.balancer[caller]; });
    if (balanced && !c.callers[i].empty())
        return fmt::format("Add a second node like {}, in another zone, and link {} to it as well: a load "
                           "balancer sends each request to "
                           "one of them.",
                           name, listNames(c.names(c.callers[i])));
    const Descriptor* group = groupForStandIns(node);
    return fmt::format("Add a second node like {}, in another zone, put both into one group ({}) and link "
                       "the callers to the group: two links "
                       "of one caller would call both for every request.",
                       name, group ? group->title : "Pool");
}

// Callers wait for it: the timeout that cures that, where each of them has one.
std::string waitingCure(const Context& c, Index cache) {
    std::optional<LookupTimeout> shortest;
    for (const Index caller : c.callers[cache])
        for (const Branch& branch : c.branches[caller]) {
            if (std::find(branch.targets.begin(), branch.targets.end(), cache) == branch.targets.end() ||
                !c.isLookup(caller, branch) || c.survivesSilence(branch.linkIndex))
                continue;
            const LookupTimeout one = helpfulTimeout(c, caller, branch);
            if (!one.ms)
                return fmt::format("{} No timeout of its callers helps: the time that requests may take is "
                                   "too short for what is behind {}.",
                                   standInCure(c, cache), c.name(cache));
            if (!shortest || *one.ms < *shortest->ms) shortest = one;
        }
    if (!shortest) return standInCure(c, cache);
    return fmt::format("Give the links of its callers {}: they then ask what is behind {} themselves.",
                       shortest->text(), c.name(cache));
}

void checkSingleNodes(const Context& c, Reach& reach, const std::vector<Index>& lostAnyway, Issues& issues,
                      std::vector<bool>& single) {
    std::vector<bool> down(c.design.nodes.size(), false);
    for (Index i = 0; i < c.design.nodes.size(); ++i) {
        if (c.client[i] || !c.reached[i]) continue;
        down[i] = true;
        const std::vector<Index> lost = reach.lostClients(down);
        const bool byWaiting =
            isPassedBy(c.node(i)) && reach.lostClients(down, Reach::Cache::refuses).size() < lost.size();
        down[i] = false;
        if (lost.size() <= lostAnyway.size()) continue;
        single[i] = true;
        if (reportedByPool(c, c.node(i))) continue;
        std::vector<std::string> where{c.node(i).id.str()};
        for (const std::string& id : c.ids(lost))
            where.push_back(id);
        issues.warning("redundancy.single_member", std::move(where),
                       byWaiting
                           ? fmt::format("{} has no stand-in, and its callers wait for it: when it says "
                                         "nothing, {} cannot be served.",
                                         c.name(i), listNames(c.names(lost)))
                           : fmt::format("{} has no stand-in: when it fails, {} cannot be served.", c.name(i),
                                         listNames(c.names(lost))),
                       byWaiting ? waitingCure(c, i) : standInCure(c, i));
    }
}

// The innermost place that holds all of them; nullptr when there is none.
const Domain* commonPlace(const Design& design, const std::vector<const Node*>& nodes) {
    if (nodes.empty() || !nodes.front()->domain) return nullptr;
    for (const Domain* domain : domainChain(design, *nodes.front()->domain)) {
        const bool all = std::all_of(nodes.begin(), nodes.end(), [&](const Node* node) {
            if (!node->domain) return false;
            const auto chain = domainChain(design, *node->domain);
            return std::find(chain.begin(), chain.end(), domain) != chain.end();
        });
        if (all) return domain;
    }
    return nullptr;
}

void reportCommonPlace(const Context& c, const std::string& id, const std::vector<Index>& nodes,
                       const Domain& place, Issues& issues, std::set<std::string>& reported) {
    const Descriptor* kind = Catalogue::builtIn().domain(place.kind);
    if (kind && kind->hasRole("region")) return;
    const bool zone = kind && kind->hasRole("zone");
    std::vector<std::string> where{id, place.id.str()};
    for (const std::string& member : c.ids(nodes))
        if (member != id) where.push_back(member);
    issues.warning(
        zone ? "redundancy.one_zone" : "redundancy.one_place", std::move(where),
        fmt::format("All {} that stand in for each other ({}) are in {}: one outage of it takes all of them.",
                    countOf(nodes.size(), "node"), listNames(c.names(nodes)), placeName(place)),
        fmt::format("Move some of them to another {}.", lowerTitle(place)));
    reported.insert(place.id.str());
}

void reportSharedDependency(const Context& c, const std::string& id, const std::vector<Index>& nodes,
                            Issues& issues, std::set<std::string>& reported) {
    for (const DomainId& shared : c.node(nodes.front()).dependsOn) {
        const bool all = std::all_of(nodes.begin(), nodes.end(), [&](Index n) {
            const auto& list = c.node(n).dependsOn;
            return std::find(list.begin(), list.end(), shared) != list.end();
        });
        if (!all) continue;
        const std::string name = nameOf(c.design, shared.str());
        issues.warning("redundancy.shared_dependency", {id, shared.str()},
                       fmt::format("All of {} depend on {}: its outage takes all of them.",
                                   listNames(c.names(nodes)), name),
                       fmt::format("Let some of them depend on something other than {}.", name));
        reported.insert(shared.str());
    }
}

// Sets of nodes that stand in for each other: the targets of each balancer and each group that is called.
std::vector<std::pair<std::string, std::vector<Index>>> standIns(const Context& c) {
    std::vector<std::pair<std::string, std::vector<Index>>> sets;
    std::set<std::vector<Index>> seen;
    const auto add = [&](const std::string& id, std::vector<Index> nodes) {
        std::sort(nodes.begin(), nodes.end());
        if (nodes.size() > 1 && seen.insert(nodes).second) sets.emplace_back(id, std::move(nodes));
    };
    for (std::size_t i = 0; i < c.linkTargets.size(); ++i)
        add(c.design.links.at(i).to, c.linkTargets[i]);
    for (Index i = 0; i < c.branches.size(); ++i)
        if (c.balancer[i] && c.branches[i].size() > 1) add(c.node(i).id.str(), c.targetsOf(i));
    return sets;
}

void checkPlaces(const Context& c, Issues& issues, std::set<std::string>& reported) {
    for (const auto& standIn : standIns(c)) {
        const auto& id = standIn.first; // not a structured binding, which clang 14 cannot capture
        const auto& nodes = standIn.second;
        std::vector<const Node*> list;
        for (Index n : nodes)
            list.push_back(&c.node(n));
        const Domain* place = commonPlace(c.design, list);
        if (place) reportCommonPlace(c, id, nodes, *place, issues, reported);
        reportSharedDependency(c, id, nodes, issues, reported);
        const bool nowhere =
            std::none_of(list.begin(), list.end(), [](const Node* n) { return n->domain.has_value(); });
        if (nowhere)
            issues.hint(
                "redundancy.no_place",
                [&] {
                    std::vector<std::string> where{id};
                    for (const std::string& member : c.ids(nodes))
                        where.push_back(member);
                    return where;
                }(),
                fmt::format("{} lie in no zone, so nothing that they share can fail in this design.",
                            listNames(c.names(nodes))),
                "Place them in zones or racks: outages of shared places are then counted.");
    }
}

// A place that is a single point although none of its nodes is one and no pool lies in it as a whole.
void checkSinglePlaces(const Context& c, Reach& reach, const std::vector<Index>& lostAnyway,
                       const std::vector<bool>& single, const std::set<std::string>& reported,
                       Issues& issues) {
    for (const Domain& domain : c.design.domains) {
        const std::vector<bool> inside = insideOf(c.design, domain);
        bool explained = reported.contains(domain.id.str());
        std::size_t count = 0;
        for (Index i = 0; i < inside.size(); ++i) {
            if (!inside[i] || c.client[i]) continue;
            ++count;
            explained = explained || single[i];
        }
        const Descriptor* kind = Catalogue::builtIn().domain(domain.kind);
        // One region is where most designs end; it is named among the single points of failure, not as a
        // finding.
        if (explained || count == 0 || (kind && kind->hasRole("region"))) continue;
        const bool inner = anyIn(c.design.domains, [&](const Domain& other) {
            if (!reported.contains(other.id.str())) return false;
            const auto chain = domainChain(c.design, other.id);
            return std::find(chain.begin(), chain.end(), &domain) != chain.end();
        });
        if (inner) continue;
        const std::vector<Index> lost = reach.lostClients(inside, Reach::Cache::isOut);
        if (lost.size() <= lostAnyway.size()) continue;
        const bool byWaiting = reach.lostClients(inside, Reach::Cache::refuses).size() < lost.size();
        std::vector<std::string> where{domain.id.str()};
        for (const std::string& id : c.ids(lost))
            where.push_back(id);
        issues.warning("redundancy.single_place", std::move(where),
                       fmt::format("An outage of {} takes {} at once, and {} cannot be served.",
                                   placeName(domain), countOf(count, "node"), listNames(c.names(lost))),
                       byWaiting
                           ? fmt::format("Callers wait for caches in {} that say nothing: give their "
                                         "links a timeout that is short enough, or put the caches elsewhere.",
                                         nameOf(c.design, domain.id.str()))
                           : fmt::format("Spread what it holds over another {}.", lowerTitle(domain)));
    }
}

// One of several caches refuses, and its share goes past all of them: does what is behind carry that besides
// what the others miss? As the exact figure has it.
bool carriesOnePassing(const Context& c, const Branch& lookup, std::optional<Result<StateFunction>>& known) {
    const bool refuses =
        c.survivesSilence(lookup.linkIndex) ||
        std::any_of(lookup.targets.begin(), lookup.targets.end(), [&](Index cache) {
            const std::vector<ResolvedFailureMode> modes = failureModesOf(c.node(cache));
            return std::any_of(modes.begin(), modes.end(), [](const ResolvedFailureMode& mode) {
                return !isSilent(mode.effect) && mode.effect != FailureEffect::slow;
            });
        });
    if (!refuses) return true;
    if (!known) known = StateFunction::compile(c.design, c.normal);
    if (!*known) return true; // told elsewhere
    const StateFunction* const function = &known->value();
    const auto scratch = function->makeScratch();
    std::vector<ComponentState> state(function->components().size(), 0);
    std::vector<std::uint8_t> up(function->flows().size());
    if (!function->evaluateUp(state.data(), nullptr, up.data(), *scratch)) return true;
    state[lookup.targets.front()] = kNotStarted;
    return function->evaluateUp(state.data(), nullptr, up.data(), *scratch);
}

// Callers that choose among several without any checks.
void checkBlindChoice(const Context& c, Issues& issues) {
    std::optional<Result<StateFunction>> function; // when needed
    for (Index caller = 0; caller < c.branches.size(); ++caller) {
        if (c.balancer[caller]) continue;
        for (const Branch& branch : c.branches[caller]) {
            if (branch.optional || branch.targets.size() < 2) continue;
            const std::string& to = branch.link->to;
            const Group* group = c.design.groups.find(to);
            if (group && !hasRole(*group, "pool")) continue; // its members take turns by rules of their own
            if (group && get(*group, key::group::pool::standby) > 0) continue; // those that serve are known
            const std::string name = group ? group->displayName() : to;
            if (c.isLookup(caller, branch)) { // silent ones: timers.cache_lookup
                if (carriesOnePassing(c, branch, function)) continue;
                issues.warning(
                    "redundancy.blind_choice", {to, c.node(caller).id.str()},
                    fmt::format("{} asks the {} members of {} in turn: while one is down, one request in {} "
                                "goes past all of them, which is more than what is behind them can carry.",
                                c.name(caller), branch.targets.size(), name, branch.targets.size()),
                    "Give what is behind them more capacity, or the link a second attempt, which asks "
                    "another member.");
                continue;
            }
            issues.warning("redundancy.blind_choice", {to, c.node(caller).id.str()},
                           fmt::format("{} sends to the {} members of {} in turn and cannot see which of "
                                       "them work: while one is down, one "
                                       "request in {} goes to it. The availability over years takes it that "
                                       "it avoids members that are down.",
                                       c.name(caller), branch.targets.size(), name, branch.targets.size()),
                           "Put a load balancer with health checks in between; for load balancers, a virtual "
                           "IP address that moves.");
        }
    }
}

} // namespace

void checkRedundancy(const Context& context, Issues& issues) {
    checkNeeded(context, issues);
    if (!context.load.cycle.empty()) return; // nothing can be served; the cycle is reported
    Reach reach(context);
    const std::vector<Index> lostAnyway =
        reach.lostClients(std::vector<bool>(context.design.nodes.size(), false));
    std::vector<bool> single(context.design.nodes.size(), false);
    std::set<std::string> reported;
    checkSingleNodes(context, reach, lostAnyway, issues, single);
    checkPlaces(context, issues, reported);
    checkSinglePlaces(context, reach, lostAnyway, single, reported, issues);
    checkBlindChoice(context, issues);
}

} // namespace alwayson::validation
