/* field.h - elements of prime fields: ARITH vectors of 61, 253 or 256 bits (ring.h). docs/protocols/linear.md,
 * "Fields". Sums and products are those of all ARITH vectors, gadget_random draws uniform elements. */
#ifndef SOTTO_MPC_FIELD_H
#define SOTTO_MPC_FIELD_H

#include "mpc/protocol.h"

/** z = uniform elements other than 0. A product and an opening; again, in one of 2^60 runs an element, where
 * one was 0. */
SOTTO_MUST_CHECK enum sotto_err gadget_field_nonzero(struct strand *st, struct shared *z);
/** z = 1 / x. A product and an opening. SOTTO_ERR_INPUT: an element is 0; all parties see which ones. */
SOTTO_MUST_CHECK enum sotto_err gadget_field_invert(struct strand *st, struct shared *z,
                                                    const struct shared *x);
/** z = 1 / x, and 0 for 0: nothing is opened, nobody learns whether there was one. As many rounds as the prime
 * has bits. */
SOTTO_MUST_CHECK enum sotto_err gadget_field_invert_or_zero(struct strand *st, struct shared *z,
                                                            const struct shared *x);

#endif
