/* work.c - the local work of products alone, for measuring: what one party draws, computes and digests, over
 * and over on one tile in the first cache. The same kernels in the same proportions as in rep4/product.c,
 * rep4/ands.c and rep3_product.c; a round of calls goes through all places that a party may have. */
#include "mpc/mpc.h"

enum { WORDS = 256, LEN = 8 * WORDS };

struct work {
    _Alignas(64) uint8_t x[3][LEN + 64], y[3][LEN + 64], z[3][LEN + 64], out[5][LEN + 64], mask[6][LEN + 64];
    struct crypto_stream stream;
    struct crypto_mac mac;
};

static enum sotto_err draw(struct work *w, unsigned n)
{
    static const uint8_t iv[16];

    for (unsigned i = 0; i < n; i++)
        TRY(crypto_stream_read(&w->stream, iv, w->mask[i], LEN));
    return SOTTO_OK;
}

/* n values digested by the sender's side, and the values that arrive: digested and added. */
static void digest(struct work *w, unsigned n, unsigned arrive, const struct ring_kernels *k)
{
    for (unsigned i = 0; i < n + arrive; i++)
        crypto_mac_update(&w->mac, w->out[i % 4], LEN);
    for (unsigned i = 0; i < arrive; i++)
        k->add(w->z[i], w->z[i], w->out[i], WORDS);
}

/* The place of a party in rep4: masks as a partner, values to digest and to receive; see rep4_duties. */
static enum sotto_err four(struct work *w)
{
    static const uint8_t digests[4] = { 2, 1, 1, 2 }, partners[4] = { 0, 1, 2, 3 };
    struct ring_four q = { { w->x[0], w->x[1], w->x[2] },
                           { w->y[0], w->y[1], w->y[2] },
                           { w->z[0], w->z[1], w->z[2] },
                           { w->out[0], w->out[1], w->out[2] },
                           { w->mask[0], w->mask[1], w->mask[2] },
                           { w->mask[3], w->mask[4], w->mask[5] },
                           0,
                           false };

    for (unsigned at = 0; at < 4; at++) {
        q.partners = partners[at];
        TRY(draw(w, 3 + q.partners));
        ring_products_for(64)->four(&q, WORDS);
        digest(w, digests[at], 3 - partners[at], ring_kernels_for(64));
    }
    return SOTTO_OK;
}

static enum sotto_err five(struct work *w)
{
    static const struct {
        enum ring_five_place place;
        uint8_t masks, digests, arrive;
    } at[4] = {
        { RING_FIVE_AB, 3, 2, 2 }, { RING_FIVE_AB, 3, 2, 2 }, { RING_FIVE_C, 4, 3, 1 }, { RING_FIVE_D, 5, 0, 0 }
    };

    for (unsigned i = 0; i < 4; i++) {
        struct ring_five q = { at[i].place,
                               { w->x[0], w->x[1], w->x[2] },
                               { w->y[0], w->y[1], w->y[2] },
                               { w->z[0], w->z[1], w->z[2] },
                               { w->out[0], w->out[1], w->out[2], w->out[3] },
                               { w->mask[0], w->mask[1], w->mask[2], w->mask[3], w->mask[4] },
                               { NULL },
                               false };

        TRY(draw(w, at[i].masks));
        ring_five(&q, WORDS);
        digest(w, at[i].digests, at[i].arrive, ring_kernels_for(1));
    }
    return SOTTO_OK;
}

static enum sotto_err three(struct work *w, unsigned bits)
{
    struct ring_three q = {
        { w->x[0], w->x[1] }, { w->y[0], w->y[1] }, w->z[0], w->out[0], { w->mask[0], w->mask[1] }, false
    };

    for (unsigned i = 0; i < 4; i++) {
        TRY(draw(w, 2));
        ring_products_for(bits)->three(&q, WORDS);
    }
    return SOTTO_OK;
}

static enum sotto_err three_words(struct work *w)
{
    return three(w, 64);
}

static enum sotto_err three_bits(struct work *w)
{
    return three(w, 1);
}

static enum sotto_err (*const works[MPC_WORKS])(struct work *) = { four, five, three_words, three_bits };

enum sotto_err mpc_work_run(enum mpc_work which, size_t rounds, size_t *words)
{
    static const uint8_t key[CRYPTO_KEY_LEN] = { 1 };
    struct arena arena;
    struct work *w;
    enum sotto_err err;

    arena_init(&arena, 0, false);
    w = arena_alloc(&arena, 1, sizeof *w);
    if (!w)
        return SOTTO_ERR_RESOURCE;
    err = crypto_stream_init(&w->stream, key);
    crypto_mac_init(&w->mac, key);
    for (size_t i = 0; !err && i < rounds; i++)
        err = works[which](w);
    crypto_stream_wipe(&w->stream);
    arena_wipe(&arena);
    *words = 4 * rounds * WORDS;
    return err;
}
