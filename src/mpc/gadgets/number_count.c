/* number_count.c - how many bits are 1, and where the highest or lowest stands. */
#include "mpc/mpc.h"

#include "mpc/gadgets/number_internal.h"

/* --- how many -----------------------------------------------------------------------------------------------
 */

/* Planes of one weight that are still to be added up. */
struct column {
    struct shared plane[64];
    unsigned n;
};

/* Three bits a, b, c of a weight: a ^ b ^ c stays, maj = ((a^c) & (b^c)) ^ c goes up one; of two bits, a & b.
 * One round for all weights: what goes up waits for the next. */
static enum sotto_err reduce(struct strand *st, struct column *column, unsigned columns)
{
    struct adder {
        struct shared a, b, c, ac, bc, maj;
        unsigned to;
        bool full;
    } *add = strand_alloc(st, 64, sizeof *add);
    struct products batch;
    size_t n = 0;

    if (!add)
        return st->s->fault.code;
    TRY(products_init(&batch, st, 64, 64));
    for (unsigned w = 0; w < columns; w++) {
        struct column *col = &column[w];
        unsigned at = 0, left = 0;

        /* a pair waits for a third while there are more: half adders only where nothing else is left to do */
        for (; col->n - at >= 3; at += 3)
            add[n++] = (struct adder){
                .a = col->plane[at], .b = col->plane[at + 1], .c = col->plane[at + 2], .to = w, .full = true
            };
        if (col->n == 2) {
            add[n++] = (struct adder){ .a = col->plane[0], .b = col->plane[1], .to = w };
            at = 2;
        }
        for (; at < col->n; at++)
            col->plane[left++] = col->plane[at];
        col->n = left;
    }
    for (size_t i = 0; i < n; i++) {
        struct adder *f = &add[i];

        TRY(strand_shared(st, &f->ac, MPC_BITS, 1, f->a.n));
        TRY(strand_shared(st, &f->bc, MPC_BITS, 1, f->a.n));
        TRY(strand_shared(st, &f->maj, MPC_BITS, 1, f->a.n));
        shared_copy(&f->ac, &f->a);
        shared_copy(&f->bc, &f->b);
        if (f->full) {
            shared_add(&f->ac, &f->a, &f->c);
            shared_add(&f->bc, &f->b, &f->c);
        }
        products_add(&batch, &f->maj, &f->ac, &f->bc);
    }
    TRY(products_run(&batch));
    for (size_t i = 0; i < n; i++) {
        struct adder *f = &add[i];
        struct column *col = &column[f->to];

        if (f->full)
            shared_add(&f->maj, &f->maj, &f->c);
        shared_add(&f->ac, &f->ac, &f->b);
        col->plane[col->n++] = f->ac;
        col[1].plane[col[1].n++] = f->maj;
    }
    return SOTTO_OK;
}

enum sotto_err gadget_popcount(struct strand *st, struct shared *z, const struct shared *x)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned columns = number_lg(x->bits) + 1;
    struct column *column = strand_alloc(st, columns + 1, sizeof *column);
    bool more = true;

    if (!column)
        return st->s->fault.code;
    for (unsigned i = 0; i < x->bits; i++)
        column->plane[column->n++] = shared_plane(x, i);
    while (more) {
        more = false;
        for (unsigned w = 0; w + 1 < columns; w++)
            more = more || column[w].n > 1;
        if (more)
            TRY(reduce(st, column, columns - 1));
    }
    for (unsigned w = 0; w < columns && w < z->bits; w++) {
        struct shared zw = shared_plane(z, w);

        for (unsigned i = 0; i < column[w].n; i++) /* several in the top weight alone: it has no carry */
            shared_add(&zw, &zw, &column[w].plane[i]);
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- where --------------------------------------------------------------------------------------------------
 */

/* z: plane i is the or of planes i.. of x, by Sklansky's prefix from the top. a | b = ~(~a & ~b): kept inverted
 * on the way, as ands. */
enum sotto_err number_any_above(struct strand *st, struct shared *z, const struct shared *x)
{
    unsigned k = x->bits;
    struct shared none = *z;

    shared_neg(&none, x);
    for (unsigned level = 0; 1u << level < k; level++) {
        struct arena_mark mark = arena_mark(&st->scratch);
        struct shared next;
        struct products b;

        TRY(products_init(&b, st, k, k));
        TRY(strand_shared(st, &next, MPC_BITS, k, x->n));
        for (unsigned i = 0; i < k; i++) { /* i counts from the top */
            struct shared to = shared_plane(&next, k - 1 - i), own = shared_plane(&none, k - 1 - i), end;

            if (!(i >> level & 1))
                continue;
            end = shared_plane(&none, k - (i >> level << level));
            products_add(&b, &to, &own, &end);
        }
        TRY(products_run(&b));
        for (unsigned i = 0; i < k; i++) {
            struct shared from = shared_plane(&next, k - 1 - i), to = shared_plane(&none, k - 1 - i);

            if (i >> level & 1)
                shared_copy(&to, &from);
        }
        arena_release(&st->scratch, mark);
    }
    shared_neg(z, z);
    return SOTTO_OK;
}

enum sotto_err gadget_highest_one(struct strand *st, struct shared *z, const struct shared *x)
{
    TRY(number_any_above(st, z, x));
    for (unsigned i = 0; i + 1 < x->bits; i++) { /* upwards: plane i + 1 is not yet changed */
        struct shared own = shared_plane(z, i), above = shared_plane(z, i + 1);

        shared_add(&own, &own, &above);
    }
    return SOTTO_OK;
}

void number_table(struct shared *z, const struct shared *one, const number_wide_u *value)
{
    for (unsigned i = 0; i < one->bits; i++)
        for (unsigned p = 0; p < z->bits; p++) {
            struct shared from = shared_plane(one, i), to = shared_plane(z, p);

            if (value[i] >> p & 1)
                shared_add(&to, &to, &from);
        }
}

void number_none(struct shared *z, const struct shared *one)
{
    const uint64_t all = 1;

    shared_public(z, &all, true);
    for (unsigned i = 0; i < one->bits; i++) {
        struct shared from = shared_plane(one, i);

        shared_add(z, z, &from);
    }
}

enum sotto_err gadget_place_of(struct strand *st, struct shared *z, const struct shared *x,
                               enum gadget_place what)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned k = x->bits;
    number_wide_u value[64] = { 0 };
    uint64_t of_zero = what == GADGET_HIGHEST_BIT ? UINT64_MAX : k;
    struct shared turned, one, none;

    assert(k <= 64);
    TRY(strand_shared(st, &turned, MPC_BITS, k, x->n));
    TRY(strand_shared(st, &one, MPC_BITS, k, x->n));
    TRY(strand_shared(st, &none, MPC_BITS, 1, x->n));
    for (unsigned i = 0; i < k; i++) {
        struct shared to = shared_plane(&turned, i),
                      from = shared_plane(x, what == GADGET_TRAILING_ZEROS ? k - 1 - i : i);

        shared_copy(&to, &from);
        value[i] = what == GADGET_HIGHEST_BIT ? i : k - 1 - i;
    }
    TRY(gadget_highest_one(st, &one, &turned));
    number_table(z, &one, value);
    number_none(&none, &one);
    for (unsigned p = 0; p < z->bits; p++) {
        struct shared to = shared_plane(z, p);

        if (of_zero >> p & 1)
            shared_add(&to, &to, &none);
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- the lesser of two, the sign -----------------------------------------------------------------------------
 */

enum sotto_err gadget_lesser(struct strand *st, struct shared *z, const struct shared *x,
                             const struct shared *y, bool least, bool is_signed)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared less;

    TRY(strand_shared(st, &less, MPC_BITS, 1, x->n));
    TRY(gadget_less(st, &less, x, y, 1, is_signed));
    TRY(gadget_select(st, z, &less, least ? x : y, least ? y : x));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_sign(struct strand *st, struct shared *z, const struct shared *x)
{
    struct shared low = shared_plane(z, 0), top = shared_plane(x, x->bits - 1);

    TRY(gadget_zero(st, &low, x));
    shared_neg(&low, &low);
    for (unsigned p = 1; p < z->bits; p++) {
        struct shared to = shared_plane(z, p);

        shared_copy(&to, &top);
    }
    return SOTTO_OK;
}
