/* cases_core.c - products, circuits on bit planes, conversions, extremes. docs/protocols/gadgets.md */
#include "lib/gadget_case.h"

#include "lib/testing.h"

#define RUN(name)                                                                                              \
    static enum sotto_err run_##name(struct strand *st, const struct case_run *r, const struct shared *in,     \
                                     struct shared *out)
#define COST(name) static void cost_of_##name(struct cost *c, const struct case_run *r)

static unsigned bits_of(const struct case_run *r)
{
    return r->c->in[0].bits;
}

/* out[0] = f(in[0], in[1], in[2]) element by element, cut to the result's bits. */
#define WANT(name, expression)                                                                                 \
    static void want_##name(const struct case_run *r)                                                          \
    {                                                                                                          \
        for (size_t e = 0; e < r->n; e++) {                                                                    \
            unsigned k = bits_of(r);                                                                           \
            uint64_t x = r->in[0][e], y = r->in[1] ? r->in[1][e] : 0, w = r->in[2] ? r->in[2][e] : 0;          \
            (void)k, (void)y, (void)w;                                                                         \
            r->out[0][e] = case_cut((uint64_t)(expression), r->c->out[0].bits);                                \
        }                                                                                                      \
    }

RUN(multiply)
{
    (void)r;
    return gadget_multiply(st, &out[0], &in[0], &in[1]);
}
WANT(multiply, r->c->in[0].domain == MPC_ARITH ? x * y : x & y)
COST(multiply)
{
    if (r->c->in[0].domain == MPC_ARITH)
        cost_products(c, 1, bits_of(r) / 8 * r->n, bits_of(r) / 8);
    else
        cost_ands(c, bits_of(r), r->n);
}

RUN(add_bits)
{
    (void)r;
    return gadget_add_bits(st, &out[0], &in[0], &in[1]);
}
WANT(add_bits, x + y)
COST(add_bits)
{
    cost_add_bits(c, bits_of(r), r->n);
}

RUN(sub_bits)
{
    (void)r;
    return gadget_sub_bits(st, &out[0], &in[0], &in[1], in[2].n ? &in[2] : NULL);
}
WANT(sub_bits, x - y - w)
COST(sub_bits)
{
    cost_sub_bits(c, bits_of(r), r->n, r->in[2] != NULL);
}

RUN(less)
{
    return gadget_less(st, &out[0], &in[0], &in[1], 1, r->c->arg);
}
WANT(less, r->c->arg ? case_signed(x, k) < case_signed(y, k) : x < y)
COST(less)
{
    cost_less(c, bits_of(r), r->n, 1);
}

RUN(zero)
{
    (void)r;
    return in[0].domain == MPC_ARITH ? gadget_zero_arith(st, &out[0], &in[0])
                                     : gadget_zero(st, &out[0], &in[0]);
}
WANT(zero, x == 0)
COST(zero)
{
    if (r->c->in[0].domain == MPC_ARITH)
        cost_split_planes(c, bits_of(r), r->n);
    cost_and_planes(c, bits_of(r), r->n, 1);
}

RUN(to_bits)
{
    (void)r;
    return gadget_to_bits(st, &out[0], &in[0]);
}
WANT(same, x)
COST(to_bits)
{
    cost_split_planes(c, bits_of(r), r->n);
    cost_add_bits(c, bits_of(r), r->n);
}

RUN(to_arith)
{
    (void)r;
    return gadget_to_arith(st, &out[0], &in[0]);
}
COST(to_arith)
{
    uint64_t planes = bits_of(r) * cost_plane(r->n);

    cost_share_parts(c, planes, 1);
    cost_sub_bits(c, bits_of(r), r->n, cost_two_masks(c));
    cost_opening(c, cost_is_rep4(c) ? 0xe : 0x5, planes);
}

RUN(bit_to_arith)
{
    (void)r;
    return gadget_bit_to_arith(st, &out[0], &in[0]);
}
COST(bit_to_arith)
{
    cost_bit_to_arith(c, r->c->out[0].bits, r->n);
}

RUN(select)
{
    (void)r;
    return gadget_select(st, &out[0], &in[0], &in[1], &in[2]);
}
WANT(select, x ? y : w)
COST(select)
{
    unsigned k = r->c->out[0].bits;

    if (r->c->out[0].domain == MPC_BITS) {
        cost_ands(c, k, r->n);
    } else {
        cost_bit_to_arith(c, k, r->n);
        cost_products(c, 1, k / 8 * r->n, k / 8);
    }
}

static size_t one(const struct gadget_case *c, size_t n)
{
    (void)c, (void)n;
    return 1;
}

RUN(all)
{
    (void)r;
    return gadget_all(st, &out[0], &in[0]);
}
static void draw_ones(const struct case_run *r, uint64_t seed)
{
    for (size_t e = 0; e < r->n; e++)
        r->in[0][e] = 1;
    if (case_draw(&seed) % 2)
        r->in[0][case_draw(&seed) % r->n] = 0;
}
static void want_all(const struct case_run *r)
{
    r->out[0][0] = 1;
    for (size_t e = 0; e < r->n; e++)
        r->out[0][0] &= r->in[0][e];
}
COST(all)
{
    for (size_t n = r->n; n > 1; n -= n / 2)
        cost_ands(c, 1, n - n / 2);
}

/* arg: 1 least, 2 signed */
RUN(extreme)
{
    struct gadget_extreme e = {
        .least = r->c->arg & 1, .is_signed = r->c->arg & 2, .value = &out[0], .index = &out[1]
    };

    return gadget_extreme(st, &e, &in[0]);
}
static void want_extreme(const struct case_run *r)
{
    uint64_t turn = r->c->arg & 2 ? (uint64_t)1 << (bits_of(r) - 1) : 0;
    size_t best = 0;

    for (size_t e = 1; e < r->n; e++) {
        uint64_t x = r->in[0][e] ^ turn, y = r->in[0][best] ^ turn;

        if (r->c->arg & 1 ? x < y : x > y)
            best = e;
    }
    r->out[0][0] = r->in[0][best];
    r->out[1][0] = best;
}
COST(extreme)
{
    cost_extreme(c, bits_of(r), r->n, true, true, MPC_ROUND_WORTH_DEFAULT);
}

#define A(k)                                                                                                   \
    {                                                                                                          \
        MPC_ARITH, k, NULL                                                                                     \
    }
#define B(k)                                                                                                   \
    {                                                                                                          \
        MPC_BITS, k, NULL                                                                                      \
    }
#define LINE(text, function, wanted, price, number, ...)                                                       \
    {                                                                                                          \
        .name = text, .run = run_##function, .want = want_##wanted, .cost = cost_of_##price, .arg = number,    \
        __VA_ARGS__                                                                                            \
    }
#define IN(...)  .in = { __VA_ARGS__ }
#define OUT(...) .out = { __VA_ARGS__ }

const struct gadget_case cases_core[] = {
    LINE("product of 8 bits", multiply, multiply, multiply, 0, IN(A(8), A(8)), OUT(A(8))),
    LINE("product of 16 bits", multiply, multiply, multiply, 0, IN(A(16), A(16)), OUT(A(16))),
    LINE("product of 32 bits", multiply, multiply, multiply, 0, IN(A(32), A(32)), OUT(A(32))),
    LINE("product of 64 bits", multiply, multiply, multiply, 0, IN(A(64), A(64)), OUT(A(64))),
    LINE("and of one bit", multiply, multiply, multiply, 0, IN(B(1), B(1)), OUT(B(1))),
    LINE("and of 9 planes", multiply, multiply, multiply, 0, IN(B(9), B(9)), OUT(B(9))),
    LINE("sum on bits", add_bits, add_bits, add_bits, 0, IN(B(16), B(16)), OUT(B(16))),
    LINE("difference on bits", sub_bits, sub_bits, sub_bits, 0, IN(B(64), B(64)), OUT(B(64))),
    LINE("difference of three on bits", sub_bits, sub_bits, sub_bits, 0, IN(B(8), B(8), B(8)), OUT(B(8))),
    LINE("less", less, less, less, 0, IN(B(32), B(32)), OUT(B(1))),
    LINE("less, signed", less, less, less, 1, IN(B(64), B(64)), OUT(B(1))),
    LINE("zero", zero, zero, zero, 0, IN(B(32)), OUT(B(1))),
    LINE("zero, arithmetic", zero, zero, zero, 0, IN(A(16)), OUT(B(1))),
    LINE("words to planes", to_bits, same, to_bits, 0, IN(A(32)), OUT(B(32))),
    LINE("planes to words", to_arith, same, to_arith, 0, IN(B(16)), OUT(A(16))),
    LINE("bit to words", bit_to_arith, same, bit_to_arith, 0, IN(B(1)), OUT(A(64))),
    LINE("choice of planes", select, select, select, 0, IN(B(1), B(16), B(16)), OUT(B(16))),
    LINE("choice of words", select, select, select, 0, IN(B(1), A(32), A(32)), OUT(A(32))),
    LINE("all", all, all, all, 0, IN(B(1)), OUT({ MPC_BITS, 1, one }), .draw = draw_ones, .small = 5),
    LINE("least, signed", extreme, extreme, extreme, 3, IN(B(16)),
         OUT({ MPC_BITS, 16, one }, { MPC_BITS, 32, one }), .small = 3),
    LINE("greatest", extreme, extreme, extreme, 0, IN(B(8)), OUT({ MPC_BITS, 8, one }, { MPC_BITS, 32, one }),
         .small = 3),
};
const size_t cases_core_n = sizeof cases_core / sizeof cases_core[0];
