#include "simulator/compile/group_models.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/structure/failover_laws.h"
#include "simulator/compile/node_models.h"

#include <algorithm>

namespace alwayson::sim {

void addVrrpPairs(Model& m, const Design& design) {
    namespace v = key::group::vrrpPair;
    for (std::size_t g = 0; g < design.groups.size(); ++g) {
        const Group& group = design.groups.at(g);
        m.groups.push_back(group.id.str());
        if (!hasMechanism(group, "vrrp")) continue;
        VrrpModel pair;
        pair.group = static_cast<Index>(g);
        pair.id = group.id.str();
        pair.name = group.displayName();
        pair.firstMember = static_cast<Index>(m.vrrpMembers.size());
        pair.advert = timeOf(get(group, v::advert));
        pair.skewUnit = get(group, v::version) == 3 ? pair.advert : kSecond;
        pair.preempt = get(group, v::preempt);
        pair.preemptDelay = pair.preempt ? timeOf(get(group, v::preemptDelay)) : 0;
        pair.arpUpdate = timeOf(get(group, v::arpUpdate));
        pair.tracked = get(group, v::track) == v::Track::script;
        pair.interval = timeOf(get(group, v::trackInterval));
        pair.timeout = timeOf(get(group, v::trackTimeout));
        pair.fall = static_cast<std::uint32_t>(get(group, v::trackFall));
        pair.rise = static_cast<std::uint32_t>(get(group, v::trackRise));
        pair.weight = pair.tracked ? static_cast<double>(get(group, v::trackWeight)) : 0;
        pair.coverage = get(group, v::failoverCoverage).value();
        pair.byHand = Sampler(get(group, v::uncoveredRecovery));
        if (const auto given = get(group, v::failover)) {
            pair.hasTakeOver = true;
            pair.takeOver = Sampler(*given);
        }
        for (const Node* member : membersOf(design, group.id)) {
            const auto node = static_cast<Index>(design.nodes.indexOf(member->id.str()));
            m.nodes[node].vrrpMember = static_cast<Index>(m.vrrpMembers.size());
            m.vrrpMembers.push_back(
                {node, static_cast<Index>(m.vrrp.size()), kNone, priorityOf(design, *member)});
        }
        pair.memberCount = static_cast<Index>(m.vrrpMembers.size()) - pair.firstMember;
        if (pair.memberCount > 0) m.vrrp.push_back(std::move(pair));
    }
}

} // namespace alwayson::sim
