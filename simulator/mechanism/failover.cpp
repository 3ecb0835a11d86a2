// Who is the source of a replication set: the manager notices its loss, promotes another member, callers find
// it, the old one comes back. The times are the draws of core/structure/failover_plan.h; what a manager or a
// caller knows follows from what it can talk to at that moment.

#include "simulator/mechanism/store_support.h"

#include <algorithm>

namespace alwayson::sim {
namespace {

class Failover : StoreAccess {
public:
    using StoreAccess::StoreAccess;

    void changed() {
        watchStoreMembers(c, m_store);
        watchRoutes();
        watchSource();
        schedule();
    }

    void due() {
        ++s.viewChanges;
        for (Index i = first(); i < end(); ++i)
            if (member(i).rejoinAt <= s.now) rejoinStore(c, m_store, i);
        if (st.leaseAt <= s.now) loseLease();
        for (Index i = first(); i < end(); ++i)
            if (member(i).leaseAt <= s.now) endLease(i);
        if (st.fenceAt <= s.now) fence();
        watchStoreMembers(c, m_store);
        if (st.until <= s.now) step();
        watchRoutes();
        watchSource();
        schedule();
    }

    void promoteByEvent(Index target, SimTime takes) {
        if (target == st.source) return;
        if (!canLead(target)) { // what is under way goes on
            logEvent(c, LogKind::cannotLead, node(target), node(st.source), m_store);
            return;
        }
        ++s.viewChanges;
        st.planned = st.lostAt == kNever || st.planned; // else people end a loss
        st.target = target;
        st.phase = StorePhase::promoting;
        st.byEvent = true;
        if (st.lostAt == kNever) st.lostAt = s.now;
        st.detectedAt = s.now;
        st.until = after(s.now, takes);
        logEvent(c, LogKind::promoting, node(target), node(st.source), m_store);
        // With the old source at hand its writes stop first, and nothing is lost.
        if (talks(c, node(st.source), node(target))) member(st.source).readOnly = true;
        changed();
    }

private:
    // ---- the manager
    bool majority(const std::vector<Index>& nodes, Index from) const {
        std::size_t heard = 0;
        for (const Index other : nodes)
            heard +=
                servesNow(c, other) && (other == from ? connected(c, from, from) : talks(c, from, other));
        return heard * 2 > nodes.size();
    }
    std::vector<Index> memberNodes() const {
        std::vector<Index> nodes;
        for (Index i = first(); i < end(); ++i)
            nodes.push_back(node(i));
        return nodes;
    }

    // Where a manager that runs nowhere in particular is, or a human: on the side with most of the members
    // and their callers, and of equal sides on the source's. kEverywhere: none of them runs.
    Index vantage() const {
        std::vector<Index> places;
        const auto add = [&](Index place) {
            if (runsOn(c, place) && std::find(places.begin(), places.end(), place) == places.end())
                places.push_back(place);
        };
        add(node(st.source));
        for (Index i = first(); i < end(); ++i)
            add(node(i));
        for (const StoreRoute& route : c.model.storeRoutes)
            if (route.store == m_store) add(c.model.nodes[route.caller].home);
        Index best = kEverywhere;
        std::size_t most = 0;
        for (const Index one : places) {
            std::size_t heard = 0;
            for (const Index other : places)
                heard += passes(c, one, other) && passes(c, other, one);
            if (heard <= most) continue;
            best = one;
            if ((most = heard) == places.size()) break;
        }
        return best;
    }

    // Where the manager acts from.
    Index manager() {
        if (m.plan.by == FailoverBy::group) {
            const std::vector<Index> nodes = memberNodes();
            for (Index i = first(); i < end(); ++i)
                if (i != st.source && member(i).following && works(i) && majority(nodes, node(i)) &&
                    !talks(c, node(i), node(st.source)))
                    return node(i);
            return kNone;
        }
        if (m.managers.empty() || m.plan.by == FailoverBy::human) return vantage();
        for (const Index one : m.managers)
            if (connected(c, one, one) && (!m.majorityManages || majority(m.managers, one))) return one;
        return kNone;
    }
    // It answers, and not only by errors.
    bool sees(Index from, Index i) const {
        return servesNow(c, node(i)) &&
               (from == kEverywhere ? works(i) : from != kNone && talks(c, from, node(i)));
    }

    // Who sees no member at all knows nothing, and who asks the replicas needs one that answers.
    bool sourceIsLost(Index from) const {
        if (from == kNone || sees(from, st.source)) return false;
        const bool asksReplicas = m.plan.by == FailoverBy::orchestrator && m.plan.allReplicasAgree;
        bool answered = !works(st.source);
        for (Index i = first(); i < end(); ++i) {
            if (i == st.source || !member(i).following || !sees(from, i)) continue;
            if (asksReplicas && talks(c, node(i), node(st.source))) return false;
            answered = true;
        }
        return answered;
    }
    // By people, who cannot talk to every member.
    bool canLead(Index i) const { return works(i) && member(i).following && sees(vantage(), i); }

    void watchLease() {
        if (!m.majorityManages || m.managers.empty()) return;
        const Index source = node(st.source);
        std::size_t heard = 0;
        for (const Index voter : m.managers)
            heard += talks(c, source, voter);
        const bool held = heard * 2 > m.managers.size();
        if (held) {
            st.leaseAt = kNever;
            if (st.leaseLost && st.phase == StorePhase::steady) {
                member(st.source).readOnly = false;
                st.leaseLost = false;
                logEvent(c, LogKind::leaseBack, source, kNone, m_store);
            }
        } else if (st.leaseAt == kNever && !st.leaseLost) {
            st.leaseAt = after(s.now, m.lease);
        }
    }
    void loseLease() {
        st.leaseAt = kNever;
        st.leaseLost = true;
        endLease(st.source);
    }
    void endLease(Index i) {
        StoreMemberState& here = member(i);
        here.leaseAt = kNever;
        if (i != st.source && here.readOnly) return;
        here.wroteBeside = i != st.source;
        here.readOnly = true;
        if (m.replication == Replication::semiSync) endWaitingCommits(c, i);
        if (runsOn(c, node(i)) || works(i)) logEvent(c, LogKind::leaseLost, node(i), kNone, m_store);
    }

    void watchSource() {
        watchLease();
        const Index from = manager();
        if (m.majorityManages && from != st.leader) {
            if (st.leader != kNone && from != kNone)
                st.managerFrom =
                    after(s.now, toSimTime(sampleElection(m.election, [this] { return draw(); })));
            st.leader = from;
        }
        const bool lost = sourceIsLost(from);
        switch (st.phase) {
        case StorePhase::steady:
            if (!works(st.source) || lost) begin(lost);
            break;
        case StorePhase::lost: // nobody has noticed yet
            if (works(st.source) && !lost)
                back();
            else if (lost)
                detect();
            break;
        case StorePhase::detecting:
            if (!lost && works(st.source)) back();
            break;
        case StorePhase::promoting:
            if (st.byEvent) break;
            if (works(st.source) && (sees(from, st.source) || electsNobody(from))) return back();
            if (!serves(st.target)) {
                st.phase = StorePhase::detecting;
                st.until = after(s.now, detection(asPromotionFails(crashOf(c, node(st.target)))));
            }
            break;
        case StorePhase::byHand:
            if (works(st.source) && !lost)
                back();
            else if (!humanSeesSource())
                awaitHuman();
            break;
        case StorePhase::leaderless:
            if (works(st.source) && !lost)
                back();
            else if (leftToHuman())
                callHuman();
            else if (lost)
                choose();
            break;
        }
    }

    // The members of a group hear their source again. A manager that is gone does not stop a promotion.
    bool electsNobody(Index from) const { return from == kNone && m.plan.by == FailoverBy::group; }

    // The one to be promoted by the event is down meanwhile, or not part of the set any more.
    void giveUpPromotion() {
        logEvent(c, LogKind::cannotLead, node(st.target), node(st.source), m_store);
        const bool planned = st.planned;
        if (planned) back();
        st.byEvent = st.planned = false;
        if (planned) return;
        member(st.source).readOnly = st.leaseLost;
        pursue(sourceIsLost(manager()));
    }

    // Whether the take-over works is drawn once for each loss that somebody could follow.
    void begin(bool lost) {
        st.lostAt = s.now;
        st.covered = true;
        if (m.plan.by != FailoverBy::nobody && m.plan.by != FailoverBy::human)
            st.covered = draw() < m.plan.coverage || candidate(vantage(), true) == kNone;
        pursue(lost);
    }

    void pursue(bool lost) {
        st.phase = StorePhase::lost;
        st.until = kNever;
        if (m.plan.by == FailoverBy::nobody) return;
        if (m.plan.by == FailoverBy::human) return callHuman();
        if (lost) detect();
    }

    SimTime detection(FailureEffect effect) {
        const double seconds = sampleDetection(m.plan, effect, 1, [this] { return draw(); });
        return seconds < 1e12 ? toSimTime(seconds) : kNever;
    }

    void detect() {
        if (m.plan.by == FailoverBy::nobody || m.plan.by == FailoverBy::human) return;
        if (!st.covered) {
            logEvent(c, LogKind::failoverFails, node(st.source), kNone, m_store);
            return callHuman();
        }
        st.phase = StorePhase::detecting;
        if (m.hasTakeOver)
            st.until = after(s.now, drawFrom(m.takeOver));
        else
            st.until = after(std::max(s.now, st.managerFrom), detection(crashOf(c, node(st.source))));
    }

    // A human leaves a source alone that works as far as most can see, and needs somebody to promote.
    bool humanSeesSource() const { return sees(vantage(), st.source); }
    bool leftToHuman() const {
        return m.plan.by == FailoverBy::human || !st.covered || s.now < st.blockUntil;
    }
    void callHuman() {
        if (st.phase == StorePhase::leaderless && candidate(vantage(), true) == kNone) return;
        st.phase = StorePhase::byHand;
        st.until = kNever;
        if (!humanSeesSource()) awaitHuman();
    }
    void awaitHuman() {
        if (candidate(vantage(), true) == kNone)
            waitForCandidate();
        else if (st.until == kNever && m.hasByHand)
            st.until = after(s.now, drawFrom(m.byHand));
    }
    void waitForCandidate() {
        if (st.phase != StorePhase::leaderless)
            logEvent(c, LogKind::noCandidate, node(st.source), kNone, m_store);
        st.phase = StorePhase::leaderless;
        st.until = kNever;
        st.covered = true; // what failed was the take-over by those that are gone
    }

    void back() {
        if (st.phase != StorePhase::lost && !st.byEvent)
            logEvent(c, LogKind::resumed, node(st.source), kNone, m_store);
        if (!st.planned && st.lostAt != kNever) noteResumed(c, node(st.source), m.group, st.lostAt);
        st.phase = StorePhase::steady;
        st.until = st.lostAt = st.fenceAt = kNever;
        member(st.source).readOnly = st.leaseLost;
        watchLease();
    }

    void step() {
        st.until = kNever;
        switch (st.phase) {
        case StorePhase::detecting: {
            if (!sourceIsLost(manager())) {
                st.phase = StorePhase::lost;
                return;
            }
            logEvent(c, LogKind::sourceSeenDead, node(st.source), kNone, m_store, 0,
                     toSeconds(s.now - st.lostAt));
            st.detectedAt = s.now;
            if (s.now < st.blockUntil) {
                logEvent(c, LogKind::failoverBlocked, node(st.source), kNone, m_store);
                return callHuman();
            }
            return choose();
        }
        case StorePhase::byHand:
            if (works(st.source) && !sourceIsLost(manager())) return back();
            if (humanSeesSource()) return;
            st.detectedAt = s.now;
            st.target = candidate(vantage(), true);
            return st.target == kNone ? waitForCandidate() : promote();
        case StorePhase::promoting:
            return st.byEvent && !canLead(st.target) ? giveUpPromotion() : promote();
        default:
            return;
        }
    }

    // The member that is furthest ahead; among equals by the rule, then in order. A human takes one that is
    // behind as well.
    Index candidate(Index from, bool byHand = false) {
        Index best = kNone;
        for (Index i = first(); i < end(); ++i) {
            const StoreMemberModel& one = c.model.storeMembers[i];
            if (i == st.source || !member(i).following || !works(i) || !sees(from, i)) continue;
            if (one.rule == 2) continue;
            const double behind = lagOf(c, i);
            if (!byHand && behind > m.candidateMaxLagS + toSeconds(s.now - st.lostAt)) continue;
            const bool ahead =
                best == kNone || member(i).received > member(best).received ||
                (member(i).received == member(best).received && one.rule < c.model.storeMembers[best].rule);
            if (ahead) best = i;
        }
        return best;
    }

    void choose() {
        st.target = candidate(manager());
        if (st.target == kNone) return waitForCandidate();
        st.phase = StorePhase::promoting;
        logEvent(c, LogKind::promoting, node(st.target), node(st.source), m_store);
        if (m.hasTakeOver) return promote();
        SimTime takes = 0;
        for (const Sampler& phase : m.promotionSteps) {
            takes = after(takes, drawFrom(phase));
            if (m.plan.fencing > 0 && &phase == m.promotionSteps.data()) st.fenceAt = after(s.now, takes);
        }
        const StoreMemberState& next = member(st.target);
        const StoreMemberModel& one = c.model.storeMembers[st.target];
        takes = after(takes, toSimTime(static_cast<double>(next.received - next.applied) *
                                       one.writeService.mean() * next.speed / one.applierSpeed));
        st.until = after(s.now, takes);
        if (m.lease != kNever) st.until = std::max(st.until, after(st.lostAt, m.lease));
    }

    void fence() {
        st.fenceAt = kNever;
        const bool shut = draw() < m.plan.fencing;
        logEvent(c, shut ? LogKind::fenced : LogKind::fencingFailed, node(st.source), kNone, m_store);
        if (!shut) return;
        member(st.source).readOnly = true;
        if (m.replication == Replication::semiSync) endWaitingCommits(c, st.source);
    }

    void promote() {
        const Index old = st.source;
        const bool human = st.phase == StorePhase::byHand;
        StoreMemberState& next = member(st.target);
        StoreMemberState& before = member(old);
        advanceReplica(c, st.target);
        if (st.byEvent && talks(c, node(old), node(st.target))) next.received = st.committed; // planned
        const std::uint64_t fork = next.received;
        before.following = false;
        before.settled = before.surplusFound = false;
        before.flowing = false;
        before.fork = before.common = fork;
        before.committedBefore = before.committed;
        before.rejoinAt = kNever;
        const bool stopped = before.readOnly || !(runs(old) || hung(old));
        for (Index i = first(); i < end(); ++i) {
            if (i == old) continue;
            member(i).common = std::min(member(i).common, fork);
            if (!member(i).following) continue;
            member(i).received = std::min(member(i).received, fork);
            member(i).applied = std::min(member(i).applied, fork);
        }
        const double lacks = fork < st.committed ? toSeconds(st.lostAt - st.timeOf(fork)) : 0;
        if (lacks > 0 || !st.planned) st.rpoS.push_back(std::max(0.0, lacks));
        st.source = st.target;
        st.goOnFrom(fork);
        next.committed = next.acknowledged = next.inEngine = next.applied = next.received = fork;
        next.nextApplied = kNever;
        next.readOnly = false;
        next.fallenBack = false;
        next.coldSince = s.now;
        next.flowing = false;
        next.reconnectAt = kNever;
        before.leaseAt = stopped ? kNever : st.leaseAt; // a quicker take-over does not end it
        next.leaseAt = kNever;
        st.leaseLost = false;
        st.leaseAt = st.fenceAt = kNever;
        logEvent(c, st.planned ? LogKind::plannedSource : LogKind::newSource, node(st.source), node(old),
                 m_store, 0, toSeconds(s.now - st.lostAt));
        if (stopped) before.readOnly = true, settleFormerSource(c, m_store, old, false);
        st.phase = StorePhase::steady;
        st.until = kNever;
        st.blockUntil = after(s.now, toSimTime(m.plan.recoveryBlock));
        moveRoutes(old, human);
        st.byEvent = st.planned = false;
        st.lostAt = kNever;
        ++s.viewChanges;
        watchStoreMembers(c, m_store);
    }

    // ---- routes
    // A human, and a time given for the whole take-over, have told the callers as well.
    void moveRoutes(Index old, bool human) {
        const SimTime moved = m.movesAddress ? drawFrom(m.addressMove) : 0;
        SimTime last = 0;
        for (Index r = 0; r < c.model.storeRoutes.size(); ++r) {
            const StoreRoute& route = c.model.storeRoutes[r];
            if (route.store != m_store) continue;
            const double seconds = route.offsetS + route.widthS * s.storeRoutes[r].draws.next(s.key);
            const SimTime delay = human || m.hasTakeOver ? 0 : after(moved, toSimTime(seconds));
            last = std::max(last, delay);
            s.storeRoutes[r].writerAt = after(s.now, delay);
        }
        if (!st.planned)
            noteFailover(c, node(old), m.group, toSeconds(st.detectedAt - st.lostAt),
                         toSeconds(after(s.now, last) - st.lostAt), human || st.byEvent);
    }

    void watchRoutes() { watchStoreRoutes(c, m_store); }

    void schedule() {
        SimTime due = std::min({st.until, st.leaseAt, st.fenceAt});
        for (Index i = first(); i < end(); ++i)
            due = std::min({due, member(i).rejoinAt, member(i).reconnectAt, member(i).leaseAt});
        for (Index r = 0; r < c.model.storeRoutes.size(); ++r) {
            if (c.model.storeRoutes[r].store != m_store) continue;
            const StoreRouteState& here = s.storeRoutes[r];
            // One that is due already waits for the way to be free.
            if (here.writerAt > s.now) due = std::min(due, here.writerAt);
            for (const SimTime at : here.seenAt)
                due = std::min(due, at);
        }
        if (due == kNever)
            s.tree.cancel(m.slot);
        else
            s.tree.set(m.slot, due, s.sequence++);
    }
};

} // namespace

void startStores(Context& c) {
    RunState& s = c.s;
    for (Index i = 0; i < c.model.stores.size(); ++i) {
        const StoreModel& m = c.model.stores[i];
        s.stores[i].source = m.firstMember;
        for (Index k = m.firstMember; k < m.firstMember + m.memberCount; ++k)
            s.storeMembers[k].readOnly = k != m.firstMember;
    }
    for (Index r = 0; r < c.model.storeRoutes.size(); ++r) {
        const StoreModel& m = c.model.stores[c.model.storeRoutes[r].store];
        s.storeRoutes[r].writer = m.firstMember;
        s.storeRoutes[r].seen.assign(m.memberCount, 1);
        s.storeRoutes[r].seenAt.assign(m.memberCount, kNever);
    }
    storesChanged(c);
}

void storesChanged(Context& c) {
    for (Index i = 0; i < c.model.stores.size(); ++i)
        Failover(c, i).changed();
}

void onStore(Context& c, Index store) {
    Failover(c, store).due();
}

void promoteMember(Context& c, Index node, SimTime takes) {
    const Index member = c.model.stations[c.model.nodes[node].sub].member;
    Failover(c, c.model.storeMembers[member].store).promoteByEvent(member, takes);
}

} // namespace alwayson::sim
