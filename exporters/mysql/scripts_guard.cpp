// guard.sh: what a member does by itself that a server does not.
#include "exporters/mysql/scripts.h"

namespace alwayson::exporters::mysql {

std::string_view guardScript() {
    return R"sh(#!/bin/bash
# guard.sh MEMBER: watches the server of this machine for as long as it runs, as root. guard.sh MEMBER --install [--yes]
# lets systemd run it; it refuses while no majority of the voters answers, unless --unheard follows. Only where this
# server is, or was, the source:
# - When it has heard no majority of the voters for the lease, it takes no more writes until it hears them again.
#   That holds from the first majority on that it has heard: voters that are not there yet close nothing.
# - When it was closed so, or restarted, and nobody took over meanwhile, it takes writes again (04-reopen.sh).
# - When another is the source by now, it follows that one, if it holds nothing of its own (05-rejoin.sh).
# A source that people made read-only is left alone. Needs REPL_PASSWORD and FAILOVER_PASSWORD (or ..._FILE) in env.
# shellcheck source=/dev/null
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
need_member "${1-}"
need_addresses
member=$1
local_member=$1
unit=alwayson-guard-$set_name.service
folder=${GUARD_STATE:-/var/lib/alwayson-guard}
memory=$folder/$set_name-$member # of a source: boot, start of the server, 1: closed by this program, 2: by people

boot=$(</proc/sys/kernel/random/boot_id)
if ((lease_ms > 0)); then step=$((lease_ms / 40)); else step=100; fi
if ((step > 100)); then step=100; fi # 1/100 s between two looks: a quarter of the lease, 0.1 to 1 s
if ((step < 10)); then step=10; fi
printf -v step_s '%d.%02d' $((step / 100)) $((step % 100))

# The time since the machine started, in 1/100 s: it knows no leaps.
clock() {
    local up
    read -r up _ </proc/uptime
    now=$((10#${up/./}))
}

# Fills silent: the voters that did not answer in time.
hears_majority() {
    local i pids=()
    silent=()
    if ((lease_ms == 0)); then return 0; fi
    for i in "${!voters[@]}"; do
        # shellcheck disable=SC2016 # the words of the inner shell
        timeout "$step_s" bash -c 'exec 3<>"/dev/tcp/$0/$1"' "${voters[i]}" "$voter_port" 2>/dev/null &
        pids+=($!)
    done
    for i in "${!voters[@]}"; do
        if ! wait "${pids[i]}"; then silent+=("${voters[i]}"); fi
    done
    ((${#silent[@]} * 2 < ${#voters[@]}))
}

if [ "${2-}" = --install ]; then
    [[ $here =~ ^/[A-Za-z0-9_./-]+$ ]] || die 2 "systemd needs a path of letters, digits, _ . and -; this is $here."
    [ -f "$here/env" ] || die 2 "the passwords have to be in env: lines like FAILOVER_PASSWORD_FILE=/root/failover.password"
    text="[Unit]
Description=Guard of $member in the replication set $set_name
After=network-online.target $service.service
Wants=network-online.target

[Service]
ExecStart=/bin/bash $here/guard.sh $member
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target"
    printf '%s:\n%s\n' "/etc/systemd/system/$unit" "$text"
    step_s=2 # nothing hurries here
    if ! hears_majority && [[ " $* " != *' --unheard '* ]]; then
        die 3 "no majority of the voters answers on port $voter_port; silent: ${silent[*]}. Nothing was changed.
Start orchestrator there and let this machine reach that port, then run this again. With --unheard behind --install
it is installed all the same: it closes nothing before it has heard a majority once."
    fi
    [[ " $* " = *' --yes '* ]] || die 0 "nothing was changed. Run: ./guard.sh $* --yes"
    printf '%s\n' "$text" >"/etc/systemd/system/$unit"
    systemctl daemon-reload
    systemctl enable "$unit"
    systemctl restart "$unit"
    die 0 "it runs. journalctl -u $unit tells what it does; systemctl disable --now $unit ends it."
fi

mkdir -p "$folder"

# Only a majority that was there can be lost. A guard that was killed goes on where it was; one that people stopped begins
# anew, and so does one after a start of the machine, whose server comes up read-only.
arm() {
    armed=1
    printf '%s\n' "$boot" >"$memory.armed"
    if ((lease_ms > 0)); then say "hears a majority of the voters: $member takes writes only while that lasts."; fi
}

remember_as() { printf '%s %s %s\n' "$1" "$2" "$closed" >"$memory"; }
forget() {
    rm -f "$memory"
    was='' closed=0
}

# Fills state (silent, writes, closed), started (second of this boot) and pid.
look() {
    local answer read_only uptime
    state=silent
    answer=$(limit=1 ask "$member" "SELECT @@GLOBAL.read_only, @@GLOBAL.pid_file; SHOW GLOBAL STATUS LIKE 'Uptime'" \
        2>/dev/null) || return 0
    {
        IFS=$'\t' read -r read_only pid_file
        IFS=$'\t' read -r _ uptime
    } <<<"$answer" || return 0
    [[ $read_only =~ ^[0-9]+$ && $uptime =~ ^[0-9]+$ ]] || return 0
    started=$((now / 100 - uptime))
    if [ "$read_only" = 0 ]; then state=writes; else state=closed; fi
}

server_pid() {
    local id
    id=$(cat "$pid_file" 2>/dev/null) || return 1
    [[ $id =~ ^[0-9]+$ ]] && [ "$(cat "/proc/$id/comm" 2>/dev/null)" = "$program" ] && printf '%s' "$id"
}

# A server that does not answer may still serve others.
takes_writes() { [ "$state" = writes ] || { [ "$state" = silent ] && [ "$last" = writes ] && server_pid >/dev/null; }; }

# A commit that waits for an acknowledgement, or a long statement, holds the switch up. Whoever waits must not be told that
# it is safe, so the server is ended then, as if its machine had failed.
close_it() {
    local id
    closed=1
    remember_as "$was_boot" "$was_started"
    if limit=1 ask "$member" "$sql_close" >/dev/null 2>&1; then
        say "$member takes no more writes."
    elif id=$(server_pid) && kill -KILL "$id"; then
        say "$member did not become read-only in time and was ended. It comes up read-only."
    else
        say "$member could NOT be made read-only. Shut it off by hand."
    fi
}

tell() {
    if [ "$1" != "$told" ]; then say "$1"; fi
    told=$1
}

# Closed by this program, or by a restart: not by people.
may_open() { [ "$closed" != 2 ] && { [ "$closed" = 1 ] || [ "$boot" != "$was_boot" ] || ((started > was_started + 3)); }; }

other_source() {
    # shellcheck disable=SC2153 # lib.sh fills writers
    (
        unset local_member
        secret FAILOVER_PASSWORD
        survey
        for one in ${writers[@]+"${writers[@]}"}; do
            if [ "$one" != "$member" ]; then exit 0; fi
        done
        exit 1
    ) 2>/dev/null
}

come_back() {
    local said
    if other_source; then
        if [ "$rejoin" = 0 ]; then
            tell "another member is the source. 05-rejoin.sh $member lets this one follow it."
        elif said=$(bash "$here/05-rejoin.sh" "$member" 2>&1); then
            say "$said"
            forget
        else
            tell "$said"
        fi
    elif ! may_open; then
        tell "$member was made read-only by somebody and is left alone."
        closed=2
        remember_as "$was_boot" "$was_started"
    elif said=$(bash "$here/04-reopen.sh" "$member" 2>&1); then
        say "$said"
        closed=0 was_boot=$boot was_started=$started
        remember_as "$boot" "$started"
        sleep 1
        if other_source; then
            say "another member takes writes as well."
            close_it
        fi
    else
        tell "$said"
    fi
}

told='' was='' last='' closed=0 was_boot='' was_started=0 pid_file='' started=0
if [ -f "$memory" ] && read -r was_boot was_started closed <"$memory"; then was=1; fi
clock
heard=$now
next=0
armed=0
if [ "$(cat "$memory.armed" 2>/dev/null)" = "$boot" ]; then armed=1; fi
trap 'rm -f "$memory.armed"; exit 0' TERM INT
if ((lease_ms > 0)); then say "guards $member: lease $lease_ms ms of ${#voters[@]} voters."; else say "guards $member."; fi
while true; do
    clock
    began=$now
    if hears_majority; then
        heard=$began
        if [ "$armed" = 0 ]; then arm; fi
    elif [ "$armed" = 0 ]; then
        tell "waits for a first majority of the voters; until then it closes nothing."
    fi
    clock
    look
    clock
    if [ "$state" = writes ]; then
        if [ -z "$was" ] || [ "$closed" != 0 ] || [ "$boot" != "$was_boot" ] ||
            ((started > was_started + 3 || started < was_started - 3)); then
            was=1 closed=0 was_boot=$boot was_started=$started
            remember_as "$boot" "$started"
        fi
    fi
    if ((armed && lease_ms > 0 && (now - heard) * 10 >= lease_ms)) && takes_writes; then
        say "$member hears no majority of the voters."
        close_it
        state=closed
    elif [ "$state" = closed ] && [ -n "$was" ] && ((now >= next && heard == began)); then
        next=$((now + 200))
        if [ -n "$(field "$member" "$column_host" 2>/dev/null || true)" ]; then
            forget
        else
            come_back
        fi
    fi
    if [ "$state" != silent ]; then last=$state; fi
    clock
    left=$((began + step - now))
    if ((left > 0)); then
        printf -v left '%d.%02d' $((left / 100)) $((left % 100))
        sleep "$left"
    fi
done
)sh";
}

} // namespace alwayson::exporters::mysql
