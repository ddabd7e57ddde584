/* cases_data_join.c - joins of tables in which keys repeat: docs/protocols/data.md, "Join". */
#include "lib/gadget_case.h"

#include "lib/testing.h"

/* in: left rows of 3 planes of key, 6 of payload, valid; right rows of 3, 9, valid. arg: how many slots. */
enum { KEY = 3, LEFT = 6, RIGHT = 9 };
enum { ENOUGH, JUST_ENOUGH, TOO_FEW, NOTHING_VALID, NO_ROOM };

static size_t left_rows(const struct gadget_case *c, size_t n)
{
    (void)c;
    return n;
}

static size_t right_rows(const struct gadget_case *c, size_t n)
{
    (void)c;
    return n + 2;
}

/* Where all keys are the same and valid there are n (n + 2) pairs. */
static size_t slots(const struct gadget_case *c, size_t n)
{
    size_t pairs = n * (n + 2);

    if (c->arg == NO_ROOM)
        return 0;
    return c->arg == TOO_FEW ? pairs - 1 : c->arg == ENOUGH ? pairs + 3 : pairs;
}

static void draw_join(const struct case_run *r, uint64_t seed)
{
    bool full = r->c->arg == JUST_ENOUGH || r->c->arg == TOO_FEW || r->c->arg == NO_ROOM;
    uint64_t state = seed;

    for (size_t v = 0; v < 2; v++)
        for (size_t e = 0; e < r->in_n[v]; e++) {
            unsigned bits = r->c->in[v].bits;
            uint64_t valid = full || (r->c->arg != NOTHING_VALID && case_draw(&state) % 4),
                     key = full ? 5 : case_draw(&state) % 6;

            r->in[v][e] = key | case_cut(case_draw(&state), bits - 1 - KEY) << KEY | valid << (bits - 1);
        }
}

static enum sotto_err run_join(struct strand *st, const struct case_run *r, const struct shared *in,
                               struct shared *out)
{
    (void)r;
    return gadget_join(st, out, &in[0], &in[1], KEY);
}

static void want_join(const struct case_run *r)
{
    size_t at = 0;

    for (size_t l = 0; l < r->in_n[0]; l++)
        for (size_t k = 0; k < r->in_n[1]; k++) {
            uint64_t x = r->in[0][l], y = r->in[1][k];

            if (x >> (KEY + LEFT) && y >> (KEY + RIGHT) && case_cut(x, KEY) == case_cut(y, KEY))
                r->out[0][at++] = case_cut(x, KEY + LEFT) | case_cut(y >> KEY, RIGHT) << (KEY + LEFT) |
                                  (uint64_t)1 << (KEY + LEFT + RIGHT);
        }
}

#define JOIN(title, what)                                                                                      \
    {                                                                                                          \
        .name = title,                                                                                         \
        .in = { { MPC_BITS, KEY + LEFT + 1, left_rows }, { MPC_BITS, KEY + RIGHT + 1, right_rows } },          \
        .out = { { MPC_BITS, KEY + LEFT + RIGHT + 1, slots } }, .arg = what, .sizes = { 1, 2, 8 },             \
        .draw = draw_join, .run = run_join, .want = want_join                                                  \
    }

const struct gadget_case cases_data_join[] = {
    JOIN("join", ENOUGH),
    JOIN("join, as many rows as may be", JUST_ENOUGH),
    JOIN("join, nothing valid", NOTHING_VALID),
    { .name = "join, more rows than may be",
      .in = { { MPC_BITS, KEY + LEFT + 1, left_rows }, { MPC_BITS, KEY + RIGHT + 1, right_rows } },
      .out = { { MPC_BITS, KEY + LEFT + RIGHT + 1, slots } },
      .arg = TOO_FEW,
      .sizes = { 1, 2, 8 },
      .expect = SOTTO_ERR_INPUT,
      .draw = draw_join,
      .run = run_join },
    { .name = "join, where there may be none",
      .in = { { MPC_BITS, KEY + LEFT + 1, left_rows }, { MPC_BITS, KEY + RIGHT + 1, right_rows } },
      .out = { { MPC_BITS, KEY + LEFT + RIGHT + 1, slots } },
      .arg = NO_ROOM,
      .sizes = { 1 },
      .expect = SOTTO_ERR_INPUT,
      .draw = draw_join,
      .run = run_join },
};
const size_t cases_data_join_n = COUNT_OF(cases_data_join);
