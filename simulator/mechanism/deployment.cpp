// New versions: members of a pool that answer with errors until a bad version is rolled back or a good one
// takes its place.

#include "simulator/kernel/truth.h"
#include "simulator/mechanism/context.h"

#include <algorithm>

namespace alwayson::sim {
namespace {

// When nobody says how long: one draw per bad version of the group, whatever else the scenario does.
SimTime rollbackTime(const Context& c, Index stepIndex) {
    const ScenarioStep& step = c.model.steps[stepIndex];
    if (step.endsAfter != kNever) return step.endsAfter;
    const auto before =
        std::count_if(c.model.steps.begin(), c.model.steps.begin() + stepIndex, [&](const ScenarioStep& one) {
            return one.action == ScenarioAction::deploy && one.group == step.group && one.errorShare > 0;
        });
    DurationStream stream;
    stream.id = streamId(step.group + "/rollback/" + std::to_string(before), Purpose::rollback);
    return stream.next(c.s.key, step.rollback);
}

} // namespace

void deploy(Context& c, Index stepIndex) {
    const ScenarioStep& step = c.model.steps[stepIndex];
    logEvent(c, LogKind::deployed, step.component, kNone, stepIndex, 0, step.errorShare);
    if (step.errorShare <= 0) {
        for (const Index node : step.members)
            if (c.truth.components[node].badShare > 0) rollBack(c, node);
        return;
    }
    const SimTime lasts = rollbackTime(c, stepIndex);
    for (const Index node : step.members) {
        ComponentTruth& truth = c.truth.components[node];
        truth.badShare = step.errorShare;
        truth.badStep = stepIndex;
        truth.rollbackAt = after(c.s.now, lasts);
        settleNode(c, node);
        scheduleFaults(c, node);
    }
}

void rollBack(Context& c, Index node) {
    ComponentTruth& truth = c.truth.components[node];
    truth.badShare = 0;
    truth.rollbackAt = kNever;
    logEvent(c, LogKind::rolledBack, node, kNone, truth.badStep);
    settleNode(c, node);
    scheduleFaults(c, node);
}

} // namespace alwayson::sim
