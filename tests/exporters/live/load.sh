#!/bin/bash
# load.sh FOLDER RATE TTL PORT PORT: writes RATE rows per second, one after the other on one connection, until FOLDER/stop
# exists; none while FOLDER/pause does. Like a connector it asks all members every TTL seconds who takes writes, and goes
# there. FOLDER/acknowledged gets "number seconds port" for each commit it was told about.
folder=$1 rate=$2 ttl=$3
shift 3
trap '' PIPE
mkfifo "$folder/never"
exec 9<>"$folder/never" # a wait without a process

now() { clock=${EPOCHREALTIME/./}; }
wait_until() { # microseconds
    now
    local left=$(($1 - clock))
    if [ "$left" -gt 0 ]; then read -r -t "$((left / 1000000)).$(printf %06d "$((left % 1000000))")" -u 9; fi
}
client() { exec mariadb --no-defaults --protocol=tcp --host=127.0.0.1 --user=writer --batch --skip-column-names "$@" 2>/dev/null; }

ask() {
    now
    local next=$clock port
    while [ ! -e "$folder/stop" ]; do
        for port in "$@"; do
            if [ "$(client --port="$port" --connect-timeout=1 -e 'SELECT @@GLOBAL.read_only' </dev/null)" = 0 ]; then
                printf '%s\n' "$port" >"$folder/source"
            fi
        done
        next=$((next + ttl_us))
        wait_until "$next"
    done
}

leave() {
    if [ -z "$at" ]; then return; fi
    exec 7<&- 8>&-
    kill "$writer" 2>/dev/null
    wait "$writer" 2>/dev/null
    at=
}
go_to() {
    leave
    { exec 6<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1 # nobody there, known without a process
    exec 6>&-
    coproc WRITER { client --port="$1" --unbuffered --connect-timeout=2; }
    writer=$WRITER_PID
    exec 7<&"${WRITER[0]}" 8>&"${WRITER[1]}"
    at=$1
}

ttl_us=$(printf %.0f "${ttl}e6")
gap=$((1000000 / rate))
ask "$@" &
asker=$!
number=0 at='' port='' writer=''
now
next=$clock
while [ ! -e "$folder/stop" ]; do
    next=$((next + gap))
    wait_until "$next"
    if [ -e "$folder/pause" ]; then continue; fi
    if read -r said 2>/dev/null <"$folder/source" && [ -n "$said" ]; then port=$said; fi
    if [ "$at" != "$port" ]; then go_to "$port"; fi
    if [ -z "$at" ]; then continue; fi
    number=$((number + 1))
    { printf 'INSERT INTO shop.orders VALUES (%d); SELECT %d;\n' "$number" "$number" >&8; } 2>/dev/null &&
        read -r -t 20 answer <&7 && [ "$answer" = "$number" ] || {
        leave
        continue
    }
    printf '%s %s %s\n' "$number" "$EPOCHREALTIME" "$port" >>"$folder/acknowledged"
done
leave
kill "$asker" 2>/dev/null
wait "$asker" 2>/dev/null
