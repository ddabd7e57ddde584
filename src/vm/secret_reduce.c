/* secret_reduce.c - a vector of secrets to one element. Each tile is reduced by itself, and then the results of
 * the tiles: the memory on the way is that of some tiles and of one element a tile, however long the vector.
 *
 * BITS results of tiles lie a word apart, so that tiles do not write to the same word. */
#include "vm/internal.h"

enum { APART = 64 };

struct reduction {
    struct vm_task *t;
    const struct gadget_extreme *e;
    struct shared value, index; /* one a tile */
};

static struct shared operand(const struct vm_task *t, enum mpc_domain domain, struct vm_span s)
{
    return shared_slice(&t->a->form[domain].shared, s.from, s.n);
}

/* Room for one BITS element a tile, and what the tiles have written there as a vector. */
static enum sotto_err one_a_tile(struct strand *st, struct shared *x, unsigned bits, size_t tiles)
{
    return strand_shared(st, x, MPC_BITS, bits, tiles * APART);
}

static struct shared place_of(const struct shared *x, size_t tile)
{
    return shared_slice(x, tile * APART, 1);
}

static enum sotto_err collected(struct strand *st, struct shared *z, const struct shared *x, size_t tiles)
{
    TRY(strand_shared(st, z, MPC_BITS, x->bits, tiles));
    shared_gather(z, x, 0, APART, false);
    return SOTTO_OK;
}

/* --- sums ------------------------------------------------------------------------------------------------- */

static enum sotto_err sum_tile(struct strand *st, void *arg, size_t i)
{
    struct reduction *r = arg;
    struct shared x = operand(r->t, MPC_ARITH, vm_tile(r->t, i, r->t->a->n)),
                  one = shared_slice(&r->value, i, 1);

    shared_sum(&one, &x);
    return st->s->fault.code;
}

static enum sotto_err count_tile(struct strand *st, void *arg, size_t i)
{
    struct reduction *r = arg;
    struct shared bits = operand(r->t, MPC_BITS, vm_tile(r->t, i, r->t->a->n)),
                  one = shared_slice(&r->value, i, 1), words;

    TRY(strand_shared(st, &words, MPC_ARITH, r->value.bits, bits.n));
    TRY(gadget_bit_to_arith(st, &words, &bits));
    shared_sum(&one, &words);
    return SOTTO_OK;
}

static enum sotto_err add_tiles(struct strand *st, struct vm_task *t,
                                enum sotto_err (*tile)(struct strand *, void *, size_t))
{
    struct reduction r = { .t = t };
    size_t tiles = vm_tiles(t, t->a->n);

    TRY(strand_shared(st, &r.value, MPC_ARITH, vm_value_bits(t->dst), tiles));
    TRY(strand_spread(st, tiles, tile, &r));
    shared_sum(&t->dst->form[MPC_ARITH].shared, &r.value);
    return SOTTO_OK;
}

enum sotto_err vm_run_sum(struct strand *st, struct vm_task *t)
{
    return add_tiles(st, t, sum_tile);
}

enum sotto_err vm_run_count(struct strand *st, struct vm_task *t)
{
    return add_tiles(st, t, count_tile);
}

/* --- any, all --------------------------------------------------------------------------------------------- */

/* any(x) = not all(not x) */
static enum sotto_err all_tile(struct strand *st, void *arg, size_t i)
{
    struct reduction *r = arg;
    struct shared x = operand(r->t, MPC_BITS, vm_tile(r->t, i, r->t->a->n)), z = place_of(&r->value, i),
                  inverse;

    if (r->t->in->op == IMAGE_ANY) {
        TRY(strand_shared(st, &inverse, MPC_BITS, 1, x.n));
        shared_neg(&inverse, &x);
        x = inverse;
    }
    return gadget_all(st, &z, &x);
}

enum sotto_err vm_run_any_all(struct strand *st, struct vm_task *t)
{
    struct reduction r = { .t = t };
    struct shared z = t->dst->form[MPC_BITS].shared, all;
    const uint64_t all_of_none = 1;
    size_t tiles = vm_tiles(t, t->a->n);

    if (tiles) {
        TRY(one_a_tile(st, &r.value, 1, tiles));
        TRY(strand_spread(st, tiles, all_tile, &r));
        TRY(collected(st, &all, &r.value, tiles));
        TRY(gadget_all(st, &z, &all));
    } else {
        shared_public(&z, &all_of_none, true);
    }
    if (t->in->op == IMAGE_ANY)
        shared_neg(&z, &z);
    return SOTTO_OK;
}

/* --- extremes --------------------------------------------------------------------------------------------- */

static enum sotto_err extreme_tile(struct strand *st, void *arg, size_t i)
{
    struct reduction *r = arg;
    struct shared x = operand(r->t, MPC_BITS, vm_tile(r->t, i, r->t->a->n)), value = place_of(&r->value, i),
                  index;
    struct gadget_extreme e = *r->e;

    e.value = &value;
    if (e.index) {
        index = place_of(&r->index, i);
        e.index = &index;
    }
    return gadget_extreme(st, &e, &x);
}

/* The winners of the tiles play among themselves; each tile but the last has 2^low.bits elements. */
static enum sotto_err among_tiles(struct strand *st, struct vm_task *t, const struct gadget_extreme *e,
                                  size_t tiles)
{
    struct reduction r = { .t = t, .e = e };
    struct gadget_extreme last = *e;
    struct shared values, low;
    unsigned low_bits = 0;

    while (((size_t)1 << low_bits) < t->tile_n)
        low_bits++;
    TRY(one_a_tile(st, &r.value, vm_value_bits(t->a), tiles));
    if (e->index)
        TRY(one_a_tile(st, &r.index, low_bits, tiles));
    TRY(strand_spread(st, tiles, extreme_tile, &r));
    TRY(collected(st, &values, &r.value, tiles));
    if (e->index) {
        TRY(collected(st, &low, &r.index, tiles));
        last.low = &low;
    }
    return gadget_extreme(st, &last, &values);
}

enum sotto_err vm_run_extreme(struct strand *st, struct vm_task *t)
{
    enum image_op op = (enum image_op)t->in->op;
    bool wants_value = op == IMAGE_MIN || op == IMAGE_MAX;
    struct gadget_extreme e = {
        .least = op == IMAGE_MIN || op == IMAGE_ARGMIN,
        .is_signed = image_elem_signed((enum image_elem)t->a->elem),
        .value = wants_value ? &t->dst->form[MPC_BITS].shared : NULL,
        .index = wants_value ? NULL : &t->dst->form[MPC_BITS].shared,
    };
    size_t tiles = vm_tiles(t, t->a->n);

    if (!t->a->n)
        return strand_fail(st, SOTTO_ERR_INPUT, "line %u: an empty vector has no least or greatest element",
                           t->in->line);
    if (tiles > 1)
        return among_tiles(st, t, &e, tiles);
    return gadget_extreme(st, &e, &t->a->form[MPC_BITS].shared);
}
