#!/usr/bin/env bash
# What --json promises: one object on stdout, success or not, with exact integers.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib/e2e.bash
. "$(dirname "$0")/lib/e2e.bash"

cd "$TMP"
csv bids.csv bid 310 275 999 12 999
cat >wide.sotto <<'END'
input  secret u64 x[n] from owner;
output u64 big to everyone;
output i64 low to everyone;
output bool yes to everyone;
output u64 same[n] to everyone;
void main() {
    big = reveal(max(x));
    low = reveal(i64(min(x)));
    yes = reveal(any(x == 0));
    same = reveal(x);
}
END
csv wide.csv x 18446744073709551615 9223372036854775808 9007199254740993

for protocol in rep4 rep3a rep3 clear; do
    sotto run "$PROGRAMS/auction.sotto" --input bid=bids.csv --protocol "$protocol" --json
    if python3 - out "$protocol" <<'END' 2>why; then ok "$protocol"; else not_ok "$protocol" "$(tail -1 why) $(cat out err)"; fi
import json, sys
text = open(sys.argv[1]).read()
assert text.endswith("}\n") and text.count("\n") == 1
r = json.loads(text)
parties = {"rep4": 4, "rep3a": 3, "rep3": 3, "clear": 1}[sys.argv[2]]
assert list(r)[:4] == ["program", "protocol", "parties", "security"], list(r)
assert r["program"] == "auction" and r["protocol"] == sys.argv[2] and r["parties"] == parties
assert r["security"] == {"rep4": "active", "rep3a": "active", "rep3": "passive", "clear": "none"}[sys.argv[2]]
assert r["outputs"] == {"winner": 2, "price": 999}, r["outputs"]
assert [(o["what"], o["to"], o["value"]) for o in sorted(r["opened"], key=lambda o: o["line"])] == \
    [("first", "everyone", 2), ("max(second, reserve)", "everyone", 999)], r["opened"]
assert all(isinstance(o["line"], int) for o in r["opened"])
assert len(r["bytes_sent"]) == parties and all(isinstance(b, int) for b in r["bytes_sent"])
assert (r["rounds"] > 0 and min(r["bytes_sent"]) > 0) == (parties > 1)
assert set(r["seconds"]) == {"setup", "compute", "total"} and 0 < r["seconds"]["compute"] <= r["seconds"]["total"]
END
done

sotto run wide.sotto --input x=wide.csv --json --protocol clear
if python3 - out <<'END' 2>why; then ok "exact integers"; else not_ok "exact integers" "$(tail -1 why) $(cat out err)"; fi
import json, sys
o = json.load(open(sys.argv[1]))["outputs"]
assert o["big"] == 2**64 - 1 and o["low"] == 2**53 + 1 and o["yes"] is False
assert o["same"] == [2**64 - 1, 2**63, 2**53 + 1]
END

sotto run "$PROGRAMS/auction.sotto" --input bid=none.csv --json
if python3 - out <<'END' 2>why; then ok "error"; else not_ok "error" "$(tail -1 why) $(cat out err)"; fi
import json, sys
r = json.load(open(sys.argv[1]))
assert r["error"]["code"] == "INPUT" and r["error"]["exit"] == 3 and "none.csv" in r["error"]["message"]
assert r["error"]["suspects"] == [] and r["error"]["accuser"] is None
assert r["program"] == "auction" and r["protocol"] == "rep4"
END
if grep -q '^sotto: ' err; then ok "the error is also on stderr"; else not_ok "the error is also on stderr" "$(cat err)"; fi

sotto check "$PROGRAMS/auction.sotto" --json -D n=7
if python3 - out <<'END' 2>why; then ok "check"; else not_ok "check" "$(tail -1 why) $(cat out err)"; fi
import json, sys
r = json.load(open(sys.argv[1]))
assert r["inputs"] == [{"name": "bid", "from": "bidder", "type": "u32", "size": "n", "n": 7}], r["inputs"]
assert r["params"] == [{"name": "reserve", "type": "u32", "value": 0}]
assert [o["name"] for o in r["outputs"]] == ["winner", "price"]
assert [(o["what"], o["to"], o["may_repeat"], o["depends_on_opened"]) for o in r["opens"]] == \
    [("first", "everyone", False, False), ("max(second, reserve)", "everyone", False, False)]
assert len(r["image"]["hash"]) == 64 and r["image"]["bytes"] > 0
END

rc=0
"$SOTTO" run "$PROGRAMS/auction.sotto" --input bid=bids.csv >&- 2>err || rc=$?
if [ "$rc" -eq 1 ]; then ok "closed stdout"; else not_ok "closed stdout" "exit $rc"; fi
if "$SOTTO" version >/dev/full 2>err; then not_ok "full disk" "exit 0"; else ok "full disk"; fi
finish
