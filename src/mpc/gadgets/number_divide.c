/* number_divide.c - quotient and remainder of two secrets, bit by bit. docs/protocols/numbers.md, "Division".
 */
#include "mpc/mpc.h"

#include "mpc/gadgets/number_internal.h"

static void copy_plane(const struct shared *z, unsigned to, const struct shared *x, unsigned from)
{
    struct shared zp = shared_plane(z, to), xp = shared_plane(x, from);

    shared_copy(&zp, &xp);
}

/* One step of restoring division: r, j planes and below 2y, loses y where that is not more. Whether y, all of
 * whose planes from j up are summed up in `above`, is more: ~r + y + 2^j * above passes 2^j, once or twice; of
 * the two planes there just one is 1 then. The difference is the complement of the low planes. */
static enum sotto_err step(struct strand *st, const struct shared *q, struct shared *r, const struct shared *y,
                           const struct shared *above, unsigned j)
{
    struct shared low, minus, sum, less, chosen, turned, difference, own = *r, top;

    own.bits = j;
    TRY(strand_shared(st, &low, MPC_BITS, j + 2, r->n));
    TRY(strand_shared(st, &minus, MPC_BITS, j + 2, r->n));
    TRY(strand_shared(st, &sum, MPC_BITS, j + 2, r->n));
    TRY(strand_shared(st, &less, MPC_BITS, 1, r->n));
    TRY(strand_shared(st, &difference, MPC_BITS, j, r->n));
    TRY(strand_shared(st, &chosen, MPC_BITS, j, r->n));
    turned = minus;
    turned.bits = j;
    shared_neg(&turned, &own);
    for (unsigned p = 0; p < j; p++)
        copy_plane(&low, p, y, p);
    if (above)
        copy_plane(&low, j, above, 0);
    TRY(gadget_add_bits(st, &sum, &minus, &low));
    less = shared_plane(&sum, j);
    top = shared_plane(&sum, j + 1);
    shared_add(&less, &less, &top);
    turned = sum;
    turned.bits = j;
    shared_neg(&turned, &turned);
    shared_add(&difference, &own, &turned);
    TRY(gadget_multiply(st, &chosen, &less, &difference));
    shared_add(&own, &turned, &chosen);
    shared_neg(&top, &less);
    low = *q;
    shared_copy(&low, &top);
    return SOTTO_OK;
}

static enum sotto_err divide_unsigned(struct strand *st, struct shared *q, struct shared *r,
                                      const struct shared *x, const struct shared *y,
                                      const struct shared *above)
{
    for (unsigned j = 1; j <= x->bits; j++) {
        struct arena_mark mark = arena_mark(&st->scratch);
        struct shared digit = shared_plane(q, x->bits - j), higher;

        for (unsigned p = j - 1; p > 0; p--)
            copy_plane(r, p, r, p - 1);
        copy_plane(r, 0, x, x->bits - j);
        if (j < x->bits)
            higher = shared_plane(above, j);
        TRY(step(st, &digit, r, y, j < x->bits ? &higher : NULL, j));
        arena_release(&st->scratch, mark);
    }
    return SOTTO_OK;
}

/* z[i] = minus[i] ? -x[i] : x[i] = (x ^ minus) + minus; both in the rounds of one. */
static enum sotto_err turn_both(struct strand *st, struct shared *const z[2], const struct shared *const x[2],
                                const struct shared *const minus[2])
{
    unsigned k = x[0]->bits;
    size_t n = x[0]->n, aligned = 64 * ring_words(n);
    struct shared both, ones, sum, part;

    TRY(strand_shared(st, &both, MPC_BITS, k, 2 * aligned));
    TRY(strand_shared(st, &ones, MPC_BITS, k, 2 * aligned));
    TRY(strand_shared(st, &sum, MPC_BITS, k, 2 * aligned));
    for (size_t i = 0; i < 2; i++) {
        struct shared low;

        part = shared_slice(&both, i * aligned, n);
        shared_copy(&part, x[i]);
        for (unsigned p = 0; p < k; p++) {
            struct shared xp = shared_plane(&part, p);

            shared_add(&xp, &xp, minus[i]);
        }
        part = shared_slice(&ones, i * aligned, n);
        low = shared_plane(&part, 0);
        shared_copy(&low, minus[i]);
    }
    TRY(gadget_add_bits(st, &sum, &both, &ones));
    for (size_t i = 0; i < 2; i++) {
        part = shared_slice(&sum, i * aligned, n);
        shared_copy(z[i], &part);
    }
    return SOTTO_OK;
}

static enum sotto_err divide_signed(struct strand *st, struct shared *q, struct shared *r,
                                    const struct shared *x, const struct shared *y)
{
    unsigned k = x->bits;
    struct shared size[2], above, sign[2], minus[2], differ, some;
    struct shared *const sizes[2] = { &size[0], &size[1] }, *const results[2] = { q, r };
    const struct shared *const operand[2] = { x, y }, *const signs[2] = { &sign[0], &sign[1] },
                               *const turned[2] = { &minus[0], &sign[0] },
                               *const found[2] = { &size[0], &size[1] };

    TRY(strand_shared(st, &size[0], MPC_BITS, k, x->n));
    TRY(strand_shared(st, &size[1], MPC_BITS, k, x->n));
    TRY(strand_shared(st, &above, MPC_BITS, k, x->n));
    TRY(strand_shared(st, &minus[0], MPC_BITS, 1, x->n));
    TRY(strand_shared(st, &differ, MPC_BITS, 1, x->n));
    sign[0] = shared_plane(x, k - 1);
    sign[1] = shared_plane(y, k - 1);
    TRY(turn_both(st, sizes, operand, signs));
    TRY(number_any_above(st, &above, &size[1]));
    TRY(divide_unsigned(st, q, r, &size[0], &size[1], &above));
    /* By 0 the quotient is all ones whatever the sign. */
    shared_add(&differ, &sign[0], &sign[1]);
    some = shared_plane(&above, 0);
    TRY(gadget_multiply(st, &minus[0], &differ, &some));
    shared_copy(&size[0], q);
    shared_copy(&size[1], r);
    return turn_both(st, results, found, turned);
}

enum sotto_err gadget_divide(struct strand *st, struct shared *q, struct shared *r, const struct shared *x,
                             const struct shared *y, bool is_signed)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared above;

    if (is_signed) {
        TRY(divide_signed(st, q, r, x, y));
    } else {
        TRY(strand_shared(st, &above, MPC_BITS, x->bits, x->n));
        TRY(number_any_above(st, &above, y));
        TRY(divide_unsigned(st, q, r, x, y, &above));
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
