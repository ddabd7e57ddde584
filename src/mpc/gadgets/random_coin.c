/* random_coin.c - bits that are 1 with a public chance. docs/protocols/random.md, "Coins". */
#include "mpc/gadgets/random_internal.h"

/* Plane i of the bound is bit i of the chance of every lane: public, so summand 0 alone is not 0. */
static enum sotto_err make_bound(struct strand *st, struct shared *bound, size_t lanes, size_t words,
                                 const struct random_chance *chance)
{
    TRY(strand_shared(st, bound, MPC_BITS, RANDOM_CHANCE_BITS, lanes));
    for (unsigned p = 0; bound->share[0] && p < RANDOM_CHANCE_BITS; p++) {
        uint64_t *plane = shared_row(bound, 0, p);

        for (size_t w = 0; w < bound->stride; w++)
            plane[w] = -(chance[w / words].bits[p / 64] >> p % 64 & 1);
    }
    return SOTTO_OK;
}

/* All coins side by side, one's words after another's; each is uniform < chance. */
enum sotto_err gadget_random_coins(struct strand *st, struct shared *z, const struct random_chance *chance)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    size_t words = ring_words(z->n), lanes = 64 * words * z->bits;
    struct shared uniform, bound, coin, side;

    if (!lanes)
        return SOTTO_OK;
    TRY(strand_shared(st, &uniform, MPC_BITS, RANDOM_CHANCE_BITS, lanes));
    TRY(gadget_random(st, &uniform));
    TRY(make_bound(st, &bound, lanes, words, chance));
    TRY(strand_shared(st, &coin, MPC_BITS, 1, lanes));
    TRY(gadget_less(st, &coin, &uniform, &bound, 1, false));
    side = coin;
    side.bits = z->bits;
    side.n = z->n;
    side.stride = words;
    shared_copy(z, &side);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
