#include "core/structure/diagram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace alwayson {

namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// The slots of one state at work: applies levels and finishes sets.
class Kernel {
public:
    explicit Kernel(const System& system) : m_system(system) {}

    // What a node does in this state; out: its place is, so it does not work. A node that does not work and
    // is no cache changes nothing.
    void apply(double* slots, const SystemNode& node, const SystemLevel& level, bool out) const {
        const bool works = level.works && !out;
        if (!works && !node.counts) return;
        const bool silent = level.silent || (out && saysNothing(slots, node));
        for (const SystemMembership& in : node.memberships) {
            const SystemPart& part = m_system.parts[in.part];
            // Of a group that serves nothing its members that work are passed by as well.
            const bool mayCount = part.rules.needed > 0 || part.interrupted != kNoIndex;
            if (in.passedBy && (!works || mayCount) && (in.survivesSilence || !silent)) passBy(slots, in);
            if (!works) {
                const SystemSet& set = m_system.sets[in.set];
                if (set.silent != kNoIndex && asksInTurn(part.rules))
                    slots[silent && !in.survivesSilence ? set.silent : set.passed] += 1;
                continue;
            }
            double r = level.success, reach = kUnlimited;
            if (in.passedBy && level.success < 1) {
                r = 1;
                if (const SystemSet& set = m_system.sets[in.set];
                    set.errs != kNoIndex && asksInTurn(part.rules))
                    slots[set.errs] += 1 - level.success;
                passCalls(slots, in.calls, 1 - level.success, in.reads, r, reach);
            } else {
                for (const SystemCall& call : in.calls) {
                    const SystemSet& target = m_system.sets[call.set];
                    pushCall(slots[target.r], slots[target.carry], slots[target.reach], target.load,
                             call.calls, call.limitsMembers, r, reach);
                }
            }
            if (part.rules.rule == GroupRule::oneWriter)
                addToStore(slots, part, in, node, level, r);
            else if (takesPart(slots, part, in, r))
                addToShare(slots, part, in, node, level, r, reach);
        }
    }

    bool finish(double* slots, std::uint32_t s) const {
        const SystemSet& set = m_system.sets[s];
        double success = 0, usable = 0, carry = 0, reach = 0;
        double passed = set.silent == kNoIndex ? 0 : slots[set.passed];
        const double silent = set.silent == kNoIndex ? 0 : slots[set.silent];
        bool plain = false;
        for (std::uint32_t p = set.firstPart; p < set.endPart; ++p) {
            const SystemPart& part = m_system.parts[p];
            const PartWorth worth = part.rules.rule == GroupRule::oneWriter ? storeWorth(slots, part)
                                                                            : sharedWorth(slots, set, p);
            if (worth.usable == 0) {
                if (asksInTurn(part.rules)) passed += slots[part.usable];
                continue;
            }
            // Without shares, counts stop early; every usable member then has success 1.
            const bool counted = part.success != kNoIndex;
            usable += counted ? worth.usable : 0;
            success += counted ? worth.success : 0;
            plain = plain || !counted;
            reach = std::max(reach, worth.reach);
            carry += worth.carry;
        }
        passed = std::floor(passed / set.attempts);
        if (usable > 0 && (silent > 0 || passed > 0)) { // as StateFunction
            success += passed > 0 ? passed * slots[set.pastR] : 0;
            usable += passed + silent;
        }
        const double behind = set.passesShare ? passed + slots[set.errs] : 0;
        if (usable > 0 && behind > 0) {
            double r = 1;
            for (const SystemPassing& passing : set.passings)
                passCalls(slots, passing.calls, behind / usable, passing.readsOfGroup, r, reach);
        }
        double r = usable > 0 ? success / usable : plain ? 1 : 0;
        r *= slots[set.hoistedR];
        reach = std::min(reach, slots[set.hoistedReach]);
        if (usable == 0 && !plain && set.pastR != kNoIndex) {
            r = slots[set.pastR];
            if (silent > 0) r *= passed / (passed + silent);
            carry = kUnlimited;
            reach = slots[set.pastReach];
        }
        if (r == 0) carry = reach = 0;
        if (r == 0 && set.decisive) return false;
        if (set.r != kNoIndex) {
            slots[set.r] = r;
            slots[set.carry] = carry;
            slots[set.reach] = reach;
        }
        for (const SystemConsumer& to : set.consumers) {
            const std::uint32_t rSlot = to.toGoal ? m_system.goals[to.set].r : m_system.sets[to.set].hoistedR;
            const std::uint32_t reachSlot =
                to.toGoal ? m_system.goals[to.set].reach : m_system.sets[to.set].hoistedReach;
            pushCall(r, carry, reach, set.load, to.calls, to.limitsMembers, slots[rSlot], slots[reachSlot]);
            if (to.toGoal && !isMet(slots, m_system.goals[to.set])) return false;
        }
        return true;
    }

    // The nodes and groups of a block in one of its levels. False: the goal is missed for certain.
    bool applyJoint(double* slots, const SystemJoint& joint, const std::vector<std::uint32_t>& level) const {
        for (std::size_t p = 0; p < joint.parts.size(); ++p) {
            const SystemPart& part = m_system.parts[joint.parts[p]];
            slots[part.interrupted] = level[joint.steps.size() + p];
            if (part.active != kNoIndex)
                slots[part.active] = activeRank(slots, joint, joint.parts[p],
                                                level[joint.steps.size() + joint.parts.size() + p]);
        }
        for (std::size_t i = 0; i < joint.steps.size(); ++i) {
            const SystemNode& node = m_system.nodes[joint.steps[i].node];
            const bool out = isOut(slots, node);
            apply(slots, node, node.levels[level[i]], out);
            for (const std::uint32_t set : joint.steps[i].finish)
                if (!finish(slots, set)) return false;
        }
        return true;
    }

    static bool isOut(const double* slots, const SystemNode& node) {
        return std::any_of(node.places.begin(), node.places.end(),
                           [&](std::uint32_t place) { return slots[place] != 0; });
    }
    static bool isMet(const double* slots, const SystemGoal& goal) {
        return slots[goal.r] * std::min(1.0, slots[goal.reach]) >= goal.threshold - kUpSlack;
    }

private:
    static bool saysNothing(const double* slots, const SystemNode& node) {
        return std::any_of(node.silentPlaces.begin(), node.silentPlaces.end(),
                           [&](std::uint32_t place) { return slots[place] != 0; });
    }
    // Rank + 1 of the active one, `step` - 1; 0 when its place is out.
    double activeRank(const double* slots, const SystemJoint& joint, std::uint32_t part,
                      std::uint32_t step) const {
        if (step == 0) return 0;
        const SystemNode& node = m_system.nodes[joint.steps[step - 1].node];
        if (isOut(slots, node)) return 0;
        for (const SystemMembership& in : node.memberships)
            if (in.part == part) return in.rank + 1;
        return 0;
    }
    // Is this member the one that serves? It is known to work.
    bool isActive(const double* slots, const SystemPart& part, std::uint32_t rank) const {
        if (part.active != kNoIndex && slots[part.active] != 0) return slots[part.active] == rank + 1;
        return slots[part.usable] == 0 && rank < m_system.structure->groups[part.rules.group].candidates;
    }
    static void pushCall(double targetR, double targetCarry, double targetReach, double load, double calls,
                         bool limitsMembers, double& r, double& reach) {
        r *= callSuccess(targetR, calls);
        if (!(targetR > 0)) return;
        double through = targetReach;
        if (!limitsMembers && load > 0) through = std::min(through, targetCarry / load);
        reach = std::min(reach, callReach(through, calls));
    }
    void passCalls(const double* slots, const std::vector<SystemCall>& calls, double share, double reads,
                   double& r, double& reach) const {
        for (const SystemCall& call : calls) {
            const SystemSet& target = m_system.sets[call.set];
            passCall(call, share, reads, slots[target.r], slots[target.carry], slots[target.reach],
                     target.load, r, reach);
        }
    }
    void passBy(double* slots, const SystemMembership& in) const {
        double r = 1, reach = kUnlimited;
        passCalls(slots, in.calls, 1, in.readsOfGroup, r, reach);
        const SystemSet& set = m_system.sets[in.set];
        slots[set.pastR] = std::max(slots[set.pastR], r);
        slots[set.pastReach] = std::max(slots[set.pastReach], reach);
    }

    // One active: the first candidate, whatever it is worth. Members that stand by: only when it is their
    // turn.
    bool takesPart(double* slots, const SystemPart& part, const SystemMembership& in, double r) const {
        if (part.rules.rule == GroupRule::oneActive) return isActive(slots, part, in.rank);
        return r > 0 && (part.rules.serving == kNoIndex || slots[part.usable] < part.rules.serving);
    }
    void addToShare(double* slots, const SystemPart& part, const SystemMembership& in, const SystemNode& node,
                    const SystemLevel& level, double r, double reach) const {
        slots[part.usable] = std::min(slots[part.usable] + 1, part.mostUsable);
        if (part.success != kNoIndex) slots[part.success] += r;
        if (part.reach != kNoIndex) slots[part.reach] = std::max(slots[part.reach], reach);
        const SystemBlock& block = m_system.blocks[in.block];
        if (block.carry == kNoIndex) return;
        const SystemSet& set = m_system.sets[in.set];
        double& carry = slots[block.carry];
        carry += node.capacity * level.capacity;
        // More than all of the load makes no difference, but where a lost cache would bring more.
        if (set.r == kNoIndex && !set.behindCache) carry = std::min(carry, set.load);
    }
    void addToStore(double* slots, const SystemPart& part, const SystemMembership& in, const SystemNode& node,
                    const SystemLevel& level, double r) const {
        const StructureGroup& group = m_system.structure->groups[part.rules.group];
        if (part.working != kNoIndex)
            slots[part.working] = std::min<double>(slots[part.working] + 1, group.needed);
        const bool active = isActive(slots, part, in.rank);
        const bool carries = part.othersCapacity != kNoIndex;
        if (active) {
            slots[part.usable] = 1;
            if (part.success != kNoIndex) slots[part.success] = r;
            if (!carries) return;
            slots[part.writeCapacity] = node.writeCapacity * level.capacity;
            slots[part.readCapacity] = node.readCapacity * level.capacity;
        } else if (r > 0) {
            slots[part.others] += 1;
            if (part.othersSuccess != kNoIndex) slots[part.othersSuccess] += r;
            if (carries) slots[part.othersCapacity] += node.readCapacity * level.capacity;
        }
    }

    PartWorth storeWorth(const double* slots, const SystemPart& part) const {
        const auto value = [&](std::uint32_t slot, double none) {
            return slot == kNoIndex ? none : slots[slot];
        };
        WriterMembers members;
        members.success = value(part.success, 1);
        members.found = slots[part.usable] > 0 && members.success > 0;
        members.writeCapacity = value(part.writeCapacity, kUnlimited);
        members.readCapacity = value(part.readCapacity, kUnlimited);
        members.others = slots[part.others];
        members.othersSuccess = value(part.othersSuccess, members.others);
        members.othersReadCapacity = value(part.othersCapacity, kUnlimited);
        members.working = value(part.working, 0);
        if (value(part.interrupted, 0) != 0) {
            if (part.rules.writes) return {};
            members.others += members.found;
            members.othersSuccess += members.found ? members.success : 0;
            members.othersReadCapacity += members.found ? members.readCapacity : 0;
            members.found = false;
        }
        return writerWorth(m_system.structure->groups[part.rules.group],
                           m_system.structure->groupLoads[part.rules.group], part.rules, members);
    }
    PartWorth sharedWorth(const double* slots, const SystemSet& set, std::uint32_t p) const {
        const SystemPart& part = m_system.parts[p];
        PartWorth worth;
        if (part.interrupted != kNoIndex && slots[part.interrupted] != 0) return worth;
        worth.usable = slots[part.usable];
        worth.success = part.success == kNoIndex ? worth.usable : slots[part.success];
        if (votes(m_system.structure->groups, part.rules)) worth.success = worth.usable;
        worth.reach = part.reach == kNoIndex ? kUnlimited : slots[part.reach];
        if (worth.usable < part.rules.needed || worth.success == 0) return {};
        worth.carry = part.rules.needed > 0 ? kUnlimited : partCarry(slots, set, p);
        return worth;
    }
    double partCarry(const double* slots, const SystemSet& set, std::uint32_t part) const {
        double carry = 0;
        for (std::uint32_t b = set.firstBlock; b < set.endBlock; ++b) {
            const SystemBlock& block = m_system.blocks[b];
            if (block.part != part) continue;
            double here = block.carry == kNoIndex ? kUnlimited : slots[block.carry];
            for (const CompiledLimit& limit : block.limits) {
                const SystemSet& behind = m_system.sets[limit.set];
                if (slots[behind.r] > 0) here = std::min(here, slots[behind.carry] * limit.perUnit);
            }
            carry += here;
        }
        return carry;
    }

    const System& m_system;
};

// The states of one layer, found again by their slots up to rounding.
class StateTable {
public:
    explicit StateTable(std::size_t slots) : m_slots(slots) { clear(); }

    void clear() {
        m_values.clear();
        m_hashes.clear();
        m_table.assign(std::max<std::size_t>(64, m_table.size()), 0);
    }
    std::size_t size() const { return m_hashes.size(); }
    const double* at(std::size_t state) const { return m_values.data() + state * m_slots; }

    std::uint32_t find(const double* slots) {
        std::uint64_t hash = 0x9e3779b97f4a7c15ULL;
        for (std::size_t i = 0; i < m_slots; ++i)
            hash = (std::rotl(hash, 23) ^ rounded(slots[i])) * 0xff51afd7ed558ccdULL;
        hash ^= hash >> 29;
        if (m_hashes.size() * 2 >= m_table.size()) grow();
        for (std::size_t at = hash & (m_table.size() - 1);; at = (at + 1) & (m_table.size() - 1)) {
            if (m_table[at] == 0) {
                m_table[at] = static_cast<std::uint32_t>(m_hashes.size() + 1);
                m_values.insert(m_values.end(), slots, slots + m_slots);
                m_hashes.push_back(hash);
                return m_table[at] - 1;
            }
            const std::uint32_t state = m_table[at] - 1;
            if (m_hashes[state] == hash && equal(this->at(state), slots)) return state;
        }
    }
    void swap(StateTable& other) {
        m_values.swap(other.m_values);
        m_hashes.swap(other.m_hashes);
        m_table.swap(other.m_table);
    }

private:
    // 36 bits of the mantissa: sums in another order are the same sum.
    static std::uint64_t rounded(double value) {
        return (std::bit_cast<std::uint64_t>(value) + 0x8000U) & ~std::uint64_t{0xffff};
    }
    bool equal(const double* a, const double* b) const {
        for (std::size_t i = 0; i < m_slots; ++i)
            if (rounded(a[i]) != rounded(b[i])) return false;
        return true;
    }
    void grow() {
        m_table.assign(m_table.size() * 2, 0);
        for (std::size_t s = 0; s < m_hashes.size(); ++s) {
            std::size_t at = m_hashes[s] & (m_table.size() - 1);
            while (m_table[at] != 0)
                at = (at + 1) & (m_table.size() - 1);
            m_table[at] = static_cast<std::uint32_t>(s + 1);
        }
    }
    std::size_t m_slots;
    std::vector<double> m_values;
    std::vector<std::uint64_t> m_hashes;
    std::vector<std::uint32_t> m_table;
};

} // namespace

Diagram::Outcome Diagram::build(const System& system, double leaveOut, std::size_t budget,
                                const std::stop_token& stop) {
    *this = {};
    const Kernel kernel(system);
    const std::size_t slots = system.start.size();
    StateTable now(slots), next(slots);
    std::vector<double> work = system.start;
    for (const std::uint32_t s : system.finishFirst)
        if (!kernel.finish(work.data(), s)) m_downAtStart = 1;
    for (const SystemGoal& goal : system.goals)
        if (!Kernel::isMet(work.data(), goal)) m_downAtStart = 1;
    if (m_downAtStart == 0) now.find(work.data());
    m_prefix = {0};
    m_reach.assign(now.size(), 1);
    for (const SystemLayer& layer : system.layers) {
        if (stop.stop_requested()) return Outcome::cancelled;
        const std::size_t first = m_prefix.back(), end = first + now.size(), levels = layer.levels.size();
        m_edgesAt.push_back(m_children.size());
        m_levels.push_back(levels);
        m_prefix.push_back(end);
        m_children.resize(m_children.size() + now.size() * levels, kCut);
        next.clear();
        const bool lastLayer = m_prefix.size() == system.layers.size() + 1;
        for (std::size_t state = 0; state < now.size(); ++state) {
            const double reach = m_reach[first + state];
            if (reach < leaveOut) {
                m_leftOut += reach;
                continue;
            }
            std::uint32_t* children = m_children.data() + m_edgesAt.back() + state * levels;
            const bool joint = layer.joint != kNoIndex;
            const SystemNode* node = layer.isPlace || joint ? nullptr : &system.nodes[layer.node];
            const double* from = now.at(state);
            const bool out = std::any_of(layer.around.begin(), layer.around.end(),
                                         [&](std::uint32_t place) { return from[place] != 0; });
            for (std::size_t l = 0; l < levels; ++l) {
                if (out && l > 0) { // the place around it decides, whatever this does
                    children[l] = children[0];
                } else {
                    std::copy(from, from + slots, work.begin());
                    bool open = true;
                    if (joint)
                        open = kernel.applyJoint(work.data(), system.joints[layer.joint],
                                                 system.joints[layer.joint].levels[l]);
                    else if (!node)
                        work[layer.slot] = l == 0 ? 0 : 1;
                    else
                        kernel.apply(work.data(), *node, layer.levels[l],
                                     node->tellsSilence ? Kernel::isOut(work.data(), *node) : out);
                    for (std::size_t f = 0; open && f < layer.finish.size(); ++f)
                        open = kernel.finish(work.data(), layer.finish[f]);
                    for (const auto& [a, b] : layer.clear)
                        std::copy(system.start.begin() + a, system.start.begin() + b, work.begin() + a);
                    children[l] = !open       ? kDown
                                  : lastLayer ? kUp
                                              : static_cast<std::uint32_t>(end + next.find(work.data()));
                }
                if (children[l] < kUp) {
                    m_reach.resize(end + next.size(), 0);
                    m_reach[children[l]] += reach * layer.levels[l].probability;
                }
            }
            if (end + next.size() > budget) return Outcome::tooLarge;
        }
        now.swap(next);
    }
    propagateUp(system);
    return Outcome::done;
}

void Diagram::propagateUp(const System& system) {
    m_value.assign(m_prefix.back(), 0);
    for (std::size_t layer = system.layers.size(); layer-- > 0;) {
        const auto& levels = system.layers[layer].levels;
        for (std::size_t node = m_prefix[layer]; node < m_prefix[layer + 1]; ++node) {
            const std::uint32_t* children =
                m_children.data() + m_edgesAt[layer] + (node - m_prefix[layer]) * levels.size();
            double value = 0;
            bool same =
                true; // then the value is exactly theirs: probabilities add up to 1 only up to rounding
            for (std::size_t l = 0; l < levels.size(); ++l) {
                value += levels[l].probability * valueOf(children[l]);
                same = same && valueOf(children[l]) == valueOf(children[0]);
            }
            m_value[node] = same ? valueOf(children[0]) : value;
        }
    }
    m_down = m_downAtStart > 0 ? 1 : m_value.empty() ? 0 : m_value[0];
}

double Diagram::difference(std::size_t layer, std::size_t level, std::size_t from) const {
    double sum = 0;
    const std::size_t levels = m_levels[layer];
    for (std::size_t node = m_prefix[layer]; node < m_prefix[layer + 1]; ++node) {
        const std::uint32_t* children =
            m_children.data() + m_edgesAt[layer] + (node - m_prefix[layer]) * levels;
        if (children[level] != children[from])
            sum += m_reach[node] * (valueOf(children[level]) - valueOf(children[from]));
    }
    return sum;
}

} // namespace alwayson
