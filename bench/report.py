#!/usr/bin/env python3
"""Results of `sotto bench --limits --json` as a table and a plot.

report.py RESULTS.jsonl TABLE.md PLOT.svg    limits and workloads of one or more protocols, in the order measured
report.py --wan WAN.jsonl DELAY_MS MBIT      workloads over slow links: a table on the standard output
report.py --readme RESULTS.jsonl README.md   the table between README's marks anew
"""
import json
import math
import re
import sys

COLOURS = {"rep4": "#3465a4", "rep3": "#73a946", "rep3a": "#c4733a", "clear": "#888888"}


def read(path):
    """[(limits, [workload, ...])] in the order of the file."""
    parts = []
    with open(path) as lines:
        for line in lines:
            entry = json.loads(line)
            if "limits" in entry:
                parts.append((entry["limits"], []))
            else:
                parts[-1][1].append(entry)
    return parts


def name_of(w):
    return w["workload"] + ("/" + w["variant"] if w["variant"] else "")


def seconds(value):
    return f"{value:.3f}" if value < 100 else f"{value:.0f}"


def table(parts, out):
    limits = parts[0][0]
    out.write("# Results\n\nMade by `./dev bench`; what the columns mean stands in "
              "[docs/operations/benchmarks.md](../../docs/operations/benchmarks.md).\n\n"
              "One core of this machine at best: "
              f"stream cipher {limits['stream_cipher_bytes_per_second'] / 1e9:.1f} GB/s, "
              f"digest {limits['digest_bytes_per_second'] / 1e9:.1f} GB/s, "
              f"memory copy {limits['memory_copy_bytes_per_second'] / 1e9:.1f} GB/s, "
              f"CPU of a byte over loopback TLS {limits['link_cpu_seconds_per_byte'] * 1e9:.2f} ns, "
              f"ping {limits['ping_seconds'] * 1e6:.0f} us; kernels: {limits['cpu']}.\n")
    for _, workloads in parts:
        protocol = workloads[0]["protocol"]
        runs = sorted({w["runs"] for w in workloads})
        out.write(f"\n## {protocol}, {workloads[0]['parties']} parties, median of "
                  f"{' to '.join(str(r) for r in sorted({runs[0], runs[-1]}))} runs\n\n"
                  "| | n | work: CPU s (least-greatest) | bound | ratio | whole: CPU s | work: wall s | rounds "
                  "| bytes sent in all | MiB a party |\n"
                  "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
        for w in workloads:
            bound = w["bound_cpu_seconds"]
            cells = [name_of(w) + " " + w["what"], f"{w['n']:,}",
                     f"{seconds(w['work_cpu_seconds'])} ({seconds(w['work_cpu_seconds_min'])}-"
                     f"{seconds(w['work_cpu_seconds_max'])})",
                     seconds(bound) if bound else "-",
                     f"{w['work_cpu_seconds'] / bound:.1f}" if bound else "-",
                     seconds(w["cpu_seconds"]), seconds(w["work_wall_seconds"]), f"{w['work_rounds']:,}",
                     f"{sum(w['work_bytes_sent']):,}", f"{w['peak_rss_bytes'] / 2**20:,.0f}"]
            out.write("| " + " | ".join(cells) + " |\n")


class Axis:
    """Logarithmic, in whole powers of ten."""

    def __init__(self, values, left, width):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self.left, self.width = left, width

    def at(self, value):
        part = (math.log10(max(value, 10.0**self.low)) - self.low) / (self.high - self.low)
        return self.left + part * self.width


def plot(parts, out):
    """Bars of the work's CPU seconds, a mark for each bound; one group a workload, one bar a protocol."""
    rows = {}
    for _, workloads in parts:
        for w in workloads:
            rows.setdefault((name_of(w), w["n"]), []).append(w)
    values = [max(v, 1e-6) for ws in rows.values() for w in ws for v in (w["work_cpu_seconds"], w["bound_cpu_seconds"]) if v]
    axis = Axis(values, 170, 640)
    bar, gap, top = 11, 9, 56
    height = top + sum(len(ws) * bar + gap for ws in rows.values()) + 30
    text = 'font-family="sans-serif" font-size="11"'
    out.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="840" height="{height}" viewBox="0 0 840 {height}">\n'
              f'<rect width="840" height="{height}" fill="white"/>\n'
              f'<text x="10" y="20" {text} font-weight="bold">CPU seconds of the work, all parties together; '
              "the line in a bar is this machine's bound</text>\n")
    for i, protocol in enumerate(dict.fromkeys(ws["protocol"] for ws in (w for _, x in parts for w in x))):
        out.write(f'<rect x="{170 + 90 * i}" y="30" width="10" height="10" fill="{COLOURS.get(protocol, "#444444")}"/>'
                  f'<text x="{184 + 90 * i}" y="39" {text}>{protocol}</text>\n')
    for power in range(axis.low, axis.high + 1):
        x = axis.at(10.0**power)
        out.write(f'<line x1="{x:.1f}" y1="{top - 6}" x2="{x:.1f}" y2="{height - 24}" stroke="#dddddd"/>'
                  f'<text x="{x:.1f}" y="{height - 10}" {text} text-anchor="middle">{10.0**power:g}</text>\n')
    y = top
    for (name, n), workloads in rows.items():
        out.write(f'<text x="162" y="{y + len(workloads) * bar / 2 + 4:.1f}" {text} text-anchor="end">{name}, n = {n:,}</text>\n')
        for w in workloads:
            end = axis.at(w["work_cpu_seconds"])
            out.write(f'<rect x="170" y="{y}" width="{max(end - 170, 1):.1f}" height="{bar - 2}" '
                      f'fill="{COLOURS.get(w["protocol"], "#444444")}"/>')
            if w["bound_cpu_seconds"]:
                x = axis.at(w["bound_cpu_seconds"])
                out.write(f'<line x1="{x:.1f}" y1="{y - 1}" x2="{x:.1f}" y2="{y + bar - 1}" stroke="black" stroke-width="2"/>')
            out.write("\n")
            y += bar
        y += gap
    out.write("</svg>\n")


def wan(path, delay_ms, mbit):
    """Rounds and wall time; the least that the links allow for them is rounds x delay + bytes / rate."""
    with open(path) as lines:
        workloads = [json.loads(line) for line in lines]
    print(f"Links of {delay_ms} ms each way, {mbit} Mbit/s out of every party\n\n"
          "| | protocol | n | rounds | MB a party | work: wall s | links alone: s |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for w in workloads:
        most = max(w["work_bytes_sent"])
        least = w["work_rounds"] * float(delay_ms) / 1000 + most * 8 / (float(mbit) * 1e6)
        print(f"| {name_of(w)} | {w['protocol']} | {w['n']:,} | {w['work_rounds']:,} | {most / 1e6:.2f} "
              f"| {w['work_wall_seconds']:.2f} | {least:.2f} |")


def readme(results, path):
    """A line a workload with the figures of every protocol, between the marks of README.md."""
    parts = [p for p in read(results) if p[1]]
    protocols = [workloads[0]["protocol"] for _, workloads in parts]
    rows = {}
    for _, workloads in parts:
        for w in workloads:
            rows.setdefault((name_of(w), w["what"], w["n"]), {})[w["protocol"]] = w
    lines = ["| n | workload | " + " | ".join(f"{p}: CPU s | rounds | MB in all" for p in protocols) + " |",
             "| ---: | --- |" + " ---: | ---: | ---: |" * len(protocols)]
    for (name, what, n), by in rows.items():
        cells = [f"{n:,}", f"{name}: {what}"]
        for p in protocols:
            w = by.get(p)
            cells += [seconds(w["work_cpu_seconds"]), f"{w['work_rounds']:,}",
                      f"{sum(w['work_bytes_sent']) / 1e6:.2f}"] if w else ["-"] * 3
        lines.append("| " + " | ".join(cells) + " |")
    with open(path) as old:
        text = old.read()
    new, n = re.subn(r"(<!-- bench: begin -->\n).*?(<!-- bench: end -->)", lambda m: m[1] + "\n".join(lines) + "\n" + m[2], text,
                     flags=re.DOTALL)
    if n != 1:
        sys.exit(f"report.py: no marks in {path}")
    with open(path, "w") as out:
        out.write(new)


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--readme":
        readme(*sys.argv[2:])
        return
    if len(sys.argv) == 5 and sys.argv[1] == "--wan":
        wan(*sys.argv[2:])
        return
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    parts = [p for p in read(sys.argv[1]) if p[1]]
    if not parts:
        sys.exit("report.py: no results in " + sys.argv[1])
    with open(sys.argv[2], "w") as out:
        table(parts, out)
    with open(sys.argv[3], "w") as out:
        plot(parts, out)


if __name__ == "__main__":
    main()
