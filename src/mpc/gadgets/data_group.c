/* data_group.c - sums and counts of few groups, whose keys are 0..2^g-1: linear work, and nothing is opened.
 * docs/protocols/data.md, "Dense groups".
 *
 * The key's bits x1..xg are cut in a low and a high half. The monomials of the low half (1, x1, x2, x1x2, ...)
 * are multiplied with those of the high half times the value, and summed over all rows in one matrix product:
 *
 *   R(A, B) = sum over rows of  (product of x in A) * (product of x in B) * value,  A of the low, B of the high
 * half
 *
 * That sums rows whose key has at least the bits of A and B; those that have just these follow by subtraction.
 * A dummy's bits are 0, and the empty product of the low half is 0 for it, too: it is in no sum. */
#include "mpc/gadgets/data_rows.h"

struct grouping {
    const struct shared *key, *valid, *value;
    size_t values, columns; /* the values, and one more that counts */
    unsigned bits, low, high;
    unsigned width;        /* of the ring */
    struct shared results; /* of every tile: R, row by row; a row is column by column */
    size_t tile_n;
};

/* Vectors of n elements side by side in one. */
static enum sotto_err side_by_side(struct strand *st, struct shared *all, struct shared **part, unsigned width,
                                   size_t count, size_t n)
{
    *part = strand_alloc(st, count, sizeof **part);
    if (!*part)
        return st->s->fault.code;
    TRY(strand_shared(st, all, MPC_ARITH, width, count * n));
    for (size_t i = 0; i < count; i++)
        (*part)[i] = shared_slice(all, i * n, n);
    return SOTTO_OK;
}

/* Bits of the key (0 in dummies), and whether the row is valid, as numbers: one conversion for all. */
static enum sotto_err convert_bits(struct strand *st, const struct grouping *g, size_t from, size_t n,
                                   struct shared **x)
{
    size_t count = g->bits + (g->valid != NULL);
    struct shared numbers, planes, key = shared_slice(g->key, from, n), masked, valid;

    TRY(side_by_side(st, &numbers, x, g->width, count, n));
    TRY(strand_shared(st, &planes, MPC_BITS, 1, count * n));
    if (g->valid) {
        valid = shared_slice(g->valid, from, n);
        TRY(strand_shared(st, &masked, MPC_BITS, g->bits, n));
        TRY(gadget_multiply(st, &masked, &valid, &key));
        key = masked;
    }
    for (size_t b = 0; b < count; b++) {
        struct shared plane = b < g->bits ? shared_plane(&key, (unsigned)b) : valid;

        shared_place(&planes, b * n, &plane);
    }
    return gadget_bit_to_arith(st, &numbers, &planes);
}

/* Monomials with x[b], from those without. m[0] leaves x[b] as it is where `one` says so. */
static void add_products(struct products *p, struct shared *m, const struct shared *x, unsigned b, bool one)
{
    size_t have = (size_t)1 << b;

    if (one)
        shared_copy(&m[have], &x[b]);
    for (size_t i = one; i < have; i++)
        products_add(p, &m[have + i], &m[i], &x[b]);
}

static enum sotto_err multiply_out(struct strand *st, const struct grouping *g, struct shared *low,
                                   struct shared *high, const struct shared *x)
{
    unsigned levels = g->low > g->high ? g->low : g->high;

    for (unsigned b = 0; b < levels; b++) {
        struct arena_mark mark = arena_mark(&st->scratch);
        size_t most = (1 + g->columns) << b;
        struct products p;

        TRY(products_init(&p, st, most, most));
        if (b < g->low)
            add_products(&p, low, x, b, true);
        for (size_t c = 0; b < g->high && c < g->columns; c++)
            add_products(&p, high + (c << g->high), x + g->low, b, c == g->values);
        TRY(products_run(&p));
        arena_release(&st->scratch, mark);
    }
    return SOTTO_OK;
}

static enum sotto_err group_tile(struct strand *st, void *arg, size_t i)
{
    struct grouping *g = arg;
    struct arena_mark mark = arena_mark(&st->scratch);
    size_t from = i * g->tile_n, left = g->key->n - from, n = left < g->tile_n ? left : g->tile_n,
           rows = (size_t)1 << g->low, cols = g->columns << g->high;
    struct gadget_matmul shape = { .rows = rows, .inner = n, .cols = cols, .y_transposed = true };
    struct shared low_all, *low, high_all, *high, *x,
        z = shared_slice(&g->results, i * rows * cols, rows * cols);
    const uint64_t one[4] = { 1 };

    TRY(convert_bits(st, g, from, n, &x));
    TRY(side_by_side(st, &low_all, &low, g->width, rows, n));
    TRY(side_by_side(st, &high_all, &high, g->width, cols, n));
    if (g->valid)
        shared_copy(&low[0], &x[g->bits]);
    else
        shared_public(&low[0], one, true);
    for (size_t c = 0; c < g->columns; c++) {
        struct shared *first = &high[c << g->high];

        if (c < g->values) {
            struct shared value = shared_slice(&g->value[c], from, n);

            shared_copy(first, &value);
        } else {
            shared_public(first, one, true);
        }
    }
    TRY(multiply_out(st, g, low, high, x));
    TRY(gadget_matmul(st, &z, &low_all, &high_all, &shape));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* Sum of column c over the rows whose key has at least the bits of `key`. */
static struct shared result_at(const struct grouping *g, size_t c, size_t key)
{
    size_t low = key & (((size_t)1 << g->low) - 1), high = key >> g->low;

    return shared_slice(&g->results, ((low * g->columns + c) << g->high) + high, 1);
}

/* Steps 4 and 5: local. */
static void take_out(const struct grouping *g, size_t c, struct shared *z)
{
    for (unsigned b = 0; b < g->bits; b++)
        for (size_t key = 0; key >> g->bits == 0; key++) {
            struct shared less = result_at(g, c, key), more;

            if (key >> b & 1)
                continue;
            more = result_at(g, c, key | (size_t)1 << b);
            shared_sub(&less, &less, &more);
        }
    for (size_t key = 0; key < z->n; key++) {
        struct shared sum = result_at(g, c, key);

        shared_put(z, key, &sum);
    }
}

enum sotto_err gadget_group_sums(struct strand *st, struct shared *sum, struct shared *count,
                                 const struct shared *key, const struct shared *valid,
                                 const struct shared *value, size_t values)
{
    enum { TILE_N = 1 << 10, TILES_MAX = 1 << 14 };
    struct arena_mark mark = arena_mark(&st->scratch);
    struct grouping g = { .key = key,
                          .valid = valid,
                          .value = value,
                          .values = values,
                          .columns = values + (count != NULL),
                          .bits = key->bits,
                          .high = key->bits / 2,
                          .tile_n = TILE_N };
    size_t size, tiles;

    assert(g.columns && key->bits <= DATA_GROUP_BITS_MAX);
    g.low = g.bits - g.high;
    g.width = count ? count->bits : sum->bits;
    while (key->n / g.tile_n > TILES_MAX)
        g.tile_n *= 2;
    tiles = (key->n + g.tile_n - 1) / g.tile_n;
    size = g.columns << g.bits;
    TRY(strand_shared(st, &g.results, MPC_ARITH, g.width, size * (tiles ? tiles : 1)));
    TRY(strand_each(st, tiles, group_tile, &g));
    for (size_t i = 1; i < tiles; i++) {
        struct shared all = shared_slice(&g.results, 0, size), one = shared_slice(&g.results, i * size, size);

        shared_add(&all, &all, &one);
    }
    for (size_t v = 0; v < values; v++)
        take_out(&g, v, &sum[v]);
    if (count)
        take_out(&g, values, count);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- keys past the groups
 * --------------------------------------------------------------------------------------- */

struct bounding {
    const struct shared *x, *valid, *z;
    unsigned bits;
    size_t tile_n;
};

static enum sotto_err below_tile(struct strand *st, void *arg, size_t i)
{
    const struct bounding *b = arg;
    struct arena_mark mark = arena_mark(&st->scratch);
    size_t from = i * b->tile_n, left = b->z->n - from, n = left < b->tile_n ? left : b->tile_n;
    struct shared x = shared_slice(b->x, from, n), valid = shared_slice(b->valid, from, n),
                  z = shared_slice(b->z, from, n), high = shared_planes(&x, b->bits, x.bits - b->bits), low;

    TRY(strand_shared(st, &low, MPC_BITS, 1, n));
    TRY(gadget_zero(st, &low, &high));
    TRY(gadget_multiply(st, &z, &low, &valid));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_below(struct strand *st, struct shared *z, const struct shared *x, unsigned bits,
                            const struct shared *valid)
{
    struct bounding b = { x, valid, z, bits, data_tile_n(x->n) };

    assert(bits < x->bits);
    return strand_each(st, (x->n + b.tile_n - 1) / b.tile_n, below_tile, &b);
}
