/* cases_wide.c - numbers of 128 bits: between words and planes, comparison, selection.
 * docs/protocols/gadgets.md */
#include "lib/gadget_case.h"

#include "lib/testing.h"

__extension__ typedef unsigned __int128 u128;
__extension__ typedef __int128 i128;

enum { K = 128 };

static u128 value(const struct case_run *r, size_t i, size_t e)
{
    return r->c->in[i].bits == K ? (u128)r->in[i][2 * e + 1] << 64 | r->in[i][2 * e] : r->in[i][e];
}

static void set(const struct case_run *r, size_t e, u128 v)
{
    if (r->c->out[0].bits != K) {
        r->out[0][e] = (uint64_t)v;
        return;
    }
    r->out[0][2 * e] = (uint64_t)v;
    r->out[0][2 * e + 1] = (uint64_t)(v >> 64);
}

#define RUN(name, call)                                                                                        \
    static enum sotto_err run_##name(struct strand *st, const struct case_run *r, const struct shared *in,     \
                                     struct shared *out)                                                       \
    {                                                                                                          \
        (void)r;                                                                                               \
        return call;                                                                                           \
    }
#define WANT(name, expression)                                                                                 \
    static void want_##name(const struct case_run *r)                                                          \
    {                                                                                                          \
        for (size_t e = 0; e < r->n; e++) {                                                                    \
            u128 x = value(r, 0, e), y = r->in[1] ? value(r, 1, e) : 0, w = r->in[2] ? value(r, 2, e) : 0;     \
            (void)y, (void)w;                                                                                  \
            set(r, e, (u128)(expression));                                                                     \
        }                                                                                                      \
    }
#define COST(name) static void cost_of_##name(struct cost *c, const struct case_run *r)

RUN(to_bits, gadget_to_bits(st, &out[0], &in[0]))
RUN(to_arith, gadget_to_arith(st, &out[0], &in[0]))
RUN(bit_to_arith, gadget_bit_to_arith(st, &out[0], &in[0]))
RUN(add_bits, gadget_add_bits(st, &out[0], &in[0], &in[1]))
RUN(less, gadget_less(st, &out[0], &in[0], &in[1], 1, r->c->arg))
RUN(zero, gadget_zero_arith(st, &out[0], &in[0]))
RUN(select, gadget_select(st, &out[0], &in[0], &in[1], &in[2]))
WANT(same, x)
WANT(add_bits, x + y)
WANT(less, r->c->arg ? (i128)x < (i128)y : x < y)
WANT(zero, x == 0)
WANT(select, x ? y : w)

COST(to_bits)
{
    cost_split_planes(c, K, r->n);
    cost_add_bits(c, K, r->n);
}
COST(to_arith)
{
    cost_share_parts(c, K * cost_plane(r->n), 1);
    cost_sub_bits(c, K, r->n, cost_two_masks(c));
    cost_opening(c, cost_is_rep4(c) ? 0xe : 0x5, K * cost_plane(r->n));
}
COST(bit_to_arith)
{
    cost_bit_to_arith(c, K, r->n);
}
COST(add_bits)
{
    cost_add_bits(c, K, r->n);
}
COST(less)
{
    cost_less(c, K, r->n, 1);
}
COST(zero)
{
    cost_split_planes(c, K, r->n);
    cost_and_planes(c, K, r->n, 1);
}
COST(select)
{
    cost_bit_to_arith(c, K, r->n);
    cost_products(c, 1, K / 8 * r->n, K / 8);
}

#define A                                                                                                      \
    {                                                                                                          \
        MPC_ARITH, K, NULL                                                                                     \
    }
#define B                                                                                                      \
    {                                                                                                          \
        MPC_BITS, K, NULL                                                                                      \
    }
#define BIT                                                                                                    \
    {                                                                                                          \
        MPC_BITS, 1, NULL                                                                                      \
    }

const struct gadget_case cases_wide[] = {
    { .name = "to_bits 128",
      .in = { A },
      .out = { B },
      .run = run_to_bits,
      .want = want_same,
      .cost = cost_of_to_bits },
    { .name = "to_arith 128",
      .in = { B },
      .out = { A },
      .run = run_to_arith,
      .want = want_same,
      .cost = cost_of_to_arith },
    { .name = "bit_to_arith 128",
      .in = { BIT },
      .out = { A },
      .run = run_bit_to_arith,
      .want = want_same,
      .cost = cost_of_bit_to_arith },
    { .name = "add_bits 128",
      .in = { B, B },
      .out = { B },
      .run = run_add_bits,
      .want = want_add_bits,
      .cost = cost_of_add_bits },
    { .name = "less 128",
      .in = { B, B },
      .out = { BIT },
      .run = run_less,
      .want = want_less,
      .cost = cost_of_less },
    { .name = "less 128 signed",
      .in = { B, B },
      .out = { BIT },
      .arg = 1,
      .run = run_less,
      .want = want_less,
      .cost = cost_of_less },
    { .name = "zero 128",
      .in = { A },
      .out = { BIT },
      .run = run_zero,
      .want = want_zero,
      .cost = cost_of_zero },
    { .name = "select 128",
      .in = { BIT, A, A },
      .out = { A },
      .run = run_select,
      .want = want_select,
      .cost = cost_of_select },
};
const size_t cases_wide_n = COUNT_OF(cases_wide);
