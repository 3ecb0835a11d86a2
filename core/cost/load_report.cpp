#include "core/cost/load_report.h"

#include "core/catalogue/catalogue.h"

#include <algorithm>
#include <limits>
#include <map>

namespace alwayson {

namespace {

Load loadOf(const std::string& id, double rate, double capacity) {
    return {id, rate, capacity, capacity > 0 ? rate / capacity : 0, std::nullopt};
}

struct Members {
    std::vector<std::size_t> nodes;
    double rate = 0;
    double weakest = std::numeric_limits<double>::infinity();
};

Members membersWithLoad(const Design& design, const Group& group, const StaticLoad& load,
                        const std::vector<double>& capacity) {
    Members members;
    for (std::size_t i = 0; i < design.nodes.size(); ++i) {
        if (design.nodes.at(i).group != group.id) continue;
        members.nodes.push_back(i);
        members.rate += load.requestsPerS[i];
        members.weakest = std::min(members.weakest, capacity[i]);
    }
    return members;
}

} // namespace

std::vector<Load> loadReport(const Design& design, const NormalOperation& normal) {
    const StaticLoad& load = normal.load;
    std::vector<double> capacity;
    std::vector<bool> called(design.nodes.size(), false);
    for (const CarriedRate& rate : normal.carried)
        capacity.push_back(rate.perSecond);
    for (const LoadEdge& edge : load.edges)
        called[edge.to] = true;
    std::vector<Load> groups;
    std::map<std::size_t, double> withoutOne; // by member
    for (const Group& group : design.groups) {
        const Members members = membersWithLoad(design, group, load, capacity);
        const auto n = static_cast<double>(members.nodes.size());
        if (members.nodes.empty() || !called[members.nodes.front()]) continue;
        Load whole = loadOf(group.id.str(), members.rate, n * members.weakest);
        // Without its strongest member, the weakest of the rest is still the weakest of all.
        whole.utilisationWithoutOne = n > 1 ? members.rate / ((n - 1) * members.weakest) : -1;
        for (std::size_t member : members.nodes)
            withoutOne[member] = *whole.utilisationWithoutOne;
        groups.push_back(std::move(whole));
    }
    std::vector<Load> all;
    for (std::size_t i = 0; i < design.nodes.size(); ++i) {
        if (!called[i]) continue;
        Load one = loadOf(design.nodes.at(i).id.str(), load.requestsPerS[i], capacity[i]);
        if (hasMechanism(design.nodes.at(i), "queue")) one.why = normal.carried[i].why;
        if (const auto shared = withoutOne.find(i); shared != withoutOne.end())
            one.utilisationWithoutOne = shared->second;
        all.push_back(std::move(one));
    }
    all.insert(all.end(), groups.begin(), groups.end());
    return all;
}

} // namespace alwayson
