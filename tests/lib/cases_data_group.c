/* cases_data_group.c - groups and joins: docs/protocols/data.md. */
#include "lib/gadget_case.h"

#include "lib/testing.h"

/* --- sums and counts of few groups
 * -------------------------------------------------------------------------------- */

/* in: key, two values, valid. arg: bit 0: counts, bit 1: some rows are dummies. */
enum { COUNTS = 1, DUMMIES = 2, NO_VALUES = 4 };

static size_t groups(const struct gadget_case *c, size_t n)
{
    (void)n;
    return (size_t)1 << c->in[0].bits;
}

static size_t fewer_groups(const struct gadget_case *c, size_t n)
{
    return groups(c, n) * 3 / 4;
}

static enum sotto_err run_group(struct strand *st, const struct case_run *r, const struct shared *in,
                                struct shared *out)
{
    bool counts = r->c->arg & COUNTS;
    size_t values = r->c->arg & NO_VALUES ? 0 : 2;

    return gadget_group_sums(st, out, counts ? &out[values] : NULL, &in[0], r->c->arg & DUMMIES ? &in[1] : NULL,
                             &in[2], values);
}

static void want_group(const struct case_run *r)
{
    size_t values = r->c->arg & NO_VALUES ? 0 : 2;

    for (size_t e = 0; e < r->n; e++) {
        uint64_t key = r->in[0][e];

        if (key >= r->out_n[0] || (r->c->arg & DUMMIES && !r->in[1][e]))
            continue;
        for (size_t v = 0; v < values; v++)
            r->out[v][key] = case_cut(r->out[v][key] + r->in[2 + v][e], r->c->out[v].bits);
        if (r->c->arg & COUNTS)
            r->out[values][key] = case_cut(r->out[values][key] + 1, r->c->out[values].bits);
    }
}

/* One tile. */
static void cost_group(struct cost *c, const struct case_run *r)
{
    bool dummies = r->c->arg & DUMMIES, counts = r->c->arg & COUNTS;
    uint64_t bits = r->c->in[0].bits, high = bits / 2, low = bits - high, width = r->c->out[0].bits,
             values = r->c->arg & NO_VALUES ? 0 : 2, len = r->n * width / 8;

    if (dummies)
        cost_ands(c, bits, r->n);
    cost_bit_to_arith(c, width, r->n * (bits + dummies));
    for (uint64_t b = 0; b < low; b++) {
        uint64_t have = (uint64_t)1 << b, rows = have - 1;

        if (b < high)
            rows += values * have + counts * (have - 1);
        cost_products(c, rows, len, width / 8);
    }
    cost_products(c, 1, ((values + counts) << bits) * width / 8, width / 8);
}

/* --- match
 * -------------------------------------------------------------------------------------------------------- */

/* in: the left table's key and valid plane; the right one's rows: 5 planes of key, 12 of payload, valid. */
enum { KEY = 5, PAYLOAD = 12, TWICE = 1, NONE_VALID = 2, ONE_SIDE = 4 };

static size_t at_most_32(const struct gadget_case *c, size_t n)
{
    (void)c;
    return n < 32 ? n : 32;
}

static void draw_match(const struct case_run *r, uint64_t seed)
{
    uint64_t state = seed, start = case_draw(&state) % 32;

    for (size_t e = 0; e < r->in_n[0]; e++) {
        r->in[0][e] = case_draw(&state) % 32;
        r->in[1][e] = r->c->arg & NONE_VALID ? 0 : case_draw(&state) % 4 != 0;
    }
    for (size_t e = 0; e < r->in_n[2]; e++) {
        uint64_t valid = r->c->arg & NONE_VALID ? 0 : case_draw(&state) % 4 != 0,
                 key = valid ? (start + 7 * e) % 32 : case_draw(&state) % 32; /* the dummies' keys may repeat */

        if (r->c->arg & TWICE && e < 2) {
            valid = 1;
            key = start;
        }
        r->in[2][e] = key | case_draw(&state) % (1 << PAYLOAD) << KEY | valid << (KEY + PAYLOAD);
    }
}

static enum sotto_err run_match(struct strand *st, const struct case_run *r, const struct shared *in,
                                struct shared *out)
{
    (void)r;
    return gadget_match(st, &out[0], &out[1], &in[0], &in[1], &in[2]);
}

static void want_match(const struct case_run *r)
{
    for (size_t e = 0; e < r->in_n[0]; e++)
        for (size_t k = 0; k < r->in_n[2]; k++) {
            uint64_t row = r->in[2][k];

            if (!r->in[1][e] || !(row >> (KEY + PAYLOAD)) || case_cut(row, KEY) != r->in[0][e])
                continue;
            r->out[0][e] = case_cut(row >> KEY, PAYLOAD);
            r->out[1][e] = 1;
        }
}

/* in: the left table's key and valid plane, the right one's rows (key, valid), values. */
static void draw_intersect(const struct case_run *r, uint64_t seed)
{
    uint64_t state = seed, start = case_draw(&state) % 32;

    for (size_t e = 0; e < r->in_n[0]; e++) {
        r->in[0][e] = case_draw(&state) % 32;
        r->in[1][e] = case_draw(&state) % 4 != 0;
        r->in[3][e] = case_cut(case_draw(&state), r->c->in[3].bits);
    }
    for (size_t e = 0; e < r->in_n[2]; e++)
        r->in[2][e] = (start + 7 * e) % 32 | (case_draw(&state) % 3 != 0) << KEY;
}

static enum sotto_err run_intersect(struct strand *st, const struct case_run *r, const struct shared *in,
                                    struct shared *out)
{
    (void)r;
    return gadget_intersect(st, &out[0], &out[1], &in[0], &in[1], &in[2], &in[3], 1);
}

static void want_intersect(const struct case_run *r)
{
    for (size_t e = 0; e < r->in_n[0]; e++)
        for (size_t k = 0; k < r->in_n[2]; k++)
            if (r->in[1][e] && r->in[2][k] == (r->in[0][e] | 1u << KEY)) {
                r->out[0][0] = case_cut(r->out[0][0] + r->in[3][e], r->c->out[0].bits);
                r->out[1][0]++;
            }
}

static size_t single(const struct gadget_case *c, size_t n)
{
    (void)c;
    (void)n;
    return 1;
}

/* --- groups with any keys: in: rows of 5 planes of key and valid, a value
 * -------------------------------------------- */

static void draw_group_by(const struct case_run *r, uint64_t seed)
{
    uint64_t state = seed;

    for (size_t e = 0; e < r->n; e++) {
        r->in[0][e] = case_draw(&state) % 12 | (uint64_t)(case_draw(&state) % 4 != 0 && r->c->arg != NONE_VALID)
                                                   << KEY;
        r->in[1][e] = case_draw(&state);
    }
}

static enum sotto_err run_group_by(struct strand *st, const struct case_run *r, const struct shared *in,
                                   struct shared *out)
{
    struct shared rows;

    (void)r;
    TRY(strand_shared(st, &rows, MPC_BITS, KEY + 1, in[0].n));
    TRY(gadget_group_by(st, &rows, &out[1], &out[2], in, KEY, in + 1, 1));
    /* what dummies have for keys is not said */
    for (unsigned plane = 0; plane <= KEY; plane++) {
        struct shared z = shared_plane(&out[0], plane), x = shared_plane(&rows, plane),
                      valid = shared_plane(&rows, KEY);

        TRY(gadget_multiply(st, &z, &x, &valid));
    }
    return SOTTO_OK;
}

static void want_group_by(const struct case_run *r)
{
    size_t at = 0;

    for (uint64_t key = 0; key < 32; key++) {
        bool any = false;

        for (size_t e = 0; e < r->n; e++)
            if (r->in[0][e] == (key | 1u << KEY)) {
                any = true;
                r->out[0][at] = r->in[0][e];
                r->out[1][at] += r->in[1][e];
                r->out[2][at]++;
            }
        at += any;
    }
}

#define GROUP(title, key_bits, width, what, groups_of, ...)                                                    \
    {                                                                                                          \
        .name = title,                                                                                         \
        .in = { { MPC_BITS, key_bits, NULL },                                                                  \
                { MPC_BITS, 1, NULL },                                                                         \
                { MPC_ARITH, width, NULL },                                                                    \
                { MPC_ARITH, width, NULL } },                                                                  \
        .out = { __VA_ARGS__ }, .arg = what, .sizes = { 1, 2, 65, 200 }, .run = run_group, .want = want_group, \
        .cost = cost_group                                                                                     \
    }
#define MATCH(title, what)                                                                                     \
    {                                                                                                          \
        .name = title,                                                                                         \
        .in = { { MPC_BITS, KEY, NULL }, { MPC_BITS, 1, NULL }, { MPC_BITS, KEY + PAYLOAD + 1, at_most_32 } }, \
        .out = { { MPC_BITS, PAYLOAD, NULL }, { MPC_BITS, 1, NULL } }, .arg = what,                            \
        .sizes = { 1, 2, 31, 100 }, .draw = draw_match, .run = run_match, .want = want_match                   \
    }

const struct gadget_case cases_data_group[] = {
    GROUP("group sums", 3, 64, 0, groups, { MPC_ARITH, 64, groups }, { MPC_ARITH, 64, groups }),
    GROUP("group sums and counts", 5, 32, COUNTS | DUMMIES, groups, { MPC_ARITH, 32, groups },
          { MPC_ARITH, 32, groups }, { MPC_ARITH, 32, groups }),
    GROUP("group sums, keys past the groups", 4, 64, COUNTS, fewer_groups, { MPC_ARITH, 64, fewer_groups },
          { MPC_ARITH, 64, fewer_groups }, { MPC_ARITH, 64, fewer_groups }),
    GROUP("histogram", 2, 16, COUNTS | DUMMIES | NO_VALUES, groups, { MPC_ARITH, 16, groups }),
    GROUP("group of one bit", 1, 64, COUNTS, groups, { MPC_ARITH, 64, groups }, { MPC_ARITH, 64, groups },
          { MPC_ARITH, 64, groups }),
    { .name = "group by any key",
      .in = { { MPC_BITS, KEY + 1, NULL }, { MPC_ARITH, 64, NULL } },
      .out = { { MPC_BITS, KEY + 1, NULL }, { MPC_ARITH, 64, NULL }, { MPC_ARITH, 64, NULL } },
      .sizes = { 1, 2, 65, 100 },
      .draw = draw_group_by,
      .run = run_group_by,
      .want = want_group_by },
    { .name = "group by any key, nothing valid",
      .in = { { MPC_BITS, KEY + 1, NULL }, { MPC_ARITH, 64, NULL } },
      .out = { { MPC_BITS, KEY + 1, NULL }, { MPC_ARITH, 64, NULL }, { MPC_ARITH, 64, NULL } },
      .arg = NONE_VALID,
      .sizes = { 1, 9 },
      .draw = draw_group_by,
      .run = run_group_by,
      .want = want_group_by },
    { .name = "intersect",
      .in = { { MPC_BITS, KEY, NULL },
              { MPC_BITS, 1, NULL },
              { MPC_BITS, KEY + 1, at_most_32 },
              { MPC_ARITH, 32, NULL } },
      .out = { { MPC_ARITH, 32, single }, { MPC_ARITH, 32, single } },
      .sizes = { 1, 2, 31, 100 },
      .draw = draw_intersect,
      .run = run_intersect,
      .want = want_intersect },
    MATCH("match", 0),
    MATCH("match, nothing valid", NONE_VALID),
    { .name = "match, a key twice",
      .in = { { MPC_BITS, KEY, NULL }, { MPC_BITS, 1, NULL }, { MPC_BITS, KEY + PAYLOAD + 1, at_most_32 } },
      .out = { { MPC_BITS, PAYLOAD, NULL }, { MPC_BITS, 1, NULL } },
      .arg = TWICE,
      .sizes = { 2, 31 },
      .expect = SOTTO_ERR_INPUT,
      .draw = draw_match,
      .run = run_match },
};
const size_t cases_data_group_n = COUNT_OF(cases_data_group);
