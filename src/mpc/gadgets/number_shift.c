/* number_shift.c - shifts and rotations of bit planes. */
#include "mpc/mpc.h"

/* The plane that comes to place i when x is moved by amount < k; -1: a zero. */
static int source_of(unsigned i, unsigned k, unsigned amount, enum gadget_shift how)
{
    switch (how) {
    case GADGET_SHIFT_LEFT:
        return i >= amount ? (int)(i - amount) : -1;
    case GADGET_SHIFT_RIGHT:
        return i + amount < k ? (int)(i + amount) : -1;
    case GADGET_SHIFT_RIGHT_SIGNED:
        return (int)(i + amount < k ? i + amount : k - 1);
    case GADGET_ROTATE_LEFT:
        return (int)((i + k - amount) % k);
    default:
        return (int)((i + amount) % k);
    }
}

void gadget_shift_by(struct shared *z, const struct shared *x, unsigned amount, enum gadget_shift how)
{
    const uint64_t zero = 0;

    for (unsigned i = 0; i < z->bits; i++) {
        int from = source_of(i, x->bits, amount % x->bits, how);
        struct shared zi = shared_plane(z, i), xi = shared_plane(x, from < 0 ? 0 : (unsigned)from);

        if (from < 0)
            shared_public(&zi, &zero, true);
        else
            shared_copy(&zi, &xi);
    }
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
