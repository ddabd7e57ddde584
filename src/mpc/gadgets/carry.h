/* carry.h - the carries of u + v on bit planes: what adders and comparisons are made of.
 *
 * docs/protocols/gadgets.md, "Carries". Positions from the bottom are cut in chunks, one a round: chunk r's
 * carries are E + P & (the carry into it), where E (generated within) and P (propagated from its start) were
 * made ready meanwhile. A product has as many terms as it needs for the price of one, so E stays a sum of
 * products until somebody needs it as a factor.
 *
 *   order 0   chunks of 1, 1, 1, ...      the ripple: fewest ANDs
 *   order 1   chunks of 1, 2, 3, 4, ...   each a ripple of its own
 *   order 2   chunks of 1, 2, 4, 7, ...   each made of chunks 1, 2, 3, ...
 *   highest   chunks of 1, 2, 4, 8, ...   the tree: fewest rounds */
#ifndef SOTTO_MPC_CARRY_H
#define SOTTO_MPC_CARRY_H

#include "mpc/cost.h"

struct carry_shape {
    unsigned order, rounds;
    size_t ands; /* rows of products */
};
/** The shape of least cost for n positions of rows of `words` words; `all` carries or the last alone. */
struct carry_shape carry_choose(const struct mpc_cost *c, unsigned n, bool all, size_t words);
/** That order's shape. */
struct carry_shape carry_shape_of(unsigned order, unsigned n, bool all);

/* u + v, n planes each; ~u + v where it is inverted, all of them or none. carry[i], single planes and zero
 * before: the carry out of position i; where not all are wanted, carry[0] is that out of position n-1. */
struct carry_sum {
    const struct shared *u, *v;
    struct shared *carry;
    bool inverted;
};
/** `sums` of them in the same rounds. */
SOTTO_MUST_CHECK enum sotto_err carry_run(struct strand *st, const struct carry_sum *sum, size_t sums,
                                          unsigned n, bool all);

#endif
