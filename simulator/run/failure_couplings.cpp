// What makes parts of a design depend on each other: crews that may be busy, common causes, members that
// stand by.
#include "core/catalogue/keys.h"
#include "core/structure/common_cause.h"
#include "simulator/run/failure_model.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace alwayson::sim {

std::uint32_t FailureModel::addCause(std::string title) {
    furtherCauses.push_back(std::move(title));
    return static_cast<std::uint32_t>(modes.size() + furtherCauses.size());
}

IndexRange FailureModel::addIndices(const std::vector<std::uint32_t>& list) {
    const IndexRange range{static_cast<std::uint32_t>(indices.size()),
                           static_cast<std::uint32_t>(list.size())};
    indices.insert(indices.end(), list.begin(), list.end());
    return range;
}

void FailureModel::addCrews(const Design& design) {
    for (const Crew& known : design.settings.crews) {
        FailureModelCrew crew;
        crew.id = known.id;
        crew.size = static_cast<std::uint32_t>(std::max(1, known.size));
        if (const auto response = resolve(known.response)) crew.response = Sampler(*response);
        const auto index = static_cast<std::uint32_t>(crews.size());
        for (FailureModelComponent& component : components) {
            const Node* node = component.isDomain ? nullptr : design.nodes.find(component.id);
            if (!node) continue;
            std::optional<std::string> id = node->crew;
            const Group* group = node->group ? design.groups.find(node->group->str()) : nullptr;
            if (!id && group) id = group->crew;
            if (id != known.id) continue;
            component.crew = index;
            component.coupled = true;
            component.responseStream = streamId(component.id + "/response", Purpose::repair);
            ++crew.members;
        }
        if (crew.members > crew.size) crew.waitCause = addCause(fmt::format("Crew {} is busy", known.id));
        crews.push_back(std::move(crew));
    }
    for (const FailureModelComponent& component : components)
        for (std::uint32_t m = component.modes.first; m < component.modes.first + component.modes.count; ++m)
            if (modes[m].path == RepairPath::people && component.crew == kNone)
                modes[m].path = RepairPath::atOnce;
}

// The shock has the share beta of the smallest rate of the members; that much is taken off each one's own.
void FailureModel::addShocks(const Design& design) {
    const std::vector<StructureComponent>& parts = function.components();
    for (const CommonCause& cause : commonCausesOf(design, parts)) {
        if (cause.together) continue; // a place of its own
        double rate = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < cause.members.size(); ++i)
            rate = std::min(rate,
                            cause.beta / parts[cause.members[i]].modes[cause.modes[i]].timeToFailure.mean());
        if (!(rate > 0) || !std::isfinite(rate)) continue;
        FailureModelShock shock;
        shock.interval = Sampler({DistributionFamily::exponential, 1 / rate, 0, 0, {}});
        shock.cause = addCause(cause.title);
        shock.stream = streamId(cause.group + "/shock/" + cause.mode, Purpose::group);
        std::vector<std::uint32_t> hit;
        for (std::size_t i = 0; i < cause.members.size(); ++i) {
            FailureModelComponent& component = components[cause.members[i]];
            component.coupled = true;
            hit.push_back(component.modes.first + cause.modes[i]);
            FailureModelMode& mode = modes[hit.back()];
            const double own = 1 / mode.meanToFailure - rate;
            DistributionShape shape{DistributionFamily::exponential, kNeverMean, 0, 0, {}};
            if (own * mode.meanToFailure > 1e-12)
                shape = scaled(mode.timeToFailure.shape(), 1 / (own * mode.meanToFailure));
            mode.timeToFailure = Sampler(shape);
            mode.failureResidual = ResidualSampler(shape);
        }
        shock.members = addIndices(cause.members);
        shock.modes = addIndices(hit);
        shocks.push_back(std::move(shock));
    }
}

void FailureModel::addDeployments(const Design& design) {
    constexpr double kSecondsOfWeek = 7 * 86400.0;
    for (const Group& group : design.groups) {
        if (!hasRole(group, "pool")) continue;
        const double perWeek = get(group, key::group::pool::deploysPerWeek);
        FailureModelDeployment deployment;
        deployment.failure = get(group, key::group::pool::deployFailure).value();
        std::vector<std::uint32_t> members;
        for (std::uint32_t n = 0; n < design.nodes.size(); ++n)
            if (design.nodes.at(n).group == group.id) members.push_back(n);
        if (!(perWeek > 0) || !(deployment.failure > 0) || members.empty()) continue;
        // Those that are good change nothing, so only bad ones are events.
        deployment.interval = Sampler(
            {DistributionFamily::exponential, kSecondsOfWeek / perWeek / deployment.failure, 0, 0, {}});
        deployment.rollback = Sampler(get(group, key::group::pool::rollback));
        deployment.batch =
            static_cast<std::uint32_t>(std::max<std::int64_t>(1, get(group, key::group::pool::deployBatch)));
        deployment.cause = addCause(fmt::format("{}: bad deployment", group.displayName()));
        deployment.stream = streamId(group.id.str() + "/deploy", Purpose::rollback);
        eventsPerYear += 2 * kSecondsOfYear / deployment.interval.mean();
        longestMeanRepair = std::max(longestMeanRepair, deployment.rollback.mean());
        for (const std::uint32_t member : members)
            components[member].coupled = true;
        deployment.members = addIndices(members);
        deployments.push_back(std::move(deployment));
    }
}

void FailureModel::addStandbys(const Design& design) {
    for (const Group& group : design.groups) {
        if (!hasRole(group, "pool")) continue;
        std::vector<std::uint32_t> members;
        for (std::uint32_t n = 0; n < design.nodes.size(); ++n)
            if (design.nodes.at(n).group == group.id) members.push_back(n);
        const auto standing =
            static_cast<std::size_t>(std::max<std::int64_t>(0, get(group, key::group::pool::standby)));
        if (standing == 0 || members.size() < 2) continue;
        FailureModelStandby standby;
        standby.serving = static_cast<std::uint32_t>(members.size() - std::min(standing, members.size() - 1));
        standby.hazard = std::clamp(get(group, key::group::pool::standbyHazard), 0.0, 1.0);
        standby.startFailure = get(group, key::group::pool::startFailure).value();
        const DistributionShape activation = get(group, key::group::pool::activation);
        standby.activation = Sampler(activation);
        standby.asleep = activation.mean() > 0;
        standby.cause = addCause(fmt::format("{}: a member that stood by has to start", group.displayName()));
        standby.stream = streamId(group.id.str() + "/standby", Purpose::group);
        hasActivations |= standby.asleep;
        for (const std::uint32_t member : members) {
            components[member].standby = static_cast<std::uint32_t>(standbys.size());
            components[member].coupled = true;
        }
        standby.members = addIndices(members);
        standbys.push_back(std::move(standby));
    }
}

} // namespace alwayson::sim
