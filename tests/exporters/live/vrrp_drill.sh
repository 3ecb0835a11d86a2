#!/bin/sh
# vrrp_drill.sh FOLDER EVENT SHARED SETTLE WATCH, in namespaces of its own: two machines (namespaces again) on a bridge
# run the files of FOLDER/lb1 and FOLDER/lb2. Once lb1 holds the address SHARED and SETTLE seconds are over, EVENT hits
# lb1. Prints "event SECONDS" (since 1970), "taken SECONDS" when lb2 takes the address within WATCH seconds, "kept" when
# lb1 still has it at the end, and "answer STATUS", what a client on the bridge gets from the shared address.
set -eu
folder=$1 event=$2 shared=$3 settle=$4 watch=$5
export LC_ALL=C TZ=UTC
mount -t tmpfs none /run
ip link set lo up
ip link add br0 type bridge
ip address add 10.0.0.254/24 dev br0
ip link set br0 up

now() { date +%s.%N; }
give_up() {
    echo "$*: $(cat /run/lb1.log /run/lb2.log 2>&1)" >&2
    exit 1
}
until_true() { # until_true SECONDS COMMAND...
    end=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt "$end" ] || return 1
        sleep 0.02
    done
}

machine() { # machine NAME ADDRESS
    unshare -nmp --fork --kill-child sh -c '
        mount -t proc none /proc && mount -t tmpfs none /run && mount -t tmpfs none /etc/keepalived &&
            cp "$1"/* /etc/keepalived && chmod 755 /etc/keepalived/check-haproxy.sh && ip link set lo up &&
            echo up >"$1/up"
        while :; do sleep 1000; done' sh "$folder/$1" &
    until_true 10 [ -e "$folder/$1/up" ] || give_up "no machine"
    pid=$(pgrep -P $!)
    echo "$pid" >"/run/$1.pid"
    ip link add "port_$1" type veth peer name eth0 netns "$pid"
    ip link set "port_$1" master br0 up
    on "$1" ip address add "$2/24" dev eth0
    on "$1" ip link set eth0 up
    # The process ids are those of the machine.
    on "$1" sh -c 'echo $$ >/run/haproxy.pid; exec haproxy -db -f /etc/keepalived/haproxy.cfg' >"/run/$1.log" 2>&1 &
    until_true 10 on "$1" sh /etc/keepalived/check-haproxy.sh 2>/dev/null || give_up "no HAProxy"
}
on() { # on NAME COMMAND...
    to=$(cat "/run/$1.pid")
    shift
    nsenter -t "$to" -n -m -p "$@"
}
start_keepalived() {
    on "$1" sh -c 'echo $$ >/run/watch.pid; exec keepalived -n -l -D -G -f /etc/keepalived/keepalived.conf' \
        >>"/run/$1.log" 2>&1 &
}
holds() { on "$1" ip -o address show dev eth0 | grep -q " $shared/"; }
waits() { grep -q 'Entering BACKUP STATE' /run/lb2.log; }

machine lb1 10.0.0.11
machine lb2 10.0.0.12
start_keepalived lb1
until_true 20 holds lb1 || give_up "lb1 does not take the address"
start_keepalived lb2
until_true 20 waits || give_up "lb2 does not wait"
on lb2 ip -ts monitor address >/run/moves &
sleep "$settle"
holds lb1 && ! holds lb2 || give_up "lb1 lost the address before the event"
# Inside the machine the moment is not blurred by the way there.
inside() { on lb1 sh -c "echo event \$(date +%s.%N); $1"; }
case $event in
power) echo "event $(now)" && kill -KILL "$(cat /run/lb1.pid)" ;;
network) echo "event $(now)" && ip link set port_lb1 down ;;
stop) inside 'kill -TERM "$(cat /run/watch.pid)"' ;;
crash) inside 'kill -KILL "$(cat /run/haproxy.pid)"' ;;
hang) inside 'kill -STOP "$(cat /run/haproxy.pid)"' ;;
*) give_up "no event $event" ;;
esac
taken() { grep -q " $shared/" /run/moves; }
if until_true "$watch" taken; then
    # "[2026-11-23T04:02:13.478554] 2: eth0    inet 10.0.0.100/24 ..."
    at=$(grep -m 1 " $shared/" /run/moves | sed 's/^\[\([^]]*\)\].*/\1/')
    echo "taken $(date -d "$at" +%s.%N)"
fi
if [ "$event" != power ] && [ "$event" != network ] && holds lb1; then echo kept; fi
echo "answer $(curl -s --noproxy '*' -o /dev/null -w '%{http_code}' --max-time 2 "http://$shared/" || true)"
