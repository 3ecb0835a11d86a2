#include "exporters/mysql/orchestrator.h"

#include "core/base/json.h"
#include "core/base/units.h"
#include "exporters/common/address.h"
#include "exporters/quoting/slugs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace alwayson::exporters::mysql {

namespace {

namespace g = group_key;

struct Machine {
    const Node* node = nullptr;
    std::string address; // "" unless it is an IP address
};

// The nodes that the manager runs on: named themselves, or the voters of a quorum.
std::vector<Machine> machinesOf(const Design& design, const Group& set) {
    std::vector<Machine> machines;
    const auto add = [&](const Node* node) {
        const std::string host = get(*node, key::server::deploy::host).value_or("");
        const HostKind kind = classifyHost(host);
        machines.push_back({node, kind == HostKind::ipv4 || kind == HostKind::ipv6 ? host : ""});
    };
    for (const std::string& where : set.managerOn) {
        if (const Node* node = design.nodes.find(where))
            add(node);
        else if (const Group* quorum = design.groups.find(where))
            for (const Node* voter : membersOf(design, quorum->id))
                add(voter);
    }
    return machines;
}

class Builder {
public:
    Builder(const Plan& plan, std::vector<std::string>& notes)
        : m_plan(plan), m_parameters(plan.group->parameters), m_notes(notes) {}

    Json common() {
        Json json;
        json["MySQLTopologyCredentialsConfigFile"] = kOrchestratorCredentials;
        // It verifies the members' certificates with the machine's own authorities, whatever file is named.
        json["MySQLTopologyUseMixedTLS"] = true;
        json["MySQLConnectTimeoutSeconds"] = seconds("poll_timeout_s", get(m_parameters, g::pollTimeout));
        json["MySQLDiscoveryReadTimeoutSeconds"] = json["MySQLConnectTimeoutSeconds"];
        json["DefaultInstancePort"] = m_plan.members.front().port;
        // Members call themselves what report_host says: the address of the design.
        json["HostnameResolveMethod"] = "none";
        json["MySQLHostnameResolveMethod"] = "@@report_host";
        json["DiscoverByShowSlaveHosts"] = true;
        json["SkipMaxScaleCheck"] = true;
        json["InstancePollSeconds"] = seconds("poll_s", get(m_parameters, g::poll));
        json["RecoveryPeriodBlockSeconds"] = seconds("recovery_block_s", get(m_parameters, g::recoveryBlock));
        if (const std::optional<Duration> lag = get(m_parameters, g::candidateMaxLag))
            json["ReasonableReplicationLagSeconds"] = seconds("candidate_max_lag_s", *lag);
        json["RecoverMasterClusterFilters"] = Json::array({"*"});
        json["RecoverIntermediateMasterClusterFilters"] = m_plan.chain ? Json::array({"*"}) : Json::array();
        json["ApplyMySQLPromotionAfterMasterFailover"] = true;
        // What it has received is replayed before it takes writes.
        json["DelayMasterPromotionIfSQLThreadNotUpToDate"] = true;
        json["DetachLostReplicasAfterMasterFailover"] = true;
        json["UseSuperReadOnly"] = !m_plan.isMaria();
        if (const std::string query = promotionRules(); !query.empty())
            json["DetectPromotionRuleQuery"] = query;
        if (m_plan.semiSync) semiSync(json);
        json["BackendDB"] = "sqlite3";
        json["SQLite3DataFile"] = "/var/lib/orchestrator/orchestrator.sqlite3";
        return json;
    }

private:
    std::int64_t seconds(std::string_view what, Duration value) {
        const double rounded = std::max(1.0, std::nearbyint(value.seconds()));
        if (std::abs(rounded - value.seconds()) > 1e-9)
            m_notes.push_back(fmt::format(
                "{} is {} in the design; orchestrator counts in whole seconds, so {} s is written.", what,
                formatDuration(value), formatNumber(rounded)));
        return static_cast<std::int64_t>(rounded);
    }

    // By server id, which is a number: no text of the design.
    std::string promotionRules() const {
        std::string cases;
        for (const Member& member : m_plan.members)
            if (member.rule != member_key::PromotionRule::neutral)
                cases +=
                    fmt::format(" WHEN {} THEN '{}'", member.serverId,
                                member.rule == member_key::PromotionRule::prefer ? "prefer" : "must_not");
        return cases.empty() ? "" : "SELECT CASE @@GLOBAL.server_id" + cases + " ELSE 'neutral' END";
    }

    // It switches the source's side on when it promotes, in the old words.
    void semiSync(Json& json) {
        if (m_plan.isModern())
            m_notes.push_back(
                "orchestrator 3.2.6 knows semi-synchronous replication only in the words from before MySQL "
                "8.0.26 and would fail with them: it does not switch it on. A member that it promotes goes "
                "on "
                "without acknowledgements until SET GLOBAL rpl_semi_sync_source_enabled = ON: let a program "
                "in "
                "PostMasterFailoverProcesses do that.");
        else
            json["DetectSemiSyncEnforcedQuery"] = "SELECT 1";
    }

    const Plan& m_plan;
    const Parameters& m_parameters;
    std::vector<std::string>& m_notes;
};

} // namespace

std::vector<std::string> orchestratorVoters(const Design& design, const Group& set) {
    std::vector<std::string> addresses;
    const std::vector<Machine> machines = machinesOf(design, set);
    for (const Machine& machine : machines)
        if (!machine.address.empty()) addresses.push_back(machine.address);
    if (machines.size() < 2 || addresses.size() < machines.size()) addresses.clear();
    return addresses;
}

std::vector<OrchestratorFile> orchestratorFiles(const Design& design, const Plan& plan,
                                                std::vector<std::string>& notes) {
    if (!plan.orchestrator) return {};
    notes.push_back("orchestrator's files were not tried with an orchestrator: their words are those of its "
                    "source, 3.2.6. What it runs at a failover (PreFailoverProcesses to shut the old source "
                    "off, PostMasterFailoverProcesses to tell callers) is yours.");
    if (get(plan.group->parameters, g::candidateMaxLag))
        notes.push_back(
            "orchestrator shows a replica beyond ReasonableReplicationLagSeconds as a problem and "
            "does not rule it out: it promotes the one that holds most.");
    Json common = Builder(plan, notes).common();
    const std::vector<Machine> machines = machinesOf(design, *plan.group);
    const bool raft = !orchestratorVoters(design, *plan.group).empty();
    if (machines.size() > 1 && !raft)
        notes.push_back(
            "the design does not have an IP address for each machine that orchestrator runs on: "
            "RaftEnabled, RaftBind and RaftNodes are not written. One of them runs it, without a majority.");
    common["ListenAddress"] = fmt::format("{}:{}", raft ? "" : "127.0.0.1", kOrchestratorPort);
    if (!raft) {
        OrchestratorFile alone{"orchestrator.conf.json", {}, {}, common.dump(2) + "\n"};
        if (machines.size() == 1) alone.machine = machines.front().node->id.str();
        for (const Machine& machine : machines)
            if (alone.machine.empty()) alone.oneOf.push_back(machine.node->id.str());
        return {std::move(alone)};
    }
    common["RaftEnabled"] = true;
    common["RaftDataDir"] = "/var/lib/orchestrator";
    common["RaftNodes"] = Json::array();
    for (const Machine& machine : machines)
        common["RaftNodes"].push_back(machine.address);
    std::vector<OrchestratorFile> files;
    quoting::Slugs names;
    for (const Machine& machine : machines) {
        common["RaftBind"] = machine.address;
        files.push_back({fmt::format("orchestrator-{}.conf.json", names.name(machine.node->id.str())),
                         machine.node->id.str(),
                         {},
                         common.dump(2) + "\n"});
    }
    return files;
}

} // namespace alwayson::exporters::mysql
