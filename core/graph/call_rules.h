#pragma once
// What becomes of a call while everything works: whether it reads or writes, which members of a group take
// it, what a cache passes on. One place for request rates and for core/structure.

#include "core/model/design.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace alwayson {

enum class GroupRule : std::uint8_t {
    share,     // members stand in for each other (pools; voters, which nobody calls)
    oneActive, // one member holds the address (VRRP pair)
    oneWriter  // one member takes writes, reads go to some or all (MySQL replication)
};

inline constexpr std::uint32_t kNoLease = 0xffffffffU;

struct StructureGroup {
    std::string id;
    GroupRule rule = GroupRule::share;
    // Positions in Design::nodes, which are components of the structure too. In order of the design; where
    // one is chosen, the first of the design and then its successors, the preferred ones first.
    std::vector<std::uint32_t> members;
    std::uint32_t candidates = 0; // of the first so many members one may be chosen
    std::uint32_t serving = 0;    // share: so many serve at a time, the others stand by; else 1
    // share: how many must work (0: capacity decides; quorum: the majority). oneWriter: how many must work
    // for writes (1; group replication: the majority; semi-synchronous without timeout: 1 + acks).
    std::uint32_t needed = 0;
    bool readsAll = false;    // oneWriter: every member takes reads
    bool readsSource = false; // oneWriter: only the one that takes writes; neither: the others do
    bool quorum = false;      // members vote: works while `needed` of them work
    // oneWriter: position of the quorum that its failover manager runs on. A source that hears no majority of
    // it takes no more writes (a lease). None: it goes on by itself.
    std::uint32_t lease = kNoLease;
};

// All groups, in the order of the design. O(nodes + groups).
std::vector<StructureGroup> structureGroups(const Design& design);

// Priority of a member in the VRRP election, 1 to 254: its own, else 150 for the first member of its group,
// 100 for the second and 10 less for each further one. 0: in no group. O(nodes).
double priorityOf(const Design& design, const Node& member);

// Positions in `members` of those that take such a call while all work; they share it evenly.
struct Receivers {
    std::uint32_t first = 0, end = 0;
};
Receivers receivers(const StructureGroup& group, bool writes);

// Does a call over this link write, when the request of its caller does or does not?
bool callWrites(const Link& link, bool callerWrites);

// A balancer passes calls on. Does it take this link for a call that reads or writes? Of its links to one end
// it takes those that leave the call what it is; where none does, all. `carried`: positions in Design::links
// of its links that carry the class of the call, `link` among them.
bool balancerTakes(const Design& design, std::span<const std::uint32_t> carried, std::uint32_t link,
                   bool writes);

// Seconds of work for one request that writes or not, of a node that has workers.
double meanService(const Node& node, bool writes);

// Share of requests for which a node makes its calls: 1, of reads at a warm cache 1 - hit ratio.
double passedOn(const Node& node, bool writes);
// A cache whose callers ask what is behind it themselves. Which of them do, and when they get past it:
// core/graph/lookups.h.
bool isPassedBy(const Node& node);

} // namespace alwayson
