/* data_left_join.c - a join that keeps the left rows without a partner: docs/protocols/data.md, "Left join".
 *
 *   left keys that no right row has, once each, become right rows that say so; then all is one join */
#include "mpc/gadgets/data_rows.h"

/* z (planes of the key, and one that says valid) = the left keys that no right row has, once each. */
static enum sotto_err keys_alone(struct strand *st, struct shared *z, const struct shared *left,
                                 const struct shared *right, unsigned key)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared none, matched, keys, alone,
        left_key = shared_planes(left, 0, key), right_key = shared_planes(right, 0, key),
        valid = shared_plane(left, left->bits - 1), right_valid = shared_plane(right, right->bits - 1), counts;

    TRY(strand_shared(st, &none, MPC_BITS, 0, left->n));
    TRY(strand_shared(st, &matched, MPC_BITS, 1, left->n));
    TRY(strand_shared(st, &keys, MPC_BITS, key + 1, right->n));
    TRY(strand_shared(st, &alone, MPC_BITS, key + 1, left->n));
    shared_place_planes(&keys, 0, 0, &right_key);
    shared_place_planes(&keys, key, 0, &right_valid);
    TRY(gadget_match_first(st, &none, &matched, &left_key, &valid, &keys));
    shared_place_planes(&alone, 0, 0, &left_key);
    counts = shared_plane(&alone, key);
    /* matched is 0 in dummies: valid and not matched is their sum */
    shared_add(&counts, &valid, &matched);
    TRY(gadget_unique(st, z, &alone, key, NULL));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_left_join(struct strand *st, struct shared *z, const struct shared *left,
                                const struct shared *right, unsigned key)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned payload = right->bits - 1 - key;
    const uint64_t one = 1;
    struct shared alone, all, ones, part;

    assert(z->bits == left->bits + payload + 1);
    if (!left->n)
        return SOTTO_OK;
    TRY(strand_shared(st, &alone, MPC_BITS, key + 1, left->n));
    TRY(strand_shared(st, &all, MPC_BITS, key + payload + 2, right->n + left->n));
    TRY(strand_shared(st, &ones, MPC_BITS, 1, right->n));
    TRY(keys_alone(st, &alone, left, right, key));
    part = shared_planes(right, 0, key + payload);
    shared_place_planes(&all, 0, 0, &part);
    shared_public(&ones, &one, true);
    shared_place_planes(&all, key + payload, 0, &ones);
    part = shared_plane(right, right->bits - 1);
    shared_place_planes(&all, key + payload + 1, 0, &part);
    part = shared_planes(&alone, 0, key);
    shared_place_planes(&all, 0, right->n, &part);
    part = shared_plane(&alone, key);
    shared_place_planes(&all, key + payload + 1, right->n, &part);
    TRY(gadget_join(st, z, left, &all, key));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
