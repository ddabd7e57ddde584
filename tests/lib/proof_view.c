#include "lib/proof_view.h"

#include "lib/testing.h"

/* As batch.c numbers them: 1 | kind (4 bits) | instruction; or with a kind past the last, which stands in the
 * tile then. */
bool proof_is(const struct net_tag *tag)
{
    return tag->instr >> 31 && tag->instr != NET_CONTROL_ABORT;
}

enum rep3a_kind proof_kind(const struct net_tag *tag)
{
    unsigned kind = tag->instr >> 27 & 15;

    return (enum rep3a_kind)(kind < REP3A_KINDS ? kind : tag->tile);
}

static void challenge(struct crypto_stream *s, const uint8_t *const coin[3], unsigned i)
{
    struct crypto_hash h;
    uint8_t seed[CRYPTO_HASH_LEN];

    crypto_hash_init(&h, "sotto rep3a challenge 1");
    for (int a = 0; a < 3; a++)
        crypto_hash_part(&h, coin[a] + i * REP3A_COIN_LEN, REP3A_COIN_LEN);
    crypto_hash_final(&h, seed);
    *s = (struct crypto_stream){ 0 };
    assert_int_equal(crypto_stream_init(s, seed), SOTTO_OK);
}

static void read_challenge(struct crypto_stream *s, uint64_t turn, void *out, size_t len)
{
    uint8_t iv[16] = { 0 };

    put_u64(iv, turn);
    assert_int_equal(crypto_stream_read(s, iv, out, len), SOTTO_OK);
}

/* "Rings", step 3: the first of a stream of candidates. */
static uint64_t prime_of(const uint8_t *const coin[3])
{
    struct crypto_stream s;
    uint8_t candidate[8 * 64];
    uint64_t p = 0;

    challenge(&s, coin, 1);
    for (uint64_t turn = 0; !p; turn++) {
        read_challenge(&s, turn, candidate, sizeof candidate);
        for (unsigned i = 0; i < 64 && !p; i++) {
            uint64_t q = (uint64_t)1 << 60 | rep3a_word(candidate + 8 * i) >> 4 | 1;

            p = rep3a_is_prime_var(q) ? q : 0;
        }
    }
    crypto_stream_wipe(&s);
    return p;
}

void proof_view(struct proof_view *v, enum rep3a_kind kind, const uint8_t *const coin[3], unsigned coins)
{
    uint8_t stream[REP3A_FOLD * REP3A_DRAW_LEN_MAX], r[REP3A_FOLD * REP3A_ELEMENT_LEN_MAX],
        product[REP3A_ELEMENT_LEN_MAX];
    struct crypto_stream s;

    if (kind == REP3A_BITS || kind == REP3A_ITEMS)
        rep3a_field_binary(&v->f);
    else if (kind <= REP3A_RING128)
        rep3a_field_prime(&v->f, prime_of(coin));
    else
        rep3a_field_named(&v->f, rep3a_kind_bits(kind));
    challenge(&s, coin, coins - 1);
    read_challenge(&s, 0, stream, REP3A_FOLD * v->f.draw_len);
    crypto_stream_wipe(&s);
    v->f.draw(&v->f, r, stream, REP3A_FOLD);
    memcpy(v->blind_weight, r, v->f.len);
    for (unsigned i = 1; i < REP3A_FOLD; i++) {
        memset(product, 0, sizeof product);
        v->f.dot_add(&v->f, product, v->blind_weight, r + i * v->f.len, 1);
        memcpy(v->blind_weight, product, v->f.len);
    }
}

/* --- other randomness for the same view ------------------------------------------------------------------- */

/* What is to be drawn so that the field makes this element of it. */
static void stream_for(const struct rep3a_field *f, uint8_t *to, const uint8_t *element)
{
    memset(to, 0, f->draw_len);
    memcpy(to, element, f->len);
    if (f->p) {
        rep3a_u128 t = ((rep3a_u128)rep3a_word(element) << 64) % f->p;

        put_u64(to, (uint64_t)t);
        put_u64(to + 8, (uint64_t)(t >> 64));
    }
}

void proof_move_elements(const struct rep3a_field *f, uint8_t *drawn, const uint8_t *was, const uint8_t *is,
                         size_t n)
{
    for (size_t i = 0; i < n; i++) {
        _Alignas(32) uint8_t mask[REP3A_ELEMENT_LEN_MAX], a[sizeof mask], b[sizeof mask];

        memcpy(a, was + i * f->len, f->len);
        memcpy(b, is + i * f->len, f->len);
        f->draw(f, mask, drawn + i * f->draw_len, 1);
        f->add(f, mask, mask, b, 1);
        f->sub(f, mask, mask, a, 1);
        stream_for(f, drawn + i * f->draw_len, mask);
    }
}

static void multiply(const struct rep3a_field *f, uint8_t *z, const uint8_t *x, const uint8_t *y)
{
    _Alignas(32) uint8_t sum[REP3A_ELEMENT_LEN_MAX] = { 0 }, a[sizeof sum], b[sizeof sum];

    memcpy(a, x, f->len);
    memcpy(b, y, f->len);
    f->dot_add(f, sum, a, b, 1);
    memcpy(z, sum, f->len);
}

/* 1 / x in a field of 64 bits at most: a power. */
static void invert(const struct rep3a_field *f, uint8_t *z, const uint8_t *x)
{
    uint64_t e = f->p ? f->p - 2 : f->kernels ? ((uint64_t)1 << 61) - 3 : UINT64_MAX - 1;
    _Alignas(32) uint8_t power[REP3A_ELEMENT_LEN_MAX], square[sizeof power];

    rep3a_one(f, power);
    memcpy(square, x, f->len);
    for (; e; e >>= 1, multiply(f, square, square, square))
        if (e & 1)
            multiply(f, power, power, square);
    memcpy(z, power, f->len);
}

void proof_move_integers(uint8_t *drawn, const uint8_t *was, const uint8_t *is, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int carry = 0;

        for (size_t b = 0; b < 20; b++) {
            int x = drawn[20 * i + b] + is[24 * i + b] - was[24 * i + b] + carry;

            drawn[20 * i + b] = (uint8_t)x;
            carry = x >> 8;
        }
    }
}

void proof_move_blind(const struct proof_view *v, uint8_t *drawn, const uint8_t *was, const uint8_t *is)
{
    const struct rep3a_field *f = &v->f;
    uint8_t by[REP3A_ELEMENT_LEN_MAX];

    invert(f, by, v->blind_weight);
    for (int k = 0; k < 2; k++) {
        _Alignas(32) uint8_t a[REP3A_ELEMENT_LEN_MAX], b[sizeof a];

        memcpy(a, was + k * f->len, f->len);
        memcpy(b, is + k * f->len, f->len);
        f->sub(f, a, a, b, 1);
        multiply(f, a, a, by);
        f->draw(f, b, drawn + k * f->draw_len, 1);
        f->add(f, b, b, a, 1);
        stream_for(f, drawn + k * f->draw_len, b);
    }
}
