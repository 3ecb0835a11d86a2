// Cuts of the network: what is cut off runs on, but messages between the two sides vanish, both ways or one.

#include "simulator/kernel/truth.h"
#include "simulator/mechanism/context.h"

#include <algorithm>

namespace alwayson::sim {
namespace {

void putOnSide(const Model& m, Index component, std::uint8_t number, std::vector<std::uint8_t>& side) {
    const Component& entry = m.components[component];
    if (!entry.isDomain) side[component] = number;
    for (const Index node : entry.members)
        side[node] = number;
}

// What is cut off from everything outside is silent to its observers; a cut between two sides is seen only
// across it.
void noteCut(Context& c, const Cut& cut, bool begins) {
    const auto otherwise = [&](Index node) { // another such cut holds it before this one, or goes on
        return std::any_of(c.truth.cuts.begin(), c.truth.cuts.end(),
                           [&](const Cut& one) { return one.other == kNone && one.side[node] == 1; });
    };
    for (Index node = 0; node < c.model.designNodes; ++node) {
        ComponentTruth& truth = c.truth.components[node];
        if (cut.side[node] != 1 || truth.mode || truth.outages || truth.restarting || otherwise(node))
            continue;
        if (begins) {
            truth.failedAt = c.s.now;
            truth.failedBy = kIsolated;
            truth.repairedAt = kNever;
        } else {
            truth.repairedAt = c.s.now;
        }
    }
}

void bordersChanged(Context& c) {
    for (Index lane = 0; lane < c.model.lanes.size(); ++lane)
        leaveExpress(c, lane);
    c.truth.borders = !c.truth.cuts.empty() || c.truth.cutOffNodes > 0;
    ++c.truth.changes;
    vrrpBorders(c);
}

void planHealing(Context& c, Index component) {
    SimTime due = kNever;
    for (const Cut& cut : c.truth.cuts)
        if (cut.what == component) due = std::min(due, cut.healAt);
    c.truth.components[component].healAt = due;
    scheduleFaults(c, component);
}

} // namespace

void isolate(Context& c, const ScenarioStep& step) {
    Cut cut;
    cut.what = step.component;
    cut.other = step.other;
    cut.direction = step.direction;
    cut.healAt = after(c.s.now, step.endsAfter);
    cut.side.assign(c.model.designNodes, step.other == kNone ? 2 : 0);
    if (step.other != kNone) putOnSide(c.model, step.other, 2, cut.side);
    putOnSide(c.model, step.component, 1, cut.side);
    logEvent(c, LogKind::cut, step.component, step.other, static_cast<std::uint32_t>(step.direction));
    if (step.other == kNone) noteCut(c, cut, true);
    c.truth.cuts.push_back(std::move(cut));
    bordersChanged(c);
    planHealing(c, step.component);
}

void heal(Context& c, Index component, bool onlyDue) {
    std::vector<Cut>& cuts = c.truth.cuts;
    const auto ends = [&](const Cut& cut) {
        const bool concerned = cut.what == component || (!onlyDue && cut.other == component);
        return concerned && (!onlyDue || cut.healAt <= c.s.now);
    };
    const auto ended =
        std::stable_partition(cuts.begin(), cuts.end(), [&](const Cut& cut) { return !ends(cut); });
    if (ended == cuts.end()) return;
    const std::vector<Cut> over(std::make_move_iterator(ended), std::make_move_iterator(cuts.end()));
    cuts.erase(ended, cuts.end());
    for (const Cut& cut : over) {
        logEvent(c, LogKind::healed, cut.what, cut.other);
        if (cut.other == kNone) noteCut(c, cut, false);
    }
    bordersChanged(c);
    for (const Cut& cut : over)
        planHealing(c, cut.what);
}

} // namespace alwayson::sim
