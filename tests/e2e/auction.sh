#!/usr/bin/env bash
# Auctions of many shapes in every protocol, against a plain computation.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib/e2e.bash
. "$(dirname "$0")/lib/e2e.bash"

cd "$TMP"
# One line a case: name, reserve, winner, price; its bids in NAME.csv.
python3 >cases <<'END'
import random
random.seed(5)
top = 2**32 - 1
cases = [
    ("one", [7], 0), ("one_zero", [0], 0), ("one_top", [top], 0), ("one_reserve", [7], 5), ("one_reserve_above", [7], 9),
    ("two", [3, 9], 0), ("two_tie", [9, 9], 0), ("two_reserve", [3, 9], 5), ("two_top", [top, top], top),
    ("seven", [5, 1, 9, 9, 0, 3, 2], 0), ("seven_zeros", [0] * 7, 0), ("seven_tops", [top] * 7, 0),
    ("seven_last", [1, 2, 3, 4, 5, 6, 7], 0), ("seven_sign", [2**31, 2**31 - 1, 0, 1, 2**31, top - 1, top], 0),
    ("thirtyseven", [random.randrange(50) for _ in range(37)], 0),
    ("thirtyseven_reserve", [random.randrange(2**32) for _ in range(37)], 4000000000),
    ("thousand", [random.randrange(2**32) for _ in range(1000)], 0),
    ("thousand_ties", [random.randrange(3) for _ in range(1000)], 1),
]
for name, bids, reserve in cases:
    winner = bids.index(max(bids))
    price = max(reserve, max([0] + bids[:winner] + bids[winner + 1:]))
    with open(name + ".csv", "w") as f:
        f.write("bid\n" + "".join("%d\n" % b for b in bids))
    print(name, reserve, winner, price)
END

for protocol in rep4 rep3a rep3 clear; do
    while read -r name reserve winner price; do
        sotto run "$PROGRAMS/auction.sotto" --input "bid=$name.csv" -D "reserve=$reserve" --protocol "$protocol"
        if [ "$RC" -ne 0 ]; then
            not_ok "$protocol $name" "exit $RC: $(head -c 300 err)"
        elif grep -qx "winner = $winner" out && grep -qx "price  = $price" out; then
            ok "$protocol $name"
        else
            not_ok "$protocol $name" "not $winner at $price: $(head -2 out | tr '\n' ' ')"
        fi
    done <cases
done

# Who brings which rows changes nothing but the order.
csv a.csv bid 5 9
csv b.csv bid 9 10 4
expect "rows of named parties" 0 "winner = 3" run "$PROGRAMS/auction.sotto" --input 3:bid=b.csv --input 1:bid=a.csv
expect "all rows of one party" 0 "winner = 1" run "$PROGRAMS/auction.sotto" --input 2:bid=b.csv
expect "no row at all" 3 "" run "$PROGRAMS/auction.sotto" --input bid=<(echo bid)
expect "passive is said" 0 "rep3: " run "$PROGRAMS/auction.sotto" --input bid=a.csv --protocol rep3
check "passive is said on stderr" grep -qi passive err
finish
