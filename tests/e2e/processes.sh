#!/usr/bin/env bash
# Parties that are killed or stopped, and launchers that are: an end within the stated time, told why, nobody left.
set -eu
set -m # a background job that takes Ctrl-C
# shellcheck source-path=SCRIPTDIR source=lib/e2e.bash
. "$(dirname "$0")/lib/e2e.bash"

cd "$TMP"
long_program >long.sotto
csv x.csv x 3 5 7 11

# shellcheck disable=SC2317 # called by name
four_children() { [ "$(children "$LAUNCHER" | wc -l)" -eq 4 ]; }

# trial NAME CODE TEXT MS COMMAND: start a run, do COMMAND with $LAUNCHER and the parties' processes in P[0..3]; the run
# must end within MS with CODE and TEXT, and leave nobody.
trial() {
    local name=$1 code=$2 text=$3 ms=$4 start took rc=0 pid left=
    "$SOTTO" run long.sotto --input x=x.csv --timeout 2 >out 2>err &
    LAUNCHER=$!
    if ! wait_for 20 four_children; then
        not_ok "$name" "four processes did not start: $(cat err)"
        kill -9 "$LAUNCHER" || true
        return
    fi
    sleep 0.7
    mapfile -t P < <(children "$LAUNCHER")
    start=$(now_ms)
    eval "$5"
    wait_for 30 gone "$LAUNCHER" || kill -9 "$LAUNCHER"
    wait "$LAUNCHER" || rc=$?
    took=$(($(now_ms) - start))
    sleep 0.3
    for pid in "${P[@]}"; do
        if alive "$pid"; then
            left="$left $pid"
            kill -9 "$pid"
        fi
    done
    if [ -n "$left" ]; then
        not_ok "$name" "left behind:$left"
    elif [ "$rc" -ne "$code" ]; then
        not_ok "$name" "exit $rc instead of $code: $(head -c 300 err)"
    elif [ "$took" -gt "$ms" ]; then
        not_ok "$name" "took $took ms"
    elif ! grep -qE -- "$text" err && [ -n "$text" ]; then
        not_ok "$name" "no \"$text\" in: $(head -c 300 err)"
    elif [ -s out ]; then
        not_ok "$name" "wrote $(head -c 100 out)"
    else
        ok "$name"
    fi
}

# shellcheck disable=SC2016 # the commands are expanded in trial
all_trials() {
    for party in 0 3; do
        trial "party $party killed" 5 "party $party .*killed by SIGKILL" 4000 "kill -KILL \${P[$party]}"
    done
    trial "party 1 terminated" 5 "party 1 .*killed by SIGTERM" 4000 'kill -TERM ${P[1]}'
    trial "party 2 stopped" 5 "party 2 .*stopped" 6000 'kill -STOP ${P[2]}'
    trial "party 0 stopped" 5 "party 0 .*stopped" 6000 'kill -STOP ${P[0]}'
    trial "all parties stopped" 5 "stopped" 6000 'kill -STOP "${P[@]}"'
    trial "Ctrl-C" 130 "stopped by a signal" 2000 'kill -INT -- -$LAUNCHER'
    trial "SIGTERM" 130 "stopped by a signal" 2000 'kill -TERM $LAUNCHER'
    trial "SIGHUP" 130 "stopped by a signal" 2000 'kill -HUP $LAUNCHER'
    trial "Ctrl-C while a party is stopped" 130 "stopped by a signal" 2000 'kill -STOP ${P[2]}; kill -INT $LAUNCHER'
    trial "launcher killed" 137 "" 2000 'kill -KILL $LAUNCHER'
}
all_trials

# A pause shorter than the time-out harms nobody.
csv bids.csv bid 4 8 8 1
sed 's/100000000/20000/' long.sotto >short.sotto
"$SOTTO" run short.sotto --input x=x.csv --timeout 5 >out 2>err &
LAUNCHER=$!
wait_for 20 four_children
mapfile -t P < <(children "$LAUNCHER")
kill -STOP "${P[1]}" && sleep 1 && kill -CONT "${P[1]}"
rc=0
wait "$LAUNCHER" || rc=$?
if [ "$rc" -eq 0 ]; then ok "a short pause"; else not_ok "a short pause" "exit $rc: $(cat err)"; fi
finish
