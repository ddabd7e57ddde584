/* rep3a.c - replicated sharing among three parties, one of them corrupt in any way.
 *
 * Products are rep3's; what each party knows of them is kept and proven before anything is opened. Boneh,
 * Boyle, Corrigan-Gibbs, Gilboa, Ishai, CRYPTO 2019; Boyle, Gilboa, Ishai, Nof, CCS 2019.
 * docs/protocols/rep3a.md. */
#include "mpc/rep3a/rep3a.h"

static size_t packed_len(const struct shared *x)
{
    return shared_rows(x) * shared_words(x) * shared_kernels(x)->word_len;
}

/* --- input ----------------------------------------------------------------------------------------------- */

/* Owner p: summand p from K[p], summand p+1 = v - it goes to p+1, summand p+2 is 0. Each summand that the owner
 * can choose has one other holder: there is nothing to compare. */
static enum sotto_err rep3a_input(struct strand *st, struct shared *z, int owner, const void *plain)
{
    const struct ring_kernels *k = shared_kernels(z);
    size_t words = shared_words(z), row_len = words * k->word_len, len = packed_len(z);
    struct exchange *x = strand_alloc(st, 1, sizeof *x);
    uint8_t *mask = strand_alloc(st, 1, len), *rest = strand_alloc(st, 1, len);
    int self = st->s->self, to = rep3a_next(owner);

    if (!x || !mask || !rest)
        return st->s->fault.code;
    if (z->share[owner])
        TRY(strand_words(st, owner, st->step, MPC_USE_MASK, k, mask, len / k->word_len));
    for (unsigned r = 0; r < shared_rows(z); r++) {
        if (z->share[owner])
            memcpy(shared_row(z, owner, r), mask + r * row_len, row_len);
        if (self == owner)
            k->sub(rest + r * row_len, (const uint8_t *)plain + r * z->stride * 8, mask + r * row_len, words);
    }
    if (self == owner)
        x->out[to].buf = rest;
    if (self == to)
        x->in[owner].buf = rest;
    x->out[to].len = x->in[owner].len = len;
    TRY(strand_post(st, x));
    TRY(strand_await(st));
    if (self == to && k->wide && k->wide->canonical)
        k->wide->canonical(rest, len / k->word_len);
    for (unsigned r = 0; z->share[to] && r < shared_rows(z); r++)
        memcpy(shared_row(z, to, r), rest + r * row_len, row_len);
    return SOTTO_OK;
}

/* --- split and mask: a summand in another domain is a sharing whose other summands are 0 -------------------
 */

static enum sotto_err only_summand(struct strand *st, struct shared *z, const struct shared *like, int a,
                                   const struct shared *x)
{
    TRY(strand_shared(st, z, like->domain, like->bits, like->n));
    if (z->share[a])
        mpc_split_convert(z, a, x->share[a], x, NULL);
    return SOTTO_OK;
}

/* x0 + x1 + x2 = sum + carry, one AND a bit: maj(x0, x1, x2) = ((x0 ^ x2) & (x1 ^ x2)) ^ x2. */
static enum sotto_err save_carries(struct strand *st, struct shared part[2], const struct shared bits[3])
{
    unsigned k = part->bits;
    struct shared u, v;
    struct products b;

    TRY(strand_shared(st, &u, MPC_BITS, k, part->n));
    TRY(strand_shared(st, &v, MPC_BITS, k, part->n));
    shared_add(&u, &bits[0], &bits[2]);
    shared_add(&v, &bits[1], &bits[2]);
    shared_add(&part[0], &u, &bits[1]);
    TRY(products_init(&b, st, k, k));
    for (unsigned i = 0; i + 1 < k; i++) {
        struct shared z = shared_plane(&part[1], i + 1), x = shared_plane(&u, i), y = shared_plane(&v, i);

        products_add(&b, &z, &x, &y);
    }
    TRY(products_run(&b));
    for (unsigned i = 0; i + 1 < k; i++) {
        struct shared z = shared_plane(&part[1], i + 1), y = shared_plane(&bits[2], i);

        shared_add(&z, &z, &y);
    }
    return SOTTO_OK;
}

/* The first two of three bits as one number: x0 ^ x1 = x0 + x1 - 2 x0 x1. */
static enum sotto_err join_two(struct strand *st, struct shared part[2], const struct shared word[3])
{
    struct shared product;
    struct products b;

    TRY(strand_shared(st, &product, MPC_ARITH, part->bits, part->n));
    TRY(products_init(&b, st, 1, 1));
    products_add(&b, &product, &word[0], &word[1]);
    TRY(products_run(&b));
    shared_scale(&product, &product, 2);
    shared_add(&part[0], &word[0], &word[1]);
    shared_sub(&part[0], &part[0], &product);
    shared_copy(&part[1], &word[2]);
    return SOTTO_OK;
}

static enum sotto_err rep3a_split(struct strand *st, struct shared *part, int *parts_n, const struct shared *x,
                                  const struct mpc_map *map)
{
    struct shared one[3];

    if (map) { /* what it makes of each summand is known to its two holders */
        for (int a = 0; a < REP3A_PARTIES; a++)
            if (part[a].share[a])
                mpc_split_convert(&part[a], a, x->share[a], x, map);
        *parts_n = 3;
        return SOTTO_OK;
    }
    for (int a = 0; a < REP3A_PARTIES; a++)
        TRY(only_summand(st, &one[a], part, a, x));
    *parts_n = 2;
    return x->domain == MPC_ARITH ? save_carries(st, part, one) : join_two(st, part, one);
}

/* r1 is known to parties 0 and 1, r2 to 1 and 2: their bits are sharings as they are. */
static enum sotto_err rep3a_mask(struct strand *st, struct shared *z, struct shared part[2], int *parts_n)
{
    const struct ring_kernels *k = shared_kernels(z);

    for (int a = 1; a < REP3A_PARTIES; a++)
        if (z->share[a]) {
            TRY(strand_words(st, a, st->step, MPC_USE_RANDOM, k, z->share[a], z->n));
            mpc_split_convert(&part[a - 1], a, z->share[a], z, NULL);
        }
    *parts_n = 2;
    st->step++; /* the masks of this step are drawn */
    return SOTTO_OK;
}

/* --- opening: p lacks summand p+2; p+1 sends it, p+2 a digest of it --------------------------------------- */

static void pack(const struct shared *x, int a, uint8_t *out)
{
    size_t len = shared_words(x) * shared_kernels(x)->word_len;

    for (unsigned r = 0; r < shared_rows(x); r++)
        memcpy(out + r * len, shared_row(x, a, r), len);
}

/* The key comes from K[p], which the sender p+1 lacks. */
static enum sotto_err digest(struct strand *st, int receiver, unsigned step, const uint8_t *value, size_t len,
                             uint8_t mac[CRYPTO_MAC_LEN])
{
    uint8_t key[CRYPTO_KEY_LEN];
    unsigned bits = st->s->options.digest_bits;

    TRY(strand_stream(st, receiver, step, REP3A_USE_DIGEST, key, sizeof key));
    crypto_mac(mac, key, value, len);
    if (bits)
        memset(mac + bits / 8, 0, CRYPTO_MAC_LEN - bits / 8);
    mem_wipe(key, sizeof key);
    return SOTTO_OK;
}

struct opening {
    struct exchange x;
    uint8_t *sent, *digested, *got, mac[CRYPTO_MAC_LEN], got_mac[CRYPTO_MAC_LEN];
    size_t len;
    unsigned step;
};

static enum sotto_err post_opening(struct strand *st, struct opening *o, const struct shared *x, uint32_t to)
{
    int self = st->s->self, next = rep3a_next(self), before = rep3a_before(self);

    o->len = packed_len(x);
    o->step = st->step;
    o->sent = strand_alloc(st, 1, o->len);
    o->digested = strand_alloc(st, 1, o->len);
    o->got = strand_alloc(st, 1, o->len);
    if (!o->sent || !o->digested || !o->got)
        return st->s->fault.code;
    if (to >> before & 1) { /* it lacks summand before + 2 = next */
        pack(x, next, o->sent);
        o->x.out[before].buf = o->sent;
        o->x.out[before].len = o->len;
    }
    if (to >> next & 1) { /* it lacks summand next + 2 = self */
        pack(x, self, o->digested);
        TRY(digest(st, next, o->step, o->digested, o->len, o->mac));
        o->x.out[next].buf = o->mac;
        o->x.out[next].len = CRYPTO_MAC_LEN;
    }
    if (to >> self & 1) {
        o->x.in[next].buf = o->got;
        o->x.in[next].len = o->len;
        o->x.in[before].buf = o->got_mac;
        o->x.in[before].len = CRYPTO_MAC_LEN;
        st->checks++;
    }
    return strand_post(st, &o->x);
}

static enum sotto_err rep3a_open(struct strand *st, const struct shared *x, uint32_t to, void *out)
{
    int self = st->s->self, next = rep3a_next(self), before = rep3a_before(self);
    size_t row_len = shared_words(x) * shared_kernels(x)->word_len;
    struct opening *o = strand_alloc(st, 1, sizeof *o);
    uint8_t want[CRYPTO_MAC_LEN];

    if (!o)
        return st->s->fault.code;
    TRY(post_opening(st, o, x, to));
    TRY(strand_await(st));
    if (!(to >> self & 1))
        return SOTTO_OK;
    TRY(digest(st, self, o->step, o->got, o->len, want));
    if (!crypto_equal(want, o->got_mac, sizeof want))
        return strand_accuse(st, 1u << next | 1u << before,
                             "what party %d opened and the digest from party %d differ", next, before);
    st->unverified--;
    for (unsigned r = 0; r < shared_rows(x); r++) {
        uint8_t *z = (uint8_t *)out + r * x->stride * 8;

        memcpy(z, o->got + r * row_len, row_len);
        for (int a = 0; a < REP3A_PARTIES; a++)
            if (x->share[a])
                shared_kernels(x)->add(z, z, shared_row(x, a, r), shared_words(x));
    }
    return SOTTO_OK;
}

const struct mpc_protocol mpc_rep3a = {
    .name = "rep3a",
    .label = "three parties, one may lie: active security with abort; experimental",
    .parties = REP3A_PARTIES,
    .shares = 3,
    .active = true,
    .holds = { 0x3, 0x6, 0x5 },
    .input = rep3a_input,
    .multiply = rep3a_multiply,
    .bilinear = rep3a_bilinear,
    .split = rep3a_split,
    .mask = rep3a_mask,
    .open = rep3a_open,
    .passes = 3,
    .permute = rep3a_permute,
    .verify = rep3a_verify,
    .strand_end = rep3a_strand_end,
    .instr_end = rep3a_instr_end,
    .session_end = rep3a_session_end,
};
