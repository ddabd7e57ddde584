/* adder.c - addition on bit planes. */
#include "mpc/mpc.h"

/* Sklansky: at level l, position i with bit l of i set takes in the group that ends below its block of 2^l.
 * Afterwards g[i] is the carry out of position i. p is not needed for a group that starts at 0. */
static enum sotto_err prefix_level(struct strand *st, struct shared *g, struct shared *p, unsigned k,
                                   unsigned level)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared new_g, new_p;
    struct products b;

    TRY(products_init(&b, st, 2 * (size_t)k, 2 * (size_t)k));
    TRY(strand_shared(st, &new_g, MPC_BITS, k, g->n));
    TRY(strand_shared(st, &new_p, MPC_BITS, k, g->n));
    for (unsigned i = 0; i < k; i++) {
        unsigned low = (i >> level << level) - 1;
        struct shared zg = shared_plane(&new_g, i), zp = shared_plane(&new_p, i), pi = shared_plane(p, i), gl,
                      pl;

        if (!(i >> level & 1))
            continue;
        gl = shared_plane(g, low);
        pl = shared_plane(p, low);
        products_add(&b, &zg, &pi, &gl);
        if (i >> level > 1)
            products_add(&b, &zp, &pi, &pl);
    }
    TRY(products_run(&b));
    for (unsigned i = 0; i < k; i++) {
        struct shared zg = shared_plane(&new_g, i), zp = shared_plane(&new_p, i), gi = shared_plane(g, i),
                      pi = shared_plane(p, i);

        if (!(i >> level & 1))
            continue;
        shared_add(&gi, &gi, &zg);
        shared_copy(&pi, &zp);
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_add_bits(struct strand *st, struct shared *z, const struct shared *x,
                               const struct shared *y)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned k = x->bits;
    struct shared g, p, carry;
    struct products b;

    shared_add(z, x, y);
    if (k > 1) {
        /* The carry out of the top position is of no use: k-1 positions. */
        TRY(products_init(&b, st, k - 1, k - 1));
        TRY(strand_shared(st, &g, MPC_BITS, k - 1, x->n));
        TRY(strand_shared(st, &p, MPC_BITS, k - 1, x->n));
        for (unsigned i = 0; i + 1 < k; i++) {
            struct shared gi = shared_plane(&g, i), pi = shared_plane(&p, i), xi = shared_plane(x, i),
                          yi = shared_plane(y, i);

            products_add(&b, &gi, &xi, &yi);
            shared_add(&pi, &xi, &yi);
        }
        TRY(products_run(&b));
        for (unsigned level = 0; 1u << level < k - 1; level++)
            TRY(prefix_level(st, &g, &p, k - 1, level));
        for (unsigned i = 1; i < k; i++) {
            struct shared zi = shared_plane(z, i);

            carry = shared_plane(&g, i - 1);
            shared_add(&zi, &zi, &carry);
        }
    }
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
