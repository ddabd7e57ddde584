/* data_group_by.c - sums and counts of groups with any keys. docs/protocols/data.md, "Groups with any keys".
 *
 *   sorted by key     | 5 | 5 | 5 | 7 | 9 | 9 | dummies        prefix sums are local; the last row of a run has
 * its prefix sums       | a | b | c | d | e | f |                group's sum and all before last rows first   |
 * 5 c | 7 d | 9 f | dummies              so neighbours differ by a group's sum: local again */
#include "mpc/gadgets/data_rows.h"

/* --- valid: only the last row of each run
 * ---------------------------------------------------------------------------- */

struct keeping {
    const struct shared *valid, *last, *z;
    size_t tile_n;
};

static enum sotto_err keep_tile(struct strand *st, void *arg, size_t i)
{
    const struct keeping *k = arg;
    size_t from = i * k->tile_n, n = k->z->n - from < k->tile_n ? k->z->n - from : k->tile_n;
    struct shared valid = shared_slice(k->valid, from, n), last = shared_slice(k->last, from, n),
                  z = shared_slice(k->z, from, n);

    return gadget_multiply(st, &z, &valid, &last);
}

/* The valid plane of x, which is sorted, becomes that. */
static enum sotto_err keep_last(struct strand *st, struct shared *x, unsigned key)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared run, first, last, kept, valid = shared_plane(x, x->bits - 1);
    struct keeping k = { &valid, &last, &kept, data_tile_n(x->n) };

    TRY(strand_shared(st, &run, MPC_BITS, key + 1, x->n));
    TRY(strand_shared(st, &first, MPC_BITS, 1, x->n));
    TRY(strand_shared(st, &last, MPC_BITS, 1, x->n));
    TRY(strand_shared(st, &kept, MPC_BITS, 1, x->n));
    for (unsigned p = 0; p <= key; p++) {
        struct shared to = shared_plane(&run, p), from = p < key ? shared_plane(x, p) : valid;

        shared_copy(&to, &from);
    }
    TRY(data_first_of_run(st, &first, &run));
    shared_gather(&last, &first, 1, 1, true); /* the one after it begins a run, or there is none */
    TRY(strand_each(st, (x->n + k.tile_n - 1) / k.tile_n, keep_tile, &k));
    shared_copy(&valid, &kept);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- sums: what neighbours differ by, where the row is valid
 * ---------------------------------------------------------- */

struct differing {
    const struct shared *valid, *until; /* prefix sums of each column */
    struct shared *before, *z;
    size_t columns, tile_n;
};

static enum sotto_err differ_tile(struct strand *st, void *arg, size_t i)
{
    const struct differing *d = arg;
    struct arena_mark mark = arena_mark(&st->scratch);
    size_t from = i * d->tile_n, n = d->valid->n - from < d->tile_n ? d->valid->n - from : d->tile_n;
    struct shared valid = shared_slice(d->valid, from, n), number;
    struct shared *difference = strand_alloc(st, d->columns, sizeof *difference);
    struct products p;

    if (!difference)
        return st->s->fault.code;
    TRY(strand_shared(st, &number, MPC_ARITH, d->until->bits, n));
    TRY(gadget_bit_to_arith(st, &number, &valid));
    TRY(products_init(&p, st, d->columns, d->columns));
    for (size_t c = 0; c < d->columns; c++) {
        struct shared until = shared_slice(&d->until[c], from, n),
                      before = shared_slice(&d->before[c], from, n), z = shared_slice(&d->z[c], from, n);

        TRY(strand_shared(st, &difference[c], MPC_ARITH, until.bits, n));
        shared_sub(&difference[c], &until, &before);
        products_add(&p, &z, &number, &difference[c]);
    }
    TRY(products_run(&p));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

static enum sotto_err take_differences(struct strand *st, struct shared *z, const struct shared *until,
                                       size_t columns, const struct shared *valid)
{
    struct differing d = { valid, until,   strand_alloc(st, columns, sizeof *d.before),
                           z,     columns, data_tile_n(valid->n) };

    if (!d.before)
        return st->s->fault.code;
    for (size_t c = 0; c < columns; c++) {
        struct shared to, from;

        TRY(strand_shared(st, &d.before[c], MPC_ARITH, until[c].bits, until[c].n));
        to = shared_slice(&d.before[c], 1, until[c].n - 1);
        from = shared_slice(&until[c], 0, until[c].n - 1);
        shared_copy(&to, &from);
    }
    return strand_each(st, (valid->n + d.tile_n - 1) / d.tile_n, differ_tile, &d);
}

/* ------------------------------------------------------------------------------------------------------------------------
 */

enum sotto_err gadget_group_by(struct strand *st, struct shared *z, struct shared *sum, struct shared *count,
                               const struct shared *x, unsigned key, const struct shared *value, size_t values)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const struct data_key by[2] = { { x->bits - 1, 1, true, false }, { 0, key, false, false } };
    size_t n = x->n, columns = values + 1, all = columns + 1;
    struct shared *table = strand_alloc(st, 4 * all, sizeof *table), *sorted, *front, *result, valid;
    const uint64_t one = 1;

    if (!table)
        return st->s->fault.code;
    if (!n)
        return SOTTO_OK;
    sorted = table + all;
    front = sorted + all;
    result = front + all;
    for (size_t v = 0; v < all; v++) {
        const struct shared *like = v == 0 ? x : v <= values ? &value[v - 1] : count;

        table[v] = v <= values ? *like : (struct shared){ 0 };
        TRY(strand_shared(st, &sorted[v], like->domain, like->bits, n));
        TRY(strand_shared(st, &front[v], like->domain, like->bits, n));
    }
    TRY(gadget_sort(st, sorted, NULL, table, values + 1, by, 2));
    shared_public(&sorted[columns], &one, true); /* rows before one are counted by its place */
    for (size_t v = 1; v < all; v++)
        linear_prefix_sum(&sorted[v], &sorted[v]);
    TRY(keep_last(st, &sorted[0], key));
    valid = shared_plane(&sorted[0], x->bits - 1);
    TRY(gadget_compact(st, front, sorted, all, &valid));
    shared_copy(z, &front[0]);
    valid = shared_plane(&front[0], x->bits - 1);
    memcpy(result, sum, values * sizeof *sum);
    result[values] = *count;
    TRY(take_differences(st, result, front + 1, columns, &valid));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
