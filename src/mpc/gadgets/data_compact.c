/* data_compact.c - valid rows first, and the first row of each key. docs/protocols/data.md, "Compaction",
 * "Unique".
 */
#include "mpc/gadgets/data_rows.h"

/* --- compaction: a sort by one bit in linear work
 * ------------------------------------------------------------------ */

enum { PLACE_BITS = 32 };

/* f is the valid bit as a number, p how many valid rows there are up to and with this one, t how many in all. A
 * valid row goes to p - 1, row i that is not to t + i - p:
 *
 *     place = t + i - p + f * (2p - 1 - t - i) */
struct compacting {
    const struct shared *valid;
    struct shared number, until, factor, place;
    size_t tile_n;
};

static struct shared part(const struct shared *x, const struct compacting *c, size_t i)
{
    size_t from = i * c->tile_n, left = x->n - from;

    return shared_slice(x, from, left < c->tile_n ? left : c->tile_n);
}

static enum sotto_err number_tile(struct strand *st, void *arg, size_t i)
{
    const struct compacting *c = arg;
    struct shared z = part(&c->number, c, i), bit = part(c->valid, c, i);

    return gadget_bit_to_arith(st, &z, &bit);
}

static enum sotto_err place_tile(struct strand *st, void *arg, size_t i)
{
    const struct compacting *c = arg;
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared f = part(&c->number, c, i), factor = part(&c->factor, c, i), place = part(&c->place, c, i),
                  product;

    TRY(strand_shared(st, &product, MPC_ARITH, PLACE_BITS, f.n));
    TRY(gadget_multiply(st, &product, &f, &factor));
    shared_add(&place, &place, &product);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

static void add_index(struct shared *z, bool minus)
{
    const struct ring_kernels *k = shared_kernels(z);

    for (size_t i = 0; z->share[0] && i < z->n; i++)
        k->put(z->share[0], i, minus ? k->get(z->share[0], i) - i : k->get(z->share[0], i) + i);
}

/* place = t + i - p, factor = 2p - 1 - t - i */
static enum sotto_err prepare_places(struct strand *st, struct compacting *c)
{
    const uint64_t minus_one = UINT64_MAX;
    struct shared total, one;

    TRY(strand_shared(st, &one, MPC_ARITH, PLACE_BITS, c->until.n));
    linear_prefix_sum(&c->until, &c->number);
    total = shared_slice(&c->until, c->until.n - 1, 1);
    shared_repeat(&c->place, &total);
    shared_public(&one, &minus_one, true);
    shared_scale(&c->factor, &c->until, 2);
    shared_add(&c->factor, &c->factor, &one);
    shared_sub(&c->factor, &c->factor, &c->place);
    add_index(&c->factor, true);
    shared_sub(&c->place, &c->place, &c->until);
    add_index(&c->place, false);
    return SOTTO_OK;
}

enum sotto_err gadget_compact(struct strand *st, struct shared *z, const struct shared *x, size_t count,
                              const struct shared *valid)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    size_t n = valid->n, tiles;
    struct compacting c = { .valid = valid, .tile_n = data_tile_n(n) };
    struct shared *const vector[4] = { &c.number, &c.until, &c.factor, &c.place };

    if (!n)
        return SOTTO_OK;
    for (int i = 0; i < 4; i++)
        TRY(strand_shared(st, vector[i], MPC_ARITH, PLACE_BITS, n));
    tiles = (n + c.tile_n - 1) / c.tile_n;
    TRY(strand_each(st, tiles, number_tile, &c));
    TRY(prepare_places(st, &c));
    TRY(strand_each(st, tiles, place_tile, &c));
    TRY(gadget_permute_to(st, z, &c.place, x, count));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- the first row of each key
 * -------------------------------------------------------------------------------------- */

struct keeping {
    const struct shared *valid, *first, *z;
    size_t tile_n;
};

static enum sotto_err keep_tile(struct strand *st, void *arg, size_t i)
{
    const struct keeping *k = arg;
    size_t from = i * k->tile_n, n = k->z->n - from < k->tile_n ? k->z->n - from : k->tile_n;
    struct shared valid = shared_slice(k->valid, from, n), first = shared_slice(k->first, from, n),
                  z = shared_slice(k->z, from, n);

    return gadget_multiply(st, &z, &valid, &first);
}

enum sotto_err gadget_unique(struct strand *st, struct shared *z, const struct shared *x, unsigned key,
                             const struct data_key *by)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const struct data_key keys[3] = { { x->bits - 1, 1, true, false },
                                      { 0, key, false, false },
                                      by ? *by : (struct data_key){ 0 } };
    struct shared sorted, run, first, valid, kept, last = shared_plane(z, z->bits - 1);
    struct keeping k = { &valid, &first, &kept, data_tile_n(x->n) };

    assert(key < x->bits);
    if (!x->n)
        return SOTTO_OK;
    TRY(strand_shared(st, &sorted, MPC_BITS, x->bits, x->n));
    TRY(strand_shared(st, &run, MPC_BITS, key + 1, x->n));
    TRY(strand_shared(st, &first, MPC_BITS, 1, x->n));
    TRY(strand_shared(st, &kept, MPC_BITS, 1, x->n));
    TRY(gadget_sort(st, &sorted, NULL, x, 1, keys, by ? 3 : 2));
    valid = shared_plane(&sorted, x->bits - 1);
    for (unsigned p = 0; p <= key; p++) {
        struct shared to = shared_plane(&run, p), from = p < key ? shared_plane(&sorted, p) : valid;

        shared_copy(&to, &from);
    }
    TRY(data_first_of_run(st, &first, &run));
    TRY(strand_each(st, (x->n + k.tile_n - 1) / k.tile_n, keep_tile, &k));
    shared_copy(z, &sorted);
    shared_copy(&last, &kept);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
