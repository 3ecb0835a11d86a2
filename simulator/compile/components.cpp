#include "simulator/compile/components.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/param_key.h"

#include <algorithm>
#include <map>

namespace alwayson::sim {

namespace {

std::vector<ModelMode> modesFrom(const std::vector<ResolvedFailureMode>& resolved) {
    std::vector<ModelMode> modes;
    for (const ResolvedFailureMode& mode : resolved)
        modes.push_back({mode.id, mode.title, mode.effect, Sampler(mode.timeToFailure), Sampler(mode.repair),
                         mode.slowFactor, mode.errorShare, mode.resumes});
    return modes;
}

} // namespace

void addComponents(Model& m, const Design& design) {
    std::map<Index, std::vector<Index>> domainMembers;
    const auto domainBase = m.designNodes;
    for (const Node& node : design.nodes) {
        Component c;
        c.id = node.id.str();
        c.name = node.displayName();
        c.modes = modesFrom(failureModesOf(node));
        const auto index = static_cast<Index>(m.components.size());
        std::vector<DomainId> direct = node.dependsOn;
        if (node.domain) direct.insert(direct.begin(), *node.domain);
        for (const DomainId& id : direct)
            for (const Domain* domain : domainChain(design, id)) {
                const Index d = domainBase + static_cast<Index>(design.domains.indexOf(domain->id.str()));
                if (std::find(c.domains.begin(), c.domains.end(), d) == c.domains.end()) {
                    c.domains.push_back(d);
                    domainMembers[d].push_back(index);
                }
            }
        m.components.push_back(std::move(c));
    }
    for (const Domain& domain : design.domains) {
        Component c;
        c.id = domain.id.str();
        c.name = domain.displayName();
        c.isDomain = true;
        c.modes = modesFrom(failureModesOf(domain));
        c.members = domainMembers[static_cast<Index>(m.components.size())];
        c.restartAfterOutage = Sampler(get(
            domain.parameters, ParamKey<DistributionShape>{"domains", domain.kind, "restart_after_outage"}));
        m.components.push_back(std::move(c));
    }
}

} // namespace alwayson::sim
