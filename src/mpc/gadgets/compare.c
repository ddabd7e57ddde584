/* compare.c - comparisons on bit planes by parallel prefix. */
#include "mpc/mpc.h"

/* Segments of planes, most significant last: g says that x < y within the segment, p that x == y there. */
struct segments {
    struct shared *g, *p;
    size_t n;
};

static enum sotto_err vectors(struct strand *st, struct shared **v, size_t count, size_t n)
{
    *v = strand_alloc(st, count ? count : 1, sizeof **v);
    if (!*v)
        return st->s->fault.code;
    for (size_t i = 0; i < count; i++)
        TRY(strand_shared(st, *v + i, MPC_BITS, 1, n));
    return SOTTO_OK;
}

/* Per plane: g = ~x & y, p = ~(x ^ y); on the sign's plane the roles change, for there 1 is less. */
static enum sotto_err leaves(struct strand *st, struct segments *s, const struct shared *x,
                             const struct shared *y, size_t pairs, bool is_signed)
{
    unsigned k = x->bits;
    struct products b;

    TRY(products_init(&b, st, pairs * k, pairs * k));
    for (size_t c = 0; c < pairs; c++) {
        TRY(vectors(st, &s[c].g, k, x[c].n));
        TRY(vectors(st, &s[c].p, k, x[c].n));
        s[c].n = k;
        for (unsigned i = 0; i < k; i++) {
            struct shared xi = shared_plane(&x[c], i), yi = shared_plane(&y[c], i);

            products_add(&b, &s[c].g[i], &xi, &yi);
        }
    }
    TRY(products_run(&b));
    for (size_t c = 0; c < pairs; c++)
        for (unsigned i = 0; i < k; i++) {
            struct shared xi = shared_plane(&x[c], i), yi = shared_plane(&y[c], i);

            shared_add(&s[c].p[i], &xi, &yi);
            shared_neg(&s[c].p[i], &s[c].p[i]);
            shared_add(&s[c].g[i], &s[c].g[i], is_signed && i == k - 1 ? &xi : &yi);
        }
    return SOTTO_OK;
}

/* Join neighbours: G = g_hi ^ (p_hi & g_lo), P = p_hi & p_lo. The lowest segment needs no P. */
static enum sotto_err halve(struct strand *st, struct segments *s, size_t pairs)
{
    size_t half = s->n / 2;
    struct shared *g, *p;
    struct products b;

    TRY(products_init(&b, st, pairs * 2 * half, pairs * 2 * half));
    TRY(vectors(st, &g, pairs * half, s->g->n));
    TRY(vectors(st, &p, pairs * half, s->g->n));
    for (size_t c = 0; c < pairs; c++)
        for (size_t i = 0; i < half; i++) {
            products_add(&b, &g[c * half + i], &s[c].p[2 * i + 1], &s[c].g[2 * i]);
            if (i)
                products_add(&b, &p[c * half + i], &s[c].p[2 * i + 1], &s[c].p[2 * i]);
        }
    TRY(products_run(&b));
    for (size_t c = 0; c < pairs; c++) {
        for (size_t i = 0; i < half; i++) {
            shared_add(&g[c * half + i], &g[c * half + i], &s[c].g[2 * i + 1]);
            s[c].g[i] = g[c * half + i];
            s[c].p[i] = p[c * half + i];
        }
        if (s[c].n % 2) {
            s[c].g[half] = s[c].g[s[c].n - 1];
            s[c].p[half] = s[c].p[s[c].n - 1];
        }
        s[c].n = half + s[c].n % 2;
    }
    return SOTTO_OK;
}

enum sotto_err gadget_less(struct strand *st, const struct shared *z, const struct shared *x,
                           const struct shared *y, size_t pairs, bool is_signed)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct segments *s;

    if (!pairs)
        return SOTTO_OK;
    s = strand_alloc(st, pairs, sizeof *s);
    if (!s)
        return st->s->fault.code;
    TRY(leaves(st, s, x, y, pairs, is_signed));
    while (s->n > 1)
        TRY(halve(st, s, pairs));
    for (size_t c = 0; c < pairs; c++) {
        struct shared result = z[c];

        shared_copy(&result, &s[c].g[0]);
    }
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
