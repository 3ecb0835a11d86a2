#include "core/graph/member_roles.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"

#include <array>

namespace alwayson {

std::string_view toString(MemberRole role) {
    constexpr std::array<std::string_view, 7> kNames{"",        "active", "standby", "source",
                                                     "replica", "voter",  "leader"};
    return kNames[static_cast<std::size_t>(role)];
}

MemberRole roleAtStart(const Design& design, const Node& node) {
    const Group* group = node.group ? design.groups.find(node.group->str()) : nullptr;
    if (!group) return MemberRole::none;
    if (hasRole(*group, "majority")) return MemberRole::voter;
    const bool active = hasRole(*group, "one_active");
    if (!active && !hasRole(*group, "one_writer")) return MemberRole::none;
    const std::vector<const Node*> members = membersOf(design, group->id);
    const bool first = !members.empty() && members.front()->id == node.id;
    if (active) return first ? MemberRole::active : MemberRole::standby;
    return first ? MemberRole::source : MemberRole::replica;
}

std::vector<ReplicationStream> replicationStreams(const Design& design, const Group& group,
                                                  const Node& source) {
    std::vector<ReplicationStream> streams;
    if (!hasMechanism(group, "replication")) return streams;
    namespace keys = key::group::mysqlReplication;
    const bool chain = get(group, keys::replication) != keys::Replication::group &&
                       get(group, keys::topology) == keys::Topology::chain;
    const Node* from = &source;
    for (const Node* member : membersOf(design, group.id)) {
        if (member->id == source.id) continue;
        streams.push_back({from, member});
        if (chain) from = member;
    }
    return streams;
}

} // namespace alwayson
