#!/usr/bin/env python3
"""How workloads grow with their size: CPU time, bytes and memory an element, in one table.

growth.py [--protocol NAME] [--runs N] [--most N] [--lanes N] [WORKLOAD ...]     into bench/results/growth.md, .jsonl

Sizes are 10,000 and ten times as much again, up to --most (10,000,000) or what a workload takes. ./dev bench --growth
"""
import argparse
import json
import math
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# The greatest size of each: what fits in 20 GB of all parties together, and in some minutes.
MOST = {"W1": 10**7, "W2/64": 10**7, "W2/32": 10**7, "W3/and": 10**6, "W4": 10**6, "W8/group": 10**7, "W8/join": 10**6}


def measure(sotto, workload, n, args):
    command = [sotto, "bench", workload, "--size", str(n), "--runs", str(args.runs), "--protocol", args.protocol,
               "--lanes", str(args.lanes), "--json"]
    print(" ".join(command[1:]), file=sys.stderr)
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def row(line, first):
    """Per element; what the smallest size needs stands for what every size needs, for memory."""
    name = line["workload"] + ("/" + line["variant"] if line["variant"] else "")
    n, cpu = line["n"], line["work_cpu_seconds"]
    grown = line["peak_rss_bytes"] - first["peak_rss_bytes"]
    steps = n * math.log2(n) if name in ("W4", "W8/join") else n
    cells = [name, f"{n:,}", f"{cpu:.3f}", f"{cpu / n * 1e9:,.0f}",
             f"{cpu / n * 1e9 / math.log2(n):,.1f}" if steps != n else "-",
             f"{sum(line['work_bytes_sent']) / n:,.1f}", f"{line['work_rounds']:,}",
             f"{line['peak_rss_bytes'] / 2**20:,.0f}",
             f"{grown / (n - first['n']):,.1f}" if n > first["n"] else "-"]
    return "| " + " | ".join(cells) + " |\n"


def main():
    options = argparse.ArgumentParser(prog="bench/growth.py")
    options.add_argument("--protocol", default="rep4")
    options.add_argument("--runs", type=int, default=1)
    options.add_argument("--most", type=int, default=10**7)
    options.add_argument("--lanes", type=int, default=1)
    options.add_argument("workload", nargs="*", default=["W1", "W2/64", "W3/and", "W4", "W8/group", "W8/join"])
    args = options.parse_args()
    sotto = os.environ.get("SOTTO", os.path.join(ROOT, "build", "sotto"))
    out = os.path.join(ROOT, "bench", "results", "growth")
    rows, lines = [], []
    for workload in args.workload:
        n, first = 10**4, None
        while n <= min(args.most, MOST.get(workload, args.most)):
            line = measure(sotto, workload, n, args)
            first = first or line
            lines.append(line)
            rows.append(row(line, first))
            n *= 10
    with open(out + ".jsonl", "w") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    command = " ".join(["./dev bench --growth"] + sys.argv[1:])
    with open(out + ".md", "w") as file:
        file.write(f"# Growth\n\nMade by `{command}`: {args.protocol}, {args.runs} run{'s' if args.runs > 1 else ''} of "
                   "each size, on a shared machine. CPU\nis that of all parties together for the work alone; memory is "
                   "the greatest of a party by the end of the work, with\noperands and results, and what an element "
                   "adds to it, over the smallest size. W3/and is 1,000 ANDs deep: an element\nis 1,000 ANDs.\n\n"
                   "| | n | CPU s | CPU ns an element | by lg n | bytes an element, in all | rounds | MiB a party | "
                   "bytes of memory an element |\n"
                   "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
        file.writelines(rows)
    print(open(out + ".md").read())


if __name__ == "__main__":
    main()
