#include "exporters/mysql/scripts.h"

#include "exporters/mysql/orchestrator.h"
#include "exporters/quoting/shell.h"

#include <fmt/format.h>

namespace alwayson::exporters::mysql {

namespace {

constexpr std::string_view kLibrary =
    R"sh(# What the scripts of this folder share: sourced, not run. Names, addresses and timers of the set.
# shellcheck shell=bash disable=SC2034,SC2154 # used and set by those who source it
set -euo pipefail
umask 077
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
if [ -f "$here/env" ]; then
    set -a
    # shellcheck source=/dev/null
    . "$here/env"
    set +a
fi

@TABLE@
@DIALECT@
sql_tables="SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')"
ca=${TLS_CA:-@CA@}
socket=${SOCKET:-/run/mysqld/mysqld.sock} # of the server on this machine
patience=${PATIENCE:-5}                   # seconds until a member that does not answer counts as gone

say() { printf '%s\n' "$*" >&2; }
die() {
    local status=$1
    shift
    say "$*"
    exit "$status"
}

is_member() {
    local member
    for member in "${members[@]}"; do
        if [ "$member" = "$1" ]; then return 0; fi
    done
    return 1
}

need_member() {
    is_member "${1-}" || die 2 "usage: $0 MEMBER ... with one of: ${members[*]}"
}

need_addresses() {
    local member
    for member in "${members[@]}"; do
        [ -n "${hosts[$member]}" ] || die 2 "the address of $member is not set. Copy env.example to env and fill it in."
        [[ ${hosts[$member]} =~ ^[A-Za-z0-9_.:-]+$ ]] || die 2 "the address of $member is no address."
    done
}

# secret NAME: the value of $NAME, or what the file $NAME_FILE holds, goes into the variable of that name in lower case;
# it leaves the environment, so that nothing started from here inherits it.
secret() {
    local file=${1}_FILE value
    if [ -n "${!1-}" ]; then
        value=${!1}
    elif [ -n "${!file-}" ]; then
        value=$(<"${!file}")
    else
        die 2 "$1 is not set. Put it into the environment, or name a file that holds it in ${1}_FILE."
    fi
    [ -n "$value" ] || die 2 "$1 is empty."
    unset "$1"
    printf -v "${1,,}" %s "$value"
}

# The passwords of all accounts, for run: fills passwords.
account_passwords() {
    local account name
    passwords=()
    for account in "${accounts[@]}"; do
        secret "${account^^}_PASSWORD"
        name=${account}_password
        passwords+=("@$name = $(hex "${!name}")")
    done
}

# A text for SQL, as a literal that needs no quoting. printf is part of the shell: no process has it on its command line.
hex() {
    printf '0x'
    printf %s "$1" | od -An -v -tx1 | tr -d ' \n'
}

# The option file of a member with the addresses from the environment.
config_of() {
    local text name
    text=$(<"$here/$1.cnf")
    for name in ${variables[@]+"${variables[@]}"}; do text=${text//" = \${$name}"/" = ${!name}"}; done
    printf '%s\n' "$text"
}

# Does the server on this machine run with the member's file?
need_config() {
    local state
    state=$(ask "$1" "$sql_config") || die 3 "no $product answers on $socket."
    [ "$state" = "${server_ids[$1]}"$'\t1\t1' ] || die 3 "this server does not run with $1.cnf. apply.sh installs it."
}

# client MEMBER [OPTION...]: the SQL on standard input, there. On this machine through the socket, elsewhere as the
# account "failover" over TLS; the password is in the environment of that one process.
client() {
    local member=$1
    shift
    local options=(--no-defaults --batch --default-character-set=utf8mb4 --connect-timeout="$patience")
    if [ "$member" = "${local_member-}" ]; then
        timeout -k 1 "${limit:-$((patience * 2))}" "$client_program" "${options[@]}" --protocol=socket --socket="$socket" \
            --user="${LOCAL_USER:-root}" "$@"
    else
        MYSQL_PWD=$failover_password timeout -k 1 "${limit:-$((patience * 2))}" "$client_program" "${options[@]}" --protocol=tcp \
            --host="${hosts[$member]}" --port="${ports[$member]}" --user=failover --ssl-ca="$ca" "${tls_options[@]}" "$@"
    fi
}

ask() { printf '%s;\n' "$2" | client "$1" --skip-column-names; }

# field MEMBER NAME: one line of its replica status; empty when it follows nobody.
field() { printf 'SHOW %s STATUS;\n' "$replica_word" | client "$1" --vertical | sed -n "s/^ *$2: //p"; }

# run MEMBER FILE [SETTING...]: a file of SQL, after "SET SETTING;" for each.
run() {
    local member=$1 file=$2 setting
    shift 2
    local limit=600
    {
        for setting in "$@"; do printf 'SET %s;\n' "$setting"; done
        cat "$here/$file"
    } | client "$member"
}

# follow MEMBER SOURCE FILE: makes it a replica.
follow() {
    run "$1" "$3" "@source_host = $(hex "${hosts[$2]}")" "@source_port = ${ports[$2]}" "@tls_ca = $(hex "$ca")" \
        "@connect_retry = ${connect_retry[$1]}" "@heartbeat = ${heartbeat[$1]}" "@repl_password = $(hex "$repl_password")"
}

# Seconds since the machine started: unlike those of bash they know no leaps of the clock.
seconds() {
    local up
    read -r up _ </proc/uptime
    printf '%s' "${up%.*}"
}

# Waits until a replica runs, at most $1 seconds.
wait_running() {
    local until=$(($(seconds) + $1)) member=$2
    while [ "$(field "$member" "$column_io")" != Yes ] || [ "$(field "$member" "$column_sql")" != Yes ]; do
        if (($(seconds) >= until)); then
            die 5 "$member does not replicate: $(field "$member" Last_IO_Error) $(field "$member" Last_SQL_Error)"
        fi
        sleep 0.1
    done
}

@SURVEY@answers_from() {
    local member
    for member in ${answers[@]+"${answers[@]}"}; do
        if [ "$member" = "$1" ]; then return 0; fi
    done
    return 1
}
)sh";

constexpr std::string_view kSurvey =
    R"sh(# survey: fills answers (members that answer), writers (those of them that take writes), position, follows (the
# host and port that they replicate from).
survey() {
    answers=()
    writers=()
    declare -gA position=() follows=()
    local member state
    for member in "${members[@]}"; do
        state=$(ask "$member" "$sql_state" 2>/dev/null) || continue
        answers+=("$member")
        position[$member]=$(number_of "$(cut -f 2 <<<"$state")")
        follows[$member]=$(field "$member" "$column_host" || true):$(field "$member" "$column_port" || true)
        if [ "$(cut -f 1 <<<"$state")" = 0 ]; then writers+=("$member"); fi
    done
}

)sh";

std::string words(const std::vector<std::string>& all) {
    std::string text;
    for (const std::string& one : all)
        text += (text.empty() ? "" : " ") + quoting::shellWord(one);
    return text;
}

std::string table(const Plan& plan) {
    std::vector<std::string> names, successors;
    std::string hosts, ports, ids, retries, heartbeats;
    for (const Member& member : plan.members) {
        names.push_back(member.name);
        const std::string key = fmt::format("[{}]=", quoting::shellWord(member.name));
        hosts += fmt::format("    {}{}\n", key,
                             member.host.empty() ? fmt::format("\"${{{}-}}\"", member.variable)
                                                 : quoting::shellWord(member.host));
        ports += fmt::format(" {}{}", key, member.port);
        ids += fmt::format(" {}{}", key, member.serverId);
        retries += fmt::format(" {}{}", key, member.connectRetryS);
        heartbeats += fmt::format(" {}{:.3f}", key, member.heartbeatS);
    }
    for (const Member* member : plan.successors())
        successors.push_back(member->name);
    std::vector<std::string> variables;
    for (const Variable& variable : plan.variables)
        variables.push_back(variable.name);
    const double fencing = get(plan.group->parameters, group_key::fencing).value();
    std::string text =
        fmt::format("set_name={}\n"
                    "members=({})\n"
                    "successors=({}) # who may become the source, best first\n"
                    "declare -A hosts=(\n{})\n"
                    "declare -A ports=({} )\n"
                    "declare -A server_ids=({} )\n"
                    "declare -A connect_retry=({} )\n"
                    "declare -A heartbeat=({} )\n"
                    "variables=({})\n"
                    "chain={}   # 1: each member follows the one before it\n"
                    "fencing={} # 1: the design shuts the old source off before another is promoted\n"
                    "accounts=({}) # made by 01-source.sh; each has its password\n",
                    quoting::shellWord(plan.slug), words(names), words(successors), hosts, ports, ids,
                    retries, heartbeats, words(variables), plan.chain ? 1 : 0, fencing > 0 ? 1 : 0,
                    plan.orchestrator ? "repl failover orchestrator" : "repl failover");
    if (plan.guarded())
        text += fmt::format(
            "voters=({}) # guard.sh: machines of orchestrator; a source needs to hear most of them\n"
            "voter_port=${{VOTER_PORT:-{}}}\n"
            "lease_ms={} # after so long without a majority a source takes no more writes; 0: never\n"
            "rejoin={}   # 1: an old source that is back follows the new one by itself\n"
            "reopen_s=${{REOPEN_S:-{}}} # a source that closed waits so long for a take-over before it goes "
            "on; 0: never\n",
            words(plan.voters), kOrchestratorPort, plan.leaseMs, plan.rejoins ? 1 : 0, plan.reopenS);
    return text;
}

void fill(std::string& text, std::string_view mark, std::string_view with) {
    const std::size_t at = text.find(mark);
    if (at != std::string::npos) text.replace(at, mark.size(), with);
}

} // namespace

std::string library(const Plan& plan, const Paths& paths) {
    std::string text(kLibrary);
    fill(text, "@CA@", quoting::shellWord(paths.tls + "/ca.pem"));
    fill(text, "@TABLE@", table(plan));
    fill(text, "@DIALECT@", dialectLibrary(plan));
    fill(text, "@SURVEY@", plan.groupReplication ? std::string_view() : kSurvey);
    return text;
}

std::string envExample(const Plan& plan) {
    std::string out =
        "# What the design does not say. Copy to env and fill in. Name passwords by file, for instance\n"
        "# REPL_PASSWORD_FILE=/root/repl.password, and keep those files readable for root only.\n";
    for (const Variable& variable : plan.variables)
        out += fmt::format("\n{}\n{}=\n", quoting::shellComment(variable.meaning), variable.name);
    return out;
}

} // namespace alwayson::exporters::mysql
