#include "core/structure/system.h"
#include "core/structure/system_schedule.h"

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
    SystemMaker(const CompiledStructure& structure, const std::vector<JointBlock>& blocks)
        : m_all(structure), m_joints(blocks) {}

    System make(const std::vector<std::pair<std::uint32_t, double>>& goals, SystemOrder order) {
        m_out.structure = &m_all;
        m_nodeAt.assign(m_all.components.size(), kNoIndex);
        for (const auto& [program, threshold] : goals)
            addProgram(m_all.programs[program], threshold);
        markBehindCaches();
        for (std::uint32_t s = 0; s < m_out.sets.size(); ++s)
            giveSlots(s);
        scheduleSystem(m_out, order, m_before, m_joints);
        return std::move(m_out);
    }

private:
    std::uint32_t slot(double value) {
        m_out.start.push_back(value);
        return u32(m_out.start.size() - 1);
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
        node.tellsSilence = m_all.tellsSilence[component];
        node.levels = systemLevels(modes, m_all.components[component], node.levelOfMode, node.tellsSilence);
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
            if (from.looksAside) break; // what a cache calls depends on whether it works
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
        m_survivesSilence = from.survivesSilence;
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
        if (!from.looksAside) return;
        to.plain = false;
        to.pastR = to.pastReach = 0; // given a slot later
        if (from.keepsWaiting || from.passesShare) to.passed = to.silent = 0;
        if (from.passesShare) to.errs = 0;
        to.passesShare = from.passesShare;
        to.attempts = from.attempts;
        if (from.passesShare) addPassings(program, from, callsOf, to);
    }

    static void addPassings(const CompiledProgram& program, const CompiledSet& from,
                            const std::vector<std::vector<SystemCall>>& callsOf, SystemSet& to) {
        const auto same = [](const SystemCall& a, const SystemCall& b) {
            return equal(a, b) && a.passedCalls == b.passedCalls && a.morePerRead == b.morePerRead;
        };
        for (std::uint32_t m = from.firstMember; m < from.endMember; ++m) {
            const std::uint32_t node = program.members[m].node;
            const double reads = program.nodes[node].readsOfGroup;
            const auto& calls = callsOf[node];
            if (std::none_of(to.passings.begin(), to.passings.end(), [&](const SystemPassing& known) {
                    return known.readsOfGroup == reads && std::equal(known.calls.begin(), known.calls.end(),
                                                                     calls.begin(), calls.end(), same);
                }))
                to.passings.push_back({calls, reads});
        }
    }

    // All sets that a cache which is looked aside calls, and those that these call.
    void markBehindCaches() {
        bool changed = true;
        const auto mark = [&](std::uint32_t set) {
            changed = changed || !m_out.sets[set].behindCache;
            m_out.sets[set].behindCache = true;
        };
        while (changed) {
            changed = false;
            for (const SystemNode& node : m_out.nodes)
                for (const SystemMembership& in : node.memberships)
                    if (in.passedBy || m_out.sets[in.set].behindCache)
                        for (const SystemCall& call : in.calls)
                            mark(call.set);
            for (std::uint32_t s = 0; s < m_out.sets.size(); ++s)
                for (const SystemConsumer& consumer : m_out.sets[s].consumers)
                    if (!consumer.toGoal && m_out.sets[consumer.set].behindCache) mark(s);
        }
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
            membership.survivesSilence = m_survivesSilence;
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
        const bool shares = (hasShares(s) && !onlyVotes(set)) || set.silent != kNoIndex,
                   carries = set.load > 0 || needed;
        for (std::uint32_t p = set.firstPart; p < set.endPart; ++p) {
            SystemPart& part = m_out.parts[p];
            part.usable = own(0);
            if (isInterrupted(part.rules.group)) part.interrupted = own(0);
            if (isInterrupted(part.rules.group) && part.rules.rule != GroupRule::share) part.active = own(0);
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
        if (set.silent != kNoIndex) {
            set.passed = own(0);
            set.silent = own(0);
            if (set.errs != kNoIndex) set.errs = own(0);
        }
        if (!needed) return;
        set.r = slot(0);
        set.carry = slot(0);
        set.reach = slot(0);
    }
    bool onlyVotes(const SystemSet& set) const {
        for (std::uint32_t p = set.firstPart; p < set.endPart; ++p)
            if (!votes(m_all.groups, m_out.parts[p].rules)) return false;
        return set.firstPart < set.endPart;
    }
    bool isInterrupted(std::uint32_t group) const {
        return group != kNoIndex &&
               std::any_of(m_joints.begin(), m_joints.end(), [&](const JointBlock& block) {
                   return std::find(block.groups.begin(), block.groups.end(), group) != block.groups.end();
               });
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

    const CompiledStructure& m_all;
    const std::vector<JointBlock>& m_joints;
    System m_out;
    std::vector<std::uint32_t> m_setAt;  // of the program at hand
    std::vector<std::uint32_t> m_nodeAt; // component -> node
    bool m_survivesSilence = false;      // of the set at hand
    std::set<std::uint32_t> m_valueNeeded;
    SystemPreferences m_before;
};

} // namespace

std::vector<SystemLevel> systemLevels(const std::vector<CompiledMode>& modes,
                                      const StructureComponent& component,
                                      std::vector<std::uint32_t>& levelOfMode, bool tellsSilence) {
    std::vector<SystemLevel> levels;
    levels = {{component.availability(), true, 1, 1}};
    for (std::size_t m = 0; m < modes.size(); ++m) {
        const bool works = modes[m].condition == NodeCondition::works && modes[m].success > 0;
        const SystemLevel wanted{0, works, works ? modes[m].success : 0, works ? modes[m].capacity : 0,
                                 tellsSilence && isSilent(modes[m].condition)};
        std::size_t l = 1;
        while (l < levels.size() &&
               !(levels[l].works == wanted.works && levels[l].success == wanted.success &&
                 levels[l].capacity == wanted.capacity && levels[l].silent == wanted.silent))
            ++l;
        if (l == levels.size()) levels.push_back(wanted);
        levels[l].probability += component.modeProbability(m);
        levelOfMode.push_back(u32(l));
    }
    return levels;
}

System makeSystem(const CompiledStructure& structure,
                  const std::vector<std::pair<std::uint32_t, double>>& goals, SystemOrder order,
                  const std::vector<JointBlock>& blocks) {
    return SystemMaker(structure, blocks).make(goals, order);
}

} // namespace alwayson
