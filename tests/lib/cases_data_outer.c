/* cases_data_outer.c - semi, anti and left joins of tables in which keys repeat: docs/protocols/data.md,
 * "Match" and "Left join". */
#include "lib/gadget_case.h"

#include "lib/testing.h"

/* in: left rows of 3 planes of key, 6 of payload, valid; right rows of 3, 5, valid. */
enum { KEY = 3, LEFT = 6, RIGHT = 5, ENOUGH = 0, TOO_FEW, NOTHING_RIGHT };

static size_t one_more(const struct gadget_case *c, size_t n)
{
    (void)c;
    return n + 1;
}

/* Where all keys are the same and valid there are n (n + 1) pairs. */
static size_t slots(const struct gadget_case *c, size_t n)
{
    return n * (n + 1) - (c->arg == TOO_FEW);
}

static void draw_tables(const struct case_run *r, uint64_t seed)
{
    uint64_t state = seed;

    for (size_t v = 0; v < 2; v++)
        for (size_t e = 0; e < r->in_n[v]; e++) {
            unsigned bits = r->c->in[v].bits;
            uint64_t valid = case_draw(&state) % 4 != 0, key = case_draw(&state) % 6;

            if (r->c->arg == TOO_FEW) {
                valid = 1;
                key = 2;
            }
            if (r->c->arg == NOTHING_RIGHT && v == 1)
                valid = 0;
            r->in[v][e] = key | case_cut(case_draw(&state), bits - 1 - KEY) << KEY | valid << (bits - 1);
        }
}

static bool is_pair(uint64_t x, uint64_t y)
{
    return x >> (KEY + LEFT) && y >> (KEY + RIGHT) && case_cut(x, KEY) == case_cut(y, KEY);
}

/* --- the first match -------------------------------------------------------------------------------------- */

static enum sotto_err run_first(struct strand *st, const struct case_run *r, const struct shared *in,
                                struct shared *out)
{
    struct shared key = in[0], valid = shared_plane(&in[0], KEY + LEFT);

    (void)r;
    key.bits = KEY;
    return gadget_match_first(st, &out[0], &out[1], &key, &valid, &in[1]);
}

static void want_first(const struct case_run *r)
{
    for (size_t l = 0; l < r->in_n[0]; l++)
        for (size_t k = r->in_n[1]; k-- > 0;)
            if (is_pair(r->in[0][l], r->in[1][k])) {
                r->out[0][l] = case_cut(r->in[1][k] >> KEY, RIGHT);
                r->out[1][l] = 1;
            }
}

/* --- the left join ---------------------------------------------------------------------------------------- */

static enum sotto_err run_left(struct strand *st, const struct case_run *r, const struct shared *in,
                               struct shared *out)
{
    (void)r;
    return gadget_left_join(st, out, &in[0], &in[1], KEY);
}

static void want_left(const struct case_run *r)
{
    size_t at = 0;

    for (size_t l = 0; l < r->in_n[0]; l++) {
        uint64_t row = case_cut(r->in[0][l], KEY + LEFT) | (uint64_t)1 << (KEY + LEFT + RIGHT + 1);
        bool found = false;

        for (size_t k = 0; k < r->in_n[1]; k++)
            if (is_pair(r->in[0][l], r->in[1][k])) {
                found = true;
                r->out[0][at++] = row | case_cut(r->in[1][k] >> KEY, RIGHT) << (KEY + LEFT) |
                                  (uint64_t)1 << (KEY + LEFT + RIGHT);
            }
        if (!found && r->in[0][l] >> (KEY + LEFT))
            r->out[0][at++] = row;
    }
}

#define TABLES                                                                                                 \
    { MPC_BITS, KEY + LEFT + 1, NULL },                                                                        \
    {                                                                                                          \
        MPC_BITS, KEY + RIGHT + 1, one_more                                                                    \
    }

const struct gadget_case cases_data_outer[] = {
    { .name = "match, the first of rows with one key",
      .in = { TABLES },
      .out = { { MPC_BITS, RIGHT, NULL }, { MPC_BITS, 1, NULL } },
      .sizes = { 1, 2, 31, 100 },
      .draw = draw_tables,
      .run = run_first,
      .want = want_first },
    { .name = "left join",
      .in = { TABLES },
      .out = { { MPC_BITS, KEY + LEFT + RIGHT + 2, slots } },
      .sizes = { 1, 2, 3, 9 },
      .draw = draw_tables,
      .run = run_left,
      .want = want_left },
    { .name = "left join, no partner at all",
      .in = { TABLES },
      .out = { { MPC_BITS, KEY + LEFT + RIGHT + 2, slots } },
      .arg = NOTHING_RIGHT,
      .sizes = { 1, 5 },
      .small = 1,
      .draw = draw_tables,
      .run = run_left,
      .want = want_left },
    { .name = "left join, more rows than may be",
      .in = { TABLES },
      .out = { { MPC_BITS, KEY + LEFT + RIGHT + 2, slots } },
      .arg = TOO_FEW,
      .sizes = { 2, 4 },
      .expect = SOTTO_ERR_INPUT,
      .draw = draw_tables,
      .run = run_left },
};
const size_t cases_data_outer_n = COUNT_OF(cases_data_outer);
