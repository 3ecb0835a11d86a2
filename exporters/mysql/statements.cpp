#include "exporters/mysql/statements.h"

#include "exporters/common/database_check.h"
#include "exporters/quoting/sql.h"

#include <fmt/format.h>

namespace alwayson::exporters::mysql {

namespace {

// Without NO_BACKSLASH_ESCAPES, whatever the server's default: QUOTE() and its reader then agree.
constexpr std::string_view kStart = "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';\n"
                                    "SET NAMES utf8mb4;\n";

// Only the hash of a password gets into the binary log.
constexpr std::string_view kHash = "SET @{0}_hash = QUOTE(PASSWORD(CONVERT(@{0}_password USING utf8mb4)));\n";

constexpr std::string_view kFollow =
    "EXECUTE IMMEDIATE CONCAT(\n"
    "    'CHANGE MASTER TO MASTER_HOST=', QUOTE(CONVERT(@source_host USING utf8mb4)),\n"
    "    ', MASTER_PORT=', CAST(@source_port AS UNSIGNED),\n"
    "    ', MASTER_USER=''repl'', MASTER_PASSWORD=', QUOTE(CONVERT(@repl_password USING utf8mb4)),\n"
    "    ', MASTER_SSL=1, MASTER_SSL_VERIFY_SERVER_CERT=1, MASTER_SSL_CA=', QUOTE(CONVERT(@tls_ca USING "
    "utf8mb4)),\n"
    "    ', MASTER_CONNECT_RETRY=', CAST(@connect_retry AS UNSIGNED),\n"
    "    ', MASTER_HEARTBEAT_PERIOD=', CAST(@heartbeat AS DECIMAL(10,3)),\n"
    "    ', MASTER_USE_GTID=slave_pos@DEMOTE@');\n"
    "START REPLICA;\n";

// MySQL logs a hash in place of the password by itself; what it runs has to be prepared.
constexpr std::string_view kPrepared = "PREPARE alwayson FROM @statement;\n"
                                       "EXECUTE alwayson;\n"
                                       "DEALLOCATE PREPARE alwayson;\n"
                                       "SET @statement = NULL;\n";
constexpr std::string_view kFollowMysql =
    "SET @statement = CONCAT(\n"
    "    'CHANGE @CHANGE@ TO @SOURCE@_HOST=', QUOTE(CONVERT(@source_host USING utf8mb4)),\n"
    "    ', @SOURCE@_PORT=', CAST(@source_port AS UNSIGNED),\n"
    "    ', @SOURCE@_USER=''repl'', @SOURCE@_PASSWORD=', QUOTE(CONVERT(@repl_password USING utf8mb4)),\n"
    "    ', @SOURCE@_SSL=1, @SOURCE@_SSL_VERIFY_SERVER_CERT=1, @SOURCE@_SSL_CA=', QUOTE(CONVERT(@tls_ca "
    "USING "
    "utf8mb4)),\n"
    "    ', @SOURCE@_CONNECT_RETRY=', CAST(@connect_retry AS UNSIGNED), ', @SOURCE@_RETRY_COUNT=0',\n"
    "    ', @SOURCE@_HEARTBEAT_PERIOD=', CAST(@heartbeat AS DECIMAL(10,3)),\n"
    "    ', @SOURCE@_AUTO_POSITION=1');\n";

std::string filled(std::string text, std::string_view mark, std::string_view with) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + with.size()))
        text.replace(at, mark.size(), with);
    return text;
}

class Statements {
public:
    explicit Statements(const Plan& plan) : m_plan(plan) {}

    Result<std::vector<SqlFile>> run() {
        std::string source =
            comment("The first source of {}: its accounts, then it takes writes. Once in the life of the "
                    "set; they reach the others by replication.") +
            std::string(kStart);
        if (!m_plan.isMaria()) source += "SET GLOBAL super_read_only = OFF;\n";
        if (Status status = account(source, "repl",
                                    m_plan.groupReplication ? "REPLICATION SLAVE, CONNECTION_ADMIN"
                                                            : "REPLICATION SLAVE");
            !status)
            return status.error();
        // RELOAD: RESET REPLICA ALL wants it. CONNECTION ADMIN: it gets in also when the callers hold all
        // connections.
        if (Status status = account(source, "failover", failoverRights()); !status) return status.error();
        if (!m_plan.isMaria())
            if (Status status = receivedRight(source); !status) return status.error();
        if (m_plan.orchestrator) {
            if (Status status = account(source, "orchestrator", orchestratorRights()); !status)
                return status.error();
            if (!m_plan.isMaria())
                if (Status status = credentialsRight(source); !status) return status.error();
        }
        if (m_plan.balancer)
            if (Status status = checkAccount(source); !status) return status.error();
        if (m_plan.groupReplication) return groupFiles(std::move(source));
        source += opened();
        return std::vector<SqlFile>{
            {"01-source.sql", source},
            {"02-replica.sql", comment("This member of {} follows a source, read-only.") +
                                   std::string(kStart) + closed() + follow("")},
            {"03-promote.sql", comment("This replica of {} becomes the source. 03-promote.sh chooses it.") +
                                   std::string(kStart) +
                                   fmt::format("STOP {0};\nRESET {0} ALL;\n", replica()) + opened()},
            {"04-reopen.sql",
             comment("The source of {} restarted and nobody took over: it takes writes again.") +
                 std::string(kStart) + opened()},
            {"05-rejoin.sql", comment("An old source of {} follows the new one. 05-rejoin.sh has made sure "
                                      "that it has nothing of its own.") +
                                  std::string(kStart) + closed() +
                                  follow(m_plan.isMaria() ? ", MASTER_DEMOTE_TO_SLAVE=1" : "")}};
    }

private:
    // The credentials of a member's way into the group, then START; who forms it bootstraps.
    std::vector<SqlFile> groupFiles(std::string source) const {
        const std::string channel =
            "SET @statement = CONCAT('CHANGE REPLICATION SOURCE TO SOURCE_USER=''repl'', SOURCE_PASSWORD=', "
            "QUOTE(CONVERT(@repl_password USING utf8mb4)), ' FOR CHANNEL "
            "''group_replication_recovery''');\n" +
            std::string(kPrepared);
        const std::string form =
            "SET GLOBAL group_replication_bootstrap_group = ON;\nSTART GROUP_REPLICATION;\n"
            "SET GLOBAL group_replication_bootstrap_group = OFF;\n";
        const bool byItself =
            get(m_plan.group->parameters, group_key::rejoin) == group_key::Rejoin::automatic;
        const std::string persist = byItself ? "SET PERSIST group_replication_start_on_boot = ON;\n" : "";
        const auto text = [&](std::string_view what, const std::string& rest) {
            return comment(what) + std::string(kStart) + rest;
        };
        return {{"01-source.sql", source + channel + form + persist},
                {"02-replica.sql",
                 text("This member joins the group {}.", channel + "START GROUP_REPLICATION;\n" + persist)},
                {"04-reopen.sql", text("No member of {} is online any more: this one forms the group again.",
                                       "STOP GROUP_REPLICATION;\n" + form)},
                {"05-rejoin.sql", text("This member of {} is back and joins the group again.",
                                       "STOP GROUP_REPLICATION;\nSTART GROUP_REPLICATION;\n")}};
    }

    std::string comment(std::string_view text) const {
        return quoting::sqlComment(fmt::format(fmt::runtime(text), m_plan.group->displayName())) +
               fmt::format("\n-- {}. Run by the script of the same name, which sets the @variables.\n",
                           m_plan.written());
    }

    Status account(std::string& into, std::string_view user, std::string_view rights) const {
        const Result<std::string> name = quoting::sqlAccount(user, m_plan.network);
        if (!name) return name.error();
        if (!m_plan.isMaria()) return mysqlAccount(into, user, *name, rights);
        into += fmt::format(fmt::runtime(kHash), user);
        for (const std::string_view verb : {"CREATE USER IF NOT EXISTS", "ALTER USER"}) {
            const Result<std::string> text =
                quoting::sqlText(fmt::format("{} {} IDENTIFIED BY PASSWORD ", verb, *name));
            if (!text) return text.error();
            into += fmt::format("EXECUTE IMMEDIATE CONCAT({}, @{}_hash, ' REQUIRE SSL');\n", *text, user);
        }
        into += fmt::format("GRANT {} ON *.* TO {};\n", rights, *name);
        return success();
    }

    Status mysqlAccount(std::string& into, std::string_view user, const std::string& name,
                        std::string_view rights) const {
        for (const std::string_view verb : {"CREATE USER IF NOT EXISTS", "ALTER USER"}) {
            const Result<std::string> text =
                quoting::sqlText(fmt::format("{} {} IDENTIFIED WITH {} BY ", verb, name, plugin()));
            if (!text) return text.error();
            into += fmt::format("SET @statement = CONCAT({}, QUOTE(CONVERT(@{}_password USING utf8mb4)), ' "
                                "REQUIRE SSL');\n{}",
                                *text, user, kPrepared);
        }
        into += fmt::format("GRANT {} ON *.* TO {};\n", rights, name);
        return success();
    }

    // RELOAD: resetting a replica wants it. The right to connect beyond the limit: it gets in also when the
    // callers hold all connections.
    std::string_view failoverRights() const {
        if (m_plan.isMaria())
            return "RELOAD, REPLICATION SLAVE ADMIN, REPLICATION MASTER ADMIN, SLAVE MONITOR, BINLOG "
                   "MONITOR, "
                   "READ_ONLY ADMIN, CONNECTION ADMIN";
        if (m_plan.groupReplication)
            return "RELOAD, REPLICATION CLIENT, REPLICATION_SLAVE_ADMIN, SYSTEM_VARIABLES_ADMIN, "
                   "CONNECTION_ADMIN, "
                   "GROUP_REPLICATION_ADMIN";
        if (m_plan.isModern())
            return "RELOAD, REPLICATION CLIENT, REPLICATION_SLAVE_ADMIN, SYSTEM_VARIABLES_ADMIN, "
                   "CONNECTION_ADMIN";
        return "RELOAD, REPLICATION CLIENT, SUPER";
    }

    // Its manual asks for SUPER, PROCESS, REPLICATION SLAVE and RELOAD; the rights that SUPER was split into
    // take the place of SUPER where there are such.
    std::string_view orchestratorRights() const {
        if (m_plan.isMaria())
            return "PROCESS, RELOAD, REPLICATION SLAVE, REPLICATION SLAVE ADMIN, REPLICATION MASTER ADMIN, "
                   "SLAVE MONITOR, BINLOG MONITOR, READ_ONLY ADMIN, CONNECTION ADMIN";
        if (m_plan.isModern())
            return "PROCESS, RELOAD, REPLICATION SLAVE, REPLICATION CLIENT, REPLICATION_SLAVE_ADMIN, "
                   "SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN";
        return "SUPER, PROCESS, RELOAD, REPLICATION SLAVE, REPLICATION CLIENT";
    }

    // How a replica logs in to its source: it gives that to the replicas that it moves.
    Status credentialsRight(std::string& into) const {
        const Result<std::string> name = quoting::sqlAccount("orchestrator", m_plan.network);
        if (!name) return name.error();
        into += fmt::format("GRANT SELECT ON mysql.slave_master_info TO {};\n", *name);
        return success();
    }

    // What a replica has received, the promotion asks for it.
    Status receivedRight(std::string& into) const {
        const Result<std::string> name = quoting::sqlAccount("failover", m_plan.network);
        if (!name) return name.error();
        into += fmt::format(
            "GRANT SELECT ON performance_schema.{} TO {};\n",
            m_plan.groupReplication ? "replication_group_members" : "replication_connection_status", *name);
        return success();
    }

    std::string_view plugin() const {
        return m_plan.isModern() ? "caching_sha2_password" : "mysql_native_password";
    }
    std::string_view replica() const { return m_plan.isMaria() || m_plan.isModern() ? "REPLICA" : "SLAVE"; }

    std::string follow(std::string_view more) const {
        if (m_plan.isMaria()) return filled(std::string(kFollow), "@DEMOTE@", more);
        std::string text = filled(std::string(kFollowMysql), "@CHANGE@",
                                  m_plan.isModern() ? "REPLICATION SOURCE" : "MASTER");
        text = filled(std::move(text), "@SOURCE@", m_plan.isModern() ? "SOURCE" : "MASTER");
        return text + std::string(kPrepared) + fmt::format("START {};\n", replica());
    }

    // A proxy's check sends no password; the account can do nothing but ask who may write.
    Status checkAccount(std::string& into) const {
        const Result<std::string> name = quoting::sqlAccount(kCheckAccount, m_plan.network);
        if (!name) return name.error();
        into += m_plan.isMaria()
                    ? fmt::format("CREATE USER IF NOT EXISTS {};\n", *name)
                    : fmt::format("CREATE USER IF NOT EXISTS {} IDENTIFIED WITH {};\n", *name, plugin());
        if (m_plan.groupReplication)
            into +=
                fmt::format("GRANT SELECT ON performance_schema.replication_group_members TO {};\n", *name);
        return success();
    }

    std::string switched(bool source) const {
        if (!m_plan.semiSync) return {};
        const std::string_view old = m_plan.isModern() ? "source" : "master";
        const std::string_view other = m_plan.isModern() ? "replica" : "slave";
        return fmt::format(
            "SET GLOBAL rpl_semi_sync_{}_enabled = OFF;\nSET GLOBAL rpl_semi_sync_{}_enabled = ON;\n",
            source ? other : old, source ? old : other);
    }

    std::string opened() const {
        return switched(true) + (m_plan.isMaria() ? "" : "SET GLOBAL super_read_only = OFF;\n") +
               "SET GLOBAL read_only = OFF;\n";
    }

    std::string closed() const {
        return fmt::format("STOP {};\nSET GLOBAL {} = ON;\n", replica(),
                           m_plan.isMaria() ? "read_only" : "super_read_only") +
               switched(false);
    }

    const Plan& m_plan;
};

} // namespace

Result<std::vector<SqlFile>> statementsOf(const Plan& plan) {
    return Statements(plan).run();
}

} // namespace alwayson::exporters::mysql
