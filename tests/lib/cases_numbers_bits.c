/* cases_numbers_bits.c - shifts, counts, signs. docs/protocols/numbers.md */
#include "lib/cost_numbers.h"
#include "lib/gadget_case.h"

#define RUN(name)                                                                                              \
    static enum sotto_err run_##name(struct strand *st, const struct case_run *r, const struct shared *in,     \
                                     struct shared *out)
#define COST(name) static void cost_of_##name(struct cost *c, const struct case_run *r)

static unsigned bits_of(const struct case_run *r)
{
    return r->c->in[0].bits;
}

/* --- shifts: arg is the kind, and for a public amount the amount * 8
 * ------------------------------------------ */

static uint64_t shifted(uint64_t x, unsigned k, unsigned amount, long how)
{
    amount %= k;
    switch (how) {
    case GADGET_SHIFT_LEFT:
        return case_cut(x << amount, k);
    case GADGET_SHIFT_RIGHT:
        return x >> amount;
    case GADGET_SHIFT_RIGHT_SIGNED:
        return case_cut((uint64_t)(case_signed(x, k) >> amount), k);
    case GADGET_ROTATE_LEFT:
        return amount ? case_cut(x << amount | x >> (k - amount), k) : x;
    default:
        return amount ? case_cut(x >> amount | x << (k - amount), k) : x;
    }
}

RUN(shift_by)
{
    (void)st;
    gadget_shift_by(&out[0], &in[0], (unsigned)r->c->arg / 8, (enum gadget_shift)(r->c->arg % 8));
    return SOTTO_OK;
}
static void want_shift_by(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++)
        r->out[0][e] = shifted(r->in[0][e], bits_of(r), (unsigned)r->c->arg / 8, r->c->arg % 8);
}
COST(nothing)
{
    (void)c, (void)r;
}

RUN(shift)
{
    return gadget_shift(st, &out[0], &in[0], &in[1], (enum gadget_shift)r->c->arg);
}
static void want_shift(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++)
        r->out[0][e] = shifted(r->in[0][e], bits_of(r), (unsigned)(r->in[1][e] % bits_of(r)), r->c->arg);
}
COST(shift)
{
    for (unsigned j = 0; j < r->c->in[1].bits && 1u << j < bits_of(r); j++)
        cost_ands(c, bits_of(r), r->n);
}

/* --- counts
 * --------------------------------------------------------------------------------------------------- */

RUN(popcount)
{
    (void)r;
    return gadget_popcount(st, &out[0], &in[0]);
}
static void want_popcount(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++) {
        r->out[0][e] = 0;
        for (uint64_t x = r->in[0][e]; x; x &= x - 1)
            r->out[0][e]++;
    }
}
COST(popcount)
{
    cost_popcount(c, bits_of(r), r->n);
}

/* One 1 at every place, 0, and anything. */
static void draw_places(const struct case_run *r, uint64_t seed)
{
    for (size_t e = 0; e < r->n; e++) {
        unsigned at = (unsigned)(case_draw(&seed) % (bits_of(r) + 1));

        r->in[0][e] = at == bits_of(r) ? 0 : (uint64_t)1 << at;
        if (case_draw(&seed) % 2)
            r->in[0][e] |= case_draw(&seed) & (((uint64_t)1 << at % 64) - 1);
        if (case_draw(&seed) % 4 == 0)
            r->in[0][e] = case_cut(case_draw(&seed) << at % 64, bits_of(r));
    }
}

RUN(scan)
{
    return gadget_place_of(st, &out[0], &in[0], (enum gadget_place)r->c->arg);
}
static void want_scan(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++) {
        unsigned k = bits_of(r), high = 0, low = 0;
        uint64_t x = r->in[0][e], v = k;

        if (x) {
            while (x >> high > 1)
                high++;
            while (!(x >> low & 1))
                low++;
            v = r->c->arg == GADGET_LEADING_ZEROS    ? k - 1 - high
                : r->c->arg == GADGET_TRAILING_ZEROS ? low
                                                     : high;
        } else if (r->c->arg == GADGET_HIGHEST_BIT) {
            v = UINT64_MAX;
        }
        r->out[0][e] = case_cut(v, r->c->out[0].bits);
    }
}
COST(scan)
{
    cost_highest_one(c, bits_of(r), r->n);
}

/* --- the lesser (arg: 1 least, 2 signed), the sign
 * ------------------------------------------------------------- */

RUN(lesser)
{
    return gadget_lesser(st, &out[0], &in[0], &in[1], r->c->arg & 1, r->c->arg & 2);
}
static void want_lesser(const struct case_run *r)
{
    unsigned k = bits_of(r);

    for (size_t e = 0; e < r->n; e++) {
        uint64_t x = r->in[0][e], y = r->in[1][e];
        bool less = r->c->arg & 2 ? case_signed(x, k) < case_signed(y, k) : x < y;

        r->out[0][e] = less == (r->c->arg & 1) ? x : y;
    }
}
COST(lesser)
{
    cost_less(c, bits_of(r), r->n, 1);
    cost_ands(c, bits_of(r), r->n);
}

RUN(sign)
{
    (void)r;
    return gadget_sign(st, &out[0], &in[0]);
}
static void want_sign(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++) {
        int64_t x = case_signed(r->in[0][e], bits_of(r));

        r->out[0][e] = case_cut((uint64_t)(x < 0 ? -1 : x > 0), r->c->out[0].bits);
    }
}
COST(sign)
{
    cost_and_planes(c, bits_of(r), r->n, 1);
}

/* --- the sign of words
 * ------------------------------------------------------------------------------------------ */

RUN(carries)
{
    static const unsigned cut[] = { 5, 6, 16 };

    (void)r;
    return gadget_carries(st, out, cut, 3, &in[0], &in[1]);
}
static void want_carries(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++) {
        uint64_t x = r->in[0][e], y = r->in[1][e];

        r->out[0][e] = ((x & 31) + (y & 31)) >> 5;
        r->out[1][e] = ((x & 63) + (y & 63)) >> 6;
        r->out[2][e] = (x + y) >> 16;
    }
}
COST(carries)
{
    static const unsigned cut[] = { 5, 6, 16 };

    cost_cuts(c, cut, 3, r->n);
}

RUN(top_bit)
{
    (void)r;
    return gadget_top_bit(st, &out[0], &in[0]);
}
static void want_top_bit(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++)
        r->out[0][e] = r->in[0][e] >> (bits_of(r) - 1);
}
COST(top_bit)
{
    cost_top_bit(c, bits_of(r), r->n);
}

RUN(less_arith)
{
    return gadget_less_arith(st, &out[0], &in[0], &in[1], r->c->arg);
}
static void want_less_arith(const struct case_run *r)
{
    const unsigned k = bits_of(r);

    for (size_t e = 0; e < r->n; e++)
        r->out[0][e] =
            r->c->arg ? case_signed(r->in[0][e], k) < case_signed(r->in[1][e], k) : r->in[0][e] < r->in[1][e];
}
COST(less_arith)
{
    cost_top_bit(c, bits_of(r), 3 * 64 * ((r->n + 63) / 64));
    cost_ands(c, 1, r->n);
}

RUN(relu)
{
    return r->c->arg ? gadget_abs(st, &out[0], &in[0]) : gadget_relu(st, &out[0], &in[0]);
}
static void want_relu(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++) {
        uint64_t x = r->in[0][e];
        bool negative = x >> (bits_of(r) - 1);

        r->out[0][e] = !negative ? x : r->c->arg ? case_cut(0 - x, bits_of(r)) : 0;
    }
}
COST(relu)
{
    unsigned k = bits_of(r);

    cost_top_bit(c, k, r->n);
    cost_bit_to_arith(c, k, r->n);
    cost_products(c, 1, k / 8 * r->n, k / 8);
}

#define A(k)                                                                                                   \
    {                                                                                                          \
        MPC_ARITH, k, NULL                                                                                     \
    }
#define B(k)                                                                                                   \
    {                                                                                                          \
        MPC_BITS, k, NULL                                                                                      \
    }
#define LINE(text, function, price, number, ...)                                                               \
    {                                                                                                          \
        .name = text, .run = run_##function, .want = want_##function, .cost = cost_of_##price, .arg = number,  \
        __VA_ARGS__                                                                                            \
    }
#define IN(...)  .in = { __VA_ARGS__ }
#define OUT(...) .out = { __VA_ARGS__ }

const struct gadget_case cases_numbers_bits[] = {
    LINE("left by 3", shift_by, nothing, 8 * 3 + GADGET_SHIFT_LEFT, IN(B(32)), OUT(B(32))),
    LINE("right by 39 of 32", shift_by, nothing, 8 * 39 + GADGET_SHIFT_RIGHT, IN(B(32)), OUT(B(32))),
    LINE("signed right by 63", shift_by, nothing, 8 * 63 + GADGET_SHIFT_RIGHT_SIGNED, IN(B(64)), OUT(B(64))),
    LINE("rotated left by 5", shift_by, nothing, 8 * 5 + GADGET_ROTATE_LEFT, IN(B(16)), OUT(B(16))),
    LINE("rotated right by 7", shift_by, nothing, 8 * 7 + GADGET_ROTATE_RIGHT, IN(B(8)), OUT(B(8))),
    LINE("left by a secret", shift, shift, GADGET_SHIFT_LEFT, IN(B(64), B(64)), OUT(B(64))),
    LINE("right by a secret", shift, shift, GADGET_SHIFT_RIGHT, IN(B(16), B(8)), OUT(B(16))),
    LINE("signed right by a secret", shift, shift, GADGET_SHIFT_RIGHT_SIGNED, IN(B(32), B(32)), OUT(B(32))),
    LINE("rotated left by a secret", shift, shift, GADGET_ROTATE_LEFT, IN(B(32), B(3)), OUT(B(32))),
    LINE("rotated right by a secret", shift, shift, GADGET_ROTATE_RIGHT, IN(B(8), B(8)), OUT(B(8))),
    LINE("ones of 64", popcount, popcount, 0, IN(B(64)), OUT(B(64))),
    LINE("ones of 32", popcount, popcount, 0, IN(B(32)), OUT(B(6))),
    LINE("ones of 8", popcount, popcount, 0, IN(B(8)), OUT(B(8))),
    LINE("leading zeros", scan, scan, GADGET_LEADING_ZEROS, IN(B(64)), OUT(B(64)), .draw = draw_places),
    LINE("trailing zeros", scan, scan, GADGET_TRAILING_ZEROS, IN(B(32)), OUT(B(32)), .draw = draw_places),
    LINE("highest bit", scan, scan, GADGET_HIGHEST_BIT, IN(B(16)), OUT(B(16)), .draw = draw_places),
    LINE("lesser, signed", lesser, lesser, 3, IN(B(32), B(32)), OUT(B(32))),
    LINE("greater", lesser, lesser, 0, IN(B(8), B(8)), OUT(B(8))),
    LINE("sign", sign, sign, 0, IN(B(32)), OUT(B(32))),
    LINE("carries at three cuts", carries, carries, 0, IN(B(16), B(16)), OUT(B(1), B(1), B(1))),
    LINE("top bit of 64", top_bit, top_bit, 0, IN(A(64)), OUT(B(1))),
    LINE("top bit of 8", top_bit, top_bit, 0, IN(A(8)), OUT(B(1))),
    LINE("less of words", less_arith, less_arith, 0, IN(A(16), A(16)), OUT(B(1))),
    LINE("less of words, signed", less_arith, less_arith, 1, IN(A(64), A(64)), OUT(B(1))),
    LINE("relu of 64", relu, relu, 0, IN(A(64)), OUT(A(64))),
    LINE("relu of 32", relu, relu, 0, IN(A(32)), OUT(A(32))),
    LINE("absolute value", relu, relu, 1, IN(A(32)), OUT(A(32))),
};
const size_t cases_numbers_bits_n = sizeof cases_numbers_bits / sizeof cases_numbers_bits[0];
