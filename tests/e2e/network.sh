#!/usr/bin/env bash
# A network of real parties: it runs; who has a foreign key, another program or other parameters is refused and named.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib/e2e.bash
. "$(dirname "$0")/lib/e2e.bash"

cd "$TMP"
auction=$PROGRAMS/auction.sotto
port=$((20000 + RANDOM % 20000))
expect "network init" 0 "party3" network init net --parties 4 --port "$port"
expect "network init overwrites nothing" 3 "" network init net --parties 4
if find net -name party.key -perm /077 | grep -q .; then not_ok "keys are private" "readable"; else ok "keys are private"; fi
csv a.csv bid 5 9
csv b.csv bid 9 10 4

# party N ARGUMENT...: in the background; out.N, err.N, its exit code in rc.N.
party() {
    local n=$1
    shift
    { rc=0; timeout -k 5 60 "$SOTTO" party --config "net/party$n/node.yaml" --timeout 4 "$@" >"out.$n" 2>"err.$n" || rc=$?
        echo "$rc" >"rc.$n"; } &
}
codes() { cat rc.0 rc.1 rc.2 rc.3 | tr '\n' ' '; }

party 0 "$auction" --input bid=a.csv
party 1 "$auction"
party 2 "$auction" --input bid=b.csv --json
party 3 "$auction"
wait
if [ "$(codes)" = "0 0 0 0 " ]; then ok "four parties"; else not_ok "four parties" "exits $(codes): $(cat err.*)"; fi
for n in 0 1 3; do
    check "party $n has the winner" grep -qx "winner = 3" "out.$n"
    check "party $n has the price" grep -qx "price  = 9" "out.$n"
done
check "party 2 has it in JSON" python3 -c '
import json
r = json.load(open("out.2"))
assert r["outputs"] == {"winner": 3, "price": 9}
assert r["bytes_sent"][2] > 0 and r["bytes_sent"][0] is None
'

sed 's/max(second, reserve)/second/' "$auction" >other.sotto
party 0 "$auction" --input bid=a.csv
party 1 "$auction"
party 2 other.sotto --input bid=b.csv
party 3 "$auction"
wait
if [ "$(codes)" = "3 3 3 3 " ]; then ok "another image"; else not_ok "another image" "exits $(codes): $(cat err.*)"; fi
check "another image: named" grep -q "party 2" err.0

party 0 "$auction" --input bid=a.csv
party 1 "$auction" -D reserve=7
party 2 "$auction" --input bid=b.csv
party 3 "$auction"
wait
if [ "$(codes)" = "3 3 3 3 " ]; then ok "other parameters"; else not_ok "other parameters" "exits $(codes): $(cat err.*)"; fi

# A party with a network of its own making on the same addresses: its key is not the pinned one.
"$SOTTO" network init foreign --parties 4 --port "$port" >/dev/null
mv net/party3 net/party3.true
cp -r foreign/party3 net/party3
for n in 0 1 2 3; do party "$n" "$auction"; done
wait
if [ "$(cat rc.0)" = 5 ] && [ "$(cat rc.3)" = 5 ]; then ok "foreign certificate"; else not_ok "foreign certificate" "exits $(codes): $(cat err.*)"; fi
check "foreign certificate: named" grep -q "party 3" err.0
rm -r net/party3 && mv net/party3.true net/party3

for n in 0 1 3; do party "$n" "$auction"; done
echo - >rc.2
start=$(now_ms)
wait
if [ "$(codes)" = "5 5 - 5 " ]; then ok "absent party"; else not_ok "absent party" "exits $(codes): $(cat err.*)"; fi
check "absent party: named" grep -q "party 2" err.0
check "absent party: in time" [ $(($(now_ms) - start)) -lt 8000 ]

party 0 "$auction" --input bid=a.csv
party 1 "$auction"
party 2 "$auction" --input bid=b.csv --corrupt
party 3 "$auction"
wait
if [ "$(cat rc.0 rc.1 rc.3 | tr '\n' ' ')" = "4 4 4 " ]; then ok "a party lies"; else not_ok "a party lies" "exits $(codes): $(cat err.*)"; fi
for n in 0 1 3; do
    check "a party lies: party $n suspects it" grep -q "suspected:.*party 2" "err.$n"
    check "a party lies: party $n was told nothing" [ ! -s "out.$n" ]
done

# One is ended while all compute: the others stop and say who it was.
long_program >long.sotto
csv x.csv x 3 5
# ended NAME SIGNAL CODE MS: send SIGNAL to party 1, which must end with CODE (- where it cannot), the others with 5.
ended() {
    local name=$1 signal=$2 code=$3 ms=$4 n start rc pid=()
    for n in 0 1 2 3; do
        "$SOTTO" party --config "net/party$n/node.yaml" --timeout 2 --json long.sotto \
            --input x=x.csv >"out.$n" 2>"err.$n" &
        pid[n]=$!
    done
    sleep 1.5
    start=$(now_ms)
    kill "-$signal" "${pid[1]}"
    for n in 0 2 3; do
        rc=0
        wait "${pid[n]}" || rc=$?
        if [ "$rc" -eq 5 ] && grep -q "party 1" "err.$n"; then ok "$name: party $n"; else not_ok "$name: party $n" "exit $rc: $(cat "err.$n")"; fi
    done
    check "$name: in time" [ $(($(now_ms) - start)) -lt "$ms" ]
    rc=0
    [ "$code" = - ] && kill -KILL "${pid[1]}"
    wait "${pid[1]}" || rc=$?
    if [ "$code" = - ] || [ "$rc" -eq "$code" ]; then ok "$name: party 1"; else not_ok "$name: party 1" "exit $rc"; fi
}
ended "killed" KILL 137 1000
ended "stopped" STOP - 4000
ended "terminated" TERM 130 1000
check "terminated: told" grep -q "stopped by a signal" err.1
check "terminated: told in JSON" python3 -c 'import json; assert json.load(open("out.1"))["error"]["exit"] == 130'
set -m # a background job that takes Ctrl-C
ended "Ctrl-C" INT 130 1000
set +m

expect "network of three for rep4" 0 "" network init three --parties 3 --port $((port + 10))
expect "rep4 among three" 2 "rep4 needs 4 parties" party --config three/party0/node.yaml "$auction"
expect "another's rows" 2 "its own rows only" party --config net/party0/node.yaml "$auction" --input 1:bid=a.csv
expect "missing config" 3 "none.yaml" party --config none.yaml "$auction"
finish
