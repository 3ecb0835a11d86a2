// Groups whose members have different parts: who may be called, and by which way.

#include "core/base/ip_network.h"
#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/structure/failover_plan.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace alwayson::validation {

namespace {

// A group with one active member is called as such: whoever is called directly may just not be the active
// one.
void checkLinkPastGroup(const Context& c, const Link& link, Issues& issues) {
    const Node* to = c.design.nodes.find(link.to);
    const Group* group = to && to->group ? c.design.groups.find(to->group->str()) : nullptr;
    if (!group || !(hasRole(*group, "one_active") || hasRole(*group, "one_writer"))) return;
    const std::string member = nameOf(c.design, link.to), name = nameOf(c.design, group->id.str());
    Issue& issue = issues.warning(
        "link.past_the_group", {link.id.str(), link.from, link.to, group->id.str()},
        fmt::format("{} calls {} past {}: after a take-over it still calls {}, which is then not the one "
                    "that serves.",
                    nameOf(c.design, link.from), member, name, member),
        fmt::format("Link to {} instead.", name));
    issue.operation = operation::set(Collection::links, link.id.str(), "/to", group->id.str(),
                                     "Link to " + group->id.str());
}

namespace vrrp = key::group::vrrpPair;

Operation setOn(const Group& group, std::string_view parameter, Json value) {
    return operation::setParameter(Collection::groups, group.id.str(), parameter, std::move(value));
}

// Who of two equals holds the address after a cut is decided by their addresses, which the design lacks.
void checkPriorities(const Context& c, const Group& group, const std::vector<const Node*>& members,
                     Issues& issues) {
    for (std::size_t i = 1; i < members.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const double priority = priorityOf(c.design, *members[i]);
            if (priority != priorityOf(c.design, *members[j])) continue;
            const std::string a = nameOf(c.design, members[j]->id.str());
            const std::string b = nameOf(c.design, members[i]->id.str());
            issues.warning(
                "vrrp.equal_priorities", {group.id.str(), members[j]->id.str(), members[i]->id.str()},
                fmt::format("{} and {} have the same VRRP priority, {}: of two that claim the address the "
                            "higher IP address wins. Simulations let {} win, the first in the design.",
                            a, b, formatNumber(priority), a),
                fmt::format("Give {} a lower priority.", b));
            return;
        }
}

// Adverts and neighbour discovery end at a router.
void checkNetwork(const Context& c, const Group& group, const std::vector<const Node*>& members,
                  Issues& issues) {
    const std::string shared = get(group, vrrp::virtualIp).value_or("");
    const std::optional<IpNetwork> network = networkOf(shared);
    if (!network || network->isOneAddress()) return;
    std::vector<std::string> where{group.id.str()}, outside;
    for (const Node* member : members) {
        const std::string host = get(*member, key::haproxy::deploy::host).value_or("");
        const std::optional<IpNetwork> own = networkOf(host);
        if (host.find('/') != std::string::npos || !own || own->v6 != network->v6 || network->holds(host))
            continue;
        where.push_back(member->id.str());
        outside.push_back(fmt::format("{} ({})", nameOf(c.design, member->id.str()), host));
    }
    if (outside.empty()) return;
    issues.warning(
        "vrrp.other_network", std::move(where),
        fmt::format(
            "{} {} not in {}, the network of the shared address {} of {}: an address can only be taken "
            "over within one network, because neither adverts nor ARP pass a router.",
            listNames(outside), outside.size() == 1 ? "is" : "are", network->text(), shared,
            nameOf(c.design, group.id.str())),
        fmt::format("Give all members addresses in {}, or the shared address the prefix length of a network "
                    "that holds all of them.",
                    network->text()));
}

void checkPair(const Context& c, const Group& group, Issues& issues) {
    const std::vector<const Node*> members = membersOf(c.design, group.id);
    if (members.empty()) return;
    const Node& holder = *members.front();
    const std::string name = nameOf(c.design, group.id.str()), first = nameOf(c.design, holder.id.str());
    const std::vector<std::string> where{group.id.str(), holder.id.str()};
    const VrrpTimers timers = vrrpTimersOf(c.design, group, holder);
    if (!timers.tracked) {
        Issue& issue = issues.warning(
            "vrrp.balancer_not_watched", where,
            fmt::format(
                "{} watches only the machines: when the balancer on {} dies or hangs, its machine keeps "
                "the address, and nobody is served until the repair.",
                name, first),
            "Watch the balancer with a script.");
        issue.operation = setOn(group, vrrp::track.id, "script");
    } else if (members.size() > 1 && timers.weight != 0 && !timers.weightGivesWay) {
        const double priority = priorityOf(c.design, holder);
        Issue& issue = issues.warning(
            "vrrp.weight_keeps_address", where,
            fmt::format("When the balancer on {} fails, the weight of the script ({}) {}: {} keeps the "
                        "address, and nobody is served until the repair.",
                        first, formatNumber(timers.weight),
                        timers.preempt ? fmt::format("leaves it at priority {}, not below the others",
                                                     formatNumber(std::max(
                                                         1.0, priority + std::min(0.0, timers.weight))))
                                       : std::string("changes nothing, because no other may preempt it"),
                        first),
            "Set the weight to 0: a member whose script fails then leaves the election.");
        issue.operation = setOn(group, vrrp::trackWeight.id, 0);
    }
    checkPriorities(c, group, members, issues);
    checkNetwork(c, group, members, issues);
    if (get(group, vrrp::version) == 2 && timers.advert != std::floor(timers.advert)) {
        Issue& issue = issues.warning(
            "vrrp.advert_fraction", where,
            fmt::format("{} sends an advert every {}, but VRRP version 2 counts whole seconds: keepalived "
                        "refuses it.",
                        name, formatDuration(Duration::seconds(timers.advert))),
            "Use VRRP version 3.");
        issue.operation = setOn(group, vrrp::version.id, 3);
    }
}

void checkVoters(const Context& c, const Group& group, Issues& issues) {
    const std::vector<const Node*> voters = membersOf(c.design, group.id);
    const std::size_t n = voters.size();
    if (n == 0) return;
    const std::string name = nameOf(c.design, group.id.str());
    if (n <= 2)
        issues.warning(
            "quorum.no_spare", {group.id.str()},
            fmt::format("{} has {}: the loss of one ends all decisions.", name, countOf(n, "voter")),
            "Use three voters, in three zones.");
    else if (n % 2 == 0)
        issues.warning(
            "quorum.even", {group.id.str()},
            fmt::format("{} has {} voters and bears the loss of {}, no more than with {}: when a cut "
                        "leaves {} on each side, neither side decides.",
                        name, n, (n - 1) / 2, n - 1, n / 2),
            "Add a voter or take one out.");
    std::map<const Domain*, std::size_t> inZone;
    for (const Node* voter : voters)
        if (const Domain* zone = placeWithRole(c.design, *voter, "zone")) ++inZone[zone];
    for (const Domain& zone : c.design.domains) {
        const auto at = inZone.find(&zone);
        if (n < 2 || at == inZone.end() || n - at->second > n / 2) continue;
        const std::string place = placeName(zone);
        issues.warning("quorum.one_zone", {group.id.str(), zone.id.str()},
                       fmt::format("{} of {} {} in {}: its outage leaves no majority.",
                                   at->second == n ? fmt::format("All {} voters", n)
                                                   : fmt::format("{} of the {} voters", at->second, n),
                                   name, at->second == 1 ? "is" : "are", place),
                       "Spread the voters over three zones.");
    }
}

// A quorum that nobody asks decides nothing.
void checkAsked(const Context& c, const Group& quorum, Issues& issues) {
    namespace rep = key::group::mysqlReplication;
    std::vector<const Group*> managed;
    for (const Group& group : c.design.groups) {
        if (std::find(group.managerOn.begin(), group.managerOn.end(), quorum.id.str()) !=
            group.managerOn.end())
            return;
        const bool byManager =
            hasMechanism(group, "manager") && (get(group, rep::manager) == rep::Manager::orchestrator ||
                                               get(group, rep::manager) == rep::Manager::mha);
        if (byManager && group.managerOn.empty()) managed.push_back(&group);
    }
    const std::string name = nameOf(c.design, quorum.id.str());
    const std::string set = managed.size() == 1 ? nameOf(c.design, managed.front()->id.str()) : "";
    Issue& issue = issues.warning(
        "quorum.not_asked", {quorum.id.str()},
        fmt::format("Nothing asks {} for its majority: no group has its manager on it, so its loss changes "
                    "no figure.",
                    name),
        set.empty()
            ? fmt::format("Let a manager (orchestrator or MHA) fail over a replication set, and let it "
                          "run on {}; or remove it.",
                          name)
            : fmt::format("Let the manager of {} run on {}.", set, name));
    if (!set.empty())
        issue.operation =
            operation::set(Collection::groups, managed.front()->id.str(), "/manager_on",
                           Json::array({quorum.id.str()}), "Run the manager on " + quorum.id.str());
}

void checkElections(const Context& c, const Group& group, Issues& issues) {
    const ElectionPlan plan = electionPlan(c.design, group);
    const double heartbeat = get(group, key::group::quorum::heartbeat).seconds();
    const std::string name = nameOf(c.design, group.id.str());
    const auto text = [](double s) { return formatDuration(Duration::seconds(s)); };
    if (heartbeat >= plan.timeout)
        issues.warning(
            "quorum.heartbeat", {group.id.str()},
            fmt::format("The leader of {} is heard every {}, and voters stand for election after {} "
                        "of silence: there is an election all the time.",
                        name, text(heartbeat), text(plan.timeout)),
            "Set Heartbeat every to a tenth of Election timeout.");
    if (plan.timeout < 10 * plan.roundTrip)
        issues.warning(
            "quorum.short_election", {group.id.str()},
            fmt::format("Voters of {} stand for election after {} of silence, only {} round trips of "
                        "{} between them: elections without a reason.",
                        name, text(plan.timeout), formatSignificant(plan.timeout / plan.roundTrip, 2),
                        text(plan.roundTrip)),
            fmt::format("Set Election timeout to at least {}.", text(10 * plan.roundTrip)));
}

} // namespace

void checkGroupCalls(const Context& context, Issues& issues) {
    for (const Group& group : context.design.groups) {
        if (hasMechanism(group, "vrrp")) checkPair(context, group, issues);
        if (!hasMechanism(group, "quorum")) continue;
        checkVoters(context, group, issues);
        checkAsked(context, group, issues);
        checkElections(context, group, issues);
    }
    for (const Link& link : context.design.links)
        checkLinkPastGroup(context, link, issues);
}

} // namespace alwayson::validation
