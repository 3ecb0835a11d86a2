// The runbook of group replication: the group elects its source by itself; scripts form it, let members join
// and return, move the source on purpose and start it anew after all were down.
#include "exporters/mysql/scripts.h"

namespace alwayson::exporters::mysql {

namespace {

constexpr std::string_view kFirst = R"sh(#!/bin/bash
# 01-source.sh MEMBER: on its machine, as root, once in the life of the group. Makes the accounts and forms the group.
# Needs the password of each account that lib.sh lists: REPL_PASSWORD (or REPL_PASSWORD_FILE) and so on.
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
need_member "${1-}"
local_member=$1
account_passwords
need_config "$1"
[ "$(group_state "$1")" = OFFLINE ] || die 3 "$1 is a member of a group already."
run "$1" 01-source.sql "${passwords[@]}" ||
    not_formed "$1"
wait_online 60 "$1"
say "$1 takes writes."
)sh";

constexpr std::string_view kJoin = R"sh(#!/bin/bash
# 02-replica.sh MEMBER HOW: on its machine, as root. Makes it join the group. HOW is one of
#   --empty    it holds no data; it receives all transactions from the group
#   --seeded   it holds a copy that seed.sh restored
# Needs REPL_PASSWORD (or REPL_PASSWORD_FILE).
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
need_member "${1-}"
member=$1
local_member=$1
secret REPL_PASSWORD
need_config "$member"
[ "$(group_state "$member")" = OFFLINE ] || die 3 "$member is a member of a group already."
case ${2-} in
    --empty)
        tables=$(ask "$member" "$sql_tables")
        [ "$tables" = 0 ] || die 3 "$member holds $tables tables. Seed it from the source instead (seed.sh)."
        start_anew "$member"
        ;;
    --seeded) start_at_copy "$member" ;;
    *) die 2 "usage: $0 MEMBER --empty|--seeded" ;;
esac
run "$member" 02-replica.sql "@repl_password = $(hex "$repl_password")"
wait_online 600 "$member"
say "$member is a member of the group."
)sh";

constexpr std::string_view kMove = R"sh(#!/bin/bash
# 03-promote.sh --to MEMBER [--yes]: makes a member the source while the group works. When a source is lost the group
# elects another by itself, as long as a majority is left; 04-reopen.sh starts a group that lost it.
# Needs FAILOVER_PASSWORD (or FAILOVER_PASSWORD_FILE).
# AFTER_PROMOTE names a program that gets name, address and port of the new source.
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
[ "${1-}" = --to ] || die 2 "usage: $0 --to MEMBER [--yes]"
need_member "${2-}"
to=$2
secret FAILOVER_PASSWORD
survey
for member in "${members[@]}"; do say "$member: $(shown_state "$member") ${roles[$member]-}"; done
if [ "${#writers[@]}" = 0 ] && [ "${#blocked[@]}" -gt 0 ]; then
    die 3 "the group has lost its majority, nobody takes writes. 04-reopen.sh forms it again."
fi
[ "${#writers[@]}" = 1 ] || die 3 "${#writers[@]} members take writes; a planned change needs exactly one."
[ "${states[$to]-}" = ONLINE ] || die 3 "$to is not online in the group."
[ "${3-}" = --yes ] || die 0 "$to would become the source. Nothing was changed; add --yes."
if [ "${roles[$to]}" != PRIMARY ]; then
    limit=600
    uuid=$(ask "$to" 'SELECT @@GLOBAL.server_uuid')
    ask "${writers[0]}" "SELECT group_replication_set_as_primary('$uuid')" >/dev/null ||
        die 5 "the group did not take it."
fi
say "$to takes writes."
if [ -n "${AFTER_PROMOTE-}" ] && ! "$AFTER_PROMOTE" "$to" "${hosts[$to]}" "${ports[$to]}"; then
    die 5 "$to takes writes, but $AFTER_PROMOTE failed."
fi
)sh";

constexpr std::string_view kReopenGroup = R"sh(#!/bin/bash
# 04-reopen.sh MEMBER [--alone]: nobody takes writes any more, because all were down or the majority was lost: forms the
# group again from the member that holds all that the others hold. Members that wait for a majority are stopped first.
# Refuses while a part of the group works, and when another member holds transactions that MEMBER has not; --alone says
# that those that do not answer take no writes and hold nothing that counts. The others return with 05-rejoin.sh.
# Needs FAILOVER_PASSWORD (or FAILOVER_PASSWORD_FILE). Exit status: 0 done, 2 wrong use, 3 refused and nothing changed,
# 5 stopped half way.
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
need_member "${1-}"
secret FAILOVER_PASSWORD
survey
answers_from "$1" || die 3 "$1 does not answer."
for member in "${members[@]}"; do say "$member: $(shown_state "$member") ${roles[$member]-}"; done
works "$1" && die 3 "$1 sees a majority of its group: it works, and there is nothing to form again."
for member in "${members[@]}"; do
    if [ "$member" = "$1" ]; then continue; fi
    if ! answers_from "$member"; then
        [ "${2-}" = --alone ] || die 3 "$member does not answer: it may take writes, or hold more. Nothing was changed. Make sure that it is off, then add --alone."
    elif works "$member"; then
        die 3 "$member works in the group, with a majority. 05-rejoin.sh lets $1 join it."
    elif ! own_of "$member" "$1"; then
        own_of "$1" "$member" || die 3 "neither $1 nor $member holds all that the other one holds. Look at both with $binlog_program, keep one, and seed the other anew (seed.sh). Nothing was changed."
        die 3 "$member holds transactions that $1 has not: start with $member. Nothing was changed."
    fi
done
for member in ${blocked[@]+"${blocked[@]}"}; do
    say "$member waits for a majority that does not come: it is stopped."
    limit=600
    ask "$member" 'STOP GROUP_REPLICATION' || die 5 "$member could not be stopped. Nobody takes writes."
done
run "$1" 04-reopen.sql || not_formed "$1"
wait_online 60 "$1"
say "$1 takes writes."
)sh";

constexpr std::string_view kRejoinGroup = R"sh(#!/bin/bash
# 05-rejoin.sh MEMBER: a member that is back joins the group again. Refuses when it holds transactions that the source has
# not. Needs FAILOVER_PASSWORD (or ..._FILE). Exit status: 0 done, 2 wrong use, 3 refused, 4 it has writes of its own,
# 5 it does not join.
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
need_member "${1-}"
secret FAILOVER_PASSWORD
survey
answers_from "$1" || die 3 "$1 does not answer. Start it: it comes up read-only."
if [ "${#writers[@]}" = 0 ] && [ "${#blocked[@]}" -gt 0 ]; then
    die 3 "there is no group to join: ${blocked[*]} waits for a majority. 04-reopen.sh forms the group again."
fi
[ "${#writers[@]}" = 1 ] || die 3 "members that take writes: ${writers[*]:-none}. It must be exactly one."
if [ "${states[$1]}" = ONLINE ] && works "$1"; then die 0 "$1 is online already."; fi
own_of "$1" "${writers[0]}" ||
    die 4 "$1 has writes of its own. Look at them with $binlog_program, then seed it anew (seed.sh). Nothing was changed."
if [ "${states[$1]}" != RECOVERING ] || ! works "$1"; then run "$1" 05-rejoin.sql || die 5 "$1 could not join."; fi
wait_online 600 "$1"
say "$1 is a member of the group."
)sh";

constexpr std::string_view kStatusGroup = R"sh(#!/bin/bash
# status.sh: who is the source, who is online. Changes nothing. Needs FAILOVER_PASSWORD (or ..._FILE).
# Exit status: 0 exactly one member takes writes and all are online; 1 otherwise.
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
secret FAILOVER_PASSWORD
survey
status=0
[ "${#writers[@]}" = 1 ] || status=1
printf '%-20s %-10s %12s  %s\n' member role transactions state
for member in "${members[@]}"; do
    if ! answers_from "$member"; then
        printf '%-20s %-10s\n' "$member" 'no answer'
        status=1
        continue
    fi
    if [ "${states[$member]}" != ONLINE ] || ! works "$member"; then status=1; fi
    printf '%-20s %-10s %12s  %s\n' "$member" "${roles[$member]:--}" "${position[$member]}" "$(shown_state "$member")"
done
exit "$status"
)sh";

constexpr std::string_view kLibrary = R"sh(

# group_state MEMBER: ONLINE, RECOVERING, ERROR, OFFLINE, as it sees itself.
group_state() {
    ask "$1" "SELECT COALESCE((SELECT MEMBER_STATE FROM performance_schema.replication_group_members WHERE MEMBER_ID = @@GLOBAL.server_uuid), 'OFFLINE')"
}

# Waits until a member is online, at most $1 seconds.
wait_online() {
    local until=$(($(seconds) + $1)) state
    while state=$(group_state "$2") && [ "$state" != ONLINE ]; do
        if (($(seconds) >= until)) || [ "$state" = ERROR ]; then die 5 "$2 is $state: its log says why."; fi
        sleep 0.2
    done
}

# The group was not formed: nothing may form a second one by accident when the member starts next.
not_formed() {
    ask "$1" 'SET GLOBAL group_replication_bootstrap_group = OFF' || true
    die 5 "$1 did not form the group: its log says why."
}

# survey: fills answers (members that answer), states and roles (as each sees itself), reached and known (how many members
# it reaches, itself included, of how many that it takes for members), writers (those that take writes), blocked (those
# that wait for a majority) and position. A member of a minority stays ONLINE, the others are UNREACHABLE to it, and its
# writes wait.
survey() {
    answers=()
    writers=()
    blocked=()
    declare -gA position=() states=() roles=() reached=() known=()
    local member state seen
    for member in "${members[@]}"; do
        state=$(ask "$member" "$sql_state" 2>/dev/null) || continue
        seen=$(ask "$member" "SELECT COALESCE(MAX(IF(MEMBER_ID = @@GLOBAL.server_uuid, MEMBER_STATE, NULL)), 'OFFLINE'), COALESCE(SUM(MEMBER_STATE IN ('ONLINE', 'RECOVERING')), 0), COUNT(*), COALESCE(MAX(IF(MEMBER_ID = @@GLOBAL.server_uuid, MEMBER_ROLE, NULL)), '') FROM performance_schema.replication_group_members" 2>/dev/null) || continue
        answers+=("$member")
        position[$member]=$(number_of "$(cut -f 2 <<<"$state")")
        states[$member]=$(cut -f 1 <<<"$seen")
        reached[$member]=$(cut -f 2 <<<"$seen")
        known[$member]=$(cut -f 3 <<<"$seen")
        roles[$member]=$(cut -f 4 <<<"$seen")
        case ${states[$member]} in
            ONLINE | RECOVERING)
                if ! works "$member"; then
                    blocked+=("$member")
                elif [ "$(cut -f 1 <<<"$state")" = 0 ] && [ "${states[$member]}" = ONLINE ]; then
                    writers+=("$member")
                fi
                ;;
        esac
    done
}

# works MEMBER: is it in the group, and does it see a majority of it?
works() {
    case ${states[$1]-} in
        ONLINE | RECOVERING) ((2 * reached[$1] > known[$1])) ;;
        *) return 1 ;;
    esac
}

# Its state in words.
shown_state() {
    local state=${states[$1]:-does not answer}
    case $state in
        ONLINE | RECOVERING) if ! works "$1"; then state+=", but sees only ${reached[$1]} of ${known[$1]} members: no majority"; fi ;;
    esac
    printf '%s' "$state"
})sh";

} // namespace

std::string_view groupLibrary() {
    return kLibrary;
}

std::vector<Script> groupScripts() {
    return {{"status.sh", kStatusGroup}, {"01-source.sh", kFirst},       {"02-replica.sh", kJoin},
            {"03-promote.sh", kMove},    {"04-reopen.sh", kReopenGroup}, {"05-rejoin.sh", kRejoinGroup}};
}

} // namespace alwayson::exporters::mysql
