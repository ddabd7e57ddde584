/* gadgets.h - algorithms over shared vectors, written once for every protocol.
 *
 * Every result is a fresh vector made by the caller with strand_shared (zero) and aliases no operand. Costs: k
 * bits, n elements, lg = ceil(log2); "ANDs" are per element. Rounds and ANDs are exact: tests hold them against
 * the channel's counters (docs/protocols/gadgets.md). CT: n leaks, and nothing else. */
#ifndef SOTTO_MPC_GADGETS_H
#define SOTTO_MPC_GADGETS_H

#include "mpc/cost.h"
#include "mpc/protocol.h"

/* --- circuits on bit planes (adder.c, compare.c) --- */

/** z = x + y mod 2^k. Rounds and ANDs as the cost model chooses (carry.h), lg k rounds at least (k > 1). */
SOTTO_MUST_CHECK enum sotto_err gadget_add_bits(struct strand *st, struct shared *z, const struct shared *x,
                                                const struct shared *y);
/** z = x - a - b mod 2^k, or x - a where b is NULL. */
SOTTO_MUST_CHECK enum sotto_err gadget_sub_bits(struct strand *st, struct shared *z, const struct shared *x,
                                                const struct shared *a, const struct shared *b);
/** z (1 plane) = x < y in d rounds and 2k - d ANDs, d from lg (k + 1) to k as the cost model chooses. `pairs`
 * comparisons at once, all in the same rounds. */
SOTTO_MUST_CHECK enum sotto_err gadget_less(struct strand *st, const struct shared *z, const struct shared *x,
                                            const struct shared *y, size_t pairs, bool is_signed);
/** z (1 plane) = x == 0; lg k rounds. */
SOTTO_MUST_CHECK enum sotto_err gadget_zero(struct strand *st, struct shared *z, const struct shared *x);
/** Planes x[0..planes_n) to their and: lg planes_n rounds; `sets` of them at once. The planes are overwritten;
 *  the result is in plane[set][0]. */
SOTTO_MUST_CHECK enum sotto_err gadget_and_planes(struct strand *st, struct shared *const plane[],
                                                  size_t planes_n, size_t sets);
/** z (1 plane, 1 element) = and of all n elements of x (1 plane); lg n rounds. */
SOTTO_MUST_CHECK enum sotto_err gadget_all(struct strand *st, struct shared *z, const struct shared *x);

/* --- between arithmetic and bits (convert.c) --- */

/** BITS k planes from ARITH. */
SOTTO_MUST_CHECK enum sotto_err gadget_to_bits(struct strand *st, struct shared *z, const struct shared *x);
/** ARITH from BITS of the same width. */
SOTTO_MUST_CHECK enum sotto_err gadget_to_arith(struct strand *st, struct shared *z, const struct shared *x);
/** ARITH of any width from one plane. 2 rounds. */
SOTTO_MUST_CHECK enum sotto_err gadget_bit_to_arith(struct strand *st, struct shared *z,
                                                    const struct shared *bit);
/** z (1 plane) = x == 0 for ARITH x: lg k + 1 rounds, no carry chain. */
SOTTO_MUST_CHECK enum sotto_err gadget_zero_arith(struct strand *st, struct shared *z, const struct shared *x);

/* --- products and selection (select.c) --- */

/** z = x * y (ARITH), or plane by plane and (BITS, where x may have 1 plane for all of y's). One round. */
SOTTO_MUST_CHECK enum sotto_err gadget_multiply(struct strand *st, struct shared *z, const struct shared *x,
                                                const struct shared *y);
/** z = c ? x : y. BITS: one round. ARITH: c is converted first, 3 rounds. c has 1 plane. */
SOTTO_MUST_CHECK enum sotto_err gadget_select(struct strand *st, struct shared *z, const struct shared *c,
                                              const struct shared *x, const struct shared *y);

/* --- extremes (extreme.c) --- */

struct gadget_extreme {
    bool least, is_signed;
    struct shared *value; /* 1 element of k planes, or NULL */
    struct shared *index; /* 1 element of 32 planes, or NULL: the lowest index of an extreme element */
    /* The elements are themselves the extremes of blocks of 2^low->bits elements: the indices within the
     * blocks, one an element; NULL: blocks of 1. */
    const struct shared *low;
};
/** Least or greatest of BITS x, n >= 1, by a tournament among groups whose sizes follow from n, k and the worth
 * of a round. */
SOTTO_MUST_CHECK enum sotto_err gadget_extreme(struct strand *st, const struct gadget_extreme *e,
                                               const struct shared *x);
/** The group sizes, as log2, that it will use for n elements; returns how many levels. For tests and the cost.
 */
size_t gadget_extreme_plan(const struct mpc_cost *c, size_t n, unsigned bits, bool value,
                           uint8_t log2_arity[32]);

/* --- in and out (reveal.c) --- */

/** All parties say that all their checks have passed (active protocols), then x is opened to `to`. out: n
 * values of shared_limbs(x) 64-bit words, low one first, for the parties in `to`. 2 rounds, 1 if passive. */
SOTTO_MUST_CHECK enum sotto_err gadget_reveal(struct strand *st, const struct shared *x, uint32_t to,
                                              uint64_t *out);
/** The owner's n values (shared_limbs(z) 64-bit words each, low one first; NULL elsewhere) as a sharing in z's
 * domain. */
SOTTO_MUST_CHECK enum sotto_err gadget_input(struct strand *st, struct shared *z, int owner,
                                             const uint64_t *values);

#endif
