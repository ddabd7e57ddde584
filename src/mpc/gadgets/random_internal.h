/* random_internal.h - what the files of random share. */
#ifndef SOTTO_MPC_RANDOM_INTERNAL_H
#define SOTTO_MPC_RANDOM_INTERNAL_H

#include "mpc/gadgets/carry.h"
#include "mpc/mpc.h"

/** z = value (BITS, no wider than z) in z's domain and width; its top plane is the sign where it is signed. */
SOTTO_MUST_CHECK enum sotto_err random_deliver(struct strand *st, struct shared *z, const struct shared *value,
                                               bool is_signed);

#endif
