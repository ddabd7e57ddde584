/* number_shift.c - shifts and rotations of bit planes. */
#include "mpc/mpc.h"

static void fill_planes(struct shared *z, unsigned to, unsigned planes, const struct shared *sign)
{
    struct shared zp = shared_planes(z, to, planes);

    if (!sign)
        shared_zero(&zp);
    for (unsigned i = 0; sign && i < planes; i++)
        shared_copy_planes(z, to + i, sign, sign->bits - 1, 1);
}

void gadget_shift_by(struct shared *z, const struct shared *x, unsigned amount, enum gadget_shift how)
{
    unsigned k = x->bits, by = amount % k;

    switch (how) {
    case GADGET_SHIFT_LEFT:
        fill_planes(z, 0, by, NULL);
        shared_copy_planes(z, by, x, 0, k - by);
        return;
    case GADGET_SHIFT_RIGHT:
    case GADGET_SHIFT_RIGHT_SIGNED:
        shared_copy_planes(z, 0, x, by, k - by);
        fill_planes(z, k - by, by, how == GADGET_SHIFT_RIGHT ? NULL : x);
        return;
    case GADGET_ROTATE_LEFT:
        by = (k - by) % k;
        break;
    case GADGET_ROTATE_RIGHT:
        break;
    }
    shared_copy_planes(z, 0, x, by, k - by);
    shared_copy_planes(z, k - by, x, 0, by);
}

/* A barrel: stage j moves by 2^j where bit j of the amount is 1: z = x ^ (bit & (x ^ moved x)). */
enum sotto_err gadget_shift(struct strand *st, struct shared *z, const struct shared *x,
                            const struct shared *amount, enum gadget_shift how)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned k = x->bits;
    struct shared moved, chosen;

    assert((k & (k - 1)) == 0);
    shared_copy(z, x);
    TRY(strand_shared(st, &moved, MPC_BITS, k, x->n));
    for (unsigned j = 0; j < amount->bits && 1u << j < k; j++) {
        struct arena_mark stage = arena_mark(&st->scratch);
        struct shared bit = shared_plane(amount, j);

        TRY(strand_shared(st, &chosen, MPC_BITS, k, x->n));
        gadget_shift_by(&moved, z, 1u << j, how);
        shared_add(&moved, &moved, z);
        TRY(gadget_multiply(st, &chosen, &bit, &moved));
        shared_add(z, z, &chosen);
        arena_release(&st->scratch, stage);
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
