/* proof.c - challenges, what a prover shares among its verifiers, and the proof of an inner product.
 * docs/protocols/rep3a.md, "Challenges" and "Inner product". */
#include "mpc/rep3a/rep3a.h"

/* --- challenges ------------------------------------------------------------------------------------------ */

static void promise_of(const uint8_t *coin, uint8_t out[CRYPTO_HASH_LEN])
{
    crypto_hash_of("sotto rep3a coin 1", coin, REP3A_COIN_LEN, out);
}

enum sotto_err rep3a_proof_begin(struct rep3a_proof *p, struct strand *st, unsigned coins)
{
    int self = st->s->self;

    *p = (struct rep3a_proof){ .st = st, .coins = coins };
    assert(coins <= REP3A_COINS_MAX);
    for (int k = 0; k < 2; k++)
        TRY(strand_stream(st, (self + k) % REP3A_PARTIES, st->step, REP3A_USE_COINS, p->own[k],
                          coins * REP3A_COIN_LEN));
    return SOTTO_OK;
}

void rep3a_proof_end(struct rep3a_proof *p)
{
    crypto_stream_wipe(&p->challenge);
    mem_wipe(p->own, sizeof p->own);
}

static enum sotto_err new_stream(struct rep3a_proof *p, const uint8_t *coin[REP3A_PARTIES])
{
    struct crypto_hash h;
    uint8_t seed[CRYPTO_HASH_LEN];
    enum sotto_err err;

    crypto_hash_init(&h, "sotto rep3a challenge 1");
    for (int a = 0; a < REP3A_PARTIES; a++)
        crypto_hash_part(&h, coin[a], REP3A_COIN_LEN);
    crypto_hash_final(&h, seed);
    crypto_ct_public(seed, sizeof seed);
    crypto_stream_wipe(&p->challenge);
    p->drawn = 0;
    err = crypto_stream_init(&p->challenge, seed);
    return err ? strand_fail(p->st, err, "no memory for a cipher") : SOTTO_OK;
}

enum sotto_err rep3a_exchange(struct strand *st, struct exchange *x)
{
    for (int p = 0; p < REP3A_PARTIES; p++)
        st->s->proof_bytes += x->out[p].buf ? NET_HEADER_LEN + x->out[p].len : 0;
    TRY(strand_post(st, x));
    return strand_await(st);
}

/* Party i sends its coin from K[i] to i+1, which lacks it and which i has just heard. With the first one it
 * sends promises of all its coins from K[i+1] to i-1: what i-2 opens later must fit them. */
enum sotto_err rep3a_challenge(struct rep3a_proof *p)
{
    struct strand *st = p->st;
    int self = st->s->self, next = rep3a_next(self), before = rep3a_before(self);
    struct exchange *x = strand_alloc(st, 1, sizeof *x);
    uint8_t theirs[REP3A_COIN_LEN], hash[CRYPTO_HASH_LEN], promise[REP3A_COINS_MAX * CRYPTO_HASH_LEN];
    const uint8_t *coin[REP3A_PARTIES];

    if (!x)
        return st->s->fault.code;
    assert(p->used < p->coins);
    coin[self] = p->own[0] + p->used * REP3A_COIN_LEN;
    coin[next] = p->own[1] + p->used * REP3A_COIN_LEN;
    coin[before] = theirs;
    x->out[next].buf = p->own[0] + p->used * REP3A_COIN_LEN;
    x->in[before].buf = theirs;
    x->out[next].len = x->in[before].len = REP3A_COIN_LEN;
    if (!p->used) {
        for (unsigned i = 0; i < p->coins; i++)
            promise_of(p->own[1] + i * REP3A_COIN_LEN, promise + i * CRYPTO_HASH_LEN);
        x->out[before].buf = promise;
        x->in[next].buf = p->promised;
        x->out[before].len = x->in[next].len = p->coins * CRYPTO_HASH_LEN;
    }
    TRY(rep3a_exchange(st, x));
    promise_of(theirs, hash);
    if (!crypto_equal(hash, p->promised + p->used * CRYPTO_HASH_LEN, sizeof hash))
        return strand_accuse(st, 1u << next | 1u << before, "a challenge is not the one that was promised");
    p->used++;
    return new_stream(p, coin);
}

enum sotto_err rep3a_challenge_read(struct rep3a_proof *p, void *out, size_t len)
{
    uint8_t iv[16] = { 0 };
    enum sotto_err err;

    put_u64(iv, p->drawn++);
    err = crypto_stream_read(&p->challenge, iv, out, len);
    return err ? strand_fail(p->st, err, "the cipher failed") : SOTTO_OK;
}

enum sotto_err rep3a_challenge_elements(struct rep3a_proof *p, const struct rep3a_field *f, void *z, size_t n)
{
    struct arena_mark mark = arena_mark(&p->st->scratch);
    uint8_t *stream = strand_alloc(p->st, n, f->draw_len);

    if (!stream)
        return p->st->s->fault.code;
    TRY(rep3a_challenge_read(p, stream, n * f->draw_len));
    f->draw(f, z, stream, n);
    if (p->st->s->options.digest_bits && !f->p && !f->kernels) /* for tests: from a set of 2^digest_bits */
        for (size_t i = 0; i < n; i++)
            ((uint64_t *)z)[i] &= ((uint64_t)1 << p->st->s->options.digest_bits) - 1;
    arena_release(&p->st->scratch, mark);
    return SOTTO_OK;
}

/* --- what a prover sends --------------------------------------------------------------------------------- */

static enum sotto_err mask_of(struct rep3a_proof *p, const struct rep3a_field *f, int key, void *z, size_t n)
{
    uint8_t *stream = strand_alloc(p->st, n, f->draw_len);

    if (!stream)
        return p->st->s->fault.code;
    TRY(strand_stream(p->st, key, p->st->step, REP3A_USE_MASK, stream, n * f->draw_len));
    f->draw(f, z, stream, n);
    return SOTTO_OK;
}

/* The prover i's verifier i+1 gets its share from K[i+1]; the rest goes to the verifier i-1, which lacks that
 * key. */
enum sotto_err rep3a_commit(struct rep3a_proof *p, const struct rep3a_field *f, const void *v, void *a, void *b,
                            size_t n)
{
    struct strand *st = p->st;
    struct arena_mark mark = arena_mark(&st->scratch);
    int self = st->s->self, next = rep3a_next(self), before = rep3a_before(self);
    struct exchange *x = strand_alloc(st, 1, sizeof *x);
    uint8_t *out = strand_alloc(st, n, f->len);

    if (!x || !out)
        return st->s->fault.code;
    TRY(mask_of(p, f, self, b, n));
    TRY(mask_of(p, f, next, out, n));
    f->sub(f, out, v, out, n);
    x->out[before].buf = out;
    x->in[next].buf = a;
    x->out[before].len = x->in[next].len = n * f->len;
    TRY(rep3a_exchange(st, x));
    f->canonical(f, a, n);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- points and weights ---------------------------------------------------------------------------------- */

unsigned rep3a_points(unsigned d)
{
    unsigned n = 1;

    while (d--)
        n *= 3;
    return n;
}

unsigned rep3a_corner(unsigned m)
{
    unsigned t = 0;

    for (unsigned digit = 1; m; m >>= 1, digit *= 3)
        t += (m & 1) * digit;
    return t;
}

static void multiply(const struct rep3a_field *f, void *z, const void *x, const void *y)
{
    uint8_t t[REP3A_ELEMENT_LEN_MAX] = { 0 };

    f->scale_add(f, t, x, y, 1);
    memcpy(z, t, f->len);
}

/* w = weights of one variable after another: base entries become base * |u|. */
static void spread(const struct rep3a_field *f, uint8_t *w, unsigned base, const uint8_t *u, unsigned n)
{
    for (unsigned k = n; k-- > 0;)
        for (unsigned i = 0; i < base; i++)
            multiply(f, w + (k * base + i) * f->len, w + i * f->len, u + k * f->len);
}

void rep3a_point_weights(const struct rep3a_field *f, unsigned d, const void *r, void *w)
{
    uint8_t u[3 * REP3A_ELEMENT_LEN_MAX];

    rep3a_one(f, w);
    for (unsigned i = 0, base = 1; i < d; i++, base *= 3) {
        const uint8_t *ri = (const uint8_t *)r + i * f->len;

        rep3a_one(f, u);
        f->sub(f, u, u, ri, 1);         /* 1 - r */
        memcpy(u + f->len, ri, f->len); /* r */
        multiply(f, u + 2 * f->len, ri, ri);
        f->sub(f, u + 2 * f->len, u + 2 * f->len, ri, 1); /* r^2 - r: of the leading coefficient */
        spread(f, w, base, u, 3);
    }
}

void rep3a_corner_weights(const struct rep3a_field *f, unsigned d, const void *r, void *w)
{
    uint8_t u[2 * REP3A_ELEMENT_LEN_MAX];

    rep3a_one(f, w);
    for (unsigned i = 0, base = 1; i < d; i++, base *= 2) {
        const uint8_t *ri = (const uint8_t *)r + i * f->len;

        rep3a_one(f, u);
        f->sub(f, u, u, ri, 1);
        memcpy(u + f->len, ri, f->len);
        spread(f, w, base, u, 2);
    }
}
