/* cases_linear_lookup.c - tables and vectors at secret indices. docs/protocols/linear.md, "Lookup" */
#include "lib/gadget_case.h"

#include "lib/testing.h"

static unsigned bits_of(const struct case_run *r)
{
    return r->c->out[0].bits;
}

static bool is_arith(const struct case_run *r)
{
    return r->c->out[0].domain == MPC_ARITH;
}

/* Most indices hit, some are past the end, the last one is not. */
static void draw_indices(const struct case_run *r, uint64_t *index, size_t n, unsigned bits, size_t entries,
                         uint64_t seed)
{
    (void)r;
    for (size_t e = 0; e < n; e++)
        index[e] = case_cut(e == 1       ? entries - 1
                            : e == 2     ? entries
                            : e % 7 == 6 ? case_draw(&seed)
                                         : case_draw(&seed) % entries,
                            bits);
}

/* --- public tables -------------------------------------------------------------------------------------------
 */

static uint64_t entry(size_t i, unsigned bits)
{
    uint64_t seed = i + 1;

    return case_cut(case_draw(&seed) >> 7, bits);
}

static enum sotto_err run_table(struct strand *st, const struct case_run *r, const struct shared *in,
                                struct shared *out)
{
    size_t n = (size_t)r->c->arg;
    uint64_t *table = strand_alloc(st, n, sizeof *table);

    if (!table)
        return st->s->fault.code;
    for (size_t i = 0; i < n; i++)
        table[i] = entry(i, bits_of(r));
    return gadget_lookup_table(st, &out[0], &in[0], table, n);
}

static void want_table(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++)
        r->out[0][e] = r->in[0][e] < (uint64_t)r->c->arg ? entry(r->in[0][e], bits_of(r)) : 0;
}

static void draw_table(const struct case_run *r, uint64_t seed)
{
    draw_indices(r, r->in[0], r->n, r->c->in[0].bits, (size_t)r->c->arg, seed);
}

/* ANDs of a level that joins groups of `width` of q bits. */
static uint64_t groups_rows(unsigned q, unsigned width)
{
    uint64_t rows = 0;

    for (unsigned at = 0; at + width < q; at += 2 * width) {
        unsigned more = q - at - width < width ? q - at - width : width;

        rows += (((uint64_t)1 << width) - 1) * (((uint64_t)1 << more) - 1);
    }
    return rows;
}

static void cost_of_table(struct cost *c, const struct case_run *r)
{
    unsigned m = cost_lg((uint64_t)r->c->arg), bits = r->c->in[0].bits, split;

    m = m < 1 ? 1 : m > bits ? bits : m;
    split = gadget_table_plan(m, bits_of(r), r->n, MPC_ROUND_WORTH_DEFAULT);
    for (unsigned width = 1; width < m - split || width < split; width *= 2)
        cost_ands(c, groups_rows(m - split, width) + groups_rows(split, width), r->n);
    if (split)
        cost_ands(c, bits_of(r), r->n);
    if (bits > m) {
        cost_and_planes(c, bits - m, r->n, 1);
        cost_ands(c, bits_of(r), r->n);
    }
}

#define TABLE(index_bits, k, entries)                                                                          \
    {                                                                                                          \
        .name = "table of " #entries " entries of " #k " by " #index_bits,                                     \
        .in = { { MPC_BITS, index_bits, NULL } }, .out = { { MPC_BITS, k, NULL } }, .arg = entries,            \
        .run = run_table, .want = want_table, .draw = draw_table, .cost = cost_of_table                        \
    }

/* --- secret vectors: in[0] has arg elements, in[1] the indices
 * --------------------------------------------------- */

static size_t vector_n(const struct gadget_case *c, size_t n)
{
    (void)n;
    return (size_t)c->arg;
}
static size_t one(const struct gadget_case *c, size_t n)
{
    (void)c;
    (void)n;
    return 1;
}

static enum sotto_err run_lookup(struct strand *st, const struct case_run *r, const struct shared *in,
                                 struct shared *out)
{
    (void)r;
    return gadget_lookup(st, &out[0], &in[0], &in[1]);
}

static void want_lookup(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++)
        r->out[0][e] = r->in[1][e] < r->in_n[0] ? r->in[0][r->in[1][e]] : 0;
}

static void draw_lookup(const struct case_run *r, uint64_t seed)
{
    for (size_t i = 0; i < r->in_n[0]; i++)
        r->in[0][i] = case_cut(case_draw(&seed), bits_of(r));
    draw_indices(r, r->in[1], r->in_n[1], r->c->in[1].bits, r->in_n[0], seed);
    for (size_t i = 0; r->in[2] && i < r->in_n[2]; i++)
        r->in[2][i] = case_cut(case_draw(&seed), bits_of(r));
}

/* Sizes of the one-hot vectors that a level joins, of q bits and `more` that must be 0. */
struct sizes {
    uint64_t size[128];
    size_t n;
};
static struct sizes sizes_of(unsigned q, unsigned more)
{
    struct sizes s = { .n = q + more };

    for (size_t i = 0; i < s.n; i++)
        s.size[i] = i < q ? 2 : 1;
    return s;
}
static uint64_t join(struct sizes *s)
{
    uint64_t sum = 0;

    for (size_t i = 0; i + 1 < s->n; i += 2) {
        s->size[i / 2] = s->size[i] * s->size[i + 1];
        sum += s->size[i / 2];
    }
    if (s->n % 2)
        s->size[s->n / 2] = s->size[s->n - 1];
    s->n = (s->n + 1) / 2;
    return sum;
}
static void join_all(struct cost *c, struct sizes low, struct sizes high, uint64_t n)
{
    while (low.n > 1 || high.n > 1)
        cost_ands(c, 1, n * (join(&low) + join(&high)));
}

static void cost_of_lookup(struct cost *c, const struct case_run *r)
{
    unsigned k = bits_of(r), m = cost_lg(r->in_n[0]) < 2 ? 2 : cost_lg(r->in_n[0]), bits = r->c->in[1].bits,
             split = gadget_lookup_plan(m, k, r->c->out[0].domain);
    uint64_t low = (uint64_t)1 << (m - split), high = (uint64_t)1 << split;

    join_all(c, sizes_of(m - split, 0), sizes_of(split, bits > m ? bits - m : 0), r->n);
    if (!is_arith(r)) {
        cost_products(c, k, cost_plane(r->n * high), 8);
        cost_products(c, k, cost_plane(r->n), 8);
        return;
    }
    cost_bit_to_arith(c, k, r->n * (low + high));
    cost_products(c, 1, k / 8 * r->n * high, k / 8);
    cost_products(c, 1, k / 8 * r->n, k / 8);
}

#define LOOKUP(d, k, entries, index_bits)                                                                      \
    {                                                                                                          \
        .name = "lookup of " #d " " #k " in " #entries " by " #index_bits,                                     \
        .in = { { d, k, vector_n }, { MPC_BITS, index_bits, NULL } }, .out = { { d, k, NULL } },               \
        .arg = entries, .run = run_lookup, .want = want_lookup, .draw = draw_lookup, .cost = cost_of_lookup,   \
        .sizes = { 1, 3, 64, 70, 0 }, .small = 1                                                               \
    }

/* --- writing: n elements, one index, one value
 * ------------------------------------------------------------------ */

static enum sotto_err run_store(struct strand *st, const struct case_run *r, const struct shared *in,
                                struct shared *out)
{
    (void)r;
    return gadget_store(st, &out[0], &in[0], &in[1], &in[2]);
}

static void want_store(const struct case_run *r)
{
    for (size_t i = 0; i < r->n; i++)
        r->out[0][i] = r->in[1][0] == i ? r->in[2][0] : r->in[0][i];
}

static void draw_store(const struct case_run *r, uint64_t seed)
{
    draw_lookup(r, seed);
    r->in[1][0] = case_cut(seed % 4 == 0 ? r->n : case_draw(&seed) % r->n, r->c->in[1].bits);
}

static void cost_of_store(struct cost *c, const struct case_run *r)
{
    unsigned k = bits_of(r), m = cost_lg(r->n) < 1 ? 1 : cost_lg(r->n), bits = r->c->in[1].bits,
             used = m < bits ? m : bits;

    join_all(c, (struct sizes){ .n = 0 }, sizes_of(used, bits - used), 1);
    if (!is_arith(r)) {
        cost_ands(c, k, r->n);
        return;
    }
    cost_bit_to_arith(c, k, r->n);
    cost_products(c, 1, k / 8 * r->n, k / 8);
}

#define STORE(d, k, index_bits)                                                                                \
    {                                                                                                          \
        .name = "store of " #d " " #k " by " #index_bits,                                                      \
        .in = { { d, k, NULL }, { MPC_BITS, index_bits, one }, { d, k, one } }, .out = { { d, k, NULL } },     \
        .run = run_store, .want = want_store, .draw = draw_store, .cost = cost_of_store, .small = 5            \
    }

const struct gadget_case cases_linear_lookup[] = {
    TABLE(8, 8, 256),
    TABLE(8, 3, 200),
    TABLE(4, 64, 16),
    TABLE(3, 5, 16),
    TABLE(1, 1, 1),
    TABLE(11, 9, 1500),
    TABLE(16, 7, 5),
    LOOKUP(MPC_BITS, 1, 2, 1),
    LOOKUP(MPC_BITS, 8, 64, 6),
    LOOKUP(MPC_BITS, 17, 1000, 12),
    LOOKUP(MPC_BITS, 64, 5000, 13),
    LOOKUP(MPC_BITS, 2, 300, 5),
    LOOKUP(MPC_ARITH, 32, 100, 7),
    LOOKUP(MPC_ARITH, 64, 1025, 32),
    LOOKUP(MPC_ARITH, 8, 3, 64),
    STORE(MPC_BITS, 9, 8),
    STORE(MPC_BITS, 64, 32),
    STORE(MPC_ARITH, 16, 9),
};
const size_t cases_linear_lookup_n = COUNT_OF(cases_linear_lookup);
