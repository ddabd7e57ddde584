/* select.c - products, and choosing by a secret bit. */
#include "mpc/mpc.h"

/* Planes without gaps are one long plane: fewer and longer pieces of work. */
static bool one_plane(const struct shared *z, const struct shared *x, const struct shared *y)
{
    return x->bits == y->bits && shared_dense(z) && shared_dense(x) && shared_dense(y);
}

enum sotto_err gadget_multiply(struct strand *st, struct shared *z, const struct shared *x,
                               const struct shared *y)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared zf = *z, xf = *x, yf = *y;
    struct products b;
    unsigned rows;

    if (one_plane(z, x, y)) {
        zf = shared_flat(z);
        xf = shared_flat(x);
        yf = shared_flat(y);
    }
    rows = shared_rows(&zf);
    TRY(products_init(&b, st, rows, rows));
    for (unsigned r = 0; r < rows; r++) {
        if (z->domain == MPC_ARITH) {
            products_add(&b, z, x, y);
        } else {
            struct shared zr = shared_plane(&zf, r), xr = shared_plane(&xf, xf.bits == 1 ? 0 : r),
                          yr = shared_plane(&yf, r);

            products_add(&b, &zr, &xr, &yr);
        }
    }
    TRY(products_run(&b));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* z = y + c * (x - y), which is y ^ c & (x ^ y) for bits. */
enum sotto_err gadget_select(struct strand *st, struct shared *z, const struct shared *c,
                             const struct shared *x, const struct shared *y)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared difference, factor = *c;

    TRY(strand_shared(st, &difference, x->domain, x->bits, x->n));
    shared_sub(&difference, x, y);
    if (x->domain == MPC_ARITH) {
        TRY(strand_shared(st, &factor, MPC_ARITH, x->bits, x->n));
        TRY(gadget_bit_to_arith(st, &factor, c));
    }
    TRY(gadget_multiply(st, z, &factor, &difference));
    shared_add(z, z, y);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
