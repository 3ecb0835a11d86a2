#pragma once
// A design as the failure run reads it: clocks, places, views and what is observed. Built once, shared by all
// threads.

#include "core/catalogue/catalogue.h"
#include "core/model/design.h"
#include "core/structure/state_function.h"
#include "simulator/kernel/sampler.h"
#include "simulator/kernel/stream.h"
#include "simulator/run/failure_group_model.h"
#include "simulator/run/failure_periods.h"
#include "simulator/run/failure_totals.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace alwayson::sim {

inline constexpr double kSecondsOfYear = kSecondsPerYear;

// The time from a random instant to the end of a renewal interval that is running then, for stationary
// starts: a uniform part of a length-biased interval (Cox 1962, Renewal Theory, section 5).
class ResidualSampler {
public:
    ResidualSampler() = default;
    explicit ResidualSampler(const DistributionShape& shape);
    double seconds(UniformStream& stream, RandomKey key) const;

private:
    enum class Form : std::uint8_t { memoryless, mixture, biased, powered, rejected };
    Form m_form = Form::memoryless;
    Sampler m_sampler;   // of the interval, or of its length-biased form
    double m_power = 1;  // powered: scale * sample ^ power
    double m_scale = 1;  // powered: scale; rejected: longest interval; mixture: share of the first branch
    double m_second = 0; // mixture: mean of the second branch
};

// A run of indices in one of the model's flat lists.
struct IndexRange {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

// How a failure comes to its end.
enum class RepairPath : std::uint8_t {
    atOnce,  // after the repair time
    restart, // after the repair time, unless the restart did not work: then people are called
    people   // people of a crew are called, who may be busy
};

struct FailureModelMode {
    std::string id;
    std::string cause; // "web1: Process crash"
    FailureEffect effect = FailureEffect::crash;
    double errorShare = 0;
    bool resumes = false;
    bool stops = false; // the component works no more
    Sampler timeToFailure, repair;
    ResidualSampler failureResidual, repairResidual;
    double ratio = 0;         // mean repair / mean time to failure
    double meanToFailure = 0; // seconds; own failures and those from common causes
    RepairPath path = RepairPath::atOnce;
    std::uint32_t recovery = kNone; // in FailureModel::recoveries, when its failure makes a group take over
    double restartCoverage = 1;
    Sampler crewRepair; // path restart: what people need when the restart did not work
    std::uint64_t failureStream = 0, repairStream = 0, coverageStream = 0, crewRepairStream = 0;
};

struct FailureModelComponent {
    std::string id;
    bool isDomain = false;
    bool canStop = false; // has a mode that stops it
    Ageing ageing = Ageing::always;
    IndexRange modes;              // in FailureModel::modes
    IndexRange domains;            // nodes: places it needs, in FailureModel::indices
    IndexRange members;            // domains: nodes that need it, in FailureModel::indices
    IndexRange viewsOfIt;          // in FailureModel::indices
    IndexRange viewsByIt;          // in FailureModel::indices
    bool hasRestart = false;       // domains: members need time after an outage
    Sampler restart;               // domains
    std::uint32_t crew = kNone;    // in FailureModel::crews
    std::uint32_t standby = kNone; // in FailureModel::standbys
    std::uint32_t group = kNone;   // in FailureModel::groups
    bool manages = false;          // some group's manager runs on it
    bool coupled = false;          // its failures or repairs depend on other parts
    std::uint64_t startStream = 0, restartStream = 0, responseStream = 0;
};

// People who repair, `size` at a time, first come first served.
struct FailureModelCrew {
    std::string id;
    std::uint32_t size = 1;
    std::uint32_t members = 0; // components that may wait for it
    Sampler response;
    std::uint32_t waitCause = 0; // down time of those who wait for somebody to be free
};

// A common cause after which each member is repaired for itself: hits all that work, at a constant rate.
struct FailureModelShock {
    Sampler interval;
    IndexRange members; // components, in FailureModel::indices
    IndexRange modes;   // of each member, in FailureModel::indices
    std::uint32_t cause = 0;
    std::uint64_t stream = 0;
};

// A pool some of whose members stand by: the first `serving` working ones in the order of the design serve.
struct FailureModelStandby {
    IndexRange members; // components, in FailureModel::indices
    std::uint32_t serving = 0;
    double hazard = 1; // speed of the clocks of a member that stands by
    double startFailure = 0;
    Sampler activation;
    bool asleep = false; // a member that stands by answers nothing: it has to be started first
    std::uint32_t cause = 0;
    std::uint64_t stream = 0;
};

// How one balancer checks one target (HAProxy's state machine; behaviour rows H1 to H3, H5c). Seconds.
struct FailureModelView {
    std::uint32_t observer = 0, target = 0; // components
    double inter = 2, fastinter = 2, downinter = 2;
    double hangDelay = 2; // a check of a hung server fails after this long
    double goneDelay = 2; // a check of a vanished host fails after this long
    std::uint16_t fall = 3, rise = 2;
    bool http = true; // false: a connection is enough, so a hung server passes
    std::uint64_t stream = 0;
};

// Something whose ups and downs are followed: a flow, a client (up when all its classes are) or the design
// (all flows).
struct FailureModelObservable {
    std::string id;
    std::vector<std::uint32_t> flows; // indices of StateFunction::flows()
    std::vector<double> weights;      // of their time-weighted losses, sum 1
};

// New versions of a pool's members.
struct FailureModelDeployment {
    Sampler interval, rollback;
    double failure = 0; // chance of a bad one
    std::uint32_t batch = 1;
    IndexRange members; // components, in FailureModel::indices
    std::uint32_t cause = 0;
    std::uint64_t stream = 0;
};

struct FailureModel {
    // Errors: those of StateFunction::compile.
    static Result<FailureModel> compile(const Design& design);

    StateFunction function;
    std::vector<FailureModelComponent> components; // as StateFunction::components()
    std::vector<FailureModelMode> modes;
    std::vector<FailureModelView> views; // as StateFunction::views()
    std::vector<FailureModelCrew> crews;
    std::vector<FailureModelShock> shocks;
    std::vector<FailureModelStandby> standbys;
    std::vector<FailureModelGroup> groups;
    std::vector<FailureModelDeployment> deployments;
    std::vector<FailureModelRecovery> recoveries;
    std::vector<std::string> furtherCauses; // of down time, beside the modes: "web: common cause (crash)"
    std::vector<std::uint32_t> indices;
    std::vector<FailureModelObservable> observables; // flows, clients, "design" last
    std::vector<FailurePeriod> periods;              // of objectives that are judged over one
    std::vector<std::string> periodObjectives;       // their ids, in the same order
    double eventsPerYear = 0;                        // expected, of one history
    double longestMeanRepair = 0; // seconds, restart after an outage and the response of crews included
    double warmUpFactor = 1;      // crews with much to do need longer to come to their long-run queue
    bool hasRestarts = false;
    bool hasRestartCoverage = false;
    bool hasActivations = false;
    bool needsWarmUp = false; // ageing depends on the state, so a stationary start is approximate
    std::uint32_t watched(std::uint32_t i) const { return indices[i]; }
    // Causes of down time: a mode each, then none, then the further ones.
    std::uint32_t causeCount() const {
        return static_cast<std::uint32_t>(modes.size() + 1 + furtherCauses.size());
    }
    TotalsSizes sizes() const {
        return {observables.size(), components.size(), modes.size(),
                causeCount(),       recoveries.size(), periods.size()};
    }

private:
    explicit FailureModel(StateFunction compiled) : function(std::move(compiled)) {}
    void addComponents(const Design& design);
    void addPlaces();
    void addCrews(const Design& design);
    void addShocks(const Design& design);
    void addStandbys(const Design& design);
    void addDeployments(const Design& design);
    void addPeriods(const Design& design);
    void addGroups(const Design& design);
    void addRecoveries(FailureModelGroup& group);
    std::uint32_t addCause(std::string title);
    IndexRange addIndices(const std::vector<std::uint32_t>& list);
    void addViews(const Design& design, bool withViews);
    void addObservables();
    void estimateWork();
};

} // namespace alwayson::sim
