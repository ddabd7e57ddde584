/* data_intersect.c - how many keys two tables have in common, and the sum of what belongs to them.
 * docs/protocols/data.md, "Intersection". */
#include "mpc/gadgets/data_rows.h"

struct intersecting {
    const struct shared *matched, *value;
    struct shared count, sum; /* by tile, and by value and tile */
    size_t values, tiles, tile_n;
};

/* The matched bits as numbers; their sum is local, and each inner product with values sends one element. */
static enum sotto_err sum_tile(struct strand *st, void *arg, size_t i)
{
    const struct intersecting *s = arg;
    struct arena_mark mark = arena_mark(&st->scratch);
    size_t from = i * s->tile_n, left = s->matched->n - from, n = left < s->tile_n ? left : s->tile_n;
    struct shared bit = shared_slice(s->matched, from, n), number, count = shared_slice(&s->count, i, 1);

    TRY(strand_shared(st, &number, MPC_ARITH, s->count.bits, n));
    TRY(gadget_bit_to_arith(st, &number, &bit));
    shared_sum(&count, &number);
    for (size_t v = 0; v < s->values; v++) {
        struct shared sum = shared_slice(&s->sum, v * s->tiles + i, 1),
                      value = shared_slice(&s->value[v], from, n);

        TRY(gadget_dot(st, &sum, &number, &value, n));
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_intersect(struct strand *st, struct shared *sum, struct shared *count,
                                const struct shared *key, const struct shared *valid,
                                const struct shared *right, const struct shared *value, size_t values)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    size_t tile_n = data_tile_n(key->n), tiles = (key->n + tile_n - 1) / tile_n;
    struct shared none, matched;
    struct intersecting s = {
        .matched = &matched, .value = value, .values = values, .tiles = tiles, .tile_n = tile_n
    };

    if (!key->n)
        return SOTTO_OK;
    TRY(strand_shared(st, &none, MPC_BITS, 0, key->n));
    TRY(strand_shared(st, &matched, MPC_BITS, 1, key->n));
    TRY(strand_shared(st, &s.count, MPC_ARITH, count->bits, tiles));
    TRY(strand_shared(st, &s.sum, MPC_ARITH, count->bits, tiles * values + 1));
    TRY(gadget_match(st, &none, &matched, key, valid, right));
    TRY(strand_each(st, tiles, sum_tile, &s));
    shared_sum(count, &s.count);
    for (size_t v = 0; v < values; v++) {
        struct shared parts = shared_slice(&s.sum, v * tiles, tiles);

        shared_sum(&sum[v], &parts);
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
