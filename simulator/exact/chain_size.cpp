#include "simulator/exact/chain_size.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

namespace alwayson::sim {

namespace {

// Ways in which `parts` equal parts can have failed, by how many of them; of `kinds` kinds of failures.
void multiplyByWays(std::vector<double>& ways, std::size_t parts, std::size_t kinds) {
    std::vector<double> product(ways.size(), 0);
    double here = 1; // combinations with repetition
    for (std::size_t failed = 0; failed <= parts && failed < ways.size(); ++failed) {
        for (std::size_t n = failed; n < ways.size(); ++n)
            product[n] += here * ways[n - failed];
        here *= static_cast<double>(kinds + failed) / static_cast<double>(failed + 1);
    }
    ways = std::move(product);
}

} // namespace

double leastStates(const Coupled& coupled, std::size_t mostFailed) {
    for (const CoupledGroup& group : coupled.groups)
        if (group.frozen || group.startFailure >= 1 || (group.allFail && group.coverage <= 0)) return 1;
    std::map<std::uint32_t, std::pair<std::size_t, std::size_t>> kinds; // parts, ways to fail of each
    for (const CoupledPart& part : coupled.parts) {
        const bool sleeps =
            part.group >= 0 && coupled.groups[static_cast<std::size_t>(part.group)].spareHazard <= 0;
        std::set<std::uint32_t> ways;
        for (const CoupledFailure& failure : part.failures)
            if (failure.perHour > 0 && !sleeps) ways.insert(failure.phase);
        auto& [parts, waysOfEach] = kinds[part.kind];
        ++parts;
        waysOfEach = ways.size();
    }
    std::vector<double> ways(std::min(mostFailed, coupled.parts.size()) + 1, 0); // by how many have failed
    ways[0] = 1;
    for (const auto& [kind, of] : kinds)
        if (of.second > 0) multiplyByWays(ways, of.first, of.second);
    return std::accumulate(ways.begin(), ways.end(), 0.0);
}

} // namespace alwayson::sim
