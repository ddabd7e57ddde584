#!/usr/bin/env python3
"""Slow links in user space, for kernels without netem: wan.sh starts it where tc cannot delay packets.

delay.py PREFIX PARTIES DELAY_MS MBIT    party P is in the network namespace PREFIXP and gets 10.77.0.(P+1) there

Every party has a tun device of which this process is the other end. A packet waits until those that its sender gave before it
have passed at the rate, and then for the delay; nothing is lost. Prints a line when all is ready, and ends with its input.
"""
import collections
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
MTU = 16000  # fewer packets for a process in between; TCP's segments grow likewise


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def device(prefix, party):
    """The device moves to its namespace, its other end stays here."""
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    name = f"st{os.getpid() % 100000}p{party}"
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    space = prefix + str(party)
    ip("link", "set", name, "netns", space)
    ip("-n", space, "link", "set", name, "name", "eth0", "mtu", str(MTU), "txqueuelen", "10000")
    ip("-n", space, "addr", "add", f"10.77.0.{party + 1}/24", "dev", "eth0")
    ip("-n", space, "link", "set", "eth0", "up")
    return fd


def take(fd, ends, queue, busy_until, delay, rate):
    """All packets that a party has sent by now; returns when its link is free again."""
    while True:
        try:
            packet = os.read(fd, 65536)
        except BlockingIOError:
            return busy_until
        party = packet[19] - 1 if len(packet) >= 20 and packet[0] >> 4 == 4 and packet[16:19] == b"\x0a\x4d\x00" else -1
        if not 0 <= party < len(ends):
            continue  # neighbour discovery and the like
        busy_until = max(time.monotonic(), busy_until) + len(packet) * 8 / rate
        queue.append((busy_until + delay, ends[party], packet))


def give(queue):
    """Packets whose time has come; returns when the next one's comes."""
    while queue and queue[0][0] <= time.monotonic():
        _, fd, packet = queue.popleft()
        try:
            os.write(fd, packet)
        except (BlockingIOError, OSError):
            pass  # the receiver has no room, or is gone: TCP sends it again
    return queue[0][0] if queue else None


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    prefix, parties, delay, rate = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) / 1000, float(sys.argv[4]) * 1e6
    ends = [device(prefix, p) for p in range(parties)]
    queues = [collections.deque() for _ in ends]
    busy_until = [0.0] * parties
    print("ready", flush=True)
    while True:
        due = [t for t in map(give, queues) if t is not None]
        wait = max(min(due) - time.monotonic(), 0) if due else None
        ready, _, _ = select.select(ends + [sys.stdin], [], [], wait)
        if sys.stdin in ready:
            return
        for p, fd in enumerate(ends):
            if fd in ready:
                busy_until[p] = take(fd, ends, queues[p], busy_until[p], delay, rate)


if __name__ == "__main__":
    main()
