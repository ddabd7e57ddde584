/* cases_data_compact.c - dummies and repetitions: docs/protocols/data.md. */
#include "lib/gadget_case.h"

#include "lib/testing.h"

#include <stdlib.h>

/* --- compaction: in: rows, numbers, valid
 * ------------------------------------------------------------------------ */

enum { SOME, ALL, NONE };

static void draw_valid(const struct case_run *r, uint64_t seed)
{
    uint64_t state = seed;

    for (size_t e = 0; e < r->n; e++) {
        r->in[0][e] = case_cut(case_draw(&state), r->c->in[0].bits);
        r->in[1][e] = case_cut(case_draw(&state), r->c->in[1].bits);
        r->in[2][e] = r->c->arg == ALL || (r->c->arg == SOME && case_draw(&state) % 2);
    }
}

static enum sotto_err run_compact(struct strand *st, const struct case_run *r, const struct shared *in,
                                  struct shared *out)
{
    (void)r;
    return gadget_compact(st, out, in, 2, &in[2]);
}

static void want_compact(const struct case_run *r)
{
    size_t at = 0;

    for (int valid = 1; valid >= 0; valid--)
        for (size_t e = 0; e < r->n; e++)
            if (r->in[2][e] == (uint64_t)valid) {
                r->out[0][at] = r->in[0][e];
                r->out[1][at++] = r->in[1][e];
            }
}

static void cost_compact(struct cost *c, const struct case_run *r)
{
    cost_bit_to_arith(c, 32, r->n);
    cost_products(c, 1, 4 * r->n, 4);
    cost_draw(c, r->n);
    cost_shuffle_arith(c, 32, r->n);
    cost_shuffle_bits(c, r->c->in[0].bits, r->n);
    cost_shuffle_arith(c, r->c->in[1].bits, r->n);
    c->rounds += (uint64_t)c->protocol->passes;
    cost_reveal(c, mpc_everyone(c->protocol), 4 * r->n);
}

/* --- unique: rows of 4 planes of key, 10 of payload, valid. arg: as above, or what decides
 * ------------------------ */

enum { KEY = 4, BITS = 15, LEAST = 10, GREATEST };

static const struct data_key least = { KEY, 10, false, false }, greatest = { KEY, 10, true, true };

static void draw_rows(const struct case_run *r, uint64_t seed)
{
    uint64_t state = seed;

    for (size_t e = 0; e < r->n; e++) {
        uint64_t valid = r->c->arg != NONE && (r->c->arg == ALL || case_draw(&state) % 4);

        r->in[0][e] = case_cut(case_draw(&state), BITS - 1) | valid << (BITS - 1);
    }
}

static enum sotto_err run_unique(struct strand *st, const struct case_run *r, const struct shared *in,
                                 struct shared *out)
{
    return gadget_unique(st, out, in, KEY,
                         r->c->arg == LEAST      ? &least
                         : r->c->arg == GREATEST ? &greatest
                                                 : NULL);
}

static bool comes_after(const struct case_run *r, uint64_t x, uint64_t y)
{
    uint64_t kx = case_cut(x, KEY), ky = case_cut(y, KEY), px = case_cut(x >> KEY, 10),
             py = case_cut(y >> KEY, 10);

    if (x >> (BITS - 1) != y >> (BITS - 1))
        return x >> (BITS - 1) < y >> (BITS - 1);
    if (kx != ky)
        return kx > ky;
    return (r->c->arg == LEAST && px > py) ||
           (r->c->arg == GREATEST && case_signed(px, 10) < case_signed(py, 10));
}

static void want_unique(const struct case_run *r)
{
    uint64_t *out = r->out[0];

    for (size_t e = 0; e < r->n; e++) {
        size_t at = e;

        for (; at > 0 && comes_after(r, out[at - 1], r->in[0][e]); at--)
            out[at] = out[at - 1];
        out[at] = r->in[0][e];
    }
    for (size_t e = r->n; e-- > 1;)
        if (case_cut(out[e], KEY) == case_cut(out[e - 1], KEY) &&
            out[e] >> (BITS - 1) == out[e - 1] >> (BITS - 1))
            out[e] = case_cut(out[e], BITS - 1);
}

#define COMPACT(title, what)                                                                                   \
    {                                                                                                          \
        .name = title, .in = { { MPC_BITS, 20, NULL }, { MPC_ARITH, 64, NULL }, { MPC_BITS, 1, NULL } },       \
        .out = { { MPC_BITS, 20, NULL }, { MPC_ARITH, 64, NULL } }, .arg = what, .draw = draw_valid,           \
        .run = run_compact, .want = want_compact, .cost = cost_compact                                         \
    }
#define UNIQUE(title, what)                                                                                    \
    {                                                                                                          \
        .name = title, .in = { { MPC_BITS, BITS, NULL } }, .out = { { MPC_BITS, BITS, NULL } }, .arg = what,   \
        .sizes = { 1, 2, 65, 100 }, .draw = draw_rows, .run = run_unique, .want = want_unique                  \
    }

const struct gadget_case cases_data_compact[] = {
    COMPACT("compact", SOME),
    COMPACT("compact, all valid", ALL),
    COMPACT("compact, all dummies", NONE),
    UNIQUE("unique", SOME),
    UNIQUE("unique, all valid", ALL),
    UNIQUE("unique, all dummies", NONE),
    UNIQUE("least of each key", LEAST),
    UNIQUE("greatest of each key", GREATEST),
};
const size_t cases_data_compact_n = COUNT_OF(cases_data_compact);
