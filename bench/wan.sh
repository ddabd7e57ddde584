#!/usr/bin/env bash
# wan.sh [--runs N] [--protocol NAME] [--delay MS] [--rate MBIT] [--out FILE.jsonl] [WORKLOAD ...] - W2, W4 and W5 over
# slow links, as root. Every party runs in a network namespace of its own. Every packet that a party sends is held for 50 ms,
# so that an answer takes 100 ms, and a party's packets pass at 100 Mbit/s: by tc, or by bench/delay.py where the kernel
# lacks netem. Whatever happens, the namespaces are gone at the end.
set -eu
cd "$(dirname "$0")/.."

SOTTO=${SOTTO:-build/sotto}
PARTIES=4
TIME_MAX=${TIME_MAX:-1800} # seconds for everything
runs=1
protocol=rep4
delay=50
rate=100
out=bench/results/wan.jsonl
workloads=()
while [ $# -gt 0 ]; do
    case $1 in
    --runs | --protocol | --delay | --rate | --out)
        [ $# -ge 2 ] || {
            echo "wan.sh: $1 needs a value" >&2
            exit 2
        }
        case $1 in
        --runs) runs=$2 ;;
        --protocol) protocol=$2 ;;
        --delay) delay=$2 ;;
        --rate) rate=$2 ;;
        *) out=$2 ;;
        esac
        shift
        ;;
    -*)
        echo "wan.sh: there is no option $1; there are --runs, --protocol, --delay, --rate and --out" >&2
        exit 2
        ;;
    *) workloads+=("$1") ;;
    esac
    shift
done
[ "$(id -u)" -eq 0 ] || {
    echo "wan.sh: network namespaces need root; run it with sudo" >&2
    exit 2
}
for tool in ip tc timeout; do
    command -v "$tool" >/dev/null 2>&1 || {
        echo "wan.sh: there is no '$tool'; install iproute2" >&2
        exit 2
    }
done
if [ ${#workloads[@]} -eq 0 ]; then
    workloads=(W2 W5)
    "$SOTTO" bench --help | grep -q '^  W4' && workloads=(W2 W4 W5)
fi

# Names of this run alone: two may run at once.
name=sotto$$-
bridge=${name}bridge
delayer=
cleanup() {
    local p
    [ -z "$delayer" ] || kill "$delayer" 2>/dev/null || true
    for ((p = 0; p < PARTIES; p++)); do
        ip netns delete "$name$p" 2>/dev/null || true
    done
    ip netns delete "$bridge" 2>/dev/null || true
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# What the kernel can do by itself: a bridge, and tc at every party's end of it.
links_of_kernel() {
    local p
    ip netns add "$bridge"
    ip -n "$bridge" link add br0 type bridge
    ip -n "$bridge" link set br0 up
    for ((p = 0; p < PARTIES; p++)); do
        ip -n "$name$p" link add eth0 type veth peer name "port$p" netns "$bridge"
        ip -n "$bridge" link set "port$p" master br0 up
        ip -n "$name$p" addr add "10.77.0.$((p + 1))/24" dev eth0
        ip -n "$name$p" link set eth0 up
        # Room for as many packets as are on their way in that time, and ample more.
        ip netns exec "$name$p" tc qdisc add dev eth0 root netem delay "${delay}ms" rate "${rate}mbit" limit 100000
    done
}

# The same by a process that all packets pass.
links_of_process() {
    local line
    coproc DELAY { exec python3 bench/delay.py "$name" "$PARTIES" "$delay" "$rate"; }
    # shellcheck disable=SC2153 # set by coproc
    delayer=$DELAY_PID
    if ! read -r -t 30 line <&"${DELAY[0]}" || [ "$line" != ready ]; then
        echo "wan.sh: bench/delay.py did not come up" >&2
        exit 1
    fi
}

for ((p = 0; p < PARTIES; p++)); do
    ip netns add "$name$p"
    ip -n "$name$p" link set lo up
done
if ip netns exec "${name}0" tc qdisc add dev lo root netem delay 1ms 2>/dev/null; then
    ip netns exec "${name}0" tc qdisc del dev lo root
    links_of_kernel
else
    echo "this kernel has no netem: bench/delay.py delays the packets" >&2
    links_of_process
fi

mkdir -p "$(dirname "$out")"
echo "$protocol: ${workloads[*]}; $delay ms each way, $rate Mbit/s out of every party" >&2
for workload in "${workloads[@]}"; do
    sizes=('')
    case $workload in W4*) sizes=(--size=100000) ;; esac
    timeout --foreground -k 5 "$TIME_MAX" "$SOTTO" bench "$workload" ${sizes[0]:+"${sizes[0]}"} --protocol "$protocol" \
        --runs "$runs" --netns "$name" --round-worth "$((delay * rate * 125))" --json # what passes meanwhile
done >"$out.new"
mv "$out.new" "$out"
python3 bench/report.py --wan "$out" "$delay" "$rate" | tee "${out%.jsonl}.md"
