/* number_real.c - what the functions of fixed-point numbers are made of. docs/protocols/numbers.md,
 * "Functions". */
#include "mpc/mpc.h"

#include "mpc/gadgets/number_internal.h"
#include "mpc/gadgets/number_tables.h"

struct number_real number_real_for(unsigned k)
{
    return k <= 32 ? (struct number_real){ .ring = 64, .f = 30, .narrow = 32 }
                   : (struct number_real){ .ring = 128, .f = 60, .narrow = 64 };
}

/* --- polynomials --------------------------------------------------------------------------------------------
 */

#define COEFFICIENTS(name)                                                                                     \
    {                                                                                                          \
        { name##_30, sizeof name##_30 / sizeof name##_30[0] },                                                 \
        {                                                                                                      \
            name##_60, sizeof name##_60 / sizeof name##_60[0]                                                  \
        }                                                                                                      \
    }

static const struct coefficients {
    const int64_t *c;
    size_t n;
} tables[][2] = {
    [NUMBER_EXP2] = COEFFICIENTS(exp2),
    [NUMBER_EXP2_MINUS] = COEFFICIENTS(exp2_minus),
    [NUMBER_RECIPROCAL] = COEFFICIENTS(reciprocal),
    [NUMBER_ROOT] = COEFFICIENTS(root),
    [NUMBER_RECIPROCAL_ROOT] = COEFFICIENTS(reciprocal_root),
    [NUMBER_LOG2] = COEFFICIENTS(log2),
    [NUMBER_LOG] = COEFFICIENTS(log),
};

/* What is subtracted at the end, in units of 2^-F: more than the error, so that these stay below their limit, a
 * power of two, and fit the planes that they get. */
enum { BELOW = 4 };

static unsigned below_limit(enum number_function fn)
{
    return fn == NUMBER_EXP2 || fn == NUMBER_EXP2_MINUS || fn == NUMBER_RECIPROCAL ||
                   fn == NUMBER_RECIPROCAL_ROOT
               ? BELOW
               : 0;
}

enum sotto_err number_product(struct strand *st, struct shared *z, const struct shared *x,
                              const struct shared *y, const struct number_real *real)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared product;

    TRY(strand_shared(st, &product, MPC_ARITH, real->ring, x->n));
    TRY(gadget_multiply(st, &product, x, y));
    TRY(gadget_truncate(st, z, &product, real->f, GADGET_SMALL));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* power[1..4] = t^1 .. t^4; the third and the fourth in the same rounds. */
static enum sotto_err powers_of(struct strand *st, struct shared power[5], const struct shared *t,
                                const struct number_real *real)
{
    size_t n = t->n;
    struct shared left, right, high, part;

    power[1] = *t;
    TRY(strand_shared(st, &power[2], MPC_ARITH, real->ring, n));
    TRY(number_product(st, &power[2], t, t, real));
    TRY(strand_shared(st, &left, MPC_ARITH, real->ring, 2 * n));
    TRY(strand_shared(st, &right, MPC_ARITH, real->ring, 2 * n));
    TRY(strand_shared(st, &high, MPC_ARITH, real->ring, 2 * n));
    for (size_t i = 0; i < 2; i++) {
        part = shared_slice(&left, i * n, n);
        shared_copy(&part, &power[2]);
        part = shared_slice(&right, i * n, n);
        shared_copy(&part, &power[1 + i]);
        power[3 + i] = shared_slice(&high, i * n, n);
    }
    return number_product(st, &high, &left, &right, real);
}

/* z += c[0] + c[1] t + ... (count of them, at most 4) in units of 2^-2F; local. */
static enum sotto_err add_block(struct strand *st, struct shared *z, const int64_t *c, size_t count,
                                const struct shared power[5], const struct number_real *real)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared scaled;

    TRY(strand_shared(st, &scaled, MPC_ARITH, real->ring, z->n));
    for (size_t i = 1; i < count; i++) {
        shared_scale(&scaled, &power[i], (uint64_t)c[i]);
        shared_add(z, z, &scaled);
    }
    arena_release(&st->scratch, mark);
    return number_add_public(st, z, (number_wide_u)(number_wide)c[0] << real->f);
}

enum sotto_err number_polynomial(struct strand *st, struct shared *z, const struct shared *t,
                                 enum number_function fn, const struct number_real *real)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const struct coefficients *table = &tables[fn][real->f == 60];
    size_t block = (table->n - 1) / 4, top = table->n - 4 * block;
    number_wide_u last = ((number_wide_u)1 << (real->f - 1)) - ((number_wide_u)below_limit(fn) << real->f);
    struct shared power[5], sum, head;

    TRY(powers_of(st, power, t, real));
    TRY(strand_shared(st, &sum, MPC_ARITH, real->ring, t->n));
    TRY(strand_shared(st, &head, MPC_ARITH, real->ring, t->n));
    if (top == 1 && block) { /* a constant times t^4 is no product */
        shared_scale(&sum, &power[4], (uint64_t)table->c[4 * block]);
        block--;
        top = 4;
    }
    TRY(add_block(st, &sum, table->c + 4 * block, top, power, real));
    while (block--) {
        shared_zero(&head);
        TRY(gadget_truncate(st, &head, &sum, real->f, GADGET_SMALL));
        shared_zero(&sum);
        TRY(gadget_multiply(st, &sum, &head, &power[4]));
        TRY(add_block(st, &sum, table->c + 4 * block, 4, power, real));
    }
    TRY(number_add_public(st, &sum, last));
    TRY(gadget_truncate(st, z, &sum, real->f, GADGET_SMALL));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- moving by a place that is one plane of many -------------------------------------------------------------
 */

enum sotto_err number_select(struct strand *st, struct shared *z, const struct shared *one, const int *by,
                             const struct shared *y, bool is_signed)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct products b;

    TRY(products_init(&b, st, z->bits, (size_t)z->bits * one->bits));
    for (unsigned j = 0; j < z->bits; j++) {
        bool begun = false;

        for (unsigned i = 0; i < one->bits; i++) {
            int from = (int)j - by[i];
            struct shared place = shared_plane(one, i), plane, to = shared_plane(z, j);

            if (by[i] == NUMBER_NOWHERE || from < 0 || (from >= (int)y->bits && !is_signed))
                continue;
            plane = shared_plane(y, from < (int)y->bits ? (unsigned)from : y->bits - 1);
            if (!begun)
                products_begin(&b, &to);
            begun = true;
            products_term(&b, &place, &plane);
        }
    }
    TRY(products_run(&b));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* x = 2^i * m where plane i of `one` is 1: the F planes below it are the fraction of m. */
enum sotto_err number_mantissa(struct strand *st, struct shared *t, const struct shared *one,
                               const struct shared *x, const struct number_real *real)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared planes, fraction;
    int by[NUMBER_PLACES_MAX];

    TRY(strand_shared(st, &planes, MPC_BITS, real->ring, x->n));
    fraction = planes;
    fraction.bits = real->f;
    for (unsigned i = 0; i < one->bits; i++)
        by[i] = (int)real->f - (int)i;
    TRY(number_select(st, &fraction, one, by, x, false));
    TRY(gadget_to_arith(st, t, &planes));
    TRY(number_add_public(st, t, 0 - ((number_wide_u)1 << (real->f - 1))));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* y, 0 .. 2^(F+2) - 1, as planes moved to the place. */
enum sotto_err number_place(struct strand *st, struct shared *z, const struct shared *one, const int *by,
                            const struct shared *y, const struct number_real *real)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared low, planes;

    TRY(strand_shared(st, &low, MPC_ARITH, real->narrow, y->n));
    TRY(strand_shared(st, &planes, MPC_BITS, real->narrow, y->n));
    gadget_narrow(&low, y);
    TRY(gadget_to_bits(st, &planes, &low));
    planes.bits = real->f + 2;
    TRY(number_select(st, z, one, by, &planes, false));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err number_turn(struct strand *st, struct shared *z, const struct shared *x,
                           const struct shared *minus)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared turned, ones, low;

    TRY(strand_shared(st, &turned, MPC_BITS, x->bits, x->n));
    TRY(strand_shared(st, &ones, MPC_BITS, x->bits, x->n));
    for (unsigned p = 0; p < x->bits; p++) {
        struct shared to = shared_plane(&turned, p), from = shared_plane(x, p);

        shared_add(&to, &from, minus);
    }
    low = shared_plane(&ones, 0);
    shared_copy(&low, minus);
    TRY(gadget_add_bits(st, z, &turned, &ones));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

void number_saturate(struct shared *z, const struct shared *over)
{
    for (unsigned p = 0; p + 1 < z->bits; p++) {
        struct shared to = shared_plane(z, p);

        shared_add(&to, &to, over);
    }
}
