#include "exporters/guide/traffic.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "exporters/common/manifest.h"
#include "exporters/mysql/orchestrator.h"
#include "exporters/quoting/markdown.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson::exporters::guide {

namespace {

namespace set_key = key::group::mysqlReplication;

// Of orchestrator: DefaultRaftPort, ListenAddress.
constexpr std::int64_t kRaftPort = 10008, kPagesPort = mysql::kOrchestratorPort;

End endOf(const Node& node) {
    const std::string host = get(node, key::server::deploy::host).value_or("");
    return {node.id.str(), host == "*" ? "" : host};
}

class Finder {
public:
    Finder(const Design& design, const Plans& plans) : m_design(design), m_plans(plans) {}

    std::vector<Opening> run() {
        for (const Link& link : m_design.links)
            call(link);
        for (const Group* pair : keepalived::pairsOf(m_design))
            among(endsOf(pair->id.str()), "VRRP", {}, "who holds the shared address of " + pair->id.str());
        for (const mysql::Plan& plan : m_plans.sets)
            set(plan);
        quorums();
        return std::move(m_found);
    }

private:
    // A node, or the members of a group.
    std::vector<const Node*> nodesOf(const std::string& id) const {
        if (const Node* node = m_design.nodes.find(id)) return {node};
        const Group* group = m_design.groups.find(id);
        return group ? membersOf(m_design, group->id) : std::vector<const Node*>();
    }
    std::vector<End> endsOf(const std::string& id) const {
        std::vector<End> ends;
        for (const Node* node : nodesOf(id))
            ends.push_back(endOf(*node));
        return ends;
    }

    const haproxy::Built* balancerOf(const Node& node) const {
        for (const haproxy::Built& built : m_plans.balancers)
            if (built.balancer == node.id.str()) return &built;
        return nullptr;
    }

    void call(const Link& link) {
        const std::vector<const Node*> callers = nodesOf(link.from), targets = nodesOf(link.to);
        if (callers.empty() || targets.empty()) return;
        Opening opening;
        opening.protocol = "TCP";
        if (hasRole(*callers.front(), "client"))
            opening.fromWords = "the users: " + link.from;
        else
            opening.from = endsOf(link.from);
        for (const Node* target : targets) {
            opening.to.push_back(endOf(*target));
            addPorts(opening.ports, *target);
        }
        if (const Group* group = m_design.groups.find(link.to); group && hasMechanism(*group, "vrrp")) {
            const std::string shared = get(*group, key::group::vrrpPair::virtualIp).value_or("");
            opening.to.push_back({group->id.str(), shared.substr(0, shared.find('/'))});
        }
        const bool checks = balancerOf(*callers.front()) != nullptr;
        opening.why = fmt::format("{}{}", hasRole(*targets.front(), "database") ? "queries" : "requests",
                                  checks ? " and health checks" : "");
        m_found.push_back(std::move(opening));
    }

    void addPorts(std::vector<std::int64_t>& ports, const Node& target) const {
        const auto add = [&](std::int64_t port) {
            if (std::find(ports.begin(), ports.end(), port) == ports.end()) ports.push_back(port);
        };
        if (const haproxy::Built* built = balancerOf(target)) {
            for (const haproxy::Port& port : built->ports)
                add(port.number);
            return;
        }
        add(get(target, key::server::deploy::port));
    }

    void among(const std::vector<End>& ends, std::string protocol, std::vector<std::int64_t> ports,
               std::string why) {
        if (ends.size() < 2) return;
        m_found.push_back({ends, {}, ends, std::move(protocol), std::move(ports), std::move(why)});
    }

    void set(const mysql::Plan& plan) {
        std::vector<End> ends;
        std::vector<std::int64_t> ports, groupPorts;
        for (const mysql::Member& member : plan.members) {
            ends.push_back({member.node->id.str(), member.host});
            if (std::find(ports.begin(), ports.end(), member.port) == ports.end())
                ports.push_back(member.port);
            if (plan.groupReplication &&
                std::find(groupPorts.begin(), groupPorts.end(), member.groupPort) == groupPorts.end())
                groupPorts.push_back(member.groupPort);
        }
        among(ends, "TCP", ports,
              plan.groupReplication
                  ? "joining the group, and its scripts: any member may be the source"
                  : "replication, and the scripts of the set: any member may be the source");
        if (plan.groupReplication) among(ends, "TCP", groupPorts, "the members' talk about the group");
        m_found.push_back({{},
                           "the machine that you run the scripts of the set on",
                           ends,
                           "TCP",
                           ports,
                           "changing the source, its state"});
        manager(plan, ends, ports);
    }

    // The program that fails over, if it is not of the group itself.
    void manager(const mysql::Plan& plan, const std::vector<End>& ends,
                 const std::vector<std::int64_t>& ports) {
        const set_key::Manager manager = get(plan.group->parameters, set_key::manager);
        const bool mha = manager == set_key::Manager::mha;
        if (plan.groupReplication || (manager != set_key::Manager::orchestrator && !mha)) return;
        const std::string name = mha ? "MHA" : "orchestrator";
        Opening opening{{}, {}, ends, "TCP", ports, name + " watches the members and promotes"};
        for (const std::string& where : plan.group->managerOn)
            for (const End& end : endsOf(where))
                opening.from.push_back(end);
        if (opening.from.empty()) opening.fromWords = "the machine that " + name + " runs on";
        std::vector<std::string> notes;
        if (mysql::orchestratorFiles(m_design, plan, notes).size() > 1)
            among(opening.from, "TCP", {kRaftPort, kPagesPort},
                  "orchestrator's own majority, and its pages, which you use as well");
        if (mha) opening.ports.push_back(22);
        if (plan.leaseMs > 0)
            m_found.push_back({ends,
                               {},
                               opening.from,
                               "TCP",
                               {kPagesPort},
                               "guard.sh on each member asks which voters answer"});
        m_found.push_back(std::move(opening));
    }

    // Voters that are not orchestrator's.
    void quorums() {
        for (const Group& group : m_design.groups) {
            if (!hasRole(group, "majority")) continue;
            const bool known =
                std::any_of(m_plans.sets.begin(), m_plans.sets.end(), [&](const mysql::Plan& plan) {
                    const auto& on = plan.group->managerOn;
                    return plan.orchestrator && std::find(on.begin(), on.end(), group.id.str()) != on.end();
                });
            if (!known)
                among(endsOf(group.id.str()), "TCP", {},
                      "the votes of " + group.id.str() + ": the port of the program that votes");
        }
    }

    const Design& m_design;
    const Plans& m_plans;
    std::vector<Opening> m_found;
};

Json endsJson(const std::vector<End>& ends) {
    Json all = Json::array();
    for (const End& end : ends)
        all.push_back({{"name", manifestText(end.name)},
                       {"address", end.address.empty() ? Json() : Json(manifestText(end.address))}});
    return all;
}

std::string endsText(const std::vector<End>& ends) {
    std::string out;
    for (const End& end : ends)
        out += (out.empty() ? "" : "<br>") + quoting::markdownCode(end.name) +
               (end.address.empty() ? "" : " " + quoting::markdownCode(end.address));
    return out;
}

} // namespace

std::vector<Opening> openingsOf(const Design& design, const Plans& plans) {
    return Finder(design, plans).run();
}

Json asJson(const std::vector<Opening>& openings) {
    Json all = Json::array();
    for (const Opening& one : openings) {
        Json from = endsJson(one.from);
        if (one.from.empty()) from.push_back({{"name", manifestText(one.fromWords)}, {"address", nullptr}});
        all.push_back({{"from", from},
                       {"to", endsJson(one.to)},
                       {"protocol", one.protocol},
                       {"ports", one.ports},
                       {"why", manifestText(one.why)}});
    }
    return all;
}

std::string shown(const std::vector<Opening>& openings) {
    std::string out = "| from | to | what | for |\n|---|---|---|---|\n";
    for (const Opening& one : openings) {
        std::string what = one.protocol == "VRRP" ? "IP protocol 112 (VRRP)" : one.protocol;
        if (!one.ports.empty()) what += fmt::format(" {}", fmt::join(one.ports, ", "));
        out += fmt::format("| {} | {} | {} | {} |\n",
                           one.from.empty() ? quoting::markdownText(one.fromWords) : endsText(one.from),
                           endsText(one.to), what, quoting::markdownText(one.why));
    }
    return out;
}

} // namespace alwayson::exporters::guide
