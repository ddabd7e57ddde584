/* number_exp.c - powers of 2 and e, the logistic function and the hyperbolic tangent.
 * docs/protocols/numbers.md, "Functions". */
#include "mpc/mpc.h"

#include "mpc/gadgets/number_internal.h"

/* round(2^62 / ln 2) */
#define LOG2_E 6653256548922161245

/* 1 / ln 2 in units of 2^-F */
number_wide number_log2_e(const struct number_real *real)
{
    return (number_wide)((uint64_t)LOG2_E >> (62 - real->f));
}

/* --- pieces
 * ----------------------------------------------------------------------------------------------------- */

/* t (ARITH) = u - 1/2, where u is the F planes of w below the point, zeros past w's end. */
static enum sotto_err fraction_of(struct strand *st, struct shared *t, const struct shared *w, unsigned point,
                                  const struct number_real *real)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared planes;

    assert(real->f);
    TRY(strand_shared(st, &planes, MPC_BITS, real->ring, w->n));
    for (unsigned p = 0; p < real->f; p++) {
        struct shared to = shared_plane(&planes, p), from;

        if (point + p < real->f)
            continue;
        from = shared_plane(w, point + p - real->f);
        shared_copy(&to, &from);
    }
    TRY(gadget_to_arith(st, t, &planes));
    TRY(number_add_public(st, t, 0 - ((number_wide_u)1 << (real->f - 1))));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* one: 2^digits planes; plane v is `enable` where the planes of w from the point up, its last one repeated,
 * spell v in their low digits. One AND for each plane and round for each digit. */
static enum sotto_err decode(struct strand *st, struct shared *one, const struct shared *enable,
                             const struct shared *w, unsigned point, unsigned digits)
{
    struct shared first = shared_plane(one, 0);

    shared_copy(&first, enable);
    for (unsigned d = digits; d-- > 0;) {
        struct arena_mark mark = arena_mark(&st->scratch);
        unsigned have = 1u << (digits - 1 - d), at = point + d;
        struct shared bit = shared_plane(w, at < w->bits ? at : w->bits - 1), both;
        struct products b;

        TRY(strand_shared(st, &both, MPC_BITS, have, w->n));
        TRY(products_init(&b, st, have, have));
        for (unsigned i = 0; i < have; i++) {
            struct shared z = shared_plane(&both, i), own = shared_plane(one, i);

            products_add(&b, &z, &own, &bit);
        }
        TRY(products_run(&b));
        for (unsigned i = have; i-- > 0;) { /* plane i becomes 2i and 2i + 1 */
            struct shared own = shared_plane(one, i), set = shared_plane(&both, i),
                          to = shared_plane(one, 2 * i + 1), low = shared_plane(one, 2 * i);

            shared_copy(&to, &set);
            shared_add(&low, &own, &set);
        }
        arena_release(&st->scratch, mark);
    }
    return SOTTO_OK;
}

/* --- 2^w
 * ---------------------------------------------------------------------------------------------------------- */

struct power {
    unsigned k, f;
    unsigned point;     /* fraction planes of w */
    number_wide hi, lo; /* x >= hi passes the greatest number, x < lo is below 2^-f */
};

/* inside: lo <= x < hi; over: x >= hi */
static enum sotto_err ranges(struct strand *st, struct shared *inside, struct shared *over,
                             const struct shared *x, const struct power *p)
{
    struct shared bound[2], less[2], left[2], right[2];
    const uint64_t value[2] = { (uint64_t)p->hi, (uint64_t)p->lo };

    for (int i = 0; i < 2; i++) {
        TRY(strand_shared(st, &bound[i], MPC_BITS, x->bits, x->n));
        TRY(strand_shared(st, &less[i], MPC_BITS, 1, x->n));
        shared_public(&bound[i], &value[i], true);
        left[i] = *x;
        right[i] = bound[i];
    }
    TRY(gadget_less(st, less, left, right, 2, true));
    shared_neg(over, &less[0]);
    shared_add(inside, &less[0], &less[1]); /* below lo is below hi */
    return SOTTO_OK;
}

/* z = 2^w for w (BITS), of the same sign and order as x. */
static enum sotto_err power_of_2(struct strand *st, struct shared *z, const struct shared *w,
                                 const struct shared *x, const struct power *p)
{
    const struct number_real real = number_real_for(p->k);
    unsigned digits = number_lg(p->k);
    int by[NUMBER_PLACES_MAX];
    struct shared inside, over, one, t, y;

    TRY(strand_shared(st, &inside, MPC_BITS, 1, x->n));
    TRY(strand_shared(st, &over, MPC_BITS, 1, x->n));
    TRY(strand_shared(st, &one, MPC_BITS, 1u << digits, x->n));
    TRY(strand_shared(st, &t, MPC_ARITH, real.ring, x->n));
    TRY(strand_shared(st, &y, MPC_ARITH, real.ring, x->n));
    TRY(ranges(st, &inside, &over, x, p));
    TRY(decode(st, &one, &inside, w, p->point, digits));
    TRY(fraction_of(st, &t, w, p->point, &real));
    TRY(number_polynomial(st, &y, &t, NUMBER_EXP2, &real));
    for (unsigned v = 0; v < 1u << digits; v++)
        by[v] = (int)((v + p->f) % p->k) - (int)real.f;
    TRY(number_place(st, z, &one, by, &y, &real));
    number_saturate(z, &over);
    return SOTTO_OK;
}

/* Least whole v with v * c >= bound. */
static number_wide least_reaching(number_wide bound, number_wide c)
{
    number_wide v = bound / c;

    return v + (v * c < bound);
}

static number_wide clip(number_wide v, unsigned k)
{
    number_wide most = ((number_wide)1 << (k - 1)) - 1;

    return v > most ? most : v < -most - 1 ? -most - 1 : v;
}

enum sotto_err gadget_fix_exp2(struct strand *st, struct shared *z, const struct shared *x, unsigned f)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned k = x->bits;
    struct power p = { .k = k, .f = f, .point = f };

    assert(f < k);
    p.hi = clip((number_wide)(k - 1 - f) << f, k);
    p.lo = clip(-(number_wide)f * ((number_wide)1 << f), k);
    TRY(power_of_2(st, z, x, x, &p));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* x / ln 2, exact in the wide ring for the constant as it is. */
enum sotto_err gadget_fix_exp(struct strand *st, struct shared *z, const struct shared *x, unsigned f)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned k = x->bits;
    const struct number_real real = number_real_for(k);
    number_wide c = number_log2_e(&real);
    struct power p = { .k = k, .f = f, .point = f + real.f };
    struct shared planes, wide, w;

    assert(f < k - 1 && p.point < real.ring - 7);
    p.hi = clip(least_reaching((number_wide)(k - 1 - f) << p.point, c), k);
    p.lo = clip(least_reaching(-((number_wide)f << p.point), c), k);
    TRY(strand_shared(st, &planes, MPC_BITS, k, x->n));
    TRY(strand_shared(st, &wide, MPC_ARITH, real.ring, x->n));
    TRY(strand_shared(st, &w, MPC_BITS, real.ring, x->n));
    TRY(gadget_to_bits(st, &planes, x));
    TRY(gadget_extend(st, &wide, x, true));
    shared_scale(&wide, &wide, (uint64_t)c);
    TRY(gadget_to_bits(st, &w, &wide));
    TRY(power_of_2(st, z, &w, &planes, &p));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- e^-d for d >= 0 in the fractions of inside
 * ---------------------------------------------------------------------- */

/* z (ARITH, ring) = 2^-w, w = the words (ARITH, not negative) in units of 2^-point. */
enum sotto_err number_falling(struct strand *st, struct shared *z, const struct shared *words, unsigned point,
                              const struct number_real *real)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned digits = number_lg(real->f + 1), high = point + digits;
    size_t n = words->n, rest = high < real->ring ? real->ring - high : 0;
    int by[NUMBER_PLACES_MAX];
    struct shared w, enable, one, t, y, planes, above[NUMBER_PLACES_MAX], *set[1] = { above };
    const uint64_t yes = 1;

    TRY(strand_shared(st, &w, MPC_BITS, real->ring, n));
    TRY(strand_shared(st, &enable, MPC_BITS, 1, n));
    TRY(strand_shared(st, &one, MPC_BITS, 1u << digits, n));
    TRY(strand_shared(st, &t, MPC_ARITH, real->ring, n));
    TRY(strand_shared(st, &y, MPC_ARITH, real->ring, n));
    TRY(strand_shared(st, &planes, MPC_BITS, real->ring, n));
    TRY(gadget_to_bits(st, &w, words));
    shared_public(&enable, &yes, true);
    for (size_t i = 0; i < rest; i++) {
        struct shared from = shared_plane(&w, high + (unsigned)i);

        TRY(strand_shared(st, &above[i], MPC_BITS, 1, n));
        shared_neg(&above[i], &from);
    }
    if (rest) {
        TRY(gadget_and_planes(st, set, rest, 1));
        enable = above[0];
    }
    TRY(decode(st, &one, &enable, &w, point, digits));
    TRY(fraction_of(st, &t, &w, point, real));
    TRY(number_polynomial(st, &y, &t, NUMBER_EXP2_MINUS, real));
    for (unsigned v = 0; v < 1u << digits; v++)
        by[v] = -(int)v;
    w = planes;
    w.bits = real->f + 1;
    TRY(number_place(st, &w, &one, by, &y, real));
    TRY(gadget_to_arith(st, z, &planes));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* z (ARITH, k bits) = v (ARITH, ring, in units of 2^-F) to the nearest 2^-f */
static enum sotto_err to_fixed(struct strand *st, struct shared *z, struct shared *v, unsigned f,
                               const struct number_real *real)
{
    if (f >= real->f) {
        shared_scale(v, v, (uint64_t)1 << (f - real->f));
        gadget_narrow(z, v);
        return SOTTO_OK;
    }
    TRY(number_add_public(st, v, (number_wide_u)1 << (real->f - f - 1)));
    return gadget_truncate(st, z, v, real->f - f, GADGET_SMALL);
}

/* h = 1 / (1 + e^-(times * |x|)), in 1/2 .. 1: for tanh 2h - 1 with the sign of x, for the logistic function
 * 1/2 more or less than h - 1/2. */
static enum sotto_err logistic(struct strand *st, struct shared *z, const struct shared *x, unsigned f,
                               bool tanh)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned k = x->bits;
    const struct number_real real = number_real_for(k);
    uint64_t c = (uint64_t)number_log2_e(&real) << tanh;
    size_t n = x->n;
    struct shared bit, sign, size, product, wide, power, h, value;

    TRY(strand_shared(st, &bit, MPC_BITS, 1, n));
    TRY(strand_shared(st, &sign, MPC_ARITH, k, n));
    TRY(strand_shared(st, &size, MPC_ARITH, k, n));
    TRY(strand_shared(st, &product, MPC_ARITH, k, n));
    TRY(strand_shared(st, &value, MPC_ARITH, k, n));
    TRY(strand_shared(st, &wide, MPC_ARITH, real.ring, n));
    TRY(strand_shared(st, &power, MPC_ARITH, real.ring, n));
    TRY(strand_shared(st, &h, MPC_ARITH, real.ring, n));
    TRY(gadget_top_bit(st, &bit, x));
    TRY(gadget_bit_to_arith(st, &sign, &bit));
    TRY(gadget_multiply(st, &product, x, &sign));
    shared_scale(&product, &product, 2);
    shared_sub(&size, x, &product);
    TRY(gadget_extend(st, &wide, &size, false));
    shared_scale(&wide, &wide, c);
    TRY(number_falling(st, &power, &wide, f + real.f, &real));
    TRY(number_add_public(st, &power, 0 - ((number_wide_u)1 << (real.f - 1)))); /* 1 + power - 3/2 */
    TRY(number_polynomial(st, &h, &power, NUMBER_RECIPROCAL, &real));
    TRY(number_add_public(st, &h, 0 - ((number_wide_u)1 << (real.f - 1))));
    if (tanh)
        shared_scale(&h, &h, 2);
    TRY(to_fixed(st, &value, &h, f, &real));
    shared_zero(&product);
    TRY(gadget_multiply(st, &product, &value, &sign));
    shared_scale(&product, &product, 2);
    shared_sub(z, &value, &product);
    if (!tanh && f)
        TRY(number_add_public(st, z, (number_wide_u)1 << (f - 1)));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_fix_sigmoid(struct strand *st, struct shared *z, const struct shared *x, unsigned f)
{
    return logistic(st, z, x, f, false);
}

enum sotto_err gadget_fix_tanh(struct strand *st, struct shared *z, const struct shared *x, unsigned f)
{
    return logistic(st, z, x, f, true);
}
