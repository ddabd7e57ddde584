/* kernels.h - the variants of the stream and of the MAC. Which one runs: base/cpu.h. */
#ifndef SOTTO_CRYPTO_KERNELS_H
#define SOTTO_CRYPTO_KERNELS_H

#include "crypto/crypto.h"

struct crypto_aes {
    void (*expand)(uint8_t round_key[11][16], const uint8_t key[16]);
    /** Key stream from counter block iv on. */
    void (*stream)(const uint8_t round_key[11][16], const uint8_t iv[16], uint8_t *out, size_t len);
};

struct crypto_poly {
    /** Take whole blocks in. */
    void (*blocks)(struct crypto_mac *m, const uint8_t *p, size_t blocks);
    /** The sum of all blocks so far. */
    void (*sum)(struct crypto_mac *m, uint8_t out[16]);
};

extern const struct crypto_poly crypto_poly_portable;
#if defined __x86_64__
extern const struct crypto_aes crypto_aes_avx2, crypto_aes_avx512;
extern const struct crypto_poly crypto_poly_avx2, crypto_poly_avx512;
#elif defined __aarch64__
extern const struct crypto_aes crypto_aes_armv8;
extern const struct crypto_poly crypto_poly_armv8;
#endif

#endif
