/* compare.c - comparisons on bit planes. docs/protocols/gadgets.md, "Comparison", "Equality". */
#include "mpc/gadgets/carry.h"
#include "mpc/mpc.h"

static enum sotto_err vectors(struct strand *st, struct shared **v, size_t count, size_t n)
{
    *v = strand_alloc(st, count ? count : 1, sizeof **v);
    if (!*v)
        return st->s->fault.code;
    for (size_t i = 0; i < count; i++)
        TRY(strand_shared(st, *v + i, MPC_BITS, 1, n));
    return SOTTO_OK;
}

/* x < y is the carry out of the top of ~x + y; where the top plane is a sign, x and y change places there. */
static enum sotto_err as_carry(struct strand *st, struct carry_sum *sum, const struct shared *z,
                               const struct shared *x, const struct shared *y, bool is_signed)
{
    struct shared *planes = strand_room(st, 2 * (size_t)x->bits + 1, sizeof *planes), *v;

    if (!planes)
        return st->s->fault.code;
    v = planes + x->bits;
    for (unsigned i = 0; i < x->bits; i++) {
        bool turned = is_signed && i == x->bits - 1;

        planes[i] = shared_plane(turned ? y : x, i);
        v[i] = shared_plane(turned ? x : y, i);
    }
    v[x->bits] = *z;
    *sum = (struct carry_sum){ planes, v, &v[x->bits], true };
    return SOTTO_OK;
}

enum sotto_err gadget_less(struct strand *st, const struct shared *z, const struct shared *x,
                           const struct shared *y, size_t pairs, bool is_signed)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct carry_sum *sum;

    if (!pairs)
        return SOTTO_OK;
    sum = strand_room(st, pairs, sizeof *sum);
    if (!sum)
        return st->s->fault.code;
    for (size_t c = 0; c < pairs; c++)
        TRY(as_carry(st, &sum[c], &z[c], &x[c], &y[c], is_signed));
    TRY(carry_run(st, sum, pairs, x->bits, false));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_and_planes(struct strand *st, struct shared *const plane[], size_t planes_n, size_t sets)
{
    while (planes_n > 1) {
        struct arena_mark mark = arena_mark(&st->scratch);
        size_t half = planes_n / 2;
        struct shared *z;
        struct products b;

        TRY(products_init(&b, st, sets * half, sets * half));
        TRY(vectors(st, &z, sets * half, plane[0]->n));
        for (size_t c = 0; c < sets; c++)
            for (size_t i = 0; i < half; i++)
                products_add(&b, &z[c * half + i], &plane[c][2 * i], &plane[c][2 * i + 1]);
        TRY(products_run(&b));
        for (size_t c = 0; c < sets; c++) {
            for (size_t i = 0; i < half; i++)
                shared_copy(&plane[c][i], &z[c * half + i]);
            if (planes_n % 2)
                shared_copy(&plane[c][half], &plane[c][planes_n - 1]);
        }
        planes_n = half + planes_n % 2;
        arena_release(&st->scratch, mark);
    }
    return SOTTO_OK;
}

enum sotto_err gadget_zero(struct strand *st, struct shared *z, const struct shared *x)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared *plane, *set[1];

    TRY(vectors(st, &plane, x->bits, x->n));
    for (unsigned i = 0; i < x->bits; i++) {
        struct shared xi = shared_plane(x, i);

        shared_neg(&plane[i], &xi);
    }
    set[0] = plane;
    TRY(gadget_and_planes(st, set, x->bits, 1));
    shared_copy(z, &plane[0]);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* Fold the vector in halves; past the end lie ones. */
enum sotto_err gadget_all(struct strand *st, struct shared *z, const struct shared *x)
{
    struct shared rest = *x;

    while (rest.n > 1) {
        size_t half = (rest.n + 1) / 2;
        struct shared a, b, both;

        TRY(strand_shared(st, &a, MPC_BITS, 1, half));
        TRY(strand_shared(st, &b, MPC_BITS, 1, half));
        TRY(strand_shared(st, &both, MPC_BITS, 1, half));
        shared_gather(&a, &rest, 0, 1, true);
        shared_gather(&b, &rest, half, 1, true);
        TRY(gadget_multiply(st, &both, &a, &b));
        rest = both;
    }
    shared_copy(z, &rest);
    return SOTTO_OK;
}
