/* crypto.h - thin over libsodium and OpenSSL: hash, stream, one-time MAC, identity keys, constant-time helpers.
 *
 * CT: lengths leak, contents never, unless a function's name says var. */
#ifndef SOTTO_CRYPTO_H
#define SOTTO_CRYPTO_H

#include "base/base.h"

enum {
    CRYPTO_HASH_LEN = 32,
    CRYPTO_KEY_LEN = 32,
    CRYPTO_MAC_LEN = 16,
    CRYPTO_SIGN_PUBLIC_LEN = 32,
    CRYPTO_SIGN_SEED_LEN = 32,
    CRYPTO_SIGNATURE_LEN = 64,
};

/** Once per process before anything else; safe to repeat. */
SOTTO_MUST_CHECK enum sotto_err crypto_init(void);

/** len bytes from the system's generator. */
void crypto_random(void *out, size_t len);

/* --- hash: BLAKE2b-256 (RFC 7693), keyed by a domain label ---------------------------------------------- */
struct crypto_hash {
    _Alignas(64) uint8_t state[384];
};
/** `domain` separates uses; at most 64 bytes. */
void crypto_hash_init(struct crypto_hash *h, const char *domain);
/** Every part is prefixed by its length, so that parts cannot run into each other. */
void crypto_hash_part(struct crypto_hash *h, const void *p, size_t len);
void crypto_hash_final(struct crypto_hash *h, uint8_t out[CRYPTO_HASH_LEN]);
/** All in one. */
void crypto_hash_of(const char *domain, const void *p, size_t len, uint8_t out[CRYPTO_HASH_LEN]);

/* --- stream: AES-128-CTR (NIST SP 800-38A); one key, many streams told apart by their first block -------- */
struct crypto_stream {
    const struct crypto_aes *aes; /* the variant; NULL: no key */
    void *cipher;                 /* OpenSSL's, where the variant has no kernel of its own */
    uint8_t round_key[11][16];    /* secret */
};
/** One thread at a time may use a stream. */
SOTTO_MUST_CHECK enum sotto_err crypto_stream_init(struct crypto_stream *s, const uint8_t key[16]);
void crypto_stream_wipe(struct crypto_stream *s);
/** out = the key stream from counter block iv on. The last 7 bytes of iv count blocks of 16 bytes, big-endian:
 * 0 is a stream's beginning, and none may be longer than 2^56 blocks. */
SOTTO_MUST_CHECK enum sotto_err crypto_stream_read(struct crypto_stream *s, const uint8_t iv[16], void *out,
                                                   size_t len);

/* --- one-time MAC: POLYVAL (RFC 8452, section 3) and a pad ----------------------------------------------
 *
 * mac = POLYVAL(r, m || zeros to 16 bytes || length in bytes (8, little-endian) || 8 zeros) ^ s, where r || s
 * is the key. The key must serve once. Whoever lacks it makes the MAC of another message from one that it has
 * seen with a probability of at most (n + 1) / 2^128, n blocks of 16 bytes in the longer message: the
 * difference of the two polynomials in r has a degree of at most n + 1, and s hides everything else. */
struct crypto_mac {
    _Alignas(64) uint8_t lane[64];  /* secret: the sum so far, in the variant's way */
    uint8_t r[16], s[16];           /* secret */
    uint8_t power[8][16];           /* secret: of r, the variant's choice, once `powers` is set */
    const struct crypto_poly *poly; /* the variant */
    uint64_t len;
    bool powers, spread;
};
void crypto_mac_init(struct crypto_mac *m, const uint8_t key[CRYPTO_KEY_LEN]);
/** May be repeated; all parts but the last are multiples of 16 bytes. */
void crypto_mac_update(struct crypto_mac *m, const void *p, size_t len);
/** Wipes m. */
void crypto_mac_final(struct crypto_mac *m, uint8_t mac[CRYPTO_MAC_LEN]);
/** All in one. */
void crypto_mac(uint8_t mac[CRYPTO_MAC_LEN], const uint8_t key[CRYPTO_KEY_LEN], const void *p, size_t len);

/* --- identity: Ed25519 (RFC 8032) ---------------------------------------------------------------------- */
struct crypto_identity {
    uint8_t seed[CRYPTO_SIGN_SEED_LEN]; /* secret */
    uint8_t public_key[CRYPTO_SIGN_PUBLIC_LEN];
};
void crypto_identity_new(struct crypto_identity *id);
SOTTO_MUST_CHECK enum sotto_err crypto_identity_from_seed(struct crypto_identity *id,
                                                          const uint8_t seed[CRYPTO_SIGN_SEED_LEN]);
void crypto_signature_make(const struct crypto_identity *id, const void *p, size_t len,
                           uint8_t out[CRYPTO_SIGNATURE_LEN]);
bool crypto_signature_check_var(const uint8_t public_key[CRYPTO_SIGN_PUBLIC_LEN], const void *p, size_t len,
                                const uint8_t signature[CRYPTO_SIGNATURE_LEN]);

/** All bytes equal; constant time. The outcome is public, as a check's must be: what was compared stays secret.
 */
bool crypto_equal(const void *a, const void *b, size_t len);

/* Marks for the constant-time run (preset ct): a marked secret must reach no branch and no address. */
void crypto_ct_secret(const void *p, size_t len);
void crypto_ct_public(const void *p, size_t len);

/** Lower-case hex of len bytes, 2*len+1 characters with the final zero. */
void crypto_hex(char *out, const uint8_t *p, size_t len);

#endif
