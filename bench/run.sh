#!/usr/bin/env bash
# run.sh [--runs N] [--protocols "NAME ..."] [--out FOLDER] [--readme] [WORKLOAD ...] - workloads of each protocol with the machine's
# limits before them, into FOLDER (bench/results): results.jsonl, table.md and plot.svg; --readme: also README's table.
# ./dev bench calls it.
set -eu
cd "$(dirname "$0")/.."

SOTTO=${SOTTO:-build/sotto}
runs=5
protocols=
out=bench/results
readme=
workloads=()
while [ $# -gt 0 ]; do
    case $1 in
    --runs | --protocols | --out)
        [ $# -ge 2 ] || {
            echo "bench: $1 needs a value" >&2
            exit 2
        }
        case $1 in --runs) runs=$2 ;; --protocols) protocols=$2 ;; *) out=$2 ;; esac
        shift
        ;;
    --readme) readme=1 ;;
    -*)
        echo "bench: there is no option $1; there are --runs, --protocols, --out, --readme, --wan and --peers" >&2
        exit 2
        ;;
    *) workloads+=("$1") ;;
    esac
    shift
done
# Of the protocols that there are, those which compute on secrets.
if [ -z "$protocols" ]; then
    for protocol in rep4 rep3 rep3a; do
        "$SOTTO" bench W7 --size 1 --runs 1 --protocol "$protocol" >/dev/null 2>&1 && protocols="$protocols $protocol"
    done
fi
if [ ${#workloads[@]} -eq 0 ]; then
    mapfile -t workloads < <("$SOTTO" bench --help | sed -n 's/^  \(W[0-9]\).*/\1/p' | sort -u)
fi

mkdir -p "$out"
: >"$out/results.jsonl.new"
for protocol in $protocols; do
    echo "$protocol: ${workloads[*]}, $runs runs each" >&2
    "$SOTTO" bench "${workloads[@]}" --limits --runs "$runs" --protocol "$protocol" --json >>"$out/results.jsonl.new"
done
mv "$out/results.jsonl.new" "$out/results.jsonl"
python3 bench/report.py "$out/results.jsonl" "$out/table.md" "$out/plot.svg"
[ -z "$readme" ] || python3 bench/report.py --readme "$out/results.jsonl" README.md
cat "$out/table.md"
