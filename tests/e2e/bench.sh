#!/usr/bin/env bash
# sotto bench: every workload at a reduced size gives the right result (it compares by itself), and rounds and bytes do
# not change from run to run. No times.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib/e2e.bash
. "$(dirname "$0")/lib/e2e.bash"

cd "$TMP"
mkdir tmp
export TMPDIR=$TMP/tmp

# A workload and a size at which it takes a moment.
workloads='
W1 10000
W2/64 1000
W2/32 1000
W3/and 1000
W3/aes 70
W4 300
W5 50
W6/matrix 12
W6/net 2
W7 20
W8/group 1000
W8/join 200
'
for protocol in rep4 rep3a rep3 clear; do
    while read -r workload size; do
        [ -n "$workload" ] || continue
        sotto bench "$workload" --size "$size" --runs 1 --protocol "$protocol" --json
        cp out first
        sotto bench "$workload" --size "$size" --runs 2 --protocol "$protocol" --json
        if python3 - "$workload" "$size" "$protocol" <<'END' 2>why; then ok "$workload $protocol"; else not_ok "$workload $protocol" "$(tail -1 why) $(cat out err)"; fi
import json, sys
first, second = json.load(open("first")), json.load(open("out"))
name, size, protocol = sys.argv[1], int(sys.argv[2]), sys.argv[3]
parties = {"rep4": 4, "rep3a": 3, "rep3": 3, "clear": 1}[protocol]
assert name in (second["workload"], second["workload"] + "/" + second["variant"]), second
assert (second["protocol"], second["parties"], second["n"], second["runs"]) == (protocol, parties, size, 2), second
for key in "rounds", "bytes_sent", "work_rounds", "work_bytes_sent":
    assert name in ("W4", "W8/join") or first[key] == second[key], key # a sort's way depends on its shuffle
assert len(second["bytes_sent"]) == parties
assert all(0 <= w <= b for w, b in zip(second["work_bytes_sent"], second["bytes_sent"]))
assert second["work_rounds"] <= second["rounds"]
assert (second["work_rounds"] > 0 and min(second["work_bytes_sent"]) > 0) == (parties > 1), second
for key in "cpu_seconds", "wall_seconds", "work_cpu_seconds", "work_wall_seconds":
    assert second[key + "_min"] <= second[key] <= second[key + "_max"], key
assert second["work_cpu_seconds"] <= second["cpu_seconds_max"]
assert second["peak_rss_bytes"] > 1 << 20
assert second["bound_cpu_seconds"] is None
END
    done <<<"$workloads"
done

# Threads change neither rounds nor bytes of the work.
sotto bench W1 --size 200000 --runs 1 --json
cp out first
sotto bench W1 --size 200000 --runs 1 --lanes 2 --json
if python3 - <<'END' 2>why; then ok "W1 in two lanes"; else not_ok "W1 in two lanes" "$(tail -1 why) $(cat out err)"; fi
import json
first, second = json.load(open("first")), json.load(open("out"))
assert (first["lanes"], second["lanes"]) == (1, 2), second
for key in "work_rounds", "work_bytes_sent":
    assert first[key] == second[key], key
END

sotto bench W9 --runs 1 --json
if python3 - <<'END' 2>why; then ok "W9"; else not_ok "W9" "$(tail -1 why) $(cat out err)"; fi
import json
lines = [json.loads(line) for line in open("out")]
assert [l["variant"] for l in lines] == ["run", "check", "aes"], lines
assert all(l["cpu_seconds"] > 0 for l in lines)
assert lines[0]["rounds"] > 0 and min(lines[0]["bytes_sent"]) > 0 and len(lines[0]["bytes_sent"]) == 4
END

expect "a size of its own" 0 "70" bench W7 --size 70 --runs 1
expect "a size too large" 2 "at most" bench W3/aes --size 100000000 --runs 1
expect "no size" 2 "--size" bench W1 --size 0
expect "too many runs" 2 "--runs" bench W7 --runs 1000
expect "unknown workload" 2 "'sotto bench --help' lists them" bench W99
expect "unknown variant" 2 "unknown workload 'W2/16'" bench W2/16
expect "limits as a table" 0 "GB/s" bench --limits
expect "a namespace that is none" 1 "network namespace" bench W7 --size 10 --runs 1 --netns sotto-none-

sotto bench W7 W1 --size 1000 --runs 1 --limits --json
if python3 - <<'END' 2>why; then ok "bounds"; else not_ok "bounds" "$(tail -1 why) $(cat out err)"; fi
import json
limits, *lines = [json.loads(line) for line in open("out")]
limits = limits["limits"]
assert limits.pop("cpu") in ("portable", "avx2", "avx512")
assert len(limits) == 11 and all(v > 0 for v in limits.values()), limits
assert [l["workload"] for l in lines] == ["W1", "W7"]
assert all(l["bound_cpu_seconds"] > 0 for l in lines)
END
if [ -z "$(ls tmp)" ]; then ok "no file left"; else not_ok "no file left" "$(ls tmp)"; fi
finish
