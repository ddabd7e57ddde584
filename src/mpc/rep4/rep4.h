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
    uint8_t *value; /* filled by sender and digester before, pointing at what was received afterwards */
};

/* Transfers of one length that travel at one step. */
struct rep4_flight {
    struct exchange x;
    struct rep4_transfer transfer[REP4_TRANSFERS_MAX];
    unsigned n, step;
    size_t len;
};

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

/* Joint inputs of vectors of one shape: rows of `words` words. */
struct rep4_joint {
    const struct ring_kernels *kernels;
    size_t rows, words;
    unsigned n;
    struct rep4_roles roles[REP4_TRANSFERS_MAX];
    bool product; /* what is sent is part of a product */
    /** Write words w0..w0+wn of every row of value i, row after row, at `out`. */
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

/** Turn the duties from step to step, so that all send alike over time. */
static inline unsigned rep4_rotation(const struct strand *st)
{
    return st->instr + st->tile + st->step;
}

/** Products of BITS, for five elements each (ands.c). One round, verified. */
SOTTO_MUST_CHECK enum sotto_err rep4_ands(struct strand *st, const struct product *p, size_t n);

#endif
