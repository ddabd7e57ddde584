/* test_ring_field.c - prime fields and the ring modulo 2^128 against OpenSSL's numbers and libsodium's scalars:
 * edge values in all pairs, then random ones. */
#include "ring/ring.h"

#include <openssl/bn.h>
#include <sodium.h>

#include "lib/gadget_case.h"
#include "lib/testing.h"

static const unsigned widths[] = { 128, RING_FIELD_61, RING_FIELD_ED25519, RING_FIELD_SECP256K1 };
enum { VALUES = 40 };

static uint64_t state = 7;

struct setting {
    const struct ring_kernels *k;
    unsigned limbs;
    BIGNUM *modulus, *x, *y, *u, *v, *z;
    BN_CTX *ctx;
};

static void open_setting(struct setting *s, unsigned bits)
{
    BIGNUM **const all[] = { &s->x, &s->y, &s->u, &s->v, &s->z };

    *s = (struct setting){ .k = ring_kernels_for(bits), .limbs = ring_limbs(bits), .ctx = BN_CTX_new() };
    assert_int_equal(s->k->bits, bits);
    assert_int_equal(s->k->wide->limbs, s->limbs);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        *all[i] = BN_new();
    if (bits == 128) {
        s->modulus = BN_new();
        BN_set_bit(s->modulus, 128);
    } else {
        s->modulus = BN_lebin2bn((const uint8_t *)s->k->wide->prime, 8 * (int)s->limbs, NULL);
        assert_int_equal(BN_num_bits(s->modulus), bits);
        assert_int_equal(BN_check_prime(s->modulus, s->ctx, NULL), 1);
    }
}

static void close_setting(struct setting *s)
{
    BIGNUM *const all[] = { s->modulus, s->x, s->y, s->u, s->v, s->z };

    for (size_t i = 0; i < COUNT_OF(all); i++)
        BN_free(all[i]);
    BN_CTX_free(s->ctx);
}

/* Value i, not reduced: near 0, near the modulus, near powers of 2, all ones, or random. */
static void value(const struct setting *s, unsigned i, uint64_t out[4])
{
    BIGNUM *n = BN_new();
    uint8_t bytes[32];

    if (i < 3) {
        BN_set_word(n, i);
    } else if (i < 9) {
        BN_copy(n, s->modulus);
        if (i < 6)
            BN_sub_word(n, i - 2);
        else
            BN_add_word(n, i - 6);
    } else if (i < 17) {
        BN_set_bit(n, (int)(64 * s->limbs) * ((int)i - 8) / 9);
        if (i % 2)
            BN_sub_word(n, 1);
    } else if (i == 17) {
        BN_set_bit(n, (int)(64 * s->limbs));
        BN_sub_word(n, 1);
    } else {
        for (size_t b = 0; b < sizeof bytes; b++)
            bytes[b] = (uint8_t)case_draw(&state);
        BN_lebin2bn(bytes, 8 * (int)s->limbs, n);
    }
    BN_mask_bits(n, (int)(64 * s->limbs));
    assert_int_equal(BN_bn2lebinpad(n, (uint8_t *)out, 32), 32);
    BN_free(n);
}

static void load(const struct setting *s, BIGNUM *n, const void *word)
{
    uint64_t limbs[4] = { 0 };

    s->k->wide->get(limbs, word, 0);
    assert_non_null(BN_lebin2bn((uint8_t *)limbs, 8 * (int)s->limbs, n));
    assert_true(BN_cmp(n, s->modulus) < 0);
}

/* The word is what n is modulo the modulus. */
static void expect(const struct setting *s, const char *what, const BIGNUM *n, const void *word)
{
    BIGNUM *want = BN_new(), *have = BN_new();

    assert_int_equal(BN_nnmod(want, n, s->modulus, s->ctx), 1);
    load(s, have, word);
    if (BN_cmp(want, have) != 0)
        fail_msg("%u bits: %s is wrong", s->k->bits, what);
    BN_free(want);
    BN_free(have);
}

struct word {
    _Alignas(32) uint64_t limb[4];
};

static void check_pair(struct setting *s, const struct word *x, const struct word *y, const struct word *u,
                       const struct word *v)
{
    struct word z;
    BIGNUM *n = BN_new();

    load(s, s->x, x);
    load(s, s->y, y);
    load(s, s->u, u);
    load(s, s->v, v);
    s->k->add(&z, x, y, 1);
    BN_add(n, s->x, s->y);
    expect(s, "add", n, &z);
    s->k->sub(&z, x, y, 1);
    BN_sub(n, s->x, s->y);
    expect(s, "sub", n, &z);
    s->k->neg(&z, x, 1);
    BN_set_word(n, 0);
    BN_sub(n, n, s->x);
    expect(s, "neg", n, &z);
    z = *u;
    s->k->mul_add(&z, x, y, 1);
    BN_mul(n, s->x, s->y, s->ctx);
    BN_add(n, n, s->u);
    expect(s, "mul_add", n, &z);
    z = *y;
    s->k->cross_add(&z, x, u, v, y, 1);
    BN_mul(n, s->x, s->y, s->ctx);
    BN_mul(s->z, s->v, s->u, s->ctx);
    BN_add(n, n, s->z);
    BN_add(n, n, s->y);
    expect(s, "cross_add", n, &z);
    BN_free(n);
}

static void check_signed(struct setting *s, const struct word *x, uint64_t by)
{
    struct word z;
    BIGNUM *n = BN_new();

    load(s, s->x, x);
    BN_set_word(n, (int64_t)by < 0 ? 0 - by : by);
    BN_set_negative(n, (int64_t)by < 0);
    s->k->put(&z, 0, by);
    expect(s, "put", n, &z);
    BN_mul(n, n, s->x, s->ctx);
    s->k->scale(&z, x, by, 1);
    expect(s, "scale", n, &z);
    BN_free(n);
}

/* Sums and inner products of all n words, and of the same word over and over: no carry is lost. */
static void check_sums(struct setting *s, const struct word *x, size_t n)
{
    size_t len = s->k->word_len;
    uint8_t *line = mem_alloc(n, len);
    BIGNUM *sum = BN_new(), *dot = BN_new();
    struct word z;

    for (size_t i = 0; i < n; i++) {
        memcpy(line + i * len, &x[i % VALUES], len);
        load(s, s->x, &x[i % VALUES]);
        BN_add(sum, sum, s->x);
        BN_sqr(s->y, s->x, s->ctx);
        BN_add(dot, dot, s->y);
    }
    s->k->wide->sum(&z, line, n);
    expect(s, "sum", sum, &z);
    assert_int_equal(s->k->sum(line, n), z.limb[0]);
    z = x[1];
    load(s, s->x, &z);
    BN_add(dot, dot, s->x);
    s->k->wide->dot(&z, line, line, n);
    expect(s, "dot", dot, &z);
    mem_free(line);
    BN_free(sum);
    BN_free(dot);
}

static void check_inverse(struct setting *s, const struct word *x)
{
    struct word z;

    load(s, s->x, x);
    ring_field_invert(s->k, &z, x);
    if (!BN_is_zero(s->x))
        BN_mod_inverse(s->z, s->x, s->modulus, s->ctx);
    else
        BN_zero(s->z);
    expect(s, "inverse", s->z, &z);
}

static void check_stream(struct setting *s)
{
    uint8_t stream[3 * 48];
    struct word z[3];

    if (!s->k->wide->from_stream)
        return;
    for (int round = 0; round < 20; round++) {
        size_t len = s->k->wide->draw_len;

        for (size_t b = 0; b < sizeof stream; b++)
            stream[b] = round ? (uint8_t)case_draw(&state) : 0xff;
        s->k->wide->from_stream(z, stream, 3);
        for (size_t i = 0; i < 3; i++) {
            BN_lebin2bn(stream + i * len, (int)len, s->x);
            expect(s, "from_stream", s->x, (uint8_t *)z + i * s->k->word_len);
        }
    }
}

static void test_against_bignum(void **unused)
{
    (void)unused;
    for (size_t w = 0; w < COUNT_OF(widths); w++) {
        struct setting s;
        struct word x[VALUES];
        uint64_t raw[4];

        open_setting(&s, widths[w]);
        for (unsigned i = 0; i < VALUES; i++) {
            value(&s, i, raw);
            BN_lebin2bn((uint8_t *)raw, 8 * (int)s.limbs, s.x);
            s.k->wide->put(&x[i], 0, raw);
            expect(&s, "put limbs", s.x, &x[i]);
            if (s.k->wide->canonical) {
                struct word c;

                memcpy(&c, raw, sizeof c);
                s.k->wide->canonical(&c, 1);
                expect(&s, "canonical", s.x, &c);
                check_inverse(&s, &x[i]);
            }
            assert_int_equal(s.k->get(&x[i], 0), x[i].limb[0]);
        }
        for (unsigned i = 0; i < VALUES; i++)
            for (unsigned j = 0; j < VALUES; j++)
                check_pair(&s, &x[i], &x[j], &x[(i + j) % VALUES], &x[(3 * i + j) % VALUES]);
        for (unsigned i = 0; i < VALUES; i++) {
            const uint64_t by[] = {
                0, 1, 2, UINT64_MAX, (uint64_t)1 << 63, ((uint64_t)1 << 63) - 1, case_draw(&state)
            };

            for (size_t b = 0; b < COUNT_OF(by); b++)
                check_signed(&s, &x[i], by[b]);
        }
        check_sums(&s, x, 1);
        check_sums(&s, x, VALUES);
        for (unsigned i = 0; i < VALUES; i++)
            x[i] = x[3]; /* the modulus less one */
        check_sums(&s, x, 1000);
        check_stream(&s);
        close_setting(&s);
    }
}

static void test_many_inverses(void **unused)
{
    (void)unused;
    for (size_t w = 1; w < COUNT_OF(widths); w++) {
        const struct ring_kernels *k = ring_kernels_for(widths[w]);
        uint8_t x[50 * RING_WORD_LEN_MAX], z[50 * RING_WORD_LEN_MAX];

        for (size_t i = 0; i < 50; i++)
            k->put(x, i, i < 4 ? i + 1 : i < 8 ? 0 - i : case_draw(&state));
        ring_field_invert_all(k, z, x, 50);
        for (size_t i = 0; i < 50; i++) {
            struct word product = { { 0 } };

            k->mul_add(&product, x + i * k->word_len, z + i * k->word_len, 1);
            assert_int_equal(product.limb[0], 1);
            assert_int_equal(product.limb[1] | product.limb[2] | product.limb[3], 0);
        }
    }
}

/* The same operations by another library, whose words have the same layout. */
static void test_ed25519_against_libsodium(void **unused)
{
    const struct ring_kernels *k = &ring_field_ed25519;
    struct setting s;

    (void)unused;
    open_setting(&s, RING_FIELD_ED25519);
    for (unsigned i = 0; i < 60; i++)
        for (unsigned j = 0; j < 60; j++) {
            struct word x, y, z, want, ours;
            uint64_t raw[4];
            uint8_t wide[64] = { 0 };

            value(&s, i, raw);
            memcpy(wide, raw, 32);
            k->wide->put(&x, 0, raw);
            crypto_core_ed25519_scalar_reduce((uint8_t *)&want, wide);
            assert_memory_equal(&x, &want, 32);
            value(&s, j, raw);
            k->wide->put(&y, 0, raw);
            crypto_core_ed25519_scalar_add((uint8_t *)&want, (uint8_t *)&x, (uint8_t *)&y);
            k->add(&z, &x, &y, 1);
            assert_memory_equal(&z, &want, 32);
            crypto_core_ed25519_scalar_sub((uint8_t *)&want, (uint8_t *)&x, (uint8_t *)&y);
            k->sub(&z, &x, &y, 1);
            assert_memory_equal(&z, &want, 32);
            crypto_core_ed25519_scalar_mul((uint8_t *)&want, (uint8_t *)&x, (uint8_t *)&y);
            z = (struct word){ { 0 } };
            k->mul_add(&z, &x, &y, 1);
            assert_memory_equal(&z, &want, 32);
            if (j || crypto_core_ed25519_scalar_invert((uint8_t *)&want, (uint8_t *)&x))
                continue;
            ring_field_invert(k, &ours, &x);
            assert_memory_equal(&ours, &want, 32);
        }
    close_setting(&s);
}

static void test_wide_planes(void **unused)
{
    enum { N = 130, STRIDE = 4 };
    uint64_t words[2 * N], back[2 * N], planes[128 * STRIDE];

    (void)unused;
    for (size_t i = 0; i < 2 * N; i++)
        words[i] = case_draw(&state);
    for (size_t n = 1; n <= N; n += 43) {
        ring_to_planes(planes, STRIDE, words, 128, n);
        for (size_t e = 0; e < n; e++)
            for (unsigned p = 0; p < 128; p++)
                assert_int_equal(ring_bit(planes + p * STRIDE, e), words[2 * e + p / 64] >> p % 64 & 1);
        ring_from_planes(back, planes, STRIDE, 128, n);
        assert_memory_equal(words, back, 16 * n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_bignum),
        cmocka_unit_test(test_many_inverses),
        cmocka_unit_test(test_ed25519_against_libsodium),
        cmocka_unit_test(test_wide_planes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
