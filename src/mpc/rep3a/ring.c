/* ring.c - products modulo 2^k become one inner product modulo a random prime. docs/protocols/rep3a.md,
 * "Rings".
 *
 * As integers, sum u*v - a - b = 2^k q for each result, for one q that the prover knows. 64 random subsets of
 * the results have the quotients Q; once the prover is bound to them, what must hold is an equation between
 * integers. */
#include "mpc/rep3a/prime.h"

enum {
    SUBSETS = 64,
    TABLES = SUBSETS / 8,
    TABLE = 256,
    LIMBS_MAX = 4, /* of a share of a quotient */
    CANDIDATES = 64,
    TRIES = 64,
};

struct ring {
    struct rep3a_proof proof;
    struct rep3a_field f;
    const struct rep3a_job *job;
    unsigned k;
    size_t results, products;
    const struct rep3a_prime_kernels *kernels;
    uint64_t *subsets; /* of each result: which it is in; then its weight */
    uint64_t quotient[SUBSETS][LIMBS_MAX], a[SUBSETS][LIMBS_MAX], b[SUBSETS][LIMBS_MAX];
    uint64_t table[TABLES][TABLE]; /* weights by bytes of a result's subsets */
    struct rep3a_inner inner;
};

static bool is_wide(const struct ring *v)
{
    return v->k > 64;
}

/* 64-bit words of a share of a quotient, and bytes of its mask. Of N products a quotient is less than
 * 2^(k+2) N: the mask hides it but for a distance of N 2^-94. */
static size_t share_limbs(const struct ring *v)
{
    return is_wide(v) ? 4 : 3;
}
static size_t mask_len(const struct ring *v)
{
    return is_wide(v) ? 28 : 20;
}

static const uint64_t *words(const uint8_t *p)
{
    return (const uint64_t *)(const void *)p;
}

/* --- the quotients of subsets ---------------------------------------------------------------------------- */

/* A result with value q counts in all its subsets: by each byte of them once, here, and by bit in the end. */
static void add_to_tables(rep3a_u128 sum[TABLES][TABLE], uint64_t subsets, rep3a_u128 q)
{
    for (unsigned t = 0; t < TABLES; t++)
        sum[t][subsets >> 8 * t & 0xff] += q;
}

/* quotient[s] += sums of subset s, times 2^64 where `above`. */
static void add_subset_sums(rep3a_u128 sum[TABLES][TABLE], uint64_t quotient[SUBSETS][LIMBS_MAX], bool above)
{
    for (unsigned s = 0; s < SUBSETS; s++) {
        rep3a_u128 total = 0, carry = 0;
        uint64_t limb[3];

        for (unsigned i = 0; i < TABLE; i++)
            if (i >> s % 8 & 1)
                total += sum[s / 8][i];
        limb[0] = (uint64_t)total;
        limb[1] = (uint64_t)(total >> 64);
        limb[2] = -(uint64_t)(total >> 127); /* the sign */
        for (unsigned i = above; i < LIMBS_MAX; i++) {
            carry += (rep3a_u128)quotient[s][i] + limb[i - above < 2 ? i - above : 2];
            quotient[s][i] = (uint64_t)carry;
            carry >>= 64;
        }
    }
}

static enum sotto_err draw_subsets(struct ring *v)
{
    unsigned bits = v->proof.st->s->options.digest_bits;

    v->subsets = strand_room(v->proof.st, v->results, sizeof *v->subsets);
    if (!v->subsets)
        return v->proof.st->s->fault.code;
    TRY(rep3a_challenge(&v->proof));
    TRY(rep3a_challenge_read(&v->proof, v->subsets, v->results * sizeof *v->subsets));
    for (size_t i = 0; bits && i < v->results; i++) /* for tests: fewer subsets */
        v->subsets[i] &= ((uint64_t)1 << bits) - 1;
    return SOTTO_OK;
}

enum { AT_ONCE = 1024 };

/* Quotients of few products by the processor's own means: low 33 bits and the rest apart. */
static enum sotto_err find_narrow_quotients(struct ring *v)
{
    uint64_t(*sum)[SUBSETS] = strand_alloc(v->proof.st, 2, sizeof *sum);
    rep3a_u128 *q = strand_room(v->proof.st, AT_ONCE, sizeof *q);
    size_t at = 0;

    if (!sum || !q)
        return v->proof.st->s->fault.code;
    for (const struct rep3a_block *b = v->job->list.first; b; at += b->n, b = b->next)
        for (size_t i = 0; i < b->n; i += AT_ONCE) {
            size_t n = b->n - i < AT_ONCE ? b->n - i : AT_ONCE;

            rep3a_quotients(b, v->k, q, i, n, false);
            v->kernels->subset_sums(sum, v->subsets + at + i, q, n);
        }
    for (unsigned s = 0; s < SUBSETS; s++) {
        rep3a_u128 total = ((rep3a_u128)(__int128)(int64_t)sum[1][s] << 33) + sum[0][s];

        v->quotient[s][0] = (uint64_t)total;
        v->quotient[s][1] = (uint64_t)(total >> 64);
        v->quotient[s][2] = v->quotient[s][3] = -(uint64_t)(total >> 127);
    }
    return SOTTO_OK;
}

static enum sotto_err find_quotients(struct ring *v)
{
    rep3a_u128(*sum)[TABLE], *q;

    if (v->kernels->subset_sums && !is_wide(v) && v->products <= REP3A_SUBSET_PRODUCTS_MAX)
        return find_narrow_quotients(v);
    sum = strand_alloc(v->proof.st, TABLES, sizeof *sum);
    q = strand_room(v->proof.st, AT_ONCE, sizeof *q);
    if (!sum || !q)
        return v->proof.st->s->fault.code;
    for (unsigned above = 0; above < (is_wide(v) ? 2u : 1u); above++) {
        size_t at = 0;

        memset(sum, 0, TABLES * sizeof *sum);
        for (const struct rep3a_block *b = v->job->list.first; b; at += b->n, b = b->next)
            for (size_t i = 0, n; i < b->n; i += n) {
                n = b->n - i < AT_ONCE ? b->n - i : AT_ONCE;
                rep3a_quotients(b, v->k, q, i, n, above);
                for (size_t e = 0; e < n; e++)
                    add_to_tables(sum, v->subsets[at + i + e], q[e]);
            }
        add_subset_sums(sum, v->quotient, above);
    }
    return SOTTO_OK;
}

/* --- sharing them as integers ---------------------------------------------------------------------------- */

static void subtract(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t limbs)
{
    uint64_t borrow = 0;

    for (size_t i = 0; i < limbs; i++) {
        rep3a_u128 d = (rep3a_u128)x[i] - y[i] - borrow;

        z[i] = (uint64_t)d;
        borrow = (uint64_t)(d >> 64) & 1;
    }
}

static enum sotto_err mask_of(struct ring *v, int key, uint64_t z[SUBSETS][LIMBS_MAX])
{
    struct strand *st = v->proof.st;
    uint8_t stream[SUBSETS * 28];
    size_t len = mask_len(v);

    TRY(strand_stream(st, key, st->step, REP3A_USE_MASK, stream, SUBSETS * len));
    memset(z, 0, SUBSETS * sizeof *z);
    for (size_t s = 0; s < SUBSETS; s++)
        memcpy(z[s], stream + s * len, len);
    mem_wipe(stream, sizeof stream);
    return SOTTO_OK;
}

/* A share is less than 2^(8 mask_len + 1) in absolute value: that bounds what the prover can claim. */
static bool in_range(const struct ring *v, const uint64_t share[LIMBS_MAX])
{
    size_t top = share_limbs(v) - 1;
    uint64_t high = share[top] >> (8 * mask_len(v) + 1 - 64 * top);

    return high == 0 || high == ~(uint64_t)0 >> (8 * mask_len(v) + 1 - 64 * top);
}

static enum sotto_err commit_quotients(struct ring *v)
{
    struct strand *st = v->proof.st;
    int self = st->s->self, next = rep3a_next(self), before = rep3a_before(self);
    size_t limbs = share_limbs(v), len = SUBSETS * limbs * 8;
    struct exchange *x = strand_alloc(st, 1, sizeof *x);
    uint64_t *out = strand_alloc(st, 1, len), *in = strand_alloc(st, 1, len);

    if (!x || !out || !in)
        return st->s->fault.code;
    TRY(mask_of(v, self, v->b));
    TRY(mask_of(v, next, v->a));
    for (size_t s = 0; s < SUBSETS; s++)
        subtract(out + s * limbs, v->quotient[s], v->a[s], limbs);
    x->out[before].buf = (uint8_t *)out;
    x->in[next].buf = (uint8_t *)in;
    x->out[before].len = x->in[next].len = len;
    TRY(rep3a_exchange(st, x));
    memset(v->a, 0, sizeof v->a);
    for (size_t s = 0; s < SUBSETS; s++) {
        uint64_t sign;

        memcpy(v->a[s], in + s * limbs, limbs * 8);
        sign = -(v->a[s][limbs - 1] >> 63);
        for (size_t i = limbs; i < LIMBS_MAX; i++)
            v->a[s][i] = sign;
        crypto_ct_public(&v->a[s][limbs - 1], 8); /* the masked share's size says nothing */
        if (!in_range(v, v->a[s]))
            return strand_accuse(st, 1u << next, "a share of party %d's quotients is too large", next);
    }
    return SOTTO_OK;
}

/* --- the random prime and the weights -------------------------------------------------------------------- */

static enum sotto_err draw_prime(struct ring *v)
{
    uint8_t candidate[8 * CANDIDATES];

    TRY(rep3a_challenge(&v->proof));
    for (unsigned tries = 0; tries < TRIES; tries++) {
        TRY(rep3a_challenge_read(&v->proof, candidate, sizeof candidate));
        for (unsigned i = 0; i < CANDIDATES; i++) {
            uint64_t p = (uint64_t)1 << 60 | rep3a_word(candidate + 8 * i) >> 4 | 1;

            if (rep3a_is_prime_var(p)) {
                rep3a_field_prime(&v->f, p);
                return SOTTO_OK;
            }
        }
    }
    return strand_fail(v->proof.st, SOTTO_ERR_INTERNAL, "no prime among %d numbers", TRIES * CANDIDATES);
}

/* A quotient's share modulo p, times 2^k. Horner from the top limb, which a negative number's two's complement
 * leaves 2^64 too large. */
static uint64_t share_in_field(const struct ring *v, const uint64_t share[LIMBS_MAX])
{
    const struct rep3a_field *f = &v->f;
    uint64_t h = rep3a_below_p(f, share[LIMBS_MAX - 1]),
             over = rep3a_montgomery(f, 1, f->square) & -(share[LIMBS_MAX - 1] >> 63);

    f->sub(f, &h, &h, &over, 1);
    for (unsigned i = LIMBS_MAX - 1; i-- > 0;) {
        uint64_t limb = rep3a_below_p(f, share[i]);

        h = rep3a_montgomery(f, h, f->square); /* h * 2^64 */
        f->add(f, &h, &h, &limb, 1);
    }
    for (unsigned k = v->k; k; k -= k < 64 ? k : 64)
        h = k < 64 ? rep3a_montgomery(f, rep3a_montgomery(f, h, (uint64_t)1 << k), f->square)
                   : rep3a_montgomery(f, h, f->square);
    return h;
}

/* Weights of the subsets; the claims begin with what the quotients give. */
static enum sotto_err draw_weights(struct ring *v)
{
    const struct rep3a_field *f = &v->f;
    uint64_t weight[SUBSETS], a[SUBSETS], b[SUBSETS];

    TRY(rep3a_challenge_elements(&v->proof, f, weight, SUBSETS));
    for (unsigned s = 0; s < SUBSETS; s++) {
        a[s] = share_in_field(v, v->a[s]);
        b[s] = share_in_field(v, v->b[s]);
        for (unsigned i = 0; i < TABLE; i++)
            if (i >> s % 8 & 1)
                f->add(f, &v->table[s / 8][i], &v->table[s / 8][i], &weight[s], 1);
    }
    f->dot_add(f, v->inner.a, weight, a, SUBSETS);
    f->dot_add(f, v->inner.b, weight, b, SUBSETS);
    return SOTTO_OK;
}

/* Weights take the subsets' place. */
static void weigh_results(struct ring *v)
{
    for (size_t i = 0; i < v->results; i++) {
        uint64_t subsets = v->subsets[i], sum = 0;

        for (unsigned t = 0; t < TABLES; t++)
            sum += v->table[t][subsets >> 8 * t & 0xff]; /* eight numbers of 61 bits */
        v->subsets[i] = sum;
    }
    v->kernels->below(&v->f, v->subsets, v->subsets, v->results);
}

/* --- the inner product ----------------------------------------------------------------------------------- */

/* weight * (low + high * 2^64) / 2^64 */
static uint64_t weighed(const struct ring *v, const uint8_t *elements, size_t i, uint64_t weight)
{
    const struct rep3a_field *f = &v->f;
    uint64_t low = rep3a_montgomery(f, words(elements)[2 * i], weight),
             high = rep3a_montgomery(f, rep3a_montgomery(f, words(elements)[2 * i + 1], weight), f->square);

    f->add(f, &low, &low, &high, 1);
    return low;
}

/* z = weight * element / 2^64 */
static void weigh(const struct ring *v, uint64_t *z, const uint8_t *elements, const uint64_t *weight, size_t n)
{
    if (!is_wide(v))
        v->kernels->weigh(&v->f, z, words(elements), weight, n);
    for (size_t i = 0; i < n && is_wide(v); i++)
        z[i] = weighed(v, elements, i, weight[i]);
}

/* z = elements modulo p */
static void below(const struct ring *v, uint64_t *z, const uint8_t *elements, size_t n)
{
    const uint64_t one = rep3a_montgomery(&v->f, 1, v->f.square); /* 2^64 */

    if (!is_wide(v))
        v->kernels->below(&v->f, z, words(elements), n);
    for (size_t i = 0; i < n && is_wide(v); i++)
        z[i] = weighed(v, elements, i, one);
}

static void add_claim(const struct ring *v, uint8_t *claim, const uint8_t *elements, const uint64_t *weight,
                      size_t n)
{
    const struct rep3a_field *f = &v->f;

    if (!is_wide(v))
        f->dot_add(f, claim, elements, weight, n);
    for (size_t i = 0; i < n && is_wide(v); i++) {
        uint64_t part = weighed(v, elements, i, weight[i]);

        f->add(f, claim, claim, &part, 1);
    }
}

static enum sotto_err take_block(struct ring *v, const struct rep3a_block *b, uint64_t *weight, size_t at)
{
    const struct rep3a_field *f = &v->f;
    uint8_t *const x[2] = { v->inner.x[0] + 8 * at, v->inner.x[1] + 8 * at }, *const y[2] = {
        v->inner.y[0] + 8 * at, v->inner.y[1] + 8 * at
    };
    size_t el = is_wide(v) ? 16 : 8;

    add_claim(v, v->inner.a, b->a, weight, b->n);
    add_claim(v, v->inner.b, b->b, weight, b->n);
    if (b->map)
        return rep3a_map_weigh(v->proof.st, f, b, weight, x, y);
    for (int s = 0; s < 2; s++) {
        for (size_t t = 0; t < b->terms && !b->moves; t++)
            weigh(v, (uint64_t *)(void *)x[s] + t * b->n, b->x[s] + t * b->n * el, weight, b->n);
        below(v, (uint64_t *)(void *)y[s], b->y[s], b->length);
        if (b->moves)
            memset(x[s], 0, 8 * b->n);
    }
    for (size_t i = 0; i < b->n && b->moves; i++)
        weight[i] = rep3a_montgomery(f, weight[i], 1);
    if (b->moves)
        rep3a_moved_weights(f, b, v->proof.st->s->self, (uint8_t *)weight, x);
    return SOTTO_OK;
}

/* The inner product gives the sum of weight * x * y over 2^128: so must the claims. */
static enum sotto_err take_blocks(struct ring *v)
{
    struct strand *st = v->proof.st;
    size_t n = v->job->list.n, room = n < REP3A_FOLD_N ? REP3A_FOLD_N : n, result = 0, at = 0;
    uint8_t *vectors = strand_room(st, 4 * room, 8), *const claim[2] = { v->inner.a, v->inner.b };

    if (!vectors)
        return st->s->fault.code;
    v->inner.n = n;
    for (int s = 0; s < 2; s++) {
        v->inner.x[s] = vectors + (size_t)s * 8 * room;
        v->inner.y[s] = vectors + (size_t)(2 + s) * 8 * room;
    }
    weigh_results(v);
    for (const struct rep3a_block *b = v->job->list.first; b; b = b->next) {
        TRY(take_block(v, b, v->subsets + result, at));
        result += b->n;
        at += b->length;
    }
    for (int s = 0; s < 2; s++) {
        uint64_t c = rep3a_montgomery(&v->f, rep3a_word(claim[s]), 1);

        memcpy(claim[s], &c, sizeof c);
    }
    return SOTTO_OK;
}

static enum sotto_err prove(struct ring *v, struct strand *st)
{
    for (const struct rep3a_block *b = v->job->list.first; b; b = b->next) {
        v->results += b->n;
        v->products += b->n * b->terms;
    }
    TRY(rep3a_proof_begin(&v->proof, st, 2 + rep3a_inner_coins(v->job->list.n)));
    TRY(draw_subsets(v));
    TRY(find_quotients(v));
    TRY(commit_quotients(v));
    TRY(draw_prime(v));
    TRY(draw_weights(v));
    TRY(take_blocks(v));
    return rep3a_inner_prove(&v->proof, &v->f, &v->inner);
}

enum sotto_err rep3a_prove_ring(struct strand *st, struct rep3a_job *job)
{
    struct ring *v = strand_alloc(st, 1, sizeof *v);
    enum sotto_err err;

    if (!v)
        return st->s->fault.code;
    v->job = job;
    v->k = rep3a_kind_bits(job->kind);
    v->kernels = rep3a_prime_kernels();
    err = prove(v, st);
    rep3a_proof_end(&v->proof);
    return err;
}
