#include "crypto/crypto.h"

#include <sodium.h>

#ifdef SOTTO_CT
#include <valgrind/memcheck.h>
#endif

_Static_assert(sizeof(crypto_generichash_state) <= sizeof(struct crypto_hash), "hash state fits");

enum sotto_err crypto_init(void)
{
    TRY(cpu_start(NULL));
    return sodium_init() < 0 ? SOTTO_ERR_INTERNAL : SOTTO_OK;
}

void crypto_random(void *out, size_t len)
{
    randombytes_buf(out, len);
}

static crypto_generichash_state *state_of(struct crypto_hash *h)
{
    return (crypto_generichash_state *)(void *)h->state;
}

void crypto_hash_init(struct crypto_hash *h, const char *domain)
{
    size_t len = strlen(domain);

    assert(len <= crypto_generichash_KEYBYTES_MAX);
    crypto_generichash_init(state_of(h), (const uint8_t *)domain, len, CRYPTO_HASH_LEN);
}

void crypto_hash_part(struct crypto_hash *h, const void *p, size_t len)
{
    uint8_t prefix[8];

    put_u64(prefix, len);
    crypto_generichash_update(state_of(h), prefix, sizeof prefix);
    crypto_generichash_update(state_of(h), p, len);
}

void crypto_hash_final(struct crypto_hash *h, uint8_t out[CRYPTO_HASH_LEN])
{
    crypto_generichash_final(state_of(h), out, CRYPTO_HASH_LEN);
    mem_wipe(h, sizeof *h);
}

void crypto_hash_of(const char *domain, const void *p, size_t len, uint8_t out[CRYPTO_HASH_LEN])
{
    struct crypto_hash h;

    crypto_hash_init(&h, domain);
    crypto_hash_part(&h, p, len);
    crypto_hash_final(&h, out);
}

void crypto_identity_new(struct crypto_identity *id)
{
    uint8_t seed[CRYPTO_SIGN_SEED_LEN];

    crypto_random(seed, sizeof seed);
    (void)!crypto_identity_from_seed(id, seed);
    mem_wipe(seed, sizeof seed);
}

enum sotto_err crypto_identity_from_seed(struct crypto_identity *id, const uint8_t seed[CRYPTO_SIGN_SEED_LEN])
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    int failed = crypto_sign_seed_keypair(id->public_key, secret, seed);

    memcpy(id->seed, seed, CRYPTO_SIGN_SEED_LEN);
    mem_wipe(secret, sizeof secret);
    return failed ? SOTTO_ERR_INTERNAL : SOTTO_OK;
}

void crypto_signature_make(const struct crypto_identity *id, const void *p, size_t len,
                           uint8_t out[CRYPTO_SIGNATURE_LEN])
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES], public_key[crypto_sign_PUBLICKEYBYTES];

    crypto_sign_seed_keypair(public_key, secret, id->seed);
    crypto_sign_detached(out, NULL, p, len, secret);
    mem_wipe(secret, sizeof secret);
}

bool crypto_signature_check_var(const uint8_t public_key[CRYPTO_SIGN_PUBLIC_LEN], const void *p, size_t len,
                                const uint8_t signature[CRYPTO_SIGNATURE_LEN])
{
    return crypto_sign_verify_detached(signature, p, len, public_key) == 0;
}

bool crypto_equal(const void *a, const void *b, size_t len)
{
    int differ = sodium_memcmp(a, b, len);

    crypto_ct_public(&differ, sizeof differ);
    return differ == 0;
}

void crypto_ct_secret(const void *p, size_t len)
{
#ifdef SOTTO_CT
    (void)VALGRIND_MAKE_MEM_UNDEFINED(p, len);
#else
    (void)p;
    (void)len;
#endif
}

void crypto_ct_public(const void *p, size_t len)
{
#ifdef SOTTO_CT
    (void)VALGRIND_MAKE_MEM_DEFINED(p, len);
#else
    (void)p;
    (void)len;
#endif
}

void crypto_hex(char *out, const uint8_t *p, size_t len)
{
    sodium_bin2hex(out, 2 * len + 1, p, len);
}
