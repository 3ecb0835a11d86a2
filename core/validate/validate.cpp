#include "core/validate/validate.h"

#include "core/validate/context.h"

namespace alwayson {

std::vector<Issue> validate(const Design& design, const NormalOperation& normal) {
    const validation::Context context(design, normal);
    validation::Issues issues;
    validation::checkConnectivity(context, issues);
    validation::checkRedundancy(context, issues);
    validation::checkStandIns(context, issues);
    validation::checkCapacity(context, issues);
    validation::checkHeldWorkers(context, issues);
    validation::checkTimers(context, issues);
    validation::checkHealthChecks(context, issues);
    validation::checkFailureModes(context, issues);
    validation::checkDeploy(context, issues);
    validation::checkEffects(context, issues);
    validation::checkCaches(context, issues);
    validation::checkPlaces(context, issues);
    validation::checkMemberCalls(context, issues);
    validation::checkPlans(context, issues);
    validation::checkGroupCalls(context, issues);
    validation::checkFailover(context, issues);
    validation::checkNotSimulated(context, issues);
    return std::move(issues).sorted();
}

std::vector<Issue> validate(const Design& design) {
    return validate(design, normalOperation(design));
}

} // namespace alwayson
