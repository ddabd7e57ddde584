/* data_moments.c - means and variances from counts, sums and sums of squares. docs/protocols/data.md,
 * "Moments".
 */
#include "mpc/gadgets/data_rows.h"

struct moments {
    const struct shared *mean, *variance, *count, *sum, *squares;
    unsigned f;
    bool sample;
    size_t tile_n;
};

/* Steps 1 and 2: what is divided, in two halves, and by what. */
static enum sotto_err fractions(struct strand *st, const struct moments *m, size_t from, size_t n,
                                const struct shared *above, const struct shared *below)
{
    const uint64_t one = 1;
    struct shared count = shared_slice(m->count, from, n), sum = shared_slice(m->sum, from, n),
                  squares = shared_slice(m->squares, from, n), first = shared_slice(above, 0, n),
                  second = shared_slice(above, n, n), counts = shared_slice(below, 0, n),
                  pairs = shared_slice(below, n, n), minus, others;
    struct products p;

    TRY(strand_shared(st, &minus, MPC_ARITH, sum.bits, n));
    TRY(strand_shared(st, &others, MPC_ARITH, sum.bits, n));
    shared_copy(&first, &sum);
    shared_copy(&counts, &count);
    shared_neg(&minus, &sum);
    if (m->sample)
        shared_public(&others, &one, true);
    shared_sub(&others, &count, &others);
    TRY(products_init(&p, st, 2, 3));
    products_begin(&p, &second);
    products_term(&p, &count, &squares);
    products_term(&p, &sum, &minus);
    products_add(&p, &pairs, &count, &others);
    return products_run(&p);
}

static enum sotto_err moments_tile(struct strand *st, void *arg, size_t i)
{
    const struct moments *m = arg;
    struct arena_mark mark = arena_mark(&st->scratch);
    size_t from = i * m->tile_n, left = m->count->n - from, n = left < m->tile_n ? left : m->tile_n;
    unsigned k = m->count->bits;
    struct shared above, below, bits, quotient, some, z, mean = shared_slice(m->mean, from, n),
                                                         variance = shared_slice(m->variance, from, n);

    TRY(strand_shared(st, &above, MPC_ARITH, k, 2 * n));
    TRY(strand_shared(st, &below, MPC_ARITH, k, 2 * n));
    TRY(strand_shared(st, &bits, MPC_BITS, k, 2 * n));
    TRY(strand_shared(st, &quotient, MPC_BITS, k, 2 * n));
    TRY(strand_shared(st, &some, MPC_BITS, 1, 2 * n));
    TRY(strand_shared(st, &z, MPC_BITS, k, 2 * n));
    TRY(fractions(st, m, from, n, &above, &below));
    TRY(gadget_to_bits(st, &bits, &below));
    TRY(gadget_fix_divide(st, &quotient, &above, &bits, m->f));
    TRY(gadget_zero(st, &some, &bits));
    shared_neg(&some, &some);
    TRY(gadget_multiply(st, &z, &some, &quotient));
    shared_gather(&mean, &z, 0, 1, false);
    shared_gather(&variance, &z, n, 1, false);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_moments(struct strand *st, struct shared *mean, struct shared *variance,
                              const struct shared *count, const struct shared *sum,
                              const struct shared *squares, unsigned f, bool sample)
{
    struct moments m = { mean, variance, count, sum, squares, f, sample, data_tile_n(count->n) };

    assert(sum->bits == count->bits && squares->bits == count->bits);
    assert(mean->bits == count->bits && variance->bits == count->bits);
    return strand_each(st, (count->n + m.tile_n - 1) / m.tile_n, moments_tile, &m);
}

/* --- of groups
 * -------------------------------------------------------------------------------------------------- */

struct squaring {
    const struct shared *z, *x;
    size_t tile_n;
};

static enum sotto_err square_tile(struct strand *st, void *arg, size_t i)
{
    const struct squaring *s = arg;
    size_t from = i * s->tile_n, left = s->x->n - from, n = left < s->tile_n ? left : s->tile_n;
    struct shared z = shared_slice(s->z, from, n), x = shared_slice(s->x, from, n);

    return gadget_multiply(st, &z, &x, &x);
}

/* Values and their squares, and room for the sums of both over `groups` groups. */
static enum sotto_err with_squares(struct strand *st, struct shared both[2], struct shared sum[2],
                                   const struct shared *value, size_t groups)
{
    struct squaring s = { &both[1], value, data_tile_n(value->n) };

    both[0] = *value;
    TRY(strand_shared(st, &both[1], MPC_ARITH, value->bits, value->n));
    for (int i = 0; i < 2; i++)
        TRY(strand_shared(st, &sum[i], MPC_ARITH, value->bits, groups));
    return strand_each(st, (value->n + s.tile_n - 1) / s.tile_n, square_tile, &s);
}

enum sotto_err gadget_group_moments(struct strand *st, struct shared *mean, struct shared *variance,
                                    struct shared *count, const struct shared *key, const struct shared *valid,
                                    const struct shared *value, unsigned f, bool sample)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared both[2], sum[2];

    TRY(with_squares(st, both, sum, value, count->n));
    TRY(gadget_group_sums(st, sum, count, key, valid, both, 2));
    TRY(gadget_moments(st, mean, variance, count, &sum[0], &sum[1], f, sample));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_group_by_moments(struct strand *st, struct shared *z, struct shared *mean,
                                       struct shared *variance, struct shared *count, const struct shared *x,
                                       unsigned key, const struct shared *value, unsigned f, bool sample)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared both[2], sum[2];

    TRY(with_squares(st, both, sum, value, x->n));
    TRY(gadget_group_by(st, z, sum, count, x, key, both, 2));
    TRY(gadget_moments(st, mean, variance, count, &sum[0], &sum[1], f, sample));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
