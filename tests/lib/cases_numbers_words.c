/* cases_numbers_words.c - width, truncation and products of fixed-point numbers. docs/protocols/numbers.md */
#include "lib/cost_numbers.h"
#include "lib/gadget_case.h"

#define RUN(name)                                                                                              \
    static enum sotto_err run_##name(struct strand *st, const struct case_run *r, const struct shared *in,     \
                                     struct shared *out)
#define COST(name) static void cost_of_##name(struct cost *c, const struct case_run *r)

__extension__ typedef __int128 wide;

static unsigned from_of(const struct case_run *r)
{
    return r->c->in[0].bits;
}
static unsigned to_of(const struct case_run *r)
{
    return r->c->out[0].bits;
}

RUN(narrow)
{
    (void)st, (void)r;
    gadget_narrow(&out[0], &in[0]);
    return SOTTO_OK;
}
static void want_narrow(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++)
        r->out[0][e] = case_cut(r->in[0][e], to_of(r));
}
COST(narrow)
{
    (void)c, (void)r;
}

/* arg: 1 signed */
RUN(extend)
{
    return gadget_extend(st, &out[0], &in[0], r->c->arg);
}
static void want_extend(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++) {
        uint64_t x = r->in[0][e];

        r->out[0][e] = case_cut(r->c->arg ? (uint64_t)case_signed(x, from_of(r)) : x, to_of(r));
    }
}
COST(extend)
{
    cost_extend(c, from_of(r), to_of(r), r->n);
}

/* arg: 8 * f + range */
RUN(truncate)
{
    return gadget_truncate(st, &out[0], &in[0], (unsigned)r->c->arg / 8, (enum gadget_range)(r->c->arg % 8));
}
static void want_truncate(const struct case_run *r)
{
    unsigned f = (unsigned)r->c->arg / 8;

    for (size_t e = 0; e < r->n; e++) {
        uint64_t x = r->in[0][e];

        x = r->c->arg % 8 == GADGET_UNSIGNED ? x >> f : (uint64_t)(case_signed(x, from_of(r)) >> f);
        r->out[0][e] = case_cut(x, to_of(r));
    }
}
/* What GADGET_SMALL allows, its edges with it. */
static void draw_small(const struct case_run *r, uint64_t seed)
{
    unsigned k = from_of(r);
    uint64_t top = (uint64_t)1 << (k - 2);
    const uint64_t edge[] = { 0, 1, UINT64_MAX, top - 1, 0 - top, 1 - top, top - 2, 0 - (uint64_t)2 };

    for (size_t e = 0; e < r->n; e++) {
        uint64_t x = case_draw(&seed) % (2 * top) - top;

        r->in[0][e] = case_cut(case_draw(&seed) % 2 ? x : edge[case_draw(&seed) % 8], k);
    }
}
COST(truncate)
{
    cost_truncate(c, from_of(r), to_of(r), (unsigned)r->c->arg / 8, (enum gadget_range)(r->c->arg % 8), r->n);
}

/* arg: f */
RUN(fix_multiply)
{
    return gadget_fix_multiply(st, &out[0], &in[0], &in[1], (unsigned)r->c->arg);
}
static void want_fix_multiply(const struct case_run *r)
{
    unsigned k = to_of(r), f = (unsigned)r->c->arg;

    for (size_t e = 0; e < r->n; e++) {
        wide product = (wide)case_signed(r->in[0][e], k) * case_signed(r->in[1][e], k);

        if (f)
            product = (product + ((wide)1 << (f - 1))) >> f;
        r->out[0][e] = case_cut((uint64_t)product, k);
    }
}
COST(fix_multiply)
{
    cost_fix_multiply(c, from_of(r), (unsigned)r->c->arg, r->n);
}

#define A(k)                                                                                                   \
    {                                                                                                          \
        MPC_ARITH, k, NULL                                                                                     \
    }
#define LINE(text, function, number, from, to, drawn)                                                          \
    {                                                                                                          \
        .name = text, .run = run_##function, .want = want_##function, .cost = cost_of_##function,              \
        .arg = number, .in = { A(from) }, .out = { A(to) }, .draw = drawn                                      \
    }
#define TRUNCATE(text, f, range, from, to, drawn)                                                              \
    LINE("truncated " text, truncate, 8 * (f) + GADGET_##range, from, to, drawn)
#define FIX(text, f, k)                                                                                        \
    {                                                                                                          \
        .name = "fixed-point product " text, .run = run_fix_multiply, .want = want_fix_multiply,               \
        .cost = cost_of_fix_multiply, .arg = f, .in = { A(k), A(k) }, .out = {                                 \
            A(k)                                                                                               \
        }                                                                                                      \
    }

const struct gadget_case cases_numbers_words[] = {
    LINE("narrowed", narrow, 0, 64, 16, NULL),
    LINE("widened", extend, 0, 32, 64, NULL),
    LINE("widened, signed", extend, 1, 32, 64, NULL),
    LINE("widened four times, signed", extend, 1, 8, 32, NULL),
    TRUNCATE("by 16 of 64", 16, SIGNED, 64, 64, NULL),
    TRUNCATE("by 1 of 8", 1, SIGNED, 8, 8, NULL),
    TRUNCATE("by 7 of 8", 7, SIGNED, 8, 8, NULL),
    TRUNCATE("by 63 of 64", 63, SIGNED, 64, 64, NULL),
    TRUNCATE("by 0", 0, SIGNED, 32, 32, NULL),
    TRUNCATE("by 13 of 32, unsigned", 13, UNSIGNED, 32, 32, NULL),
    TRUNCATE("by 30 of 64, small", 30, SMALL, 64, 64, draw_small),
    TRUNCATE("by 5 of 16, small", 5, SMALL, 16, 16, draw_small),
    TRUNCATE("by 20 of 64 to 32", 20, SIGNED, 64, 32, NULL),
    TRUNCATE("by 40 of 64 to 32", 40, SIGNED, 64, 32, NULL),
    FIX("of 64 bits, f = 16", 16, 64),
    FIX("of 64 bits, f = 32", 32, 64),
    FIX("of 32 bits, f = 16", 16, 32),
    FIX("of 32 bits, f = 31", 31, 32),
    FIX("of 16 bits, f = 8", 8, 16),
    FIX("of 8 bits, f = 0", 0, 8),
};
const size_t cases_numbers_words_n = sizeof cases_numbers_words / sizeof cases_numbers_words[0];
