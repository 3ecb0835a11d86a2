#include "core/structure/common_cause.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/structure/failover_laws.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <map>

namespace alwayson {

namespace {

struct SharedLevel {
    std::string_view place; // catalogue id
    double beta;
};
constexpr std::array<SharedLevel, 4> kLevels{
    {{"host", 1.0}, {"rack", 0.1}, {"zone", 0.05}, {"region", 0.01}}};
constexpr double kSameSoftware = 0.05;

double levelOf(const Domain& place) {
    for (const SharedLevel& level : kLevels)
        if (level.place == place.kind) return level.beta;
    return 0;
}

bool failsByItself(const Domain& place) {
    const auto modes = failureModesOf(place);
    return std::any_of(modes.begin(), modes.end(), [](const ResolvedFailureMode& mode) {
        return mode.effect == FailureEffect::outage || mode.effect == FailureEffect::isolation;
    });
}

std::vector<const Domain*> placesOf(const Design& design, const Node& node) {
    std::vector<const Domain*> places;
    const auto add = [&](const DomainId& id) {
        for (const Domain* place : domainChain(design, id))
            if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
    };
    if (node.domain) add(*node.domain);
    for (const DomainId& id : node.dependsOn)
        add(id);
    return places;
}

double unavailabilityOf(const ResolvedFailureMode& mode) {
    return mode.ratio() / (1 + mode.ratio());
}

// Mean time to failure that is down for a share u of the time; u = 0: never.
double meanUntil(double u, double repair) {
    return u > 0 ? std::min(repair * (1 - u) / u, kNeverMean) : kNeverMean;
}

void setMean(DistributionShape& shape, double mean) {
    if (mean < kNeverMean)
        shape = scaled(std::move(shape), mean / shape.mean());
    else
        shape = {DistributionFamily::exponential, mean, 0, 0, {}};
}

} // namespace

DistributionShape scaled(DistributionShape shape, double factor) {
    switch (shape.family) {
    case DistributionFamily::constant:
    case DistributionFamily::exponential:
        shape.a *= factor;
        break;
    case DistributionFamily::weibull:
    case DistributionFamily::gamma:
    case DistributionFamily::erlang:
        shape.b *= factor;
        break;
    case DistributionFamily::lognormal:
        shape.a += std::log(factor);
        break;
    case DistributionFamily::uniform:
        shape.a *= factor;
        shape.b *= factor;
        break;
    case DistributionFamily::triangular:
        shape.a *= factor;
        shape.b *= factor;
        shape.c *= factor;
        break;
    case DistributionFamily::hyperexponential:
        shape.b *= factor;
        shape.c *= factor;
        break;
    case DistributionFamily::empirical:
        for (double& value : shape.values)
            value *= factor;
        break;
    }
    return shape;
}

double effectiveBeta(const Design& design, const Group& group) {
    if (const auto own = get(group, key::group::pool::beta)) return std::clamp(own->value(), 0.0, 1.0);
    const std::vector<const Node*> members = membersOf(design, group.id);
    if (members.size() < 2) return 0;
    double apart = 1;
    std::vector<const Domain*> shared = placesOf(design, *members.front());
    for (const Node* member : members) {
        const std::vector<const Domain*> places = placesOf(design, *member);
        std::erase_if(shared, [&](const Domain* place) {
            return std::find(places.begin(), places.end(), place) == places.end();
        });
    }
    for (const Domain* place : shared)
        if (!failsByItself(*place)) apart *= 1 - levelOf(*place);
    const auto image = [](const Node& node) { return get(node, key::server::deploy::image).value_or(""); };
    const std::string version = image(*members.front());
    if (!version.empty() && std::all_of(members.begin(), members.end(),
                                        [&](const Node* node) { return image(*node) == version; }))
        apart *= 1 - kSameSoftware;
    return 1 - apart;
}

std::vector<CommonCause> commonCausesOf(const Design& design,
                                        const std::vector<StructureComponent>& components) {
    using Repair = key::group::pool::CommonCauseRepair;
    std::vector<CommonCause> causes;
    std::map<std::string, std::vector<std::uint32_t>, std::less<>> membersBy;
    for (std::uint32_t n = 0; n < design.nodes.size(); ++n)
        if (const auto& group = design.nodes.at(n).group) membersBy[group->str()].push_back(n);
    for (const Group& group : design.groups) {
        const auto members = membersBy.find(group.id.str());
        if (members == membersBy.end() || members->second.size() < 2) continue;
        const double beta = effectiveBeta(design, group);
        if (!(beta > 0)) continue;
        const bool together = get(group, key::group::pool::commonCauseRepair) == Repair::together;
        const std::size_t first = causes.size();
        for (const std::uint32_t n : members->second)
            for (std::uint32_t m = 0; m < components[n].modes.size(); ++m) {
                const ResolvedFailureMode& mode = components[n].modes[m];
                if (mode.id == kBadVersion) continue;
                auto at = std::find_if(causes.begin() + static_cast<std::ptrdiff_t>(first), causes.end(),
                                       [&](const CommonCause& cause) { return cause.mode == mode.id; });
                if (at == causes.end())
                    at = causes.insert(causes.end(),
                                       {group.id.str(),
                                        mode.id,
                                        fmt::format("{}: common cause ({})", group.displayName(), mode.title),
                                        beta,
                                        together,
                                        {},
                                        {}});
                at->members.push_back(n);
                at->modes.push_back(m);
            }
        causes.erase(std::remove_if(causes.begin() + static_cast<std::ptrdiff_t>(first), causes.end(),
                                    [](const CommonCause& cause) { return cause.members.size() < 2; }),
                     causes.end());
    }
    return causes;
}

std::vector<CommonCause> addSharedFaults(const Design& design, std::vector<StructureComponent>& components) {
    std::vector<CommonCause> causes = commonCausesOf(design, components);
    // A place knows outages only: a slowness or a share of errors that is shared stays each member's own.
    std::erase_if(causes, [&](const CommonCause& cause) {
        const ResolvedFailureMode& mode = components[cause.members.front()].modes[cause.modes.front()];
        return !cause.together || stillServes(mode.effect, mode.errorShare);
    });
    for (const CommonCause& cause : causes) {
        const ResolvedFailureMode* smallest = nullptr;
        for (std::size_t i = 0; i < cause.members.size(); ++i) {
            const ResolvedFailureMode& mode = components[cause.members[i]].modes[cause.modes[i]];
            if (!smallest || unavailabilityOf(mode) < unavailabilityOf(*smallest)) smallest = &mode;
        }
        const double shared = cause.beta * unavailabilityOf(*smallest);
        ResolvedFailureMode fault = *smallest;
        fault.effect = FailureEffect::outage;
        fault.repairedBy = RepairedBy::restart;
        fault.restartCoverage = 1;
        fault.timeToFailure = {
            DistributionFamily::exponential, meanUntil(shared, fault.repair.mean()), 0, 0, {}};
        for (std::size_t i = 0; i < cause.members.size(); ++i) {
            ResolvedFailureMode& mode = components[cause.members[i]].modes[cause.modes[i]];
            setMean(mode.timeToFailure,
                    meanUntil(std::max(0.0, unavailabilityOf(mode) - shared), mode.repair.mean()));
        }
        StructureComponent place;
        place.isDomain = true;
        place.id = cause.group + "#" + cause.mode;
        place.title = cause.title;
        place.modes.push_back(std::move(fault));
        components.push_back(std::move(place));
    }
    return causes;
}

} // namespace alwayson
