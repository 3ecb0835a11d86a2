#!/bin/bash
# Stands for `mysql`: world/HOST beside it holds the state of a member, world/log what it was told. A member without a
# file does not answer. Sets of transactions are "u:1-5,v:7".
# shellcheck disable=SC2154 # world/HOST sets them
host='' world=$(dirname -- "$0")/world
for option in "$@"; do case $option in --host=*) host=${option#--host=} ;; esac; done
sql=$(cat)
[ -f "$world/$host" ] || exit 1
# shellcheck source=/dev/null
. "$world/$host"
members() { # the transactions of a set, one a line
    local part server='' i
    for part in ${1//,/ }; do
        server=${part%%:*}
        IFS=- read -r from to <<<"${part#*:}"
        for ((i = from; i <= ${to:-$from}; i++)); do echo "$server:$i"; done
    done
}
keep() { printf '%s=%q\n' read_only "$read_only" executed "$executed" state "$state" reached "$reached" \
    known "$known" role "$role" >"$world/$host"; }
case $sql in
    *GTID_SUBTRACT*)
        other=${sql#*"gtid_executed, '"}
        comm -23 <(members "$executed" | sort) <(members "${other%%"'"*}" | sort) | paste -sd,
        ;;
    *"@@GLOBAL.read_only, REPLACE"*) printf '%s\t%s\n' "$read_only" "$executed" ;;
    *"REPLACE(@@GLOBAL.gtid_executed"*) echo "$executed" ;;
    *"COUNT(*)"*) printf '%s\t%s\t%s\t%s\n' "$state" "$reached" "$known" "$role" ;;
    *MEMBER_STATE*) echo "$state" ;;
    *"bootstrap_group = ON"*)
        echo "$host forms" >>"$world/log"
        if [ -f "$world/$host.fails" ]; then exit 1; fi
        state=ONLINE read_only=0 reached=1 known=1 role=PRIMARY
        keep
        ;;
    *"bootstrap_group = OFF"*) echo "$host forms no group" >>"$world/log" ;;
    *"START GROUP_REPLICATION"*)
        echo "$host joins" >>"$world/log"
        state=ONLINE
        keep
        ;;
    *"STOP GROUP_REPLICATION"*)
        echo "$host stops" >>"$world/log"
        state=OFFLINE read_only=1 reached=0 known=1
        keep
        ;;
    *) echo "unknown: $sql" >&2; exit 1 ;;
esac
