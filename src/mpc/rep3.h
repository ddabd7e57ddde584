/* rep3.h - what the files of rep3 share; see rep3.c. */
#ifndef SOTTO_MPC_REP3_H
#define SOTTO_MPC_REP3_H

#include "mpc/mpc.h"

enum { REP3_PARTIES = 3, REP3_PIECE_LEN_MAX = 1 << 20 };

/** rep3_bilinear.c, and struct mpc_protocol. */
SOTTO_MUST_CHECK enum sotto_err rep3_bilinear(struct strand *st, const struct bilinear *b);

/** One pass of a shuffle: rep3_shuffle.c, and struct mpc_protocol. */
SOTTO_MUST_CHECK enum sotto_err rep3_permute(struct strand *st, struct shared *z, const struct shared *x,
                                             int pass, const uint32_t *order, size_t item_len);

/** Summand `self` of n products, words w0..w0+wn of each: to z, and row after row to `out`, which is what goes
 * to party self - 1. Masked by the streams MPC_USE_MASK of the strand's next step; the caller sends `out` in
 * that step. docs/protocols/rep3.md, "Product", step 1. */
SOTTO_MUST_CHECK enum sotto_err rep3_products(struct strand *st, const struct product *p, size_t n, size_t w0,
                                              size_t wn, uint8_t *out);

#endif
