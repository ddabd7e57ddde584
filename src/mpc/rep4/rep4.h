/* rep4.h - replicated sharing among four parties, one of them corrupt; verified before use.
 *
 * Secret x = x0+x1+x2+x3 mod 2^k (xor for bits). Party i holds every summand but x[i].
 *
 *            x0 x1 x2 x3          key K[a]: known to all but party a
 *   party 0   .  x  x  x
 *   party 1   x  .  x  x
 *   party 2   x  x  .  x
 *   party 3   x  x  x  .
 *
 * After Dalskov, Escudero, Keller: Fantastic Four (USENIX Security 2021), with every check moved before the
 * first use of what it checks (Brueggemann, Schneider, Eurocrypt 2026). Steps: docs/protocols/rep4.md. CT: only
 * n and message lengths leak. */
#ifndef SOTTO_MPC_REP4_H
#define SOTTO_MPC_REP4_H

#include "mpc/mpc.h"

enum { REP4_PARTIES = 4, REP4_TRANSFERS_MAX = 6, REP4_PIECE_LEN_MAX = 1 << 20 };

/* One value that sender and digester both know on its way to the receiver: the sender sends it, the digester a
 * one-time MAC of it under a key that the sender lacks, in the same round. */
struct rep4_transfer {
    uint8_t sender, digester, receiver;
    uint8_t
        *value; /* sender and digester: what to send; NULL for the sender: rep4_flight_begin gives the place in
                   the message, to be filled. Receiver: rep4_flight_verify lets it point at what was received */
    bool digested; /* by rep4_digest_send */
};

/* Transfers of one length that travel at one step. */
struct rep4_flight {
    struct exchange x;
    struct rep4_transfer transfer[REP4_TRANSFERS_MAX];
    unsigned n, step;
    size_t len;
    bool begun;
};

/** Lay out the messages. For those who fill them in place; rep4_flight_post does it for others. */
SOTTO_MUST_CHECK enum sotto_err rep4_flight_begin(struct strand *st, struct rep4_flight *f);
/** The digest of transfer i in parts, for values that are made or taken in one pass: begin, crypto_mac_update,
 * then the digester sends it before the flight is posted, or the receiver checks it. */
SOTTO_MUST_CHECK enum sotto_err rep4_digest_begin(struct strand *st, const struct rep4_flight *f, unsigned i,
                                                  struct crypto_mac *m);
void rep4_digest_send(struct strand *st, struct rep4_flight *f, unsigned i, struct crypto_mac *m);
SOTTO_MUST_CHECK enum sotto_err rep4_digest_check(struct strand *st, const struct rep4_flight *f, unsigned i,
                                                  struct crypto_mac *m);
/** What was received for transfer i, not verified. */
const uint8_t *rep4_received(const struct rep4_flight *f, unsigned i);

/** Send, and announce what is expected; the flight stays untouched until the strand has awaited. */
SOTTO_MUST_CHECK enum sotto_err rep4_flight_post(struct strand *st, struct rep4_flight *f);
/** After strand_await: compare every received value with its digest. SOTTO_ERR_CHEAT names sender and digester.
 */
SOTTO_MUST_CHECK enum sotto_err rep4_flight_verify(struct strand *st, struct rep4_flight *f);

/** Who does what in a joint input: sender and digester know the value; the receiver gets it masked; the partner
 * lacks it and the summand that the receiver gets, but knows the mask. */
struct rep4_roles {
    uint8_t sender, digester, receiver, partner;
};

/* Duties of the joint inputs of a product, before they are turned: for every pair {a,b} of summands, the two
 * parties outside it know x_a*y_b + x_b*y_a. They use 8 of the 12 directions between parties, fewer messages a
 * round than any more even choice; turning evens them out. The receiver is the first of its pair, so that after
 * any turn the receivers still come first in one order of the summands. */
extern const struct rep4_roles rep4_duties[REP4_TRANSFERS_MAX];
/** Turn the duties from step to step, so that all send alike over time. */
static inline unsigned rep4_rotation(const struct strand *st)
{
    return st->instr + st->tile + st->step;
}

/* Joint inputs of vectors of one shape: rows of `words` words. */
struct rep4_joint {
    const struct ring_kernels *kernels;
    size_t rows, words;
    unsigned n;
    struct rep4_roles roles[REP4_TRANSFERS_MAX];
    bool product; /* what is sent is part of a product */
    /** Write words w0..w0+wn of every row of value i, row after row, at `out`, which is zero. */
    void (*fill)(const struct rep4_joint *j, unsigned i, size_t w0, size_t wn, uint8_t *out);
    /** Where summand a of row r of the result i goes; added to. */
    uint8_t *(*target)(const struct rep4_joint *j, unsigned i, int a, size_t r);
    const void *context;
};
/** All of them in one round, verified. */
SOTTO_MUST_CHECK enum sotto_err rep4_joint_run(struct strand *st, const struct rep4_joint *j);

/** bilinear.c; and struct mpc_protocol. */
SOTTO_MUST_CHECK enum sotto_err rep4_bilinear(struct strand *st, const struct bilinear *b);
/** The six joint inputs of a product, turned by `turn`: receiver and partner are the pair of summands. */
void rep4_product_roles(struct rep4_roles roles[6], unsigned turn);

/** One pass of a shuffle: shuffle.c, and struct mpc_protocol. */
SOTTO_MUST_CHECK enum sotto_err rep4_permute(struct strand *st, struct shared *z, const struct shared *x,
                                             int pass, const uint32_t *order, size_t item_len);

/** Products of BITS, for five elements each (ands.c). One round, verified. */
SOTTO_MUST_CHECK enum sotto_err rep4_ands(struct strand *st, const struct product *p, size_t n);

/** The product of mpc_protocol by joint inputs, for all kernels; z is zero before. */
SOTTO_MUST_CHECK enum sotto_err rep4_multiply_joint(struct strand *st, const struct product *p, size_t n);
/** The same in one pass over tiles that stay in the first cache; product.c. */
SOTTO_MUST_CHECK enum sotto_err rep4_multiply(struct strand *st, const struct product *p, size_t n);
/** On purpose, see mpc_options: the first product that is sent is off by 1. */
void rep4_cheat(struct strand *st, const struct ring_kernels *k, uint8_t *value);

#endif
