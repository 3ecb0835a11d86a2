#!/bin/bash
# load.sh FOLDER PORT PORT: writes one row after the other until FOLDER/stop exists, on one connection. When a server refuses
# or is gone it goes to the other port. FOLDER/acknowledged gets "number seconds port" for each commit it was told about,
# FOLDER/offered each number before it is sent.
folder=$1
ports=("$2" "$3")
trap '' PIPE
number=0
turn=0
while [ ! -e "$folder/stop" ]; do
    port=${ports[turn]}
    coproc WRITER { exec mariadb --no-defaults --protocol=tcp --host=127.0.0.1 --port="$port" --user=writer --batch \
        --unbuffered --skip-column-names --connect-timeout=2 2>/dev/null; }
    writer=$WRITER_PID
    exec 7<&"${WRITER[0]}" 8>&"${WRITER[1]}"
    while [ ! -e "$folder/stop" ]; do
        number=$((number + 1))
        printf '%s\n' "$number" >>"$folder/offered"
        { printf 'INSERT INTO shop.orders VALUES (%d); SELECT %d;\n' "$number" "$number" >&8; } 2>/dev/null || break
        read -r -t 20 answer <&7 || break
        [ "$answer" = "$number" ] || break
        printf '%s %s %s\n' "$number" "$EPOCHREALTIME" "$port" >>"$folder/acknowledged"
    done
    exec 7<&- 8>&-
    kill "$writer" 2>/dev/null
    wait "$writer" 2>/dev/null
    turn=$((1 - turn))
    sleep 0.02
done
