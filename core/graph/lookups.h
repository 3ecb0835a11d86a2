#pragma once
// Callers that look a cache aside, and what becomes of their requests when the cache does not answer. One
// place for core/structure, request runs and findings.
//
// A cache that refuses (its process is down, all its answers are errors, it starts) is passed by at once:
// the caller asks what is behind it. One that says nothing (its machine is gone, it hangs, it is cut off, its
// place is out) keeps the caller waiting for the timeout of the link, attempt after attempt. Only a link with
// a timeout that leaves enough of the request's patience for what is behind lets the request go past it;
// without one the caller waits for as long as the request lasts, and that fails.
//
//   a pool of caches    looked aside when all of them are that are called, and have the same behind them;
//                       else each asks itself. Callers ask its members in turn, whatever these do: the share
//                       of requests that get a silent one is as good as those of a single cache
//   converted calls     a link that makes reads of writes, or writes of reads, changes hits, not who answers:
//                       writes ask the cache as well and wait for it as long
//   optional links      are not part of when a flow is up

#include "core/model/design.h"

#include <cstdint>
#include <vector>

namespace alwayson {

class Lookups {
public:
    // `design` must outlive it. O(nodes + links + members of linked groups); without caches that may be
    // looked aside O(nodes).
    explicit Lookups(const Design& design);

    // Do callers look aside what this link (position in Design::links) leads to?
    bool isLookup(std::uint32_t link) const { return !m_isLookup.empty() && m_isLookup[link]; }

    // Per link: is it a lookup that requests of this client (position in Design::nodes) survive when the
    // cache says nothing? `carried`: one flag per link; `writes`: what the requests do; `patienceS`: how long
    // one attempt of them may take. Of the patience goes what the request takes by its mean times on the way
    // there and after, without waiting in queues; a timeout on the way there leaves no more than itself.
    // Where ways differ, or callers of one link, the shortest counts. Lookups that one cause makes silent at
    // once (they lead to one node or group, or into one place that fails) and that the request would survive
    // one by one have to be survived all together, or none of them is: the careful side, as a set that is
    // silent for itself then counts as lost, too. Sets that are silent by chance at the same time are each
    // taken for themselves. Empty: no link of the design is a lookup. O((1 + shared causes) x (nodes + links
    // x ends)), O(1) where no lookup has a timeout.
    std::vector<bool> survivesSilence(std::uint32_t client, const std::vector<bool>& carried, bool writes,
                                      double patienceS) const;
    // Per link the timeout, s, below which each class of every client survives it (those whose requests get
    // there), while the others keep theirs: 0 or less where no timeout helps, infinity where nobody gets
    // there or the link is no lookup. Empty as above.
    std::vector<double> longestTimeouts() const;
    // Does this link, a lookup, have a timeout, and one below `longestS`?
    bool isBelow(std::uint32_t link, double longestS) const;

private:
    friend class SilentLookups;
    void findShared();
    std::vector<double> longest(std::uint32_t client, const std::vector<bool>& carried, bool writes,
                                double patienceS) const;
    const Design& m_design;
    std::vector<std::vector<std::uint32_t>> m_linksOf;  // per node: links it calls over, its group's included
    std::vector<std::vector<std::uint32_t>> m_targets;  // per link: nodes
    std::vector<bool> m_isLookup;                       // per link; empty: none is
    bool m_anyTimeout = false;                          // of a lookup
    std::vector<std::vector<std::uint32_t>> m_together; // links that one cause makes silent, two or more
};

// How long one attempt of a request of this class may take, s.
double patienceOf(const Node& client, const RequestClass& requestClass);

} // namespace alwayson
