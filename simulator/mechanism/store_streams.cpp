// The streams of a replication set from its source to the others, and what becomes of former sources: what
// they have on their own, and how they come back.

#include "simulator/mechanism/store_support.h"

#include <algorithm>

namespace alwayson::sim {
namespace {

class Streams : StoreAccess {
public:
    using StoreAccess::StoreAccess;

    void watchMembers() {
        for (Index i = first(); i < end(); ++i) {
            advanceReplica(c, i);
            StoreMemberState& here = member(i);
            const bool running = i == st.source ? works(i) : serves(i);
            const StationState& station = s.stations[c.model.nodes[node(i)].sub];
            here.speed = station.speed;
            if (running && !here.running) {
                here.appliedAt = std::max(here.appliedAt, s.now);
                here.nextApplied = kNever;
                here.brokenAt = 0; // it connects at once
                if (!here.wasHung) here.coldSince = s.now;
                if (i == st.source) replicasChanged(c, i);
            }
            if (!running) here.wasHung = hung(i) || !servesNow(c, node(i));
            // A former source starts again read-only, as its option file says.
            if (!running && i != st.source && !hung(i) && !runs(i)) stopWriting(i);
            here.running = running;
        }
        for (Index i = first(); i < end(); ++i)
            if (i != st.source) watchStream(i);
        rejoinOld();
        countWriters();
    }

    // What a former source has that the others have not. `together`: others took writes beside it.
    void settleOld(Index i, bool together) {
        StoreMemberState& here = member(i);
        if (here.settled) return;
        here.settled = true;
        const std::uint64_t kept = m.dropsWaiting ? here.inEngine : here.committed;
        const std::uint64_t own = kept > here.fork ? kept - here.fork : 0;
        const std::uint64_t told = here.acknowledged > here.fork ? here.acknowledged - here.fork : 0;
        here.surplus = own;
        st.errant += own;
        if (together && own > 0) {
            st.diverged += own;
            st.divergedAcknowledged += told;
            logEvent(c, LogKind::diverged, node(i), node(st.source), m_store, 0, static_cast<double>(own));
        } else if (told > 0) {
            st.lost += told;
            logEvent(c, LogKind::lostCommits, node(i), node(st.source), m_store, 0,
                     static_cast<double>(told));
        }
    }

    void rejoin(Index i) {
        StoreMemberState& here = member(i);
        here.rejoinAt = kNever;
        if (!talks(c, node(i), node(st.source))) return; // when it is there again
        here.following = true;
        here.received = here.applied = std::min(here.common, st.committed);
        here.nextApplied = kNever;
        here.appliedAt = s.now;
        here.brokenAt = 0;
        logEvent(c, LogKind::rejoined, node(i), node(st.source), m_store);
        watchStream(i);
    }

private:
    void watchStream(Index i) {
        StoreMemberState& here = member(i);
        bool flows = here.following && here.running;
        here.delay = 0;
        Index from = st.source;
        here.direct = true;
        if (m.chain) {
            for (Index k = first(); k < end() && flows; ++k) {
                if (k == st.source || k > i || !member(k).following) continue;
                here.direct = from == st.source;
                flows = talks(c, node(from), node(k)) && servesNow(c, node(k));
                here.delay = after(here.delay, oneWayOf(m, from, k));
                from = k;
            }
        } else {
            flows = flows && talks(c, node(st.source), node(i));
            here.delay = oneWayOf(m, st.source, i);
        }
        if (flows == here.flowing) {
            if (!flows) here.reconnectAt = kNever;
            return;
        }
        if (!flows) {
            here.flowing = false;
            ++s.viewChanges;
            here.brokenAt = s.now;
            here.reconnectAt = kNever;
            // A replica whose source is silent asks again only when it has noticed; one that came back, or
            // whose source did, tries every little while.
            const bool noticesLate = here.running && !refusesNow(c, node(st.source));
            here.retriesFrom = noticesLate ? after(s.now, c.model.storeMembers[i].netTimeout) : s.now;
            return;
        }
        if (here.reconnectAt == kNever) {
            const SimTime retry = std::max<SimTime>(c.model.storeMembers[i].connectRetry, 1);
            here.reconnectAt = s.now;
            if (here.brokenAt > 0 && s.now > here.retriesFrom && s.now > here.brokenAt)
                here.reconnectAt = here.retriesFrom + (s.now - here.retriesFrom + retry - 1) / retry * retry;
        }
        if (here.reconnectAt > s.now) return;
        here.reconnectAt = kNever;
        here.flowing = true;
        ++s.viewChanges;
        here.appliedAt = std::max(here.appliedAt, s.now);
        replicasChanged(c, st.source);
    }

    // ---- former sources
    void stopWriting(Index i) {
        StoreMemberState& here = member(i);
        here.leaseAt = kNever;
        if (here.readOnly) return;
        here.readOnly = true;
        settleOld(i, false);
    }

    void rejoinOld() {
        for (Index i = first(); i < end(); ++i) {
            StoreMemberState& here = member(i);
            if (here.following || i == st.source || here.rejoinAt != kNever) continue;
            if (!talks(c, node(i), node(st.source))) continue;
            const bool wrote = (!here.readOnly || here.wroteBeside) && here.committed > here.committedBefore;
            here.readOnly = true;
            here.wroteBeside = false;
            here.leaseAt = kNever;
            if (m.replication == Replication::semiSync) endWaitingCommits(c, i);
            settleOld(i, wrote);
            here.surplusFound = here.surplus > 0;
            if (!serves(i)) continue; // it is asked what it has, and answers by errors
            SimTime wait = 0;
            if (here.surplus > 0)
                wait = drawFrom(m.reconcile);
            else if (!m.rejoinsByItself)
                wait = drawFrom(m.rejoin);
            here.rejoinAt = after(s.now, wait);
            if (wait > 0 && here.surplus > 0) tellReconciling(i, wait);
            if (wait == 0) rejoin(i);
        }
    }

    void tellReconciling(Index i, SimTime wait) {
        const StoreMemberState& here = member(i);
        const std::uint64_t told = here.acknowledged > here.fork ? here.acknowledged - here.fork : 0;
        logEvent(c, LogKind::reconciling, node(i), node(st.source), m_store, 0, toSeconds(wait),
                 {static_cast<double>(here.surplus), static_cast<double>(told)});
    }

    // Time during which two members take writes.
    void countWriters() {
        Index writers = 0, other = kNone;
        for (Index i = first(); i < end(); ++i) {
            if (!storeTakesWrites(c, i)) continue;
            ++writers;
            if (i != st.source) other = i;
        }
        if (writers >= 2 && st.splitSince == kNever) {
            st.splitSince = s.now;
            logEvent(c, LogKind::twoSources, node(st.source), node(other), m_store);
        } else if (writers < 2 && st.splitSince != kNever) {
            st.splitTime += s.now - st.splitSince;
            logEvent(c, LogKind::oneSource, node(st.source), kNone, m_store, 0,
                     toSeconds(s.now - st.splitSince));
            st.splitSince = kNever;
        }
    }
};

} // namespace

void watchStoreMembers(Context& c, Index store) {
    Streams(c, store).watchMembers();
}

void settleFormerSource(Context& c, Index store, Index member, bool together) {
    Streams(c, store).settleOld(member, together);
}

void rejoinStore(Context& c, Index store, Index member) {
    Streams(c, store).rejoin(member);
}

} // namespace alwayson::sim
