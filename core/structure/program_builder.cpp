#include "core/structure/program_builder.h"

#include "core/catalogue/keys.h"

#include <algorithm>
#include <set>

namespace alwayson {

namespace {

std::uint32_t u32(std::size_t value) {
    return static_cast<std::uint32_t>(value);
}

// A pool that serves nothing for a while when one of its members fails.
bool isInterrupted(const Group& group) {
    return get(group, key::group::pool::failover).has_value() ||
           get(group, key::group::pool::failoverCoverage).value() < 1;
}

} // namespace

StructureContext::StructureContext(const Design& design) : m_design(design), m_lookups(design) {
    for (const Node& node : design.nodes)
        m_balancer.push_back(hasRole(node, "balancer"));
    addGroups();
    addTargets();
    addViews();
}

void StructureContext::addGroups() {
    m_groups = structureGroups(m_design);
    std::set<std::uint32_t> leases;
    for (const StructureGroup& group : m_groups)
        if (group.lease != kNoLease) leases.insert(group.lease);
    m_ruledGroup.assign(m_design.nodes.size(), kNoIndex);
    m_rank.assign(m_design.nodes.size(), 0);
    for (std::size_t g = 0; g < m_groups.size(); ++g) {
        const StructureGroup& group = m_groups[g];
        const bool shares = group.rule == GroupRule::share;
        const bool interrupted =
            shares && hasRole(m_design.groups.at(g), "pool") && isInterrupted(m_design.groups.at(g));
        const bool counts = group.needed > 0 && (!group.quorum || leases.contains(u32(g)));
        const bool ruled = !shares || interrupted || counts || group.serving < group.members.size();
        m_tellsWrites = m_tellsWrites || group.rule == GroupRule::oneWriter;
        for (std::size_t i = 0; i < group.members.size(); ++i) {
            m_rank[group.members[i]] = u32(i);
            if (ruled) m_ruledGroup[group.members[i]] = u32(g);
        }
    }
    for (const Node& node : m_design.nodes)
        m_tellsWrites = m_tellsWrites || hasRole(node, "cache");
}

void StructureContext::addTargets() {
    const std::size_t nodes = m_design.nodes.size(), groups = m_design.groups.size();
    m_targets.resize(nodes + groups + 1);
    m_linksOf.resize(nodes);
    for (std::size_t n = 0; n < nodes; ++n)
        m_targets[n] = {u32(n)};
    for (std::size_t g = 0; g < groups; ++g)
        m_targets[nodes + g] = m_groups[g].members;
    for (std::size_t l = 0; l < m_design.links.size(); ++l) {
        const Link& link = m_design.links.at(l);
        const std::size_t toNode = m_design.nodes.indexOf(link.to),
                          toGroup = m_design.groups.indexOf(link.to);
        m_targetOf.push_back(u32(toNode != Table<Node>::npos     ? toNode
                                 : toGroup != Table<Group>::npos ? nodes + toGroup
                                                                 : nodes + groups));
        const std::size_t fromNode = m_design.nodes.indexOf(link.from);
        if (fromNode != Table<Node>::npos) {
            m_linksOf[fromNode].push_back(u32(l));
        } else if (const std::size_t from = m_design.groups.indexOf(link.from); from != Table<Group>::npos) {
            for (const std::uint32_t member : m_targets[nodes + from])
                m_linksOf[member].push_back(u32(l));
        }
    }
}

void StructureContext::addViews() {
    for (std::uint32_t n = 0; n < m_design.nodes.size(); ++n) {
        const Node& node = m_design.nodes.at(n);
        if (!m_balancer[n] || !hasMechanism(node, "health_check") ||
            !get(node.parameters, key::haproxy::check))
            continue;
        for (const std::uint32_t link : m_linksOf[n])
            for (const std::uint32_t target : targetsOf(link))
                if (m_viewOf.try_emplace({n, target}, u32(m_views.size())).second)
                    m_views.push_back({n, target});
    }
}

std::uint32_t StructureContext::groupOf(std::uint32_t link) const {
    const std::size_t nodes = m_design.nodes.size(), key = m_targetOf[link];
    return key >= nodes && key < nodes + m_design.groups.size() ? u32(key - nodes) : kNoIndex;
}

std::uint32_t StructureContext::viewOf(std::uint32_t balancer, std::uint32_t node) const {
    const auto found = m_viewOf.find({balancer, node});
    return found == m_viewOf.end() ? kNoIndex : found->second;
}

namespace {

class ProgramBuilder {
public:
    ProgramBuilder(const StructureContext& context, const std::vector<bool>& carried, double patience)
        : m_context(context), m_carried(carried), m_patience(patience),
          m_nodeAt(4 * context.design().nodes.size(), kNoIndex),
          m_setAt(8 * (context.keyCount() + context.design().nodes.size()), kNoIndex) {}

    CompiledProgram build(std::uint32_t client, bool writes) {
        m_out.client = client;
        m_survives = m_context.lookups().survivesSilence(client, m_carried, writes, m_patience);
        const std::vector<CompiledCall> rootCalls = callsOf(client, writes);
        for (const CompiledCall& call : rootCalls)
            visit({true, call.set});
        flattenCalls(rootCalls);
        findSameSets();
        for (std::uint32_t s = 0; s < m_out.sets.size(); ++s)
            makeBlocks(s);
        markLimitedCalls();
        keepStructuralSteps();
        return std::move(m_out);
    }

private:
    struct Frame {
        CompiledStep step;
        std::size_t next = 0;
    };

    // Depth first without recursion; a step is written after everything it calls.
    void visit(CompiledStep start) {
        if (isDone(start)) return;
        std::vector<Frame> stack{{start, 0}};
        while (!stack.empty()) {
            Frame& frame = stack.back();
            const CompiledStep step = frame.step;
            if (!isDone(step) && frame.next < childCount(step)) {
                const CompiledStep child = childOf(step, frame.next++);
                if (!isDone(child)) stack.push_back({child, 0});
                continue;
            }
            if (!isDone(step)) {
                (step.isSet ? m_setDone : m_nodeDone)[step.index] = true;
                m_out.allSteps.push_back(step);
            }
            stack.pop_back();
        }
    }
    bool isDone(CompiledStep step) const { return (step.isSet ? m_setDone : m_nodeDone)[step.index]; }
    std::size_t childCount(CompiledStep step) const {
        return step.isSet ? m_membersOf[step.index].size() : m_callsOf[step.index].size();
    }
    CompiledStep childOf(CompiledStep step, std::size_t i) const {
        return step.isSet ? CompiledStep{false, m_membersOf[step.index][i].node}
                          : CompiledStep{true, m_callsOf[step.index][i].set};
    }

    // A node that is read and written is two nodes of the program; so is a cache that some look aside and
    // others have ask for them.
    std::uint32_t nodeFor(std::uint32_t component, bool writes, bool lookedAside) {
        std::uint32_t& at = m_nodeAt[4 * component + 2 * lookedAside + writes];
        if (at != kNoIndex) return at;
        const std::uint32_t node = at = u32(m_out.nodes.size());
        m_out.nodes.emplace_back();
        m_out.nodes[node].component = component;
        m_out.nodes[node].passedBy = lookedAside;
        m_nodeDone.push_back(false);
        m_callsOf.emplace_back();
        std::vector<CompiledCall> calls =
            callsOf(component, writes); // may add nodes: the reference would not survive
        m_callsOf[node] = std::move(calls);
        return node;
    }

    bool writesOver(std::uint32_t link, bool callerWrites) const {
        return m_context.tellsWrites() && callWrites(m_context.design().links.at(link), callerWrites);
    }

    std::vector<CompiledCall> callsOf(std::uint32_t component, bool writes) {
        if (m_context.isBalancer(component)) return {choiceOf(component, writes)};
        std::vector<CompiledCall> calls;
        const Node& caller = m_context.design().nodes.at(component);
        for (const std::uint32_t link : m_context.linksOf(component)) {
            if (!m_carried[link]) continue;
            const Parameters& parameters = m_context.design().links.at(link).parameters;
            const double count = get(parameters, key::link::request::callsPerRequest);
            if (!(count > 0)) continue;
            CompiledCall call;
            const std::uint32_t group = m_context.groupOf(link);
            const bool callsWrite = writesOver(link, writes);
            const bool looksAside = m_context.lookups().isLookup(link);
            const SetKind kind{
                callsWrite, looksAside, !m_survives.empty() && m_survives[link],
                looksAside ? static_cast<std::uint32_t>(get(parameters, key::link::request::attempts)) : 1};
            call.set = setFor(m_context.targetKey(link), kNoIndex, kind, m_context.targetsOf(link), {group});
            call.calls = count * passedOn(caller, writes);
            call.optional = get(parameters, key::link::request::optional);
            call.passedCalls = count;
            if (!readsElsewhere(group, callsWrite)) call.morePerRead = count * (1 - passedOn(caller, false));
            calls.push_back(call);
        }
        if (writes) addLease(component, calls);
        return calls;
    }
    // A source asks a majority for its lease, for no request in particular.
    void addLease(std::uint32_t component, std::vector<CompiledCall>& calls) {
        const std::uint32_t group = m_context.ruledGroup(component);
        const std::uint32_t lease = group == kNoIndex ? kNoLease : m_context.groups()[group].lease;
        if (lease == kNoLease) return;
        CompiledCall call;
        call.leaseOf = group;
        call.set =
            setFor(m_context.keyOfGroup(lease), kNoIndex, {}, m_context.groups()[lease].members, {lease});
        calls.push_back(call);
    }
    // Writes to a group that reads elsewhere: more reads do not touch them.
    bool readsElsewhere(std::uint32_t group, bool writes) const {
        if (group == kNoIndex || !writes) return false;
        const StructureGroup& g = m_context.groups()[group];
        return g.rule == GroupRule::oneWriter && !g.readsAll && !g.readsSource;
    }
    // A balancer whose targets are all gone from this flow has nowhere to send it: an empty set, never up.
    CompiledCall choiceOf(std::uint32_t balancer, bool writes) {
        std::vector<std::uint32_t> chosen, groups, carried;
        for (const std::uint32_t link : m_context.linksOf(balancer))
            if (m_carried[link]) carried.push_back(link);
        bool callsWrite = writes;
        for (const std::uint32_t link : carried) {
            if (!balancerTakes(m_context.design(), carried, link, writes)) continue;
            callsWrite = writesOver(link, writes);
            if (const std::uint32_t group = m_context.groupOf(link); group != kNoIndex)
                groups.push_back(group);
            for (const std::uint32_t target : m_context.targetsOf(link))
                if (std::find(chosen.begin(), chosen.end(), target) == chosen.end()) chosen.push_back(target);
        }
        CompiledCall call;
        call.set = setFor(m_context.keyCount() + balancer, balancer, {callsWrite, false, false, 1}, chosen,
                          groups, writes);
        return call;
    }

    struct SetKind {
        bool writes = false, looksAside = false, survivesSilence = false;
        std::uint32_t attempts = 1;
    };
    // `asWrite`: of balancers, what they are asked; what they call may be something else.
    std::uint32_t setFor(std::uint32_t end, std::uint32_t observer, SetKind kind,
                         const std::vector<std::uint32_t>& targets, std::vector<std::uint32_t> groups,
                         bool asWrite = false) {
        const bool writes = observer == kNoIndex ? kind.writes : asWrite;
        std::uint32_t& at = m_setAt[8 * end + 4 * (kind.attempts > 1) + 2 * kind.survivesSilence + writes];
        if (at != kNoIndex) { // of callers that try again, those that do so least
            m_out.sets[at].attempts = std::min(m_out.sets[at].attempts, kind.attempts);
            return at;
        }
        const std::uint32_t set = at = u32(m_out.sets.size());
        m_out.sets.emplace_back();
        m_out.sets[set].observer = observer;
        m_out.sets[set].looksAside = kind.looksAside;
        m_out.sets[set].survivesSilence = kind.survivesSilence;
        m_out.sets[set].attempts = kind.attempts;
        m_setDone.push_back(false);
        m_setWrites.push_back(kind.writes);
        m_membersOf.emplace_back();
        m_groupsOf.push_back(std::move(groups));
        m_pending.push_back({set, targets});
        if (!m_filling) fillPending();
        return set;
    }
    // Nodes and sets name each other; a list of open sets instead of recursion keeps deep designs off the
    // stack.
    void fillPending() {
        m_filling = true;
        while (!m_pending.empty()) {
            auto [set, targets] = std::move(m_pending.back());
            m_pending.pop_back();
            const std::uint32_t observer = m_out.sets[set].observer;
            std::vector<CompiledMember> members;
            for (const std::uint32_t target : targets)
                members.push_back({nodeFor(target, m_setWrites[set], m_out.sets[set].looksAside),
                                   observer == kNoIndex ? kNoIndex : m_context.viewOf(observer, target),
                                   m_context.rankOf(target)});
            m_membersOf[set] = std::move(members);
            if (observer != kNoIndex) readRedispatch(observer, targets, m_out.sets[set]);
        }
        m_filling = false;
    }

    void readRedispatch(std::uint32_t observer, const std::vector<std::uint32_t>& targets,
                        CompiledSet& set) const {
        const Parameters& p = m_context.design().nodes.at(observer).parameters;
        set.survivesRefused = get(p, key::haproxy::redispatch) && get(p, key::haproxy::retries) > 0;
        set.countsConnections = get(p, key::haproxy::balance) == key::haproxy::Balance::leastconn;
        double service = 0;
        for (const std::uint32_t target : targets) {
            const Node& node = m_context.design().nodes.at(target);
            if (hasMechanism(node, "queue")) service = std::max(service, meanService(node, false));
        }
        set.survivesGone =
            set.survivesRefused && get(p, key::haproxy::timeoutConnect).seconds() + service <= m_patience;
    }

    void flattenCalls(const std::vector<CompiledCall>& rootCalls) {
        for (std::size_t n = 0; n < m_out.nodes.size(); ++n) {
            m_out.nodes[n].firstCall = u32(m_out.calls.size());
            m_out.calls.insert(m_out.calls.end(), m_callsOf[n].begin(), m_callsOf[n].end());
            m_out.nodes[n].endCall = u32(m_out.calls.size());
        }
        m_out.firstRootCall = u32(m_out.calls.size());
        m_out.calls.insert(m_out.calls.end(), rootCalls.begin(), rootCalls.end());
    }

    // Sets with the same members: equal under perfect views, and callers of one count as callers of the
    // other.
    void findSameSets() {
        std::map<std::vector<std::uint32_t>, std::uint32_t> known;
        m_shape.assign(m_out.sets.size(), 0);
        for (const CompiledStep& step : m_out.allSteps) {
            if (!step.isSet) continue;
            std::vector<std::uint32_t> members;
            for (const CompiledMember& member : m_membersOf[step.index])
                members.push_back(member.node);
            std::sort(members.begin(), members.end());
            members.push_back(kNoIndex); // and the groups that are called as such: their number needed counts
            members.push_back(m_out.sets[step.index].survivesSilence + 2U * m_out.sets[step.index].attempts);
            members.insert(members.end(), m_groupsOf[step.index].begin(), m_groupsOf[step.index].end());
            const auto [at, isNew] = known.try_emplace(std::move(members), step.index);
            m_shape[step.index] = at->second;
            if (!isNew) m_out.sets[step.index].same = at->second;
        }
        m_callersOf.resize(m_out.sets.size());
        for (std::uint32_t n = 0; n < m_out.nodes.size(); ++n)
            for (const CompiledCall& call : m_callsOf[n])
                if (!call.optional) m_callersOf[m_shape[call.set]].insert(n);
        for (std::size_t c = m_out.firstRootCall; c < m_out.calls.size(); ++c)
            m_callersOf[m_shape[m_out.calls[c].set]].insert(kNoIndex);
        m_shapesWith.resize(m_out.nodes.size());
        for (std::uint32_t s = 0; s < m_out.sets.size(); ++s)
            if (m_shape[s] == s)
                for (const CompiledMember& member : m_membersOf[s])
                    m_shapesWith[member.node].push_back(s);
        for (std::uint32_t s = 0; s < m_out.sets.size(); ++s)
            if (m_shape[s] == s) assignBlock(s);
    }

    // Is this set called by a strict part of the members of one other set, and by nobody else? Then those
    // members are a block that it limits (a node belongs to one block; a second, different block stays a
    // shared limit).
    void assignBlock(std::uint32_t shape) {
        const std::set<std::uint32_t>& callers = m_callersOf[shape];
        if (callers.empty() || callers.count(kNoIndex)) return;
        const auto& around = m_shapesWith[*callers.begin()];
        if (around.size() != 1 || m_membersOf[around[0]].size() <= callers.size()) return;
        const std::uint32_t part = m_context.ruledGroup(m_out.nodes[*callers.begin()].component);
        for (const std::uint32_t caller : callers)
            if (m_shapesWith[caller] != around ||
                m_context.ruledGroup(m_out.nodes[caller].component) != part ||
                (m_blockOf.count(caller) && m_blockCallers[m_blockOf.at(caller)] != callers))
                return;
        std::uint32_t block = u32(m_blockCallers.size());
        if (m_blockOf.count(*callers.begin()))
            block = m_blockOf.at(*callers.begin());
        else {
            m_blockCallers.push_back(callers);
            m_blockLimits.emplace_back();
        }
        for (const std::uint32_t caller : callers)
            m_blockOf[caller] = block;
        m_blockLimits[block].push_back(shape);
        m_limiting.insert(shape);
    }

    void makeBlocks(std::uint32_t s) {
        auto& members = m_membersOf[s];
        CompiledSet& set = m_out.sets[s];
        std::map<std::uint32_t, std::uint32_t> ofGroup;
        for (const CompiledMember& member : members)
            ++ofGroup[m_context.ruledGroup(m_out.nodes[member.node].component)];
        // A number needed counts for the group as such, and for a choice among members that could reach it; a
        // link to one member alone is a call to that member.
        const auto& called = m_groupsOf[s];
        const auto partOf = [&](const CompiledMember& member) {
            const std::uint32_t group = m_context.ruledGroup(m_out.nodes[member.node].component);
            if (group == kNoIndex || std::find(called.begin(), called.end(), group) != called.end())
                return group;
            const StructureGroup& rules = m_context.groups()[group];
            if (rules.rule != GroupRule::share) return kNoIndex;
            const std::size_t enough =
                rules.serving < rules.members.size() ? rules.members.size() : rules.needed;
            return members.size() > 1 && ofGroup.at(group) >= enough ? group : kNoIndex;
        };
        const auto blockOf = [&](const CompiledMember& member) {
            const auto found = m_blockOf.find(member.node);
            return found == m_blockOf.end() ? kNoIndex : found->second;
        };
        std::vector<std::tuple<std::uint32_t, std::uint32_t, CompiledMember>> sorted;
        for (const CompiledMember& member : members)
            sorted.emplace_back(partOf(member), blockOf(member), member);
        std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
            return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
        });
        set.firstPart = u32(m_out.parts.size());
        set.firstMember = u32(m_out.members.size());
        for (std::size_t i = 0; i < sorted.size(); ++i) {
            const auto& [part, block, member] = sorted[i];
            const bool newPart = i == 0 || std::get<0>(sorted[i - 1]) != part;
            if (newPart) addPart(part, m_setWrites[s]);
            if (newPart || std::get<1>(sorted[i - 1]) != block) addBlock(block);
            m_out.members.push_back(member);
            m_out.blocks.back().endMember = u32(m_out.members.size());
            m_out.parts.back().endBlock = u32(m_out.blocks.size());
        }
        set.endPart = u32(m_out.parts.size());
        set.endMember = u32(m_out.members.size());
        for (std::uint32_t p = set.firstPart; p < set.endPart; ++p)
            rankMembers(m_out.parts[p]);
    }
    void addPart(std::uint32_t group, bool writes) {
        CompiledPart part;
        part.firstBlock = u32(m_out.blocks.size());
        part.group = group;
        if (group != kNoIndex) {
            const StructureGroup& rules = m_context.groups()[group];
            part.rule = rules.rule;
            part.writes = writes;
            if (rules.rule == GroupRule::share) {
                part.needed = rules.needed;
                if (rules.serving < rules.members.size()) part.serving = rules.serving;
            }
        }
        m_out.parts.push_back(part);
    }
    void rankMembers(CompiledPart& part) {
        part.firstRanked = part.endRanked = u32(m_out.ranked.size());
        if (part.rule == GroupRule::share && part.serving == kNoIndex) return;
        for (std::uint32_t b = part.firstBlock; b < part.endBlock; ++b)
            for (std::uint32_t m = m_out.blocks[b].firstMember; m < m_out.blocks[b].endMember; ++m)
                m_out.ranked.push_back(m);
        std::sort(
            m_out.ranked.begin() + part.firstRanked, m_out.ranked.end(),
            [&](std::uint32_t a, std::uint32_t b) { return m_out.members[a].rank < m_out.members[b].rank; });
        part.endRanked = u32(m_out.ranked.size());
    }
    void addBlock(std::uint32_t block) {
        const std::uint32_t first = u32(m_out.limits.size());
        if (block != kNoIndex)
            for (const std::uint32_t shape : m_blockLimits[block])
                m_out.limits.push_back({shape, 0});
        const std::uint32_t member = u32(m_out.members.size());
        m_out.blocks.push_back({member, member, first, u32(m_out.limits.size())});
    }

    void markLimitedCalls() {
        for (CompiledCall& call : m_out.calls)
            call.limitsMembers = m_limiting.count(m_shape[call.set]) > 0;
    }

    void keepStructuralSteps() {
        std::vector<bool> set(m_out.sets.size()), node(m_out.nodes.size());
        const auto need = [&](std::uint32_t first, std::uint32_t end) {
            for (std::uint32_t c = first; c < end; ++c)
                if (!m_out.calls[c].optional) {
                    set[m_out.calls[c].set] = true;
                    set[m_shape[m_out.calls[c].set]] = true;
                }
        };
        need(m_out.firstRootCall, u32(m_out.calls.size()));
        for (auto step = m_out.allSteps.rbegin(); step != m_out.allSteps.rend(); ++step) {
            if (step->isSet && set[step->index])
                for (const CompiledMember& member : m_membersOf[step->index])
                    node[member.node] = true;
            if (!step->isSet && node[step->index])
                need(m_out.nodes[step->index].firstCall, m_out.nodes[step->index].endCall);
        }
        for (const CompiledStep& step : m_out.allSteps)
            if (step.isSet ? set[step.index] : node[step.index]) m_out.steps.push_back(step);
    }

    const StructureContext& m_context;
    const std::vector<bool>& m_carried;
    double m_patience;
    std::vector<bool> m_survives; // per link: a cache that says nothing; empty: there are no lookups
    CompiledProgram m_out;
    std::vector<std::uint32_t> m_nodeAt; // 4 x component + 2 x looked aside + writes -> node
    std::vector<std::uint32_t> m_setAt;  // 4 x (target key, or balancer) + 2 x survives + writes -> set
    std::vector<bool> m_setWrites;
    std::vector<std::vector<CompiledCall>> m_callsOf;
    std::vector<std::vector<CompiledMember>> m_membersOf;
    std::vector<std::vector<std::uint32_t>> m_groupsOf; // set -> groups that are called as such
    std::vector<bool> m_nodeDone, m_setDone;
    std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>> m_pending;
    bool m_filling = false;
    std::vector<std::uint32_t> m_shape;
    std::vector<std::set<std::uint32_t>> m_callersOf;     // per shape
    std::vector<std::vector<std::uint32_t>> m_shapesWith; // per node
    std::map<std::uint32_t, std::uint32_t> m_blockOf;     // node -> block
    std::vector<std::set<std::uint32_t>> m_blockCallers;
    std::vector<std::vector<std::uint32_t>> m_blockLimits;
    std::set<std::uint32_t> m_limiting;
};

} // namespace

CompiledProgram buildProgram(const StructureContext& context, std::uint32_t client,
                             const std::vector<bool>& carried, bool writes, double patienceS) {
    return ProgramBuilder(context, carried, patienceS).build(client, writes);
}

} // namespace alwayson
