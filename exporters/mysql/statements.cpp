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

std::string follow(std::string_view more) {
    std::string text(kFollow);
    const std::string_view mark = "@DEMOTE@";
    text.replace(text.find(mark), mark.size(), more);
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
        if (Status status = account(source, "repl", "REPLICATION SLAVE"); !status) return status.error();
        // RELOAD: RESET REPLICA ALL wants it. CONNECTION ADMIN: it gets in also when the callers hold all
        // connections.
        if (Status status =
                account(source, "failover",
                        "RELOAD, REPLICATION SLAVE ADMIN, REPLICATION MASTER ADMIN, SLAVE MONITOR, BINLOG "
                        "MONITOR, READ_ONLY ADMIN, CONNECTION ADMIN");
            !status)
            return status.error();
        if (m_plan.usesProxy())
            if (Status status = checkAccount(source); !status) return status.error();
        source += opened();
        return std::vector<SqlFile>{
            {"01-source.sql", source},
            {"02-replica.sql", comment("This member of {} follows a source, read-only.") +
                                   std::string(kStart) + closed() + follow("")},
            {"03-promote.sql", comment("This replica of {} becomes the source. 03-promote.sh chooses it.") +
                                   std::string(kStart) + "STOP REPLICA;\nRESET REPLICA ALL;\n" + opened()},
            {"04-reopen.sql",
             comment("The source of {} restarted and nobody took over: it takes writes again.") +
                 std::string(kStart) + opened()},
            {"05-rejoin.sql", comment("An old source of {} follows the new one. 05-rejoin.sh has made sure "
                                      "that it has nothing of its own.") +
                                  std::string(kStart) + closed() + follow(", MASTER_DEMOTE_TO_SLAVE=1")}};
    }

private:
    std::string comment(std::string_view text) const {
        return quoting::sqlComment(fmt::format(fmt::runtime(text), m_plan.group->displayName())) +
               "\n-- MariaDB 10.11 or later. Run by the script of the same name, which sets the "
               "@variables.\n";
    }

    Status account(std::string& into, std::string_view user, std::string_view rights) const {
        const Result<std::string> name = quoting::sqlAccount(user, m_plan.network);
        if (!name) return name.error();
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

    // A proxy's check sends no password; the account can do nothing but ask who may write.
    Status checkAccount(std::string& into) const {
        const Result<std::string> name = quoting::sqlAccount(kCheckAccount, m_plan.network);
        if (!name) return name.error();
        into += fmt::format("CREATE USER IF NOT EXISTS {};\n", *name);
        return success();
    }

    std::string opened() const {
        std::string text;
        if (m_plan.semiSync)
            text = "SET GLOBAL rpl_semi_sync_slave_enabled = OFF;\nSET GLOBAL rpl_semi_sync_master_enabled = "
                   "ON;\n";
        return text + "SET GLOBAL read_only = OFF;\n";
    }

    std::string closed() const {
        std::string text = "STOP REPLICA;\nSET GLOBAL read_only = ON;\n";
        if (m_plan.semiSync)
            text += "SET GLOBAL rpl_semi_sync_master_enabled = OFF;\nSET GLOBAL rpl_semi_sync_slave_enabled "
                    "= ON;\n";
        return text;
    }

    const Plan& m_plan;
};

} // namespace

Result<std::vector<SqlFile>> statementsOf(const Plan& plan) {
    return Statements(plan).run();
}

} // namespace alwayson::exporters::mysql
