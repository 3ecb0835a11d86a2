#include "core/catalogue/catalogue.h"
#include "core/structure/analysis.h"
#include "core/structure/compiled.h"

#include <algorithm>

namespace alwayson {

namespace {

// Of a replication set: how busy its busiest member is, with the first `lost` members gone.
double storeUtilisation(const CompiledStructure& all, std::size_t g, std::size_t lost) {
    const StructureGroup& group = all.groups[g];
    if (group.members.size() <= lost) return -1;
    WriterMembers members;
    const std::uint32_t active = group.members[lost];
    members.found = true;
    members.success = 1;
    members.writeCapacity = all.writeCapacity[active];
    members.readCapacity = all.readCapacity[active];
    members.working = static_cast<double>(group.needed);
    for (std::size_t i = lost + 1; i < group.members.size(); ++i) {
        members.others += 1;
        members.othersReadCapacity += all.readCapacity[group.members[i]];
    }
    const GroupLoad& load = all.groupLoads[g];
    CompiledPart part;
    part.base = load.writes + load.reads;
    double most = 0;
    for (const bool writes : {true, false}) {
        if (!((writes ? load.writes : load.reads) > 0)) continue;
        part.writes = writes;
        most = std::max(most, part.base / writerWorth(group, load, part, members).carry);
    }
    return most;
}

// What those that serve can carry: the first so many of the members but one.
double servingCapacity(const CompiledStructure& all, const StructureGroup& group, std::uint32_t without) {
    double capacity = 0;
    std::uint32_t serving = 0;
    for (const std::uint32_t member : group.members) {
        if (member == without || serving == group.serving) continue;
        capacity += all.capacity[member];
        ++serving;
    }
    return capacity;
}

std::uint32_t busiestOf(const CompiledStructure& all, const StructureGroup& group) {
    std::uint32_t busiest = group.members.front();
    for (const std::uint32_t m : group.members)
        if (all.load[m] > all.load[busiest] ||
            (all.load[m] == all.load[busiest] && all.capacity[m] > all.capacity[busiest]))
            busiest = m;
    return busiest;
}

Load groupLoad(const CompiledStructure& all, std::size_t g) {
    const StructureGroup& group = all.groups[g];
    Load sum{group.id, 0, 0, 0, -1.0};
    for (const std::uint32_t member : group.members)
        sum.requestsPerSecond += all.load[member];
    if (group.rule == GroupRule::oneWriter) {
        sum.utilisation = storeUtilisation(all, g, 0);
        sum.utilisationWithoutOne = storeUtilisation(all, g, 1);
        for (const std::uint32_t member : group.members)
            sum.capacityPerSecond += all.capacity[member];
        if (sum.utilisation > 0) sum.capacityPerSecond = sum.requestsPerSecond / sum.utilisation;
        return sum;
    }
    sum.capacityPerSecond = servingCapacity(all, group, kNoIndex);
    sum.utilisation = sum.requestsPerSecond / sum.capacityPerSecond;
    if (group.members.size() > 1)
        sum.utilisationWithoutOne =
            sum.requestsPerSecond / servingCapacity(all, group, busiestOf(all, group));
    return sum;
}

} // namespace

std::vector<Load> loadsOf(const Design& design, const StateFunction& function) {
    const CompiledStructure& all = StructureAccess::of(function);
    std::vector<Load> loads;
    std::vector<std::size_t> at(all.nodeCount, kNoIndex);
    for (std::size_t n = 0; n < all.nodeCount; ++n) {
        const Node& node = design.nodes.at(n);
        if (hasRole(node, "client")) continue;
        at[n] = loads.size();
        loads.push_back(
            {node.id.str(), all.load[n], all.capacity[n], all.load[n] / all.capacity[n], std::nullopt});
        if (hasMechanism(node, "queue")) loads.back().why = all.capacityWhy[n];
    }
    for (std::size_t g = 0; g < all.groups.size(); ++g) {
        if (all.groups[g].members.empty()) continue;
        Load sum = groupLoad(all, g);
        for (const std::uint32_t member : all.groups[g].members)
            if (at[member] != kNoIndex) loads[at[member]].utilisationWithoutOne = sum.utilisationWithoutOne;
        loads.push_back(std::move(sum));
    }
    return loads;
}

} // namespace alwayson
