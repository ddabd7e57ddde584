/* number_root.c - reciprocals, square roots and logarithms: functions of x = 2^i * m.
 * docs/protocols/numbers.md, "Functions". */
#include "mpc/mpc.h"

#include "mpc/gadgets/number_internal.h"

/* Where x stands, and what the polynomial makes of its mantissa. */
static enum sotto_err by_mantissa(struct strand *st, struct shared *one, struct shared *y,
                                  const struct shared *x, enum number_function fn,
                                  const struct number_real *real)
{
    struct arena_mark mark;
    struct shared t;

    TRY(strand_shared(st, one, MPC_BITS, x->bits, x->n));
    TRY(strand_shared(st, y, MPC_ARITH, real->ring, x->n));
    mark = arena_mark(&st->scratch);
    TRY(gadget_highest_one(st, one, x));
    TRY(strand_shared(st, &t, MPC_ARITH, real->ring, x->n));
    TRY(number_mantissa(st, &t, one, x, real));
    TRY(number_polynomial(st, y, &t, fn, real));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* flag ^= the places where `has` is set. */
static void flag_places(struct shared *flag, const struct shared *one, const bool *has)
{
    for (unsigned i = 0; i < one->bits; i++) {
        struct shared place = shared_plane(one, i);

        if (has[i])
            shared_add(flag, flag, &place);
    }
}

/* 2^2f / x = 2^(2f - i) / m */
enum sotto_err gadget_fix_reciprocal(struct strand *st, struct shared *z, const struct shared *x, unsigned f)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const struct number_real real = number_real_for(x->bits);
    int k = (int)x->bits, by[NUMBER_PLACES_MAX];
    bool passes[NUMBER_PLACES_MAX] = { 0 };
    struct shared sign = shared_plane(x, x->bits - 1), size, one, y, over, found;

    TRY(strand_shared(st, &size, MPC_BITS, x->bits, x->n));
    TRY(strand_shared(st, &over, MPC_BITS, 1, x->n));
    TRY(strand_shared(st, &found, MPC_BITS, x->bits, x->n));
    TRY(number_turn(st, &size, x, &sign));
    TRY(by_mantissa(st, &one, &y, &size, NUMBER_RECIPROCAL, &real));
    for (int i = 0; i < k; i++) {
        passes[i] = 2 * (int)f - i > k - 1;
        by[i] = passes[i] ? NUMBER_NOWHERE : 2 * (int)f - i - (int)real.f;
    }
    number_none(&over, &one);
    flag_places(&over, &one, passes);
    TRY(number_place(st, &found, &one, by, &y, &real));
    number_saturate(&found, &over);
    TRY(number_turn(st, z, &found, &sign));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* x / 2^f over y / 2^f = x * (1/m) * 2^(f - i): the product is exact, the shift rounds it down. */
enum sotto_err gadget_fix_divide(struct strand *st, struct shared *z, const struct shared *x,
                                 const struct shared *y, unsigned f)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const struct number_real real = number_real_for(x->bits);
    unsigned k = x->bits;
    int by[NUMBER_PLACES_MAX];
    struct shared sign = shared_plane(y, k - 1), size, one, inverse, wide, product, planes, zero, found, minus,
                  top;

    TRY(strand_shared(st, &size, MPC_BITS, k, x->n));
    TRY(strand_shared(st, &found, MPC_BITS, k, x->n));
    TRY(strand_shared(st, &zero, MPC_BITS, 1, x->n));
    TRY(strand_shared(st, &minus, MPC_BITS, 1, x->n));
    TRY(strand_shared(st, &wide, MPC_ARITH, real.ring, x->n));
    TRY(strand_shared(st, &product, MPC_ARITH, real.ring, x->n));
    TRY(strand_shared(st, &planes, MPC_BITS, real.ring, x->n));
    TRY(number_turn(st, &size, y, &sign));
    TRY(by_mantissa(st, &one, &inverse, &size, NUMBER_RECIPROCAL, &real));
    TRY(gadget_extend(st, &wide, x, true));
    TRY(gadget_multiply(st, &product, &wide, &inverse));
    TRY(gadget_to_bits(st, &planes, &product));
    for (unsigned i = 0; i < k; i++)
        by[i] = (int)f - (int)i - (int)real.f;
    TRY(number_select(st, &found, &one, by, &planes, true));
    number_none(&zero, &one);
    number_saturate(&found, &zero);
    /* by 0: the greatest number with the sign of x, which is the product's */
    top = shared_plane(&planes, real.ring - 1);
    TRY(gadget_multiply(st, &minus, &zero, &top));
    shared_add(&minus, &minus, &sign);
    TRY(number_turn(st, z, &found, &minus));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- roots: 2^(e/2) times the root of m, and once more the root of 2 where e is odd
 * ------------------------------- */

/* floor(2^62 * (sqrt(2) - 1)) */
#define ROOT_OF_2_LESS_1 1910222894239003202

/* y *= odd ? sqrt(2) : 1 */
static enum sotto_err times_root_of_2(struct strand *st, struct shared *z, const struct shared *y,
                                      const struct shared *odd, const struct number_real *real)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared factor;

    TRY(strand_shared(st, &factor, MPC_ARITH, real->ring, y->n));
    TRY(gadget_bit_to_arith(st, &factor, odd));
    shared_scale(&factor, &factor, (uint64_t)ROOT_OF_2_LESS_1 >> (62 - real->f));
    TRY(number_add_public(st, &factor, (number_wide_u)1 << real->f));
    TRY(number_product(st, z, y, &factor, real));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* floor(v / 2) */
static int half(int v)
{
    return (v - (v & 1)) / 2;
}

static enum sotto_err root(struct strand *st, struct shared *z, const struct shared *x, unsigned f,
                           bool inverse)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const struct number_real real = number_real_for(x->bits);
    int k = (int)x->bits, by[NUMBER_PLACES_MAX];
    bool odd[NUMBER_PLACES_MAX] = { 0 }, passes[NUMBER_PLACES_MAX] = { 0 };
    struct shared one, y, turned, parity, over;

    TRY(by_mantissa(st, &one, &y, x, inverse ? NUMBER_RECIPROCAL_ROOT : NUMBER_ROOT, &real));
    TRY(strand_shared(st, &turned, MPC_ARITH, real.ring, x->n));
    TRY(strand_shared(st, &parity, MPC_BITS, 1, x->n));
    TRY(strand_shared(st, &over, MPC_BITS, 1, x->n));
    for (int i = 0; i < k; i++) {
        int e = inverse ? 3 * (int)f - i : (int)f + i;
        bool negative = i == k - 1;

        odd[i] = e & 1;
        passes[i] = inverse && !negative && half(e) > k - 1 - (e & 1);
        by[i] = negative || passes[i] ? NUMBER_NOWHERE : half(e) - (int)real.f;
    }
    flag_places(&parity, &one, odd);
    TRY(times_root_of_2(st, &turned, &y, &parity, &real));
    TRY(number_place(st, z, &one, by, &turned, &real));
    if (inverse) {
        number_none(&over, &one);
        flag_places(&over, &one, passes);
        number_saturate(z, &over);
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_fix_sqrt(struct strand *st, struct shared *z, const struct shared *x, unsigned f)
{
    return root(st, z, x, f, false);
}

enum sotto_err gadget_fix_rsqrt(struct strand *st, struct shared *z, const struct shared *x, unsigned f)
{
    return root(st, z, x, f, true);
}

/* --- logarithms: those of m and of 2^(i - f)
 * -------------------------------------------------------------------- */

/* floor(2^63 * ln 2) */
#define LN_2 6393154322601327829

static enum sotto_err logarithm(struct strand *st, struct shared *z, const struct shared *x, unsigned f,
                                bool natural)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const struct number_real real = number_real_for(x->bits);
    unsigned k = x->bits;
    number_wide_u value[NUMBER_PLACES_MAX], least = 0 - ((((number_wide_u)1 << (k - 1 - f)) - 1) << real.f);
    struct shared one, y, planes, words, none;

    TRY(by_mantissa(st, &one, &y, x, natural ? NUMBER_LOG : NUMBER_LOG2, &real));
    for (unsigned i = 0; i < k; i++) {
        number_wide e = (number_wide)i - (number_wide)f;

        value[i] = natural ? (number_wide_u)((e * LN_2) >> (63 - real.f)) : (number_wide_u)e << real.f;
        if (i == k - 1)
            value[i] = least;
    }
    TRY(strand_shared(st, &planes, MPC_BITS, real.ring, x->n));
    TRY(strand_shared(st, &words, MPC_ARITH, real.ring, x->n));
    TRY(strand_shared(st, &none, MPC_BITS, 1, x->n));
    number_table(&planes, &one, value);
    number_none(&none, &one);
    number_table(&planes, &none, &least);
    TRY(gadget_to_arith(st, &words, &planes));
    shared_add(&y, &y, &words);
    if (f > real.f) {
        shared_scale(&y, &y, (uint64_t)1 << (f - real.f));
        gadget_narrow(z, &y);
    } else {
        if (f < real.f)
            TRY(number_add_public(st, &y, (number_wide_u)1 << (real.f - f - 1)));
        TRY(gadget_truncate(st, z, &y, real.f - f, GADGET_SMALL));
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_fix_log2(struct strand *st, struct shared *z, const struct shared *x, unsigned f)
{
    return logarithm(st, z, x, f, false);
}

enum sotto_err gadget_fix_log(struct strand *st, struct shared *z, const struct shared *x, unsigned f)
{
    return logarithm(st, z, x, f, true);
}
