/* test_crypto_kernels.c - every variant of stream and MAC that this machine has: against published vectors,
 * against OpenSSL and a bit-by-bit reference, and so against one another, over many lengths and places in
 * memory. */
#include "lib/testing.h"

#include "crypto/kernels.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

enum { LEN_MAX = 5000, CANARY = 0xa5 };

static uint64_t seed = 88172645463325252u;

static uint8_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint8_t)(seed * 0x2545f4914f6cdd1du >> 56);
}

static void draw_bytes(uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++)
        p[i] = draw();
}

static void unhex(uint8_t *out, const char *hex)
{
    for (; hex[0] && hex[1]; hex += 2) {
        unsigned v;

        assert_int_equal(sscanf(hex, "%2x", &v), 1);
        *out++ = (uint8_t)v;
    }
}

/* For every variant that there is. */
#define FOR_VARIANTS(v)                                                                                        \
    for (enum cpu_variant v = CPU_PORTABLE; v < CPU_VARIANTS; v++)                                             \
        if (!cpu_use(v))                                                                                       \
            print_message("this machine lacks %s\n", cpu_names[v]);                                            \
        else

/* --- stream ---------------------------------------------------------------------------------------------- */

static void want_stream(const uint8_t key[16], const uint8_t iv[16], uint8_t *out, int len)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int got;

    memset(out, 0, (size_t)len);
    assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_128_ctr(), NULL, key, iv), 1);
    assert_int_equal(EVP_EncryptUpdate(ctx, out, &got, out, len), 1);
    EVP_CIPHER_CTX_free(ctx);
}

/* NIST SP 800-38A, F.5.1: plain text xor cipher text. The counter carries into a second byte. */
static void test_nist_ctr(void **state)
{
    uint8_t key[16], iv[16], plain[64], cipher[64], out[64];

    (void)state;
    unhex(key, "2b7e151628aed2a6abf7158809cf4f3c");
    unhex(iv, "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    unhex(plain, "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                 "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
    unhex(cipher, "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
                  "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee");
    FOR_VARIANTS(v)
    {
        struct crypto_stream s;

        assert_int_equal(crypto_stream_init(&s, key), SOTTO_OK);
        assert_int_equal(crypto_stream_read(&s, iv, out, sizeof out), SOTTO_OK);
        for (size_t i = 0; i < sizeof out; i++)
            assert_int_equal(out[i] ^ plain[i], cipher[i]);
        crypto_stream_wipe(&s);
    }
}

/* From block `first` of the stream that begins at iv. */
static void check_stream(struct crypto_stream *s, const uint8_t iv[16], const uint8_t *want, size_t first,
                         size_t len, size_t shift)
{
    static uint8_t out[LEN_MAX + 256];
    uint8_t there[16];
    unsigned carry = (unsigned)first;

    memcpy(there, iv, sizeof there);
    for (int i = 15; i >= 9; i--, carry >>= 8) {
        carry += there[i];
        there[i] = (uint8_t)carry;
    }
    memset(out, CANARY, sizeof out);
    assert_int_equal(crypto_stream_read(s, there, out + shift, len), SOTTO_OK);
    if (memcmp(out + shift, want + 16 * first, len) != 0)
        fail_msg("%s: %zu bytes from block %zu", cpu_names[cpu_variant()], len, first);
    for (size_t i = 0; i < sizeof out; i++)
        if ((i < shift || i >= shift + len) && out[i] != CANARY)
            fail_msg("%s: %zu bytes: byte %zu is written", cpu_names[cpu_variant()], len, i);
}

static void test_stream(void **state)
{
    static uint8_t want[2 * LEN_MAX];

    (void)state;
    FOR_VARIANTS(v)
    {
        uint8_t key[16], iv[16] = { 0 };
        struct crypto_stream s;

        draw_bytes(key, sizeof key);
        draw_bytes(iv, 9);
        iv[14] = 0xff; /* carries */
        iv[15] = 0xf0;
        want_stream(key, iv, want, sizeof want);
        assert_int_equal(crypto_stream_init(&s, key), SOTTO_OK);
        for (size_t len = 0; len < 1200; len++)
            check_stream(&s, iv, want, len % 3, len, len % 64);
        check_stream(&s, iv, want, 300, LEN_MAX, 1);
        crypto_stream_wipe(&s);
        assert_int_equal(crypto_stream_read(&s, iv, want, 1), SOTTO_ERR_INTERNAL);
    }
}

/* Far into the stream: the counter takes more than four bytes. */
static void test_stream_far(void **state)
{
    const uint64_t first = 0x00123456789abcdeu;
    uint8_t key[16], there[16] = { 7 }, want[160], out[160];

    (void)state;
    draw_bytes(key, sizeof key);
    for (int i = 0; i < 8; i++)
        there[15 - i] = (uint8_t)(first >> 8 * i);
    want_stream(key, there, want, sizeof want);
    FOR_VARIANTS(v)
    {
        struct crypto_stream s;

        assert_int_equal(crypto_stream_init(&s, key), SOTTO_OK);
        assert_int_equal(crypto_stream_read(&s, there, out, sizeof out), SOTTO_OK);
        assert_memory_equal(out, want, sizeof out);
        crypto_stream_wipe(&s);
    }
}

/* --- MAC ------------------------------------------------------------------------------------------------- */

struct bits128 {
    uint8_t bit[128]; /* of x^0 first */
};

static struct bits128 to_bits(const uint8_t *p)
{
    struct bits128 b;

    for (int i = 0; i < 128; i++)
        b.bit[i] = p[i / 8] >> i % 8 & 1;
    return b;
}

/* a / x modulo x^128 + x^127 + x^126 + x^121 + 1 */
static void divide_by_x(struct bits128 *a)
{
    uint8_t odd = a->bit[0];

    for (int i = 0; i < 127; i++)
        a->bit[i] = a->bit[i + 1];
    a->bit[127] = odd;
    a->bit[126] ^= odd;
    a->bit[125] ^= odd;
    a->bit[120] ^= odd;
}

/* RFC 8452, section 3: S_j = (S_(j-1) + X_j) * H * x^-128; bit i of b adds a * x^(i - 128). */
static void reference_blocks(uint8_t sum[16], const uint8_t r[16], const uint8_t *p, size_t blocks)
{
    for (; blocks; blocks--, p += 16) {
        struct bits128 a, b = to_bits(r), z = { { 0 } };

        for (int i = 0; i < 16; i++)
            sum[i] ^= p[i];
        a = to_bits(sum);
        divide_by_x(&a);
        for (int i = 127; i >= 0; i--, divide_by_x(&a))
            for (int k = 0; k < 128; k++)
                z.bit[k] ^= b.bit[i] & a.bit[k];
        memset(sum, 0, 16);
        for (int i = 0; i < 128; i++)
            sum[i / 8] |= (uint8_t)(z.bit[i] << i % 8);
    }
}

static void reference_mac(uint8_t mac[16], const uint8_t key[32], const uint8_t *p, size_t len)
{
    uint8_t last[16] = { 0 }, length[16] = { 0 };

    memset(mac, 0, 16);
    reference_blocks(mac, key, p, len / 16);
    if (len % 16) {
        memcpy(last, p + len / 16 * 16, len % 16);
        reference_blocks(mac, key, last, 1);
    }
    put_u64(length, len);
    reference_blocks(mac, key, length, 1);
    for (int i = 0; i < 16; i++)
        mac[i] ^= key[16 + i];
}

static void reverse(uint8_t *p)
{
    uint8_t copy[16];

    memcpy(copy, p, 16);
    for (int i = 0; i < 16; i++)
        p[i] = copy[15 - i];
}

/* a * x: RFC 8452, appendix A, mulX_POLYVAL. */
static void times_x(uint8_t p[16])
{
    uint8_t top = p[15] >> 7;

    for (int i = 15; i > 0; i--)
        p[i] = (uint8_t)(p[i] << 1 | p[i - 1] >> 7);
    p[0] = (uint8_t)(p[0] << 1);
    if (top) {
        p[0] ^= 1;
        p[15] ^= 0xc2;
    }
}

static const struct {
    const char *source, *key;
    bool ghash; /* RFC 8452, appendix A: the same but for the order of bytes and a factor x */
    size_t blocks;
    const char *in, *want;
} vectors[] = {
    { "RFC 8452, appendix A", "25629347589242761d31f826ba4b757b", false, 2,
      "4f4f95668c83dfb6401762bb2d01a262d1a24ddd2721d006bbe45f20d3c9f362", "f7a3b47b846119fae5b7866cf5e5b77e" },
    { "McGrew and Viega, GCM, test case 2", "66e94bd4ef8a2c3b884cfa59ca342b2e", true, 2,
      "0388dace60b6a392f328c2b971b2fe7800000000000000000000000000000080", "f38cbb1ad69223dcc3457ae5b6b0f885" },
    { "McGrew and Viega, GCM, test case 3", "b83b533708bf535d0aa6e52980d53b78", true, 5,
      "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
      "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985"
      "00000000000000000000000000000200",
      "7f1b32b81b820d02614f8895ac1d4eac" },
};

static void vector_bytes(size_t i, uint8_t key[16], uint8_t *in, uint8_t want[16])
{
    unhex(key, vectors[i].key);
    unhex(in, vectors[i].in);
    unhex(want, vectors[i].want);
    if (!vectors[i].ghash)
        return;
    reverse(key);
    times_x(key);
    reverse(want);
    for (size_t b = 0; b < vectors[i].blocks; b++)
        reverse(in + 16 * b);
}

static void test_published(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        uint8_t key[CRYPTO_KEY_LEN] = { 0 }, in[80], want[16], sum[16] = { 0 };

        vector_bytes(i, key, in, want);
        reference_blocks(sum, key, in, vectors[i].blocks);
        if (memcmp(sum, want, 16) != 0)
            fail_msg("the test's own computation: %s", vectors[i].source);
        FOR_VARIANTS(v)
        {
            struct crypto_mac m;

            crypto_mac_init(&m, key);
            m.poly->blocks(&m, in, vectors[i].blocks);
            m.poly->sum(&m, sum);
            if (memcmp(sum, want, 16) != 0)
                fail_msg("%s: %s", cpu_names[v], vectors[i].source);
        }
    }
}

static void check_mac(const uint8_t key[32], const uint8_t *p, size_t len)
{
    uint8_t want[16], have[16];

    reference_mac(want, key, p, len);
    FOR_VARIANTS(v)
    {
        crypto_mac(have, key, p, len);
        if (memcmp(have, want, 16) != 0)
            fail_msg("%s: MAC of %zu bytes", cpu_names[v], len);
    }
}

static void test_mac(void **state)
{
    static uint8_t p[LEN_MAX + 64];
    uint8_t key[32];

    (void)state;
    for (size_t len = 0; len < 700; len++) {
        draw_bytes(key, sizeof key);
        draw_bytes(p, sizeof p);
        check_mac(key, p + len % 64, len);
    }
    check_mac(key, p + 3, LEN_MAX);
    memset(key, 0xff, sizeof key); /* all ones: carries of every kind in the portable products */
    memset(p, 0xff, sizeof p);
    check_mac(key, p, 1111);
}

/* A message in parts is the message, however it is cut at blocks. */
static void test_mac_in_parts(void **state)
{
    static uint8_t p[LEN_MAX];
    uint8_t key[32], want[16], have[16];

    (void)state;
    draw_bytes(key, sizeof key);
    draw_bytes(p, sizeof p);
    FOR_VARIANTS(v)
    {
        crypto_mac(want, key, p, sizeof p);
        for (int trial = 0; trial < 500; trial++) {
            struct crypto_mac m;
            size_t at = 0;

            crypto_mac_init(&m, key);
            while (at < sizeof p) {
                size_t part = 16 * (draw() % 4 ? draw() % 8u : (size_t)draw());

                part = part < sizeof p - at ? part : sizeof p - at;
                crypto_mac_update(&m, p + at, part);
                at += part;
            }
            crypto_mac_final(&m, have);
            assert_memory_equal(have, want, sizeof have);
        }
    }
}

/* --- the choice ------------------------------------------------------------------------------------------ */

static void test_choice(void **state)
{
    struct fault f = { .code = SOTTO_OK };

    (void)state;
    assert_true(cpu_use(CPU_PORTABLE));
    assert_int_equal(setenv("SOTTO_CPU", "sse9", 1), 0);
    assert_int_equal(cpu_start(&f), SOTTO_OK); /* chosen already */
    assert_int_equal(cpu_variant(), CPU_PORTABLE);
    assert_int_equal(unsetenv("SOTTO_CPU"), 0);
    assert_true(cpu_use(cpu_best()));
    assert_int_equal(cpu_variant(), cpu_best());
    for (enum cpu_variant v = CPU_PORTABLE; v < CPU_VARIANTS; v++)
        assert_int_equal(cpu_use(v),
                         v == CPU_PORTABLE || v == cpu_best() || (v == CPU_AVX2 && cpu_best() == CPU_AVX512));
}

/* Before anything is chosen, so it must be the first test. */
static void test_wrong_name(void **state)
{
    struct fault f = { .code = SOTTO_OK };
    const char *given = getenv("SOTTO_CPU");
    char *keep = given ? mem_strdup(given) : NULL;

    (void)state;
    assert_int_equal(setenv("SOTTO_CPU", "sse9", 1), 0);
    assert_int_equal(cpu_start(&f), SOTTO_ERR_USAGE);
    assert_string_equal(f.text, "SOTTO_CPU=sse9: there are portable, avx2, avx512 and armv8");
    assert_int_equal(cpu_variant(), cpu_best()); /* a library's user who did not ask */
    if (keep)
        assert_int_equal(setenv("SOTTO_CPU", keep, 1), 0);
    mem_free(keep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_name),   cmocka_unit_test(test_nist_ctr),  cmocka_unit_test(test_stream),
        cmocka_unit_test(test_stream_far),   cmocka_unit_test(test_published), cmocka_unit_test(test_mac),
        cmocka_unit_test(test_mac_in_parts), cmocka_unit_test(test_choice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
