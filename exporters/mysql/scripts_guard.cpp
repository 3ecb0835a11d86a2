// guard.sh: what a member does by itself that a server does not.
#include "exporters/mysql/scripts.h"

namespace alwayson::exporters::mysql {

std::string_view guardScript() {
    return R"sh(#!/bin/bash
# guard.sh MEMBER: watches the server of this machine for as long as it runs, as root. guard.sh MEMBER --install [--yes]
# lets systemd run it; it refuses while no majority of the voters answers, unless --unheard follows. Only where this
# server is, or was, the source:
# - When it has heard no majority of the voters for the lease, it takes no more writes. A pause of this program that was as
#   long counts as well. That holds from the first majority on that it has heard: voters that are not there yet close nothing.
# - When another member that was a replica takes writes as well, it takes no more writes.
# - When it was closed so, or restarted, it takes writes again (04-reopen.sh) once a majority was heard and all others
#   received from a source and were read-only for reopen_s seconds without a break: longer than a take-over.
# - When another is the source by now, it follows that one, if it holds nothing of its own (05-rejoin.sh).
# A source that people made read-only is left alone. Needs REPL_PASSWORD and FAILOVER_PASSWORD (or ..._FILE) in env.
# shellcheck source=lib.sh source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
need_member "${1-}"
need_addresses
member=$1
local_member=$1
unit=alwayson-guard-$set_name.service
folder=${GUARD_STATE:-/var/lib/alwayson-guard}
# Of a source: boot, start and process of the server, 1: closed by this program, 2: by people, then the members that were
# its replicas.
memory=$folder/$set_name-$member

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

# Of the guard that watches: what runs beside it lets go of it, or the next guard would wait for that.
exec {lock}</dev/null

# Fills silent: the voters that did not answer in time. That a port takes the connection is no answer: the system does that
# for a program that hangs as well. What orchestrator says does not matter, as long as it says it.
hears_majority() {
    local i pids=()
    silent=()
    if ((lease_ms == 0)); then return 0; fi
    for i in "${!voters[@]}"; do
        # shellcheck disable=SC2016 # the words of the inner shell
        timeout -k 1 "$step_s" bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "GET /api/lb-check HTTP/1.0\r\n\r\n" >&3 &&
            read -r -N 5 said <&3 && [ "$said" = HTTP/ ]' "${voters[i]}" "$voter_port" 2>/dev/null {lock}>&- &
        pids+=($!)
    done
    for i in "${!voters[@]}"; do
        if ! wait "${pids[i]}"; then silent+=("${voters[i]}"); fi
    done
    ((${#silent[@]} * 2 < ${#voters[@]}))
}

if [ "${2-}" = --install ]; then
    [[ $here =~ ^/[A-Za-z0-9_./-]+$ ]] || die 2 "systemd needs a path of letters, digits, _ . and -; this is $here."
    # systemd runs what lies here as root: whoever may change it, or a folder above it, would be root.
    unsafe=''
    path=$here/guard.sh
    while true; do
        read -r owner mode <<<"$(stat -c '%u %a' -- "$path")"
        if [ "$owner" != 0 ] || ((0$mode & 022)) || [ -L "$path" ]; then unsafe=$path; fi
        if [ "$path" = / ]; then break; fi
        path=$(dirname -- "$path")
    done
    while IFS= read -r path; do unsafe=$path; done < <(find "$here/" \( ! -user 0 -o -perm /022 -o -type l \) -print)
    [ -f "$here/env" ] || die 2 "the passwords have to be in env: lines like FAILOVER_PASSWORD_FILE=/root/failover.password"
    text="[Unit]
Description=Guard of $member in the replication set $set_name
After=network-online.target $service.service
Wants=network-online.target
# However often it fails, it is started again.
StartLimitIntervalSec=0

[Service]
ExecStart=/bin/bash $here/guard.sh $member
Restart=always
RestartSec=1
KillMode=mixed
# It has to watch also while the machine has no memory or no time left.
OOMScoreAdjust=-900
Nice=-10

[Install]
WantedBy=multi-user.target"
    printf '%s:\n%s\n' "/etc/systemd/system/$unit" "$text"
    step_s=2 # nothing hurries here
    if ! hears_majority && [[ " $* " != *' --unheard '* ]]; then
        die 3 "no majority of the voters answers on port $voter_port; silent: ${silent[*]}. Nothing was changed.
Start orchestrator there and let this machine reach that port, then run this again. With --unheard behind --install
it is installed all the same: it closes nothing before it has heard a majority once."
    fi
    if [ -n "$unsafe" ]; then
        unsafe="$unsafe is a link, or others than root can write it, and systemd would run this folder as root.
Put a copy where only root can write (/usr/local/lib/alwayson/$set_name), and install it from there."
    fi
    [[ " $* " = *' --yes '* ]] || die 0 "nothing was changed. ${unsafe:-Run: ./guard.sh $* --yes}"
    [ -z "$unsafe" ] || die 2 "$unsafe"
    (umask 022 && printf '%s\n' "$text" >"/etc/systemd/system/$unit")
    systemctl daemon-reload
    systemctl enable "$unit"
    systemctl restart "$unit"
    die 0 "it runs. journalctl -u $unit tells what it does; systemctl disable --now $unit ends it."
fi

set +e # from here on no single fault, a full disk for instance, may end the watch
say() { printf '%s\n' "$*" >&2 || true; }
tell() {
    if [ "$1" != "$told" ]; then say "$1"; fi
    told=$1
}
mkdir -p "$folder" || say "$folder cannot be made: after its next start this program does not know what it did."
# Two of them would take what the other one did for the work of people. What an ended one leaves behind lets go soon.
if exec {own}>"$memory.lock"; then
    lock=$own
    flock -w 3 "$lock" || die 3 "another guard.sh watches $member already (its lock: $memory.lock)."
fi
(secret FAILOVER_PASSWORD) || say "The other members cannot be asked: two that take writes at once are not noticed."

# Only a majority that was there can be lost. A guard that was killed goes on where it was; one that people stopped begins
# anew, and so does one after a start of the machine, whose server comes up read-only.
arm() {
    armed=1
    if ((lease_ms > 0)); then say "hears a majority of the voters: $member takes writes only while that lasts."; fi
    printf '%s\n' "$boot" >"$memory.armed" || say "$memory.armed could not be written."
}

# As a whole or not at all.
remember() {
    if ! { printf '%s %s %s %s %s\n' "$was_boot" "$was_started" "$was_pid" "$closed" "$seen" >"$memory.new" &&
        mv -f "$memory.new" "$memory"; }; then
        tell "$memory could not be written."
    fi
}
forget() {
    rm -f "$memory"
    was='' closed=0 seen=''
}

# start_of PID: fills start: when that process started, in 1/100 s since the machine did. Fails when it is no server.
start_of() {
    local line name
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
    name=${line#*(}
    name=${name%)*}
    [ "$name" = "$program" ] || [ "$name" = mysqld ] || return 1
    # shellcheck disable=SC2086 # its fields
    set -- ${line##*) }
    start=${20}
}

# Fills state (silent, writes, closed), started and pid of the server, which stay those of the last one that answered.
look() {
    local answer read_only file uptime id start
    state=silent
    answer=$(limit=1 ask "$member" "SELECT @@GLOBAL.read_only, @@GLOBAL.pid_file; SHOW GLOBAL STATUS LIKE 'Uptime'" \
        2>/dev/null) || return 0
    {
        IFS=$'\t' read -r read_only file
        IFS=$'\t' read -r _ uptime
    } <<<"$answer" || return 0
    [[ $read_only =~ ^[0-9]+$ && $uptime =~ ^[0-9]+$ ]] || return 0
    id=$(cat "$file" 2>/dev/null)
    if [[ $id =~ ^[1-9][0-9]*$ ]] && start_of "$id"; then
        pid=$id started=$start
    else # its process is hidden from here; its own Uptime leaps with the clock
        pid=0 started=$((now - uptime * 100))
    fi
    if [ "$read_only" = 0 ]; then state=writes; else state=closed; fi
}

# Does the server's process still run?
runs() {
    local start
    [ "$pid" != 0 ] && start_of "$pid" && [ "$start" = "$started" ]
}

# A server that does not answer may still serve others.
takes_writes() { [ "$state" = writes ] || { [ "$state" = silent ] && [ "$last" = writes ] && runs; }; }

# A commit that waits for an acknowledgement, or a long statement, holds the switch up. Whoever waits must not be told that
# it is safe, so the server is ended then, as if its machine had failed. What fails here is tried again with the next look.
close_it() {
    local why=$1
    closed=1
    if limit=1 ask "$member" "$sql_close" >/dev/null 2>&1; then
        state=closed
        say "$why $member takes no more writes."
    elif runs && kill -KILL "$pid"; then
        state=closed
        say "$why $member did not become read-only in time and was ended. It comes up read-only."
    else
        tell "$why $member could NOT be made read-only. Shut it off by hand."
    fi
    remember
}

# Is it another start of the server than the one that is remembered?
restarted() {
    if [ "$boot" != "$was_boot" ]; then return 0; fi
    if ((pid && was_pid)); then
        ((pid != was_pid || started != was_started))
    else
        ((started > was_started + 300 || started < was_started - 300))
    fi
}

# Closed by this program, or by a restart: not by people.
may_open() { [ "$closed" != 2 ] && { [ "$closed" = 1 ] || restarted; }; }

# other MEMBER: 0 it is a source, 1 it is read-only and receives from one, 2 neither, or it does not answer. A replica that
# people let take writes is no source as long as it receives.
other() {
    local read_only receives
    # shellcheck disable=SC2034 # of lib.sh
    limit=4 patience=2
    secret FAILOVER_PASSWORD
    read_only=$(ask "$1" 'SELECT @@GLOBAL.read_only') || exit 2
    receives=$(field "$1" "$column_io") || exit 2
    if [ "$read_only" = 0 ] && [ "$receives" != Yes ]; then exit 0; fi
    if [ "$read_only" = 1 ] && [ "$receives" = Yes ]; then exit 1; fi
    exit 2
}

# Nothing that needs others may hold up the watch: they are asked in the background.
ask_around() {
    local one
    asked_at=$now
    asking=()
    for one in "${members[@]}"; do
        if [ "$one" = "$member" ]; then continue; fi
        other "$one" 2>/dev/null {lock}>&- &
        asking[$one]=$!
    done
}

# Have all answered, or failed to? Fills rivals (sources that were replicas of this one), sources, and quiet: since when all
# others were replicas, '' when they are not.
answers_are_in() {
    local one status calm=1 known=$seen
    [ -n "$asked_at" ] || return 1
    for one in "${!asking[@]}"; do
        if kill -0 "${asking[$one]}" 2>/dev/null; then return 1; fi
    done
    rivals='' sources=''
    for one in "${!asking[@]}"; do
        wait "${asking[$one]}"
        status=$?
        if [ "$status" = 1 ]; then
            if [[ " $seen " != *" $one "* ]]; then seen+=" $one"; fi
        else
            calm=0
            if [ "$status" = 0 ]; then
                sources+=" $one"
                if [[ " $seen " = *" $one "* ]]; then rivals+=" $one"; fi
            fi
        fi
    done
    if [ "$calm" = 0 ] || [ "$state" != closed ]; then quiet=''; elif [ -z "$quiet" ]; then quiet=$asked_at; fi
    asked_at=''
    seen=${seen# }
    if [ "$seen" != "$known" ]; then remember; fi
}

# Is it a replica? One that does not receive may be half of a rejoin that was cut short: that one is made again.
follows_one() {
    local receives
    receives=$(limit=1 field "$member" "$column_io" 2>/dev/null) && [ -n "$receives" ] && [ "$receives" != No ]
}

# run_aside LIMIT SCRIPT: for this member, in the background.
run_aside() {
    helper=$2
    exec {words}< <(exec env PATIENCE="${PATIENCE:-2}" timeout "$1" bash "$here/$2" "$member" 2>&1 {lock}>&-)
    helper_pid=$!
}
helper_is_done() {
    local said status
    if [ -z "$helper" ] || kill -0 "$helper_pid" 2>/dev/null; then return 1; fi
    wait "$helper_pid"
    status=$?
    said=$(timeout 1 cat <&"$words") # what it started may still hold the pipe
    exec {words}<&-
    if [ "$status" != 0 ]; then
        tell "$said"
    else
        say "$said"
        if [ "$helper" = 05-rejoin.sh ]; then forget; fi
    fi
    helper='' quiet=''
}

# A source, or what was one, is read-only, and all others were asked.
come_back() {
    if [ -n "$sources" ]; then
        if [ "$rejoin" = 0 ]; then
            tell "another member is the source. 05-rejoin.sh $member lets this one follow it."
        else
            run_aside 700 05-rejoin.sh
        fi
    elif ! may_open; then
        tell "$member was made read-only by somebody and is left alone."
        if [ "$closed" != 2 ]; then
            closed=2
            remember
        fi
    elif ((reopen_s == 0)); then
        tell "$member is read-only. When nobody took over: ./04-reopen.sh $member"
    elif [ -z "$quiet" ]; then
        tell "$member stays read-only: not every other member answers, is read-only and receives. When nobody took over: ./04-reopen.sh $member"
    elif ((now - quiet >= reopen_s * 100)); then
        run_aside 30 04-reopen.sh
    else
        tell "$member takes writes in $reopen_s s if nobody takes over meanwhile."
    fi
}

declare -A asking=()
told='' was='' last='' closed=0 was_boot='' was_started=0 was_pid=0 seen='' pid=0 started=0
asked_at='' quiet='' rivals='' sources='' helper='' helper_pid='' slow=0 leave=''
if [ -f "$memory" ] && read -r was_boot was_started was_pid closed seen <"$memory" &&
    [[ "$was_started $was_pid $closed" =~ ^-?[0-9]+\ [0-9]+\ [012]$ ]]; then
    was=1
    # One that took writes and hangs since is known again.
    if [ "$was_boot" = "$boot" ] && [ "$closed" = 0 ]; then last=writes pid=$was_pid started=$was_started; fi
else
    was_boot='' was_started=0 was_pid=0 closed=0 seen=''
fi
clock
heard=$now
next=0
armed=0
if [ "$(cat "$memory.armed" 2>/dev/null)" = "$boot" ]; then armed=1; fi
# What it is about to do is done and remembered first.
trap 'leave=1' TERM INT
if ((lease_ms > 0)); then say "guards $member: lease $lease_ms ms of ${#voters[@]} voters."; else say "guards $member."; fi
while true; do
    clock
    began=$now
    over=0 # the lease, before it is renewed; a slow server is no pause of this program
    if ((armed && lease_ms > 0 && (began - heard - slow) * 10 >= lease_ms)); then over=1; fi
    if hears_majority; then
        heard=$began
        if [ "$armed" = 0 ]; then arm; fi
    elif [ "$armed" = 0 ]; then
        tell "waits for a first majority of the voters; until then it closes nothing."
    fi
    if [ -n "$leave" ]; then break; fi # the signal ended the wait for the voters: that they were silent means nothing
    clock
    if ((armed && lease_ms > 0 && (now - heard) * 10 >= lease_ms)); then over=1; fi
    before=$now
    look
    clock
    slow=$((now - before))
    if ((slow > 110)); then slow=110; fi
    if [ "$state" = writes ]; then
        if [ -z "$was" ] || [ "$closed" != 0 ] || [ "$pid" != "$was_pid" ] || restarted; then
            was=1 closed=0 was_boot=$boot was_started=$started was_pid=$pid
            remember
        fi
    fi
    if [ "$state" != closed ] || ((heard != began)); then
        quiet=''
        if [ -n "$asked_at" ]; then asked_at=$now; fi
    fi
    helper_is_done
    if ((over)) && takes_writes; then
        close_it "$member heard no majority of the voters for the lease."
    elif answers_are_in; then
        if [ -n "$rivals" ] && takes_writes; then
            close_it "another member takes writes:$rivals."
        elif [ -n "$sources" ] && [ "$state" = writes ]; then
            tell "$member and$sources take writes at once, and were never replicas of this one: close the wrong ones by hand."
        elif [ "$state" = closed ] && [ -n "$was" ] && [ -z "$helper" ] && ((heard == began)); then
            come_back
        fi
    elif [ -z "$asked_at" ] && [ -n "$was" ] && ((now >= next)); then
        next=$((now + 200))
        if [ "$state" = closed ] && follows_one; then
            forget
        else
            ask_around
        fi
    fi
    if [ "$state" != silent ]; then last=$state; fi
    if [ -n "$leave" ]; then break; fi
    clock
    left=$((began + step - now))
    if ((left > 0)); then
        printf -v left '%d.%02d' $((left / 100)) $((left % 100))
        sleep "$left"
    fi
done
rm -f "$memory.armed"
)sh";
}

} // namespace alwayson::exporters::mysql
