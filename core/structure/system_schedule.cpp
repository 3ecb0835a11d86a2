#include "core/structure/system_schedule.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace alwayson {

namespace {

std::uint32_t u32(std::size_t value) {
    return static_cast<std::uint32_t>(value);
}

class Scheduler {
public:
    Scheduler(System& system, SystemOrder order, const SystemPreferences& before,
              const std::vector<JointBlock>& blocks)
        : m_out(system), m_all(*system.structure), m_order(order), m_before(before), m_joints(blocks),
          m_nodeAt(m_all.components.size(), kNoIndex) {
        for (std::uint32_t n = 0; n < system.nodes.size(); ++n)
            m_nodeAt[system.nodes[n].component] = n;
    }
    void schedule();

private:
    std::uint32_t newSlot() {
        m_out.start.push_back(0);
        return u32(m_out.start.size() - 1);
    }
    using Ready = std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>>;
    void countWaits();
    void markDecisive();
    void findAround();
    std::vector<std::uint32_t> placeRanks() const;
    void offer(std::uint32_t n);
    void takePlaces(std::uint32_t n);
    void takeNode(std::uint32_t n);
    bool takeBlock(std::uint32_t block);
    void addJointLayer(std::uint32_t block);
    std::uint32_t firstOf(std::uint32_t block) const { // component that is a node here
        const auto& all = m_joints[block].components;
        return *std::find_if(all.begin(), all.end(),
                             [&](std::uint32_t component) { return m_nodeAt[component] != kNoIndex; });
    }
    void settle(std::uint32_t n, std::vector<std::uint32_t>& finished);
    void finishReady(std::vector<std::uint32_t>& finished);
    void release(const std::vector<std::uint32_t>& sets);
    void useOfNode(std::uint32_t n, std::uint32_t layer, std::vector<std::uint32_t>& lastUse) const;
    void useOfSets(const std::vector<std::uint32_t>& sets, std::uint32_t layer,
                   std::vector<std::uint32_t>& lastUse) const;
    void clearUnused();

    System& m_out;
    const CompiledStructure& m_all;
    SystemOrder m_order;
    const SystemPreferences& m_before;
    const std::vector<JointBlock>& m_joints;
    std::vector<std::uint32_t> m_nodeAt;               // component -> node
    std::vector<std::vector<std::uint32_t>> m_around;  // per component
    std::vector<std::uint32_t> m_placeSlot;            // component -> slot
    std::vector<bool> m_done;                          // sets
    std::vector<std::uint32_t> m_missing;              // per set: members and sets to come
    std::vector<std::uint32_t> m_waits;                // per node: sets and nodes that come first
    std::vector<std::vector<std::uint32_t>> m_waiting; // per set: nodes that wait for it
    std::vector<std::vector<std::uint32_t>> m_next;    // per node: nodes that wait for it
    std::vector<std::uint32_t> m_ranks;                // per node, by place
    std::vector<std::uint32_t> m_jointOf;              // per node; kNoIndex: alone
    std::vector<bool> m_taken;                         // nodes
    Ready m_ready;
    std::set<std::uint32_t> m_stuck; // blocks
};

void Scheduler::markDecisive() {
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
std::vector<std::uint32_t> Scheduler::placeRanks() const {
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

void Scheduler::takePlaces(std::uint32_t n) {
    SystemNode& node = m_out.nodes[n];
    // Outermost first. A place that always comes with another around it need not be asked for while that one
    // is out.
    for (std::uint32_t p = m_all.firstPlace[node.component + 1]; p-- > m_all.firstPlace[node.component];) {
        const std::uint32_t place = m_all.places[p];
        const StructureComponent& component = m_all.components[place];
        if (component.modes.empty()) continue;
        if (m_placeSlot[place] == kNoIndex) {
            m_placeSlot[place] = newSlot();
            SystemLayer layer;
            layer.isPlace = true;
            layer.component = place;
            layer.slot = m_placeSlot[place];
            // What refuses while the outer one is out says nothing while this one is, too.
            for (const std::uint32_t outer : m_around[place])
                if (m_placeSlot[outer] != kNoIndex &&
                    m_all.refusesWhenOut[outer] <= m_all.refusesWhenOut[place])
                    layer.around.push_back(m_placeSlot[outer]);
            const std::vector<CompiledMode> modes(component.modes.size(), {NodeCondition::gone, 0, 0});
            layer.levels = systemLevels(modes, component, layer.levelOfMode);
            m_out.layers.push_back(std::move(layer));
        }
        node.places.push_back(m_placeSlot[place]);
        if (node.tellsSilence && !m_all.refusesWhenOut[place])
            node.silentPlaces.push_back(m_placeSlot[place]);
    }
}

void Scheduler::takeNode(std::uint32_t n) {
    takePlaces(n);
    const SystemNode& node = m_out.nodes[n];
    SystemLayer layer;
    layer.component = node.component;
    layer.node = n;
    layer.levels = node.levels;
    layer.levelOfMode = node.levelOfMode;
    layer.around = node.tellsSilence ? node.silentPlaces : node.places;
    settle(n, layer.finish);
    m_out.layers.push_back(std::move(layer));
    release(m_out.layers.back().finish);
}

// What follows once a node is known; nodes that wait for it, but not for the sets it finishes, may go on.
void Scheduler::settle(std::uint32_t n, std::vector<std::uint32_t>& finished) {
    m_taken[n] = true;
    for (const SystemMembership& in : m_out.nodes[n].memberships)
        --m_missing[in.set];
    for (const std::uint32_t later : m_next[n])
        if (--m_waits[later] == 0) offer(later);
    finishReady(finished);
}

void Scheduler::offer(std::uint32_t n) {
    const std::uint32_t set = m_out.nodes[n].memberships.empty() ? 0 : m_out.nodes[n].memberships[0].set;
    if (m_order == SystemOrder::bySet)
        m_ready.emplace(set, m_ranks[n], n);
    else
        m_ready.emplace(m_ranks[n], set, n);
}

void Scheduler::release(const std::vector<std::uint32_t>& sets) {
    for (const std::uint32_t s : sets)
        for (const std::uint32_t n : m_waiting[s])
            if (--m_waits[n] == 0) offer(n);
}

// All nodes of a block, one after the other as they wait for each other. False, with nothing changed: some
// wait for others outside.
bool Scheduler::takeBlock(std::uint32_t block) {
    const auto missing = m_missing, waits = m_waits;
    const auto done = m_done, taken = m_taken;
    const Ready ready = m_ready;
    SystemJoint& joint = m_out.joints[block];
    joint.steps.clear();
    std::vector<std::uint32_t> nodes;
    for (const std::uint32_t component : m_joints[block].components)
        if (m_nodeAt[component] != kNoIndex) nodes.push_back(m_nodeAt[component]);
    for (std::size_t i = 0; i < nodes.size();) {
        const std::uint32_t n = nodes[i++];
        if (m_taken[n] || m_waits[n] > 0) continue;
        joint.steps.push_back({n, {}});
        settle(n, joint.steps.back().finish);
        release(joint.steps.back().finish);
        i = 0; // it may have been what others waited for
    }
    if (joint.steps.size() == nodes.size()) return true;
    m_missing = missing;
    m_waits = waits;
    m_done = done;
    m_taken = taken;
    m_ready = ready;
    return false;
}

// A level in which it refuses.
std::uint32_t outLevelOf(SystemNode& node) {
    const auto out = std::find_if(node.levels.begin(), node.levels.end(),
                                  [](const SystemLevel& level) { return !level.works && !level.silent; });
    const auto at = u32(static_cast<std::size_t>(out - node.levels.begin()));
    if (out == node.levels.end()) node.levels.push_back({0, false, 0, 0});
    return at;
}

// The layer of a block: states that do the same to these nodes and groups are one level.
void Scheduler::addJointLayer(std::uint32_t block) {
    const JointBlock& from = m_joints[block];
    SystemJoint& joint = m_out.joints[block];
    for (const SystemJoint::Step& step : joint.steps)
        takePlaces(step.node);
    std::vector<std::uint32_t> groupOfPart;
    for (std::uint32_t p = 0; p < m_out.parts.size(); ++p)
        for (std::uint32_t g = 0; g < from.groups.size(); ++g)
            if (m_out.parts[p].rules.group == from.groups[g]) {
                joint.parts.push_back(p);
                groupOfPart.push_back(g);
            }
    SystemLayer layer;
    layer.joint = block;
    std::map<std::vector<std::uint32_t>, std::uint32_t> known;
    std::vector<std::uint32_t> effect;
    for (const JointState& state : from.states) {
        effect.clear();
        for (const SystemJoint::Step& step : joint.steps) {
            SystemNode& node = m_out.nodes[step.node];
            const auto at = std::find(from.components.begin(), from.components.end(), node.component);
            const ComponentState level = state.levels[static_cast<std::size_t>(at - from.components.begin())];
            effect.push_back(level == 0             ? 0
                             : level == kNotStarted ? outLevelOf(node)
                                                    : node.levelOfMode[level - 1U]);
        }
        for (const std::uint32_t group : groupOfPart)
            effect.push_back(state.interrupted[group]);
        for (const std::uint32_t group : groupOfPart) {
            const auto step =
                std::find_if(joint.steps.begin(), joint.steps.end(), [&](const SystemJoint::Step& one) {
                    return m_out.nodes[one.node].component == state.active[group];
                });
            effect.push_back(step == joint.steps.end()
                                 ? 0
                                 : u32(static_cast<std::size_t>(step - joint.steps.begin())) + 1);
        }
        const auto [at, isNew] = known.try_emplace(effect, u32(layer.levels.size()));
        if (isNew) {
            layer.levels.push_back({0, true, 1, 1});
            joint.levels.push_back(effect);
        }
        layer.levels[at->second].probability += state.probability;
        joint.levelOfState.push_back(at->second);
    }
    m_out.layers.push_back(std::move(layer));
}

void Scheduler::finishReady(std::vector<std::uint32_t>& finished) {
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
void Scheduler::findAround() {
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

void Scheduler::countWaits() {
    m_done.assign(m_out.sets.size(), false);
    m_missing.assign(m_out.sets.size(), 0);
    m_waits.assign(m_out.nodes.size(), 0);
    m_waiting.resize(m_out.sets.size());
    m_next.resize(m_out.nodes.size());
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
                ++m_waits[n];
                m_waiting[call.set].push_back(n);
            }
    for (const auto& [first, second] : m_before) {
        ++m_waits[second];
        m_next[first].push_back(second);
    }
}

void Scheduler::schedule() {
    markDecisive();
    findAround();
    countWaits();
    m_placeSlot.assign(m_all.components.size(), kNoIndex);
    m_taken.assign(m_out.nodes.size(), false);
    m_jointOf.assign(m_out.nodes.size(), kNoIndex);
    m_out.joints.resize(m_joints.size());
    for (std::uint32_t b = 0; b < m_joints.size(); ++b)
        for (const std::uint32_t component : m_joints[b].components)
            if (m_nodeAt[component] != kNoIndex) m_jointOf[m_nodeAt[component]] = b;
    m_ranks = placeRanks();
    for (std::uint32_t n = 0; n < m_out.nodes.size(); ++n)
        if (m_waits[n] == 0) offer(n);
    finishReady(m_out.finishFirst);
    release(m_out.finishFirst);
    while (!m_ready.empty()) {
        const std::uint32_t n = std::get<2>(*m_ready.begin());
        m_ready.erase(m_ready.begin());
        if (m_taken[n]) continue;
        if (m_jointOf[n] == kNoIndex)
            takeNode(n);
        else if (takeBlock(m_jointOf[n]))
            addJointLayer(m_jointOf[n]);
        else
            m_stuck.insert(m_jointOf[n]);
        // A block that had to wait is tried again whenever something else is known.
        if (m_taken[n])
            for (const std::uint32_t block : std::exchange(m_stuck, {}))
                offer(m_nodeAt[firstOf(block)]);
    }
    m_out.complete = std::all_of(m_taken.begin(), m_taken.end(), [](bool taken) { return taken; });
    clearUnused();
}

void Scheduler::useOfNode(std::uint32_t n, std::uint32_t layer, std::vector<std::uint32_t>& lastUse) const {
    for (const SystemMembership& in : m_out.nodes[n].memberships)
        for (const SystemCall& call : in.calls)
            for (const std::uint32_t value :
                 {m_out.sets[call.set].r, m_out.sets[call.set].carry, m_out.sets[call.set].reach})
                lastUse[value] = layer;
}

void Scheduler::useOfSets(const std::vector<std::uint32_t>& sets, std::uint32_t layer,
                          std::vector<std::uint32_t>& lastUse) const {
    for (const std::uint32_t s : sets) {
        for (const std::uint32_t own : m_out.sets[s].slots)
            lastUse[own] = layer;
        for (std::uint32_t b = m_out.sets[s].firstBlock; b < m_out.sets[s].endBlock; ++b)
            for (const CompiledLimit& limit : m_out.blocks[b].limits)
                for (const std::uint32_t value :
                     {m_out.sets[limit.set].r, m_out.sets[limit.set].carry, m_out.sets[limit.set].reach})
                    lastUse[value] = layer;
        for (const SystemPassing& passing : m_out.sets[s].passings)
            for (const SystemCall& call : passing.calls)
                for (const std::uint32_t value :
                     {m_out.sets[call.set].r, m_out.sets[call.set].carry, m_out.sets[call.set].reach})
                    lastUse[value] = layer;
    }
}

void Scheduler::clearUnused() {
    std::vector<std::uint32_t> lastUse(m_out.start.size(), kNoIndex);
    for (std::uint32_t l = 0; l < m_out.layers.size(); ++l) {
        const SystemLayer& layer = m_out.layers[l];
        if (layer.isPlace) lastUse[layer.slot] = l;
        for (const std::uint32_t place : layer.around)
            lastUse[place] = l;
        if (layer.joint == kNoIndex && !layer.isPlace)
            for (const std::uint32_t place : m_out.nodes[layer.node].places)
                lastUse[place] = l;
        if (layer.joint != kNoIndex) {
            for (const SystemJoint::Step& step : m_out.joints[layer.joint].steps) {
                for (const std::uint32_t place : m_out.nodes[step.node].places)
                    lastUse[place] = l;
                useOfNode(step.node, l, lastUse);
                useOfSets(step.finish, l, lastUse);
            }
        } else if (!layer.isPlace) {
            useOfNode(layer.node, l, lastUse);
        }
        useOfSets(layer.finish, l, lastUse);
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

void scheduleSystem(System& system, SystemOrder order, const SystemPreferences& before,
                    const std::vector<JointBlock>& blocks) {
    Scheduler(system, order, before, blocks).schedule();
}

} // namespace alwayson
