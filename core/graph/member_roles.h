#pragma once
// What a member does in a group whose members are not alike, and who copies from whom.

#include "core/model/design.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace alwayson {

enum class MemberRole : std::uint8_t {
    none,    // of no group, or of one whose members are all alike
    active,  // holds the shared address
    standby, // would take it over
    source,  // takes the writes (group replication: the primary)
    replica, // copies from the source
    voter,   // one vote
    leader   // the voter that the others follow
};
// "", "active", "standby", "source", "replica", "voter", "leader".
std::string_view toString(MemberRole role);

// The role at the start of a run: the first member of the group in design order is active or source; voters
// have no leader yet. O(nodes).
MemberRole roleAtStart(const Design& design, const Node& node);

// One stream of changes from a member to a member that copies them.
struct ReplicationStream {
    const Node* from = nullptr;
    const Node* to = nullptr;
};
// With `source` (a member) taking the writes. Star: from the source to each other member. Chain: each copies
// from the one before it in design order, the source first. Empty for groups that replicate nothing.
// O(nodes).
std::vector<ReplicationStream> replicationStreams(const Design& design, const Group& group,
                                                  const Node& source);

} // namespace alwayson
