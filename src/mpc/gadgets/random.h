/* random.h - joint randomness: secrets that nobody chose, knows or can predict. docs/protocols/random.md.
 *
 * Every summand of a draw comes from its key's stream, so a draw costs no message, and nobody can bias it: the
 * keys are fixed, by commit and reveal, before anything is drawn. Whoever lacks a key knows nothing of the sum.
 * In `clear` there is one key, made from mpc_options.clear_seed: the same job draws the same again, and nothing
 * of it is secret. CT: n and the parameters leak, never what is drawn. */
#ifndef SOTTO_MPC_RANDOM_H
#define SOTTO_MPC_RANDOM_H

#include "mpc/protocol.h"

/** z = uniform words of z->bits bits (ARITH; in a field, uniform elements) or uniform bits in every plane
 * (BITS). No message; takes one step of the strand. Every summand of z that this party holds is overwritten. */
SOTTO_MUST_CHECK enum sotto_err gadget_random(struct strand *st, struct shared *z);

#endif
