#!/usr/bin/env python3
"""Workloads of `sotto bench` beside the same ones in MP-SPDZ, in turn, on this machine.

compare.py [--runs N] [--protocols "rep4 rep3 ..."] [--timeout S] [--out FILE.md] DIR [WORKLOAD ...]

DIR is a folder in which MP-SPDZ stands ready to run: compile.py and the machines that the protocols below name. Nothing is
fetched or built. The programs are those beside this file. Each is run with its work and with its work left out,
and what is compared is the difference; of ours it is the figures of the work alone. Ours speaks TLS, the peer does not.
"""
import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOTTO = os.environ.get("SOTTO", os.path.join(HERE, "..", "..", "build", "sotto"))

# name: machine, parties, options of the compiler, our protocol to set beside it, what it withstands
PROTOCOLS = {
    "rep4": ("rep4-ring-party.x", 4, ["-R", "64", "-Z", "4"], "rep4", "active"),
    "rep3": ("replicated-ring-party.x", 3, ["-R", "64", "-Z", "3"], "rep3", "passive"),
    "rep3-bin": ("replicated-bin-party.x", 3, ["-B", "64"], "rep3", "passive"),
    "sy": ("sy-rep-ring-party.x", 3, ["-R", "64", "-Y"], "rep3a", "active"),
    "mal": ("malicious-rep-ring-party.x", 3, ["-R", "64", "-Y"], "rep3a", "active"),
}

# ours, program, n, further arguments after n and the switch of the work, protocols that cannot run it
WORKLOADS = [
    ("W1", "w1", 10_000_000, [], {"rep3-bin"}),
    # A comparison takes the sign of a difference there, and one bit of the ring is its own: 63 bits, where ours has 64.
    ("W2/64", "w2", 1_000_000, ["63"], {"rep3-bin"}),
    ("W2/32", "w2", 1_000_000, ["32"], {"rep3-bin"}),
    ("W3/and", "w3", 1_000_000, [], {"sy"}),
    ("W4", "w4", 100_000, [], {"rep3-bin", "sy", "mal"}),
    ("W5", "w5", 1_000, [], {"rep3-bin"}),
    ("W6/matrix", "w6", 256, [], {"rep3-bin"}),
    ("W6/net", "w6net", 1, [], {"rep3-bin"}),
    ("W6/net", "w6net", 128, [], {"rep3-bin"}),
    ("W7", "w7", 1_000, [], {"rep3-bin"}),
]


def compile_program(folder, program, arguments, options):
    """The name under which the machines find it, or None."""
    done = subprocess.run([sys.executable, "compile.py", *options, os.path.join(HERE, program + ".mpc"), *arguments],
                          cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        print(f"  {program} {arguments} does not compile: {done.stdout.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return "-".join([program, *arguments])


def takes_plain(folder, machine):
    """Whether the machine has to be told to leave its transport unencrypted."""
    said = subprocess.run([os.path.join(folder, machine), "--help"], cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return "--unencrypted" in said.stdout


def run_parties(folder, machine, parties, name, plain, port, timeout):
    """CPU seconds of all, wall, bytes of all and rounds; or None when time is up or a party fails."""
    processes, logs = [], []
    environment = dict(os.environ, LD_LIBRARY_PATH=folder)
    start = time.monotonic()
    for p in range(parties):
        log = open(os.path.join("/tmp", f"sotto-peer-{os.getpid()}-{p}"), "w+")
        logs.append(log)
        processes.append(subprocess.Popen([os.path.join(folder, machine), *(["-u"] if plain else []), "-v", "-pn", str(port),
                                           "-h", "127.0.0.1", str(p), name], cwd=folder, env=environment, stdout=log, stderr=log,
                                          stdin=subprocess.DEVNULL))
    waiting = dict(enumerate(processes))
    cpu, failed = 0.0, False
    while waiting:
        for p, process in list(waiting.items()):
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                process.returncode = os.waitstatus_to_exitcode(status)
                cpu += usage.ru_utime + usage.ru_stime
                failed |= status != 0
                del waiting[p]
        if waiting and (failed or time.monotonic() - start > timeout):
            failed = True
            for process in waiting.values():
                os.kill(process.pid, signal.SIGKILL)
        time.sleep(0.002)
    wall = time.monotonic() - start
    texts = []
    for log in logs:
        log.seek(0)
        texts.append(log.read())
        log.close()
        os.unlink(log.name)
    if failed:
        print(f"  {name} on {machine} failed or took more than {timeout} s: {texts[0].strip()[-200:]}", file=sys.stderr)
        return None
    sent = re.search(r"Global data sent = ([0-9.e+-]+) MB", texts[0])
    rounds = re.search(r"Data sent = [0-9.e+-]+ MB in ~([0-9]+) rounds", texts[0])
    return {"cpu": cpu, "wall": wall, "bytes": float(sent.group(1)) * 1e6 if sent else 0.0,
            "rounds": int(rounds.group(1)) if rounds else 0}


def run_ours(workload, protocol, n):
    """The work's figures of one run, or None where we have no such protocol or workload."""
    done = subprocess.run([SOTTO, "bench", workload, "--size", str(n), "--protocol", protocol, "--runs", "1", "--json"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print(f"  sotto bench {workload} --protocol {protocol}: {done.stderr.strip()[-200:]}", file=sys.stderr)
        return None
    line = json.loads(done.stdout)
    return {"cpu": line["work_cpu_seconds"], "wall": line["work_wall_seconds"], "bytes": float(sum(line["work_bytes_sent"])),
            "rounds": line["work_rounds"]}


def median_of(samples):
    return {key: statistics.median(s[key] for s in samples) for key in samples[0]}


def compare(options, protocol, entry, port):
    machine, parties, compiler, ours, label = PROTOCOLS[protocol]
    workload, program, n, more, _ = entry
    with_work = compile_program(options.folder, program, [str(n), "1", *more], compiler)
    without = compile_program(options.folder, program, [str(n), "0", *more], compiler)
    plain = takes_plain(options.folder, machine)
    peer, idle, mine = [], [], []
    for _ in range(options.runs if with_work and without else 0):
        for name, samples in ((with_work, peer), (without, idle)):
            sample = run_parties(options.folder, machine, parties, name, plain, port, options.timeout)
            if sample:
                samples.append(sample)
        sample = run_ours(workload, ours, n)
        if sample:
            mine.append(sample)
        if not peer or not idle:
            break
    result = {"workload": workload, "n": n, "peer": protocol, "security": label, "ours": ours}
    if peer and idle:
        work, base = median_of(peer), median_of(idle)
        result["peer_figures"] = {key: max(work[key] - base[key], 0) for key in work}
        result["peer_cpu_whole"] = work["cpu"]
    if mine:
        result["our_figures"] = median_of(mine)
    return result


def cell(result, key, form):
    values = [result[side][key] if side in result else None for side in ("peer_figures", "our_figures")]
    texts = [form(v) if v is not None else "-" for v in values]
    ratio = f"{values[0] / values[1]:.2f}" if None not in values and values[1] > 0 else "-"
    return f"{texts[0]} / {texts[1]} | {ratio}"


def row(result):
    return "| " + " | ".join([
        f"{result['workload']}, n = {result['n']:,}", f"{result['peer']} ({result['security']}) / {result['ours']}",
        cell(result, "cpu", lambda v: f"{v:.3f}"), cell(result, "wall", lambda v: f"{v:.3f}"),
        cell(result, "bytes", lambda v: f"{v / 1e6:.2f}"), cell(result, "rounds", lambda v: f"{v:.0f}")]) + " |\n"


HEAD = ("| workload | peer / ours | CPU s of all parties | ratio | wall s | ratio | MB in all | ratio | rounds | ratio |\n"
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--protocols", default=" ".join(PROTOCOLS))
    parser.add_argument("--timeout", type=int, default=150, help="seconds for one run of the peer")
    parser.add_argument("--out", default=os.path.join(HERE, "..", "results", "peers.md"))
    parser.add_argument("folder", help="where MP-SPDZ is")
    parser.add_argument("workloads", nargs="*")
    options = parser.parse_args()
    options.folder = os.path.abspath(options.folder)
    if not os.path.exists(os.path.join(options.folder, "compile.py")):
        sys.exit(f"compare.py: there is no MP-SPDZ in {options.folder}; see docs/operations/benchmarks.md")
    unknown = set(options.protocols.split()) - set(PROTOCOLS)
    if unknown:
        sys.exit(f"compare.py: unknown protocols {' '.join(sorted(unknown))}; there are {' '.join(PROTOCOLS)}")
    port, rows = 17000, []
    print(HEAD, end="")
    for protocol in options.protocols.split():
        if not os.path.exists(os.path.join(options.folder, PROTOCOLS[protocol][0])):
            print(f"{protocol}: {PROTOCOLS[protocol][0]} is not there, left out", file=sys.stderr)
            continue
        for entry in WORKLOADS:
            wanted = not options.workloads or entry[0] in options.workloads or entry[0].split("/")[0] in options.workloads
            if protocol in entry[4] or not wanted:
                continue
            port += 10
            rows.append(row(compare(options, protocol, entry, port)))
            print(rows[-1], end="", flush=True)
    with open(options.out, "w") as out:
        out.write("# Beside MP-SPDZ\n\nMade by `./dev bench --peers DIR`; a cell is peer / ours, and the ratio says how many times as "
                  "much the peer takes. Both without start and operands; ours with TLS, the peer without.\n\n" + HEAD)
        out.writelines(rows)


if __name__ == "__main__":
    main()
