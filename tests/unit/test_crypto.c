/* Published vectors for what crypto.h wraps. */
#include "lib/testing.h"

#include "crypto/crypto.h"

#include <stdio.h>

static size_t unhex(uint8_t *out, const char *hex)
{
    size_t n = 0;

    for (; hex[0] && hex[1]; hex += 2) {
        unsigned v;

        assert_int_equal(sscanf(hex, "%2x", &v), 1);
        out[n++] = (uint8_t)v;
    }
    return n;
}

static void expect_hex(const uint8_t *p, size_t len, const char *want)
{
    char have[1025];

    assert_true(2 * len < sizeof have);
    crypto_hex(have, p, len);
    assert_string_equal(have, want);
}

/* A key stream is the encrypted counter blocks, so vectors of the block cipher are vectors of the stream. */
static void test_aes_ctr(void **state)
{
    static const struct {
        const char *source, *key, *iv, *want;
    } cases[] = {
        { "McGrew and Viega, GCM, test case 1: H, then E(K, Y0)", "00000000000000000000000000000000",
          "00000000000000000000000000000000",
          "66e94bd4ef8a2c3b884cfa59ca342b2e58e2fccefa7e3061367f1d57a4e7455a" },
        { "NIST AESAVS, VarTxt128, 1", "00000000000000000000000000000000", "80000000000000000000000000000000",
          "3ad78e726c1ec02b7ebfe92b23d9ec34" },
        { "NIST AESAVS, VarKey128, 1", "80000000000000000000000000000000", "00000000000000000000000000000000",
          "0edd33d3c621e546455bd8ba1418bec8" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t key[16], iv[16], out[32];
        struct crypto_stream s;

        unhex(key, cases[i].key);
        unhex(iv, cases[i].iv);
        assert_int_equal(crypto_stream_init(&s, key), SOTTO_OK);
        for (int again = 0; again < 2; again++) { /* the same iv gives the same stream: no state is left */
            memset(out, 0xee, sizeof out);
            assert_int_equal(crypto_stream_read(&s, iv, out, strlen(cases[i].want) / 2), SOTTO_OK);
            expect_hex(out, strlen(cases[i].want) / 2, cases[i].want);
        }
        crypto_stream_wipe(&s);
        assert_int_equal(crypto_stream_read(&s, iv, out, 1), SOTTO_ERR_INTERNAL);
    }
}

static void test_stream_lengths_agree(void **state)
{
    enum { LEN = (1 << 20) + 100 };
    static const size_t lens[] = { 1, 15, 16, 17, 4095, 1 << 20, LEN };
    uint8_t key[16] = { 1 }, iv[16] = { 2 }, other[16] = { 3 };
    uint8_t *whole = mem_alloc(LEN, 1), *part = mem_alloc(LEN, 1);
    struct crypto_stream s;

    (void)state;
    assert_true(whole && part);
    assert_int_equal(crypto_stream_init(&s, key), SOTTO_OK);
    assert_int_equal(crypto_stream_read(&s, iv, whole, LEN), SOTTO_OK);
    for (size_t i = 0; i < COUNT_OF(lens); i++) {
        memset(part, 0x55, LEN);
        assert_int_equal(crypto_stream_read(&s, iv, part, lens[i]), SOTTO_OK);
        assert_memory_equal(part, whole, lens[i]);
    }
    assert_int_equal(crypto_stream_read(&s, other, part, LEN), SOTTO_OK);
    assert_memory_not_equal(part, whole, 16);
    crypto_stream_wipe(&s);
    mem_free(whole);
    mem_free(part);
}

/* Keyed BLAKE2b (RFC 7693) over parts that are led by their length. The values come from another
 * implementation: python3 -c 'import hashlib, struct; h = hashlib.blake2b(key=b"sotto test", digest_size=32)
 *   [h.update(struct.pack("<Q", len(p)) + p) for p in (b"a", b"bc")]; print(h.hexdigest())' */
static void test_hash(void **state)
{
    static const struct {
        const char *domain;
        const char *parts[3];
        const char *want;
    } cases[] = {
        { "sotto test", { "abc" }, "0ddd1c8e55f3a3930902d50a6245c40d98e2942c4282698485dfb9e650c14d31" },
        { "sotto test", { "a", "bc" }, "c6a823648148ce866018c477e622fe4831e7f32fa35e4ed1d8fe739d1962ab80" },
        { "k", { NULL }, "490b6c8300eb23464bd2f9ca37c036be5091da14ddbeafab424c4c0a1f9eaac5" },
        { "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
          { "" },
          "099683f92192e2dc12f6e35c3b44697980e6cf898b50743eb520b04f43c329e7" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t out[CRYPTO_HASH_LEN], once[CRYPTO_HASH_LEN];
        struct crypto_hash h;

        crypto_hash_init(&h, cases[i].domain);
        for (int k = 0; k < 3 && cases[i].parts[k]; k++)
            crypto_hash_part(&h, cases[i].parts[k], strlen(cases[i].parts[k]));
        crypto_hash_final(&h, out);
        expect_hex(out, sizeof out, cases[i].want);
        if (cases[i].parts[0] && !cases[i].parts[1]) {
            crypto_hash_of(cases[i].domain, cases[i].parts[0], strlen(cases[i].parts[0]), once);
            assert_memory_equal(once, out, sizeof out);
        }
    }
}

static void test_ed25519(void **state)
{
    static const struct {
        const char *seed, *public_key, *message, *signature;
    } cases[] = {
        /* RFC 8032, 7.1, tests 1 to 3 */
        { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
          "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
          "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25b"
          "f5f0595b"
          "be24655141438e7a100b" },
        { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
          "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
          "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b"
          "2eaeb430"
          "2aeeb00d291612bb0c00" },
        { "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
          "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
          "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c"
          "15e9716e"
          "d28dc027beceea1ec40a" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t seed[CRYPTO_SIGN_SEED_LEN], message[64], signature[CRYPTO_SIGNATURE_LEN];
        struct crypto_identity id;
        size_t len = unhex(message, cases[i].message);

        unhex(seed, cases[i].seed);
        assert_int_equal(crypto_identity_from_seed(&id, seed), SOTTO_OK);
        expect_hex(id.public_key, sizeof id.public_key, cases[i].public_key);
        crypto_signature_make(&id, message, len, signature);
        expect_hex(signature, sizeof signature, cases[i].signature);
        assert_true(crypto_signature_check_var(id.public_key, message, len, signature));
        for (size_t bit = 0; bit < 8 * sizeof signature; bit += 5) {
            signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_false(crypto_signature_check_var(id.public_key, message, len, signature));
            signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        message[len] = 0;
        assert_false(crypto_signature_check_var(id.public_key, message, len + 1, signature));
    }
}

static void test_new_identities_differ(void **state)
{
    struct crypto_identity a, b;
    uint8_t signature[CRYPTO_SIGNATURE_LEN];

    (void)state;
    crypto_identity_new(&a);
    crypto_identity_new(&b);
    assert_memory_not_equal(a.public_key, b.public_key, sizeof a.public_key);
    assert_memory_not_equal(a.seed, b.seed, sizeof a.seed);
    crypto_signature_make(&a, "x", 1, signature);
    assert_true(crypto_signature_check_var(a.public_key, "x", 1, signature));
    assert_false(crypto_signature_check_var(b.public_key, "x", 1, signature));
}

static void test_equal(void **state)
{
    uint8_t a[33] = { 0 }, b[33] = { 0 };

    (void)state;
    assert_true(crypto_equal(a, b, sizeof a));
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] = 0x80;
        assert_false(crypto_equal(a, b, sizeof a));
        assert_true(crypto_equal(a, b, i));
        b[i] = 0;
    }
}

static int start(void **state)
{
    (void)state;
    return crypto_init() != SOTTO_OK;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aes_ctr),
        cmocka_unit_test(test_stream_lengths_agree),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_ed25519),
        cmocka_unit_test(test_new_identities_differ),
        cmocka_unit_test(test_equal),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
