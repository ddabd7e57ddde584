/* cost.h - rounds against bytes: what the choice of a circuit goes by. docs/protocols/gadgets.md, "Choice".
 *
 * A candidate costs rounds * round_worth + the bytes that a party sends for its products, all in bytes. Every
 * party must come to the same choice, so nothing here depends on timing: round_worth is agreed on at the start
 * of the session. The result is the same whatever is chosen. */
#ifndef SOTTO_MPC_COST_H
#define SOTTO_MPC_COST_H

#include "mpc/session.h"

struct mpc_cost {
    size_t round_worth; /* bytes that one round is worth */
    unsigned quarters;  /* of a product's byte, that a party sends on average */
    size_t beside;      /* strands that do the same in the same rounds */
};

/** How many bytes a round is worth here, by the clock: an empty exchange of all with all, then one of bytes.
 * Within MPC_ROUND_WORTH_MIN and _MAX. */
SOTTO_MUST_CHECK enum sotto_err mpc_round_measure(struct strand *st, uint64_t *worth);
/** What the parties go by, after each told its own: the middle one, or the lower of the two in the middle. One
 * that lies moves it no further than to what an honest one told. */
uint64_t mpc_round_agree(const uint64_t *told, int parties);

/** For what strand st is about to do. */
struct mpc_cost mpc_cost_of(const struct strand *st);

/** Cost of `rounds` rounds with products of `words` words of 8 bytes in all. */
static inline uint64_t mpc_cost_weigh(const struct mpc_cost *c, uint64_t rounds, uint64_t words)
{
    return rounds * c->round_worth + words * 2 * c->quarters * c->beside;
}

#endif
