/* random.h - joint randomness: secrets that nobody chose, knows or can predict. docs/protocols/random.md.
 *
 * Every summand of a draw comes from its key's stream, so a draw costs no message, and nobody can bias it: the
 * keys are fixed, by commit and reveal, before anything is drawn. Whoever lacks a key knows nothing of the sum.
 * In `clear` there is one key, made from mpc_options.clear_seed: the same job draws the same again, and nothing
 * of it is secret. CT: n and the parameters leak, never what is drawn. */
#ifndef SOTTO_MPC_RANDOM_H
#define SOTTO_MPC_RANDOM_H

#include "mpc/protocol.h"

/* --- uniform (random_draw.c) --- */

/** z = uniform elements of its ring or field (ARITH) or uniform bits in every plane (BITS). No message; takes
 * one step of the strand. Every summand of z that this party holds is overwritten. */
SOTTO_MUST_CHECK enum sotto_err gadget_random(struct strand *st, struct shared *z);
/** z (ARITH or BITS, wide enough for bound - 1) = uniform integers in 0 .. bound - 1, each within 2^-64 of that
 * whatever one party knows. z is zero before. */
SOTTO_MUST_CHECK enum sotto_err gadget_random_below(struct strand *st, struct shared *z, uint64_t bound);
/** z (BITS) = a uniform permutation of 0 .. n-1, but for 2^-64. z is zero before. */
SOTTO_MUST_CHECK enum sotto_err gadget_random_permutation(struct strand *st, struct shared *z);

/* --- chances: public probabilities, rounded down to 96 bits after the point (random_chance.c) --- */

enum { RANDOM_CHANCE_BITS = 96 };
struct random_chance {
    uint64_t bits[2]; /* of the fraction: the low 64, then the high 32 */
};
/** num / den; 1 and more become 1 - 2^-96. */
struct random_chance random_chance_ratio(uint64_t num, uint64_t den);
/** exp(-x) for x = num / den * 2^shift; den: the low word first, not 0. */
struct random_chance random_chance_exp(uint64_t num, const uint64_t den[2], unsigned shift);
/** exp(-x) / (1 + exp(-x)). */
struct random_chance random_chance_odds(uint64_t num, const uint64_t den[2], unsigned shift);

/* --- coins and noise (random_coin.c, random_noise.c) --- */

/** Plane j of z (BITS, z->bits chances) = bits that are 1 with chance[j], all independent. z is zero before. */
SOTTO_MUST_CHECK enum sotto_err gadget_random_coins(struct strand *st, struct shared *z,
                                                    const struct random_chance *chance);

/* Noise as Canonne, Kamath and Steinke (2020) define it; its distance from that is below 2^-64. z (ARITH or
 * BITS) is signed and zero before. Parameters are public. SOTTO_ERR_PROGRAM where they are out of range, or
 * what may come out does not fit z. */

/** P(x) is proportional to exp(-|x| * s / t). 1 <= s, t < 2^32. */
SOTTO_MUST_CHECK enum sotto_err gadget_noise_laplace(struct strand *st, struct shared *z, uint64_t s,
                                                     uint64_t t);
enum { RANDOM_GAUSS_MAX = 1 << 26 };
/** P(x) is proportional to exp(-x^2 / (2 sigma^2)), sigma^2 = num / den. 1 <= num, den <= RANDOM_GAUSS_MAX, and
 * the numbers on the way must fit: den * (sigma + 1)^2 up to 2^24 does. */
SOTTO_MUST_CHECK enum sotto_err gadget_noise_gauss(struct strand *st, struct shared *z, uint64_t num,
                                                   uint64_t den);
/** How many lanes of planes an element takes: for whoever cuts vectors in tiles. 0: parameters out of range. */
size_t gadget_noise_lanes(bool gauss, uint64_t a, uint64_t b);

#endif
