#!/bin/bash
# Stands for `mysql` 8.4: world/HOST beside it holds the state of a member of a replication set, world/log what it was told.
# A member without a file does not answer. WORLD_LOCAL is the host of the one behind the socket. Sets of transactions are
# "u:1-5"; one that waits for more than it has gets them.
# shellcheck disable=SC2154 # world/HOST sets them
world=$(dirname -- "$0")/world
for option in "$@"; do
    case $option in
        --host=*) host=${option#--host=} ;;
        --protocol=socket) host=$WORLD_LOCAL ;;
    esac
done
sql=$(cat)
[ -f "$world/$host" ] || exit 1
# shellcheck source=/dev/null
. "$world/$host"
if [ -n "$deaf" ]; then
    trap '' TERM
    sleep 30
fi
keep() { printf '%s=%q\n' read_only "$read_only" pid_file "$pid_file" uptime "$uptime" source "$source" io "$io" \
    executed "$executed" slow "$slow" deaf "$deaf" >"$world/$host.new" && mv "$world/$host.new" "$world/$host"; }
tell() { echo "$host $*" >>"$world/log"; }
case $sql in
    *"CHANGE MASTER"* | *"SHOW SLAVE"* | *"START SLAVE"* | *"STOP SLAVE"*) echo "syntax error: $sql" >&2; exit 1 ;;
    *"CHANGE REPLICATION SOURCE"*)
        source=${sql#*"@source_host = 0x"} io=Yes read_only=1
        source=$(printf %b "$(sed 's/../\\x&/g' <<<"${source%%;*}")")
        keep
        tell follows "$source"
        ;;
    *"RESET REPLICA ALL"*)
        source='' io='' read_only=0
        keep
        tell "is promoted"
        ;;
    *"pid_file"*) printf '%s\t%s\nUptime\t%s\n' "$read_only" "$pid_file" "$uptime" ;;
    *"SHOW REPLICA STATUS"*)
        if [ -n "$source" ]; then
            printf '%s: %s\n' Source_Host "$source" Source_Port 3306 Replica_IO_Running "$io" Replica_SQL_Running Yes \
                Seconds_Behind_Source 0
        fi
        ;;
    *"super_read_only = ON"*)
        : >"$world/closing"
        sleep "$slow"
        read_only=1
        keep
        tell closes
        ;;
    *"super_read_only = OFF"*)
        read_only=0
        keep
        tell opens
        ;;
    *WAIT_FOR_EXECUTED_GTID_SET*)
        executed=${sql#*"('"}
        executed=${executed%%"'"*}
        keep
        echo 0
        ;;
    *GTID_SUBTRACT*) echo ;;
    *"@@GLOBAL.read_only, REPLACE"*) printf '%s\t%s\n' "$read_only" "$executed" ;;
    *"REPLACE(@@GLOBAL.gtid_executed"*) echo "$executed" ;;
    *"SELECT @@GLOBAL.read_only;"*) echo "$read_only" ;;
    *) echo "unknown: $sql" >&2; exit 1 ;;
esac
