# e2e.bash - what the end-to-end tests share. Each prints "ok NAME" or "not ok NAME: why" lines; finish exits with 1
# when one was not ok. $SOTTO is the tool, build/sotto unless set.
# shellcheck shell=bash
SOTTO=$(realpath "${SOTTO:-build/sotto}")
PROGRAMS=$(realpath programs)
TMP=$(mktemp -d)
FAILED=0
export SOTTO PROGRAMS TMP

trap 'rm -rf "$TMP"' EXIT

ok() { echo "ok $1"; }
not_ok() {
    echo "not ok $1: $2"
    FAILED=1
}
finish() { exit "$FAILED"; }

# Run the tool; its exit code is in RC, what it wrote in $TMP/out and $TMP/err.
sotto() {
    RC=0
    timeout -k 5 "${LIMIT:-120}" "$SOTTO" "$@" >"$TMP/out" 2>"$TMP/err" || RC=$?
}

# expect NAME CODE TEXT ARGUMENT...: exit code, and TEXT (a fixed string, "" for any) on stdout or stderr.
expect() {
    local name=$1 code=$2 text=$3
    shift 3
    sotto "$@"
    if [ "$RC" -ne "$code" ]; then
        not_ok "$name" "exit $RC instead of $code: $(head -c 300 "$TMP/err")"
    elif [ -n "$text" ] && ! grep -qF -- "$text" "$TMP/out" "$TMP/err"; then
        not_ok "$name" "no \"$text\" in: $(head -c 300 "$TMP/out" "$TMP/err")"
    else
        ok "$name"
    fi
}

# check NAME COMMAND...: the command succeeds.
check() {
    local name=$1
    shift
    if "$@"; then ok "$name"; else not_ok "$name" "$(cat "$TMP"/out* "$TMP"/err* 2>/dev/null | head -c 500)"; fi
}

# A program of one input, x, that runs for minutes unless somebody ends it.
long_program() {
    cat <<'END'
input  secret u64 x[n] from owner;
output u64 y to everyone;
void main() {
    secret u64 p = sum(x);
    for (u32 i in 0..100000000)
        p = p * p;
    y = reveal(p);
}
END
}

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# Children of a process, oldest first.
children() {
    { sed -n "s/^\([0-9]*\) (.*) [A-Z] $1 .*/\1/p" /proc/[0-9]*/stat; } 2>/dev/null | sort -n
}

# Whether a process is there and not a zombie that waits for its reaper.
alive() {
    local state
    state=$( { sed -n 's/^[0-9]* (.*) \([A-Z]\) .*/\1/p' "/proc/$1/stat"; } 2>/dev/null) || return 1
    [ -n "$state" ] && [ "$state" != Z ] && [ "$state" != X ]
}

gone() { ! alive "$1"; }

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
    local until=$(($(now_ms) + $1 * 1000))
    shift
    until "$@"; do
        [ "$(now_ms)" -lt "$until" ] || return 1
        sleep 0.05
    done
}

# A CSV file of one column: csv FILE NAME VALUE...
csv() {
    local file=$1
    shift
    printf '%s\n' "$@" >"$file"
}
