// The runbook: scripts that are the same for every set; what differs stands in lib.sh.
#include "exporters/mysql/scripts.h"

namespace alwayson::exporters::mysql {

namespace {

constexpr std::string_view kCheck = R"sh(#!/bin/bash
# Asks the server software of this machine whether it takes the option files, and bash whether it takes the scripts.
# Changes nothing. Exit status: 0 valid, 1 not valid, 2 could not be checked.
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
need_addresses
server=$(command -v "$program" || echo "/usr/sbin/$program")
[ -x "$server" ] || die 2 "$product is not installed here${package:+ (Debian: apt-get install $package)}"
copy=$(mktemp)
trap 'rm -f "$copy"' EXIT
status=0
for member in "${members[@]}"; do
    config_of "$member" >"$copy"
    valid=1
    said=$("$server" --defaults-file="$copy" "${asks_for_options[@]}" 2>&1 >/dev/null) || valid=0
    # What the machine that checks lacks is no fault of the file.
    said=$(grep -E '\[(ERROR|Warning)\]' <<<"$said" |
        grep -v -e max_open_files -e 'mysql.plugin table' -e 'Changed limits' -e 'create test file' -e secure-file-priv) || true
    if [ "$valid" = 1 ] && [ -z "$said" ]; then
        printf '%s.cnf: valid\n' "$member"
    else
        printf '%s.cnf: not valid\n%s\n' "$member" "$said"
        status=1
    fi
done
for script in "$here"/*.sh; do bash -n "$script" || status=1; done
exit "$status"
)sh";

constexpr std::string_view kApply = R"sh(#!/bin/bash
# apply.sh MEMBER [--yes]: installs MEMBER.cnf on this machine and restarts the server. Without --yes it only shows what it
# would do. Add --restart-source to restart a source that has replicas.
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
need_member "${1-}"
member=$1
local_member=$1
target=${TARGET:-$default_target}
bash "$here/check.sh"
new=$(mktemp)
trap 'rm -f "$new"' EXIT
config_of "$member" >"$new"
echo "difference to $target:"
diff -u "$target" "$new" || true
if [ "${2-}" != --yes ]; then
    echo "nothing was changed. Run: ./apply.sh $member --yes"
    exit 0
fi
# The server made its socket when it started: after the file was there.
if cmp -s "$new" "$target" && [ "$target" -ot "$socket" ] && (need_config "$member") 2>/dev/null; then
    echo "it is installed already and nothing was changed. To restart $product all the same: systemctl restart $service"
    exit 0
fi
sed -n 's/^ssl_\(ca\|cert\|key\) = //p' "$new" | while read -r file; do
    [ -f "$file" ] || die 2 "$file is missing: the server does not start without its certificate."
done
replicas=$(connected_replicas "$member" 2>/dev/null) || replicas=0
if [ "${replicas:-0}" != 0 ] && [ "${3-}" != --restart-source ]; then
    die 3 "$replicas replicas follow this server. Promote another first (03-promote.sh --planned), or add --restart-source."
fi
backup=
if [ -f "$target" ]; then
    backup=$target.before-$(date +%Y%m%d-%H%M%S)
    if [ -e "$backup" ]; then backup=$backup-$$; fi
    cp -p "$target" "$backup"
fi
install -m 0644 "$new" "$target.new"
mv "$target.new" "$target"
takes_it() {
    systemctl restart "$service" && systemctl is-active --quiet "$service"
}
if takes_it; then
    if [ -n "$backup" ]; then
        echo "applied. To roll back: cp '$backup' '$target' && systemctl restart $service"
    else
        echo "applied. To undo: rm '$target' && systemctl restart $service"
    fi
    systemctl is-enabled --quiet "$service" 2>/dev/null || echo "It does not start with the machine yet: systemctl enable $service"
    exit 0
fi
if [ -n "$backup" ]; then cp -p "$backup" "$target"; else rm -f "$target"; fi
if takes_it; then
    die 1 "$product did not take it. What was there before is back and in use."
fi
die 1 "$product did not take it. What was there before is back, but $product does not start with that either: journalctl -u $service says why."
)sh";

constexpr std::string_view kSeed = R"sh(#!/bin/bash
# seed.sh backup FOLDER    on the source: a copy of its data, made ready, while it runs
# seed.sh restore FOLDER   on a new replica, its MariaDB stopped and its data folder empty: puts the copy there
# Between the two, copy FOLDER to the other machine. Then: start MariaDB, 02-replica.sh MEMBER --seeded
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
folder=${2-}
data=${DATADIR:-/var/lib/mysql}
[ -n "$folder" ] || die 2 "usage: $0 backup|restore FOLDER"
command -v mariadb-backup >/dev/null || die 2 "mariadb-backup is not installed here (Debian: apt-get install mariadb-backup)"
case ${1-} in
    backup)
        local_member=here
        state=$(ask here 'SELECT @@GLOBAL.gtid_binlog_state')
        mariadb-backup --no-defaults --backup --target-dir="$folder" --user="${LOCAL_USER:-root}" --socket="$socket" \
            --datadir="$data"
        mariadb-backup --no-defaults --prepare --target-dir="$folder"
        printf '%s\n' "$state" >"$folder/seed_state"
        say "$folder holds the copy."
        ;;
    restore)
        [ -d "$data" ] || die 2 "$data is no folder."
        [ -z "$(ls -A "$data")" ] || die 3 "$data is not empty. Move what it holds away first; nothing was changed."
        mariadb-backup --no-defaults --copy-back --target-dir="$folder" --datadir="$data"
        for info in mariadb_backup_binlog_info xtrabackup_binlog_info; do
            if [ -f "$folder/$info" ]; then cp "$folder/$info" "$data/seed_position"; fi
        done
        if [ -f "$folder/seed_state" ]; then cp "$folder/seed_state" "$data/seed_state"; fi
        chown -R --reference="$data" "$data"
        say "$data holds the copy. Start MariaDB, then: 02-replica.sh MEMBER --seeded"
        ;;
    *) die 2 "usage: $0 backup|restore FOLDER" ;;
esac
)sh";

constexpr std::string_view kSource = R"sh(#!/bin/bash
# 01-source.sh MEMBER: on its machine, as root, once in the life of the set. Makes the accounts and opens it for writes.
# Needs the password of each account that lib.sh lists: REPL_PASSWORD (or REPL_PASSWORD_FILE) and so on.
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
need_member "${1-}"
local_member=$1
account_passwords
need_config "$1"
[ -z "$(field "$1" "$column_host")" ] || die 3 "$1 follows a source. 03-promote.sh makes a replica the source."
run "$1" 01-source.sql "${passwords[@]}"
say "$1 takes writes."
)sh";

constexpr std::string_view kReplica = R"sh(#!/bin/bash
# 02-replica.sh MEMBER HOW [--from SOURCE]: on its machine, as root. Makes it follow the source. HOW is one of
#   --empty    it holds no data, and neither did the source when it began to keep its binary log
#   --seeded   it holds a copy that seed.sh restored
#   --keep     it was a replica before and goes on where it stopped
# Needs REPL_PASSWORD (or REPL_PASSWORD_FILE).
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
need_member "${1-}"
need_addresses
member=$1
local_member=$1
how=${2-}
source=${members[0]}
if [ "$chain" = 1 ]; then
    for one in "${members[@]}"; do
        if [ "$one" = "$member" ]; then break; fi
        source=$one
    done
fi
if [ "${3-}" = --from ]; then
    is_member "${4-}" || die 2 "--from needs one of: ${members[*]}"
    source=$4
fi
[ "$source" != "$member" ] || die 2 "$member cannot follow itself: name its source with --from."
secret REPL_PASSWORD
need_config "$member"
case $how in
    --empty)
        tables=$(ask "$member" "$sql_tables")
        [ "$tables" = 0 ] || die 3 "$member holds $tables tables. Seed it from the source instead (seed.sh)."
        start_anew "$member"
        ;;
    --seeded)
        start_at_copy "$member"
        ;;
    --keep) ;;
    *) die 2 "usage: $0 MEMBER --empty|--seeded|--keep [--from SOURCE]" ;;
esac
follow "$member" "$source" 02-replica.sql
wait_running 30 "$member"
say "$member follows $source."
)sh";

constexpr std::string_view kPromote = R"sh(#!/bin/bash
# 03-promote.sh [--planned] [--to MEMBER] [--fenced] [--accept-loss] [--yes]: makes a replica the source, after the source
# was lost or, with --planned, while it works. From any machine that reaches the members. Without --yes it only shows what
# it sees. Needs REPL_PASSWORD and FAILOVER_PASSWORD (or ..._FILE).
# FENCE names a program that shuts the member off whose name it gets. AFTER_PROMOTE names one that gets name, address and
# port of the new source: it moves an address, changes a DNS record, tells a proxy.
# Exit status: 0 done, 2 wrong use, 3 refused and nothing changed, 4 not shut off, 5 stopped half way.
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
need_addresses
planned='' to='' fenced='' accept_loss='' yes=''
while [ $# -gt 0 ]; do
    case $1 in
        --planned) planned=1 ;;
        --to)
            is_member "${2-}" || die 2 "--to needs one of: ${members[*]}"
            to=$2
            shift
            ;;
        --fenced) fenced=1 ;;
        --accept-loss) accept_loss=1 ;;
        --yes) yes=1 ;;
        *) die 2 "$1 is not known. See the top of this file." ;;
    esac
    shift
done
secret REPL_PASSWORD
secret FAILOVER_PASSWORD
survey
for member in "${members[@]}"; do
    if answers_from "$member"; then
        followed=${follows[$member]}
        if [ "$followed" = : ]; then followed=nobody; fi
        say "$member: transaction ${position[$member]}, follows $followed"
    else
        say "$member: does not answer"
    fi
done
[ "${#answers[@]}" -gt 0 ] || die 3 "no member answers."

old=
if [ -n "$planned" ]; then
    [ "${#writers[@]}" = 1 ] || die 3 "${#writers[@]} members take writes; a planned change needs exactly one."
    old=${writers[0]}
else
    [ "${#writers[@]}" = 0 ] || die 3 "${writers[*]} takes writes. Shut it off first, or use --planned."
    # The source is what the others follow.
    for member in "${members[@]}"; do
        for replica in "${answers[@]}"; do
            if [ "${follows[$replica]}" = "${hosts[$member]}:${ports[$member]}" ] && ! answers_from "$member"; then
                old=$member
            fi
        done
    done
fi
candidates=()
for member in ${successors[@]+"${successors[@]}"}; do
    if [ "$member" != "$old" ] && answers_from "$member" && { [ -z "$to" ] || [ "$to" = "$member" ]; }; then
        candidates+=("$member")
    fi
done
[ "${#candidates[@]}" -gt 0 ] || die 3 "no member that answers may become the source."
[ -n "$yes" ] || die 0 "one of ${candidates[*]} would become the source. Nothing was changed; add --yes."

limit=60
if [ -n "$planned" ]; then
    ask "$old" "$sql_close"
    goal=$(ask "$old" "$sql_written")
    if [ "$(ask "${candidates[0]}" "SELECT $sql_wait('$goal', 30)")" != 0 ]; then
        ask "$old" "$sql_open"
        die 3 "${candidates[0]} did not catch up in 30 s. $old takes writes again."
    fi
else
    if [ -n "${FENCE-}" ] && [ -n "$old" ]; then
        "$FENCE" "$old" || die 4 "$FENCE did not shut $old off: nobody was promoted."
    elif [ "$fencing" = 1 ] && [ -z "$fenced" ]; then
        die 3 "the design shuts the old source off first. Name the program in FENCE, or add --fenced when it is off."
    fi
    # What has arrived is replayed before positions are compared.
    for member in "${answers[@]}"; do
        ask "$member" "STOP $replica_word IO_THREAD"
        while ! replayed "$member" && [ "$(field "$member" "$column_sql")" = Yes ]; do sleep 0.05; done
        position[$member]=$(number_of "$(ask "$member" "$sql_position")")
    done
fi

best=${candidates[0]}
# What a planned change waited for is that one's; how far the others were before says nothing.
for member in "${candidates[@]}"; do
    if [ -z "$planned" ] && [ "${position[$member]}" -gt "${position[$best]}" ]; then best=$member; fi
done
ahead=()
for member in "${answers[@]}"; do
    if [ "$member" = "$old" ] || [ "$member" = "$best" ] || [ -n "$planned" ]; then continue; fi
    # Not how many: which ones.
    own_of "$member" "$best" seeded || ahead+=("$member")
done
if [ "${#ahead[@]}" -gt 0 ] && [ -z "$accept_loss" ]; then
    for member in "${answers[@]}"; do ask "$member" "START $replica_word"; done
    die 3 "${ahead[*]} holds transactions that $best has not. Make it the source (--to, if the design allows it), or add --accept-loss."
fi
run "$best" 03-promote.sql || die 5 "$best could not be made the source: nobody takes writes."
say "$best takes writes."
hook=
if [ -n "${AFTER_PROMOTE-}" ]; then
    "$AFTER_PROMOTE" "$best" "${hosts[$best]}" "${ports[$best]}" &
    hook=$!
fi

failed=()
previous=$best
for member in "${members[@]}"; do
    if [ "$member" = "$best" ] || ! answers_from "$member"; then continue; fi
    file=02-replica.sql
    if [ "$member" = "$old" ]; then file=05-rejoin.sql; fi
    if [[ " ${ahead[*]-} " == *" $member "* ]]; then
        say "$member holds transactions that $best has not and is left alone: seed it anew (seed.sh)."
    elif follow "$member" "$previous" "$file" && (wait_running 30 "$member"); then
        say "$member follows $previous."
        if [ "$chain" = 1 ]; then previous=$member; fi
    else
        failed+=("$member")
    fi
done
if [ -n "$hook" ] && ! wait "$hook"; then die 5 "$best takes writes, but $AFTER_PROMOTE failed."; fi
if [ "${#failed[@]}" -gt 0 ]; then die 5 "$best takes writes, but ${failed[*]} does not follow it."; fi
)sh";

constexpr std::string_view kReopen = R"sh(#!/bin/bash
# 04-reopen.sh MEMBER [--alone]: the source restarted, came up read-only, and nobody took over meanwhile: it takes writes
# again. Refuses when another member may have become the source; --alone says that those that do not answer have not.
# Needs FAILOVER_PASSWORD (or FAILOVER_PASSWORD_FILE).
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
need_member "${1-}"
need_addresses
secret FAILOVER_PASSWORD
survey
answers_from "$1" || die 3 "$1 does not answer."
for member in "${members[@]}"; do
    if [ "$member" = "$1" ]; then continue; fi
    if ! answers_from "$member"; then
        [ "${2-}" = --alone ] || die 3 "$member does not answer and may be the source by now. Nothing was changed."
    elif [ "${follows[$member]}" = : ]; then
        die 3 "$member follows nobody: it was made the source. 05-rejoin.sh lets $1 follow it."
    elif ! own_of "$member" "$1" seeded; then
        die 3 "$member holds transactions that $1 has not. Promote it (03-promote.sh --to $member)."
    fi
done
[ "${follows[$1]}" = : ] || die 3 "$1 follows ${follows[$1]}: it is a replica."
run "$1" 04-reopen.sql
say "$1 takes writes."
)sh";

constexpr std::string_view kRejoin = R"sh(#!/bin/bash
# 05-rejoin.sh MEMBER: an old source that is back, read-only, follows the new one. Refuses when it holds transactions that
# the new source has not: these would be lost in silence.
# Needs REPL_PASSWORD and FAILOVER_PASSWORD (or ..._FILE). Exit status: 0 done, 2 wrong use, 3 refused, 4 it has writes of
# its own, 5 it does not follow.
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
need_member "${1-}"
need_addresses
secret REPL_PASSWORD
secret FAILOVER_PASSWORD
survey
answers_from "$1" || die 3 "$1 does not answer. Start it: it comes up read-only."
[ "${#writers[@]}" = 1 ] || die 3 "members that take writes: ${writers[*]:-none}. It must be exactly one."
new=${writers[0]}
[ "$new" != "$1" ] || die 3 "$1 is the source."

own_of "$1" "$new" ||
    die 4 "$1 has writes of its own. Look at them with $binlog_program, then seed it anew (seed.sh). Nothing was changed."

follow "$1" "$new" 05-rejoin.sql || die 5 "$1 could not be made a replica."
wait_running 30 "$1"
goal=$(ask "$new" "$sql_written")
limit=630
if [ "$(ask "$1" "SELECT $sql_wait('$goal', 600)")" != 0 ]; then die 5 "$1 follows $new but is far behind."; fi
say "$1 follows $new and has caught up."
)sh";

constexpr std::string_view kStatus = R"sh(#!/bin/bash
# status.sh: who is the source, who follows, how far behind. Changes nothing. Needs FAILOVER_PASSWORD (or ..._FILE).
# Exit status: 0 exactly one member takes writes and all others follow; 1 otherwise.
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
need_addresses
secret FAILOVER_PASSWORD
survey
status=0
[ "${#writers[@]}" = 1 ] || status=1
printf '%-20s %-10s %12s %8s  %s\n' member role transaction 'lag (s)' state
for member in "${members[@]}"; do
    if ! answers_from "$member"; then
        printf '%-20s %-10s\n' "$member" 'no answer'
        status=1
        continue
    fi
    role=replica
    for writer in ${writers[@]+"${writers[@]}"}; do
        if [ "$writer" = "$member" ]; then role=source; fi
    done
    lag=- state='takes writes'
    if [ "$role" = replica ]; then
        lag=$(field "$member" "$column_lag" || true)
        io=$(field "$member" "$column_io" || true)
        sql=$(field "$member" "$column_sql" || true)
        state="receives: ${io:-No}, replays: ${sql:-No}"
        if [ "$io" != Yes ] || [ "$sql" != Yes ]; then status=1; fi
    fi
    printf '%-20s %-10s %12s %8s  %s\n' "$member" "$role" "${position[$member]}" "${lag:--}" "$state"
done
exit "$status"
)sh";

constexpr std::string_view kSeedMysql = R"sh(#!/bin/bash
# seed.sh backup FOLDER    on the source: a copy of its data, while it runs (mysqldump)
# seed.sh restore FOLDER   on a new replica that follows nobody: replaces what it holds by the copy
# Between the two, copy FOLDER to the other machine. Then: 02-replica.sh MEMBER --seeded
# For much data the clone plugin of MySQL 8 (CLONE INSTANCE FROM) is faster; what follows is the same.
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
folder=${2-}
[ -n "$folder" ] || die 2 "usage: $0 backup|restore FOLDER"
local_member=${members[0]}
case ${1-} in
    backup)
        mkdir -p "$folder"
        mysqldump --no-defaults --protocol=socket --socket="$socket" --user="${LOCAL_USER:-root}" --all-databases \
            --single-transaction --routines --events --triggers --set-gtid-purged=ON >"$folder/copy.sql"
        say "$folder holds the copy."
        ;;
    restore)
        [ -f "$folder/copy.sql" ] || die 2 "$folder holds no copy."
        [ "$(field "$local_member" "$column_io")" != Yes ] || die 3 "this server follows a source. Nothing was changed."
        tables=$(ask "$local_member" "$sql_tables")
        [ "$tables" = 0 ] || die 3 "this server holds $tables tables. Drop them first; nothing was changed."
        start_anew "$local_member"
        limit=86400
        { printf '%s;\n' "$sql_open"; cat "$folder/copy.sql"; printf 'FLUSH NO_WRITE_TO_BINLOG PRIVILEGES;\n%s;\n' "$sql_close"; } |
            client "$local_member"
        say "This server holds the copy. Next: 02-replica.sh MEMBER --seeded"
        ;;
    *) die 2 "usage: $0 backup|restore FOLDER" ;;
esac
)sh";

} // namespace

std::vector<Script> scripts(const Plan& plan) {
    std::vector<Script> all{
        {"apply.sh", kApply}, {"check.sh", kCheck}, {"seed.sh", plan.isMaria() ? kSeed : kSeedMysql}};
    const std::vector<Script> more =
        plan.groupReplication ? groupScripts()
                              : std::vector<Script>{{"status.sh", kStatus},      {"01-source.sh", kSource},
                                                    {"02-replica.sh", kReplica}, {"03-promote.sh", kPromote},
                                                    {"04-reopen.sh", kReopen},   {"05-rejoin.sh", kRejoin}};
    all.insert(all.end(), more.begin(), more.end());
    if (plan.guarded()) all.push_back({"guard.sh", guardScript()});
    return all;
}

} // namespace alwayson::exporters::mysql
