/* work.h - the local work of products, without memory and network: what a machine can do at best. */
#ifndef SOTTO_MPC_WORK_H
#define SOTTO_MPC_WORK_H

#include "base/base.h"

enum mpc_work { MPC_WORK_REP4_WORDS, MPC_WORK_REP4_BITS, MPC_WORK_REP3_WORDS, MPC_WORK_REP3_BITS, MPC_WORKS };

/** One party's share of the work of *words products of 64-bit words, or 64 times as many of bits: masks,
 * products, digests, of the places that it may have in turn. */
SOTTO_MUST_CHECK enum sotto_err mpc_work_run(enum mpc_work which, size_t rounds, size_t *words);

#endif
