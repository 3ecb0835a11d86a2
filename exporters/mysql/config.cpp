#include "exporters/mysql/config_writer.h"

#include "core/structure/crash_recovery.h"
#include "exporters/common/address.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson::exporters::mysql {

namespace {

// Connections beyond those of the callers: replicas, checks, a person.
constexpr std::int64_t kSpare = 20;
constexpr std::int64_t kMostConnections = 100000;

} // namespace

OptionFile ConfigWriter::run() {
    m_file.comments = {fmt::format("{}, member of {}: {}. Written by Always On.",
                                   m_member.node->displayName(), m_plan.group->displayName(),
                                   m_plan.written()),
                       "Install it with apply.sh; the roles are switched by the numbered scripts, never by "
                       "editing this file."};
    m_file.sections.push_back({m_plan.isMaria() ? "mariadbd" : "mysqld", {}});
    identity();
    if (m_plan.isMaria()) {
        mariaBinaryLog();
        mariaReplica();
        if (m_plan.semiSync)
            mariaSemiSync();
        else
            mariaAsynchronous();
    } else {
        mysqlBinaryLog();
        mysqlReplica();
        if (m_plan.semiSync) mysqlSemiSync();
        if (m_plan.groupReplication) mysqlGroup();
    }
    limits();
    tls();
    return std::move(m_file);
}

void ConfigWriter::set(std::string name, std::string value, std::vector<std::string> comments) {
    m_file.sections.back().settings.push_back(
        {std::move(name), std::move(value), std::move(comments), false});
}
void ConfigWriter::set(std::string name, std::int64_t value, std::vector<std::string> comments) {
    set(std::move(name), std::to_string(value), std::move(comments));
}

void ConfigWriter::identity() {
    set("server_id", m_member.serverId);
    if (m_member.host.empty())
        m_file.sections.back().settings.push_back(
            {"report_host", m_member.variable, {"The design does not say it: apply.sh fills it in."}, true});
    else
        set("report_host", m_member.host);
    set("report_port", m_member.port);
    const HostKind kind = classifyHost(m_member.host);
    if (kind == HostKind::ipv4 || kind == HostKind::ipv6) {
        set("bind_address", m_member.host);
    } else {
        set("bind_address", "*", {"The address is a name or not known: limit it with a firewall."});
        m_notes.push_back(
            fmt::format("{} listens on every address of its machine, because its own is a name or not "
                        "in the design.",
                        m_member.node->id.str()));
    }
    set("port", m_member.port);
    if (m_plan.isModern()) set("mysqlx", "OFF", {"The X protocol would listen on a port of its own."});
    const bool namedNetwork = std::any_of(m_plan.network.begin(), m_plan.network.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
    if (!namedNetwork)
        set("skip_name_resolve", "ON", {"Accounts are told apart by address, so a slow DNS costs nothing."});
}

void ConfigWriter::mariaBinaryLog() {
    set("log_bin", "mysql-bin", {"Every commit is on disk before it counts, with a global transaction id."});
    set("binlog_format", "ROW");
    set("sync_binlog", "1");
    set("innodb_flush_log_at_trx_commit", "1");
    set("log_slave_updates", "ON", {"Any member can become the source of the others."});
    set("gtid_domain_id", "0");
    set("gtid_strict_mode", "ON", {"A member that took writes of its own is refused, not mixed in."});
    set("binlog_expire_logs_seconds", "604800", {"A member that was away for up to a week can catch up."});
}

void ConfigWriter::mariaReplica() {
    set("relay_log", "relay-bin");
    set("relay_log_recovery", "ON");
    set("read_only", "ON",
        {"Nobody writes until a script makes this member the source, also after a crash."});
    set("skip_slave_start", "OFF");
    set("slave_net_timeout", m_member.netTimeoutS,
        {"From the design: silence after which a replica takes its source for gone (net_timeout_s)."});
    set("master_retry_count", "0", {"A replica never gives up reconnecting."});
    const double speed = get(m_member.node->parameters, member_key::applierSpeed);
    set("slave_parallel_threads", speed > 1 ? "4" : "0",
        {fmt::format("From the design: applier_speed {}; above 1 four threads replay at the same time.",
                     speed)});
    set("slave_parallel_mode", "optimistic");
}

void ConfigWriter::mariaSemiSync() {
    set("rpl_semi_sync_master_enabled", "OFF",
        {"Semi-synchronous: switched on by the scripts at the source only."});
    set("rpl_semi_sync_slave_enabled", "ON");
    const bool after = get(m_plan.group->parameters, group_key::semisyncWaitPoint) ==
                       group_key::SemisyncWaitPoint::afterCommit;
    set("rpl_semi_sync_master_wait_point", after ? "AFTER_COMMIT" : "AFTER_SYNC",
        {after ? "Others see a commit before a replica has it: what was seen can be lost."
               : "Nobody sees a commit before a replica has it."});
    set("rpl_semi_sync_master_timeout", m_plan.ackTimeoutMs,
        {"From the design: a commit waits at most this long, in ms (semisync_timeout_ms)."});
    set("rpl_semi_sync_master_wait_no_slave", "ON", {"It waits also while no replica is connected."});
    if (startsAsReplica(*m_plan.group))
        set("loose_init_rpl_role", "SLAVE",
            {"The old source rejoins by itself: after a crash it takes its last commits, which may have "
             "reached no",
             "replica, out of its binary log; its log says so. Unknown before 10.11.9, which does so "
             "anyway."});
    else
        set("loose_init_rpl_role", "MASTER",
            {"The old source rejoins by hand: after a crash it keeps its last commits, whether or not a "
             "replica",
             "has them. Unknown before 10.11.9, which takes them out."});
}

void ConfigWriter::mariaAsynchronous() {
    set("rpl_semi_sync_master_enabled", "OFF", {"Asynchronous: a commit waits for no replica."});
    set("rpl_semi_sync_slave_enabled", "OFF");
}

void ConfigWriter::limits() {
    const Parameters& p = m_member.node->parameters;
    const std::optional<std::int64_t> queue = get(p, member_key::queueLimit);
    const std::int64_t wanted = get(p, member_key::workers) + queue.value_or(kMostConnections) + kSpare;
    const std::int64_t written = std::min(wanted, kMostConnections);
    set("max_connections", written,
        {fmt::format("From the design: {} at work and {} waiting; {} more for replicas, checks and people.",
                     get(p, member_key::workers), queue ? std::to_string(*queue) : "any number", kSpare)});
    if (written != wanted)
        m_notes.push_back(fmt::format("{} may hold more requests than {} takes connections; {} is written.",
                                      m_member.node->id.str(), m_plan.product(), kMostConnections));
    set("character_set_server", "utf8mb4");
    if (m_plan.isMaria())
        set("log_warnings", "2");
    else
        set("log_error_verbosity", "2");
}

void ConfigWriter::tls() {
    set("ssl_ca", m_paths.tls + "/ca.pem",
        {"TLS: replication and the operator's account are refused without it."});
    set("ssl_cert", m_paths.tls + "/server.pem");
    set("ssl_key", m_paths.tls + "/server.key");
    set("tls_version", m_plan.flavour == group_key::Flavour::mysql57 ? "TLSv1.2" : "TLSv1.2,TLSv1.3");
}

OptionFile configOf(const Plan& plan, const Member& member, const Paths& paths,
                    std::vector<std::string>& notes) {
    return ConfigWriter(plan, member, paths, notes).run();
}

} // namespace alwayson::exporters::mysql
