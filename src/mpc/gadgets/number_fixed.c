/* number_fixed.c - products of fixed-point numbers. docs/protocols/numbers.md, "Fixed point". */
#include "mpc/mpc.h"

#include "mpc/gadgets/number_internal.h"

/* Both operands at 2k bits, in the rounds of one. */
enum sotto_err gadget_fix_multiply(struct strand *st, struct shared *z, const struct shared *x,
                                   const struct shared *y, unsigned f)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned k = x->bits, wide = 2 * k;
    size_t n = x->n;
    struct shared both, at2k, to, left, right, product;

    assert(f <= k);
    TRY(strand_shared(st, &both, MPC_ARITH, k, 2 * n));
    to = shared_slice(&both, 0, n);
    shared_copy(&to, x);
    to = shared_slice(&both, n, n);
    shared_copy(&to, y);
    TRY(strand_shared(st, &at2k, MPC_ARITH, wide, 2 * n));
    TRY(gadget_extend(st, &at2k, &both, true));
    left = shared_slice(&at2k, 0, n);
    right = shared_slice(&at2k, n, n);
    TRY(strand_shared(st, &product, MPC_ARITH, wide, n));
    TRY(gadget_multiply(st, &product, &left, &right));
    if (f)
        TRY(number_add_public(st, &product, (number_wide_u)1 << (f - 1))); /* nearest, halves up */
    TRY(gadget_truncate(st, z, &product, f, GADGET_SIGNED));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
