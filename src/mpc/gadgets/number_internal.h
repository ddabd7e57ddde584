/* number_internal.h - what the files of numbers.h share. */
#ifndef SOTTO_MPC_NUMBER_INTERNAL_H
#define SOTTO_MPC_NUMBER_INTERNAL_H

#include "mpc/protocol.h"

__extension__ typedef __int128 number_wide;
__extension__ typedef unsigned __int128 number_wide_u;

/** ceil(log2 n) */
static inline unsigned number_lg(size_t n)
{
    unsigned l = 0;

    while (l < 64 && (size_t)1 << l < n)
        l++;
    return l;
}

/** The narrowest ring of at least that many bits. */
static inline unsigned number_ring(unsigned bits)
{
    unsigned ring = 8;

    while (ring < bits)
        ring *= 2;
    return ring;
}

/** z ^= value[i] where plane i of `one` is 1: a public table by a secret index, local. value has one->bits. */
void number_table(struct shared *z, const struct shared *one, const number_wide_u *value);
/** z (1 plane) = no plane of `one`, of which at most one is 1, is 1. */
void number_none(struct shared *z, const struct shared *one);

/* number_count.c */
/** z: plane i = some plane of x from i up is 1. lg k rounds. */
SOTTO_MUST_CHECK enum sotto_err number_any_above(struct strand *st, struct shared *z, const struct shared *x);

/* number_truncate.c */
/** z += v, element by element (ARITH). */
SOTTO_MUST_CHECK enum sotto_err number_add_public(struct strand *st, struct shared *z, number_wide_u v);
/** z (ARITH, several times n elements) = the planes, each as words. 2 rounds. */
SOTTO_MUST_CHECK enum sotto_err number_bits_to_arith(struct strand *st, struct shared *z,
                                                     const struct shared *const bit[], size_t bits);
/** One word of a share's words of a ring; v modulo 2^bits. */
number_wide_u number_get(const void *words, unsigned bits, size_t at);
void number_put(void *words, unsigned bits, size_t at, number_wide_u v);

/* --- number_real.c ------------------------------------------------------------------------------------------
 */

/* How functions count inside: fractions of f bits in a ring that holds a product of two, and a number below 4
 * in the narrow one. */
struct number_real {
    unsigned ring, f, narrow;
};
struct number_real number_real_for(unsigned k);

enum number_function {              /* t = u - 1/2 or m - 3/2 for 0 <= u <= 1 <= m <= 2, in units of 2^-F */
                       NUMBER_EXP2, /* 2^u */
                       NUMBER_EXP2_MINUS, /* 2^-u */
                       NUMBER_RECIPROCAL,
                       NUMBER_ROOT,
                       NUMBER_RECIPROCAL_ROOT,
                       NUMBER_LOG2,
                       NUMBER_LOG,
};
/** z = floor(x * y / 2^F), both below 2^(F+1), one below 2^F or so: |x * y| < 2^(2F+2). */
SOTTO_MUST_CHECK enum sotto_err number_product(struct strand *st, struct shared *z, const struct shared *x,
                                               const struct shared *y, const struct number_real *real);
/** z = the function, within 8 * 2^-F; 2^u, 2^-u and reciprocals never from above, and below 2 or 1. */
SOTTO_MUST_CHECK enum sotto_err number_polynomial(struct strand *st, struct shared *z, const struct shared *t,
                                                  enum number_function fn, const struct number_real *real);

enum { NUMBER_PLACES_MAX = 128, NUMBER_NOWHERE = -1000000 };
/** z (BITS, zero before) = y * 2^by[i] rounded down, where plane i of `one` is 1; none or NUMBER_NOWHERE: 0.
 * One round. */
SOTTO_MUST_CHECK enum sotto_err number_select(struct strand *st, struct shared *z, const struct shared *one,
                                              const int *by, const struct shared *y, bool is_signed);
/** t (ARITH) = m - 3/2 for x = 2^i * m, 1 <= m < 2, where plane i of `one` is 1. */
SOTTO_MUST_CHECK enum sotto_err number_mantissa(struct strand *st, struct shared *t, const struct shared *one,
                                                const struct shared *x, const struct number_real *real);
/** z (BITS) = y (ARITH, 0 .. 2^(F+2) - 1) * 2^by[i] as number_select. */
SOTTO_MUST_CHECK enum sotto_err number_place(struct strand *st, struct shared *z, const struct shared *one,
                                             const int *by, const struct shared *y,
                                             const struct number_real *real);
/** z = minus ? -x : x (BITS) */
SOTTO_MUST_CHECK enum sotto_err number_turn(struct strand *st, struct shared *z, const struct shared *x,
                                            const struct shared *minus);
/* --- number_exp.c -------------------------------------------------------------------------------------------
 */

/** 1 / ln 2 in units of 2^-F */
number_wide number_log2_e(const struct number_real *real);
/** z (ARITH, ring, units of 2^-F) = 2^-w for the words w >= 0 (ARITH, ring) in units of 2^-point. */
SOTTO_MUST_CHECK enum sotto_err number_falling(struct strand *st, struct shared *z, const struct shared *words,
                                               unsigned point, const struct number_real *real);

/** Where `over`, z, which is 0 there, becomes the greatest number. */
void number_saturate(struct shared *z, const struct shared *over);

#endif
