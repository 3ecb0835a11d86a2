// Parameters that were set and change nothing, because of other parameters.

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

namespace alwayson::validation {

namespace {

namespace hap = key::haproxy;
namespace cli = key::client;

// Reports those of `parameters` that differ from their default.
void ignored(const Context& c, Collection in, const std::string& id, const Descriptor* kind,
             const Parameters& stored, std::initializer_list<std::string_view> parameters,
             const std::string& because, Issues& issues) {
    for (std::string_view parameter : parameters) {
        const auto found = stored.find(parameter);
        const ParameterSpec* spec = kind ? kind->parameter(parameter) : nullptr;
        if (found == stored.end() || !spec || found->second == spec->defaultValue) continue;
        Issue& issue = issues.hint(
            "effect.ignored_parameter", {id},
            fmt::format("{} of {} has no effect: {}.", spec->title, nameOf(c.design, id), because),
            fmt::format("Set {} back to its default, or change what keeps it from working.", spec->title));
        issue.operation = operation::setParameter(in, id, parameter, nullptr);
    }
}

void checkBalancer(const Context& c, const Node& node, Issues& issues) {
    const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
    const Parameters& p = node.parameters;
    const auto report = [&](std::initializer_list<std::string_view> parameters, const std::string& because) {
        ignored(c, Collection::nodes, node.id.str(), kind, p, parameters, because, issues);
    };
    if (get(p, hap::balance) != hap::Balance::random)
        report({hap::randomDraws.id}, "the balance algorithm is not random");
    if (!get(p, hap::check))
        report({hap::checkType.id, hap::checkPath.id, hap::checkInter.id, hap::checkFastinter.key.id,
                hap::checkDowninter.key.id, hap::checkFall.id, hap::checkRise.id, hap::checkTimeout.key.id,
                hap::slowstart.id, hap::onMarkedDown.id},
               "health checks are off");
    else if (get(p, hap::checkType) == hap::CheckType::tcp)
        report({hap::checkPath.id}, "a tcp check asks for no path");
    if (get(p, hap::serverMaxconn) == 0)
        report({hap::serverMaxqueue.id, hap::timeoutQueue.id},
               "Connections per server is unlimited, so nothing queues for a server");
    if (get(p, hap::retries) == 0 && get(p, hap::redispatch)) {
        Issue& issue = issues.hint(
            "effect.redispatch_without_retries", {node.id.str()},
            fmt::format(
                "{} has Redispatch on but no retries: a refused connection fails its request at once.",
                nameOf(c.design, node.id.str())),
            "Allow at least one retry.");
        issue.operation = operation::setParameter(Collection::nodes, node.id.str(), hap::retries.id, 3);
    }
}

void checkClientOptions(const Context& c, const Node& node, Issues& issues) {
    const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
    const Parameters& p = node.parameters;
    const auto report = [&](std::initializer_list<std::string_view> parameters, const std::string& because) {
        ignored(c, Collection::nodes, node.id.str(), kind, p, parameters, because, issues);
    };
    if (get(p, cli::attempts) == 1)
        report({cli::retryErrors.id, cli::backoffBase.id, cli::backoffCap.id, cli::backoffJitter.id,
                cli::retryBudgetShare.key.id, cli::retryBudgetCap.id},
               "there is only one attempt");
    else if (!get(p, cli::retryBudgetShare))
        report({cli::retryBudgetCap.id}, "there is no retry budget");
    if (node.domain) report({cli::networkRtt.id}, "the clients lie in a place, whose round trip counts");
}

void checkLink(const Context& c, const Link& link, Issues& issues) {
    const Node* from = c.design.nodes.find(link.from);
    const std::vector<const Node*> members =
        from ? std::vector{from} : membersOf(c.design, GroupId(link.from));
    if (members.empty() || !hasRole(*members.front(), "balancer")) return;
    namespace req = key::link::request;
    ignored(
        c, Collection::links, link.id.str(), Catalogue::builtIn().link(link.kind), link.parameters,
        {req::callsPerRequest.id, req::parallel.id, req::optional.id, req::attempts.id, req::timeout.key.id},
        "a load balancer passes each request to one server, by its own timeouts and retry rules", issues);
}

} // namespace

void checkEffects(const Context& context, Issues& issues) {
    for (const Node& node : context.design.nodes) {
        if (hasRole(node, "balancer")) checkBalancer(context, node, issues);
        if (hasRole(node, "client")) checkClientOptions(context, node, issues);
    }
    for (const Group& group : context.design.groups)
        if (!get(group, key::group::pool::needed))
            ignored(context, Collection::groups, group.id.str(), Catalogue::builtIn().group(group.kind),
                    group.parameters, {key::group::pool::belowNeeded.id},
                    "the pool has no number of members needed", issues);
    for (const Link& link : context.design.links)
        checkLink(context, link, issues);
}

} // namespace alwayson::validation
