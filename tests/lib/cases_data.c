/* cases_data.c - shuffles, permutations and what stands on them: docs/protocols/data.md. */
#include "lib/gadget_case.h"

#include "lib/testing.h"

#include <stdlib.h>

/* --- permutations --------------------------------------------------------------------------------------------
 */

/* in[0] becomes a permutation, the others are random. */
static void draw_permutation(const struct case_run *r, uint64_t seed)
{
    uint64_t state = seed;

    for (size_t v = 0; r->in[v]; v++)
        for (size_t e = 0; e < r->in_n[v]; e++)
            r->in[v][e] = case_cut(case_draw(&state), r->c->in[v].bits);
    for (size_t e = 0; e < r->n; e++)
        r->in[0][e] = e;
    for (size_t e = r->n; e > 1; e--) {
        size_t other = case_draw(&state) % e;
        uint64_t t = r->in[0][e - 1];

        r->in[0][e - 1] = r->in[0][other];
        r->in[0][other] = t;
    }
}

static enum sotto_err run_there_and_back(struct strand *st, const struct case_run *r, const struct shared *in,
                                         struct shared *out)
{
    struct shared moved[2];
    struct data_shuffle s;

    TRY(gadget_shuffle_draw(st, &s, r->n));
    for (size_t v = 0; v < 2; v++)
        TRY(strand_shared(st, &moved[v], in[v].domain, in[v].bits, r->n));
    TRY(gadget_shuffle(st, &s, moved, in, 2, false));
    return gadget_shuffle(st, &s, out, moved, 2, true);
}

static void want_same(const struct case_run *r)
{
    for (size_t v = 0; r->out[v]; v++)
        memcpy(r->out[v], r->in[v], r->n * sizeof *r->out[v]);
}

static enum sotto_err run_to(struct strand *st, const struct case_run *r, const struct shared *in,
                             struct shared *out)
{
    (void)r;
    return gadget_permute_to(st, out, &in[0], in + 1, 2);
}

static void want_to(const struct case_run *r)
{
    for (size_t v = 0; v < 2; v++)
        for (size_t e = 0; e < r->n; e++)
            r->out[v][r->in[0][e]] = r->in[v + 1][e];
}

static enum sotto_err run_from(struct strand *st, const struct case_run *r, const struct shared *in,
                               struct shared *out)
{
    (void)r;
    return gadget_permute_from(st, out, &in[0], in + 1, 2);
}

static void want_from(const struct case_run *r)
{
    for (size_t v = 0; v < 2; v++)
        for (size_t e = 0; e < r->n; e++)
            r->out[v][e] = r->in[v + 1][r->in[0][e]];
}

static enum sotto_err run_invert(struct strand *st, const struct case_run *r, const struct shared *in,
                                 struct shared *out)
{
    (void)r;
    return gadget_permute_invert(st, out, in);
}

static void want_invert(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++)
        r->out[0][r->in[0][e]] = e;
}

/* No permutation: 0 twice. */
static void draw_collision(const struct case_run *r, uint64_t seed)
{
    draw_permutation(r, seed);
    for (size_t e = 0; e < r->n; e++)
        if (r->in[0][e] == 1)
            r->in[0][e] = 0;
}

/* --- costs: docs/protocols/data.md
 * ---------------------------------------------------------------------------- */

static void cost_both(struct cost *c, const struct case_run *r)
{
    cost_shuffle_bits(c, 40, r->n);
    cost_shuffle_arith(c, 64, r->n);
    c->rounds += (uint64_t)c->protocol->passes;
}

static void cost_there_and_back(struct cost *c, const struct case_run *r)
{
    cost_draw(c, r->n);
    cost_both(c, r);
    cost_both(c, r);
}

/* ----------------------------------------------------------------------------------------------------------------
 */

#define ROWS                                                                                                   \
    {                                                                                                          \
        { MPC_BITS, 40, NULL },                                                                                \
        {                                                                                                      \
            MPC_ARITH, 64, NULL                                                                                \
        }                                                                                                      \
    }
#define SIGMA_AND_ROWS                                                                                         \
    {                                                                                                          \
        { MPC_BITS, 9, NULL }, { MPC_BITS, 17, NULL },                                                         \
        {                                                                                                      \
            MPC_ARITH, 16, NULL                                                                                \
        }                                                                                                      \
    }
#define MOVED_ROWS                                                                                             \
    {                                                                                                          \
        { MPC_BITS, 17, NULL },                                                                                \
        {                                                                                                      \
            MPC_ARITH, 16, NULL                                                                                \
        }                                                                                                      \
    }

const struct gadget_case cases_data[] = {
    { .name = "shuffle and back",
      .in = ROWS,
      .out = ROWS,
      .run = run_there_and_back,
      .want = want_same,
      .cost = cost_there_and_back },
    { .name = "permute_to",
      .in = SIGMA_AND_ROWS,
      .out = MOVED_ROWS,
      .draw = draw_permutation,
      .run = run_to,
      .want = want_to },
    { .name = "permute_from",
      .in = SIGMA_AND_ROWS,
      .out = MOVED_ROWS,
      .draw = draw_permutation,
      .run = run_from,
      .want = want_from },
    { .name = "permute_to, no permutation",
      .in = SIGMA_AND_ROWS,
      .out = MOVED_ROWS,
      .sizes = { 2, 65 },
      .expect = SOTTO_ERR_INPUT,
      .draw = draw_collision,
      .run = run_to },
    { .name = "permute_invert",
      .in = { { MPC_BITS, 9, NULL } },
      .out = { { MPC_BITS, 9, NULL } },
      .draw = draw_permutation,
      .run = run_invert,
      .want = want_invert },
};
const size_t cases_data_n = COUNT_OF(cases_data);
