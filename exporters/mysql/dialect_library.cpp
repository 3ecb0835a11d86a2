// The part of lib.sh that differs between MariaDB, MySQL 5.7 and MySQL from 8.0 on.
#include "exporters/mysql/scripts.h"

#include <fmt/format.h>

namespace alwayson::exporters::mysql {

namespace {

constexpr std::string_view kMaria =
    R"sh(product=MariaDB program=mariadbd client_program=mariadb binlog_program=mariadb-binlog service=mariadb
package=mariadb-server
default_target=/etc/mysql/mariadb.conf.d/99-alwayson.cnf
asks_for_options=(--help --verbose)
tls_options=(--ssl --ssl-verify-server-cert)
replica_word=REPLICA
column_host=Master_Host column_port=Master_Port
column_io=Slave_IO_Running column_sql=Slave_SQL_Running column_lag=Seconds_Behind_Master
sql_config='SELECT @@GLOBAL.server_id, @@GLOBAL.log_bin, @@GLOBAL.gtid_strict_mode'
sql_state='SELECT @@GLOBAL.read_only, @@GLOBAL.gtid_current_pos'
sql_position='SELECT @@GLOBAL.gtid_current_pos'
sql_written='SELECT @@GLOBAL.gtid_binlog_pos'
sql_wait=MASTER_GTID_WAIT
sql_close='SET GLOBAL read_only = ON'
sql_open='SET GLOBAL read_only = OFF'

# Number of the last transaction in a list of global transaction ids.
number_of() {
    local id last=0
    for id in ${1//,/ }; do
        if [ "${id##*-}" -gt "$last" ]; then last=${id##*-}; fi
    done
    printf '%s' "$last"
}

# Has it replayed all that it has received?
replayed() {
    [ "$(number_of "$(ask "$1" "$sql_position")")" -ge "$(number_of "$(field "$1" Gtid_IO_Pos)")" ]
}

# It forgets its own history, to follow a source from that one's first transaction, or from a copy's.
start_anew() { printf "STOP REPLICA; RESET MASTER; SET GLOBAL gtid_slave_pos = '';\n" | client "$1"; }
start_at_copy() {
    local data place
    data=$(ask "$1" 'SELECT @@GLOBAL.datadir')
    [ -f "$data/seed_position" ] || die 3 "$data/seed_position is missing: seed.sh restore writes it."
    place=$(cut -f 3 "$data/seed_position")
    [[ $place =~ ^[0-9,-]+$ ]] || die 3 "$data/seed_position holds no global transaction id."
    # Besides the last transaction of all, the last one of each server that was the source before: own_of asks for these.
    local state=$place known before=
    if [ -f "$data/seed_state" ]; then before=$(<"$data/seed_state"); fi
    for known in ${before//,/ }; do
        [[ $known =~ ^[0-9]+-[0-9]+-[0-9]+$ ]] || die 3 "$data/seed_state holds no global transaction ids."
        if [[ ,$place != *",${known%-*}-"* ]]; then state+=,$known; fi
    done
    printf "STOP REPLICA; RESET MASTER; SET GLOBAL gtid_binlog_state = '%s'; SET GLOBAL gtid_slave_pos = '%s';\n" \
        "$state" "$place" | client "$1"
}

connected_replicas() {
    ask "$1" "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'SLAVES_CONNECTED'"
}

# history MEMBER: the last transaction of each server that it knows, "server number" a line.
history() {
    ask "$1" "SELECT CONCAT_WS(',', NULLIF(@@GLOBAL.gtid_binlog_state, ''), NULLIF(@@GLOBAL.gtid_slave_pos, ''))" |
        tr -d ' ' | tr ',' '\n' | sed -n 's/^[0-9]*-\([0-9]*\)-\([0-9]*\)$/\1 \2/p'
}

# own_of MEMBER SOURCE [seeded]: does it hold nothing that the source has not? Says what it holds. A source that was seeded
# without seed_state knows nothing of the servers that wrote before: with "seeded", what is older than its last
# transaction and by a server it knows nothing of counts as held.
own_of() {
    local server number theirs mine own=0 last=0
    local -A known=()
    theirs=$(history "$2") || die 3 "$2 does not tell its transactions."
    mine=$(history "$1") || die 3 "$1 does not tell its transactions."
    while read -r server number; do
        if [ -n "$server" ] && [ "$number" -gt "${known[$server]:-0}" ]; then known[$server]=$number; fi
        if [ -n "$server" ] && [ "$number" -gt "$last" ]; then last=$number; fi
    done <<<"$theirs"
    while read -r server number; do
        if [ "${3-}" = seeded ] && [ -n "$server" ] && [ -z "${known[$server]-}" ] && [ "$number" -le "$last" ]; then continue; fi
        if [ -n "$server" ] && [ "$number" -gt "${known[$server]:-0}" ]; then
            own=1
            say "$1 holds transactions of server $server up to $number; $2 has them up to ${known[$server]:-0}."
        fi
    done <<<"$mine"
    return "$own"
})sh";

constexpr std::string_view kMysql =
    R"sh(product=MySQL program=mysqld client_program=mysql binlog_program=mysqlbinlog service=mysql
package='' # from MySQL's own repository
default_target=/etc/mysql/mysql.conf.d/zz-alwayson.cnf
asks_for_options=(@OPTIONS@)
tls_options=(--ssl-mode=VERIFY_IDENTITY)
replica_word=@REPLICA@
column_host=@SOURCE_@Host column_port=@SOURCE_@Port
column_io=@REPLICA_@IO_Running column_sql=@REPLICA_@SQL_Running column_lag=Seconds_Behind_@BEHIND@
sql_config="SELECT @@GLOBAL.server_id, @@GLOBAL.log_bin, @@GLOBAL.gtid_mode = 'ON'"
sql_state="SELECT @@GLOBAL.read_only, REPLACE(@@GLOBAL.gtid_executed, CHAR(10), '')"
sql_position="SELECT REPLACE(@@GLOBAL.gtid_executed, CHAR(10), '')"
sql_written=$sql_position
sql_wait=WAIT_FOR_EXECUTED_GTID_SET
sql_close='SET GLOBAL super_read_only = ON'
sql_open='SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF'

# How many transactions a set of global transaction ids holds.
number_of() {
    local part sum=0
    for part in ${1//[,:]/ }; do
        if [[ $part =~ ^([0-9]+)(-([0-9]+))?$ ]]; then
            sum=$((sum + ${BASH_REMATCH[3]:-${BASH_REMATCH[1]}} - BASH_REMATCH[1] + 1))
        fi
    done
    printf '%s' "$sum"
}

# Has it replayed all that it has received?
replayed() {
    [ "$(ask "$1" "SELECT GTID_SUBSET(COALESCE((SELECT RECEIVED_TRANSACTION_SET FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = ''), ''), @@GLOBAL.gtid_executed)")" = 1 ]
}

# It forgets its own history, to follow a source from that one's first transaction, or from a copy's.
start_anew() { printf 'STOP @REPLICA@; @RESET@;\n' | client "$1"; }
start_at_copy() {
    [ "$(number_of "$(ask "$1" "$sql_position")")" -gt 0 ] || die 3 "$1 holds no copy: seed.sh restore puts one there."
}

connected_replicas() { printf '@REPLICAS@;\n' | client "$1" --skip-column-names | wc -l; }

# own_of MEMBER SOURCE: does it hold nothing that the source has not? Says what it holds.
own_of() {
    local theirs own
    theirs=$(ask "$2" "$sql_written") || die 3 "$2 does not tell its transactions."
    own=$(ask "$1" "SELECT REPLACE(GTID_SUBTRACT(@@GLOBAL.gtid_executed, '$theirs'), CHAR(10), '')") ||
        die 3 "$1 does not tell its transactions."
    if [ -z "$own" ]; then return 0; fi
    say "$1 holds $own; $2 does not."
    return 1
})sh";

void fill(std::string& text, std::string_view mark, std::string_view with) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + with.size()))
        text.replace(at, mark.size(), with);
}

} // namespace

std::string dialectLibrary(const Plan& plan) {
    if (plan.isMaria()) return std::string(kMaria);
    std::string text(kMysql);
    const bool modern = plan.isModern();
    const bool newest = plan.flavour == group_key::Flavour::mysql84;
    fill(text, "@OPTIONS@", modern ? "--validate-config" : "--help --verbose");
    fill(text, "@REPLICA@", modern ? "REPLICA" : "SLAVE");
    fill(text, "@SOURCE_@", modern ? "Source_" : "Master_");
    fill(text, "@REPLICA_@", modern ? "Replica_" : "Slave_");
    fill(text, "@BEHIND@", modern ? "Source" : "Master");
    fill(text, "@RESET@", newest ? "RESET BINARY LOGS AND GTIDS" : "RESET MASTER");
    fill(text, "@REPLICAS@", modern ? "SHOW REPLICAS" : "SHOW SLAVE HOSTS");
    if (plan.groupReplication) text += groupLibrary();
    return text;
}

} // namespace alwayson::exporters::mysql
