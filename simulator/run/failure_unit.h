#pragma once
// One history of a design: event by event through years. A FailureUnit belongs to one thread and is used
// again for unit after unit; running allocates only when a list of results grows.

#include "simulator/kernel/fingerprint.h"
#include "simulator/run/failure_model.h"
#include "simulator/run/failure_slots.h"
#include "simulator/run/failure_totals.h"

#include <functional>
#include <memory>
#include <utility>

namespace alwayson::sim {

// What one history is. Seconds.
struct UnitPlan {
    RandomKey key;
    bool stationary = true; // else everything starts new and working
    double warmUp = 0;      // not counted
    double seconds = 0;     // counted
    double tick = kSecondsOfYear;
    std::uint32_t ticksPerBatch = 0; // 0: the whole history is one batch
    std::uint32_t ticksPerYear = 1;  // 0: ticks do not make whole years
    bool perfectViews = false;
    bool listOutages = false;
    bool recordHistory = false; // every change of a component's state, for tests
};

class FailureUnit {
public:
    explicit FailureUnit(const FailureModel& model);

    // False when `expired` (asked every few thousand events) said so; `out` is void then.
    bool run(const UnitPlan& plan, const std::function<bool()>& expired, UnitTotals& out);

private:
    enum class Condition : std::uint8_t { ok, slow, errors, refused, hang, gone };
    struct Share {
        std::uint32_t mode = 0;
        double weight = 0;
    };

    // Where the repair of a failed component stands.
    enum class RepairStage : std::uint8_t {
        running, // the end is known: it is in the component's slot
        restart, // the same, but it may not work
        called,  // people are needed
        unseen,  // nobody has noticed yet
        queued,  // nobody is free
        people   // they are at it, response included
    };

    // failure_unit.cpp: clocks of components
    void start();
    void startStationary(std::uint32_t c);
    void onComponent(std::uint32_t c);
    void fail(std::uint32_t c, std::uint32_t mode, std::uint32_t cause);
    void repair(std::uint32_t c);
    void afterChange(std::uint32_t trigger);
    void setState(std::uint32_t c, ComponentState state);
    void changePlaces(std::uint32_t domain, bool out);
    void onRestarted(std::uint32_t node);
    void startClocks(std::uint32_t c);
    void setSpeed(std::uint32_t c, double speed);
    void stopClocks(std::uint32_t c);
    void applyPauses(std::uint32_t c);
    double draw(UniformStream& stream, const Sampler& sampler) {
        return sampler.seconds(stream.next(m_plan.key));
    }
    void onTick();
    void closeBatch();
    void closeYear();
    void beginCounting();
    double lossRate(const FailurePeriod& period) const;
    void settlePeriods(double from);
    void finish();
    void shift(double seconds);

    // failure_crews.cpp: who repairs
    void beginRepair(std::uint32_t c, std::uint32_t mode);
    bool endRepair(std::uint32_t c);
    void callPeople(std::uint32_t c);
    void queue(std::uint32_t c);
    void startPeople(std::uint32_t c);

    // failure_shared.cpp: common causes and members that stand by
    void startShared();
    void onShock(std::uint32_t s);
    void onDeployment(std::uint32_t d);
    void arrange(std::uint32_t s, bool initial);
    void takeRole(std::uint32_t c, const FailureModelStandby& standby, bool stands, bool initial);
    bool startsUp(std::uint32_t c, std::uint32_t s);
    std::uint32_t anyStop(std::uint32_t c, UniformStream& stream);
    void onActivated(std::uint32_t c);

    // failure_groups.cpp: who takes over
    void startGroups();
    void noteAble(std::uint32_t c, bool able);
    void updateGroup(std::uint32_t g);
    void updatePool(std::uint32_t g);
    void onGroupTime(std::uint32_t g);
    void loseActive(std::uint32_t g);
    void noticeLoss(std::uint32_t g);
    void noticeLate(std::uint32_t g);
    bool isUnnoticed(std::uint32_t g) const;
    void detect(std::uint32_t g, std::uint32_t failed);
    std::pair<FailureEffect, double> failureSeen(std::uint32_t failed) const;
    bool isNoticed(std::uint32_t g, std::uint32_t failed) const;
    void waitForHuman(std::uint32_t g);
    void takeLead(std::uint32_t g);
    void startPromotion(std::uint32_t g);
    void replaceActive(std::uint32_t g, std::uint32_t c);
    void promote(std::uint32_t g, std::uint32_t c);
    void reroute(std::uint32_t g);
    void serveAgain(std::uint32_t g, bool byHand = false);
    void loseLeader(std::uint32_t g);
    void planPreempting(std::uint32_t g);
    void failOthers(std::uint32_t g, std::uint32_t failed);
    void enter(std::uint32_t g, GroupPhase phase, double until);
    void freeze(std::uint32_t g, bool frozen);
    void showRole(std::uint32_t g, std::uint32_t active, bool interrupted);
    void settleRejoins(std::uint32_t g);
    void followAcks(std::uint32_t g);
    void countLoss(std::uint32_t g, std::uint32_t next);
    bool managerWorks(std::uint32_t g) const;
    std::uint32_t candidateOf(std::uint32_t g) const; // kNobody: none
    std::uint32_t rankOf(std::uint32_t g, std::uint32_t c) const;
    void setRepairEnd(std::uint32_t c, double at);
    bool isInterrupted(std::uint32_t g) const {
        return m_groups[g].phase != GroupPhase::steady && m_groups[g].phase != GroupPhase::leaderless;
    }

    // failure_views.cpp: what balancers see
    void refreshNode(std::uint32_t c);
    Condition conditionOf(std::uint32_t c) const;
    bool isAble(std::uint32_t c) const;
    double passProbability(const FailureModelView& view) const;
    double checkDelay(const FailureModelView& view, Condition condition) const;
    bool needsChecks(std::uint32_t v) const;
    void onTargetChanged(std::uint32_t v, Condition before);
    void onObserverChanged(std::uint32_t v, Condition before);
    void onCheck(std::uint32_t v);
    void onCheckResult(std::uint32_t v, bool passed);
    void setView(std::uint32_t v, bool up);

    // failure_account.cpp: what it means for flows
    void refresh(std::uint32_t trigger);
    void settle();
    void showState(std::uint32_t c);
    std::uint32_t lookup(); // row of the cache
    void goDown(std::uint32_t o, std::uint32_t trigger);
    void goUp(std::uint32_t o);
    void shareCauses();
    bool upWithout(std::uint32_t c);
    bool upWithTakeOver(std::uint32_t g);
    bool waitsForManager(std::uint32_t g) const;
    std::uint32_t waitCause(std::uint32_t g) const;
    bool isUpNow();
    void countOutage(std::uint32_t o, double end, bool open);

    std::uint32_t modeOf(std::uint32_t c, ComponentState state) const {
        return m_model.components[c].modes.first + state - 1U;
    }
    std::uint32_t causeOf(std::uint32_t c) const {
        return m_stage[c] == RepairStage::queued ? m_model.crews[m_model.components[c].crew].waitCause
                                                 : m_failCause[c];
    }
    std::uint32_t noCause() const { return static_cast<std::uint32_t>(m_model.modes.size()); }

    const FailureModel& m_model;
    std::unique_ptr<StateFunction::Scratch, void (*)(StateFunction::Scratch*)> m_scratch;
    UnitPlan m_plan;
    UnitTotals* m_out = nullptr;
    SecondsTree m_slots; // components, restarts of nodes, views, tick, shocks, members that start up
    std::uint32_t m_restartSlot = 0, m_viewSlot = 0, m_tickSlot = 0, m_shockSlot = 0, m_activationSlot = 0,
                  m_endSlot = 0;
    double m_now = 0;
    double m_base = 0;      // seconds shifted away
    double m_countFrom = 0; // start of counting
    std::uint64_t m_ticks = 0;
    bool m_warming = false;
    Fingerprint m_fingerprint;

    // per mode
    std::vector<UniformStream> m_failureDraws, m_repairDraws;
    std::vector<double> m_left; // operating time left until the failure
    // per component
    std::vector<ComponentState> m_state;  // own mode
    std::vector<ComponentState> m_shown;  // what the state function is given
    std::vector<std::uint8_t> m_running;  // its clocks run
    std::vector<std::uint32_t> m_pending; // mode that fails next
    std::vector<double> m_clockFrom;      // when its clocks were last read
    std::vector<double> m_stateFrom;
    std::vector<std::uint16_t> m_placesOut; // nodes: places in outage that it needs
    std::vector<std::uint8_t> m_restarting;
    std::vector<std::uint32_t> m_restartCause;
    std::vector<UniformStream> m_restartDraws;
    std::vector<Condition> m_condition;
    std::vector<double> m_badFrom, m_okFrom, m_notWorkingFrom;
    std::vector<std::uint8_t> m_working;
    std::vector<std::uint32_t> m_lastCause;
    std::vector<double> m_nodeDown;          // in the batch
    std::vector<std::uint32_t> m_suspects;   // components that are failed or restarting
    std::vector<std::uint32_t> m_suspectAt;  // place in it
    std::vector<std::uint32_t> m_systemAged; // components whose clocks follow the design
    std::vector<RepairStage> m_stage;
    std::vector<std::uint32_t> m_failCause;                  // of the failure, while failed
    std::vector<double> m_speed;                             // of its clocks
    std::vector<UniformStream> m_coverageDraws, m_crewDraws; // per mode
    std::vector<UniformStream> m_responseDraws;
    std::vector<std::uint32_t> m_called; // people are to be called in this event
    // per crew
    struct Queue {
        std::vector<std::uint32_t> ring;
        std::size_t first = 0, count = 0;
        std::uint32_t free = 0;
    };
    std::vector<Queue> m_crews;
    // common causes and standby
    std::vector<UniformStream> m_deploymentDraws;
    std::uint32_t m_deploymentSlot = 0;
    std::vector<UniformStream> m_shockDraws, m_standbyDraws;
    std::vector<std::uint8_t> m_stands;     // per component: it stands by
    std::vector<std::uint8_t> m_asleep;     // it stands by and has to be started, or is starting
    std::vector<std::uint8_t> m_arrangeDue; // per group with members that stand by
    bool m_anyArrangeDue = false;
    std::vector<std::uint32_t> m_hit;
    // per group that does something when a member fails
    struct GroupState {
        GroupPhase phase = GroupPhase::steady;
        std::uint32_t active = kNobody; // the truth; callers may not know yet
        std::uint32_t target = kNobody; // promoting
        std::uint32_t lost = kNobody;   // pools: the member whose failure it is about
        bool overdue = false;           // known, and nobody there to act on it
        std::uint32_t recovery = kNone; // which kind of failure
        // lostAt: callers have not been served since; failedAt: what the take-over is about.
        double sourceFailedAt = -kNeverSeconds, lostAt = -kNeverSeconds, failedAt = -kNeverSeconds,
               knownAt = -kNeverSeconds, promotedAt = -kNeverSeconds;
        double blockUntil = -kNeverSeconds;
        double fallbackAt = kNeverSeconds; // semi-synchronous: it stops waiting for acknowledgements
        bool fellBack = false;             // it had when its source failed
        bool lostSource = false;           // what the next source lacks has not been counted yet
        bool hadNobody = false;            // since the loss there was a time with nobody who could lead
        UniformStream coverage, failover, reroute;
    };
    std::vector<GroupState> m_groups;
    bool countsRecovery(const GroupState& state) const;
    std::vector<GroupRole> m_roles; // of all groups of the state function
    std::vector<std::uint8_t> m_groupDue;
    std::vector<std::uint8_t> m_blamed; // its take-over has a share in the down time
    bool m_anyGroupDue = false, m_followGroups = false;
    std::uint32_t m_groupSlot = 0;
    // per component: can serve (works, or slow, or some of its answers are wrong), has just ceased to
    std::vector<std::uint8_t> m_able, m_justLost;
    std::vector<std::uint8_t> m_frozen;
    std::vector<double> m_frozenLeft; // until its repair
    enum class Rejoin : std::uint8_t { none, whenBack, waiting };
    std::vector<Rejoin> m_rejoin;
    std::vector<double> m_rejoinAt;
    std::vector<double> m_ableUntil; // the last time it could serve, while it cannot
    std::vector<double> m_copyUntil; // what it had received when the source failed
    // per view
    std::vector<std::uint8_t> m_viewUp, m_waiting, m_seen;
    std::vector<std::uint16_t> m_count;
    std::vector<UniformStream> m_viewDraws;
    // accounts
    std::uint64_t m_key = 0;
    // Values of the state function, found again by the hash of the state; a row is overwritten by its next
    // key.
    std::vector<std::uint64_t> m_cacheKeys;
    std::vector<double> m_cacheA;
    std::vector<std::uint8_t> m_cacheUp, m_cacheGood; // good: every flow up with a = 1
    std::vector<double> m_a;
    std::vector<std::uint8_t> m_up;
    bool m_allGood = true;
    double m_settledTo = 0;
    std::vector<double> m_downFrom;        // per observable
    std::vector<double> m_firstOutage;     // seconds counted until the first
    std::vector<std::uint8_t> m_inherited; // the outage began before counting
    std::vector<double> m_batchDown, m_batchFlowLoss;
    std::vector<std::uint32_t> m_batchOutages;
    double m_batchFrom = 0, m_yearFrom = 0, m_yearDown = 0;
    std::vector<PeriodCounter> m_periods; // of objectives
    std::vector<Share> m_shares;
    std::vector<std::uint32_t> m_flipped; // views changed for a what-if
    std::uint32_t m_outageCause = 0;
};

} // namespace alwayson::sim
