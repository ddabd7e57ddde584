/* proof_view.h - what all parties see of a proof of rep3a: docs/protocols/rep3a.md, "Challenges". Recomputed
 * from the coins, for tests that choose these. */
#ifndef SOTTO_TESTS_PROOF_VIEW_H
#define SOTTO_TESTS_PROOF_VIEW_H

#include "mpc/rep3a/rep3a.h"

/** A message of a proof, by its tag; and what kind of products it is about. */
bool proof_is(const struct net_tag *tag);
enum rep3a_kind proof_kind(const struct net_tag *tag);

struct proof_view {
    struct rep3a_field f;
    uint8_t blind_weight[REP3A_ELEMENT_LEN_MAX]; /* of the last level's blind corner */
};
/** coin[a]: all coins of key a, `coins` of them. */
void proof_view(struct proof_view *v, enum rep3a_kind kind, const uint8_t *const coin[3], unsigned coins);

/* A value that was sent is to become `was` where it is `is`: what must be drawn instead of `drawn`. */
/** n elements, each less a mask. */
void proof_move_elements(const struct rep3a_field *f, uint8_t *drawn, const uint8_t *was, const uint8_t *is,
                         size_t n);
/** n integers of 24 bytes, less masks of 20. */
void proof_move_integers(uint8_t *drawn, const uint8_t *was, const uint8_t *is, size_t n);
/** Two elements, of which each has the blind corner's weight times a drawn one. */
void proof_move_blind(const struct proof_view *v, uint8_t *drawn, const uint8_t *was, const uint8_t *is);

#endif
