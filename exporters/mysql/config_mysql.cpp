// Option files of MySQL: 5.7 in its own words, 8.0.26 and later in the new ones.
#include "exporters/mysql/config_writer.h"

namespace alwayson::exporters::mysql {

void ConfigWriter::mysqlBinaryLog() {
    set("log_bin", "mysql-bin", {"Every commit is on disk before it counts, with a global transaction id."});
    set("gtid_mode", "ON");
    set("enforce_gtid_consistency", "ON");
    set("sync_binlog", "1");
    set("innodb_flush_log_at_trx_commit", "1");
    if (m_plan.isModern()) {
        set("log_replica_updates", "ON", {"Any member can become the source of the others."});
        set("binlog_expire_logs_seconds", "604800",
            {"A member that was away for up to a week can catch up."});
    } else {
        set("binlog_format", "ROW");
        set("log_slave_updates", "ON", {"Any member can become the source of the others."});
        set("expire_logs_days", "7", {"A member that was away for up to a week can catch up."});
        set("master_info_repository", "TABLE", {"A replica that crashed knows how far it was."});
        set("relay_log_info_repository", "TABLE");
    }
}

void ConfigWriter::mysqlReplica() {
    const bool modern = m_plan.isModern();
    const auto named = [&](std::string_view rest) {
        return std::string(modern ? "replica_" : "slave_").append(rest);
    };
    set("relay_log", "relay-bin");
    set("relay_log_recovery", "ON");
    set("super_read_only", "ON",
        {"Nobody writes until a script makes this member the source, also after a crash."});
    set(modern ? "skip_replica_start" : "skip_slave_start", "OFF");
    set(named("net_timeout"), m_member.netTimeoutS,
        {"From the design: silence after which a replica takes its source for gone (net_timeout_s)."});
    const double speed = get(m_member.node->parameters, member_key::applierSpeed);
    if (!modern) set("slave_parallel_type", "LOGICAL_CLOCK");
    // From 8.0 on a single worker is 1; 5.7 replays without workers then.
    const std::string alone = modern ? "1" : "0";
    set(named("parallel_workers"), speed > 1 ? "4" : alone,
        {fmt::format("From the design: applier_speed {}; above 1 four threads replay at the same time.",
                     speed)});
    if (speed > 1) set(named("preserve_commit_order"), "ON");
}

void ConfigWriter::mysqlSemiSync() {
    const bool modern = m_plan.isModern();
    const std::string source = modern ? "source" : "master", replica = modern ? "replica" : "slave";
    set("plugin_load_add", fmt::format("semisync_{}.so", source),
        {"Semi-synchronous: switched on by the scripts at the source only."});
    set("plugin_load_add", fmt::format("semisync_{}.so", replica));
    set(fmt::format("rpl_semi_sync_{}_enabled", source), "OFF");
    set(fmt::format("rpl_semi_sync_{}_enabled", replica), "ON");
    const bool after = get(m_plan.group->parameters, group_key::semisyncWaitPoint) ==
                       group_key::SemisyncWaitPoint::afterCommit;
    set(fmt::format("rpl_semi_sync_{}_wait_point", source), after ? "AFTER_COMMIT" : "AFTER_SYNC",
        {after ? "Others see a commit before a replica has it: what was seen can be lost."
               : "Nobody sees a commit before a replica has it."});
    set(fmt::format("rpl_semi_sync_{}_timeout", source), m_plan.ackTimeoutMs,
        {"From the design: a commit waits at most this long, in ms (semisync_timeout_ms)."});
    set(fmt::format("rpl_semi_sync_{}_wait_for_{}_count", source, replica), m_plan.acks,
        {"From the design: replicas that must have it (semisync_acks)."});
    set(fmt::format("rpl_semi_sync_{}_wait_no_{}", source, replica), "ON",
        {"It waits also while fewer replicas are connected."});
}

// loose_: the server that makes a data folder does not know them yet.
void ConfigWriter::mysqlGroup() {
    const auto option = [&](std::string_view name, std::string value,
                            std::vector<std::string> comments = {}) {
        set(fmt::format("loose_group_replication_{}", name), std::move(value), std::move(comments));
    };
    std::string seeds, hosts, own;
    for (const Member& member : m_plan.members) {
        const bool six = member.host.find(':') != std::string::npos;
        seeds += fmt::format("{}{}:{}", seeds.empty() ? "" : ",", six ? "[" + member.host + "]" : member.host,
                             member.groupPort);
        if (hosts.find(member.host) == std::string::npos) hosts += (hosts.empty() ? "" : ",") + member.host;
        if (member.node == m_member.node) own = seeds.substr(seeds.find_last_of(',') + 1);
    }
    set("plugin_load_add", "group_replication.so", {"The members elect the source by themselves."});
    option("group_name", m_plan.groupName);
    option("start_on_boot", "OFF", {"The scripts switch it on once the member has joined."});
    option("bootstrap_group", "OFF");
    option("local_address", own);
    option("group_seeds", seeds);
    option("ip_allowlist", hosts);
    option("single_primary_mode", "ON");
    option("ssl_mode", "REQUIRED");
    option("recovery_use_ssl", "ON");
    option("recovery_ssl_ca", m_paths.tls + "/ca.pem");
    option("recovery_ssl_verify_server_cert", "ON");
    option("member_expel_timeout", std::to_string(m_plan.expelTimeoutS),
           {"From the design: a suspected member is expelled after this long, in s (gr_expel_timeout_s)."});
    option("unreachable_majority_timeout", std::to_string(m_plan.majorityTimeoutS),
           {"From the design: a minority gives up after this long; 0: it waits "
            "(gr_unreachable_majority_timeout_s)."});
    using Rule = member_key::PromotionRule;
    option("member_weight",
           m_member.rule == Rule::prefer  ? "80"
           : m_member.rule == Rule::never ? "0"
                                          : "50",
           {"From the design: who is elected first (promotion_rule)."});
    option("consistency", "BEFORE_ON_PRIMARY_FAILOVER",
           {"A new source replays what it has received before it answers."});
    option("exit_state_action", "READ_ONLY");
}

} // namespace alwayson::exporters::mysql
