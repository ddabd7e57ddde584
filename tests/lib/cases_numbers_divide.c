/* cases_numbers_divide.c - quotients and remainders. docs/protocols/numbers.md */
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

struct divisor {
    uint64_t value;
    bool is_signed;
};

static uint64_t quotient(uint64_t x, uint64_t y, unsigned k, bool is_signed)
{
    int64_t a = case_signed(x, k), b = case_signed(y, k);

    if (!is_signed)
        return y ? x / y : case_cut(UINT64_MAX, k);
    return case_cut(b == 0 ? UINT64_MAX : b == -1 ? 0 - (uint64_t)a : (uint64_t)(a / b), k);
}

RUN(divide_by)
{
    const struct divisor *d = r->c->data;

    return gadget_divide_by(st, &out[0], &in[0], d->value, d->is_signed);
}
static void want_divide_by(const struct case_run *r)
{
    const struct divisor *d = r->c->data;

    for (size_t e = 0; e < r->n; e++)
        r->out[0][e] = quotient(r->in[0][e], case_cut(d->value, bits_of(r)), bits_of(r), d->is_signed);
}
/* Around multiples of the divisor, and anything. */
static void draw_multiples(const struct case_run *r, uint64_t seed)
{
    const struct divisor *d = r->c->data;

    for (size_t e = 0; e < r->n; e++) {
        uint64_t x = case_draw(&seed);

        if (case_draw(&seed) % 2)
            x = x / d->value * d->value;
        if (case_draw(&seed) % 2)
            x = 0 - (x >> case_draw(&seed) % 64);
        r->in[0][e] = case_cut(x + case_draw(&seed) % 3 - 1, bits_of(r));
    }
}
COST(divide_by)
{
    const struct divisor *d = r->c->data;

    cost_divide_by(c, bits_of(r), d->value, d->is_signed, r->n);
}

/* arg: 1 signed */
RUN(divide)
{
    return gadget_divide(st, &out[0], &out[1], &in[0], &in[1], r->c->arg);
}
static void want_divide(const struct case_run *r)
{
    unsigned k = bits_of(r);

    for (size_t e = 0; e < r->n; e++) {
        uint64_t q = quotient(r->in[0][e], r->in[1][e], k, r->c->arg);

        r->out[0][e] = q;
        r->out[1][e] = case_cut(r->in[0][e] - q * r->in[1][e], k);
    }
}
/* Divisors of every length, and 0. */
static void draw_lengths(const struct case_run *r, uint64_t seed)
{
    unsigned k = bits_of(r);

    for (size_t e = 0; e < r->n; e++) {
        uint64_t x = case_draw(&seed) >> case_draw(&seed) % 64, y = case_cut(case_draw(&seed), k);

        y = case_draw(&seed) % 16 ? y >> case_draw(&seed) % k : 0;
        if (case_draw(&seed) % 4 == 0)
            x = y * (x % 9) - case_draw(&seed) % 2;
        if (case_draw(&seed) % 8 == 0)
            x = (uint64_t)1 << (k - 1);
        if (case_draw(&seed) % 4 == 0)
            y = 0 - y;
        r->in[0][e] = case_cut(x, k);
        r->in[1][e] = case_cut(y, k);
    }
}
COST(divide)
{
    cost_divide(c, bits_of(r), r->c->arg, r->n);
}

#define BY(text, k, by, with_sign)                                                                             \
    {                                                                                                          \
        .name = text, .in = { { MPC_ARITH, k, NULL } }, .out = { { MPC_ARITH, k, NULL } },                     \
        .data = &(const struct divisor){ by, with_sign }, .run = run_divide_by, .want = want_divide_by,        \
        .draw = draw_multiples, .cost = cost_of_divide_by                                                      \
    }
#define DIVIDE(text, k, with_sign)                                                                             \
    {                                                                                                          \
        .name = text, .in = { { MPC_BITS, k, NULL }, { MPC_BITS, k, NULL } },                                  \
        .out = { { MPC_BITS, k, NULL }, { MPC_BITS, k, NULL } }, .arg = with_sign, .run = run_divide,          \
        .want = want_divide, .draw = draw_lengths, .cost = cost_of_divide, .sizes = {                          \
            1,                                                                                                 \
            65,                                                                                                \
            200                                                                                                \
        }                                                                                                      \
    }

const struct gadget_case cases_numbers_divide[] = {
    BY("by 7, of 32", 32, 7, false),
    BY("by 10, of 64", 64, 10, false),
    BY("by 3, of 8", 8, 3, false),
    BY("by 8, of 16", 16, 8, false),
    BY("by 1, of 16", 16, 1, false),
    BY("by 255, of 8", 8, 255, false),
    BY("by 2^63 + 5, of 64", 64, ((uint64_t)1 << 63) + 5, false),
    BY("by 2^64 - 1, of 64", 64, UINT64_MAX, false),
    BY("by 10, of 64, signed", 64, 10, true),
    BY("by -3, of 32, signed", 32, (uint64_t)-3, true),
    BY("by -128, of 8, signed", 8, 128, true),
    BY("by -1, of 16, signed", 16, (uint64_t)-1, true),
    DIVIDE("quotient of 8, signed", 8, true),
};
const size_t cases_numbers_divide_n = sizeof cases_numbers_divide / sizeof cases_numbers_divide[0];

const struct gadget_case cases_numbers_long[] = {
    DIVIDE("quotient of 8", 8, false),
    DIVIDE("quotient of 16, signed", 16, true),
    DIVIDE("quotient of 32, signed", 32, true),
    DIVIDE("quotient of 64", 64, false),
};
const size_t cases_numbers_long_n = sizeof cases_numbers_long / sizeof cases_numbers_long[0];
