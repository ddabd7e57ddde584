/* keys.c - session keys by commit and reveal. The steps are those of docs/protocols/keys.md.
 *
 * Key a is known to the holders of summand a and to nobody else. All keys are made in the same three rounds; a
 * message from one party to another carries one 32-byte item for every key that both hold, in the keys' order.
 */
#include "mpc/mpc.h"

enum { ITEM_LEN = CRYPTO_HASH_LEN };
typedef uint8_t items[SOTTO_PARTIES_MAX][MPC_SHARES_MAX][ITEM_LEN]; /* [peer][key] */

struct key_making {
    uint8_t own[MPC_SHARES_MAX][ITEM_LEN]; /* what this party contributes to each key */
    items commitment, contribution, confirmation;
    uint8_t key[MPC_SHARES_MAX][ITEM_LEN];
    uint8_t out[SOTTO_PARTIES_MAX][MPC_SHARES_MAX * ITEM_LEN], in[SOTTO_PARTIES_MAX][MPC_SHARES_MAX * ITEM_LEN];
    const uint8_t *binding;
    struct {
        struct exchange x;
        uint8_t own[ITEM_LEN], theirs[SOTTO_PARTIES_MAX][ITEM_LEN];
    } bindings;
};

static bool holds(const struct strand *st, int party, int key)
{
    return st->s->protocol->holds[party] >> key & 1;
}

static uint32_t holders(const struct strand *st, int key)
{
    uint32_t mask = 0;

    for (int p = 0; p < st->s->protocol->parties; p++)
        if (holds(st, p, key))
            mask |= 1u << p;
    return mask;
}

static void commit(const struct key_making *k, int party, int key, const uint8_t contribution[ITEM_LEN],
                   uint8_t out[ITEM_LEN])
{
    uint8_t who[2] = { (uint8_t)party, (uint8_t)key };
    struct crypto_hash h;

    crypto_hash_init(&h, "sotto key commitment 1");
    crypto_hash_part(&h, k->binding, CRYPTO_HASH_LEN);
    crypto_hash_part(&h, who, sizeof who);
    crypto_hash_part(&h, contribution, ITEM_LEN);
    crypto_hash_final(&h, out);
}

static void confirm(const struct key_making *k, int party, int key, uint8_t out[ITEM_LEN])
{
    uint8_t who[2] = { (uint8_t)party, (uint8_t)key };
    struct crypto_hash h;

    crypto_hash_init(&h, "sotto key confirmation 1");
    crypto_hash_part(&h, who, sizeof who);
    crypto_hash_part(&h, k->key[key], ITEM_LEN);
    crypto_hash_final(&h, out);
}

/* One round: item(key) to every other holder of each key; theirs come back in got[peer][key]. */
static enum sotto_err swap(struct strand *st, struct key_making *k, uint8_t item[MPC_SHARES_MAX][ITEM_LEN],
                           items got)
{
    const struct mpc_protocol *protocol = st->s->protocol;
    struct exchange *x = strand_alloc(st, 1, sizeof *x);

    if (!x)
        return st->s->fault.code;
    for (int p = 0; p < protocol->parties; p++) {
        size_t len = 0;

        for (int a = 0; a < protocol->shares; a++)
            if (p != st->s->self && holds(st, p, a) && holds(st, st->s->self, a)) {
                memcpy(k->out[p] + len, item[a], ITEM_LEN);
                len += ITEM_LEN;
            }
        if (!len)
            continue;
        x->out[p].buf = k->out[p];
        x->in[p].buf = k->in[p];
        x->out[p].len = x->in[p].len = len;
    }
    TRY(strand_post(st, x));
    TRY(strand_await(st));
    for (int p = 0; p < protocol->parties; p++)
        for (int a = 0, at = 0; x->in[p].buf && a < protocol->shares; a++)
            if (holds(st, p, a) && holds(st, st->s->self, a))
                memcpy(got[p][a], k->in[p] + ITEM_LEN * at++, ITEM_LEN);
    return SOTTO_OK;
}

/* Every pair of another party and a key that both hold. */
#define FOR_PEER_KEYS(st, p, a)                                                                                \
    for (int p = 0; p < (st)->s->protocol->parties; p++)                                                       \
        for (int a = 0; a < (st)->s->protocol->shares; a++)                                                    \
            if (p != (st)->s->self && holds(st, p, a) && holds(st, (st)->s->self, a))

/* Were different parties told different things before the keys? Then the bindings differ, and so do commitments
 * and keys of parties that have done nothing wrong: any of the others may be the one that told. In the round of
 * the commitments. */
static enum sotto_err post_binding(struct strand *st, struct key_making *k)
{
    memcpy(k->bindings.own, k->binding, ITEM_LEN);
    for (int p = 0; p < st->s->protocol->parties; p++) {
        if (p == st->s->self)
            continue;
        k->bindings.x.out[p].buf = k->bindings.own;
        k->bindings.x.in[p].buf = k->bindings.theirs[p];
        k->bindings.x.out[p].len = k->bindings.x.in[p].len = ITEM_LEN;
    }
    return strand_post(st, &k->bindings.x);
}

static enum sotto_err check_bindings(struct strand *st, struct key_making *k)
{
    uint32_t others = mpc_everyone(st->s->protocol) & ~(1u << st->s->self);

    for (int p = 0; p < st->s->protocol->parties; p++)
        if (p != st->s->self && !crypto_equal(k->bindings.theirs[p], k->binding, ITEM_LEN))
            return strand_accuse(
                st, others, "party %d was told other rows or another start of the session than this one", p);
    return SOTTO_OK;
}

static enum sotto_err check_reveals(struct strand *st, struct key_making *k)
{
    uint8_t want[ITEM_LEN];

    FOR_PEER_KEYS(st, p, a)
    {
        commit(k, p, a, k->contribution[p][a], want);
        if (!crypto_equal(want, k->commitment[p][a], ITEM_LEN))
            return strand_accuse(st, 1u << p,
                                 "party %d opened another contribution to key %d than it committed to", p, a);
    }
    return SOTTO_OK;
}

static void derive(struct strand *st, struct key_making *k)
{
    for (int a = 0; a < st->s->protocol->shares; a++) {
        struct crypto_hash h;
        uint8_t label = (uint8_t)a;

        if (!holds(st, st->s->self, a))
            continue;
        crypto_hash_init(&h, "sotto key 1");
        crypto_hash_part(&h, k->binding, CRYPTO_HASH_LEN);
        crypto_hash_part(&h, &label, 1);
        for (int p = 0; p < st->s->protocol->parties; p++)
            if (holds(st, p, a))
                crypto_hash_part(&h, p == st->s->self ? k->own[a] : k->contribution[p][a], ITEM_LEN);
        crypto_hash_final(&h, k->key[a]);
    }
}

static enum sotto_err check_confirmations(struct strand *st, struct key_making *k)
{
    uint8_t want[ITEM_LEN];

    FOR_PEER_KEYS(st, p, a)
    {
        confirm(k, p, a, want);
        if (!crypto_equal(want, k->confirmation[p][a], ITEM_LEN))
            return strand_accuse(st, holders(st, a) & ~(1u << st->s->self),
                                 "party %d derived another key %d: a holder told its peers different things", p,
                                 a);
    }
    return SOTTO_OK;
}

/* One party alone: whoever repeats the job draws the same, which a reference has to. */
static enum sotto_err key_of_clear(struct strand *st)
{
    uint8_t seed[8], key[CRYPTO_HASH_LEN];

    put_u64(seed, st->s->options.clear_seed);
    crypto_hash_of("sotto key of clear 1", seed, sizeof seed, key);
    if (mpc_session_key(st->s, 0, key))
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a cipher");
    return SOTTO_OK;
}

enum sotto_err mpc_keys(struct strand *st, const uint8_t binding[CRYPTO_HASH_LEN])
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct key_making *k = strand_alloc(st, 1, sizeof *k);
    uint8_t item[MPC_SHARES_MAX][ITEM_LEN] = { { 0 } };

    if (!k)
        return st->s->fault.code;
    if (st->s->protocol->parties == 1)
        return key_of_clear(st);
    k->binding = binding;
    crypto_random(k->own, sizeof k->own);
    crypto_ct_secret(k->own, sizeof k->own);
    for (int a = 0; a < st->s->protocol->shares; a++)
        commit(k, st->s->self, a, k->own[a], item[a]);
    TRY(post_binding(st, k));
    TRY(swap(st, k, item, k->commitment));
    TRY(check_bindings(st, k));
    TRY(swap(st, k, k->own, k->contribution));
    TRY(check_reveals(st, k));
    derive(st, k);
    for (int a = 0; a < st->s->protocol->shares; a++)
        confirm(k, st->s->self, a, item[a]);
    TRY(swap(st, k, item, k->confirmation));
    TRY(check_confirmations(st, k));
    for (int a = 0; a < st->s->protocol->shares; a++)
        if (holds(st, st->s->self, a) && mpc_session_key(st->s, a, k->key[a]))
            return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a cipher");
    /* The strand lives as long as the job; the keys stay in the ciphers alone. */
    mem_wipe(k, sizeof *k);
    mem_wipe(item, sizeof item);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
