/* numbers.h - arithmetic beyond sums and products, written once for every protocol.
 *
 * Results are fresh vectors made by the caller with strand_shared (zero) and alias no operand. All results are
 * exact as stated, the same in every protocol: `clear` is the reference, bit by bit. Rounds and bytes:
 * docs/protocols/numbers.md. CT: n, widths and public amounts leak, and nothing else. */
#ifndef SOTTO_MPC_NUMBERS_H
#define SOTTO_MPC_NUMBERS_H

#include "mpc/protocol.h"

/* --- bits of BITS vectors (number_shift.c, number_count.c) --- */

enum gadget_shift {
    GADGET_SHIFT_LEFT,
    GADGET_SHIFT_RIGHT,        /* zeros come in */
    GADGET_SHIFT_RIGHT_SIGNED, /* copies of the top bit come in: floor(x / 2^amount) */
    GADGET_ROTATE_LEFT,
    GADGET_ROTATE_RIGHT,
};
/** z = x shifted by a public amount, taken modulo k. Local. */
void gadget_shift_by(struct shared *z, const struct shared *x, unsigned amount, enum gadget_shift how);
/** z = x shifted by the amounts (BITS, any width), taken modulo k, a power of two. lg k rounds. */
SOTTO_MUST_CHECK enum sotto_err gadget_shift(struct strand *st, struct shared *z, const struct shared *x,
                                             const struct shared *amount, enum gadget_shift how);

/** z (BITS) = how many bits of x are 1. */
SOTTO_MUST_CHECK enum sotto_err gadget_popcount(struct strand *st, struct shared *z, const struct shared *x);

enum gadget_place {
    GADGET_LEADING_ZEROS,  /* k for 0 */
    GADGET_TRAILING_ZEROS, /* k for 0 */
    GADGET_HIGHEST_BIT,    /* its place, 0 the lowest; all ones for 0 */
};
/** z (BITS) = where the highest or lowest 1 of x stands. */
SOTTO_MUST_CHECK enum sotto_err gadget_place_of(struct strand *st, struct shared *z, const struct shared *x,
                                                enum gadget_place what);
/** z: plane i is 1 where the highest 1 of x stands in plane i; no plane is 1 for 0. lg k rounds. */
SOTTO_MUST_CHECK enum sotto_err gadget_highest_one(struct strand *st, struct shared *z, const struct shared *x);

/** z (BITS) = the lesser or greater of x and y. */
SOTTO_MUST_CHECK enum sotto_err gadget_lesser(struct strand *st, struct shared *z, const struct shared *x,
                                              const struct shared *y, bool least, bool is_signed);
/** z (BITS, of any width) = -1, 0 or 1 as x (BITS) is below, equal to or above 0. */
SOTTO_MUST_CHECK enum sotto_err gadget_sign(struct strand *st, struct shared *z, const struct shared *x);

/* --- carries (number_carry.c) --- */

/** z[i] (1 plane) = the carry that x + y (BITS) sends out of its low cut[i] bits; cuts rise, from 1 to k. */
SOTTO_MUST_CHECK enum sotto_err gadget_carries(struct strand *st, const struct shared *z, const unsigned *cut,
                                               size_t cuts, const struct shared *x, const struct shared *y);
/** z (1 plane) = the top bit of x (ARITH), without an adder. */
SOTTO_MUST_CHECK enum sotto_err gadget_top_bit(struct strand *st, struct shared *z, const struct shared *x);
/** z (1 plane) = x < y for ARITH x and y, any values: `top_bit` of three vectors side by side, and an AND. */
SOTTO_MUST_CHECK enum sotto_err gadget_less_arith(struct strand *st, struct shared *z, const struct shared *x,
                                                  const struct shared *y, bool is_signed);
/** Whether that costs less for n elements of k bits than to_bits of `operands` of them and `less`. */
bool gadget_less_arith_pays(const struct mpc_cost *c, unsigned k, size_t n, unsigned operands);
/** z = x where x >= 0, else 0 (ARITH). */
SOTTO_MUST_CHECK enum sotto_err gadget_relu(struct strand *st, struct shared *z, const struct shared *x);
/** z = |x| (ARITH); the least number stays as it is. */
SOTTO_MUST_CHECK enum sotto_err gadget_abs(struct strand *st, struct shared *z, const struct shared *x);

/* --- width and truncation of ARITH vectors (number_truncate.c) --- */

/** z = x modulo 2^(z's bits), z no wider than x. Local. */
void gadget_narrow(struct shared *z, const struct shared *x);
/** z = x, zero- or sign-extended to z's bits. */
SOTTO_MUST_CHECK enum sotto_err gadget_extend(struct strand *st, struct shared *z, const struct shared *x,
                                              bool is_signed);

enum gadget_range {
    GADGET_UNSIGNED, /* x is 0 .. 2^k - 1 */
    GADGET_SIGNED,   /* x is -2^(k-1) .. 2^(k-1) - 1 */
    GADGET_SMALL,    /* x is -2^(k-2) .. 2^(k-2) - 1, by the caller's word: cheaper. Outside of it the result
                        differs from run to run unless z's bits <= k - f */
};
/** z = floor(x / 2^f) modulo 2^(z's bits), z no wider than x; exact. 0 <= f < k. */
SOTTO_MUST_CHECK enum sotto_err gadget_truncate(struct strand *st, struct shared *z, const struct shared *x,
                                                unsigned f, enum gadget_range range);

/* --- division (number_divide_by.c, number_divide.c); quotients round to zero, remainders have the dividend's
 * sign --- */

/** z = x / divisor (ARITH, up to 64 bits), exactly. The divisor is public, not 0, its low k bits count. */
SOTTO_MUST_CHECK enum sotto_err gadget_divide_by(struct strand *st, struct shared *z, const struct shared *x,
                                                 uint64_t divisor, bool is_signed);
/** q = x / y and r = x % y (BITS), exactly. By 0 the quotient is all ones and the remainder x. The least number
 * by -1 is itself, and leaves 0. */
SOTTO_MUST_CHECK enum sotto_err gadget_divide(struct strand *st, struct shared *q, struct shared *r,
                                              const struct shared *x, const struct shared *y, bool is_signed);

/* --- fixed point (number_fixed.c): a signed element v stands for v / 2^f --- */

/** z = x * y rounded to the nearest multiple of 2^-f, halves up; overflow wraps modulo 2^k. Exact for all
 * operands: the product is taken at 2k bits. 0 <= f <= k. */
SOTTO_MUST_CHECK enum sotto_err gadget_fix_multiply(struct strand *st, struct shared *z, const struct shared *x,
                                                    const struct shared *y, unsigned f);

/* --- functions of fixed-point numbers (number_root.c, number_exp.c), k = 8..64
 * ------------------------------------
 *
 * v, the exact result in units of 2^-f; e, the error in the same units. r = 2^-26 for k <= 32, else 2^-56. */

/** z (BITS) = 1 / x (BITS): -1 - r|v| < e < r|v| + 1, for 0 <= f < k. What passes the greatest number, and 1/0,
 * becomes the greatest; for a negative x the same with its sign. */
SOTTO_MUST_CHECK enum sotto_err gadget_fix_reciprocal(struct strand *st, struct shared *z,
                                                      const struct shared *x, unsigned f);
/** z (BITS) = the root of x (BITS), |e| < 1 + r v; 0 for a negative x. */
SOTTO_MUST_CHECK enum sotto_err gadget_fix_sqrt(struct strand *st, struct shared *z, const struct shared *x,
                                                unsigned f);
/** z (BITS) = 1 / the root of x (BITS), |e| < 1 + r v; what passes the greatest number, and 1/0, becomes the
 * greatest; 0 for a negative x. */
SOTTO_MUST_CHECK enum sotto_err gadget_fix_rsqrt(struct strand *st, struct shared *z, const struct shared *x,
                                                 unsigned f);
/** z (ARITH) = log of x (BITS) to base 2, or e: |e| < 1 + 2^f r. For x <= 0 some number below 2 - 2^(k-1-f). */
SOTTO_MUST_CHECK enum sotto_err gadget_fix_log2(struct strand *st, struct shared *z, const struct shared *x,
                                                unsigned f);
SOTTO_MUST_CHECK enum sotto_err gadget_fix_log(struct strand *st, struct shared *z, const struct shared *x,
                                               unsigned f);

/** z (BITS) = 2^x (BITS): |e| < 1 + r v; what passes the greatest number becomes the greatest. 0 <= f < k. */
SOTTO_MUST_CHECK enum sotto_err gadget_fix_exp2(struct strand *st, struct shared *z, const struct shared *x,
                                                unsigned f);
/** z (BITS) = e^x (ARITH): |e| < 1 + r v; what passes the greatest number becomes the greatest. 1 <= f <= k
 * - 6. */
SOTTO_MUST_CHECK enum sotto_err gadget_fix_exp(struct strand *st, struct shared *z, const struct shared *x,
                                               unsigned f);
/** z = 1 / (1 + e^-x) and tanh x (ARITH): |e| < 1 + 2^f r. 1 <= f <= k - 6. */
SOTTO_MUST_CHECK enum sotto_err gadget_fix_sigmoid(struct strand *st, struct shared *z, const struct shared *x,
                                                   unsigned f);
SOTTO_MUST_CHECK enum sotto_err gadget_fix_tanh(struct strand *st, struct shared *z, const struct shared *x,
                                                unsigned f);

/** z (BITS) = x (ARITH) / y (BITS): |e| < 1 + r |v|; overflow wraps modulo 2^k; by 0 the greatest number with
 * the sign of x. 0 <= f < k. */
SOTTO_MUST_CHECK enum sotto_err gadget_fix_divide(struct strand *st, struct shared *z, const struct shared *x,
                                                  const struct shared *y, unsigned f);
/** z (ARITH) = e^x over the sum of e^x of its row, x (BITS) in rows of `cols` numbers, fewer than 2^25: |e| < 1
 * + 2^f r cols. 1 <= f <= k - 6. */
SOTTO_MUST_CHECK enum sotto_err gadget_fix_softmax(struct strand *st, struct shared *z, const struct shared *x,
                                                   size_t cols, unsigned f);

#endif
