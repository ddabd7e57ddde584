#!/usr/bin/env bash
# Bad programs, inputs and parameters: exit 3 (2 where the command line is wrong) within a second, with the place, and
# before any process has started.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib/e2e.bash
. "$(dirname "$0")/lib/e2e.bash"

auction=$PROGRAMS/auction.sotto
cd "$TMP"

# refused NAME CODE TEXT ARGUMENT...: also within a second, with nothing on stdout.
refused() {
    local name=$1 start
    start=$(now_ms)
    expect "$@"
    if [ $(($(now_ms) - start)) -gt 1000 ]; then not_ok "$name, in a second" "$(($(now_ms) - start)) ms"; fi
    if [ -s out ]; then not_ok "$name, no result" "$(head -c 100 out)"; fi
}
bad() { # NAME PLACE TEXT CONTENT
    printf %b "$4" >bids.csv
    refused "$1" 3 "bids.csv:$2" run "$auction" --input bid=bids.csv
    grep -qF -- "$3" err || not_ok "$1, told" "$(cat err)"
}
bad "empty file" 1:1 "the file is empty" ''
bad "no header" 1:1 "the header is missing" '7\n8\n'
bad "wrong column" 1:1 "the column is 'price'" 'price\n8\n'
bad "more columns" 1:1 "2 columns ('name', 'bid')" 'name,bid\nA,8\n'
bad "text" 3:1 "'seven' is not an integer" 'bid\n7\nseven\n'
bad "sign" 2:1 "is negative" 'bid\n-7\n'
bad "fraction" 2:1 "has a fraction" 'bid\n1.5\n'
bad "overflow" 3:1 "out of the range of u32 (0 to 4294967295)" 'bid\n1\n4294967296\n'
bad "quote inside" 2:2 "a quote inside" 'bid\n7"\n'
bad "quote not closed" 2:1 "never closed" 'bid\n"7\n'
bad "bad UTF-8" 2:1 "not valid UTF-8" 'bid\n\xff\n'
bad "empty field" 3:1 "empty line or field" 'bid\n7\n\n8\n'
bad "zero byte" 2:2 "zero byte" 'bid\n7\0\n'
bad "second column in a row" 2:2 "a second column" 'bid\n7,8\n'

csv bids.csv bid 5 9 7
refused "missing file" 3 "No such file" run "$auction" --input bid=none.csv
refused "directory" 3 "is a directory" run "$auction" --input bid=.
refused "endless device" 3 "zero byte" run "$auction" --input bid=/dev/zero
mkfifo pipe
refused "pipe that nobody writes to" 3 "the file is empty" run "$auction" --input bid=pipe
truncate -s 4G huge.csv
refused "file over the limit" 3 "over the limit" run "$auction" --input bid=huge.csv
refused "file over a limit of one's own" 3 "over the limit of 8 bytes" run "$auction" --input bid=bids.csv --memory 8

refused "missing input" 2 "needs input 'bid' (u32[n] from bidder)" run "$auction"
refused "unknown input" 2 "did you mean 'bid'?" run "$auction" --input bids=bids.csv
refused "input twice" 2 "given twice" run "$auction" --input bid=bids.csv --input bid=bids.csv
refused "party twice" 2 "given twice" run "$auction" --input 1:bid=bids.csv --input 1:bid=bids.csv
refused "party and all" 2 "given twice" run "$auction" --input 1:bid=bids.csv --input bid=bids.csv
refused "party that is none" 2 "parties 0 to 3" run "$auction" --input 4:bid=bids.csv
refused "input without a file" 2 "NAME=FILE" run "$auction" --input bid
refused "unknown parameter" 2 "did you mean 'reserve'?" run "$auction" --input bid=bids.csv -D reserv=1
refused "parameter without a value" 2 "-D NAME=VALUE" run "$auction" --input bid=bids.csv -D reserve
refused "parameter out of range" 3 "out of the range of u32" run "$auction" --input bid=bids.csv -D reserve=4294967296
refused "parameter that is text" 3 "not an integer" run "$auction" --input bid=bids.csv -D reserve=much
refused "parameter twice" 2 "given twice" run "$auction" --input bid=bids.csv -D reserve=1 -D reserve=2
refused "size that the rows deny" 3 "make n = 3" run "$auction" --input bid=bids.csv -D n=4
refused "missing program" 3 "No such file" run none.sotto
printf 'void main() { x = 1; }\n' >wrong.sotto
refused "bad program" 3 "wrong.sotto:1:15: error:" run wrong.sotto
refused "bad program, checked" 3 "wrong.sotto:1:15: error:" check wrong.sotto
printf 'SOTTOIMG and then nonsense' >wrong.img
refused "bad image" 3 "image" run wrong.img

sotto run wrong.sotto --json
if python3 - out <<'END'; then ok "bad program in JSON"; else not_ok "bad program in JSON" "$(cat out)"; fi
import json, sys
error = json.load(open(sys.argv[1]))["error"]
assert error["code"] == "PROGRAM" and error["exit"] == 3 and error["line"] == 1 and error["column"] == 15
END

expect "check" 0 "u32[n = 1000] from bidder" check "$auction" -D n=1000
expect "check lists what is opened" 0 "max(second, reserve) (u32) to everyone" check "$auction"
expect "check writes an image" 0 "" check "$auction" --image auction.img --disassemble
hash=$(sed -n 's/^image //p' out)
expect "an image has its hash" 0 "$hash" check auction.img
if cmp -s <(head -c 8 auction.img) <(printf SOTTOIMG); then ok "image file"; else not_ok "image file" "no magic"; fi
expect "an image cannot be written" 2 "cannot write" check "$auction" --image none/auction.img
expect "an image runs" 0 "winner = 1" run auction.img --input bid=bids.csv --protocol clear --local
expect "rows from a pipe" 0 "winner = 1" run auction.img --input bid=<(cat bids.csv) --protocol clear --local
finish
