/* cases_data_sort.c - sorts: docs/protocols/data.md, "Sort". */
#include "lib/gadget_case.h"

#include "lib/testing.h"

#include <stdlib.h>

/* in[0]: planes 0..2 payload, 3..7 a signed key, 8..9 another key, 10..19 payload. in[1]: payload. */
enum { KEYS_MAX = 3 };
struct order {
    struct data_key key[KEYS_MAX];
    size_t keys;
    uint64_t (*keys_of)(uint64_t random, size_t e); /* bits 3..9 of row e */
    size_t (*first)(size_t n);                      /* rows wanted; NULL: all */
};

static uint64_t any(uint64_t random, size_t e)
{
    (void)e;
    return random % 128;
}

static uint64_t equal(uint64_t random, size_t e)
{
    (void)random;
    (void)e;
    return 0x2a;
}

static uint64_t falling(uint64_t random, size_t e)
{
    (void)random;
    return 127 - e % 128;
}

static uint64_t two(uint64_t random, size_t e)
{
    (void)e;
    return random % 2 * 127;
}

static void draw_rows(const struct case_run *r, uint64_t seed)
{
    const struct order *o = r->c->data;
    uint64_t state = seed;

    for (size_t v = 0; r->in[v]; v++)
        for (size_t e = 0; e < r->in_n[v]; e++) {
            r->in[v][e] = case_cut(case_draw(&state), r->c->in[v].bits);
            if (r->c->in[v].domain == MPC_BITS)
                r->in[v][e] = (r->in[v][e] & ~(uint64_t)0x3f8) | o->keys_of(case_draw(&state), e) << 3;
        }
}

static int64_t key_of(const struct data_key *k, uint64_t row)
{
    uint64_t v = case_cut(row >> k->from, k->bits);
    int64_t s = k->is_signed ? case_signed(v, k->bits) : (int64_t)v;

    return k->descending ? -s : s;
}

static bool comes_after(const struct order *o, uint64_t x, uint64_t y)
{
    for (size_t k = 0; k < o->keys; k++)
        if (key_of(&o->key[k], x) != key_of(&o->key[k], y))
            return key_of(&o->key[k], x) > key_of(&o->key[k], y);
    return false;
}

/* Insertion. */
static void stable_order(const struct order *o, const uint64_t *row, size_t n, uint64_t *index)
{
    for (size_t e = 0; e < n; e++) {
        size_t at = e;

        for (; at > 0 && comes_after(o, row[index[at - 1]], row[e]); at--)
            index[at] = index[at - 1];
        index[at] = e;
    }
}

static size_t rows_wanted(const struct gadget_case *c, size_t n)
{
    const struct order *o = c->data;

    return o->first ? o->first(n) : n;
}

static size_t third(size_t n)
{
    return (n + 2) / 3;
}

static enum sotto_err run_sort(struct strand *st, const struct case_run *r, const struct shared *in,
                               struct shared *out)
{
    const struct order *o = r->c->data;
    struct shared index;

    TRY(strand_shared(st, &index, MPC_BITS, data_index_bits(r->n), r->out_n[0]));
    TRY(gadget_sort(st, out, &index, in, 2, o->key, o->keys));
    for (unsigned p = 0; p < index.bits; p++) {
        struct shared from = shared_plane(&index, p), to = shared_plane(&out[2], p);

        shared_copy(&to, &from);
    }
    return SOTTO_OK;
}

static void want_sort(const struct case_run *r)
{
    uint64_t *index = calloc(r->n, sizeof *index);

    assert_non_null(index);
    stable_order(r->c->data, r->in[0], r->n, index);
    for (size_t e = 0; e < r->out_n[0]; e++) {
        r->out[0][e] = r->in[0][index[e]];
        r->out[1][e] = r->in[1][index[e]];
        r->out[2][e] = index[e];
    }
    free(index);
}

/* Comparisons of b planes of n pairs, then their opening. */
static void cost_comparisons(struct cost *c, uint64_t bits, uint64_t n)
{
    cost_less(c, bits, n, 1);
    cost_reveal(c, mpc_everyone(c->protocol), cost_plane(n));
}

/* Small tables are ordered by comparing all pairs: one level. */
static void cost_sort(struct cost *c, const struct case_run *r)
{
    const struct order *o = r->c->data;
    unsigned index = data_index_bits(r->n), keys = index, rest = 20;

    for (size_t k = 0; k < o->keys; k++) {
        keys += o->key[k].bits;
        rest -= o->key[k].bits;
    }
    cost_draw(c, r->n);
    cost_shuffle_bits(c, keys, r->n);
    cost_shuffle_bits(c, rest, r->n);
    cost_shuffle_arith(c, 64, r->n);
    c->rounds += (uint64_t)c->protocol->passes;
    if (r->n > 1)
        cost_comparisons(c, keys, r->n * (r->n - 1) / 2);
}

static enum sotto_err run_rank(struct strand *st, const struct case_run *r, const struct shared *in,
                               struct shared *out)
{
    const struct order *o = r->c->data;

    return gadget_rank(st, out, in, o->key, o->keys);
}

static void want_rank(const struct case_run *r)
{
    uint64_t *index = calloc(r->n, sizeof *index);

    assert_non_null(index);
    stable_order(r->c->data, r->in[0], r->n, index);
    for (size_t e = 0; e < r->n; e++)
        r->out[0][index[e]] = e;
    free(index);
}

static size_t few(const struct gadget_case *c, size_t n)
{
    (void)c;
    return n < 3 ? n : 3;
}

static enum sotto_err run_middle(struct strand *st, const struct case_run *r, const struct shared *in,
                                 struct shared *out)
{
    const struct order *o = r->c->data;

    return gadget_sort_from(st, out, NULL, in, 1, o->key, o->keys, (r->n - r->out_n[0]) / 2);
}

static void want_middle(const struct case_run *r)
{
    uint64_t *index = calloc(r->n, sizeof *index);

    assert_non_null(index);
    stable_order(r->c->data, r->in[0], r->n, index);
    for (size_t e = 0; e < r->out_n[0]; e++)
        r->out[0][e] = r->in[0][index[(r->n - r->out_n[0]) / 2 + e]];
    free(index);
}

static size_t twice(const struct gadget_case *c, size_t n)
{
    (void)c;
    return 2 * n + 1;
}

static size_t one_more(const struct gadget_case *c, size_t n)
{
    (void)c;
    return n + 1;
}

static enum sotto_err run_merge(struct strand *st, const struct case_run *r, const struct shared *in,
                                struct shared *out)
{
    const struct order *o = r->c->data;

    return gadget_merge(st, out, in, in + 1, 1, o->key, o->keys);
}

static void want_merge(const struct case_run *r)
{
    size_t n = 2 * r->n + 1;
    uint64_t *index = calloc(n, sizeof *index), *both = calloc(n, sizeof *both);

    assert_true(index && both);
    memcpy(both, r->in[0], r->n * sizeof *both);
    memcpy(both + r->n, r->in[1], (r->n + 1) * sizeof *both);
    stable_order(r->c->data, both, n, index);
    for (size_t e = 0; e < n; e++)
        r->out[0][e] = both[index[e]];
    free(index);
    free(both);
}

static const struct order one_key = { { { 3, 5, false, false } }, 1, any, NULL },
                          two_keys = { { { 8, 2, true, false }, { 3, 5, false, true } }, 2, any, NULL },
                          down = { { { 3, 5, true, true } }, 1, any, NULL },
                          all_equal = { { { 3, 7, false, false } }, 1, equal, NULL },
                          reversed = { { { 3, 7, false, false } }, 1, falling, NULL },
                          ties = { { { 3, 1, true, false } }, 1, two, NULL },
                          no_key = { { { 0 } }, 0, any, NULL },
                          top = { { { 3, 7, true, false } }, 1, any, third };

#define SORT(title, how)                                                                                       \
    {                                                                                                          \
        .name = title, .in = { { MPC_BITS, 20, NULL }, { MPC_ARITH, 64, NULL } },                              \
        .out = { { MPC_BITS, 20, rows_wanted },                                                                \
                 { MPC_ARITH, 64, rows_wanted },                                                               \
                 { MPC_BITS, 8, rows_wanted } },                                                               \
        .sizes = { 1, 2, 3, 63, 65, 130 }, .data = how, .draw = draw_rows, .run = run_sort, .want = want_sort, \
        .cost = cost_sort                                                                                      \
    }

const struct gadget_case cases_data_sort[] = {
    SORT("sort", &one_key),
    SORT("sort, two keys", &two_keys),
    SORT("sort, descending", &down),
    SORT("sort, all equal", &all_equal),
    SORT("sort, the wrong way round", &reversed),
    SORT("sort, one bit", &ties),
    SORT("sort by nothing", &no_key),
    SORT("top", &top),
    { .name = "the middle",
      .in = { { MPC_BITS, 20, NULL } },
      .out = { { MPC_BITS, 20, few } },
      .data = &one_key,
      .draw = draw_rows,
      .run = run_middle,
      .want = want_middle },
    { .name = "rank",
      .in = { { MPC_BITS, 20, NULL } },
      .out = { { MPC_BITS, 8, NULL } },
      .data = &two_keys,
      .draw = draw_rows,
      .run = run_rank,
      .want = want_rank },
    { .name = "merge",
      .in = { { MPC_BITS, 20, NULL }, { MPC_BITS, 20, one_more } },
      .out = { { MPC_BITS, 20, twice } },
      .sizes = { 1, 2, 65 },
      .data = &one_key,
      .draw = draw_rows,
      .run = run_merge,
      .want = want_merge },
};
const size_t cases_data_sort_n = COUNT_OF(cases_data_sort);
