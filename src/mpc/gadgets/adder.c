/* adder.c - addition on bit planes. */
#include "mpc/gadgets/carry.h"
#include "mpc/mpc.h"

static enum sotto_err planes_of(struct strand *st, struct shared **plane, const struct shared *x, unsigned from)
{
    *plane = strand_room(st, x->bits - from, sizeof **plane);
    if (!*plane)
        return st->s->fault.code;
    for (unsigned i = from; i < x->bits; i++)
        (*plane)[i - from] = shared_plane(x, i);
    return SOTTO_OK;
}

/* The carry out of position i goes straight to plane i + 1 of the sum; that out of the top is of no use. */
enum sotto_err gadget_add_bits(struct strand *st, struct shared *z, const struct shared *x,
                               const struct shared *y)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared *u, *v, *carry;

    if (x->bits == 1) {
        shared_add(z, x, y);
        return SOTTO_OK;
    }
    TRY(planes_of(st, &u, x, 0));
    TRY(planes_of(st, &v, y, 0));
    TRY(planes_of(st, &carry, z, 1));
    TRY(carry_run(st, &(struct carry_sum){ u, v, carry, false }, 1, x->bits - 1, true));
    shared_add(z, z, x);
    shared_add(z, z, y);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* Carry-save: three numbers to two with the same sum, one AND a bit: maj(a,b,c) = ((a^c) & (b^c)) ^ c. */
static enum sotto_err save_carries(struct strand *st, struct shared *sum, struct shared *carry,
                                   const struct shared *a, const struct shared *b, const struct shared *c)
{
    unsigned k = a->bits;
    struct products batch;
    struct shared ac, bc;

    TRY(strand_shared(st, &ac, MPC_BITS, k, a->n));
    TRY(strand_shared(st, &bc, MPC_BITS, k, a->n));
    shared_add(&ac, a, c);
    shared_add(&bc, b, c);
    shared_add(sum, &ac, b);
    TRY(products_init(&batch, st, k, k));
    for (unsigned i = 0; i + 1 < k; i++) {
        struct shared z = shared_plane(carry, i + 1), x = shared_plane(&ac, i), y = shared_plane(&bc, i);

        products_add(&batch, &z, &x, &y);
    }
    TRY(products_run(&batch));
    for (unsigned i = 0; i + 1 < k; i++) {
        struct shared z = shared_plane(carry, i + 1), y = shared_plane(c, i);

        shared_add(&z, &z, &y);
    }
    return SOTTO_OK;
}

/* x - s = ~(~x + s). */
enum sotto_err gadget_sub_bits(struct strand *st, struct shared *z, const struct shared *x,
                               const struct shared *a, const struct shared *b)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared inverse, sum, carry;

    TRY(strand_shared(st, &inverse, MPC_BITS, x->bits, x->n));
    TRY(strand_shared(st, &sum, MPC_BITS, x->bits, x->n));
    TRY(strand_shared(st, &carry, MPC_BITS, x->bits, x->n));
    shared_neg(&inverse, x);
    if (b)
        TRY(save_carries(st, &sum, &carry, &inverse, a, b));
    else
        shared_copy(&sum, &inverse);
    TRY(gadget_add_bits(st, z, &sum, b ? &carry : a));
    shared_neg(z, z);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
