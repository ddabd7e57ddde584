#!/usr/bin/env python3
"""Writes src/mpc/gadgets/number_tables.h: polynomials of docs/protocols/numbers.md, "Functions".

Interpolation at the n+1 Chebyshev nodes of [-1/2, 1/2], by Newton's divided differences, in 120 decimal digits;
expanded to powers of t and rounded to multiples of 2^-F. The degree is the least whose error, on a grid, is below
2^-(F+1). Run it from the repository's root; it prints the degrees and errors."""
import sys
from decimal import Decimal as D, getcontext

getcontext().prec = 120
HALF = D(1) / 2
LN2 = D(2).ln()


def pi():
    # Machin
    def arctan(x):
        total, term, n = D(0), 1 / D(x), 1
        while abs(term) > D(10) ** -118:
            total += term / n if n % 4 == 1 else -term / n
            term /= x * x
            n += 2
        return total
    return 4 * (4 * arctan(5) - arctan(239))


PI = pi()


def cos(x):
    total, term, n = D(0), D(1), 0
    while abs(term) > D(10) ** -118:
        total += term
        n += 2
        term = -term * x * x / (n * (n - 1))
    return total


# name, f(t), what it is; t is u - 1/2 or m - 3/2 for u in [0, 1], m in [1, 2]
FUNCTIONS = [
    ("exp2", lambda t: ((t + HALF) * LN2).exp(), "2^u"),
    ("exp2_minus", lambda t: (-(t + HALF) * LN2).exp(), "2^-u"),
    ("reciprocal", lambda t: 1 / (t + 1 + HALF), "1/m"),
    ("root", lambda t: (t + 1 + HALF).sqrt(), "sqrt(m)"),
    ("reciprocal_root", lambda t: 1 / (t + 1 + HALF).sqrt(), "1/sqrt(m)"),
    ("log2", lambda t: (t + 1 + HALF).ln() / LN2, "log2(m)"),
    ("log", lambda t: (t + 1 + HALF).ln(), "ln(m)"),
]


def polynomial(f, degree):
    nodes = [HALF * cos(PI * (2 * i + 1) / (2 * (degree + 1))) for i in range(degree + 1)]
    table = [f(x) for x in nodes]
    for level in range(1, degree + 1):
        for i in range(degree, level - 1, -1):
            table[i] = (table[i] - table[i - 1]) / (nodes[i] - nodes[i - level])
    powers = [D(0)] * (degree + 1)
    for i in range(degree, -1, -1):  # powers = powers * (t - nodes[i]) + table[i]
        for p in range(degree, 0, -1):
            powers[p] = powers[p - 1] - nodes[i] * powers[p]
        powers[0] = table[i] - nodes[i] * powers[0]
    return powers


def error_of(f, powers):
    worst = D(0)
    for i in range(201):
        t = D(i) / 200 - HALF
        v = D(0)
        for c in reversed(powers):
            v = v * t + c
        worst = max(worst, abs(v - f(t)))
    return worst


def main():
    out = ["/* number_tables.h - made by tests/number_tables.py. Coefficients of t^0, t^1, ... in units of 2^-F. */",
           "#ifndef SOTTO_MPC_NUMBER_TABLES_H", "#define SOTTO_MPC_NUMBER_TABLES_H", ""]
    for name, f, what in FUNCTIONS:
        for bits in (30, 60):
            degree = 3
            while True:
                powers = polynomial(f, degree)
                error = error_of(f, powers)
                if error < D(2) ** -(bits + 1):
                    break
                degree += 1
            print(f"{what}, F = {bits}: degree {degree}, error {error.ln() / LN2:.1f} (log2)", file=sys.stderr)
            ints = [int((c * 2 ** bits).to_integral_value()) for c in powers]
            out.append(f"/* {what} */")
            out.append(f"static const int64_t {name}_{bits}[] = {{")
            out.append("    " + ", ".join(str(c) for c in ints))
            out.append("};")
    out += ["", "#endif", ""]
    with open("src/mpc/gadgets/number_tables.h", "w") as file:
        file.write("\n".join(out))


main()
