#include "core/structure/system.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>

namespace alwayson {

namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

std::uint32_t u32(std::size_t value) {
    return static_cast<std::uint32_t>(value);
}

class SystemMaker {
public:
    SystemMaker(const CompiledStructure& structure, SystemOrder order) : m_all(structure), m_order(order) {}

    System make(const std::vector<std::pair<std::uint32_t, double>>& goals) {
        m_out.structure = &m_all;
        m_nodeAt.assign(m_all.components.size(), kNoIndex);
        for (const auto& [program, threshold] : goals)
            addProgram(m_all.programs[program], threshold);
        for (std::uint32_t s = 0; s < m_out.sets.size(); ++s)
            giveSlots(s);
        schedule();
        return std::move(m_out);
    }

private:
    std::uint32_t slot(double value) {
        m_out.start.push_back(value);
        return u32(m_out.start.size() - 1);
    }

    static void lump(const std::vector<CompiledMode>& modes, const StructureComponent& component,
                     std::vector<SystemLevel>& levels, std::vector<std::uint32_t>& levelOfMode) {
        levels = {{component.availability(), true, 1, 1}};
        for (std::size_t m = 0; m < modes.size(); ++m) {
            const bool works = modes[m].condition == NodeCondition::works && modes[m].success > 0;
            const SystemLevel wanted{0, works, works ? modes[m].success : 0, works ? modes[m].capacity : 0};
            std::size_t l = 1;
            while (l < levels.size() &&
                   !(levels[l].works == wanted.works && levels[l].success == wanted.success &&
                     levels[l].capacity == wanted.capacity))
                ++l;
            if (l == levels.size()) levels.push_back(wanted);
            levels[l].probability += component.modeProbability(m);
            levelOfMode.push_back(u32(l));
        }
    }

    std::uint32_t nodeFor(std::uint32_t component) {
        if (m_nodeAt[component] != kNoIndex) return m_nodeAt[component];
        m_nodeAt[component] = u32(m_out.nodes.size());
        SystemNode node;
        node.component = component;
        node.capacity = m_all.capacity[component];
        node.readCapacity = m_all.readCapacity[component];
        node.writeCapacity = m_all.writeCapacity[component];
        const std::vector<CompiledMode> modes(m_all.modes.begin() + m_all.firstMode[component],
                                              m_all.modes.begin() + m_all.firstMode[component + 1]);
        lump(modes, m_all.components[component], node.levels, node.levelOfMode);
        m_out.nodes.push_back(std::move(node));
        return m_nodeAt[component];
    }

    // Calls that count, with sets of the system, merged by (set, calls).
    std::vector<SystemCall> callsIn(const CompiledProgram& program, std::uint32_t first,
                                    std::uint32_t end) const {
        std::vector<SystemCall> calls;
        for (std::uint32_t c = first; c < end; ++c) {
            const CompiledCall& call = program.calls[c];
            if (call.optional) continue;
            const std::uint32_t same = program.sets[call.set].same;
            calls.push_back(call);
            calls.back().set = m_setAt[same == kNoIndex ? call.set : same];
        }
        return calls;
    }
    static bool equal(const SystemCall& a, const SystemCall& b) {
        return a.set == b.set && a.calls == b.calls;
    }
    static std::ptrdiff_t countOf(const std::vector<SystemCall>& calls, const SystemCall& call) {
        return std::count_if(calls.begin(), calls.end(),
                             [&](const SystemCall& other) { return equal(call, other); });
    }

    void addProgram(const CompiledProgram& program, double threshold) {
        const std::uint32_t goal = u32(m_out.goals.size());
        m_out.goals.push_back({threshold, slot(1), slot(1)});
        m_setAt.assign(program.sets.size(), kNoIndex);
        for (const CompiledStep& step : program.steps)
            if (step.isSet && program.sets[step.index].same == kNoIndex) {
                m_setAt[step.index] = u32(m_out.sets.size());
                m_out.sets.emplace_back();
                m_out.sets.back().goal = goal;
                m_out.sets.back().load = program.sets[step.index].load;
            }
        std::vector<std::vector<SystemCall>> callsOf(program.nodes.size());
        for (std::size_t n = 0; n < program.nodes.size(); ++n)
            callsOf[n] = callsIn(program, program.nodes[n].firstCall, program.nodes[n].endCall);
        for (std::uint32_t s = 0; s < program.sets.size(); ++s)
            if (m_setAt[s] != kNoIndex) addSet(program, s, callsOf);
        for (const SystemCall& call : callsIn(program, program.firstRootCall, u32(program.calls.size())))
            m_out.sets[call.set].consumers.push_back({goal, true, call.calls, call.limitsMembers});
    }

    void addSet(const CompiledProgram& program, std::uint32_t s,
                const std::vector<std::vector<SystemCall>>& callsOf) {
        const CompiledSet& from = program.sets[s];
        const std::uint32_t set = m_setAt[s];
        std::vector<SystemCall> hoisted;
        for (std::uint32_t m = from.firstMember; m < from.endMember; ++m) {
            const auto& calls = callsOf[program.members[m].node];
            if (from.passedBy) break; // what a cache calls depends on whether it works
            if (m == from.firstMember) {
                for (const SystemCall& call : calls)
                    if (!call.limitsMembers && countOf(calls, call) == 1) hoisted.push_back(call);
            } else {
                std::erase_if(hoisted, [&](const SystemCall& call) { return countOf(calls, call) != 1; });
            }
        }
        for (const SystemCall& call : hoisted)
            m_out.sets[call.set].consumers.push_back({set, false, call.calls, false});
        SystemSet& to = m_out.sets[set];
        to.memberCount = from.endMember - from.firstMember;
        to.firstPart = u32(m_out.parts.size());
        to.firstBlock = u32(m_out.blocks.size());
        to.plain = true;
        for (std::uint32_t p = from.firstPart; p < from.endPart; ++p) {
            SystemPart part;
            part.rules = program.parts[p];
            m_out.parts.push_back(part);
            for (std::uint32_t b = program.parts[p].firstBlock; b < program.parts[p].endBlock; ++b)
                addBlock(program, b, set, callsOf, hoisted);
        }
        to.endPart = u32(m_out.parts.size());
        to.endBlock = u32(m_out.blocks.size());
        for (std::uint32_t p = from.firstPart; p < from.endPart; ++p)
            keepOrder(program, program.parts[p], m_out.parts[to.firstPart + p - from.firstPart]);
        if (!from.passedBy) return;
        to.plain = false;
        to.pastR = to.pastReach = 0; // given a slot later
    }

    // Where one member is preferred to another, it comes first.
    void keepOrder(const CompiledProgram& program, const CompiledPart& from, SystemPart& to) {
        for (std::uint32_t i = from.firstRanked; i < from.endRanked; ++i) {
            const std::uint32_t component = program.nodes[program.members[program.ranked[i]].node].component;
            const SystemNode& node = m_out.nodes[m_nodeAt[component]];
            if (i > from.firstRanked) {
                const std::uint32_t before =
                    program.nodes[program.members[program.ranked[i - 1]].node].component;
                m_before.emplace(m_nodeAt[before], m_nodeAt[component]);
                to.alike = to.alike && node.capacity == to.memberCapacity &&
                           node.readCapacity == to.memberReads && node.writeCapacity == to.memberWrites;
            }
            to.memberCapacity = node.capacity;
            to.memberReads = node.readCapacity;
            to.memberWrites = node.writeCapacity;
        }
        if (from.group != kNoIndex && m_all.groups[from.group].candidates < from.endRanked - from.firstRanked)
            to.alike = false;
    }

    void addBlock(const CompiledProgram& program, std::uint32_t b, std::uint32_t set,
                  const std::vector<std::vector<SystemCall>>& callsOf,
                  const std::vector<SystemCall>& hoisted) {
        const CompiledBlock& from = program.blocks[b];
        const std::uint32_t part = u32(m_out.parts.size() - 1);
        SystemBlock block;
        block.part = part;
        for (std::uint32_t l = from.firstLimit; l < from.endLimit; ++l)
            if (program.limits[l].perUnit < kUnlimited)
                block.limits.push_back({m_setAt[program.limits[l].set], program.limits[l].perUnit});
        for (const CompiledLimit& limit : block.limits)
            m_valueNeeded.insert(limit.set);
        if (!block.limits.empty()) m_out.sets[set].plain = false;
        m_out.blocks.push_back(std::move(block));
        for (std::uint32_t m = from.firstMember; m < from.endMember; ++m) {
            const CompiledNode& node = program.nodes[program.members[m].node];
            SystemMembership membership;
            membership.set = set;
            membership.part = part;
            membership.block = u32(m_out.blocks.size() - 1);
            membership.rank = program.members[m].rank;
            membership.passedBy = node.passedBy;
            membership.reads = node.reads;
            membership.readsOfGroup = node.readsOfGroup;
            for (const SystemCall& call : callsOf[program.members[m].node])
                if (countOf(hoisted, call) == 0) {
                    membership.calls.push_back(call);
                    m_valueNeeded.insert(call.set);
                    m_out.sets[set].plain = false;
                }
            SystemNode& to = m_out.nodes[nodeFor(node.component)];
            to.counts = to.counts || node.passedBy;
            to.memberships.push_back(std::move(membership));
        }
    }

    // Only what can differ between states gets a slot, and counts stop where more makes no difference.
    void giveSlots(std::uint32_t s) {
        SystemSet& set = m_out.sets[s];
        const bool needed = m_valueNeeded.count(s) > 0;
        const auto own = [&](double value) {
            set.slots.push_back(slot(value));
            return set.slots.back();
        };
        const bool shares = hasShares(s), carries = set.load > 0 || needed;
        for (std::uint32_t p = set.firstPart; p < set.endPart; ++p) {
            SystemPart& part = m_out.parts[p];
            part.usable = own(0);
            part.mostUsable = shares ? kUnlimited : std::max(1.0, static_cast<double>(part.rules.needed));
            if (part.rules.serving != kNoIndex && (shares || carries)) part.mostUsable = kUnlimited;
            if (shares) part.success = own(0);
            if (!set.plain) part.reach = own(0);
            if (part.rules.rule != GroupRule::oneWriter) continue;
            part.others = own(0);
            if (shares) part.othersSuccess = own(0);
            if (part.rules.writes) part.working = own(0);
            if (!carries) continue;
            part.writeCapacity = own(0);
            part.readCapacity = own(0);
            part.othersCapacity = own(0);
        }
        for (std::uint32_t b = set.firstBlock; b < set.endBlock; ++b) {
            const CompiledPart& rules = m_out.parts[m_out.blocks[b].part].rules;
            if (rules.needed == 0 && rules.rule != GroupRule::oneWriter && carries)
                m_out.blocks[b].carry = own(0);
        }
        set.hoistedR = own(1);
        set.hoistedReach = own(kUnlimited);
        if (set.pastR != kNoIndex) {
            set.pastR = own(0);
            set.pastReach = own(0);
        }
        if (!needed) return;
        set.r = slot(0);
        set.carry = slot(0);
        set.reach = slot(0);
    }
    bool hasShares(std::uint32_t s) const {
        for (const SystemNode& node : m_out.nodes)
            for (const SystemMembership& in : node.memberships) {
                if (in.set != s) continue;
                if (!in.calls.empty()) return true;
                for (const SystemLevel& level : node.levels)
                    if (level.works && level.success != 1) return true;
            }
        return false;
    }

    void schedule();
    void markDecisive();
    void findAround();
    std::vector<std::uint32_t> placeRanks() const;
    void takeNode(std::uint32_t n);
    void finishReady(std::vector<std::uint32_t>& finished);
    void clearUnused();

    const CompiledStructure& m_all;
    SystemOrder m_order;
    System m_out;
    std::vector<std::uint32_t> m_setAt;  // of the program at hand
    std::vector<std::uint32_t> m_nodeAt; // component -> node
    std::set<std::uint32_t> m_valueNeeded;
    std::set<std::pair<std::uint32_t, std::uint32_t>>
        m_before;                                     // nodes: the first is asked for before the second
    std::vector<std::vector<std::uint32_t>> m_around; // per component
    std::vector<std::uint32_t> m_placeSlot;           // component -> slot
    std::vector<bool> m_done;                         // sets
    std::vector<std::uint32_t> m_missing;             // per set: members and sets to come
};

void SystemMaker::markDecisive() {
    // Callers first: consumers of a set stand for AND all the way up when every call is made for every
    // request.
    for (bool changed = true; changed;) {
        changed = false;
        for (SystemSet& set : m_out.sets) {
            if (set.decisive) continue;
            for (const SystemConsumer& to : set.consumers)
                if (to.calls >= 1 && (to.toGoal || m_out.sets[to.set].decisive))
                    set.decisive = changed = true;
        }
    }
}

// Members of one place stand together in the order, so that few places are open at a time.
std::vector<std::uint32_t> SystemMaker::placeRanks() const {
    std::map<std::vector<std::uint32_t>, std::uint32_t> paths;
    std::vector<std::vector<std::uint32_t>> pathOf;
    for (const SystemNode& node : m_out.nodes) {
        std::vector<std::uint32_t> path(m_all.places.begin() + m_all.firstPlace[node.component],
                                        m_all.places.begin() + m_all.firstPlace[node.component + 1]);
        std::reverse(path.begin(), path.end());
        paths.emplace(path, 0);
        pathOf.push_back(std::move(path));
    }
    std::uint32_t rank = 0;
    for (auto& [path, at] : paths)
        at = rank++;
    std::vector<std::uint32_t> ranks;
    for (const auto& path : pathOf)
        ranks.push_back(paths.at(path));
    return ranks;
}

void SystemMaker::takeNode(std::uint32_t n) {
    SystemNode& node = m_out.nodes[n];
    // Outermost first. A place that always comes with another around it need not be asked for while that one
    // is out.
    for (std::uint32_t p = m_all.firstPlace[node.component + 1]; p-- > m_all.firstPlace[node.component];) {
        const std::uint32_t place = m_all.places[p];
        const StructureComponent& component = m_all.components[place];
        if (component.modes.empty()) continue;
        if (m_placeSlot[place] == kNoIndex) {
            m_placeSlot[place] = slot(0);
            SystemLayer layer;
            layer.isPlace = true;
            layer.component = place;
            layer.slot = m_placeSlot[place];
            for (const std::uint32_t outer : m_around[place])
                if (m_placeSlot[outer] != kNoIndex) layer.around.push_back(m_placeSlot[outer]);
            const std::vector<CompiledMode> modes(component.modes.size(), {NodeCondition::gone, 0, 0});
            lump(modes, component, layer.levels, layer.levelOfMode);
            m_out.layers.push_back(std::move(layer));
        }
        node.places.push_back(m_placeSlot[place]);
    }
    SystemLayer layer;
    layer.component = node.component;
    layer.node = n;
    layer.levels = node.levels;
    layer.levelOfMode = node.levelOfMode;
    layer.around = node.places;
    m_out.layers.push_back(std::move(layer));
    for (const SystemMembership& in : node.memberships)
        --m_missing[in.set];
}

void SystemMaker::finishReady(std::vector<std::uint32_t>& finished) {
    for (bool again = true; again;) {
        again = false;
        for (std::uint32_t s = 0; s < m_out.sets.size(); ++s) {
            if (m_done[s] || m_missing[s] > 0) continue;
            m_done[s] = again = true;
            finished.push_back(s);
            for (const SystemConsumer& to : m_out.sets[s].consumers)
                if (!to.toGoal) --m_missing[to.set];
            for (std::uint32_t b = 0; b < m_out.blocks.size(); ++b)
                for (const CompiledLimit& limit : m_out.blocks[b].limits)
                    if (limit.set == s)
                        for (std::uint32_t other = 0; other < m_out.sets.size(); ++other)
                            if (b >= m_out.sets[other].firstBlock && b < m_out.sets[other].endBlock)
                                --m_missing[other];
        }
    }
}

// For each place: the places that every node in it also needs.
void SystemMaker::findAround() {
    m_around.assign(m_all.components.size(), {});
    std::vector<bool> seen(m_all.components.size(), false);
    for (const SystemNode& node : m_out.nodes) {
        const auto first = m_all.places.begin() + m_all.firstPlace[node.component];
        const auto end = m_all.places.begin() + m_all.firstPlace[node.component + 1];
        for (auto place = first; place != end; ++place) {
            std::vector<std::uint32_t>& around = m_around[*place];
            if (!seen[*place]) {
                seen[*place] = true;
                std::copy_if(first, end, std::back_inserter(around),
                             [&](std::uint32_t other) { return other != *place; });
            } else {
                std::erase_if(around,
                              [&](std::uint32_t other) { return std::find(first, end, other) == end; });
            }
        }
    }
}

void SystemMaker::schedule() {
    markDecisive();
    findAround();
    m_placeSlot.assign(m_all.components.size(), kNoIndex);
    m_done.assign(m_out.sets.size(), false);
    m_missing.assign(m_out.sets.size(), 0);
    std::vector<std::uint32_t> waits(m_out.nodes.size(), 0);
    std::vector<std::vector<std::uint32_t>> waiting(m_out.sets.size()); // nodes by the set they wait for
    for (std::uint32_t s = 0; s < m_out.sets.size(); ++s) {
        m_missing[s] += m_out.sets[s].memberCount;
        for (const SystemConsumer& to : m_out.sets[s].consumers)
            if (!to.toGoal) ++m_missing[to.set];
        for (std::uint32_t b = m_out.sets[s].firstBlock; b < m_out.sets[s].endBlock; ++b)
            m_missing[s] += u32(m_out.blocks[b].limits.size());
    }
    for (std::uint32_t n = 0; n < m_out.nodes.size(); ++n)
        for (const SystemMembership& in : m_out.nodes[n].memberships)
            for (const SystemCall& call : in.calls) {
                ++waits[n];
                waiting[call.set].push_back(n);
            }
    std::vector<std::vector<std::uint32_t>> next(m_out.nodes.size());
    for (const auto& [first, second] : m_before) {
        ++waits[second];
        next[first].push_back(second);
    }
    const std::vector<std::uint32_t> ranks = placeRanks();
    std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> ready;
    const auto offer = [&](std::uint32_t n) {
        const std::uint32_t set = m_out.nodes[n].memberships.empty() ? 0 : m_out.nodes[n].memberships[0].set;
        if (m_order == SystemOrder::bySet)
            ready.emplace(set, ranks[n], n);
        else
            ready.emplace(ranks[n], set, n);
    };
    const auto release = [&](const std::vector<std::uint32_t>& sets) {
        for (const std::uint32_t s : sets)
            for (const std::uint32_t n : waiting[s])
                if (--waits[n] == 0) offer(n);
    };
    for (std::uint32_t n = 0; n < m_out.nodes.size(); ++n)
        if (waits[n] == 0) offer(n);
    finishReady(m_out.finishFirst);
    release(m_out.finishFirst);
    std::size_t taken = 0;
    while (!ready.empty()) {
        const std::uint32_t n = std::get<2>(*ready.begin());
        ready.erase(ready.begin());
        takeNode(n);
        ++taken;
        for (const std::uint32_t later : next[n])
            if (--waits[later] == 0) offer(later);
        finishReady(m_out.layers.back().finish);
        release(m_out.layers.back().finish);
    }
    m_out.complete = taken == m_out.nodes.size();
    clearUnused();
}

void SystemMaker::clearUnused() {
    std::vector<std::uint32_t> lastUse(m_out.start.size(), kNoIndex);
    for (std::uint32_t l = 0; l < m_out.layers.size(); ++l) {
        const SystemLayer& layer = m_out.layers[l];
        if (layer.isPlace) lastUse[layer.slot] = l;
        for (const std::uint32_t place : layer.around)
            lastUse[place] = l;
        if (!layer.isPlace)
            for (const SystemMembership& in : m_out.nodes[layer.node].memberships)
                for (const SystemCall& call : in.calls)
                    for (const std::uint32_t value :
                         {m_out.sets[call.set].r, m_out.sets[call.set].carry, m_out.sets[call.set].reach})
                        lastUse[value] = l;
        for (const std::uint32_t s : layer.finish) {
            for (const std::uint32_t own : m_out.sets[s].slots)
                lastUse[own] = l;
            for (std::uint32_t b = m_out.sets[s].firstBlock; b < m_out.sets[s].endBlock; ++b)
                for (const CompiledLimit& limit : m_out.blocks[b].limits)
                    for (const std::uint32_t value :
                         {m_out.sets[limit.set].r, m_out.sets[limit.set].carry, m_out.sets[limit.set].reach})
                        lastUse[value] = l;
        }
    }
    for (std::uint32_t i = 0; i < lastUse.size(); ++i)
        if (lastUse[i] != kNoIndex) {
            auto& clear = m_out.layers[lastUse[i]].clear;
            if (!clear.empty() && clear.back().second == i)
                clear.back().second = i + 1;
            else
                clear.emplace_back(i, i + 1);
        }
}

} // namespace

System makeSystem(const CompiledStructure& structure,
                  const std::vector<std::pair<std::uint32_t, double>>& goals, SystemOrder order) {
    return SystemMaker(structure, order).make(goals);
}

} // namespace alwayson
