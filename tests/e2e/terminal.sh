#!/usr/bin/env bash
# What a terminal gets and a pipe does not: colour, and a progress line for work beyond a second.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib/e2e.bash
. "$(dirname "$0")/lib/e2e.bash"

cd "$TMP"
long_program >long.sotto
csv x.csv x 3 5
csv bids.csv bid 3 5

# on_terminal SECONDS ARGUMENT...: what the tool writes to a terminal, ended after SECONDS.
on_terminal() {
    python3 - "$@" <<'END'
import os, pty, select, signal, sys, time
limit, command = float(sys.argv[1]), [os.environ["SOTTO"]] + sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execv(command[0], command)
end, out = time.time() + limit, b""
while time.time() < end:
    if not select.select([fd], [], [], max(0, end - time.time()))[0]:
        break
    try:
        data = os.read(fd, 65536)
    except OSError:
        break
    if not data:
        break
    out += data
try:
    os.kill(pid, signal.SIGINT)
except ProcessLookupError:
    pass
os.waitpid(pid, 0)
sys.stdout.buffer.write(out)
END
}
# shellcheck disable=SC2317 # called by name
colour() { grep -q "$(printf '\033\\[')" "$1"; }
# shellcheck disable=SC2317
plain() { ! colour "$1"; }

export TERM=xterm
on_terminal 20 run "$PROGRAMS/auction.sotto" --input bid=bids.csv >out
check "colour on a terminal" colour out
NO_COLOR=1 on_terminal 20 run "$PROGRAMS/auction.sotto" --input bid=bids.csv >out
check "NO_COLOR" plain out
NO_COLOR='' on_terminal 20 run "$PROGRAMS/auction.sotto" --input bid=bids.csv >out
check "empty NO_COLOR" colour out
TERM=dumb on_terminal 20 run "$PROGRAMS/auction.sotto" --input bid=bids.csv >out
check "TERM=dumb" plain out
on_terminal 4 run long.sotto --input x=x.csv >out
check "progress on a terminal" grep -q "instructions, " out
TERM=dumb on_terminal 4 run long.sotto --input x=x.csv >out
check "no progress on a dumb terminal" [ "$(grep -c "instructions, " out)" -eq 0 ]
timeout -s INT 4 "$SOTTO" run long.sotto --input x=x.csv >out 2>err || true
check "no progress in a pipe" [ "$(grep -c "instructions, " err)" -eq 0 ]
"$SOTTO" network init net --port $((20000 + RANDOM % 20000)) >/dev/null
on_terminal 1 party --config net/party0/node.yaml "$PROGRAMS/auction.sotto" >out
check "a party waits visibly on a terminal" grep -q "waiting for the other parties" out
timeout -s INT 1 "$SOTTO" party --config net/party0/node.yaml "$PROGRAMS/auction.sotto" >out 2>err || true
check "and silently in a pipe" [ "$(grep -c waiting err)" -eq 0 ]
on_terminal 40 demo --seed 1 --bids 20 >out
check "demo in colour" colour out
check "demo in 80 columns" python3 -c '
import re
for line in open("out", newline="\n").read().split("\n"):
    line = re.sub("\x1b\\[[0-9;]*[mK]", "", line).split("\r")[-2:]
    assert all(len(part) <= 80 for part in line), line
'
finish
