#!/usr/bin/env bash
# Every party lies in turn: exit 4, the liar among the suspects, nothing opened, no output.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib/e2e.bash
. "$(dirname "$0")/lib/e2e.bash"

cd "$TMP"
csv bids.csv bid 310 275 999 12 999 5 81
for party in 0 1 2 3; do
    expect "party $party lies" 4 "cheating detected" run "$PROGRAMS/auction.sotto" --input bid=bids.csv --corrupt "$party"
    check "party $party lies: nothing was opened" grep -q "nothing was opened" err
    if grep -q winner out; then not_ok "party $party lies: no output" "$(cat out)"; fi
    sotto run "$PROGRAMS/auction.sotto" --input bid=bids.csv --corrupt "$party" --json
    if python3 - out "$party" <<'END' 2>why; then ok "party $party lies: named"; else not_ok "party $party lies: named" "$(tail -1 why) $(cat out)"; fi
import json, sys
r = json.load(open(sys.argv[1]))
liar = int(sys.argv[2])
assert r["error"]["code"] == "CHEAT" and r["error"]["exit"] == 4
assert liar in r["error"]["suspects"] and 1 <= len(r["error"]["suspects"]) <= 3, r["error"]
assert r["error"]["accuser"] not in (None, liar), r["error"]
assert "outputs" not in r and "opened" not in r
END
done
expect "three lanes" 0 "winner" run "$PROGRAMS/auction.sotto" --input bid=bids.csv --lanes 3
expect "three lanes, one liar" 4 "cheating detected" run "$PROGRAMS/auction.sotto" --input bid=bids.csv --lanes 3 --corrupt 2
expect "lanes of one process" 2 "runs in one lane" run "$PROGRAMS/auction.sotto" --input bid=bids.csv --protocol clear --lanes 2
expect "no lanes" 2 "lanes" run "$PROGRAMS/auction.sotto" --input bid=bids.csv --lanes 0
expect "rep3 with a liar says that nobody notices" 0 "party 1 LIES in this run and nobody notices" \
    run "$PROGRAMS/auction.sotto" --input bid=bids.csv --protocol rep3 --corrupt 1
expect "rep3a catches a liar" 4 "" run "$PROGRAMS/auction.sotto" --input bid=bids.csv --protocol rep3a --corrupt 1
expect "rep3 without a liar" 0 "a party that lies is not noticed" \
    run "$PROGRAMS/auction.sotto" --input bid=bids.csv --protocol rep3
if grep -q LIES err; then not_ok "rep3 without a liar: nobody is said to lie" "$(cat err)"; fi
expect "demo" 0 "equal to the result computed in the open" demo --seed 7 --bids 50
check "demo catches the liar" grep -q "caught" out
if awk 'length > 80 { exit 1 }' out; then ok "demo fits 80 columns"; else not_ok "demo fits 80 columns" "$(awk 'length > 80' out)"; fi
if grep -q $'\x1b' out; then not_ok "demo has no colour in a pipe" "escape sequence"; else ok "demo has no colour in a pipe"; fi
finish
