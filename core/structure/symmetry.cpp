#include "core/structure/symmetry.h"

#include "core/structure/joint.h"

#include <algorithm>
#include <map>

namespace alwayson {

namespace {

constexpr double kSeparator = -1;

void addModes(const CompiledStructure& all, std::size_t component, std::vector<double>& key) {
    for (std::size_t m = 0; m < all.components[component].modes.size(); ++m) {
        const CompiledMode& mode = all.modes[all.firstMode[component] + m];
        const ResolvedFailureMode& resolved = all.components[component].modes[m];
        key.insert(key.end(), {static_cast<double>(mode.condition), mode.success, mode.capacity,
                               resolved.timeToFailure.mean(), resolved.repair.mean(),
                               static_cast<double>(resolved.effect)});
    }
    key.push_back(kSeparator);
}

// Members of which one is chosen have different loads and can be exchanged all the same.
struct PlaceInGroup {
    std::uint32_t group = kNoIndex, rank = 0;
};
std::vector<PlaceInGroup> placesInGroups(const CompiledStructure& all) {
    std::vector<PlaceInGroup> places(all.nodeCount);
    for (std::uint32_t g = 0; g < all.groups.size(); ++g)
        for (std::uint32_t i = 0; i < all.groups[g].members.size(); ++i)
            places[all.groups[g].members[i]] = {g, i};
    return places;
}
void addPlaceInGroup(const CompiledStructure& all, const PlaceInGroup& at, std::uint32_t node,
                     std::vector<double>& key) {
    const StructureGroup* group = at.group == kNoIndex ? nullptr : &all.groups[at.group];
    if (!group || (group->rule == GroupRule::share && group->serving == group->members.size())) {
        key.push_back(all.load[node]);
        return;
    }
    const bool shares = group->rule == GroupRule::share;
    key.insert(key.end(), {kSeparator, static_cast<double>(at.group),
                           static_cast<double>(at.rank < (shares ? group->serving : group->candidates)),
                           all.readCapacity[node], all.writeCapacity[node]});
}

SymmetryClass classOf(const CompiledStructure& all, std::uint32_t component) {
    SymmetryClass one;
    one.isPlace = component >= all.nodeCount;
    const StructureComponent& thing = all.components[component];
    for (std::size_t m = 0; m < thing.modes.size(); ++m) {
        if (!one.isPlace && all.modes[all.firstMode[component] + m].condition == NodeCondition::works)
            continue;
        one.unavailability += thing.modeProbability(m);
        const auto state = static_cast<ComponentState>(m + 1);
        if (one.down == 0) one.down = state;
        if (!all.tellsSilence[component]) continue;
        const bool silent = isSilent(all.modes[all.firstMode[component] + m].condition);
        ComponentState& first = silent ? one.down : one.refusing;
        if (first == 0 || (silent && one.silence == 0)) first = state;
        if (silent) one.silence += thing.modeProbability(m);
    }
    if (one.silence == 0 || one.refusing == 0) {
        one.silence = 0;
        one.refusing = 0;
    }
    return one;
}

} // namespace

std::vector<SymmetryClass> symmetryClasses(const CompiledStructure& all) {
    std::vector<std::vector<double>> keys(all.nodeCount);
    std::vector<bool> used(all.nodeCount, false);
    for (const CompiledProgram& program : all.programs) {
        for (const CompiledStep& step : program.steps) {
            if (step.isSet) continue;
            const CompiledNode& node = program.nodes[step.index];
            used[node.component] = true;
            auto& key = keys[node.component];
            key.push_back(static_cast<double>(&program - all.programs.data()));
            for (std::uint32_t c = node.firstCall; c < node.endCall; ++c) {
                if (program.calls[c].optional) continue;
                const CompiledSet& set = program.sets[program.calls[c].set];
                key.push_back(set.same == kNoIndex ? program.calls[c].set : set.same);
                key.push_back(program.calls[c].calls);
                key.push_back(set.survivesRefused);
            }
            key.push_back(kSeparator);
        }
        for (const CompiledStep& step : program.steps) {
            if (!step.isSet) continue;
            const CompiledSet& set = program.sets[step.index];
            for (std::uint32_t p = set.firstPart; p < set.endPart; ++p)
                for (std::uint32_t b = program.parts[p].firstBlock; b < program.parts[p].endBlock; ++b)
                    for (std::uint32_t m = program.blocks[b].firstMember; m < program.blocks[b].endMember;
                         ++m) {
                        auto& key = keys[program.nodes[program.members[m].node].component];
                        key.insert(key.end(), {static_cast<double>(step.index), static_cast<double>(b)});
                    }
        }
    }
    for (const CompiledProgram& program : all.programs)
        used[program.client] = false;
    const std::vector<PlaceInGroup> placeInGroup = placesInGroups(all);
    std::vector<SymmetryClass> classes;
    std::map<std::vector<double>, std::size_t> known;
    for (std::uint32_t n = 0; n < all.nodeCount; ++n) {
        if (!used[n]) continue;
        auto& key = keys[n];
        key.insert(key.end(), {kSeparator, all.capacity[n]});
        addPlaceInGroup(all, placeInGroup[n], n, key);
        addModes(all, n, key);
        key.insert(key.end(), all.places.begin() + all.firstPlace[n],
                   all.places.begin() + all.firstPlace[n + 1]);
        const auto [at, isNew] = known.try_emplace(std::move(key), classes.size());
        if (isNew) classes.push_back(classOf(all, n));
        classes[at->second].members.push_back(n);
    }
    for (std::uint32_t d = all.nodeCount; d < all.components.size(); ++d) {
        classes.push_back(classOf(all, d));
        classes.back().members.push_back(d);
    }
    return classes;
}

std::vector<std::uint32_t> exchangeableParts(const StateFunction& function) {
    const CompiledStructure& all = StructureAccess::of(function);
    std::vector<std::uint32_t> numbers(all.components.size());
    std::uint32_t next = 0;
    for (; next < numbers.size(); ++next)
        numbers[next] = next;
    for (const SymmetryClass& one : symmetryClasses(all)) {
        for (const std::uint32_t member : one.members)
            numbers[member] = next;
        ++next;
    }
    return numbers;
}

} // namespace alwayson
